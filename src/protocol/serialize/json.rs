//! The json protocols (1.0 and 1.1), and JSON bodies for rest-json.

use super::base64_text::push_base64;
use super::scalar::{blob, push_timestamp, timestamp};
use super::{Serialized, SerializedBody, member, mismatch};
use crate::definition::{Node, Operation, Service, ShapeType, TimestampFormat};
use crate::error::Result;
use crate::text::Path;
use crate::text::json::JsonText;
use crate::text::json::push_int;
use crate::value::{Map, Value};

pub(super) fn serialize(service: &Service, operation: &Operation, shape: Option<Node<'_>>, input: &Map) -> Result<Serialized> {
    let mut request = Serialized::new(operation, "/");
    request.headers.append("X-Amz-Target", format!("{}.{}", service.target_prefix()?, operation.name));
    request.headers.append("Content-Type", format!("application/x-amz-json-{}", service.json_version()?));
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

/// Writes values as their shapes have it.
pub(super) struct JsonWriter(JsonText);

impl JsonWriter {
    pub fn new() -> JsonWriter {
        JsonWriter(JsonText::spaced())
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0.text.into_bytes()
    }

    /// A value at `path`, of the shape `node`.
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
            // A decimal for a float becomes the nearest double.
            (ShapeType::Float | ShapeType::Double, Value::Number(n)) if n.is_integer() => self.0.text.push_str(n.as_str()),
            (ShapeType::Float | ShapeType::Double, Value::Number(n)) => self.0.float(n.to_f64()),
            _ => self.0.document(value, path)?,
        }
        Ok(())
    }

    /// A structure's map, in the user's order.
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

    /// An object of some members of the input.
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
