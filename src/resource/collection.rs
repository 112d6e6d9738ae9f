//! Collections: iterable sets of resources, fetched page by page.

use std::fmt;
use std::vec;

use super::model::batch_action;
use super::{MemberKind, Outcome, Resource, request};
use crate::client::{Client, OperationRequest, params_map};
use crate::definition::resource::{Action, ResourceType};
use crate::error::{Error, ErrorKind, Result};
use crate::paginator::Paginator;
use crate::value::{Map, Str, Value};

/// An iterable set of resources that belong to another resource: `bucket.collection("objects")?`.
///
/// A collection can be iterated over any number of times and by any number of threads; each iteration makes its own calls.
/// At most one page is in memory. boto3's *manager* and *collection* are a single type here.
///
/// ```no_run
/// use tucuxi::{Session, value};
///
/// let ec2 = Session::new()?.resource("ec2")?;
/// let running = value!({"Filters": [{"Name": "instance-state-name", "Values": ["running"]}]});
/// for instance in ec2.collection("instances")?.filter(running).page_size(50).limit(200) {
///     println!("{}", instance?.get("id")?);
/// }
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone)]
pub struct Collection {
    parent: Resource,
    /// The position in the definition of the parent.
    index: usize,
    /// The parameters added by `filter`.
    params: Value,
    limit: Option<usize>,
    page_size: Option<usize>,
}

impl Collection {
    pub(super) fn new(parent: Resource, index: usize) -> Collection {
        Collection { parent, index, params: Value::Map(Map::new()), limit: None, page_size: None }
    }

    /// Returns the same collection, for compatibility with boto3.
    pub fn all(&self) -> Collection {
        self.clone()
    }

    /// Returns the collection with a client whose calls have other settings; see [`Client::with_call_settings`](crate::Client::with_call_settings).
    /// A deadline counts for each call, that is for each page, not for the iteration.
    pub fn with_call_settings(&self, set: impl FnOnce(OperationRequest<'_>) -> OperationRequest<'_>) -> Collection {
        Collection { parent: self.parent.with_call_settings(set), ..self.clone() }
    }

    /// The resource that the collection belongs to.
    pub(crate) fn parent(&self) -> &Resource {
        &self.parent
    }

    /// Returns the collection with additional parameters for its operation. Lists are appended to existing ones, maps are
    /// merged, and other values are replaced. The parameters are validated when the collection is iterated over.
    ///
    /// Differs from boto3: `limit` and `page_size` are ordinary parameters here, since an operation can have parameters of
    /// these names.
    pub fn filter(&self, params: impl Into<Value>) -> Collection {
        let mut filtered = self.clone();
        match (&mut filtered.params, params.into()) {
            (_, Value::Null) => {}
            (Value::Map(params), Value::Map(more)) => request::merge(params, more),
            // A value that is not a map is reported when the call is made.
            (params, other) => *params = other,
        }
        filtered
    }

    /// Returns the collection limited to a number of items.
    ///
    /// Differs from boto3: with 0, there are no items and no request is made.
    pub fn limit(&self, items: usize) -> Collection {
        Collection { limit: Some(items), ..self.clone() }
    }

    /// Returns the collection with the number of items that one call requests, if the operation can be paginated.
    pub fn page_size(&self, items: usize) -> Collection {
        Collection { page_size: Some(items), ..self.clone() }
    }

    /// Returns an iterator over the pages. Each page contains the items of one response and can be empty.
    pub fn pages(&self) -> CollectionPages {
        CollectionPages { collection: self.clone(), params: Value::Null, source: PageSource::NotStarted, left: self.limit }
    }

    /// Returns an iterator over the items.
    pub fn iter(&self) -> CollectionItems {
        CollectionItems { pages: self.pages(), page: Vec::new().into_iter() }
    }

    /// Calls a batch action: one request per page that has items, with all items of the page. `params` replace the parameters
    /// that the items provide. Returns one outcome per request.
    ///
    /// Differs from boto3: a page without items is skipped; in boto3 it ends the batch.
    ///
    /// # Errors
    /// `UnknownName` if there is no such batch action, and the errors of the calls. Requests that succeeded before an error
    /// are not undone.
    pub fn call(&self, name: &str, params: impl Into<Value>) -> Result<Vec<Outcome>> {
        let own = params_map(params.into())?;
        let action = self.batch_action(name)?;
        let mut outcomes = Vec::new();
        for page in self.pages() {
            let mut params = Map::new();
            for (i, item) in page?.iter().enumerate() {
                request::add(&mut params, &action.params, item, Some(i))?;
            }
            if !params.is_empty() {
                request::overlay(&mut params, own.clone());
                outcomes.push(self.parent.perform(action, params)?);
            }
        }
        Ok(outcomes)
    }

    /// Returns the names of the batch actions.
    pub fn batch_actions(&self) -> impl ExactSizeIterator<Item = &Str> {
        self.item_type().batch_actions.iter().map(|action| &action.name)
    }

    /// Returns the resource type of the items.
    pub fn item_type(&self) -> &ResourceType {
        let types = self.parent.0.model.definition.types();
        // The definition was checked when it was read; a collection without a resource has the type of the parent.
        self.definition().resource.as_ref().map_or(self.parent.resource_type(), |way| &types[way.resource_type])
    }

    /// Returns the API name of the operation that lists the items. [`filter`](Self::filter) takes its parameters.
    pub fn operation(&self) -> &str {
        &self.definition().operation
    }

    /// Returns the client that makes the calls.
    pub fn client(&self) -> &Client {
        self.parent.client()
    }

    fn definition(&self) -> &Action {
        &self.parent.resource_type().has_many[self.index]
    }

    fn batch_action(&self, name: &str) -> Result<&Action> {
        batch_action(self.item_type(), name).ok_or_else(|| {
            let error = Error::new(ErrorKind::UnknownName, format!("{self:?} has no batch {} {name:?}.", MemberKind::Action.name()));
            error.with_suggestions(name, self.batch_actions().map(Str::as_str))
        })
    }

    /// The parameters of the call: those of the definition and those of `filter`.
    fn request(&self) -> Result<Map> {
        let own = params_map(self.params.clone())?;
        let mut params = Map::new();
        request::add(&mut params, &self.definition().params, &self.parent, None)?;
        request::merge(&mut params, own);
        Ok(params)
    }
}

/// An iterator over the pages of a [`Collection`]. It ends after an error.
#[must_use = "iterators are lazy"]
pub struct CollectionPages {
    collection: Collection,
    /// The parameters of the calls, from which some identifiers are taken.
    params: Value,
    source: PageSource,
    /// The number of remaining items.
    left: Option<usize>,
}

/// The source of the next page.
enum PageSource {
    NotStarted,
    Paginator(Box<Paginator>),
    /// There are no more pages.
    Exhausted,
}

impl CollectionPages {
    fn response(&mut self) -> Option<Result<Value>> {
        if let PageSource::NotStarted = self.source {
            match self.begin() {
                Ok(Some(only)) => return Some(Ok(only)),
                Ok(None) => {}
                Err(error) => return Some(Err(error)),
            }
        }
        match &mut self.source {
            PageSource::Paginator(pages) => pages.next(),
            _ => None,
        }
    }

