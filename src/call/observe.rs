//! Spans and events of the `tracing` crate, with the feature `tracing`; without it these functions compile to nothing.
//!
//! Spans contain names and numbers, never a URL, a header, a parameter, or a message.

#[cfg(feature = "tracing")]
mod spans;

use std::time::Duration;

use super::Call;
use crate::error::{Error, Result};

/// The whole call.
pub(crate) fn call<T>(call: &mut Call<'_>, run: impl FnOnce(&mut Call<'_>) -> Result<T>) -> Result<T> {
    #[cfg(feature = "tracing")]
    return spans::call(call, run);
    #[cfg(not(feature = "tracing"))]
    run(call)
}

/// One attempt.
pub(crate) fn attempt(call: &mut Call<'_>, run: impl FnOnce(&mut Call<'_>) -> Result<Option<Error>>) -> Result<Option<Error>> {
    #[cfg(feature = "tracing")]
    return spans::attempt(call, run);
    #[cfg(not(feature = "tracing"))]
    run(call)
}

/// Records whether there is another attempt, and after which delay.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "the feature is off"))]
pub(crate) fn decision(call: &Call<'_>, delay: Option<Duration>) {
    #[cfg(feature = "tracing")]
    spans::decision(call, delay);
}
