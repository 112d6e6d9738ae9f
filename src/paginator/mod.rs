//! Paginators: all pages of an operation, one call after the other.
//!
//! They are built on [`Client::request`]. `walk.rs` moves from page to page, `token.rs` reads and writes resume tokens, and
//! `results.rs` extracts items and combined results from pages.

mod config;
mod results;
mod token;
mod walk;

use std::fmt;
use std::time::Duration;

pub use results::{Items, ResultKeyIter, Search};

use self::config::{Limits, PaginationConfig};
use self::walk::Walk;
use crate::client::{Client, params_map};
use crate::definition::{Operation, PaginatorDefinition, Paginators, ShapeType};
use crate::error::{Error, ErrorKind, Result};
use crate::http::Cancel;
use crate::value::{Expression, Map, Str, Value};

/// The pages of an operation: an iterator that makes one call per page.
///
/// A page is the whole response, as [`Client::call`] returns it. The iterator ends after an error. If the tokens of a server
/// form a cycle of any length, the iterator ends with an error instead of running forever.
///
/// ```no_run
/// use tucuxi::{Session, value};
///
/// let s3 = Session::new()?.client("s3")?;
/// let mut pages = s3.paginate("list_objects_v2", value!({"Bucket": "b"}))?.page_size(500).max_items(10_000);
/// for page in &mut pages {
///     for object in page?["Contents"].as_list().into_iter().flatten() {
///         println!("{}", object["Key"]);
///     }
/// }
/// // Pass it to `starting_token` to continue later; boto3 accepts it too.
/// println!("{:?}", pages.resume_token());
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[must_use = "paginators are lazy and make no call until a page is requested"]
pub struct Paginator(Box<Walk>);

impl Client {
    /// Returns the pages of an operation, in either spelling of its name. No call is made yet.
    ///
    /// `params` can contain boto3's `PaginationConfig`: a map with `PageSize`, `MaxItems`, and `StartingToken`.
    ///
    /// # Errors
    /// `UnknownOperation`; `NotPageable` if the operation has no paginator, with the names of some that have one;
    /// `ParamValidation` if the `PaginationConfig` is invalid; `InvalidDefinition` if the paginator is broken.
    pub fn paginate(&self, operation: &str, params: impl Into<Value>) -> Result<Paginator> {
        let operation = self.context().operation(operation)?;
        match self.paginator_definition(operation)? {
            Some(definition) => self.pages(operation, params.into(), definition),
            None => Err(self.not_pageable(operation)),
        }
    }

    /// Returns the pages of an operation, according to a custom paginator definition.
    ///
    /// ```no_run
    /// use tucuxi::{Session, PaginatorDefinition, value};
    ///
    /// let definition = PaginatorDefinition::from_value(&value!({
    ///     "input_token": "nextToken",
    ///     "output_token": "nextForwardToken",
    ///     "result_key": "events",
    ///     "limit_key": "limit",
    /// }))?;
    /// let logs = Session::new()?.client("logs")?;
    /// let params = value!({"logGroupName": "g", "logStreamName": "s"});
    /// for event in logs.paginate_with("get_log_events", params, definition)?.items() {
    ///     println!("{}", event?["message"]);
    /// }
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    ///
    /// # Errors
    /// `UnknownOperation`, or `ParamValidation` if the `PaginationConfig` among the parameters is invalid.
    pub fn paginate_with(&self, operation: &str, params: impl Into<Value>, definition: PaginatorDefinition) -> Result<Paginator> {
        self.pages(self.context().operation(operation)?, params.into(), definition)
    }

    /// Returns whether an operation has a paginator.
    ///
    /// # Errors
    /// `UnknownOperation`, or `InvalidDefinition` if the service's paginators are broken.
    pub fn can_paginate(&self, operation: &str) -> Result<bool> {
        Ok(self.paginator_definition(self.context().operation(operation)?)?.is_some())
    }

    /// Returns the method names of the operations that have a paginator, sorted.
    ///
    /// # Errors
    /// `InvalidDefinition` if the service's paginators are broken.
    pub fn paginators(&self) -> Result<Vec<Str>> {
        let Some(paginators) =
            self.context().definitions.find::<Paginators>(self.context().service.name(), Some(&self.context().api_version))?
        else {
            return Ok(Vec::new());
        };
        let mut names: Vec<Str> = paginators.operations().map(|name| crate::definition::snake_case(name).into()).collect();
        names.sort();
        Ok(names)
    }

