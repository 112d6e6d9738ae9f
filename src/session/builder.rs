//! The builder of a session, and the credentials that it sets up.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::context::{Clock, MfaPrompt, SessionContext};
use super::definitions_at::DefinitionsAt;
use super::{Inner, Session};
use crate::auth::Credentials;
use crate::call::hooks::Hooks;
use crate::credentials::{self, AssumeRole, CredentialSource, CustomProvider, TokenSource, Windows};
use crate::definition::{Definitions, Root};
use crate::error::{Error, ErrorKind, Result};
use crate::settings::{Config, Environment, Settings, table};
use crate::value::{Map, Str, Timestamp};

/// A builder of a [`Session`]. Settings that are not set here come from the environment and the profile files.
#[derive(Default)]
#[must_use]
pub struct SessionBuilder {
    environment: Environment,
    /// Settings, by their names in the table.
    own: Map,
    config: Option<Config>,
    credential_options: CredentialOptions,
    mfa_prompt: Option<MfaPrompt>,
    windows: Option<Windows>,
    cache_folder: Option<PathBuf>,
    clock: Option<Clock>,
    definitions: Vec<DefinitionsAt>,
}

impl SessionBuilder {
    /// Sets the profile, which must be in one of the files. Credentials in environment variables are then ignored.
    pub fn profile(self, name: impl Into<Str>) -> SessionBuilder {
        self.set(table::PROFILE.name, name.into())
    }

    /// Sets the region of clients that do not set their own.
    pub fn region(self, name: impl Into<Str>) -> SessionBuilder {
        self.set(table::REGION.name, name.into())
    }

    /// Sets the credentials. No other source is used, not even a provider function.
    pub fn credentials(mut self, credentials: Credentials) -> SessionBuilder {
        self.credential_options.credentials = Some(credentials);
        self
    }

    /// Sets a function that provides credentials before any other source: when the first request is signed, and again
    /// before credentials with an expiry expire. If it returns `None`, the other sources follow.
    ///
    /// It runs on the thread of the call that needs the credentials, so a deadline or a cancellation does not interrupt it.
    /// Other threads that wait for it stop waiting when their own limits are reached. It must not use the session for which
    /// it provides credentials; that is an error.
    ///
    /// ```
    /// use tucuxi::{Credentials, Session};
    ///
    /// let session = Session::builder().credential_provider(|| Ok(Some(Credentials::new("AKID", "SECRET")))).build()?;
    /// assert_eq!(session.credentials()?.unwrap().access_key_id(), "AKID");
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn credential_provider(mut self, load: impl Fn() -> anyhow::Result<Option<Credentials>> + Send + Sync + 'static) -> SessionBuilder {
        self.credential_options.provider = Some(CustomProvider::new(load));
        self
    }

    /// Sets a function that provides credentials instead of every other source; see
    /// [`credential_provider`](Self::credential_provider). If it returns `None`, there are no credentials.
    pub fn sole_credential_provider(
        mut self,
        load: impl Fn() -> anyhow::Result<Option<Credentials>> + Send + Sync + 'static,
    ) -> SessionBuilder {
        self.credential_options.asks_provider_only = true;
        self.credential_provider(load)
    }

    /// Sets a role that the session assumes with the credentials that it would otherwise use: at the first call, and again
    /// before the credentials of the role expire.
    ///
    /// ```
    /// use tucuxi::Session;
    ///
    /// let session = Session::builder().region("eu-west-1").assume_role("arn:aws:iam::123456789012:role/Deploy").build()?;
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn assume_role(mut self, role: impl Into<AssumeRole>) -> SessionBuilder {
        self.credential_options.role = Some(role.into());
        self
    }

    /// Sets a function that asks the user for the code of an MFA device. It gets the serial number of the device. A role
    /// that requires a code (`mfa_serial`) is an error without it.
    pub fn mfa_prompt(mut self, prompt: impl Fn(&str) -> anyhow::Result<String> + Send + Sync + 'static) -> SessionBuilder {
        self.mfa_prompt = Some(Box::new(prompt));
        self
    }

    /// Sets how long before their expiry credentials are renewed. From `advisory` on, one call tries, while the others, and
    /// that one if it fails, use the current credentials; from `mandatory` on, it must succeed. The defaults are 15 and 10
    /// minutes; for credentials that live no longer than `advisory`, a quarter and a sixth of their life.
    ///
    /// # Errors
    /// [`build`](Self::build) fails if `mandatory` is longer than `advisory`.
    pub fn refresh_windows(mut self, advisory: Duration, mandatory: Duration) -> SessionBuilder {
        self.windows = Some(Windows { advisory, mandatory });
        self
    }

    /// Sets a folder in which the credentials of roles are cached for other processes, in the format of the AWS CLI
    /// (`~/.aws/cli/cache`) and botocore (`~/.aws/boto/cache`). By default they stay in memory.
    pub fn credential_cache(mut self, folder: impl Into<PathBuf>) -> SessionBuilder {
        self.cache_folder = Some(folder.into());
        self
    }

    /// Replaces the system clock for credentials, and for clients without a clock of their own.
    pub fn clock<T: Into<Timestamp>>(mut self, clock: impl Fn() -> T + Send + Sync + 'static) -> SessionBuilder {
        self.clock = Some(Arc::new(move || clock().into()));
        self
    }

    /// Sets options for all clients of the session. The options of a client take precedence.
    pub fn config(mut self, config: Config) -> SessionBuilder {
        self.config = Some(config);
        self
    }

