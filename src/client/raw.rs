//! Signed calls that no definition describes. They use the client's endpoint, credentials, retries, and limits; nothing is
//! validated, serialized, or parsed.

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
    /// Creates a signed call that no definition describes: a new operation, or an extension of a compatible service.
    ///
    /// The path is appended to the endpoint unchanged, so it must be percent-encoded. It can contain a query. For hooks, the
    /// name of the operation is `Raw`.
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

/// A signed call that no definition describes; see [`Client::raw`].
#[must_use = "requests are lazy and do nothing until they are sent or prepared"]
pub struct RawRequest<'c> {
    client: &'c Client,
    method: Str,
    path: Str,
    query: Vec<(String, String)>,
    body: Value,
    options: CallOptions,
}

impl RawRequest<'_> {
    /// Adds a query parameter, which is percent-encoded.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Adds a header, which is signed.
    pub fn header(mut self, name: impl Into<Str>, value: impl Into<Str>) -> Self {
        self.options.headers.set(name, value);
        self
    }

    /// Sets the body: a string, bytes, or a [`Stream`](crate::Stream).
    pub fn body(mut self, body: impl Into<Value>) -> Self {
        self.body = body.into();
        self
    }

    /// Replaces the client's endpoint.
    pub fn endpoint_url(mut self, url: impl Into<Str>) -> Self {
        self.options.endpoint_url = Some(url.into());
        self
    }

    /// Sets how long the server may be silent. This is not a limit for the whole call; see [`deadline`](Self::deadline).
    pub fn read_timeout(mut self, idle: Duration) -> Self {
        self.options.read_timeout = Some(idle);
        self
    }

    /// Short for [`read_timeout`](Self::read_timeout).
    pub fn timeout(self, idle: Duration) -> Self {
        self.read_timeout(idle)
    }

    /// Sets the time limit for the whole call, up to the headers of the response.
    pub fn deadline(mut self, total: Duration) -> Self {
        self.options.deadline = Some(total);
        self
    }

    /// Sets the maximum number of attempts, including the first one.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.options.max_attempts = Some(attempts.max(1));
        self
    }

    /// Sets the handle with which another thread can cancel the call.
    pub fn cancel(mut self, cancel: &Cancel) -> Self {
        self.options.cancel = Some(cancel.clone());
        self
    }

    /// Makes the call. Any response of the service is returned, including status 400 or 500; its body can still be in transit.
    /// Transient failures are retried as for any call, by status.
    ///
    /// # Errors
    /// `ParamValidation` if the path or the body is invalid; an error if there is no endpoint, if there are no credentials, or if
    /// the service cannot be reached.
    pub fn send(self) -> Result<Response> {
        self.with_call(&pipeline::RAW, pipeline::send_raw)
    }

    /// Returns the signed HTTP request without sending it.
    ///
    /// # Errors
    /// The errors of [`send`](Self::send) that occur before sending.
    pub fn prepare(self) -> Result<Request> {
        self.with_call(&pipeline::RAW_PREPARE, pipeline::prepare_raw)
    }

    /// Runs the steps after the unsigned request is built.
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

/// Rejects paths that cannot be part of a URL, since the path is sent unchanged.
fn check_path(path: &str) -> Result<()> {
    if path.starts_with('/') && path.bytes().all(|b| b.is_ascii_graphic() && b != b'#') {
        return Ok(());
    }
    Err(invalid(format_args!("The path {path:?} must start with a slash and be percent-encoded.")))
}

fn body(body: Value) -> Result<Body> {
    match body {
        Value::Null => Ok(Body::Empty),
        Value::String(text) => Ok(Body::Bytes(text.as_bytes().into())),
        Value::Bytes(bytes) => Ok(Body::Bytes(bytes)),
        Value::Stream(stream) => stream_body(&stream),
        other => Err(invalid(format_args!("The body must be a string, bytes, or a stream, not {}.", other.type_name()))),
    }
}
