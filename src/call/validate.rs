//! Validation: compares the parameters of a call with the operation's input shape, before anything is serialized.
//!
//! Every problem is reported, in boto3's order and words. Only the line of an unknown parameter adds something after
//! boto3's text: the nearest names. As in boto3, the constraints `max`, `pattern`, and `enum` are left to the service.
//!
//! # Differs from boto3
//!
//! The value of a member that is sensitive is shown as `***`. A parameter of the wrong type that the endpoint depends on is reported alone
//! and as an `EndpointResolutionError` for every service; boto3 reports those of some services here, with all others.

use std::fmt;

use super::Call;
use crate::definition::{Location, Node, ShapeType, Structure};
use crate::error::{Result, did_you_mean};
use crate::text::python::{Repr, Type};
use crate::text::{Path, invalid};
use crate::value::{List, Map, Timestamp, Value};

/// The stage: checks the parameters of a call, unless a setting switches that off.
pub(super) fn check(call: &mut Call<'_>) -> Result<()> {
    match call.service.input(call.operation)? {
        Some(input) if call.client.settings.parameter_validation => validate(input, &call.params),
        _ => Ok(()),
    }
}

/// Compares `params` with the shape `input`. Valid parameters cost no allocation.
///
/// # Errors
/// Of kind [`ErrorKind::ParamValidation`](crate::ErrorKind::ParamValidation), with a line for each problem; of kind
/// [`ErrorKind::InvalidDefinition`](crate::ErrorKind::InvalidDefinition) if a shape is broken.
pub(crate) fn validate(input: Node<'_>, params: &Map) -> Result<()> {
    run(Report::default(), input, params)
}

/// As [`validate`], for incomplete parameters: nothing is missing, and a placeholder is valid anywhere. A map is valid in
/// place of a string, because hooks of a service can convert it.
pub(crate) fn validate_part(input: Node<'_>, params: &Map, is_placeholder: fn(&Value) -> bool) -> Result<()> {
    run(Report { is_placeholder: Some(is_placeholder), ..Report::default() }, input, params)
}

fn run(mut report: Report, input: Node<'_>, params: &Map) -> Result<()> {
    if input.has(|t| t.document) {
        report.document_entries(params, &Path::ROOT)?;
    } else if let Some(structure) = input.structure() {
        report.structure(input, structure, params, &Path::ROOT)?;
    }
    match report.lines.is_empty() {
        true => Ok(()),
        false => Err(invalid(report.lines).with_detail("problems", report.problems)),
    }
}

#[derive(Default)]
struct Report {
    /// The lines so far.
    lines: String,
    /// The same as data: `path`, `kind`, and `message` of each problem.
    problems: List,
    /// Recognizes placeholders; present if the parameters can be incomplete.
    is_placeholder: Option<fn(&Value) -> bool>,
}

const STRING: &str = "<class 'str'>";
const INTEGER: &str = "<class 'int'>";
const FLOAT: &str = "<class 'float'>, <class 'decimal.Decimal'>, <class 'int'>";
const BOOLEAN: &str = "<class 'bool'>";
const STRUCTURE: &str = "<class 'dict'>";
const LIST: &str = "<class 'list'>, <class 'tuple'>";
const BLOB: &str = "<class 'bytes'>, <class 'bytearray'>, file-like object";
const TIMESTAMP: &str = "<class 'datetime.datetime'>, timestamp-string";
const DOCUMENT: &str = "<class 'str'>, <class 'int'>, <class 'bool'>, <class 'float'>, <class 'list'>, <class 'dict'>";

impl Report {
    fn value(&mut self, node: Node<'_>, value: &Value, path: &Path<'_>) -> Result<()> {
        path.check_depth()?;
        if self.is_placeholder.is_some_and(|is_placeholder| is_placeholder(value)) {
            return Ok(());
        }
        if node.has(|t| t.json_value) && node.location() == Some(Location::Header) {
            self.json_value(value, path);
            return Ok(());
        }
        match (node.shape_type(), value) {
            (ShapeType::Structure(_), _) if node.has(|t| t.document) => self.document(value, path)?,
            (ShapeType::Structure(structure), Value::Map(map)) => self.structure(node, structure, map, path)?,
            (ShapeType::List(_), Value::List(list)) => self.list(node, list, path)?,
            (ShapeType::Map { .. }, Value::Map(map)) => self.map(node, map, path)?,
            (ShapeType::String, Value::String(text)) => self.length(node, path, || text.chars().count()),
            (ShapeType::Integer | ShapeType::Long, _) if is_integer(value) => self.range(node, value, path),
            (ShapeType::Float | ShapeType::Double, Value::Float(_) | Value::Number(_)) => self.range(node, value, path),
            (ShapeType::Float | ShapeType::Double, _) if is_integer(value) => self.range(node, value, path),
            (ShapeType::Boolean, Value::Bool(_)) => {}
            (ShapeType::Timestamp, _) if is_timestamp(value) => {}
            (ShapeType::Blob, Value::Bytes(_) | Value::String(_) | Value::Stream(_)) => {}
            (ShapeType::String, Value::Map(_)) if self.is_placeholder.is_some() => {}
            (shape_type, _) => self.type_line(node, value, path, wanted(shape_type)),
        }
        Ok(())
    }

