//! What ends a walk from outside: a switch, and the time that all of its calls may take together.

use std::time::{Duration, Instant};

use crate::client::OperationRequest;
use crate::error::Result;
use crate::http::{Cancel, deadline_exceeded};

/// The limits of one walk.
#[derive(Default)]
pub(super) struct Limits {
    pub cancel: Option<Cancel>,
    pub deadline: Option<Duration>,
    /// When it is over, as soon as the first call began.
    end: Option<Instant>,
}

impl Limits {
    /// Before a call.
    ///
    /// # Errors
    /// If there may be no other call.
    pub(super) fn check(&mut self) -> Result<()> {
        if let (Some(deadline), None) = (self.deadline, self.end) {
            self.end = Instant::now().checked_add(deadline);
        }
        if self.left().is_some_and(|left| left.is_zero()) {
            return Err(deadline_exceeded());
        }
        self.cancel.as_ref().map_or(Ok(()), Cancel::check)
    }

    /// Hands the limits on to a call.
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
