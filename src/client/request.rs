//! A call with its own settings.

use std::sync::Arc;
use std::time::Duration;

use super::{Client, params_map};
use crate::auth::SignaturePlace;
use crate::auth::post_policy::PostPolicy;
use crate::call::pipeline::{self, Pipeline};
use crate::call::{Call, CallOptions, Progress, signing};
use crate::definition::Operation;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Cancel, Limits, Request};
use crate::value::{Map, Str, Value};

/// A call with its own settings, created by [`Client::request`].
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
#[must_use = "requests are lazy and do nothing until they are sent or prepared"]
pub struct OperationRequest<'c> {
    client: &'c Client,
    operation: Str,
    params: Value,
    options: CallOptions,
}

impl<'c> OperationRequest<'c> {
    pub(super) fn new(client: &'c Client, operation: &str, params: Value) -> OperationRequest<'c> {
        let options = client.call_settings.as_deref().cloned().unwrap_or_default();
        OperationRequest { client, operation: operation.into(), params, options }
    }

    /// A call of another operation with the settings of this one.
    pub(crate) fn for_operation(&self, operation: &str, params: impl Into<Value>) -> OperationRequest<'c> {
        OperationRequest { client: self.client, operation: operation.into(), params: params.into(), options: self.options.clone() }
    }

    /// The client of the call.
    pub(crate) fn client(&self) -> &'c Client {
        self.client
    }

    /// The settings of the call, for the calls of a method that makes several.
    pub(crate) fn options(&self) -> &CallOptions {
        &self.options
    }

    /// Replaces the settings of the call.
    pub(crate) fn with_options(mut self, options: CallOptions) -> Self {
        self.options = options;
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

    /// Adds a header, which is signed.
    pub fn header(mut self, name: impl Into<Str>, value: impl Into<Str>) -> Self {
        self.options.headers.set(name, value);
        self
    }

    /// Replaces the client's endpoint.
    pub fn endpoint_url(mut self, url: impl Into<Str>) -> Self {
        self.options.endpoint_url = Some(url.into());
        self
    }

    /// Sets the maximum number of attempts, including the first one.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.options.max_attempts = Some(attempts.max(1));
        self
    }

    /// Sets the time limit for the whole call, instead of [`Config::deadline`](crate::Config::deadline): every attempt, the delays between
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

    /// Applies the client's deadline, but at most `left`.
    pub(crate) fn within(mut self, left: Duration) -> Self {
        let own = self.options.deadline.or(self.client.context().settings.deadline);
        self.options.deadline = Some(own.map_or(left, |own| own.min(left)));
        self
    }

    /// Sets the handle with which another thread can cancel the call. A canceled call immediately returns an error of kind
    /// [`Canceled`](crate::ErrorKind::Canceled), whether it is sending, receiving, or waiting for its next attempt; reading a
    /// streamed body fails too. A custom transport must check for cancellation itself.
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

    /// Sets a function that receives the number of bytes that a managed transfer (`upload_file`, `download_dir`, `execute_plan`, …) has
    /// moved since its last call; see [`Transfer::on_progress`](crate::Transfer::on_progress). Operations do not call it.
    pub fn on_progress(mut self, progress: impl Fn(i64) -> anyhow::Result<()> + Send + Sync + 'static) -> Self {
        self.options.progress = Some(Progress(Arc::new(progress)));
        self
    }

    /// Replaces the operation's HTTP method, for example to presign `get_object` for `HEAD`.
    pub fn http_method(mut self, method: impl Into<String>) -> Self {
        self.options.http_method = Some(method.into());
        self
    }

    /// The client, the operation, the parameters, and the settings.
    #[cfg(feature = "tokio")]
    pub(crate) fn into_parts(self) -> (Client, Str, Value, CallOptions) {
        (self.client.clone(), self.operation, self.params, self.options)
    }

    /// Makes the call.
    ///
    /// # Errors
    /// See [`Client::call`].
    pub fn send(self) -> Result<Value> {
        if let Some(method) = self.client.extra_method(&self.operation) {
            let params = params_map(self.params.clone());
            return params.and_then(|params| method.call(&self, &params)).map_err(|error| error.with_operation(&self.operation));
        }
        let client = self.client;
        if let Some(answer) = client.intercepted(&self.operation, &self.params) {
            return answer;
        }
        let name = self.operation.clone();
        let sent = self.with_call(&pipeline::SEND, |call| pipeline::send(call).map(Value::Map));
        sent.map_err(|error| match error.kind() {
            ErrorKind::UnknownOperation if !error.has_suggestions() => {
                error.with_suggestions(&name, client.extra_methods().map(|method| method.spec.name))
            }
            _ => error,
        })
    }

    /// Returns the signed HTTP request without sending it.
    ///
    /// # Errors
    /// The errors of [`send`](Self::send) that occur before sending.
    pub fn prepare(self) -> Result<Request> {
        self.with_call(&pipeline::PREPARE, pipeline::prepare)
    }

    /// Returns a URL with which anyone can make the call until it expires.
    ///
    /// # Errors
    /// The errors of [`prepare`](Self::prepare).
    pub fn presign(mut self, expires: Duration) -> Result<String> {
        self.options.place = SignaturePlace::Query;
        self.with_call(&pipeline::PRESIGN, |call| {
            pipeline::presign(call, |call| signing::presign(call, expires)).map(|request| request.url)
        })
    }

    /// Returns the URL of a GET request that no definition describes and that goes elsewhere than to the client's endpoint,
    /// signed in its query with the client's credentials. The region is the client's unless there is another one. For hooks,
    /// the name of the operation is `action`.
    pub(crate) fn presign_url(
        &self,
        action: &str,
        url: String,
        signing_name: &'static str,
        region: Option<&str>,
        expires: Duration,
    ) -> Result<String> {
        let operation = Operation { name: action.into(), http_method: "GET".into(), ..Operation::default() };
        let options = CallOptions { place: SignaturePlace::Query, ..self.options.clone() };
        let mut call = Call::new(self.client.context(), &operation, Map::new(), options, &pipeline::PRESIGN);
        call.request = Some(Request::new("GET", url));
        call.signing.name = Some(signing_name.into());
        call.signing.region = region.map(Str::from);
        let signed = signing::presign(&mut call, expires).map_err(|error| with_circumstances(error, &call));
        signed.map(|()| call.request_mut().url.clone())
    }

    /// Returns the URL and the signed policy of an HTML form.
    pub(crate) fn presign_post(mut self, mut policy: PostPolicy, expires: Duration) -> Result<(String, PostPolicy)> {
        self.options.place = SignaturePlace::PresignPost;
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

/// Adds the circumstances of a call to its error: operation, endpoint, attempts, and the sources of its settings.
pub(super) fn with_circumstances(error: Error, call: &Call<'_>) -> Error {
    let host = call.request.as_ref().map(|r| r.host().to_owned()).unwrap_or_default();
    let error = match call.hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    };
    let mut error = error;
    let context = [
        ("region", call.client.endpoints.client.region.as_deref()),
        ("profile", Some(call.client.profile.as_str()).filter(|profile| *profile != "default")),
        ("provider", call.signing.provider),
    ];
    for (name, value) in context {
        if let Some(value) = value {
            error = error.with_detail(name, value);
        }
    }
    if let Some(request) = &call.request {
        let scheme = request.url.split("://").next().unwrap_or_default();
        error = error.with_detail("endpoint_url", format!("{scheme}://{}", request.host()));
    }
    error.with_operation(&call.operation.name).with_host(&host).with_attempts(call.attempts.number)
}
