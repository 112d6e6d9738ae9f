//! The `tucuxi` command. Each subcommand has its arguments and its `run` in one place.

mod advice;
mod aws;
mod call;
mod complete;
mod connect;
mod definitions;
#[cfg(feature = "demo")]
mod demo;
mod dry_run;
mod each;
mod embed;
mod endpoint_parts;
mod failure;
mod inspect;
mod interrupt;
mod mcp;
mod output;
mod replace_file;
mod resource;
#[cfg(any(feature = "lua", feature = "rhai"))]
mod run_script;
mod serve;
mod service_parts;
mod strip;
mod terminal;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Call any AWS service by name.
#[derive(Parser)]
#[command(name = "tucuxi", version)]
struct Arguments {
    #[command(flatten)]
    connect: connect::Connect,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Services(inspect::Services),
    Operations(inspect::Operations),
    Describe(inspect::Describe),
    Schema(inspect::Schema),
    Call(call::Arguments),
    Completion(complete::Arguments),
    #[cfg(feature = "demo")]
    Demo(demo::Arguments),
    Definitions(definitions::Arguments),
    Mcp(mcp::Arguments),
    Resource(resource::Arguments),
    #[cfg(any(feature = "lua", feature = "rhai"))]
    Run(run_script::Arguments),
    Serve(serve::Arguments),
    Stubs(inspect::Stubs),
}

/// Runs the command with the arguments of the process. A failure and its causes are printed to standard error.
pub fn main() -> ExitCode {
    interrupt::install();
    let words: Vec<String> = std::env::args().collect();
    if let Some(done) = complete::requested(&words) {
        return done;
    }
    if is_aws(&words) {
        return aws::run(&words[1..]).map_or_else(|failure| exit(&failure, "\n"), |()| ExitCode::SUCCESS);
    }
    if let [_] | [_, _] = &words[..]
        && words.get(1).is_none_or(|word| word == "--help" || word == "-h")
    {
        let help = ["help".to_owned()];
        return aws::run(&help).map_or_else(|failure| exit(&failure, "\n"), |()| ExitCode::SUCCESS);
    }
    let Arguments { connect, command } = Arguments::parse();
    let done = match command {
        Command::Services(arguments) => arguments.run(),
        Command::Operations(arguments) => arguments.run(),
        Command::Describe(arguments) => arguments.run(),
        Command::Schema(arguments) => arguments.run(),
        Command::Call(arguments) => call::run(arguments, &connect),
        Command::Completion(arguments) => complete::run(&arguments),
        #[cfg(feature = "demo")]
        Command::Demo(arguments) => demo::run(arguments, connect),
        Command::Definitions(arguments) => definitions::run(arguments),
        Command::Mcp(arguments) => mcp::run(arguments, connect),
        Command::Resource(arguments) => resource::run(&arguments, &connect),
        #[cfg(any(feature = "lua", feature = "rhai"))]
        Command::Run(arguments) => run_script::run(arguments, &connect),
        Command::Serve(arguments) => serve::run(&arguments, connect),
        Command::Stubs(arguments) => arguments.run(),
    };
    match done.map_err(failure::Failure::from) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.code == failure::Failure::INTERRUPTED => exit(&failure, ""),
        Err(failure) => exit(&failure::Failure { code: failure.code.min(1), ..failure }, "tucuxi: "),
    }
}

/// Prints a failure to standard error and returns its exit code.
fn exit(failure: &failure::Failure, prefix: &str) -> ExitCode {
    if !failure.message.is_empty() {
        output::note(format_args!("{prefix}{failure}"));
    }
    ExitCode::from(failure.code)
}

/// Whether the words are a command of the AWS CLI rather than one of this program's own: always under the name `aws`,
/// otherwise if the command is none of the subcommands. `help` alone is that of the AWS CLI's commands, too.
fn is_aws(words: &[String]) -> bool {
    use clap::CommandFactory as _;
    if is_named_aws(words) {
        return true;
    }
    let words = words.get(1..).unwrap_or_default();
    let Some(at) = aws::command_position(words).filter(|at| !words[*at].starts_with('-')) else { return false };
    let command = Arguments::command();
    let own = |word: &str| command.get_subcommands().any(|known| known.get_name() == word);
    match &words[at..] {
        [help, topic, ..] if help == "help" => !own(topic),
        [command, ..] => !own(command),
        [] => false,
    }
}

/// The name under which the user knows the program.
fn program() -> &'static str {
    let words: Vec<String> = std::env::args().take(1).collect();
    if is_named_aws(&words) { "aws" } else { "tucuxi" }
}

/// Whether the program is installed or linked under the name of the AWS CLI.
fn is_named_aws(words: &[String]) -> bool {
    words.first().is_some_and(|name| std::path::Path::new(name).file_stem().is_some_and(|name| name == "aws"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_valid() {
        use clap::CommandFactory as _;
        Arguments::command().debug_assert();
    }
}
