//! Pages, resources, and events as streams.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use ::tokio::task::{JoinHandle, spawn_blocking};
use futures_core::Stream as AsyncIterator;

use super::ended;
use crate::error::Result;
use crate::http::Cancel;
use crate::paginator::Paginator;
use crate::resource::{Collection, CollectionPages, Resource};
use crate::value::{Stream, Value};

/// An iterator whose steps run on the blocking pool.
struct Steps<I: Iterator> {
    state: State<I>,
    interrupt: Box<dyn Fn() + Send>,
}

enum State<I: Iterator> {
    Idle(I),
    Running(JoinHandle<(I, Option<I::Item>)>),
    Ended(I),
    /// A step panicked, or the runtime was shut down.
    Lost,
}

impl<I> Steps<I>
where
    I: Iterator + Send + 'static,
    I::Item: Send,
{
    fn new(iterator: I, interrupt: impl Fn() + Send + 'static) -> Steps<I> {
        Steps { state: State::Idle(iterator), interrupt: Box::new(interrupt) }
    }

    fn poll_step(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<I::Item>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Lost) {
                State::Lost => return Poll::Ready(Ok(None)),
                State::Ended(iterator) => {
                    self.state = State::Ended(iterator);
                    return Poll::Ready(Ok(None));
                }
                State::Idle(mut iterator) => {
                    self.state = State::Running(spawn_blocking(move || {
                        let item = iterator.next();
                        (iterator, item)
                    }));
                }
                State::Running(mut running) => {
                    let Poll::Ready(step) = Pin::new(&mut running).poll(context) else {
                        self.state = State::Running(running);
                        return Poll::Pending;
                    };
                    let (iterator, item) = step.map_err(ended)?;
                    self.state = if item.is_some() { State::Idle(iterator) } else { State::Ended(iterator) };
                    return Poll::Ready(Ok(item));
                }
            }
        }
    }
}

/// A step that failed is an item like one of a failed call.
fn flattened(step: Result<Option<Result<Value>>>) -> Option<Result<Value>> {
    step.unwrap_or_else(|error| Some(Err(error)))
}

impl<I: Iterator> Drop for Steps<I> {
    fn drop(&mut self) {
        if let State::Running(running) = &self.state {
            (self.interrupt)();
            running.abort();
        }
    }
}

/// The pages of an operation; see [`Paginator::into_async`].
#[must_use = "streams do nothing unless they are polled"]
pub struct AsyncPages(Steps<Paginator>);

impl Paginator {
    /// Returns the pages as a stream, each of which is fetched on the blocking pool of tokio when it is polled. Dropping the stream cancels
    /// the call in progress. A handle that was set with [`cancel`](Self::cancel) is replaced.
    ///
    /// ```no_run
    /// use std::future::poll_fn;
    /// use std::pin::pin;
    /// use futures_core::Stream;
    /// use tucuxi::{Client, value};
    ///
    /// async fn count(s3: Client) -> tucuxi::Result<i64> {
    ///     let mut pages = pin!(s3.paginate("list_objects_v2", value!({"Bucket": "river"}))?.into_async());
    ///     let mut count = 0;
    ///     // With the crate futures: while let Some(page) = pages.next().await
    ///     while let Some(page) = poll_fn(|context| pages.as_mut().poll_next(context)).await {
    ///         count += page?["KeyCount"].as_int().unwrap_or_default();
    ///     }
    ///     Ok(count)
    /// }
    /// ```
    pub fn into_async(self) -> AsyncPages {
        let cancel = Cancel::new();
        AsyncPages(Steps::new(self.cancel(&cancel), move || cancel.cancel()))
    }
}

impl AsyncPages {
    /// Returns the token with which a later pagination continues after the last page that was taken; see [`Paginator::resume_token`].
    /// While a page is being fetched, there is none.
    pub fn resume_token(&self) -> Option<&str> {
        match &self.0.state {
            State::Idle(pages) | State::Ended(pages) => pages.resume_token(),
            State::Running(_) | State::Lost => None,
        }
    }
}

impl AsyncIterator for AsyncPages {
    type Item = Result<Value>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Value>>> {
        self.0.poll_step(context).map(flattened)
    }
}

/// The resources of a collection; see [`Collection::into_async`].
#[must_use = "streams do nothing unless they are polled"]
pub struct AsyncResources {
    pages: Steps<CollectionPages>,
    page: vec::IntoIter<Resource>,
    /// Has the client for the resources: that of the pages is canceled with the stream.
    parent: Resource,
}

impl Collection {
    /// Returns the resources as a stream, whose pages are fetched on the blocking pool of tokio. Dropping the stream cancels the call in
    /// progress.
    pub fn into_async(self) -> AsyncResources {
        let cancel = Cancel::new();
        let pages = self.with_call_settings(|call| call.cancel(&cancel)).pages();
        AsyncResources { pages: Steps::new(pages, move || cancel.cancel()), page: Vec::new().into_iter(), parent: self.parent().clone() }
    }
}

impl AsyncIterator for AsyncResources {
    type Item = Result<Resource>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Resource>>> {
        loop {
            if let Some(resource) = self.page.next() {
                return Poll::Ready(Some(Ok(resource.with_client_of(&self.parent))));
            }
            match ready!(self.pages.poll_step(context)) {
                Ok(None) => return Poll::Ready(None),
                Ok(Some(Ok(page))) => self.page = page.into_iter(),
                Ok(Some(Err(error))) | Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

type Events = Box<dyn Iterator<Item = Result<Value>> + Send>;

/// The events of a response; see [`Stream::events_async`].
#[must_use = "streams do nothing unless they are polled"]
pub struct AsyncEvents(Steps<Events>);

impl Stream {
    /// Takes the events of a response as a stream. Returns `None` if they were already taken or if this is a body. Dropping the stream ends
    /// a read in progress if the response came from an async call.
    pub fn events_async(&self) -> Option<AsyncEvents> {
        let (events, own) = (self.events()?, self.clone());
        Some(AsyncEvents(Steps::new(events, move || own.interrupt())))
    }
}

impl AsyncIterator for AsyncEvents {
    type Item = Result<Value>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Value>>> {
        self.0.poll_step(context).map(flattened)
    }
}
