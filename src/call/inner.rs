//! What the clones of a client share.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::discovery::Discovery;
use super::hooks::{Hook, HookId, Hooks, Rank, ServiceNames};
use super::pace::Pace;
use crate::auth::sigv4::KeyCache;
use crate::credentials::{CredentialSource, TokenSource};
use crate::definition::{Definitions, Operation, Partitions, RuleSet, Service};
use crate::endpoint::EndpointCache;
use crate::endpoint::legacy::ClientEndpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Transport;
use crate::retry::{Retries, Skew};
use crate::settings::ClientSettings;
use crate::value::{Map, Str, Timestamp};

/// What the clones of a client share.
pub(crate) struct Inner {
    pub service: Arc<Service>,
    /// Where the service's paginators and waiters are found, and in which version.
    pub definitions: Definitions,
    pub api_version: Str,
    pub settings: ClientSettings,
    pub credentials: CredentialSource,
    pub rules: Option<Arc<RuleSet>>,
    pub partitions: Arc<Partitions>,
    /// Where the client stands by the older data.
    pub endpoint: ClientEndpoint,
    /// What the settings say to the endpoint rules.
    pub builtins: Map,
    /// The endpoint rules' parameters that the settings feed by name.
    pub client_context: Map,
    pub endpoints: EndpointCache,
    /// Where the service says at run time where it is to be called.
    pub discovery: Option<Discovery>,
    pub endpoint_error: Option<EndpointError>,
    pub method_aliases: MethodAliases,
    /// Operations that write, although they look as if they only read.
    pub writing: &'static [&'static str],
    pub signature_version: Str,
    /// The environment's bearer token for this service.
    pub bearer_token: Option<Str>,
    /// The session's.
    pub tokens: TokenSource,
    pub keys: KeyCache,
    pub hooks: Hooks,
    pub event_names: ServiceNames,
    pub transport: Arc<dyn Transport>,
    pub user_agent: String,
    pub clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    pub uuids: Box<dyn Fn() -> String + Send + Sync>,
    pub retries: Retries,
    pub pace: Pace,
    /// How far the service's clock is ahead of this one, in seconds, as far as it was noticed.
    pub skew: AtomicI64,
}

impl Inner {
    /// The time, as the service sees it.
    pub(crate) fn now(&self) -> Timestamp {
        let now = (self.clock)();
        match self.skew.load(Ordering::Relaxed) {
            0 => now,
            skew => Timestamp::checked(now.seconds().saturating_add(skew), now.nanoseconds()).unwrap_or(now),
        }
    }

    /// Takes note of how far the service's clock is ahead.
    pub(crate) fn correct_clock(&self, skew: Skew) {
        self.skew.store(skew.seconds, Ordering::Relaxed);
    }

    /// An operation by its name or its method name, also by an older one.
    pub(crate) fn operation(&self, name: &str) -> Result<&Operation> {
        self.service.operation(name).or_else(|error| match self.method_aliases.iter().find(|(old, _)| *old == name) {
            Some((_, method)) => self.service.operation(method),
            None => Err(error),
        })
    }

    /// Registers a hook for this client's own events.
    pub(crate) fn register(&self, pattern: &str, rank: Rank, hook: Arc<Hook>) -> Result<HookId> {
        self.hooks.register_for(&self.service, &self.event_names, pattern, rank, hook)
    }

    /// The bearer token for this service.
    pub(crate) fn bearer_token(&self) -> Result<Str> {
        let token = match &self.bearer_token {
            Some(token) => Some(token.clone()),
            None => self.tokens.find((self.clock)())?,
        };
        token.ok_or_else(|| Error::new(ErrorKind::NoAuthToken, "Unable to locate authorization token"))
    }
}

/// Makes an error of the text of the endpoint rules and the parameters of the call; nothing if the text means no
/// special one.
pub(crate) type EndpointError = fn(&str, &Map) -> Option<Error>;

pub(crate) type MethodAliases = &'static [(&'static str, &'static str)];

/// Another region to look up than the one that the client is to have.
pub(crate) struct LookupRegion {
    /// What the older data is asked for; nothing asks for the whole partition's endpoint.
    pub lookup: Option<Str>,
    /// The region that the client has all the same.
    pub client: Str,
}
