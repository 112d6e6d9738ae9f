//! The context of a session, which credential providers use: environment, files, clock, and calls of services.
//!
//! Clients for these calls are created on demand. They have the settings of the session, but neither its credentials nor
//! the settings of the client whose call needs credentials.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::{Inner, Session};
use crate::call::hooks::Hooks;
use crate::credentials::{CachedRegion, CredentialSource, MetadataSettings, ProviderContext, ServiceCall, TokenSource, Windows};
use crate::definition::Definitions;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Limits;
use crate::settings::{Config, Settings, profile, table};
use crate::value::{Map, Str, Timestamp, Value};

pub(crate) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
pub(super) type MfaPrompt = Box<dyn Fn(&str) -> anyhow::Result<String> + Send + Sync>;

/// A session without its credentials.
pub(super) struct SessionContext {
    pub settings: Arc<Settings>,
    pub config: Option<Config>,
    pub definitions: Definitions,
    pub clock: Clock,
    pub windows: Windows,
    pub mfa_prompt: Option<MfaPrompt>,
    pub cache_folder: Option<PathBuf>,
    /// The region of the session's first client, for provider calls of a session without a region.
    pub first_region: OnceLock<Str>,
    pub instance_region: Arc<CachedRegion>,
}

impl SessionContext {
    /// A session that signs with these credentials, or not at all.
    fn session(&self, source: CredentialSource) -> Session {
        let context = Arc::new(SessionContext {
            settings: self.settings.clone(),
            config: self.config.clone(),
            definitions: self.definitions.clone(),
            clock: self.clock.clone(),
            windows: self.windows,
            mfa_prompt: None,
            cache_folder: None,
            first_region: OnceLock::new(),
            instance_region: self.instance_region.clone(),
        });
        let tokens = TokenSource::new("".into(), context.clone());
        Session(Arc::new(Inner { credentials: source, tokens, hooks: Hooks::default(), context }))
    }

    fn integer(&self, setting: &table::Setting) -> Result<u32> {
        let value = self.settings.value(setting)?.and_then(|value| value.as_int()).unwrap_or_default();
        u32::try_from(value).map_err(|_| {
            Error::new(ErrorKind::InvalidConfig, format!("Invalid value \"{value}\" for {}. Value must not be negative.", setting.name))
        })
    }

    fn flag(&self, setting: &table::Setting) -> Result<bool> {
        Ok(self.settings.value(setting)?.and_then(|value| value.as_bool()).unwrap_or_default())
    }
}

impl ProviderContext for SessionContext {
    fn variable(&self, name: &str) -> Option<Str> {
        self.settings.environment.get(name)
    }

    fn expand(&self, path: &str) -> PathBuf {
        self.settings.environment.expand(path)
    }

    fn profile(&self, name: &str) -> Option<&Map> {
        self.settings.profiles.merged.get(name)
    }

    fn shared_file_section(&self, profile: &str) -> Option<&Map> {
        self.settings.profiles.credentials.get(profile)
    }

    fn config_file_section(&self, profile: &str) -> Option<&Map> {
        self.settings.profiles.config.get(profile)
    }

    fn sso_session(&self, name: &str) -> Option<&Map> {
        self.settings.profiles.sso_sessions.get(name)
    }

    fn section_of_file(&self, path: &Path, section: &str) -> Result<Map> {
        Ok(profile::read(path)?.get(section).cloned().unwrap_or_default())
    }

    fn metadata_service(&self) -> Result<MetadataSettings> {
        let mode = self.settings.text(&table::EC2_METADATA_SERVICE_ENDPOINT_MODE)?;
        let default_mode = if self.flag(&table::IMDS_USE_IPV6)? { Some("ipv6".into()) } else { None };
        Ok(MetadataSettings {
            endpoint: self.settings.text(&table::EC2_METADATA_SERVICE_ENDPOINT)?,
            endpoint_mode: mode.or(default_mode),
            timeout: Duration::from_secs(self.integer(&table::METADATA_SERVICE_TIMEOUT)?.into()),
            attempts: self.integer(&table::METADATA_SERVICE_NUM_ATTEMPTS)?,
            v1_disabled: self.flag(&table::EC2_METADATA_V1_DISABLED)?,
        })
    }

    fn windows(&self) -> Windows {
        self.windows
    }

    fn cache_folder(&self) -> Option<&Path> {
        self.cache_folder.as_deref()
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    fn uuid(&self) -> String {
        crate::text::random::uuid()
    }

    fn mfa_code(&self, serial: &str) -> Result<Str> {
        let Some(prompt) = &self.mfa_prompt else {
            let message =
                format!("The role requires an MFA code of the device {serial}, and the session has no mfa_prompt that could ask for it.");
            return Err(Error::new(ErrorKind::CredentialRetrieval, message));
        };
        prompt(serial).map(Str::from).map_err(|error| Error::foreign("the MFA prompt", error))
    }

    fn call(&self, call: ServiceCall, limits: &Limits) -> Result<Value> {
        limits.check()?;
        let source = call.keys.map_or_else(CredentialSource::nobody, CredentialSource::fixed);
        let session = self.session(source);
        let mut client = session.client_builder(call.service);
        if let Some(region) = call.region.as_ref().or_else(|| self.first_region.get()) {
            client = client.region(region.clone());
        }
        let client = client.build()?;
        if let Some(proof) = call.proof {
            client.on("before-call", move |event| {
                if let Some(request) = event.request_mut() {
                    let (name, value) = proof(&request.url)?;
                    request.headers.set(name, value);
                }
                Ok(())
            })?;
        }
        client.request(call.operation, call.params).limits(limits).send()
    }
}
