//! `tucuxi SERVICE OPERATION --options`: the command line of the AWS CLI, for every service, from the definitions.
//!
//! [`invocation`] turns words into an operation with parameters; [`run`] calls it and prints the result. Nothing here names
//! a service, except for the tables of [`irregular`] names, [`added`] options, and [`custom`] commands.

mod added;
mod alias;
mod archive;
mod arguments;
mod browser;
mod catalog;
mod cloudformation;
mod codeartifact;
mod codecommit;
mod complete;
mod configure;
mod custom;
mod default_roles;
mod ecs_deploy;
mod emr;
mod files;
mod globals;
mod help;
mod history;
mod invocation;
mod irregular;
mod kubeconfig;
mod launch_key;
mod login;
mod on_premises;
mod outfiles;
mod pipeline;
mod print_request;
mod recorder;
mod role_trust;
mod run;
mod s3;
mod session_plugin;
mod shorthand;
mod skeleton;
mod sso;
mod subscription;
mod tail;
mod uploads;
mod validate_logs;
mod values;
mod words;

use crate::cli::failure::{Failure, Result};
use crate::cli::output;
pub(super) use complete::complete;
pub(super) use help::Text;
pub(super) use invocation::command_position;
pub(super) use run::presentable;
pub(super) use values::parameter;

/// Runs a command line of the AWS CLI, without the program's name.
///
/// # Errors
/// With the exit codes of the AWS CLI.
pub(super) fn run(words: &[String]) -> Result<()> {
    match alias::expand(words)? {
        alias::Expanded::Words(words) => run_expanded(&words),
        alias::Expanded::Shell(line, words) => alias::run_shell(&line, &words),
    }
}

fn run_expanded(words: &[String]) -> Result<()> {
    let at = invocation::command_position(words);
    if words[..at.unwrap_or(words.len())].iter().any(|word| word == "--version") {
        return Ok(output::lines([version()])?);
    }
    if let Some(topic) = help::topic(words) {
        return help::run(topic);
    }
    if let Some(at) = at.filter(|at| words[*at] == "s3") {
        let mut rest = words.to_vec();
        rest.remove(at);
        return s3::run(&rest).map_err(|failure| with_help(failure, words));
    }
    if let Some(at) = at.filter(|at| words[*at] == "configure") {
        let mut rest = words.to_vec();
        rest.remove(at);
        return configure::run(&rest);
    }
    if let Some(done) = custom::run(&invocation::head(words)) {
        return done.map_err(|failure| with_help(failure, words));
    }
    let invocation = invocation::Invocation::parse(words).map_err(|failure| with_help(failure, words))?;
    let head = invocation::head(words);
    run::run(invocation).map_err(|failure| if failure.code == Failure::USAGE { with_help_of(failure, &head) } else { failure })
}

/// Says where the options of the operation are explained.
fn with_help(failure: Failure, words: &[String]) -> Failure {
    match failure.code {
        Failure::USAGE => with_help_of(failure, &invocation::head(words)),
        _ => failure,
    }
}

fn with_help_of(failure: Failure, head: &invocation::Head) -> Failure {
    // A name that is wrong has no help, and a suggestion is enough.
    let named_wrongly = ["argument command:", "argument operation:", "argument subcommand:"];
    let is_answered = named_wrongly.iter().any(|start| failure.message.starts_with(start)) && head.operation.as_deref() != Some("wait");
    match &head.operation {
        Some(operation) if !is_answered && !head.command.is_empty() && !failure.message.contains(" help`") => {
            let command = format!("{} {} {operation}", crate::cli::program(), head.command);
            failure.with_advice(&format!("To see the options with examples, run: {command} help"))
        }
        _ => failure,
    }
}

/// The version in the form of `aws --version`: programs that check it expect `aws-cli/2`.
fn version() -> String {
    let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("aws-cli/2.0.0 tucuxi/{} {system}/{machine}", env!("CARGO_PKG_VERSION"))
}
