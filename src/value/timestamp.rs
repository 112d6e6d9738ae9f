//! Instants, and the notations in which services write them.

use std::fmt;

use time::{OffsetDateTime, UtcDateTime};

/// An instant: seconds since 1970-01-01T00:00:00Z and nanoseconds within the second.
///
/// ```
/// use tucuxi::Timestamp;
///
/// let t = Timestamp::parse("2015-01-25T08:00:00.5+01:00").unwrap();
/// assert_eq!(t.seconds(), 1422169200);
/// assert_eq!(t.nanoseconds(), 500_000_000);
/// assert_eq!(t.to_string(), "2015-01-25T07:00:00.500Z");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    nanoseconds: u32,
}

impl Timestamp {
    /// The instant `seconds` and `nanoseconds` (below 10⁹; what is above is carried) after the epoch.
    pub fn new(seconds: i64, nanoseconds: u32) -> Timestamp {
        Timestamp { seconds: seconds.saturating_add((nanoseconds / 1_000_000_000).into()), nanoseconds: nanoseconds % 1_000_000_000 }
    }

    /// The current time of the system's clock.
    pub fn now() -> Timestamp {
        OffsetDateTime::now_utc().into()
    }

    /// Seconds since the epoch, rounded towards the past.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds after [`seconds`](Self::seconds).
    pub fn nanoseconds(self) -> u32 {
        self.nanoseconds
    }

    /// Seconds since the epoch with their fraction, as near as a float comes.
    pub fn as_f64(self) -> f64 {
        // Whole microseconds first, so that the quotient is the double that the digits spell.
        let micros = i128::from(self.seconds) * 1_000_000 + i128::from(self.nanoseconds / 1000);
        if micros % 1_000_000 == 0 { self.seconds as f64 } else { micros as f64 / 1e6 }
    }

    /// The instant `epoch` seconds after the epoch, to the microsecond; `None` for NaN, infinities and
    /// what lies outside the years -9999 to 9999.
    pub fn from_f64(epoch: f64) -> Option<Timestamp> {
        if !epoch.is_finite() || epoch.abs() > 400_000_000_000.0 {
            return None;
        }
        let micros = (epoch * 1e6).round_ties_even() as i128;
        let seconds = i64::try_from(micros.div_euclid(1_000_000)).ok()?;
        Timestamp { seconds, nanoseconds: micros.rem_euclid(1_000_000) as u32 * 1000 }.in_calendar()
    }

    /// The same instant without the fraction of its second.
    pub fn truncate_to_seconds(self) -> Timestamp {
        Timestamp { nanoseconds: 0, ..self }
    }

    /// This instant in the calendar; `None` outside the years -9999 to 9999.
    pub fn to_utc(self) -> Option<UtcDateTime> {
        let t = UtcDateTime::from_unix_timestamp(self.seconds).ok()?;
        t.replace_nanosecond(self.nanoseconds).ok()
    }

    fn in_calendar(self) -> Option<Timestamp> {
        self.to_utc().map(|_| self)
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(t: OffsetDateTime) -> Self {
        Timestamp { seconds: t.unix_timestamp(), nanoseconds: t.nanosecond() }
    }
}
impl From<UtcDateTime> for Timestamp {
    fn from(t: UtcDateTime) -> Self {
        Timestamp { seconds: t.unix_timestamp(), nanoseconds: t.nanosecond() }
    }
}
impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:09}", self.seconds, self.nanoseconds)
    }
}
