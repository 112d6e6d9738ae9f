//! The async interface for programs on [tokio]: calls, pages, collections, waiters, bodies, and transfers.
//!
//! The library is blocking and contains no runtime. Here, a call is a [`Call`], a future that runs it on the blocking pool of the runtime
//! that polls it. Dropping the future cancels the call within milliseconds: its connection is closed, and its thread goes back to the pool.
//!
//! Methods named `…_async` are on the types themselves: [`Client::call_async`], [`OperationRequest::send_async`], [`Waiter::wait_async`],
//! [`Paginator::into_async`], [`Resource::call_async`], [`Collection::into_async`], [`Transfer::run_async`], [`Stream::into_async_read`].
//! The guide's chapter on async Rust says what this costs.
//!
//! ```no_run
//! use tucuxi::{Session, value};
//!
//! async fn objects(session: Session) -> tucuxi::Result<i64> {
//!     let page = session.client("s3")?.call_async("list_objects_v2", value!({"Bucket": "river"})).await?;
//!     Ok(page["KeyCount"].as_int().unwrap_or_default())
//! }
//! ```
//!
//! [tokio]: https://tokio.rs

mod body;
mod stream;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ::tokio::io::{AsyncRead, AsyncWrite};
use ::tokio::task::{JoinError, JoinHandle, spawn_blocking};

pub use self::body::AsyncBody;
pub use self::stream::{AsyncEvents, AsyncPages, AsyncResources};
use crate::client::{Client, OperationRequest};
use crate::error::{Error, ErrorKind, Result};
use crate::http::Cancel;
use crate::resource::{Collection, Outcome, Resource};
use crate::transfer::Transfer;
use crate::value::Value;
use crate::waiter::Waiter;

/// A call that runs on the blocking pool of tokio. It starts when it is first polled, and is canceled when it is dropped.
///
/// # Panics
/// Polling it outside of a tokio runtime panics, and so does a call in which the program's own code (a hook, a transport) panicked.
#[must_use = "futures do nothing unless they are awaited"]
pub struct Call<T> {
    state: State<T>,
    cancel: Cancel,
}

type Work<T> = Box<dyn FnOnce(&Cancel) -> Result<T> + Send>;

enum State<T> {
    Ready(Work<T>),
    Running(JoinHandle<Result<T>>),
    Done,
}

impl<T: Send + 'static> Call<T> {
    fn new(work: impl FnOnce(&Cancel) -> Result<T> + Send + 'static) -> Call<T> {
        Call { state: State::Ready(Box::new(work)), cancel: Cancel::new() }
    }
}

impl<T: Send + 'static> Future for Call<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        if let State::Ready(_) = &self.state {
            let State::Ready(work) = std::mem::replace(&mut self.state, State::Done) else { unreachable!("it was just matched") };
            let cancel = self.cancel.clone();
            self.state = State::Running(spawn_blocking(move || work(&cancel)));
        }
        let State::Running(running) = &mut self.state else { panic!("the call was polled after its end") };
        let result = ready!(Pin::new(running).poll(context));
        self.state = State::Done;
        Poll::Ready(result.unwrap_or_else(|error| Err(ended(error))))
    }
}

impl<T> Drop for Call<T> {
    fn drop(&mut self) {
        if let State::Running(running) = &self.state {
            self.cancel.cancel();
            // It may still wait for a thread.
            running.abort();
        }
    }
}

/// The error of work that did not end by itself.
fn ended(error: JoinError) -> Error {
    match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => Error::new(ErrorKind::Canceled, "The runtime was shut down."),
    }
}

/// Lets a dropped reader end the body of a response.
fn interruptible(value: Value, cancel: &Cancel) -> Value {
    for item in value.as_map().into_iter().flat_map(|map| map.values()) {
        if let Value::Stream(body) = item {
            let cancel = cancel.clone();
            body.on_interrupt(move || cancel.cancel());
        }
    }
    value
}

fn interruptible_outcome(outcome: Outcome, cancel: &Cancel) -> Outcome {
    match outcome {
        Outcome::Value(value) => Outcome::Value(interruptible(value, cancel)),
        other => other,
    }
}

impl Client {
    /// Calls an operation as [`call`](Self::call) does, without blocking the thread.
    ///
    /// # Errors
    /// Those of [`call`](Self::call).
    pub fn call_async(&self, operation: &str, params: impl Into<Value>) -> Call<Value> {
        self.request(operation, params).send_async()
    }

    /// Waits for a condition as [`wait`](Self::wait) does, without blocking the thread of the caller. A thread of the blocking pool is
    /// in use until the end.
    ///
    /// # Errors
    /// Those of [`wait`](Self::wait).
    pub fn wait_async(&self, waiter: &str, params: impl Into<Value>) -> Call<Value> {
        let (client, waiter, params) = (self.clone(), waiter.to_owned(), params.into());
        Call::new(move |cancel| client.waiter(&waiter)?.cancel(cancel).wait(params))
    }
}

impl OperationRequest<'_> {
    /// Makes the call as [`send`](Self::send) does, without blocking the thread. The request's own handle, if any, cancels the call too,
    /// but not the reading of a body afterwards.
    ///
    /// # Errors
    /// Those of [`Client::call`].
    pub fn send_async(self) -> Call<Value> {
        let (client, operation, params, mut options) = self.into_parts();
        Call::new(move |cancel| {
            let own = options.cancel.take();
            let _linked = own.as_ref().map(|own| {
                let cancel = cancel.clone();
                own.on_cancel(move || cancel.cancel())
            });
            let value = client.request(&operation, params).with_options(options).cancel(cancel).send()?;
            Ok(interruptible(value, cancel))
        })
    }
}

