//! The limits of a call. They apply to everything that is done on its behalf: nested calls, endpoint discovery, S3 Express
//! sessions, the retrieval of credentials, and waiting for another thread that does one of these.

use std::time::{Duration, Instant};

use super::{Cancel, deadline_exceeded};
use crate::error::{Error, ErrorKind, Result};

/// How often a thread that waits for something without a wake-up checks its limits.
const TICK: Duration = Duration::from_millis(20);

/// How long something may take. The default has no limit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Limits {
    /// How long a server may be silent.
    pub idle: Option<Duration>,
    /// When everything must be done.
    pub deadline: Option<Instant>,
    /// Stops everything from another thread.
    pub cancel: Option<Cancel>,
}

impl Limits {
    /// # Errors
    /// `Canceled` or `Deadline`.
    pub(crate) fn check(&self) -> Result<()> {
        if let Some(cancel) = &self.cancel {
            cancel.check()?;
        }
        match self.left() {
            Some(left) if left.is_zero() => Err(deadline_exceeded()),
            _ => Ok(()),
        }
    }

    /// The time left until the deadline; `None` without one.
    pub(crate) fn left(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// The earlier of the deadline and `timeout` from now.
    pub(crate) fn deadline_within(&self, timeout: Duration) -> Option<Instant> {
        let own = Instant::now().checked_add(timeout);
        match (self.deadline, own) {
            (Some(deadline), Some(own)) => Some(deadline.min(own)),
            (deadline, own) => deadline.or(own),
        }
    }

    /// Sleeps, but not beyond the limits.
    ///
    /// # Errors
    /// `Canceled` or `Deadline`, if the limits end the sleep.
    pub(crate) fn sleep(&self, duration: Duration) -> Result<()> {
        self.check()?;
        let duration = self.left().map_or(duration, |left| left.min(duration));
        match &self.cancel {
            Some(cancel) => cancel.sleep(duration),
            None => std::thread::sleep(duration),
        }
        self.check()
    }

    /// How long to wait before the limits are checked again.
    pub(crate) fn tick(&self) -> Duration {
        self.left().map_or(TICK, |left| left.min(TICK))
    }

    /// Whether an error says that a call was stopped by its limits. Such an error concerns that call alone.
    pub(crate) fn stopped(error: &Error) -> bool {
        matches!(error.kind(), ErrorKind::Canceled | ErrorKind::Deadline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_say_why_they_stop() {
        assert!(Limits::default().check().is_ok());
        let over = Limits { deadline: Some(Instant::now()), ..Limits::default() };
        assert_eq!(over.check().unwrap_err().kind(), ErrorKind::Deadline);
        let cancel = Cancel::new();
        let limits = Limits { cancel: Some(cancel.clone()), deadline: Some(Instant::now()), ..Limits::default() };
        cancel.cancel();
        assert_eq!(limits.check().unwrap_err().kind(), ErrorKind::Canceled);
    }

    #[test]
    fn the_earlier_deadline_counts() {
        let soon = Instant::now() + Duration::from_secs(1);
        let limits = Limits { deadline: Some(soon), ..Limits::default() };
        assert_eq!(limits.deadline_within(Duration::from_secs(60)), Some(soon));
        assert!(limits.deadline_within(Duration::from_millis(1)).unwrap() < soon);
    }
}
