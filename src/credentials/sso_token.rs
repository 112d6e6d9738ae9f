//! The token of IAM Identity Center: read from the file that `aws sso login` writes, and refreshed there.

use std::path::PathBuf;

use super::role::parse_expiry;
use super::{Lookup, ServiceCall, cache};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str, Timestamp, Value};

/// Which token, and where it is refreshed.
pub(super) struct SsoConfig {
    /// The name of the `sso-session`; a profile of old has none.
    pub session: Option<Str>,
    pub start_url: Str,
    pub region: Str,
}

/// A token that opens a service.
pub(super) struct Token {
    pub access_token: Str,
    pub expires: Timestamp,
}

const FOLDER: &str = "~/.aws/sso/cache";
/// How many seconds before its end a token is refreshed.
const REFRESH: i64 = 900;

impl SsoConfig {
    /// What the name of the file is made from.
    fn identity(&self) -> &Str {
        self.session.as_ref().unwrap_or(&self.start_url)
    }
}

/// The token as the file has it.
pub(super) fn cached_token(sso: &SsoConfig, surroundings: &Lookup<'_>) -> Result<Token> {
    let (_, record) = load(sso, surroundings)?;
    token_of(&record, sso)
}

/// The token of a session, refreshed if it is about to end. Each time the file is read: another process may have been faster.
pub(super) fn session_token(sso: &SsoConfig, surroundings: &Lookup<'_>) -> Result<Token> {
    let (folder, record) = load(sso, surroundings)?;
    let mut token = token_of(&record, sso)?;
    let now = surroundings.now();
    if token.expires.seconds().saturating_sub(now.seconds()) < REFRESH
        && let Some(fresh) = refreshed(&record, sso, surroundings, now)?
    {
        token = token_of(&fresh, sso)?;
        cache::store(&folder, &cache::sha1(sso.identity()), fresh)?;
    }
    if token.expires <= now { Err(expired()) } else { Ok(token) }
}

/// What is said when there is only a token that is over.
pub(super) fn expired() -> Error {
    let message = "Error when retrieving token from sso: Token has expired and refresh failed";
    Error::new(ErrorKind::CredentialRetrieval, message).with_name("TokenRetrievalError")
}

fn load(sso: &SsoConfig, surroundings: &Lookup<'_>) -> Result<(PathBuf, Map)> {
    let folder = surroundings.expand(FOLDER);
    let key = cache::sha1(sso.identity());
    match cache::load(&folder, &key) {
        Some(record) => Ok((folder, record)),
        None if cache::contains(&folder, &key) => Err(unusable(&sso.start_url, "is invalid")),
        None => Err(unusable(sso.identity(), "does not exist")),
    }
}

fn token_of(record: &Map, sso: &SsoConfig) -> Result<Token> {
    let (Some(access_token), Some(expires)) = (record["accessToken"].as_str(), record["expiresAt"].as_str()) else {
        return Err(unusable(&sso.start_url, "is invalid"));
    };
    Ok(Token { access_token: access_token.into(), expires: parse_expiry(expires, "sso")? })
}

fn unusable(whose: &str, what: &str) -> Error {
    let message = format!("Error loading SSO Token: Token for {whose} {what}");
    Error::new(ErrorKind::CredentialRetrieval, message).with_name("SSOTokenLoadError")
}

/// The new record; nothing where the old one cannot be refreshed, or the service refuses: then the old one must do.
fn refreshed(record: &Map, sso: &SsoConfig, surroundings: &Lookup<'_>, now: Timestamp) -> Result<Option<Map>> {
    let text = |key: &str| record[key].as_str();
    let needed = ["refreshToken", "clientId", "clientSecret", "registrationExpiresAt"];
    let [Some(refresh_token), Some(client_id), Some(client_secret), Some(registered_until)] = needed.map(text) else {
        return Ok(None);
    };
    if parse_expiry(registered_until, "sso")? <= now {
        return Ok(None);
    }
    let params =
        [("grantType", "refresh_token"), ("clientId", client_id), ("clientSecret", client_secret), ("refreshToken", refresh_token)];
    let answer = surroundings.call(ServiceCall {
        service: "sso-oidc",
        operation: "CreateToken",
        params: Map::from(params).into(),
        keys: None,
        region: Some(sso.region.clone()),
        proof: None,
    });
    let answer = match answer {
        Ok(answer) => answer,
        Err(_) => {
            surroundings.limits.check()?;
            return Ok(None);
        }
    };
    let (Some(access_token), Some(life)) = (answer["accessToken"].as_str(), answer["expiresIn"].as_int()) else { return Ok(None) };
    let expires = Timestamp::new(now.seconds().saturating_add(life), 0).to_string();
    let mut fresh = Map::new();
    for (key, value) in [("startUrl", &*sso.start_url), ("region", &*sso.region), ("accessToken", access_token), ("expiresAt", &*expires)] {
        fresh.insert(key, value);
    }
    for key in ["clientId", "clientSecret", "registrationExpiresAt"] {
        fresh.insert(key, record[key].clone());
    }
    // Without a new one there is none any more: the old one was good once.
    if let refresh_token @ Value::String(_) = &answer["refreshToken"] {
        fresh.insert("refreshToken", refresh_token.clone());
    }
    Ok(Some(fresh))
}
