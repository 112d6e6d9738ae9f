//! The REST protocols: members bound to the status, the headers, and the body.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use base64::Engine;

use super::metadata::{self, metadata};
use super::position::{Policy, Position, Unreadable};
use super::{Format, insert_members, not_a_structure, scalar};
use crate::definition::{Location, Member, Node, Operation, ProtocolName, Service, ShapeType, Structure};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Headers, Response, ResponseBody};
use crate::protocol::event_stream::Events;
use crate::text::json_reader;
use crate::value::{Bytes, List, Map, Str, Stream, Value};

pub(super) fn parse(service: &Arc<Service>, operation: &Operation, mut response: Response, policy: &Policy) -> Result<Map> {
    let protocol = service.protocol()?;
    let mut output = Map::new();
    let ids = metadata::header_ids(protocol, &response.headers);
    // First, because the rest protocols have it before the members.
    output.insert(metadata::KEY, metadata(ids, response.status, &response.headers));
    let Some(node) = service.output(operation)? else {
        // Read to the end so that the connection can be reused.
        response.body.buffer().map_err(Error::from_stream)?;
        return Ok(output);
    };
    let structure = node.structure().ok_or_else(|| not_a_structure(node))?;
    insert_bound(&mut output, node, structure, response.status, &response.headers, &policy.root())?;
    if let Some((_, member)) = structure.payload() {
        let target = node.member(member)?;
        let streamed = if target.has(|t| t.event_stream) {
            Some(Events::new(service, operation, take_body(&mut response), policy.lenient).into_stream())
        } else if matches!(target.shape_type(), ShapeType::Blob) {
            Some(body_stream(&mut response))
        } else {
            None
        };
        if let Some(stream) = streamed {
            output.insert(member.name.clone(), stream);
            report(policy, &mut output);
            return Ok(output);
        }
    }
    let body = response.body.buffer().map_err(Error::from_stream)?;
    insert_body(&mut output, node, structure, protocol, &body, &policy.root())?;
    report(policy, &mut output);
    Ok(output)
}

fn report(policy: &Policy, output: &mut Map) {
    if let Some(metadata) = output.get_mut(metadata::KEY).and_then(Value::as_map_mut) {
        policy.report(metadata);
    }
}

