//! The way of one call, stage by stage; no stage reaches back.
//!
//! ```text
//! name + Value ─► Operation ─► defaults ─► hooks ─► endpoint ─► validate
//!    ─► serialize ─► hooks ─► [ sign ─► transport ─► parse ─► retry? ]* ─► hooks ─► Value
//! ```
//!
//! The part in brackets is in `attempts.rs`.

use super::Call;
use super::{attempts, checksum, compression, discovery, endpoint, observe, validate};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Body, Request, Response, ResponseBody};
use crate::protocol::{self, serialize, serialize::SerializedBody};
use crate::value::{Map, Stream, Value};

/// The whole way, to the result.
pub(crate) fn run(call: &mut Call<'_>) -> Result<Map> {
    observe::call(call, whole_way)
}

fn whole_way(call: &mut Call<'_>) -> Result<Map> {
    prepare(call)?;
    if let Err(error) = obtain(call) {
        call.emit("after-call-error")?;
        return Err(error.with_classification(call.attempts.retryable, call.attempts.throttling));
    }
    if !call.is_final {
        call.emit("after-call")?;
    }
    if call.status() >= 300 {
        return Err(service_error(call));
    }
    if call.status() >= 200 {
        attempts::succeeded(call);
    }
    Ok(call.result.take().unwrap_or_default())
}

