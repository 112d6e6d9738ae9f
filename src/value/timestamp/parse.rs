//! Reading a timestamp in whatever notation it comes.
//!
//! Numbers and ISO 8601, which nearly every response has, are told apart by their first bytes; the
//! rest (RFC 822, RFC 850, `asctime`) goes through a reader that takes day, month, year, time and
//! zone in any order. The time zone database is deliberately absent.

use time::{Date, Month};

use super::Timestamp;

/// The reason why a text is no timestamp.
type Parsed<T> = Result<T, String>;

pub(super) fn timestamp(text: &str) -> Parsed<Timestamp> {
    let trimmed = text.trim();
    let bytes = trimmed.as_bytes();
    if let Some(epoch) = epoch(trimmed) {
        return epoch.ok_or_else(|| "the epoch seconds lie outside the years 0 to 9999".to_owned());
    }
    let separator = bytes.iter().position(|b| !b.is_ascii_digit()).unwrap_or(bytes.len());
    match (separator, bytes.get(separator)) {
        (4, Some(b'-' | b'/')) | (8, Some(b'T' | b't' | b' ')) => iso8601(trimmed),
        (0, None) => Err("it is empty".to_owned()),
        _ => any_order(trimmed),
    }
}

/// Seconds since the epoch; `None` where the text is no number, `Some(None)` where it is out of range.
fn epoch(text: &str) -> Option<Option<Timestamp>> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() + fraction.len() == 0 || !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        // An exponent; "nan" and "inf" were turned away above.
        return text.parse().ok().map(Timestamp::from_f64);
    }
    let seconds = if whole.is_empty() { Ok(0) } else { whole.parse::<i64>() };
    let nanoseconds = fraction_to_nanoseconds(fraction.as_bytes());
    Some(seconds.ok().and_then(|s| match (negative, nanoseconds) {
        (false, n) => Timestamp::checked(s, n),
        (true, 0) => Timestamp::checked(-s, 0),
        (true, n) => Timestamp::checked(-s - 1, 1_000_000_000 - n),
    }))
}

fn fraction_to_nanoseconds(digits: &[u8]) -> u32 {
    (0..9).fold(0, |n, place| n * 10 + digits.get(place).map_or(0, |d| u32::from(d - b'0')))
}

/// `2015-01-25T08:00:00.5+01:00` and its variants: without separators, without the smaller parts.
fn iso8601(text: &str) -> Parsed<Timestamp> {
    let mut reader = Reader(text.as_bytes());
    let year = reader.number(4).ok_or("the year is missing")?;
    let separated = reader.eat(b"-/");
    let month = reader.number(2).ok_or("the month is missing")?;
    let day = if reader.eat(b"-/") || !separated { reader.number(2).ok_or("the day is missing")? } else { 1 };
    let mut fields = Fields { year: Some(year), month: Some(month), day: Some(day), ..Fields::default() };
    if !reader.0.is_empty() {
        if !reader.eat(b"Tt ") {
            return Err(unexpected(reader.0));
        }
        reader.skip(b" ");
        fields.time = reader.time()?;
        reader.skip(b" ");
        fields.offset = reader.zone()?;
    }
    if !reader.0.is_empty() {
        return Err(unexpected(reader.0));
    }
    fields.timestamp()
}

/// RFC 822, RFC 850, `asctime` and their relatives.
fn any_order(text: &str) -> Parsed<Timestamp> {
    let mut reader = Reader(text.as_bytes());
    let mut fields = Fields::default();
    let mut time_seen = false;
    loop {
        reader.skip(b" ,");
        match reader.0 {
            [] => return fields.timestamp(),
            [b'-' | b'/', ..] if !time_seen => reader.0 = &reader.0[1..],
            [b'+' | b'-', ..] => fields.offset = reader.zone()?,
            [b'0'..=b'9', ..] => match reader.digits().len() {
                1 | 2 if reader.0.get(reader.digits().len()) == Some(&b':') => {
                    fields.time = reader.time()?;
                    time_seen = true;
                }
                _ => fields.take_number(&mut reader)?,
            },
            _ => fields.take_word(&mut reader)?,
        }
    }
}

/// The parts of a date as they were read, each in its range or not.
#[derive(Default)]
struct Fields {
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
    time: TimeOfDay,
    /// Seconds east of UTC.
    offset: i32,
}

#[derive(Default)]
struct TimeOfDay {
    seconds: u32,
    nanoseconds: u32,
}

impl Fields {
    fn take_number(&mut self, reader: &mut Reader) -> Parsed<()> {
        let digits = reader.digits();
        let number = reader.number(digits.len()).ok_or_else(|| unexpected(digits))?;
        let slash = reader.0.first() == Some(&b'/');
        match digits.len() {
            1 | 2 if slash && self.month.is_none() && self.day.is_none() && number <= 12 => self.month = Some(number),
            1 | 2 if self.day.is_none() => self.day = Some(number),
            1 | 2 if slash && self.month.is_none() => self.month = Some(number),
            2 if self.year.is_none() => self.year = Some(number + if number < 50 { 2000 } else { 1900 }),
            4 if self.year.is_none() => self.year = Some(number),
            _ => return Err(unexpected(digits)),
        }
        Ok(())
    }

