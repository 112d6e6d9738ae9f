//! `--generate-cli-skeleton`: an input document with every member, or an output document.

use super::invocation::Invocation;
use crate::cli::failure::Result;
use crate::cli::output::{self, Format, Look};
use crate::definition::{Node, ShapeType};
use crate::value::{List, Map, Value};

/// Prints the skeleton of that kind: `input`, `yaml-input`, or `output`.
///
/// # Errors
/// If the definition is broken or standard output cannot be written.
pub(super) fn print(invocation: &Invocation, kind: &str) -> Result<()> {
    let service = invocation.session.definitions().service(&invocation.service, None)?;
    let operation = service.operation(&invocation.operation)?;
    let shape = if kind == "output" { service.output(operation)? } else { service.input(operation)? };
    let document = match shape {
        Some(node) => Sample { names_texts: kind == "output" }.value_of(&node, "", &mut Vec::new())?,
        None => Map::new().into(),
    };
    let format = if kind == "yaml-input" { Format::Yaml } else { Format::Json };
    Ok(output::print(|out| match &document {
        Value::Map(map) if map.is_empty() => writeln!(out, "{{}}"),
        document => output::result(out, document, format, &invocation.operation, Look::PLAIN),
    })?)
}

/// The form of a skeleton.
struct Sample {
    /// Whether a text is the name of its member or, in lists and maps, of its shape. In an input document, it is the first value
    /// that is allowed, or empty.
    names_texts: bool,
}

impl Sample {
    /// A sample of a shape; a shape inside itself is empty.
    fn value_of<'a>(&self, node: &Node<'a>, name: &str, above: &mut Vec<&'a str>) -> Result<Value> {
        if above.contains(&node.name()) {
            return Ok(Map::new().into());
        }
        above.push(node.name());
        let value = match node.shape_type() {
            ShapeType::Structure(structure) => {
                let mut members = Map::new();
                for member in &structure.members {
                    members.insert(member.name.clone(), self.value_of(&node.member(member)?, &member.name, above)?);
                }
                members.into()
            }
            ShapeType::List(item) => {
                let item = node.follow(item)?;
                List::from_iter([self.value_of(&item, "", above)?]).into()
            }
            ShapeType::Map { value, .. } => Map::from_iter([("KeyName", self.value_of(&node.follow(value)?, "", above)?)]).into(),
            ShapeType::String if self.names_texts => (if name.is_empty() { node.name() } else { name }).into(),
            ShapeType::String => node.shape().traits.values.first().map_or_else(|| "".into(), |first| first.clone().into()),
            ShapeType::Integer | ShapeType::Long => 0.into(),
            ShapeType::Float | ShapeType::Double => 0.0.into(),
            ShapeType::Boolean => true.into(),
            ShapeType::Timestamp => "1970-01-01T00:00:00".into(),
            ShapeType::Blob if self.names_texts => "".into(),
            ShapeType::Blob => Value::Null,
        };
        above.pop();
        Ok(value)
    }
}
