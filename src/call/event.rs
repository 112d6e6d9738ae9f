//! What a hook sees.

use std::sync::Arc;
use std::time::Duration;

use super::hooks::Stage;
use super::{Call, CallOptions};
use super::{pipeline, signing};
use crate::auth::Credentials;
use crate::definition::{Node, Operation, Service};
use crate::error::Result;
use crate::http::{Request, Response};
use crate::value::{Map, Str, Timestamp, Value};

/// A stage of a call, as a hook sees it: the call as far as it has come.
///
/// | stage | what is there, and may be changed |
/// | --- | --- |
/// | `provide-client-params`, `before-parameter-build` | [`params`](Self::params) |
/// | `before-endpoint-resolution` | `params`, [`builtins`](Self::builtins_mut); its name has no operation |
/// | `before-call` | [`request`](Self::request); [`set_response`](Self::set_response) and [`set_result`](Self::set_result) answer in the service's place |
/// | `request-created` | the request of an attempt: a hook of `request-created.s3.PutObject` has it before it is signed, one of `request-created.s3` or `request-created` after that |
/// | `choose-signer` | [`set_signer`](Self::set_signer); the first answer counts |
/// | `before-sign` | the request |
/// | `before-send` | the signed request; `set_response` answers in the server's place, and the first answer counts |
/// | `before-parse` | [`response`](Self::response); [`add_to_result`](Self::add_to_result) |
/// | `response-received` | `response`, [`result`](Self::result), to be looked at |
/// | `needs-retry` | [`retry`](Self::retry), to be changed by [`set_retry`](Self::set_retry) |
/// | `after-call-error` | what there is, when no response stands |
/// | `after-call` | [`result`](Self::result) |
///
/// They come in this order, those from `request-created` to `needs-retry` for every attempt; `choose-signer` and
/// `before-sign` run while the hook of `request-created` that signs does. `after-call-error` takes the place of
/// `after-call`. A URL that is presigned has the stages up to `before-endpoint-resolution`, `choose-signer` and
/// `before-sign`.
///
/// An error that a hook returns ends the call. In boto3 hooks return what they decide, here they set it; of what
/// boto3 has beside these stages, `creating-client-class`, `creating-serializer`, `getattr` and `choose-service-name`
/// concern Python's own mechanisms and are absent.
///
/// ```
/// use tucuxi::{Session, value};
///
/// let session = Session::builder().region("us-east-1").credentials(tucuxi::Credentials::new("a", "b")).build()?;
/// let s3 = session.client("s3")?;
/// s3.on("before-sign.s3.ListBuckets", |event| {
///     event.request_mut().expect("it is built by now").headers.set("x-trace", "42");
///     Ok(())
/// })?;
/// let request = s3.prepare("list_buckets", value!({}))?;
/// assert_eq!(request.headers.get("x-trace"), Some("42"));
/// # Ok::<(), tucuxi::Error>(())
/// ```
pub struct Event<'e, 'c> {
    stage: Stage,
    call: &'e mut Call<'c>,
}

impl<'e, 'c> Event<'e, 'c> {
    pub(super) fn new(stage: Stage, call: &'e mut Call<'c>) -> Event<'e, 'c> {
        Event { stage, call }
    }

