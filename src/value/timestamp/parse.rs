//! Parses timestamps in every notation that services and users write.
//!
//! Numbers and ISO 8601, which nearly all responses use, are recognized by their first bytes. Everything else (RFC 822, RFC 850,
//! `asctime`, dates as people write them) is read part by part, in any order. The time zone database is deliberately not used.

use time::{Date, Month};

use super::{Notation, Timestamp};

/// The result of parsing, or the reason why the text is not a timestamp.
type Parsed<T> = Result<T, String>;

pub(super) fn timestamp(text: &str) -> Parsed<Timestamp> {
    let trimmed = text.trim();
    let bytes = trimmed.as_bytes();
    if bytes.len() == 14 && bytes.iter().all(u8::is_ascii_digit) {
        return compact(trimmed);
    }
    // The usual notation needs no search for another one.
    if matches!(bytes, [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-', b'0'..=b'9', ..]) {
        return iso8601(trimmed);
    }
    if let Some(epoch) = epoch(trimmed) {
        let epoch = epoch.map(|epoch| epoch.written_as(Notation::Epoch));
        return epoch.ok_or_else(|| "the epoch seconds are outside the years 0 to 9999".to_owned());
    }
    let digits = bytes.iter().position(|b| !b.is_ascii_digit()).unwrap_or(bytes.len());
    match (digits, &bytes[digits..]) {
        (0, []) => Err("it is empty".to_owned()),
        (4, [b'-' | b'/' | b'.', b'0'..=b'9', ..]) | (8, [b'T' | b't' | b' ', ..]) => iso8601(trimmed),
        _ => any_order(trimmed),
    }
}

/// Seconds since the epoch. Returns `None` if the text is not a number, and `Some(None)` if it is out of range.
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
        // An exponent; "nan" and "inf" were rejected above.
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

/// Parses `20150125080000`. The number would be out of range as epoch seconds.
fn compact(text: &str) -> Parsed<Timestamp> {
    let mut reader = Reader(text.as_bytes());
    let mut number = |count| reader.number(count).unwrap_or_default();
    let date = calendar_date(number(4), number(2), number(2))?;
    Fields { time: reader.time()?, ..Fields::default() }.timestamp(date)
}

/// Parses `2015-01-25T08:00:00.5+01:00` and its variants: without separators, with other separators, with single digits, and
/// without the smaller units.
fn iso8601(text: &str) -> Parsed<Timestamp> {
    let mut reader = Reader(text.as_bytes());
    let year = reader.number(4).ok_or("the year is missing")?;
    let separated = reader.eat(b"-/.");
    let digits = |reader: &Reader| if separated { reader.digits().len().clamp(1, 2) } else { 2 };
    let month = reader.number(digits(&reader)).ok_or("the month is missing")?;
    let day = match reader.eat(b"-/.") || !separated {
        true => reader.number(digits(&reader)).ok_or("the day is missing")?,
        false => 1,
    };
    let date = calendar_date(year, month, day)?;
    let mut fields = Fields::default();
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
    fields.timestamp(date)
}

/// Parses RFC 822, RFC 850, `asctime`, and dates as people write them.
fn any_order(text: &str) -> Parsed<Timestamp> {
    let mut reader = Reader(text.as_bytes());
    let mut date = DateParts::default();
    let mut fields = Fields::default();
    let mut time_seen = false;
    loop {
        reader.skip(b" ,");
        match reader.0 {
            [] => break,
            [b'0'..=b'9', ..] if reader.at_time() => {
                fields.time = reader.time()?;
                time_seen = true;
            }
            [b'0'..=b'9', ..] => date.take_number(&mut reader)?,
            // A comment, such as the name of the zone after its offset (RFC 2822, section 3.2.3).
            [b'(', ..] if time_seen => reader.skip_comment()?,
            [b'+' | b'-', ..] if time_seen => fields.offset = reader.zone()?,
            _ => {
                let is_name = date.take_name(&mut reader);
                if !is_name && time_seen {
                    fields.offset = reader.zone()?;
                } else if !is_name {
                    let word = reader.word();
                    return Err(unexpected(if word.is_empty() { reader.0 } else { word }));
                }
            }
        }
    }
    let timestamp = fields.timestamp(date.resolve()?)?;
    Ok(if timestamp.has_zone() { timestamp.written_as(Notation::Named) } else { timestamp })
}

/// The time of day and the offset from UTC.
#[derive(Default)]
struct Fields {
    time: TimeOfDay,
    /// Seconds east of UTC, if the text has a zone.
    offset: Option<i32>,
}

#[derive(Default)]
struct TimeOfDay {
    seconds: u32,
    nanoseconds: u32,
}

impl Fields {
    fn timestamp(self, date: Date) -> Parsed<Timestamp> {
        let days = i64::from(date.to_julian_day() - JULIAN_DAY_OF_EPOCH);
        let seconds = days * 86400 + i64::from(self.time.seconds) - i64::from(self.offset.unwrap_or(0));
        let timestamp = Timestamp::checked(seconds, self.time.nanoseconds).ok_or("it is outside the years 0 to 9999")?;
        Ok(if self.offset.is_some() { timestamp } else { timestamp.without_zone() })
    }
}

fn calendar_date(year: u32, month: u32, day: u32) -> Parsed<Date> {
    let month = u8::try_from(month).ok().and_then(|m| Month::try_from(m).ok()).ok_or("month must be in 1..12")?;
    Date::from_calendar_date(year as i32, month, day as u8).map_err(|_| "day is out of range for month".to_owned())
}

/// The parts of a date in the order in which they were read.
#[derive(Default)]
struct DateParts {
    /// Up to three numbers, each with its number of digits.
    numbers: Vec<(usize, u32)>,
    month: Option<u32>,
}

impl DateParts {
    fn take_number(&mut self, reader: &mut Reader) -> Parsed<()> {
        let digits = reader.digits();
        match reader.number(digits.len()) {
            Some(number) if matches!(digits.len(), 1 | 2 | 4) && self.numbers.len() < 3 => self.numbers.push((digits.len(), number)),
            _ => return Err(unexpected(digits)),
        }
        for suffix in [b"st", b"nd", b"rd", b"th"] {
            if let Some(rest) = reader.0.strip_prefix(suffix) {
                reader.0 = rest;
            }
        }
        reader.eat(b"-/.");
        Ok(())
    }

    /// Reads the name of a month or a weekday, if there is one.
    fn take_name(&mut self, reader: &mut Reader) -> bool {
        let start = reader.0;
        let word = reader.word();
        match position(&MONTHS, word) {
            Some(month) if self.month.is_none() => self.month = Some(month),
            _ if position(&WEEKDAYS, word).is_some() => {}
            _ => {
                reader.0 = start;
                return false;
            }
        }
        reader.eat(b"-/.");
        true
    }

    /// A year of four digits comes first or last, one of two digits last. The month precedes the day unless that is impossible
    /// (as in boto3).
    fn resolve(&self) -> Parsed<Date> {
        let (year, month, day) = match (self.numbers.as_slice(), self.month) {
            ([year @ (4, _), (1 | 2, day)] | [(1 | 2, day), year], Some(month)) => (year, month, *day),
            ([year @ (4, _), (1 | 2, month), (1 | 2, day)], None) => (year, *month, *day),
            ([(1 | 2, day @ 13..), (1 | 2, month), year] | [(1 | 2, month), (1 | 2, day), year], None) => (year, *month, *day),
            ([.., (4, _)], None) => return Err("the month or the day is missing".to_owned()),
            ([(4, _)], Some(_)) => return Err("the day is missing".to_owned()),
            ([] | [_], _) | ([_, _], None) => return Err("the year is missing".to_owned()),
            _ => return Err("the order of its numbers is not understood".to_owned()),
        };
        match *year {
            (1, _) => Err("the year must have two or four digits".to_owned()),
            (2, year @ ..50) => calendar_date(2000 + year, month, day),
            (2, year) => calendar_date(1900 + year, month, day),
            (_, year) => calendar_date(year, month, day),
        }
    }
}

const JULIAN_DAY_OF_EPOCH: i32 = 2_440_588;
const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The zones that have names (RFC 2822, section 4.3), with their hours east of UTC.
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

/// Returns the position, from 1, of the name that equals `word` or that `word` abbreviates to at least three letters.
fn position(names: &[&str], word: &[u8]) -> Option<u32> {
    let fits = |name: &&str| word.len() >= 3 && name.as_bytes().get(..word.len()).is_some_and(|n| n.eq_ignore_ascii_case(word));
    names.iter().position(fits).map(|index| index as u32 + 1)
}

fn unexpected(rest: &[u8]) -> String {
    format!("\"{}\" is not understood", String::from_utf8_lossy(rest))
}

/// The rest of the text.
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

    fn skip_comment(&mut self) -> Parsed<()> {
        let end = self.0.iter().position(|b| *b == b')').ok_or_else(|| unexpected(self.0))?;
        self.0 = &self.0[end + 1..];
        Ok(())
    }

    /// Returns the next digits without consuming them.
    fn digits(&self) -> &'a [u8] {
        let end = self.0.iter().position(|b| !b.is_ascii_digit()).unwrap_or(self.0.len());
        &self.0[..end]
    }

    /// Reads a number of exactly `count` digits, at most four.
    fn number(&mut self, count: usize) -> Option<u32> {
        let digits = self.0.get(..count).filter(|d| (1..=4).contains(&d.len()) && d.iter().all(u8::is_ascii_digit))?;
        self.0 = &self.0[count..];
        Some(digits.iter().fold(0, |n, d| n * 10 + u32::from(d - b'0')))
    }

    fn word(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|b| !b.is_ascii_alphabetic()).unwrap_or(self.0.len());
        let word = &self.0[..end];
        self.0 = &self.0[end..];
        word
    }

    /// Returns whether a time of day follows: an hour with `:` or with `am` or `pm`.
    fn at_time(&self) -> bool {
        let digits = self.digits().len();
        let mut rest = Reader(&self.0[digits..]);
        digits <= 2 && (rest.0.first() == Some(&b':') || rest.half_of_day().is_some())
    }

    /// Reads `am`, `a.m.`, `a`, or one of their counterparts, and returns the hour at which that half of the day begins.
    fn half_of_day(&mut self) -> Option<u32> {
        let mut reader = Reader(self.0);
        reader.skip(b" ");
        // A single letter after a space is a military time zone.
        let adjacent = reader.0.len() == self.0.len();
        let start = match reader.word().to_ascii_lowercase().as_slice() {
            b"am" => 0,
            b"pm" => 12,
            half @ (b"a" | b"p") => {
                match reader.0 {
                    [b'.', b'm' | b'M', rest @ ..] => reader.0 = rest.strip_prefix(b".").unwrap_or(rest),
                    _ if adjacent => {}
                    _ => return None,
                }
                if half == b"p" { 12 } else { 0 }
            }
            _ => return None,
        };
        self.0 = reader.0;
        Some(start)
    }

    /// Reads `08:00:00.5`, `8:00`, `08`, `080000.5`, `0800`, or `8:00 am`.
    fn time(&mut self) -> Parsed<TimeOfDay> {
        let hour = self.number(self.digits().len().clamp(1, 2)).ok_or("the hour is missing")?;
        let mut parts = [hour, 0, 0];
        let mut count = 1;
        while count < 3 {
            let digits = match (self.eat(b":"), self.digits().len()) {
                (true, digits) => digits.clamp(1, 2),
                (false, 2..) => 2,
                (false, _) => break,
            };
            parts[count] = self.number(digits).ok_or("the minute or the second is missing")?;
            count += 1;
        }
        let mut nanoseconds = 0;
        if count == 3 && self.eat(b".,") {
            let digits = self.digits();
            nanoseconds = fraction_to_nanoseconds(digits);
            self.0 = &self.0[digits.len()..];
        }
        if let Some(start) = self.half_of_day() {
            parts[0] = match parts[0] {
                hour @ 0..=12 => hour % 12 + start,
                _ => return Err("hour must be in 0..12 with am or pm".to_owned()),
            };
        }
        match parts {
            [hour, _, _] if hour > 23 => Err("hour must be in 0..23".to_owned()),
            [_, minute, _] if minute > 59 => Err("minute must be in 0..59".to_owned()),
            [_, _, second] if second > 59 => Err("second must be in 0..59".to_owned()),
            [hour, minute, second] => Ok(TimeOfDay { seconds: hour * 3600 + minute * 60 + second, nanoseconds }),
        }
    }

    /// Reads the name of a zone or an offset, in seconds east of UTC, if there is one.
    fn zone(&mut self) -> Parsed<Option<i32>> {
        let name = self.word();
        let hours = ZONES.iter().find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name)).map(|(_, hours)| *hours);
        if !name.is_empty() && hours.is_none() {
            let name = String::from_utf8_lossy(name);
            return Err(format!("the time zone \"{name}\" is unknown; use an offset such as +01:00"));
        }
        let sign = match self.0.first() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(_) if name.is_empty() => return Err(unexpected(self.0)),
            _ => return Ok(hours.map(|hours| hours * 3600)),
        };
        self.0 = &self.0[1..];
        let offset = self.offset().ok_or("the offset of the zone is not understood")?;
        if !name.is_empty() && offset != 0 {
            // Some read `GMT+3` as three hours east of Greenwich, others, such as boto3, as three hours west of it.
            let name = String::from_utf8_lossy(name);
            return Err(format!("the time zone \"{name}\" with an offset is ambiguous; use the offset alone"));
        }
        Ok(Some(sign * offset))
    }

    /// Reads `1`, `01`, `0130`, `1:30`, or `01:30`, in seconds.
    fn offset(&mut self) -> Option<i32> {
        let hours = self.number(self.digits().len().clamp(1, 2))?;
        let minutes = if self.eat(b":") || !self.digits().is_empty() { self.number(2)? } else { 0 };
        (hours < 24 && minutes < 60).then_some((hours * 3600 + minutes * 60) as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> String {
        timestamp(text).map_or_else(|reason| format!("! {reason}"), |t| t.to_string())
    }

    #[test]
    fn every_notation_of_one_point_in_time() {
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
    fn a_date_without_a_time_is_midnight() {
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
    fn an_invalid_timestamp_says_why() {
        for (text, reason) in [
            ("", "it is empty"),
            ("nan", "\"nan\" is not understood"),
            ("2015-13-01", "month must be in 1..12"),
            ("2015-02-29", "day is out of range for month"),
            ("2015-02-", "the day is missing"),
            ("2015-01-25T24:00:00Z", "hour must be in 0..23"),
            ("2015-01-25T08:60", "minute must be in 0..59"),
            ("2015-01-25T08:00:00Q", "the time zone \"Q\" is unknown; use an offset such as +01:00"),
            ("2015-01-25T08:00:00Zoo", "the time zone \"Zoo\" is unknown; use an offset such as +01:00"),
            ("2015-01-25T08:00:00Z 7", "\" 7\" is not understood"),
            ("1422172800000", "the epoch seconds are outside the years 0 to 9999"),
            ("99999999999999999999", "the epoch seconds are outside the years 0 to 9999"),
            ("-9223372036854775807.5", "the epoch seconds are outside the years 0 to 9999"),
            ("Sun, 25 Foo 2015", "\"Foo\" is not understood"),
            ("08:00", "the year is missing"),
            ("9999-12-31T23:59:59-01:00", "it is outside the years 0 to 9999"),
        ] {
            assert_eq!(at(text), format!("! {reason}"), "{text}");
        }
    }

    #[test]
    fn hostile_text_is_rejected() {
        for (text, reason) in [
            ("-", "\"-\" is not understood"),
            ("+", "\"+\" is not understood"),
            (".", "\".\" is not understood"),
            ("-.", "\"-.\" is not understood"),
            ("é", "\"é\" is not understood"),
            ("2015-é", "\"é\" is not understood"),
            ("2015-01-25Té", "the hour is missing"),
            ("12:", "the minute or the second is missing"),
            ("1:1:1:1", "\":1\" is not understood"),
            ("\u{661}\u{662}", "\"\u{661}\u{662}\" is not understood"),
            ("2015-01-25T08:00:00+", "the offset of the zone is not understood"),
            ("--5", "\"--5\" is not understood"),
            ("-+5", "\"-+5\" is not understood"),
        ] {
            assert_eq!(at(text), format!("! {reason}"), "{text}");
        }
    }

    /// The results are boto3's, in which a text without a zone is naive, that is, means UTC when sent.
    #[test]
    fn dates_as_people_write_them() {
        for (text, expected) in [
            ("2024-1-2", "2024-01-02T00:00:00Z"),
            ("2024/1/2", "2024-01-02T00:00:00Z"),
            ("2024.01.02", "2024-01-02T00:00:00Z"),
            ("2024 01 02", "2024-01-02T00:00:00Z"),
            ("2024-Jan-02", "2024-01-02T00:00:00Z"),
            ("2024-01-02T03:4:05Z", "2024-01-02T03:04:05Z"),
            ("2024-1-2T3:4:5Z", "2024-01-02T03:04:05Z"),
            ("20240102030405", "2024-01-02T03:04:05Z"),
            ("Jan 2, 2024 3:04 PM", "2024-01-02T15:04:00Z"),
            ("3:04 PM Jan 2, 2024", "2024-01-02T15:04:00Z"),
            ("January 2nd, 2024, 3:04:05.678 p.m.", "2024-01-02T15:04:05.678Z"),
            ("Jan. 2, 2024", "2024-01-02T00:00:00Z"),
            ("Sept 2, 2024", "2024-09-02T00:00:00Z"),
            ("1 Jul 2022 10:11 PM", "2022-07-01T22:11:00Z"),
            ("2024-01-02 3 pm", "2024-01-02T15:00:00Z"),
            ("2024-01-02 12:04 AM", "2024-01-02T00:04:00Z"),
            ("2024-01-02 3:04p", "2024-01-02T15:04:00Z"),
            ("2024-01-02 12:04PM", "2024-01-02T12:04:00Z"),
            ("01-02-2024", "2024-01-02T00:00:00Z"),
            ("31-12-2024", "2024-12-31T00:00:00Z"),
            ("12/31/2024 11:59 PM", "2024-12-31T23:59:00Z"),
            ("1.2.2024", "2024-01-02T00:00:00Z"),
            ("10-11-12", "2012-10-11T00:00:00Z"),
            ("03:04:05 01-02-2024", "2024-01-02T03:04:05Z"),
            ("Tue, 2 Jan 2024 15:04:05 -0500 (EST)", "2024-01-02T20:04:05Z"),
            ("2024-01-02T03:04:05-5:30", "2024-01-02T08:34:05Z"),
            ("2024-01-02T03:04:05+1", "2024-01-02T02:04:05Z"),
        ] {
            assert_eq!(at(text), expected, "{text}");
        }
    }

    #[test]
    fn only_the_zones_of_rfc_2822_have_names() {
        for (zone, hour) in [
            ("GMT", 15),
            ("UT", 15),
            ("EST", 20),
            ("EDT", 19),
            ("CST", 21),
            ("CDT", 20),
            ("MST", 22),
            ("MDT", 21),
            ("PST", 23),
            ("PDT", 22),
        ] {
            assert_eq!(at(&format!("Tue, 2 Jan 2024 15:00:00 {zone}")), format!("2024-01-02T{hour}:00:00Z"));
        }
        for zone in ["CET", "BST", "A", "JST", "America"] {
            for date in ["Tue, 2 Jan 2024 15:00:00", "2024-01-02T15:00:00"] {
                let reason = format!("! the time zone \"{zone}\" is unknown; use an offset such as +01:00");
                assert_eq!(at(&format!("{date} {zone}")), reason);
            }
        }
        assert_eq!(at("2024-01-02T15:00:00 GMT+3"), "! the time zone \"GMT\" with an offset is ambiguous; use the offset alone");
        assert_eq!(at("2024-01-02T15:00:00 GMT+00:00"), "2024-01-02T15:00:00Z");
    }

    #[test]
    fn a_text_without_a_zone_is_marked() {
        for (text, has_zone) in [
            ("2024-01-02T03:04:05", false),
            ("2024-01-02", false),
            ("Tue Jan  2 03:04:05 2024", false),
            ("20240102T030405", false),
            ("2024-01-02T03:04:05Z", true),
            ("2024-01-02T03:04:05+00:00", true),
            ("Tue, 2 Jan 2024 03:04:05 GMT", true),
            ("1704164645", true),
            ("1704164645.5", true),
        ] {
            assert_eq!(timestamp(text).unwrap().has_zone(), has_zone, "{text}");
        }
        assert_eq!(timestamp("2024-01-02T03:04:05"), timestamp("2024-01-02T03:04:05Z"));
    }

    #[test]
    fn incomplete_dates_are_rejected() {
        for (text, reason) in [
            ("Jan 2024", "the day is missing"),
            ("Jan 2", "the year is missing"),
            ("01-2024", "the month or the day is missing"),
            ("1-2-3", "the year must have two or four digits"),
            ("01 2024 02", "the order of its numbers is not understood"),
            ("1-2-3-4", "\"4\" is not understood"),
            ("2024-01-02 13:11 PM", "hour must be in 0..12 with am or pm"),
            ("2024-01-02T03:04:05+25:00", "the offset of the zone is not understood"),
            ("2024-W01-2", "\"W\" is not understood"),
        ] {
            assert_eq!(at(text), format!("! {reason}"), "{text}");
        }
    }
}
