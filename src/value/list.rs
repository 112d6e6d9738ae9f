//! Lists of values.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::Value;

/// A list of values: clone is O(1), a change copies the list only where it is shared.
///
/// It reads like a slice.
///
/// ```
/// use tucuxi::{List, Value};
///
/// let mut list: List = ["a", "b"].into_iter().collect();
/// list.push("c");
/// assert_eq!(list.len(), 3);
/// assert_eq!(list[2], Value::from("c"));
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct List(Arc<Vec<Value>>);

impl List {
    /// An empty list.
    pub fn new() -> List {
        List::default()
    }

    /// Appends a value.
    pub fn push(&mut self, value: impl Into<Value>) {
        self.as_mut_vec().push(value.into());
    }

    /// The vector behind the list, to be changed; it is copied first if another list shares it.
    pub fn as_mut_vec(&mut self) -> &mut Vec<Value> {
        Arc::make_mut(&mut self.0)
    }
}

impl Deref for List {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        &self.0
    }
}

impl From<Vec<Value>> for List {
    fn from(values: Vec<Value>) -> Self {
        List(Arc::new(values))
    }
}

impl<V: Into<Value>> FromIterator<V> for List {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        List(Arc::new(values.into_iter().map(Into::into).collect()))
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
        self.0.iter()
    }
}

impl IntoIterator for List {
    type Item = Value;
    type IntoIter = std::vec::IntoIter<Value>;
    fn into_iter(self) -> Self::IntoIter {
        Arc::try_unwrap(self.0).unwrap_or_else(|shared| (*shared).clone()).into_iter()
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
