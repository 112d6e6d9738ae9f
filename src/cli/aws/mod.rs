//! `tucuxi SERVICE OPERATION --options`: the command line of the AWS CLI, for every service, from the definitions.
//!
//! [`invocation`] turns words into an operation with parameters; [`run`] calls it and prints the result. Nothing here names
//! a service, except for the tables of [`irregular`] names, [`added`] options, and [`custom`] commands.

mod added;
mod arguments;
mod custom;
mod files;
mod globals;
mod help;
mod invocation;
mod irregular;
mod print_request;
mod run;
mod s3;
mod shorthand;
mod skeleton;
mod values;
mod words;

use crate::cli::failure::Result;
pub(super) use invocation::command_position;

/// Runs a command line of the AWS CLI, without the program's name.
///
/// # Errors
/// With the exit codes of the AWS CLI.
pub(super) fn run(words: &[String]) -> Result<()> {
    if let Some(topic) = help::topic(words) {
        return help::run(topic);
    }
    if let Some(at) = invocation::command_position(words).filter(|at| words[*at] == "s3") {
        let mut rest = words.to_vec();
        rest.remove(at);
        return s3::run(&rest);
    }
    if let Some(done) = custom::run(&invocation::head(words)) {
        return done;
    }
    run::run(invocation::Invocation::parse(words)?)
}
