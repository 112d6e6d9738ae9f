//! Events as data. An event lives no longer than its stage, so a hook of a host gets a copy and returns the changes.

#[cfg(feature = "python")]
use std::io::Read as _;
use std::time::Duration;

use crate::call::Event;
use crate::http::{Body, Headers, Response, ResponseBody};
use crate::protocol::UnknownMember;
use crate::value::{Bytes, List, Map, Stream, Value};

/// Makes a hook of a function of the host. It receives `name`, `stage`, `service`, `operation`, `region`, `params`, `notes`, `attempts`,
/// `is_presign`, `signing_name`, and `signature_version`; from the stages on that have them also `request` (`method`, `url`, `headers` as
/// pairs, and `body` if it is in memory), `response` (`status`, `headers`, and `body` if it is in memory), `result`, `retry` (a delay in
/// seconds), and `unknown_output` (`path`, `name`, `shape`, and `type` of each member). It returns changes of the same form.
/// Beyond those, `response` answers the call without sending it, `retry: false` ends the retries, and `signer` selects a signer.
pub fn hook(
    function: impl Fn(Value) -> anyhow::Result<Option<Map>> + Send + Sync + 'static,
) -> impl Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync + 'static {
    move |event| handle(event, |_, data| function(data))
}

/// Runs a function as [`hook`] does. It also receives the event, for what data cannot express.
pub(crate) fn handle(
    event: &mut Event<'_, '_>,
    function: impl FnOnce(&mut Event<'_, '_>, Value) -> anyhow::Result<Option<Map>>,
) -> anyhow::Result<()> {
    let data = data(event);
    if let Some(changes) = function(event, data)? {
        apply(event, &changes);
    }
    Ok(())
}

/// Reads the body of the request into memory, for a hook that plays the part of the server.
#[cfg(feature = "python")]
pub(crate) fn buffer_request(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if let Some(request) = event.request_mut()
        && let Body::Reader(reader) = &mut request.body
    {
        let mut content = Vec::new();
        reader.read_to_end(&mut content)?;
        request.body = Body::Bytes(content.into());
    }
    Ok(())
}

/// Headers as a list of pairs.
pub(crate) fn pairs(headers: &Headers) -> Value {
    headers.iter().map(|(name, value)| Value::from(vec![Value::from(name), Value::from(value)])).collect::<List>().into()
}

fn data(event: &Event<'_, '_>) -> Value {
    let mut data = Map::from([
        ("name", Value::from(event.name())),
        ("stage", event.stage().into()),
        ("service", event.service().name().into()),
        ("operation", event.operation().name.clone().into()),
        ("region", event.region().into()),
        ("params", event.params().clone().into()),
        ("notes", event.notes().clone().into()),
        ("attempts", event.attempts().into()),
        ("is_presign", event.is_presign().into()),
        ("signing_name", event.signing_name().into()),
        ("signature_version", signature_version(event)),
    ]);
    if let Some(request) = event.request() {
        let body = match &request.body {
            Body::Bytes(bytes) => Value::Bytes(bytes.clone()),
            _ => Value::Null,
        };
        let request = Map::from([
            ("method", Value::from(request.method.as_str())),
            ("url", request.url.as_str().into()),
            ("headers", pairs(&request.headers)),
            ("body", body),
        ]);
        data.insert("request", request);
    }
    if let Some(response) = event.response() {
        let body = match &response.body {
            ResponseBody::Bytes(bytes) => Value::Bytes(bytes.clone()),
            ResponseBody::Reader(_) => Value::Null,
        };
        let response = [("status", Value::from(response.status)), ("headers", pairs(&response.headers)), ("body", body)];
        data.insert("response", Map::from(response));
    }
    if let Some(result) = event.result() {
        data.insert("result", result.clone());
    }
    if !event.unknown_output().is_empty() {
        data.insert("unknown_output", event.unknown_output().iter().map(unknown).collect::<List>());
    }
    if let Some(delay) = event.retry() {
        data.insert("retry", delay.as_secs_f64());
    }
    data.into()
}

/// The name of the signer, with the place of the signature; before one is chosen, that of the client.
fn signature_version(event: &Event<'_, '_>) -> Value {
    match event.signer() {
        Some(signer) => signer.to_string().into(),
        None => event.default_signer().into(),
    }
}

fn unknown(member: &UnknownMember) -> Value {
    let fields = [("path", member.path.as_str()), ("name", &member.name), ("shape", &member.shape), ("type", member.type_name)];
    fields.into_iter().collect::<Map>().into()
}

fn apply(event: &mut Event<'_, '_>, changes: &Map) {
    if let Value::Map(params) = &changes["params"] {
        *event.params_mut() = params.clone();
    }
    if let Value::Map(notes) = &changes["notes"] {
        *event.notes_mut() = notes.clone();
    }
    if let (Value::Map(changed), Some(request)) = (&changes["request"], event.request_mut()) {
        if let Some(url) = changed["url"].as_str() {
            request.url = url.to_owned();
        }
        if let Some(method) = changed["method"].as_str() {
            request.method = method.to_owned();
        }
        if changed["headers"].as_list().is_some() {
            request.headers = headers_of(&changed["headers"]);
        }
        if let Value::Bytes(body) = &changed["body"] {
            request.body = Body::Bytes(body.clone());
        }
    }
    if let Value::Map(result) = &changes["result"] {
        if let Some(own) = event.result_mut() {
            *own = result.clone();
        } else {
            event.set_result(result.clone());
        }
    }
    if let Value::Map(response) = &changes["response"] {
        let status = response["status"].as_int().and_then(|status| u16::try_from(status).ok()).unwrap_or(200);
        let headers = headers_of(&response["headers"]);
        event.set_response(match response["body"].as_stream().and_then(Stream::take) {
            Some(body) => Response::streamed(status, headers, body),
            None => Response::new(status, headers, response["body"].as_bytes().map(Bytes::from).unwrap_or_default()),
        });
    }
    match &changes["retry"] {
        Value::Bool(false) => event.set_retry(None),
        delay => {
            if let Some(delay) = delay.as_float().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
                event.set_retry(Some(delay));
            }
        }
    }
    if let Some(signer) = changes["signer"].as_str() {
        event.set_signer(signer);
    }
}

/// The headers of a list of pairs.
pub(crate) fn headers_of(pairs: &Value) -> Headers {
    let mut headers = Headers::new();
    for pair in pairs.as_list().into_iter().flatten() {
        if let (Some(name), Some(value)) = (pair[0].as_str(), pair[1].as_str()) {
            headers.append(name, value);
        }
    }
    headers
}