    fn structure(&mut self, node: Node<'_>, structure: &Structure, map: &Map, path: &Path<'_>) -> Result<()> {
        if node.has(|t| t.union) {
            self.union(structure, map, path);
        }
        let partial = self.is_placeholder.is_some();
        for name in structure.required.iter().filter(|name| !partial && !map.contains_key(name)) {
            self.line("missing", path, format_args!("Missing required parameter in {}: \"{name}\"", Named(path)));
        }
        for key in map.keys().filter(|key| structure.member(key).is_none()) {
            self.unknown(structure, key, path);
        }
        for (key, value) in map {
            if let Some((_, member)) = structure.member(key) {
                self.value(node.service().node(&member.target)?, value, &path.name(key))?;
            }
        }
        Ok(())
    }

    fn union(&mut self, structure: &Structure, map: &Map, path: &Path<'_>) {
        let members = Names(structure);
        match map.len() {
            1 => {}
            0 => self.line(
                "union",
                path,
                format_args!("Must set one of the following keys for tagged unionstructure {}: {members}.", Named(path)),
            ),
            _ => self.line(
                "union",
                path,
                format_args!(
                    "Invalid number of parameters set for tagged union structure {}. Can only set one of the following keys: {members}.",
                    Named(path)
                ),
            ),
        }
    }

    fn unknown(&mut self, structure: &Structure, key: &str, path: &Path<'_>) {
        let near = match did_you_mean(key, structure.members.iter().map(|m| m.name.as_str())) {
            near if near.is_empty() => near,
            near => format!(" ({})", near.trim_start()),
        };
        self.line(
            "unknown",
            path,
            format_args!("Unknown parameter in {}: \"{key}\", must be one of: {}{near}", Named(path), Names(structure)),
        );
    }

    fn list(&mut self, node: Node<'_>, list: &List, path: &Path<'_>) -> Result<()> {
        let ShapeType::List(item) = node.shape_type() else { return Ok(()) };
        self.length(node, path, || list.len());
        let item = node.follow(item)?;
        list.iter().enumerate().try_for_each(|(i, value)| self.value(item, value, &path.index(i)))
    }

    fn map(&mut self, node: Node<'_>, map: &Map, path: &Path<'_>) -> Result<()> {
        let ShapeType::Map { key, value } = node.shape_type() else { return Ok(()) };
        let (key_node, value_node) = (node.follow(key)?, node.follow(value)?);
        for (key, value) in map {
            self.length(key_node, &path.key(key), || key.chars().count());
            self.value(value_node, value, &path.name(key))?;
        }
        Ok(())
    }

    fn length(&mut self, node: Node<'_>, path: &Path<'_>, length: impl Fn() -> usize) {
        // A part of the host name cannot be empty, whatever the definition says.
        let implied = if node.has(|t| t.host_label) { Some(1.0) } else { None };
        let Some(min) = node.min().or(implied) else { return };
        let length = length();
        if (length as f64) < min {
            self.line("length", path, format_args!("Invalid length for parameter {path}, value: {length}, valid min length: {min}"));
        }
    }

    fn range(&mut self, node: Node<'_>, value: &Value, path: &Path<'_>) {
        let Some(min) = node.min() else { return };
        let number = match value {
            Value::Bool(b) => f64::from(u8::from(*b)),
            _ => value.as_float().unwrap_or(f64::NAN),
        };
        if number < min {
            let decimal = Value::Float(min);
            let min: &dyn fmt::Display = if node.has(|t| t.decimal_min) { &Repr::top(&decimal) } else { &min };
            self.line(
                "range",
                path,
                format_args!("Invalid value for parameter {path}, value: {}, valid min value: {min}", Shown(node, value)),
            );
        }
    }

    /// JSON inside a header can be any JSON value.
    fn json_value(&mut self, value: &Value, path: &Path<'_>) {
        if let Some(foreign) = not_json(value) {
            self.line(
                "json",
                path,
                format_args!(
                    "Invalid parameter {path} must be json serializable: Object of type {} is not JSON serializable",
                    Type(foreign).name()
                ),
            );
        }
    }

