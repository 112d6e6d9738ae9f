//! Sessions: the composition root. A session wires settings, credentials, definitions, and hooks together, and creates
//! clients and resources.
//!
//! A client gets its `ClientSettings` from its session once, when it is created. Creating a session reads the profile files
//! and opens no connection.

mod builder;
mod client_builder;
mod client_options;
mod default;
mod definitions_at;
mod door;
mod hooks;
mod resource;
mod signer;

pub use builder::SessionBuilder;
pub use client_builder::ClientBuilder;
pub use default::{client, default_session, setup_default_session};
pub use definitions_at::DefinitionsAt;
pub use resource::resource;

use std::fmt;
use std::sync::Arc;

pub(crate) use self::door::Clock;
use self::door::Door;
use crate::auth::Credentials;
use crate::call::hooks::Hooks;
use crate::credentials::{self, AssumeRole, CredentialSource, Surroundings, TokenSource};
use crate::definition::{Definition, Definitions, LegacyEndpoints, Resources, Service};
use crate::endpoint::legacy;
use crate::error::Result;
use crate::http::Limits;
use crate::settings::{ClientRequest, ClientSettings, resolve, table};
use crate::value::Str;

/// Configuration, credentials and definitions: what clients are made from. Cheap to clone, `Send + Sync`.
///
/// A session reads the profile files once, when it is made; environment variables are read at each look-up.
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
    door: Arc<Door>,
    credentials: CredentialSource,
    tokens: TokenSource,
    hooks: Hooks,
}

const _: () = {
    const fn send_sync<T: Send + Sync>() {}
    send_sync::<Session>();
};

impl Session {
    /// A session with the settings of the environment and the profile files.
    ///
    /// # Errors
    /// `ConfigParse` for a broken file, `ProfileNotFound` for a profile that the environment names and no file has.
    pub fn new() -> Result<Session> {
        Session::builder().build()
    }

    /// A session with settings of its own.
    pub fn builder() -> SessionBuilder {
        SessionBuilder::default()
    }

    /// The region: set in code, else by `AWS_DEFAULT_REGION`, else by the profile.
    pub fn region(&self) -> Option<Str> {
        self.0.door.settings.text(&table::REGION).ok().flatten()
    }

    /// The profile's name; `default` where nobody chose one.
    pub fn profile(&self) -> &str {
        self.0.door.settings.profile_name()
    }

    /// The credentials that clients of this session sign with; `None` where there are none. They are looked for at
    /// the first call, and then kept.
    ///
    /// # Errors
    /// `PartialCredentials` where a source has a part of them; whatever a provider fails with.
    pub fn credentials(&self) -> Result<Option<Credentials>> {
        Ok(self.0.credentials.find(self.0.door.now(), &Limits::default())?.map(|found| found.credentials.clone()))
    }

