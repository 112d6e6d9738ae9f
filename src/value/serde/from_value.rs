//! A deserializer that reads a [`Value`].

use std::any::type_name;

use serde::de::value::{MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::{BYTES, Failure, JSON_NUMBER, RAW_JSON, Reader, SET, TIMESTAMP, reads_json_number};
use crate::error::Result;
use crate::value::nested::{MAX_DEPTH, too_deep};
use crate::value::{Number, Str, Value};

/// Deserializes any type from a [`Value`].
///
/// [`Timestamp`](crate::Timestamp)s and [`Number`](crate::Number)s lose nothing if the type has fields of these types or of
/// type [`Value`]. Streams, such as the body of a response, are skipped unless the type has a typed field for them;
/// self-describing types such as `serde_json::Value` receive null.
///
/// # Errors
/// Fails with [`ErrorKind::Conversion`](crate::ErrorKind::Conversion) if the value does not fit the type, a field expects the
/// content of a stream, or the value is nested deeper than 300 levels. The message begins with the path.
///
/// ```
/// use std::collections::HashMap;
/// use tucuxi::from_value;
///
/// let value = tucuxi::value!({"sizes": [1, "two"]});
/// let error = from_value::<HashMap<String, Vec<u64>>>(value).unwrap_err();
/// assert!(error.message().starts_with("sizes[1]: "), "{error}");
/// ```
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T> {
    Ok(T::deserialize(FromValue { value, depth: 0 })?)
}

struct FromValue {
    value: Value,
    depth: usize,
}

type Read<T> = std::result::Result<T, Failure>;

impl FromValue {
    /// The depth of what the value contains.
    fn inner_depth(&self) -> Read<usize> {
        if self.depth >= MAX_DEPTH { Err(Failure::new(too_deep())) } else { Ok(self.depth + 1) }
    }

    /// For types that expect content, which a stream cannot provide.
    fn check_content(&self) -> Read<()> {
        match self.value {
            Value::Stream(_) => Err(Failure::new("a stream cannot be deserialized; read it first")),
            _ => Ok(()),
        }
    }
}

/// Types that expect content.
macro_rules! typed {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            self.check_content()?;
            self.deserialize_any(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for FromValue {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.value {
            Value::Null | Value::Stream(_) => visitor.visit_unit(),
            Value::Bool(b) => visitor.visit_bool(b),
            Value::Int(n) => visitor.visit_i64(n),
            Value::Float(n) => visitor.visit_f64(n),
            Value::Number(n) => visit_number(&n, visitor),
            Value::String(text) => visitor.visit_str(&text),
            Value::Bytes(bytes) => visitor.visit_bytes(&bytes),
            Value::Timestamp(t) if is_reader::<V>() => visitor.visit_enum(Variant::text(TIMESTAMP, &t.to_iso8601())),
            Value::Timestamp(t) => visitor.visit_string(t.to_iso8601()),
            Value::Set(set) if is_reader::<V>() => {
                let depth = self.depth;
                visitor.visit_enum(Variant { variant: SET.into(), content: Some(Value::List(set.into())), depth })
            }
            Value::List(_) | Value::Map(_) | Value::Set(_) => {
                let depth = self.inner_depth()?;
                match self.value {
                    Value::List(list) => visitor.visit_seq(Items { rest: list.into_iter(), index: 0, depth }),
                    Value::Map(map) => visitor.visit_map(Entries { rest: map.into_iter(), next: None, depth }),
                    Value::Set(set) => visitor.visit_seq(Items { rest: set.into_iter(), index: 0, depth }),
                    _ => unreachable!("checked above"),
                }
            }
        }
    }

    typed! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_map deserialize_identifier
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.deserialize_any(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Read<V::Value> {
        self.deserialize_any(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Read<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _name: &'static str, _len: usize, visitor: V) -> Read<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Read<V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if let Value::Number(n) = &self.value
            && let Ok(n) = n.as_str().parse()
        {
            return visitor.visit_i128(n);
        }
        self.deserialize_i64(visitor)
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if let Value::Number(n) = &self.value
            && let Ok(n) = n.as_str().parse()
        {
            return visitor.visit_u128(n);
        }
        self.deserialize_u64(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(FromValue { depth: self.inner_depth()?, ..self }),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.check_content()?;
        match self.value {
            // A `Vec<u8>` is deserialized as a sequence.
            Value::Bytes(bytes) => visitor.visit_seq(SeqDeserializer::new(bytes.iter().copied())),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Read<V::Value> {
        match name {
            RAW_JSON => {
                self.check_content()?;
                visitor.visit_map(MapDeserializer::new([(RAW_JSON, self.value.to_plain_json_text())].into_iter()))
            }
            TIMESTAMP | BYTES | SET => {
                self.check_content()?;
                visitor.visit_newtype_struct(self)
            }
            _ => visitor.visit_newtype_struct(FromValue { depth: self.inner_depth()?, ..self }),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Read<V::Value> {
        self.check_content()?;
        let depth = self.inner_depth()?;
        match self.value {
            Value::String(variant) => visitor.visit_enum(Variant { variant, content: None, depth }),
            Value::Map(map) if map.len() == 1 => {
                let (variant, content) = map.into_iter().next().unwrap_or_default();
                visitor.visit_enum(Variant { variant, content: Some(content), depth })
            }
            other => Err(Failure::new(format_args!("invalid type: {}, expected a string or a map with one entry", other.type_name()))),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_unit()
    }
}

/// Returns whether a visitor builds a [`Value`] and hence understands types that serde does not know.
fn is_reader<V>() -> bool {
    type_name::<V>() == type_name::<Reader>()
}

fn visit_number<'de, V: Visitor<'de>>(n: &Number, visitor: V) -> Read<V::Value> {
    let digits = n.as_str();
    match (digits.parse(), digits.parse()) {
        // A `-0` must not lose its sign.
        _ if digits == "-0" => {}
        (Ok(int), _) => return visitor.visit_i64(int),
        (_, Ok(int)) if !is_reader::<V>() => return visitor.visit_u64(int),
        _ => {}
    }
    if is_reader::<V>() {
        return visitor.visit_enum(Variant::text(RAW_JSON, n.as_str()));
    }
    if reads_json_number::<V>() {
        return visitor.visit_map(MapDeserializer::new([(JSON_NUMBER, n.as_str())].into_iter()));
    }
    visitor.visit_f64(n.to_f64())
}

struct Items {
    rest: std::vec::IntoIter<Value>,
    index: usize,
    depth: usize,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        let Some(value) = self.rest.next() else { return Ok(None) };
        let element = seed.deserialize(FromValue { value, depth: self.depth }).map_err(|e| e.at_index(self.index))?;
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
    depth: usize,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        self.next = self.rest.next();
        let Some((key, _)) = &self.next else { return Ok(None) };
        seed.deserialize(Key(key)).map(Some).map_err(|e| e.at_key(key))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<T::Value> {
        let (key, value) = self.next.take().ok_or_else(|| Failure::new("a value was requested before its key"))?;
        seed.deserialize(FromValue { value, depth: self.depth }).map_err(|e| e.at_key(&key))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// A map key: a string, parsed if the type requires a number or a boolean.
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
        visitor.visit_enum(Variant { variant: self.0.into(), content: None, depth: 0 })
    }

    forward_to_deserialize_any! {
        f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Variant {
    variant: Str,
    content: Option<Value>,
    depth: usize,
}

impl Variant {
    fn text(variant: &str, content: &str) -> Variant {
        Variant { variant: variant.into(), content: Some(content.into()), depth: 0 }
    }
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Failure;
    type Variant = Content;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Read<(V::Value, Content)> {
        let name: StrDeserializer<Failure> = self.variant.as_str().into_deserializer();
        let variant = seed.deserialize(name)?;
        Ok((variant, Content(self)))
    }
}

/// The content of a variant, if it has any.
struct Content(Variant);

impl Content {
    fn read<T>(self, read: impl FnOnce(FromValue) -> Read<T>) -> Read<T> {
        let Content(Variant { variant, content, depth }) = self;
        match content {
            Some(value) => read(FromValue { value, depth }).map_err(|e| e.at_key(&variant)),
            None => Err(Failure::new(format_args!("the variant {variant} requires content"))),
        }
    }
}

impl<'de> VariantAccess<'de> for Content {
    type Error = Failure;

    fn unit_variant(self) -> Read<()> {
        match self.0.content {
            None | Some(Value::Null) => Ok(()),
            Some(other) => {
                Err(Failure::new(format_args!("the variant {} has no content, but found {}", self.0.variant, other.type_name())))
            }
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
    use crate::value::{Bytes, Number, Stream, Timestamp, Value};

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
    fn every_kind_of_type_converts_both_ways() {
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
    fn json_text_converts_both_ways() {
        let text = serde_json::to_string(&everything()).unwrap();
        assert_eq!(serde_json::from_str::<Everything>(&text).unwrap(), everything());
        let value: Value = serde_json::from_str(r#"{"z": 1, "a": [2.5, null, {"$bytes": "x"}]}"#).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), r#"{"z":1,"a":[2.5,null,{"$bytes":"x"}]}"#);
    }

    #[test]
    fn bytes_can_become_a_vector() {
        assert_eq!(from_value::<Vec<u8>>(Value::from(b"ab")).unwrap(), b"ab");
    }

    #[test]
    fn a_failure_names_the_path() {
        let error = from_value::<Vec<Shape>>(crate::value!(["Unit", {"Struct": {"a": 1}}])).unwrap_err();
        assert_eq!(error.message(), "[1].Struct.a: invalid type: integer `1`, expected a boolean");
        let error = to_value(&BTreeMap::from([(Some(vec![1]), 1)])).unwrap_err();
        assert_eq!(error.message(), "a key must be a string, not list");
        assert!(from_value::<Shape>(Value::from("New")).unwrap_err().message().contains("requires content"));
    }

    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Price {
        amount: Number,
        any: Value,
        json: serde_json::Number,
        when: Value,
    }

    #[test]
    fn numbers_keep_their_digits() {
        let number = |text: &str| Number::parse(text).unwrap();
        for digits in ["1.10", "-0", "1E+100", "123456789012345678901234567890", "0.1234567890123456789", "18446744073709551615"] {
            let when = Value::from(Timestamp::new(5, 0));
            let price = Price { amount: number(digits), any: number(digits).into(), json: 7.into(), when: when.clone() };
            let value = to_value(&price).unwrap();
            assert_eq!(value, crate::value!({"amount": number(digits), "any": number(digits), "json": 7, "when": when}));
            assert_eq!(from_value::<Price>(value).unwrap(), price);
            let text = serde_json::to_string(&number(digits)).unwrap();
            assert_eq!(text, digits);
            assert_eq!(serde_json::from_str::<Number>(&text).unwrap(), number(digits));
        }
        assert_eq!(
            serde_json::from_str::<Vec<Option<Number>>>("[1.50, null, 7]").unwrap(),
            [Some(number("1.50")), None, Some(number("7"))]
        );
        assert_eq!(serde_json::from_value::<Number>(serde_json::json!(0.5)).unwrap(), number("0.5"));
        let error = from_value::<Price>(crate::value!({"amount": "1"})).unwrap_err();
        assert_eq!(error.message(), "amount: invalid type: string, expected a finite number");
    }

    #[test]
    fn any_value_becomes_json_text() {
        for (value, text) in [
            (Value::from("a\"b"), r#""a\"b""#),
            (b"hi".into(), r#""aGk=""#),
            (crate::value!([1, null]), "[1,null]"),
            (crate::Number::parse("1.50").unwrap().into(), "1.50"),
        ] {
            assert_eq!(from_value::<Box<serde_json::value::RawValue>>(value).unwrap().get(), text);
        }
    }

    #[test]
    fn numbers_of_serde_json_convert_both_ways() {
        for json in [serde_json::json!(0.5), serde_json::json!(7), serde_json::json!(u64::MAX), serde_json::json!(-0.0)] {
            let value = to_value(&json).unwrap();
            assert_eq!(value, Value::from(&json));
            assert_eq!(from_value::<serde_json::Value>(value.clone()).unwrap(), json);
            assert_eq!(Value::Number(from_value::<Number>(value).unwrap()).to_string(), json.to_string());
        }
        assert_eq!(to_value(&serde_json::json!({"a": 0.5})).unwrap(), crate::value!({"a": 0.5}));
        let decimal = Value::Number(Number::parse("0.5").unwrap());
        assert_eq!(from_value::<serde_json::Number>(decimal).unwrap(), serde_json::Number::from_f64(0.5).unwrap());
    }

    /// `cargo test --features serde_json/arbitrary_precision` runs this with the other representation of serde_json's numbers.
    #[test]
    fn serde_json_numbers_keep_their_digits_where_they_can() {
        let arbitrary = *super::super::ARBITRARY_PRECISION;
        let text = r#"{"a":[1,-7,0.5,1e3,123456789012345678901234567890]}"#;
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(value["a"][0], Value::Int(1));
        assert_eq!(value["a"][3], Value::Float(1000.0));
        assert_eq!(matches!(value["a"][4], Value::Number(_)), arbitrary);
        assert_eq!(Value::from_json_text("[1]").unwrap(), crate::value!([1]));
        let digits = Value::Number(Number::parse("123456789012345678901234567890").unwrap());
        let json: serde_json::Value = from_value(digits.clone()).unwrap();
        assert_eq!(to_value(&json).unwrap() == digits, arbitrary);
        assert_eq!(serde_json::from_str::<Timestamp>("1.5").unwrap(), Timestamp::new(1, 500_000_000));
        assert_eq!(serde_json::from_str::<Bytes>("[1, 2]").unwrap(), Bytes::from(vec![1, 2]));
    }

    #[derive(Deserialize, PartialEq, Debug)]
    #[serde(rename_all = "PascalCase")]
    struct WithoutBody {
        content_length: u64,
        #[serde(flatten)]
        rest: BTreeMap<String, serde_json::Value>,
    }

    #[derive(Deserialize, Debug)]
    #[serde(rename_all = "PascalCase")]
    #[allow(dead_code, reason = "only deserialization is tested")]
    struct WithBody<T> {
        body: Option<T>,
    }

    #[test]
    fn streams_are_skipped_unless_their_content_is_required() {
        let response = || crate::value!({"Body": (Stream::from_reader(&b"x"[..])), "ContentLength": 1, "ETag": "e"});
        let found: WithoutBody = from_value(response()).unwrap();
        assert_eq!((found.content_length, &found.rest["ETag"], &found.rest["Body"]), (1, &"e".into(), &serde_json::Value::Null));
        assert_eq!(
            from_value::<serde_json::Value>(response()).unwrap(),
            serde_json::json!({"Body": null, "ContentLength": 1, "ETag": "e"})
        );
        let nested = crate::value!({"Out": [(response())]});
        for error in [
            from_value::<BTreeMap<String, Vec<WithBody<String>>>>(nested.clone()).unwrap_err(),
            from_value::<BTreeMap<String, Vec<WithBody<Bytes>>>>(nested.clone()).unwrap_err(),
            from_value::<BTreeMap<String, Vec<WithBody<Vec<u8>>>>>(nested.clone()).unwrap_err(),
            from_value::<BTreeMap<String, Vec<WithBody<Number>>>>(nested.clone()).unwrap_err(),
            from_value::<BTreeMap<String, Vec<WithBody<Everything>>>>(nested).unwrap_err(),
        ] {
            assert_eq!(error.message(), "Out[0].Body: a stream cannot be deserialized; read it first");
        }
    }
}
