//! A pull parser for JSON (RFC 8259) in memory: callers ask for what they expect and receive it without an intermediate
//! tree. `NaN`, `Infinity`, and `-Infinity` are accepted because some services write them.
//!
//! Nesting is bounded, and every error names the byte offset of the mistake.

use std::borrow::Cow;
use std::vec::Drain;

use crate::error::{Error, ErrorKind, Result};
use crate::value::{List, MAX_DEPTH, Number, Str, Value};

/// Parses a complete JSON text.
pub(crate) fn document(text: &str) -> Result<Value> {
    let mut json = Json::new(text);
    let value = json.any()?;
    json.end()?;
    Ok(value)
}

/// A position in a JSON text.
pub(crate) struct Json<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// The items of the arrays and the entries of the maps that are being read, the innermost at the end. From here they move to lists
    /// and maps of exactly their size.
    items: Vec<Value>,
    entries: Vec<(Str, Value)>,
}

impl<'a> Json<'a> {
    pub(crate) fn new(text: &'a str) -> Json<'a> {
        Json { text, at: 0, depth: 0, items: Vec::new(), entries: Vec::new() }
    }

    /// Returns the first byte of the next token without consuming it.
    #[inline]
    pub(crate) fn peek(&mut self) -> Result<u8> {
        self.skip_space();
        self.byte().ok_or_else(|| self.error("unexpected end of text"))
    }

    /// Checks that only white space follows.
    pub(crate) fn end(&mut self) -> Result<()> {
        self.skip_space();
        match self.byte() {
            None => Ok(()),
            Some(_) => Err(self.error("unexpected text after the end of the document")),
        }
    }

    /// Reads an object. `member` receives each key and must read its value.
    pub(crate) fn object(&mut self, mut member: impl FnMut(&mut Self, Cow<'a, str>) -> Result<()>) -> Result<()> {
        self.open(b'{', "an object")?;
        if self.peek()? == b'}' {
            return self.close();
        }
        loop {
            if self.peek()? != b'"' {
                return Err(self.error("expected a key"));
            }
            let key = self.quoted()?;
            if self.peek()? != b':' {
                return Err(self.error("expected ':'"));
            }
            self.at += 1;
            member(self, key)?;
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => return self.close(),
                _ => return Err(self.error("expected ',' or '}'")),
            }
        }
    }

    /// Reads an array. `item` must read one value.
    pub(crate) fn array(&mut self, mut item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.open(b'[', "an array")?;
        if self.peek()? == b']' {
            return self.close();
        }
        loop {
            item(self)?;
            match self.peek()? {
                b',' => self.at += 1,
                b']' => return self.close(),
                _ => return Err(self.error("expected ',' or ']'")),
            }
        }
    }

    /// Reads an array and returns its items. `item` must read the value with the index that it receives.
    pub(crate) fn items(&mut self, mut item: impl FnMut(&mut Self, usize) -> Result<Value>) -> Result<Drain<'_, Value>> {
        let start = self.items.len();
        self.array(|json| {
            let value = item(json, json.items.len() - start)?;
            json.items.push(value);
            Ok(())
        })?;
        Ok(self.items.drain(start..))
    }

