//! The input and output of an operation as JSON Schema (draft 2020-12).
//!
//! The schema describes the unambiguous JSON form (`Value::to_json`). It does not include checks that services make beyond their
//! definitions, nor the additional parameters of service customizations (`src/service/`).

mod pattern;

use std::collections::{BTreeSet, VecDeque};

use super::node::Node;
use super::service::Service;
use super::shape::{Member, ShapeId, ShapeRef, ShapeType, Structure};
use super::traits::Location;
use crate::error::Result;
use crate::value;
use crate::value::{List, Map, Value};

/// Which of the two structures of an operation is described.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// The parameters: required members must be present, and no others are allowed.
    Input,
    /// The result: services omit members and add new ones, so neither is asserted.
    Output,
}

/// Returns the schema of a structure and everything that it contains. `None` is an empty structure.
///
/// # Errors
/// Fails if a shape is missing or invalid.
pub(crate) fn json_schema(service: &Service, root: Option<&ShapeRef>, direction: Direction, title: &str) -> Result<Value> {
    let mut writer = Writer { service, direction, seen: BTreeSet::new(), open: VecDeque::new(), tags: BTreeSet::new() };
    let mut schema = Map::from_iter([("$schema", DIALECT), ("title", title)]);
    let body = match root {
        Some(root) => writer.body(service.node(root)?)?,
        None => writer.structure(None)?,
    };
    schema.extend(body);
    if direction == Direction::Output
        && let Some(properties) = schema.get_mut("properties").and_then(Value::as_map_mut)
    {
        properties.insert("ResponseMetadata", metadata());
    }
    let definitions = writer.definitions()?;
    if !definitions.is_empty() {
        schema.insert("$defs", definitions);
    }
    Ok(Value::Map(schema))
}

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

struct Writer<'a> {
    service: &'a Service,
    direction: Direction,
    /// The shapes with their own definitions, whether written already or not.
    seen: BTreeSet<ShapeId>,
    open: VecDeque<&'a ShapeRef>,
    /// The tags of the JSON form that are used.
    tags: BTreeSet<&'static str>,
}

impl<'a> Writer<'a> {
    /// Returns a reference to the definition of a shape, or its schema if that is small.
    fn reference(&mut self, reference: &'a ShapeRef) -> Result<Value> {
        let node = self.service.node(reference)?;
        let mut out = match reference.target {
            Ok(id) if self.has_own_definition(node)? => {
                if self.seen.insert(id) {
                    self.open.push_back(reference);
                }
                Map::from_iter([("$ref", reference_to(node.name()))])
            }
            _ => self.body(node)?,
        };
        for (name, holds) in [("deprecated", node.has(|t| t.deprecated)), ("x-sensitive", node.has(|t| t.sensitive))] {
            if holds {
                out.insert(name, true);
            }
        }
        Ok(Value::Map(out))
    }

    /// Structures, and lists and maps of nested shapes, may contain themselves. Long enumerations are written once.
    fn has_own_definition(&self, node: Node<'a>) -> Result<bool> {
        Ok(match node.shape_type() {
            ShapeType::Structure(_) => !node.has(|t| t.document) && !node.has(|t| t.event_stream),
            ShapeType::List(item) => self.service.node(item)?.shape_type().is_nested(),
            ShapeType::Map { value, .. } => self.service.node(value)?.shape_type().is_nested(),
            ShapeType::String => node.shape().traits.values.len() > 8,
            _ => false,
        })
    }

    fn body(&mut self, node: Node<'a>) -> Result<Map> {
        if node.has(|t| t.document) || (node.has(|t| t.json_value) && node.location() == Some(Location::Header)) {
            return Ok(Map::new());
        }
        if node.has(|t| t.event_stream) {
            return Ok(self.tag(STREAM));
        }
        Ok(match node.shape_type() {
            ShapeType::Structure(structure) => {
                let mut out = self.structure(Some(structure))?;
                if node.has(|t| t.union) && self.direction == Direction::Input {
                    out.extend([("minProperties", 1), ("maxProperties", 1)]);
                }
                out
            }
            ShapeType::List(item) => {
                let mut out = Map::from_iter([("type", Value::from("array")), ("items", self.reference(item)?)]);
                bounds(node, ["minItems", "maxItems"], &mut out);
                out
            }
            ShapeType::Map { key, value } => self.map(node, key, value)?,
            ShapeType::String => self.text(node),
            ShapeType::Integer | ShapeType::Long => {
                let mut out = Map::from_iter([("type", "integer")]);
                bounds(node, ["minimum", "maximum"], &mut out);
                out
            }
            ShapeType::Float | ShapeType::Double => {
                let mut number = Map::from_iter([("type", "number")]);
                bounds(node, ["minimum", "maximum"], &mut number);
                any_of([number, self.tag(FLOAT)])
            }
            ShapeType::Boolean => Map::from_iter([("type", "boolean")]),
            ShapeType::Timestamp => match self.direction {
                Direction::Output => self.tag(TIMESTAMP),
                Direction::Input => any_of([self.tag(TIMESTAMP), Map::from_iter([("type", value!(["string", "number"]))])]),
            },
            ShapeType::Blob => match self.direction {
                Direction::Output => self.tag(BYTES),
                Direction::Input => any_of([self.tag(BYTES), Map::from_iter([("type", "string")])]),
            },
        })
    }

