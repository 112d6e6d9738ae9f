//! Python's notation for floats, strings, and values: on the wire, where it must match botocore byte for byte, and in
//! messages that follow boto3's wording.

use std::fmt::{self, Write};

use crate::value::{Timestamp, Value};

/// Appends `number` as Python's `repr` writes it: the fewest digits that read back as the same double (ties go to the
/// nearest, then to the even digit), `3.0` for whole numbers, and an exponent of at least two digits from 1e+16 up and
/// below 0.0001. NaN and the infinities are `NaN`, `Infinity`, and `-Infinity`.
pub(crate) fn push_float(out: &mut String, number: f64) {
    let mut buffer = [0; 32];
    match number.abs() {
        x if x.is_nan() => out.push_str("NaN"),
        x if x.is_infinite() => out.push_str(if number > 0.0 { "Infinity" } else { "-Infinity" }),
        x if x == 0.0 || (1e-4..1e16).contains(&x) => out.push_str(shortest(&mut buffer, number)),
        _ => push_exponential(out, shortest(&mut buffer, number)),
    }
}

/// Writes one character of a string literal delimited by `quote`, escaped if necessary.
pub(crate) fn write_escaped(out: &mut impl Write, c: char, quote: char, is_printable: impl Fn(char) -> bool) -> fmt::Result {
    match c {
        '\\' => out.write_str("\\\\"),
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        c if c == quote => write!(out, "\\{c}"),
        c if is_printable(c) => out.write_char(c),
        c if c <= '\u{ff}' => write!(out, "\\x{:02x}", u32::from(c)),
        c if c <= '\u{ffff}' => write!(out, "\\u{:04x}", u32::from(c)),
        c => write!(out, "\\U{:08x}", u32::from(c)),
    }
}

/// Returns whether a character is printed unescaped, apart from quotes and backslashes: Rust's `escape_debug` decides.
pub(crate) fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    // The letter in front matters: a combining mark alone would be escaped.
    let mut buffer = [b'a'; 5];
    let length = c.encode_utf8(&mut buffer[1..]).len();
    std::str::from_utf8(&buffer[..=length]).is_ok_and(|text| text.escape_debug().count() == 2)
}

/// Returns the shortest JSON text that reads back as `number`. The standard library's `{:?}` does not qualify: between two
/// equally near texts it picks the greater one.
fn shortest(buffer: &mut [u8; 32], number: f64) -> &str {
    let mut rest = &mut buffer[..];
    serde_json::to_writer(&mut rest, &number).expect("a double has at most 24 characters");
    let end = 32 - rest.len();
    std::str::from_utf8(&buffer[..end]).expect("JSON is UTF-8")
}

/// Appends a JSON number (`0.00001`, `1.5e300`) with one digit before the point and a signed exponent.
fn push_exponential(out: &mut String, json: &str) {
    let (mantissa, exponent) = json.split_once('e').unwrap_or((json, "0"));
    let unsigned = mantissa.strip_prefix('-').unwrap_or(mantissa);
    if unsigned.len() < mantissa.len() {
        out.push('-');
    }
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = || whole.chars().chain(fraction.chars());
    let leading = digits().take_while(|d| *d == '0').count();
    let exponent = exponent.parse::<i32>().unwrap_or(0) + whole.len() as i32 - 1 - leading as i32;
    let start = out.len() + 1;
    out.extend(digits().skip(leading));
    out.truncate(out.trim_end_matches('0').len());
    if out.len() > start {
        out.insert(start, '.');
    }
    write!(out, "e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs()).expect("writing to a String succeeds");
}

/// The Python type of a value; displays as `<class 'str'>`.
pub(crate) struct Type<'a>(pub &'a Value);

impl Type<'_> {
    /// The name of the class without its module.
    pub fn name(&self) -> &'static str {
        match self.0 {
            Value::Null => "NoneType",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Number(n) if n.is_integer() => "int",
            Value::Number(_) => "Decimal",
            Value::String(_) => "str",
            Value::Bytes(_) => "bytes",
            Value::Timestamp(_) => "datetime",
            Value::List(_) => "list",
            Value::Map(_) => "dict",
            Value::Set(_) => "set",
            Value::Stream(_) => "Stream",
        }
    }
}

