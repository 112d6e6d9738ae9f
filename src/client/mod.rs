//! A client: one service in one region. A call is a name and a map.
//!
//! The stages of a call are in `call/`; here are the entry points, the settings of a single call, and inspection.
//! Nothing here names a service, and nothing here makes a client: that is `session/`.

mod extra;
mod inspect;
mod raw;
mod request;
mod setup;

use std::fmt;
use std::sync::{Arc, Once};
use std::time::Duration;

use self::extra::ExtraMethod;
pub(crate) use self::extra::{ExtraMethods, ExtraParams};
pub use self::raw::RawRequest;
pub use self::request::OperationRequest;
pub(crate) use self::setup::Setup;
use crate::call::hooks::Rank;
use crate::call::{ClientContext, Event, HookId};
use crate::definition::{Service, describe};
use crate::error::Result;
use crate::http::Request;
use crate::settings::Config;
use crate::text::invalid;
use crate::value::{Map, Str, Value};

/// One service in one region: operations are called by name, with a map, and answer a map.
///
/// A client is cheap to clone, and its clones may be used from any number of threads at once.
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
pub struct Client(Arc<Shared>);

/// What the clones of a client share.
struct Shared {
    context: ClientContext,
    /// The service's methods that are not operations.
    extra_methods: ExtraMethods,
    /// Set once the client has been prepared for resources.
    for_resources: Once,
}

impl Client {
    pub(crate) fn new(context: ClientContext, extra_methods: ExtraMethods) -> Client {
        Client(Arc::new(Shared { context, extra_methods, for_resources: Once::new() }))
    }

    /// Calls an operation, in either spelling: `list_objects_v2` or `ListObjectsV2`.
    ///
    /// Methods of boto3's clients that are no operations have their names here too: `generate_presigned_url`.
    ///
    /// `()` stands for no parameters. The result has `ResponseMetadata` beside the operation's own
    /// members; a body that the service streams comes as a [`Stream`](crate::Stream).
    ///
    /// # Errors
    /// If there is no such operation, if the parameters do not fit it, if the service cannot be
    /// reached, or if it answers with an error: [`Error::kind`](crate::Error::kind) tells.
    pub fn call(&self, operation: &str, params: impl Into<Value>) -> Result<Value> {
        self.request(operation, params).send()
    }

