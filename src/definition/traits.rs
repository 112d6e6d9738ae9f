//! Traits: the properties of shapes and references other than their types.

use super::json::{NodeJson, Text};
use crate::value::Str;

/// The traits of a shape or a reference. A [`Node`](super::Node) combines the two.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Traits {
    /// The location of the member in an HTTP message; `None` is the body.
    pub location: Option<Location>,
    /// The name on the wire.
    pub location_name: Option<Str>,
    /// The name on the wire in the ec2 protocol.
    pub query_name: Option<Str>,
    /// The element around the result in the query protocol.
    pub result_wrapper: Option<Str>,
    /// The format of a timestamp.
    pub timestamp_format: Option<TimestampFormat>,
    /// The XML namespace of the element.
    pub xml_namespace: Option<XmlNamespace>,
    /// The endpoint rule parameter that the member provides.
    pub context_param: Option<Str>,
    /// The properties of an error shape.
    pub error: Option<ErrorTrait>,
    /// Whether calls that fail with this error can be retried.
    pub retryable: Option<Retryable>,
    /// The minimum number, length, or size.
    pub min: Option<f64>,
    /// Whether `min` is written as a decimal: `1.0` rather than `1`.
    pub decimal_min: bool,
    /// The maximum number, length, or size.
    pub max: Option<f64>,
    /// The regular expression that a string should match.
    pub pattern: Option<Str>,
    /// The known values of a string.
    pub values: Vec<Str>,
    /// A list or map without an enclosing element.
    pub flattened: bool,
    /// An attribute of the parent element.
    pub xml_attribute: bool,
    /// A body that is transferred incrementally.
    pub streaming: bool,
    /// A streaming body whose length must be known.
    pub requires_length: bool,
    /// JSON in a header, encoded in base64.
    pub json_value: bool,
    /// Set to a random UUID if absent.
    pub idempotency_token: bool,
    /// Part of the host name.
    pub host_label: bool,
    /// The payload of an event.
    pub event_payload: bool,
    /// A header of an event.
    pub event_header: bool,
    /// A union of events.
    pub event_stream: bool,
    /// An event.
    pub event: bool,
    /// Identifies the resource in endpoint discovery.
    pub endpoint_discovery_id: bool,
    /// Exactly one member is set.
    pub union: bool,
    /// Untyped data.
    pub document: bool,
    /// An error.
    pub exception: bool,
    /// Not to be printed.
    pub sensitive: bool,
    /// Deprecated.
    pub deprecated: bool,
}

/// The location of a member in an HTTP message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// A label of the path.
    Uri,
    /// A parameter of the query string.
    QueryString,
    /// One header.
    Header,
    /// All headers with a prefix.
    Headers,
    /// The status of the response.
    StatusCode,
}

/// The format of a timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampFormat {
    /// `2015-01-25T08:00:00Z`
    Iso8601,
    /// Seconds since 1970.
    UnixTimestamp,
    /// `Sun, 25 Jan 2015 08:00:00 GMT`
    Rfc822,
}

/// An XML namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XmlNamespace {
    /// The URI of the namespace.
    pub uri: Str,
    /// The prefix with which it is declared.
    pub prefix: Option<Str>,
}

/// The properties of an error shape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorTrait {
    /// The code on the wire, if it is not the name of the shape.
    pub code: Option<Str>,
    /// The HTTP status.
    pub http_status_code: Option<u16>,
    /// Whether the caller caused it.
    pub sender_fault: bool,
    /// Whether the service caused it.
    pub fault: bool,
}

/// Calls that fail with this error can be retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retryable {
    /// Whether it is a throttling error.
    pub throttling: bool,
}

impl Traits {
    pub(super) fn from_json(json: &NodeJson<'_>) -> Traits {
        Traits {
            location: text(&json.location).and_then(Location::parse),
            location_name: text(&json.location_name).map(Str::from),
            query_name: text(&json.query_name).map(Str::from),
            result_wrapper: text(&json.result_wrapper).map(Str::from),
            timestamp_format: text(&json.timestamp_format).and_then(TimestampFormat::parse),
            xml_namespace: json.xml_namespace.and_then(|raw| XmlNamespace::parse(raw.get())),
            context_param: json.context_param.as_ref().map(|p| Str::from(&*p.name.0)),
            error: json.error.as_ref().map(|e| ErrorTrait {
                code: text(&e.code).filter(|c| !c.is_empty()).map(Str::from),
                http_status_code: e.http_status_code,
                sender_fault: e.sender_fault,
                fault: e.fault,
            }),
            retryable: json.retryable.as_ref().map(|r| Retryable { throttling: r.throttling }),
            min: json.min.and_then(|raw| raw.get().parse().ok()),
            decimal_min: json.min.is_some_and(|raw| raw.get().contains(['.', 'e', 'E'])),
            max: json.max.and_then(|raw| raw.get().parse().ok()),
            pattern: text(&json.pattern).map(Str::from),
            values: json.values.iter().map(|v| Str::from(&*v.0)).collect(),
            flattened: json.flattened,
            xml_attribute: json.xml_attribute,
            streaming: json.streaming,
            requires_length: json.requires_length,
            json_value: json.jsonvalue,
            idempotency_token: json.idempotency_token,
            host_label: json.host_label,
            event_payload: json.eventpayload,
            event_header: json.eventheader,
            event_stream: json.eventstream,
            event: json.event,
            endpoint_discovery_id: json.endpointdiscoveryid,
            union: json.union,
            document: json.document,
            exception: json.exception,
            sensitive: json.sensitive,
            deprecated: json.deprecated,
        }
    }
}

fn text<'a>(text: &'a Option<Text<'_>>) -> Option<&'a str> {
    text.as_ref().map(|t| &*t.0)
}

impl Location {
    fn parse(name: &str) -> Option<Location> {
        Some(match name {
            "uri" => Location::Uri,
            "querystring" => Location::QueryString,
            "header" => Location::Header,
            "headers" => Location::Headers,
            "statusCode" => Location::StatusCode,
            _ => return None,
        })
    }
}

impl TimestampFormat {
    fn parse(name: &str) -> Option<TimestampFormat> {
        Some(match name.to_ascii_lowercase().as_str() {
            "iso8601" => TimestampFormat::Iso8601,
            "unixtimestamp" => TimestampFormat::UnixTimestamp,
            "rfc822" => TimestampFormat::Rfc822,
            _ => return None,
        })
    }
}

impl XmlNamespace {
    /// Parses an object with `uri` and `prefix`, or the URI alone.
    fn parse(json: &str) -> Option<XmlNamespace> {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Json {
            Uri(Str),
            Object { uri: Str, prefix: Option<Str> },
        }
        Some(match serde_json::from_str(json).ok()? {
            Json::Uri(uri) => XmlNamespace { uri, prefix: None },
            Json::Object { uri, prefix } => XmlNamespace { uri, prefix },
        })
    }
}
