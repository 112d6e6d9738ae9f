//! Converts a stubbed or recorded response to the types of a parsed one: bytes for blobs, timestamps, and streams for
//! bodies.

use std::io::Cursor;

use crate::definition::{Node, ShapeType};
use crate::error::Result;
use crate::value::{Map, Stream, Timestamp, Value};

/// Converts a response to the operation's output shape. Values that do not fit remain unchanged.
pub(super) fn conform(output: Node<'_>, response: &Map) -> Result<Map> {
    match structure(output, response)? {
        Value::Map(map) => Ok(map),
        _ => Ok(response.clone()),
    }
}

fn value(node: Node<'_>, value: &Value) -> Result<Value> {
    if node.has(|t| t.document) {
        return Ok(value.clone());
    }
    Ok(match (node.shape_type(), value) {
        (ShapeType::Structure(_), Value::List(events)) if node.has(|t| t.event_stream) => {
            let events = events.iter().map(|event| self::value(node, event)).collect::<Result<Vec<_>>>()?;
            Stream::from_events(events.into_iter().map(Ok)).into()
        }
        (ShapeType::Structure(_), Value::Map(map)) => structure(node, map)?,
        (ShapeType::List(item), Value::List(list)) => {
            let item = node.follow(item)?;
            Value::List(list.iter().map(|v| self::value(item, v)).collect::<Result<_>>()?)
        }
        (ShapeType::Map { value: of, .. }, Value::Map(map)) => {
            let of = node.follow(of)?;
            Value::Map(map.iter().map(|(key, v)| Ok((key.clone(), self::value(of, v)?))).collect::<Result<_>>()?)
        }
        (ShapeType::Blob, Value::String(text)) => Value::from(text.as_bytes().to_vec()),
        (ShapeType::Float | ShapeType::Double, Value::Int(n)) => Value::Float(*n as f64),
        (ShapeType::Timestamp, Value::String(text)) => Timestamp::parse(text).map_or_else(|_| value.clone(), Value::from),
        (ShapeType::Timestamp, Value::Int(n)) => Timestamp::checked(*n, 0).map_or_else(|| value.clone(), Value::from),
        (ShapeType::Timestamp, Value::Float(n)) => Timestamp::from_f64(*n).map_or_else(|| value.clone(), Value::from),
        _ => value.clone(),
    })
}

/// Converts the members of a structure. The body of a streaming operation becomes a stream, whatever its type.
fn structure(node: Node<'_>, map: &Map) -> Result<Value> {
    let Some(structure) = node.structure() else { return Ok(Value::Map(map.clone())) };
    let payload = structure.payload().map(|(_, member)| member.name.as_str());
    let mut out = Map::with_capacity(map.len());
    for (key, given) in map {
        let Some((_, member)) = structure.member(key) else {
            out.insert(key.clone(), given);
            continue;
        };
        let target = node.member(member)?;
        let conformed = value(target, given)?;
        let streams = payload == Some(key.as_str()) && matches!(target.shape_type(), ShapeType::Blob);
        out.insert(
            key.clone(),
            match conformed {
                Value::Bytes(bytes) if streams => Stream::from_seekable(Cursor::new(bytes))?.into(),
                other => other,
            },
        );
    }
    Ok(Value::Map(out))
}
