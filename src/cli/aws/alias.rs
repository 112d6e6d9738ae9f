//! Aliases: the user's own commands in `~/.aws/cli/alias`.
//!
//! The section `[toplevel]` has commands, and `[command NAME]` those below a command. A value that begins with `!` is a
//! command line of the shell; any other one stands for words of this program.

use std::process::Command;

use super::files;
use super::globals::OPTIONS;
use super::words::Arity;
use crate::cli::failure::{Failure, Result};
use crate::cli::interrupt;
use crate::text::shell_words;

const FILE: &str = "~/.aws/cli/alias";

/// An alias may stand for another one, but not without end.
const DEEPEST: usize = 20;

/// A command line without aliases.
#[derive(Debug, PartialEq)]
pub(super) enum Expanded {
    Words(Vec<String>),
    /// A command line of the shell, and the words after the alias.
    Shell(String, Vec<String>),
}

/// Expands the aliases of a command line.
///
/// # Errors
/// A usage failure for an alias that is not terminated or stands for itself.
pub(super) fn expand(words: &[String]) -> Result<Expanded> {
    let Ok(text) = std::fs::read_to_string(files::expand(FILE)) else { return Ok(Expanded::Words(words.to_vec())) };
    expanded(words, &Aliases::parse(&text))
}

fn expanded(words: &[String], aliases: &Aliases) -> Result<Expanded> {
    let mut words = words.to_vec();
    // Words before this position are no aliases: an alias may have the name of the command that it stands for.
    let mut settled: Vec<String> = Vec::new();
    for _ in 0..DEEPEST {
        let names = positions(&words);
        let found = names.iter().enumerate().find_map(|(depth, at)| {
            let parents: Vec<&str> = names[..depth].iter().map(|at| words[*at].as_str()).collect();
            let path = [&parents[..], &[&words[*at]]].concat().join(" ");
            let value = aliases.find(&parents, &words[*at]).filter(|_| !settled.contains(&path))?;
            Some((*at, path, value))
        });
        let Some((at, path, value)) = found else { return Ok(Expanded::Words(words)) };
        if let Some(line) = value.trim_start().strip_prefix('!') {
            return Ok(Expanded::Shell(line.to_owned(), words.split_off(at + 1)));
        }
        let parts = shell_words::posix(value)
            .ok_or_else(|| Failure::usage(format!("Value of alias \"{path}\" could not be parsed: a quote is not closed: {value}")))?;
        if parts.first().is_some_and(|first| *first == words[at]) {
            settled.push(path);
        }
        words.splice(at..=at, parts);
    }
    Err(Failure::usage("The alias stands for itself, through other aliases."))
}

/// The positions of the command and its subcommands.
fn positions(words: &[String]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() && found.len() < 3 {
        let global = words[at].strip_prefix("--").and_then(|name| OPTIONS.iter().find(|(known, _)| *known == name));
        match global {
            Some((_, Arity::One)) => at += 1,
            Some(_) => {}
            None if words[at].starts_with("--") && words[at].contains('=') => {}
            None if words[at].starts_with('-') => break,
            None => found.push(at),
        }
        at += 1;
    }
    found
}

/// Runs a command line of the shell with further words, and ends with its exit code.
///
/// # Errors
/// If the shell cannot be started; the exit code of the command line without a message.
pub(super) fn run_shell(line: &str, words: &[String]) -> Result<()> {
    let mut shell = if cfg!(windows) { Command::new("cmd") } else { Command::new("sh") };
    if cfg!(windows) {
        shell.arg("/C").arg(line.trim()).args(words);
    } else {
        // The words follow the command line as they are.
        shell.arg("-c").arg(format!("{} \"$@\"", line.trim())).arg("aws").args(words);
    }
    let status = interrupt::ignored(|| shell.status()).map_err(|error| Failure::general(format!("The shell: {error}")))?;
    match status.code() {
        Some(0) => Ok(()),
        code => {
            let code = code.and_then(|code| u8::try_from(code).ok()).unwrap_or(Failure::INTERRUPTED);
            Err(Failure { message: String::new(), code })
        }
    }
}

/// The names and values of the file, by their section.
#[derive(Default)]
struct Aliases(Vec<(String, String, String)>);

impl Aliases {
    fn parse(text: &str) -> Aliases {
        let mut aliases = Aliases::default();
        let mut section = String::new();
        for line in text.lines() {
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.starts_with(['#', ';']) && !line.starts_with([' ', '\t']) {
                continue;
            }
            if line.starts_with([' ', '\t']) {
                // A value may have several lines.
                if let Some((_, _, value)) = aliases.0.last_mut() {
                    value.push('\n');
                    value.push_str(trimmed);
                }
            } else if let Some(name) = trimmed.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
                section = name.split_whitespace().collect::<Vec<_>>().join(" ");
            } else if let Some((name, value)) = line.split_once('=') {
                aliases.0.push((section.clone(), name.trim().to_owned(), value.trim().to_owned()));
            }
        }
        aliases
    }

    fn find(&self, parents: &[&str], name: &str) -> Option<&str> {
        let section = if parents.is_empty() { "toplevel".to_owned() } else { format!("command {}", parents.join(" ")) };
        self.0.iter().rev().find(|(known, own, _)| *known == section && own == name).map(|(_, _, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# mine\n[toplevel]\nwhoami = sts get-caller-identity\nme = whoami --query 'Account id'\nec2 = ec2 --region eu-west-1\n\
        hi = !f() {\n    echo \"$1\"\n  }; f\nloop = pool\npool = loop\nopen = 'x\n[command ec2]\nregions = describe-regions --output text\n\
        [command ec2 wait]\nup = instance-running\n";

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn aliases_stand_for_words_at_every_level() {
        let aliases = Aliases::parse(FILE);
        for (line, expected) in [
            ("s3api list-buckets", "s3api list-buckets"),
            ("whoami --debug", "sts get-caller-identity --debug"),
            ("--region x whoami", "--region x sts get-caller-identity"),
            ("ec2 regions", "ec2 --region eu-west-1 describe-regions --output text"),
            ("ec2 wait up", "ec2 --region eu-west-1 wait instance-running"),
            ("s3 cp --recursive whoami", "s3 cp --recursive whoami"),
        ] {
            assert_eq!(expanded(&words(line), &aliases).unwrap(), Expanded::Words(words(expected)), "{line}");
        }
        let me = ["sts", "get-caller-identity", "--query", "Account id"].map(str::to_owned).to_vec();
        assert_eq!(expanded(&words("me"), &aliases).unwrap(), Expanded::Words(me));
        let shell = Expanded::Shell("f() {\necho \"$1\"\n}; f".to_owned(), words("a b"));
        assert_eq!(expanded(&words("hi a b"), &aliases).unwrap(), shell);
        for (line, message) in [("loop", "stands for itself"), ("open", "could not be parsed")] {
            let failure = expanded(&words(line), &aliases).unwrap_err();
            assert!(failure.message.contains(message) && failure.code == Failure::USAGE, "{failure}");
        }
    }
}