    fn take_word(&mut self, reader: &mut Reader) -> Parsed<()> {
        let start = reader.0;
        let word = reader.word();
        if let Some(month) = position(&MONTHS, word) {
            self.month = Some(month);
        } else if position(&WEEKDAYS, word).is_none() {
            reader.0 = start;
            self.offset = reader.zone()?;
        }
        Ok(())
    }

    fn timestamp(self) -> Parsed<Timestamp> {
        let year = self.year.ok_or("the year is missing")?;
        let month = self.month.ok_or("the month is missing")?;
        let day = self.day.ok_or("the day is missing")?;
        let month = u8::try_from(month).ok().and_then(|m| Month::try_from(m).ok()).ok_or("month must be in 1..12")?;
        let date = Date::from_calendar_date(year as i32, month, day as u8).map_err(|_| "day is out of range for month")?;
        let days = i64::from(date.to_julian_day() - JULIAN_DAY_OF_EPOCH);
        let seconds = days * 86400 + i64::from(self.time.seconds) - i64::from(self.offset);
        Timestamp::checked(seconds, self.time.nanoseconds).ok_or_else(|| "it lies outside the years 0 to 9999".to_owned())
    }
}

const JULIAN_DAY_OF_EPOCH: i32 = 2_440_588;
const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The names of zones and their hours east of UTC (RFC 822, section 5.1).
const ZONES: [(&str, i32); 12] = [
    ("z", 0),
    ("gmt", 0),
    ("utc", 0),
    ("ut", 0),
    ("est", -5),
    ("edt", -4),
    ("cst", -6),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
];

/// The place, from 1, of the name that `word` is, or that it shortens to at least three letters.
fn position(names: &[&str], word: &[u8]) -> Option<u32> {
    let fits = |name: &&str| word.len() >= 3 && name.as_bytes().get(..word.len()).is_some_and(|n| n.eq_ignore_ascii_case(word));
    names.iter().position(fits).map(|place| place as u32 + 1)
}

fn unexpected(rest: &[u8]) -> String {
    format!("\"{}\" is not understood", String::from_utf8_lossy(rest))
}

