//! JSON: the plain meaning of a `serde_json::Value`, and an unambiguous form that loses nothing.
//!
//! The unambiguous form is for hosts that have only text, for recordings, and for the command
//! line. Text is written from the value and read into the value without a tree in between, so
//! that entries keep their order.

mod read;
mod write;

use serde::de::DeserializeSeed;
use serde_json::Value as Json;

use self::write::{Form, Write};
use super::serde::Reader;
use super::{Number, Value};
use crate::error::{Error, ErrorKind, Result};

pub(in crate::value) use self::read::untag;

/// Everything is taken literally: no tag has a meaning, as in [`Value::from_json`].
///
/// ```
/// use tucuxi::Value;
///
/// let v = Value::from(serde_json::json!({"Size": 3, "$bytes": "aGk="}));
/// assert_eq!(v["$bytes"].as_str(), Some("aGk="));
/// ```
impl From<Json> for Value {
    fn from(json: Json) -> Value {
        match json {
            Json::Null => Value::Null,
            Json::Bool(b) => Value::Bool(b),
            Json::Number(n) => number(&n),
            Json::String(s) => Value::String(s.into()),
            Json::Array(items) => Value::List(items.into_iter().collect()),
            Json::Object(entries) => Value::Map(entries.into_iter().collect()),
        }
    }
}

/// As for the owned value.
impl From<&Json> for Value {
    fn from(json: &Json) -> Value {
        match json {
            Json::Null => Value::Null,
            Json::Bool(b) => Value::Bool(*b),
            Json::Number(n) => number(n),
            Json::String(s) => Value::String(s.into()),
            Json::Array(items) => Value::List(items.iter().collect()),
            Json::Object(entries) => Value::Map(entries.iter().collect()),
        }
    }
}

/// The unambiguous form; see [`Value::to_json`].
impl From<Value> for Json {
    fn from(value: Value) -> Json {
        value.to_json()
    }
}

/// As for the owned value.
impl From<&Value> for Json {
    fn from(value: &Value) -> Json {
        value.to_json()
    }
}

fn number(n: &serde_json::Number) -> Value {
    match n.as_i64() {
        Some(int) => Value::Int(int),
        None if n.is_f64() => n.as_f64().map_or(Value::Null, Value::Float),
        None => Number::parse(&n.to_string()).map_or(Value::Null, Value::Number),
    }
}

/// # JSON
impl Value {
    /// The unambiguous JSON form of this value.
    ///
    /// | value | form |
    /// |---|---|
    /// | null, bool, int, string, list, map, finite float | as JSON has them |
    /// | bytes | `{"$bytes": "aGk="}` (base64, RFC 4648 section 4) |
    /// | timestamp | `{"$timestamp": "2015-01-25T08:00:00Z"}` (RFC 3339) |
    /// | NaN, the infinities | `{"$float": "NaN"}`, `{"$float": "Infinity"}`, `{"$float": "-Infinity"}` |
    /// | number kept by its digits | `{"$number": "12345678901234567890"}` |
    /// | stream | `{"$stream": 5}`, its length or null; nothing is read, and [`from_json`](Self::from_json) refuses it |
    /// | map whose only key begins with `$` | that `$` is doubled |
    ///
    /// [`from_json`](Self::from_json) is the exact inverse, save for streams. A `serde_json::Value` sorts its keys;
    /// [`to_json_text`](Self::to_json_text) keeps their order.
    ///
    /// ```
    /// use serde_json::json;
    /// use tucuxi::{Value, value};
    ///
    /// let v = value!({"Body": b"hi", "Odd": {"$bytes": 1}});
    /// let json = v.to_json();
    /// assert_eq!(json, json!({"Body": {"$bytes": "aGk="}, "Odd": {"$$bytes": 1}}));
    /// assert_eq!(Value::from_json(json)?, v);
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn to_json(&self) -> Json {
        serde_json::to_value(Write { value: self, form: Form::Tagged }).expect("every value has a tagged form")
    }

    /// The value that [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// For a tag that is unknown or that has the wrong content, of kind [`ErrorKind::Conversion`].
    pub fn from_json(json: Json) -> Result<Value> {
        Reader { tagged: true }.deserialize(json).map_err(invalid)
    }

    /// The form of [`to_json`](Self::to_json) as text, with the entries of maps in their order; `pretty` has lines and
    /// indentation of two spaces.
    ///
    /// ```
    /// use tucuxi::{Value, value};
    ///
    /// let v = value!({"b": 1, "a": [f64::INFINITY]});
    /// let text = v.to_json_text(false);
    /// assert_eq!(text, r#"{"b":1,"a":[{"$float":"Infinity"}]}"#);
    /// assert_eq!(Value::from_json_text(&text)?, v);
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn to_json_text(&self, pretty: bool) -> String {
        let form = Write { value: self, form: Form::Tagged };
        let text = if pretty { serde_json::to_string_pretty(&form) } else { serde_json::to_string(&form) };
        text.expect("every value has a tagged form")
    }

