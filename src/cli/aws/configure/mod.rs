//! `configure` and its commands: the values of the configuration and credentials files.

mod export;
mod file;
mod import;
mod interactive;
mod list;
mod sso;

use super::globals::{Globals, OPTIONS};
use super::words::{self, Arity, Words};
use crate::cli::failure::{Failure, Result};
use crate::cli::output;
use crate::error::did_you_mean;
use crate::settings::Environment;
use file::Name;
pub(super) use file::Section;

pub(super) const COMMANDS: [&str; 9] =
    ["add-model", "export-credentials", "get", "import", "list", "list-profiles", "set", "sso", "sso-session"];

/// The options of single commands.
const OWN: &[(&str, Arity)] = &[
    ("format", Arity::One),
    ("service-model", Arity::One),
    ("service-name", Arity::One),
    ("csv", Arity::One),
    ("skip-invalid", Arity::None),
    ("profile-prefix", Arity::One),
    ("no-browser", Arity::None),
    ("use-device-code", Arity::None),
];

/// A command line of `configure`.
struct Line {
    globals: Globals,
    words: Words,
}

impl Line {
    /// The word of an option of a single command.
    fn text(&self, name: &str) -> Option<&str> {
        let index = OWN.iter().position(|(known, _)| *known == name)?;
        self.words.option(index)?.first().map(String::as_str)
    }

    fn has(&self, name: &str) -> bool {
        OWN.iter().position(|(known, _)| *known == name).is_some_and(|index| self.words.option(index).is_some())
    }

    /// The profile to change: of the option, the environment, or the default one.
    fn profile(&self) -> String {
        let environment = Environment::process();
        let variable = |name: &&str| environment.get(name).map(|name| name.to_string()).filter(|name| !name.is_empty());
        let configured = || ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"].iter().find_map(variable);
        self.globals.profile.clone().or_else(configured).unwrap_or_else(|| "default".to_owned())
    }
}

/// Runs a command of `configure`. The words are those after `configure`.
///
/// # Errors
/// 1 for a value that is not set, 252 for a wrong command line, 253 for an unknown profile or an invalid file.
pub(super) fn run(words: &[String]) -> Result<()> {
    let options: Vec<(&str, Arity)> = OWN.iter().chain(OPTIONS).copied().collect();
    let words = words::split(words, &options)?;
    let globals = Globals::new(&words, |name| options.iter().position(|(known, _)| *known == name))?;
    let line = Line { globals, words };
    let positional: Vec<&str> = line.words.positional.iter().map(String::as_str).collect();
    let required = |names: &str| Err(Failure::usage(format!("the following arguments are required: {names}")));
    match positional[..] {
        [] => interactive::run(&line),
        ["list"] => list::run(&line),
        ["get", name] => get(&line, name),
        ["set", name, value] => set(&line, name, value),
        ["list-profiles"] => Ok(output::lines(line.globals.session()?.available_profiles()?)?),
        ["export-credentials"] => export::run(&line),
        ["import"] => import::credentials(&line),
        ["add-model"] => import::model(&line),
        ["sso"] => sso::profile(&line),
        ["sso-session"] => sso::session(&line),
        ["get"] => required("varname"),
        ["set"] => required("varname, value"),
        ["set", _] => required("value"),
        [command, ref rest @ ..] if COMMANDS.contains(&command) => Err(Failure::usage(format!("Unknown options: {}", rest.join(", ")))),
        [command, ..] => {
            let near = did_you_mean(command, COMMANDS);
            let choices = COMMANDS.join(", ");
            Err(Failure::usage(format!("argument subcommand: Invalid choice: '{command}', valid choices are: {choices}.{near}")))
        }
    }
}

fn get(line: &Line, name: &str) -> Result<()> {
    let name = Name::parse(name)?;
    let mut globals = line.globals.clone();
    if let Some(profile) = name.profile {
        globals.profile = Some(profile.to_owned());
    }
    let session = globals.session()?;
    let value = session.profile_value(name.key).unwrap_or_default();
    let value = match name.member {
        Some(member) => value.get(member).cloned().unwrap_or_default(),
        None => value,
    };
    match value.as_str() {
        Some(text) => Ok(output::lines([text])?),
        // Nothing is printed for a value that is not set.
        None => Err(Failure { message: String::new(), code: 1 }),
    }
}

/// The keys that belong in the credentials file.
const CREDENTIALS: [&str; 3] = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];

fn set(line: &Line, name: &str, value: &str) -> Result<()> {
    let name = Name::parse(name)?;
    let profile = name.profile.map_or_else(|| line.profile(), str::to_owned);
    let section = match name.member.is_none() && CREDENTIALS.contains(&name.key) {
        true => Section::of_credentials(&profile)?,
        false => Section::of_config(&profile)?,
    };
    section.set_all(&[(name, value)])
}
