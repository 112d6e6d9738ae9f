//! Tables of definitions that are parsed on first use: operations and shapes of a service, paginators, and waiters.
//!
//! A file is scanned once for the ranges of its entries, without building anything. An entry is parsed when it is first
//! requested, and remains in memory.

use std::ops::Range;
use std::sync::OnceLock;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::json::Object;
use super::located::{Located, invalid};
use crate::error::Result;
use crate::value::{Str, Value};

/// The ranges of named entries in a text, in order.
pub(super) type Ranges = IndexMap<Str, Range<usize>, foldhash::fast::RandomState>;

/// Entries of a text that are parsed on first use.
pub(super) struct LazyTable<T> {
    ranges: Ranges,
    cells: Box<[OnceLock<Box<T>>]>,
}

impl<T> LazyTable<T> {
    pub(super) fn new(ranges: Ranges) -> LazyTable<T> {
        let cells = std::iter::repeat_with(OnceLock::new).take(ranges.len()).collect();
        LazyTable { ranges, cells }
    }

    pub(super) fn names(&self) -> impl ExactSizeIterator<Item = &Str> {
        self.ranges.keys()
    }

    pub(super) fn index_of(&self, name: &str) -> Option<usize> {
        self.ranges.get_index_of(name)
    }

    /// The name of an entry.
    pub(super) fn name(&self, index: usize) -> Option<&Str> {
        self.ranges.get_index(index).map(|(name, _)| name)
    }

    /// Returns the entry at `index`. On first use, `parse` receives its name and its part of `text`, the text that was scanned.
    ///
    /// # Panics
    /// If the index is out of bounds.
    pub(super) fn get<E>(&self, index: usize, text: &str, parse: impl FnOnce(&Str, &str) -> Result<T, E>) -> Result<&T, E> {
        let cell = &self.cells[index];
        if let Some(entry) = cell.get() {
            return Ok(entry);
        }
        let entry = parse(&self.ranges.keys()[index], &text[self.ranges[index].clone()])?;
        Ok(cell.get_or_init(|| Box::new(entry)))
    }
}

/// Returns the range of a raw value in the text that it borrows from.
pub(super) fn range_in(text: &str, raw: &RawValue) -> Range<usize> {
    let start = raw.get().as_ptr() as usize - text.as_ptr() as usize;
    start..start + raw.get().len()
}

/// An object whose entries have not been parsed yet.
#[derive(Default)]
pub(super) struct Unparsed<'a>(Object<'a, &'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Unparsed<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Object::deserialize(deserializer).map(Unparsed)
    }
}

impl<'a> Unparsed<'a> {
    /// Returns the entry of that name; the last one if there are several.
    fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.0.iter().rfind(|(key, _)| key == name).map(|(_, raw)| *raw)
    }

    /// Returns the ranges of the entries in the text that they borrow from.
    pub(super) fn ranges(self, text: &str) -> Ranges {
        self.0.0.into_iter().map(|(name, raw)| (Str::from(name), range_in(text, raw))).collect()
    }
}

/// The table of a file that consists of one object of independent entries.
pub(super) struct LazyFile<T> {
    /// The name of the file and the key of the object, for messages.
    file: String,
    section: &'static str,
    text: String,
    table: LazyTable<T>,
}

impl<T> LazyFile<T> {
    /// Scans the object under the key `section` at the top level of `text`.
    pub(super) fn scan(file: String, text: String, section: &'static str) -> Result<LazyFile<T>> {
        let top: Unparsed<'_> = serde_json::from_str(&text).map_err(|e| invalid(&e.to_string()).with_source(e))?;
        let raw = top.get(section).ok_or_else(|| invalid(&format!("{section} is missing")))?;
        let entries: Unparsed<'_> = serde_json::from_str(raw.get()).map_err(|e| invalid(&format!("{section}: {e}")).with_source(e))?;
        let table = LazyTable::new(entries.ranges(&text));
        Ok(LazyFile { file, section, text, table })
    }

    pub(super) fn names(&self) -> impl ExactSizeIterator<Item = &Str> {
        self.table.names()
    }

    /// Returns the entry of that name, and the name. On first use, `read` reads it.
    pub(super) fn get(&self, name: &str, read: impl FnOnce(&Located<'_, '_>) -> Result<T>) -> Result<Option<(&Str, &T)>> {
        let Some(index) = self.table.index_of(name) else { return Ok(None) };
        let entry = self.table.get(index, &self.text, |name, text| {
            let path = format!("{}: {}.{name}", self.file, self.section);
            let json: Value = serde_json::from_str(text).map_err(|e| invalid(&format!("{path}: {e}")).with_source(e))?;
            read(&Located::top(&json, &path))
        })?;
        Ok(self.table.name(index).map(|name| (name, entry)))
    }
}
