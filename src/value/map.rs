//! Maps from text to values, in two representations behind one face.
//!
//! *Shaped*: the keys belong to a table that the structure's shape owns, the map holds only
//! a slot for each key. That is what the parsers make: a thousand instances share one table.
//! *Free*: an `IndexMap`, for map shapes, documents and what users write. A shaped map becomes
//! free when a foreign key is inserted. Both keep order.

use std::fmt;
use std::ops::Index;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::{NULL, Str, Value};

type FreeMap = IndexMap<Str, Value, foldhash::fast::RandomState>;

/// The keys that the maps of one shape share, in the shape's order.
#[derive(Debug, Default)]
pub struct KeyTable(IndexSet<Str, foldhash::fast::RandomState>);

impl KeyTable {
    /// A table of `keys`, in their order.
    pub fn new(keys: impl IntoIterator<Item = Str>) -> KeyTable {
        KeyTable(keys.into_iter().collect())
    }

    /// The slot of `key`.
    pub fn slot(&self, key: &str) -> Option<usize> {
        self.0.get_index_of(key)
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// An ordered map from text to [`Value`]: clone is O(1), a change copies only where it is shared.
///
/// ```
/// use tucuxi::{Map, Value};
///
/// let mut tags = Map::new();
/// tags.insert("stage", "dev");
/// tags.insert("cost", 7);
/// assert_eq!(tags.keys().collect::<Vec<_>>(), ["stage", "cost"]);
/// assert_eq!(tags["stage"], Value::from("dev"));
/// assert!(tags["missing"].is_null());
/// ```
#[derive(Clone)]
pub struct Map(Arc<Repr>);

#[derive(Clone)]
enum Repr {
    Shaped(Shaped),
    Free(FreeMap),
}

#[derive(Clone)]
struct Shaped {
    keys: Arc<KeyTable>,
    slots: Box<[Option<Value>]>,
    filled: usize,
}

impl Map {
    /// An empty map.
    pub fn new() -> Map {
        Map(Arc::new(Repr::Free(FreeMap::default())))
    }

    /// An empty map with room for `capacity` entries.
    pub fn with_capacity(capacity: usize) -> Map {
        Map(Arc::new(Repr::Free(FreeMap::with_capacity_and_hasher(capacity, Default::default()))))
    }

    /// A map over a shape's key table, from one slot for each key of the table (`None`: absent).
    ///
    /// # Panics
    /// If the number of slots is not the number of keys.
    pub fn shaped(keys: Arc<KeyTable>, slots: Vec<Option<Value>>) -> Map {
        assert_eq!(keys.len(), slots.len(), "a slot for each key");
        let filled = slots.iter().flatten().count();
        Map(Arc::new(Repr::Shaped(Shaped { keys, slots: slots.into_boxed_slice(), filled })))
    }

    /// The value under `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match &*self.0 {
            Repr::Shaped(s) => s.slots[s.keys.slot(key)?].as_ref(),
            Repr::Free(m) => m.get(key),
        }
    }

    /// The value under `key`, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        match Arc::make_mut(&mut self.0) {
            Repr::Shaped(s) => s.slots[s.keys.slot(key)?].as_mut(),
            Repr::Free(m) => m.get_mut(key),
        }
    }

    /// Whether there is a value under `key`.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Puts `value` under `key` and returns what was there. A new key goes to the end of a
    /// free map, and to its place in the shape's order in a shaped one.
    pub fn insert(&mut self, key: impl Into<Str>, value: impl Into<Value>) -> Option<Value> {
        let key = key.into();
        let repr = Arc::make_mut(&mut self.0);
        if let Repr::Shaped(s) = repr {
            if let Some(slot) = s.keys.slot(&key) {
                let old = s.slots[slot].replace(value.into());
                s.filled += usize::from(old.is_none());
                return old;
            }
            *repr = Repr::Free(
                std::mem::take(&mut s.slots).into_iter().zip(s.keys.0.iter()).filter_map(|(v, k)| Some((k.clone(), v?))).collect(),
            );
        }
        match repr {
            Repr::Free(m) => m.insert(key, value.into()),
            Repr::Shaped(_) => unreachable!("made free above"),
        }
    }

    /// Takes the value under `key` out; the others keep their order.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.get(key)?;
        match Arc::make_mut(&mut self.0) {
            Repr::Shaped(s) => {
                s.filled -= 1;
                s.slots[s.keys.slot(key)?].take()
            }
            Repr::Free(m) => m.shift_remove(key),
        }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        match &*self.0 {
            Repr::Shaped(s) => s.filled,
            Repr::Free(m) => m.len(),
        }
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries, in order.
    pub fn iter(&self) -> MapIter<'_> {
        MapIter(match &*self.0 {
            Repr::Shaped(s) => Iter::Shaped(s.keys.0.iter().zip(s.slots.iter())),
            Repr::Free(m) => Iter::Free(m.iter()),
        })
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(k, _)| k.as_str())
    }

    /// The values, in order.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.iter().map(|(_, v)| v)
    }
}

