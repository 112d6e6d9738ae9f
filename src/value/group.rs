//! Maps and lists that share an allocation, because a parser produced them one after another.
//!
//! A response repeats its structures: the items of a list have one shape, and so have the structures, maps, and lists in them. The
//! contents of values with the same place in the output are collected in groups; each value is then a range of its group. The parsers
//! (`protocol/parse`) create them through a [`Batch`]; everyone else sees ordinary maps and lists.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use super::free_map::is_few;
use super::list::Items;
use super::map::{Entry, KeyTable, Repr, present};
use super::{List, Map, Str, Value};

/// The number of values in a group. A value that is kept keeps its whole group in memory, so this is small.
const VALUES: usize = 16;

/// The maximum length of a list in a group. Longer ones would be copied for little gain.
const SHORT: usize = 16;

/// The contents of some structures of a shape, free maps, or lists, one after the other.
pub(super) struct Group<T>(
    /// Set when the group is complete. Until then, only the parser has its values.
    OnceLock<Box<[T]>>,
);

impl<T> Group<T> {
    /// The contents of one value.
    pub(super) fn contents(&self, range: Range) -> &[T] {
        self.0.get().map_or(&[], |contents| &contents[range.start as usize..range.end as usize])
    }

    /// The contents of all values, for modification.
    pub(super) fn contents_mut(&mut self) -> &mut [T] {
        self.0.get_mut().map_or(&mut [], |contents| contents)
    }
}

/// The contents of a value in its group.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Range {
    start: u32,
    end: u32,
}

/// The batches of a response, one for each place in the output. Values that they created must not be read before this is dropped.
pub(crate) struct Batches(Vec<Place>);

/// Creates the values of a place in the output.
pub(crate) struct Batch<'b> {
    places: &'b mut Vec<Place>,
    /// The index of the place.
    at: usize,
}

/// A place in the output.
#[derive(Default)]
struct Place {
    /// The slot of the place in the structures of the place above.
    slot: usize,
    /// The index of the first place below; 0 if there is none, because that is the index of the output itself.
    below: usize,
    /// The index of the next place below the same one, or 0.
    next: usize,
    contents: Contents,
}

/// The contents of the group that is not complete yet. All values of a place are of one kind.
#[derive(Default)]
enum Contents {
    #[default]
    Nothing,
    Structures(Collector<Entry>),
    Maps(Collector<(Str, Value)>),
    Lists(Collector<Value>),
}

thread_local! {
    /// The space of the batches of the last response.
    static SPARE: RefCell<Vec<Place>> = const { RefCell::new(Vec::new()) };
}

impl Batches {
    pub(crate) fn new() -> Batches {
        let mut places = SPARE.take();
        places.push(Place::default());
        Batches(places)
    }

    /// Returns the batch of the output itself.
    pub(crate) fn output(&mut self) -> Batch<'_> {
        Batch { places: &mut self.0, at: 0 }
    }
}

impl Drop for Batches {
    fn drop(&mut self) {
        self.0.clear();
        SPARE.set(std::mem::take(&mut self.0));
    }
}

