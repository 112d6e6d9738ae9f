//! Writes timestamps in the notations of the wire formats. It does so digit by digit, because every call needs it.

use std::fmt;

use time::{Date, UtcDateTime};

use super::Timestamp;

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Timestamp {
    /// Returns RFC 3339 in UTC, with a fraction of 3, 6, or 9 digits if necessary: `2015-01-25T08:00:00.500Z`.
    pub fn to_iso8601(&self) -> String {
        let mut text = self.date_and_time("-", "T", ":");
        push_fraction(&mut text, self.nanoseconds);
        text.push('Z');
        text
    }

    /// Returns ISO 8601 as sent in requests: `2015-01-25T08:00:00Z`, or with a fraction of exactly six digits.
    pub fn wire_iso8601(&self) -> String {
        let mut text = self.date_and_time("-", "T", ":");
        if self.microseconds() != 0 {
            text.push('.');
            push_digits(&mut text, self.microseconds(), 6);
        }
        text.push('Z');
        text
    }

    /// Returns the date format of HTTP headers (RFC 9110, section 5.6.7), without the fraction: `Sun, 25 Jan 2015 08:00:00 GMT`.
    pub fn wire_http_date(&self) -> String {
        let (date, [hour, minute, second]) = self.calendar();
        let mut text = String::with_capacity(29);
        text.push_str(WEEKDAYS[usize::from(date.weekday().number_days_from_monday())]);
        text.push_str(", ");
        push_digits(&mut text, date.day().into(), 2);
        text.push(' ');
        text.push_str(MONTHS[usize::from(u8::from(date.month())) - 1]);
        text.push(' ');
        push_digits(&mut text, date.year().unsigned_abs(), 4);
        text.push(' ');
        push_time(&mut text, [hour, minute, second], ":");
        text.push_str(" GMT");
        text
    }

    /// Returns the format of `X-Amz-Date`: `20150125T080000Z`. The first eight characters are the date of a credential scope.
    pub fn amz_date(&self) -> String {
        let mut text = self.date_and_time("", "T", "");
        text.push('Z');
        text
    }

    fn date_and_time(self, between_date: &str, middle: &str, between_time: &str) -> String {
        let (date, time) = self.calendar();
        let mut text = String::with_capacity(30);
        push_digits(&mut text, date.year().unsigned_abs(), 4);
        text.push_str(between_date);
        push_digits(&mut text, u8::from(date.month()).into(), 2);
        text.push_str(between_date);
        push_digits(&mut text, date.day().into(), 2);
        text.push_str(middle);
        push_time(&mut text, time, between_time);
        text
    }

    fn calendar(self) -> (Date, [u8; 3]) {
        let t = UtcDateTime::from_unix_timestamp(self.seconds).expect("a timestamp is in the years 0 to 9999");
        (t.date(), [t.hour(), t.minute(), t.second()])
    }
}

fn push_time(text: &mut String, time: [u8; 3], between: &str) {
    for (i, part) in time.into_iter().enumerate() {
        if i > 0 {
            text.push_str(between);
        }
        push_digits(text, part.into(), 2);
    }
}

fn push_fraction(text: &mut String, nanoseconds: u32) {
    if nanoseconds == 0 {
        return;
    }
    text.push('.');
    match nanoseconds {
        n if n % 1_000_000 == 0 => push_digits(text, n / 1_000_000, 3),
        n if n % 1000 == 0 => push_digits(text, n / 1000, 6),
        n => push_digits(text, n, 9),
    }
}

fn push_digits(text: &mut String, number: u32, digits: u32) {
    for place in (0..digits).rev() {
        text.push(char::from(b'0' + (number / 10_u32.pow(place) % 10) as u8));
    }
}

/// Displays RFC 3339 in UTC, like [`Timestamp::to_iso8601`].
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_iso8601())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notation() {
        let t = Timestamp::new(1_422_172_800, 0);
        assert_eq!(t.to_iso8601(), "2015-01-25T08:00:00Z");
        assert_eq!(t.wire_iso8601(), "2015-01-25T08:00:00Z");
        assert_eq!(t.wire_http_date(), "Sun, 25 Jan 2015 08:00:00 GMT");
        assert_eq!(t.amz_date(), "20150125T080000Z");
    }

    #[test]
    fn fractions() {
        let at = |nanoseconds| Timestamp::new(0, nanoseconds);
        assert_eq!(at(7_000_000).to_iso8601(), "1970-01-01T00:00:00.007Z");
        assert_eq!(at(7_000).to_iso8601(), "1970-01-01T00:00:00.000007Z");
        assert_eq!(at(7).to_iso8601(), "1970-01-01T00:00:00.000000007Z");
        assert_eq!(at(120_000_000).wire_iso8601(), "1970-01-01T00:00:00.120000Z");
        assert_eq!(at(999).wire_iso8601(), "1970-01-01T00:00:00Z");
        assert_eq!(at(999_999_999).wire_http_date(), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
