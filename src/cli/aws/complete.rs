//! Candidates for the word at the cursor of a command line of the AWS CLI, from the definitions.

mod names;

use super::arguments::{self, Argument, Role, kebab};
use super::globals::{Globals, OPTIONS};
use super::invocation::{self, Head, kebab_of_method};
use super::words::{self, Arity};
use super::{configure, custom, help, irregular, s3};
use crate::cli::complete::Candidates;
use crate::cli::failure::Result;
use crate::definition::{Definition, Definitions, Node, Paginators, Service, ShapeType, Waiters};

/// An option that can follow, and what its value is.
struct Choice<'a> {
    flag: String,
    arity: Arity,
    about: String,
    value: Completed<'a>,
}

/// How the value of an option is completed.
enum Completed<'a> {
    /// As that of a global option.
    Global,
    /// By the shape of a parameter.
    Member {
        name: &'a str,
        node: Node<'a>,
    },
    OneOf(&'static [&'static str]),
    Nothing,
}

/// Adds the candidates for the word after the others.
///
/// # Errors
/// If a definition is broken, or if the words before are not valid.
pub(in crate::cli) fn complete(words: &[String], found: &mut Candidates) -> Result<()> {
    let head = invocation::head(words);
    if head.command.is_empty() {
        let session = help::session()?;
        return at_level(&head, found, |found| {
            found.add_all(["s3", "configure", "help"].into_iter().chain(custom::WITHOUT_SERVICE.iter().copied()));
            let services = session.definitions().services_with(Service::KIND)?;
            let commands = services.iter().map(|name| irregular::command_of(name)).filter(|name| irregular::service_of(name).is_some());
            found.add_all(commands);
            Ok(())
        });
    }
    match head.command.as_str() {
        "s3" => of_s3(&head, found),
        "configure" => at_level(&head, found, |found| {
            if head.operation.is_none() {
                found.add_all(configure::COMMANDS);
            }
            Ok(())
        }),
        command => match custom::find(command, head.operation.as_deref().unwrap_or_default()) {
            Some(custom) => of_custom(custom, &head, found),
            None if custom::WITHOUT_SERVICE.contains(&command) => at_level(&head, found, |found| {
                custom::of_command(command).for_each(|custom| found.add(custom.name, custom.about));
                Ok(())
            }),
            None => of_service(&head, found),
        },
    }
}

/// Completes a word where a name is expected: the names, or a global option, or the value of one.
fn at_level(head: &Head, found: &mut Candidates, names: impl FnOnce(&mut Candidates) -> Result<()>) -> Result<()> {
    let choices: Vec<Choice<'_>> = globals().collect();
    if !of_options(head, &choices, found)? {
        names(found)?;
    }
    Ok(())
}

fn globals() -> impl Iterator<Item = Choice<'static>> {
    OPTIONS.iter().map(|(name, arity)| Choice {
        flag: (*name).to_owned(),
        arity: *arity,
        about: help::about_global(name).to_owned(),
        value: Completed::Global,
    })
}

fn of_s3(head: &Head, found: &mut Candidates) -> Result<()> {
    let Some(command) = &head.operation else {
        return at_level(head, found, |found| {
            s3::help::commands().for_each(|(name, about)| found.add(name, about));
            found.add("help", "");
            Ok(())
        });
    };
    let own = s3::help::options(command).map(|(name, arity, about)| Choice {
        flag: name.to_owned(),
        arity,
        about: about.to_owned(),
        value: Completed::Nothing,
    });
    let choices: Vec<Choice<'_>> = own.chain(globals()).collect();
    if !of_options(head, &choices, found)? && found.typed().starts_with("s3:") {
        names::of_location(&options(head, &choices)?, found)?;
    }
    Ok(())
}

fn of_custom(custom: &custom::Command, head: &Head, found: &mut Candidates) -> Result<()> {
    let own = custom.options.iter().map(|(name, arity, about)| Choice {
        flag: (*name).to_owned(),
        arity: *arity,
        about: (*about).to_owned(),
        value: Completed::Nothing,
    });
    of_options(head, &own.chain(globals()).collect::<Vec<_>>(), found).map(drop)
}

fn of_service(head: &Head, found: &mut Candidates) -> Result<()> {
    let session = help::session()?;
    let definitions = session.definitions();
    let command = head.command.as_str();
    let service = invocation::service(definitions, command)?;
    let waiters = || definitions.find::<Waiters>(service.name(), None);
    match (head.operation.as_deref(), &head.waiter) {
        (None, _) => at_level(head, found, |found| {
            let operations = service.method_names().filter(|(_, name)| irregular::is_offered(command, name));
            found.add_all(operations.map(|(method, _)| kebab_of_method(method)));
            custom::of_command(command).for_each(|custom| found.add(custom.name, custom.about));
            if waiters()?.is_some() {
                found.add("wait", "Waits until a resource is in a state.");
            }
            found.add("help", "");
            Ok(())
        }),
        (Some("wait"), None) => at_level(head, found, |found| {
            found.add_all(waiters()?.iter().flat_map(|waiters| waiters.names().map(|name| kebab(name))));
            Ok(())
        }),
        (Some(name), waiter) => of_operation(definitions, &service, name, waiter.as_deref(), head, found),
    }
}

