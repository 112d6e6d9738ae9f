//! Sessions: the composition root. A session wires settings, credentials, definitions, and hooks together, and creates
//! clients and resources.
//!
//! A client gets its `ClientSettings` from its session once, when it is created. Creating a session reads the profile files
//! and opens no connection.

mod builder;
mod client_builder;
mod context;
mod default;
mod definitions_at;
mod hooks;
mod resource;

pub use builder::SessionBuilder;
pub use client_builder::ClientBuilder;
pub use default::{client, default_session, setup_default_session};
pub use definitions_at::DefinitionsAt;
pub use resource::resource;

use std::fmt;
use std::sync::Arc;

pub(crate) use self::context::Clock;
use self::context::SessionContext;
use crate::auth::Credentials;
use crate::call::hooks::Hooks;
use crate::credentials::{
    self, AssumeRole, Chain, CredentialSource, CustomProvider, InstanceRegion, ProviderContext, Retrieval, TokenSource,
};
use crate::definition::{Definition, Definitions, LegacyEndpoints, Resources, Service};
use crate::endpoint::legacy;
use crate::error::Result;
use crate::http::Limits;
use crate::settings::{ClientRequest, ClientSettings, resolve, table};
use crate::value::{Map, Str, Value};

/// Settings, credentials, and definitions, from which clients are created. Cheap to clone, `Send + Sync`.
///
/// A session reads the profile files once, when it is created. Environment variables are read at each lookup.
///
/// ```
/// use tucuxi::{Credentials, Session};
///
/// let session = Session::builder()
///     .region("eu-west-1")
///     .credentials(Credentials::new("AKID", "SECRET"))
///     .build()?;
/// assert_eq!(session.region().as_deref(), Some("eu-west-1"));
/// assert!(session.available_services().iter().any(|name| name == "s3"));
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    context: Arc<SessionContext>,
    credentials: CredentialSource,
    tokens: TokenSource,
    hooks: Hooks,
}

const _: () = {
    const fn send_sync<T: Send + Sync>() {}
    send_sync::<Session>();
};

impl Session {
    /// Returns a session with the settings of the environment and the profile files.
    ///
    /// # Errors
    /// `ConfigParse` for a broken file, `ProfileNotFound` if the profile that the environment names is in no file.
    pub fn new() -> Result<Session> {
        Session::builder().build()
    }

    /// Returns a builder of a session with settings of its own.
    pub fn builder() -> SessionBuilder {
        SessionBuilder::default()
    }

    /// Returns the region: the one set in code, of `AWS_DEFAULT_REGION`, or of the profile.
    pub fn region(&self) -> Option<Str> {
        self.0.context.settings.text(&table::REGION).ok().flatten()
    }

    /// Returns the name of the profile; `default` if none was chosen.
    pub fn profile(&self) -> &str {
        self.0.context.settings.profile_name()
    }

    /// Returns the credentials of this session; `None` if there are none. They are looked up at the first call and kept.
    ///
    /// # Errors
    /// `PartialCredentials` if a source has only a part of them; any error of a provider.
    pub fn credentials(&self) -> Result<Option<Credentials>> {
        Ok(self.0.credentials.find(self.0.context.now(), &Limits::default())?.map(|found| found.credentials.clone()))
    }

