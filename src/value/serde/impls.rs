//! `Serialize` and `Deserialize` for the types of the data model.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

use super::{ARBITRARY_PRECISION, BYTES, JSON_NUMBER, RAW_JSON, SET, TIMESTAMP, writes_raw_json};
use crate::value::json::untag;
use crate::value::nested::{MAX_DEPTH, Nested, too_deep};
use crate::value::{Bytes, List, Map, Number, Set, Str, Timestamp, Value};

/// Serializes bytes as bytes, timestamps as RFC 3339 text, and maps in order. [`Number`]s keep their digits in JSON and in
/// [`to_value`](crate::to_value) and become the closest number in other formats. Streams, and values nested deeper than 300
/// levels, are errors.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        Nested { value: self, depth: 0 }.serialize(s)
    }
}

impl Serialize for Nested<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Null => s.serialize_unit(),
            Value::Bool(b) => s.serialize_bool(*b),
            Value::Int(n) => s.serialize_i64(*n),
            Value::Float(n) => s.serialize_f64(*n),
            Value::Number(n) => n.serialize(s),
            Value::String(text) => s.serialize_str(text),
            Value::Bytes(bytes) => bytes.serialize(s),
            Value::Timestamp(t) => t.serialize(s),
            Value::List(_) | Value::Map(_) | Value::Set(_) if self.depth >= MAX_DEPTH => Err(S::Error::custom(too_deep())),
            Value::List(list) => serialize_list(list, self.depth, s),
            Value::Map(map) => serialize_map(map, self.depth, s),
            Value::Set(set) => s.serialize_newtype_struct(SET, &Elements { set, depth: self.depth }),
            Value::Stream(_) => Err(S::Error::custom("a stream cannot be serialized; read it first")),
        }
    }
}

fn serialize_list<S: Serializer>(list: &List, depth: usize, s: S) -> Result<S::Ok, S::Error> {
    s.collect_seq(list.iter().map(|value| Nested { value, depth: depth + 1 }))
}

fn serialize_map<S: Serializer>(map: &Map, depth: usize, s: S) -> Result<S::Ok, S::Error> {
    s.collect_map(map.iter().map(|(key, value)| (key, Nested { value, depth: depth + 1 })))
}

/// The elements of a set, serialized as a sequence.
struct Elements<'a> {
    set: &'a Set,
    depth: usize,
}

impl Serialize for Elements<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(self.set.iter().map(|value| Nested { value, depth: self.depth + 1 }))
    }
}

/// Deserializes literally, like `From<serde_json::Value>`; text remains text.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Reader::literal().deserialize(deserializer)
    }
}

impl Serialize for List {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        serialize_list(self, 0, s)
    }
}

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::List(list) => Ok(list),
            other => Err(D::Error::custom(format_args!("invalid type: {}, expected a list", other.type_name()))),
        }
    }
}

impl Serialize for Map {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        serialize_map(self, 0, s)
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

/// Serializes as a sequence, which [`to_value`](crate::to_value) turns into a set again.
impl Serialize for Set {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_newtype_struct(SET, &Elements { set: self, depth: 0 })
    }
}

/// Deserializes a set or a sequence.
impl<'de> Deserialize<'de> for Set {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Set(set) => Ok(set),
            Value::List(list) => Ok(list.into_iter().collect()),
            other => Err(D::Error::custom(format_args!("invalid type: {}, expected a set", other.type_name()))),
        }
    }
}

/// Serializes integers of 64 bits as such. Other numbers keep their digits in JSON and in [`to_value`](crate::to_value); in
/// other formats, they become the nearest float.
impl Serialize for Number {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let digits = self.as_str();
        match (digits.parse(), digits.parse()) {
            _ if digits == "-0" => {}
            (Ok(n), _) => return s.serialize_i64(n),
            (_, Ok(n)) => return s.serialize_u64(n),
            _ => {}
        }
        if writes_raw_json::<S>() {
            return RawValue::from_string(digits.to_owned()).map_err(S::Error::custom)?.serialize(s);
        }
        s.serialize_f64(self.to_f64())
    }
}

/// Deserializes any finite number, from JSON and in [`from_value`](crate::from_value) with all its digits.
impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW_JSON, NumberVisitor)
    }
}

/// The type of a value in JSON text that is not a number.
fn json_type(text: &str) -> &'static str {
    match text.as_bytes().first() {
        Some(b'"') => "string",
        Some(b'{') => "map",
        Some(b'[') => "list",
        Some(b'n') => "null",
        Some(b't' | b'f') => "bool",
        _ => "unknown",
    }
}

struct NumberVisitor;

impl<'de> Visitor<'de> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a finite number")
    }

    /// JSON text of serde_json, or the digits of a number.
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Number, A::Error> {
        let found = match entries.next_entry::<Str, Str>()? {
            Some((key, text)) if key == RAW_JSON || key == JSON_NUMBER => match Number::parse(&text) {
                Some(number) => return Ok(number),
                None => json_type(&text),
            },
            _ => "map",
        };
        Err(A::Error::custom(format_args!("invalid type: {found}, expected a finite number")))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Number, D::Error> {
        let value = Reader::literal().deserialize(deserializer)?;
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
        deserializer.deserialize_newtype_struct(BYTES, BytesVisitor)
    }
}

