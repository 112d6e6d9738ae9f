//! The json protocol (1.0 and 1.1) and the rest-json protocol.

use super::rest::{Bound, RestBody, bind};
use super::scalar::{blob, push_base64, push_timestamp, timestamp};
use super::{Serialized, SerializedBody, member, mismatch};
use crate::definition::{Node, Operation, Service, ShapeType, TimestampFormat};
use crate::error::Result;
use crate::text::Path;
use crate::text::json::JsonText;
use crate::text::json::push_int;
use crate::value::{Map, Str, Value};

/// The json protocol: the whole input in a JSON body.
pub(super) fn serialize(service: &Service, operation: &Operation, shape: Option<Node<'_>>, input: &Map) -> Result<Serialized> {
    let mut request = Serialized::new(operation, "/");
    request.headers.append("X-Amz-Target", Str::concat(&[service.target_prefix()?, ".", &operation.name]));
    request.headers.append("Content-Type", Str::concat(&["application/x-amz-json-", service.json_version()?]));
    if service.metadata().aws_query_compatible {
        request.headers.append("x-amzn-query-mode", "true");
    }
    let body = match shape {
        Some(shape) => {
            let mut writer = JsonWriter::new();
            writer.structure(shape, input, &Path::ROOT)?;
            writer.into_bytes()
        }
        None => b"{}".to_vec(),
    };
    request.body = SerializedBody::Bytes(body.into());
    Ok(request)
}

/// The rest-json protocol: members bound to the path, query, and headers, and a JSON body.
pub(super) fn serialize_rest(operation: &Operation, shape: Option<Node<'_>>, request_uri: &str, input: &Map) -> Result<Serialized> {
    let Bound { mut request, body } = bind(operation, shape, request_uri, input)?;
    let Some(json) = rest_body(&mut request, body)? else { return Ok(request) };
    if !request.headers.contains("Content-Type") {
        request.headers.append("Content-Type", "application/json");
    }
    request.body = SerializedBody::Bytes(json.into());
    Ok(request)
}

/// Returns the JSON body; `None` if there is no body or if it is a payload of text or bytes.
fn rest_body(request: &mut Serialized, body: RestBody<'_>) -> Result<Option<Vec<u8>>> {
    let mut writer = JsonWriter::new();
    match body {
        RestBody::NoInput => return Ok(None),
        RestBody::Raw(body) => {
            request.body = body;
            return Ok(None);
        }
        RestBody::Members(shape, members) if members.is_empty() && !has_body_members(shape)? => return Ok(None),
        RestBody::Members(_, members) => writer.members(members.into_iter())?,
        RestBody::Payload(Some((node, name, value))) => writer.value(node, value, &Path::ROOT.name(name))?,
        RestBody::Payload(None) => writer.members(std::iter::empty())?,
    }
    Ok(Some(writer.into_bytes()))
}

/// An input with members for the body has a body even if none of them is given.
fn has_body_members(shape: Node<'_>) -> Result<bool> {
    for member in shape.structure().map(|s| s.members.as_slice()).unwrap_or_default() {
        if shape.member(member)?.location().is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Writes values as JSON according to their shapes.
pub(super) struct JsonWriter(JsonText);

impl JsonWriter {
    pub fn new() -> JsonWriter {
        JsonWriter(JsonText::spaced())
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0.text.into_bytes()
    }

    /// Writes the value at `path`, of the shape `node`.
    pub fn value(&mut self, node: Node<'_>, value: &Value, path: &Path<'_>) -> Result<()> {
        path.check_depth()?;
        match (node.shape_type(), value) {
            (_, Value::Null) => self.0.text.push_str("null"),
            (ShapeType::Structure(_), _) if node.has(|t| t.document) => self.0.document(value, path)?,
            (ShapeType::Structure(_), Value::Map(map)) => self.structure(node, map, path)?,
            (ShapeType::List(item), Value::List(list)) => {
                let item_node = node.follow(item)?;
                self.0.text.push('[');
                for (i, item) in list.iter().enumerate() {
                    self.0.item(i == 0);
                    self.value(item_node, item, &path.index(i))?;
                }
                self.0.text.push(']');
            }
            (ShapeType::Map { value: item, .. }, Value::Map(map)) => {
                let item_node = node.follow(item)?;
                self.0.text.push('{');
                for (i, (key, item)) in map.iter().enumerate() {
                    self.0.key(i == 0, key);
                    self.value(item_node, item, &path.name(key))?;
                }
                self.0.text.push('}');
            }
            (ShapeType::Structure(_) | ShapeType::List(_) | ShapeType::Map { .. }, _) => return Err(mismatch(node, value, path)),
            (ShapeType::Timestamp, _) => self.timestamp(node, value, path)?,
            (ShapeType::Blob, _) => {
                self.0.text.push('"');
                push_base64(&mut self.0.text, &blob(node, value, path)?);
                self.0.text.push('"');
            }
            // A decimal given for a float becomes the nearest double.
            (ShapeType::Float | ShapeType::Double, Value::Number(n)) if n.is_integer() => self.0.text.push_str(n.as_str()),
            (ShapeType::Float | ShapeType::Double, Value::Number(n)) => self.0.float(n.to_f64()),
            _ => self.0.document(value, path)?,
        }
        Ok(())
    }

    /// Writes a structure, in the order of the input.
    pub fn structure(&mut self, node: Node<'_>, map: &Map, path: &Path<'_>) -> Result<()> {
        if node.has(|t| t.document) {
            return self.0.document(&Value::Map(map.clone()), path);
        }
        self.0.text.push('{');
        for (i, (key, value)) in map.iter().enumerate() {
            self.member(i == 0, member(node, key, path)?, key, value, path)?;
        }
        self.0.text.push('}');
        Ok(())
    }

    /// Writes an object of some members of the input.
    pub fn members<'a>(&mut self, members: impl Iterator<Item = (Node<'a>, &'a str, &'a Value)>) -> Result<()> {
        self.0.text.push('{');
        for (i, (node, name, value)) in members.enumerate() {
            self.member(i == 0, node, name, value, &Path::ROOT)?;
        }
        self.0.text.push('}');
        Ok(())
    }

    fn member(&mut self, first: bool, node: Node<'_>, name: &str, value: &Value, path: &Path<'_>) -> Result<()> {
        self.0.key(first, node.location_name().unwrap_or(name));
        self.value(node, value, &path.name(name))
    }

    fn timestamp(&mut self, node: Node<'_>, value: &Value, path: &Path<'_>) -> Result<()> {
        let instant = timestamp(node, value, path)?;
        match node.timestamp_format().unwrap_or(TimestampFormat::UnixTimestamp) {
            TimestampFormat::UnixTimestamp if instant.nanoseconds() < 1000 => push_int(&mut self.0.text, instant.seconds()),
            TimestampFormat::UnixTimestamp => self.0.float(instant.as_f64()),
            format => {
                self.0.text.push('"');
                push_timestamp(&mut self.0.text, instant, format);
                self.0.text.push('"');
            }
        }
        Ok(())
    }
}
