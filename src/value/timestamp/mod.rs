//! Instants, and the notations in which services write them.
//!
//! `parse` reads every notation, `write` has one writer for each notation that a wire format
//! asks for. No local time zone is ever consulted: a text without a zone means UTC.

mod parse;
mod write;

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use time::UtcDateTime;

use crate::error::{Error, ErrorKind, Result};

/// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z: the years that RFC 3339 can write.
const FIRST_SECOND: i64 = -62_167_219_200;
const LAST_SECOND: i64 = 253_402_300_799;

/// An instant in the years 0 to 9999: seconds since 1970-01-01T00:00:00Z and nanoseconds within the second.
///
/// ```
/// use tucuxi::Timestamp;
///
/// let t = Timestamp::parse("2015-01-25T08:00:00.5+01:00")?;
/// assert_eq!(t.seconds(), 1422169200);
/// assert_eq!(t.nanoseconds(), 500_000_000);
/// assert_eq!(t.to_string(), "2015-01-25T07:00:00.500Z");
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    nanoseconds: u32,
}

impl Timestamp {
    /// The instant `seconds` and `nanoseconds` (what is above 10⁹ is carried) after the epoch. What
    /// lies outside the years 0 to 9999 becomes the nearest instant inside; [`checked`](Self::checked) refuses it.
    pub fn new(seconds: i64, nanoseconds: u32) -> Timestamp {
        let nearest = if seconds < 0 { (FIRST_SECOND, 0) } else { (LAST_SECOND, 999_999_999) };
        Timestamp::checked(seconds, nanoseconds).unwrap_or(Timestamp { seconds: nearest.0, nanoseconds: nearest.1 })
    }

    /// As [`new`](Self::new), but `None` outside the years 0 to 9999.
    pub fn checked(seconds: i64, nanoseconds: u32) -> Option<Timestamp> {
        let seconds = seconds.checked_add((nanoseconds / 1_000_000_000).into())?;
        (FIRST_SECOND..=LAST_SECOND).contains(&seconds).then_some(Timestamp { seconds, nanoseconds: nanoseconds % 1_000_000_000 })
    }

    /// Reads an instant in any notation that services use.
    ///
    /// That is: seconds since the epoch (with fraction, negative, with exponent), ISO 8601 (with or without
    /// separators, any offset, date only), RFC 822, RFC 850, `asctime`, and month-first dates with slashes. A text
    /// without a zone means UTC. Digits beyond nanoseconds are dropped; a year of two digits is one
    /// of 1950 to 2049 (RFC 5322, section 4.3).
    ///
    /// # Errors
    /// `Invalid timestamp "…": reason`, of kind [`ErrorKind::Conversion`].
    ///
    /// ```
    /// use tucuxi::Timestamp;
    ///
    /// for text in ["1422172800", "2015-01-25T08:00:00Z", "Sun, 25 Jan 2015 08:00:00 GMT", "Sunday, 25-Jan-15 08:00:00 GMT"] {
    ///     assert_eq!(Timestamp::parse(text)?.seconds(), 1422172800);
    /// }
    /// let error = Timestamp::parse("2015-02-30").unwrap_err();
    /// assert_eq!(error.message(), "Invalid timestamp \"2015-02-30\": day is out of range for month");
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Timestamp> {
        parse::timestamp(text).map_err(|reason| Error::new(ErrorKind::Conversion, format!("Invalid timestamp \"{text}\": {reason}")))
    }

    /// The current time of the system's clock.
    pub fn now() -> Timestamp {
        SystemTime::now().into()
    }

    /// Seconds since the epoch, rounded towards the past.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds after [`seconds`](Self::seconds).
    pub fn nanoseconds(self) -> u32 {
        self.nanoseconds
    }

    /// Whole microseconds after [`seconds`](Self::seconds): the finest that boto3 sends.
    pub fn microseconds(self) -> u32 {
        self.nanoseconds / 1000
    }