struct BytesVisitor;

impl<'de> Visitor<'de> for BytesVisitor {
    type Value = Bytes;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Bytes, D::Error> {
        match Reader::literal().deserialize(deserializer)? {
            Value::Bytes(bytes) => Ok(bytes),
            // Formats without a type for bytes use lists of numbers.
            Value::List(list) => {
                let byte = |v: &Value| v.as_int().and_then(|n| u8::try_from(n).ok()).ok_or_else(|| D::Error::custom("expected a byte"));
                list.iter().map(byte).collect::<Result<Vec<u8>, _>>().map(Bytes::from)
            }
            other => Err(D::Error::custom(format_args!("invalid type: {}, expected bytes", other.type_name()))),
        }
    }
}

/// Serializes as RFC 3339 text.
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_newtype_struct(TIMESTAMP, &self.to_iso8601())
    }
}

/// Deserializes text in any notation that [`Timestamp::parse`] accepts, or seconds since the epoch.
impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(TIMESTAMP, TimestampVisitor)
    }
}

struct TimestampVisitor;

impl<'de> Visitor<'de> for TimestampVisitor {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a timestamp")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Timestamp, D::Error> {
        let out_of_range = |seconds: &dyn fmt::Display| {
            D::Error::custom(format_args!("{seconds} seconds since the epoch are outside the years 0 to 9999"))
        };
        match Reader::literal().deserialize(deserializer)? {
            Value::Timestamp(t) => Ok(t),
            Value::String(text) => Timestamp::parse(&text).map_err(D::Error::custom),
            Value::Int(seconds) => Timestamp::checked(seconds, 0).ok_or_else(|| out_of_range(&seconds)),
            Value::Float(seconds) => Timestamp::from_f64(seconds).ok_or_else(|| out_of_range(&seconds)),
            Value::Number(seconds) => Timestamp::parse(seconds.as_str()).map_err(|_| out_of_range(&seconds)),
            other => Err(D::Error::custom(format_args!("invalid type: {}, expected a timestamp", other.type_name()))),
        }
    }
}

/// Reads any value from a self-describing format.
#[derive(Clone, Copy)]
pub(in crate::value) struct Reader {
    /// Whether the tags of [`Value::to_json`] are interpreted.
    tagged: bool,
    depth: usize,
}

impl Reader {
    /// Reads the form written by [`Value::to_json`].
    pub(in crate::value) fn tagged() -> Reader {
        Reader { tagged: true, depth: 0 }
    }

    fn literal() -> Reader {
        Reader { tagged: false, depth: 0 }
    }

    fn inner<E: Error>(self) -> Result<Reader, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom(too_deep()));
        }
        Ok(Reader { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.inner()?.deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.inner()?.deserialize(deserializer)
    }

    /// [`from_value`](super::from_value) passes types that serde does not know as variants.
    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Value, A::Error> {
        let (name, content): (Str, _) = access.variant()?;
        if name == SET {
            return match content.newtype_variant_seed(self.inner()?)? {
                Value::List(list) => Ok(Value::Set(list.into_iter().collect())),
                other => Ok(other),
            };
        }
        let text: Str = content.newtype_variant()?;
        let value = match name.as_str() {
            TIMESTAMP => Timestamp::parse(&text).ok().map(Value::Timestamp),
            RAW_JSON => Number::parse(&text).map(Value::Number),
            _ => None,
        };
        value.ok_or_else(|| A::Error::unknown_variant(&name, &[]))
    }

    fn visit_bool<E>(self, b: bool) -> Result<Value, E> {
        Ok(b.into())
    }

    fn visit_i64<E>(self, n: i64) -> Result<Value, E> {
        Ok(n.into())
    }

    fn visit_u64<E>(self, n: u64) -> Result<Value, E> {
        Ok(n.into())
    }

    fn visit_i128<E>(self, n: i128) -> Result<Value, E> {
        Ok(n.into())
    }

    fn visit_u128<E>(self, n: u128) -> Result<Value, E> {
        Ok(n.into())
    }

    fn visit_f64<E>(self, n: f64) -> Result<Value, E> {
        Ok(n.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Value, E> {
        Ok(bytes.into())
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Value, E> {
        Ok(bytes.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let reader = self.inner()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(reader)? {
            list.push(item);
        }
        Ok(Value::List(List::from(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let reader = self.inner()?;
        let mut map = Map::new();
        let Some(first) = entries.next_key::<Str>()? else {
            return Ok(Value::Map(map));
        };
        let content = entries.next_value_seed(reader)?;
        let mut next = entries.next_key::<Str>()?;
        if next.is_none() && first.starts_with('$') {
            if first == JSON_NUMBER
                && *ARBITRARY_PRECISION
                && let Some(number) = content.as_str().and_then(Number::parse)
            {
                return Ok(Value::from_json_number(number));
            }
            if self.tagged {
                return untag(&first, content).map_err(A::Error::custom);
            }
        }
        map.insert(first, content);
        while let Some(key) = next {
            map.insert(key, entries.next_value_seed(reader)?);
            next = entries.next_key()?;
        }
        Ok(Value::Map(map))
    }
}
