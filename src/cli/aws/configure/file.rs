//! Changing the configuration and credentials files.
//!
//! A file is changed line by line: comments, unknown lines, and their order stay. The new file replaces the old one when it
//! is complete; a file that did not exist is readable by its owner only.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::cli::failure::{Failure, Result};
use crate::cli::replace_file::ReplaceFile;
use crate::settings::Environment;
use crate::text::shell_words;

/// A section of one of the two files.
pub(in crate::cli::aws) struct Section {
    path: PathBuf,
    header: String,
}

impl Section {
    /// The section of a profile in the configuration file.
    ///
    /// # Errors
    /// A usage failure for a name that would break the file.
    pub(in crate::cli::aws) fn of_config(profile: &str) -> Result<Section> {
        let header = if profile == "default" { profile.to_owned() } else { format!("profile {}", quoted(profile)) };
        checked(profile, Section { path: file("AWS_CONFIG_FILE", "~/.aws/config"), header })
    }

    /// The section of a profile in the credentials file.
    ///
    /// # Errors
    /// As [`of_config`](Section::of_config).
    pub(in crate::cli::aws) fn of_credentials(profile: &str) -> Result<Section> {
        checked(profile, Section { path: file("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"), header: quoted(profile) })
    }

    /// The section of an SSO session.
    ///
    /// # Errors
    /// As [`of_config`](Section::of_config).
    pub(in crate::cli::aws) fn of_sso_session(name: &str) -> Result<Section> {
        checked(name, Section { path: file("AWS_CONFIG_FILE", "~/.aws/config"), header: format!("sso-session {}", quoted(name)) })
    }

    /// Sets keys. Nothing is written if there are none.
    ///
    /// # Errors
    /// A usage failure for a value with several lines; 253 if the file cannot be read or replaced.
    pub(in crate::cli::aws) fn set(&self, pairs: &[(&str, &str)]) -> Result<()> {
        let pairs: Vec<(Name<'_>, &str)> = pairs.iter().map(|(key, value)| (Name { profile: None, key, member: None }, *value)).collect();
        self.set_all(&pairs)
    }

    pub(super) fn set_all(&self, pairs: &[(Name<'_>, &str)]) -> Result<()> {
        if pairs.iter().any(|(_, value)| value.contains(['\n', '\r'])) {
            return Err(Failure::usage("argument value: a value has one line"));
        }
        if pairs.is_empty() {
            return Ok(());
        }
        change(&self.path, |text| pairs.iter().fold(text.to_owned(), |text, (name, value)| with_value(&text, &self.header, name, value)))
    }
}

fn checked(name: &str, section: Section) -> Result<Section> {
    match name.is_empty() || name.contains(['\n', '\r', '[', ']', '"']) {
        true => Err(Failure::usage(format!("argument --profile: invalid name: '{name}'"))),
        false => Ok(section),
    }
}

/// The file that a variable names, or the usual one.
pub(super) fn file(variable: &str, usual: &str) -> PathBuf {
    let environment = Environment::process();
    environment.expand(&environment.get(variable).map_or_else(|| usual.to_owned(), |path| path.to_string()))
}

/// A name as `get` and `set` take it: a key, or a key of a nested section, with or without the profile before it.
pub(super) struct Name<'a> {
    pub profile: Option<&'a str>,
    pub key: &'a str,
    pub member: Option<&'a str>,
}

impl<'a> Name<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Name<'a>> {
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

/// A name with blanks needs quotes in a header.
fn quoted(name: &str) -> String {
    if name.contains(char::is_whitespace) { format!("\"{name}\"") } else { name.to_owned() }
}

fn change(path: &Path, edit: impl FnOnce(&str) -> String) -> Result<()> {
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
    let wanted = header_words(section);
    let start = match lines.iter().position(|line| header(line).is_some_and(|found| found == wanted)) {
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

/// The section that a line begins, with its blanks and quotes normalized.
fn header(line: &str) -> Option<Vec<String>> {
    let (name, _) = line.trim_start().strip_prefix('[')?.split_once(']')?;
    Some(header_words(name))
}

fn header_words(name: &str) -> Vec<String> {
    shell_words::posix(name).unwrap_or_else(|| name.split_whitespace().map(str::to_owned).collect())
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
        // A name in either kind of quotes is the same.
        let quoted = "[profile 'my dev']\nregion = a\n";
        assert_eq!(set_in(quoted, "profile \"my dev\"", "region", "b"), quoted.replace("= a", "= b"));
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