impl Batch<'_> {
    /// Returns the batch of a member of these structures.
    pub(crate) fn member(&mut self, slot: usize) -> Batch<'_> {
        let mut at = self.places[self.at].below;
        while at != 0 && self.places[at].slot != slot {
            at = self.places[at].next;
        }
        if at == 0 {
            at = self.places.len();
            let next = std::mem::replace(&mut self.places[self.at].below, at);
            self.places.push(Place { slot, next, ..Place::default() });
        }
        Batch { places: self.places, at }
    }

    /// Returns the batch of the items of these lists, or of the values of these maps. It is another one, because a group that contained
    /// values of its own would never be freed.
    pub(crate) fn items(&mut self) -> Batch<'_> {
        self.member(0)
    }

    fn collector<T: Content>(&mut self) -> &mut Collector<T> {
        let contents = &mut self.places[self.at].contents;
        if T::collector(contents).is_none() {
            *contents = T::contents(Collector::default());
        }
        T::collector(contents).expect("it was set")
    }

    /// Creates a map, as [`Map::shaped`] does.
    pub(crate) fn shaped(&mut self, keys: &Arc<KeyTable>, slots: &mut [Option<Value>]) -> Map {
        assert_eq!(keys.len(), slots.len(), "one slot per key");
        self.structure(keys, present(slots))
    }

    /// Creates a map in which only one key has a value.
    ///
    /// # Panics
    /// If the table has no such slot.
    pub(crate) fn single(&mut self, keys: &Arc<KeyTable>, slot: usize, value: Value) -> Map {
        assert!(slot < keys.len(), "a slot of the table");
        self.structure(keys, std::iter::once(Entry { slot: slot as u32, value }))
    }

    fn structure(&mut self, keys: &Arc<KeyTable>, entries: impl Iterator<Item = Entry>) -> Map {
        Map::part(self.collector().add(entries, |group| Repr::ShapedGroup(Arc::clone(keys), group)))
    }

    /// Creates a free map from entries. The last value of a key counts.
    pub(crate) fn map(&mut self, entries: std::vec::Drain<'_, (Str, Value)>) -> Map {
        match is_few(entries.as_slice()) {
            true => Map::part(self.collector().add(entries, Repr::FreeGroup)),
            false => entries.collect(),
        }
    }

    /// Creates a list, as [`list`](Self::list) does.
    pub(crate) fn list_of(&mut self, mut items: Vec<Value>) -> List {
        match items.len() <= SHORT {
            true => self.list(items.drain(..)),
            false => List::from(items),
        }
    }

    /// Creates a list.
    pub(crate) fn list(&mut self, items: std::vec::Drain<'_, Value>) -> List {
        match items.len() <= SHORT {
            true => List::part(self.collector().add(items, Items::Group)),
            false => List::from(items.collect::<Vec<_>>()),
        }
    }
}

/// Collects the contents of the values of a group, and starts the next group after some values.
struct Collector<T: Content> {
    group: Option<Arc<T::Owner>>,
    contents: Vec<T>,
    values: usize,
}

/// A part of a value that can be in a group.
trait Content: Sized {
    /// The type that contains the group.
    type Owner;

    fn group(owner: &Self::Owner) -> Option<&Group<Self>>;

    fn contents(collector: Collector<Self>) -> Contents;

    fn collector(contents: &mut Contents) -> Option<&mut Collector<Self>>;

    /// Passes the space of collectors that are not in use.
    fn with_spare<R>(use_spare: impl FnOnce(&mut Vec<Vec<Self>>) -> R) -> R;
}

impl<T: Content> Collector<T> {
    /// Adds a value. `owner` makes the owner of a new group.
    fn add(&mut self, contents: impl Iterator<Item = T>, owner: impl FnOnce(Group<T>) -> T::Owner) -> (Arc<T::Owner>, Range) {
        if self.values == VALUES {
            self.complete();
        }
        let group = self.group.get_or_insert_with(|| {
            self.contents = T::with_spare(Vec::pop).unwrap_or_default();
            Arc::new(owner(Group(OnceLock::new())))
        });
        let start = self.contents.len();
        self.contents.extend(contents);
        self.values += 1;
        // A shape has at most some hundred members, and lists and maps in groups are short.
        let range = Range { start: start as u32, end: self.contents.len() as u32 };
        (Arc::clone(group), range)
    }

    fn complete(&mut self) {
        /// More places than most responses have.
        const MOST: usize = 32;
        let Some(owner) = self.group.take() else { return };
        self.values = 0;
        let mut contents = std::mem::take(&mut self.contents);
        if let Some(group) = T::group(&owner) {
            // This is the only place that sets them.
            drop(group.0.set(contents.drain(..).collect()));
        }
        T::with_spare(|spare| {
            if spare.len() < MOST {
                spare.push(contents);
            }
        });
    }
}