    /// Makes the only call, or creates the paginator.
    fn begin(&mut self) -> Result<Option<Value>> {
        self.source = PageSource::Exhausted;
        let collection = &self.collection;
        let operation = &collection.definition().operation;
        let client = collection.parent.client();
        self.params = Value::Map(collection.request()?);
        if !client.can_paginate(operation)? {
            return client.call(operation, &self.params).map(Some);
        }
        let mut pages = client.paginate(operation, &self.params)?;
        if let Some(items) = collection.limit {
            pages = pages.max_items(items as u64);
        }
        if let Some(items) = collection.page_size {
            pages = pages.page_size(items as u64);
        }
        self.source = PageSource::Paginator(Box::new(pages));
        Ok(None)
    }

    fn resources(&mut self, response: Value) -> Result<Vec<Resource>> {
        let collection = &self.collection;
        let outcome = collection.parent.interpret(collection.definition(), &self.params, response)?;
        let mut resources = outcome.into_resources();
        if let Some(left) = &mut self.left {
            resources.truncate(*left);
            *left -= resources.len();
        }
        Ok(resources)
    }
}

impl Iterator for CollectionPages {
    type Item = Result<Vec<Resource>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == Some(0) {
            return None;
        }
        let page = self.response()?.and_then(|response| self.resources(response));
        if page.is_err() {
            self.source = PageSource::Exhausted;
        }
        Some(page)
    }
}

/// An iterator over the items of a [`Collection`]. It ends after an error.
#[must_use = "iterators are lazy"]
pub struct CollectionItems {
    pages: CollectionPages,
    page: vec::IntoIter<Resource>,
}

impl Iterator for CollectionItems {
    type Item = Result<Resource>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(resource) = self.page.next() {
                return Some(Ok(resource));
            }
            match self.pages.next()? {
                Ok(page) => self.page = page.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl IntoIterator for Collection {
    type Item = Result<Resource>;
    type IntoIter = CollectionItems;
    fn into_iter(self) -> CollectionItems {
        self.iter()
    }
}

impl IntoIterator for &Collection {
    type Item = Result<Resource>;
    type IntoIter = CollectionItems;
    fn into_iter(self) -> CollectionItems {
        self.iter()
    }
}

/// As boto3 prints it: `s3.Bucket.objectsCollection(s3.Bucket(name='b'), s3.ObjectSummary)`.
impl fmt::Debug for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parent, service) = (&self.parent, self.parent.service_name());
        let of = match parent.0.index {
            0 => String::new(),
            _ => format!(".{}", parent.type_name()),
        };
        write!(f, "{service}{of}.{}Collection({parent}, {service}.{})", self.definition().name, self.item_type().name)
    }
}