    /// Untyped data. As in boto3, the name of a value inside a map starts with its key.
    fn document(&mut self, value: &Value, path: &Path<'_>) -> Result<()> {
        path.check_depth()?;
        match value {
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Number(_) | Value::String(_) => Ok(()),
            Value::List(list) => list.iter().enumerate().try_for_each(|(i, value)| self.document(value, &path.index(i))),
            Value::Map(map) => self.document_entries(map, path),
            Value::Bytes(_) | Value::Timestamp(_) | Value::Set(_) | Value::Stream(_) => {
                self.line(
                    "type",
                    path,
                    format_args!(
                        "Invalid type for document parameter {path}, value: {}, type: {}, valid types: {DOCUMENT}",
                        Repr::top(value),
                        Type(value)
                    ),
                );
                Ok(())
            }
        }
    }

    fn document_entries(&mut self, map: &Map, path: &Path<'_>) -> Result<()> {
        map.iter().try_for_each(|(key, value)| self.document(value, &path.restart(key)))
    }

    fn type_line(&mut self, node: Node<'_>, value: &Value, path: &Path<'_>, wanted: &str) {
        self.line(
            "type",
            path,
            format_args!("Invalid type for parameter {path}, value: {}, type: {}, valid types: {wanted}", Shown(node, value), Type(value)),
        );
    }

    fn line(&mut self, kind: &str, path: &Path<'_>, line: fmt::Arguments<'_>) {
        let line = line.to_string();
        if !self.lines.is_empty() {
            self.lines.push('\n');
        }
        self.lines.push_str(&line);
        let problem = [("path", Value::from(path.to_string())), ("kind", kind.into()), ("message", line.into())];
        self.problems.push(problem.into_iter().collect::<Map>());
    }
}

fn wanted(shape_type: &ShapeType) -> &'static str {
    match shape_type {
        ShapeType::Structure(_) | ShapeType::Map { .. } => STRUCTURE,
        ShapeType::List(_) => LIST,
        ShapeType::String => STRING,
        ShapeType::Integer | ShapeType::Long => INTEGER,
        ShapeType::Float | ShapeType::Double => FLOAT,
        ShapeType::Boolean => BOOLEAN,
        ShapeType::Timestamp => TIMESTAMP,
        ShapeType::Blob => BLOB,
    }
}

/// As in boto3, a boolean is accepted as 0 or 1.
fn is_integer(value: &Value) -> bool {
    match value {
        Value::Int(_) | Value::Bool(_) => true,
        Value::Number(n) => n.is_integer(),
        _ => false,
    }
}

fn is_timestamp(value: &Value) -> bool {
    match value {
        Value::Timestamp(_) | Value::Bool(_) => true,
        Value::Int(n) => Timestamp::checked(*n, 0).is_some(),
        Value::Float(n) => Timestamp::from_f64(*n).is_some(),
        Value::Number(n) => Timestamp::parse(n.as_str()).is_ok(),
        Value::String(text) => Timestamp::parse(text).is_ok(),
        _ => false,
    }
}

/// Returns the first nested value that JSON cannot represent. Excessive nesting is detected when the value is written.
fn not_json(value: &Value) -> Option<&Value> {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Bytes(_) | Value::Timestamp(_) | Value::Set(_) | Value::Stream(_) => return Some(value),
            Value::List(list) => open.extend(list.iter().rev()),
            Value::Map(map) => {
                let first = open.len();
                open.extend(map.values());
                open[first..].reverse();
            }
            _ => {}
        }
    }
    None
}

/// The path of a structure; the parameters themselves are called `input`.
struct Named<'a>(&'a Path<'a>);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_root() { f.write_str("input") } else { fmt::Display::fmt(self.0, f) }
    }
}

/// The names of all members.
struct Names<'a>(&'a Structure);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, member) in self.0.members.iter().enumerate() {
            write!(f, "{}{}", if i > 0 { ", " } else { "" }, member.name)?;
        }
        Ok(())
    }
}

