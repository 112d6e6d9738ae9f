//! Spans and events of the `tracing` crate, with the feature `tracing`; without it these functions compile to nothing.
//!
//! Spans contain names and numbers, never a URL, a header, a parameter, or a message. The path of an unknown member can contain
//! the keys of maps.

pub(super) use observer::{attempt, call, decision, unknown_output};

/// The spans `call` and `attempt` and their events, all with the target `tucuxi`.
#[cfg(feature = "tracing")]
mod observer {
    use std::time::{Duration, Instant};

    use tracing::field::Empty;

    use super::super::Call;
    use crate::error::{Error, Result};

    /// The span `call`, with an event at its start and its end.
    pub(in super::super) fn call<T>(call: &mut Call<'_>, run: impl FnOnce(&mut Call<'_>) -> Result<T>) -> Result<T> {
        let span = tracing::info_span!(
            target: "tucuxi",
            "call",
            service = call.service.name(),
            operation = call.operation.name.as_str(),
            region = call.client.endpoints.client.region.as_deref(),
            attempts = Empty,
            status = Empty,
            error = Empty,
            elapsed_us = Empty,
        );
        let _entered = span.enter();
        let started = Instant::now();
        tracing::debug!(target: "tucuxi", "call started");
        let done = run(call);
        let (attempts, error, elapsed_us) = (call.attempts.number, done.as_ref().err().map(Error::name), micros(started));
        let status = done.as_ref().map_or_else(Error::status, |_| Some(call.status()));
        span.record("attempts", attempts).record("status", status).record("error", error).record("elapsed_us", elapsed_us);
        tracing::debug!(target: "tucuxi", attempts, status, error, elapsed_us, "call ended");
        done
    }

    /// The span `attempt`, with an event at its start and its end.
    pub(in super::super) fn attempt(
        call: &mut Call<'_>,
        run: impl FnOnce(&mut Call<'_>) -> Result<Option<Error>>,
    ) -> Result<Option<Error>> {
        let request = call.request_mut();
        let span = tracing::debug_span!(
            target: "tucuxi",
            "attempt",
            method = request.method.as_str(),
            host = request.host(),
            number = Empty,
            status = Empty,
            error = Empty,
            elapsed_us = Empty,
        );
        let number = call.attempts.number + 1;
        span.record("number", number);
        let _entered = span.enter();
        let started = Instant::now();
        tracing::debug!(target: "tucuxi", number, "attempt started");
        let done = run(call);
        let error = match &done {
            Ok(failure) => failure.as_ref(),
            Err(error) => Some(error),
        };
        let (error, elapsed_us) = (error.map(Error::name), micros(started));
        let status = call.response.as_ref().map(|response| response.status);
        span.record("status", status).record("error", error).record("elapsed_us", elapsed_us);
        tracing::debug!(target: "tucuxi", number, status, error, elapsed_us, "attempt ended");
        done
    }

    /// An event between two attempts, or after the last.
    pub(in super::super) fn decision(call: &Call<'_>, delay: Option<Duration>) {
        let (number, throttling) = (call.attempts.number, call.attempts.throttling);
        match delay {
            Some(delay) => tracing::debug!(target: "tucuxi", number, throttling, delay_us = whole(delay), "retry"),
            None => tracing::debug!(target: "tucuxi", number, throttling, "no retry"),
        }
    }

    /// An event for each unknown member.
    pub(in super::super) fn unknown_output(call: &Call<'_>) {
        for member in &call.unknown_output {
            let (path, shape, r#type) = (member.path.as_str(), member.shape.as_str(), member.type_name);
            tracing::warn!(target: "tucuxi", path, shape, r#type, "unknown output");
        }
    }

    fn micros(since: Instant) -> u64 {
        whole(since.elapsed())
    }

    fn whole(duration: Duration) -> u64 {
        u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
    }
}

#[cfg(not(feature = "tracing"))]
mod observer {
    use std::time::Duration;

    use super::super::Call;
    use crate::error::{Error, Result};

    pub(in super::super) fn call<T>(call: &mut Call<'_>, run: impl FnOnce(&mut Call<'_>) -> Result<T>) -> Result<T> {
        run(call)
    }

    pub(in super::super) fn attempt(
        call: &mut Call<'_>,
        run: impl FnOnce(&mut Call<'_>) -> Result<Option<Error>>,
    ) -> Result<Option<Error>> {
        run(call)
    }

    pub(in super::super) fn decision(_: &Call<'_>, _: Option<Duration>) {}

    pub(in super::super) fn unknown_output(_: &Call<'_>) {}
}
