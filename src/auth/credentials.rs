//! The credentials that sign a request, as plain data.

use std::fmt;

use crate::value::{Str, Timestamp};

/// An access key ID and its secret, with an optional session token, account ID, and expiry. `Debug` shows neither the secret
/// nor the token.
///
/// ```
/// use tucuxi::Credentials;
///
/// let credentials = Credentials::new("AKID", "SECRET").with_token("TOKEN");
/// assert_eq!(credentials.access_key_id(), "AKID");
/// assert!(!format!("{credentials:?}").contains("SECRET"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    access_key_id: Str,
    secret_access_key: Str,
    session_token: Option<Str>,
    account_id: Option<Str>,
    expires: Option<Timestamp>,
}

impl Credentials {
    /// Creates long-lived credentials.
    pub fn new(access_key_id: impl Into<Str>, secret_access_key: impl Into<Str>) -> Credentials {
        Credentials {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
            account_id: None,
            expires: None,
        }
    }

    /// Sets the session token of temporary credentials. An empty token is an absent one.
    pub fn with_token(mut self, token: impl Into<Str>) -> Credentials {
        self.session_token = Some(token.into()).filter(|token| !token.is_empty());
        self
    }

    /// Sets the ID of the account that the credentials belong to. Some endpoints contain it in their host name. An empty ID is
    /// an absent one.
    pub fn with_account_id(mut self, account_id: impl Into<Str>) -> Credentials {
        self.account_id = Some(account_id.into()).filter(|id| !id.is_empty());
        self
    }

    /// Sets the time from which the credentials are no longer accepted.
    pub fn with_expiry(mut self, expires: Timestamp) -> Credentials {
        self.expires = Some(expires);
        self
    }

    /// The access key ID, which is not a secret.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The secret access key.
    pub fn secret_access_key(&self) -> &str {
        &self.secret_access_key
    }

    /// The session token of temporary credentials.
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }

    /// The ID of the account that the credentials belong to, if it is known.
    pub fn account_id(&self) -> Option<&str> {
        self.account_id.as_deref()
    }

    /// The time from which the credentials are no longer accepted, if there is one.
    pub fn expires(&self) -> Option<Timestamp> {
        self.expires
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("secret_access_key", &"***")
            .field("session_token", &self.session_token.as_ref().map(|_| "***"))
            .field("account_id", &self.account_id)
            .field("expires", &self.expires)
            .finish()
    }
}
