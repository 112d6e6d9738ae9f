//! The pipeline of one call: the state that moves through it, and one file per stage.
//!
//! [`pipeline`] lists the stages in their order. Nothing here names a service: special behavior is attached through
//! [`hooks`]. The client above decides which list of stages a request runs through.

mod attempts;
pub(crate) mod auth_type;
mod checksum;
mod compression;
mod context;
pub(crate) mod discovery;
pub(crate) mod endpoint;
mod event;
pub(crate) mod hooks;
pub(crate) mod monitor;
mod observe;
pub(crate) mod pipeline;
pub(crate) mod request;
mod response;
pub(crate) mod signing;
pub(crate) mod time;
pub(crate) mod user_agent;
pub(crate) mod validate;

pub(crate) use context::{ClientAuth, ClientContext, EndpointError, Endpoints, LookupRegion, MethodAliases, Time, hint};
pub use event::Event;
pub use hooks::HookId;

use std::any::Any;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use self::attempts::Attempts;
use self::checksum::Plan;
use self::hooks::{HookList, Stage};
use self::pipeline::Pipeline;
use crate::auth::{Credentials, SignaturePlace, SignerName};
use crate::definition::{Operation, Service};
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::http::{Cancel, Headers, Request, Response};
use crate::protocol::UnknownMember;
use crate::value::{Map, Str};

/// The name of the operation that hooks see in a raw call: `before-sign.s3.Raw`.
pub(crate) const RAW_OPERATION: &str = "Raw";

/// The state of a call.
pub(crate) struct Call<'c> {
    pub client: &'c ClientContext,
    pub service: &'c Arc<Service>,
    pub operation: &'c Operation,
    pub options: CallOptions,
    hooks: HookList,

    /// The caller's parameters, as rewritten by hooks.
    pub params: Map,
    /// Data that users' hooks store for later hooks of this call. No stage reads them.
    pub notes: OnceLock<Map>,
    /// The parameters as the caller passed them, if a test double needs them.
    pub given: Option<Map>,
    /// Data that the service's customizations share between their hooks.
    pub service_state: Option<Box<dyn Any>>,
    /// Data that the hooks of a language binding share: objects of the host, which notes cannot hold.
    #[cfg(feature = "python")]
    pub host_state: Option<Box<dyn Any>>,
    /// The steps of the call.
    pub pipeline: &'static Pipeline,
    /// The path template; hooks may rewrite it.
    pub request_uri: Str,
    /// Whether the operation's host prefix is used.
    pub host_prefix: bool,
    /// The built-in parameters of the endpoint rules.
    pub builtins: Map,
    pub endpoint: Option<Arc<Endpoint>>,
    pub signing: SigningContext,
    /// Whether the resource names its region itself (an ARN).
    pub foreign_region: bool,
    /// The path that the old S3 signature covers, if it is not the URL's.
    pub auth_path: Option<String>,
    /// The checksum that the request will carry.
    pub checksum: Option<Plan>,
    pub request: Option<Request>,
    pub response: Option<Response>,
    /// The status that a successful response counts as if its body is not well-formed XML.
    pub malformed_status: Option<u16>,
    /// The algorithm that the response is verified with.
    pub verified_with: Option<&'static str>,
    pub result: Option<Map>,
    /// The failure of an attempt or of the call, while hooks can see it.
    pub failure: Option<Error>,
    /// Advice about the error, which ends its message.
    pub hint: Option<&'static str>,
    /// The name of the modeled error that the service returned.
    pub error_class: Option<Str>,
    /// The result is final: later hooks do not run on it.
    pub is_final: bool,
    /// Members that hooks add to the parsed result.
    pub added: Option<Map>,
    /// The members of the response that the definition does not contain, if the client reports them.
    pub unknown_output: Vec<UnknownMember>,
    /// The letters of features, for the user agent.
    pub features: Vec<&'static str>,
    /// On the client's own clock.
    pub started: Duration,
    pub attempts: Attempts,
}

