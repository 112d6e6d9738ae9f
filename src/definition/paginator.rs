//! `paginators-1.json`, how the pages of an operation hang together.
//!
//! What is walked by these definitions is the client's business; here are only the names and expressions, typed.

use std::sync::Arc;

use super::entries::{Entries, Members, invalid};
use super::source::{Definition, Source};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Expression, Str, Value};

/// The paginators of a service, by operation.
pub struct Paginators(Entries<PaginatorDefinition>);

impl Paginators {
    /// The operations that have one, in the file's order.
    pub fn operations(&self) -> impl ExactSizeIterator<Item = &Str> {
        self.0.names()
    }

    /// The paginator of an operation (`ListObjectsV2`), if it has one.
    ///
    /// # Errors
    /// `InvalidDefinition` if it is broken; the message has file and path.
    pub fn get(&self, operation: &str) -> Result<Option<PaginatorDefinition>> {
        Ok(self.0.get(operation, PaginatorDefinition::read)?.map(|(_, definition)| definition.clone()))
    }
}

impl Definition for Paginators {
    const KIND: &'static str = "paginators-1";

    fn parse(source: Source) -> Result<Paginators> {
        Entries::index(source.file, source.text, "pagination").map(Paginators)
    }
}

impl std::fmt::Debug for Paginators {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Paginators").field("operations", &self.0.names().len()).finish_non_exhaustive()
    }
}

/// How the pages of one operation hang together. Clone is O(1).
///
/// A program can bring its own, of the same members as an entry of a `paginators-1.json`:
///
/// ```
/// use tucuxi::{PaginatorDefinition, value};
///
/// let definition = PaginatorDefinition::from_value(&value!({
///     "input_token": "NextToken",
///     "output_token": "NextToken",
///     "result_key": "Items",
///     "limit_key": "MaxResults",
/// }))?;
/// assert_eq!(definition.limit_key(), Some("MaxResults"));
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PaginatorDefinition(Arc<Fields>);

#[derive(Debug)]
struct Fields {
    input_tokens: Vec<Str>,
    output_tokens: Vec<Expression>,
    result_keys: Vec<ResultKey>,
    limit_key: Option<Str>,
    more_results: Option<Expression>,
    non_aggregate_keys: Vec<ResultKey>,
}

impl PaginatorDefinition {
    /// Reads a definition: `input_token`, `output_token` and `result_key` (a text, or a list of them), and, where it has
    /// them, `limit_key`, `more_results` and `non_aggregate_keys`.
    ///
    /// # Errors
    /// `InvalidDefinition`; the message has the member that is missing or broken.
    pub fn from_value(value: &Value) -> Result<PaginatorDefinition> {
        PaginatorDefinition::read(value).map_err(|reason| invalid(&format!("The paginator is broken at {reason}")))
    }

    fn read(json: &Value) -> Result<PaginatorDefinition, String> {
        let json = Members(json);
        for required in ["input_token", "output_token", "result_key"] {
            json.required(required)?;
        }
        let fields = Fields {
            input_tokens: json.texts("input_token")?,
            output_tokens: json.expressions("output_token")?,
            result_keys: json.expressions("result_key")?.into_iter().map(ResultKey::new).collect(),
            limit_key: json.text("limit_key")?,
            more_results: json.expression("more_results")?,
            non_aggregate_keys: json.expressions("non_aggregate_keys")?.into_iter().map(ResultKey::new).collect(),
        };
        if fields.result_keys.is_empty() {
            return Err("result_key: is empty".to_owned());
        }
        let (inputs, outputs) = (fields.input_tokens.len(), fields.output_tokens.len());
        if inputs != outputs || inputs == 0 {
            return Err(format!("output_token: there must be one for each input_token, {outputs} for {inputs}"));
        }
        Ok(PaginatorDefinition(Arc::new(fields)))
    }

    /// The parameters that carry the token.
    pub fn input_tokens(&self) -> &[Str] {
        &self.0.input_tokens
    }

    /// What finds the next token in a page, one for each of [`input_tokens`](Self::input_tokens).
    pub fn output_tokens(&self) -> &[Expression] {
        &self.0.output_tokens
    }

    /// What a page carries; there is at least one. The first is the primary one: it alone is counted and cut.
    pub fn result_keys(&self) -> &[ResultKey] {
        &self.0.result_keys
    }

    /// The primary one of [`result_keys`](Self::result_keys).
    pub fn primary(&self) -> &ResultKey {
        &self.0.result_keys[0]
    }

    /// The parameter for the size of a page.
    pub fn limit_key(&self) -> Option<&str> {
        self.0.limit_key.as_deref()
    }

    /// What tells whether there is another page; without it the token does.
    pub fn more_results(&self) -> Option<&Expression> {
        self.0.more_results.as_ref()
    }

    /// What a full result takes from the first page alone.
    pub fn non_aggregate_keys(&self) -> &[ResultKey] {
        &self.0.non_aggregate_keys
    }
}

/// A place in a page: an expression and, where it is a plain path (`DistributionList.Items`), that path.
#[derive(Clone, Debug)]
pub struct ResultKey {
    expression: Expression,
    path: Option<Box<[Str]>>,
}

