//! A serializer that produces a [`Value`].

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct,
    SerializeTupleVariant, Serializer,
};

use super::{Failure, JSON_NUMBER, RAW_JSON, SET, TIMESTAMP};
use crate::error::Result;
use crate::value::nested::{MAX_DEPTH, too_deep};
use crate::value::{Bytes, Map, Number, Str, Timestamp, Value};

/// Serializes any type into a [`Value`]. Structs become maps in the order of their fields. [`Timestamp`](crate::Timestamp)s
/// remain timestamps, and [`Number`](crate::Number)s keep their digits.
///
/// # Errors
/// Fails with [`ErrorKind::Conversion`](crate::ErrorKind::Conversion) if the type's `Serialize` fails, a map key is neither a
/// string, a number, nor a boolean, or the value is nested deeper than 300 levels. The message begins with the path.
///
/// ```
/// use tucuxi::{from_value, to_value};
///
/// #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
/// struct Tag { key: String, value: Option<u32> }
///
/// let tag = Tag { key: "cost".into(), value: Some(7) };
/// let value = to_value(&tag)?;
/// assert_eq!(value["value"].as_int(), Some(7));
/// assert_eq!(from_value::<Tag>(value)?, tag);
/// # Ok::<(), tucuxi::Error>(())
/// ```
pub fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value> {
    Ok(value.serialize(ToValue { depth: 0 })?)
}

#[derive(Clone, Copy)]
pub(super) struct ToValue {
    depth: usize,
}

impl ToValue {
    /// The serializer for what the current value contains.
    fn inner(self) -> Made<ToValue> {
        if self.depth >= MAX_DEPTH {
            return Err(Failure::new(too_deep()));
        }
        Ok(ToValue { depth: self.depth + 1 })
    }
}

type Made<T> = std::result::Result<T, Failure>;

macro_rules! direct {
    ($($method:ident $source:ty)*) => {$(
        fn $method(self, v: $source) -> Made<Value> {
            Ok(v.into())
        }
    )*};
}

impl Serializer for ToValue {
    type Ok = Value;
    type Error = Failure;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Entries;
    type SerializeStruct = Entries;
    type SerializeStructVariant = Entries;

    direct! {
        serialize_bool bool
        serialize_i8 i8 serialize_i16 i16 serialize_i32 i32 serialize_i64 i64 serialize_i128 i128
        serialize_u8 u8 serialize_u16 u16 serialize_u32 u32 serialize_u64 u64 serialize_u128 u128
        serialize_f32 f32 serialize_f64 f64
        serialize_str &str
    }

    fn serialize_char(self, v: char) -> Made<Value> {
        Ok(Value::from(v.encode_utf8(&mut [0; 4]) as &str))
    }

    fn serialize_bytes(self, v: &[u8]) -> Made<Value> {
        Ok(Value::Bytes(Bytes::from(v)))
    }

    fn serialize_none(self) -> Made<Value> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, v: &T) -> Made<Value> {
        v.serialize(self.inner()?)
    }

    fn serialize_unit(self) -> Made<Value> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Made<Value> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(self, _name: &'static str, _index: u32, variant: &'static str) -> Made<Value> {
        Ok(variant.into())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, v: &T) -> Made<Value> {
        let value = v.serialize(self.inner()?)?;
        match value {
            Value::String(text) if name == TIMESTAMP => Timestamp::parse(&text).map(Value::Timestamp).map_err(Failure::new),
            Value::List(list) if name == SET => Ok(Value::Set(list.into_iter().collect())),
            value => Ok(value),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, _: u32, variant: &'static str, v: &T) -> Made<Value> {
        Ok(with_variant(Some(variant), v.serialize(self.inner()?).map_err(|e| e.at_key(variant))?))
    }

    fn serialize_seq(self, len: Option<usize>) -> Made<Items> {
        // The length comes from a foreign type, so it must not reserve without bound.
        Ok(Items { inner: self.inner()?, variant: None, items: Vec::with_capacity(len.unwrap_or(0).min(4096)) })
    }

    fn serialize_tuple(self, len: usize) -> Made<Items> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_struct(self, _name: &'static str, len: usize) -> Made<Items> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, variant: &'static str, _len: usize) -> Made<Items> {
        Ok(Items { inner: self.inner()?, variant: Some(variant), items: Vec::new() })
    }

    fn serialize_map(self, _len: Option<usize>) -> Made<Entries> {
        Entries::new(self)
    }

    fn serialize_struct(self, name: &'static str, _len: usize) -> Made<Entries> {
        Ok(Entries { name, ..Entries::new(self)? })
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, variant: &'static str, _len: usize) -> Made<Entries> {
        Ok(Entries { variant: Some(variant), ..Entries::new(self)? })
    }
}

