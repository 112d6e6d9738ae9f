//! Parsers: an HTTP response becomes the operation's output, or its error.
//!
//! Values are built directly from the body according to the operation's shapes; a structure becomes a map over its
//! shape's key table. Retries, checksums, and service-specific behavior (which is implemented by hooks) are elsewhere.
//!
//! # Differs from boto3
//!
//! - A successful response whose body is not JSON is an error; boto3 returns a map without members.
//! - Every response with an error status is a service error. If its body is not an error of the query, ec2, or cbor
//!   protocol (it is empty, text, JSON, or a proxy's page), `Code` is the status, `Message` is the beginning of the body, and
//!   the request ID is that of the headers; boto3 raises `ResponseParserError`, or an error with the code `Unknown`. The
//!   same page returned for rest-xml has the status as `Code` and the reason phrase as `Message`, even if it is well-formed
//!   XML, for which boto3 has neither.
//! - The error of an XML body is found in any namespace, as the document element or below it; boto3 ignores an `Error`
//!   document element in a namespace. Its request ID is also taken from the headers, or for S3 from the body.
//! - An XML body is a well-formed document or an error, as in boto3, but namespaces are ignored, so a prefix need not be
//!   declared, and a character reference may name a control character. Entities declared by the document are not supported.
//!   Bytes after the end of a CBOR document are an error, which boto3 ignores.
//! - The error for a timestamp, number, or base64 text that cannot be read is a `ResponseParserError` that names the member
//!   (`Contents[0].LastModified`); boto3 raises a `ValueError` without it. With the setting `lenient_parsing`, such members
//!   are omitted and listed in `ResponseMetadata.OmittedMembers`. For the headers `Expires` and `Last-Modified`, this is the
//!   default. Unreadable members of an error's own shape are omitted.
//! - A value that is not a list where a list is expected is a list with one item, or an empty list if it is an empty object
//!   or string (`{}`, `""`); boto3 splits a string into its characters and fails for others. The same holds for text in
//!   place of the items of an XML list; boto3 ignores it. Likewise, an empty array or string is an empty map or structure.
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
mod position;
mod query;
mod rest;
mod scalar;
#[cfg(test)]
mod tests;
mod xml;
mod xml_reader;

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

pub(super) use self::body::Format;
pub use self::error::{ParsedError, error_class, parse_error};
use self::metadata::metadata;
pub use self::position::UnknownMember;
pub(super) use self::position::{Policy, Position};
pub(crate) use self::xml_reader::{xml_document_element, xml_root_name, xml_root_text};
use crate::definition::{Node, Operation, ProtocolName, Service, ShapeType, Structure};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Response, ResponseBody};
use crate::protocol::event_stream::Events;
use crate::value::{Batch, Map, Value};

/// The maximum nesting depth of a body.
const MAX_DEPTH: usize = 300;

/// The values of a structure's members while it is parsed, in the order of the structure. The space is used again.
pub(super) struct Slots(Vec<Option<Value>>);

thread_local! {
    /// The space of slots that are not in use: one for each level of nesting.
    static SPARE: RefCell<Vec<Vec<Option<Value>>>> = const { RefCell::new(Vec::new()) };
}

impl Slots {
    /// Creates slots without values.
    pub(super) fn new(structure: &Structure) -> Slots {
        let mut slots = SPARE.with_borrow_mut(Vec::pop).unwrap_or_default();
        slots.resize_with(structure.members.len(), || None);
        Slots(slots)
    }

    /// Returns the structure as a map.
    pub(super) fn into_map(mut self, structure: &Structure, batch: &mut Batch<'_>) -> Map {
        batch.shaped(&structure.keys, &mut self.0)
    }
}

impl Drop for Slots {
    fn drop(&mut self) {
        /// More levels than responses have.
        const MOST: usize = 16;
        self.0.clear();
        SPARE.with_borrow_mut(|spare| {
            if spare.len() < MOST {
                spare.push(std::mem::take(&mut self.0));
            }
        });
    }
}

impl Deref for Slots {
    type Target = [Option<Value>];
    fn deref(&self) -> &[Option<Value>] {
        &self.0
    }
}

impl DerefMut for Slots {
    fn deref_mut(&mut self) -> &mut [Option<Value>] {
        &mut self.0
    }
}

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
pub fn parse(service: &Arc<Service>, operation: &Operation, response: Response) -> Result<Map> {
    parse_with(service, operation, response, &ParseOptions::default())
}