    fn structure(&mut self, structure: Option<&'a Structure>) -> Result<Map> {
        let (mut properties, mut required) = (Map::new(), List::new());
        for member in structure.map(|s| s.members.as_slice()).unwrap_or_default() {
            let schema = match streams(self.service, structure, member)? && self.direction == Direction::Output {
                true => Value::Map(self.tag(STREAM)),
                false => self.reference(&member.target)?,
            };
            properties.insert(member.name.clone(), schema);
            // A missing token is generated.
            let token = member.target.traits.idempotency_token;
            if structure.is_some_and(|s| s.is_required(&member.name)) && !token {
                required.push(member.name.clone());
            }
        }
        let mut out = Map::from_iter([("type", Value::from("object")), ("properties", Value::Map(properties))]);
        if self.direction == Direction::Input {
            if !required.is_empty() {
                out.insert("required", required);
            }
            out.insert("additionalProperties", false);
        }
        Ok(out)
    }

    fn map(&mut self, node: Node<'a>, key: &'a ShapeRef, of: &'a ShapeRef) -> Result<Map> {
        let mut out = Map::from_iter([("type", Value::from("object")), ("additionalProperties", self.reference(of)?)]);
        let mut names = self.text(self.service.node(key)?);
        names.remove("type");
        if !names.is_empty() {
            out.insert("propertyNames", names);
        }
        bounds(node, ["minProperties", "maxProperties"], &mut out);
        Ok(out)
    }

    fn text(&mut self, node: Node<'a>) -> Map {
        let mut out = Map::from_iter([("type", "string")]);
        bounds(node, ["minLength", "maxLength"], &mut out);
        if node.has(|t| t.host_label) && node.min().is_none() {
            out.insert("minLength", 1);
        }
        let traits = &node.shape().traits;
        if let Some(pattern) = traits.pattern.as_deref().and_then(pattern::portable) {
            out.insert("pattern", pattern);
        }
        if !traits.values.is_empty() {
            // A service may return newer values than the definition knows.
            let keyword = if self.direction == Direction::Input { "enum" } else { "examples" };
            out.insert(keyword, traits.values.iter().collect::<List>());
        }
        out
    }

    fn tag(&mut self, tag: &'static str) -> Map {
        self.tags.insert(tag);
        Map::from_iter([("$ref", reference_to(tag))])
    }

    /// Returns the definitions of all referenced shapes and of the tags.
    fn definitions(mut self) -> Result<Map> {
        let mut out = Map::new();
        while let Some(reference) = self.open.pop_front() {
            let node = self.service.node(reference)?;
            let body = self.body(node)?;
            out.insert(node.name(), body);
        }
        for tag in self.tags {
            out.insert(tag, of_tag(tag));
        }
        Ok(out)
    }
}

/// Returns whether a member is a binary body, which is a stream in results.
fn streams(service: &Service, structure: Option<&Structure>, member: &Member) -> Result<bool> {
    let is_payload = structure.and_then(Structure::payload).is_some_and(|(_, payload)| payload.name == member.name);
    Ok(is_payload && matches!(service.node(&member.target)?.shape_type(), ShapeType::Blob))
}

const BYTES: &str = "$bytes";
const TIMESTAMP: &str = "$timestamp";
const FLOAT: &str = "$float";
const STREAM: &str = "$stream";

/// Returns the schema of a tag, which represents a type that JSON lacks.
fn of_tag(tag: &'static str) -> Value {
    let content = match tag {
        BYTES => value!({"type": "string", "contentEncoding": "base64"}),
        TIMESTAMP => value!({"type": "string", "format": "date-time"}),
        FLOAT => value!({"enum": ["NaN", "Infinity", "-Infinity"]}),
        _ => value!({"type": ["integer", "null"], "description": "The length of a stream, which is read separately."}),
    };
    value!({"type": "object", "properties": {tag: content}, "required": [tag], "additionalProperties": false})
}

fn metadata() -> Value {
    value!({
        "type": "object",
        "properties": {
            "RequestId": {"type": "string"},
            "HTTPStatusCode": {"type": "integer"},
            "HTTPHeaders": {"type": "object", "additionalProperties": {"type": "string"}},
            "RetryAttempts": {"type": "integer"},
        },
    })
}

/// Adds the minimum and maximum length or number.
fn bounds(node: Node<'_>, [least, greatest]: [&'static str; 2], out: &mut Map) {
    for (name, bound) in [(least, node.min()), (greatest, node.max())] {
        if let Some(bound) = bound {
            out.insert(name, super::describe::whole(bound));
        }
    }
}

fn any_of(schemas: [Map; 2]) -> Map {
    Map::from_iter([("anyOf", schemas.into_iter().map(Value::Map).collect::<List>())])
}

/// A JSON pointer (RFC 6901) to a definition.
fn reference_to(name: &str) -> String {
    format!("#/$defs/{}", name.replace('~', "~0").replace('/', "~1"))
}