impl fmt::Display for Type<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let module = match self.name() {
            "Decimal" => "decimal.",
            "datetime" => "datetime.",
            _ => "",
        };
        write!(f, "<class '{module}{}'>", self.name())
    }
}

/// A value as Python prints it: `str()` at the top, `repr()` inside lists and maps, which differ for strings,
/// timestamps, and decimals.
pub(crate) struct Repr<'a> {
    value: &'a Value,
    inside: bool,
}

impl<'a> Repr<'a> {
    /// The value on its own, as `str()` prints it.
    pub fn top(value: &'a Value) -> Repr<'a> {
        Repr { value, inside: false }
    }

    fn inside(value: &'a Value) -> Repr<'a> {
        Repr { value, inside: true }
    }
}

impl fmt::Display for Repr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            Value::Null => f.write_str("None"),
            Value::Bool(b) => f.write_str(if *b { "True" } else { "False" }),
            Value::Int(n) => write!(f, "{n}"),
            Value::Float(n) => float(f, *n),
            Value::Number(n) if self.inside && !n.is_integer() => write!(f, "Decimal('{n}')"),
            Value::Number(n) => write!(f, "{n}"),
            Value::String(text) if self.inside => quoted(f, text.contains('\''), text.contains('"'), text.chars(), is_printable),
            Value::String(text) => f.write_str(text),
            Value::Bytes(bytes) => {
                f.write_char('b')?;
                let chars = bytes.iter().copied().map(char::from);
                quoted(f, bytes.contains(&b'\''), bytes.contains(&b'"'), chars, |c| matches!(c, ' '..='~'))
            }
            Value::Timestamp(t) => timestamp(f, *t, self.inside),
            Value::List(list) => {
                f.write_char('[')?;
                separated(f, list.iter(), |f, item| Repr::inside(item).fmt(f))?;
                f.write_char(']')
            }
            Value::Map(map) => {
                f.write_char('{')?;
                separated(f, map.iter(), |f, (key, item)| {
                    quoted(f, key.contains('\''), key.contains('"'), key.chars(), is_printable)?;
                    write!(f, ": {}", Repr::inside(item))
                })?;
                f.write_char('}')
            }
            Value::Set(set) if set.is_empty() => f.write_str("set()"),
            Value::Set(set) => {
                f.write_char('{')?;
                separated(f, set.iter(), |f, item| Repr::inside(item).fmt(f))?;
                f.write_char('}')
            }
            Value::Stream(stream) => write!(f, "{stream:?}"),
        }
    }
}

fn separated<T>(
    f: &mut fmt::Formatter<'_>,
    items: impl Iterator<Item = T>,
    mut write: impl FnMut(&mut fmt::Formatter<'_>, T) -> fmt::Result,
) -> fmt::Result {
    for (i, item) in items.enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        write(f, item)?;
    }
    Ok(())
}

/// Writes a quoted string: in single quotes unless double quotes avoid escaping.
fn quoted(
    f: &mut fmt::Formatter<'_>,
    single: bool,
    double: bool,
    chars: impl Iterator<Item = char>,
    is_printable: impl Fn(char) -> bool,
) -> fmt::Result {
    let quote = if single && !double { '"' } else { '\'' };
    f.write_char(quote)?;
    for c in chars {
        write_escaped(f, c, quote, &is_printable)?;
    }
    f.write_char(quote)
}

fn float(f: &mut fmt::Formatter<'_>, number: f64) -> fmt::Result {
    if number.is_nan() {
        return f.write_str("nan");
    }
    if number.is_infinite() {
        return f.write_str(if number > 0.0 { "inf" } else { "-inf" });
    }
    let mut text = String::new();
    push_float(&mut text, number);
    f.write_str(&text)
}

