//! The results extracted from pages: matches of an expression, items, or all pages combined.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::vec::IntoIter;

use super::Paginator;
use crate::definition::ResultKey;
use crate::error::Result;
use crate::value::{Expression, Map, Value};

/// The results of an expression on each page, created by [`Paginator::search`].
#[must_use = "iterators are lazy"]
pub struct Search {
    pages: Paginator,
    expression: Expression,
    found: IntoIter<Value>,
}

impl Search {
    pub(super) fn new(pages: Paginator, expression: Expression) -> Search {
        Search { pages, expression, found: Vec::new().into_iter() }
    }

    /// Returns the underlying pages, for their [resume token](Paginator::resume_token).
    pub fn pages(&self) -> &Paginator {
        &self.pages
    }
}

impl Iterator for Search {
    type Item = Result<Value>;

    fn next(&mut self) -> Option<Result<Value>> {
        loop {
            if let Some(value) = self.found.next() {
                return Some(Ok(value));
            }
            let found = self.pages.next()?.and_then(|page| self.expression.search(&page));
            match found {
                Ok(Value::List(list)) => self.found = list.into_iter(),
                other => return Some(other),
            }
        }
    }
}

/// The items of the primary result, created by [`Paginator::items`].
#[must_use = "iterators are lazy"]
pub struct Items {
    pages: Paginator,
    found: IntoIter<Value>,
}

impl Items {
    pub(super) fn new(pages: Paginator) -> Items {
        Items { pages, found: Vec::new().into_iter() }
    }

    /// Returns the underlying pages, for their [resume token](Paginator::resume_token).
    pub fn pages(&self) -> &Paginator {
        &self.pages
    }
}

impl Iterator for Items {
    type Item = Result<Value>;

    fn next(&mut self) -> Option<Result<Value>> {
        loop {
            if let Some(value) = self.found.next() {
                return Some(Ok(value));
            }
            let found = self.pages.next()?.and_then(|mut page| take(self.pages.definition().primary(), &mut page));
            match found {
                Ok(Value::List(list)) => self.found = list.into_iter(),
                Ok(Value::Null) => {}
                other => return Some(other),
            }
        }
    }
}

/// The items of one result key, created by [`Paginator::result_key_iters`].
#[must_use = "iterators are lazy"]
pub struct ResultKeyIter {
    shared: Arc<Mutex<Shared>>,
    key: ResultKey,
    index: usize,
}

struct Shared {
    pages: Paginator,
    /// The fetched items of each result key that were not consumed yet.
    buffered: Vec<VecDeque<Value>>,
}

impl ResultKeyIter {
    pub(super) fn all(pages: Paginator) -> Vec<ResultKeyIter> {
        let keys = pages.definition().result_keys().to_vec();
        let shared = Arc::new(Mutex::new(Shared { pages, buffered: vec![VecDeque::new(); keys.len()] }));
        keys.into_iter().enumerate().map(|(index, key)| ResultKeyIter { shared: shared.clone(), key, index }).collect()
    }

    /// Returns the result key.
    pub fn result_key(&self) -> &Expression {
        self.key.expression()
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The iterator that requested the page returns its error; the others end.
impl Iterator for ResultKeyIter {
    type Item = Result<Value>;

    fn next(&mut self) -> Option<Result<Value>> {
        let mut shared = self.shared();
        loop {
            if let Some(value) = shared.buffered[self.index].pop_front() {
                return Some(Ok(value));
            }
            let page = shared.pages.next()?;
            if let Err(error) = page.and_then(|page| shared.buffer(page)) {
                return Some(Err(error));
            }
        }
    }
}

impl Shared {
    fn buffer(&mut self, page: Value) -> Result<()> {
        for (key, waiting) in self.pages.definition().result_keys().iter().zip(&mut self.buffered) {
            match key.find(&page)? {
                Value::Null => {}
                Value::List(list) => waiting.extend(list),
                other => waiting.push_back(other),
            }
        }
        Ok(())
    }
}

/// Combines all pages.
pub(super) fn full_result(mut pages: Paginator) -> Result<Value> {
    let mut result = Value::Map(Map::new());
    while let Some(page) = pages.next() {
        let mut page = page?;
        for key in pages.definition().result_keys() {
            let value = take(key, &mut page)?;
            if value.is_null() {
                continue;
            }
            match key.find_mut(&mut result)? {
                Some(whole) if !whole.is_null() => append(whole, value),
                _ => key.put(&mut result, value)?,
            }
        }
    }
    merge(&mut result, pages.non_aggregate_part());
    if let (Some(token), Value::Map(result)) = (pages.resume_token(), &mut result) {
        result.insert("NextToken", token);
    }
    Ok(result)
}

/// Takes a result out of a page, to move its items instead of copying them.
fn take(key: &ResultKey, page: &mut Value) -> Result<Value> {
    match key.find_mut(page) {
        Ok(place) => Ok(place.map(std::mem::take).unwrap_or_default()),
        Err(_) => key.find(page),
    }
}

/// Concatenates lists and strings and adds numbers; of other values, the first one remains.
fn append(whole: &mut Value, more: Value) {
    match (&mut *whole, more) {
        (Value::List(whole), Value::List(more)) => whole.extend(more),
        (Value::String(whole), Value::String(more)) => *whole = format!("{whole}{more}").into(),
        (_, more) => {
            if let Some(sum) = add(whole, &more) {
                *whole = sum;
            }
        }
    }
}

fn add(a: &Value, b: &Value) -> Option<Value> {
    let int = |value: &Value| value.as_bool().map(i64::from).or_else(|| value.as_int());
    match (int(a), int(b)) {
        (Some(a), Some(b)) => Some(Value::from(i128::from(a) + i128::from(b))),
        (Some(a), None) => Some(Value::Float(a as f64 + b.as_float()?)),
        (None, Some(b)) => Some(Value::Float(a.as_float()? + b as f64)),
        (None, None) => Some(Value::Float(a.as_float()? + b.as_float()?)),
    }
}

/// Merges `over` into `base`; maps are merged entry by entry.
fn merge(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Map(base), Value::Map(over)) => {
            for (key, value) in over {
                match base.get_mut(key) {
                    Some(there) => merge(there, value),
                    None => drop(base.insert(key.clone(), value.clone())),
                }
            }
        }
        (base, over) => *base = over.clone(),
    }
}

impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search").field("expression", &self.expression).finish_non_exhaustive()
    }
}

impl fmt::Debug for Items {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).finish_non_exhaustive()
    }
}

impl fmt::Debug for ResultKeyIter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResultKeyIter").field("key", self.result_key()).finish_non_exhaustive()
    }
}
