//! A place in a definition file: the value that stands there, and the way to it for messages.

use crate::error::Error;
use crate::error::Result;
use crate::value::{Expression, Map, Value};

/// A value in the file and the place where it stands.
pub(super) struct Place<'p, 'v> {
    pub value: &'v Value,
    parent: Option<&'p Place<'p, 'v>>,
    step: Step<'v>,
}

enum Step<'v> {
    Key(&'v str),
    Index(usize),
}

impl<'p, 'v> Place<'p, 'v> {
    pub fn top(value: &'v Value) -> Self {
        Place { value, parent: None, step: Step::Key("") }
    }

    /// What stands under `key`; null is as good as absent.
    pub fn get<'q>(&'q self, key: &'v str) -> Result<Option<Place<'q, 'v>>> {
        let value = self.map()?.get(key).filter(|value| !value.is_null());
        Ok(value.map(|value| Place { value, parent: Some(self), step: Step::Key(key) }))
    }

    pub fn required<'q>(&'q self, key: &'v str) -> Result<Place<'q, 'v>> {
        self.get(key)?.ok_or_else(|| self.error(&format!("the key {key:?} is missing")))
    }

    /// The entries of the object under `key`, in the file's order; none if it is absent.
    pub fn each<T>(&self, key: &'v str, read: impl FnMut(&'v str, &Place<'_, 'v>) -> Result<T>) -> Result<Vec<T>> {
        match self.get(key)? {
            Some(object) => object.entries(read),
            None => Ok(Vec::new()),
        }
    }

    /// The items of the array under `key`; none if it is absent.
    pub fn items<T>(&self, key: &'v str, mut read: impl FnMut(&Place<'_, 'v>) -> Result<T>) -> Result<Vec<T>> {
        let Some(array) = self.get(key)? else { return Ok(Vec::new()) };
        let Value::List(list) = array.value else { return Err(array.wrong_type("an array")) };
        let item = |(i, value)| read(&Place { value, parent: Some(&array), step: Step::Index(i) });
        list.iter().enumerate().map(item).collect()
    }

    pub fn text(&self) -> Result<&'v str> {
        self.value.as_str().filter(|text| !text.is_empty()).ok_or_else(|| self.wrong_type("text"))
    }

    pub fn expression(&self) -> Result<Expression> {
        Expression::parse(self.text()?).map_err(|e| self.error(e.message()).with_source(e))
    }

    pub fn error(&self, reason: &str) -> Error {
        super::broken(&self.path(), reason)
    }

    fn entries<T>(&self, mut read: impl FnMut(&'v str, &Place<'_, 'v>) -> Result<T>) -> Result<Vec<T>> {
        let entry = |(key, value): (&'v crate::Str, &'v Value)| {
            let step = Step::Key(key.as_str());
            read(key, &Place { value, parent: Some(self), step })
        };
        self.map()?.iter().map(entry).collect()
    }

    fn map(&self) -> Result<&'v Map> {
        self.value.as_map().ok_or_else(|| self.wrong_type("an object"))
    }

    fn wrong_type(&self, wanted: &str) -> Error {
        let is = match self.value {
            Value::String(text) if text.is_empty() => "empty",
            other => other.type_name(),
        };
        self.error(&format!("it must be {wanted}, not {is}"))
    }

    /// `resources.Bucket.actions.Create.request.params[0]`.
    fn path(&self) -> String {
        let Some(parent) = self.parent else { return String::new() };
        let mut path = parent.path();
        match self.step {
            Step::Index(i) => path.push_str(&format!("[{i}]")),
            Step::Key(key) if path.is_empty() => path.push_str(key),
            Step::Key(key) => path.push_str(&format!(".{key}")),
        }
        path
    }
}
