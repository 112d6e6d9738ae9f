//! A client: one service in one region. A call consists of an operation name and a map of parameters.
//!
//! This module contains the entry points, the settings of a single call, and inspection. The stages of a call are in `call/`.
//! No service is named here, and clients are created in `session/`.

mod inspect;
mod method_spec;
mod methods;
mod raw;
mod request;
mod setup;

use std::fmt;
use std::sync::{Arc, Once, OnceLock};
use std::time::Duration;

pub(crate) use self::method_spec::{MethodSpec, Param};
pub(crate) use self::methods::{ExtraMethod, ExtraMethods, ExtraParams};
pub use self::raw::RawRequest;
pub use self::request::OperationRequest;
pub(crate) use self::setup::Setup;
use crate::call::hooks::Rank;
use crate::call::{CallOptions, ClientContext, Event, HookId};
use crate::definition::Service;
use crate::error::{Error, Result};
use crate::http::{Cancel, Request};
use crate::settings::Config;
use crate::text::invalid;
use crate::value::{Map, Str, Value};

/// One service in one region. Operations are called by name; parameters and responses are maps.
///
/// A client is cheap to clone, and its clones can be used from any number of threads at the same time.
///
/// ```no_run
/// use tucuxi::{Session, value};
///
/// let s3 = Session::new()?.client("s3")?;
/// let page = s3.call("list_objects_v2", value!({"Bucket": "my-bucket", "Prefix": "images/"}))?;
/// for object in page["Contents"].as_list().into_iter().flatten() {
///     println!("{} {}", object["Size"].as_int().unwrap_or(0), object["Key"].as_str().unwrap_or(""));
/// }
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    /// The settings of calls that do not set their own.
    call_settings: Option<Arc<CallOptions>>,
}

/// The state that the clones of a client share.
struct Shared {
    context: ClientContext,
    /// The service's methods that are not operations.
    extra_methods: Vec<ExtraMethods>,
    /// Set once the client has been prepared for resources.
    for_resources: Once,
    /// Answers calls in the place of the service.
    interceptor: OnceLock<Box<Interceptor>>,
}

/// A function that can answer calls; see [`Client::intercept`].
type Interceptor = dyn Fn(&str, &Value) -> Option<anyhow::Result<Value>> + Send + Sync;

impl Client {
    pub(crate) fn new(context: ClientContext, extra_methods: Vec<ExtraMethods>) -> Client {
        let shared = Shared { context, extra_methods, for_resources: Once::new(), interceptor: OnceLock::new() };
        Client { shared: Arc::new(shared), call_settings: None }
    }

    /// Calls an operation, in either spelling: `list_objects_v2` or `ListObjectsV2`.
    ///
    /// `generate_presigned_url` and other methods of boto3's clients that are not operations can be called too.
    ///
    /// `()` means no parameters. The result contains `ResponseMetadata` and the operation's own members; a streamed body is a
    /// [`Stream`](crate::Stream).
    ///
    /// # Errors
    /// `UnknownOperation`; `ParamValidation` if the parameters are invalid; `Service` if the service returns an error; other
    /// kinds if it cannot be reached. See [`Error::kind`](crate::Error::kind).
    pub fn call(&self, operation: &str, params: impl Into<Value>) -> Result<Value> {
        self.request(operation, params).send()
    }

    /// Lets a function answer the calls of this client: its own, those of resources, paginators, and waiters, and those of transfers.
    /// It receives the operation's name in the definition and the parameters before anything is done with them, and what it returns is
    /// the result, unchecked. With `None` the call proceeds. Language bindings use this for programs that replace a client's methods;
    /// in Rust, [`Stubber`](crate::testing::Stubber) and hooks are what tests need.
    ///
    /// A client has one such function for its life. Returns `false`, and changes nothing, if there is one already.
    ///
    /// ```
    /// use tucuxi::{Credentials, Session, value};
    ///
    /// let session = Session::builder().region("us-east-1").credentials(Credentials::new("a", "b")).build()?;
    /// let sqs = session.client("sqs")?;
    /// sqs.intercept(|operation, _| (operation == "ListQueues").then(|| Ok(value!({"QueueUrls": ["https://q"]}))));
    /// assert_eq!(sqs.call("list_queues", ())?["QueueUrls"][0], "https://q");
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn intercept(&self, answer: impl Fn(&str, &Value) -> Option<anyhow::Result<Value>> + Send + Sync + 'static) -> bool {
        self.shared.interceptor.set(Box::new(answer)).is_ok()
    }