/// Options of [`parse_with`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ParseOptions {
    /// Whether scalars that cannot be read (timestamps, numbers, base64) are omitted instead of failing the response. An
    /// omitted member is absent; in a list or a map, null takes its place. `ResponseMetadata.OmittedMembers` lists each
    /// with its `Path` and the `Reason`, except in event streams, which have no metadata.
    pub lenient: bool,
}

impl ParseOptions {
    /// Sets whether scalars that cannot be read are omitted.
    pub fn lenient(lenient: bool) -> ParseOptions {
        ParseOptions { lenient }
    }
}

/// Parses a successful response, as [`parse`] does, with options.
///
/// # Errors
/// As [`parse`].
pub fn parse_with(service: &Arc<Service>, operation: &Operation, response: Response, options: &ParseOptions) -> Result<Map> {
    parse_by(service, operation, response, &Policy::new(options.lenient))
}

/// Parses a successful response, as [`parse_with`] does, and also returns the members of its body that the definition does not
/// contain, each once: those of JSON, XML, and CBOR at any depth. Headers and event streams are not searched.
///
/// # Errors
/// As [`parse`].
pub fn parse_reporting_unknown(
    service: &Arc<Service>,
    operation: &Operation,
    response: Response,
    options: &ParseOptions,
) -> Result<(Map, Vec<UnknownMember>)> {
    let policy = Policy::new(options.lenient).reporting_unknown();
    let output = parse_by(service, operation, response, &policy)?;
    Ok((output, policy.into_unknown()))
}

fn parse_by(service: &Arc<Service>, operation: &Operation, mut response: Response, policy: &Policy) -> Result<Map> {
    let protocol = service.protocol()?;
    if response.status >= 300 && matches!(protocol, ProtocolName::Json | ProtocolName::RestJson) && !streams_output(service, operation)? {
        discard_invalid_json(&mut response)?;
    }
    match protocol {
        ProtocolName::RestJson | ProtocolName::RestXml => rest::parse(service, operation, response, policy),
        ProtocolName::Json | ProtocolName::Cbor => parse_rpc(service, operation, response, policy),
        ProtocolName::Query => query::parse_query(service, operation, response, policy),
        ProtocolName::Ec2 => query::parse_ec2(service, operation, response, policy),
    }
}

/// Parses the json and cbor protocols, in which everything is in the body.
fn parse_rpc(service: &Arc<Service>, operation: &Operation, mut response: Response, policy: &Policy) -> Result<Map> {
    let protocol = service.protocol()?;
    let ids = metadata::header_ids(protocol, &response.headers);
    let mut metadata = metadata(ids, response.status, &response.headers);
    let mut output = Map::new();
    if let Some(node) = service.output(operation)? {
        let structure = node.structure().ok_or_else(|| not_a_structure(node))?;
        let format = Format::of(protocol);
        match event_stream_member(node, structure)? {
            None => {
                let body = response.body.buffer().map_err(Error::from_stream)?;
                insert_members(&mut output, structure, format.members(node, structure, &body, &policy.root())?);
            }
            // The first event contains the other members.
            Some((slot, _)) => {
                let mut events = Events::new(service, operation, response.body, policy.lenient);
                let first = events.initial_response()?;
                insert_members(&mut output, structure, format.members(node, structure, &first, &policy.root())?);
                output.insert(structure.members[slot].name.clone(), events.into_stream());
            }
        }
        policy.report(&mut metadata);
    }
    output.insert(metadata::KEY, metadata);
    Ok(output)
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
    let slot = match structure.event_stream.get() {
        Some(slot) => *slot,
        None => {
            let mut found = None;
            for (slot, member) in structure.members.iter().enumerate() {
                if node.member(member)?.has(|t| t.event_stream) {
                    found = Some(slot);
                    break;
                }
            }
            *structure.event_stream.get_or_init(|| found)
        }
    };
    slot.map(|slot| Ok((slot, node.member(&structure.members[slot])?))).transpose()
}

/// Inserts the members that are set, in the order of the structure.
fn insert_members(map: &mut Map, structure: &Structure, mut slots: Slots) {
    for (member, slot) in structure.members.iter().zip(&mut *slots) {
        if let Some(value) = slot.take() {
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
