//! Shell completion: `tucuxi completion SHELL` prints a script, which calls `tucuxi __complete` for each completion.
//!
//! The candidates come from the definitions and from the options of the subcommands, so nothing is generated and new services
//! complete as soon as their definitions exist. A completion reads at most one service definition, and parses only the
//! operation on the command line. Nothing is sent, unless the names of resources are requested (see [`aws`](super::aws)).

mod line;
mod own;

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{aws, output};
use crate::session::Session;
use crate::settings::Environment;
use line::Line;

/// Print a script that completes commands in a shell.
///
/// The script completes services, operations, options, enumeration values, profiles, regions, and the subcommands. With
/// TUCUXI_COMPLETE_NAMES=1 in the environment, or cli_complete_names = true in the profile, the names of resources and s3://
/// locations are completed as well, through read-only calls.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
    /// The name under which the command is called, for example aws if it is linked under that name.
    #[arg(long, value_name = "NAME", default_value = "tucuxi", value_parser = command_name)]
    command: String,
}

const AFTER_HELP: &str = "\
bash:        source <(tucuxi completion bash)                      in ~/.bashrc
             complete -C tucuxi tucuxi                             the same without a script
zsh:         source <(tucuxi completion zsh)                       in ~/.zshrc, after compinit
fish:        tucuxi completion fish | source                       in ~/.config/fish/config.fish
PowerShell:  tucuxi completion powershell | Out-String | iex       in $PROFILE";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
    #[value(name = "powershell", alias = "pwsh")]
    Pwsh,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let script = match arguments.shell {
        Shell::Bash => include_str!("completion.bash"),
        Shell::Zsh => include_str!("completion.zsh"),
        Shell::Fish => include_str!("completion.fish"),
        Shell::Pwsh => include_str!("completion.ps1"),
    };
    let script = script.replace("@COMMAND@", &arguments.command);
    output::print(|out| out.write_all(script.as_bytes()))
}

/// The name becomes part of a script.
fn command_name(name: &str) -> Result<String, String> {
    match !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
        true => Ok(name.to_owned()),
        false => Err("expected letters, digits, and -_.".to_owned()),
    }
}

/// The hidden subcommand that the scripts call: `__complete SHELL [-- WORD…]`. Without words, it completes `COMP_LINE`.
const ENTRY: &str = "__complete";

/// Prints the candidates if the process was started by a shell to complete a line: by a script, or by bash's `complete -C`.
/// A completion that fails prints nothing, because its output would be mixed with the line that is being edited.
pub(super) fn requested(arguments: &[String]) -> Option<ExitCode> {
    let (line, shell) = match arguments {
        [_, entry, shell, rest @ ..] if entry == ENTRY => {
            let shell = Shell::from_str(shell, true).ok()?;
            let line = match rest {
                [dashes, words @ ..] if dashes == "--" => Line::of_words(words),
                [] => Line::of_environment("")?,
                [fragment, ..] => Line::of_environment(fragment)?,
            };
            (line, shell)
        }
        // Bash calls the program of `complete -C` with the command, the word, and the previous word.
        [_, _, fragment, _] => (Line::of_environment(fragment)?, Shell::Bash),
        _ => return None,
    };
    let found = line.candidates();
    let _ = output::lines(found.iter().map(|candidate| line.shown(candidate, shell)));
    Some(ExitCode::SUCCESS)
}

/// A word that can stand at the cursor. Text can follow one that ends in `/` or `=`: the scripts add no blank to it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub value: String,
    pub about: String,
}

/// Collects the candidates for a word, of which a part is typed.
pub(super) struct Candidates {
    /// The part of the word before the text that is completed: `--output=`.
    lead: String,
    typed: String,
    found: Vec<Candidate>,
}

impl Candidates {
    fn new(typed: &str) -> Candidates {
        Candidates { lead: String::new(), typed: typed.to_owned(), found: Vec::new() }
    }

    /// The text that the candidates begin with.
    pub(super) fn typed(&self) -> &str {
        &self.typed
    }

    /// Completes the rest of the word only, which begins at a position of the typed text.
    pub(super) fn skip(&mut self, length: usize) {
        let rest = self.typed.split_off(length);
        self.lead.push_str(&self.typed);
        self.typed = rest;
    }

    /// Adds a candidate if it begins with the typed text.
    pub(super) fn add(&mut self, value: impl AsRef<str>, about: impl Into<String>) {
        let value = value.as_ref();
        if value.starts_with(&self.typed) {
            self.found.push(Candidate { value: format!("{}{value}", self.lead), about: about.into() });
        }
    }

    /// Adds candidates that need no explanation.
    pub(super) fn add_all<T: AsRef<str>>(&mut self, values: impl IntoIterator<Item = T>) {
        values.into_iter().for_each(|value| self.add(value, ""));
    }

    /// Adds the values of an option that is the same in every command.
    pub(super) fn add_global_values(&mut self, option: &str, service: Option<&str>) {
        match option {
            "region" => self.add_all(regions(service)),
            "profile" => self.add_all(profiles()),
            "output" => self.add_all(output::Format::NAMES),
            "color" => self.add_all(["on", "off", "auto"]),
            "cli-binary-format" => self.add_all(["base64", "raw-in-base64-out"]),
            "print-request" => self.add_all(["http", "curl", "json"]),
            _ => {}
        }
    }
}

/// The regions of a service; those of EC2 if there is no service, or if it has one endpoint for all regions.
fn regions(service: Option<&str>) -> Vec<crate::Str> {
    let Ok(session) = super::connect::definitions_session() else { return Vec::new() };
    let regions = |service: &str| session.available_regions(service).unwrap_or_default();
    match service.map(regions) {
        Some(regions) if !regions.is_empty() => regions,
        _ => regions("ec2"),
    }
}

/// The profiles of the configuration files; none if the files are invalid. The selected profile need not exist.
fn profiles() -> Vec<crate::Str> {
    let variable = |name: &str| match name {
        "AWS_PROFILE" | "AWS_DEFAULT_PROFILE" => None,
        name => std::env::var(name).ok(),
    };
    let session = Session::builder().environment(Environment::from_fn(variable)).build();
    session.and_then(|session| session.available_profiles()).unwrap_or_default()
}

/// The candidates for the word after the others, which follow the name of the program.
fn candidates(program: &str, words: &[String], typed: &str) -> Vec<Candidate> {
    let mut found = Candidates::new(typed);
    let command = aws::command_position(words).filter(|at| *at < words.len());
    let is_aws = super::is_named_aws(&[program.to_owned()]);
    let is_own = !is_aws && command.is_some_and(|at| own::is_subcommand(&words[at]));
    if is_own {
        own::complete(words, &mut found);
    } else {
        if command.is_none() && !is_aws {
            own::add_subcommands(&mut found);
        }
        // A definition that is broken has no candidates.
        let _ = aws::complete(words, &mut found);
    }
    found.found
}
