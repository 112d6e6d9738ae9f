//! Credentials from a function of the program's own.

use super::{Lookup, Provider};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};

pub(crate) struct Custom(Box<dyn Fn() -> anyhow::Result<Option<Credentials>> + Send + Sync>);

impl Custom {
    pub(crate) fn new(load: impl Fn() -> anyhow::Result<Option<Credentials>> + Send + Sync + 'static) -> Custom {
        Custom(Box::new(load))
    }
}

impl Provider for Custom {
    fn method(&self) -> &'static str {
        "custom"
    }

    fn load(&self, _: &Lookup<'_>) -> Result<Option<Credentials>> {
        (self.0)().map_err(|error| match error.downcast::<Error>() {
            Ok(typed) => typed,
            Err(error) => {
                let message = format!("Error when retrieving credentials from {}: {error:#}", self.method());
                Error::new(ErrorKind::CredentialRetrieval, message).with_source(error)
            }
        })
    }
}
