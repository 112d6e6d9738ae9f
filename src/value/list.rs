//! Lists of values.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::Value;
use super::nested::{all_equal, debug_list, drop_nested, pair_items};

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
#[derive(Clone, Default)]
pub struct List(Arc<Items>);

#[derive(Clone, Default)]
struct Items(Vec<Value>);

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
        &mut Arc::make_mut(&mut self.0).0
    }
}

impl List {
    /// The values, for modification, unless another list shares them.
    pub(super) fn unshared_values(&mut self) -> impl Iterator<Item = &mut Value> {
        Arc::get_mut(&mut self.0).into_iter().flat_map(|items| &mut items.0)
    }

    /// Returns whether both lists share their contents.
    pub(super) fn is_same(&self, other: &List) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Drop for Items {
    fn drop(&mut self) {
        drop_nested(self.0.iter_mut());
    }
}

impl PartialEq for List {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = Vec::new();
        pair_items(self, other, &mut pairs) && all_equal(pairs, Value::eq)
    }
}

impl Deref for List {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        &self.0.0
    }
}

impl From<Vec<Value>> for List {
    fn from(values: Vec<Value>) -> Self {
        List(Arc::new(Items(values)))
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
        self.0.0.iter()
    }
}

impl IntoIterator for List {
    type Item = Value;
    type IntoIter = std::vec::IntoIter<Value>;
    fn into_iter(mut self) -> Self::IntoIter {
        match Arc::get_mut(&mut self.0) {
            Some(items) => std::mem::take(&mut items.0),
            None => self.0.0.clone(),
        }
        .into_iter()
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_list(self, 0, f)
    }
}
