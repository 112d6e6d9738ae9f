//! Credentials from environment variables.

use super::{Lookup, Provider, partial};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::value::Timestamp;

pub(crate) struct Environment;

impl Provider for Environment {
    fn method(&self) -> &'static str {
        "env"
    }

    fn load(&self, surroundings: &Lookup<'_>) -> Result<Option<Credentials>> {
        let variable = |name: &str| surroundings.variable(name).filter(|value| !value.is_empty());
        let Some(access_key) = variable("AWS_ACCESS_KEY_ID") else {
            return Ok(None);
        };
        let secret_key = variable("AWS_SECRET_ACCESS_KEY").ok_or_else(|| partial(self.method(), "AWS_SECRET_ACCESS_KEY"))?;
        let mut credentials = Credentials::new(access_key, secret_key);
        if let Some(token) = variable("AWS_SECURITY_TOKEN").or_else(|| variable("AWS_SESSION_TOKEN")) {
            credentials = credentials.with_token(token);
        }
        if let Some(account_id) = variable("AWS_ACCOUNT_ID") {
            credentials = credentials.with_account_id(account_id);
        }
        if let Some(expiry) = variable("AWS_CREDENTIAL_EXPIRATION") {
            credentials = credentials.with_expiry(instant(&expiry, self.method())?);
        }
        Ok(Some(credentials))
    }
}

fn instant(text: &str, method: &str) -> Result<Timestamp> {
    Timestamp::parse(text).map_err(|error| {
        let message = format!("Error when retrieving credentials from {method}: AWS_CREDENTIAL_EXPIRATION is no time: {error}");
        Error::new(ErrorKind::CredentialRetrieval, message)
    })
}
