//! The standard mode: what may pass is retried with growing random delays, within a quota.

use std::time::Duration;

use super::outcome::{Outcome, is_retryable};
use super::quota::{Loan, Quota};
use super::{Tuning, Verdict};

/// The longest delay before chance has its say, in seconds.
const LONGEST: f64 = 20.0;
/// By how much a service may lengthen a delay, in seconds.
const LONGEST_WISH: f64 = 5.0;
const RETRY_AFTER: &str = "x-amz-retry-after";
const COST: u32 = 14;
const COST_THROTTLED: u32 = 5;

/// What is to be done after an attempt. The number of attempts is looked at first, whatever came of the last.
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
    let wished = outcome.headers.and_then(|h| h.get(RETRY_AFTER)).and_then(|text| text.trim().parse::<u64>().ok());
    let seconds = match wished {
        Some(milliseconds) => own.max((milliseconds as f64 / 1000.0).min(own + LONGEST_WISH)),
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
    fn delays_double_up_to_twenty_seconds_and_chance_shortens_them() {
        assert_eq!(waits(&outcome(1, 500, None, None), 0.5), 0.025);
        assert_eq!(waits(&outcome(3, 500, None, None), 0.5), 0.1);
        assert_eq!(waits(&outcome(2, 400, Some("SlowDown"), None), 0.5), 1.0);
        assert_eq!(waits(&outcome(99, 500, None, None), 0.5), 10.0);
    }

    #[test]
    fn a_service_may_lengthen_a_delay_by_five_seconds() {
        let with = |value: &str| [("X-Amz-Retry-After", value)].into_iter().collect::<Headers>();
        assert_eq!(waits(&outcome(1, 500, None, Some(&with("1500"))), 0.5), 1.5);
        assert_eq!(waits(&outcome(2, 500, None, Some(&with("99999"))), 0.5), 5.05);
        assert_eq!(waits(&outcome(2, 500, None, Some(&with("-1"))), 0.5), 0.05);
        assert_eq!(waits(&outcome(2, 500, None, Some(&with("1.5"))), 0.5), 0.05);
        let plain: Headers = [("Retry-After", "100")].into_iter().collect();
        assert_eq!(waits(&outcome(2, 500, None, Some(&plain)), 0.5), 0.05);
    }

    #[test]
    fn the_last_attempt_is_the_last_whatever_came_of_it() {
        let (quota, mut loan) = (Quota::default(), Loan::default());
        let mut last = outcome(3, 200, None, None);
        last.max_attempts = 3;
        assert_eq!(verdict(&Tuning::default(), &quota, &last, &mut loan, &|| 0.0), Verdict::MaxAttempts);
        last.attempt = 2;
        assert_eq!(verdict(&Tuning::default(), &quota, &last, &mut loan, &|| 0.0), Verdict::Stop);
    }

    #[test]
    fn without_quota_a_long_poll_pauses() {
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
    fn a_body_that_does_not_fit_its_crc_is_asked_for_again_and_never_given_out() {
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
}
