//! Serializers: the parameters of a call become the parts of an HTTP request.
//!
//! Members are written in the order in which the user gave them, and the output is byte for byte what botocore writes.
//! Parameters are validated earlier, but the serializers do not rely on it: a parameter that cannot be written is an
//! error that names it.
//!
//! # Differs from boto3
//!
//! - A missing path label is a `ParamValidationError`; boto3 raises a `KeyError`.
//! - A payload that is a document or a list is written as it is; boto3 wraps it in an object with the key `null`.
//! - If a query string member and a map entry have the same name, the member wins; in boto3 the one given last wins.
//! - A member of an ec2 input without a `locationName` gets a capital letter, and a union payload that is not given
//!   produces no body. No definition that ships with boto3 has either case.

mod cbor;
mod json;
mod query;
mod rest;
mod rest_xml;
mod scalar;
#[cfg(test)]
mod tests;

pub use crate::text::encoding::{form_urlencode, query_string};

use crate::definition::{Node, Operation, ProtocolName, Service};
use crate::error::{Error, Result};
use crate::http::Headers;
use crate::protocol::parse::event_stream_member;
use crate::text::{Path, invalid};
use crate::value::{Bytes, Map, Str, Stream, Value};

/// The parts of a request that the protocol determines.
#[derive(Debug)]
#[non_exhaustive]
pub struct Serialized {
    /// The HTTP method.
    pub method: Str,
    /// The percent-encoded path, with the fixed part of the query from the definition: `/bucket?acl`.
    pub path: String,
    /// The rest of the query: ordered pairs, not yet encoded; see [`query_string`].
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: Headers,
    /// The body.
    pub body: SerializedBody,
    /// The prefix of the endpoint's host name, such as `data.`, with its labels filled in and checked.
    pub host_prefix: Option<String>,
}

/// A request body, before compression and signing.
#[derive(Debug, Default)]
#[non_exhaustive]
pub enum SerializedBody {
    /// No body.
    #[default]
    Empty,
    /// A body in memory.
    Bytes(Bytes),
    /// A form, not yet encoded: presigning moves the pairs into the URL. See [`form_urlencode`].
    Form(Vec<(String, String)>),
    /// The user's stream, unread.
    Stream(Stream),
}

/// Serializes `input` in the protocol of `service`.
///
/// `request_uri` is the path template, usually [`Operation::request_uri`]. Only the REST protocols use it.
///
/// # Errors
/// - [`ErrorKind::ParamValidation`](crate::ErrorKind::ParamValidation) if a parameter cannot be written; the message
///   names its path.
/// - [`ErrorKind::InvalidDefinition`](crate::ErrorKind::InvalidDefinition) if the definition is broken.
pub fn serialize(service: &Service, operation: &Operation, request_uri: &str, input: &Map) -> Result<Serialized> {
    let shape = service.input(operation)?;
    let mut request = match service.protocol()? {
        ProtocolName::Query => query::serialize(service, operation, shape, input, &query::Query),
        ProtocolName::Ec2 => query::serialize(service, operation, shape, input, &query::Ec2),
        ProtocolName::Json => json::serialize(service, operation, shape, input),
        ProtocolName::RestJson => json::serialize_rest(operation, shape, request_uri, input),
        ProtocolName::RestXml => rest_xml::serialize(operation, shape, request_uri, input),
        ProtocolName::Cbor => cbor::serialize(service, operation, shape, input),
    }
    .map_err(|e| e.with_operation(&operation.name))?;
    request.host_prefix = expand_host_prefix(operation, shape, input).map_err(|e| e.with_operation(&operation.name))?;
    Ok(request)
}

/// Whether the input contains an event stream. [`serialize`] cannot write one.
///
/// # Errors
/// [`ErrorKind::InvalidDefinition`](crate::ErrorKind::InvalidDefinition) if the input's shape is missing or broken.
pub fn streams_input(service: &Service, operation: &Operation) -> Result<bool> {
    let Some(input) = service.input(operation)? else { return Ok(false) };
    let Some(structure) = input.structure() else { return Ok(false) };
    Ok(event_stream_member(input, structure)?.is_some())
}

impl Serialized {
    /// Returns a request that no operation describes.
    pub(crate) fn raw(method: &str, path: &str, query: Vec<(String, String)>) -> Serialized {
        let (method, path, headers, body) = (method.into(), path.to_owned(), Headers::new(), SerializedBody::Empty);
        Serialized { method, path, query, headers, body, host_prefix: None }
    }

    fn new(operation: &Operation, path: impl Into<String>) -> Serialized {
        Serialized {
            method: operation.http_method.clone(),
            path: path.into(),
            query: Vec::new(),
            headers: Headers::with_usual_capacity(),
            body: SerializedBody::Empty,
            host_prefix: None,
        }
    }
}

/// Returns the member that a key of the input names.
fn member<'a>(node: Node<'a>, key: &str, path: &Path<'_>) -> Result<Node<'a>> {
    match node.structure().and_then(|s| s.member(key)) {
        Some((_, member)) => node.member(member),
        None => Err(invalid(format_args!(
            "Unknown parameter in {}: \"{key}\"",
            if path.is_root() { &"input" as &dyn std::fmt::Display } else { path }
        ))),
    }
}

/// The error for a value that the shape cannot be written from.
fn mismatch(node: Node<'_>, value: &Value, path: &Path<'_>) -> Error {
    invalid(format_args!("Parameter {path}: expected a {}, got a {}", node.shape_type().name(), value.type_name()))
}

/// Returns the operation's host prefix with its labels filled in. Label members are checked even if the template does
/// not use them.
fn expand_host_prefix(operation: &Operation, shape: Option<Node<'_>>, input: &Map) -> Result<Option<String>> {
    let Some(template) = &operation.host_prefix else { return Ok(None) };
    if let Some(shape) = shape {
        check_labels(shape, input)?;
    }
    let mut prefix = String::with_capacity(template.len());
    let mut rest = template.as_str();
    while let Some((before, label, after)) = next_label(rest) {
        prefix.push_str(before);
        prefix.push_str(label_value(label, input)?);
        rest = after;
    }
    prefix.push_str(rest);
    Ok(Some(prefix))
}

/// Splits a template at its first `{label}`: the text before it, the label, and the text after it.
fn next_label(template: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = template.split_once('{')?;
    let (label, after) = rest.split_once('}')?;
    Some((before, label, after))
}

fn check_labels(shape: Node<'_>, input: &Map) -> Result<()> {
    let Some(structure) = shape.structure() else { return Ok(()) };
    let mut bad = Vec::new();
    for member in structure.members.iter().filter(|m| m.target.traits.host_label) {
        let text = label_value(&member.name, input)?;
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-') {
            bad.push(member.name.as_str());
        }
    }
    match bad.is_empty() {
        true => Ok(()),
        false => Err(invalid(format_args!(
            "Invalid value for parameter(s): {}. Must contain only alphanumeric characters, hyphen, or period.",
            bad.join(", ")
        ))),
    }
}

fn label_value<'v>(label: &str, input: &'v Map) -> Result<&'v str> {
    match input.get(label) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(invalid(format_args!("Parameter {label}: expected a string for the host name, got a {}", other.type_name()))),
        None => Err(invalid(format_args!("Missing required parameter in input: \"{label}\" (part of the host name)"))),
    }
}
