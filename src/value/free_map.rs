//! The entries of a map without a shape: a list while they are few, a hash table from then on.
//!
//! Comparing a few short keys is as fast as hashing one, and the list is a single allocation.

use indexmap::IndexMap;

use super::{Str, Value};

/// The maximum number of entries of a list.
const FEW: usize = 16;

/// An ordered map.
#[derive(Clone)]
pub(super) enum FreeMap {
    Few(Vec<(Str, Value)>),
    /// Behind a pointer, so that maps of the other kinds are small.
    Many(Box<IndexMap<Str, Value, foldhash::fast::RandomState>>),
}

impl FreeMap {
    pub(super) fn with_capacity(capacity: usize) -> FreeMap {
        match capacity {
            0..=FEW => FreeMap::Few(Vec::with_capacity(capacity)),
            _ => FreeMap::Many(Box::new(IndexMap::with_capacity_and_hasher(capacity, Default::default()))),
        }
    }

    /// The entries, for reading.
    pub(super) fn entries(&self) -> FreeEntries<'_> {
        match self {
            FreeMap::Few(entries) => FreeEntries::Few(entries),
            FreeMap::Many(map) => FreeEntries::Many(map),
        }
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        match self {
            FreeMap::Few(entries) => entries.iter_mut().find(|(known, _)| known.as_str() == key).map(|(_, value)| value),
            FreeMap::Many(map) => map.get_mut(key),
        }
    }

    /// Sets the value of a key and returns the previous one. A new key goes to the end.
    pub(super) fn insert(&mut self, key: Str, value: Value) -> Option<Value> {
        if let FreeMap::Few(entries) = self {
            if let Some((_, old)) = entries.iter_mut().find(|(known, _)| *known == key) {
                return Some(std::mem::replace(old, value));
            }
            if entries.len() < FEW {
                entries.push((key, value));
                return None;
            }
            let mut map = Box::new(IndexMap::with_capacity_and_hasher(2 * FEW, Default::default()));
            map.extend(entries.drain(..));
            *self = FreeMap::Many(map);
        }
        match self {
            FreeMap::Many(map) => map.insert(key, value),
            FreeMap::Few(_) => unreachable!("it was converted above"),
        }
    }

    /// Removes a key. The other entries keep their order.
    pub(super) fn remove(&mut self, key: &str) -> Option<Value> {
        match self {
            FreeMap::Few(entries) => {
                let index = entries.iter().position(|(known, _)| known.as_str() == key)?;
                Some(entries.remove(index).1)
            }
            FreeMap::Many(map) => map.shift_remove(key),
        }
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        let (few, many) = match self {
            FreeMap::Few(entries) => (Some(entries.iter_mut().map(|(_, value)| value)), None),
            FreeMap::Many(map) => (None, Some(map.values_mut())),
        };
        few.into_iter().flatten().chain(many.into_iter().flatten())
    }

    /// Removes all entries and returns them.
    pub(super) fn take_entries(&mut self) -> Vec<(Str, Value)> {
        match self {
            FreeMap::Few(entries) => std::mem::take(entries),
            FreeMap::Many(map) => map.drain(..).collect(),
        }
    }
}

impl Default for FreeMap {
    fn default() -> Self {
        FreeMap::Few(Vec::new())
    }
}

impl FromIterator<(Str, Value)> for FreeMap {
    fn from_iter<I: IntoIterator<Item = (Str, Value)>>(entries: I) -> Self {
        let entries = entries.into_iter();
        let mut map = FreeMap::with_capacity(entries.size_hint().0);
        let mut seen = 0;
        for (key, value) in entries {
            let mark = 1_u64 << key.mark();
            match &mut map {
                FreeMap::Few(few) if seen & mark == 0 && few.len() < FEW => few.push((key, value)),
                _ => drop(map.insert(key, value)),
            }
            seen |= mark;
        }
        map
    }
}