    /// A call with settings of its own.
    pub fn request(&self, operation: &str, params: impl Into<Value>) -> OperationRequest<'_> {
        OperationRequest::new(self, operation, params.into())
    }

    /// The signed HTTP request of a call, not sent.
    ///
    /// # Errors
    /// As [`call`](Self::call), as far as it comes without a server.
    pub fn prepare(&self, operation: &str, params: impl Into<Value>) -> Result<Request> {
        self.request(operation, params).prepare()
    }

    /// A URL that makes the call for whoever has it, until `expires` is over.
    ///
    /// Headers among the parameters (`ContentType`, `Metadata`) are signed: who uses the URL has to send them. URLs for
    /// S3 are signed with Signature Version 4, in the older regions too, unless [`Config::signature_version`] asks for
    /// `s3`. For a bucket of S3 Express the first URL costs a call, which makes a session.
    ///
    /// [`Config::signature_version`]: crate::Config::signature_version
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub fn presign(&self, operation: &str, params: impl Into<Value>, expires: Duration) -> Result<String> {
        self.request(operation, params).presign(expires)
    }

    /// The method names of the operations, sorted.
    pub fn operations(&self) -> Vec<Str> {
        let mut names: Vec<Str> = self.context().service.method_names().map(|(method, _)| method.clone()).collect();
        names.sort();
        names
    }

    /// What the definition says of an operation: `name`, `method_name`, `http`, `input`, `output`, `errors` and
    /// its traits. A shape is written out where it is met first; after that only its name stands, with
    /// `described: "above"`.
    ///
    /// # Errors
    /// If there is no such operation, or if its definition is broken.
    pub fn describe(&self, operation: &str) -> Result<Value> {
        let read_only = self.read_only(operation)?;
        describe(&self.context().service, self.context().operation(operation)?, read_only)
    }

    /// Registers a hook for an event, or for all whose names begin with it: `before-sign.s3.PutObject`,
    /// `before-sign.s3`, `before-sign`; `*` stands for any one part. See [`Event`] for the stages.
    ///
    /// The hooks of an event run in boto3's order: those found by a `*` before those found by a name, of these the
    /// longest pattern first; within a pattern as they were registered, after those of
    /// [`on_first`](Self::on_first) and the crate's own, before those of [`on_last`](Self::on_last). A client has a
    /// copy of the hooks that its session had when it was made; a call does not see what is registered while it runs.
    ///
    /// # Errors
    /// `InvalidConfig` if the name has an empty part, if there is no such stage, or if it names a service other than this
    /// client's or an operation that the service does not have. The message suggests the nearest names.
    pub fn on(&self, event: &str, hook: impl Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync + 'static) -> Result<HookId> {
        self.context().register(event, Rank::Normal, Arc::new(hook))
    }

    /// As [`on`](Self::on), before every other hook of the same pattern, those of the crate itself included: boto3's
    /// `register_first`.
    ///
    /// # Errors
    /// As [`on`](Self::on).
    pub fn on_first(&self, event: &str, hook: impl Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync + 'static) -> Result<HookId> {
        self.context().register(event, Rank::First, Arc::new(hook))
    }

    /// As [`on`](Self::on), after every other hook of the same pattern: boto3's `register_last`.
    ///
    /// # Errors
    /// As [`on`](Self::on).
    pub fn on_last(&self, event: &str, hook: impl Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync + 'static) -> Result<HookId> {
        self.context().register(event, Rank::Last, Arc::new(hook))
    }

    /// Removes a hook that this client registered; returns whether there was one. A hook that came from the session, or
    /// that another client registered, is left in place.
    pub fn off(&self, id: HookId) -> bool {
        self.context().hooks.unregister(id)
    }

    /// The service's definition.
    pub fn service(&self) -> &Service {
        &self.context().service
    }

    /// The region, where there is one.
    pub fn region(&self) -> Option<&str> {
        self.context().endpoints.client.region.as_deref()
    }

    /// The partition that the region belongs to: `aws`, `aws-cn`, …
    pub fn partition(&self) -> &str {
        &self.context().endpoints.client.legacy.partition
    }

    /// The settings of this client, as they came of arguments, `Config`, environment, files and defaults: boto3's
    /// `meta.config`. An option that nobody said anything about and that has no default is not in it.
    pub fn config(&self) -> Config {
        self.context().settings.config(self.region(), &self.context().auth.signature_version)
    }

    /// The endpoint that the client's settings and the older data give; the endpoint of a call may differ.
    pub fn endpoint_url(&self) -> &str {
        &self.context().endpoints.client.url
    }

    /// Prepares the client for resources, unless that was done before.
    pub(crate) fn prepare_for_resources(&self, prepare: impl FnOnce(&Client) -> Result<()>) -> Result<()> {
        let mut prepared = Ok(());
        self.0.for_resources.call_once(|| prepared = prepare(self));
        prepared
    }

    /// What every call of this client reads.
    pub(crate) fn context(&self) -> &ClientContext {
        &self.0.context
    }

    /// A method that is not an operation.
    fn extra_method(&self, name: &str) -> Option<ExtraMethod> {
        self.0.extra_methods.iter().chain(extra::OF_ALL).find(|(known, _)| *known == name).map(|(_, method)| *method)
    }
}

/// The parameters of a call as a map: `()` and null are an empty one.
pub(crate) fn params_map(params: Value) -> Result<Map> {
    match params {
        Value::Map(map) => Ok(map),
        Value::Null => Ok(Map::new()),
        other => {
            Err(invalid(format_args!("Invalid type for parameter input, value: {other:?}, type: {}, valid types: map", other.type_name())))
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("service", &self.context().service.name()).field("region", &self.region()).finish_non_exhaustive()
    }
}
