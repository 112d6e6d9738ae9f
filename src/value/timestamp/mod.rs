//! Timestamps, and the notations in which services write them.
//!
//! `parse` reads every notation; `write` has one writer per wire notation. The local time zone is never used: a text without a
//! zone means UTC.

mod parse;
mod write;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use time::UtcDateTime;

use crate::error::{Error, ErrorKind, Result};

/// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z, the limits of RFC 3339.
const FIRST_SECOND: i64 = -62_167_219_200;
const LAST_SECOND: i64 = 253_402_300_799;

/// A point in time in the years 0 to 9999: seconds since 1970-01-01T00:00:00Z and nanoseconds within the second.
///
/// It also knows whether the text that it was parsed from named a time zone, because boto3 returns a naive `datetime` otherwise.
/// Comparisons ignore that.
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
#[derive(Clone, Copy)]
pub struct Timestamp {
    seconds: i64,
    nanoseconds: u32,
    notation: Notation,
}

/// The notation in which a timestamp was written. It is not part of its value: hosts whose times have zones show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notation {
    /// A date and a time with a zone.
    Zoned,
    /// A date of HTTP, or another one with the name of its month.
    Named,
    /// A date and a time without a zone.
    NoZone,
    /// Seconds since the epoch.
    Epoch,
}

impl Timestamp {
    /// Creates the timestamp `seconds` and `nanoseconds` after the epoch. Nanoseconds may exceed 10⁹. Outside the years 0 to
    /// 9999, the result is the nearest valid timestamp; [`checked`](Self::checked) returns `None` instead.
    pub fn new(seconds: i64, nanoseconds: u32) -> Timestamp {
        let (nearest, fraction) = if seconds < 0 { (FIRST_SECOND, 0) } else { (LAST_SECOND, 999_999_999) };
        Timestamp::checked(seconds, nanoseconds).unwrap_or(Timestamp { seconds: nearest, nanoseconds: fraction, notation: Notation::Zoned })
    }

    /// Creates a timestamp like [`new`](Self::new), or returns `None` outside the years 0 to 9999.
    pub fn checked(seconds: i64, nanoseconds: u32) -> Option<Timestamp> {
        let seconds = seconds.checked_add((nanoseconds / 1_000_000_000).into())?;
        let nanoseconds = nanoseconds % 1_000_000_000;
        (FIRST_SECOND..=LAST_SECOND).contains(&seconds).then_some(Timestamp { seconds, nanoseconds, notation: Notation::Zoned })
    }

    /// Parses a timestamp in any notation that services use or boto3 accepts.
    ///
    /// These are seconds since the epoch (with fraction, sign, or exponent), ISO 8601 (with or without separators, any offset,
    /// date only), RFC 822, RFC 850, `asctime`, and dates such as `Jan 2, 2024 3:04 PM`, `2024-1-2`, or `01/02/2024` (month
    /// first, unless that is impossible). A text without a zone means UTC. Digits beyond nanoseconds are dropped, and two-digit
    /// years are in 1950 to 2049 (RFC 5322, section 4.3).
    ///
    /// The zones `Z`, `UTC`, `UT`, `GMT`, `EST`, `EDT`, `CST`, `CDT`, `MST`, `MDT`, `PST`, and `PDT` have the meaning of RFC 2822.
    /// All other names are rejected, because their meaning depends on the place. boto3 ignores the name of a zone and sends a
    /// different time.
    ///
    /// # Errors
    /// Returns [`ErrorKind::Conversion`]: `Invalid timestamp "…": reason`.
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

    /// Returns the current time of the system clock.
    pub fn now() -> Timestamp {
        SystemTime::now().into()
    }

    /// Returns the seconds since the epoch, rounded down.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// Returns the nanoseconds after [`seconds`](Self::seconds).
    pub fn nanoseconds(self) -> u32 {
        self.nanoseconds
    }

    /// Returns the whole microseconds after [`seconds`](Self::seconds), the highest precision that boto3 sends.
    pub fn microseconds(self) -> u32 {
        self.nanoseconds / 1000
    }

    /// Returns the seconds since the epoch, with microseconds, as the nearest float.
    pub fn as_f64(self) -> f64 {
        const MAX_EXACT: u64 = 1 << 53;
        let micros = self.seconds * 1_000_000 + i64::from(self.microseconds());
        if micros.unsigned_abs() <= MAX_EXACT {
            // Both operands are exact, so the quotient is rounded only once.
            return micros as f64 / 1e6;
        }
        format!("{micros}e-6").parse().expect("it is a number")
    }

