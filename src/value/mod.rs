//! The one data type of the crate.
//!
//! What goes into a call is a [`Value`], what comes out is a [`Value`]. Nothing here
//! knows a service, a protocol or a network: this module holds data, its conversions,
//! and JMESPath over it.

mod bytes;
mod convert;
mod jmespath;
mod json;
mod list;
mod macros;
mod map;
mod number;
mod serde;
mod str;
mod stream;
mod timestamp;

pub use self::bytes::Bytes;
pub use self::jmespath::Expression;
pub use self::list::List;
pub use self::map::{KeyTable, Map, MapIter};
pub use self::number::Number;
pub use self::serde::{from_value, to_value};
pub use self::str::Str;
pub(crate) use self::stream::Rewind;
pub use self::stream::{Stream, StreamReader};
pub use self::timestamp::Timestamp;

use std::fmt;
use std::ops::{Index, IndexMut};

use base64::prelude::{BASE64_STANDARD, Engine};

/// Any datum that goes to a service or comes from one. 24 bytes; clone is O(1); `Send + Sync`.
///
/// ```
/// use tucuxi::{Value, value};
///
/// let params = value!({"Bucket": "b", "MaxKeys": 3});
/// assert_eq!(params["MaxKeys"].as_int(), Some(3));
/// assert!(params["NoSuchKey"].is_null());
/// ```
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// No value. Absent members of a structure are left out, they are not null.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number that fits 64 bits with sign.
    Int(i64),
    /// A binary floating point number, NaN and the infinities included.
    Float(f64),
    /// A number kept by its digits: beyond `i64`, or a decimal that binary would round.
    Number(Number),
    /// Text.
    String(Str),
    /// Binary data, in memory.
    Bytes(Bytes),
    /// An instant.
    Timestamp(Timestamp),
    /// A list of values.
    List(List),
    /// A map from text to values, in order.
    Map(Map),
    /// A body that is read or written piece by piece, once.
    Stream(Stream),
}

const _: () = assert!(size_of::<Value>() == 24);
const _: () = {
    const fn send_sync<T: Send + Sync>() {}
    send_sync::<Value>();
};

static NULL: Value = Value::Null;

impl Value {
    /// Whether this is [`Value::Null`].
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The boolean, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The whole number, if this is one that fits 64 bits with sign.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(n) => Some(*n),
            Value::Number(n) => n.as_str().parse().ok(),
            _ => None,
        }
    }

    /// Any of the numbers, as a binary floating point number (nearest).
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Value::Int(n) => Some(*n as f64),
            Value::Float(n) => Some(*n),
            Value::Number(n) => Some(n.to_f64()),
            _ => None,
        }
    }

    /// The text, if this is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(s) => Some(s),
            _ => None,
        }
    }

    /// The bytes, if this is binary data in memory.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Value::Bytes(b) => Some(b),
            _ => None,
        }
    }

    /// The instant, if this is one.
    pub fn as_timestamp(&self) -> Option<Timestamp> {
        match self {
            Value::Timestamp(t) => Some(*t),
            _ => None,
        }
    }

    /// The list, if this is one.
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Value::List(l) => Some(l),
            _ => None,
        }
    }

    /// The map, if this is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(m) => Some(m),
            _ => None,
        }
    }

    /// The map, to be changed, if this is one.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match self {
            Value::Map(m) => Some(m),
            _ => None,
        }
    }

    /// The list, to be changed, if this is one.
    pub fn as_list_mut(&mut self) -> Option<&mut List> {
        match self {
            Value::List(l) => Some(l),
            _ => None,
        }
    }

    /// The stream, if this is one.
    pub fn as_stream(&self) -> Option<&Stream> {
        match self {
            Value::Stream(s) => Some(s),
            _ => None,
        }
    }

    /// The value under `key` of a map; `None` where there is none, or where this is no map.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map().and_then(|m| m.get(key))
    }

    /// The value under `key` of a map, to be changed; `None` where there is none, or where this is no map.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.as_map_mut().and_then(|m| m.get_mut(key))
    }

    /// The number of items of a list, entries of a map, or bytes of a string or blob; 0 for any other value.
    pub fn len(&self) -> usize {
        match self {
            Value::List(list) => list.len(),
            Value::Map(map) => map.len(),
            Value::String(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            _ => 0,
        }
    }

    /// Whether [`len`](Self::len) is 0.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What kind of value this is, in one lower-case word, for messages.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Bytes(_) => "bytes",
            Value::Timestamp(_) => "timestamp",
            Value::List(_) => "list",
            Value::Map(_) => "map",
            Value::Stream(_) => "stream",
        }
    }
}

