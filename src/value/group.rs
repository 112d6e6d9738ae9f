//! Structures that share an allocation, because a parser produced them one after another.
//!
//! A response repeats its structures: the items of a list have one shape, and so have the structures in them. The members of
//! structures with the same place in the output are collected in groups; a structure is then a range of its group. The parsers
//! (`protocol/parse`) create them through a [`Batch`]; everyone else sees ordinary maps.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use super::map::{Entry, KeyTable, Repr, present};
use super::{Map, Value};

/// The number of structures in a group. A structure that is kept keeps its whole group in memory, so this is small.
const STRUCTURES: usize = 16;

/// The members of some structures of a shape, one structure after the other.
pub(super) struct Group {
    pub(super) keys: Arc<KeyTable>,
    /// Set when the group is complete. Until then, only the parser has its structures.
    entries: OnceLock<Box<[Entry]>>,
}

impl Group {
    /// The members of a structure that are present, in the order of their slots.
    pub(super) fn entries(&self, range: Range) -> &[Entry] {
        self.entries.get().map_or(&[], |entries| &entries[range.start as usize..range.end as usize])
    }

    /// The members of all structures, for modification.
    pub(super) fn entries_mut(&mut self) -> &mut [Entry] {
        self.entries.get_mut().map_or(&mut [], |entries| entries)
    }
}

/// The members of a structure in its group.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Range {
    start: u32,
    end: u32,
}

/// Creates the structures of one place in the output, and of the places below it. The structures must not be read before the batch is
/// dropped.
#[derive(Default)]
pub(crate) struct Batch {
    group: Option<Arc<Repr>>,
    entries: Vec<Entry>,
    structures: usize,
    /// The batches of members, by slot.
    members: Vec<(usize, Batch)>,
}

thread_local! {
    /// The space of batches that are not in use.
    static SPARE: RefCell<Vec<Vec<Entry>>> = const { RefCell::new(Vec::new()) };
}

impl Batch {
    /// Returns the batch of a member of these structures: of itself, of the items of a list, or of the values of a map.
    pub(crate) fn member(&mut self, slot: usize) -> &mut Batch {
        let index = match self.members.iter().position(|(known, _)| *known == slot) {
            Some(index) => index,
            None => {
                self.members.push((slot, Batch::default()));
                self.members.len() - 1
            }
        };
        &mut self.members[index].1
    }

    /// Creates a map, as [`Map::shaped`] does.
    pub(crate) fn shaped(&mut self, keys: &Arc<KeyTable>, slots: &mut [Option<Value>]) -> Map {
        assert_eq!(keys.len(), slots.len(), "one slot per key");
        self.add(keys, present(slots))
    }

    /// Creates a map in which only one key has a value.
    ///
    /// # Panics
    /// If the table has no such slot.
    pub(crate) fn single(&mut self, keys: &Arc<KeyTable>, slot: usize, value: Value) -> Map {
        assert!(slot < keys.len(), "a slot of the table");
        self.add(keys, std::iter::once(Entry { slot: slot as u32, value }))
    }

    fn add(&mut self, keys: &Arc<KeyTable>, entries: impl Iterator<Item = Entry>) -> Map {
        if self.structures == STRUCTURES {
            self.complete();
        }
        let group = self.group.get_or_insert_with(|| {
            self.entries = SPARE.with_borrow_mut(Vec::pop).unwrap_or_default();
            Arc::new(Repr::Group(Group { keys: Arc::clone(keys), entries: OnceLock::new() }))
        });
        let start = self.entries.len();
        self.entries.extend(entries);
        self.structures += 1;
        // A shape has at most some hundred members.
        let range = Range { start: start as u32, end: self.entries.len() as u32 };
        Map::part(Arc::clone(group), range)
    }

    fn complete(&mut self) {
        /// More places than most responses have.
        const MOST: usize = 32;
        self.structures = 0;
        let mut entries = std::mem::take(&mut self.entries);
        match self.group.take().as_deref() {
            // This is the only place that sets them.
            Some(Repr::Group(group)) => drop(group.entries.set(entries.drain(..).collect())),
            _ => return,
        }
        SPARE.with_borrow_mut(|spare| {
            if spare.len() < MOST {
                spare.push(entries);
            }
        });
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        self.complete();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{List, Str};

    const COUNT: i64 = 3 * STRUCTURES as i64 + 1;

    /// Structures with the members `a` and `b`, without `a`, and without any.
    fn structures() -> List {
        let keys = Arc::new(KeyTable::new(["a", "b"].map(Str::from)));
        let mut batch = Batch::default();
        (0..COUNT)
            .map(|n| match n % 3 {
                0 => batch.shaped(&keys, &mut [Some(Value::Int(n)), Some(crate::value!([n]))]),
                1 => batch.single(&keys, 1, Value::Int(n)),
                _ => batch.shaped(&keys, &mut [None, None]),
            })
            .collect()
    }

    fn expected(n: i64) -> Value {
        match n % 3 {
            0 => crate::value!({"a": n, "b": [n]}),
            1 => crate::value!({"b": n}),
            _ => crate::value!({}),
        }
    }

    #[test]
    fn structures_of_a_group_are_ordinary_maps() {
        let list = structures();
        for (map, n) in list.iter().zip(0..) {
            assert_eq!(*map, expected(n));
            assert_eq!(format!("{map:?}"), format!("{:?}", expected(n)));
            assert!(map["c"].is_null());
        }
        let taken: Vec<_> = list.into_iter().map(|map| map.as_map().unwrap().clone().into_iter().count()).collect();
        assert_eq!(taken[..3], [2, 1, 0]);
    }

    #[test]
    fn modifying_a_structure_leaves_the_others_and_its_clones_unchanged() {
        let mut list = structures();
        let original = list.clone();
        for (map, n) in list.as_mut_vec().iter_mut().zip(0..) {
            let map = map.as_map_mut().unwrap();
            assert_eq!(map.remove("b"), expected(n).get("b").cloned());
            assert_eq!(map.insert("a", -n), expected(n).get("a").cloned());
            map.insert("z", 1);
            *map.get_mut("a").unwrap() = Value::Int(n);
            assert_eq!(map.keys().collect::<Vec<_>>(), ["a", "z"]);
        }
        assert!(original.iter().zip(0..).all(|(map, n)| *map == expected(n)));
        assert!(list.iter().zip(0..).all(|(map, n)| *map == crate::value!({"a": n, "z": 1})));
    }

    #[test]
    fn a_structure_outlives_its_list_and_keeps_only_its_group() {
        let list = structures();
        let groups: Vec<_> = list.iter().filter_map(Value::as_map).map(|map| Arc::downgrade(map.repr())).collect();
        let kept = list[4].clone();
        drop(list);
        assert_eq!(kept, expected(4));
        let alive = groups.iter().filter(|group| group.strong_count() > 0).count();
        assert_eq!(alive, STRUCTURES);
    }
}
