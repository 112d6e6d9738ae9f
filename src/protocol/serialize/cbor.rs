//! The smithy-rpc-v2-cbor protocol.

use super::cbor_head::{CborText, Major};
use super::scalar::{blob, timestamp};
use super::{Serialized, SerializedBody, member, mismatch};
use crate::definition::{Node, Operation, Service, ShapeType};
use crate::error::Result;
use crate::text::{Path, invalid};
use crate::value::{Map, Str, Value};

const CBOR: &str = "application/cbor";
const EVENT_STREAM: &str = "application/vnd.amazon.eventstream";

pub(super) fn serialize(service: &Service, operation: &Operation, shape: Option<Node<'_>>, input: &Map) -> Result<Serialized> {
    let path = format!("/service/{}/operation/{}", service.target_prefix()?, operation.name);
    let mut request = Serialized::new(operation, path);
    request.method = Str::from("POST");
    request.headers.append("smithy-protocol", "rpc-v2-cbor");
    if service.metadata().aws_query_compatible {
        request.headers.append("x-amzn-query-mode", "true");
    }
    request.headers.append("Accept", content_type(service.output(operation)?)?);
    if let Some(shape) = shape {
        request.headers.append("Content-Type", content_type(Some(shape))?);
        let mut cbor = CborText::default();
        structure(&mut cbor, shape, input, &Path::ROOT)?;
        request.body = SerializedBody::Bytes(cbor.bytes.into());
    }
    Ok(request)
}

/// Whether a message of that shape is one CBOR map or a stream of events.
fn content_type(shape: Option<Node<'_>>) -> Result<&'static str> {
    let Some(shape) = shape else { return Ok(CBOR) };
    for member in shape.structure().map(|s| s.members.as_slice()).unwrap_or_default() {
        if shape.member(member)?.has(|t| t.event_stream) {
            return Ok(EVENT_STREAM);
        }
    }
    Ok(CBOR)
}

/// Nulls of a structure are left out; the head has the count of the others.
fn structure(cbor: &mut CborText, node: Node<'_>, map: &Map, path: &Path<'_>) -> Result<()> {
    let given = || map.iter().filter(|(_, v)| !v.is_null());
    cbor.head(Major::Map, given().count() as u64);
    for (key, item) in given() {
        let member = member(node, key, path)?;
        cbor.text(member.location_name().unwrap_or(key));
        value(cbor, member, item, &path.name(key))?;
    }
    Ok(())
}

fn value(cbor: &mut CborText, node: Node<'_>, value: &Value, path: &Path<'_>) -> Result<()> {
    path.check_depth()?;
    match (node.shape_type(), value) {
        (ShapeType::Structure(_), Value::Map(map)) if !node.has(|t| t.document) => structure(cbor, node, map, path)?,
        (ShapeType::List(item), Value::List(list)) => {
            let item_node = node.follow(item)?;
            cbor.head(Major::List, list.len() as u64);
            for (i, item) in list.iter().enumerate() {
                self::value(cbor, item_node, item, &path.index(i))?;
            }
        }
        (ShapeType::Map { value: item, .. }, Value::Map(map)) => {
            let item_node = node.follow(item)?;
            cbor.head(Major::Map, map.len() as u64);
            for (key, item) in map {
                cbor.text(key);
                self::value(cbor, item_node, item, &path.name(key))?;
            }
        }
        (ShapeType::String, Value::String(text)) => cbor.text(text),
        (ShapeType::Boolean, Value::Bool(b)) => cbor.bool(*b),
        (ShapeType::Integer | ShapeType::Long, _) => {
            let number = integer(value).ok_or_else(|| mismatch(node, value, path))?;
            cbor.int(number).ok_or_else(|| invalid(format_args!("Parameter {path}: {number} is beyond 64 bits")))?;
        }
        (ShapeType::Float, _) => {
            let number = number(value).ok_or_else(|| mismatch(node, value, path))?;
            if number.is_finite() && (number as f32).is_infinite() {
                return Err(invalid(format_args!("Parameter {path}: {number:e} is beyond 32 bits")));
            }
            cbor.float(number);
        }
        (ShapeType::Double, _) => cbor.double(number(value).ok_or_else(|| mismatch(node, value, path))?),
        (ShapeType::Timestamp, _) => cbor.timestamp(timestamp(node, value, path)?),
        (ShapeType::Blob, _) => cbor.blob(&blob(node, value, path)?),
        _ => return Err(mismatch(node, value, path)),
    }
    Ok(())
}

/// Booleans count as 0 and 1, as in validation.
fn integer(value: &Value) -> Option<i128> {
    match value {
        Value::Int(n) => Some((*n).into()),
        Value::Bool(b) => Some((*b).into()),
        Value::Number(n) => n.as_str().parse().ok(),
        _ => None,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(b) => Some(f64::from(u8::from(*b))),
        _ => value.as_float(),
    }
}
