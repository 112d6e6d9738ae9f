//! Bearer tokens: from the environment for one service, or from the profile's `sso_session` for all services. The token of
//! IAM Identity Center is read from the file that `aws sso login` writes, and refreshed there.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::refresh::{Expires, Refreshable, Windows};
use super::{ProviderContext, Retrieval, ServiceCall, cache, parse_expiry, text};
use crate::error::{Error, ErrorKind, Result};
use crate::http::Limits;
use crate::value::{Map, Str, Timestamp, Value};

/// The bearer token of a profile's SSO session, loaded when it is first needed. Cheap to clone; clones share the token.
#[derive(Clone)]
pub(crate) struct TokenSource(Arc<CachedToken>);

struct CachedToken {
    profile: Str,
    context: Arc<dyn ProviderContext>,
    cached: Refreshable<Token>,
}

/// The time between two attempts to refresh a token.
const PAUSE: Duration = Duration::from_secs(60);

impl TokenSource {
    pub(crate) fn new(profile: Str, context: Arc<dyn ProviderContext>) -> TokenSource {
        TokenSource(Arc::new(CachedToken { profile, context, cached: Refreshable::new(Windows::DEFAULT).with_pause(PAUSE) }))
    }

    /// Returns the token; `None` if the profile names no SSO session.
    ///
    /// # Errors
    /// If the session does not exist or is incomplete, or if its token cannot be loaded.
    pub(crate) fn find(&self, now: Timestamp, limits: &Limits) -> Result<Option<Str>> {
        let CachedToken { profile, context, cached } = &*self.0;
        let retrieval = &Retrieval::new(&**context, limits);
        let Some(sso) = sso_config(profile, retrieval)? else { return Ok(None) };
        let search = || session_token(&sso, retrieval).map(Some);
        let token = cached.find(now, limits, search, |_| session_token(&sso, retrieval))?;
        Ok(token.map(|token| token.access_token.clone()))
    }
}

/// The environment variable of the bearer token for a service, by its signing name.
pub(crate) fn token_variable(signing_name: &str) -> String {
    format!("AWS_BEARER_TOKEN_{}", signing_name.replace(['-', ' '], "_").to_uppercase())
}

fn sso_config(profile: &str, retrieval: &Retrieval<'_>) -> Result<Option<SsoConfig>> {
    let Some(name) = retrieval.profile(profile).and_then(|keys| text(keys, "sso_session")) else { return Ok(None) };
    let start = format!("The profile \"{profile}\" is configured to use the SSO token provider but");
    let invalid = |reason: String| Error::new(ErrorKind::InvalidConfig, format!("{start} {reason}"));
    let section = retrieval.sso_session(name);
    let section = section.ok_or_else(|| invalid(format!("the \"{name}\" sso_session configuration does not exist.")))?;
    let key = |key: &str| text(section, key).map(Str::from);
    let required = ["sso_start_url", "sso_region"];
    let [Some(start_url), Some(region)] = required.map(key) else {
        let missing: Vec<_> = required.into_iter().filter(|name| key(name).is_none()).map(|name| format!("'{name}'")).collect();
        return Err(invalid(format!("is missing the following configuration: [{}].", missing.join(", "))));
    };
    Ok(Some(SsoConfig { session: Some(name.into()), start_url, region }))
}

/// Identifies a token of IAM Identity Center, and the region in which it is refreshed.
pub(super) struct SsoConfig {
    /// The name of the `sso-session`; profiles in the legacy format have none.
    pub session: Option<Str>,
    pub start_url: Str,
    pub region: Str,
}

/// A bearer token.
pub(super) struct Token {
    pub access_token: Str,
    pub expires: Timestamp,
}

impl Expires for Token {
    fn expires(&self) -> Option<Timestamp> {
        Some(self.expires)
    }

    fn already_expired(&self) -> Error {
        expired()
    }
}

const FOLDER: &str = "~/.aws/sso/cache";
/// How many seconds before its expiry a token is refreshed.
const REFRESH: i64 = 900;

impl SsoConfig {
    /// The text whose hash is the name of the cache file.
    fn identity(&self) -> &Str {
        self.session.as_ref().unwrap_or(&self.start_url)
    }
}

