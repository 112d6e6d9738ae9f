//! JSON: the literal meaning of a `serde_json::Value`, and an unambiguous form that preserves every type.
//!
//! The unambiguous form is for text-only hosts, recordings, and the command line. Text is read and written without an
//! intermediate tree, so map entries keep their order.

use base64::prelude::{BASE64_STANDARD, Engine};
use serde::de::DeserializeSeed;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::nested::MAX_DEPTH;
use super::serde::Reader;
use super::{Map, Number, Str, Timestamp, Value};
use crate::error::{Error, ErrorKind, Result};

/// Converts literally, without interpreting tags. [`Value::from_json`] interprets them.
///
/// ```
/// use tucuxi::Value;
///
/// let v = Value::from(serde_json::json!({"Size": 3, "$bytes": "aGk="}));
/// assert_eq!(v["$bytes"].as_str(), Some("aGk="));
/// ```
impl From<Json> for Value {
    fn from(json: Json) -> Value {
        Value::from(&json)
    }
}

/// The same as for the owned value.
impl From<&Json> for Value {
    fn from(json: &Json) -> Value {
        match json {
            Json::Null => Value::Null,
            Json::Bool(b) => Value::Bool(*b),
            Json::Number(n) => Number::parse(&n.to_string()).map_or(Value::Null, Value::from_json_number),
            Json::String(s) => Value::String(s.into()),
            Json::Array(items) => Value::List(items.iter().collect()),
            Json::Object(entries) => Value::Map(entries.iter().collect()),
        }
    }
}

/// Converts to the unambiguous form; see [`Value::to_json`].
impl From<Value> for Json {
    fn from(value: Value) -> Json {
        value.to_json()
    }
}

/// The same as for the owned value.
impl From<&Value> for Json {
    fn from(value: &Value) -> Json {
        value.to_json()
    }
}

/// # JSON
impl Value {
    /// Returns the unambiguous JSON form of this value.
    ///
    /// | value | form |
    /// |---|---|
    /// | null, bool, int, string, list, map, finite float | the JSON equivalent |
    /// | bytes | `{"$bytes": "aGk="}` (base64, RFC 4648 section 4) |
    /// | timestamp | `{"$timestamp": "2015-01-25T08:00:00Z"}` (RFC 3339) |
    /// | NaN, the infinities | `{"$float": "NaN"}`, `{"$float": "Infinity"}`, `{"$float": "-Infinity"}` |
    /// | number with all its digits | `{"$number": "12345678901234567890"}` |
    /// | set | `{"$set": ["a", "b"]}` |
    /// | stream | `{"$stream": 5}`, its length or null. It is not read, and [`from_json`](Self::from_json) rejects it |
    /// | list or map below 300 levels | `{"$nested": 300}`, which [`from_json`](Self::from_json) rejects |
    /// | map whose only key begins with `$` | that `$` is doubled |
    ///
    /// [`from_json`](Self::from_json) is the exact inverse, except as noted. A `serde_json::Value` sorts its keys;
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
        serde_json::to_value(Write::new(self, Form::Tagged)).expect("every value has a tagged form")
    }

    /// Reads the form written by [`to_json`](Self::to_json).
    ///
    /// # Errors
    /// Returns [`ErrorKind::Conversion`] if a tag is unknown or has invalid content, or if the value is nested deeper than 300
    /// levels.
    pub fn from_json(json: Json) -> Result<Value> {
        Reader::tagged().deserialize(json).map_err(invalid)
    }

    /// Returns the form of [`to_json`](Self::to_json) as text, keeping the order of map entries. If `pretty`, it has line breaks
    /// and an indentation of two spaces.
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
        let form = Write::new(self, Form::Tagged);
        let text = if pretty { serde_json::to_string_pretty(&form) } else { serde_json::to_string(&form) };
        text.expect("every value has a tagged form")
    }

    /// Reads the form written by [`to_json_text`](Self::to_json_text). Numbers without a tag that exceed 64 bits become floats
    /// (with serde_json's feature `arbitrary_precision`, they keep their digits).
    ///
    /// # Errors
    /// Returns [`ErrorKind::Conversion`] if the text is not JSON, is nested deeper than 127 levels, or contains an invalid tag.
    /// The message contains line and column.
    pub fn from_json_text(text: &str) -> Result<Value> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let value = Reader::tagged().deserialize(&mut deserializer).map_err(invalid)?;
        deserializer.end().map_err(invalid)?;
        Ok(value)
    }

    /// Returns JSON without tags, for `Display`: bytes in base64, timestamps in RFC 3339, numbers with all their digits, and
    /// null for anything JSON cannot represent.
    pub(super) fn to_plain_json_text(&self) -> String {
        serde_json::to_string(&Write::new(self, Form::Plain)).expect("every value has a plain form")
    }
}

