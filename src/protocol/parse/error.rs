//! Error responses: the code, the message, and the modeled members of the error.
//!
//! Every response with an error status becomes a service error, whatever its body is. If the body contains no error that
//! the protocol defines (it is missing, or a proxy's page), the status is the code.

use super::cbor_reader::Cbor;
use super::metadata::{self, header_ids, metadata};
use super::xml_reader::Xml;
use super::{Format, Policy, Position, Slots, insert_members, rest, xml};
use crate::definition::{Node, Operation, ProtocolName, Service, Structure};
use crate::error::{ErrorKind, Result};
use crate::http::Headers;
use crate::text::json_reader;
use crate::value::{Batches, Bytes, Map, Str, Value};

/// An error returned by a service.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ParsedError {
    /// The equivalent of boto3's `ClientError.response`: `Error`, `ResponseMetadata`, and the modeled members.
    /// For a service that formerly used the query protocol, `Error` has both codes: `Code` and `QueryErrorCode`.
    pub response: Map,
    /// The exception class, selected by `Code`; `None` for the generic `ClientError`.
    pub class: Option<Str>,
}

/// The content of a body without the modeled members.
struct Base {
    error: Map,
    ids: Map,
    /// The elements beside the error.
    rest: Map,
}

/// Parses a response with a status of 300 or above. Any error of the service is recognized, even if the operation does not
/// list it.
///
/// # Errors
/// [`ErrorKind::InvalidDefinition`](crate::ErrorKind::InvalidDefinition) if the error's shape is broken.
pub fn parse_error(service: &Service, _operation: &Operation, status: u16, headers: &Headers, body: &Bytes) -> Result<ParsedError> {
    let protocol = service.protocol()?;
    if is_generic(status, headers, body) {
        let base = Base { error: by_status(status), ids: Map::new(), rest: Map::new() };
        return Ok(ParsedError { response: response(base, status, headers), class: None });
    }
    let base = match protocol {
        ProtocolName::Json => json(status, headers, body),
        ProtocolName::RestJson => rest_json(status, headers, body),
        ProtocolName::Cbor => cbor(status, headers, body),
        ProtocolName::Query | ProtocolName::Ec2 | ProtocolName::RestXml => xml_error(protocol, status, headers, body),
    };
    let code = base.error.get("Code").and_then(Value::as_str).map(str::to_owned);
    let mut response = response(base, status, headers);
    let Some(code) = code else { return Ok(ParsedError { response, class: None }) };
    if let Some(node) = service.error_node(&code)? {
        match modeled_members(node, protocol, status, headers, body) {
            Ok(members) => response.extend(members),
            // The error itself matters more than an unreadable detail of it.
            Err(e) if e.kind() == ErrorKind::ResponseParser => {}
            Err(e) => return Err(e),
        }
    }
    Ok(ParsedError { response, class: error_class(service, &code)? })
}

/// Returns the exception class for an error code; `None` for the generic `ClientError`.
///
/// # Errors
/// [`ErrorKind::InvalidDefinition`] if the error's shape is broken.
pub fn error_class(service: &Service, code: &str) -> Result<Option<Str>> {
    Ok(service.error_shape(code)?.map(|shape| shape.name.clone()))
}

fn response(base: Base, status: u16, headers: &Headers) -> Map {
    let mut response = Map::with_capacity(2);
    if !base.error.is_empty() {
        response.insert("Error", base.error);
    }
    response.extend(base.rest);
    response.insert(metadata::KEY, metadata(base.ids, status, headers));
    response
}

/// Whether the response comes from something in front of the service: it has neither code nor body, or is an HTML page.
fn is_generic(status: u16, headers: &Headers, body: &[u8]) -> bool {
    let body = body.trim_ascii_start();
    status >= 500 && (body.is_empty() && !headers.contains(ERROR_TYPE) || body.starts_with(b"<html>"))
}

/// The header with the error code in the JSON protocols.
const ERROR_TYPE: &str = "x-amzn-errortype";

/// Without `__type`, the code is looked up where rest-json has it: the protocol's specification allows both, although
/// botocore reads only the former.
fn json(status: u16, headers: &Headers, body: &[u8]) -> Base {
    let body = json_body(body);
    let mut base = json_base(&body, status, headers);
    if !body.contains_key("__type") && query_error(headers).is_none() {
        insert_code(&mut base, headers, &body);
    }
    base
}

fn rest_json(status: u16, headers: &Headers, body: &[u8]) -> Base {
    let body = json_body(body);
    let mut base = json_base(&body, status, headers);
    insert_code(&mut base, headers, &body);
    base
}

