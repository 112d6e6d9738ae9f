//! Clock skew: a signature contains the time, and services reject one that is minutes off. (boto3 only fails.)
//!
//! A correction comes from data that the network delivered, so it is bounded, it changes nothing but the time in signatures,
//! and the caller withdraws it if it does not help.

use super::outcome::Outcome;
use crate::value::Timestamp;

/// Below this difference, in seconds, an error that may have another cause is not attributed to the clock.
const TOLERATED: i64 = 4 * 60;
/// The greatest correction, in seconds. A signature for a more distant time would be a blank check for whoever made the
/// service's date up.
const GREATEST: i64 = 24 * 60 * 60;
const CERTAIN: [&str; 3] = ["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"];
/// `403` is the code of a response without a body.
const POSSIBLE: [&str; 4] = ["InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure", "403"];

/// How far the service's clock is ahead of the local one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Skew {
    /// In seconds.
    pub seconds: i64,
    /// Whether the error is about the time; otherwise the clock is only a possible cause.
    pub is_certain: bool,
}

/// The difference that explains an error, according to the response's `Date`. `signed` is the time in the signature; `now` is
/// the local clock without any correction. A response that a cache stored says nothing about the service's clock.
pub(crate) fn skew(outcome: &Outcome<'_>, signed: Timestamp, now: Timestamp) -> Option<Skew> {
    let code = outcome.code?;
    let headers = outcome.headers?;
    let is_certain = CERTAIN.contains(&code);
    if !is_about_signature(code) || headers.contains("age") {
        return None;
    }
    let theirs = Timestamp::parse(headers.get("date")?).ok()?.seconds();
    let off = theirs.checked_sub(signed.seconds())?;
    if off == 0 || (!is_certain && off.abs() < TOLERATED) {
        return None;
    }
    let seconds = theirs.checked_sub(now.seconds())?;
    (seconds.abs() <= GREATEST).then_some(Skew { seconds, is_certain })
}

/// Whether an error code may be caused by the time in the signature.
pub(crate) fn is_about_signature(code: &str) -> bool {
    CERTAIN.contains(&code) || POSSIBLE.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::super::Modeled;
    use super::*;
    use crate::http::Headers;

    fn found(code: &str, headers: &Headers, ours: Timestamp) -> Option<i64> {
        let (failure, body, modeled) = (None, None, Modeled::default());
        let outcome = Outcome {
            operation: "Do",
            attempt: 1,
            max_attempts: 3,
            failure,
            status: Some(403),
            code: Some(code),
            headers: Some(headers),
            body,
            modeled,
        };
        skew(&outcome, ours, ours).map(|s| s.seconds)
    }

    #[test]
    fn only_errors_about_time_or_signature_are_attributed_to_the_clock() {
        let headers: Headers = [("Date", "Tue, 02 Jan 2024 03:04:05 GMT")].into_iter().collect();
        let theirs = Timestamp::parse("2024-01-02T03:04:05Z").unwrap();
        let behind = |seconds| Timestamp::new(theirs.seconds() - seconds, 0);
        assert_eq!(found("RequestTimeTooSkewed", &headers, behind(3600)), Some(3600));
        assert_eq!(found("SignatureDoesNotMatch", &headers, behind(3600)), Some(3600));
        assert_eq!(found("SignatureDoesNotMatch", &headers, behind(60)), None);
        assert_eq!(found("AccessDenied", &headers, behind(3600)), None);
        assert_eq!(found("RequestTimeTooSkewed", &headers, theirs), None, "the clocks agree: another attempt does not help");
    }

    #[test]
    fn corrections_are_bounded_and_cached_responses_are_ignored() {
        let headers: Headers = [("Date", "Tue, 02 Jan 2024 03:04:05 GMT")].into_iter().collect();
        let theirs = Timestamp::parse("2024-01-02T03:04:05Z").unwrap();
        let day = 24 * 60 * 60;
        for (ahead, correction) in [(day, Some(-day)), (day + 1, None), (-day, Some(day)), (-day - 1, None)] {
            let ours = Timestamp::new(theirs.seconds() + ahead, 0);
            assert_eq!(found("RequestTimeTooSkewed", &headers, ours), correction, "{ahead}");
        }
        let mut cached = headers.clone();
        cached.set("Age", "7200");
        assert_eq!(found("RequestTimeTooSkewed", &cached, Timestamp::new(theirs.seconds() - 3600, 0)), None);
    }
}
