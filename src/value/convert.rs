//! Conversions between [`Value`] and Rust's types, comparisons, and the [`value!`](crate::value!) macro.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::str::FromStr;

use super::{Bytes, List, Map, Number, Set, Str, Stream, Timestamp, Value};
use crate::error::{Error, ErrorKind, Result};

macro_rules! from {
    ($($source:ty => $name:ident $make:expr;)*) => {$(
        impl From<$source> for Value {
            fn from($name: $source) -> Value {
                $make
            }
        }
    )*};
}

from! {
    () => _unit Value::Map(Map::new());
    bool => b Value::Bool(b);
    i8 => n Value::Int(n.into());
    i16 => n Value::Int(n.into());
    i32 => n Value::Int(n.into());
    i64 => n Value::Int(n);
    u8 => n Value::Int(n.into());
    u16 => n Value::Int(n.into());
    u32 => n Value::Int(n.into());
    u64 => n i64::try_from(n).map_or_else(|_| number(n), Value::Int);
    usize => n Value::from(n as u64);
    i128 => n i64::try_from(n).map_or_else(|_| number(n), Value::Int);
    u128 => n i64::try_from(n).map_or_else(|_| number(n), Value::Int);
    f32 => n Value::Float(n.into());
    f64 => n Value::Float(n);
    &str => s Value::String(s.into());
    String => s Value::String(s.into());
    &String => s Value::String(s.into());
    Cow<'_, str> => s Value::String(s.into());
    Str => s Value::String(s);
    &Str => s Value::String(s.clone());
    Number => n Value::Number(n);
    Bytes => b Value::Bytes(b);
    &[u8] => b Value::Bytes(b.into());
    Vec<u8> => b Value::Bytes(b.into());
    Timestamp => t Value::Timestamp(t);
    List => l Value::List(l);
    Map => m Value::Map(m);
    Set => s Value::Set(s);
    Stream => s Value::Stream(s);
    &Value => v v.clone();
}

