//! The standard mode: transient failures are retried after growing random delays, within a quota. While a service is down, the
//! quota keeps its clients from multiplying its load.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::outcome::{Outcome, is_retryable};
use super::{Tuning, Verdict};

/// The longest delay before it is randomized, in seconds.
const LONGEST: f64 = 20.0;
/// The maximum by which a service can extend a delay, in seconds.
const LONGEST_EXTENSION: f64 = 5.0;
const RETRY_AFTER: &str = "x-amz-retry-after";
const COST: u32 = 14;
const COST_THROTTLED: u32 = 5;

/// The size of the quota, which is full at first.
const CAPACITY: u32 = 500;

/// The retry quota of a client: the amount left for retries.
pub(super) struct Quota(Mutex<u32>);

/// The amount that the last retry of a call took from the quota.
#[derive(Debug, Default)]
pub(crate) struct Loan(Option<u32>);

impl Default for Quota {
    fn default() -> Quota {
        Quota(Mutex::new(CAPACITY))
    }
}

impl Quota {
    /// Takes the cost if the quota covers it.
    pub(super) fn acquire(&self, cost: u32, loan: &mut Loan) -> bool {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(rest) = left.checked_sub(cost) else { return false };
        *left = rest;
        *loan = Loan(Some(cost));
        true
    }

    /// Returns the amount that the last retry of a successful call took, or one unit if there was no retry.
    pub(super) fn release(&self, loan: &Loan) {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.saturating_add(loan.0.unwrap_or(1)).min(CAPACITY);
    }
}

/// Decides what to do after an attempt. The number of attempts is checked first, whatever the outcome.
pub(super) fn verdict(tuning: &Tuning, quota: &Quota, outcome: &Outcome<'_>, loan: &mut Loan, random: &dyn Fn() -> f64) -> Verdict {
    let corruption = tuning.crc32_header.and_then(|header| outcome.corruption(header));
    let corrupt = corruption.map(|(expected, calculated)| Verdict::Corrupt { expected, calculated });
    if outcome.attempt >= outcome.max_attempts {
        return corrupt.unwrap_or(Verdict::MaxAttempts);
    }
    if corrupt.is_none() && !retryable(tuning, outcome) {
        return Verdict::Stop;
    }
    let throttling = outcome.is_throttling();
    let delay = delay(tuning, outcome, throttling, random());
    if quota.acquire(if throttling { COST_THROTTLED } else { COST }, loan) {
        return Verdict::Retry(delay);
    }
    if let Some(corrupt) = corrupt {
        return corrupt;
    }
    let pauses = tuning.long_polls.contains(&outcome.operation);
    Verdict::Quota(if pauses { delay } else { Duration::ZERO })
}

fn retryable(tuning: &Tuning, outcome: &Outcome<'_>) -> bool {
    is_retryable(outcome.code, outcome.status, outcome.failure, outcome.modeled)
        || outcome.code.is_some_and(|code| tuning.transient_codes.contains(&code))
}

fn delay(tuning: &Tuning, outcome: &Outcome<'_>, throttling: bool, random: f64) -> Duration {
    let scale = if throttling { 1.0 } else { tuning.backoff_scale };
    let exponent = i32::try_from(outcome.attempt.saturating_sub(1)).unwrap_or(i32::MAX);
    let own = random * (scale * 2_f64.powi(exponent)).min(LONGEST);
    let requested = outcome.headers.and_then(|h| h.get(RETRY_AFTER)).and_then(|text| text.trim().parse::<u64>().ok());
    let seconds = match requested {
        Some(milliseconds) => own.max((milliseconds as f64 / 1000.0).min(own + LONGEST_EXTENSION)),
        None => own,
    };
    Duration::from_secs_f64(seconds)
}

#[cfg(test)]
mod tests {
    use super::super::Modeled;
    use super::*;
    use crate::http::Headers;

    fn outcome<'a>(attempt: u32, status: u16, code: Option<&'a str>, headers: Option<&'a Headers>) -> Outcome<'a> {
        Outcome {
            operation: "Do",
            attempt,
            max_attempts: 100,
            failure: None,
            status: Some(status),
            code,
            headers,
            body: Some(b"{}"),
            modeled: Modeled::default(),
        }
    }

