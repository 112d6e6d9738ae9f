//! The data model: parameters and responses are [`Value`]s.
//!
//! This module contains the data types, their conversions, and JMESPath. It knows no service, protocol, or network.

mod bytes;
mod convert;
mod free_map;
mod group;
mod jmespath;
mod json;
mod list;
mod map;
mod nested;
mod number;
mod serde;
mod set;
mod str;
mod stream;
mod timestamp;

pub use self::bytes::Bytes;
pub(crate) use self::group::{Batch, Batches};
pub use self::jmespath::Expression;
pub use self::list::List;
pub use self::map::{KeyTable, Map, MapIter};
pub(crate) use self::nested::MAX_DEPTH;
pub use self::number::Number;
pub(crate) use self::serde::SET;
pub use self::serde::{from_value, to_value};
pub use self::set::Set;
pub use self::str::Str;
pub(crate) use self::str::mark;
pub(crate) use self::stream::{Rewind, read_to_end};
pub use self::stream::{Stream, StreamReader};
#[cfg(feature = "python")]
pub(crate) use self::timestamp::Notation;
pub use self::timestamp::Timestamp;

use std::fmt;
use std::ops::{Index, IndexMut};

use base64::prelude::{BASE64_STANDARD, Engine};

/// Any value sent to a service or received from one. It takes 24 bytes, cloning is O(1), and it is `Send + Sync`.
///
/// ```
/// use tucuxi::{Value, value};
///
/// let params = value!({"Bucket": "b", "MaxKeys": 3});
/// assert_eq!(params["MaxKeys"].as_int(), Some(3));
/// assert!(params["NoSuchKey"].is_null());
/// ```
// The tag is a whole word, so that values are copied by aligned words. With a tag of one byte, they are copied from its second byte on,
// and the processor waits for writes that overlap.
#[derive(Clone, Default, PartialEq)]
#[repr(u64)]
#[non_exhaustive]
pub enum Value {
    /// No value. Absent members of a response structure are left out rather than null.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// A binary floating-point number, including NaN and the infinities.
    Float(f64),
    /// A number with all its digits: an integer beyond `i64`, or a decimal that a float would round.
    Number(Number),
    /// A string.
    String(Str),
    /// Binary data in memory.
    Bytes(Bytes),
    /// A point in time.
    Timestamp(Timestamp),
    /// A list of values.
    List(List),
    /// An ordered map from strings to values.
    Map(Map),
    /// A set of values. Only DynamoDB has sets.
    Set(Set),
    /// A body that is read or written incrementally, once.
    Stream(Stream),
}

const _: () = assert!(size_of::<Value>() == 24 && size_of::<Option<Value>>() == 24);
const _: () = {
    const fn send_sync<T: Send + Sync>() {}
    send_sync::<Value>();
};

static NULL: Value = Value::Null;

impl Value {
    /// Returns whether this is [`Value::Null`].
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Returns the boolean, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// Returns the integer, if this is one and fits `i64`.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(n) => Some(*n),
            Value::Number(n) => n.as_str().parse().ok(),
            _ => None,
        }
    }

    /// Returns any number as the nearest float.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Value::Int(n) => Some(*n as f64),
            Value::Float(n) => Some(*n),
            Value::Number(n) => Some(n.to_f64()),
            _ => None,
        }
    }

    /// Returns the text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(s) => Some(s),
            _ => None,
        }
    }

    /// Returns the bytes, if this is binary data in memory.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Value::Bytes(b) => Some(b),
            _ => None,
        }
    }

    /// Returns the timestamp, if this is one.
    pub fn as_timestamp(&self) -> Option<Timestamp> {
        match self {
            Value::Timestamp(t) => Some(*t),
            _ => None,
        }
    }

    /// Returns the list, if this is one.
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Value::List(l) => Some(l),
            _ => None,
        }
    }

    /// Returns the map, if this is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(m) => Some(m),
            _ => None,
        }
    }

    /// Returns the map for modification, if this is one.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match self {
            Value::Map(m) => Some(m),
            _ => None,
        }
    }

    /// Returns the list for modification, if this is one.
    pub fn as_list_mut(&mut self) -> Option<&mut List> {
        match self {
            Value::List(l) => Some(l),
            _ => None,
        }
    }

    /// Returns the set, if this is one.
    pub fn as_set(&self) -> Option<&Set> {
        match self {
            Value::Set(s) => Some(s),
            _ => None,
        }
    }

    /// Returns the stream, if this is one.
    pub fn as_stream(&self) -> Option<&Stream> {
        match self {
            Value::Stream(s) => Some(s),
            _ => None,
        }
    }

    /// Returns the value of `key`, or `None` if it is missing or this is not a map.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map().and_then(|m| m.get(key))
    }

    /// Returns the value of `key` for modification, or `None` if it is missing or this is not a map.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.as_map_mut().and_then(|m| m.get_mut(key))
    }

    /// Returns the number of list items, map entries, or bytes of a string or blob; 0 for any other value.
    pub fn len(&self) -> usize {
        match self {
            Value::List(list) => list.len(),
            Value::Map(map) => map.len(),
            Value::Set(set) => set.len(),
            Value::String(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            _ => 0,
        }
    }

    /// Returns whether [`len`](Self::len) is 0.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the name of the value's type in the data model of AWS, as messages use it: `null`, `boolean`, `number` (for all
    /// three kinds of numbers), `string`, `blob`, `timestamp`, `list`, `map`, `set`, or `stream`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Int(_) | Value::Float(_) | Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Bytes(_) => "blob",
            Value::Timestamp(_) => "timestamp",
            Value::List(_) => "list",
            Value::Map(_) => "map",
            Value::Set(_) => "set",
            Value::Stream(_) => "stream",
        }
    }
}

/// `value["key"]`: a missing entry yields [`Value::Null`], never a panic.
impl Index<&str> for Value {
    type Output = Value;
    fn index(&self, key: &str) -> &Value {
        self.get(key).unwrap_or(&NULL)
    }
}

/// `value[0]`: a missing item yields [`Value::Null`], never a panic.
impl Index<usize> for Value {
    type Output = Value;
    fn index(&self, index: usize) -> &Value {
        self.as_list().and_then(|l| l.get(index)).unwrap_or(&NULL)
    }
}

/// `value["key"] = …`: adds missing keys and turns null into a map.
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

/// `value[0] = …`: replaces an item. It does not extend the list.
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

/// Iterates over the items of a list or a set. Any other value, null included, yields nothing.
impl<'a> IntoIterator for &'a Value {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;
    fn into_iter(self) -> Self::IntoIter {
        match self {
            Value::List(list) => list.iter(),
            Value::Set(set) => set.iter(),
            _ => [].iter(),
        }
    }
}

/// Displays strings verbatim, timestamps in RFC 3339, bytes in base64, and everything else as JSON on one line, with null for
/// anything JSON cannot represent. Use [`to_json_text`](Value::to_json_text) for a form that can be read back.
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

/// Prints the value for people. Streams are not read, and lists and maps below 300 levels are printed as `…`.
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
            Value::Set(s) => fmt::Debug::fmt(s, f),
            Value::Stream(s) => fmt::Debug::fmt(s, f),
        }
    }
}