/// Takes the code from the header, otherwise from the body.
fn insert_code(base: &mut Base, headers: &Headers, body: &Map) {
    if let Some(kind) = headers.get(ERROR_TYPE) {
        base.error.insert("Code", bare_code(kind));
    } else if let Some(code) = body.get("code").or_else(|| body.get("Code")).filter(|code| !code.is_null()) {
        base.error.insert("Code", code.as_str().map_or_else(|| code.clone(), |text| Value::from(bare_code(text))));
    }
}

fn cbor(status: u16, headers: &Headers, body: &Bytes) -> Base {
    if body.is_empty() {
        return json_base(&Map::new(), status, headers);
    }
    match Cbor::document(body) {
        Ok(value) => json_base(&map_or_empty(value), status, headers),
        Err(_) => unrecognized(ProtocolName::Cbor, status, headers, body),
    }
}

fn map_or_empty(value: Value) -> Map {
    match value {
        Value::Map(map) => map,
        _ => Map::new(),
    }
}

/// Text that is not JSON becomes the message.
fn json_body(body: &[u8]) -> Map {
    if body.is_empty() {
        return Map::new();
    }
    match std::str::from_utf8(body).ok().and_then(|text| json_reader::document(text).ok()) {
        Some(value) => map_or_empty(value),
        None => [("message", String::from_utf8_lossy(body).into_owned())].into_iter().collect(),
    }
}

/// The request ID is that of the json protocol, also for rest-json.
fn json_base(body: &Map, status: u16, headers: &Headers) -> Base {
    let message = body.get("message").or_else(|| body.get("Message")).cloned().unwrap_or_else(|| Value::from(""));
    let code = match body.get("__type").and_then(Value::as_str) {
        Some(kind) => bare_code(kind).to_owned(),
        None => status.to_string(),
    };
    let mut error = Map::with_capacity(4);
    error.insert("Message", message);
    match query_error(headers) {
        Some((query_code, kind)) => {
            error.insert("Code", query_code);
            error.insert("QueryErrorCode", code);
            error.insert("Type", kind);
        }
        None => {
            error.insert("Code", code);
        }
    }
    Base { error, ids: header_ids(ProtocolName::Json, headers), rest: Map::new() }
}

/// Extracts the code from `namespace#Code:http://…`.
fn bare_code(text: &str) -> &str {
    let text = text.split(':').next().unwrap_or_default();
    text.rsplit('#').next().unwrap_or_default()
}

/// The code and type from services that formerly used the query protocol: `x-amzn-query-error: CODE;TYPE`.
fn query_error(headers: &Headers) -> Option<(&str, &str)> {
    let (code, kind) = headers.get("x-amzn-query-error")?.split_once(';')?;
    (!code.is_empty() && !kind.contains(';')).then_some((code, kind))
}

/// The forms of an error in XML:
///
/// - `<Error>…</Error>` (S3)
/// - `<ErrorResponse><Error>…</Error><RequestId/></ErrorResponse>`
/// - `<ErrorResponse><Error>…</Error><ResponseMetadata><RequestId/></ResponseMetadata></ErrorResponse>`
/// - `<Response><Errors><Error>…</Error></Errors><RequestID/></Response>` (ec2)
fn xml_error(protocol: ProtocolName, status: u16, headers: &Headers, body: &[u8]) -> Base {
    let found = xml_document(body).and_then(|(root, tree)| match root.as_str() {
        "Error" => bare_error(headers, tree),
        _ => error_in_response(protocol, tree),
    });
    let Some(mut base) = found else { return unrecognized(protocol, status, headers, body) };
    if !base.ids.contains_key("RequestId") {
        base.ids.extend(header_ids(ProtocolName::RestXml, headers));
    }
    base
}

fn xml_document(body: &[u8]) -> Option<(String, Map)> {
    let (mut xml, root) = Xml::open(body).ok()?;
    let tree = xml.tree().ok()?;
    xml.end().ok()?;
    Some((root.name().to_owned(), map_or_empty(tree)))
}

/// The document element is the error. Its IDs repeat those of the headers, which take precedence.
fn bare_error(headers: &Headers, mut error: Map) -> Option<Base> {
    let repeated: Map = ["RequestId", "HostId"].into_iter().filter_map(|name| Some((name, error.remove(name)?))).collect();
    let ids = Some(header_ids(ProtocolName::RestXml, headers)).filter(|ids| !ids.is_empty()).unwrap_or(repeated);
    (!error.is_empty()).then(|| Base { error, ids, rest: Map::new() })
}

