//! The event that a hook receives: one stage of a call.

use std::sync::Arc;
use std::time::Duration;

use super::hooks::Stage;
use super::{Call, CallOptions};
use super::{pipeline, signing};
use crate::auth::{Credentials, SignerName};
use crate::definition::{Node, Operation, Service};
#[cfg(feature = "python")]
use crate::error::Error;
use crate::error::Result;
use crate::http::{Limits, Request, Response};
use crate::protocol::UnknownMember;
use crate::value::{Map, Str, Timestamp, Value};

/// An event: one stage of a call, as a hook sees it.
///
/// | stage | what is available and may be changed |
/// | --- | --- |
/// | `provide-client-params`, `before-parameter-build` | [`params`](Self::params) |
/// | `before-endpoint-resolution` | `params`, [`builtins`](Self::builtins_mut); the event name has no operation |
/// | `before-call` | [`request`](Self::request); [`set_response`](Self::set_response) and [`set_result`](Self::set_result) replace the call to the service |
/// | `request-created` | the request of an attempt: a hook of `request-created.s3.PutObject` runs before it is signed, one of `request-created.s3` or `request-created` after that |
/// | `choose-signer` | [`set_signer`](Self::set_signer); the first choice counts |
/// | `before-sign` | the request |
/// | `before-send` | the signed request; `set_response` replaces the server, and the first response counts |
/// | `before-parse` | [`response`](Self::response); [`add_to_result`](Self::add_to_result) |
/// | `unknown-output` | [`unknown_output`](Self::unknown_output), if the setting [`report_unknown_output`](crate::Config::report_unknown_output) is on and there are any; boto3 has no such stage |
/// | `response-received` | `response` and [`result`](Self::result), for inspection |
/// | `needs-retry` | [`retry`](Self::retry), changed by [`set_retry`](Self::set_retry) |
/// | `after-call-error` | whatever is available when the call failed without a response |
/// | `after-call` | [`result`](Self::result) |
///
/// The stages run in this order, those from `request-created` to `needs-retry` for every attempt. `choose-signer` and
/// `before-sign` run inside the hook of `request-created` that signs. `after-call-error` replaces `after-call`. A
/// presigned URL has the stages up to `before-endpoint-resolution`, `choose-signer`, and `before-sign`.
///
/// An error that a hook returns ends the call. In boto3 hooks return their decision; here they set it. boto3's other
/// stages (`creating-client-class`, `creating-serializer`, `getattr`, `choose-service-name`) concern Python itself and
/// do not exist here: registering a hook for one is an error.
///
/// ```
/// use tucuxi::{Session, value};
///
/// let session = Session::builder().region("us-east-1").credentials(tucuxi::Credentials::new("a", "b")).build()?;
/// let s3 = session.client("s3")?;
/// s3.on("before-sign.s3.ListBuckets", |event| {
///     event.request_mut().expect("the request is built").headers.set("x-trace", "42");
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

    /// The full event name, `before-sign.s3.PutObject`.
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

    /// The parameters of the call, mutable. Changes have an effect up to `before-endpoint-resolution`.
    pub fn params_mut(&mut self) -> &mut Map {
        &mut self.call.params
    }

    /// Notes for later hooks of the same call. The library itself does not read them.
    pub fn notes(&self) -> &Map {
        self.call.notes.get_or_init(Map::new)
    }

    /// Notes for later hooks of the same call, mutable.
    pub fn notes_mut(&mut self) -> &mut Map {
        self.call.notes.get_or_init(Map::new);
        self.call.notes.get_mut().expect("it was set")
    }

    /// The built-in parameters of the endpoint rules, by their names (`AWS::Region`).
    pub fn builtins(&self) -> &Map {
        &self.call.builtins
    }

    /// The built-in parameters of the endpoint rules, mutable for this call.
    pub fn builtins_mut(&mut self) -> &mut Map {
        &mut self.call.builtins
    }

    /// The HTTP request, once it is built.
    pub fn request(&self) -> Option<&Request> {
        self.call.request.as_ref()
    }

    /// The HTTP request once it is built, mutable. A change after `before-sign` invalidates the signature.
    pub fn request_mut(&mut self) -> Option<&mut Request> {
        self.call.request.as_mut()
    }

    /// The authentication type chosen so far: `v4`, `bearer`, or `none`; `None` means the client's own.
    pub fn auth_type(&self) -> Option<&str> {
        self.call.signing.auth_type.as_deref()
    }

    /// The local time, which decides when credentials expire. Signatures contain the service's time.
    pub(crate) fn now(&self) -> Timestamp {
        (self.call.client.time.clock)()
    }

    /// The limits of the call.
    pub(crate) fn limits(&self) -> Limits {
        self.call.limits()
    }

    /// The partition of the client's region.
    pub(crate) fn partition(&self) -> &str {
        &self.call.client.endpoints.client.legacy.partition
    }

    /// Whether the client's credentials are available without a lookup.
    pub(crate) fn has_credentials_at_hand(&self) -> bool {
        self.call.client.auth.credentials.is_at_hand()
    }

    /// Signs this call with other credentials than the client's; up to `before-sign`.
    pub(crate) fn set_credentials(&mut self, credentials: Arc<Credentials>) {
        self.call.signing.credentials = Some(credentials);
    }

    /// The service's name in the signature.
    pub fn signing_name(&self) -> Option<&str> {
        self.call.signing.name.as_deref()
    }

    /// Chooses the signer in `choose-signer`: its name, or `none`. The first choice counts.
    pub fn set_signer(&mut self, name: impl Into<Str>) {
        self.call.signing.signer = Some(name.into());
    }

    /// The signer, from `before-sign` on; `None` if the request is not signed.
    pub(crate) fn signer(&self) -> Option<SignerName> {
        self.call.signing.chosen
    }

    /// The signer that the client uses unless a hook or the operation chooses another one.
    pub(crate) fn default_signer(&self) -> &str {
        &self.call.client.auth.signature_version
    }

    /// The failure, in `response-received` and `needs-retry` if there is no response, and in `after-call-error`.
    #[cfg(feature = "python")]
    pub(crate) fn failure(&self) -> Option<&Error> {
        self.call.failure.as_ref()
    }

    /// The objects of a host that the hooks of its language binding share during this call.
    #[cfg(feature = "python")]
    pub(crate) fn host_state(&mut self) -> &mut Option<Box<dyn std::any::Any>> {
        &mut self.call.host_state
    }

    /// The HTTP response, once it has arrived.
    pub fn response(&self) -> Option<&Response> {
        self.call.response.as_ref()
    }

    /// The HTTP response, mutable before it is parsed.
    pub fn response_mut(&mut self) -> Option<&mut Response> {
        self.call.response.as_mut()
    }

    /// Sets the response. In `before-call` and `before-send` nothing is sent then.
    pub fn set_response(&mut self, response: Response) {
        self.call.response = Some(response);
    }

    /// The parsed result or the parsed error, once there is one.
    pub fn result(&self) -> Option<&Map> {
        self.call.result.as_ref()
    }

    /// The parsed result, mutable before it is returned.
    pub fn result_mut(&mut self) -> Option<&mut Map> {
        self.call.result.as_mut()
    }

    /// Adds a member to the parsed result, in `before-parse`; boto3's `customized_response_dict`.
    pub fn add_to_result(&mut self, name: impl Into<Str>, value: impl Into<Value>) {
        self.call.added.get_or_insert_default().insert(name, value);
    }

    /// In `unknown-output`: the members of the response that the definition does not contain.
    pub fn unknown_output(&self) -> &[UnknownMember] {
        &self.call.unknown_output
    }

    /// Whether the call presigns a URL: nothing is sent.
    pub fn is_presign(&self) -> bool {
        self.call.is_presign()
    }

    /// Whether the request is only prepared or presigned: nothing is sent.
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

    /// Omits the operation's host prefix from the URL, up to `before-endpoint-resolution`.
    pub(crate) fn drop_host_prefix(&mut self) {
        self.call.host_prefix = false;
    }

    /// The region in signatures, unless the endpoint names another one.
    pub(crate) fn signing_region(&self) -> Option<&str> {
        self.call.client.endpoints.client.signing_region.as_deref()
    }

    /// Signs the URL of the hook's own request with the client's credentials, for any region; see `sigv4::presign`.
    pub(crate) fn presign(&self, request: &mut Request, params: &[(String, String)], region: &str, expires: Duration) -> Result<()> {
        signing::presign_foreign(self.call, request, params, region, expires)
    }

    /// Sets the class of a service's error in `after-call`; `None` is the generic one.
    pub(crate) fn set_error_class(&mut self, class: Option<Str>) {
        self.call.error_class = class;
    }

    /// Adds advice to the end of the error's message.
    pub(crate) fn set_hint(&mut self, hint: &'static str) {
        self.call.hint = Some(hint);
    }

    /// The class of the service's error, if it has one.
    pub(crate) fn error_class(&self) -> Option<&str> {
        self.call.error_class.as_deref()
    }

    /// Sets the final result of a call: hooks of `after-call` do not run on it again.
    pub(crate) fn set_outcome(&mut self, result: Map) {
        self.call.result = Some(result);
        self.call.is_final = true;
    }

    /// The number of attempts so far.
    pub fn attempts(&self) -> u32 {
        self.call.attempts.number
    }

    /// In `needs-retry`: the delay before the request is sent again, as decided so far; `None` if it is not.
    pub fn retry(&self) -> Option<Duration> {
        self.call.attempts.retry
    }

    /// Decides in `needs-retry` whether the request is sent again, and after which delay. The last decision counts; neither
    /// the number of attempts nor the quota limits it.
    pub fn set_retry(&mut self, delay: Option<Duration>) {
        self.call.attempts.retry = delay;
    }

    /// Sets the result in `before-call`: nothing is sent and nothing is parsed. A status of 300 or more in its
    /// `ResponseMetadata` makes it an error.
    pub fn set_result(&mut self, result: Map) {
        self.call.result = Some(result);
    }

    /// The endpoint of this call alone, if it has one.
    pub(crate) fn own_endpoint_url(&self) -> Option<&str> {
        self.call.options.endpoint_url.as_deref()
    }

    /// Calls another operation of the same client, at the same endpoint and within the same limits.
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

    /// Marks that the resource names its region itself (an ARN).
    pub(crate) fn set_foreign_region(&mut self) {
        self.call.foreign_region = true;
    }

    /// Sets the status that a successful response counts as if its body turns out not to be well-formed XML.
    pub(crate) fn set_malformed_status(&mut self, status: u16) {
        self.call.malformed_status = Some(status);
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

    /// Data that the service's customizations share between their hooks of this call.
    pub(crate) fn state<T: Default + 'static>(&mut self) -> &mut T {
        let state = self.call.service_state.get_or_insert_with(|| Box::new(T::default()));
        if !state.is::<T>() {
            *state = Box::new(T::default());
        }
        state.downcast_mut().expect("a state of this type was just stored")
    }

    /// The error that the service returned, once it is parsed.
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
