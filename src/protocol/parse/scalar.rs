//! Scalars from text: numbers, base64, and timestamps, with boto3's leniency.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::position::Unreadable;
use crate::text::encoding::decode_lenient;
use crate::value::{Bytes, Number, Timestamp, Value};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true).with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

/// A scalar, or the text that cannot be read as one.
type Scalar = Result<Value, Unreadable>;

/// Parses an integer of any size; surrounding white space is allowed.
pub(super) fn integer(text: &str) -> Scalar {
    let trimmed = text.trim();
    if let Ok(n) = trimmed.parse() {
        return Ok(Value::Int(n));
    }
    match Number::parse(trimmed).filter(Number::is_integer) {
        Some(number) => Ok(Value::Number(number)),
        None => Err(Unreadable::new("integer", text)),
    }
}

/// Parses a floating-point number, `NaN`, `Infinity`, or `-Infinity`; surrounding white space is allowed.
pub(super) fn float(text: &str) -> Scalar {
    text.trim().parse().map(Value::Float).map_err(|_| Unreadable::new("number", text))
}

/// Parses epoch seconds or any supported date format, whatever format the definition specifies.
pub(super) fn timestamp(text: &str) -> Scalar {
    Timestamp::parse(text).map(Value::Timestamp).map_err(|_| Unreadable::new("timestamp", text))
}

/// Converts epoch seconds.
pub(super) fn epoch(number: &Value) -> Scalar {
    let instant = match number {
        Value::Int(seconds) => Timestamp::checked(*seconds, 0),
        other => other.as_float().and_then(Timestamp::from_f64),
    };
    instant.map(Value::Timestamp).ok_or_else(|| Unreadable::new("timestamp", &format!("{number:?}")))
}

/// Decodes base64; characters outside its alphabet are ignored.
pub(super) fn blob(text: &str) -> Scalar {
    let decoded = match BASE64.decode(text) {
        Ok(bytes) => bytes,
        Err(_) => decode_lenient(text).ok_or_else(|| Unreadable::new("base64", text))?,
    };
    Ok(Value::Bytes(Bytes::from(decoded)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_parsed() {
        assert_eq!(integer(" +7\n").unwrap(), Value::Int(7));
        assert!(matches!(integer("9223372036854775808").unwrap(), Value::Number(_)));
        for text in ["1.5", "", "0x1"] {
            assert_eq!(integer(text).unwrap_err().to_string(), format!("invalid integer {text:?}"));
        }
        assert_eq!(float(" 1e3 ").unwrap(), Value::Float(1000.0));
        assert!(float("NaN").unwrap().as_float().unwrap().is_nan());
        assert_eq!(float("-Infinity").unwrap(), Value::Float(f64::NEG_INFINITY));
        for text in ["", "1,5"] {
            assert_eq!(float(text).unwrap_err().to_string(), format!("invalid number {text:?}"));
        }
    }

    #[test]
    fn base64_ignores_characters_outside_its_alphabet() {
        for (text, bytes) in [("YWI=", "ab"), ("Y W\nI=", "ab"), ("YWJj=", "abc"), ("YR==", "a"), ("YQ==YQ==", "a"), ("", "")] {
            assert_eq!(blob(text).unwrap().as_bytes(), Some(bytes.as_bytes()), "{text}");
        }
        for text in ["YWI", "Y"] {
            assert_eq!(blob(text).unwrap_err().to_string(), format!("invalid base64 {text:?}"));
        }
    }
}
