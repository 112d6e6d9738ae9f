//! A client in the making, as the customizations of a service see it.

use std::sync::Arc;

use super::extra::ExtraMethods;
use crate::call::hooks::{Hooks, Rank};
use crate::call::{EndpointError, Event, LookupRegion, MethodAliases};
use crate::definition::Service;
use crate::error::Result;
use crate::retry::Tuning;
use crate::settings::ClientSettings;
use crate::value::{Map, Value};

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

impl<'a> Setup<'a> {
    pub(crate) fn new(service: &'a Service, settings: &'a ClientSettings, hooks: &'a Hooks) -> Setup<'a> {
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
        self.hooks.register(event, Rank::BuiltIn, Arc::new(hook)).map(|_| ())
    }

    /// Says something to the endpoint rules.
    pub(crate) fn builtin(&mut self, name: &str, value: impl Into<Value>) {
        self.builtins.insert(name, value);
    }
}