/// The entries of a free map, for reading.
pub(super) enum FreeEntries<'a> {
    Few(&'a [(Str, Value)]),
    Many(&'a IndexMap<Str, Value, foldhash::fast::RandomState>),
}

impl<'a> FreeEntries<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        match self {
            FreeEntries::Few(entries) => entries.iter().find(|(known, _)| known.as_str() == key).map(|(_, value)| value),
            FreeEntries::Many(map) => map.get(key),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            FreeEntries::Few(entries) => entries.len(),
            FreeEntries::Many(map) => map.len(),
        }
    }

    pub(super) fn iter(&self) -> FreeIter<'a> {
        match self {
            FreeEntries::Few(entries) => FreeIter::Few(entries.iter()),
            FreeEntries::Many(map) => FreeIter::Many(map.iter()),
        }
    }
}

/// Whether these can be the entries of a list: few entries, each with a key of its own.
pub(super) fn is_few(entries: &[(Str, Value)]) -> bool {
    let mut seen = 0;
    entries.len() <= FEW
        && entries.iter().enumerate().all(|(index, (key, _))| {
            let mark = 1_u64 << key.mark();
            let is_new = seen & mark == 0 || entries[..index].iter().all(|(known, _)| known != key);
            seen |= mark;
            is_new
        })
}

/// An iterator over the entries in order.
pub(super) enum FreeIter<'a> {
    Few(std::slice::Iter<'a, (Str, Value)>),
    Many(indexmap::map::Iter<'a, Str, Value>),
}

impl<'a> Iterator for FreeIter<'a> {
    type Item = (&'a Str, &'a Value);
    fn next(&mut self) -> Option<Self::Item> {
        match self {
            FreeIter::Few(entries) => entries.next().map(|(key, value)| (key, value)),
            FreeIter::Many(entries) => entries.next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same steps on this map and on a list of entries.
    #[test]
    fn few_and_many_entries_behave_the_same() {
        let (mut map, mut model): (FreeMap, Vec<(String, i64)>) = (FreeMap::default(), Vec::new());
        let mut seed = 7_u64;
        for step in 0..2000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let key = format!("k{}", (seed >> 33) % (FEW as u64 + 12));
            let index = model.iter().position(|(known, _)| *known == key);
            let old = if seed >> 62 == 0 {
                let old = index.map(|index| model.remove(index).1);
                assert_eq!(map.remove(&key), old.map(Value::Int));
                continue;
            } else if let Some(index) = index {
                Some(std::mem::replace(&mut model[index].1, step))
            } else {
                model.push((key.clone(), step));
                None
            };
            assert_eq!(map.insert(key.as_str().into(), Value::Int(step)), old.map(Value::Int));
            assert_eq!(map.entries().get(&key), Some(&Value::Int(step)));
            let entries: Vec<_> = map.entries().iter().map(|(key, value)| (key.to_string(), value.clone())).collect();
            assert_eq!(entries, model.iter().map(|(key, value)| (key.clone(), Value::Int(*value))).collect::<Vec<_>>());
        }
        assert!(matches!(map, FreeMap::Many(_)));
        assert_eq!(map.take_entries().len(), model.len());
    }

    #[test]
    fn entries_with_equal_keys_are_not_a_list() {
        let entries = |keys: &[String]| keys.iter().map(|key| (Str::from(key), Value::Null)).collect::<Vec<_>>();
        let mut keys: Vec<_> = (0..FEW).map(|n| format!("key{n}")).collect();
        assert!(is_few(&entries(&keys)) && is_few(&[]));
        for index in 1..FEW {
            let mut keys = keys.clone();
            keys[index] = keys[index / 2].clone();
            assert!(!is_few(&entries(&keys)), "{index}");
        }
        keys.push("another".to_owned());
        assert!(!is_few(&entries(&keys)));
    }

    #[test]
    fn the_last_value_of_a_key_counts_when_entries_are_collected() {
        let keys = ["pk", "sk", "kp", "", "a", "b", "aa", "ba", "pk", "a", "x1", "", "1x", "pk"];
        let entries = || keys.iter().copied().zip(0..).map(|(key, n): (&str, i64)| (Str::from(key), Value::Int(n)));
        let map: FreeMap = entries().collect();
        let mut model: Vec<(Str, Value)> = Vec::new();
        for (key, value) in entries() {
            match model.iter_mut().find(|(known, _)| *known == key) {
                Some((_, old)) => *old = value,
                None => model.push((key, value)),
            }
        }
        assert_eq!(map.entries().iter().map(|(key, value)| (key.clone(), value.clone())).collect::<Vec<_>>(), model);
    }
}
