//! Operations.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::content::Content;
use super::json::{NodeJson, Object, Text};
use super::names::snake_case;
use super::shape::ShapeRef;
use crate::value::{Str, Value};

/// An operation of a service.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Operation {
    /// The API's name, such as `ListObjectsV2`.
    pub name: Str,
    /// The name of the method, such as `list_objects_v2`.
    pub method_name: Str,
    /// The HTTP method.
    pub http_method: Str,
    /// The path template, which may have a fixed query: `/{Bucket}?acl`.
    pub request_uri: Str,
    /// The input structure.
    pub input: Option<ShapeRef>,
    /// The output structure.
    pub output: Option<ShapeRef>,
    /// The documented errors.
    pub errors: Vec<ShapeRef>,
    /// The host prefix, which may have labels: `{AccountId}.`.
    pub host_prefix: Option<Str>,
    /// Endpoint rule parameters with fixed values.
    pub static_context_params: Vec<(Str, Value)>,
    /// Endpoint rule parameters whose values are found by JMESPath expressions on the input.
    pub operation_context_params: Vec<(Str, Str)>,
    /// The authentication schemes in order of preference. They take precedence over [`auth_type`](Self::auth_type).
    pub auth: Vec<Str>,
    /// The authentication type of older definitions.
    pub auth_type: Option<Str>,
    /// Whether the body is not signed.
    pub unsigned_payload: bool,
    /// Whether a checksum of the body is required (older definitions).
    pub http_checksum_required: bool,
    /// The checksums that the operation supports.
    pub http_checksum: Option<HttpChecksum>,
    /// The encodings with which the body can be compressed.
    pub request_compression: Vec<Str>,
    /// Endpoint discovery, if another operation discovers the endpoint.
    pub endpoint_discovery: Option<EndpointDiscovery>,
    /// Whether this is the operation that discovers endpoints.
    pub endpoint_operation: bool,
    /// Whether the definition declares that it only reads.
    pub read_only: bool,
    /// Whether the definition declares that repeating it has no further effect.
    pub idempotent: bool,
    /// Whether it is deprecated.
    pub deprecated: bool,
}

/// The checksums that an operation supports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpChecksum {
    /// The input member that names the algorithm.
    pub request_algorithm_member: Option<Str>,
    /// Whether the request must carry a checksum.
    pub request_checksum_required: bool,
    /// The input member that requests a checksum of the response.
    pub request_validation_mode_member: Option<Str>,
    /// The algorithms of response checksums.
    pub response_algorithms: Vec<Str>,
}

/// Endpoint discovery: another operation returns the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndpointDiscovery {
    /// Whether the operation requires it.
    pub required: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OperationJson<'a> {
    #[serde(borrow)]
    http: HttpJson<'a>,
    #[serde(borrow, default)]
    input: Option<NodeJson<'a>>,
    #[serde(borrow, default)]
    output: Option<NodeJson<'a>>,
    #[serde(borrow, default)]
    errors: Vec<NodeJson<'a>>,
    #[serde(borrow, default)]
    endpoint: Option<EndpointJson<'a>>,
    #[serde(borrow, default)]
    static_context_params: Object<'a, StaticParam<'a>>,
    #[serde(borrow, default)]
    operation_context_params: Object<'a, PathParam<'a>>,
    #[serde(default)]
    auth: Vec<Str>,
    #[serde(default)]
    authtype: Option<Str>,
    #[serde(default)]
    unsigned_payload: bool,
    #[serde(default)]
    http_checksum_required: bool,
    #[serde(default)]
    http_checksum: Option<HttpChecksumJson>,
    #[serde(default)]
    requestcompression: Option<CompressionJson>,
    #[serde(default)]
    endpointdiscovery: Option<DiscoveryJson>,
    #[serde(default)]
    endpointoperation: bool,
    #[serde(default, alias = "readOnly")]
    readonly: bool,
    #[serde(default)]
    idempotent: bool,
    #[serde(default)]
    deprecated: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HttpJson<'a> {
    #[serde(borrow)]
    method: Text<'a>,
    #[serde(borrow, default)]
    request_uri: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EndpointJson<'a> {
    #[serde(borrow, default)]
    host_prefix: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct StaticParam<'a> {
    #[serde(borrow)]
    value: &'a RawValue,
}

