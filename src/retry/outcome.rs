//! The outcome of an attempt and what it means: first by error code, then by status, then by failure.
//!
//! This includes clock skew: a signature contains the time, and services reject one that is minutes off. (boto3 only fails.) A
//! correction comes from data that the network delivered, so it is bounded, it changes nothing but the time in signatures, and
//! the caller withdraws it if it does not help.

use crate::error::ErrorKind;
use crate::http::{Headers, crc32};
use crate::value::Timestamp;

/// The outcome of an attempt.
pub(crate) struct Outcome<'a> {
    pub operation: &'a str,
    /// The attempt's number; the first is 1.
    pub attempt: u32,
    pub max_attempts: u32,
    /// The failure of the transport; `None` if there is a response.
    pub failure: Option<ErrorKind>,
    pub status: Option<u16>,
    pub code: Option<&'a str>,
    pub headers: Option<&'a Headers>,
    /// The body as received, if it is in memory.
    pub body: Option<&'a [u8]>,
    pub modeled: Modeled,
}

/// What the operation's definition says about an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Modeled {
    /// The definition lists the error for the operation.
    pub known: bool,
    /// The definition marks it as retryable.
    pub retryable: bool,
    /// The definition marks it as throttling.
    pub throttling: bool,
}

/// The error codes of throttling.
const THROTTLING: [&str; 14] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
];

const TRANSIENT: [&str; 3] = ["RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete"];

impl Outcome<'_> {
    /// Whether the service throttles the client.
    pub(crate) fn is_throttling(&self) -> bool {
        is_throttling(self.code, self.status, self.modeled)
    }

    /// The announced and the calculated CRC-32, if they differ.
    pub(crate) fn corruption(&self, header: &str) -> Option<(u32, u32)> {
        let announced: u32 = self.headers?.get(header)?.trim().parse().ok()?;
        let calculated = crc32(self.body?);
        (announced != calculated).then_some((announced, calculated))
    }
}

/// Whether a service's error means throttling.
fn is_throttling(code: Option<&str>, status: Option<u16>, modeled: Modeled) -> bool {
    if code.is_some_and(|code| THROTTLING.contains(&code)) {
        return true;
    }
    if modeled.retryable { modeled.throttling } else { status == Some(429) && !modeled.known }
}

/// Whether another attempt may succeed after an error, by the rules of all services.
pub(crate) fn is_retryable(code: Option<&str>, status: Option<u16>, failure: Option<ErrorKind>, modeled: Modeled) -> bool {
    is_throttling(code, status, modeled)
        || modeled.retryable
        || code.is_some_and(|code| TRANSIENT.contains(&code))
        || matches!(status, Some(500 | 502 | 503 | 504))
        || failure.is_some_and(is_transient)
}

/// Whether it is a failure of the connection rather than of the request.
fn is_transient(failure: ErrorKind) -> bool {
    is_connection_failure(failure) || matches!(failure, ErrorKind::Http | ErrorKind::Stream)
}

/// Whether the legacy mode retries the failure, too.
pub(super) fn is_connection_failure(failure: ErrorKind) -> bool {
    matches!(
        failure,
        ErrorKind::Connect
            | ErrorKind::Tls
            | ErrorKind::Proxy
            | ErrorKind::ConnectTimeout
            | ErrorKind::ReadTimeout
            | ErrorKind::ConnectionClosed
            | ErrorKind::IncompleteRead
    )
}

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
    use super::*;

    #[test]
    fn the_code_decides_before_the_status() {
        let known = Modeled { known: true, ..Modeled::default() };
        let retryable = Modeled { known: true, retryable: true, throttling: false };
        assert!(is_throttling(Some("SlowDown"), Some(503), Modeled::default()));
        assert!(is_throttling(Some("429"), Some(429), Modeled::default()));
        assert!(!is_throttling(Some("MyOwn"), Some(429), known), "an error in the definition is not throttling by its status");
        assert!(!is_throttling(Some("MyOwn"), Some(429), retryable), "the definition decides");
        assert!(is_throttling(Some("TooManyRequestsException"), Some(429), known));
        assert!(is_retryable(Some("MyOwn"), Some(400), None, retryable));
        assert!(!is_retryable(Some("InternalError"), Some(400), None, Modeled::default()));
        assert!(!is_retryable(Some("throttling"), Some(400), None, Modeled::default()), "codes are case-sensitive");
        assert!(!is_retryable(None, Some(501), None, Modeled::default()));
        assert!(is_retryable(None, None, Some(ErrorKind::ReadTimeout), Modeled::default()));
        assert!(!is_retryable(None, None, Some(ErrorKind::Checksum), Modeled::default()));
    }

    fn correction(code: &str, headers: &Headers, ours: Timestamp) -> Option<i64> {
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
        assert_eq!(correction("RequestTimeTooSkewed", &headers, behind(3600)), Some(3600));
        assert_eq!(correction("SignatureDoesNotMatch", &headers, behind(3600)), Some(3600));
        assert_eq!(correction("SignatureDoesNotMatch", &headers, behind(60)), None);
        assert_eq!(correction("AccessDenied", &headers, behind(3600)), None);
        assert_eq!(correction("RequestTimeTooSkewed", &headers, theirs), None, "the clocks agree: another attempt does not help");
    }

    #[test]
    fn corrections_are_bounded_and_cached_responses_are_ignored() {
        let headers: Headers = [("Date", "Tue, 02 Jan 2024 03:04:05 GMT")].into_iter().collect();
        let theirs = Timestamp::parse("2024-01-02T03:04:05Z").unwrap();
        let day = 24 * 60 * 60;
        for (ahead, expected) in [(day, Some(-day)), (day + 1, None), (-day, Some(day)), (-day - 1, None)] {
            let ours = Timestamp::new(theirs.seconds() + ahead, 0);
            assert_eq!(correction("RequestTimeTooSkewed", &headers, ours), expected, "{ahead}");
        }
        let mut cached = headers.clone();
        cached.set("Age", "7200");
        assert_eq!(correction("RequestTimeTooSkewed", &cached, Timestamp::new(theirs.seconds() - 3600, 0)), None);
    }
}
