//! The way in: parameters to the parts of an HTTP request, one file for each protocol.
//!
//! Members are written in the order in which the user gave them. What is written is, byte for byte, what
//! botocore writes. The parameters were validated before, but nothing here relies on that: what
//! cannot be written is an error that names the parameter.
//!
//! # Differs from boto3
//!
//! A label of the path that is not given is a `ParamValidationError`, where boto3 ends with a bare key error. A payload that is a
//! document or a list is written as it is, where boto3 wraps it in an object with the key `null`. Where the query has a
//! member and the entry of a map under one name, the member counts, where boto3 takes what was given last. A member of an
//! ec2 input without a `locationName` gets a capital letter, and the payload of a union that is not given is no body (no
//! definition of boto3's has either).

mod base64_text;
mod cbor;
mod cbor_head;
mod ec2;
mod host_prefix;
mod json;
mod query;
mod rest;
mod rest_json;
mod rest_xml;
mod scalar;
#[cfg(test)]
mod tests;
mod xml_text;

pub use crate::text::percent::{form_urlencode, query_string};

use crate::definition::{Node, Operation, ProtocolName, Service};
use crate::error::{Error, Result};
use crate::http::Headers;
use crate::text::{Path, invalid};
use crate::value::{Bytes, Map, Str, Stream, Value};

/// The parts of a request that the protocol decides.
#[derive(Debug)]
#[non_exhaustive]
pub struct Serialized {
    /// The HTTP method.
    pub method: Str,
    /// The path, percent-encoded, with the query that the definition fixes: `/bucket?acl`.
    pub path: String,
    /// The rest of the query: pairs in order, not yet encoded; see [`query_string`].
    pub query: Vec<(String, String)>,
    /// The header fields.
    pub headers: Headers,
    /// The body.
    pub body: SerializedBody,
    /// What goes before the endpoint's host name, `data.`; its labels are filled in and checked.
    pub host_prefix: Option<String>,
}

/// The body of a request before it is compressed or signed.
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
    /// The user's own stream, unread.
    Stream(Stream),
}

/// Writes `input` as the protocol of `service` has it.
///
/// `request_uri` is the path template to fill in, usually [`Operation::request_uri`]; only the rest protocols use it.
///
/// # Errors
/// Of kind [`ErrorKind::ParamValidation`](crate::ErrorKind::ParamValidation) for a parameter that cannot be written,
/// with its path; of kind [`ErrorKind::InvalidDefinition`](crate::ErrorKind::InvalidDefinition) for a broken definition.
pub fn serialize(service: &Service, operation: &Operation, request_uri: &str, input: &Map) -> Result<Serialized> {
    let shape = service.input(operation)?;
    let mut request = match service.protocol()? {
        ProtocolName::Query => query::serialize(service, operation, shape, input, &query::Query),
        ProtocolName::Ec2 => query::serialize(service, operation, shape, input, &ec2::Ec2),
        ProtocolName::Json => json::serialize(service, operation, shape, input),
        ProtocolName::RestJson => rest_json::serialize(operation, shape, request_uri, input),
        ProtocolName::RestXml => rest_xml::serialize(operation, shape, request_uri, input),
        ProtocolName::Cbor => cbor::serialize(service, operation, shape, input),
    }
    .map_err(|e| e.with_operation(&operation.name))?;
    request.host_prefix = host_prefix::expand(operation, shape, input).map_err(|e| e.with_operation(&operation.name))?;
    Ok(request)
}

impl Serialized {
    /// A request that no operation describes.
    pub(crate) fn raw(method: &str, path: &str, query: Vec<(String, String)>) -> Serialized {
        let (method, path, headers, body) = (method.into(), path.to_owned(), Headers::new(), SerializedBody::Empty);
        Serialized { method, path, query, headers, body, host_prefix: None }
    }

    fn new(operation: &Operation, path: impl Into<String>) -> Serialized {
        Serialized {
            method: operation.http_method.clone(),
            path: path.into(),
            query: Vec::new(),
            headers: Headers::new(),
            body: SerializedBody::Empty,
            host_prefix: None,
        }
    }
}

/// The member that a user's key names.
fn member<'a>(node: Node<'a>, key: &str, path: &Path<'_>) -> Result<Node<'a>> {
    match node.structure().and_then(|s| s.member(key)) {
        Some((_, member)) => node.member(member),
        None => Err(invalid(format_args!(
            "Unknown parameter in {}: \"{key}\"",
            if path.is_root() { &"input" as &dyn std::fmt::Display } else { path }
        ))),
    }
}

/// That the value at `path` is not of a kind that the shape can be made of.
fn mismatch(node: Node<'_>, value: &Value, path: &Path<'_>) -> Error {
    invalid(format_args!("Parameter {path}: a {} is wanted, this is a {}", node.shape_type().name(), value.type_name()))
}
