//! Candidates for the program's own subcommands, from their declarations.

use clap::{Arg, Command, CommandFactory as _};

use super::Candidates;
use crate::cli::{self, connect, resource};

/// Whether a word is one of the subcommands.
pub(super) fn is_subcommand(word: &str) -> bool {
    cli::Arguments::command().find_subcommand(word).is_some()
}

/// Adds the names of the subcommands.
pub(super) fn add_subcommands(found: &mut Candidates) {
    add_names(&cli::Arguments::command(), found);
}

fn add_names(command: &Command, found: &mut Candidates) {
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        found.add(subcommand.get_name(), about(subcommand.get_about()));
    }
}

fn about(text: Option<&clap::builder::StyledStr>) -> String {
    text.map(|text| text.to_string().lines().next().unwrap_or_default().to_owned()).unwrap_or_default()
}

/// Adds the candidates for the word after the others, one of which is a subcommand.
pub(super) fn complete(words: &[String], found: &mut Candidates) {
    let mut root = cli::Arguments::command();
    // This passes the global options on to the subcommands.
    root.build();
    let mut command = &root;
    let mut positional: Vec<&str> = Vec::new();
    let mut pending: Option<&Arg> = None;
    for word in words {
        if pending.take().is_some() {
            continue;
        }
        match option(command, word) {
            Some(option) => pending = Some(option).filter(|option| option.get_action().takes_values() && !word.contains('=')),
            None if word.starts_with('-') && word != "-" => {}
            None => match command.find_subcommand(word) {
                Some(subcommand) => command = subcommand,
                None => positional.push(word),
            },
        }
    }
    if let Some(option) = pending {
        return add_values(command.get_name(), option, &positional, found);
    }
    let typed = found.typed().to_owned();
    if let Some((name, _)) = typed.split_once('=')
        && let Some(option) = option(command, name)
    {
        found.skip(name.len() + 1);
        return add_values(command.get_name(), option, &positional, found);
    }
    add_names(command, found);
    let is_last = |argument: &&Arg| argument.get_num_args().is_some_and(|count| count.max_values() > 1);
    if let Some(argument) = command.get_positionals().nth(positional.len()).or_else(|| command.get_positionals().last().filter(is_last)) {
        add_values(command.get_name(), argument, &positional, found);
    }
    if typed.starts_with('-') {
        for option in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            if let Some(name) = option.get_long() {
                found.add(format!("--{name}"), about(option.get_help()));
            }
        }
    }
}

/// The option of a word such as `--region`, `--region=x`, or `-p`.
fn option<'c>(command: &'c Command, word: &str) -> Option<&'c Arg> {
    let is_named = |argument: &&Arg| match word.strip_prefix("--") {
        Some(name) => argument.get_long() == name.split('=').next(),
        None => argument.get_short().is_some_and(|short| word.strip_prefix('-').is_some_and(|name| name.chars().eq([short]))),
    };
    command.get_arguments().find(is_named)
}

/// Adds the values of an option or a positional word: those that its declaration lists, or those of its name.
fn add_values(command: &str, argument: &Arg, positional: &[&str], found: &mut Candidates) {
    for value in argument.get_possible_values() {
        found.add(value.get_name(), about(value.get_help()));
    }
    match argument.get_id().as_str() {
        "service" if command == "resource" => {
            found.add_all(connect::definitions_session().map(|session| session.available_resources()).unwrap_or_default());
        }
        "path" => {
            if let [service, words @ ..] = positional {
                resource::complete(service, words, found);
            }
        }
        "service" => found.add_all(connect::definitions_session().map(|session| session.available_services()).unwrap_or_default()),
        "operation" => {
            let definitions = connect::definitions_session().map(|session| session.definitions().clone());
            let service = definitions.and_then(|definitions| definitions.service(positional.first().unwrap_or(&""), None));
            if let Ok(service) = service {
                found.add_all(service.method_names().map(|(method, _)| method));
            }
        }
        id => found.add_global_values(&id.replace('_', "-"), positional.first().copied()),
    }
}