fn invalid(error: serde_json::Error) -> Error {
    Error::new(ErrorKind::Conversion, format!("Invalid JSON form of a value: {error}")).with_source(error)
}

/// How types unknown to JSON are written.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// As a map with a tag, losing nothing.
    Tagged,
    /// As the closest JSON type.
    Plain,
}

/// Serializes a value to JSON.
struct Write<'a> {
    value: &'a Value,
    form: Form,
    depth: usize,
}

impl<'a> Write<'a> {
    fn new(value: &'a Value, form: Form) -> Write<'a> {
        Write { value, form, depth: 0 }
    }

    fn inner(&self, value: &'a Value) -> Write<'a> {
        Write { value, form: self.form, depth: self.depth + 1 }
    }

    fn tagged_map<S: Serializer>(&self, map: &'a Map, s: S) -> Result<S::Ok, S::Error> {
        let mut entries = s.serialize_map(Some(map.len()))?;
        for (key, value) in map {
            let value = self.inner(value);
            match key.strip_prefix('$') {
                Some(rest) if map.len() == 1 => entries.serialize_entry(&format!("$${rest}"), &value)?,
                _ => entries.serialize_entry(key, &value)?,
            }
        }
        entries.end()
    }
}

impl Serialize for Write<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Null => s.serialize_unit(),
            Value::Bool(b) => s.serialize_bool(*b),
            Value::Int(n) => s.serialize_i64(*n),
            Value::Float(n) if n.is_finite() => s.serialize_f64(*n),
            Value::String(text) => s.serialize_str(text),
            Value::List(list) if self.depth < MAX_DEPTH => s.collect_seq(list.iter().map(|value| self.inner(value))),
            Value::Map(map) if self.depth < MAX_DEPTH => match self.form {
                Form::Tagged => self.tagged_map(map, s),
                Form::Plain => s.collect_map(map.iter().map(|(key, value)| (key, self.inner(value)))),
            },
            Value::Set(set) if self.depth < MAX_DEPTH => {
                let elements: Vec<Write<'_>> = set.iter().map(|value| self.inner(value)).collect();
                match self.form {
                    Form::Tagged => s.collect_map([("$set", elements)]),
                    Form::Plain => s.collect_seq(elements),
                }
            }
            other => match self.form {
                Form::Tagged => tagged(other, s),
                Form::Plain => closest(other, s),
            },
        }
    }
}

fn tagged<S: Serializer>(value: &Value, s: S) -> Result<S::Ok, S::Error> {
    match value {
        Value::Bytes(bytes) => s.collect_map([("$bytes", BASE64_STANDARD.encode(bytes))]),
        Value::Timestamp(t) => s.collect_map([("$timestamp", t.to_iso8601())]),
        Value::Number(n) => s.collect_map([("$number", n.as_str())]),
        Value::Float(n) => s.collect_map([("$float", special_float(*n))]),
        Value::Stream(stream) => s.collect_map([("$stream", stream.length())]),
        Value::List(_) | Value::Map(_) | Value::Set(_) => s.collect_map([("$nested", MAX_DEPTH)]),
        _ => s.serialize_unit(),
    }
}