fn number(n: impl ToString) -> Value {
    Number::parse(&n.to_string()).map_or(Value::Null, Value::Number)
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(bytes: &[u8; N]) -> Value {
        Value::Bytes(bytes.into())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// Item types of vectors and slices that become lists. `u8` is missing because a `Vec<u8>` is binary data.
macro_rules! from_lists {
    ($($item:ty),*) => {$(
        impl From<Vec<$item>> for Value {
            fn from(values: Vec<$item>) -> Value {
                values.into_iter().collect()
            }
        }

        impl From<&[$item]> for Value {
            fn from(values: &[$item]) -> Value {
                values.iter().cloned().collect()
            }
        }

        impl From<&Vec<$item>> for Value {
            fn from(values: &Vec<$item>) -> Value {
                values.as_slice().into()
            }
        }
    )*};
}

from_lists! {
    Value, Map, List, Str, String, &str, bool, i8, i16, i32, i64, u16, u32, u64, usize, i128, u128, f32, f64, Number, Bytes,
    Timestamp, Vec<u8>, Vec<i32>, Vec<i64>, Vec<f64>, Vec<String>, Vec<Value>
}

impl<T: Into<Value>, S> From<HashSet<T, S>> for Value {
    fn from(values: HashSet<T, S>) -> Value {
        values.into_iter().collect()
    }
}

impl<T: Into<Value>> From<BTreeSet<T>> for Value {
    fn from(values: BTreeSet<T>) -> Value {
        values.into_iter().collect()
    }
}

impl<T: Into<Value>, const N: usize> From<[T; N]> for Value {
    fn from(values: [T; N]) -> Value {
        values.into_iter().collect()
    }
}

impl<T: Into<Value>> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Value {
        Value::List(values.into_iter().collect())
    }
}

impl From<std::time::SystemTime> for Value {
    fn from(time: std::time::SystemTime) -> Value {
        Value::Timestamp(time.into())
    }
}

impl<K: Into<Str>, V: Into<Value>, S> From<HashMap<K, V, S>> for Value {
    fn from(entries: HashMap<K, V, S>) -> Value {
        Value::Map(entries.into_iter().collect())
    }
}

impl<K: Into<Str>, V: Into<Value>> From<BTreeMap<K, V>> for Value {
    fn from(entries: BTreeMap<K, V>) -> Value {
        Value::Map(entries.into_iter().collect())
    }
}

impl<K: AsRef<str>, V: Clone + Into<Value>, S> From<&HashMap<K, V, S>> for Value {
    fn from(entries: &HashMap<K, V, S>) -> Value {
        Value::Map(entries.iter().map(|(key, value)| (key.as_ref(), value.clone())).collect())
    }
}

impl<K: AsRef<str>, V: Clone + Into<Value>> From<&BTreeMap<K, V>> for Value {
    fn from(entries: &BTreeMap<K, V>) -> Value {
        Value::Map(entries.iter().map(|(key, value)| (key.as_ref(), value.clone())).collect())
    }
}

/// Streams the file from its current position to its end. A file that cannot seek, such as a pipe, can be read only once.
impl From<std::fs::File> for Value {
    fn from(file: std::fs::File) -> Value {
        Value::Stream(Stream::from_file(file))
    }
}

/// Parses the unambiguous JSON form; see [`Value::from_json_text`].
///
/// ```
/// let v: tucuxi::Value = r#"{"Body": {"$bytes": "aGk="}}"#.parse()?;
/// assert_eq!(v["Body"].as_bytes(), Some(&b"hi"[..]));
/// # Ok::<(), tucuxi::Error>(())
/// ```
impl FromStr for Value {
    type Err = Error;
    fn from_str(text: &str) -> Result<Value> {
        Value::from_json_text(text)
    }
}

/// Conversions that fail with [`ErrorKind::Conversion`] if the value has another type or is out of range.
macro_rules! try_from {
    ($($target:ty, $expected:literal, $value:ident => $convert:expr;)*) => {$(
        impl TryFrom<&Value> for $target {
            type Error = Error;
            fn try_from($value: &Value) -> Result<$target> {
                $convert.ok_or_else(|| mismatch($expected, $value))
            }
        }

        impl TryFrom<Value> for $target {
            type Error = Error;
            fn try_from(value: Value) -> Result<$target> {
                <$target>::try_from(&value)
            }
        }
    )*};
}

try_from! {
    bool, "boolean", v => v.as_bool();
    i8, "i8", v => whole(v);
    i16, "i16", v => whole(v);
    i32, "i32", v => whole(v);
    i64, "i64", v => whole(v);
    i128, "i128", v => whole(v);
    u8, "u8", v => whole(v);
    u16, "u16", v => whole(v);
    u32, "u32", v => whole(v);
    u64, "u64", v => whole(v);
    u128, "u128", v => whole(v);
    usize, "usize", v => whole(v);
    f64, "number", v => v.as_float();
    String, "string", v => v.as_str().map(str::to_owned);
    Str, "string", v => if let Value::String(s) = v { Some(s.clone()) } else { None };
    Vec<u8>, "blob", v => v.as_bytes().map(<[u8]>::to_vec);
    Timestamp, "timestamp", v => v.as_timestamp();
    List, "list", v => v.as_list().cloned();
    Map, "map", v => v.as_map().cloned();
    Set, "set", v => v.as_set().cloned();
    Stream, "stream", v => v.as_stream().cloned();
}

fn whole<T: FromStr>(value: &Value) -> Option<T> {
    match value {
        Value::Int(n) => n.to_string().parse().ok(),
        Value::Number(n) => n.as_str().parse().ok(),
        _ => None,
    }
}

fn mismatch(expected: &str, value: &Value) -> Error {
    Error::new(ErrorKind::Conversion, format!("Cannot convert a value of type {} to {expected}", value.type_name()))
        .with_detail("type", value.type_name())
        .with_detail("expected", expected)
}

impl<K: Into<Str>, V: Into<Value>, const N: usize> From<[(K, V); N]> for Map {
    fn from(entries: [(K, V); N]) -> Map {
        entries.into_iter().collect()
    }
}

impl PartialEq<str> for Value {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<&str> for Value {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl PartialEq<String> for Value {
    fn eq(&self, other: &String) -> bool {
        self == other.as_str()
    }
}

impl PartialEq<bool> for Value {
    fn eq(&self, other: &bool) -> bool {
        self.as_bool() == Some(*other)
    }
}

/// Only integers are equal to integers: `Value::Float(1.0)` does not equal `1`.
macro_rules! eq_whole {
    ($($int:ty)*) => {$(
        impl PartialEq<$int> for Value {
            fn eq(&self, other: &$int) -> bool {
                whole::<$int>(self) == Some(*other)
            }
        }
    )*};
}

eq_whole! { i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 usize }

/// Only floats are equal to floats: `Value::Int(1)` does not equal `1.0`.
impl PartialEq<f64> for Value {
    fn eq(&self, other: &f64) -> bool {
        matches!(self, Value::Float(n) if n == other)
    }
}

/// The same as for `f64`.
impl PartialEq<f32> for Value {
    fn eq(&self, other: &f32) -> bool {
        *self == f64::from(*other)
    }
}

macro_rules! eq_reversed {
    ($($other:ty)*) => {$(
        impl PartialEq<Value> for $other {
            fn eq(&self, other: &Value) -> bool {
                other == self
            }
        }
    )*};
}

eq_reversed! { str &str String bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 usize f32 f64 }

/// Creates a [`Value`](crate::Value) from a JSON-like literal. Keys are expressions that convert into a [`Str`](crate::Str).
/// Values are literals, nested lists and maps, or expressions that convert into a `Value`.
///
/// ```
/// use tucuxi::value;
///
/// let key = "a.txt";
/// let v = value!({"Key": key, "Size": 3 * 1024, "Tags": [{"Key": "k", "Value": null}], "Public": false});
/// assert_eq!(v["Size"].as_int(), Some(3072));
/// assert!(v["Tags"][0].get("Value").unwrap().is_null());
/// ```
#[macro_export]
macro_rules! value {
    (null) => { $crate::Value::Null };
    ([]) => { $crate::Value::List($crate::List::new()) };
    ({}) => { $crate::Value::Map($crate::Map::new()) };
    ([ $($items:tt)+ ]) => {{
        let mut list = $crate::List::new();
        $crate::__value_list!(list $($items)+);
        $crate::Value::List(list)
    }};
    ({ $($entries:tt)+ }) => {{
        let mut map = $crate::Map::new();
        $crate::__value_map!(map $($entries)+);
        $crate::Value::Map(map)
    }};
    ($other:expr) => { $crate::Value::from($other) };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __value_list {
    ($list:ident) => {};
    ($list:ident null $(, $($rest:tt)*)?) => { $list.push($crate::Value::Null); $($crate::__value_list!($list $($rest)*);)? };
    ($list:ident [ $($inner:tt)* ] $(, $($rest:tt)*)?) => { $list.push($crate::value!([ $($inner)* ])); $($crate::__value_list!($list $($rest)*);)? };
    ($list:ident { $($inner:tt)* } $(, $($rest:tt)*)?) => { $list.push($crate::value!({ $($inner)* })); $($crate::__value_list!($list $($rest)*);)? };
    ($list:ident $item:expr $(, $($rest:tt)*)?) => { $list.push($crate::Value::from($item)); $($crate::__value_list!($list $($rest)*);)? };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __value_map {
    ($map:ident) => {};
    ($map:ident $key:tt : null $(, $($rest:tt)*)?) => { $map.insert($key, $crate::Value::Null); $($crate::__value_map!($map $($rest)*);)? };
    ($map:ident $key:tt : [ $($inner:tt)* ] $(, $($rest:tt)*)?) => { $map.insert($key, $crate::value!([ $($inner)* ])); $($crate::__value_map!($map $($rest)*);)? };
    ($map:ident $key:tt : { $($inner:tt)* } $(, $($rest:tt)*)?) => { $map.insert($key, $crate::value!({ $($inner)* })); $($crate::__value_map!($map $($rest)*);)? };
    ($map:ident $key:tt : $item:expr $(, $($rest:tt)*)?) => { $map.insert($key, $crate::Value::from($item)); $($crate::__value_map!($map $($rest)*);)? };
    ($map:ident $($rest:tt)+) => { $crate::__value_key!($map () $($rest)+); };
}

/// Collects a key that consists of several tokens, such as `name.clone()`.
#[doc(hidden)]
#[macro_export]
macro_rules! __value_key {
    ($map:ident ($($key:tt)+) : $($rest:tt)+) => { let key = $($key)+; $crate::__value_map!($map key : $($rest)+); };
    ($map:ident ($($key:tt)*) $next:tt $($rest:tt)+) => { $crate::__value_key!($map ($($key)* $next) $($rest)+); };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_maps_become_maps() {
        let sorted = BTreeMap::from([("b", 2), ("a", 1)]);
        assert_eq!(Value::from(sorted), value!({"a": 1, "b": 2}));
        assert_eq!(Value::from(HashMap::from([("a", "x")])), value!({"a": "x"}));
        assert_eq!(Value::from(Map::from([("a", vec!["x"])])), value!({"a": ["x"]}));
    }

    #[test]
    fn values_compare_with_rust_types() {
        let v = value!({"text": "x", "number": 3, "truth": true, "float": 3.0});
        assert!(v["text"] == "x" && v["text"] == *"x" && v["text"] != "y");
        assert!(v["number"] == 3 && v["float"] != 3 && v["text"] != 3);
        assert!(v["truth"] == true && v["missing"] != false);
    }

    #[test]
    fn collections_become_lists_and_maps() {
        assert_eq!(Value::from(vec![1, 2]), value!([1, 2]));
        assert_eq!(Value::from(&["a".to_owned()][..]), value!(["a"]));
        assert_eq!(Value::from(BTreeSet::from(["b", "a"])), value!(["a", "b"]));
        assert_eq!(Value::from(HashMap::from([("k", vec![1])])), value!({"k": [1]}));
        assert_eq!(Value::from(&HashMap::from([("k".to_owned(), 1)])), value!({"k": 1}));
    }

    #[test]
    fn values_convert_back() {
        assert_eq!(u8::try_from(Value::Int(255)).unwrap(), 255);
        let error = u8::try_from(&Value::Int(256)).unwrap_err();
        assert_eq!((error.kind(), error.details()["expected"].as_str()), (ErrorKind::Conversion, Some("u8")));
        assert_eq!(String::try_from(Value::from("x")).unwrap(), "x");
        assert!(3u64 == Value::Int(3) && Value::Float(0.5) == 0.5f32);
    }

    #[test]
    fn iteration_and_assignment_by_index() {
        let mut v = Value::Null;
        v["a"]["b"] = 1.into();
        v["list"] = vec![1, 2].into();
        v["list"][1] = 3.into();
        assert_eq!(v, value!({"a": {"b": 1}, "list": [1, 3]}));
        assert_eq!((&v["list"]).into_iter().count(), 2);
        assert_eq!((&v["missing"]).into_iter().count(), 0);
        assert_eq!((v.len(), v["missing"].is_empty(), v["list"].is_empty()), (2, true, false));
    }

    #[test]
    fn keys_can_be_expressions() {
        let (key, name) = (Str::from("k"), String::from("n"));
        assert_eq!(value!({"a": 1, key.clone(): [2], name.clone() + "x": {"b": null}}), value!({"a": 1, "k": [2], "nx": {"b": null}}));
        assert_eq!(value!({ &key: 1 }), value!({"k": 1}));
    }

    #[test]
    fn a_file_becomes_a_stream() {
        let file = std::fs::File::open("Cargo.toml").unwrap();
        let length = file.metadata().unwrap().len();
        assert_eq!(Value::from(file).as_stream().unwrap().length(), Some(length));
    }

    #[test]
    fn serde_json_values_and_text_convert_both_ways() {
        let value = value!({"Body": b"hi"});
        assert_eq!(serde_json::Value::from(&value), serde_json::json!({"Body": {"$bytes": "aGk="}}));
        assert_eq!(r#"{"Body": {"$bytes": "aGk="}}"#.parse::<Value>().unwrap(), value);
    }
}