    fn paginator_definition(&self, operation: &Operation) -> Result<Option<PaginatorDefinition>> {
        match self.context().definitions.find::<Paginators>(self.context().service.name(), Some(&self.context().api_version))? {
            Some(paginators) => paginators.get(&operation.name),
            None => Ok(None),
        }
    }

    fn pages(&self, operation: &Operation, params: Value, definition: PaginatorDefinition) -> Result<Paginator> {
        let mut params = params_map(params).map_err(|e| e.with_operation(&operation.name))?;
        let config = PaginationConfig::take(&mut params)?;
        let limit_is_text = match definition.limit_key() {
            Some(limit_key) => self.is_text_parameter(operation, limit_key)?,
            None => false,
        };
        let (client, name) = (self.clone(), operation.name.clone());
        let call = move |params: &Map, limits: &Limits| limits.apply(client.request(&name, params.clone())).send();
        let mut walk = Walk::new(definition, params, Box::new(call), limit_is_text);
        walk.configure(config)?;
        Ok(Paginator(Box::new(walk)))
    }

    fn is_text_parameter(&self, operation: &Operation, name: &str) -> Result<bool> {
        let Some(input) = self.context().service.input(operation)? else { return Ok(false) };
        match input.structure().and_then(|structure| structure.member(name)) {
            Some((_, member)) => Ok(matches!(self.context().service.node(&member.target)?.shape().shape_type, ShapeType::String)),
            None => Ok(false),
        }
    }

    fn not_pageable(&self, operation: &Operation) -> Error {
        const SHOWN: usize = 8;
        let asked = crate::definition::snake_case(&operation.name);
        let names = match self.paginators() {
            Ok(names) => names,
            Err(error) => return error,
        };
        let error = |hint: &str| Error::new(ErrorKind::NotPageable, format!("Operation cannot be paginated: {asked}.{hint}"));
        let suggested = error("").with_suggestions(&asked, names.iter().map(Str::as_str));
        match names.len() {
            0 => error(&format!(" The service {} has no paginators.", self.context().service.name())),
            _ if suggested.has_suggestions() => suggested,
            count => {
                let shown: Vec<&str> = names.iter().take(SHOWN).map(Str::as_str).collect();
                let more = if count > SHOWN { format!(" and {} more", count - SHOWN) } else { String::new() };
                error(&format!(" The operations with a paginator are {}{more}.", shown.join(", ")))
            }
        }
    }
}

impl Paginator {
    /// Creates a paginator whose pages a function fetches. It receives the parameters of a call and returns a page.
    ///
    /// ```
    /// use tucuxi::{Paginator, PaginatorDefinition, value};
    ///
    /// let definition = PaginatorDefinition::from_value(&value!({"input_token": "At", "output_token": "Next", "result_key": "Items"}))?;
    /// let pages = Paginator::from_fn(definition, (), |params| {
    ///     Ok(if params["At"].is_null() { value!({"Items": [1, 2], "Next": "b"}) } else { value!({"Items": [3]}) })
    /// })?;
    /// assert_eq!(pages.build_full_result()?, value!({"Items": [1, 2, 3]}));
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    ///
    /// # Errors
    /// `ParamValidation` if the parameters are not a map, or if the `PaginationConfig` among them is invalid.
    pub fn from_fn(
        definition: PaginatorDefinition,
        params: impl Into<Value>,
        mut fetch: impl FnMut(&Map) -> anyhow::Result<Value> + Send + 'static,
    ) -> Result<Paginator> {
        let mut params = params_map(params.into())?;
        let config = PaginationConfig::take(&mut params)?;
        let mut walk = Walk::new(
            definition,
            params,
            Box::new(move |params: &Map, _: &Limits| fetch(params).map_err(|e| Error::foreign("the paginator", e))),
            false,
        );
        walk.configure(config)?;
        Ok(Paginator(Box::new(walk)))
    }

    /// Sets the maximum number of items that the service puts into one page. If the operation does not support this, the first
    /// page is an error.
    pub fn page_size(mut self, items: u64) -> Self {
        self.0.set_page_size(items.into());
        self
    }

    /// Sets the maximum number of items of the primary result in all pages together. The last page is truncated if it has
    /// more. The size of pages does not change. Even with 0, one call is made.
    pub fn max_items(mut self, items: u64) -> Self {
        self.0.max_items = Some(i64::try_from(items).unwrap_or(i64::MAX));
        self
    }

