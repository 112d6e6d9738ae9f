//! An operation's definition as a value, for people and for programs that look before they call.

use std::collections::HashSet;

use super::node::Node;
use super::operation::Operation;
use super::service::Service;
use super::shape::{ShapeId, ShapeRef, ShapeType, Structure};
use super::traits::Location;
use crate::error::Result;
use crate::value::{List, Map, Value};

/// What the definition says of an operation. A structure, list or map is written out where it is met first;
/// after that only its name stands, with `described: "above"`: shapes may contain themselves. `read_only` is said by the
/// caller, who may know more than the definition.
pub(crate) fn describe(service: &Service, operation: &Operation, read_only: bool) -> Result<Value> {
    let mut out = Map::new();
    out.insert("service", service.name());
    out.insert("name", &operation.name);
    out.insert("method_name", super::snake_case(&operation.name));
    out.insert("http", crate::value!({"method": (&operation.http_method), "request_uri": (&operation.request_uri)}));
    let mut seen = HashSet::new();
    for (key, reference) in [("input", &operation.input), ("output", &operation.output)] {
        if let Some(reference) = reference {
            out.insert(key, shape(service, reference, &mut seen)?);
        }
    }
    let errors = operation.errors.iter().map(|e| error(service, e)).collect::<Result<List>>()?;
    out.insert("errors", errors);
    out.insert("read_only", read_only);
    out.extend(traits(operation));
    Ok(Value::Map(out))
}

fn traits(operation: &Operation) -> Map {
    let mut out = Map::new();
    for (name, holds) in [
        ("idempotent", operation.idempotent),
        ("deprecated", operation.deprecated),
        ("unsigned_payload", operation.unsigned_payload),
        ("http_checksum_required", operation.http_checksum_required),
        ("endpoint_operation", operation.endpoint_operation),
    ] {
        if holds {
            out.insert(name, true);
        }
    }
    if let Some(prefix) = &operation.host_prefix {
        out.insert("host_prefix", prefix);
    }
    if let Some(kind) = &operation.auth_type {
        out.insert("auth_type", kind);
    }
    if !operation.auth.is_empty() {
        out.insert("auth", operation.auth.iter().collect::<List>());
    }
    if let Some(discovery) = &operation.endpoint_discovery {
        out.insert("endpoint_discovery", crate::value!({"required": (discovery.required)}));
    }
    out
}

fn error(service: &Service, reference: &ShapeRef) -> Result<Value> {
    let node = service.node(reference)?;
    let mut out = Map::new();
    out.insert("shape", node.name());
    if let Some(error) = &node.shape().traits.error {
        if let Some(code) = &error.code {
            out.insert("code", code);
        }
        if let Some(status) = error.http_status_code {
            out.insert("status", status);
        }
    }
    Ok(Value::Map(out))
}

/// `seen` are the shapes that are written out already.
fn shape(service: &Service, reference: &ShapeRef, seen: &mut HashSet<ShapeId>) -> Result<Value> {
    let node = service.node(reference)?;
    let mut out = Map::new();
    out.insert("shape", node.name());
    out.insert("type", if node.has(|t| t.document) { "document" } else { node.shape_type().name() });
    describe_traits(&node, &mut out);
    let Ok(id) = reference.target else { return Ok(Value::Map(out)) };
    if node.shape_type().is_nested() && !seen.insert(id) {
        out.insert("described", "above");
        return Ok(Value::Map(out));
    }
    match node.shape_type() {
        ShapeType::Structure(structure) => members(service, structure, &mut out, seen)?,
        ShapeType::List(member) => {
            out.insert("member", shape(service, member, seen)?);
        }
        ShapeType::Map { key, value } => {
            out.insert("key", shape(service, key, seen)?);
            out.insert("value", shape(service, value, seen)?);
        }
        _ => {}
    }
    Ok(Value::Map(out))
}

fn members(service: &Service, structure: &Structure, out: &mut Map, seen: &mut HashSet<ShapeId>) -> Result<()> {
    let mut members = Map::new();
    for member in &structure.members {
        members.insert(member.name.clone(), shape(service, &member.target, seen)?);
    }
    out.insert("members", members);
    if !structure.required.is_empty() {
        out.insert("required", structure.required.iter().collect::<List>());
    }
    if let Some(payload) = &structure.payload {
        out.insert("payload", payload);
    }
    Ok(())
}

fn describe_traits(node: &Node<'_>, out: &mut Map) {
    if let Some(location) = node.location() {
        out.insert("location", location_name(location));
    }
    if let Some(name) = node.location_name() {
        out.insert("location_name", name);
    }
    for (name, bound) in [("min", node.min()), ("max", node.max())] {
        if let Some(bound) = bound {
            out.insert(name, whole(bound));
        }
    }
    let traits = &node.shape().traits;
    if let Some(pattern) = &traits.pattern {
        out.insert("pattern", pattern);
    }
    if !traits.values.is_empty() {
        out.insert("enum", traits.values.iter().collect::<List>());
    }
    for (name, holds) in [
        ("union", node.has(|t| t.union)),
        ("streaming", node.has(|t| t.streaming)),
        ("event_stream", node.has(|t| t.event_stream)),
        ("idempotency_token", node.has(|t| t.idempotency_token)),
        ("host_label", node.has(|t| t.host_label)),
        ("sensitive", node.has(|t| t.sensitive)),
        ("deprecated", node.has(|t| t.deprecated)),
    ] {
        if holds {
            out.insert(name, true);
        }
    }
}

pub(super) fn whole(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 { Value::Int(number as i64) } else { Value::Float(number) }
}

fn location_name(location: Location) -> &'static str {
    match location {
        Location::Uri => "uri",
        Location::QueryString => "querystring",
        Location::Header => "header",
        Location::Headers => "headers",
        Location::StatusCode => "statusCode",
    }
}