impl<T: Content> Default for Collector<T> {
    fn default() -> Self {
        Collector { group: None, contents: Vec::new(), values: 0 }
    }
}

impl<T: Content> Drop for Collector<T> {
    fn drop(&mut self) {
        self.complete();
    }
}

impl Content for Entry {
    type Owner = Repr;

    fn group(owner: &Repr) -> Option<&Group<Entry>> {
        match owner {
            Repr::ShapedGroup(_, group) => Some(group),
            _ => None,
        }
    }

    fn contents(collector: Collector<Entry>) -> Contents {
        Contents::Structures(collector)
    }

    fn collector(contents: &mut Contents) -> Option<&mut Collector<Entry>> {
        match contents {
            Contents::Structures(collector) => Some(collector),
            _ => None,
        }
    }

    fn with_spare<R>(use_spare: impl FnOnce(&mut Vec<Vec<Entry>>) -> R) -> R {
        thread_local!(static SPARE: RefCell<Vec<Vec<Entry>>> = const { RefCell::new(Vec::new()) });
        SPARE.with_borrow_mut(use_spare)
    }
}

impl Content for (Str, Value) {
    type Owner = Repr;

    fn group(owner: &Repr) -> Option<&Group<(Str, Value)>> {
        match owner {
            Repr::FreeGroup(group) => Some(group),
            _ => None,
        }
    }

    fn contents(collector: Collector<(Str, Value)>) -> Contents {
        Contents::Maps(collector)
    }

    fn collector(contents: &mut Contents) -> Option<&mut Collector<(Str, Value)>> {
        match contents {
            Contents::Maps(collector) => Some(collector),
            _ => None,
        }
    }

    fn with_spare<R>(use_spare: impl FnOnce(&mut Vec<Vec<(Str, Value)>>) -> R) -> R {
        thread_local!(static SPARE: RefCell<Vec<Vec<(Str, Value)>>> = const { RefCell::new(Vec::new()) });
        SPARE.with_borrow_mut(use_spare)
    }
}

impl Content for Value {
    type Owner = Items;

    fn group(owner: &Items) -> Option<&Group<Value>> {
        match owner {
            Items::Group(group) => Some(group),
            Items::Own(_) => None,
        }
    }

    fn contents(collector: Collector<Value>) -> Contents {
        Contents::Lists(collector)
    }

    fn collector(contents: &mut Contents) -> Option<&mut Collector<Value>> {
        match contents {
            Contents::Lists(collector) => Some(collector),
            _ => None,
        }
    }

