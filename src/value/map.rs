//! Ordered maps from strings to values, with several representations.
//!
//! *Shaped* maps are produced by the parsers: the keys are in a table owned by the shape, which all instances share, and the
//! map holds the values that are present, each with its slot in the table. *Free* maps have their own keys, for map shapes,
//! documents, and user input. Inserting a foreign key into a shaped map turns it into a free one. Maps of both kinds that a parser
//! produced one after another share an allocation until they are modified.

use std::fmt;
use std::ops::Index;
use std::sync::Arc;

use indexmap::IndexSet;

use super::free_map::{FreeEntries, FreeIter, FreeMap};
use super::group::{Group, Range};
use super::nested::{all_equal, debug_map, drop_nested, pair_entries};
use super::{NULL, Str, Value};

/// The keys shared by all maps of a shape, in the shape's order.
#[derive(Debug, Default)]
pub struct KeyTable(IndexSet<Str, foldhash::fast::RandomState>);

impl KeyTable {
    /// Creates a table of `keys`, keeping their order.
    pub fn new(keys: impl IntoIterator<Item = Str>) -> KeyTable {
        KeyTable(keys.into_iter().collect())
    }

    /// Returns the slot of `key`.
    pub fn slot(&self, key: &str) -> Option<usize> {
        self.0.get_index_of(key)
    }

    /// Returns the number of keys.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// An ordered map from strings to [`Value`]s. Cloning is O(1); modifying a shared map copies it first.
///
/// Maps with the same place in a response, such as the items of a list, share memory in groups of 16 until they are modified. A
/// map that is kept keeps its group: to keep one of many large ones, copy it with `map.into_iter().collect::<Map>()`.
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
pub struct Map {
    repr: Arc<Repr>,
    /// The map's own entries, if it belongs to a group. It is beside the pointer rather than in a variant, because two words are
    /// copied faster than a tagged union with small members.
    range: Range,
}

const _: () = assert!(size_of::<Map>() == 16);

pub(super) enum Repr {
    Shaped(Shaped),
    ShapedGroup(Arc<KeyTable>, Group<Entry>),
    Free(FreeMap),
    FreeGroup(Group<(Str, Value)>),
}

impl Clone for Repr {
    fn clone(&self) -> Repr {
        match self {
            Repr::Shaped(shaped) => Repr::Shaped(shaped.clone()),
            Repr::Free(map) => Repr::Free(map.clone()),
            Repr::ShapedGroup(..) | Repr::FreeGroup(_) => unreachable!("a map leaves its group before it is modified"),
        }
    }
}

impl Repr {
    fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        let (shaped, few, free): (&mut [Entry], &mut [(Str, Value)], _) = match self {
            Repr::Shaped(s) => (&mut s.entries, &mut [], None),
            Repr::ShapedGroup(_, group) => (group.contents_mut(), &mut [], None),
            Repr::FreeGroup(group) => (&mut [], group.contents_mut(), None),
            Repr::Free(m) => (&mut [], &mut [], Some(m.values_mut())),
        };
        let (shaped, few) = (shaped.iter_mut().map(|entry| &mut entry.value), few.iter_mut().map(|(_, value)| value));
        shaped.chain(few).chain(free.into_iter().flatten())
    }
}

/// A structure. Most members of most structures are absent, so there is no room for those.
#[derive(Clone)]
pub(super) struct Shaped {
    keys: Arc<KeyTable>,
    /// The members that are present, in the order of their slots.
    entries: Vec<Entry>,
}

/// A member that is present.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) slot: u32,
    pub(super) value: Value,
}

impl KeyTable {
    fn key(&self, entry: &Entry) -> &Str {
        &self.0[entry.slot as usize]
    }
}

/// Takes the values that are present out of one slot per key.
pub(super) fn present(slots: &mut [Option<Value>]) -> impl Iterator<Item = Entry> {
    slots.iter_mut().zip(0..).filter_map(|(value, slot)| Some(Entry { slot, value: value.take()? }))
}

fn find(entries: &[Entry], slot: usize) -> Result<usize, usize> {
    entries.binary_search_by_key(&slot, |entry| entry.slot as usize)
}

impl Shaped {
    /// The index of the entry with a slot, or the index at which it belongs.
    fn find(&self, slot: usize) -> Result<usize, usize> {
        find(&self.entries, slot)
    }

