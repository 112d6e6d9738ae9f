//! How a session is put together.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::definitions_at::DefinitionsAt;
use super::door::{Clock, Door, MfaPrompt};
use super::signer::Signer;
use super::{Inner, Session};
use crate::auth::Credentials;
use crate::call::hooks::Hooks;
use crate::credentials::{AssumeRole, Custom, TokenSource, Windows};
use crate::definition::{Definitions, Root};
use crate::error::{Error, ErrorKind, Result};
use crate::settings::{Config, Environment, Settings, table};
use crate::value::{Map, Str, Timestamp};

/// Makes a [`Session`]. What is not set here comes from the environment and the profile files.
#[derive(Default)]
#[must_use]
pub struct SessionBuilder {
    environment: Environment,
    /// Settings by their names in the table.
    own: Map,
    config: Option<Config>,
    signer: Signer,
    mfa_prompt: Option<MfaPrompt>,
    windows: Option<Windows>,
    cache_folder: Option<PathBuf>,
    clock: Option<Clock>,
    definitions: Vec<DefinitionsAt>,
}

impl SessionBuilder {
    /// The profile. It must be in one of the files, and it switches off credentials in environment variables.
    pub fn profile(self, name: impl Into<Str>) -> SessionBuilder {
        self.set(table::PROFILE.name, name.into())
    }

    /// The region of clients that name no other.
    pub fn region(self, name: impl Into<Str>) -> SessionBuilder {
        self.set(table::REGION.name, name.into())
    }

    /// The credentials; no other source is asked, not even a provider of the program's own.
    pub fn credentials(mut self, credentials: Credentials) -> SessionBuilder {
        self.signer.credentials = Some(credentials);
        self
    }

    /// A function that is asked for credentials before any other source: when a request is signed for the first
    /// time, and again before credentials with an expiry expire. `None` passes on to the other sources.
    ///
    /// It runs on the thread of the call that needs the credentials, so a deadline or a cancellation does not interrupt it; other
    /// threads that wait for it stop waiting when their own limits are reached. It must not use the session that it is given
    /// to: that is an error.
    ///
    /// ```
    /// use tucuxi::{Credentials, Session};
    ///
    /// let session = Session::builder().credential_provider(|| Ok(Some(Credentials::new("AKID", "SECRET")))).build()?;
    /// assert_eq!(session.credentials()?.unwrap().access_key_id(), "AKID");
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn credential_provider(mut self, load: impl Fn() -> anyhow::Result<Option<Credentials>> + Send + Sync + 'static) -> SessionBuilder {
        self.signer.provider = Some(Custom::new(load));
        self
    }

    /// A function that is asked for credentials instead of every other source; see
    /// [`credential_provider`](Self::credential_provider). Where it has none, there are none.
    pub fn sole_credential_provider(
        mut self,
        load: impl Fn() -> anyhow::Result<Option<Credentials>> + Send + Sync + 'static,
    ) -> SessionBuilder {
        self.signer.asks_provider_only = true;
        self.credential_provider(load)
    }

    /// A role that the session works as. It is assumed, at the first call and whenever its credentials are about to
    /// expire, with the credentials that the session would have without it.
    ///
    /// ```
    /// use tucuxi::Session;
    ///
    /// let session = Session::builder().region("eu-west-1").assume_role("arn:aws:iam::123456789012:role/Deploy").build()?;
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn assume_role(mut self, role: impl Into<AssumeRole>) -> SessionBuilder {
        self.signer.role = Some(role.into());
        self
    }

    /// A function that asks the user for the code of an MFA device, whose serial number it gets: for roles that demand
    /// one (`mfa_serial`). Without it such a role is an error.
    pub fn mfa_prompt(mut self, prompt: impl Fn(&str) -> anyhow::Result<String> + Send + Sync + 'static) -> SessionBuilder {
        self.mfa_prompt = Some(Box::new(prompt));
        self
    }

    /// How long before their end credentials are renewed: from `advisory` on one call tries, while the others, and that
    /// one if it fails, go on with what there is; from `mandatory` on it must succeed. Without this 15 and 10 minutes; of
    /// credentials that live no longer than `advisory`, a quarter and a sixth of their life.
    ///
    /// # Errors
    /// [`build`](Self::build) fails if `mandatory` is the longer one.
    pub fn refresh_windows(mut self, advisory: Duration, mandatory: Duration) -> SessionBuilder {
        self.windows = Some(Windows { advisory, mandatory });
        self
    }

