//! Compares a case: the request of `prepare`, the URL of `presign`, and the result of `call`.

use std::time::Duration;

use tucuxi::http::Headers;
use tucuxi::{Error, Stream, Value};

use crate::{clients, compare, request, tagged};

/// The lifetime of presigned URLs.
const EXPIRES: Duration = Duration::from_secs(900);

/// Compares a case. The error is the first difference, and begins with `presigned`, `request`, `result`, or `refusal`.
pub fn compare(case: &Value) -> Result<(), String> {
    let operation = case["operation"].as_str().unwrap_or_default();
    let client = clients::client(case["service"].as_str().unwrap_or_default(), &case["client"])?;
    if let Some(expected) = case.get("presigned") {
        presigned(client.presign(operation, params(&case["params"]), EXPIRES), expected).map_err(|e| format!("presigned: {e}"))?;
    }
    match (client.prepare(operation, params(&case["params"])), case.get("request")) {
        (Ok(found), Some(expected)) => request::compare(found, expected).map_err(|e| format!("request: {e}"))?,
        (Err(found), Some(_)) => return Err(format!("refusal: {}: {}, but the reference sends", found.name(), found.message())),
        (Ok(found), None) => return Err(format!("refusal: expected {}, found {} {}", brief(&case["error"]), found.method, found.url)),
        (Err(found), None) => return refused(&found, &case["error"]).map_err(|e| format!("refusal: {e}")),
    }
    lay_ready(operation, &case["http"]);
    let found = client.call(operation, params(&case["params"]));
    result(found, case).map_err(|e| format!("result: {e}\nanswer {}", case["http"].to_json_text(false)))
}

/// A paragraph about a case that differs.
pub fn report(case: &Value, difference: &str) -> String {
    let name = |key: &str| case[key].as_str().unwrap_or_default();
    let (client, params) = (case["client"].to_json_text(false), case["params"].to_json_text(false));
    format!("{}.{}, client {client}\ninput {params}\n{difference}", name("service"), name("operation"))
}

fn presigned(found: tucuxi::Result<String>, expected: &Value) -> Result<(), String> {
    match (found, expected["url"].as_str()) {
        // An internal error of Python is not expected.
        _ if expected["error"]["python_internal"].as_bool() == Some(true) => Ok(()),
        (Ok(found), Some(expected)) => request::urls(&found, expected),
        (Err(found), None) => refused(&found, &expected["error"]),
        (Ok(found), None) => Err(format!("expected {}, found {found}", brief(&expected["error"]))),
        (Err(found), Some(expected)) => Err(format!("{}: {}, but the reference has {expected}", found.name(), found.message())),
    }
}

fn lay_ready(operation: &str, http: &Value) {
    let headers = http["headers"].as_map().into_iter().flat_map(|m| m.iter());
    let headers: Headers = headers.map(|(name, value)| (name.to_string(), value.as_str().unwrap_or_default().to_owned())).collect();
    clients::answer(operation, http["status"].as_int().unwrap_or_default() as u16, headers, tagged::body(http));
}

/// The parameters, with streams for streaming bodies.
pub fn params(tagged: &Value) -> Value {
    match tagged {
        Value::List(list) => list.iter().map(params).collect(),
        Value::Map(map) if map.len() == 1 && map.keys().all(|key| key.starts_with('$')) => match map.get("$stream") {
            Some(content) => Stream::from_seekable(std::io::Cursor::new(tagged::bytes(content))).expect("a stream in memory").into(),
            None => Value::from_json_text(&tagged.to_plain_text()).expect("a tag"),
        },
        Value::Map(map) => map.iter().map(|(key, value)| (key.to_string(), params(value))).collect::<tucuxi::Map>().into(),
        other => other.clone(),
    }
}

trait PlainText {
    fn to_plain_text(&self) -> String;
}

impl PlainText for Value {
    /// JSON that keeps the tags.
    fn to_plain_text(&self) -> String {
        serde_json::to_string(self).expect("plain JSON")
    }
}

fn result(found: tucuxi::Result<Value>, case: &Value) -> Result<(), String> {
    match (found, case.get("error")) {
        (Ok(found), None) => compare::values(&without_attempts(found), &without_attempts(tagged::untag(&case["parsed"]))),
        (Err(error), Some(expected)) => failed(&error, expected),
        (Ok(found), Some(expected)) => Err(format!("expected {}, found {found:?}", brief(expected))),
        (Err(error), None) => Err(format!("{error:?}")),
    }
}

fn failed(error: &Error, expected: &Value) -> Result<(), String> {
    let Some(response) = expected.get("response") else { return refused(error, expected) };
    let same = |what: &str, found: Option<&str>, expected: &Value| match expected.as_str() {
        Some(expected) if found != Some(expected) => Err(format!("{what}: expected {expected}, found {found:?} ({error:?})")),
        _ => Ok(()),
    };
    same("class", Some(error.name()), &expected["class"])?;
    same("code", error.code(), &expected["code"])?;
    same("message", Some(error.message()), &expected["error_message"])?;
    same("operation", error.operation(), &expected["operation_name"])?;
    let found = error.response().cloned().unwrap_or_default();
    compare::values(&without_attempts(found), &without_attempts(tagged::untag(response)))
}

/// Compares errors that are not service errors.
pub fn refused(found: &Error, expected: &Value) -> Result<(), String> {
    let (class, message) = (expected["class"].as_str().unwrap_or_default(), expected["message"].as_str().unwrap_or_default());
    if found.name() == class && (class == "ResponseParserError" || says(found.message(), message)) {
        return Ok(());
    }
    Err(format!("expected {}, found {}: {}", brief(expected), found.name(), found.message()))
}

/// Whether a message is the expected one, except for added suggestions and masked secrets.
fn says(found: &str, expected: &str) -> bool {
    let found: Vec<&str> = found.split('\n').map(|line| line.split_once(" (Did you mean ").map_or(line, |(start, _)| start)).collect();
    let found = found.join("\n");
    let mut pieces = found.split("value: ***");
    let Some(mut rest) = expected.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let mut last = rest;
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        last = &rest[at..];
        rest = &rest[at + piece.len()..];
    }
    rest.is_empty() || last.ends_with(found.rsplit("value: ***").next().unwrap_or_default()) && found.contains("value: ***")
}

fn brief(error: &Value) -> String {
    let internal = if error["python_internal"].as_bool() == Some(true) { " (an accident of Python)" } else { "" };
    format!("{}: {}{internal}", error["class"].as_str().unwrap_or_default(), error["message"].as_str().unwrap_or_default())
}

/// A response without `MaxAttemptsReached`, which is not compared.
fn without_attempts(mut response: Value) -> Value {
    if let Some(metadata) = response.as_map_mut().and_then(|m| m.get_mut("ResponseMetadata")).and_then(Value::as_map_mut) {
        metadata.remove("MaxAttemptsReached");
    }
    response
}
