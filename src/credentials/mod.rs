//! Floor 3: where credentials come from.
//!
//! One file per [`Provider`]; a [`Chain`] asks them in order; a [`CredentialSource`] is what a client holds: it
//! asks the chain when a request is signed for the first time, and keeps the answer. Deliberately absent: the
//! environment and the files themselves, which the session hands in as [`Surroundings`].

mod chain;
mod config_file;
mod custom;
mod environment;
mod explicit;
mod shared_file;
mod source;
mod static_keys;

pub(crate) use chain::{Chain, Found};
pub(crate) use config_file::ConfigFile;
pub(crate) use custom::Custom;
pub(crate) use environment::Environment;
pub(crate) use explicit::explicit;
pub(crate) use shared_file::SharedFile;
pub(crate) use source::CredentialSource;

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

    /// The profile's section in the credentials file alone.
    fn shared_file_section(&self) -> Option<&Map>;

    /// The profile's section in the configuration file alone.
    fn config_file_section(&self) -> Option<&Map>;
}

/// What is said when every place has been asked in vain.
pub(crate) fn none_found() -> Error {
    Error::new(ErrorKind::NoCredentials, "Unable to locate credentials")
}

fn partial(method: &str, missing: &str) -> Error {
    Error::new(ErrorKind::PartialCredentials, format!("Partial credentials found in {method}, missing: {missing}"))
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

        fn shared_file_section(&self) -> Option<&Map> {
            self.shared_file.as_ref()
        }

        fn config_file_section(&self) -> Option<&Map> {
            self.config_file.as_ref()
        }
    }
}
