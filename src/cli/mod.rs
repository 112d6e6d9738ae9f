//! The `tucuxi` command. Each subcommand has its arguments and its `run` in one place.

mod aws;
mod call;
mod connect;
mod definitions;
#[cfg(feature = "demo")]
mod demo;
mod dry_run;
mod failure;
mod inspect;
mod output;
mod replace_file;
mod strip;

use std::io;
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
    Call(call::Arguments),
    #[cfg(feature = "demo")]
    Demo(demo::Arguments),
    Definitions(definitions::Arguments),
}

/// Runs the command with the arguments of the process. A failure and its causes are printed to standard error.
pub fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    if is_aws(&words) {
        return match aws::run(&words[1..]) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                if !failure.message.is_empty() {
                    eprintln!("\n{failure}");
                }
                ExitCode::from(failure.code)
            }
        };
    }
    let Arguments { connect, command } = Arguments::parse();
    let done = match command {
        Command::Services(arguments) => arguments.run(),
        Command::Operations(arguments) => arguments.run(),
        Command::Describe(arguments) => arguments.run(),
        Command::Call(arguments) => call::run(arguments, &connect),
        #[cfg(feature = "demo")]
        Command::Demo(arguments) => demo::run(arguments, connect),
        Command::Definitions(arguments) => definitions::run(arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of the output has closed the pipe (`| head`).
        Err(error) if error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tucuxi: {}", message(&error));
            ExitCode::FAILURE
        }
    }
}

/// Whether the words are a command of the AWS CLI rather than one of this program's own: always under the name `aws`,
/// otherwise if the command is none of the subcommands. `help` alone is that of the AWS CLI's commands, too.
fn is_aws(words: &[String]) -> bool {
    use clap::CommandFactory as _;
    let program = words.first().map(|name| std::path::Path::new(name).file_stem().unwrap_or_default().to_owned());
    if program.is_some_and(|name| name == "aws") {
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

/// The failure and its causes in one line. A cause that the message already contains is not repeated.
fn message(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_printed_once() {
        let error = anyhow::anyhow!("no such file").context("x.json: no such file").context("import");
        assert_eq!(message(&error), "import: x.json: no such file");
    }

    #[test]
    fn the_arguments_are_valid() {
        use clap::CommandFactory as _;
        Arguments::command().debug_assert();
    }
}