    /// Removes all entries and returns them.
    fn take_entries(&mut self) -> impl Iterator<Item = (Str, Value)> {
        let keys = &self.keys;
        std::mem::take(&mut self.entries).into_iter().map(|entry| (keys.key(&entry).clone(), entry.value))
    }
}

impl Map {
    /// Creates an empty map.
    pub fn new() -> Map {
        Map::own(Repr::Free(FreeMap::default()))
    }

    /// Creates an empty map with room for `capacity` entries.
    pub fn with_capacity(capacity: usize) -> Map {
        Map::own(Repr::Free(FreeMap::with_capacity(capacity)))
    }

    /// Creates a map over a shape's key table, and takes its values out of one slot per key, where `None` means absent.
    ///
    /// # Panics
    /// If the number of slots differs from the number of keys.
    pub fn shaped(keys: Arc<KeyTable>, slots: &mut [Option<Value>]) -> Map {
        assert_eq!(keys.len(), slots.len(), "one slot per key");
        let mut entries = Vec::with_capacity(slots.iter().flatten().count());
        entries.extend(present(slots));
        Map::own(Repr::Shaped(Shaped { keys, entries }))
    }

    fn own(repr: Repr) -> Map {
        Map { repr: Arc::new(repr), range: Range::default() }
    }

    /// A map of a group.
    pub(super) fn part((group, range): (Arc<Repr>, Range)) -> Map {
        Map { repr: group, range }
    }