    /// Returns the source of the credentials by boto3's name (`method`): `env`, `assume-role`, `shared-credentials-file`,
    /// `iam-role`, `explicit`, …; `custom` for a provider function. `None` if there are none.
    ///
    /// # Errors
    /// As [`credentials`](Self::credentials).
    pub fn credentials_method(&self) -> Result<Option<&'static str>> {
        Ok(self.0.credentials.find(self.0.context.now(), &Limits::default())?.map(|found| found.method))
    }

    /// Returns a session that assumes a role with the credentials of this session: at the first call, and again before the
    /// credentials of the role expire. Everything else is as in this session.
    ///
    /// ```
    /// use tucuxi::Session;
    ///
    /// let session = Session::builder().region("eu-west-1").build()?;
    /// let deployer = session.assume_role("arn:aws:iam::123456789012:role/Deploy");
    /// let s3 = deployer.client("s3")?;
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn assume_role(&self, role: impl Into<AssumeRole>) -> Session {
        let Inner { context, credentials, tokens, hooks } = &*self.0;
        let credentials = builder::role_of(credentials.clone(), role.into(), context);
        Session(Arc::new(Inner { context: context.clone(), credentials, tokens: tokens.clone(), hooks: hooks.copy() }))
    }

    /// Returns a session that gets its credentials from a function, as with
    /// [`SessionBuilder::sole_credential_provider`]. Everything else is as in this session.
    ///
    /// ```
    /// use tucuxi::{Credentials, Session};
    ///
    /// let session = Session::builder().region("eu-west-1").build()?;
    /// let vaulted = session.with_credential_provider(|| Ok(Some(Credentials::new("AKID", "SECRET"))));
    /// assert_eq!(vaulted.credentials_method()?, Some("custom"));
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn with_credential_provider(&self, load: impl Fn() -> anyhow::Result<Option<Credentials>> + Send + Sync + 'static) -> Session {
        let Inner { context, tokens, hooks, .. } = &*self.0;
        let chain = credentials::own_only(CustomProvider::new(load));
        let credentials = CredentialSource::searched(chain, context.windows, context.clone());
        Session(Arc::new(Inner { context: context.clone(), credentials, tokens: tokens.clone(), hooks: hooks.copy() }))
    }

    /// Returns the names of the providers that a session without credentials of its own asks, in their order: `env`,
    /// `assume-role`, …
    pub fn credential_providers(&self) -> Vec<&'static str> {
        self.provider_chain().methods()
    }

    /// Returns the credentials of one of the [`credential_providers`](Self::credential_providers), whatever the session signs
    /// with; `None` if the provider has none. Every call asks the provider anew.
    ///
    /// # Errors
    /// `CredentialRetrieval` for an unknown provider; those of [`credentials`](Self::credentials).
    pub fn credentials_of_provider(&self, name: &str) -> Result<Option<Credentials>> {
        let limits = Limits::default();
        self.provider_chain().load_from(name, &Retrieval::new(&*self.0.context, &limits))
    }

    fn provider_chain(&self) -> Chain {
        let settings = &self.0.context.settings;
        credentials::chain(&settings.profile_name().into(), settings.profile_is_own())
    }

    /// Returns the definitions that this session uses.
    pub fn definitions(&self) -> &Definitions {
        &self.0.context.definitions
    }

    /// Returns the services for which clients can be created, sorted. If a folder of definitions cannot be read, only the
    /// embedded ones are listed; creating a client reports the reason.
    pub fn available_services(&self) -> Vec<Str> {
        self.services_with(Service::KIND)
    }

    /// Returns the services for which resources can be created, sorted.
    pub fn available_resources(&self) -> Vec<Str> {
        self.services_with(Resources::KIND)
    }

    /// Returns the profiles of both files: those of the configuration file in its order, then those that only the
    /// credentials file has.
    ///
    /// # Errors
    /// None at present; broken files are reported when the session is created.
    pub fn available_profiles(&self) -> Result<Vec<Str>> {
        Ok(self.0.context.settings.profiles.merged.keys().cloned().collect())
    }

    /// Returns the options of every profile of both files, as in [`available_profiles`](Self::available_profiles). They can contain
    /// secrets.
    pub fn profiles(&self) -> Map {
        let profiles = &self.0.context.settings.profiles.merged;
        profiles.iter().map(|(name, options)| (name.clone(), Value::from(options.clone()))).collect()
    }

    /// Returns the regions in which a service has endpoints, in the partition `aws`. Empty for an unknown service, and for
    /// one with a single endpoint for the whole partition.
    ///
    /// # Errors
    /// If the definition of the service or of the endpoints is broken.
    pub fn available_regions(&self, service: &str) -> Result<Vec<Str>> {
        self.available_regions_in(service, "aws", false)
    }

    /// Returns the regions in which a service has endpoints, in any partition; with `non_regional` also the names of
    /// endpoints that belong to no single region (`aws-global`, `fips-us-west-2`). Empty for an unknown partition.
    ///
    /// # Errors
    /// If the definition of the service or of the endpoints is broken.
    pub fn available_regions_in(&self, service: &str, partition: &str, non_regional: bool) -> Result<Vec<Str>> {
        let Some(definition) = self.0.context.definitions.find::<Service>(service, None)? else {
            return Ok(Vec::new());
        };
        let endpoint_prefix = definition.metadata().endpoint_prefix.as_deref().unwrap_or(service);
        let endpoints = self.0.context.definitions.shared::<LegacyEndpoints>()?;
        legacy::available_regions(&endpoints, endpoint_prefix, partition, non_regional)
    }

    /// Returns the names of the partitions: `aws`, `aws-cn`, …
    ///
    /// # Errors
    /// If the definition of the endpoints is broken.
    pub fn available_partitions(&self) -> Result<Vec<Str>> {
        Ok(legacy::available_partitions(&*self.0.context.definitions.shared::<LegacyEndpoints>()?))
    }

    /// Returns the partition of a region, by its name or by the partition's pattern of names.
    ///
    /// ```
    /// let session = tucuxi::Session::builder().build()?;
    /// assert_eq!(session.partition_for_region("cn-north-1")?, "aws-cn");
    /// assert_eq!(session.partition_for_region("nowhere").unwrap_err().name(), "UnknownRegionError");
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    ///
    /// # Errors
    /// `InvalidRegion` (`UnknownRegionError`) if the region belongs to no partition.
    pub fn partition_for_region(&self, region: &str) -> Result<Str> {
        let endpoints = self.0.context.definitions.shared::<LegacyEndpoints>()?;
        legacy::partition_for_region(&endpoints, region).map(Str::from)
    }

    /// The API version that the profile sets for a service (`api_versions`).
    pub(crate) fn configured_api_version(&self, service: &str) -> Option<Str> {
        self.0.context.settings.found_for(&table::API_VERSION, service)?.as_str().map(Str::from)
    }

    /// A key of the profile as text, for hosts with settings of their own.
    #[cfg(feature = "cli")]
    pub(crate) fn profile_text(&self, key: &str) -> Option<Str> {
        self.0.context.settings.profile().get(key)?.as_str().map(Str::from)
    }

    /// A value of the session's profile, which may be a map.
    #[cfg(feature = "cli")]
    pub(crate) fn profile_value(&self, key: &str) -> Option<crate::Value> {
        self.0.context.settings.profile().get(key).cloned()
    }

    /// The keys of an `sso-session` section, for hosts that sign in.
    #[cfg(feature = "cli")]
    pub(crate) fn sso_session(&self, name: &str) -> Option<crate::Map> {
        ProviderContext::sso_session(&*self.0.context, name).cloned()
    }

    /// An environment variable, for hosts with settings of their own.
    #[cfg(feature = "cli")]
    pub(crate) fn environment_text(&self, name: &str) -> Option<Str> {
        self.0.context.settings.environment.get(name)
    }

    /// The settings of a client, resolved from all sources.
    ///
    /// # Errors
    /// The first setting with an invalid value, with boto3's name and message.
    pub(crate) fn client_settings(&self, request: ClientRequest<'_>) -> Result<ClientSettings> {
        let merged = match (&self.0.context.config, request.config) {
            (Some(own), Some(client)) => Some(own.merge(client)),
            (Some(own), None) => Some(own.clone()),
            (None, client) => client.cloned(),
        };
        let request = ClientRequest { config: merged.as_ref(), ..request };
        let settings = resolve::client_settings(request, &self.0.context.settings, &self.0.context.definitions)?;
        if let Some(region) = &settings.region {
            self.0.context.first_region.get_or_init(|| region.clone());
        }
        Ok(settings)
    }

    /// The source of the credentials of this session's clients.
    pub(crate) fn credential_source(&self) -> &CredentialSource {
        &self.0.credentials
    }

    /// The hooks of clients that this session creates.
    pub(crate) fn hooks(&self) -> &Hooks {
        &self.0.hooks
    }

    /// The bearer token for a service from the environment. An empty one is none.
    pub(crate) fn bearer_token(&self, signing_name: &str) -> Option<Str> {
        self.0.context.settings.environment.get(&credentials::token_variable(signing_name)).filter(|token| !token.is_empty())
    }

    /// The bearer token of the profile.
    pub(crate) fn tokens(&self) -> &TokenSource {
        &self.0.tokens
    }

    /// The region of the instance, which a client of this session may need.
    pub(crate) fn instance_region(&self) -> InstanceRegion {
        InstanceRegion::new(self.0.context.clone(), self.0.context.instance_region.clone())
    }

    /// The clock of this session's clients.
    pub(crate) fn clock(&self) -> Clock {
        self.0.context.clock.clone()
    }

    fn services_with(&self, kind: &str) -> Vec<Str> {
        let all = self.0.context.definitions.services_with(kind);
        all.or_else(|_| Definitions::embedded().services_with(kind)).unwrap_or_default()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("profile", &self.profile()).field("region", &self.region()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod settings_table;
#[cfg(test)]
mod tests;