/// The settings of one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallOptions {
    pub read_timeout: Option<Duration>,
    pub headers: Headers,
    pub endpoint_url: Option<Str>,
    /// The maximum number of attempts.
    pub max_attempts: Option<u32>,
    /// The limit for the whole call.
    pub deadline: Option<Duration>,
    pub cancel: Option<Cancel>,
    /// Replaces the operation's HTTP method.
    pub http_method: Option<String>,
    /// Where the signature goes. Unless that is a request, nothing is sent.
    pub place: SignaturePlace,
    /// Learns of the bytes that a method with managed transfers moves.
    pub progress: Option<Progress>,
}

/// A function that receives numbers of bytes.
#[derive(Clone)]
pub(crate) struct Progress(pub Arc<dyn Fn(i64) -> anyhow::Result<()> + Send + Sync>);

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Progress")
    }
}

/// How the request is signed, as decided so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct SigningContext {
    /// `v4`, `bearer`, `none`, …; `None` means the client's own.
    pub auth_type: Option<Str>,
    /// The answer of a `choose-signer` hook.
    pub signer: Option<Str>,
    /// The signer, once it is chosen; `None` if the request is not signed.
    pub chosen: Option<SignerName>,
    /// The region of the signature; for Signature Version 4a a comma-separated list.
    pub region: Option<Str>,
    /// The source of the credentials, once they are found.
    pub provider: Option<&'static str>,
    /// Credentials for this call, instead of the client's.
    pub credentials: Option<Arc<Credentials>>,
    pub name: Option<Str>,
    /// The payload is not signed if that is safe.
    pub unsigned_payload: bool,
    /// The checksum follows the body as a trailer.
    pub trailer_checksum: bool,
    /// The header that contains the body's checksum, if there is one.
    pub checksum_header: Option<String>,
}

impl<'c> Call<'c> {
    pub(crate) fn new(
        client: &'c ClientContext,
        operation: &'c Operation,
        params: Map,
        options: CallOptions,
        pipeline: &'static Pipeline,
    ) -> Call<'c> {
        Call {
            client,
            service: &client.service,
            operation,
            options,
            hooks: client.hooks.snapshot(),
            params,
            notes: OnceLock::new(),
            given: None,
            service_state: None,
            #[cfg(feature = "python")]
            host_state: None,
            pipeline,
            request_uri: operation.request_uri.clone(),
            host_prefix: client.settings.inject_host_prefix,
            builtins: client.endpoints.builtins.clone(),
            endpoint: None,
            signing: SigningContext::default(),
            foreign_region: false,
            auth_path: None,
            checksum: None,
            request: None,
            response: None,
            malformed_status: None,
            verified_with: None,
            result: None,
            failure: None,
            hint: None,
            error_class: None,
            is_final: false,
            added: None,
            unknown_output: Vec::new(),
            features: Vec::new(),
            started: client.time.pace.now(),
            attempts: Attempts::default(),
        }
    }

    /// Runs the hooks of a stage.
    pub(crate) fn emit(&mut self, stage: Stage) -> Result<()> {
        self.emit_until(stage, |_| false)
    }

    /// Runs the hooks of a stage until one has answered.
    pub(crate) fn emit_until(&mut self, stage: Stage, answered: impl Fn(&Call<'_>) -> bool) -> Result<()> {
        if self.hooks.is_empty(stage) {
            return Ok(());
        }
        let hooks = self.hooks.clone();
        for hook in hooks.matching(stage, &self.operation.name) {
            let mut event = Event::new(stage, self);
            hook(&mut event).map_err(|e| Error::foreign(&format!("a hook of {}", stage.name()), e))?;
            if answered(self) {
                break;
            }
        }
        Ok(())
    }

    /// The request, once it is built.
    pub(crate) fn request_mut(&mut self) -> &mut Request {
        self.request.as_mut().expect("the request is built before the stages that use it")
    }

    /// Whether a hook answered instead of the service.
    pub(crate) fn is_answered(&self) -> bool {
        self.response.is_some() || self.result.is_some()
    }

    /// The status of the response; without a response, the one in the result's metadata, or 200.
    pub(crate) fn status(&self) -> u16 {
        let in_metadata = || self.result.as_ref()?["ResponseMetadata"]["HTTPStatusCode"].as_int().and_then(|n| u16::try_from(n).ok());
        self.response.as_ref().map(|r| r.status).or_else(in_metadata).unwrap_or(200)
    }

    pub(crate) fn is_presign(&self) -> bool {
        self.options.place != SignaturePlace::Request
    }
}
