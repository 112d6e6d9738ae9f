//! Describes an operation as a value, for people and for programs that inspect it before they call it.

use std::collections::HashSet;

use super::node::Node;
use super::operation::Operation;
use super::service::Service;
use super::shape::{ShapeId, ShapeRef, ShapeType, Structure};
use super::traits::Location;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{List, MAX_DEPTH, Map, Value};

/// Describes an operation. A structure, list, or map is described in full where it occurs first. After that, only its name is
/// written, with `described: "above"`, because shapes may contain themselves. The caller supplies `read_only`, because
/// it may know more than the definition.
///
/// # Errors
/// Returns [`ErrorKind::InvalidDefinition`] if a shape is missing or invalid, or if shapes are nested deeper than 300 levels.
pub(crate) fn describe(service: &Service, operation: &Operation, read_only: bool) -> Result<Value> {
    let mut out = Map::new();
    out.insert("service", service.name());
    out.insert("name", &operation.name);
    out.insert("method_name", super::snake_case(&operation.name));
    out.insert("http", crate::value!({"method": (&operation.http_method), "request_uri": (&operation.request_uri)}));
    let mut shapes = Shapes { service, seen: HashSet::new(), depth: 0 };
    for (key, reference) in [("input", &operation.input), ("output", &operation.output)] {
        if let Some(reference) = reference {
            out.insert(key, shapes.describe(reference)?);
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

/// Describes shapes; see [`describe`].
struct Shapes<'a> {
    service: &'a Service,
    /// The shapes that are described already.
    seen: HashSet<ShapeId>,
    depth: usize,
}

impl Shapes<'_> {
    fn describe(&mut self, reference: &ShapeRef) -> Result<Value> {
        let node = self.service.node(reference)?;
        let mut out = Map::new();
        out.insert("shape", node.name());
        out.insert("type", if node.has(|t| t.document) { "document" } else { node.shape_type().name() });
        describe_traits(&node, &mut out);
        let Ok(id) = reference.target else { return Ok(Value::Map(out)) };
        if node.shape_type().is_nested() && !self.seen.insert(id) {
            out.insert("described", "above");
            return Ok(Value::Map(out));
        }
        if self.depth > MAX_DEPTH {
            let text = format!("{}: the shape {} is nested deeper than {MAX_DEPTH} levels", self.service.name(), node.name());
            return Err(Error::new(ErrorKind::InvalidDefinition, text));
        }
        self.depth += 1;
        match node.shape_type() {
            ShapeType::Structure(structure) => self.members(structure, &mut out)?,
            ShapeType::List(member) => {
                out.insert("member", self.describe(member)?);
            }
            ShapeType::Map { key, value } => {
                out.insert("key", self.describe(key)?);
                out.insert("value", self.describe(value)?);
            }
            _ => {}
        }
        self.depth -= 1;
        Ok(Value::Map(out))
    }

    fn members(&mut self, structure: &Structure, out: &mut Map) -> Result<()> {
        let mut members = Map::new();
        for member in &structure.members {
            members.insert(member.name.clone(), self.describe(&member.target)?);
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

/// Verbs of operations that only read, regardless of the HTTP method, because most protocols send everything with POST.
const READING: [&str; 10] = ["Get", "List", "Describe", "Head", "BatchGet", "BatchDescribe", "Search", "Lookup", "Query", "Scan"];
/// Verbs of operations that only read if they use GET. With POST, they may start a job.
const READING_BY_GET: [&str; 5] = ["Export", "Suggest", "Check", "Count", "Test"];

/// Returns whether an operation changes nothing, so that a program or a language model can call it without asking. Operations
/// for which this is unknown count as writing.
///
/// The definition says so itself (`readonly`), or the name begins with a reading verb, the method is not PUT, PATCH, or DELETE,
/// and there is no idempotency token, which a reading operation does not need.
///
/// # Errors
/// Fails if the shape of the input is missing or invalid.
pub(crate) fn only_reads(service: &Service, operation: &Operation) -> Result<bool> {
    if operation.read_only {
        return Ok(true);
    }
    let begins_with = |verbs: &[&str]| verbs.iter().any(|verb| is_verb_of(verb, &operation.name));
    let by_name = match operation.http_method.as_str() {
        "GET" | "HEAD" => begins_with(&READING) || begins_with(&READING_BY_GET),
        "POST" => begins_with(&READING),
        _ => false,
    };
    Ok(by_name && !takes_token(service, operation)?)
}

/// Returns whether a name begins with the verb as a whole word: `Get` is not the verb of `GetawayPlan`.
fn is_verb_of(verb: &str, name: &str) -> bool {
    name.strip_prefix(verb).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_lowercase()))
}

fn takes_token(service: &Service, operation: &Operation) -> Result<bool> {
    let Some(input) = service.input(operation)? else { return Ok(false) };
    for member in input.structure().map(|s| s.members.as_slice()).unwrap_or_default() {
        if input.member(member)?.has(|t| t.idempotency_token) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_verbs_are_whole_words_and_tokens_mean_writing() {
        let service = Service::parse(
            "test",
            r#"{"metadata": {}, "operations": {
                "ListRivers": {"http": {"method": "POST"}},
                "Listen": {"http": {"method": "POST"}},
                "GetRiver": {"http": {"method": "PUT"}},
                "ExportMap": {"http": {"method": "GET"}},
                "ExportAll": {"http": {"method": "POST"}},
                "Simulate": {"http": {"method": "POST"}, "readonly": true},
                "Query": {"http": {"method": "POST"}, "input": {"shape": "In"}}
            }, "shapes": {
                "In": {"type": "structure", "members": {"Token": {"shape": "Text", "idempotencyToken": true}}},
                "Text": {"type": "string"}
            }}"#,
        )
        .unwrap();
        let reads = |name: &str| only_reads(&service, service.operation(name).unwrap()).unwrap();
        assert!(reads("ListRivers") && reads("ExportMap") && reads("Simulate"));
        assert!(!reads("Listen") && !reads("GetRiver") && !reads("ExportAll") && !reads("Query"));
    }

    #[test]
    fn deeply_nested_shapes_are_rejected() {
        let shapes: String =
            (0..20_000).map(|i| format!(r#""S{i}": {{"type": "structure", "members": {{"M": {{"shape": "S{}"}}}}}},"#, i + 1)).collect();
        let text = format!(
            r#"{{"metadata": {{}}, "operations": {{"Get": {{"http": {{"method": "POST"}}, "input": {{"shape": "S0"}}}}}},
            "shapes": {{{shapes} "S20000": {{"type": "string"}}}}}}"#
        );
        let service = Service::parse("test", text).unwrap();
        let error = describe(&service, service.operation("Get").unwrap(), true).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidDefinition);
        assert_eq!(error.message(), "test: the shape S301 is nested deeper than 300 levels");
        let input = service.operation("Get").unwrap().input.as_ref();
        let schema = super::super::json_schema(&service, input, super::super::Direction::Input, "t").unwrap();
        assert_eq!(schema["$defs"].len(), 19_999);
    }
}
