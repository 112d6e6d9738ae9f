//! Paginators, and iterations over pages, items, and resources.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Answer, Object, Row, Settings, optional_text, unknown};
use crate::client::Client;
use crate::definition::PaginatorDefinition;
use crate::error::{Error, ErrorKind, Result};
use crate::paginator::{Items, Paginator, Search};
use crate::resource::{CollectionItems, CollectionPages};
use crate::value::{Map, Str, Value};

pub(super) const OF_PAGINATOR: &[Row] = &[
    ("paginate", "method", &[], "Returns an iteration over the pages."),
    ("search", "method", &[], "Returns an iteration over the results of a JMESPath `expression` on every page."),
    ("items", "method", &[], "Returns an iteration over the items of all pages."),
    ("build_full_result", "method", &[], "Returns all pages as one result."),
    ("result_keys", "attribute", &[], "The expressions of the results in a page."),
    ("operation_name", "attribute", &[], "The operation."),
];

pub(super) const OF_PAGES: &[Row] = &[
    ("resume_token", "attribute", &[], "The token with which a later pagination continues here, or null."),
    ("non_aggregate_part", "attribute", &[], "The members that are the same on every page."),
];

/// The paginator of an operation, before it has parameters.
pub struct Paginated {
    client: Client,
    operation: Str,
    definition: PaginatorDefinition,
}

impl Paginated {
    pub(super) fn new(client: &Client, operation: &str) -> Result<Paginated> {
        let pages = client.paginate(operation, ())?;
        Ok(Paginated { client: client.clone(), operation: operation.into(), definition: pages.definition().clone() })
    }

    pub(super) fn get(&self, name: &str) -> Result<Answer> {
        Ok(Answer::Value(match name {
            "operation_name" => self.operation.clone().into(),
            "result_keys" => self.definition.result_keys().iter().map(|key| key.expression().as_str()).collect::<Vec<_>>().into(),
            _ => return Err(unknown("paginator", name, OF_PAGINATOR.iter().map(|row| row.0))),
        }))
    }

    pub(super) fn call(&self, name: &str, mut params: Map, settings: Settings) -> Result<Answer> {
        let expression = match name {
            "search" => params.remove("expression").unwrap_or_default(),
            _ => Value::Null,
        };
        let mut pages = match settings.fetch {
            Some(fetch) => Paginator::from_fn(self.definition.clone(), params, move |params| fetch(params))?,
            None => self.client.paginate(&self.operation, params)?,
        };
        if let Some(cancel) = &settings.cancel {
            pages = pages.cancel(cancel);
        }
        if let Some(deadline) = settings.deadline {
            pages = pages.deadline(deadline);
        }
        let pages = match name {
            "paginate" => Pages::Pages(Box::new(pages)),
            "search" => Pages::Search(pages.search(optional_text(&Map::from([("expression", expression)]), "expression")?.unwrap_or("@"))?),
            "items" => Pages::Items(pages.items()),
            "build_full_result" => return pages.build_full_result().map(Answer::Value),
            _ => return Err(unknown("paginator", name, OF_PAGINATOR.iter().map(|row| row.0))),
        };
        Ok(Object::Pages(Box::new(Mutex::new(pages))).into())
    }

    pub(super) fn repr(&self) -> String {
        format!("Paginator({})", self.operation)
    }
}

/// An iteration, which only goes forward.
#[non_exhaustive]
pub enum Pages {
    /// The pages of an operation.
    Pages(Box<Paginator>),
    /// The results of an expression on every page.
    Search(Search),
    /// The items of all pages.
    Items(Items),
    /// The pages of a collection.
    ResourcePages(CollectionPages),
    /// The resources of a collection.
    Resources(CollectionItems),
    /// An iteration that was closed.
    Closed,
}

impl Pages {
    pub(super) fn next(&mut self) -> Result<Option<Answer>> {
        let values = |next: Option<Result<Value>>| next.transpose().map(|value| value.map(Answer::Value));
        match self {
            Pages::Pages(pages) => values(pages.next()),
            Pages::Search(items) => values(items.next()),
            Pages::Items(items) => values(items.next()),
            Pages::ResourcePages(pages) => {
                let page = pages.next().transpose()?;
                Ok(page.map(|page| Answer::Objects(page.into_iter().map(Object::Resource).collect())))
            }
            Pages::Resources(resources) => Ok(resources.next().transpose()?.map(|resource| Object::Resource(resource).into())),
            Pages::Closed => Err(Error::new(ErrorKind::Pagination, "The iteration was closed.")),
        }
    }

    pub(super) fn get(&self, name: &str) -> Result<Answer> {
        let pages = match self {
            Pages::Pages(pages) => Some(&**pages),
            Pages::Search(search) => Some(search.pages()),
            Pages::Items(items) => Some(items.pages()),
            _ => None,
        };
        Ok(Answer::Value(match name {
            "resume_token" => pages.and_then(Paginator::resume_token).into(),
            "non_aggregate_part" => pages.map(|pages| pages.non_aggregate_part().clone()).into(),
            _ => return Err(unknown("iteration", name, OF_PAGES.iter().map(|row| row.0))),
        }))
    }

    pub(super) fn call(&self, name: &str) -> Result<Answer> {
        Err(unknown("iteration", name, OF_PAGES.iter().map(|row| row.0)))
    }

    pub(super) fn close(&mut self) {
        *self = Pages::Closed;
    }
}

pub(super) fn lock(pages: &Mutex<Pages>) -> MutexGuard<'_, Pages> {
    pages.lock().unwrap_or_else(PoisonError::into_inner)
}
