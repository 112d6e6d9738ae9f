//! Decides whether and when a request is retried: the modes legacy, standard, and adaptive.
//!
//! Decisions are made after each attempt from the facts that are passed in. Clocks, sleep, and random numbers are passed in,
//! too. Services are not named here; their peculiarities are passed as [`Tuning`].

mod adaptive;
mod legacy;
mod outcome;
mod standard;

use std::time::Duration;

use self::adaptive::RateLimiter;
use self::standard::Quota;
use crate::definition::ServiceRetryRules;
pub(crate) use outcome::{Modeled, Outcome, is_about_signature, is_retryable, skew};
pub(crate) use standard::Loan;

/// The peculiarities of a service in the modes standard and adaptive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tuning {
    /// The default maximum number of attempts.
    pub max_attempts: u32,
    /// The longest first delay without throttling, in seconds.
    pub backoff_scale: f64,
    /// Error codes that are transient, in addition to those of all services.
    pub transient_codes: &'static [&'static str],
    /// The header with the CRC-32 of the body.
    pub crc32_header: Option<&'static str>,
    /// The operations that wait for work. Without quota they pause before they fail, so that a loop around them does not spin.
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
    mode: Mode,
}

enum Mode {
    Legacy(ServiceRetryRules),
    Standard { tuning: Tuning, quota: Quota, limiter: Option<RateLimiter> },
}

/// What to do after an attempt.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// Wait, then send again.
    Retry(Duration),
    /// The outcome is final.
    Stop,
    /// The maximum number of attempts is reached.
    MaxAttempts,
    /// The client's quota is used up. Pause before failing.
    Quota(Duration),
    /// There is no other attempt, and the body does not match its announced checksum.
    Corrupt { expected: u32, calculated: u32 },
}

impl Retries {
    /// The mode standard, or adaptive if `adaptive_since` is the current time. `max_attempts` is the setting.
    pub(crate) fn standard(tuning: Tuning, max_attempts: Option<u32>, adaptive_since: Option<Duration>) -> Retries {
        let limiter = adaptive_since.map(RateLimiter::new);
        let mode = Mode::Standard { tuning, quota: Quota::default(), limiter };
        Retries { max_attempts: max_attempts.unwrap_or(tuning.max_attempts), mode }
    }

    /// The mode legacy. `max_attempts` is the setting.
    pub(crate) fn legacy(rules: ServiceRetryRules, max_attempts: Option<u32>) -> Retries {
        Retries { max_attempts: max_attempts.unwrap_or(rules.max_attempts), mode: Mode::Legacy(rules) }
    }

    /// The maximum number of attempts, including the first.
    pub(crate) fn max_attempts(&self) -> u32 {
        self.max_attempts
    }

    /// Whether the first attempt announces the maximum.
    pub(crate) fn announces_max(&self) -> bool {
        matches!(self.mode, Mode::Standard { .. })
    }

    /// Called before an attempt. Returns how long to wait before calling this again; zero admits the attempt.
    pub(crate) fn throttle(&self, now: Duration) -> Duration {
        match &self.mode {
            Mode::Standard { limiter: Some(limiter), .. } => limiter.acquire(now),
            _ => Duration::ZERO,
        }
    }

    /// Called after an attempt. `random` returns numbers from 0 up to but not including 1.
    pub(crate) fn verdict(&self, outcome: &Outcome<'_>, loan: &mut Loan, now: Duration, random: &dyn Fn() -> f64) -> Verdict {
        match &self.mode {
            Mode::Legacy(rules) => legacy::verdict(rules, outcome, random),
            Mode::Standard { tuning, quota, limiter } => {
                let verdict = standard::verdict(tuning, quota, outcome, loan, random);
                if let Some(limiter) = limiter {
                    limiter.record(now, outcome.is_throttling());
                }
                verdict
            }
        }
    }

    /// Called after a successful call: returns a part of the cost of its retries to the quota.
    pub(crate) fn release(&self, loan: &Loan) {
        if let Mode::Standard { quota, .. } = &self.mode {
            quota.release(loan);
        }
    }
}
