//! Numbers kept by their digits.

use std::fmt;

use super::Str;

/// A number as JSON writes it, digit for digit: whole numbers beyond `i64` and decimals that
/// a binary float would round (RFC 8259, section 6, is the grammar).
///
/// ```
/// use tucuxi::Number;
///
/// let n = Number::parse("123456789012345678901234567890").unwrap();
/// assert_eq!(n.as_str(), "123456789012345678901234567890");
/// assert!(n.is_integer());
/// assert!(Number::parse("0x10").is_none());
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(Str);

impl Number {
    /// The number that `text` spells, or `None` where it is not one.
    pub fn parse(text: &str) -> Option<Number> {
        is_json_number(text.as_bytes()).then(|| Number(Str::from(text)))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nearest binary floating point number.
    pub fn to_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// Whether it is written without a fraction and without an exponent.
    pub fn is_integer(&self) -> bool {
        !self.0.bytes().any(|b| matches!(b, b'.' | b'e' | b'E'))
    }
}

fn is_json_number(text: &[u8]) -> bool {
    let digits = |t: &[u8]| t.iter().take_while(|b| b.is_ascii_digit()).count();
    let mut rest = text.strip_prefix(b"-").unwrap_or(text);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return false;
    }
    rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let n = digits(fraction);
        if n == 0 {
            return false;
        }
        rest = &fraction[n..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = match exponent {
            [b'+' | b'-', e @ ..] => e,
            e => e,
        };
        let n = digits(exponent);
        return n > 0 && n == exponent.len();
    }
    rest.is_empty()
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn the_grammar_is_json_s() {
        for good in ["0", "-1", "10", "1.5", "1e5", "1E-5", "-0.0", "18446744073709551616"] {
            assert!(Number::parse(good).is_some(), "{good}");
        }
        for bad in ["", "-", "01", "1.", ".5", "1e", "+1", "NaN", "1 ", "1e+"] {
            assert!(Number::parse(bad).is_none(), "{bad}");
        }
    }
}