/// Gets a result: from the service, or from a hook that answered in its place.
fn obtain(call: &mut Call<'_>) -> Result<()> {
    if call.result.is_some() {
        return Ok(());
    }
    if call.response.is_none() {
        return attempts::run(call);
    }
    match receive(call)? {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// The error that the service answered.
pub(crate) fn service_error(call: &mut Call<'_>) -> Error {
    let class = call.notes.get(ERROR_CLASS).and_then(Value::as_str).map(str::to_owned);
    let status = call.status();
    let result = call.result.take().unwrap_or_default();
    let error = Error::service(class.as_deref(), status, Value::Map(result));
    error.with_classification(call.attempts.retryable, call.attempts.throttling)
}

/// The note under which the parse stage leaves the name of a modeled error.
pub(crate) const ERROR_CLASS: &str = "error-class";

/// From here on a response is read as an error. As in boto3 a 300 is not, though it makes the call fail.
const FIRST_ERROR: u16 = 301;

/// From the name and the map to the request, unsigned.
pub(crate) fn prepare(call: &mut Call<'_>) -> Result<()> {
    discovery::check(call)?;
    call.emit("provide-client-params")?;
    call.emit("before-parameter-build")?;
    inject_defaults(call)?;
    endpoint::resolve(call)?;
    if let (Some(input), true) = (call.service.input(call.operation)?, call.client.settings.parameter_validation) {
        validate::validate(input, &call.params)?;
    }
    build_request(call)?;
    if call.is_presign() {
        return Ok(());
    }
    let plan = checksum::plan(call)?;
    add_standing_headers(call)?;
    call.emit_until("before-call", |call| call.is_answered())?;
    if !call.is_answered() {
        compression::apply(call)?;
        checksum::apply(call, plan)?;
    }
    Ok(())
}

/// Members that the caller may leave to the client.
fn inject_defaults(call: &mut Call<'_>) -> Result<()> {
    let Some(input) = call.service.input(call.operation)? else { return Ok(()) };
    for member in input.structure().map(|s| s.members.as_slice()).unwrap_or_default() {
        if member.target.traits.idempotency_token && !call.params.contains_key(&member.name) {
            call.params.insert(member.name.clone(), (call.client.uuids)());
        }
    }
    checksum::inject_validation_mode(call);
    Ok(())
}

/// Serializes the parameters and puts the endpoint, the headers and the body together.
fn build_request(call: &mut Call<'_>) -> Result<()> {
    let serialized = serialize::serialize(call.service, call.operation, &call.request_uri, &call.params)?;
    let url = endpoint::url(call, &serialized)?;
    let mut request = Request::new(call.options.http_method.as_deref().unwrap_or(serialized.method.as_str()), url);
    request.headers = serialized.headers;
    add_headers(call, &mut request);
    request.body = body(serialized.body)?;
    call.request = Some(request);
    Ok(())
}

/// The headers that do not come of the parameters: the endpoint's, the caller's own, and who calls.
pub(crate) fn add_headers(call: &Call<'_>, request: &mut Request) {
    if let Some(endpoint) = &call.endpoint {
        for (name, value) in &endpoint.headers {
            request.headers.set(name.as_str(), value.as_str());
        }
    }
    for (name, value) in call.options.headers.iter() {
        request.headers.set(name, value);
    }
    if !call.is_presign() {
        request.headers.set("User-Agent", &*call.client.user_agent);
    }
}

/// Headers of every call that is sent: the trace of a Lambda invocation, and the version of the API where
/// endpoints are asked for.
fn add_standing_headers(call: &mut Call<'_>) -> Result<()> {
    let trace = call.client.settings.lambda.as_ref().and_then(|environment| environment.get("_X_AMZN_TRACE_ID"));
    let version = if call.operation.endpoint_operation { Some(call.service.api_version()?) } else { None };
    let headers = &mut call.request_mut().headers;
    if let Some(trace) = trace.filter(|trace| !trace.is_empty() && !headers.contains(TRACE_ID)) {
        let mut encoded = String::with_capacity(trace.len());
        serialize::push_percent_encoded(&mut encoded, &trace, "-=;:+&[]{}\"',");
        headers.set(TRACE_ID, encoded);
    }
    if let Some(version) = version.filter(|_| !headers.contains(API_VERSION)) {
        headers.set(API_VERSION, version);
    }
    Ok(())
}

const TRACE_ID: &str = "X-Amzn-Trace-Id";
const API_VERSION: &str = "x-amz-api-version";

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

/// Reads, verifies and parses the response. `Some` is a failure on the way, which may be worth another attempt;
/// `Err` is one that is not.
pub(crate) fn receive(call: &mut Call<'_>) -> Result<Option<Error>> {
    if call.options.raw {
        return Ok(None);
    }
    if let Err(error) = buffer(call) {
        // What has come of it is no response.
        call.response = None;
        return if error.kind() == ErrorKind::Checksum { Err(error) } else { Ok(Some(error)) };
    }
    checksum::verify(call)?;
    call.emit("before-parse")?;
    parse(call)?;
    Ok(None)
}

/// Reads the body into memory, unless the operation hands it to the caller as a stream.
fn buffer(call: &mut Call<'_>) -> Result<()> {
    let streams = protocol::streams_output(call.service, call.operation)?;
    let Some(response) = &mut call.response else { return Ok(()) };
    if !(streams && response.status < FIRST_ERROR) {
        response.body.buffer().map_err(Error::from_stream)?;
    }
    Ok(())
}

fn parse(call: &mut Call<'_>) -> Result<()> {
    let Some(response) = &mut call.response else { return Ok(()) };
    let mut result = if response.status < FIRST_ERROR {
        // A stream is the parser's; everything else stays for the hooks that come.
        let body = match &response.body {
            ResponseBody::Bytes(bytes) => ResponseBody::Bytes(bytes.clone()),
            ResponseBody::Reader(_) => std::mem::replace(&mut response.body, ResponseBody::Bytes(Default::default())),
        };
        let mut taken = Response::new(response.status, response.headers.clone(), Vec::new());
        taken.body = body;
        protocol::parse(call.service, call.operation, taken)?
    } else {
        let body = response.body.buffer().map_err(Error::from_stream)?;
        let parsed = protocol::parse_error(call.service, call.operation, response.status, &response.headers, &body)?;
        if let Some(class) = parsed.class {
            call.notes.insert(ERROR_CLASS, class);
        }
        parsed.response
    };
    if let Some(metadata) = result.get_mut("ResponseMetadata").and_then(Value::as_map_mut) {
        metadata.insert("RetryAttempts", call.attempts.number.saturating_sub(1));
        checksum::report(&call.notes, metadata);
    }
    result.extend(std::mem::take(&mut call.added));
    call.result = Some(result);
    Ok(())
}