/// What is still to be read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn eat(&mut self, any_of: &[u8]) -> bool {
        let hit = self.0.first().is_some_and(|b| any_of.contains(b));
        if hit {
            self.0 = &self.0[1..];
        }
        hit
    }

    fn skip(&mut self, any_of: &[u8]) {
        while self.eat(any_of) {}
    }

    /// The digits that come next; they stay to be read.
    fn digits(&self) -> &'a [u8] {
        let end = self.0.iter().position(|b| !b.is_ascii_digit()).unwrap_or(self.0.len());
        &self.0[..end]
    }

    /// A number of exactly `count` digits, at most four.
    fn number(&mut self, count: usize) -> Option<u32> {
        let digits = self.0.get(..count).filter(|d| d.len() <= 4 && d.iter().all(u8::is_ascii_digit))?;
        self.0 = &self.0[count..];
        Some(digits.iter().fold(0, |n, d| n * 10 + u32::from(d - b'0')))
    }

    fn word(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|b| !b.is_ascii_alphabetic()).unwrap_or(self.0.len());
        let word = &self.0[..end];
        self.0 = &self.0[end..];
        word
    }

    /// `08:00:00.5`, `08:00`, `08`, `080000.5`, `0800`.
    fn time(&mut self) -> Parsed<TimeOfDay> {
        let hour = self.number(self.digits().len().clamp(1, 2)).ok_or("the hour is missing")?;
        let mut parts = [hour, 0, 0];
        let mut count = 1;
        while count < 3 && (self.eat(b":") || self.digits().len() >= 2) {
            parts[count] = self.number(2).ok_or("the minute or the second is missing")?;
            count += 1;
        }
        let mut nanoseconds = 0;
        if count == 3 && self.eat(b".,") {
            let digits = self.digits();
            nanoseconds = fraction_to_nanoseconds(digits);
            self.0 = &self.0[digits.len()..];
        }
        match parts {
            [hour, _, _] if hour > 23 => Err("hour must be in 0..23".to_owned()),
            [_, minute, _] if minute > 59 => Err("minute must be in 0..59".to_owned()),
            [_, _, second] if second > 59 => Err("second must be in 0..59".to_owned()),
            [hour, minute, second] => Ok(TimeOfDay { seconds: hour * 3600 + minute * 60 + second, nanoseconds }),
        }
    }

    /// A zone's name, its offset, or both (`GMT+01:00`), in seconds east of UTC; none is UTC.
    fn zone(&mut self) -> Parsed<i32> {
        let name = self.word();
        let hours = match ZONES.iter().find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name)) {
            Some((_, hours)) => *hours,
            None if name.is_empty() => 0,
            None => return Err(unexpected(name)),
        };
        let sign = match self.0.first() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ if name.is_empty() && !self.0.is_empty() => return Err(unexpected(self.0)),
            _ => return Ok(hours * 3600),
        };
        self.0 = &self.0[1..];
        let offset = self.time().map_err(|_| "the offset of the zone is not understood")?;
        Ok(hours * 3600 + sign * offset.seconds as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> String {
        timestamp(text).map_or_else(|reason| format!("! {reason}"), |t| t.to_string())
    }

    #[test]
    fn every_notation_of_one_instant() {
        for text in [
            "1422172800",
            " 1422172800.0 ",
            "1.4221728e9",
            "+1422172800",
            "2015-01-25T08:00:00Z",
            "2015-01-25T08:00:00.000Z",
            "2015-01-25t08:00:00z",
            "2015-01-25 08:00:00",
            "2015-01-25T08",
            "2015-01-25T08:00",
            "2015-01-25T0800",
            "2015-01-25T10:30+0230",
            "2015-01-25 09:00:00 +01",
            "2015-01-25T00:00:00-08:00",
            "2015-01-25T08:00:00 UTC",
            "20150125T080000Z",
            "2015/01/25 08:00",
            "Sun, 25 Jan 2015 08:00:00 GMT",
            "25 Jan 15 03:00 EST",
            "Sun, 25 Jan 2015 09:00:00 +0100",
            "Sunday, 25-Jan-15 08:00:00 GMT",
            "Sunday, 25-January-2015 08:00:00 Z",
            "Sun Jan 25 08:00:00 2015",
            "Sun Jan 25 08:00:00 UTC 2015",
            "Jan 25, 2015 08:00",
            "01/25/2015 08:00",
            "25/01/2015 08:00",
        ] {
            assert_eq!(at(text), "2015-01-25T08:00:00Z", "{text}");
        }
    }

    #[test]
    fn dates_alone_are_midnight() {
        assert_eq!(at("2015-01-25"), "2015-01-25T00:00:00Z");
        assert_eq!(at("25 Jan 1999"), "1999-01-25T00:00:00Z");
        assert_eq!(at("2016-02-29"), "2016-02-29T00:00:00Z");
        assert_eq!(at("0001-01-01T00:00:00Z"), "0001-01-01T00:00:00Z");
    }

    #[test]
    fn fractions_are_kept_to_the_nanosecond() {
        assert_eq!(at("1422172800.123456789999"), "2015-01-25T08:00:00.123456789Z");
        assert_eq!(at("-1.25"), "1969-12-31T23:59:58.750Z");
        assert_eq!(at(".5"), "1970-01-01T00:00:00.500Z");
        assert_eq!(at("2015-01-25T08:00:00,5Z"), "2015-01-25T08:00:00.500Z");
        assert_eq!(at("2015-01-25T08:00:00.1234567891+00:00"), "2015-01-25T08:00:00.123456789Z");
    }

    #[test]
    fn what_is_no_timestamp_says_why() {
        for (text, reason) in [
            ("", "it is empty"),
            ("nan", "\"nan\" is not understood"),
            ("2015-13-01", "month must be in 1..12"),
            ("2015-02-29", "day is out of range for month"),
            ("2015-02-", "the day is missing"),
            ("2015-01-25T24:00:00Z", "hour must be in 0..23"),
            ("2015-01-25T08:60", "minute must be in 0..59"),
            ("2015-01-25T08:00:00Q", "\"Q\" is not understood"),
            ("2015-01-25T08:00:00Zoo", "\"Zoo\" is not understood"),
            ("2015-01-25T08:00:00Z 7", "\" 7\" is not understood"),
            ("1422172800000", "the epoch seconds lie outside the years 0 to 9999"),
            ("99999999999999999999", "the epoch seconds lie outside the years 0 to 9999"),
            ("-9223372036854775807.5", "the epoch seconds lie outside the years 0 to 9999"),
            ("Sun, 25 Foo 2015", "\"Foo\" is not understood"),
            ("08:00", "the year is missing"),
            ("9999-12-31T23:59:59-01:00", "it lies outside the years 0 to 9999"),
        ] {
            assert_eq!(at(text), format!("! {reason}"), "{text}");
        }
    }

    #[test]
    fn hostile_text_is_refused() {
        for text in
            ["-", "+", ".", "-.", "é", "2015-é", "2015-01-25Té", "12:", "1:1:1:1", "\u{661}\u{662}", "2015-01-25T08:00:00+", "--5", "-+5"]
        {
            assert!(timestamp(text).is_err(), "{text}");
        }
    }
}
