//! Parsers: an HTTP response becomes the operation's output, or its error.
//!
//! Values are built directly from the body according to the operation's shapes; a structure becomes a map over its
//! shape's key table. Retries, checksums, and service-specific behavior (which is implemented by hooks) are elsewhere.
//!
//! # Differs from boto3
//!
//! - A successful response whose body is not JSON is an error; boto3 returns a map without members.
//! - Lists of dates in a header are parsed; boto3 fails at the commas inside the dates.
//! - A flattened list in XML is also found under its own name; boto3 knows only the name of its items.
//! - Timestamps keep all their digits; boto3 truncates them to microseconds.
//! - A number too large for a date is a `ResponseParserError`. A JSON body that is an array or null has no members or is
//!   such an error, and the code of an error with an empty CBOR body is the status. boto3 fails with unrelated Python
//!   errors in these cases.
//! - CBOR operations without an output have their request ID, which boto3 loses.
//! - The code of an error in the json protocol is also looked up in the header `x-amzn-errortype` and in `code`.

mod body;
mod cbor;
mod cbor_reader;
mod error;
mod json;
mod metadata;
mod query;
mod rest;
mod scalar;
#[cfg(test)]
mod tests;
mod xml;
mod xml_reader;

use std::sync::Arc;

pub(super) use self::body::Format;
pub use self::error::{ParsedError, error_class, parse_error};
use self::metadata::metadata;
use crate::definition::{Node, Operation, ProtocolName, Service, ShapeType, Structure};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Response, ResponseBody};
use crate::protocol::event_stream::Events;
use crate::value::{Map, Value};

/// The maximum nesting depth of a body.
const MAX_DEPTH: usize = 300;

/// The values of a structure's members, in the order of the structure.
pub(super) type Slots = Vec<Option<Value>>;

/// Parses a successful response. The output includes `ResponseMetadata`: `RequestId` (and `HostId`) if the service sent
/// one, `HTTPStatusCode`, and `HTTPHeaders` with lowercase names.
///
/// A streaming body is returned as a [`Value::Stream`]; any other body is read to its end.
///
/// ```
/// use tucuxi::Definitions;
/// use tucuxi::http::{Headers, Response};
/// use tucuxi::Value;
/// use tucuxi::unversioned::protocol;
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
/// [`ErrorKind::ResponseParser`] if the body does not match the protocol or the operation's output; errors of reading the
/// body.
pub fn parse(service: &Arc<Service>, operation: &Operation, mut response: Response) -> Result<Map> {
    let protocol = service.protocol()?;
    if response.status >= 300 && matches!(protocol, ProtocolName::Json | ProtocolName::RestJson) && !streams_output(service, operation)? {
        discard_invalid_json(&mut response)?;
    }
    match protocol {
        ProtocolName::RestJson | ProtocolName::RestXml => rest::parse(service, operation, response),
        ProtocolName::Json | ProtocolName::Cbor => parse_rpc(service, operation, response),
        ProtocolName::Query => query::parse_query(service, operation, response),
        ProtocolName::Ec2 => query::parse_ec2(service, operation, response),
    }
}

/// Parses the json and cbor protocols, in which everything is in the body.
fn parse_rpc(service: &Arc<Service>, operation: &Operation, response: Response) -> Result<Map> {
    let protocol = service.protocol()?;
    let ids = metadata::header_ids(protocol, &response.headers);
    let metadata = metadata(ids, response.status, &response.headers);
    let mut output = Map::new();
    if let Some(node) = service.output(operation)? {
        let structure = node.structure().ok_or_else(|| not_a_structure(node))?;
        members(service, operation, node, structure, response, &mut output)?;
    }
    output.insert(metadata::KEY, metadata);
    Ok(output)
}

fn members(
    service: &Arc<Service>,
    operation: &Operation,
    node: Node<'_>,
    structure: &Structure,
    mut response: Response,
    output: &mut Map,
) -> Result<()> {
    let format = Format::of(service.protocol()?);
    let Some((slot, _)) = event_stream_member(node, structure)? else {
        let body = response.body.buffer().map_err(Error::from_stream)?;
        insert_members(output, structure, format.members(node, structure, &body)?);
        return Ok(());
    };
    // The first event contains the other members.
    let mut events = Events::new(service, operation, response.body);
    let first = events.initial_response()?;
    insert_members(output, structure, format.members(node, structure, &first)?);
    output.insert(structure.members[slot].name.clone(), events.into_stream());
    Ok(())
}

/// Discards a body that is not JSON if the status fails the call anyway: the status is more informative.
fn discard_invalid_json(response: &mut Response) -> Result<()> {
    let body = response.body.buffer().map_err(Error::from_stream)?;
    if utf8(&body).and_then(crate::text::json_reader::document).is_err() {
        response.body = ResponseBody::Bytes(Default::default());
    }
    Ok(())
}

/// Whether the output streams, so that the body of a successful response must not be read before [`parse`]: it is a blob
/// payload or an event stream.
///
/// # Errors
/// [`ErrorKind::InvalidDefinition`] if the output's shape is missing or broken.
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

/// Returns the event stream member, with its slot.
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

/// Inserts the members that are set, in the order of the structure.
fn insert_members(map: &mut Map, structure: &Structure, slots: Slots) {
    for (member, value) in structure.members.iter().zip(slots) {
        if let Some(value) = value {
            map.insert(member.name.clone(), value);
        }
    }
}

fn utf8(body: &[u8]) -> Result<&str> {
    std::str::from_utf8(body)
        .map_err(|e| Error::new(ErrorKind::ResponseParser, format!("Unable to parse response: the body is not UTF-8: {e}")).with_source(e))
}

fn not_a_structure(node: Node<'_>) -> Error {
    let text = format!("The definition of {} is broken: {} is not a structure", node.service().name(), node.name());
    Error::new(ErrorKind::InvalidDefinition, text)
}
