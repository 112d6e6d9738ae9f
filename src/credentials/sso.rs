//! Credentials of IAM Identity Center: the role that a profile names, fetched with the token that `aws sso login` stored.

use super::cache;
use super::tokens::{SsoConfig, Token, cached_token, session_token};
use super::{Loaded, Provider, Retrieval, ServiceCall, parse_expiry, text, unretrievable};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str, Timestamp, Value};

pub(super) struct SsoProvider {
    profile: Str,
}

impl SsoProvider {
    pub(super) fn new(profile: Str) -> SsoProvider {
        SsoProvider { profile }
    }
}

const METHOD: &str = "sso";

impl Provider for SsoProvider {
    fn method(&self) -> &'static str {
        METHOD
    }

    fn features(&self, retrieval: &Retrieval<'_>) -> Vec<&'static str> {
        let has_session = retrieval.profile(&self.profile).is_some_and(|profile| text(profile, "sso_session").is_some());
        if has_session { vec!["r", "s"] } else { vec!["t", "u"] }
    }

    fn load(&self, retrieval: &Retrieval<'_>) -> Result<Loaded> {
        let skipped = || Ok(Loaded::Skipped(format!("profile \"{}\" has no sso_role_name and no sso_account_id", self.profile).into()));
        let Some(profile) = retrieval.profile(&self.profile) else { return skipped() };
        if text(profile, "sso_role_name").is_none() && text(profile, "sso_account_id").is_none() {
            return skipped();
        }
        let account = SsoAccount::of_profile(profile, &self.profile, retrieval)?;
        let Some(folder) = retrieval.cache_folder() else {
            return account.fetch(retrieval).map(Loaded::Found);
        };
        let key = cache::key_of(account.identity(), false)?;
        let cached = cache::load(folder, &key).and_then(|entry| account.read(&entry["Credentials"]));
        if let Some(cached) = cached.filter(|cached| retrieval.is_fresh(cached.expires())) {
            return Ok(Loaded::Found(cached));
        }
        let credentials = account.fetch(retrieval)?;
        cache::store(folder, &key, account.cache_entry(&credentials));
        Ok(Loaded::Found(credentials))
    }
}

/// A role in an account, and the session that it is requested with.
struct SsoAccount {
    id: Str,
    role: Str,
    sso: SsoConfig,
}

impl SsoAccount {
    fn of_profile(profile: &Map, name: &str, retrieval: &Retrieval<'_>) -> Result<SsoAccount> {
        let session_name = text(profile, "sso_session");
        let session = match session_name {
            Some(session_name) => Some(
                retrieval
                    .sso_session(session_name)
                    .ok_or_else(|| invalid(format!("The specified sso-session does not exist: \"{session_name}\"")))?,
            ),
            None => None,
        };
        let merged = merge(profile, session)?;
        let key = |key: &str| text(&merged, key).map(Str::from);
        let required = ["sso_role_name", "sso_account_id", "sso_start_url", "sso_region"];
        let [Some(role), Some(id), Some(start_url), Some(region)] = required.map(key) else {
            let missing: Vec<_> = required.into_iter().filter(|name| key(name).is_none()).collect();
            return Err(invalid(format!(
                "The profile \"{name}\" is configured to use SSO but is missing required configuration: {}",
                missing.join(", ")
            )));
        };
        Ok(SsoAccount { id, role, sso: SsoConfig { session: session_name.map(Str::from), start_url, region } })
    }

    fn fetch(&self, retrieval: &Retrieval<'_>) -> Result<Credentials> {
        let response = retrieval.call(ServiceCall {
            service: "sso",
            operation: "GetRoleCredentials",
            params: Map::from([
                ("roleName", self.role.clone()),
                ("accountId", self.id.clone()),
                ("accessToken", self.token(retrieval)?.access_token),
            ])
            .into(),
            keys: None,
            region: Some(self.sso.region.clone()),
            proof: None,
        });
        let response = response.map_err(|error| if error.code() == Some("UnauthorizedException") { unauthorized() } else { error })?;
        let keys = &response["roleCredentials"];
        let key = |key: &str| keys[key].as_str().filter(|text| !text.is_empty());
        let expiry = keys["expiration"].as_int().and_then(|millis| Timestamp::checked(millis.div_euclid(1000), 0));
        match (key("accessKeyId"), key("secretAccessKey"), key("sessionToken"), expiry) {
            (Some(id), Some(secret), Some(token), Some(expiry)) => Ok(self.credentials(id, secret, token, expiry)),
            _ => Err(unretrievable(METHOD, "the response did not contain complete credentials")),
        }
    }

    /// The token of the session, refreshed if necessary. A token in the legacy format is never refreshed.
    fn token(&self, retrieval: &Retrieval<'_>) -> Result<Token> {
        if self.sso.session.is_some() {
            return session_token(&self.sso, retrieval);
        }
        let token = cached_token(&self.sso, retrieval)?;
        if token.expires <= retrieval.now() { Err(unauthorized()) } else { Ok(token) }
    }

    fn credentials(&self, id: &str, secret: &str, token: &str, expiry: Timestamp) -> Credentials {
        Credentials::new(id, secret).with_token(token).with_expiry(expiry).with_account_id(self.id.clone())
    }

    /// The properties that identify these credentials in the cache.
    fn identity(&self) -> Map {
        let mut identity = Map::from([("accountId", self.id.clone()), ("roleName", self.role.clone())]);
        match &self.sso.session {
            Some(session) => identity.insert("sessionName", session.clone()),
            None => identity.insert("startUrl", self.sso.start_url.clone()),
        };
        identity
    }

    fn read(&self, cached: &Value) -> Option<Credentials> {
        let key = |key: &str| cached[key].as_str().filter(|text| !text.is_empty());
        let expiry = parse_expiry(key("Expiration")?, METHOD).ok()?;
        Some(self.credentials(key("AccessKeyId")?, key("SecretAccessKey")?, key("SessionToken")?, expiry))
    }

    fn cache_entry(&self, credentials: &Credentials) -> Map {
        let mut keys = Map::new();
        keys.insert("AccessKeyId", credentials.access_key_id());
        keys.insert("SecretAccessKey", credentials.secret_access_key());
        keys.insert("SessionToken", credentials.session_token());
        keys.insert("Expiration", credentials.expires().map(|expiry| expiry.to_string()));
        keys.insert("AccountId", self.id.clone());
        Map::from_iter([("ProviderType", Value::from("sso")), ("Credentials", keys.into())])
    }
}

/// The keys of the profile and the session. Both may have the same key if the values are equal.
fn merge(profile: &Map, session: Option<&Map>) -> Result<Map> {
    let mut merged = profile.clone();
    for (key, value) in session.into_iter().flat_map(Map::iter) {
        match profile.get(key).filter(|own| *own != value) {
            Some(own) => {
                let shown = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                return Err(invalid(format!(
                    "The value for {key} is inconsistent between profile ({}) and sso-session ({}).",
                    shown(own),
                    shown(value)
                )));
            }
            None => {
                merged.insert(key.clone(), value.clone());
            }
        }
    }
    Ok(merged)
}

fn unauthorized() -> Error {
    let message = "The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO session run \
                   aws sso login with the corresponding profile.";
    Error::new(ErrorKind::CredentialRetrieval, message).with_name("UnauthorizedSSOTokenError")
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidConfig, message)
}