    /// The answer of the function that intercepts calls, if there is one and it has one.
    fn intercepted(&self, operation: &str, params: &Value) -> Option<Result<Value>> {
        let interceptor = self.shared.interceptor.get()?;
        let operation = self.context().operation(operation).ok()?;
        let answer = interceptor(&operation.name, params)?;
        Some(answer.map_err(|error| Error::foreign("the function that answers calls", error)))
    }

    /// Returns this client with other settings for calls that do not set their own: deadline, cancellation, headers, and everything else
    /// that [`OperationRequest`] sets. Paginators and waiters that it creates use them for each of their calls. The two share connections,
    /// credentials, hooks, and quotas.
    ///
    /// ```no_run
    /// use tucuxi::{Cancel, Session, value};
    ///
    /// let cancel = Cancel::new();
    /// let s3 = Session::new()?.client("s3")?.with_call_settings(|call| call.cancel(&cancel).header("x-trace", "42"));
    /// s3.call("list_buckets", ())?; // ended by cancel.cancel() in another thread
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn with_call_settings(&self, set: impl FnOnce(OperationRequest<'_>) -> OperationRequest<'_>) -> Client {
        let options = set(self.request("", ())).options().clone();
        Client { shared: Arc::clone(&self.shared), call_settings: Some(Arc::new(options)) }
    }

    /// The handle that cancels the client's calls.
    pub(crate) fn cancel(&self) -> Option<&Cancel> {
        self.call_settings.as_ref()?.cancel.as_ref()
    }

    /// Creates a call with its own settings.
    pub fn request(&self, operation: &str, params: impl Into<Value>) -> OperationRequest<'_> {
        OperationRequest::new(self, operation, params.into())
    }

    /// Returns the signed HTTP request of a call without sending it.
    ///
    /// # Errors
    /// The errors of [`call`](Self::call) that occur before sending.
    pub fn prepare(&self, operation: &str, params: impl Into<Value>) -> Result<Request> {
        self.request(operation, params).prepare()
    }

    /// Returns a URL with which anyone can make the call until it expires.
    ///
    /// Parameters that are headers (`ContentType`, `Metadata`) are signed, so a request to the URL must include them. URLs for
    /// S3 are signed with Signature Version 4 in every region unless [`Config::signature_version`] is `s3`. For an S3 Express
    /// bucket, the first URL requires a call to create a session.
    ///
    /// [`Config::signature_version`]: crate::Config::signature_version
    ///
    /// # Errors
    /// The errors of [`prepare`](Self::prepare).
    pub fn presign(&self, operation: &str, params: impl Into<Value>, expires: Duration) -> Result<String> {
        self.request(operation, params).presign(expires)
    }

    /// Returns the method names of the operations, sorted. [`methods`](Self::methods) returns the others.
    pub fn operations(&self) -> Vec<Str> {
        let mut names: Vec<Str> = self.context().service.method_names().map(|(method, _)| method.clone()).collect();
        names.sort();
        names
    }

    /// Returns the names of the methods that are not operations: `generate_presigned_url`, and those that the customizations of
    /// the service add (`upload_file`, `generate_db_auth_token`, `parallel_scan`, …). [`call`](Self::call),
    /// [`describe`](Self::describe), [`input_schema`](Self::input_schema), [`output_schema`](Self::output_schema), and
    /// [`read_only`](Self::read_only) accept them like operations.
    ///
    /// ```
    /// use tucuxi::{Session, value};
    ///
    /// let s3 = Session::builder().region("us-east-1").build()?.client("s3")?;
    /// assert!(s3.methods().contains(&"generate_presigned_post".into()));
    /// let described = s3.describe("download_file")?;
    /// assert_eq!(described["input"]["required"], value!(["Bucket", "Key", "Filename"]));
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn methods(&self) -> Vec<Str> {
        self.extra_methods().map(|method| method.spec.name.into()).collect()
    }

