//! Credentials that a program gives itself: whole, or as separate, untyped arguments.

use super::{Lookup, Provider, partial};
use crate::auth::Credentials;
use crate::error::Result;

/// Exactly these.
pub(crate) struct Explicit(pub Credentials);

impl Provider for Explicit {
    fn method(&self) -> &'static str {
        "explicit"
    }

    fn load(&self, _: &Lookup<'_>) -> Result<Option<Credentials>> {
        Ok(Some(self.0.clone()))
    }
}

/// The credentials of the arguments; `None` where neither key is given, whatever else is.
///
/// # Errors
/// `PartialCredentials` where one key is given without the other.
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
