//! Whether a request is sent again, and when: the modes legacy, standard and adaptive.
//!
//! It decides on facts that it is handed, after every attempt. Deliberately absent: clocks, sleep and
//! chance (they are handed in), and the names of services (their peculiarities come as [`Tuning`]).

mod adaptive;
mod legacy;
mod outcome;
mod quota;
mod skew;
mod standard;

use std::time::Duration;

use self::adaptive::RateLimiter;
use self::quota::Quota;
use crate::definition::ServiceRetryRules;
pub(crate) use outcome::{Modeled, Outcome, is_retryable};
pub(crate) use quota::Loan;
pub(crate) use skew::{is_about_signature, skew};

/// What is peculiar to a service in the modes standard and adaptive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tuning {
    /// How often a request is sent at most unless somebody says otherwise.
    pub max_attempts: u32,
    /// The longest first delay where nothing is throttled, in seconds.
    pub backoff_scale: f64,
    /// Error codes that pass by themselves, beyond those of all services.
    pub transient_codes: &'static [&'static str],
    /// The header with the CRC-32 of the body.
    pub crc32_header: Option<&'static str>,
    /// The operations that wait for work: without quota they pause before they fail, so that a loop around
    /// them does not spin.
    pub long_polls: &'static [&'static str],
}

impl Default for Tuning {
    fn default() -> Tuning {
        Tuning { max_attempts: 3, backoff_scale: 0.05, transient_codes: &[], crc32_header: None, long_polls: &[] }
    }
}

/// The retries of one client.
pub(crate) struct Retries {
    max_attempts: u32,
    way: Way,
}

enum Way {
    Legacy(ServiceRetryRules),
    Standard { tuning: Tuning, quota: Quota, limiter: Option<RateLimiter> },
}

/// What is to be done after an attempt.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// Wait that long, then send again.
    Retry(Duration),
    /// This was it; nothing to be retried, or nothing that may be.
    Stop,
    /// It was the last attempt that is allowed.
    MaxAttempts,
    /// The client's quota is used up; pause that long before failing.
    Quota(Duration),
    /// There is no other attempt, and the last one's body does not have the checksum that it was announced with.
    Corrupt { expected: u32, calculated: u32 },
}

impl Retries {
    /// Standard or adaptive; `max_attempts` is what somebody said.
    pub(crate) fn standard(tuning: Tuning, max_attempts: Option<u32>, adaptive_since: Option<Duration>) -> Retries {
        let limiter = adaptive_since.map(RateLimiter::new);
        let way = Way::Standard { tuning, quota: Quota::default(), limiter };
        Retries { max_attempts: max_attempts.unwrap_or(tuning.max_attempts), way }
    }

    /// Legacy; `max_attempts` is what somebody said.
    pub(crate) fn legacy(rules: ServiceRetryRules, max_attempts: Option<u32>) -> Retries {
        Retries { max_attempts: max_attempts.unwrap_or(rules.max_attempts), way: Way::Legacy(rules) }
    }

    /// How often a request is sent at most, the first time included.
    pub(crate) fn max_attempts(&self) -> u32 {
        self.max_attempts
    }

    /// Whether the first attempt tells how many there may be.
    pub(crate) fn announces_max(&self) -> bool {
        matches!(self.way, Way::Standard { .. })
    }

    /// Before an attempt: how long to wait before asking again; zero means go.
    pub(crate) fn throttle(&self, now: Duration) -> Duration {
        match &self.way {
            Way::Standard { limiter: Some(limiter), .. } => limiter.acquire(now),
            _ => Duration::ZERO,
        }
    }

    /// After an attempt: what now. `random` gives numbers from 0 up to, not including, 1.
    pub(crate) fn verdict(&self, outcome: &Outcome<'_>, loan: &mut Loan, now: Duration, random: &dyn Fn() -> f64) -> Verdict {
        match &self.way {
            Way::Legacy(rules) => legacy::verdict(rules, outcome, random),
            Way::Standard { tuning, quota, limiter } => {
                let verdict = standard::verdict(tuning, quota, outcome, loan, random);
                if let Some(limiter) = limiter {
                    limiter.record(now, outcome.is_throttling());
                }
                verdict
            }
        }
    }

    /// After a call that succeeded: a part of what its retries cost comes back.
    pub(crate) fn release(&self, loan: &Loan) {
        if let Way::Standard { quota, .. } = &self.way {
            quota.release(loan);
        }
    }
}
