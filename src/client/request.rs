//! One call with settings of its own.

use std::time::Duration;

use super::{Client, params_map};
use crate::auth::Place;
use crate::auth::post_policy::PostPolicy;
use crate::call::pipeline::{self, Pipeline};
use crate::call::{Call, CallOptions, signing};
use crate::error::{Error, Result};
use crate::http::{Cancel, Limits, Request};
use crate::value::{Str, Value};

/// A call that is not made yet.
///
/// ```no_run
/// use std::time::Duration;
/// use tucuxi::{Session, value};
///
/// let s3 = Session::new()?.client("s3")?;
/// let object = s3
///     .request("get_object", value!({"Bucket": "b", "Key": "k"}))
///     .read_timeout(Duration::from_secs(5))
///     .header("x-trace", "42")
///     .send()?;
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[must_use = "a request does nothing until it is sent or prepared"]
pub struct OperationRequest<'c> {
    client: &'c Client,
    operation: String,
    params: Value,
    options: CallOptions,
}

impl<'c> OperationRequest<'c> {
    pub(super) fn new(client: &'c Client, operation: &str, params: Value) -> OperationRequest<'c> {
        OperationRequest { client, operation: operation.to_owned(), params, options: CallOptions::default() }
    }

    /// Sets how long the server may be silent. This is not a limit for the whole call; see [`deadline`](Self::deadline).
    pub fn read_timeout(mut self, idle: Duration) -> Self {
        self.options.read_timeout = Some(idle);
        self
    }

    /// The earlier name of [`read_timeout`](Self::read_timeout).
    #[deprecated(note = "use `read_timeout`, the name of the same option in `Config`")]
    pub fn timeout(self, idle: Duration) -> Self {
        self.read_timeout(idle)
    }

    /// A header more, which is signed too.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.headers.set(name, value);
        self
    }

    /// Another endpoint than the client's.
    pub fn endpoint_url(mut self, url: impl Into<Str>) -> Self {
        self.options.endpoint_url = Some(url.into());
        self
    }

    /// How often the request is sent at most, the first time included.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.options.max_attempts = Some(attempts.max(1));
        self
    }

    /// The limit for the whole call, instead of [`Config::deadline`](crate::Config::deadline): every attempt, the delays between
    /// them, reading the response (also a streamed one), and everything done on the call's behalf, such as endpoint discovery
    /// and the retrieval of credentials. Only a program's own credential provider is not interrupted, since it runs on the
    /// caller's thread.
    ///
    /// When the time is over, the call ends with an error of the kind [`Deadline`](crate::ErrorKind::Deadline). An attempt that could
    /// only start later is not waited for: the call then ends with the outcome of the last one.
    pub fn deadline(mut self, total: Duration) -> Self {
        self.options.deadline = Some(total);
        self
    }

    /// Applies the limits of the call on whose behalf this one is made.
    pub(crate) fn limits(mut self, limits: &Limits) -> Self {
        self.options.read_timeout = self.options.read_timeout.or(limits.idle);
        self.options.cancel = limits.cancel.clone().or(self.options.cancel);
        match limits.left() {
            Some(left) => self.within(left),
            None => self,
        }
    }

    /// As the client has it, but no longer than `left`.
    pub(crate) fn within(mut self, left: Duration) -> Self {
        let own = self.options.deadline.or(self.client.context().settings.deadline);
        self.options.deadline = Some(own.map_or(left, |own| own.min(left)));
        self
    }

    /// The switch that stops the call from another thread. A call that is stopped returns at once with an error of
    /// the kind [`Canceled`](crate::ErrorKind::Canceled), whether it sends, receives or waits for its next attempt;
    /// reading a streamed body fails too. A transport of your own has to watch for it itself.
    ///
    /// ```no_run
    /// use tucuxi::{Cancel, Session, value};
    ///
    /// let cancel = Cancel::new();
    /// let other = cancel.clone();
    /// std::thread::spawn(move || {
    ///     std::thread::sleep(std::time::Duration::from_secs(3));
    ///     other.cancel();
    /// });
    /// let s3 = Session::new()?.client("s3")?;
    /// let outcome = s3.request("list_buckets", ()).cancel(&cancel).send();
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn cancel(mut self, cancel: &Cancel) -> Self {
        self.options.cancel = Some(cancel.clone());
        self
    }

    /// Another HTTP method than the operation's: a presigned `get_object` may be made for `HEAD`.
    pub fn http_method(mut self, method: impl Into<String>) -> Self {
        self.options.http_method = Some(method.into());
        self
    }

    /// Makes the call.
    ///
    /// # Errors
    /// See [`Client::call`].
    pub fn send(self) -> Result<Value> {
        if let Some(method) = self.client.extra_method(&self.operation) {
            let params = params_map(self.params);
            return params.and_then(|params| method(self.client, &params)).map_err(|error| error.with_operation(&self.operation));
        }
        self.with_call(&pipeline::SEND, |call| pipeline::send(call).map(Value::Map))
    }

    /// The signed HTTP request, not sent.
    ///
    /// # Errors
    /// As [`send`](Self::send), as far as it comes without a server.
    pub fn prepare(self) -> Result<Request> {
        self.with_call(&pipeline::PREPARE, pipeline::prepare)
    }

    /// A URL that makes the call for whoever has it, until `expires` is over.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub fn presign(mut self, expires: Duration) -> Result<String> {
        self.options.place = Place::Query;
        self.with_call(&pipeline::PRESIGN, |call| {
            pipeline::presign(call, |call| signing::presign(call, expires)).map(|request| request.url)
        })
    }

    /// The URL for a form that a browser posts, with the signed policy of the form.
    pub(crate) fn presign_post(mut self, mut policy: PostPolicy, expires: Duration) -> Result<(String, PostPolicy)> {
        self.options.place = Place::PresignPost;
        self.with_call(&pipeline::PRESIGN, |call| {
            let request = pipeline::presign(call, |call| signing::presign_post(call, &mut policy, expires))?;
            Ok((request.url, policy))
        })
    }

    fn with_call<T>(self, pipeline: &'static Pipeline, run: impl FnOnce(&mut Call<'_>) -> Result<T>) -> Result<T> {
        let inner = self.client.context();
        let operation = inner.operation(&self.operation)?;
        let params = params_map(self.params).map_err(|e| e.with_operation(&operation.name))?;
        let mut call = Call::new(inner, operation, params, self.options, pipeline);
        run(&mut call).map_err(|error| with_circumstances(error, &call))
    }
}

/// Says in an error which call it ended, and how far that had come.
pub(super) fn with_circumstances(error: Error, call: &Call<'_>) -> Error {
    let host = call.request.as_ref().map(|r| r.host().to_owned()).unwrap_or_default();
    error.with_operation(&call.operation.name).with_host(&host).with_attempts(call.attempts.number)
}
