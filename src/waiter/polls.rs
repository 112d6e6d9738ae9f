//! The polls of one wait: their limits, and the errors of a waiter.

use std::time::{Duration, Instant};

use super::{Poll, Waiter};
use crate::definition::Acceptor;
use crate::definition::waiter::seconds;
use crate::error::{Error, ErrorKind, Result};
use crate::text::invalid;
use crate::text::python::Repr;
use crate::value::{Map, Value};

/// The polls of one wait.
pub(super) struct Polls<'w> {
    waiter: &'w Waiter,
    delay: Duration,
    max_attempts: u64,
    pub(super) attempt: u64,
    /// Whether a response met a condition.
    pub(super) has_accepted: bool,
    started: Instant,
    slept: Duration,
}

impl<'w> Polls<'w> {
    pub(super) fn new(waiter: &'w Waiter, config: WaiterConfig) -> Polls<'w> {
        Polls {
            waiter,
            delay: config.delay.unwrap_or(waiter.delay),
            max_attempts: u64::try_from(config.max_attempts.unwrap_or(waiter.max_attempts)).unwrap_or(0).max(1),
            attempt: 0,
            has_accepted: false,
            started: Instant::now(),
            slept: Duration::ZERO,
        }
    }

    pub(super) fn report(&self, response: &Value, accepted: Option<&Acceptor>) -> Result<()> {
        let Some(on_poll) = &self.waiter.on_poll else { return Ok(()) };
        let state = accepted.map(Acceptor::state);
        let poll = Poll { attempt: self.attempt, max_attempts: self.max_attempts, elapsed: self.elapsed(), response, state };
        on_poll(&poll).map_err(|e| Error::foreign(&format!("Waiter {}", self.waiter.name), e))
    }

    /// The reason why there is no further poll, if there is none.
    pub(super) fn exhausted(&self) -> Option<String> {
        if self.attempt >= self.max_attempts {
            return Some("Max attempts exceeded".to_owned());
        }
        let deadline = self.waiter.deadline?;
        (self.elapsed() >= deadline).then(|| format!("Deadline of {deadline:?} exceeded"))
    }

    pub(super) fn pause(&mut self) -> Result<()> {
        let left = self.waiter.deadline.map_or(Duration::MAX, |deadline| deadline.saturating_sub(self.elapsed()));
        let pause = self.delay.min(left);
        self.slept += pause;
        (self.waiter.pause)(pause, self.waiter.cancel.as_ref())
    }

    /// The time that has passed. For a custom sleeper, the requested time counts even if it did not sleep.
    fn elapsed(&self) -> Duration {
        self.started.elapsed().max(self.slept)
    }

    pub(super) fn failed(&self, reason: &str, response: Value, source: Option<Error>) -> Error {
        let text = format!("Waiter {} failed: {reason}", self.waiter.name);
        let error = Error::new(ErrorKind::Waiter, text)
            .with_operation(self.waiter.definition.operation())
            .with_attempts(u32::try_from(self.attempt).unwrap_or(u32::MAX))
            .with_response(response)
            .with_detail("waiter", self.waiter.name.as_str())
            .with_detail("reason", reason);
        match source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }
}

/// Returns the response of a poll, which can be that of a service error. Other errors are returned unchanged.
pub(super) fn response_of(polled: Result<Value>) -> Result<(Value, Option<Error>)> {
    match polled {
        Ok(response) => Ok((response, None)),
        Err(error) => match error.response().cloned() {
            Some(response) => Ok((response, Some(error))),
            None => Err(error),
        },
    }
}

pub(super) fn unexpected(response: &Value) -> String {
    let text = |name: &str| response["Error"].get(name).map_or_else(|| "Unknown".to_owned(), Value::to_string);
    format!("An error occurred ({}): {}", text("Code"), text("Message"))
}

/// Describes a condition in boto3's words.
pub(super) fn explain(acceptor: Option<&Acceptor>) -> String {
    let Some(acceptor) = acceptor else { return String::new() };
    let expected = Repr::top(acceptor.expected());
    match (acceptor.matcher(), acceptor.argument()) {
        ("path", Some(argument)) => format!("For expression \"{argument}\" we matched expected path: \"{expected}\""),
        ("pathAll", Some(argument)) => format!("For expression \"{argument}\" all members matched expected path: \"{expected}\""),
        ("pathAny", Some(argument)) => format!("For expression \"{argument}\" we matched expected path: \"{expected}\" at least once"),
        ("status", _) => format!("Matched expected HTTP status code: {expected}"),
        _ => format!("Matched expected service error code: {expected}"),
    }
}

/// boto3's `WaiterConfig`: the settings of a waiter, passed as one of the parameters.
#[derive(Default)]
pub(super) struct WaiterConfig {
    delay: Option<Duration>,
    max_attempts: Option<i64>,
}

impl WaiterConfig {
    /// Removes the configuration from the parameters. Unknown members are ignored.
    pub(super) fn take(params: &mut Map) -> Result<WaiterConfig> {
        let config = match params.remove("WaiterConfig") {
            None | Some(Value::Null) => return Ok(WaiterConfig::default()),
            Some(config) => config,
        };
        let wrong = |name: &str, wanted: &str| invalid(format_args!("WaiterConfig{name} must be {wanted}"));
        if config.as_map().is_none() {
            return Err(wrong("", "a map"));
        }
        let get = |name: &str| config.get(name).filter(|value| !value.is_null());
        Ok(WaiterConfig {
            delay: get("Delay")
                .map(|value| seconds(value).ok_or_else(|| wrong(".Delay", "a nonnegative number of seconds")))
                .transpose()?,
            max_attempts: get("MaxAttempts").map(|value| value.as_int().ok_or_else(|| wrong(".MaxAttempts", "an integer"))).transpose()?,
        })
    }
}
