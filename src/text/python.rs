//! Floats and text as botocore's runtime prints them, which is what goes to the wire.

use std::fmt::{self, Write};

/// Appends `number`: the fewest digits that read back as the same double (of those the nearest, of two as near the even
/// one), `3.0` for whole numbers, an exponent of at least two digits from 1e+16 up and below 0.0001; `NaN`, `Infinity`,
/// `-Infinity`.
pub(crate) fn push_float(out: &mut String, number: f64) {
    let mut buffer = [0; 32];
    match number.abs() {
        x if x.is_nan() => out.push_str("NaN"),
        x if x.is_infinite() => out.push_str(if number > 0.0 { "Infinity" } else { "-Infinity" }),
        x if x == 0.0 || (1e-4..1e16).contains(&x) => out.push_str(shortest(&mut buffer, number)),
        _ => push_exponential(out, shortest(&mut buffer, number)),
    }
}

/// Writes a character of a text that stands between `quote`s, escaped where that is needed.
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

/// Whether a character stands for itself: Rust's own notation does not escape it for what it is; quotes and
/// backslashes are no case for it.
pub(crate) fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    // Behind a letter, because a combining mark by itself is escaped.
    let mut buffer = [b'a'; 5];
    let length = c.encode_utf8(&mut buffer[1..]).len();
    std::str::from_utf8(&buffer[..=length]).is_ok_and(|text| text.escape_debug().count() == 2)
}

/// The shortest text that reads back as `number`, in JSON's notation. The standard library's `{:?}` will not do: of two
/// texts that are as near it takes the greater.
fn shortest(buffer: &mut [u8; 32], number: f64) -> &str {
    let mut rest = &mut buffer[..];
    serde_json::to_writer(&mut rest, &number).expect("a double has at most 24 characters");
    let end = 32 - rest.len();
    std::str::from_utf8(&buffer[..end]).expect("JSON is UTF-8")
}

/// Appends a number of JSON, `0.00001` or `1.5e300`, with one digit before the point and a signed exponent.
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

#[cfg(test)]
mod tests {
    use super::{is_printable, push_float, write_escaped};

    #[test]
    fn text_is_escaped_where_it_does_not_print() {
        let mut out = String::new();
        for c in "aé\u{301}😀 \u{7f}\u{a0}\u{ad}\u{2028}\u{e000}\u{e0001}'\"\\\n".chars() {
            write_escaped(&mut out, c, '\'', is_printable).unwrap();
        }
        assert_eq!(out, "aé\u{301}😀 \\x7f\\xa0\\xad\\u2028\\ue000\\U000e0001\\'\"\\\\\\n");
    }

    #[test]
    fn floats_look_as_python_prints_them() {
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
            // Exactly between two texts of the same length.
            (761_387_144_468_431.0 + 0.25, "761387144468431.2"),
        ] {
            let mut out = String::from("e=");
            push_float(&mut out, number);
            assert_eq!(out, format!("e={text}"));
        }
    }
}
