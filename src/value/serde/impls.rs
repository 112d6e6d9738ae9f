//! `Serialize` and `Deserialize` for the types of this module.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, Visitor};
use serde::ser::{Error as _, Serialize, Serializer};

use super::{Reader, TIMESTAMP};
use crate::value::{Bytes, List, Map, Number, Timestamp, Value};

/// Self-describing: bytes as bytes, timestamps as RFC 3339 text, numbers kept by their digits as the nearest
/// number, maps in order. A stream is an error.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => s.serialize_unit(),
            Value::Bool(b) => s.serialize_bool(*b),
            Value::Int(n) => s.serialize_i64(*n),
            Value::Float(n) => s.serialize_f64(*n),
            Value::Number(n) => n.serialize(s),
            Value::String(text) => s.serialize_str(text),
            Value::Bytes(bytes) => bytes.serialize(s),
            Value::Timestamp(t) => t.serialize(s),
            Value::List(list) => list.serialize(s),
            Value::Map(map) => map.serialize(s),
            Value::Stream(_) => Err(S::Error::custom("a stream cannot be serialized, read it first")),
        }
    }
}

/// Everything is taken literally, as in `From<serde_json::Value>`; text stays text.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Reader { tagged: false }.deserialize(deserializer)
    }
}

impl Serialize for List {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(self)
    }
}

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<Value>::deserialize(deserializer).map(List::from)
    }
}

impl Serialize for Map {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_map(self)
    }
}

impl<'de> Deserialize<'de> for Map {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Map(map) => Ok(map),
            other => Err(D::Error::custom(format_args!("invalid type: {}, expected a map", other.type_name()))),
        }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if let Ok(n) = self.as_str().parse() {
            return s.serialize_i64(n);
        }
        if let Ok(n) = self.as_str().parse() {
            return s.serialize_u64(n);
        }
        s.serialize_f64(self.to_f64())
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let number = match &value {
            Value::Number(n) => Some(n.clone()),
            Value::Int(n) => Number::parse(&n.to_string()),
            Value::Float(n) => Number::parse(&n.to_string()),
            _ => None,
        };
        number.ok_or_else(|| D::Error::custom(format_args!("invalid type: {}, expected a finite number", value.type_name())))
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_bytes(self)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Bytes(bytes) => Ok(bytes),
            // Formats without bytes have them as a list of numbers.
            Value::List(list) => {
                let byte = |v: &Value| v.as_int().and_then(|n| u8::try_from(n).ok()).ok_or_else(|| D::Error::custom("expected a byte"));
                list.iter().map(byte).collect::<Result<Vec<u8>, _>>().map(Bytes::from)
            }
            other => Err(D::Error::custom(format_args!("invalid type: {}, expected bytes", other.type_name()))),
        }
    }
}

/// RFC 3339 text.
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_newtype_struct(TIMESTAMP, &self.to_iso8601())
    }
}

/// Text in any notation of [`Timestamp::parse`], or seconds since the epoch.
impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TimestampVisitor)
    }
}

struct TimestampVisitor;

impl<'de> Visitor<'de> for TimestampVisitor {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a timestamp")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Timestamp, E> {
        Timestamp::parse(text).map_err(E::custom)
    }

    fn visit_i64<E: serde::de::Error>(self, seconds: i64) -> Result<Timestamp, E> {
        Timestamp::checked(seconds, 0).ok_or_else(|| out_of_range(seconds))
    }

    fn visit_u64<E: serde::de::Error>(self, seconds: u64) -> Result<Timestamp, E> {
        i64::try_from(seconds).ok().and_then(|s| Timestamp::checked(s, 0)).ok_or_else(|| out_of_range(seconds))
    }

    fn visit_f64<E: serde::de::Error>(self, seconds: f64) -> Result<Timestamp, E> {
        Timestamp::from_f64(seconds).ok_or_else(|| out_of_range(seconds))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Timestamp, D::Error> {
        deserializer.deserialize_any(self)
    }
}

fn out_of_range<E: serde::de::Error>(seconds: impl fmt::Display) -> E {
    E::custom(format_args!("{seconds} seconds since the epoch lie outside the years 0 to 9999"))
}
