//! Numbers that keep all their digits.

use std::fmt;

use super::{Str, Value};
use crate::text::python::push_float;

/// A number as JSON writes it, digit for digit: an integer beyond `i64`, or a decimal that a float would round (the grammar is
/// that of RFC 8259, section 6).
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
    /// Parses a number. Returns `None` if `text` is not one.
    pub fn parse(text: &str) -> Option<Number> {
        is_json_number(text.as_bytes()).then(|| Number(Str::from(text)))
    }

    /// Returns the number as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the nearest float.
    pub fn to_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// Returns whether the number is written without a fraction and without an exponent.
    pub fn is_integer(&self) -> bool {
        !self.0.bytes().any(|b| matches!(b, b'.' | b'e' | b'E'))
    }

    /// Returns the number of significant digits: all digits from the first to the last that is not 0.
    ///
    /// ```
    /// use tucuxi::Number;
    ///
    /// assert_eq!(Number::parse("0.0120").unwrap().significant_digits(), 2);
    /// assert_eq!(Number::parse("12000e7").unwrap().significant_digits(), 2);
    /// ```
    pub fn significant_digits(&self) -> usize {
        self.significant().0.len()
    }

    /// Returns the number in its shortest plain notation: without zeros that do not change it and, up to 130 digits, without an
    /// exponent. Equal numbers have equal normalized forms. This is how DynamoDB returns numbers.
    ///
    /// ```
    /// use tucuxi::Number;
    ///
    /// assert_eq!(Number::parse("1.50").unwrap().normalized().as_str(), "1.5");
    /// assert_eq!(Number::parse("12e3").unwrap().normalized().as_str(), "12000");
    /// ```
    #[must_use]
    pub fn normalized(&self) -> Number {
        /// The most digits before or zeros after the decimal point: DynamoDB's numbers have up to 130.
        const LONGEST: usize = 130;
        let (digits, exponent) = self.significant();
        let sign = if self.0.starts_with('-') && !digits.is_empty() { "-" } else { "" };
        let length = digits.len();
        let text = match usize::try_from(exponent) {
            _ if digits.is_empty() => "0".to_owned(),
            Ok(whole) if whole >= length && whole <= LONGEST => digits + "0".repeat(whole - length).as_str(),
            Ok(whole) if whole > 0 && whole < length => format!("{}.{}", &digits[..whole], &digits[whole..]),
            _ if exponent <= 0 && exponent.unsigned_abs() <= LONGEST as u64 => {
                format!("0.{}{digits}", "0".repeat(exponent.unsigned_abs() as usize))
            }
            _ => format!("{digits}e{}", exponent.saturating_sub(length as i64)),
        };
        Number(Str::from(format!("{sign}{text}")))
    }

    /// Returns the power of ten of the first digit that is not 0: 3 for `1234`. Zero has none.
    pub(crate) fn leading_exponent(&self) -> Option<i64> {
        let (digits, exponent) = self.significant();
        (!digits.is_empty()).then(|| exponent.saturating_sub(1))
    }

    /// The significant digits, and the power of ten by which the fraction `0.<digits>` is multiplied. Zero has no digits.
    fn significant(&self) -> (String, i64) {
        let unsigned = self.0.trim_start_matches('-');
        let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = [whole, fraction].concat();
        let significant = digits.trim_start_matches('0');
        let leading_zeros = digits.len() - significant.len();
        let significant = significant.trim_end_matches('0');
        if significant.is_empty() {
            return (String::new(), 0);
        }
        // An exponent beyond 64 bits is as good as the largest one.
        let largest = if exponent.starts_with('-') { i64::MIN } else { i64::MAX };
        let exponent = exponent.parse().unwrap_or(largest);
        (significant.to_owned(), exponent.saturating_add(whole.len() as i64 - leading_zeros as i64))
    }

    /// Returns the float that has exactly this number as its shortest decimal form, if there is one.
    fn to_equal_f64(&self) -> Option<f64> {
        let float = self.to_f64();
        let mut shortest = String::new();
        push_float(&mut shortest, float);
        (Number::parse(&shortest)?.significant() == self.significant()).then_some(float)
    }
}

impl Value {
    /// Converts a number in JSON text: integers remain exact, and decimals become floats unless that loses digits.
    pub(super) fn from_json_number(number: Number) -> Value {
        match number.as_str().parse() {
            // `-0` is not an `i64`.
            Ok(n) if number.as_str() != "-0" => Value::Int(n),
            _ if number.is_integer() => Value::Number(number),
            _ => number.to_equal_f64().map_or(Value::Number(number), Value::Float),
        }
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
    use super::*;

    #[test]
    fn the_grammar_is_json_s() {
        for good in ["0", "-1", "10", "1.5", "1e5", "1E-5", "-0.0", "18446744073709551616"] {
            assert!(Number::parse(good).is_some(), "{good}");
        }
        for bad in ["", "-", "01", "1.", ".5", "1e", "+1", "NaN", "1 ", "1e+"] {
            assert!(Number::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn zeros_at_either_end_are_not_significant() {
        for (text, digits) in
            [("0", 0), ("-0.00", 0), ("1E+100", 1), ("100", 1), ("-0.0120", 2), ("1.02e-7", 3), ("1e-99999999999999999999", 1)]
        {
            assert_eq!(Number::parse(text).unwrap().significant_digits(), digits, "{text}");
        }
        let googol = format!("1{}", "0".repeat(100));
        assert_eq!(Number::parse(&googol).unwrap().significant_digits(), 1);
    }

    #[test]
    fn equal_numbers_have_equal_normalized_forms() {
        for (text, normalized) in [
            ("-0.00", "0"),
            ("1.50", "1.5"),
            ("-15e-1", "-1.5"),
            ("100", "100"),
            ("0.5e1", "5"),
            ("12e3", "12000"),
            ("0.0012", "0.0012"),
            ("1.2E-3", "0.0012"),
            ("123.456e2", "12345.6"),
            ("10e300", "1e301"),
            ("0.25e-300", "25e-302"),
        ] {
            assert_eq!(Number::parse(text).unwrap().normalized().as_str(), normalized, "{text}");
        }
    }

    #[test]
    fn decimals_become_floats_unless_digits_are_lost() {
        let kept = |text: &str| matches!(Value::from_json_number(Number::parse(text).unwrap()), Value::Number(n) if n.as_str() == text);
        for text in ["0.1", "1.10", "1e3", "-0.0", "12.5e-3", "1.7976931348623157e308"] {
            assert!(!kept(text), "{text}");
        }
        for text in ["0.1234567890123456789", "1e400", "1e-400", "-0", "18446744073709551616", "9007199254740993.0"] {
            assert!(kept(text), "{text}");
        }
    }
}
