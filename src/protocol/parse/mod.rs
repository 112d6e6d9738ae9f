//! The way back: an HTTP response becomes the operation's output, or its error.
//!
//! Values are built straight from the body along the operation's shapes; a structure becomes a map over
//! its shape's key table. Absent here: retries, checksums, and what single services do differently,
//! which are hooks.
//!
//! # Differs from boto3
//!
//! A successful response whose body is not JSON is an error, where boto3 answers a map without members.
//! Lists of dates in a header are read, where boto3 fails at the commas inside of the dates. A flattened list of XML is found under its own
//! name too, where boto3 knows the name of its items only. Timestamps keep all their digits, where boto3 cuts them to microseconds.
//! A number too great for a date is a `ResponseParserError`, a body that is an array or null has no members or is such an
//! error, and the empty body of an error in CBOR has the status for its code, where boto3 ends with accidents of Python.
//! Operations in CBOR without an output have their request id, which boto3 loses. The code of an error in the json protocol is also
//! looked for in the header `x-amzn-errortype` and in `code`.

mod body;
mod cbor;
mod cbor_reader;
mod ec2;
mod error;
mod json;
mod metadata;
mod query;
mod rest;
mod rpc;
mod scalar;
mod stream;
#[cfg(test)]
mod tests;
mod union;
mod xml;
mod xml_reader;

use std::sync::Arc;

pub(super) use self::body::Format;
pub use self::error::{ParsedError, error_class, parse_error};
use crate::definition::{Node, Operation, ProtocolName, Service, ShapeType, Structure};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Response, ResponseBody};
use crate::value::{Map, Value};

/// How deep a body may be nested.
const MAX_DEPTH: usize = 300;

/// The values of a structure's members, in its order.
pub(super) type Slots = Vec<Option<Value>>;

/// The output of a successful response, with `ResponseMetadata`: `RequestId` (and `HostId`) where the
/// service gave one, `HTTPStatusCode`, and `HTTPHeaders` with names in lower case.
///
/// A body of which the output makes a stream is handed on as [`Value::Stream`]; every other is read to its end.
///
/// ```
/// use tucuxi::definition::Definitions;
/// use tucuxi::http::{Headers, Response};
/// use tucuxi::{Value, protocol};
///
/// let service = Definitions::embedded().service("sqs", None)?;
/// let operation = service.operation("list_queues")?;
/// let response = Response::new(200, Headers::new(), &br#"{"QueueUrls": ["https://sqs.example/q"]}"#[..]);
/// let output = protocol::parse(&service, operation, response)?;
/// assert_eq!(output["QueueUrls"][0], Value::from("https://sqs.example/q"));
/// assert_eq!(output["ResponseMetadata"]["HTTPStatusCode"], Value::Int(200));
/// # Ok::<(), tucuxi::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::ResponseParser`] if the body does not fit the protocol or the operation's output; what
/// reading the body answers.
pub fn parse(service: &Arc<Service>, operation: &Operation, mut response: Response) -> Result<Map> {
    let protocol = service.protocol()?;
    if response.status >= 300 && matches!(protocol, ProtocolName::Json | ProtocolName::RestJson) && !streams_output(service, operation)? {
        drop_garbage(&mut response)?;
    }
    match protocol {
        ProtocolName::RestJson | ProtocolName::RestXml => rest::parse(service, operation, response),
        ProtocolName::Json | ProtocolName::Cbor => rpc::parse(service, operation, response),
        ProtocolName::Query => query::parse(service, operation, response),
        ProtocolName::Ec2 => ec2::parse(service, operation, response),
    }
}

/// A status that makes the call fail says more than that the body is not JSON.
fn drop_garbage(response: &mut Response) -> Result<()> {
    let body = response.body.buffer().map_err(Error::from_stream)?;
    if utf8(&body).and_then(crate::text::json_reader::document).is_err() {
        response.body = ResponseBody::Bytes(Default::default());
    }
    Ok(())
}

/// Whether the body of a successful response must not be read before [`parse`]: it is a payload of
/// binary data, or a stream of events.
///
/// # Errors
/// If the output's shape is not there or broken.
pub fn streams_output(service: &Service, operation: &Operation) -> Result<bool> {
    let Some(output) = service.output(operation)? else { return Ok(false) };
    let Some(structure) = output.structure() else { return Ok(false) };
    if let Some((_, payload)) = structure.payload()
        && matches!(output.member(payload)?.shape_type(), ShapeType::Blob)
    {
        return Ok(true);
    }
    Ok(event_stream_member(output, structure)?.is_some())
}

/// The member that is a stream of events, with its slot.
pub(super) fn event_stream_member<'a>(node: Node<'a>, structure: &'a Structure) -> Result<Option<(usize, Node<'a>)>> {
    for (slot, member) in structure.members.iter().enumerate() {
        let target = node.member(member)?;
        if target.has(|t| t.event_stream) {
            return Ok(Some((slot, target)));
        }
    }
    Ok(None)
}

fn empty_slots(structure: &Structure) -> Slots {
    std::iter::repeat_with(|| None).take(structure.members.len()).collect()
}

/// Appends the members that are set, in the structure's order.
fn insert_members(map: &mut Map, structure: &Structure, slots: Slots) {
    for (member, value) in structure.members.iter().zip(slots) {
        if let Some(value) = value {
            map.insert(member.name.clone(), value);
        }
    }
}

fn utf8(body: &[u8]) -> Result<&str> {
    std::str::from_utf8(body)
        .map_err(|e| Error::new(ErrorKind::ResponseParser, format!("Unable to parse response, the body is not UTF-8: {e}")).with_source(e))
}

fn not_a_structure(node: Node<'_>) -> Error {
    let text = format!("The definition of {} is broken: {} is no structure", node.service().name(), node.name());
    Error::new(ErrorKind::InvalidDefinition, text)
}
