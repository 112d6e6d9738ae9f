//! A client's monotonic time, its sleep, and its randomness. All can be replaced, so that retries can be tested without
//! waiting.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::http::Cancel;
use crate::text::random;

/// The argument of [`ClientBuilder::sleep`](super::ClientBuilder::sleep).
pub(crate) type Sleep = Box<dyn Fn(Duration) + Send + Sync>;
/// The argument of [`ClientBuilder::random`](super::ClientBuilder::random).
pub(crate) type Random = Box<dyn Fn() -> f64 + Send + Sync>;

/// A client's monotonic time, sleep, and randomness.
pub(crate) struct Pace {
    started: Instant,
    /// The time that custom sleeps skipped, in nanoseconds. It counts as slept.
    skipped: AtomicU64,
    sleep: Option<Sleep>,
    random: Random,
}

impl Pace {
    pub(crate) fn new(sleep: Option<Sleep>, random: Option<Random>) -> Pace {
        let random = random.unwrap_or_else(|| Box::new(random::fraction));
        Pace { started: Instant::now(), skipped: AtomicU64::new(0), sleep, random }
    }

    /// The time since the client was created.
    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed() + Duration::from_nanos(self.skipped.load(Ordering::Relaxed))
    }

    /// A random number in the range [0, 1).
    pub(crate) fn random(&self) -> f64 {
        (self.random)().clamp(0.0, 1.0 - f64::EPSILON)
    }

    /// Sleeps.
    ///
    /// # Errors
    /// `Canceled` if the call is canceled meanwhile.
    pub(crate) fn pause(&self, duration: Duration, cancel: Option<&Cancel>) -> Result<()> {
        match (&self.sleep, cancel) {
            _ if duration.is_zero() => {}
            (Some(sleep), _) => {
                let before = Instant::now();
                sleep(duration);
                let skipped = duration.saturating_sub(before.elapsed());
                self.skipped.fetch_add(u64::try_from(skipped.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
            }
            (None, Some(cancel)) => cancel.sleep(duration),
            (None, None) => std::thread::sleep(duration),
        }
        cancel.map_or(Ok(()), Cancel::check)
    }
}
