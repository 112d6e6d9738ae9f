//! A definition file that is one object of independent entries: paginators, waiters. The file is indexed at once, an
//! entry is read when it is first asked for, and stays.

use std::sync::OnceLock;

use serde_json::value::RawValue;

use super::index::{Places, place_in};
use super::json::Object;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Expression, Str, Value};

/// The entries of one file, by name, in the file's order.
pub(super) struct Entries<T> {
    /// The file's name and the key that the entries lie under, for messages.
    file: String,
    section: &'static str,
    text: String,
    places: Places,
    cells: Box<[OnceLock<T>]>,
}

impl<T> Entries<T> {
    /// Indexes `section` of the file's top level, which `text` is.
    pub(super) fn index(file: String, text: String, section: &'static str) -> Result<Entries<T>> {
        let top: Object<'_, &RawValue> = serde_json::from_str(&text).map_err(|e| invalid(&e.to_string()).with_source(e))?;
        let Some((_, raw)) = top.0.iter().rfind(|(key, _)| key == section) else {
            return Err(invalid(&format!("{section} is missing")));
        };
        let base = place_in(&text, raw).start;
        let entries: Object<'_, &RawValue> =
            serde_json::from_str(raw.get()).map_err(|e| invalid(&format!("{section}: {e}")).with_source(e))?;
        let places: Places = entries
            .0
            .iter()
            .map(|(name, entry)| {
                let place = place_in(raw.get(), entry);
                (Str::from(&**name), base + place.start..base + place.end)
            })
            .collect();
        let cells = std::iter::repeat_with(OnceLock::new).take(places.len()).collect();
        Ok(Entries { file, section, text, places, cells })
    }

    pub(super) fn names(&self) -> impl ExactSizeIterator<Item = &Str> {
        self.places.keys()
    }

    /// The entry of that name with its name; `read` makes it, of its JSON, or says at which place it is broken and why.
    pub(super) fn get(&self, name: &str, read: impl FnOnce(&Value) -> Result<T, String>) -> Result<Option<(&Str, &T)>> {
        let Some((index, name, place)) = self.places.get_full(name) else { return Ok(None) };
        if let Some(entry) = self.cells[index].get() {
            return Ok(Some((name, entry)));
        }
        let path = |separator: &str, reason: &str| invalid(&format!("{}: {}.{name}{separator}{reason}", self.file, self.section));
        let json: Value = serde_json::from_str(&self.text[place.clone()]).map_err(|e| path(": ", &e.to_string()).with_source(e))?;
        if json.as_map().is_none() {
            return Err(path(": ", &format!("must be an object, not {}", json.type_name())));
        }
        let entry = read(&json).map_err(|reason| path(".", &reason))?;
        Ok(Some((name, self.cells[index].get_or_init(|| entry))))
    }
}

pub(super) fn invalid(reason: &str) -> Error {
    Error::new(ErrorKind::InvalidDefinition, reason)
}

/// Reads the members of an entry; each failure begins with the member's name.
pub(super) struct Members<'a>(pub &'a Value);

impl<'a> Members<'a> {
    /// The member, unless it is absent or null.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn required(&self, name: &str) -> Result<&'a Value, String> {
        self.get(name).ok_or_else(|| format!("{name}: is missing"))
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<Str>, String> {
        self.get(name).map(|value| text(name, value)).transpose()
    }

    /// A text, or a list of them.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<Str>, String> {
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(Value::List(list)) => list.iter().enumerate().map(|(i, value)| text(&format!("{name}[{i}]"), value)).collect(),
            Some(value) => Ok(vec![text(name, value)?]),
        }
    }

    pub(super) fn expression(&self, name: &str) -> Result<Option<Expression>, String> {
        self.text(name)?.map(|text| expression(name, &text)).transpose()
    }

    /// An expression, or a list of them.
    pub(super) fn expressions(&self, name: &str) -> Result<Vec<Expression>, String> {
        self.texts(name)?.iter().map(|text| expression(name, text)).collect()
    }
}

fn text(place: &str, value: &Value) -> Result<Str, String> {
    value.as_str().map(Str::from).ok_or_else(|| format!("{place}: must be text, not {}", value.type_name()))
}

fn expression(place: &str, text: &str) -> Result<Expression, String> {
    Expression::parse(text).map_err(|e| format!("{place}: {e}"))
}