/// Separates the error and the request ID from the rest of the document.
fn error_in_response(protocol: ProtocolName, mut rest: Map) -> Option<Base> {
    if let Some(Value::Map(inner)) = rest.remove("Errors") {
        rest.extend(inner);
    }
    let mut ids = map_or_empty(rest.remove(metadata::KEY).unwrap_or_default());
    if let Some(id) = rest.remove("RequestId").or_else(|| rest.remove("RequestID")) {
        ids.insert("RequestId", id);
    }
    let Some(Value::Map(found)) = rest.remove("Error") else { return None };
    let mut error: Map = match protocol {
        ProtocolName::RestXml => [("Message", ""), ("Code", "")].into_iter().collect(),
        _ => Map::new(),
    };
    error.extend(found);
    Some(Base { error, ids, rest })
}

/// The error for a body without a recognizable error. The status is the code; the message is the beginning of the body,
/// or the reason phrase if there is none. For rest-xml it is always the reason phrase, as in boto3.
fn unrecognized(protocol: ProtocolName, status: u16, headers: &Headers, body: &[u8]) -> Base {
    let mut error = by_status(status);
    if protocol == ProtocolName::RestXml {
        let ids = [("RequestId", "x-amz-request-id"), ("HostId", "x-amz-id-2")];
        let ids = ids.map(|(name, header)| (name, headers.get(header).unwrap_or_default()));
        return Base { error, ids: ids.into_iter().collect(), rest: Map::new() };
    }
    let excerpt = excerpt(body);
    if !excerpt.is_empty() {
        error.insert("Message", excerpt);
    }
    Base { error, ids: header_ids(ProtocolName::RestXml, headers), rest: Map::new() }
}

fn by_status(status: u16) -> Map {
    [("Code", status.to_string()), ("Message", reason_phrase(status).to_owned())].into_iter().collect()
}

/// Returns the first 1,000 characters of a body on one line.
fn excerpt(body: &[u8]) -> String {
    const LENGTH: usize = 1_000;
    let text = String::from_utf8_lossy(&body[..body.len().min(4 * LENGTH)]);
    let mut text =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).fold(String::new(), |mut line, word| {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
            line
        });
    if let Some((end, _)) = text.char_indices().nth(LENGTH) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Parses the members of the error's own shape. Unreadable ones are omitted.
fn modeled_members(node: Node<'_>, protocol: ProtocolName, status: u16, headers: &Headers, body: &Bytes) -> Result<Map> {
    let mut members = Map::new();
    let Some(structure) = node.structure() else { return Ok(members) };
    let policy = Policy::new(true);
    let position = policy.root();
    if matches!(protocol, ProtocolName::RestJson | ProtocolName::RestXml) {
        rest::insert_bound(&mut members, node, structure, status, headers, &position)?;
    }
    match protocol {
        ProtocolName::RestXml | ProtocolName::Query | ProtocolName::Ec2 => {
            insert_members(&mut members, structure, error_element(node, structure, body, &position)?);
        }
        ProtocolName::RestJson => rest::insert_body(&mut members, node, structure, protocol, body, &position)?,
        ProtocolName::Json | ProtocolName::Cbor => {
            insert_members(&mut members, structure, Format::of(protocol).members(node, structure, body, &position)?);
        }
    }
    Ok(members)
}

/// Parses the members in the element `Error`: the document element, or a child of it or of its `Errors`.
fn error_element(node: Node<'_>, structure: &Structure, body: &[u8], position: &Position<'_>) -> Result<Slots> {
    if body.is_empty() {
        return Ok(Slots::new(structure));
    }
    let (mut document, mut element) = Xml::open(body)?;
    while element.name() != "Error" {
        match document.child()? {
            Some(child) if matches!(child.name(), "Error" | "Errors") => element = child,
            Some(_) => document.skip()?,
            None => return Ok(Slots::new(structure)),
        }
    }
    xml::fields(&mut document, &element, node, structure, position, &mut Batches::new().output(), |xml, _| xml.skip())
}

/// Returns the standard reason phrase of a status (IANA registry of status codes).
fn reason_phrase(status: u16) -> &'static str {
    match status {
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        305 => "Use Proxy",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Request Entity Too Large",
        414 => "Request-URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Requested Range Not Satisfiable",
        417 => "Expectation Failed",
        418 => "I'm a Teapot",
        421 => "Misdirected Request",
        422 => "Unprocessable Entity",
        423 => "Locked",
        424 => "Failed Dependency",
        425 => "Too Early",
        426 => "Upgrade Required",
        428 => "Precondition Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        451 => "Unavailable For Legal Reasons",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        506 => "Variant Also Negotiates",
        507 => "Insufficient Storage",
        508 => "Loop Detected",
        510 => "Not Extended",
        511 => "Network Authentication Required",
        _ => "",
    }
}
