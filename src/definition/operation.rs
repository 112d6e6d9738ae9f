//! Operations: what can be called.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::json::{NodeJson, Object, Text};
use super::shape::{Lookup, ShapeRef};
use crate::value::{Str, Value};

/// One operation of a service.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Operation {
    /// The API's name, `ListObjectsV2`.
    pub name: Str,
    /// The HTTP method.
    pub http_method: Str,
    /// The path template, which may have a fixed query: `/{Bucket}?acl`.
    pub request_uri: Str,
    /// The structure that goes in.
    pub input: Option<ShapeRef>,
    /// The structure that comes out.
    pub output: Option<ShapeRef>,
    /// The errors that are documented for it.
    pub errors: Vec<ShapeRef>,
    /// What is put before the host name; may have labels: `{AccountId}.`.
    pub host_prefix: Option<Str>,
    /// Parameters of the endpoint rules with fixed values.
    pub static_context_params: Vec<(Str, Value)>,
    /// Parameters of the endpoint rules found by a JMESPath expression over the input.
    pub operation_context_params: Vec<(Str, Str)>,
    /// Authentication schemes in the order of preference; wins over [`auth_type`](Self::auth_type).
    pub auth: Vec<Str>,
    /// The authentication type of older definitions.
    pub auth_type: Option<Str>,
    /// Whether the body stays out of the signature.
    pub unsigned_payload: bool,
    /// Whether a checksum of the body is required (older definitions).
    pub http_checksum_required: bool,
    /// Which checksums the operation knows.
    pub http_checksum: Option<HttpChecksum>,
    /// The encodings in which the body may be compressed.
    pub request_compression: Vec<Str>,
    /// That the endpoint is asked for by another operation.
    pub endpoint_discovery: Option<EndpointDiscovery>,
    /// That this is the operation that answers endpoints.
    pub endpoint_operation: bool,
    /// The definition says that it only reads.
    pub read_only: bool,
    /// The definition says that calling it twice does what calling it once does.
    pub idempotent: bool,
    /// Not to be used any more.
    pub deprecated: bool,
}

/// Which checksums an operation knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpChecksum {
    /// The input member that names the algorithm.
    pub request_algorithm_member: Option<Str>,
    /// Whether the request must carry a checksum.
    pub request_checksum_required: bool,
    /// The input member that asks for a checksum of the response.
    pub request_validation_mode_member: Option<Str>,
    /// The algorithms of the response's checksum.
    pub response_algorithms: Vec<Str>,
}

/// That the endpoint of an operation is asked for by another operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndpointDiscovery {
    /// Whether it cannot be called without.
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
    /// The message is the reason; the caller knows the place.
    pub(super) fn parse(name: &Str, text: &str, lookup: Lookup<'_>) -> Result<Operation, String> {
        let json: OperationJson<'_> = serde_json::from_str(text).map_err(|e| e.to_string())?;
        let reference = |key: &str, node: &Option<NodeJson<'_>>| {
            node.as_ref().map(|n| ShapeRef::from_json(n, lookup)).transpose().map_err(|e| format!("{key}: {e}"))
        };
        let errors = json.errors.iter().enumerate();
        Ok(Operation {
            name: name.clone(),
            http_method: Str::from(&*json.http.method.0),
            request_uri: json.http.request_uri.as_ref().map_or_else(|| Str::from("/"), |u| Str::from(&*u.0)),
            input: reference("input", &json.input)?,
            output: reference("output", &json.output)?,
            errors: errors
                .map(|(i, e)| ShapeRef::from_json(e, lookup).map_err(|e| format!("errors[{i}]: {e}")))
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

/// A boolean, text, or a list of text.
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