/// `value["key"]`: what is missing is [`Value::Null`], never a panic.
impl Index<&str> for Value {
    type Output = Value;
    fn index(&self, key: &str) -> &Value {
        self.get(key).unwrap_or(&NULL)
    }
}

/// `value[0]`: what is missing is [`Value::Null`], never a panic.
impl Index<usize> for Value {
    type Output = Value;
    fn index(&self, index: usize) -> &Value {
        self.as_list().and_then(|l| l.get(index)).unwrap_or(&NULL)
    }
}

/// `value["key"] = …`: a missing key is added, and a null becomes a map first.
///
/// # Panics
/// If the value is neither a map nor null.
impl IndexMut<&str> for Value {
    fn index_mut(&mut self, key: &str) -> &mut Value {
        if self.is_null() {
            *self = Value::Map(Map::new());
        }
        let found = self.type_name();
        let map = self.as_map_mut().unwrap_or_else(|| panic!("cannot assign to key {key:?} of a {found}"));
        if !map.contains_key(key) {
            map.insert(key, Value::Null);
        }
        map.get_mut(key).expect("the key was inserted")
    }
}

/// `value[0] = …`: lists do not grow this way.
///
/// # Panics
/// If the value is not a list, or if the index is out of bounds.
impl IndexMut<usize> for Value {
    fn index_mut(&mut self, index: usize) -> &mut Value {
        let found = self.type_name();
        let list = self.as_list_mut().unwrap_or_else(|| panic!("cannot assign to index {index} of a {found}"));
        &mut list.as_mut_vec()[index]
    }
}

/// Iterates over the items of a list. Any other value, null included, yields nothing.
impl<'a> IntoIterator for &'a Value {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;
    fn into_iter(self) -> Self::IntoIter {
        self.as_list().map_or(&[][..], |list| list).iter()
    }
}

/// Text as it is, timestamps as RFC 3339, bytes as base64; everything else as JSON on one line, with null for
/// what JSON cannot say. [`to_json_text`](Value::to_json_text) is the form that can be read back.
///
/// ```
/// let v = tucuxi::value!({"Key": "a.txt", "Sizes": [1, 2.5]});
/// assert_eq!(format!("{} {v}", v["Key"]), r#"a.txt {"Key":"a.txt","Sizes":[1,2.5]}"#);
/// ```
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::String(text) => f.pad(text),
            Value::Timestamp(t) => fmt::Display::fmt(t, f),
            Value::Bytes(bytes) => f.pad(&BASE64_STANDARD.encode(bytes)),
            other => f.pad(&other.to_plain_json_text()),
        }
    }
}

/// Prints the value for a person. A stream's content is never read.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(b) => fmt::Debug::fmt(b, f),
            Value::Int(n) => fmt::Debug::fmt(n, f),
            Value::Float(n) => fmt::Debug::fmt(n, f),
            Value::Number(n) => fmt::Debug::fmt(n, f),
            Value::String(s) => fmt::Debug::fmt(s, f),
            Value::Bytes(b) => fmt::Debug::fmt(b, f),
            Value::Timestamp(t) => fmt::Debug::fmt(t, f),
            Value::List(l) => fmt::Debug::fmt(l, f),
            Value::Map(m) => fmt::Debug::fmt(m, f),
            Value::Stream(s) => fmt::Debug::fmt(s, f),
        }
    }
}