/// A value in a message, masked if the definition marks it as sensitive.
struct Shown<'a>(Node<'a>, &'a Value);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.has(|t| t.sensitive) {
            true => f.write_str("***"),
            false => Repr::top(self.1).fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Service;
    use crate::{ErrorKind, value};

    const SERVICE: &str = r#"{"metadata": {}, "operations": {"Op": {"http": {"method": "POST"}, "input": {"shape": "In"}}}, "shapes": {
        "In": {"type": "structure", "required": ["Name"], "members": {"Name": {"shape": "Name"}, "Count": {"shape": "Count"},
            "Tags": {"shape": "Tags"}, "Labels": {"shape": "Labels"}, "Choice": {"shape": "Choice"}, "Doc": {"shape": "Doc"},
            "Rate": {"shape": "Rate"}, "When": {"shape": "When"}, "Secret": {"shape": "Secret"}, "Host": {"shape": "Text", "hostLabel": true},
            "Context": {"shape": "Text", "jsonvalue": true, "location": "header", "locationName": "x-context"}}},
        "Name": {"type": "string", "min": 2}, "Count": {"type": "integer", "min": 3}, "Rate": {"type": "double", "min": 1.0}, "Text": {"type": "string"},
        "Tags": {"type": "list", "member": {"shape": "Tag"}, "min": 1},
        "Tag": {"type": "structure", "members": {"Key": {"shape": "Text"}, "Value": {"shape": "Text"}}, "required": ["Key", "Value"]},
        "Labels": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Tags"}},
        "Choice": {"type": "structure", "union": true, "members": {"a": {"shape": "Text"}, "b": {"shape": "Text"}}},
        "Doc": {"type": "structure", "members": {}, "document": true}, "When": {"type": "timestamp"},
        "Secret": {"type": "string", "sensitive": true}}}"#;

    /// The lines of the report on `params`.
    fn report(params: Value) -> Vec<String> {
        let service = Service::parse("test", SERVICE).unwrap();
        let input = service.input(service.operation("Op").unwrap()).unwrap().unwrap();
        match validate(input, params.as_map().unwrap()) {
            Ok(()) => Vec::new(),
            Err(e) => {
                assert_eq!(e.kind(), ErrorKind::ParamValidation);
                e.message().lines().skip(1).map(str::to_owned).collect()
            }
        }
    }

    #[test]
    fn valid_parameters_pass() {
        let params = value!({"Name": "éé", "Count": 3, "Tags": [{"Key": "k", "Value": ""}], "Choice": {"a": "x"},
            "Doc": {"any": [1, null, {"thing": 1.5}]}, "When": "2015-01-25", "Host": "h", "Context": {"a": 1}});
        assert!(report(params).is_empty());
    }

    #[test]
    fn every_problem_is_reported_in_boto3s_order() {
        let params = value!({"Count": 2, "Naem": "x", "Tags": [{"Value": 1}, "x"], "Labels": {"k": []}});
        let members = "Name, Count, Tags, Labels, Choice, Doc, Rate, When, Secret, Host, Context";
        assert_eq!(
            report(params),
            [
                "Missing required parameter in input: \"Name\"".to_owned(),
                format!("Unknown parameter in input: \"Naem\", must be one of: {members} (Did you mean Name?)"),
                "Invalid value for parameter Count, value: 2, valid min value: 3".to_owned(),
                "Missing required parameter in Tags[0]: \"Key\"".to_owned(),
                "Invalid type for parameter Tags[0].Value, value: 1, type: <class 'int'>, valid types: <class 'str'>".to_owned(),
                "Invalid type for parameter Tags[1], value: x, type: <class 'str'>, valid types: <class 'dict'>".to_owned(),
                "Invalid length for parameter Labels (key: k), value: 1, valid min length: 2".to_owned(),
                "Invalid length for parameter Labels.k, value: 0, valid min length: 1".to_owned(),
            ]
        );
    }

    #[test]
    fn unions_documents_and_headers_have_their_own_lines() {
        let line = |key: &str, value: Value| {
            let mut params = Map::from_iter([("Name", "nn")]);
            params.insert(key, value);
            report(Value::Map(params)).join("\n")
        };
        assert_eq!(line("Choice", value!({})), "Must set one of the following keys for tagged unionstructure Choice: a, b.");
        assert!(line("Choice", value!({"a": "1", "b": "2"})).ends_with("structure Choice. Can only set one of the following keys: a, b."));
        assert!(
            line("Doc", value!({"q": {"r": [b"z"]}}))
                .starts_with("Invalid type for document parameter r[0], value: b'z', type: <class 'bytes'>")
        );
        assert!(line("Context", value!([b"z"])).ends_with("must be json serializable: Object of type bytes is not JSON serializable"));
        assert_eq!(line("Host", value!("")), "Invalid length for parameter Host, value: 0, valid min length: 1");
        assert_eq!(line("Rate", value!(0.5)), "Invalid value for parameter Rate, value: 0.5, valid min value: 1.0");
        assert!(
            line("When", value!("x"))
                .ends_with("value: x, type: <class 'str'>, valid types: <class 'datetime.datetime'>, timestamp-string")
        );
        assert!(line("Name", value!(null)).contains("value: None, type: <class 'NoneType'>"));
    }

    #[test]
    fn secrets_are_not_printed() {
        let lines = report(value!({"Name": "nn", "Secret": 271828}));
        assert_eq!(lines, ["Invalid type for parameter Secret, value: ***, type: <class 'int'>, valid types: <class 'str'>"]);
    }
}