/// Inserts the members bound to the status and to headers.
pub(super) fn insert_bound(
    output: &mut Map,
    node: Node<'_>,
    structure: &Structure,
    status: u16,
    headers: &Headers,
    position: &Position<'_>,
) -> Result<()> {
    for member in &structure.members {
        let target = node.member(member)?;
        let value = match target.location() {
            Some(Location::StatusCode) => Some(Value::Int(status.into())),
            Some(Location::Header) => {
                let position = position.name(&member.name);
                let name = wire_name(target, member);
                headers.get(name).map(|text| header(target, name, text, &position)).transpose()?.filter(|v| !v.is_null())
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

/// Inserts the members in a buffered body.
pub(super) fn insert_body(
    output: &mut Map,
    node: Node<'_>,
    structure: &Structure,
    protocol: ProtocolName,
    body: &Bytes,
    position: &Position<'_>,
) -> Result<()> {
    let format = Format::of(protocol);
    let Some((_, member)) = structure.payload() else {
        insert_members(output, structure, format.members(node, structure, body, position)?);
        return Ok(());
    };
    let target = node.member(member)?;
    let value = match target.shape_type() {
        ShapeType::Blob => Value::Bytes(body.clone()),
        ShapeType::String => Value::String(Str::from(super::utf8(body)?)),
        // Without a body the union is absent; parsing it as an empty union would be an error.
        _ if body.is_empty() && target.has(|t| t.union) => Value::Null,
        _ => format.value(target, body, &position.name(&member.name))?,
    };
    // Only a document can be null.
    if !value.is_null() || target.has(|t| t.document) {
        output.insert(member.name.clone(), value);
    }
    Ok(())
}

fn wire_name<'a>(target: Node<'a>, member: &'a Member) -> &'a str {
    target.location_name().unwrap_or(&member.name)
}

/// Parses the value of a header.
fn header(target: Node<'_>, name: &str, text: &str, position: &Position<'_>) -> Result<Value> {
    let scalar = match target.shape_type() {
        ShapeType::List(item) => {
            let item = target.follow(item)?;
            let dates = matches!(item.shape_type(), ShapeType::Timestamp);
            let parts = if dates { split_dates(text) } else { text.split(',').collect() };
            let items = parts.into_iter().enumerate().map(|(i, part)| header(item, name, part.trim(), &position.index(i)));
            return Ok(Value::List(List::from(items.collect::<Result<Vec<_>>>()?)));
        }
        _ if target.has(|t| t.json_value) => json_value(text),
        ShapeType::Boolean => Ok(Value::Bool(match target.service().protocol()? {
            ProtocolName::RestJson => text.eq_ignore_ascii_case("true"),
            _ => text == "true",
        })),
        ShapeType::Integer | ShapeType::Long => scalar::integer(text),
        ShapeType::Float | ShapeType::Double => scalar::float(text),
        ShapeType::Timestamp => scalar::timestamp(text),
        ShapeType::Blob => scalar::blob(text),
        _ => Ok(Value::String(Str::from(text))),
    };
    match ADVISORY.iter().any(|advisory| name.eq_ignore_ascii_case(advisory)) {
        true => position.advisory_scalar(target, scalar),
        false => position.scalar(target, scalar),
    }
}

/// Headers that say nothing about the content: an unreadable one never fails the response.
const ADVISORY: [&str; 2] = ["Expires", "Last-Modified"];

/// Splits a list of dates at its commas, except for the commas after weekdays.
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

/// Parses base64-encoded JSON.
fn json_value(text: &str) -> Result<Value, Unreadable> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).map_err(|_| Unreadable::new("base64", text))?;
    let json = String::from_utf8_lossy(&bytes);
    json_reader::document(&json).map_err(|_| Unreadable::new("JSON", &json))
}

/// Returns all headers whose names start with the prefix, under the rest of their names.
fn prefixed(prefix: &str, headers: &Headers) -> Value {
    let rest = |name: &str| name.get(..prefix.len()).filter(|p| p.eq_ignore_ascii_case(prefix)).map(|_| Str::from(&name[prefix.len()..]));
    Value::Map(headers.iter().filter_map(|(name, value)| Some((rest(name)?, value))).collect())
}

/// Returns the body as a stream. Reading fails at the end if the body is shorter than its announced length.
fn body_stream(response: &mut Response) -> Stream {
    let announced = response.headers.get("content-length").and_then(|length| length.trim().parse::<u64>().ok());
    let reader: Box<dyn Read + Send> = match take_body(response) {
        ResponseBody::Bytes(bytes) => Box::new(Cursor::new(bytes)),
        ResponseBody::Reader(reader) => reader,
    };
    match announced {
        Some(length) => Stream::from_reader_with_length(Measured { reader, read: 0, announced: length }, length),
        None => Stream::from_reader(reader),
    }
}

/// Takes the body from the response.
fn take_body(response: &mut Response) -> ResponseBody {
    std::mem::replace(&mut response.body, ResponseBody::Bytes(Bytes::default()))
}

/// Compares the length read with the announced length.
struct Measured {
    reader: Box<dyn Read + Send>,
    read: u64,
    announced: u64,
}

impl Read for Measured {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buf)?;
        self.read += n as u64;
        if n == 0 && !buf.is_empty() && self.read < self.announced {
            let text = format!("{} read, but total bytes expected is {}.", self.read, self.announced);
            return Err(Error::new(ErrorKind::IncompleteRead, text).into());
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Headers;

    #[test]
    fn a_body_shorter_than_announced_is_an_error() {
        let headers: Headers = [("Content-Length", "9")].into_iter().collect();
        let mut response = Response::new(200, headers, b"abc".to_vec());
        let stream = body_stream(&mut response);
        assert_eq!(stream.length(), Some(9));
        let error = stream.read_all().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::IncompleteRead);
        assert_eq!(error.message(), "3 read, but total bytes expected is 9.");
    }
}