    /// Where the credentials come from, by boto3's name of the place (`method`): `env`, `assume-role`,
    /// `shared-credentials-file`, `iam-role`, `explicit`, …; `custom` is a provider of the program's own. `None` where
    /// there are none. They are looked for as by [`credentials`](Self::credentials).
    ///
    /// # Errors
    /// As [`credentials`](Self::credentials).
    pub fn credentials_method(&self) -> Result<Option<&'static str>> {
        Ok(self.0.credentials.find(self.0.door.now(), &Limits::default())?.map(|found| found.method))
    }

    /// A session that works as a role, which this session assumes: at the first call, and whenever the role's
    /// credentials are about to expire. Everything else is as in this session.
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
        let Inner { door, credentials, tokens, hooks } = &*self.0;
        let credentials = signer::role_of(credentials.clone(), role.into(), door);
        Session(Arc::new(Inner { door: door.clone(), credentials, tokens: tokens.clone(), hooks: hooks.copy() }))
    }

    /// The definitions of services that this session knows.
    pub fn definitions(&self) -> &Definitions {
        &self.0.door.definitions
    }

    /// The services that a client can be made for, sorted. Where a folder of definitions cannot be read, only those
    /// that the crate carries; making a client says why.
    pub fn available_services(&self) -> Vec<Str> {
        self.services_with(Service::KIND)
    }

    /// The services that a resource can be made for, sorted.
    pub fn available_resources(&self) -> Vec<Str> {
        self.services_with(Resources::KIND)
    }

    /// The profiles of both files: those of the configuration file in its order, then those that only the credentials
    /// file has.
    ///
    /// # Errors
    /// None today: broken files are reported when the session is made.
    pub fn available_profiles(&self) -> Result<Vec<Str>> {
        Ok(self.0.door.settings.profiles.merged.keys().cloned().collect())
    }

    /// The regions in which a service has endpoints of its own, in the partition `aws`; none for a service that is not
    /// known and for one that has the whole partition as its region.
    ///
    /// # Errors
    /// If the definition of the service or of the endpoints is broken.
    pub fn available_regions(&self, service: &str) -> Result<Vec<Str>> {
        self.available_regions_in(service, "aws", false)
    }

    /// The regions in which a service has endpoints of its own, in any partition; with `non_regional` also the names of
    /// its endpoints that belong to no single region (`aws-global`, `fips-us-west-2`). None for an unknown partition.
    ///
    /// # Errors
    /// If the definition of the service or of the endpoints is broken.
    pub fn available_regions_in(&self, service: &str, partition: &str, non_regional: bool) -> Result<Vec<Str>> {
        let Some(definition) = self.0.door.definitions.find::<Service>(service, None)? else {
            return Ok(Vec::new());
        };
        let endpoint_prefix = definition.metadata().endpoint_prefix.as_deref().unwrap_or(service);
        let endpoints = self.0.door.definitions.shared::<LegacyEndpoints>()?;
        legacy::available_regions(&endpoints, endpoint_prefix, partition, non_regional)
    }

    /// The names of the partitions: `aws`, `aws-cn`, …
    ///
    /// # Errors
    /// If the definition of the endpoints is broken.
    pub fn available_partitions(&self) -> Result<Vec<Str>> {
        Ok(legacy::available_partitions(&*self.0.door.definitions.shared::<LegacyEndpoints>()?))
    }

    /// The partition that a region belongs to, by its name or by the partition's pattern of names.
    ///
    /// ```
    /// let session = tucuxi::Session::builder().build()?;
    /// assert_eq!(session.partition_for_region("cn-north-1")?, "aws-cn");
    /// assert_eq!(session.partition_for_region("nowhere").unwrap_err().name(), "UnknownRegionError");
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    ///
    /// # Errors
    /// `InvalidRegion` (`UnknownRegionError`) if it belongs to none.
    pub fn partition_for_region(&self, region: &str) -> Result<Str> {
        let endpoints = self.0.door.definitions.shared::<LegacyEndpoints>()?;
        legacy::partition_for_region(&endpoints, region).map(Str::from)
    }

    /// The API version that the profile sets for a service (`api_versions`).
    pub(crate) fn configured_api_version(&self, service: &str) -> Option<Str> {
        self.0.door.settings.found_for(&table::API_VERSION, service)?.as_str().map(Str::from)
    }

    /// The settings of a client, resolved from all sources.
    ///
    /// # Errors
    /// The first setting with an invalid value, with boto3's name and message.
    pub(crate) fn client_settings(&self, request: ClientRequest<'_>) -> Result<ClientSettings> {
        let merged = match (&self.0.door.config, request.config) {
            (Some(own), Some(client)) => Some(own.merge(client)),
            (Some(own), None) => Some(own.clone()),
            (None, client) => client.cloned(),
        };
        let request = ClientRequest { config: merged.as_ref(), ..request };
        let settings = resolve::client_settings(request, &self.0.door.settings, &self.0.door.definitions)?;
        if let Some(region) = &settings.region {
            self.0.door.first_region.get_or_init(|| region.clone());
        }
        Ok(settings)
    }

    /// Where this session's clients get their credentials.
    pub(crate) fn credential_source(&self) -> &CredentialSource {
        &self.0.credentials
    }

    /// The hooks that clients of this session begin with.
    pub(crate) fn hooks(&self) -> &Hooks {
        &self.0.hooks
    }

    /// The bearer token that the environment has for a service; an empty one is one.
    pub(crate) fn bearer_token(&self, signing_name: &str) -> Option<Str> {
        self.0.door.settings.environment.get(&credentials::token_variable(signing_name))
    }

    /// The bearer token of the profile.
    pub(crate) fn tokens(&self) -> &TokenSource {
        &self.0.tokens
    }

    /// The clock of this session's clients.
    pub(crate) fn clock(&self) -> Clock {
        self.0.door.clock.clone()
    }

    fn services_with(&self, kind: &str) -> Vec<Str> {
        let all = self.0.door.definitions.services_with(kind);
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
