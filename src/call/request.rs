//! The stages from the parameters to the unsigned HTTP request: parameters that hooks and the client fill in, their
//! serialization, the endpoint's URL, and headers.

use super::hooks::Stage;
use super::{Call, endpoint, user_agent};
use crate::definition::Location;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Body, Request};
use crate::protocol::serialize::{self, Serialized, SerializedBody};
use crate::text::encoding::push_percent_encoded;
use crate::value::{Stream, Value};

/// Rejects operations that send an event stream.
pub(super) fn check_support(call: &mut Call<'_>) -> Result<()> {
    if !serialize::streams_input(call.service, call.operation)? {
        return Ok(());
    }
    let (operation, service) = (&call.operation.name, call.service.name());
    let message = format!("The operation {operation} of {service} sends an event stream, which is not supported.");
    Err(Error::new(ErrorKind::UnsupportedOperation, message))
}

/// Runs the hooks that may change the parameters.
pub(super) fn offer_params_to_hooks(call: &mut Call<'_>) -> Result<()> {
    call.emit(Stage::ProvideClientParams)?;
    call.emit(Stage::BeforeParameterBuild)
}

/// Generates the idempotency tokens that the caller left out.
pub(super) fn fill_idempotency_tokens(call: &mut Call<'_>) -> Result<()> {
    let Some(input) = call.service.input(call.operation)? else { return Ok(()) };
    for member in input.structure().map(|s| s.members.as_slice()).unwrap_or_default() {
        if member.target.traits.idempotency_token && !call.params.contains_key(&member.name) {
            call.params.insert(member.name.clone(), (call.client.time.uuids)());
        }
    }
    Ok(())
}

/// Serializes the parameters and combines them with the endpoint.
pub(super) fn build(call: &mut Call<'_>) -> Result<()> {
    let serialized = serialize::serialize(call.service, call.operation, &call.request_uri, &call.params)?;
    let url = endpoint::url(call, &serialized)?;
    let mut request = Request::new(call.options.http_method.as_deref().unwrap_or(serialized.method.as_str()), url);
    request.headers = serialized.headers;
    request.body = body(serialized.body)?;
    mark_secrets(call, &mut request)?;
    call.request = Some(request);
    Ok(())
}

/// Marks the parts of the request that contain secrets, according to the shapes of the parameters.
fn mark_secrets(call: &Call<'_>, request: &mut Request) -> Result<()> {
    let Some(input) = call.service.input(call.operation)? else { return Ok(()) };
    let facts = call.client.secret_members;
    if facts.is_empty() && !input.can_hold_secrets() {
        return Ok(());
    }
    let Some(structure) = input.structure() else {
        request.secrets.body = input.can_hold_secrets();
        return Ok(());
    };
    for (name, value) in call.params.iter().filter(|(_, value)| !value.is_null()) {
        let Some((_, member)) = structure.member(name) else { continue };
        let node = input.member(member)?;
        if !input.is_sensitive() && !facts.contains(&name.as_str()) && !node.holds_secret(value)? {
            continue;
        }
        let wire_name = node.location_name().unwrap_or(name);
        let secrets = &mut request.secrets;
        match (node.location(), value) {
            (Some(Location::Header), _) => request.headers.mark_secret(wire_name),
            (Some(Location::Headers), _) => request.headers.mark_secret(format!("{wire_name}*")),
            (Some(Location::QueryString), Value::Map(map)) => secrets.query.extend(map.keys().map(str::to_owned)),
            (Some(Location::QueryString), _) => secrets.query.push(wire_name.to_owned()),
            (Some(Location::Uri), _) => {}
            // A presigned URL contains the members of the body.
            (Some(Location::StatusCode) | None, _) => {
                secrets.body = true;
                let names = [Some(wire_name), Some(name.as_str()), node.query_name()];
                secrets.query.extend(names.into_iter().flatten().map(str::to_owned));
            }
        }
        if node.location() == Some(Location::Uri) || node.has(|t| t.host_label) || node.context_param().is_some() {
            secrets.texts.extend(encodings(value));
        }
    }
    Ok(())
}

