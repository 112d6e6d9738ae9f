//! `tucuxi SERVICE OPERATION --options`: the command line of the AWS CLI, for every service, from the definitions.
//!
//! [`invocation`] turns words into an operation with parameters; [`run`] calls it and prints the result. Nothing here names
//! a service, except for the tables of [`irregular`] names, [`added`] options, and [`custom`] commands.

mod added;
mod arguments;
mod configure;
mod custom;
mod files;
mod globals;
mod help;
mod invocation;
mod irregular;
mod outfiles;
mod print_request;
mod run;
mod s3;
mod shorthand;
mod skeleton;
mod values;
mod words;

use crate::cli::failure::Result;
use crate::cli::output;
pub(super) use invocation::command_position;

/// Runs a command line of the AWS CLI, without the program's name.
///
/// # Errors
/// With the exit codes of the AWS CLI.
pub(super) fn run(words: &[String]) -> Result<()> {
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
        return s3::run(&rest);
    }
    if let Some(at) = at.filter(|at| words[*at] == "configure") {
        let mut rest = words.to_vec();
        rest.remove(at);
        return configure::run(&rest);
    }
    if let Some(done) = custom::run(&invocation::head(words)) {
        return done;
    }
    run::run(invocation::Invocation::parse(words)?)
}

/// The version in the form of `aws --version`: programs that check it expect `aws-cli/2`.
fn version() -> String {
    let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("aws-cli/2.0.0 tucuxi/{} {system}/{machine}", env!("CARGO_PKG_VERSION"))
}
