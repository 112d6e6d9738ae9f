//! Values in definition files that know their path, so that every mistake in a file is reported with it.

use crate::error::{Error, ErrorKind, Result};
use crate::value::{Expression, Map, Str, Value};

/// A value and its path in a file.
pub(super) struct Located<'p, 'v> {
    pub(super) value: &'v Value,
    parent: Option<&'p Located<'p, 'v>>,
    step: Step<'p>,
}

enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

impl<'p, 'v: 'p> Located<'p, 'v> {
    /// The topmost value; its path is `path`.
    pub(super) fn top(value: &'v Value, path: &'p str) -> Self {
        Located { value, parent: None, step: Step::Key(path) }
    }

    /// Returns the member `key`, unless it is absent or null.
    pub(super) fn get<'q>(&'q self, key: &'v str) -> Result<Option<Located<'q, 'v>>> {
        let value = self.map()?.get(key).filter(|value| !value.is_null());
        Ok(value.map(|value| Located { value, parent: Some(self), step: Step::Key(key) }))
    }

    pub(super) fn required<'q>(&'q self, key: &'v str) -> Result<Located<'q, 'v>> {
        self.get(key)?.ok_or_else(|| self.error(&format!("the key {key:?} is missing")))
    }

    /// Reads the entries of the object `key` in order; there are none if it is absent.
    pub(super) fn each<T>(&self, key: &'v str, read: impl FnMut(&'v str, &Located<'_, 'v>) -> Result<T>) -> Result<Vec<T>> {
        match self.get(key)? {
            Some(object) => object.entries(read),
            None => Ok(Vec::new()),
        }
    }

    /// Reads the items of the array `key`; there are none if it is absent.
    pub(super) fn items<T>(&self, key: &'v str, mut read: impl FnMut(&Located<'_, 'v>) -> Result<T>) -> Result<Vec<T>> {
        let Some(array) = self.get(key)? else { return Ok(Vec::new()) };
        let Value::List(list) = array.value else { return Err(array.wrong_type("an array")) };
        let item = |(i, value)| read(&Located { value, parent: Some(&array), step: Step::Index(i) });
        list.iter().enumerate().map(item).collect()
    }

    /// Reads the items of the array `key`, or the single item that stands in its place.
    pub(super) fn one_or_more<T>(&self, key: &'v str, mut read: impl FnMut(&Located<'_, 'v>) -> Result<T>) -> Result<Vec<T>> {
        match self.get(key)? {
            Some(single) if single.value.as_list().is_none() => Ok(vec![read(&single)?]),
            _ => self.items(key, read),
        }
    }

    /// Returns a string that is not empty.
    pub(super) fn text(&self) -> Result<&'v str> {
        self.value.as_str().filter(|text| !text.is_empty()).ok_or_else(|| self.wrong_type("a string"))
    }

    pub(super) fn str(&self) -> Result<Str> {
        self.text().map(Str::from)
    }

    pub(super) fn expression(&self) -> Result<Expression> {
        Expression::parse(self.text()?).map_err(|e| self.error(e.message()).with_source(e))
    }

    pub(super) fn error(&self, reason: &str) -> Error {
        invalid(&format!("{}: {reason}", self.path()))
    }

    pub(super) fn wrong_type(&self, expected: &str) -> Error {
        let found = match self.value {
            Value::String(text) if text.is_empty() => "empty",
            other => other.type_name(),
        };
        self.error(&format!("it must be {expected}, not {found}"))
    }

    fn entries<T>(&self, mut read: impl FnMut(&'v str, &Located<'_, 'v>) -> Result<T>) -> Result<Vec<T>> {
        let entry = |(key, value): (&'v Str, &'v Value)| {
            let step = Step::Key(key.as_str());
            read(key, &Located { value, parent: Some(self), step })
        };
        self.map()?.iter().map(entry).collect()
    }

    fn map(&self) -> Result<&'v Map> {
        self.value.as_map().ok_or_else(|| self.wrong_type("an object"))
    }

    /// Returns the path, such as `resources.Bucket.actions.Create.request.params[0]`.
    fn path(&self) -> String {
        let mut path = self.parent.map_or_else(String::new, Located::path);
        match self.step {
            Step::Index(i) => path.push_str(&format!("[{i}]")),
            Step::Key(key) if path.is_empty() => path.push_str(key),
            Step::Key(key) => path.push_str(&format!(".{key}")),
        }
        path
    }
}

/// An error in a definition.
pub(super) fn invalid(reason: &str) -> Error {
    Error::new(ErrorKind::InvalidDefinition, reason)
}