/// Returns the token in the cache file.
pub(super) fn cached_token(sso: &SsoConfig, retrieval: &Retrieval<'_>) -> Result<Token> {
    let (_, record) = load(sso, retrieval)?;
    token_of(&record, sso)
}

/// Returns the token of a session, refreshed if it is about to expire. The file is read each time, because another process
/// may have refreshed it.
pub(super) fn session_token(sso: &SsoConfig, retrieval: &Retrieval<'_>) -> Result<Token> {
    let (folder, record) = load(sso, retrieval)?;
    let mut token = token_of(&record, sso)?;
    let now = retrieval.now();
    if token.expires.seconds().saturating_sub(now.seconds()) < REFRESH
        && let Some(fresh) = refreshed(&record, sso, retrieval, now)?
    {
        token = token_of(&fresh, sso)?;
        cache::store(&folder, &cache::sha1(sso.identity()), fresh);
    }
    if token.expires <= now { Err(expired()) } else { Ok(token) }
}

fn expired() -> Error {
    let message = "Error when retrieving token from sso: Token has expired and refresh failed";
    Error::new(ErrorKind::CredentialRetrieval, message).with_name("TokenRetrievalError")
}

fn load(sso: &SsoConfig, retrieval: &Retrieval<'_>) -> Result<(PathBuf, Map)> {
    let folder = retrieval.expand(FOLDER);
    let key = cache::sha1(sso.identity());
    match cache::load(&folder, &key) {
        Some(record) => Ok((folder, record)),
        None if cache::contains(&folder, &key) => Err(unusable(&sso.start_url, "is invalid")),
        None => Err(unusable(sso.identity(), "does not exist")),
    }
}

fn token_of(record: &Map, sso: &SsoConfig) -> Result<Token> {
    let (Some(access_token), Some(expires)) = (text(record, "accessToken"), text(record, "expiresAt")) else {
        return Err(unusable(&sso.start_url, "is invalid"));
    };
    Ok(Token { access_token: access_token.into(), expires: parse_expiry(expires, "sso")? })
}

fn unusable(owner: &str, reason: &str) -> Error {
    let message = format!("Error loading SSO Token: Token for {owner} {reason}");
    Error::new(ErrorKind::CredentialRetrieval, message).with_name("SSOTokenLoadError")
}

/// The refreshed record; `None` if the record cannot be refreshed or the service rejects it. The caller then continues
/// with the old token.
fn refreshed(record: &Map, sso: &SsoConfig, retrieval: &Retrieval<'_>, now: Timestamp) -> Result<Option<Map>> {
    let needed = ["refreshToken", "clientId", "clientSecret", "registrationExpiresAt"];
    let [Some(refresh_token), Some(client_id), Some(client_secret), Some(registered_until)] = needed.map(|key| text(record, key)) else {
        return Ok(None);
    };
    if parse_expiry(registered_until, "sso")? <= now {
        return Ok(None);
    }
    let params =
        [("grantType", "refresh_token"), ("clientId", client_id), ("clientSecret", client_secret), ("refreshToken", refresh_token)];
    let response = retrieval.call(ServiceCall {
        service: "sso-oidc",
        operation: "CreateToken",
        params: Map::from(params).into(),
        keys: None,
        region: Some(sso.region.clone()),
        proof: None,
    });
    let response = match response {
        Ok(response) => response,
        Err(_) => {
            retrieval.limits.check()?;
            return Ok(None);
        }
    };
    let access_token = response["accessToken"].as_str().filter(|token| !token.is_empty());
    let (Some(access_token), Some(life)) = (access_token, response["expiresIn"].as_int()) else { return Ok(None) };
    let Some(expires) = Timestamp::checked(now.seconds().saturating_add(life), 0) else { return Ok(None) };
    let expires = expires.to_string();
    let mut fresh = Map::new();
    for (key, value) in [("startUrl", &*sso.start_url), ("region", &*sso.region), ("accessToken", access_token), ("expiresAt", &*expires)] {
        fresh.insert(key, value);
    }
    for key in ["clientId", "clientSecret", "registrationExpiresAt"] {
        fresh.insert(key, record[key].clone());
    }
    // A refresh token is valid once: if the response has none, there is none.
    if let refresh_token @ Value::String(_) = &response["refreshToken"] {
        fresh.insert("refreshToken", refresh_token.clone());
    }
    Ok(Some(fresh))
}
