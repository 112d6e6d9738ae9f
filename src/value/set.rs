//! Sets of values.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use super::nested::debug_set;
use super::{List, Value};

/// A set of values. Duplicates are dropped, and the first occurrence keeps its place. Cloning is O(1); modifying a shared set
/// copies it first.
///
/// It dereferences to a slice. Two sets are equal if they have the same elements, in any order. DynamoDB is the only service
/// with sets, and no other value is ever treated as one: a `HashSet` converts into a list unless it is first converted into a
/// `Set`.
///
/// ```
/// use tucuxi::{Set, Value, value};
///
/// let tags = Set::from(["b", "a", "b"]);
/// assert_eq!(tags.len(), 2);
/// assert!(tags.contains(&value!("a")));
/// assert_eq!(tags, Set::from(["a", "b"]));
/// assert_ne!(Value::from(tags), value!(["a", "b"]));
/// ```
#[derive(Clone, Default)]
pub struct Set(List);

impl Set {
    /// Creates an empty set.
    pub fn new() -> Set {
        Set::default()
    }

    /// Adds a value and returns whether the set did not contain it. This compares the value with every element; to build a
    /// large set, collect it from an iterator.
    pub fn insert(&mut self, value: impl Into<Value>) -> bool {
        let value = value.into();
        let is_new = !self.contains(&value);
        if is_new {
            self.0.push(value);
        }
        is_new
    }

    pub(super) fn list_mut(&mut self) -> &mut List {
        &mut self.0
    }
}

/// A value as an element of a hash table. Lists and maps, which no service has in sets, share a hash.
#[derive(PartialEq)]
struct Element<'a>(&'a Value);

impl Eq for Element<'_> {}

impl Hash for Element<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.0 {
            Value::Int(n) => n.hash(state),
            Value::Number(n) => n.hash(state),
            Value::String(text) => text.as_str().hash(state),
            Value::Bytes(bytes) => bytes[..].hash(state),
            other => other.type_name().hash(state),
        }
    }
}

impl Deref for Set {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        &self.0
    }
}

// The hash of an element does not depend on the interior of a stream.
#[allow(clippy::mutable_key_type)]
impl PartialEq for Set {
    fn eq(&self, other: &Set) -> bool {
        if self.len() != other.len() {
            return false;
        }
        let elements: HashSet<Element<'_>> = self.iter().map(Element).collect();
        other.iter().all(|value| elements.contains(&Element(value)))
    }
}

#[allow(clippy::mutable_key_type)]
impl From<Vec<Value>> for Set {
    fn from(mut values: Vec<Value>) -> Set {
        let mut seen = HashSet::with_capacity(values.len());
        let mut is_first = values.iter().map(|value| seen.insert(Element(value))).collect::<Vec<bool>>().into_iter();
        values.retain(|_| is_first.next() != Some(false));
        Set(List::from(values))
    }
}

impl<V: Into<Value>> FromIterator<V> for Set {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Set {
        Set::from(values.into_iter().map(Into::into).collect::<Vec<Value>>())
    }
}

impl<V: Into<Value>, const N: usize> From<[V; N]> for Set {
    fn from(values: [V; N]) -> Set {
        values.into_iter().collect()
    }
}

impl<V: Into<Value>, S> From<HashSet<V, S>> for Set {
    fn from(values: HashSet<V, S>) -> Set {
        values.into_iter().collect()
    }
}

impl<V: Into<Value>> From<BTreeSet<V>> for Set {
    fn from(values: BTreeSet<V>) -> Set {
        values.into_iter().collect()
    }
}

impl From<Set> for List {
    fn from(set: Set) -> List {
        set.0
    }
}

impl<'a> IntoIterator for &'a Set {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl IntoIterator for Set {
    type Item = Value;
    type IntoIter = std::vec::IntoIter<Value>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Debug for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_set(self, 0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Number, from_value, to_value};
    use crate::{Bytes, value};

    #[test]
    fn duplicates_are_dropped_and_order_is_kept() {
        let mut set = Set::from(["b", "a", "b"]);
        assert_eq!(set.to_vec(), [value!("b"), value!("a")]);
        assert!(set.insert("c") && !set.insert("a"));
        assert_eq!(set, ["c", "b", "a"].into_iter().collect());
        assert_ne!(set, Set::from(["a", "b", "d"]));
        assert_eq!(Set::from([1.5, 1.5, 2.5]).len(), 2);
    }

    #[test]
    fn a_set_is_neither_a_list_nor_a_map() {
        let set = Value::from(Set::from(["a"]));
        assert_eq!((set.type_name(), set.len(), set.as_list(), set.as_map()), ("set", 1, None, None));
        assert_ne!(set, value!(["a"]));
        assert_ne!(set, value!({"$set": ["a"]}));
    }

    #[test]
    fn json_and_serde_preserve_sets() {
        let number = Number::parse("1.10").unwrap();
        let value =
            value!({"s": (Set::from(["a"])), "n": (Set::from([number])), "b": (Set::from([Bytes::from(b"x")])), "m": {"$set": ["a"]}});
        let text = r#"{"s":{"$set":["a"]},"n":{"$set":[{"$number":"1.10"}]},"b":{"$set":[{"$bytes":"eA=="}]},"m":{"$$set":["a"]}}"#;
        assert_eq!(value.to_json_text(false), text);
        assert_eq!(Value::from_json_text(text).unwrap(), value);
        assert_eq!(from_value::<Value>(to_value(&value).unwrap()).unwrap(), value);
        assert_eq!(from_value::<Set>(value["s"].clone()).unwrap(), Set::from(["a"]));
        assert_eq!(from_value::<BTreeSet<String>>(value["s"].clone()).unwrap(), BTreeSet::from(["a".to_owned()]));
        assert_eq!(serde_json::to_string(&value["s"]).unwrap(), r#"["a"]"#);
        let error = Value::from_json_text(r#"{"$set": "a"}"#).unwrap_err();
        assert!(error.message().contains("$set requires a list, not string"), "{error}");
    }

    #[test]
    fn nested_sets_can_be_dropped() {
        drop((0..100_000).fold(Value::Null, |value, _| Value::from(Set::from([value]))));
    }
}
