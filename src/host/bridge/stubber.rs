//! Stubbers: prepared responses for tests.

use super::{Answer, Row, optional_text, text, unknown};
use crate::error::Result;
use crate::testing::{StubbedError, Stubber};
use crate::value::{Map, Value};

pub(super) const MEMBERS: &[Row] = &[
    ("add_response", "method", &["method", "service_response", "expected_params"], "Adds a response."),
    (
        "add_client_error",
        "method",
        &[
            "method",
            "service_error_code",
            "service_message",
            "http_status_code",
            "service_error_meta",
            "expected_params",
            "response_meta",
            "modeled_fields",
        ],
        "Adds an error.",
    ),
    ("assert_no_pending_responses", "method", &[], "Fails if a response was not used."),
    ("activate", "method", &[], "Stubs the client's calls."),
    ("deactivate", "method", &[], "Stops stubbing."),
];

pub(super) fn call(stubber: &Stubber, name: &str, params: &Map) -> Result<Answer> {
    match name {
        "add_response" => {
            stubber.add_response(text(params, "method")?, params["service_response"].clone(), params["expected_params"].clone())?;
        }
        "add_client_error" => {
            let mut error = StubbedError::new(optional_text(params, "service_error_code")?.unwrap_or_default());
            error = error.message(optional_text(params, "service_message")?.unwrap_or_default());
            if let Some(status) = params["http_status_code"].as_int().and_then(|status| u16::try_from(status).ok()) {
                error = error.status(status);
            }
            for (value, set) in [
                (&params["service_error_meta"], StubbedError::error_meta as fn(StubbedError, Value) -> StubbedError),
                (&params["response_meta"], StubbedError::response_meta),
                (&params["modeled_fields"], StubbedError::modeled_fields),
            ] {
                if !value.is_null() {
                    error = set(error, value.clone());
                }
            }
            stubber.add_client_error(text(params, "method")?, error, params["expected_params"].clone())?;
        }
        "assert_no_pending_responses" => stubber.assert_no_pending_responses()?,
        "activate" => stubber.activate()?,
        "deactivate" => stubber.deactivate(),
        _ => return Err(unknown("stubber", name, MEMBERS.iter().map(|row| row.0))),
    }
    Ok(Answer::Value(Value::Null))
}
