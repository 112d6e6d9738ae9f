//! Signed calls that no definition knows: the client's endpoint, keys, retries and limits, and everything else by hand.
//!
//! Such a call goes the way of any other but for what needs an operation: nothing is validated, serialized or parsed.

use std::time::Duration;

use super::{Client, request};
use crate::call::pipeline::{self, Pipeline};
use crate::call::request::{build_raw, stream_body};
use crate::call::{Call, CallOptions, RAW_OPERATION};
use crate::definition::Operation;
use crate::error::Result;
use crate::http::{Body, Cancel, Request, Response};
use crate::protocol::serialize::Serialized;
use crate::text::invalid;
use crate::value::{Map, Str, Value};

impl Client {
    /// A signed call that no definition knows: an operation that is too new, or a store's own addition.
    ///
    /// The path is appended to the endpoint as it stands, so it is percent-encoded already; it may bring a query. Hooks
    /// see the call under the operation's name `Raw`.
    ///
    /// ```no_run
    /// use tucuxi::Session;
    ///
    /// let s3 = Session::new()?.client("s3")?;
    /// let mut response = s3.raw("GET", "/river/photo.jpg").query("torrent", "").header("x-amz-request-payer", "requester").send()?;
    /// println!("{} {:?}", response.status, response.body.buffer());
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn raw(&self, method: impl Into<Str>, path: impl Into<Str>) -> RawRequest<'_> {
        RawRequest {
            client: self,
            method: method.into(),
            path: path.into(),
            query: Vec::new(),
            body: Value::Null,
            options: CallOptions::default(),
        }
    }
}

/// A signed call that no definition knows, not made yet; see [`Client::raw`].
#[must_use = "a request does nothing until it is sent or prepared"]
pub struct RawRequest<'c> {
    client: &'c Client,
    method: Str,
    path: Str,
    query: Vec<(String, String)>,
    body: Value,
    options: CallOptions,
}

impl RawRequest<'_> {
    /// A query parameter more, not encoded yet.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// A header more, which is signed too.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.headers.set(name, value);
        self
    }

    /// The body: text, bytes or a [`Stream`](crate::Stream).
    pub fn body(mut self, body: impl Into<Value>) -> Self {
        self.body = body.into();
        self
    }

    /// Another endpoint than the client's.
    pub fn endpoint_url(mut self, url: impl Into<Str>) -> Self {
        self.options.endpoint_url = Some(url.into());
        self
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

    /// How long everything may take together, up to the headers of the response.
    pub fn deadline(mut self, total: Duration) -> Self {
        self.options.deadline = Some(total);
        self
    }

    /// How often the request is sent at most, the first time included.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.options.max_attempts = Some(attempts.max(1));
        self
    }

    /// The switch that stops the call from another thread.
    pub fn cancel(mut self, cancel: &Cancel) -> Self {
        self.options.cancel = Some(cancel.clone());
        self
    }

    /// Makes the call. Whatever the service answers is a response, a status of 400 or 500 too; its body may still be on
    /// its way. Failures that may pass are retried as for any call, by status.
    ///
    /// # Errors
    /// If the path or the body cannot be sent, if no endpoint or no keys are found, or if the service cannot be reached.
    pub fn send(self) -> Result<Response> {
        self.with_call(&pipeline::RAW, pipeline::send_raw)
    }

    /// The signed HTTP request, not sent.
    ///
    /// # Errors
    /// As [`send`](Self::send), as far as it comes without a server.
    pub fn prepare(self) -> Result<Request> {
        self.with_call(&pipeline::RAW_PREPARE, pipeline::prepare_raw)
    }

    /// Runs on a call that has its request, unsigned.
    fn with_call<T>(self, pipeline: &'static Pipeline, run: impl FnOnce(&mut Call<'_>) -> Result<T>) -> Result<T> {
        check_path(&self.path)?;
        let body = body(self.body)?;
        let target = Serialized::raw(&self.method, &self.path, self.query);
        let operation = Operation { name: RAW_OPERATION.into(), http_method: self.method, request_uri: self.path, ..Operation::default() };
        let mut call = Call::new(self.client.context(), &operation, Map::new(), self.options, pipeline);
        let done = build_raw(&mut call, &target, body).and_then(|()| run(&mut call));
        done.map_err(|error| request::with_circumstances(error, &call))
    }
}

/// A URL is sent verbatim, so what it cannot carry is refused here.
fn check_path(path: &str) -> Result<()> {
    if path.starts_with('/') && path.bytes().all(|b| b.is_ascii_graphic() && b != b'#') {
        return Ok(());
    }
    Err(invalid(format_args!("The path {path:?} must begin with a slash and be percent-encoded.")))
}

fn body(body: Value) -> Result<Body> {
    match body {
        Value::Null => Ok(Body::Empty),
        Value::String(text) => Ok(Body::Bytes(text.as_bytes().into())),
        Value::Bytes(bytes) => Ok(Body::Bytes(bytes)),
        Value::Stream(stream) => stream_body(&stream),
        other => Err(invalid(format_args!("The body must be text, bytes or a stream, not {}.", other.type_name()))),
    }
}
