//! `paginators-1.json`: how the pages of an operation are connected.
//!
//! This module contains the typed names and expressions; `paginator` iterates over the pages.

use std::sync::Arc;

use super::lazy::LazyFile;
use super::loader::{Definition, Source};
use super::located::Located;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Expression, Str, Value};

/// The paginators of a service, by operation.
pub struct Paginators(LazyFile<PaginatorDefinition>);

impl Paginators {
    /// Returns the operations that have a paginator, in the order of the file.
    pub fn operations(&self) -> impl ExactSizeIterator<Item = &Str> {
        self.0.names()
    }

    /// Returns the paginator of an operation (`ListObjectsV2`), if it has one.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidDefinition`] if it is invalid. The message contains file and path.
    pub fn get(&self, operation: &str) -> Result<Option<PaginatorDefinition>> {
        Ok(self.0.get(operation, PaginatorDefinition::read)?.map(|(_, definition)| definition.clone()))
    }
}

impl Definition for Paginators {
    const KIND: &'static str = "paginators-1";

    fn parse(source: Source) -> Result<Paginators> {
        LazyFile::scan(source.file, source.text, "pagination").map(Paginators)
    }
}

impl std::fmt::Debug for Paginators {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Paginators").field("operations", &self.0.names().len()).finish_non_exhaustive()
    }
}

/// How the pages of an operation are connected. Cloning is O(1).
///
/// Programs can supply their own, with the members of an entry of `paginators-1.json`:
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
    /// Reads a definition: `input_token`, `output_token`, and `result_key` (each a string or a list of strings), and optionally
    /// `limit_key`, `more_results`, and `non_aggregate_keys`.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidDefinition`], naming the member that is missing or invalid.
    pub fn from_value(value: &Value) -> Result<PaginatorDefinition> {
        PaginatorDefinition::read(&Located::top(value, "paginator"))
    }

    fn read(json: &Located<'_, '_>) -> Result<PaginatorDefinition> {
        for required in ["input_token", "output_token", "result_key"] {
            json.required(required)?;
        }
        let result_key = |json: &Located<'_, '_>| json.expression().map(ResultKey::new);
        let fields = Fields {
            input_tokens: json.one_or_more("input_token", |json| json.str())?,
            output_tokens: json.one_or_more("output_token", |json| json.expression())?,
            result_keys: json.one_or_more("result_key", result_key)?,
            limit_key: json.get("limit_key")?.map(|key| key.str()).transpose()?,
            more_results: json.get("more_results")?.map(|path| path.expression()).transpose()?,
            non_aggregate_keys: json.one_or_more("non_aggregate_keys", result_key)?,
        };
        if fields.result_keys.is_empty() {
            return Err(json.required("result_key")?.error("it is empty"));
        }
        let (inputs, outputs) = (fields.input_tokens.len(), fields.output_tokens.len());
        if inputs != outputs || inputs == 0 {
            let reason = format!("there must be one for each input_token, but there are {outputs} for {inputs}");
            return Err(json.required("output_token")?.error(&reason));
        }
        Ok(PaginatorDefinition(Arc::new(fields)))
    }

    /// Returns the parameters that carry the token.
    pub fn input_tokens(&self) -> &[Str] {
        &self.0.input_tokens
    }

    /// Returns the expressions that find the next token in a page, one for each of [`input_tokens`](Self::input_tokens).
    pub fn output_tokens(&self) -> &[Expression] {
        &self.0.output_tokens
    }

    /// Returns the results of a page. There is at least one. The first is the primary one: only it is counted and truncated.
    pub fn result_keys(&self) -> &[ResultKey] {
        &self.0.result_keys
    }

    /// Returns the primary one of [`result_keys`](Self::result_keys).
    pub fn primary(&self) -> &ResultKey {
        &self.0.result_keys[0]
    }

    /// Returns the parameter for the page size.
    pub fn limit_key(&self) -> Option<&str> {
        self.0.limit_key.as_deref()
    }

    /// Returns the expression that says whether there is another page. Without it, the token decides.
    pub fn more_results(&self) -> Option<&Expression> {
        self.0.more_results.as_ref()
    }

    /// Returns the parts that a full result takes from the first page only.
    pub fn non_aggregate_keys(&self) -> &[ResultKey] {
        &self.0.non_aggregate_keys
    }
}

/// A part of a page: an expression and, if it is a plain path (`DistributionList.Items`), that path.
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

    /// Returns the expression.
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// Returns this part of a page; null if it is missing.
    ///
    /// # Errors
    /// Fails if the expression fails on the page.
    pub fn find(&self, page: &Value) -> Result<Value> {
        match &self.path {
            Some(path) => Ok(path.iter().try_fold(page, |value, name| value.get(name)).cloned().unwrap_or_default()),
            None => self.expression.search(page),
        }
    }

    /// Returns this part of a page for modification, if it exists.
    ///
    /// # Errors
    /// Fails if the expression is not a plain path.
    pub(crate) fn find_mut<'v>(&self, page: &'v mut Value) -> Result<Option<&'v mut Value>> {
        let mut part = page;
        for name in self.names()? {
            match part.get_mut(name) {
                Some(value) => part = value,
                None => return Ok(None),
            }
        }
        Ok(Some(part))
    }

    /// Sets this part of a page, creating missing maps on the path.
    ///
    /// # Errors
    /// Fails if the expression is not a plain path.
    pub(crate) fn put(&self, page: &mut Value, value: Value) -> Result<()> {
        let mut part = page;
        for name in self.names()? {
            if part.as_map().is_none() {
                *part = Value::Null;
            }
            part = &mut part[name.as_str()];
        }
        *part = value;
        Ok(())
    }

    fn names(&self) -> Result<&[Str]> {
        self.path.as_deref().ok_or_else(|| {
            let text = format!("Invalid expression {}: Only dotted lookups are supported.", self.expression);
            Error::new(ErrorKind::Pagination, text).with_name("InvalidExpressionError")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    fn paginators(text: &str) -> Result<Paginators> {
        Paginators::parse(Source { service: None, api_version: None, text: text.to_owned(), file: "x.json".to_owned(), builtin: false })
    }

    #[test]
    fn an_invalid_paginator_is_an_error_with_its_path_and_the_others_work() {
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
        for (operation, start) in [
            ("Syntax", "x.json: pagination.Syntax.output_token: syntax"),
            ("Missing", "x.json: pagination.Missing: the key \"result_key\" is missing"),
            ("Type", "x.json: pagination.Type.result_key[1]: it must be a string, not number"),
            ("Uneven", "x.json: pagination.Uneven.output_token: "),
            ("List", "x.json: pagination.List: it must be an object"),
        ] {
            let error = paginators.get(operation).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidDefinition);
            assert!(error.message().starts_with(start), "{error}");
        }
    }

    #[test]
    fn a_file_without_entries_is_an_error() {
        assert!(paginators("{}").unwrap_err().message().contains("pagination is missing"));
        assert!(paginators(r#"{"pagination": 3}"#).unwrap_err().message().starts_with("pagination: "));
        assert_eq!(paginators("[").unwrap_err().kind(), ErrorKind::InvalidDefinition);
    }

    #[test]
    fn a_part_of_a_page_is_found_and_set() {
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