impl Waiter {
    /// Waits as [`wait`](Self::wait) does, without blocking the thread of the caller. A handle that was set with
    /// [`cancel`](Self::cancel) is replaced.
    ///
    /// # Errors
    /// Those of [`wait`](Self::wait).
    pub fn wait_async(self, params: impl Into<Value>) -> Call<Value> {
        let params = params.into();
        Call::new(move |cancel| self.cancel(cancel).wait(params))
    }
}

impl Resource {
    /// Calls an action as [`call`](Self::call) does, without blocking the thread.
    ///
    /// # Errors
    /// Those of [`call`](Self::call).
    pub fn call_async(&self, action: &str, params: impl Into<Value>) -> Call<Outcome> {
        let (action, params) = (action.to_owned(), params.into());
        self.run_async(move |resource, cancel| resource.call(&action, params).map(|outcome| interruptible_outcome(outcome, cancel)))
    }

    /// Returns an identifier or an attribute as [`get`](Self::get) does, without blocking the thread if it must be loaded.
    ///
    /// # Errors
    /// Those of [`get`](Self::get).
    pub fn get_async(&self, name: &str) -> Call<Value> {
        let name = name.to_owned();
        self.run_async(move |resource, _| resource.get(&name))
    }

    /// Returns a reference as [`reference`](Self::reference) does, without blocking the thread if it must be loaded.
    ///
    /// # Errors
    /// Those of [`reference`](Self::reference).
    pub fn reference_async(&self, name: &str) -> Call<Outcome> {
        let name = name.to_owned();
        let own = self.clone();
        self.run_async(move |resource, _| resource.reference(&name).map(|outcome| outcome.with_client_of(&own)))
    }

    /// Waits as [`wait`](Self::wait) does, without blocking the thread of the caller.
    ///
    /// # Errors
    /// Those of [`wait`](Self::wait).
    pub fn wait_async(&self, waiter: &str) -> Call<()> {
        let waiter = waiter.to_owned();
        self.run_async(move |resource, _| resource.wait(&waiter))
    }

    /// Does work with a view of this resource whose calls can be canceled.
    fn run_async<T: Send + 'static>(&self, work: impl FnOnce(&Resource, &Cancel) -> Result<T> + Send + 'static) -> Call<T> {
        let resource = self.clone();
        Call::new(move |cancel| work(&resource.with_call_settings(|call| call.cancel(cancel)), cancel))
    }
}

impl Collection {
    /// Calls a batch action as [`call`](Self::call) does, without blocking the thread.
    ///
    /// # Errors
    /// Those of [`call`](Self::call).
    pub fn call_async(&self, action: &str, params: impl Into<Value>) -> Call<Vec<Outcome>> {
        let (collection, action, params) = (self.clone(), action.to_owned(), params.into());
        Call::new(move |cancel| {
            let outcomes = collection.with_call_settings(|call| call.cancel(cancel)).call(&action, params)?;
            Ok(outcomes.into_iter().map(|outcome| outcome.with_client_of(collection.parent())).collect())
        })
    }
}

impl Transfer {
    /// Runs any transfer without blocking the thread of the caller. Dropping the future stops it as [`cancel`](Self::cancel) does; a handle
    /// that was set with it is replaced.
    ///
    /// ```no_run
    /// # async fn example(transfer: tucuxi::Transfer) -> tucuxi::Result<()> {
    /// transfer.run_async(|transfer| transfer.upload_file("backup.tar", "river", "backup.tar")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the transfer.
    pub fn run_async<T: Send + 'static>(&self, transfer: impl FnOnce(&Transfer) -> Result<T> + Send + 'static) -> Call<T> {
        let own = self.clone();
        Call::new(move |cancel| transfer(&own.cancel(cancel)))
    }

    /// Uploads what an async reader produces, as [`upload_fileobj`](Self::upload_fileobj) does.
    ///
    /// # Errors
    /// Those of [`upload_fileobj`](Self::upload_fileobj).
    pub fn upload_fileobj_async(&self, reader: impl AsyncRead + Send + Unpin + 'static, bucket: &str, key: &str) -> Call<()> {
        let (bucket, key, own) = (bucket.to_owned(), key.to_owned(), self.clone());
        Call::new(move |cancel| own.cancel(cancel).upload_fileobj(body::Blocking::new(reader, Some(cancel)), &bucket, &key))
    }

    /// Downloads to an async writer, as [`download_fileobj`](Self::download_fileobj) does. The writer is flushed, but not shut down.
    ///
    /// # Errors
    /// Those of [`download_fileobj`](Self::download_fileobj).
    pub fn download_fileobj_async(&self, bucket: &str, key: &str, writer: impl AsyncWrite + Send + Unpin + 'static) -> Call<()> {
        let (bucket, key, own) = (bucket.to_owned(), key.to_owned(), self.clone());
        Call::new(move |cancel| own.cancel(cancel).download_fileobj(&bucket, &key, body::Blocking::new(writer, Some(cancel))))
    }
}
