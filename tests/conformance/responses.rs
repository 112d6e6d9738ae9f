//! The results that botocore returns for a response, through `call`.

use std::path::Path;

use tucuxi::http::Headers;
use tucuxi::{Error, Value};

use crate::{Case, clients, compare, data, tagged};

pub fn cases(file: &Path) -> Vec<Case> {
    let text = data::gunzip(file);
    text.lines().map(str::to_owned).map(|line| Case::new(data::id(&line), move || run(&tagged::json(&line)))).collect()
}

fn run(case: &Value) -> Result<(), String> {
    let text = |key: &str| case[key].as_str().unwrap_or_default();
    let client = clients::client(text("service"), &case["client"])?;
    let http = &case["http"];
    let headers = http["headers"].as_map().into_iter().flat_map(|m| m.iter());
    let headers: Headers = headers.map(|(name, value)| (name.to_string(), value.as_str().unwrap_or_default().to_owned())).collect();
    clients::answer(text("operation"), http["status"].as_int().unwrap_or_default() as u16, headers, tagged::bytes(&http["body_b64"]));

    let error = case["expect"].get("error");
    match (client.call(text("operation"), tagged::untag(&case["params"])), error) {
        // An internal error of Python need not be matched.
        _ if error.is_some_and(|e| e["python_internal"].as_bool() == Some(true)) => Ok(()),
        (Err(found), Some(expected)) if is_unparsable_error(case, expected) => by_status(&found, case),
        (Ok(found), None) => compare::values(&without_attempts(&found), &expected(&case["expect"]["parsed"])),
        (Err(error), Some(expected)) => failed(&error, expected),
        (Ok(found), Some(expected)) => Err(format!("expected {expected:?}, found {found:?}")),
        (Err(error), None) => Err(format!("{error:?}")),
    }
}

/// Whether botocore cannot parse the body of an error response; tucuxi returns a service error.
fn is_unparsable_error(case: &Value, expected: &Value) -> bool {
    case["http"]["status"].as_int() >= Some(301) && expected["class"].as_str() == Some("ResponseParserError")
}

/// The status is the code, and the request ID is that of the headers.
fn by_status(found: &Error, case: &Value) -> Result<(), String> {
    let status = case["http"]["status"].as_int().unwrap_or_default();
    let headers = case["http"]["headers"].as_map();
    let id = headers.and_then(|headers| headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-amzn-requestid")));
    let expected = (Some(status.to_string()), Some(status), id.and_then(|(_, id)| id.as_str()));
    let found = (found.code().map(str::to_owned), found.status().map(i64::from), found.request_id());
    if found == expected { Ok(()) } else { Err(format!("expected {expected:?}, found {found:?}")) }
}

fn failed(error: &Error, wanted: &Value) -> Result<(), String> {
    let text = |key: &str| wanted[key].as_str();
    let same = |what: &str, found: Option<&str>, expected: Option<&str>| match expected {
        Some(expected) if found != Some(expected) => Err(format!("{what}: expected {expected}, found {found:?} ({error:?})")),
        _ => Ok(()),
    };
    same("class", Some(error.name()), text("class"))?;
    same("code", error.code(), text("code"))?;
    same("message", Some(error.message()), text("error_message"))?;
    same("operation", error.operation(), text("operation_name"))?;
    match wanted.get("response") {
        Some(response) => compare::values(&without_attempts(error.response().unwrap_or(&Value::Null)), &expected(response)),
        None => Ok(()),
    }
}

fn expected(tagged: &Value) -> Value {
    without_attempts(&tagged::untag(tagged))
}

/// A response without `MaxAttemptsReached`, which is not compared.
fn without_attempts(response: &Value) -> Value {
    let mut response = response.clone();
    if let Some(metadata) = response.as_map_mut().and_then(|m| m.get_mut("ResponseMetadata")).and_then(Value::as_map_mut) {
        metadata.remove("MaxAttemptsReached");
    }
    response
}