#[derive(Deserialize)]
struct PathParam<'a> {
    #[serde(borrow)]
    path: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct HttpChecksumJson {
    request_algorithm_member: Option<Str>,
    request_checksum_required: bool,
    request_validation_mode_member: Option<Str>,
    response_algorithms: Vec<Str>,
}

#[derive(Deserialize)]
struct CompressionJson {
    #[serde(default)]
    encodings: Vec<Str>,
}

#[derive(Deserialize)]
struct DiscoveryJson {
    #[serde(default)]
    required: bool,
}

impl Operation {
    /// Parses an operation. The error is the reason; the caller adds the path.
    pub(super) fn parse(name: &Str, text: &str, content: &Content) -> Result<Operation, String> {
        let json: OperationJson<'_> = serde_json::from_str(text).map_err(|e| e.to_string())?;
        let reference = |key: &str, node: &Option<NodeJson<'_>>| {
            node.as_ref().map(|n| ShapeRef::from_json(n, content)).transpose().map_err(|e| format!("{key}: {e}"))
        };
        let errors = json.errors.iter().enumerate();
        Ok(Operation {
            name: name.clone(),
            method_name: snake_case(name).into(),
            http_method: Str::from(&*json.http.method.0),
            request_uri: json.http.request_uri.as_ref().map_or_else(|| Str::from("/"), |u| Str::from(&*u.0)),
            input: reference("input", &json.input)?,
            output: reference("output", &json.output)?,
            errors: errors
                .map(|(i, e)| ShapeRef::from_json(e, content).map_err(|e| format!("errors[{i}]: {e}")))
                .collect::<Result<_, _>>()?,
            host_prefix: json.endpoint.and_then(|e| e.host_prefix).map(|p| Str::from(&*p.0)),
            static_context_params: json
                .static_context_params
                .0
                .iter()
                .map(|(k, p)| static_value(p.value).map(|v| (Str::from(&**k), v)).map_err(|e| format!("staticContextParams.{k}: {e}")))
                .collect::<Result<_, _>>()?,
            operation_context_params: json.operation_context_params.0.iter().map(|(k, p)| (Str::from(&**k), Str::from(&*p.path))).collect(),
            auth: json.auth,
            auth_type: json.authtype,
            unsigned_payload: json.unsigned_payload,
            http_checksum_required: json.http_checksum_required,
            http_checksum: json.http_checksum.map(HttpChecksum::from),
            request_compression: json.requestcompression.map(|c| c.encodings).unwrap_or_default(),
            endpoint_discovery: json.endpointdiscovery.map(|d| EndpointDiscovery { required: d.required }),
            endpoint_operation: json.endpointoperation,
            read_only: json.readonly,
            idempotent: json.idempotent,
            deprecated: json.deprecated,
        })
    }
}

/// A boolean, a string, or a list of strings.
fn static_value(raw: &RawValue) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Static {
        Bool(bool),
        Text(Str),
        List(Vec<Str>),
    }
    Ok(match serde_json::from_str(raw.get()).map_err(|e| e.to_string())? {
        Static::Bool(b) => Value::Bool(b),
        Static::Text(s) => Value::String(s),
        Static::List(l) => l.into_iter().collect(),
    })
}

impl From<HttpChecksumJson> for HttpChecksum {
    fn from(json: HttpChecksumJson) -> Self {
        HttpChecksum {
            request_algorithm_member: json.request_algorithm_member,
            request_checksum_required: json.request_checksum_required,
            request_validation_mode_member: json.request_validation_mode_member,
            response_algorithms: json.response_algorithms,
        }
    }
}