/// The forms in which a value can be part of a host or a path.
fn encodings(value: &Value) -> Vec<String> {
    let text = match value {
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Number(number) => number.as_str().to_owned(),
        Value::String(text) => text.to_string(),
        _ => return Vec::new(),
    };
    let encoded = |safe: &str| {
        let mut out = String::with_capacity(text.len());
        push_percent_encoded(&mut out, &text, safe);
        out
    };
    let mut forms = vec![encoded(""), encoded("/"), text];
    forms.retain(|form| !form.is_empty());
    forms
}

/// Builds the request of a raw call at the client's endpoint.
pub(crate) fn build_raw(call: &mut Call<'_>, target: &Serialized, body: Body) -> Result<()> {
    endpoint::resolve(call)?;
    super::auth_type::decide(call)?;
    let mut request = Request::new(target.method.as_str(), endpoint::url(call, target)?);
    request.body = body;
    call.request = Some(request);
    Ok(())
}

/// Adds the headers of the endpoint and the caller's own.
pub(super) fn add_headers(call: &mut Call<'_>) -> Result<()> {
    let Call { endpoint, options, request: Some(request), .. } = call else { return Ok(()) };
    for (name, value) in endpoint.iter().flat_map(|endpoint| &endpoint.headers) {
        request.headers.set(name.as_str(), value.as_str());
    }
    for (name, value) in options.headers.iter() {
        request.headers.set(name, value);
    }
    Ok(())
}

pub(super) fn add_user_agent(call: &mut Call<'_>) -> Result<()> {
    let client = call.client;
    call.request_mut().headers.set(user_agent::HEADER, client.user_agent.as_str());
    Ok(())
}

/// Adds the trace ID of a Lambda invocation, and the API version to the operation that returns endpoints.
pub(super) fn add_standing_headers(call: &mut Call<'_>) -> Result<()> {
    let trace = call.client.settings.lambda.as_ref().and_then(|environment| environment.get("_X_AMZN_TRACE_ID"));
    let version = if call.operation.endpoint_operation { Some(call.service.api_version()?) } else { None };
    let headers = &mut call.request_mut().headers;
    if let Some(trace) = trace.filter(|trace| !trace.is_empty() && !headers.contains(TRACE_ID)) {
        let mut encoded = String::with_capacity(trace.len());
        push_percent_encoded(&mut encoded, &trace, "-=;:+&[]{}\"',");
        headers.set(TRACE_ID, encoded);
    }
    if let Some(version) = version.filter(|_| !headers.contains(API_VERSION)) {
        headers.set(API_VERSION, version);
    }
    Ok(())
}

const TRACE_ID: &str = "X-Amzn-Trace-Id";
const API_VERSION: &str = "x-amz-api-version";

/// Runs the hooks that may change the request, or answer in the service's place.
pub(super) fn offer_to_hooks(call: &mut Call<'_>) -> Result<()> {
    call.emit_until(Stage::BeforeCall, |call| call.is_answered())
}

fn body(serialized: SerializedBody) -> Result<Body> {
    Ok(match serialized {
        SerializedBody::Empty => Body::Empty,
        SerializedBody::Bytes(bytes) => Body::Bytes(bytes),
        SerializedBody::Form(form) => serialize::form_urlencode(&form).into_bytes().into(),
        SerializedBody::Stream(stream) => stream_body(&stream)?,
    })
}

/// The content of a stream that no other call has taken.
pub(crate) fn stream_body(stream: &Stream) -> Result<Body> {
    let taken = || Error::new(ErrorKind::Stream, "The body was given to another call before: a stream can be sent once.");
    stream.take().map(Body::Reader).ok_or_else(taken)
}
