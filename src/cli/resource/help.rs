//! The help of a service's resources, of a type, and of a collection.

use super::{End, missing_identifiers};
use crate::cli::aws::Text;
use crate::resource::{Collection, MemberKind, Resource};

/// The help of what the words lead to.
pub(super) fn text_of(service: &str, words: &[&str], end: &End) -> String {
    let line = [&["tucuxi", "resource", service], words].concat().join(" ");
    match end {
        End::Resource(resource) => of_resource(&line, resource),
        End::Collection(collection) => of_collection(&line, collection),
        End::BatchAction(collection, name) => {
            let action = collection.item_type().batch_actions.iter().find(|action| action.name.as_str() == name);
            of_call(&line, name, "batch action", action.map(|action| action.operation.as_str()))
        }
        End::Unchecked => of_call(&line, words.last().unwrap_or(&""), "member", None),
        End::Member(resource, name, kind) => {
            let kind_of = resource.resource_type();
            let operation = kind_of.actions.iter().find(|action| action.name.as_str() == name).map(|action| &action.operation);
            of_call(&line, name, kind.name(), operation.map(|operation| operation.as_str()))
        }
    }
}

fn of_resource(line: &str, resource: &Resource) -> String {
    let kind = resource.resource_type();
    let mut text = Text::new(&format!("{}.{}", resource.service_name(), resource.type_name()));
    text.heading("SYNOPSIS");
    text.line(4, &format!("{line} MEMBER [--option value ...]"));
    for (heading, wanted) in [
        ("IDENTIFIERS", MemberKind::Identifier),
        ("ATTRIBUTES", MemberKind::Attribute),
        ("TYPES", MemberKind::Subresource),
        ("COLLECTIONS", MemberKind::Collection),
        ("REFERENCES", MemberKind::Reference),
        ("ACTIONS", MemberKind::Action),
        ("WAITERS", MemberKind::Waiter),
    ] {
        let names: Vec<String> =
            resource.members().into_iter().filter(|member| member.kind == wanted).map(|member| member.name.to_string()).collect();
        if names.is_empty() {
            continue;
        }
        text.heading(heading);
        let operation_of = |name: &String| match wanted {
            MemberKind::Action => kind.actions.iter().find(|action| action.name.as_str() == name),
            MemberKind::Collection => kind.has_many.iter().find(|action| action.name.as_str() == name),
            _ => None,
        };
        match wanted {
            MemberKind::Subresource => {
                let lines =
                    names.iter().map(|name| format!("{name} {}", missing_identifiers(resource, name).unwrap_or_default().join(" ")));
                lines.for_each(|line| text.line(4, line.trim_end()));
            }
            MemberKind::Action | MemberKind::Collection => {
                let pairs: Vec<(String, String)> = names
                    .iter()
                    .map(|name| (name.clone(), operation_of(name).map_or(String::new(), |action| format!("calls {}", action.operation))))
                    .collect();
                text.pairs(&pairs.iter().map(|(name, about)| (name.as_str(), about.as_str())).collect::<Vec<_>>());
            }
            _ => text.columns(&names),
        }
    }
    text.0
}

fn of_collection(line: &str, collection: &Collection) -> String {
    let mut text = Text::new(&format!("{collection:?}"));
    text.heading("SYNOPSIS");
    text.line(4, &format!("{line} [--filter NAME=VALUE ...] [--limit N] [--page-size N] [BATCH_ACTION [--param NAME=VALUE ...]]"));
    text.heading("FILTERS");
    text.line(
        4,
        &format!(
            "The parameters of {}: `tucuxi describe {} {}`",
            collection.operation(),
            collection.client().service().name(),
            collection.operation()
        ),
    );
    text.heading("ITEMS");
    text.line(4, &collection.item_type().name);
    let actions: Vec<&str> = collection.batch_actions().map(|name| name.as_str()).collect();
    if !actions.is_empty() {
        text.heading("BATCH ACTIONS");
        text.columns(&actions);
    }
    text.0
}

fn of_call(line: &str, name: &str, kind: &str, operation: Option<&str>) -> String {
    let mut text = Text::new(&format!("{name} - {kind}"));
    text.heading("SYNOPSIS");
    let params = if matches!(kind, "action" | "batch action" | "waiter") { " [--param NAME=VALUE ...]" } else { "" };
    text.line(4, &format!("{line}{params}"));
    if let Some(operation) = operation {
        text.heading("PARAMETERS");
        text.line(4, &format!("Those of the operation {operation} that the resource does not provide."));
    }
    text.0
}