    fn with_spare<R>(use_spare: impl FnOnce(&mut Vec<Vec<Value>>) -> R) -> R {
        thread_local!(static SPARE: RefCell<Vec<Vec<Value>>> = const { RefCell::new(Vec::new()) });
        SPARE.with_borrow_mut(use_spare)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: i64 = 3 * VALUES as i64 + 1;

    /// Structures with the members `a` and `b`, without `a`, and without any.
    fn structures() -> List {
        let keys = Arc::new(KeyTable::new(["a", "b"].map(Str::from)));
        let mut batches = Batches::new();
        let mut batch = batches.output();
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
        assert_eq!(alive, VALUES);
    }

    /// Lists of `n % 20` numbers, and maps of `n % 20` entries, of which the last two have equal keys in every seventh map.
    fn lists_and_maps() -> (List, List) {
        let mut batches = Batches::new();
        let key = |n: i64, entry: i64| format!("key{}", if n % 7 == 0 && entry > 0 && entry == n % 20 - 1 { entry - 1 } else { entry });
        (0..COUNT)
            .map(|n| {
                let mut items: Vec<_> = (0..n % 20).map(Value::Int).collect();
                let mut entries: Vec<_> = (0..n % 20).map(|entry| (Str::from(key(n, entry)), Value::Int(entry))).collect();
                (
                    Value::List(batches.output().member(1).list(items.drain(..))),
                    Value::Map(batches.output().member(2).map(entries.drain(..))),
                )
            })
            .unzip()
    }

    fn expected_map(n: i64) -> Value {
        let len = n % 20;
        let entries = (0..len).map(|entry| (format!("key{entry}"), entry));
        Value::Map(match n % 7 {
            0 if len > 1 => entries.take(len as usize - 1).map(|(key, n)| (key, if n == len - 2 { len - 1 } else { n })).collect(),
            _ => entries.collect(),
        })
    }

    #[test]
    fn lists_and_maps_of_a_group_are_ordinary_ones() {
        let (lists, maps) = lists_and_maps();
        for (n, (list, map)) in (0..COUNT).zip(lists.iter().zip(&maps)) {
            assert_eq!(*list, (0..n % 20).map(Value::Int).collect::<Value>());
            assert_eq!(*map, expected_map(n), "{n}");
            assert_eq!(map.len(), map.as_map().unwrap().iter().count());
            assert_eq!(list.as_list().unwrap().clone().into_iter().count(), list.len());
            assert_eq!(map.as_map().unwrap().clone().into_iter().collect::<Map>(), *map.as_map().unwrap());
        }
    }

    #[test]
    fn modifying_a_list_or_map_leaves_the_others_and_its_clones_unchanged() {
        let (mut lists, mut maps) = lists_and_maps();
        let originals = (lists.clone(), maps.clone());
        lists.as_mut_vec().iter_mut().for_each(|list| list.as_list_mut().unwrap().push("new"));
        maps.as_mut_vec().iter_mut().for_each(|map| drop(map.as_map_mut().unwrap().insert("new", 1)));
        for (n, (list, map)) in (0..COUNT).zip(lists.iter().zip(&maps)) {
            assert_eq!((list[n as usize % 20].as_str(), list.len() as i64), (Some("new"), n % 20 + 1));
            assert_eq!((&map["new"], map.len()), (&Value::Int(1), expected_map(n).len() + 1));
        }
        assert_eq!(originals, lists_and_maps());
    }

    #[test]
    fn texts_are_replaced_in_a_group_only_if_nobody_else_has_it() {
        let keys = Arc::new(KeyTable::new(["a", "b"].map(Str::from)));
        let mut batches = Batches::new();
        let mut batch = batches.output();
        let text = |n| Some(Value::from(format!("{n} and a long text")));
        let mut list: List = (0..COUNT)
            .map(|n| match n {
                0 => crate::value!({"b": (text(n))}),
                1 => Value::Int(n),
                _ => Value::Map(batch.shaped(&keys, &mut [text(-n), text(n)])),
            })
            .collect();
        drop(batches);
        let free = list[0].clone();
        let group = |list: &List, n: usize| Arc::as_ptr(list[n].as_map().unwrap().repr());
        let (kept, groups) = (list[3].clone(), [3, 33].map(|n| group(&list, n)));
        list.replace_texts("b", |text| (!text.starts_with("4 ")).then(|| Str::from(format!("{text}!"))));
        for (n, value) in (0..).zip(&list) {
            let changed = if n == 4 { "" } else { "!" };
            match n {
                1 => assert_eq!(*value, n),
                0 => assert_eq!(*value, crate::value!({"b": (format!("{n} and a long text!"))})),
                _ => assert_eq!(*value, crate::value!({"a": (text(-n)), "b": (format!("{n} and a long text{changed}"))})),
            }
        }
        assert_eq!(kept, crate::value!({"a": (text(-3)), "b": (text(3))}));
        assert_eq!(free, crate::value!({"b": (text(0))}));
        assert_ne!(group(&list, 3), groups[0]);
        assert_eq!(group(&list, 33), groups[1]);
    }
}