    /// The members of a structure, or the entries of a free map.
    fn content(&self) -> Result<(&KeyTable, &[Entry]), FreeEntries<'_>> {
        match &*self.repr {
            Repr::Shaped(s) => Ok((&s.keys, &s.entries)),
            Repr::ShapedGroup(keys, group) => Ok((keys, group.contents(self.range))),
            Repr::Free(m) => Err(m.entries()),
            Repr::FreeGroup(group) => Err(FreeEntries::Few(group.contents(self.range))),
        }
    }

    /// The map for modification, which others do not share.
    fn make_mut(&mut self) -> &mut Repr {
        let own = match &*self.repr {
            Repr::ShapedGroup(keys, group) => {
                Some(Repr::Shaped(Shaped { keys: Arc::clone(keys), entries: group.contents(self.range).to_vec() }))
            }
            Repr::FreeGroup(group) => Some(Repr::Free(FreeMap::Few(group.contents(self.range).to_vec()))),
            Repr::Shaped(_) | Repr::Free(_) => None,
        };
        if let Some(own) = own {
            *self = Map::own(own);
        }
        Arc::make_mut(&mut self.repr)
    }

    /// Returns the value of `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self.content() {
            Ok((keys, [entry])) => (keys.key(entry).as_str() == key).then_some(&entry.value),
            Ok((keys, entries)) => Some(&entries[find(entries, keys.slot(key)?).ok()?].value),
            Err(free) => free.get(key),
        }
    }

    /// Returns the value of `key` for modification.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        match self.make_mut() {
            Repr::Shaped(s) => {
                let index = s.find(s.keys.slot(key)?).ok()?;
                Some(&mut s.entries[index].value)
            }
            Repr::Free(m) => m.get_mut(key),
            Repr::ShapedGroup(..) | Repr::FreeGroup(_) => unreachable!("the map left its group"),
        }
    }

    /// Returns whether the map contains `key`.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Sets the value of `key` and returns the previous one. A new key goes to the end, or, in a response structure, to its
    /// position in the shape.
    pub fn insert(&mut self, key: impl Into<Str>, value: impl Into<Value>) -> Option<Value> {
        let key = key.into();
        let repr = self.make_mut();
        if let Repr::Shaped(s) = repr {
            if let Some(slot) = s.keys.slot(&key) {
                return match s.find(slot) {
                    Ok(index) => Some(std::mem::replace(&mut s.entries[index].value, value.into())),
                    Err(index) => {
                        s.entries.insert(index, Entry { slot: slot as u32, value: value.into() });
                        None
                    }
                };
            }
            *repr = Repr::Free(s.take_entries().collect());
        }
        match repr {
            Repr::Free(m) => m.insert(key, value.into()),
            _ => unreachable!("it was converted above"),
        }
    }

    /// Removes `key` and returns its value. The other entries keep their order.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.get(key)?;
        let repr = self.make_mut();
        match repr {
            Repr::Shaped(s) => {
                let index = s.find(s.keys.slot(key)?).ok()?;
                Some(s.entries.remove(index).value)
            }
            Repr::Free(m) => m.remove(key),
            Repr::ShapedGroup(..) | Repr::FreeGroup(_) => unreachable!("the map left its group"),
        }
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        match self.content() {
            Ok((_, entries)) => entries.len(),
            Err(free) => free.len(),
        }
    }

    /// Returns whether the map is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values, for modification, unless another map shares them. The values of the maps of a group are returned together.
    pub(super) fn unshared_values(&mut self) -> impl Iterator<Item = &mut Value> {
        Arc::get_mut(&mut self.repr).into_iter().flat_map(Repr::values_mut)
    }

    #[cfg(test)]
    pub(super) fn repr(&self) -> &Arc<Repr> {
        &self.repr
    }

    /// Replaces the text of a member in structures of a list. `replace` returns the new text, or `None` if it is the same.
    ///
    /// Structures that share an allocation which nobody else has remain in it.
    pub(super) fn replace_texts(maps: &mut [Value], member: &str, mut replace: impl FnMut(&str) -> Option<Str>) {
        let mut rest = maps;
        while let Some((first, others)) = std::mem::take(&mut rest).split_first_mut() {
            let Value::Map(map) = first else {
                rest = others;
                continue;
            };
            let is_of_group = |other: &&Value| matches!(other, Value::Map(other) if Arc::ptr_eq(&map.repr, &other.repr));
            let (group, following) = others.split_at_mut(others.iter().take_while(is_of_group).count());
            rest = following;
            if !map.replace_texts_of_group(group, member, &mut replace) {
                for map in std::iter::once(map).chain(group.iter_mut().filter_map(Value::as_map_mut)) {
                    if let Some(text) = map.get(member).and_then(Value::as_str).and_then(&mut replace) {
                        map.insert(member, text);
                    }
                }
            }
        }
    }

    /// Replaces the texts of a member in this structure and the following ones of its group, if nobody else has any of them.
    fn replace_texts_of_group(&mut self, others: &mut [Value], member: &str, replace: &mut impl FnMut(&str) -> Option<Str>) -> bool {
        if !matches!(*self.repr, Repr::ShapedGroup(..)) || Arc::strong_count(&self.repr) != 1 + others.len() {
            return false;
        }
        let ranges: Vec<_> = others.iter_mut().filter_map(Value::as_map_mut).map(|map| std::mem::take(map).range).collect();
        let is_sole = if let Some(Repr::ShapedGroup(keys, group)) = Arc::get_mut(&mut self.repr) {
            let slot = keys.slot(member);
            for entry in group.contents_mut().iter_mut().filter(|entry| Some(entry.slot as usize) == slot) {
                if let Some(text) = entry.value.as_str().and_then(&mut *replace) {
                    entry.value = Value::String(text);
                }
            }
            true
        } else {
            false
        };
        for (other, range) in others.iter_mut().zip(ranges) {
            *other = Value::Map(Map::part((Arc::clone(&self.repr), range)));
        }
        is_sole
    }

    /// Returns whether both maps share their contents.
    pub(super) fn is_same(&self, other: &Map) -> bool {
        Arc::ptr_eq(&self.repr, &other.repr) && self.range == other.range
    }

    /// Iterates over the entries in order.
    pub fn iter(&self) -> MapIter<'_> {
        MapIter(match self.content() {
            Ok((keys, entries)) => Iter::Shaped(keys, entries.iter()),
            Err(free) => Iter::Free(free.iter()),
        })
    }

    /// Iterates over the keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(k, _)| k.as_str())
    }

    /// Iterates over the values in order.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.iter().map(|(_, v)| v)
    }
}

impl Default for Map {
    fn default() -> Self {
        Map::new()
    }
}

/// An iterator over the entries of a [`Map`] in order.
pub struct MapIter<'a>(Iter<'a>);

enum Iter<'a> {
    Shaped(&'a KeyTable, std::slice::Iter<'a, Entry>),
    Free(FreeIter<'a>),
}

