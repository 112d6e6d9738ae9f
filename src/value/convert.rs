//! Conversions from Rust's own types into [`Value`].

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::{Bytes, List, Map, Number, Str, Stream, Timestamp, Value};

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

impl From<Vec<Value>> for Value {
    fn from(values: Vec<Value>) -> Value {
        Value::List(values.into())
    }
}

impl From<Vec<&str>> for Value {
    fn from(values: Vec<&str>) -> Value {
        values.into_iter().collect()
    }
}

impl From<Vec<String>> for Value {
    fn from(values: Vec<String>) -> Value {
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

/// Equal to a whole number only: `Value::Float(1.0)` is not equal to 1.
impl PartialEq<i64> for Value {
    fn eq(&self, other: &i64) -> bool {
        self.as_int() == Some(*other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn rust_s_maps_become_maps() {
        let sorted = BTreeMap::from([("b", 2), ("a", 1)]);
        assert_eq!(Value::from(sorted), value!({"a": 1, "b": 2}));
        assert_eq!(Value::from(HashMap::from([("a", "x")])), value!({"a": "x"}));
        assert_eq!(Value::from(Map::from([("a", vec!["x"])])), value!({"a": ["x"]}));
    }

    #[test]
    fn values_compare_with_rust_s_own_types() {
        let v = value!({"text": "x", "number": 3, "truth": true, "float": 3.0});
        assert!(v["text"] == "x" && v["text"] == *"x" && v["text"] != "y");
        assert!(v["number"] == 3 && v["float"] != 3 && v["text"] != 3);
        assert!(v["truth"] == true && v["missing"] != false);
    }
}
