//! What an attempt came to, and what that means: first by error code, then by status, then by failure.

use crate::error::ErrorKind;
use crate::http::{Headers, crc32};

/// What an attempt came to.
pub(crate) struct Outcome<'a> {
    pub operation: &'a str,
    /// The attempt's number; the first is 1.
    pub attempt: u32,
    pub max_attempts: u32,
    /// What broke on the way; nothing where there is a response.
    pub failure: Option<ErrorKind>,
    pub status: Option<u16>,
    pub code: Option<&'a str>,
    pub headers: Option<&'a Headers>,
    /// The body as it came, where it is in memory.
    pub body: Option<&'a [u8]>,
    pub modeled: Modeled,
}

/// What the operation's definition says of an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Modeled {
    /// The error is one of the operation's.
    pub known: bool,
    /// It says of itself that the request may be repeated.
    pub retryable: bool,
    /// It says of itself that it throttles.
    pub throttling: bool,
}

/// The codes by which services ask for less.
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
    /// Whether the service asks for less.
    pub(crate) fn is_throttling(&self) -> bool {
        is_throttling(self.code, self.status, self.modeled)
    }

    /// The announced and the calculated CRC-32, where they differ.
    pub(crate) fn corruption(&self, header: &str) -> Option<(u32, u32)> {
        let announced: u32 = self.headers?.get(header)?.trim().parse().ok()?;
        let calculated = crc32(self.body?);
        (announced != calculated).then_some((announced, calculated))
    }
}

/// Whether an error of a service asks for less.
fn is_throttling(code: Option<&str>, status: Option<u16>, modeled: Modeled) -> bool {
    if code.is_some_and(|code| THROTTLING.contains(&code)) {
        return true;
    }
    if modeled.retryable { modeled.throttling } else { status == Some(429) && !modeled.known }
}

/// Whether an error may pass when the request is repeated, as far as all services agree.
pub(crate) fn is_retryable(code: Option<&str>, status: Option<u16>, failure: Option<ErrorKind>, modeled: Modeled) -> bool {
    is_throttling(code, status, modeled)
        || modeled.retryable
        || code.is_some_and(|code| TRANSIENT.contains(&code))
        || matches!(status, Some(500 | 502 | 503 | 504))
        || failure.is_some_and(is_transient)
}

/// Whether this is a failure of the connection, and not of the request.
fn is_transient(failure: ErrorKind) -> bool {
    is_connection_failure(failure) || matches!(failure, ErrorKind::Http | ErrorKind::Stream)
}

/// The failures that the legacy mode retries too.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_decides_before_the_status() {
        let known = Modeled { known: true, ..Modeled::default() };
        let retryable = Modeled { known: true, retryable: true, throttling: false };
        assert!(is_throttling(Some("SlowDown"), Some(503), Modeled::default()));
        assert!(is_throttling(Some("429"), Some(429), Modeled::default()));
        assert!(!is_throttling(Some("MyOwn"), Some(429), known), "an error of the operation's own is no throttling");
        assert!(!is_throttling(Some("MyOwn"), Some(429), retryable), "the definition's word counts");
        assert!(is_throttling(Some("TooManyRequestsException"), Some(429), known));
        assert!(is_retryable(Some("MyOwn"), Some(400), None, retryable));
        assert!(!is_retryable(Some("InternalError"), Some(400), None, Modeled::default()));
        assert!(!is_retryable(Some("throttling"), Some(400), None, Modeled::default()), "codes have a case");
        assert!(!is_retryable(None, Some(501), None, Modeled::default()));
        assert!(is_retryable(None, None, Some(ErrorKind::ReadTimeout), Modeled::default()));
        assert!(!is_retryable(None, None, Some(ErrorKind::Checksum), Modeled::default()));
    }
}