    fn waits(outcome: &Outcome<'_>, random: f64) -> f64 {
        match verdict(&Tuning::default(), &Quota::default(), outcome, &mut Loan::default(), &|| random) {
            Verdict::Retry(delay) => delay.as_secs_f64(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn delays_double_up_to_twenty_seconds_and_are_randomized() {
        assert_eq!(waits(&outcome(1, 500, None, None), 0.5), 0.025);
        assert_eq!(waits(&outcome(3, 500, None, None), 0.5), 0.1);
        assert_eq!(waits(&outcome(2, 400, Some("SlowDown"), None), 0.5), 1.0);
        assert_eq!(waits(&outcome(99, 500, None, None), 0.5), 10.0);
    }

    #[test]
    fn a_service_can_extend_a_delay_by_five_seconds() {
        let with = |value: &str| [("X-Amz-Retry-After", value)].into_iter().collect::<Headers>();
        assert_eq!(waits(&outcome(1, 500, None, Some(&with("1500"))), 0.5), 1.5);
        assert_eq!(waits(&outcome(2, 500, None, Some(&with("99999"))), 0.5), 5.05);
        assert_eq!(waits(&outcome(2, 500, None, Some(&with("-1"))), 0.5), 0.05);
        assert_eq!(waits(&outcome(2, 500, None, Some(&with("1.5"))), 0.5), 0.05);
        let plain: Headers = [("Retry-After", "100")].into_iter().collect();
        assert_eq!(waits(&outcome(2, 500, None, Some(&plain)), 0.5), 0.05);
    }

    #[test]
    fn the_last_attempt_is_final_whatever_its_outcome() {
        let (quota, mut loan) = (Quota::default(), Loan::default());
        let mut last = outcome(3, 200, None, None);
        last.max_attempts = 3;
        assert_eq!(verdict(&Tuning::default(), &quota, &last, &mut loan, &|| 0.0), Verdict::MaxAttempts);
        last.attempt = 2;
        assert_eq!(verdict(&Tuning::default(), &quota, &last, &mut loan, &|| 0.0), Verdict::Stop);
    }

    #[test]
    fn a_long_poll_without_quota_pauses() {
        let (quota, mut loan) = (Quota::default(), Loan::default());
        let tuning = Tuning { long_polls: &["Do"], ..Tuning::default() };
        let broken = outcome(1, 500, None, None);
        for _ in 0..35 {
            assert!(matches!(verdict(&tuning, &quota, &broken, &mut loan, &|| 0.5), Verdict::Retry(_)));
        }
        assert_eq!(verdict(&tuning, &quota, &broken, &mut loan, &|| 0.5), Verdict::Quota(Duration::from_millis(25)));
        assert_eq!(verdict(&Tuning::default(), &quota, &broken, &mut loan, &|| 0.5), Verdict::Quota(Duration::ZERO));
    }

    #[test]
    fn a_body_with_a_wrong_crc_is_requested_again_and_never_returned() {
        let tuning = Tuning { crc32_header: Some("x-amz-crc32"), ..Tuning::default() };
        let wrong: Headers = [("x-amz-crc32", "1")].into_iter().collect();
        let right: Headers = [("x-amz-crc32", "2745614147")].into_iter().collect();
        let decide = |outcome: &Outcome<'_>, quota: &Quota| verdict(&tuning, quota, outcome, &mut Loan::default(), &|| 0.5);
        let corrupt = Verdict::Corrupt { expected: 1, calculated: 2745614147 };
        let (quota, broken) = (Quota::default(), outcome(1, 200, None, Some(&wrong)));
        for _ in 0..35 {
            assert!(matches!(decide(&broken, &quota), Verdict::Retry(_)));
        }
        assert_eq!(decide(&broken, &quota), corrupt, "the quota is used up");
        assert_eq!(decide(&outcome(100, 200, None, Some(&wrong)), &Quota::default()), corrupt);
        assert_eq!(decide(&outcome(1, 200, None, Some(&right)), &Quota::default()), Verdict::Stop);
    }

    #[test]
    fn a_success_returns_its_last_cost_up_to_the_capacity() {
        let quota = Quota::default();
        let mut loan = Loan::default();
        assert!((0..35).all(|_| quota.acquire(14, &mut loan)));
        assert!(!quota.acquire(14, &mut loan), "490 of 500 are spent");
        assert!(quota.acquire(5, &mut loan));
        quota.release(&loan);
        assert_eq!(*quota.0.lock().unwrap(), 10);
        (0..600).for_each(|_| quota.release(&Loan::default()));
        assert_eq!(*quota.0.lock().unwrap(), CAPACITY);
    }
}
