//! The options of an operation, built from its input shape.
//!
//! The name of an option is the kebab case of its member; [`irregular`](super::irregular) has the exceptions. The options
//! that the AWS CLI adds for single operations are in [`added`](super::added).

use super::added::{self, Added};
use super::irregular;
use super::words::Arity;
use crate::cli::failure::Result;
use crate::definition::{Node, Operation, PaginatorDefinition, Service, ShapeType, snake_case};

/// One option of an operation.
pub(super) struct Argument<'a> {
    /// The name, without dashes.
    pub flag: String,
    pub arity: Arity,
    pub role: Role<'a>,
    pub required: bool,
}

/// What an option sets.
pub(super) enum Role<'a> {
    /// A member of the input.
    Member {
        name: &'a str,
        node: Node<'a>,
    },
    /// A boolean member, by whether it is true. Structures with one boolean are set the same way.
    Flag {
        name: &'a str,
        node: Node<'a>,
        value: bool,
    },
    /// A list of structures with one member, given as words.
    Scalars {
        name: &'a str,
        member: &'static str,
    },
    /// An option that the AWS CLI adds to the operation.
    Added(&'static Added),
    InputJson,
    InputYaml,
    Skeleton,
    PageSize,
    MaxItems,
    StartingToken,
}

/// The options of an operation in the order of its members, then those that all operations have.
///
/// # Errors
/// If the definition is broken.
pub(super) fn of_operation<'a>(
    command: &str,
    name: &str,
    service: &'a Service,
    operation: &'a Operation,
    paginator: Option<&PaginatorDefinition>,
) -> Result<Vec<Argument<'a>>> {
    let mut arguments: Vec<Argument<'a>> = Vec::new();
    if let Some(input) = service.input(operation)?
        && let Some(structure) = input.structure()
    {
        for member in &structure.members {
            let node = input.member(member)?;
            let required = structure.is_required(&member.name) && !node.has(|traits| traits.idempotency_token);
            of_member(command, name, &member.name, node, required, &mut arguments);
        }
    }
    for added in added::of_operation(command, name) {
        let role = Role::Added(added);
        arguments.retain(|argument| argument.flag != added.flag);
        arguments.push(Argument { flag: added.flag.to_owned(), arity: added.arity, role, required: added.required });
        for member in added.replaces {
            arguments
                .retain(|argument| !matches!(argument.role, Role::Member { name, .. } if name == *member) || argument.flag == added.flag);
        }
        added.fills.iter().for_each(|member| {
            let filled = |argument: &&mut Argument<'_>| matches!(argument.role, Role::Member { name, .. } if name == *member);
            arguments.iter_mut().filter(filled).for_each(|argument| argument.required = false);
        });
    }
    // Renamed options come last, also in the request.
    let (renamed, mut arguments): (Vec<_>, Vec<_>) = arguments.into_iter().partition(|argument| is_renamed(argument, command, name));
    arguments.extend(renamed);
    // These hide members of the same name: `--max-items` limits the result, not the response.
    let mut general = |flag: &str, arity, role| {
        arguments.retain(|argument| argument.flag != flag);
        arguments.push(Argument { flag: flag.to_owned(), arity, role, required: false });
    };
    general("cli-input-json", Arity::One, Role::InputJson);
    general("cli-input-yaml", Arity::One, Role::InputYaml);
    if let Some(paginator) = paginator {
        general("starting-token", Arity::One, Role::StartingToken);
        if paginator.limit_key().is_some() {
            general("page-size", Arity::One, Role::PageSize);
        }
        general("max-items", Arity::One, Role::MaxItems);
    }
    general("generate-cli-skeleton", Arity::Optional, Role::Skeleton);
    Ok(arguments)
}

fn is_renamed(argument: &Argument<'_>, command: &str, operation: &str) -> bool {
    match argument.role {
        Role::Member { name, .. } => irregular::renamed(command, operation, name).is_some_and(|flag| flag == argument.flag),
        _ => false,
    }
}

fn of_member<'a>(command: &str, operation: &str, name: &'a str, node: Node<'a>, required: bool, arguments: &mut Vec<Argument<'a>>) {
    let regular = kebab(name);
    let flag = irregular::renamed(command, operation, name).map_or_else(|| regular.clone(), str::to_owned);
    // Where only the hyphens differ, the regular name works as well.
    if flag != regular && flag.replace('-', "") == regular.replace('-', "") {
        let arity = if matches!(node.shape_type(), ShapeType::List(_)) { Arity::Many } else { Arity::One };
        arguments.push(Argument { flag: regular, arity, role: Role::Member { name, node }, required: false });
    }
    let mut add = |flag: String, arity, role, required| arguments.push(Argument { flag, arity, role, required });
    if let Some(member) = irregular::scalar_list(command, &node) {
        return add(flag, Arity::Many, Role::Scalars { name, member }, required);
    }
    match node.shape_type() {
        ShapeType::Boolean => {
            let negative = irregular::negative(command, operation, name).map_or_else(|| format!("no-{flag}"), str::to_owned);
            add(flag, Arity::None, Role::Flag { name, node, value: true }, false);
            add(negative, Arity::None, Role::Flag { name, node, value: false }, false);
        }
        ShapeType::Structure(_) if irregular::is_boolean_attribute(command, operation, &node) => {
            add(format!("no-{flag}"), Arity::None, Role::Flag { name, node, value: false }, false);
            add(flag, Arity::Optional, Role::Flag { name, node, value: true }, false);
        }
        ShapeType::List(_) => add(flag, Arity::Many, Role::Member { name, node }, required),
        _ => add(flag, Arity::One, Role::Member { name, node }, required),
    }
}

/// The kebab case of a name: `ListObjectsV2` → `list-objects-v2`.
pub(super) fn kebab(name: &str) -> String {
    snake_case(name).replace('_', "-")
}