    /// Seconds since the epoch with their fraction to the microsecond, as near as a float comes.
    pub fn as_f64(self) -> f64 {
        // Whole microseconds first, so that the quotient is the double that the digits spell.
        let micros = self.seconds * 1_000_000 + i64::from(self.microseconds());
        if micros % 1_000_000 == 0 { self.seconds as f64 } else { micros as f64 / 1e6 }
    }

    /// The instant `epoch` seconds after the epoch, to the microsecond; `None` for NaN, infinities and
    /// what lies outside the years 0 to 9999.
    pub fn from_f64(epoch: f64) -> Option<Timestamp> {
        if !epoch.is_finite() || epoch.abs() > 400_000_000_000.0 {
            return None;
        }
        // The fraction alone, for it is exact; far from 1970 the product of the whole is not.
        let micros = ((epoch - epoch.floor()) * 1e6).round_ties_even() as u32;
        Timestamp::checked(epoch.floor() as i64 + i64::from(micros / 1_000_000), micros % 1_000_000 * 1000)
    }

    /// The same instant without the fraction of its second.
    pub fn truncate_to_seconds(self) -> Timestamp {
        Timestamp { nanoseconds: 0, ..self }
    }

    /// This instant in the calendar. `None` never occurs: every timestamp lies in the calendar.
    pub(crate) fn to_utc(self) -> Option<UtcDateTime> {
        let t = UtcDateTime::from_unix_timestamp(self.seconds).ok()?;
        t.replace_nanosecond(self.nanoseconds).ok()
    }
}

impl FromStr for Timestamp {
    type Err = Error;
    fn from_str(text: &str) -> Result<Timestamp> {
        Timestamp::parse(text)
    }
}

impl From<SystemTime> for Timestamp {
    fn from(t: SystemTime) -> Self {
        let seconds = |d: Duration| i64::try_from(d.as_secs()).unwrap_or(i64::MAX);
        match t.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => Timestamp::new(seconds(after), after.subsec_nanos()),
            Err(before) => {
                let before = before.duration();
                match before.subsec_nanos() {
                    0 => Timestamp::new(-seconds(before), 0),
                    nanoseconds => Timestamp::new(-1 - seconds(before), 1_000_000_000 - nanoseconds),
                }
            }
        }
    }
}

impl From<Timestamp> for SystemTime {
    fn from(t: Timestamp) -> SystemTime {
        let whole = Duration::from_secs(t.seconds.unsigned_abs());
        let second = if t.seconds < 0 { SystemTime::UNIX_EPOCH - whole } else { SystemTime::UNIX_EPOCH + whole };
        second + Duration::from_nanos(t.nanoseconds.into())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_calendar_hold() {
        assert_eq!(Timestamp::new(i64::MIN, 0).to_string(), "0000-01-01T00:00:00Z");
        assert_eq!(Timestamp::new(i64::MAX, u32::MAX).to_string(), "9999-12-31T23:59:59.999999999Z");
        assert_eq!(Timestamp::checked(LAST_SECOND, 1_000_000_000), None);
        assert_eq!(Timestamp::from_f64(f64::NAN), None);
        assert!(Timestamp::new(FIRST_SECOND, 0).to_utc().is_some());
    }

    #[test]
    fn floats_are_the_doubles_that_the_digits_spell() {
        let t = Timestamp::new(1_422_172_800, 123_456_789);
        assert_eq!(t.as_f64(), 1_422_172_800.123_456);
        assert_eq!(Timestamp::from_f64(1_422_172_800.123_456), Some(Timestamp::new(1_422_172_800, 123_456_000)));
        assert_eq!(Timestamp::from_f64(-0.5), Some(Timestamp::new(-1, 500_000_000)));
    }

    #[test]
    fn the_system_s_clock_and_back() {
        for t in [Timestamp::new(-2, 250), Timestamp::new(5, 1), Timestamp::new(-3, 0)] {
            assert_eq!(Timestamp::from(SystemTime::from(t)), t);
        }
    }
}