impl Default for Map {
    fn default() -> Self {
        Map::new()
    }
}

/// The entries of a [`Map`], in order.
pub struct MapIter<'a>(Iter<'a>);

enum Iter<'a> {
    Shaped(std::iter::Zip<indexmap::set::Iter<'a, Str>, std::slice::Iter<'a, Option<Value>>>),
    Free(indexmap::map::Iter<'a, Str, Value>),
}

impl<'a> Iterator for MapIter<'a> {
    type Item = (&'a Str, &'a Value);
    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Iter::Shaped(pairs) => pairs.find_map(|(k, v)| Some((k, v.as_ref()?))),
            Iter::Free(pairs) => pairs.next(),
        }
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a Str, &'a Value);
    type IntoIter = MapIter<'a>;
    fn into_iter(self) -> MapIter<'a> {
        self.iter()
    }
}

impl IntoIterator for Map {
    type Item = (Str, Value);
    type IntoIter = std::vec::IntoIter<(Str, Value)>;
    fn into_iter(self) -> Self::IntoIter {
        let entries: Vec<_> = match Arc::try_unwrap(self.0) {
            Ok(Repr::Free(m)) => m.into_iter().collect(),
            Ok(Repr::Shaped(s)) => s.keys.0.iter().zip(s.slots).filter_map(|(k, v)| Some((k.clone(), v?))).collect(),
            Err(shared) => Map(shared).iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
        };
        entries.into_iter()
    }
}

impl<K: Into<Str>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Map(Arc::new(Repr::Free(entries.into_iter().map(|(k, v)| (k.into(), v.into())).collect())))
    }
}

impl<K: Into<Str>, V: Into<Value>> Extend<(K, V)> for Map {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (k, v) in entries {
            self.insert(k, v);
        }
    }
}

/// `map["key"]`: what is missing is [`Value::Null`], never a panic.
impl Index<&str> for Map {
    type Output = Value;
    fn index(&self, key: &str) -> &Value {
        self.get(key).unwrap_or(&NULL)
    }
}

/// Equal when they hold the same entries, whatever their order and representation.
impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.len() == other.len() && self.iter().all(|(k, v)| other.get(k) == Some(v)))
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaped() -> Map {
        let keys = Arc::new(KeyTable::new(["a", "b", "c"].map(Str::from)));
        Map::shaped(keys, vec![Some(Value::Int(1)), None, Some(Value::Int(3))])
    }

    #[test]
    fn absent_slots_are_not_there() {
        let m = shaped();
        assert_eq!(m.len(), 2);
        assert_eq!(m.keys().collect::<Vec<_>>(), ["a", "c"]);
        assert!(m.get("b").is_none());
        assert!(!m.contains_key("b"));
    }

    #[test]
    fn a_known_key_keeps_the_shape_s_order_and_a_foreign_key_frees_the_map() {
        let mut m = shaped();
        m.insert("b", 2);
        assert_eq!(m.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
        m.remove("a");
        m.insert("z", 9);
        assert_eq!(m.keys().collect::<Vec<_>>(), ["b", "c", "z"]);
        assert_eq!(m.len(), 3);
    }

    #[test]
    fn a_change_does_not_reach_a_clone() {
        let original = shaped();
        let mut copy = original.clone();
        copy.insert("a", 7);
        assert_eq!(original["a"], Value::Int(1));
        assert_eq!(copy["a"], Value::Int(7));
    }

    #[test]
    fn representation_and_order_do_not_matter_for_equality() {
        let free: Map = [("c", 3), ("a", 1)].into_iter().collect();
        assert_eq!(shaped(), free);
    }
}