    /// Creates the timestamp `epoch` seconds after the epoch, to the microsecond. Returns `None` for NaN, the infinities, and
    /// anything outside the years 0 to 9999.
    pub fn from_f64(epoch: f64) -> Option<Timestamp> {
        if !epoch.is_finite() || epoch.abs() > 400_000_000_000.0 {
            return None;
        }
        // The fraction is exact, whereas the product of the whole number would not be.
        let micros = ((epoch - epoch.floor()) * 1e6).round_ties_even() as u32;
        Timestamp::checked(epoch.floor() as i64 + i64::from(micros / 1_000_000), micros % 1_000_000 * 1000)
    }

    /// Returns whether the text that this timestamp was parsed from named a time zone. Timestamps from numbers, the system
    /// clock, and [`new`](Self::new) have one: UTC.
    pub fn has_zone(self) -> bool {
        self.notation != Notation::NoZone
    }

    /// Returns the same timestamp without a time zone, for hosts that distinguish the two.
    pub fn without_zone(self) -> Timestamp {
        Timestamp { notation: Notation::NoZone, ..self }
    }

    /// Returns the same timestamp without the fraction of a second.
    pub fn truncate_to_seconds(self) -> Timestamp {
        Timestamp { nanoseconds: 0, ..self }
    }

    /// The notation in which the timestamp was written.
    #[cfg_attr(not(feature = "python"), allow(dead_code))]
    pub(crate) fn notation(self) -> Notation {
        self.notation
    }

    /// Marks the notation.
    pub(crate) fn written_as(self, notation: Notation) -> Timestamp {
        Timestamp { notation, ..self }
    }

    /// Returns the date and time in UTC. It is never `None`, because every timestamp is within the calendar.
    pub(crate) fn to_utc(self) -> Option<UtcDateTime> {
        let t = UtcDateTime::from_unix_timestamp(self.seconds).ok()?;
        t.replace_nanosecond(self.nanoseconds).ok()
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.seconds, self.nanoseconds).cmp(&(other.seconds, other.nanoseconds))
    }
}

impl Hash for Timestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.seconds, self.nanoseconds).hash(state);
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
    fn timestamps_are_limited_to_the_years_0_to_9999() {
        assert_eq!(Timestamp::new(i64::MIN, 0).to_string(), "0000-01-01T00:00:00Z");
        assert_eq!(Timestamp::new(i64::MAX, u32::MAX).to_string(), "9999-12-31T23:59:59.999999999Z");
        assert_eq!(Timestamp::checked(LAST_SECOND, 1_000_000_000), None);
        assert_eq!(Timestamp::from_f64(f64::NAN), None);
        assert!(Timestamp::new(FIRST_SECOND, 0).to_utc().is_some());
    }

    #[test]
    fn floats_have_the_digits_of_the_timestamp() {
        let t = Timestamp::new(1_422_172_800, 123_456_789);
        assert_eq!(t.as_f64(), 1_422_172_800.123_456);
        assert_eq!(Timestamp::from_f64(1_422_172_800.123_456), Some(Timestamp::new(1_422_172_800, 123_456_000)));
        assert_eq!(Timestamp::from_f64(-0.5), Some(Timestamp::new(-1, 500_000_000)));
    }

    #[test]
    fn distant_dates_are_rounded_once() {
        for (text, float) in [
            ("9999-12-31T23:59:59.123Z", 253_402_300_799.123),
            ("9999-12-31T23:59:59Z", 253_402_300_799.0),
            ("2300-01-01T00:00:00.000005Z", 10_413_792_000.000_005),
            ("0001-01-01T00:00:00.123Z", -62_135_596_799.877),
        ] {
            let t = Timestamp::parse(text).unwrap();
            assert_eq!(t.as_f64(), float, "{text}");
        }
        // As in boto3, the exact value of the float counts when reading.
        assert_eq!(Timestamp::from_f64(253_402_300_799.123).unwrap().microseconds(), 122_986);
        assert_eq!(Timestamp::from_f64(f64::from_bits(253_402_300_800.0_f64.to_bits() - 1)).unwrap().seconds(), LAST_SECOND);
    }

    #[test]
    fn system_time_converts_both_ways() {
        for t in [Timestamp::new(-2, 250), Timestamp::new(5, 1), Timestamp::new(-3, 0)] {
            assert_eq!(Timestamp::from(SystemTime::from(t)), t);
        }
    }
}
