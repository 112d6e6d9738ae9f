//! The settings of a pagination: boto3's `PaginationConfig`, which is one of the parameters, and the limits from outside.

use std::time::{Duration, Instant};

use crate::client::OperationRequest;
use crate::error::{Error, Result};
use crate::http::{Cancel, deadline_exceeded};
use crate::text::invalid;
use crate::value::{Map, Str, Value};

/// The contents of `PaginationConfig`. As in boto3, a number can be a string: `"10"`.
#[derive(Default)]
pub(super) struct PaginationConfig {
    pub page_size: Option<Value>,
    pub max_items: Option<i64>,
    pub starting_token: Option<Str>,
}

impl PaginationConfig {
    /// Removes the configuration from the parameters. Unknown members are ignored.
    pub(super) fn take(params: &mut Map) -> Result<PaginationConfig> {
        let config = match params.remove("PaginationConfig") {
            None | Some(Value::Null) => return Ok(PaginationConfig::default()),
            Some(Value::Map(config)) => config,
            Some(other) => return Err(wrong("PaginationConfig", "a map", &other)),
        };
        let get = |name: &str| config.get(name).filter(|value| !value.is_null());
        Ok(PaginationConfig {
            page_size: get("PageSize").cloned(),
            max_items: get("MaxItems").map(|value| int("PaginationConfig.MaxItems", value)).transpose()?,
            starting_token: match get("StartingToken") {
                None => None,
                Some(Value::String(token)) => Some(token.clone()),
                Some(other) => return Err(wrong("PaginationConfig.StartingToken", "a string", other)),
            },
        })
    }
}

/// Converts an integer, or a string that contains one.
pub(super) fn int(name: &str, value: &Value) -> Result<i64> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok(),
        Value::Float(n) if n.is_finite() => Some(*n as i64),
        other => other.as_int(),
    };
    number.ok_or_else(|| wrong(name, "an integer", value))
}

fn wrong(name: &str, wanted: &str, value: &Value) -> Error {
    invalid(format_args!("{name} must be {wanted}, not {value:?} (of type {})", value.type_name()))
}

/// The limits of a pagination: cancellation, and the time for all calls together.
#[derive(Default)]
pub(super) struct Limits {
    pub cancel: Option<Cancel>,
    pub deadline: Option<Duration>,
    /// When the deadline is reached; set when the first call starts.
    end: Option<Instant>,
}

impl Limits {
    /// Checks the limits before a call.
    ///
    /// # Errors
    /// `Deadline` or `Canceled`.
    pub(super) fn check(&mut self) -> Result<()> {
        if let (Some(deadline), None) = (self.deadline, self.end) {
            self.end = Instant::now().checked_add(deadline);
        }
        if self.left().is_some_and(|left| left.is_zero()) {
            return Err(deadline_exceeded());
        }
        self.cancel.as_ref().map_or(Ok(()), Cancel::check)
    }

    /// Applies the limits to a call.
    pub(super) fn apply<'c>(&self, mut request: OperationRequest<'c>) -> OperationRequest<'c> {
        if let Some(cancel) = &self.cancel {
            request = request.cancel(cancel);
        }
        match self.left() {
            Some(left) => request.within(left),
            None => request,
        }
    }

    fn left(&self) -> Option<Duration> {
        Some(self.end?.saturating_duration_since(Instant::now()))
    }
}
