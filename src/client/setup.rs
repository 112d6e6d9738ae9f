//! A client in the making, as the customizations of a service see it.

use std::sync::Arc;

use super::event::Event;
use super::extra::ExtraMethods;
use super::hooks::{Hooks, Place};
use crate::definition::Service;
use crate::error::{Error, Result};
use crate::retry::Tuning;
use crate::session::ClientSettings;
use crate::value::{Map, Str, Value};

/// A client in the making: what a customization may set before the first call.
pub(crate) struct Setup<'a> {
    pub service: &'a Service,
    pub settings: &'a ClientSettings,
    pub hooks: &'a Hooks,
    /// What the settings say to the endpoint rules beyond what every service's say, by the rules' names.
    pub builtins: Map,
    /// The service's signature version, where the definition's is not the right one.
    pub signature_version: Option<&'static str>,
    /// The region under which the older endpoint data is asked, where it is not the client's.
    pub lookup_region: Option<LookupRegion>,
    /// What an error of the endpoint rules is called, where it has a name of its own.
    pub endpoint_error: Option<EndpointError>,
    /// Older method names that still do, each with the one of today.
    pub method_aliases: MethodAliases,
    /// What is peculiar to the service in its retries.
    pub retries: Tuning,
    /// Operations that write, although their definitions look as if they only read.
    pub writing: &'static [&'static str],
    /// Methods that are no operations.
    pub extra_methods: ExtraMethods,
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

impl<'a> Setup<'a> {
    pub(super) fn new(service: &'a Service, settings: &'a ClientSettings, hooks: &'a Hooks) -> Setup<'a> {
        Setup {
            service,
            settings,
            hooks,
            builtins: Map::new(),
            signature_version: None,
            lookup_region: None,
            endpoint_error: None,
            method_aliases: &[],
            retries: Tuning::default(),
            writing: &[],
            extra_methods: &[],
        }
    }

    /// Registers a hook, before those of the users.
    pub(crate) fn on(&self, event: &str, hook: impl Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync + 'static) -> Result<()> {
        self.hooks.register(event, Place::BuiltIn, Arc::new(hook)).map(|_| ())
    }

    /// Says something to the endpoint rules.
    pub(crate) fn builtin(&mut self, name: &str, value: impl Into<Value>) {
        self.builtins.insert(name, value);
    }
}
