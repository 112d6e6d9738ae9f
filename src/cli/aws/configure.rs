//! `configure get|set|list-profiles`: the values of the configuration and credentials files.
//!
//! A file is changed line by line: comments, unknown lines, and their order stay. The new file replaces the old one when it
//! is complete; a file that did not exist is readable by its owner only.

use std::io::Write as _;
use std::path::PathBuf;

use super::globals::{Globals, OPTIONS};
use super::words;
use crate::cli::failure::{Failure, Result};
use crate::cli::output;
use crate::cli::replace_file::ReplaceFile;
use crate::error::did_you_mean;
use crate::settings::Environment;

const COMMANDS: [&str; 3] = ["get", "set", "list-profiles"];

/// The keys that belong in the credentials file.
const CREDENTIALS: [&str; 3] = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];

/// Runs a command of `configure`. The words are those after `configure`.
///
/// # Errors
/// 1 for a value that is not set, 252 for a wrong command line, 253 for an unknown profile or an invalid file.
pub(super) fn run(words: &[String]) -> Result<()> {
    let words = words::split(words, OPTIONS)?;
    let globals = Globals::new(&words, |name| OPTIONS.iter().position(|(known, _)| *known == name))?;
    let positional: Vec<&str> = words.positional.iter().map(String::as_str).collect();
    let required = |names: &str| Err(Failure::usage(format!("the following arguments are required: {names}")));
    match positional[..] {
        ["get", name] => get(globals, name),
        ["set", name, value] => set(&globals, name, value),
        ["list-profiles"] => Ok(output::lines(globals.session()?.available_profiles()?)?),
        ["get"] => required("varname"),
        ["set"] => required("varname, value"),
        ["set", _] => required("value"),
        [] => required(&format!("subcommand (one of {}); the interactive configure is not available", COMMANDS.join(", "))),
        [command, ref rest @ ..] if COMMANDS.contains(&command) => Err(Failure::usage(format!("Unknown options: {}", rest.join(", ")))),
        [command, ..] => {
            let near = did_you_mean(command, COMMANDS);
            let choices = COMMANDS.join(", ");
            Err(Failure::usage(format!("argument subcommand: Invalid choice: '{command}', valid choices are: {choices}.{near}")))
        }
    }
}

/// A name as `get` and `set` take it: a key, or a key of a nested section, with or without the profile before it.
struct Name<'a> {
    profile: Option<&'a str>,
    key: &'a str,
    member: Option<&'a str>,
}

impl<'a> Name<'a> {
    fn parse(text: &'a str) -> Result<Name<'a>> {
        let parts: Vec<&str> = text.split('.').collect();
        let (profile, rest) = match parts[..] {
            ["profile", profile, ref rest @ ..] if !rest.is_empty() => (Some(profile), rest),
            ["default", ref rest @ ..] if !rest.is_empty() => (Some("default"), rest),
            ref all => (None, all),
        };
        let is_plain = |part: &&str| !part.is_empty() && !part.contains(['=', '\n', '\r', '[', ']', '#', ';']) && part.trim() == *part;
        match *rest {
            [key] if is_plain(&key) => Ok(Name { profile, key, member: None }),
            [key, member] if is_plain(&key) && is_plain(&member) => Ok(Name { profile, key, member: Some(member) }),
            _ => Err(Failure::usage(format!("argument varname: invalid name '{text}'; expected KEY, SECTION.KEY, or profile.NAME.KEY"))),
        }
    }
}

fn get(mut globals: Globals, name: &str) -> Result<()> {
    let name = Name::parse(name)?;
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

fn set(globals: &Globals, name: &str, value: &str) -> Result<()> {
    let name = Name::parse(name)?;
    if value.contains(['\n', '\r']) {
        return Err(Failure::usage("argument value: a value has one line"));
    }
    let environment = Environment::process();
    let from_environment =
        || ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"].iter().find_map(|name| environment.get(name)).map(|name| name.to_string());
    let profile = name.profile.map(str::to_owned).or_else(|| globals.profile.clone()).or_else(from_environment);
    let profile = profile.unwrap_or_else(|| "default".to_owned());
    if profile.is_empty() || profile.contains(['\n', '\r', '[', ']', '"']) {
        return Err(Failure::usage(format!("argument --profile: invalid name: '{profile}'")));
    }
    let is_credential = name.member.is_none() && CREDENTIALS.contains(&name.key);
    let (variable, default) = match is_credential {
        true => ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
        false => ("AWS_CONFIG_FILE", "~/.aws/config"),
    };
    let path = environment.expand(&environment.get(variable).map_or_else(|| default.to_owned(), |path| path.to_string()));
    let section = match profile.as_str() {
        name if is_credential || name == "default" => quoted(name),
        name => format!("profile {}", quoted(name)),
    };
    change(&path, |text| with_value(text, &section, &name, value))
}

/// A name with blanks needs quotes in a header.
fn quoted(name: &str) -> String {
    if name.contains(char::is_whitespace) { format!("\"{name}\"") } else { name.to_owned() }
}

fn change(path: &PathBuf, edit: impl FnOnce(&str) -> String) -> Result<()> {
    let of_file = |error: std::io::Error| Failure { message: format!("{}: {error}", path.display()), code: Failure::CONFIGURATION };
    let existing = match std::fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(of_file(error)),
    };
    let write = || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = if existing.is_some() { ReplaceFile::create(path)? } else { ReplaceFile::create_private(path)? };
        file.write_all(edit(existing.as_deref().unwrap_or_default()).as_bytes())?;
        file.finish()
    };
    write().map_err(of_file)
}