fn timestamp(f: &mut fmt::Formatter<'_>, timestamp: Timestamp, inside: bool) -> fmt::Result {
    let Some(t) = timestamp.to_utc() else { return write!(f, "{timestamp}") };
    let [hour, minute, second] = [t.hour(), t.minute(), t.second()];
    let (year, month, day, micros) = (t.year(), u8::from(t.month()), t.day(), t.microsecond());
    if !inside {
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")?;
        if micros != 0 {
            write!(f, ".{micros:06}")?;
        }
        return f.write_str(if timestamp.has_zone() { "+00:00" } else { "" });
    }
    write!(f, "datetime.datetime({year}, {month}, {day}, {hour}, {minute}")?;
    if second != 0 || micros != 0 {
        write!(f, ", {second}")?;
    }
    if micros != 0 {
        write!(f, ", {micros}")?;
    }
    f.write_str(if timestamp.has_zone() { ", tzinfo=datetime.timezone.utc)" } else { ")" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn unprintable_characters_are_escaped() {
        let mut out = String::new();
        for c in "aé\u{301}😀 \u{7f}\u{a0}\u{ad}\u{2028}\u{e000}\u{e0001}'\"\\\n".chars() {
            write_escaped(&mut out, c, '\'', is_printable).unwrap();
        }
        assert_eq!(out, "aé\u{301}😀 \\x7f\\xa0\\xad\\u2028\\ue000\\U000e0001\\'\"\\\\\\n");
    }

    #[test]
    fn floats_print_like_python() {
        for (number, text) in [
            (1.5, "1.5"),
            (3.0, "3.0"),
            (-0.0, "-0.0"),
            (1e22, "1e+22"),
            (1e-7, "1e-07"),
            (1e16, "1e+16"),
            (9_999_999_999_999_998.0, "9999999999999998.0"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.234_567_890_123_456_8e17, "1.2345678901234568e+17"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::NEG_INFINITY, "-Infinity"),
            (0.0, "0.0"),
            (100.0, "100.0"),
            (-1.25e-300, "-1.25e-300"),
            (-0.000_012_5, "-1.25e-05"),
            (12_345_678_901_234_567_890.0, "1.2345678901234567e+19"),
            // Halfway between two texts of the same length.
            (761_387_144_468_431.0 + 0.25, "761387144468431.2"),
        ] {
            let mut out = String::from("e=");
            push_float(&mut out, number);
            assert_eq!(out, format!("e={text}"));
        }
    }

    #[test]
    fn values_print_like_python() {
        let t = Timestamp::new(1_422_172_862, 3_000);
        for (value, text) in [
            (value!(null), "None"),
            (value!(true), "True"),
            (value!(1e22), "1e+22"),
            (value!(f64::NEG_INFINITY), "-inf"),
            (value!("it's"), "it's"),
            (
                value!(["it's", "q\"", "both'\"", "\\\n\u{0}\u{7f}é\u{200b}😀\u{a0}\u{ad}"]),
                "[\"it's\", 'q\"', 'both\\'\"', '\\\\\\n\\x00\\x7fé\\u200b😀\\xa0\\xad']",
            ),
            (value!(b"x'\"\n\xff\x00"), "b'x\\'\"\\n\\xff\\x00'"),
            (value!({"a": 1, "b": {}, "c": []}), "{'a': 1, 'b': {}, 'c': []}"),
            (value!(t), "2015-01-25 08:01:02.000003+00:00"),
            (value!([t]), "[datetime.datetime(2015, 1, 25, 8, 1, 2, 3, tzinfo=datetime.timezone.utc)]"),
            (value!([t.without_zone()]), "[datetime.datetime(2015, 1, 25, 8, 1, 2, 3)]"),
            (value!([Timestamp::new(0, 0)]), "[datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)]"),
        ] {
            assert_eq!(Repr::top(&value).to_string(), text);
        }
    }

    #[test]
    fn types_print_with_their_modules() {
        assert_eq!(Type(&value!(Timestamp::new(0, 0))).to_string(), "<class 'datetime.datetime'>");
        assert_eq!(Type(&value!(null)).to_string(), "<class 'NoneType'>");
        assert_eq!(Type(&value!(u64::MAX)).to_string(), "<class 'int'>");
    }
}