    /// Registers a hook for all events that a pattern matches: `before-sign.s3.PutObject`, `before-sign.s3`, or `before-sign`.
    /// `*` matches any single part. See [`Event`] for the stages.
    ///
    /// The hooks of an event run in boto3's order: patterns with `*` first, then longer patterns before shorter ones. Hooks of
    /// the same pattern run in the order of registration, after those of [`on_first`](Self::on_first) and of the library, and
    /// before those of [`on_last`](Self::on_last). A client starts with a copy of its session's hooks. A hook that is
    /// registered during a call does not affect that call.
    ///
    /// # Errors
    /// `InvalidConfig` if the name has an empty part, if there is no such stage, or if it names a service other than this
    /// client's or an operation that the service does not have. The message suggests the nearest names.
    pub fn on(&self, event: &str, hook: impl Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync + 'static) -> Result<HookId> {
        self.context().register(event, Rank::Normal, Arc::new(hook))
    }

    /// Registers a hook that runs before all others of the same pattern, including those of the library, like boto3's
    /// `register_first`.
    ///
    /// # Errors
    /// The errors of [`on`](Self::on).
    pub fn on_first(&self, event: &str, hook: impl Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync + 'static) -> Result<HookId> {
        self.context().register(event, Rank::First, Arc::new(hook))
    }

    /// Registers a hook that runs after all others of the same pattern, like boto3's `register_last`.
    ///
    /// # Errors
    /// The errors of [`on`](Self::on).
    pub fn on_last(&self, event: &str, hook: impl Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync + 'static) -> Result<HookId> {
        self.context().register(event, Rank::Last, Arc::new(hook))
    }

    /// Removes a hook that this client registered; returns whether there was one. Hooks of the session or of another client
    /// are not removed.
    pub fn off(&self, id: HookId) -> bool {
        self.context().hooks.unregister(id)
    }

    /// Returns the definition of the service.
    pub fn service(&self) -> &Service {
        &self.context().service
    }

    /// Returns the region, if there is one.
    pub fn region(&self) -> Option<&str> {
        self.context().endpoints.client.region.as_deref()
    }

    /// Returns the partition of the region: `aws`, `aws-cn`, …
    pub fn partition(&self) -> &str {
        &self.context().endpoints.client.legacy.partition
    }

    /// Returns the effective settings of this client, from arguments, `Config`, environment, files, and defaults, like boto3's
    /// `meta.config`. Options without a value and without a default are not included.
    pub fn config(&self) -> Config {
        self.context().settings.config(self.region(), &self.context().auth.signature_version)
    }

    /// Returns the endpoint from the client's settings or from the legacy endpoint data. The endpoint of a call can differ.
    pub fn endpoint_url(&self) -> &str {
        &self.context().endpoints.client.url
    }

    /// Prepares the client for resources, once.
    pub(crate) fn prepare_for_resources(&self, prepare: impl FnOnce(&Client) -> Result<()>) -> Result<()> {
        let mut prepared = Ok(());
        self.shared.for_resources.call_once(|| prepared = prepare(self));
        prepared
    }

    /// Returns whether the client has been prepared for resources.
    pub(crate) fn is_for_resources(&self) -> bool {
        self.shared.for_resources.is_completed()
    }

    /// Returns the state that every call of this client uses.
    pub(crate) fn context(&self) -> &ClientContext {
        &self.shared.context
    }

    /// The methods that are not operations.
    pub(crate) fn extra_methods(&self) -> impl Iterator<Item = &'static ExtraMethod> {
        self.shared.extra_methods.iter().copied().flatten().chain(methods::OF_ALL)
    }

    /// Finds a method that is not an operation.
    pub(crate) fn extra_method(&self, name: &str) -> Option<&'static ExtraMethod> {
        self.extra_methods().find(|method| method.spec.name == name)
    }
}

/// Converts the parameters of a call to a map; `()` and null are empty.
pub(crate) fn params_map(params: Value) -> Result<Map> {
    match params {
        Value::Map(map) => Ok(map),
        Value::Null => Ok(Map::new()),
        other => {
            let actual = other.type_name();
            Err(invalid(format_args!("Invalid type for parameter input, value: {other:?}, type: {actual}, valid types: map")))
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("service", &self.context().service.name()).field("region", &self.region()).finish_non_exhaustive()
    }
}
