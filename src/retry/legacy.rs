//! The legacy mode: the conditions in `_retry.json`, doubling delays, no quota.

use std::time::Duration;

use super::Verdict;
use super::outcome::{Outcome, is_connection_failure};
use crate::definition::{RetryCondition, ServiceRetryRules};

/// The longest delay in seconds, which keeps the arithmetic finite.
const FOREVER: f64 = 1e9;

/// Decides what to do after an attempt. The first condition that applies decides.
pub(super) fn verdict(rules: &ServiceRetryRules, outcome: &Outcome<'_>, random: &dyn Fn() -> f64) -> Verdict {
    let Some(condition) = rules.conditions.iter().find(|condition| applies(condition, outcome)) else { return Verdict::Stop };
    if outcome.attempt >= outcome.max_attempts {
        let corruption = condition.crc32_header.as_deref().and_then(|header| outcome.corruption(header));
        return match corruption {
            Some((expected, calculated)) => Verdict::Corrupt { expected, calculated },
            None => Verdict::MaxAttempts,
        };
    }
    let base = rules.base.unwrap_or_else(random);
    let exponent = i32::try_from(outcome.attempt.saturating_sub(1)).unwrap_or(i32::MAX);
    let seconds = (base * rules.growth_factor.powi(exponent)).clamp(0.0, FOREVER);
    Verdict::Retry(Duration::from_secs_f64(seconds))
}

fn applies(condition: &RetryCondition, outcome: &Outcome<'_>) -> bool {
    if condition.connection {
        return outcome.failure.is_some_and(is_connection_failure);
    }
    if let Some(header) = &condition.crc32_header {
        return outcome.corruption(header).is_some();
    }
    let fits = condition.status.is_none_or(|status| outcome.status == Some(status))
        && condition.code.as_deref().is_none_or(|code| outcome.code == Some(code));
    fits && (condition.status.is_some() || condition.code.is_some())
}

#[cfg(test)]
mod tests {
    use super::super::Modeled;
    use super::*;
    use crate::definition::{Definitions, RetryRules};
    use crate::error::ErrorKind;

    fn rules(prefix: &str) -> ServiceRetryRules {
        Definitions::embedded().shared::<RetryRules>().unwrap().service(prefix).unwrap()
    }

    fn outcome<'a>(attempt: u32, status: Option<u16>, code: Option<&'a str>, failure: Option<ErrorKind>) -> Outcome<'a> {
        let (headers, body, modeled) = (None, None, Modeled::default());
        Outcome { operation: "Do", attempt, max_attempts: 10, failure, status, code, headers, body, modeled }
    }

    #[test]
    fn delays_double() {
        let special = rules("dynamodb");
        let waits: Vec<f64> = (1..10)
            .map(|attempt| match verdict(&special, &outcome(attempt, Some(500), None, None), &|| 0.3) {
                Verdict::Retry(delay) => delay.as_secs_f64(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(waits, [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8]);
        let random = verdict(&rules("lambda"), &outcome(2, Some(509), None, None), &|| 0.3);
        assert_eq!(random, Verdict::Retry(Duration::from_secs_f64(0.6)));
    }

    #[test]
    fn codes_apply_only_with_their_status() {
        let stops =
            |prefix: &str, status, code| verdict(&rules(prefix), &outcome(1, Some(status), Some(code), None), &|| 0.5) == Verdict::Stop;
        assert!(!stops("lambda", 400, "Throttling"));
        assert!(stops("lambda", 403, "Throttling"));
        assert!(!stops("sqs", 403, "RequestThrottled"));
        assert!(stops("lambda", 403, "RequestThrottled"));
        assert!(stops("organizations", 429, "x"));
        assert!(!stops("organizations", 400, "TooManyRequestsException"));
    }

    #[test]
    fn only_connection_failures_are_retried_and_the_limit_applies_only_to_retries() {
        let all = rules("lambda");
        assert!(matches!(verdict(&all, &outcome(1, None, None, Some(ErrorKind::ConnectionClosed)), &|| 0.5), Verdict::Retry(_)));
        assert_eq!(verdict(&all, &outcome(1, None, None, Some(ErrorKind::Http)), &|| 0.5), Verdict::Stop);
        assert_eq!(verdict(&all, &outcome(10, Some(500), None, None), &|| 0.5), Verdict::MaxAttempts);
        assert_eq!(verdict(&all, &outcome(10, Some(200), None, None), &|| 0.5), Verdict::Stop);
    }
}
