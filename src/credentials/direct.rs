//! Providers that look nothing up: environment variables, credentials or a function given by the program, and another
//! session's credentials.

use super::{CredentialSource, Lookup, Provider, partial};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::value::Timestamp;

/// The environment variables `AWS_ACCESS_KEY_ID` and so on.
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

/// Exactly these credentials.
pub(crate) struct Explicit(pub Credentials);

impl Provider for Explicit {
    fn method(&self) -> &'static str {
        "explicit"
    }

    fn load(&self, _: &Lookup<'_>) -> Result<Option<Credentials>> {
        Ok(Some(self.0.clone()))
    }
}

/// The credentials of separate arguments; `None` if neither key is given.
///
/// # Errors
/// `PartialCredentials` if one key is given without the other.
pub(crate) fn explicit(
    access_key: Option<&str>,
    secret_key: Option<&str>,
    token: Option<&str>,
    account_id: Option<&str>,
) -> Result<Option<Credentials>> {
    let (access_key, secret_key) = match (access_key, secret_key) {
        (Some(access_key), Some(secret_key)) => (access_key, secret_key),
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(partial("explicit", "aws_secret_access_key")),
        (None, Some(_)) => return Err(partial("explicit", "aws_access_key_id")),
    };
    let mut credentials = Credentials::new(access_key, secret_key);
    if let Some(token) = token {
        credentials = credentials.with_token(token);
    }
    if let Some(account_id) = account_id {
        credentials = credentials.with_account_id(account_id);
    }
    Ok(Some(credentials))
}

/// A function given by the program.
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

/// Another session's credentials, which that session caches and renews.
pub(crate) struct OfSession(pub CredentialSource);

impl Provider for OfSession {
    fn method(&self) -> &'static str {
        "session"
    }

    fn load(&self, surroundings: &Lookup<'_>) -> Result<Option<Credentials>> {
        Ok(self.0.find(surroundings.now(), surroundings.limits)?.map(|found| found.credentials.clone()))
    }
}
