//! Lists of values.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::group::{Group, Range};
use super::map::Map;
use super::nested::{all_equal, debug_list, drop_nested, pair_items};
use super::{Str, Value};

/// A list of values. Cloning is O(1); modifying a shared list copies it first.
///
/// It dereferences to a slice.
///
/// ```
/// use tucuxi::{List, Value};
///
/// let mut list: List = ["a", "b"].into_iter().collect();
/// list.push("c");
/// assert_eq!(list.len(), 3);
/// assert_eq!(list[2], Value::from("c"));
/// ```
///
/// Short lists with the same place in a response share memory in groups of 16 until they are modified, as [`Map`]s do.
#[derive(Clone, Default)]
pub struct List {
    items: Arc<Items>,
    /// The list's own items, if it belongs to a group.
    range: Range,
}

pub(super) enum Items {
    Own(Vec<Value>),
    Group(Group<Value>),
}

impl Items {
    fn values_mut(&mut self) -> &mut [Value] {
        match self {
            Items::Own(values) => values,
            Items::Group(group) => group.contents_mut(),
        }
    }
}

impl Default for Items {
    fn default() -> Items {
        Items::Own(Vec::new())
    }
}

impl List {
    /// Creates an empty list.
    pub fn new() -> List {
        List::default()
    }

    /// Appends a value.
    pub fn push(&mut self, value: impl Into<Value>) {
        self.as_mut_vec().push(value.into());
    }

    /// Returns the underlying vector for modification, copying it first if it is shared.
    pub fn as_mut_vec(&mut self) -> &mut Vec<Value> {
        if !matches!(Arc::get_mut(&mut self.items), Some(Items::Own(_))) {
            *self = List::from(self.to_vec());
        }
        match Arc::get_mut(&mut self.items) {
            Some(Items::Own(values)) => values,
            _ => unreachable!("the list has its own items"),
        }
    }

    /// Replaces the text of a member in the structures of the list. `replace` returns the new text, or `None` if it is the same.
    pub(crate) fn replace_texts(&mut self, member: &str, replace: impl FnMut(&str) -> Option<Str>) {
        Map::replace_texts(self.as_mut_vec(), member, replace);
    }

    /// A list of a group.
    pub(super) fn part((group, range): (Arc<Items>, Range)) -> List {
        List { items: group, range }
    }

    /// The values, for modification, unless another list shares them. The values of the lists of a group are returned together.
    pub(super) fn unshared_values(&mut self) -> impl Iterator<Item = &mut Value> {
        Arc::get_mut(&mut self.items).into_iter().flat_map(Items::values_mut)
    }

    /// Returns whether both lists share their contents.
    pub(super) fn is_same(&self, other: &List) -> bool {
        Arc::ptr_eq(&self.items, &other.items) && self.range == other.range
    }
}

impl Drop for Items {
    fn drop(&mut self) {
        drop_nested(self.values_mut().iter_mut());
    }
}

impl PartialEq for List {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = Vec::new();
        pair_items(self, other, &mut pairs, &Value::eq) && all_equal(pairs, Value::eq)
    }
}

impl Deref for List {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        match &*self.items {
            Items::Own(values) => values,
            Items::Group(group) => group.contents(self.range),
        }
    }
}

impl From<Vec<Value>> for List {
    fn from(values: Vec<Value>) -> Self {
        List { items: Arc::new(Items::Own(values)), range: Range::default() }
    }
}

impl<V: Into<Value>> FromIterator<V> for List {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        List::from(values.into_iter().map(Into::into).collect::<Vec<_>>())
    }
}

impl<V: Into<Value>> Extend<V> for List {
    fn extend<I: IntoIterator<Item = V>>(&mut self, values: I) {
        self.as_mut_vec().extend(values.into_iter().map(Into::into));
    }
}

impl<'a> IntoIterator for &'a List {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for List {
    type Item = Value;
    type IntoIter = std::vec::IntoIter<Value>;
    fn into_iter(mut self) -> Self::IntoIter {
        match Arc::get_mut(&mut self.items) {
            Some(Items::Own(values)) => std::mem::take(values),
            Some(Items::Group(_)) | None => self.to_vec(),
        }
        .into_iter()
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_list(self, 0, f)
    }
}