    /// The value that [`to_json_text`](Self::to_json_text) wrote. A bare number beyond 64 bits becomes a float.
    ///
    /// # Errors
    /// If the text is no JSON, nests deeper than 127 levels, or has a wrong tag; the message has line and column.
    pub fn from_json_text(text: &str) -> Result<Value> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let value = Reader { tagged: true }.deserialize(&mut deserializer).map_err(invalid)?;
        deserializer.end().map_err(invalid)?;
        Ok(value)
    }

    /// JSON without tags, for `Display`: bytes as base64, timestamps as RFC 3339,
    /// numbers by their digits, and null for what JSON cannot say.
    pub(super) fn to_plain_json_text(&self) -> String {
        serde_json::to_string(&Write { value: self, form: Form::Plain }).expect("every value has a plain form")
    }
}

fn invalid(error: serde_json::Error) -> Error {
    Error::new(ErrorKind::Conversion, format!("Invalid JSON form of a value: {error}")).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Bytes, Stream, Timestamp};

    fn both_ways(value: Value) {
        assert_eq!(Value::from_json(value.to_json()).unwrap(), value);
        for pretty in [false, true] {
            assert_eq!(Value::from_json_text(&value.to_json_text(pretty)).unwrap(), value);
        }
    }

    #[test]
    fn nothing_is_lost() {
        both_ways(crate::value!({
            "all": [null, true, i64::MIN, 1.0, -0.0, 1e300, 0.1, "text \u{1f42c}\u{0}", b"\x00\xff", b""],
            "infinite": [f64::INFINITY, f64::NEG_INFINITY],
            "digits": [u64::MAX, u128::MAX],
            "decimal": (Number::parse("1.10").unwrap()),
            "time": [(Timestamp::new(-1, 1)), (Timestamp::new(1_422_172_800, 0))],
            "$two": 1, "$keys": 2,
            "one": {"$bytes": "aGk="}, "doubled": {"$$bytes": "aGk="}, "bare": {"$": 1}, "tagged": {"$x": {"$bytes": b"1"}},
            "empty": {"": []},
        }));
    }

    #[test]
    fn a_float_stays_a_float_and_nan_stays_nan() {
        assert_eq!(Value::from(3.0).to_json_text(false), "3.0");
        assert_eq!(Value::from(f64::NAN).to_json_text(false), r#"{"$float":"NaN"}"#);
        assert!(Value::from_json_text(r#"{"$float":"NaN"}"#).unwrap().as_float().unwrap().is_nan());
    }

    #[test]
    fn text_keeps_the_order_of_entries() {
        let text = r#"{"z":1,"a":2,"m":{"y":1,"b":2}}"#;
        assert_eq!(Value::from_json_text(text).unwrap().to_json_text(false), text);
    }

    #[test]
    fn wrong_tags_are_refused() {
        for (text, reason) in [
            (r#"{"$bytes": "*"}"#, "$bytes"),
            (r#"{"$bytes": 1}"#, "$bytes"),
            (r#"{"a": [{"$timestamp": "yesterday"}]}"#, "Invalid timestamp \"yesterday\""),
            (r#"{"$float": "1"}"#, "$float"),
            (r#"{"$number": "0x1"}"#, "$number"),
            (r#"{"$stream": 5}"#, "$stream"),
            (r#"{"$other": 5}"#, "$other"),
            (r#"{"a": 1} 2"#, "trailing"),
            ("[1,", "EOF"),
        ] {
            let error = Value::from_json_text(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Conversion);
            assert!(error.message().contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn a_stream_is_shown_and_not_read() {
        let stream = Stream::from_reader_with_length(&b"hello"[..], 5);
        assert_eq!(Value::from(stream.clone()).to_json_text(false), r#"{"$stream":5}"#);
        assert_eq!(&stream.read_all().unwrap()[..], b"hello");
    }

    #[test]
    fn hostile_nesting_is_an_error() {
        assert!(Value::from_json_text(&"[".repeat(100_000)).is_err());
        assert!(Value::from_json_text(&r#"{"a":"#.repeat(100_000)).is_err());
    }

    #[test]
    fn serde_json_s_values_are_taken_literally() {
        let json = serde_json::json!({"$timestamp": "x", "big": u64::MAX, "f": 1.5, "l": [null]});
        let value = Value::from(&json);
        assert_eq!(value, Value::from(json));
        assert_eq!(value["$timestamp"].as_str(), Some("x"));
        assert_eq!(value["big"], Value::Number(Number::parse("18446744073709551615").unwrap()));
        assert_eq!(value["f"], Value::Float(1.5));
    }

    #[test]
    fn plain_text_has_no_tags() {
        let value = crate::value!({"b": (Bytes::from(b"hi")), "t": (Timestamp::new(0, 0)), "n": (u128::MAX), "f": f64::NAN, "$": 1});
        let text = r#"{"b":"aGk=","t":"1970-01-01T00:00:00Z","n":340282366920938463463374607431768211455,"f":null,"$":1}"#;
        assert_eq!(value.to_plain_json_text(), text);
    }
}
