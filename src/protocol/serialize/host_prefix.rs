//! What an operation puts before the host name.

use crate::definition::{Node, Operation};
use crate::error::Result;
use crate::text::invalid;
use crate::value::{Map, Value};

/// The operation's host prefix with its labels filled in; the label members are checked whether or not it is used.
pub(super) fn expand(operation: &Operation, shape: Option<Node<'_>>, input: &Map) -> Result<Option<String>> {
    let Some(template) = &operation.host_prefix else { return Ok(None) };
    if let Some(shape) = shape {
        check_labels(shape, input)?;
    }
    let mut prefix = String::with_capacity(template.len());
    let mut rest = template.as_str();
    while let Some((before, label, after)) = next_label(rest) {
        prefix.push_str(before);
        prefix.push_str(label_value(label, input)?);
        rest = after;
    }
    prefix.push_str(rest);
    Ok(Some(prefix))
}

/// The text before the first `{label}`, the label, and the text after it.
fn next_label(template: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = template.split_once('{')?;
    let (label, after) = rest.split_once('}')?;
    Some((before, label, after))
}

fn check_labels(shape: Node<'_>, input: &Map) -> Result<()> {
    let Some(structure) = shape.structure() else { return Ok(()) };
    let mut bad = Vec::new();
    for member in structure.members.iter().filter(|m| m.target.traits.host_label) {
        let text = label_value(&member.name, input)?;
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-') {
            bad.push(member.name.as_str());
        }
    }
    match bad.is_empty() {
        true => Ok(()),
        false => Err(invalid(format_args!(
            "Invalid value for parameter(s): {}. Must contain only alphanumeric characters, hyphen, or period.",
            bad.join(", ")
        ))),
    }
}

fn label_value<'v>(label: &str, input: &'v Map) -> Result<&'v str> {
    match input.get(label) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(invalid(format_args!("Parameter {label}: the host name needs a text, this is a {}", other.type_name()))),
        None => Err(invalid(format_args!("Missing required parameter in input: \"{label}\" (a part of the host name)"))),
    }
}