impl ResultKey {
    fn new(expression: Expression) -> ResultKey {
        let text = expression.as_str();
        let is_name = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let path = text.split('.').all(is_name).then(|| text.split('.').map(Str::from).collect());
        ResultKey { expression, path }
    }

    /// The expression.
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// What is there; null where nothing is.
    ///
    /// # Errors
    /// If the expression fails on the page.
    pub fn find(&self, page: &Value) -> Result<Value> {
        match &self.path {
            Some(path) => Ok(path.iter().try_fold(page, |value, name| value.get(name)).cloned().unwrap_or_default()),
            None => self.expression.search(page),
        }
    }

    /// What is there, to be changed; nothing where there is no such place.
    ///
    /// # Errors
    /// If the expression is no plain path.
    pub(crate) fn find_mut<'v>(&self, page: &'v mut Value) -> Result<Option<&'v mut Value>> {
        let mut place = page;
        for name in self.names()? {
            match place.get_mut(name) {
                Some(value) => place = value,
                None => return Ok(None),
            }
        }
        Ok(Some(place))
    }

    /// Puts a value there; the maps on the way are made where they are missing.
    ///
    /// # Errors
    /// If the expression is no plain path.
    pub(crate) fn put(&self, page: &mut Value, value: Value) -> Result<()> {
        let (last, way) = self.names()?.split_last().expect("a path has at least one name");
        let mut place = page;
        for name in way {
            let map = as_map(place);
            if !map.contains_key(name) {
                map.insert(name.clone(), crate::value::Map::new());
            }
            place = map.get_mut(name).expect("it was put there if it was missing");
        }
        as_map(place).insert(last.clone(), value);
        Ok(())
    }

    fn names(&self) -> Result<&[Str]> {
        self.path.as_deref().ok_or_else(|| {
            let text = format!("Invalid expression {}: Only dotted lookups are supported.", self.expression);
            Error::new(ErrorKind::Pagination, text).with_name("InvalidExpressionError")
        })
    }
}

/// The map that `place` is, or is made.
fn as_map(place: &mut Value) -> &mut crate::value::Map {
    if place.as_map().is_none() {
        *place = Value::Map(crate::value::Map::new());
    }
    place.as_map_mut().expect("it is made a map above")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    fn paginators(text: &str) -> Result<Paginators> {
        Paginators::parse(Source { service: None, api_version: None, text: text.to_owned(), file: "x.json".to_owned(), builtin: false })
    }

    #[test]
    fn a_broken_paginator_is_an_error_with_its_path_and_others_work() {
        let text = r#"{"version": 3, "pagination": {
            "Good": {"input_token": ["A", "B"], "output_token": ["a", "b"], "result_key": "Items"},
            "Syntax": {"input_token": "A", "output_token": "a[", "result_key": "Items"},
            "Missing": {"input_token": "A", "output_token": "a"},
            "Type": {"input_token": "A", "output_token": "a", "result_key": ["x", 3]},
            "Uneven": {"input_token": ["A", "B"], "output_token": "a", "result_key": "x"},
            "List": []}}"#;
        let paginators = paginators(text).unwrap();
        assert_eq!(paginators.get("Good").unwrap().unwrap().input_tokens(), ["A", "B"]);
        assert!(paginators.get("Other").unwrap().is_none());
        for (operation, place) in [
            ("Syntax", "x.json: pagination.Syntax.output_token: syntax"),
            ("Missing", "x.json: pagination.Missing.result_key: is missing"),
            ("Type", "x.json: pagination.Type.result_key[1]: must be text, not int"),
            ("Uneven", "x.json: pagination.Uneven.output_token: "),
            ("List", "x.json: pagination.List: must be an object"),
        ] {
            let error = paginators.get(operation).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidDefinition);
            assert!(error.message().starts_with(place), "{error}");
        }
    }

    #[test]
    fn a_file_without_entries_is_an_error() {
        assert!(paginators("{}").unwrap_err().message().contains("pagination is missing"));
        assert!(paginators(r#"{"pagination": 3}"#).unwrap_err().message().starts_with("pagination: "));
        assert_eq!(paginators("[").unwrap_err().kind(), ErrorKind::InvalidDefinition);
    }

    #[test]
    fn a_place_is_found_and_filled() {
        let key = |text: &str| ResultKey::new(Expression::parse(text).unwrap());
        let mut page = value!({"a": {"b": [1]}, "n": null});
        assert_eq!(key("a.b").find(&page).unwrap(), value!([1]));
        assert!(key("a.x.y").find(&page).unwrap().is_null());
        assert_eq!(key("a.b[0]").find(&page).unwrap(), value!(1));
        key("x.y.z").put(&mut page, value!(2)).unwrap();
        key("n.m").put(&mut page, value!(3)).unwrap();
        assert_eq!(page, value!({"a": {"b": [1]}, "n": {"m": 3}, "x": {"y": {"z": 2}}}));
        assert_eq!(key("a.b[0]").put(&mut page, value!(1)).unwrap_err().name(), "InvalidExpressionError");
    }
}
