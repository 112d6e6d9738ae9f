//! Paginators: all pages of an operation, one call after the other.
//!
//! They stand above the way of one call and use nothing of it but [`Client::request`]. `walk.rs` goes from page to page,
//! `token.rs` reads and writes resume tokens, `results.rs` makes other things of pages than pages.

mod config;
mod limits;
mod results;
mod token;
mod walk;

use std::fmt;
use std::time::Duration;

pub use results::{Items, ResultKeyIter, Search};

use self::config::PaginationConfig;
use self::limits::Limits;
use self::walk::Walk;
use crate::client::{Client, params_map};
use crate::definition::{Operation, PaginatorDefinition, Paginators, ShapeType};
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::http::Cancel;
use crate::value::{Expression, Map, Str, Value};

/// The pages of an operation: an iterator that makes a call for each, when it is asked for it.
///
/// A page is the whole response, as [`Client::call`] gives it. After an error there is no further page. Where a server's
/// tokens go round in a circle, however long, the iterator ends with an error instead of turning for ever.
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
/// // Where to go on another time, with `starting_token`; boto3 can read it too.
/// println!("{:?}", pages.resume_token());
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[must_use = "a paginator calls nothing until a page is asked for"]
pub struct Paginator(Box<Walk>);

impl Client {
    /// The pages of an operation, in either spelling of its name. No call is made yet.
    ///
    /// `params` may have boto3's `PaginationConfig` among them: a map with `PageSize`, `MaxItems` and `StartingToken`.
    ///
    /// # Errors
    /// `UnknownOperation`; `NotPageable` if the operation has no paginator, with the names of some that have one; if the
    /// `PaginationConfig` is wrong; `InvalidDefinition` if the paginator is broken.
    pub fn paginate(&self, operation: &str, params: impl Into<Value>) -> Result<Paginator> {
        let operation = self.context().operation(operation)?;
        match self.paginator_definition(operation)? {
            Some(definition) => self.pages(operation, params.into(), definition),
            None => Err(self.not_pageable(operation)),
        }
    }

    /// The pages of an operation by a paginator of the caller's own.
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
    /// `UnknownOperation`, or if the `PaginationConfig` among the parameters is wrong.
    pub fn paginate_with(&self, operation: &str, params: impl Into<Value>, definition: PaginatorDefinition) -> Result<Paginator> {
        self.pages(self.context().operation(operation)?, params.into(), definition)
    }

    /// Whether an operation has a paginator.
    ///
    /// # Errors
    /// `UnknownOperation`, or `InvalidDefinition` if the service's paginators are broken.
    pub fn can_paginate(&self, operation: &str) -> Result<bool> {
        Ok(self.paginator_definition(self.context().operation(operation)?)?.is_some())
    }

    /// The method names of the operations that have a paginator, sorted.
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
        let near = did_you_mean(&asked, names.iter().map(Str::as_str));
        let hint = match names.len() {
            0 => format!(" The service {} has no paginators.", self.context().service.name()),
            _ if !near.is_empty() => near,
            count => {
                let shown: Vec<&str> = names.iter().take(SHOWN).map(Str::as_str).collect();
                let more = if count > SHOWN { format!(" and {} more", count - SHOWN) } else { String::new() };
                format!(" Those that can are {}{more}.", shown.join(", "))
            }
        };
        Error::new(ErrorKind::NotPageable, format!("Operation cannot be paginated: {asked}.{hint}"))
    }
}

impl Paginator {
    /// Pages that some other function fetches: it gets the parameters of a call and answers a page.
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
    /// If the parameters are no map, or the `PaginationConfig` among them is wrong.
    pub fn from_fn(
        definition: PaginatorDefinition,
        params: impl Into<Value>,
        mut fetch: impl FnMut(&Map) -> Result<Value> + Send + 'static,
    ) -> Result<Paginator> {
        let mut params = params_map(params.into())?;
        let config = PaginationConfig::take(&mut params)?;
        let mut walk = Walk::new(definition, params, Box::new(move |params: &Map, _: &Limits| fetch(params)), false);
        walk.configure(config)?;
        Ok(Paginator(Box::new(walk)))
    }

    /// How many items the service is to put into one page at most. Where the operation cannot be told, the first page is
    /// an error.
    pub fn page_size(mut self, items: u64) -> Self {
        self.0.set_page_size(items.into());
        self
    }

    /// How many items of the primary result there are to be at most, over all pages. The last page is cut where it has more.
    /// It does not change the size of pages. With 0, one call is made all the same.
    pub fn max_items(mut self, items: u64) -> Self {
        self.0.max_items = Some(i64::try_from(items).unwrap_or(i64::MAX));
        self
    }

    /// The switch that stops the pagination from another thread, in the middle of a call or between two of them; the next
    /// page is then an error of the kind [`Canceled`](ErrorKind::Canceled).
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

    /// How long all calls may take together, with their retries and whatever happens between the pages, counted from
    /// the first call; there is no limit otherwise than that of [`Config::deadline`](crate::Config::deadline) for each.
    pub fn deadline(mut self, total: Duration) -> Self {
        self.0.limits.deadline = Some(total);
        self
    }

    /// Where to begin: a [resume token](Self::resume_token), boto3's or of here, or a token of the service itself.
    ///
    /// On the first page then, only the rest of the primary result is there: other lists and texts are emptied,
    /// numbers are left, as boto3 has it.
    pub fn starting_token(mut self, token: impl Into<Str>) -> Self {
        self.0.starting_token = Some(token.into());
        self
    }

    /// Where to go on, if [`max_items`](Self::max_items) ended the pages and there is more; it is known after the last page.
    /// boto3 reads it, too.
    pub fn resume_token(&self) -> Option<&str> {
        self.0.resume_token.as_deref()
    }

    /// How the pages hang together.
    pub fn definition(&self) -> &PaginatorDefinition {
        &self.0.definition
    }

    /// What a full result has of the first page alone; it is known after that page.
    pub fn non_aggregate_part(&self) -> &Value {
        &self.0.non_aggregate_part
    }

    /// What a JMESPath expression finds on each page: the elements where that is a list, else what it finds, null too.
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
    /// If the expression is none.
    pub fn search(self, expression: &str) -> Result<Search> {
        Ok(Search::new(self, Expression::parse(expression)?))
    }

    /// The items of the primary result of all pages, one by one; one page is in memory at a time.
    pub fn items(self) -> Items {
        Items::new(self)
    }

    /// For each result key an iterator of its items. They share one walk over the pages; what one is ahead of another is kept.
    pub fn result_key_iters(self) -> Vec<ResultKeyIter> {
        ResultKeyIter::all(self)
    }

    /// All pages as one: their result keys put together (lists and texts one after the other, numbers added up), what the
    /// definition takes from the first page, and, if [`max_items`](Self::max_items) ended it before the end, the
    /// resume token as `NextToken`.
    ///
    /// # Errors
    /// As the pages.
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
