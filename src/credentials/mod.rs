//! Where credentials come from.
//!
//! One file per [`Provider`]; a [`Chain`] asks them in order; a [`CredentialSource`] is what a client holds: it
//! asks the chain when a request is signed for the first time, and keeps the answer ([`refresh`] knows for how long).
//! Deliberately absent: the environment, the files and the clients for the services that give out credentials; the
//! session hands them in as [`Surroundings`].
//!
//! The order of the providers, and where they do otherwise than botocore, stands in the documentation of sessions.

mod assume_role;
mod bearer;
mod cache;
mod chain;
mod container;
mod direct;
mod dpop;
mod files;
mod instance_metadata;
mod login;
mod metadata;
mod process;
mod refresh;
mod role;
mod source;
mod sso;
mod sso_token;
mod web_identity;

pub(crate) use bearer::{TokenSource, token_variable};
pub(crate) use chain::{Chain, Found};
pub(crate) use direct::{Custom, explicit};
pub(crate) use instance_metadata::MetadataSettings;
pub(crate) use refresh::{Kept, Windows};
pub use role::AssumeRole;
pub(crate) use source::CredentialSource;

use std::fmt;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::assume_role::{AssumedRole, Link};
use self::container::Container;
use self::direct::{Environment, Explicit, OfSession};
use self::files::{BotoConfig, ConfigFile, Ec2File, SharedFile};
use self::instance_metadata::InstanceMetadata;
use self::login::Login;
use self::process::Process;
use self::sso::Sso;
use self::web_identity::WebIdentity;
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Limits;
use crate::value::{Map, Str, Timestamp, Value};

/// One place that may have credentials.
pub(crate) trait Provider: Send + Sync {
    /// The name of the place, boto3's `method`: `env`, `shared-credentials-file`, …
    fn method(&self) -> &'static str;

    /// The credentials; `None` where this place has none and the next one is to be asked. An error ends the search.
    /// It is called again when credentials with an expiry are about to expire.
    fn load(&self, surroundings: &Lookup<'_>) -> Result<Option<Credentials>>;
}

/// What providers may look at, and the doors that they may knock at: a session without its clients.
pub(crate) trait Surroundings: Send + Sync {
    /// An environment variable.
    fn variable(&self, name: &str) -> Option<Str>;

    /// A path with variables and `~` expanded.
    fn expand(&self, path: &str) -> PathBuf;

    /// The keys that a profile has in both files.
    fn profile(&self, name: &str) -> Option<&Map>;

    /// A profile's section in the credentials file alone.
    fn shared_file_section(&self, profile: &str) -> Option<&Map>;

    /// A profile's section in the configuration file alone.
    fn config_file_section(&self, profile: &str) -> Option<&Map>;

    /// An `sso-session` section.
    fn sso_session(&self, name: &str) -> Option<&Map>;

    /// A section of any other file in the same grammar; an empty one where there is no such file or section.
    fn section_of_file(&self, path: &Path, section: &str) -> Result<Map>;

    /// How the metadata service of an instance is reached.
    fn metadata_service(&self) -> Result<MetadataSettings>;

    /// How long before their end credentials are renewed.
    fn windows(&self) -> Windows;

    /// Where temporary credentials are kept for other processes, if they are.
    fn cache_folder(&self) -> Option<&Path>;

    /// The time.
    fn now(&self) -> Timestamp;

    /// A random UUID.
    fn uuid(&self) -> String;

    /// Asks the user for the code of a device.
    fn mfa_code(&self, serial: &str) -> Result<Str>;

    /// Calls a service with an ordinary client, within the limits.
    fn call(&self, call: ServiceCall, limits: &Limits) -> Result<Value>;
}

/// A call of a service that gives out credentials or tokens.
pub(crate) struct ServiceCall {
    pub service: &'static str,
    pub operation: &'static str,
    pub params: Value,
    /// Who signs; nobody where the operation needs none.
    pub keys: Option<Credentials>,
    /// Nothing: the session's.
    pub region: Option<Str>,
    /// A header that proves something about the request.
    pub proof: Option<Arc<Proof>>,
}

/// The name and the value of a header for the request to a URL.
pub(crate) type Proof = dyn Fn(&str) -> anyhow::Result<(&'static str, String)> + Send + Sync;

/// One lookup of credentials: the surroundings, and the limits of the call that needs the credentials.
#[derive(Clone, Copy)]
pub(crate) struct Lookup<'a> {
    surroundings: &'a dyn Surroundings,
    pub limits: &'a Limits,
}

impl<'a> Lookup<'a> {
    pub(crate) fn new(surroundings: &'a dyn Surroundings, limits: &'a Limits) -> Lookup<'a> {
        Lookup { surroundings, limits }
    }

    /// Calls a service with an ordinary client.
    pub(crate) fn call(&self, call: ServiceCall) -> Result<Value> {
        self.surroundings.call(call, self.limits)
    }
}

impl<'a> Deref for Lookup<'a> {
    type Target = dyn Surroundings + 'a;

