//! The state that every call of a client uses, grouped by topic.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::discovery::Discovery;
use super::hooks::{Hook, HookId, Hooks, Rank, ServiceNames};
use super::monitor::Monitor;
use super::time::Pace;
use super::user_agent::UserAgent;
use crate::auth::sigv4::KeyCache;
use crate::auth::{Scheme, SignerName};
use crate::credentials::{CredentialSource, InstanceRegion, TokenSource};
use crate::definition::{Definitions, Operation, Partitions, RuleSet, Service};
use crate::endpoint::EndpointCache;
use crate::endpoint::legacy::ClientEndpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Limits, Transport};
use crate::retry::Retries;
use crate::settings::ClientSettings;
use crate::value::{Map, Str, Timestamp};

/// The state that every call of a client uses.
pub(crate) struct ClientContext {
    pub service: Arc<Service>,
    /// The source and the version of the service's paginators and waiters.
    pub definitions: Definitions,
    pub api_version: Str,
    pub method_aliases: MethodAliases,
    /// Operations that write although their definitions look read-only.
    pub writing: &'static [&'static str],
    /// Members of inputs that are secret although their definitions do not say so.
    pub secret_members: &'static [&'static str],
    pub settings: ClientSettings,
    /// The profile of the session, for messages.
    pub profile: Str,
    pub hooks: Hooks,
    pub event_names: ServiceNames,
    pub endpoints: Endpoints,
    pub auth: ClientAuth,
    pub time: Time,
    pub retries: Retries,
    pub transport: Arc<dyn Transport>,
    pub user_agent: UserAgent,
    /// Present if the connect timeout depends on the region of the instance that the program runs on.
    pub instance_region: Option<InstanceRegion>,
    /// Present if the client is monitored.
    pub monitor: Option<Monitor>,
}

/// Where the calls of a client go.
pub(crate) struct Endpoints {
    pub rules: Option<Arc<RuleSet>>,
    pub partitions: Arc<Partitions>,
    /// The client's own endpoint, from the legacy data.
    pub client: ClientEndpoint,
    /// The built-in parameters of the endpoint rules.
    pub builtins: Map,
    /// The parameters of the endpoint rules that settings provide by name.
    pub client_context: Map,
    /// The endpoints resolved so far.
    pub cache: EndpointCache,
    /// Present if the service returns endpoints at run time.
    pub discovery: Option<Discovery>,
    pub error: Option<EndpointError>,
}

/// How the calls of a client are signed.
pub(crate) struct ClientAuth {
    pub signature_version: Str,
    pub credentials: CredentialSource,
    /// The bearer token that the environment has for this service.
    pub bearer_token: Option<Str>,
    /// The session's bearer tokens.
    pub tokens: TokenSource,
    /// Signing keys derived so far.
    pub keys: KeyCache,
}

impl ClientAuth {
    /// The scheme of the signature version; `None` if it has none that is known.
    pub fn scheme(&self) -> Option<Scheme> {
        self.signature_version.parse::<SignerName>().ok().map(|signer| signer.scheme)
    }
}

/// Time and randomness; all of it can be replaced, so that requests are reproducible.
pub(crate) struct Time {
    pub clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    pub uuids: Box<dyn Fn() -> String + Send + Sync>,
    pub pace: Pace,
    /// How far the service's clock is ahead of the local one, in seconds, as far as it was noticed.
    pub skew: AtomicI64,
}

impl Time {
    /// The time, as the service sees it.
    pub(crate) fn now(&self) -> Timestamp {
        let now = (self.clock)();
        match self.skew.load(Ordering::Relaxed) {
            0 => now,
            skew => Timestamp::checked(now.seconds().saturating_add(skew), now.nanoseconds()).unwrap_or(now),
        }
    }

    /// How far the service's clock is ahead, in seconds.
    pub(crate) fn skew(&self) -> i64 {
        self.skew.load(Ordering::Relaxed)
    }

    /// Remembers how far the service's clock is ahead, in seconds.
    pub(crate) fn set_skew(&self, seconds: i64) {
        self.skew.store(seconds, Ordering::Relaxed);
    }
}

impl ClientContext {
    /// Finds an operation by name or method name, including older method names.
    pub(crate) fn operation(&self, name: &str) -> Result<&Operation> {
        self.service.operation(name).or_else(|error| match self.method_aliases.iter().find(|(old, _)| *old == name) {
            Some((_, method)) => self.service.operation(method),
            None => Err(match hint(name) {
                Some(hint) => {
                    let text = format!("The service {} has no operation {name:?}. {hint}", self.service.name());
                    Error::new(ErrorKind::UnknownOperation, text)
                }
                None => error,
            }),
        })
    }

    /// Registers a hook for this client's own events.
    pub(crate) fn register(&self, pattern: &str, rank: Rank, hook: Arc<Hook>) -> Result<HookId> {
        self.hooks.register_for(&self.service, &self.event_names, pattern, rank, hook)
    }

    /// The bearer token for this service.
    pub(crate) fn bearer_token(&self, limits: &Limits) -> Result<Str> {
        let token = match &self.auth.bearer_token {
            Some(token) => Some(token.clone()),
            None => self.auth.tokens.find((self.time.clock)(), limits)?,
        };
        token.ok_or_else(|| Error::new(ErrorKind::NoAuthToken, "Unable to locate authorization token"))
    }
}

/// Says what replaces a method or an attribute of boto3's clients that is not an operation.
pub(crate) fn hint(name: &str) -> Option<&'static str> {
    Some(match name {
        "can_paginate" => "Use Client::can_paginate.",
        "get_paginator" => "Use Client::paginate.",
        "get_waiter" => "Use Client::waiter or Client::wait.",
        "waiter_names" => "Use Client::waiters.",
        "meta" => "Use Client::service, Client::region, Client::partition, Client::config, or Client::endpoint_url.",
        "exceptions" => "Use Error::name and Error::code.",
        "close" => "A client needs no closing: its connections are closed with its last clone.",
        "upload_file" | "upload_fileobj" | "download_file" | "copy" => "Only clients for s3 have it.",
        "download_fileobj" => "Only s3 has it: use Transfer::download_fileobj.",
        "generate_presigned_post" => "Only clients for s3 have it.",
        _ => return None,
    })
}

/// Converts an error of the endpoint rules to a more specific one, given its text and the parameters of the call; `None` if
/// there is none.
pub(crate) type EndpointError = fn(&str, &Map) -> Option<Error>;

pub(crate) type MethodAliases = &'static [(&'static str, &'static str)];

/// Regions for a lookup in the legacy endpoint data that differs from the client's region.
pub(crate) struct LookupRegion {
    /// The region to look up; `None` is the endpoint of the partition.
    pub lookup: Option<Str>,
    /// The region that the client has all the same.
    pub client: Str,
}