    /// Reads an object and returns its entries. `value` receives each key and must read its value.
    pub(crate) fn entries(&mut self, mut value: impl FnMut(&mut Self, &str) -> Result<Value>) -> Result<Drain<'_, (Str, Value)>> {
        /// Most objects have fewer entries.
        const USUAL: usize = 16;
        let start = self.entries.len();
        self.entries.reserve(USUAL);
        self.object(|json, key| {
            let value = value(json, &key)?;
            json.entries.push((Str::from(key), value));
            Ok(())
        })?;
        Ok(self.entries.drain(start..))
    }

    /// Reads a string, which is borrowed unless it contains escapes.
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>> {
        match self.peek()? {
            b'"' => self.quoted(),
            _ => Err(self.error("expected a string")),
        }
    }

    /// Reads the string whose quotation mark was seen.
    #[inline]
    pub(crate) fn quoted(&mut self) -> Result<Cow<'a, str>> {
        let start = self.at + 1;
        // Most strings are short.
        if let Some(word) = self.text.as_bytes()[start..].first_chunk()
            && let Some(length) = first_special(u64::from_le_bytes(*word))
            && word[length] == b'"'
        {
            self.at = start + length + 1;
            return Ok(Cow::Borrowed(&self.text[start..start + length]));
        }
        self.long(start)
    }

    fn long(&mut self, start: usize) -> Result<Cow<'a, str>> {
        let stop = self.plain(start);
        match self.text.as_bytes().get(stop) {
            Some(b'"') => {
                self.at = stop + 1;
                Ok(Cow::Borrowed(&self.text[start..stop]))
            }
            _ => self.escaped(start, stop).map(Cow::Owned),
        }
    }

    /// Reads any value.
    pub(crate) fn any(&mut self) -> Result<Value> {
        Ok(match self.peek()? {
            b'{' => Value::Map(self.entries(|json, _| json.any())?.collect()),
            b'[' => Value::List(List::from(self.items(|json, _| json.any())?.collect::<Vec<_>>())),
            b'"' => Value::String(Str::from(self.quoted()?)),
            _ => self.plain_scalar()?,
        })
    }

    /// Skips one value.
    pub(crate) fn skip(&mut self) -> Result<()> {
        match self.peek()? {
            b'{' => self.object(|json, _| json.skip()),
            b'[' => self.array(Json::skip),
            b'"' => self.quoted().map(|_| ()),
            _ => self.plain_scalar().map(|_| ()),
        }
    }

    pub(crate) fn error(&self, what: &str) -> Error {
        Error::new(ErrorKind::ResponseParser, format!("Unable to parse response, invalid JSON received: byte {}: {what}", self.at))
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
    }

    /// Skips the next value if it is an empty string, array, or object.
    pub(crate) fn skip_empty(&mut self) -> Result<bool> {
        let end = match self.peek()? {
            b'"' => b'"',
            b'[' => b']',
            b'{' => b'}',
            _ => return Ok(false),
        };
        let start = self.at;
        self.at += 1;
        if end != b'"' {
            self.skip_space();
        }
        if self.byte() == Some(end) {
            self.at += 1;
            return Ok(true);
        }
        self.at = start;
        Ok(false)
    }

    #[inline]
    fn open(&mut self, bracket: u8, what: &str) -> Result<()> {
        if self.peek()? != bracket {
            return Err(self.error(&format!("expected {what}")));
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(&format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.at += 1;
        Ok(())
    }

    #[inline]
    fn close(&mut self) -> Result<()> {
        self.at += 1;
        self.depth -= 1;
        Ok(())
    }

    /// Returns the end of the run of unescaped characters that starts at `from`.
    fn plain(&self, from: usize) -> usize {
        let rest = &self.text.as_bytes()[from..];
        let mut at = 0;
        while let Some(word) = rest[at..].first_chunk() {
            match first_special(u64::from_le_bytes(*word)) {
                Some(index) => return from + at + index,
                None => at += 8,
            }
        }
        let special = rest[at..].iter().position(|b| matches!(b, b'"' | b'\\' | 0..0x20));
        from + special.map_or(rest.len(), |length| at + length)
    }

    fn escaped(&mut self, start: usize, mut stop: usize) -> Result<String> {
        let mut out = String::with_capacity(stop - start + 16);
        let mut from = start;
        loop {
            out.push_str(&self.text[from..stop]);
            self.at = stop;
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(_) => return Err(self.error("unescaped control character in a string")),
                None => return Err(self.error("unexpected end of text in a string")),
            }
            from = self.at;
            stop = self.plain(from);
        }
    }

    /// Reads an escape sequence, starting at its backslash.
    fn escape(&mut self) -> Result<char> {
        let kind = self.text.as_bytes().get(self.at + 1).copied();
        let char = match kind {
            Some(c @ (b'"' | b'\\' | b'/')) => char::from(c),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.error("unknown escape sequence")),
        };
        self.at += 2;
        Ok(char)
    }

    /// Reads `\uXXXX`, or two of them for a surrogate pair. An unpaired surrogate becomes U+FFFD.
    fn unicode(&mut self) -> Result<char> {
        let unit = self.hex4(self.at)?;
        self.at += 6;
        if (0xD800..0xDC00).contains(&unit) && self.text.as_bytes()[self.at..].starts_with(b"\\u") {
            let low = self.hex4(self.at)?;
            if (0xDC00..0xE000).contains(&low) {
                self.at += 6;
                let code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
        Ok(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&self, escape: usize) -> Result<u32> {
        let digits = self.text.as_bytes().get(escape + 2..escape + 6).unwrap_or_default();
        let unit = digits.iter().try_fold(0, |unit, digit| Some(unit * 16 + char::from(*digit).to_digit(16)?));
        match unit {
            Some(unit) if digits.len() == 4 => Ok(unit),
            _ => Err(self.error("expected four hexadecimal digits after \\u")),
        }
    }

    /// Reads a literal or a number.
    fn plain_scalar(&mut self) -> Result<Value> {
        match self.byte() {
            Some(b'n') => self.literal("null", Value::Null),
            Some(b't') => self.literal("true", Value::Bool(true)),
            Some(b'f') => self.literal("false", Value::Bool(false)),
            Some(b'N') => self.literal("NaN", Value::Float(f64::NAN)),
            Some(b'I') => self.literal("Infinity", Value::Float(f64::INFINITY)),
            Some(b'-') if self.rest().starts_with(b"-I") => self.literal("-Infinity", Value::Float(f64::NEG_INFINITY)),
            _ => self.number(),
        }
    }

    fn literal(&mut self, literal: &str, value: Value) -> Result<Value> {
        if !self.rest().starts_with(literal.as_bytes()) {
            return Err(self.error("expected a value"));
        }
        self.at += literal.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Value> {
        let rest = self.rest();
        if let Some((value, length)) = usual_number(&self.text[self.at..]) {
            self.at += length;
            return Ok(value);
        }
        let length = rest.iter().position(|b| !matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')).unwrap_or(rest.len());
        let value = number(&self.text[self.at..self.at + length]).ok_or_else(|| self.error("expected a value"))?;
        self.at += length;
        Ok(value)
    }

    #[inline]
    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }
}

/// Reads a decimal without an exponent or an integer of up to 15 digits, the usual forms of numbers, and returns its length. Everything
/// else, invalid numbers included, is left to [`number`].
fn usual_number(text: &str) -> Option<(Value, usize)> {
    /// Integers and powers of ten up to this number of digits are exact as floats.
    const EXACT: usize = 15;
    const POWERS: [f64; EXACT + 1] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let is_negative = text.starts_with('-');
    let digits = &text.as_bytes()[usize::from(is_negative)..];
    let (mut length, mut mantissa, mut point) = (0, 0_i64, None);
    loop {
        match digits.get(length) {
            Some(digit @ b'0'..=b'9') => mantissa = mantissa.wrapping_mul(10).wrapping_add((digit - b'0').into()),
            Some(b'.') if point.is_none() => point = Some(length),
            Some(b'.' | b'e' | b'E' | b'+' | b'-') => return None,
            _ => break,
        }
        length += 1;
    }
    let whole = point.unwrap_or(length);
    let places = length - point.map_or(length, |point| point + 1);
    let is_exact = whole + places <= EXACT;
    if whole == 0 || (whole > 1 && digits[0] == b'0') || (point.is_some() && places == 0) {
        return None;
    }
    let end = length + usize::from(is_negative);
    let value = match point {
        // The quotient of exact numbers is rounded once, as the decimal would be.
        Some(_) if is_exact => {
            let float = mantissa as f64 / POWERS[places];
            Value::Float(if is_negative { -float } else { float })
        }
        Some(_) => Value::Float(text[..end].parse().ok()?),
        // `-0` keeps its sign.
        None if !is_exact || (is_negative && mantissa == 0) => return None,
        None => Value::Int(if is_negative { -mantissa } else { mantissa }),
    };
    Some((value, end))
}

/// Converts a number: integers are exact regardless of size; all others become binary floats.
fn number(digits: &str) -> Option<Value> {
    let unsigned = digits.strip_prefix('-').unwrap_or(digits).as_bytes();
    let canonical = digits == "0" || (!unsigned.is_empty() && unsigned[0] != b'0' && unsigned.iter().all(u8::is_ascii_digit));
    if canonical && let Ok(n) = digits.parse() {
        return Some(Value::Int(n));
    }
    let number = Number::parse(digits)?;
    Some(if number.is_integer() { Value::Number(number) } else { Value::Float(number.to_f64()) })
}

/// The index of the first of eight bytes that is a quotation mark, a backslash, or a control character.
#[inline]
fn first_special(word: u64) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // A byte below `limit` borrows into its high bit; bytes of 128 and more are left out. A borrow can only mark bytes after a byte
    // that is marked rightly.
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & HIGH;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let special = below(word, 0x20) | is(b'"') | is(b'\\');
    (special != 0).then_some(special.trailing_zeros() as usize / 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn integers_are_exact_and_decimals_are_floats() {
        let v = document("[0, -1, 9223372036854775807, 9223372036854775808, 1.5, 1e3, -0, NaN, -Infinity]").unwrap();
        assert_eq!(v[2], Value::Int(i64::MAX));
        assert!(matches!(&v[3], Value::Number(n) if n.as_str() == "9223372036854775808"));
        assert_eq!(v[5], Value::Float(1000.0));
        assert!(matches!(&v[6], Value::Number(n) if n.as_str() == "-0") && v[6] == 0);
        assert!(v[7].as_float().unwrap().is_nan());
        assert_eq!(v[8], Value::Float(f64::NEG_INFINITY));
    }

    #[test]
    fn short_decimals_are_the_nearest_floats() {
        let texts = (0..2000_u64).flat_map(|n| {
            let digits = (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 1_000_000_000_000_000).to_string();
            (1..digits.len()).map(move |point| format!("{}.{}", &digits[..point], &digits[point..]))
        });
        for text in texts.chain(
            ["0.0", "0.1", "-0.0", "-1.5", "999999999999999.9", "359.69709127382146", "0.00000000000001", "00.5", "5.", ".5", "-"]
                .map(str::to_owned),
        ) {
            let expected = Number::parse(&text).map(|number| Value::Float(number.to_f64()));
            match (document(&text), expected) {
                (Ok(Value::Float(read)), Some(Value::Float(nearest))) => assert_eq!(read.to_bits(), nearest.to_bits(), "{text}"),
                (read, expected) => assert!(read.is_err() && expected.is_none(), "{text}"),
            }
        }
        assert_eq!(document("[-12, 9999999999999999, 0]").unwrap(), value!([-12, 9_999_999_999_999_999_i64, 0]));
    }

    #[test]
    fn escapes_and_surrogates() {
        let v = document(r#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\ud83dx\udc00""#).unwrap();
        assert_eq!(v, value!("a\"\\/\u{8}\u{c}\n\r\té😀\u{fffd}x\u{fffd}"));
    }

    #[test]
    fn special_characters_end_a_string_at_every_offset() {
        for length in 0..40 {
            for filler in ["a", "é", "\u{7f}", "€"] {
                let plain = filler.repeat(length);
                assert_eq!(document(&format!("\"{plain}\"")).unwrap(), Value::from(plain.as_str()));
                assert_eq!(document(&format!("\"{plain}\\n\"")).unwrap(), Value::from(format!("{plain}\n")));
                assert!(document(&format!("\"{plain}\u{1f}\"")).is_err());
            }
        }
    }

    #[test]
    fn the_last_of_two_equal_keys_wins() {
        assert_eq!(document(r#"{"a": 1, "a": {"b": []}}"#).unwrap(), value!({"a": {"b": []}}));
    }

    #[test]
    fn invalid_json_is_an_error_with_its_offset() {
        for (text, byte) in [
            ("", 0),
            ("[1,]", 3),
            ("{\"a\" 1}", 5),
            ("[1 2]", 3),
            ("\"\u{1}\"", 1),
            ("\"\\x\"", 1),
            ("\"\\u12g4\"", 1),
            ("01", 0),
            ("1.", 0),
            ("truth", 0),
            ("{} x", 3),
            ("\"abc", 4),
        ] {
            let error = document(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ResponseParser);
            assert!(error.message().contains(&format!("byte {byte}:")), "{text}: {error}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        assert!(document(&format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH))).is_ok());
        assert!(document(&"[".repeat(1_000_000)).unwrap_err().message().contains("nest"));
        assert!(Json::new(&"{\"a\":".repeat(1_000_000)).skip().unwrap_err().message().contains("nest"));
    }
}