    /// Sets the handle with which another thread can cancel the pagination, during or between calls. The next page is then an
    /// error of kind [`Canceled`](ErrorKind::Canceled).
    ///
    /// ```
    /// use tucuxi::{Cancel, ErrorKind, Paginator, PaginatorDefinition, value};
    ///
    /// let definition = PaginatorDefinition::from_value(&value!({"input_token": "At", "output_token": "Next", "result_key": "Items"}))?;
    /// let cancel = Cancel::new();
    /// let endless = Paginator::from_fn(definition, (), |params| {
    ///     let at = params["At"].as_str().unwrap_or_default();
    ///     Ok(value!({"Items": [1], "Next": format!("{at}+")}))
    /// })?;
    /// let mut pages = endless.cancel(&cancel);
    /// assert!(pages.next().unwrap().is_ok());
    /// cancel.cancel();
    /// assert_eq!(pages.next().unwrap().unwrap_err().kind(), ErrorKind::Canceled);
    /// assert!(pages.next().is_none());
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn cancel(mut self, cancel: &Cancel) -> Self {
        self.0.limits.cancel = Some(cancel.clone());
        self
    }

    /// Sets the time limit for the whole pagination, counted from the first call. It includes retries and the time between
    /// pages. By default, only the limit of [`Config::deadline`](crate::Config::deadline) applies to each call.
    pub fn deadline(mut self, total: Duration) -> Self {
        self.0.limits.deadline = Some(total);
        self
    }

    /// Sets where to start: a [resume token](Self::resume_token) of this library or of boto3, or a token of the service.
    ///
    /// The first page then contains only the rest of the primary result. As in boto3, other lists and strings are emptied, and
    /// numbers are unchanged.
    pub fn starting_token(mut self, token: impl Into<Str>) -> Self {
        self.0.starting_token = Some(token.into());
        self
    }

    /// Returns the token with which to continue if [`max_items`](Self::max_items) ended the pages and there are more. It is
    /// available after the last page. boto3 accepts it too.
    pub fn resume_token(&self) -> Option<&str> {
        self.0.resume_token.as_deref()
    }

    /// Returns the paginator definition.
    pub fn definition(&self) -> &PaginatorDefinition {
        &self.0.definition
    }

    /// Returns the part of a full result that comes from the first page only. It is available after that page.
    pub fn non_aggregate_part(&self) -> &Value {
        &self.0.non_aggregate_part
    }

    /// Returns the results of a JMESPath expression on each page: the elements if the result is a list, otherwise the result
    /// itself, which can be null.
    ///
    /// ```no_run
    /// use tucuxi::{Session, value};
    ///
    /// let s3 = Session::new()?.client("s3")?;
    /// for key in s3.paginate("list_objects_v2", value!({"Bucket": "b"}))?.search("Contents[?Size > `1024`].Key")? {
    ///     println!("{}", key?);
    /// }
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    ///
    /// # Errors
    /// `JmesPath` if the expression is invalid.
    pub fn search(self, expression: &str) -> Result<Search> {
        Ok(Search::new(self, Expression::parse(expression)?))
    }

    /// Returns the items of the primary result of all pages. One page is in memory at a time.
    pub fn items(self) -> Items {
        Items::new(self)
    }

    /// Returns an iterator over the items of each result key. The iterators share one pagination; items that one of them has
    /// not consumed yet are buffered.
    pub fn result_key_iters(self) -> Vec<ResultKeyIter> {
        ResultKeyIter::all(self)
    }

    /// Fetches all pages and combines them: result keys are merged (lists and strings concatenated, numbers added), other
    /// members that the definition names come from the first page, and if [`max_items`](Self::max_items) ended the pagination
    /// early, the resume token is added as `NextToken`.
    ///
    /// # Errors
    /// The error of the page that failed.
    pub fn build_full_result(self) -> Result<Value> {
        results::full_result(self)
    }
}

impl Iterator for Paginator {
    type Item = Result<Value>;

    fn next(&mut self) -> Option<Result<Value>> {
        self.0.next_page()
    }
}

impl std::iter::FusedIterator for Paginator {}

impl fmt::Debug for Paginator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paginator").field("definition", &self.0.definition).finish_non_exhaustive()
    }
}