    pub(super) fn call_mut(&mut self) -> &mut Call<'c> {
        self.call
    }

    /// The event's whole name, `before-sign.s3.PutObject`.
    pub fn name(&self) -> String {
        let (stage, service) = (self.stage.name(), &self.call.client.event_names[0]);
        match self.stage.names_operation() {
            true => format!("{stage}.{service}.{}", self.call.operation.name),
            false => format!("{stage}.{service}"),
        }
    }

    /// The stage, `before-sign`.
    pub fn stage(&self) -> &'static str {
        self.stage.name()
    }

    /// The service's definition.
    pub fn service(&self) -> &'c Service {
        self.call.service
    }

    /// The operation's definition.
    pub fn operation(&self) -> &'c Operation {
        self.call.operation
    }

    /// The client's region.
    pub fn region(&self) -> Option<&str> {
        self.call.client.endpoints.client.region.as_deref()
    }

    /// The parameters of the call.
    pub fn params(&self) -> &Map {
        &self.call.params
    }

    /// The parameters of the call, to be changed; up to `before-endpoint-resolution` it has an effect.
    pub fn params_mut(&mut self) -> &mut Map {
        &mut self.call.params
    }

    /// What hooks remember for later hooks of the same call.
    pub fn notes(&self) -> &Map {
        &self.call.notes
    }

    /// What hooks remember for later hooks of the same call, to be changed.
    pub fn notes_mut(&mut self) -> &mut Map {
        &mut self.call.notes
    }

    /// What the client's settings say to the endpoint rules, by the names of the rules (`AWS::Region`).
    pub fn builtins(&self) -> &Map {
        &self.call.builtins
    }

    /// What the client's settings say to the endpoint rules, to be changed for this call.
    pub fn builtins_mut(&mut self) -> &mut Map {
        &mut self.call.builtins
    }

    /// The HTTP request, once it is built.
    pub fn request(&self) -> Option<&Request> {
        self.call.request.as_ref()
    }

    /// The HTTP request, to be changed, once it is built. After `before-sign` a change breaks the signature.
    pub fn request_mut(&mut self) -> Option<&mut Request> {
        self.call.request.as_mut()
    }

    /// The way of signing that is chosen so far, `v4`, `bearer` or `none`; nothing means the client's own.
    pub fn auth_type(&self) -> Option<&str> {
        self.call.signing.auth_type.as_deref()
    }

    /// The moment that signatures carry.
    pub(crate) fn now(&self) -> Timestamp {
        self.call.client.time.now()
    }

    /// The partition of the client's region.
    pub(crate) fn partition(&self) -> &str {
        &self.call.client.endpoints.client.legacy.partition
    }

    /// Whether the client's keys are there without asking anybody for them.
    pub(crate) fn has_credentials_at_hand(&self) -> bool {
        self.call.client.auth.credentials.is_at_hand()
    }

    /// Signs this call with other keys than the client's; up to `before-sign`.
    pub(crate) fn set_credentials(&mut self, credentials: Arc<Credentials>) {
        self.call.signing.credentials = Some(credentials);
    }

    /// The service's name in the signature.
    pub fn signing_name(&self) -> Option<&str> {
        self.call.signing.name.as_deref()
    }

    /// Chooses the way of signing in `choose-signer`: the name of a signer, or `none`. The first answer counts.
    pub fn set_signer(&mut self, name: impl Into<Str>) {
        self.call.signing.signer = Some(name.into());
    }

    /// The HTTP response, once it is there.
    pub fn response(&self) -> Option<&Response> {
        self.call.response.as_ref()
    }

    /// The HTTP response, to be changed before it is parsed.
    pub fn response_mut(&mut self) -> Option<&mut Response> {
        self.call.response.as_mut()
    }

    /// Answers in the server's place; in `before-call` and `before-send` nothing is sent then.
    pub fn set_response(&mut self, response: Response) {
        self.call.response = Some(response);
    }

    /// The parsed result, or the parsed error, once it is there.
    pub fn result(&self) -> Option<&Map> {
        self.call.result.as_ref()
    }

    /// The parsed result, to be changed before the caller gets it.
    pub fn result_mut(&mut self) -> Option<&mut Map> {
        self.call.result.as_mut()
    }

    /// Adds to what will be parsed, in `before-parse`; boto3's `customized_response_dict`.
    pub fn add_to_result(&mut self, name: impl Into<Str>, value: impl Into<Value>) {
        self.call.added.insert(name, value);
    }

    /// Whether a URL is presigned: nothing will be sent.
    pub fn is_presign(&self) -> bool {
        self.call.is_presign()
    }

    /// Whether a request is prepared or presigned only: nothing will be sent.
    pub(crate) fn is_prepared_only(&self) -> bool {
        !self.call.pipeline.sends
    }

    /// The path template of the request.
    pub fn request_uri(&self) -> &str {
        &self.call.request_uri
    }

    /// Rewrites the path template of the request, up to `before-endpoint-resolution`.
    pub fn set_request_uri(&mut self, template: impl Into<Str>) {
        self.call.request_uri = template.into();
    }

    /// Leaves the operation's host prefix out of the URL, up to `before-endpoint-resolution`.
    pub(crate) fn drop_host_prefix(&mut self) {
        self.call.host_prefix = false;
    }

    /// The region that signatures name, where the endpoint says no other.
    pub(crate) fn signing_region(&self) -> Option<&str> {
        self.call.client.endpoints.client.signing_region.as_deref()
    }

    /// Signs the URL of a request of the hook's own with the client's keys, for any region; see `sigv4::presign`.
    pub(crate) fn presign(&self, request: &mut Request, params: &[(String, String)], region: &str, expires: Duration) -> Result<()> {
        signing::presign_foreign(self.call, request, params, region, expires)
    }

    /// Chooses the class of a service's error in `after-call`; `None` is the general one.
    pub(crate) fn set_error_class(&mut self, class: Option<Str>) {
        self.call.error_class = class;
    }

    /// The class of the service's error, where it has one.
    pub(crate) fn error_class(&self) -> Option<&str> {
        self.call.error_class.as_deref()
    }

    /// Answers with the final outcome of a call: hooks of `after-call` had their say about it before.
    pub(crate) fn set_outcome(&mut self, result: Map) {
        self.call.result = Some(result);
        self.call.is_final = true;
    }

    /// How many attempts were made so far.
    pub fn attempts(&self) -> u32 {
        self.call.attempts.number
    }

    /// In `needs-retry`: the delay after which the request is to be sent again, as decided so far; `None` if it is not.
    pub fn retry(&self) -> Option<Duration> {
        self.call.attempts.retry
    }

    /// Decides in `needs-retry` whether the request is sent again, and after which delay. The last word counts; it is
    /// bound neither to the number of attempts nor to the quota.
    pub fn set_retry(&mut self, delay: Option<Duration>) {
        self.call.attempts.retry = delay;
    }

    /// Answers with a result in the service's place, in `before-call`: nothing is sent and nothing parsed. A status of
    /// 300 or more in its `ResponseMetadata` makes it an error.
    pub fn set_result(&mut self, result: Map) {
        self.call.result = Some(result);
    }

    /// Calls another operation of the same client, at the same endpoint, and in the time that is left.
    pub(crate) fn call(&self, operation: &str, params: Map) -> Result<Map> {
        let operation = self.call.client.operation(operation)?;
        let options = CallOptions {
            read_timeout: self.call.options.read_timeout,
            endpoint_url: self.call.options.endpoint_url.clone(),
            cancel: self.call.options.cancel.clone(),
            deadline: self.call.left(),
            ..CallOptions::default()
        };
        let mut call = Call::new(self.call.client, operation, params, options, &pipeline::SEND);
        pipeline::send(&mut call).map_err(|e| e.with_operation(&operation.name))
    }

    /// Asks in `needs-retry` for the endpoint to be resolved again if the request is sent again.
    pub(crate) fn resolve_endpoint_again(&mut self) {
        self.call.attempts.resolves_again = true;
    }

    /// Says that the resource names its region itself (an ARN).
    pub(crate) fn set_foreign_region(&mut self) {
        self.call.foreign_region = true;
    }

    /// The path that the old S3 signature covers.
    pub(crate) fn set_auth_path(&mut self, path: String) {
        self.call.auth_path = Some(path);
    }

    /// Keeps the parameters as they are now, for [`given_params`](Self::given_params).
    pub(crate) fn keep_given_params(&mut self) {
        self.call.given = Some(self.call.params.clone());
    }

    /// The parameters as the caller passed them; empty for a raw call.
    pub(crate) fn given_params(&self) -> Map {
        self.call.given.clone().unwrap_or_default()
    }

    /// What the service's customizations remember between their hooks of this call.
    pub(crate) fn state<T: Default + 'static>(&mut self) -> &mut T {
        let state = self.call.service_state.get_or_insert_with(|| Box::new(T::default()));
        if !state.is::<T>() {
            *state = Box::new(T::default());
        }
        state.downcast_mut().expect("a state of this type was just stored")
    }

    /// The error that the service answered, once it is parsed.
    pub fn error(&self) -> Option<&Value> {
        self.call.result.as_ref()?.get("Error").filter(|_| self.call.status() >= 300)
    }

    /// The output structure's node, for hooks that walk a result.
    ///
    /// # Errors
    /// If the definition is broken.
    pub fn output(&self) -> Result<Option<Node<'c>>> {
        self.call.service.output(self.call.operation)
    }
}
