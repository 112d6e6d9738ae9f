//! Floor 3: where credentials come from.
//!
//! One file per [`Provider`]; a [`Chain`] asks them in order; a [`CredentialSource`] is what a client holds: it
//! asks the chain when a request is signed for the first time, and keeps the answer ([`kept`] knows for how long).
//! Deliberately absent: the environment, the files and the clients for the services that give out credentials; the
//! session hands them in as [`Surroundings`].
//!
//! Where botocore is plainly wrong for its users, the sensible thing is done instead:
//!
//! - No provider is asked, and no profile's credentials are checked, before the first signature.
//! - A failed attempt leaves nothing behind: the next one tells the same error, and no "infinite loop".
//! - What a damaged file, a broken answer or a missing token file means is a typed error that names it.
//! - What lives shorter than the advisory window is not asked for at every access.

mod chain;
mod config_file;
mod custom;
mod environment;
mod explicit;
mod kept;
mod process;
mod shared_file;
pub(crate) mod shell_words;
mod source;
mod static_keys;

pub(crate) use chain::{Chain, Found};
pub(crate) use custom::Custom;
pub(crate) use explicit::explicit;
pub(crate) use kept::Windows;
pub(crate) use source::CredentialSource;

use std::fmt;

use self::config_file::ConfigFile;
use self::environment::Environment;
use self::process::Process;
use self::shared_file::SharedFile;
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str};

/// One place that may have credentials.
pub(crate) trait Provider: Send + Sync {
    /// The name of the place, boto3's `method`: `env`, `shared-credentials-file`, …
    fn method(&self) -> &'static str;

    /// The credentials; `None` where this place has none and the next one is to be asked. An error ends the search.
    /// It is called again when credentials with an expiry are about to expire.
    fn load(&self, surroundings: &dyn Surroundings) -> Result<Option<Credentials>>;
}

/// What providers may look at: a session's environment and files.
pub(crate) trait Surroundings: Send + Sync {
    /// An environment variable.
    fn variable(&self, name: &str) -> Option<Str>;

    /// The keys that a profile has in both files.
    fn profile(&self, name: &str) -> Option<&Map>;

    /// A profile's section in the credentials file alone.
    fn shared_file_section(&self, profile: &str) -> Option<&Map>;

    /// A profile's section in the configuration file alone.
    fn config_file_section(&self, profile: &str) -> Option<&Map>;
}

/// The places that a session asks, in botocore's order. Who sets a profile in code does not mean the environment's keys.
pub(crate) fn chain(own: Option<Custom>, profile: &Str, profile_is_own: bool) -> Chain {
    let mut providers: Vec<Box<dyn Provider>> = Vec::new();
    if let Some(own) = own {
        providers.push(Box::new(own));
    }
    if !profile_is_own {
        providers.push(Box::new(Environment));
    }
    providers.push(Box::new(SharedFile::new(profile.clone())));
    providers.push(Box::new(Process::new(profile.clone())));
    providers.push(Box::new(ConfigFile::new(profile.clone())));
    Chain::new(providers)
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
    use crate::value::Value;

    /// Surroundings made of three maps.
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

        fn profile(&self, _: &str) -> Option<&Map> {
            self.config_file.as_ref()
        }

        fn shared_file_section(&self, _: &str) -> Option<&Map> {
            self.shared_file.as_ref()
        }

        fn config_file_section(&self, _: &str) -> Option<&Map> {
            self.config_file.as_ref()
        }
    }
}