/// The text with a value replaced, or added to its section, which is appended if there is none.
fn with_value(text: &str, section: &str, name: &Name<'_>, value: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let start = match lines.iter().position(|line| header(line).is_some_and(|found| found == section)) {
        Some(at) => at + 1,
        None => {
            lines.push(format!("[{section}]"));
            lines.len()
        }
    };
    let end = (start..lines.len()).find(|at| header(&lines[*at]).is_some()).unwrap_or(lines.len());
    // New lines follow the last one that is not blank.
    let last = (start..end).rev().find(|at| !lines[*at].trim().is_empty()).map_or(start, |at| at + 1);
    let is_key = |line: &str, key: &str| line.split_once('=').is_some_and(|(found, _)| found.trim() == key);
    let is_indented = |line: &str| line.starts_with([' ', '\t']);
    let own = (start..end).find(|at| !is_indented(&lines[*at]) && is_key(&lines[*at], name.key));
    match (name.member, own) {
        (None, Some(at)) => lines[at] = format!("{} = {value}", name.key),
        (None, None) => lines.insert(last, format!("{} = {value}", name.key)),
        (Some(member), None) => {
            lines.splice(last..last, [format!("{} =", name.key), format!("    {member} = {value}")]);
        }
        (Some(member), Some(at)) => {
            let nested = (at + 1..end).take_while(|at| is_indented(&lines[*at])).find(|at| is_key(&lines[*at], member));
            let line = format!("    {member} = {value}");
            match nested {
                Some(at) => lines[at] = line,
                None => lines.insert(at + 1, line),
            }
        }
    }
    lines.join("\n") + "\n"
}

/// The section that a line begins, with its blanks normalized.
fn header(line: &str) -> Option<String> {
    let (name, _) = line.trim_start().strip_prefix('[')?.split_once(']')?;
    Some(name.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_in(text: &str, section: &str, name: &str, value: &str) -> String {
        with_value(text, section, &Name::parse(name).unwrap(), value)
    }

    #[test]
    fn a_value_is_replaced_or_added_and_everything_else_stays() {
        assert_eq!(set_in("", "default", "region", "x"), "[default]\nregion = x\n");
        let text = "# mine\n[default]\nregion=a ; here\n\n[profile  dev]\noutput = text\n";
        assert_eq!(set_in(text, "default", "region", "b"), text.replace("region=a ; here", "region = b"));
        assert_eq!(set_in(text, "default", "output", "json"), text.replace("here\n", "here\noutput = json\n"));
        assert_eq!(set_in(text, "profile dev", "region", "c"), format!("{text}region = c\n"));
        assert_eq!(set_in(text, "profile new", "region", "c"), format!("{text}[profile new]\nregion = c\n"));
    }

    #[test]
    fn nested_values_are_indented_below_their_key() {
        let once = set_in("[default]\nregion = a\n", "default", "s3.addressing_style", "path");
        assert_eq!(once, "[default]\nregion = a\ns3 =\n    addressing_style = path\n");
        assert_eq!(set_in(&once, "default", "s3.addressing_style", "auto"), once.replace("path", "auto"));
        let twice = set_in(&once, "default", "s3.max_queue_size", "5");
        assert_eq!(twice, once.replace("s3 =\n", "s3 =\n    max_queue_size = 5\n"));
        // A key of the same name outside of the nested section is another one.
        assert_eq!(set_in(&once, "default", "addressing_style", "x"), format!("{once}addressing_style = x\n"));
    }

    #[test]
    fn names_that_would_break_the_file_are_rejected() {
        for name in ["", "a.", "a=b", "a\nb", "[a]", "a.b.c.d", " a"] {
            assert_eq!(Name::parse(name).err().unwrap().code, Failure::USAGE, "{name:?}");
        }
    }
}
