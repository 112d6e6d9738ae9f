//! `tucuxi s3`: the high-level commands of the AWS CLI for buckets, objects, and whole prefixes.

pub(super) mod help;
mod listing;
mod location;
mod options;
mod progress;
mod run;
mod same_paths;

pub(super) use self::listing::create_bucket;
use super::globals::{Globals, OPTIONS};
use super::words::{self, Arity, Words};
use crate::Client;
use crate::cli::failure::{Failure, Result};
use crate::error::did_you_mean;
use options::{COMMANDS, Command};

/// A command line of `s3`: the command, its positional words, and its options.
struct Line {
    command: &'static Command,
    globals: Globals,
    words: Words,
    options: Vec<(&'static str, Arity)>,
}

impl Line {
    fn has(&self, name: &str) -> bool {
        self.values(name).is_some()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.values(name)?.first().map(String::as_str)
    }

    fn values(&self, name: &str) -> Option<&[String]> {
        self.words.option(self.options.iter().position(|(known, _)| *known == name)?)
    }

    /// The value of an option that takes a whole number.
    fn number(&self, name: &str) -> Result<Option<u64>> {
        let number = |text: &str| text.parse().map_err(|_| Failure::usage(format!("argument --{name}: invalid int value: '{text}'")));
        self.text(name).map(number).transpose()
    }

    fn client(&self) -> Result<Client> {
        let session = self.globals.session()?;
        Ok(self.globals.client(&session, "s3")?.build()?)
    }

    /// A client for the region of the source of a copy.
    fn source_client(&self) -> Result<Option<Client>> {
        let Some(region) = self.text("source-region") else { return Ok(None) };
        let session = self.globals.session()?;
        Ok(Some(self.globals.client(&session, "s3")?.region(region).build()?))
    }

    /// The positional words, of which there must be `count`.
    fn positional(&self, count: usize) -> Result<&[String]> {
        let words = &self.words.positional;
        match words.len().cmp(&count) {
            std::cmp::Ordering::Less => {
                let missing: Vec<&str> = self.command.positional.split(", ").skip(words.len()).collect();
                Err(Failure::usage(format!("the following arguments are required: {}", missing.join(", "))))
            }
            std::cmp::Ordering::Greater => Err(Failure::usage(format!("Unknown options: {}", words[count..].join(", ")))),
            std::cmp::Ordering::Equal => Ok(words),
        }
    }
}

/// Runs a command of `s3`. The words begin after `s3`.
///
/// # Errors
/// With the exit codes of the AWS CLI: 1 if a transfer failed, 2 if files were skipped, 252 for a wrong command line.
pub(super) fn run(words: &[String]) -> Result<()> {
    let name = words.iter().find(|word| !word.starts_with('-'));
    let Some(name) = name else {
        let names: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
        return Err(Failure::usage(format!("the following arguments are required: subcommand. The commands are {}.", names.join(", "))));
    };
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        let near = match is_operation(name) {
            true => format!(" Did you mean s3api {name}?"),
            false => did_you_mean(name, COMMANDS.iter().map(|command| command.name)),
        };
        return Err(Failure::usage(format!("argument subcommand: Invalid choice: \"{name}\" is not a command of s3.{near}")));
    };
    let mut rest = words.to_vec();
    let at = rest.iter().position(|word| word == name).unwrap_or(0);
    rest.remove(at);
    let options: Vec<(&str, Arity)> = command.options().chain(OPTIONS.iter().copied()).collect();
    let words = words::split(&rest, &options)?;
    let globals = Globals::new(&words, |name| options.iter().position(|(known, _)| *known == name))?;
    let line = Line { command, globals, words, options };
    (command.run)(&line)
}

/// Whether S3's API has an operation of that name.
fn is_operation(name: &str) -> bool {
    let session = crate::cli::connect::definitions_session();
    let service = session.and_then(|session| session.definitions().service("s3", None));
    service.is_ok_and(|service| super::invocation::find_operation(&service, "s3api", name).is_ok())
}