fn of_operation(
    definitions: &Definitions,
    service: &Service,
    name: &str,
    waiter: Option<&str>,
    head: &Head,
    found: &mut Candidates,
) -> Result<()> {
    let command = head.command.as_str();
    let operation = match waiter {
        Some(waiter) => service.operation(&invocation::find_waiter(definitions, service, waiter)?.1)?,
        None => invocation::find_operation(service, command, name)?,
    };
    let paginators = if waiter.is_some() { None } else { definitions.find::<Paginators>(service.name(), None)? };
    let paginator = paginators.map(|paginators| paginators.get(&operation.name)).transpose()?.flatten();
    let name = if waiter.is_some() { kebab(&operation.name) } else { name.to_owned() };
    let mut arguments = arguments::of_operation(command, &name, service, operation, paginator.as_ref())?;
    arguments.sort_by_key(|argument| !argument.required);
    let global = globals().filter(|global| arguments.iter().all(|argument| argument.flag != global.flag)).collect::<Vec<_>>();
    let choices: Vec<Choice<'_>> = arguments.into_iter().map(choice).chain(global).collect();
    if !of_options(head, &choices, found)? && found.typed().is_empty() {
        add_flags(head, &choices, found);
    }
    Ok(())
}

fn choice(argument: Argument<'_>) -> Choice<'_> {
    let about = help::about(&argument);
    let value = match argument.role {
        Role::Member { name, node } => Completed::Member { name, node },
        Role::Skeleton => Completed::OneOf(&["input", "yaml-input", "output"]),
        _ => Completed::Nothing,
    };
    Choice { flag: argument.flag, arity: argument.arity, about, value }
}

/// Completes an option or the value of one. Returns whether the word can be nothing else.
fn of_options(head: &Head, choices: &[Choice<'_>], found: &mut Candidates) -> Result<bool> {
    if let Some((flag, _)) = found.typed().strip_prefix("--").and_then(|typed| typed.split_once('=')) {
        let choice = choices.iter().find(|choice| choice.flag == flag);
        found.skip(flag.len() + 3);
        if let Some(choice) = choice {
            add_values(head, choices, choice, found)?;
        }
        return Ok(true);
    }
    if found.typed().starts_with('-') {
        add_flags(head, choices, found);
        return Ok(true);
    }
    let Some(choice) = pending(head, choices) else { return Ok(false) };
    add_values(head, choices, choice, found)?;
    Ok(choice.arity != Arity::Optional)
}

/// The option whose value the word at the cursor is.
fn pending<'c, 'a>(head: &Head, choices: &'c [Choice<'a>]) -> Option<&'c Choice<'a>> {
    let at = head.rest.iter().rposition(|word| word.starts_with("--"))?;
    let flag = head.rest[at].strip_prefix("--")?;
    let choice = choices.iter().find(|choice| choice.flag == flag)?;
    let given = head.rest.len() - at - 1;
    let takes = match choice.arity {
        Arity::None | Arity::Attached => false,
        Arity::One | Arity::Repeated | Arity::Optional => given == 0,
        Arity::Many => true,
    };
    takes.then_some(choice)
}

/// Adds the options that are not given yet.
fn add_flags(head: &Head, choices: &[Choice<'_>], found: &mut Candidates) {
    for choice in choices {
        let word = format!("--{}", choice.flag);
        if choice.arity == Arity::Repeated || !head.rest.contains(&word) {
            found.add(word, choice.about.as_str());
        }
    }
}

fn add_values(head: &Head, choices: &[Choice<'_>], choice: &Choice<'_>, found: &mut Candidates) -> Result<()> {
    match &choice.value {
        Completed::Global => found.add_global_values(&choice.flag, irregular::service_of(&head.command)),
        Completed::OneOf(values) => found.add_all(*values),
        Completed::Nothing => {}
        Completed::Member { name, node } => {
            add_values_of(node, found)?;
            if names::can_name(node) {
                names::of_member(&options(head, choices)?, node.service(), name, found)?;
            }
        }
    }
    Ok(())
}

/// Adds the values that a shape lists, or the keys and values of its shorthand.
fn add_values_of(node: &Node<'_>, found: &mut Candidates) -> Result<()> {
    match node.shape_type() {
        ShapeType::List(item) => add_values_of(&node.follow(item)?, found),
        ShapeType::Boolean => {
            found.add_all(["true", "false"]);
            Ok(())
        }
        ShapeType::Structure(structure) => {
            let typed = found.typed();
            if typed.starts_with(['{', '[']) || typed.contains("://") {
                return Ok(());
            }
            found.skip(found.typed().rfind(',').map_or(0, |at| at + 1));
            if let Some((key, _)) = found.typed().split_once('=') {
                let member = structure.member(key).map(|(_, member)| node.member(member)).transpose()?;
                found.skip(key.len() + 1);
                return match member {
                    Some(member) if !matches!(member.shape_type(), ShapeType::Structure(_)) => add_values_of(&member, found),
                    _ => Ok(()),
                };
            }
            for member in &structure.members {
                found.add(format!("{}=", member.name), node.member(member)?.shape_type().name());
            }
            Ok(())
        }
        _ => {
            found.add_all(&node.shape().traits.values);
            Ok(())
        }
    }
}

/// The global options of the words before the option that is being completed.
fn options(head: &Head, choices: &[Choice<'_>]) -> Result<Globals> {
    let end = match pending(head, choices) {
        Some(_) => head.rest.iter().rposition(|word| word.starts_with("--")).unwrap_or(0),
        None => head.rest.len(),
    };
    let known: Vec<(&str, Arity)> = choices.iter().map(|choice| (choice.flag.as_str(), choice.arity)).collect();
    let words = words::split(&head.rest[..end], &known)?;
    Globals::new(&words, |name| choices.iter().position(|choice| choice.flag == name && matches!(choice.value, Completed::Global)))
}
