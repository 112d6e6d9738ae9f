//! A deserializer whose format is [`Value`].

use serde::de::value::{SeqDeserializer, StrDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::failure::Failure;
use crate::error::Result;
use crate::value::{Number, Str, Value};

/// Any type that deserializes, out of a [`Value`]. What the type does not know is ignored, as its `Deserialize` has it.
///
/// # Errors
/// If the value does not fit the type; the message begins with the path of the place.
///
/// ```
/// use std::collections::HashMap;
/// use tucuxi::{self, from_value};
///
/// let value = tucuxi::value!({"sizes": [1, "two"]});
/// let error = from_value::<HashMap<String, Vec<u64>>>(value).unwrap_err();
/// assert!(error.message().starts_with("sizes[1]: "), "{error}");
/// ```
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T> {
    Ok(T::deserialize(FromValue(value))?)
}

struct FromValue(Value);

type Read<T> = std::result::Result<T, Failure>;

impl<'de> Deserializer<'de> for FromValue {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(b) => visitor.visit_bool(b),
            Value::Int(n) => visitor.visit_i64(n),
            Value::Float(n) => visitor.visit_f64(n),
            Value::Number(n) => visit_number(&n, visitor),
            Value::String(text) => visitor.visit_str(&text),
            Value::Bytes(bytes) => visitor.visit_bytes(&bytes),
            Value::Timestamp(t) => visitor.visit_string(t.to_iso8601()),
            Value::List(list) => visitor.visit_seq(Items { rest: list.into_iter(), index: 0 }),
            Value::Map(map) => visitor.visit_map(Entries { rest: map.into_iter(), next: None }),
            Value::Stream(_) => Err(Failure::new("a stream cannot be deserialized, read it first")),
        }
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if let Value::Number(n) = &self.0
            && let Ok(n) = n.as_str().parse()
        {
            return visitor.visit_i128(n);
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if let Value::Number(n) = &self.0
            && let Ok(n) = n.as_str().parse()
        {
            return visitor.visit_u128(n);
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.0 {
            // A `Vec<u8>` asks for a sequence.
            Value::Bytes(bytes) => visitor.visit_seq(SeqDeserializer::new(bytes.iter().copied())),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Read<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Read<V::Value> {
        match self.0 {
            Value::String(variant) => visitor.visit_enum(Variant { variant, content: None }),
            Value::Map(map) if map.len() == 1 => {
                let (variant, content) = map.into_iter().next().unwrap_or_default();
                visitor.visit_enum(Variant { variant, content: Some(content) })
            }
            other => Err(Failure::new(format_args!("invalid type: {}, expected text or a map of one entry", other.type_name()))),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct
        tuple tuple_struct map struct identifier
    }
}

fn visit_number<'de, V: Visitor<'de>>(n: &Number, visitor: V) -> Read<V::Value> {
    if let Ok(int) = n.as_str().parse() {
        return visitor.visit_i64(int);
    }
    if let Ok(int) = n.as_str().parse() {
        return visitor.visit_u64(int);
    }
    visitor.visit_f64(n.to_f64())
}

struct Items {
    rest: std::vec::IntoIter<Value>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        let Some(value) = self.rest.next() else { return Ok(None) };
        let element = seed.deserialize(FromValue(value)).map_err(|e| e.at_index(self.index))?;
        self.index += 1;
        Ok(Some(element))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

struct Entries {
    rest: std::vec::IntoIter<(Str, Value)>,
    next: Option<(Str, Value)>,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        self.next = self.rest.next();
        let Some((key, _)) = &self.next else { return Ok(None) };
        seed.deserialize(Key(key)).map(Some).map_err(|e| e.at_key(key))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<T::Value> {
        let (key, value) = self.next.take().ok_or_else(|| Failure::new("a value was asked for before its key"))?;
        seed.deserialize(FromValue(value)).map_err(|e| e.at_key(&key))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// A map's key: text, or what the text spells where the type wants a number or a boolean.
struct Key<'a>(&'a str);

macro_rules! spelled {
    ($($method:ident $visit:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            match self.0.parse() {
                Ok(v) => visitor.$visit(v),
                Err(_) => visitor.visit_str(self.0),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Key<'_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_str(self.0)
    }

    spelled! {
        deserialize_bool visit_bool
        deserialize_i8 visit_i8 deserialize_i16 visit_i16 deserialize_i32 visit_i32 deserialize_i64 visit_i64
        deserialize_u8 visit_u8 deserialize_u16 visit_u16 deserialize_u32 visit_u32 deserialize_u64 visit_u64
        deserialize_i128 visit_i128 deserialize_u128 visit_u128
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Read<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Read<V::Value> {
        visitor.visit_enum(Variant { variant: self.0.into(), content: None })
    }

    forward_to_deserialize_any! {
        f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Variant {
    variant: Str,
    content: Option<Value>,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Failure;
    type Variant = Content;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Read<(V::Value, Content)> {
        let name: StrDeserializer<Failure> = self.variant.as_str().into_deserializer();
        let variant = seed.deserialize(name)?;
        Ok((variant, Content { variant: self.variant, content: self.content }))
    }
}

/// What belongs to a variant, if anything does.
struct Content {
    variant: Str,
    content: Option<Value>,
}

impl Content {
    fn read<T>(self, read: impl FnOnce(FromValue) -> Read<T>) -> Read<T> {
        match self.content {
            Some(content) => read(FromValue(content)).map_err(|e| e.at_key(&self.variant)),
            None => Err(Failure::new(format_args!("the variant {} wants content", self.variant))),
        }
    }
}

impl<'de> VariantAccess<'de> for Content {
    type Error = Failure;

    fn unit_variant(self) -> Read<()> {
        match self.content {
            None | Some(Value::Null) => Ok(()),
            Some(other) => Err(Failure::new(format_args!("the variant {} has no content, not {}", self.variant, other.type_name()))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<T::Value> {
        self.read(|content| seed.deserialize(content))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Read<V::Value> {
        self.read(|content| content.deserialize_any(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(self, _fields: &'static [&'static str], visitor: V) -> Read<V::Value> {
        self.read(|content| content.deserialize_any(visitor))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Serialize};

    use super::super::{from_value, to_value};
    use crate::value::{Bytes, Number, Timestamp, Value};

    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    enum Shape {
        Unit,
        New(i32),
        Tuple(i32, String),
        Struct { a: Option<bool> },
    }

    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Everything {
        when: Timestamp,
        data: Bytes,
        octets: Vec<u8>,
        shapes: Vec<Shape>,
        by_number: BTreeMap<u16, f32>,
        big: u64,
        huge: i128,
        digits: Number,
        letter: char,
        nothing: Option<()>,
        pair: (u8, String),
    }

    fn everything() -> Everything {
        Everything {
            when: Timestamp::new(5, 7),
            data: Bytes::from(b"\xff"),
            octets: vec![1, 2],
            shapes: vec![Shape::Unit, Shape::New(-1), Shape::Tuple(1, "x".into()), Shape::Struct { a: Some(true) }],
            by_number: [(7, 0.5)].into(),
            big: u64::MAX,
            huge: i128::MIN,
            digits: Number::parse("18446744073709551615").unwrap(),
            letter: '\u{e9}',
            nothing: None,
            pair: (1, "p".into()),
        }
    }

    #[test]
    fn every_kind_of_type_both_ways() {
        let value = to_value(&everything()).unwrap();
        assert_eq!(value["when"], Value::Timestamp(Timestamp::new(5, 7)));
        assert_eq!(value["data"].as_bytes(), Some(&b"\xff"[..]));
        assert_eq!(value["shapes"][3]["Struct"]["a"], Value::Bool(true));
        assert_eq!(value["by_number"]["7"], Value::Float(0.5));
        assert_eq!(value["big"], Value::Number(Number::parse("18446744073709551615").unwrap()));
        assert_eq!(value.as_map().unwrap().keys().next(), Some("when"));
        assert_eq!(from_value::<Everything>(value).unwrap(), everything());
    }

    #[test]
    fn json_text_both_ways() {
        let text = serde_json::to_string(&everything()).unwrap();
        assert_eq!(serde_json::from_str::<Everything>(&text).unwrap(), everything());
        let value: Value = serde_json::from_str(r#"{"z": 1, "a": [2.5, null, {"$bytes": "x"}]}"#).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), r#"{"z":1,"a":[2.5,null,{"$bytes":"x"}]}"#);
    }

    #[test]
    fn bytes_also_make_a_vector() {
        assert_eq!(from_value::<Vec<u8>>(Value::from(b"ab")).unwrap(), b"ab");
    }

    #[test]
    fn a_failure_names_the_place() {
        let error = from_value::<Vec<Shape>>(crate::value!(["Unit", {"Struct": {"a": 1}}])).unwrap_err();
        assert_eq!(error.message(), "[1].Struct.a: invalid type: integer `1`, expected a boolean");
        let error = to_value(&BTreeMap::from([(Some(vec![1]), 1)])).unwrap_err();
        assert_eq!(error.message(), "a key must be text, not list");
        assert!(from_value::<Shape>(Value::from("New")).unwrap_err().message().contains("wants content"));
    }
}