    /// Adds definitions: a folder, an archive, or the bytes of an archive. They take precedence over those of
    /// `AWS_DATA_PATH`, of `~/.aws/models`, and of the crate; those added first take precedence over later ones.
    pub fn definitions(mut self, at: impl Into<DefinitionsAt>) -> SessionBuilder {
        self.definitions.push(at.into());
        self
    }

    /// Sets the configuration file instead of `AWS_CONFIG_FILE` or `~/.aws/config`. Empty text means none.
    pub fn config_file(self, path: impl Into<Str>) -> SessionBuilder {
        self.set(table::CONFIG_FILE.name, path.into())
    }

    /// Sets the credentials file instead of `AWS_SHARED_CREDENTIALS_FILE` or `~/.aws/credentials`. Empty text means none.
    pub fn credentials_file(self, path: impl Into<Str>) -> SessionBuilder {
        self.set(table::CREDENTIALS_FILE.name, path.into())
    }

    /// Replaces the environment variables of the process.
    pub fn environment(mut self, environment: impl Into<Environment>) -> SessionBuilder {
        self.environment = environment.into();
        self
    }

    /// Reads the profile files and creates the session.
    ///
    /// # Errors
    /// `ConfigParse` for a broken profile file, `ProfileNotFound` for a profile that is in no file, `InvalidConfig` for an
    /// invalid config, `DataNotFound` or `InvalidDefinition` for definitions that do not exist or are not an archive.
    pub fn build(self) -> Result<Session> {
        if let Some(config) = &self.config {
            config.check()?;
        }
        let settings = Arc::new(Settings::load(self.environment, self.own)?);
        let definitions = Definitions::new(roots(self.definitions, &settings)?);
        let windows = self.windows.unwrap_or(Windows::DEFAULT);
        if windows.mandatory > windows.advisory {
            let message = "Invalid refresh windows: the mandatory window is longer than the advisory window.";
            return Err(Error::new(ErrorKind::InvalidConfig, message));
        }
        let profile: Str = settings.profile_name().into();
        let profile_is_own = settings.profile_is_own();
        let cache_folder = self.cache_folder.map(|folder| folder.to_str().map_or(folder.clone(), |path| settings.environment.expand(path)));
        let context = Arc::new(SessionContext {
            settings,
            config: self.config,
            definitions,
            clock: self.clock.unwrap_or_else(|| Arc::new(Timestamp::now)),
            windows,
            mfa_prompt: self.mfa_prompt,
            cache_folder,
            first_region: OnceLock::new(),
            instance_region: Arc::default(),
        });
        let credentials = self.credential_options.source(&profile, profile_is_own, &context);
        let tokens = TokenSource::new(profile, context.clone());
        Ok(Session(Arc::new(Inner { context, credentials, tokens, hooks: Hooks::default() })))
    }

    fn set(mut self, setting: &'static str, value: Str) -> SessionBuilder {
        self.own.insert(setting, value);
        self
    }
}

/// The credentials that the program sets. Without any, the chain of providers is used.
#[derive(Default)]
struct CredentialOptions {
    credentials: Option<Credentials>,
    provider: Option<CustomProvider>,
    /// Whether only the provider function is used.
    asks_provider_only: bool,
    /// The role that is assumed with the other credentials.
    role: Option<AssumeRole>,
}

impl CredentialOptions {
    /// The credentials of a session with that profile. Nothing is looked up yet.
    fn source(self, profile: &Str, profile_is_own: bool, context: &Arc<SessionContext>) -> CredentialSource {
        let places = || credentials::chain(profile, profile_is_own);
        let chain = match (self.credentials, self.provider) {
            (Some(credentials), _) if self.role.is_none() => return CredentialSource::fixed(credentials),
            (Some(credentials), _) => credentials::fixed(credentials),
            (None, Some(provider)) if self.asks_provider_only => credentials::own_only(provider),
            (None, Some(provider)) => credentials::own_first(provider, places()),
            (None, None) => places(),
        };
        let chain = match self.role {
            Some(role) => credentials::role(role, chain, context.windows),
            None => chain,
        };
        CredentialSource::searched(chain, context.windows, context.clone())
    }
}

/// The credentials of a role that is assumed with a session's credentials.
pub(super) fn role_of(source: CredentialSource, role: AssumeRole, context: &Arc<SessionContext>) -> CredentialSource {
    let chain = credentials::role(role, credentials::of_session(source), context.windows);
    CredentialSource::searched(chain, context.windows, context.clone())
}

/// The definitions that take precedence over the embedded ones. Folders of the environment that do not exist are left out,
/// so that a session without any shares the definitions of the process.
fn roots(own: Vec<DefinitionsAt>, settings: &Settings) -> Result<Vec<Root>> {
    let mut roots = own.into_iter().map(DefinitionsAt::open).collect::<Result<Vec<_>>>()?;
    let data_path = settings.text(&table::DATA_PATH)?.unwrap_or_default();
    let entries = std::env::split_paths(data_path.as_str()).filter_map(|entry| entry.to_str().map(str::to_owned));
    let folders = entries.filter(|entry| !entry.is_empty()).chain(["~/.aws/models".to_owned()]);
    roots.extend(folders.map(|folder| settings.environment.expand(&folder)).filter(|folder| folder.is_dir()).map(Root::folder));
    Ok(roots)
}