    /// A folder where the credentials of roles are kept for other processes: `~/.aws/cli/cache` is the AWS CLI's,
    /// `~/.aws/boto/cache` botocore's; the files are theirs too. Without it they stay in memory.
    pub fn credential_cache(mut self, folder: impl Into<PathBuf>) -> SessionBuilder {
        self.cache_folder = Some(folder.into());
        self
    }

    /// The time, instead of the system's: for credentials, and for clients that are given no clock of their own.
    pub fn clock<T: Into<Timestamp>>(mut self, clock: impl Fn() -> T + Send + Sync + 'static) -> SessionBuilder {
        self.clock = Some(Arc::new(move || clock().into()));
        self
    }

    /// Options for all clients of the session; a client's own lie over them.
    pub fn config(mut self, config: Config) -> SessionBuilder {
        self.config = Some(config);
        self
    }

    /// More definitions: a folder, an archive, or an archive's bytes. They are searched before those of
    /// `AWS_DATA_PATH`, of `~/.aws/models` and the crate's own; among several, those that were given first.
    pub fn definitions(mut self, at: impl Into<DefinitionsAt>) -> SessionBuilder {
        self.definitions.push(at.into());
        self
    }

    /// The configuration file instead of `AWS_CONFIG_FILE` or `~/.aws/config`; the empty text for none.
    pub fn config_file(self, path: impl Into<Str>) -> SessionBuilder {
        self.set(table::CONFIG_FILE.name, path.into())
    }

    /// The credentials file instead of `AWS_SHARED_CREDENTIALS_FILE` or `~/.aws/credentials`; the empty text for none.
    pub fn credentials_file(self, path: impl Into<Str>) -> SessionBuilder {
        self.set(table::CREDENTIALS_FILE.name, path.into())
    }

    /// Environment variables instead of the process's.
    pub fn environment(mut self, environment: impl Into<Environment>) -> SessionBuilder {
        self.environment = environment.into();
        self
    }

    /// Reads the profile files and makes the session.
    ///
    /// # Errors
    /// `ConfigParse` for a broken profile file, `ProfileNotFound` for a profile that is in no file, `InvalidConfig` for
    /// a config that cannot be, `DataNotFound` or `InvalidDefinition` for definitions that are not there or no archive.
    pub fn build(self) -> Result<Session> {
        if let Some(config) = &self.config {
            config.check()?;
        }
        let settings = Arc::new(Settings::load(self.environment, self.own)?);
        let definitions = Definitions::new(roots(self.definitions, &settings)?);
        let windows = self.windows.unwrap_or(Windows::DEFAULT);
        if windows.mandatory > windows.advisory {
            let message = "The refresh windows are wrong: the mandatory one is longer than the advisory one.";
            return Err(Error::new(ErrorKind::InvalidConfig, message));
        }
        let profile: Str = settings.profile_name().into();
        let profile_is_own = settings.profile_is_own();
        let cache_folder = self.cache_folder.map(|folder| folder.to_str().map_or(folder.clone(), |path| settings.environment.expand(path)));
        let door = Arc::new(Door {
            settings,
            config: self.config,
            definitions,
            clock: self.clock.unwrap_or_else(|| Arc::new(Timestamp::now)),
            windows,
            mfa_prompt: self.mfa_prompt,
            cache_folder,
            first_region: OnceLock::new(),
        });
        let credentials = self.signer.source(&profile, profile_is_own, &door);
        let tokens = TokenSource::new(profile, door.clone());
        Ok(Session(Arc::new(Inner { door, credentials, tokens, hooks: Hooks::default() })))
    }

    fn set(mut self, setting: &'static str, value: Str) -> SessionBuilder {
        self.own.insert(setting, value);
        self
    }
}

/// The places that are searched before the crate's own definitions. Folders of the environment that are not there are
/// left out, so that a session without any shares the process's definitions.
fn roots(own: Vec<DefinitionsAt>, settings: &Settings) -> Result<Vec<Root>> {
    let mut roots = own.into_iter().map(DefinitionsAt::open).collect::<Result<Vec<_>>>()?;
    let data_path = settings.text(&table::DATA_PATH)?.unwrap_or_default();
    let entries = std::env::split_paths(data_path.as_str()).filter_map(|entry| entry.to_str().map(str::to_owned));
    let folders = entries.filter(|entry| !entry.is_empty()).chain(["~/.aws/models".to_owned()]);
    roots.extend(folders.map(|folder| settings.environment.expand(&folder)).filter(|folder| folder.is_dir()).map(Root::folder));
    Ok(roots)
}