fn closest<S: Serializer>(value: &Value, s: S) -> Result<S::Ok, S::Error> {
    match value {
        Value::Bytes(bytes) => s.serialize_str(&BASE64_STANDARD.encode(bytes)),
        Value::Timestamp(t) => s.collect_str(t),
        Value::Number(n) => RawValue::from_string(n.to_string()).map_err(serde::ser::Error::custom)?.serialize(s),
        _ => s.serialize_unit(),
    }
}

fn special_float(n: f64) -> &'static str {
    match n {
        n if n.is_nan() => "NaN",
        n if n > 0.0 => "Infinity",
        _ => "-Infinity",
    }
}

/// Returns the value represented by a map whose only key begins with `$`.
///
/// # Errors
/// Fails with a reason that names the tag.
pub(super) fn untag(key: &str, content: Value) -> Result<Value, String> {
    if let Some(rest) = key.strip_prefix("$$") {
        return Ok(Value::Map(Map::from_iter([(Str::from(format!("${rest}")), content)])));
    }
    let text = || content.as_str().ok_or_else(|| format!("{key} requires a string, not {}", content.type_name()));
    match key {
        "$bytes" => BASE64_STANDARD.decode(text()?).map(Value::from).map_err(|e| format!("{key} is not valid base64: {e}")),
        "$timestamp" => Timestamp::parse(text()?).map(Value::Timestamp).map_err(|e| e.message().to_owned()),
        "$number" => Number::parse(text()?).map(Value::Number).ok_or_else(|| format!("{key} is not a number")),
        "$float" => match text()? {
            "NaN" => Ok(Value::Float(f64::NAN)),
            "Infinity" => Ok(Value::Float(f64::INFINITY)),
            "-Infinity" => Ok(Value::Float(f64::NEG_INFINITY)),
            _ => Err(format!("{key} must be NaN, Infinity, or -Infinity")),
        },
        "$set" => match content {
            Value::List(list) => Ok(Value::Set(list.into_iter().collect())),
            other => Err(format!("{key} requires a list, not {}", other.type_name())),
        },
        "$stream" => Err(format!("{key} cannot be read: the JSON form does not contain the stream's content")),
        "$nested" => Err(format!("{key} cannot be read: the JSON form does not contain values below {MAX_DEPTH} levels")),
        _ => Err(format!("unknown tag {key}; in a map that has only this key, double its $")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Bytes, Stream};

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
    fn invalid_tags_are_rejected() {
        for (text, reason) in [
            (r#"{"$bytes": "*"}"#, "$bytes"),
            (r#"{"$bytes": 1}"#, "$bytes"),
            (r#"{"a": [{"$timestamp": "yesterday"}]}"#, "Invalid timestamp \"yesterday\""),
            (r#"{"$float": "1"}"#, "$float"),
            (r#"{"$number": "0x1"}"#, "$number"),
            (r#"{"$stream": 5}"#, "$stream"),
            (r#"{"$nested": 300}"#, "$nested"),
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
    fn a_stream_is_written_as_its_length_without_reading_it() {
        let stream = Stream::from_reader_with_length(&b"hello"[..], 5);
        assert_eq!(Value::from(stream.clone()).to_json_text(false), r#"{"$stream":5}"#);
        assert_eq!(&stream.read_all().unwrap()[..], b"hello");
    }

    #[test]
    fn hostile_nesting_is_an_error() {
        for text in ["[".repeat(100_000), r#"{"a":"#.repeat(100_000)] {
            let error = Value::from_json_text(&text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Conversion);
            assert!(error.message().contains("recursion limit exceeded"), "{error}");
        }
    }

    #[test]
    fn serde_json_values_are_converted_literally() {
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