fn with_variant(variant: Option<&'static str>, content: Value) -> Value {
    match variant {
        Some(name) => Value::Map(Map::from_iter([(name, content)])),
        None => content,
    }
}

pub(super) struct Items {
    inner: ToValue,
    variant: Option<&'static str>,
    items: Vec<Value>,
}

impl Items {
    fn push<T: Serialize + ?Sized>(&mut self, v: &T) -> Made<()> {
        self.items.push(v.serialize(self.inner).map_err(|e| e.at_index(self.items.len()))?);
        Ok(())
    }

    fn finish(self) -> Made<Value> {
        Ok(with_variant(self.variant, self.items.into()))
    }
}

pub(super) struct Entries {
    inner: ToValue,
    variant: Option<&'static str>,
    /// The name of a struct. Two names mean that the only field is JSON text for serde_json.
    name: &'static str,
    map: Map,
    key: Str,
}

impl Entries {
    fn new(serializer: ToValue) -> Made<Entries> {
        Ok(Entries { inner: serializer.inner()?, variant: None, name: "", map: Map::new(), key: Str::default() })
    }

    fn put<T: Serialize + ?Sized>(&mut self, key: impl Into<Str>, v: &T) -> Made<()> {
        let key = key.into();
        let value = v.serialize(self.inner).map_err(|e| e.at_key(&key))?;
        self.map.insert(key, value);
        Ok(())
    }

    fn finish(self) -> Made<Value> {
        if matches!(self.name, RAW_JSON | JSON_NUMBER)
            && let Some(Value::String(text)) = self.map.values().next()
        {
            return from_json(text, self.name);
        }
        Ok(with_variant(self.variant, Value::Map(self.map)))
    }
}

/// Reads JSON text literally. A [`Number`] keeps its digits; a number of serde_json becomes a float unless that loses digits.
fn from_json(text: &str, name: &str) -> Made<Value> {
    match Number::parse(text) {
        Some(number) if name == JSON_NUMBER || number.is_integer() => Ok(Value::from_json_number(number)),
        Some(number) => Ok(Value::Number(number)),
        None => serde_json::from_str(text).map_err(Failure::new),
    }
}

fn key_text(key: Value) -> Made<Str> {
    match key {
        Value::String(text) => Ok(text),
        Value::Int(n) => Ok(n.to_string().into()),
        Value::Number(n) => Ok(n.to_string().into()),
        Value::Bool(b) => Ok(b.to_string().into()),
        other => Err(Failure::new(format_args!("a key must be a string, not {}", other.type_name()))),
    }
}

macro_rules! items {
    ($($name:ident $method:ident)*) => {$(
        impl $name for Items {
            type Ok = Value;
            type Error = Failure;
            fn $method<T: Serialize + ?Sized>(&mut self, v: &T) -> Made<()> {
                self.push(v)
            }
            fn end(self) -> Made<Value> {
                self.finish()
            }
        }
    )*};
}

items! { SerializeSeq serialize_element SerializeTuple serialize_element SerializeTupleStruct serialize_field SerializeTupleVariant serialize_field }

macro_rules! entries {
    ($($name:ident)*) => {$(
        impl $name for Entries {
            type Ok = Value;
            type Error = Failure;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, v: &T) -> Made<()> {
                self.put(key, v)
            }
            fn end(self) -> Made<Value> {
                self.finish()
            }
        }
    )*};
}

entries! { SerializeStruct SerializeStructVariant }

impl SerializeMap for Entries {
    type Ok = Value;
    type Error = Failure;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Made<()> {
        self.key = key_text(key.serialize(self.inner)?)?;
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, v: &T) -> Made<()> {
        let key = std::mem::take(&mut self.key);
        self.put(key, v)
    }
    fn end(self) -> Made<Value> {
        self.finish()
    }
}
