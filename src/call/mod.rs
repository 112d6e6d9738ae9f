//! The pipeline of one call: the state that moves through it, and one file per stage.
//!
//! [`pipeline`] lists the stages in their order. Nothing here names a service: special behavior is attached through
//! [`hooks`]. The client above decides which list of stages a request runs through.

pub(crate) mod attempts;
pub(crate) mod auth_type;
mod checksum;
mod compression;
pub(crate) mod discovery;
pub(crate) mod endpoint;
mod event;
pub(crate) mod hooks;
mod inner;
pub(crate) mod observe;
pub(crate) mod pace;
pub(crate) mod pipeline;
pub(crate) mod signing;
pub(crate) mod user_agent;
pub(crate) mod validate;

pub use event::Event;
pub use hooks::HookId;
pub(crate) use inner::{EndpointError, Inner, LookupRegion, MethodAliases};

use std::sync::Arc;
use std::time::Duration;

use self::attempts::Attempts;
use self::hooks::HookList;
use crate::auth::{Credentials, Place};
use crate::definition::{Operation, Service};
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::http::{Cancel, Headers, Request, Response};
use crate::value::{Map, Str};

/// A call as far as it has come.
pub(crate) struct Call<'c> {
    pub client: &'c Inner,
    pub service: &'c Arc<Service>,
    pub operation: &'c Operation,
    pub options: CallOptions,
    hooks: HookList,

    /// What the caller gave, as rewritten by hooks.
    pub params: Map,
    /// What hooks remember for later hooks of this call.
    pub notes: Map,
    /// The path template; hooks may rewrite it.
    pub request_uri: Str,
    /// Whether the operation's host prefix is used.
    pub host_prefix: bool,
    /// What the client's settings say to the endpoint rules.
    pub builtins: Map,
    pub endpoint: Option<Arc<Endpoint>>,
    pub signing: SigningContext,
    pub request: Option<Request>,
    pub response: Option<Response>,
    pub result: Option<Map>,
    /// The result is not to be changed any more.
    pub is_final: bool,
    /// What hooks add to the result that is parsed.
    pub added: Map,
    /// On the client's own clock.
    pub started: Duration,
    pub attempts: Attempts,
}

/// What one call has of its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallOptions {
    pub read_timeout: Option<Duration>,
    pub headers: Headers,
    pub endpoint_url: Option<Str>,
    /// How often the request is sent at most.
    pub max_attempts: Option<u32>,
    /// How long everything may take together.
    pub deadline: Option<Duration>,
    pub cancel: Option<Cancel>,
    /// The request is only prepared, nothing will be sent.
    pub prepare_only: bool,
    /// No operation is called: the response is handed on as it comes.
    pub raw: bool,
    /// Another HTTP method than the operation's.
    pub http_method: Option<String>,
    /// Where the signature goes; unless that is a request, nothing is sent and several defaults do not apply.
    pub place: Place,
}

/// How the request is to be signed, as far as it is decided.
#[derive(Clone, Debug, Default)]
pub(crate) struct SigningContext {
    /// `v4`, `bearer`, `none`, …; nothing means the client's own.
    pub auth_type: Option<Str>,
    /// The answer of a `choose-signer` hook.
    pub signer: Option<Str>,
    /// The region of the signature; several with commas between them for Signature Version 4a.
    pub region: Option<Str>,
    /// Keys for this call, instead of the client's.
    pub credentials: Option<Arc<Credentials>>,
    pub name: Option<Str>,
    /// The payload is left out of the signature where that is safe.
    pub unsigned_payload: bool,
    /// The checksum goes behind the body.
    pub trailer_checksum: bool,
    /// The header that holds the body's checksum, where there is one.
    pub checksum_header: Option<String>,
}

impl<'c> Call<'c> {
    pub(crate) fn new(client: &'c Inner, operation: &'c Operation, params: Map, options: CallOptions) -> Call<'c> {
        Call {
            client,
            service: &client.service,
            operation,
            options,
            hooks: client.hooks.snapshot(),
            params,
            notes: Map::new(),
            request_uri: operation.request_uri.clone(),
            host_prefix: client.settings.inject_host_prefix,
            builtins: client.builtins.clone(),
            endpoint: None,
            signing: SigningContext::default(),
            request: None,
            response: None,
            result: None,
            is_final: false,
            added: Map::new(),
            started: client.pace.now(),
            attempts: Attempts::default(),
        }
    }

    /// Runs the hooks of a stage, `before-sign.s3.PutObject`.
    pub(crate) fn emit(&mut self, stage: &'static str) -> Result<()> {
        self.run_hooks(stage, Some(self.operation.name.as_str()), |_| false)
    }

    /// Runs the hooks of a stage until one has given an answer.
    pub(crate) fn emit_until(&mut self, stage: &'static str, answered: impl Fn(&Call<'_>) -> bool) -> Result<()> {
        self.run_hooks(stage, Some(self.operation.name.as_str()), answered)
    }

    /// Runs the hooks of a stage whose event has no operation, `before-endpoint-resolution.s3`.
    pub(crate) fn emit_for_service(&mut self, stage: &'static str) -> Result<()> {
        self.run_hooks(stage, None, |_| false)
    }

    fn run_hooks(&mut self, stage: &'static str, operation: Option<&str>, answered: impl Fn(&Call<'_>) -> bool) -> Result<()> {
        let hooks = self.hooks.clone();
        for hook in hooks.matching(stage, &self.client.event_names, operation) {
            let mut event = Event::new(stage, operation.is_some(), self);
            hook(&mut event).map_err(|e| Error::foreign(&format!("a hook of {stage}"), e))?;
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

    /// Whether a hook answered in the service's place.
    pub(crate) fn is_answered(&self) -> bool {
        self.response.is_some() || self.result.is_some()
    }

    /// The status of the response; a result without one says it in its metadata, or is a success.
    pub(crate) fn status(&self) -> u16 {
        let told = || self.result.as_ref()?["ResponseMetadata"]["HTTPStatusCode"].as_int().and_then(|n| u16::try_from(n).ok());
        self.response.as_ref().map(|r| r.status).or_else(told).unwrap_or(200)
    }

    pub(crate) fn is_presign(&self) -> bool {
        self.options.place != Place::Request
    }
}