    fn deref(&self) -> &Self::Target {
        self.surroundings
    }
}

impl dyn Surroundings + '_ {
    /// Whether credentials out of a cache are good for a while.
    fn is_fresh(&self, expires: Option<Timestamp>) -> bool {
        let advisory = i64::try_from(self.windows().advisory.as_secs()).unwrap_or(i64::MAX);
        expires.is_some_and(|expires| expires.seconds().saturating_sub(self.now().seconds()) >= advisory)
    }
}

/// The places that a session asks, in botocore's order. Who sets a profile in code does not mean the environment's keys.
pub(crate) fn chain(profile: &Str, profile_is_own: bool) -> Chain {
    let mut providers: Vec<Box<dyn Provider>> = Vec::new();
    if !profile_is_own {
        providers.push(Box::new(Environment));
    }
    providers.push(Box::new(AssumedRole::new(profile.clone())));
    providers.extend(profile_chain(profile, !profile_is_own));
    providers.push(Box::new(Ec2File));
    providers.push(Box::new(BotoConfig));
    providers.push(Box::new(Container::default()));
    providers.push(Box::new(InstanceMetadata::default()));
    Chain::new(providers)
}

/// A program's own provider, and then the places of `chain`.
pub(crate) fn own_first(own: Custom, chain: Chain) -> Chain {
    chain.after(Box::new(own))
}

/// A program's own provider alone.
pub(crate) fn own_only(own: Custom) -> Chain {
    Chain::new(vec![Box::new(own)])
}

/// Another session's credentials.
pub(crate) fn of_session(source: CredentialSource) -> Chain {
    Chain::new(vec![Box::new(OfSession(source))])
}

/// Exactly these credentials.
pub(crate) fn fixed(credentials: Credentials) -> Chain {
    Chain::new(vec![Box::new(Explicit(credentials))])
}

/// A role that is assumed with what `chain` finds.
pub(crate) fn role(role: AssumeRole, chain: Chain, windows: Windows) -> Chain {
    Chain::new(vec![Box::new(Link::new(role, chain, windows))])
}

/// The places where a profile has credentials that are no other role's.
fn profile_chain(profile: &Str, reads_environment: bool) -> Vec<Box<dyn Provider>> {
    vec![
        Box::new(WebIdentity::new(profile.clone(), reads_environment)),
        Box::new(Sso::new(profile.clone())),
        Box::new(SharedFile::new(profile.clone())),
        Box::new(Login::new(profile.clone())),
        Box::new(Process::new(profile.clone())),
        Box::new(ConfigFile::new(profile.clone())),
    ]
}

/// What is said when every place has been asked in vain.
pub(crate) fn none_found() -> Error {
    Error::new(ErrorKind::NoCredentials, "Unable to locate credentials")
}

fn partial(method: &str, missing: &str) -> Error {
    Error::new(ErrorKind::PartialCredentials, format!("Partial credentials found in {method}, missing: {missing}"))
}

fn unretrievable(method: &str, what: impl fmt::Display) -> Error {
    Error::new(ErrorKind::CredentialRetrieval, format!("Error when retrieving credentials from {method}: {what}"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Surroundings made of three maps; the doors are shut.
    pub(crate) struct Fixed {
        pub variables: Map,
        pub shared_file: Option<Map>,
        pub config_file: Option<Map>,
    }

    impl Fixed {
        pub(crate) fn new(variables: Value, shared_file: Value, config_file: Value) -> Fixed {
            let map = |value: Value| value.as_map().cloned();
            Fixed { variables: map(variables).unwrap_or_default(), shared_file: map(shared_file), config_file: map(config_file) }
        }
    }

    impl Surroundings for Fixed {
        fn variable(&self, name: &str) -> Option<Str> {
            self.variables[name].as_str().map(Str::from)
        }

        fn expand(&self, path: &str) -> PathBuf {
            path.into()
        }

        fn profile(&self, _: &str) -> Option<&Map> {
            self.config_file.as_ref()
        }

        fn shared_file_section(&self, _: &str) -> Option<&Map> {
            self.shared_file.as_ref()
        }

        fn config_file_section(&self, _: &str) -> Option<&Map> {
            self.config_file.as_ref()
        }

        fn sso_session(&self, _: &str) -> Option<&Map> {
            None
        }

        fn section_of_file(&self, _: &Path, _: &str) -> Result<Map> {
            Ok(Map::new())
        }

        fn metadata_service(&self) -> Result<MetadataSettings> {
            Err(none_found())
        }

        fn windows(&self) -> Windows {
            Windows::DEFAULT
        }

        fn cache_folder(&self) -> Option<&Path> {
            None
        }

        fn now(&self) -> Timestamp {
            Timestamp::new(0, 0)
        }

        fn uuid(&self) -> String {
            String::new()
        }

        fn mfa_code(&self, _: &str) -> Result<Str> {
            Err(none_found())
        }

        fn call(&self, _: ServiceCall, _: &Limits) -> Result<Value> {
            Err(none_found())
        }
    }
}
