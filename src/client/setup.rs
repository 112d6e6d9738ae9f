//! The state of a client under construction, as the customizations of a service see it.

use std::sync::Arc;

use super::methods::ExtraMethods;
use crate::call::hooks::{Hooks, Rank};
use crate::call::{EndpointError, Event, LookupRegion, MethodAliases};
use crate::definition::Service;
use crate::error::Result;
use crate::retry::Tuning;
use crate::settings::ClientSettings;
use crate::value::{Map, Value};

/// A client under construction. A customization can set its fields.
pub(crate) struct Setup<'a> {
    pub service: &'a Service,
    pub settings: &'a ClientSettings,
    pub hooks: &'a Hooks,
    /// Built-in parameters of the endpoint rules, in addition to those of every service.
    pub builtins: Map,
    /// Replaces the signature version of the definition.
    pub signature_version: Option<&'static str>,
    /// The region for lookups in the legacy endpoint data, if it is not the client's.
    pub lookup_region: Option<LookupRegion>,
    /// Gives errors of the endpoint rules their own names.
    pub endpoint_error: Option<EndpointError>,
    /// Older method names that are still accepted, each with the current one.
    pub method_aliases: MethodAliases,
    /// The service's retry settings.
    pub retries: Tuning,
    /// Operations that write although their definitions look read-only.
    pub writing: &'static [&'static str],
    /// Members of inputs that are secret although their definitions do not say so.
    pub secret_members: &'static [&'static str],
    /// Methods that are not operations.
    pub extra_methods: Vec<ExtraMethods>,
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
            secret_members: &[],
            extra_methods: Vec::new(),
        }
    }

    /// Registers a hook that runs before those of users.
    pub(crate) fn on(&self, event: &str, hook: impl Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync + 'static) -> Result<()> {
        self.hooks.register(event, Rank::BuiltIn, Arc::new(hook)).map(|_| ())
    }

    /// Sets a built-in parameter of the endpoint rules.
    pub(crate) fn builtin(&mut self, name: &str, value: impl Into<Value>) {
        self.builtins.insert(name, value);
    }
}