impl<'a> Iterator for MapIter<'a> {
    type Item = (&'a Str, &'a Value);
    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Iter::Shaped(keys, entries) => entries.next().map(|entry| (keys.key(entry), &entry.value)),
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
    fn into_iter(mut self) -> Self::IntoIter {
        let entries: Vec<_> = match Arc::get_mut(&mut self.repr) {
            Some(Repr::Free(m)) => m.take_entries(),
            Some(Repr::Shaped(s)) => s.take_entries().collect(),
            Some(Repr::ShapedGroup(..) | Repr::FreeGroup(_)) | None => self.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
        };
        entries.into_iter()
    }
}

impl<K: Into<Str>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Map::own(Repr::Free(entries.into_iter().map(|(k, v)| (k.into(), v.into())).collect()))
    }
}

impl<K: Into<Str>, V: Into<Value>> Extend<(K, V)> for Map {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (k, v) in entries {
            self.insert(k, v);
        }
    }
}

/// `map["key"]`: a missing key yields [`Value::Null`], never a panic.
impl Index<&str> for Map {
    type Output = Value;
    fn index(&self, key: &str) -> &Value {
        self.get(key).unwrap_or(&NULL)
    }
}

/// Two maps are equal if they have the same entries, regardless of order and representation.
impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = Vec::new();
        pair_entries(self, other, &mut pairs, &Value::eq) && all_equal(pairs, Value::eq)
    }
}

impl Drop for Repr {
    fn drop(&mut self) {
        drop_nested(self.values_mut());
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_map(self, 0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaped() -> Map {
        let keys = Arc::new(KeyTable::new(["a", "b", "c"].map(Str::from)));
        Map::shaped(keys, &mut [Some(Value::Int(1)), None, Some(Value::Int(3))])
    }

    #[test]
    fn absent_members_are_not_entries() {
        let m = shaped();
        assert_eq!(m.len(), 2);
        assert_eq!(m.keys().collect::<Vec<_>>(), ["a", "c"]);
        assert!(m.get("b").is_none());
        assert!(!m.contains_key("b"));
    }

    #[test]
    fn known_keys_keep_the_shape_order_and_foreign_keys_go_to_the_end() {
        let mut m = shaped();
        m.insert("b", 2);
        assert_eq!(m.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
        m.remove("a");
        m.insert("z", 9);
        assert_eq!(m.keys().collect::<Vec<_>>(), ["b", "c", "z"]);
        assert_eq!(m.len(), 3);
    }

    #[test]
    fn modifying_a_clone_leaves_the_original_unchanged() {
        let original = shaped();
        let mut copy = original.clone();
        copy.insert("a", 7);
        assert_eq!(original["a"], Value::Int(1));
        assert_eq!(copy["a"], Value::Int(7));
    }

    #[test]
    fn a_structure_of_one_member_accepts_another_one() {
        let keys = Arc::new(KeyTable::new(["a", "b", "c"].map(Str::from)));
        let one = || Map::shaped(keys.clone(), &mut [None, Some(Value::Int(2)), None]);
        let part = crate::value::Batches::new().output().single(&keys, 1, Value::Int(2));
        assert_eq!(one(), part);
        for map in [one(), part] {
            assert_eq!((map.len(), map.get("b"), map.get("a")), (1, Some(&Value::Int(2)), None));
            assert_eq!(map, [("b", 2)].into_iter().collect());
            let mut other = map.clone();
            assert_eq!(other.insert("b", 3), Some(Value::Int(2)));
            assert_eq!(other.insert("a", 1), None);
            assert_eq!(other.keys().collect::<Vec<_>>(), ["a", "b"]);
            other.insert("z", 9);
            assert_eq!(other.keys().collect::<Vec<_>>(), ["a", "b", "z"]);
            let mut removed = map.clone();
            assert_eq!((removed.remove("a"), removed.remove("b"), removed.len()), (None, Some(Value::Int(2)), 0));
            assert_eq!(map.into_iter().collect::<Vec<_>>(), [(Str::from("b"), Value::Int(2))]);
        }
    }

    #[test]
    fn equality_ignores_representation_and_order() {
        let free: Map = [("c", 3), ("a", 1)].into_iter().collect();
        assert_eq!(shaped(), free);
    }
}
