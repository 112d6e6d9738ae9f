//! The rest protocols: members bound to the status, to headers and to the body.

use std::sync::Arc;

use base64::Engine;

use super::metadata::{self, metadata};
use super::stream::{self, body_stream};
use super::{Format, insert_members, not_a_structure, scalar, utf8};
use crate::definition::{Location, Member, Node, Operation, ProtocolName, Service, ShapeType, Structure};
use crate::error::{Error, Result};
use crate::http::{Headers, Response};
use crate::protocol::event_stream::Events;
use crate::text::json_reader::Json;
use crate::value::{Bytes, List, Map, Str, Value};

pub(super) fn parse(service: &Arc<Service>, operation: &Operation, mut response: Response) -> Result<Map> {
    let protocol = service.protocol()?;
    let mut output = Map::new();
    let ids = metadata::header_ids(protocol, &response.headers);
    output.insert(metadata::KEY, metadata(ids, response.status, &response.headers));
    let Some(node) = service.output(operation)? else {
        // Reading it to its end lets the connection be used again.
        response.body.buffer().map_err(Error::from_stream)?;
        return Ok(output);
    };
    let structure = node.structure().ok_or_else(|| not_a_structure(node))?;
    insert_bound(&mut output, node, structure, response.status, &response.headers)?;
    if let Some((_, member)) = structure.payload() {
        let target = node.member(member)?;
        let streamed = if target.has(|t| t.event_stream) {
            Some(Events::new(service, operation, stream::take(&mut response)).into_stream())
        } else if matches!(target.shape_type(), ShapeType::Blob) {
            Some(body_stream(&mut response))
        } else {
            None
        };
        if let Some(stream) = streamed {
            output.insert(member.name.clone(), stream);
            return Ok(output);
        }
    }
    let body = response.body.buffer().map_err(Error::from_stream)?;
    insert_body(&mut output, node, structure, protocol, &body)?;
    Ok(output)
}

/// The members that are bound to the status and to headers.
pub(super) fn insert_bound(output: &mut Map, node: Node<'_>, structure: &Structure, status: u16, headers: &Headers) -> Result<()> {
    for member in &structure.members {
        let target = node.member(member)?;
        let value = match target.location() {
            Some(Location::StatusCode) => Some(Value::Int(status.into())),
            Some(Location::Header) => {
                headers.get(wire_name(target, member)).map(|text| header(target, text)).transpose()?.filter(|v| !v.is_null())
            }
            Some(Location::Headers) => Some(prefixed(target.location_name().unwrap_or_default(), headers)),
            _ => None,
        };
        if let Some(value) = value {
            output.insert(member.name.clone(), value);
        }
    }
    Ok(())
}

/// The members in a body that is in memory.
pub(super) fn insert_body(output: &mut Map, node: Node<'_>, structure: &Structure, protocol: ProtocolName, body: &Bytes) -> Result<()> {
    let format = Format::of(protocol);
    let Some((_, member)) = structure.payload() else {
        insert_members(output, structure, format.members(node, structure, body)?);
        return Ok(());
    };
    let target = node.member(member)?;
    let value = match target.shape_type() {
        ShapeType::Blob => Value::Bytes(body.clone()),
        ShapeType::String => Value::String(Str::from(utf8(body)?)),
        // A union that is not there is absent; one without a member would be an error.
        _ if body.is_empty() && target.has(|t| t.union) => Value::Null,
        _ => format.value(target, body)?,
    };
    // Only a document is null.
    if !value.is_null() || target.has(|t| t.document) {
        output.insert(member.name.clone(), value);
    }
    Ok(())
}

fn wire_name<'a>(target: Node<'a>, member: &'a Member) -> &'a str {
    target.location_name().unwrap_or(&member.name)
}

/// The value of one header.
fn header(target: Node<'_>, text: &str) -> Result<Value> {
    Ok(match target.shape_type() {
        ShapeType::List(item) => {
            let item = target.follow(item)?;
            let dates = matches!(item.shape_type(), ShapeType::Timestamp);
            let parts = if dates { split_dates(text) } else { text.split(',').collect() };
            let items = parts.into_iter().map(|part| header(item, part.trim()));
            Value::List(List::from(items.collect::<Result<Vec<_>>>()?))
        }
        _ if target.has(|t| t.json_value) => json_value(text)?,
        ShapeType::Boolean => Value::Bool(match target.service().protocol()? {
            ProtocolName::RestJson => text.eq_ignore_ascii_case("true"),
            _ => text == "true",
        }),
        ShapeType::Integer | ShapeType::Long => scalar::integer(text)?,
        ShapeType::Float | ShapeType::Double => scalar::float(text)?,
        ShapeType::Timestamp => scalar::timestamp(text)?,
        ShapeType::Blob => scalar::blob(text)?,
        _ => Value::String(Str::from(text)),
    })
}

/// Splits a list of dates at its commas, but for the comma after a weekday.
fn split_dates(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (comma, _) in text.match_indices(',') {
        if text[start..comma].contains(|c: char| c.is_ascii_digit()) {
            parts.push(&text[start..comma]);
            start = comma + 1;
        }
    }
    parts.push(&text[start..]);
    parts
}

/// JSON in base64.
fn json_value(text: &str) -> Result<Value> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).map_err(|e| scalar::invalid("base64", text).with_source(e))?;
    Json::document(utf8(&bytes)?)
}

/// All headers whose names begin with the prefix, under the rest of their names.
fn prefixed(prefix: &str, headers: &Headers) -> Value {
    let rest = |name: &str| name.get(..prefix.len()).filter(|p| p.eq_ignore_ascii_case(prefix)).map(|_| Str::from(&name[prefix.len()..]));
    Value::Map(headers.iter().filter_map(|(name, value)| Some((rest(name)?, value))).collect())
}
