//! Clocks that differ: a signature carries the time, and services refuse what is minutes off. (boto3 only fails.)

use super::outcome::Outcome;
use crate::value::Timestamp;

/// Below this, in seconds, an error that may have another reason is not blamed on the clock.
const TOLERATED: i64 = 4 * 60;
const CERTAIN: [&str; 3] = ["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"];
/// `403` is the code of an answer without a body.
const POSSIBLE: [&str; 4] = ["InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure", "403"];

/// How far the service's clock is ahead of this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Skew {
    /// In seconds.
    pub seconds: i64,
}

/// The difference that explains an error, by the response's `Date`; `signed` is the time that the request
/// carried, `now` is this side's clock without any correction.
pub(crate) fn skew(outcome: &Outcome<'_>, signed: Timestamp, now: Timestamp) -> Option<Skew> {
    let code = outcome.code?;
    let certain = CERTAIN.contains(&code);
    if !certain && !POSSIBLE.contains(&code) {
        return None;
    }
    let theirs = Timestamp::parse(outcome.headers?.get("date")?).ok()?.seconds();
    let off = theirs.checked_sub(signed.seconds())?;
    if off == 0 || (!certain && off.abs() < TOLERATED) {
        return None;
    }
    Some(Skew { seconds: theirs.checked_sub(now.seconds())? })
}

#[cfg(test)]
mod tests {
    use super::super::Modeled;
    use super::*;
    use crate::http::Headers;

    #[test]
    fn only_errors_about_time_or_signature_are_blamed_on_the_clock() {
        let headers: Headers = [("Date", "Tue, 02 Jan 2024 03:04:05 GMT")].into_iter().collect();
        let theirs = Timestamp::parse("2024-01-02T03:04:05Z").unwrap();
        let found = |code, ours: Timestamp| {
            let (failure, body, modeled) = (None, None, Modeled::default());
            let outcome = Outcome {
                operation: "Do",
                attempt: 1,
                max_attempts: 3,
                failure,
                status: Some(403),
                code: Some(code),
                headers: Some(&headers),
                body,
                modeled,
            };
            skew(&outcome, ours, ours).map(|s| s.seconds)
        };
        let ours = Timestamp::new(theirs.seconds() - 3600, 0);
        assert_eq!(found("RequestTimeTooSkewed", ours), Some(3600));
        assert_eq!(found("SignatureDoesNotMatch", ours), Some(3600));
        assert_eq!(found("SignatureDoesNotMatch", Timestamp::new(theirs.seconds() - 60, 0)), None);
        assert_eq!(found("AccessDenied", ours), None);
        assert_eq!(found("RequestTimeTooSkewed", theirs), None, "the clocks agree: sending again helps nobody");
    }
}
