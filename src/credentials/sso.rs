//! Credentials of IAM Identity Center: the role that a profile names, fetched with the token that `aws sso login` left
//! behind.

use super::cache;
use super::sso_token::{SsoConfig, Token, cached_token, session_token};
use super::{Lookup, Provider, ServiceCall, unretrievable};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str, Timestamp, Value};

pub(crate) struct Sso {
    profile: Str,
}

impl Sso {
    pub(crate) fn new(profile: Str) -> Sso {
        Sso { profile }
    }
}

const METHOD: &str = "sso";

impl Provider for Sso {
    fn method(&self) -> &'static str {
        METHOD
    }

    fn load(&self, surroundings: &Lookup<'_>) -> Result<Option<Credentials>> {
        let Some(profile) = surroundings.profile(&self.profile) else { return Ok(None) };
        if !profile.contains_key("sso_role_name") && !profile.contains_key("sso_account_id") {
            return Ok(None);
        }
        let account = Account::of_profile(profile, &self.profile, surroundings)?;
        let Some(folder) = surroundings.cache_folder() else {
            return account.fetch(surroundings).map(Some);
        };
        let key = cache::key_of(account.identity(), false)?;
        let cached = cache::load(folder, &key).and_then(|entry| account.read(&entry["Credentials"]));
        if let Some(cached) = cached.filter(|cached| surroundings.is_fresh(cached.expires())) {
            return Ok(Some(cached));
        }
        let credentials = account.fetch(surroundings)?;
        cache::store(folder, &key, account.entry(&credentials))?;
        Ok(Some(credentials))
    }
}

/// A role in an account, and where to ask for it.
struct Account {
    id: Str,
    role: Str,
    sso: SsoConfig,
}

impl Account {
    fn of_profile(profile: &Map, name: &str, surroundings: &Lookup<'_>) -> Result<Account> {
        let session_name = profile["sso_session"].as_str();
        let session = match session_name {
            Some(session_name) => Some(
                surroundings
                    .sso_session(session_name)
                    .ok_or_else(|| invalid(format!("The specified sso-session does not exist: \"{session_name}\"")))?,
            ),
            None => None,
        };
        let merged = merge(profile, session)?;
        let key = |key: &str| merged[key].as_str().map(Str::from);
        let required = ["sso_role_name", "sso_account_id", "sso_start_url", "sso_region"];
        let [Some(role), Some(id), Some(start_url), Some(region)] = required.map(key) else {
            let missing: Vec<_> = required.into_iter().filter(|name| key(name).is_none()).collect();
            return Err(invalid(format!(
                "The profile \"{name}\" is configured to use SSO but is missing required configuration: {}",
                missing.join(", ")
            )));
        };
        Ok(Account { id, role, sso: SsoConfig { session: session_name.map(Str::from), start_url, region } })
    }

    fn fetch(&self, surroundings: &Lookup<'_>) -> Result<Credentials> {
        let answer = surroundings.call(ServiceCall {
            service: "sso",
            operation: "GetRoleCredentials",
            params: Map::from([
                ("roleName", self.role.clone()),
                ("accountId", self.id.clone()),
                ("accessToken", self.token(surroundings)?.access_token),
            ])
            .into(),
            keys: None,
            region: Some(self.sso.region.clone()),
            proof: None,
        });
        let answer = answer.map_err(|error| if error.code() == Some("UnauthorizedException") { unauthorized() } else { error })?;
        let given = &answer["roleCredentials"];
        let text = |key: &str| given[key].as_str();
        let expiry = given["expiration"].as_int().and_then(|millis| Timestamp::checked(millis.div_euclid(1000), 0));
        match (text("accessKeyId"), text("secretAccessKey"), text("sessionToken"), expiry) {
            (Some(id), Some(secret), Some(token), Some(expiry)) => Ok(self.credentials(id, secret, token, expiry)),
            _ => Err(unretrievable(METHOD, "the response did not contain whole credentials")),
        }
    }

    /// The token of the session, refreshed if it is time; or the one of old, which nothing refreshes.
    fn token(&self, surroundings: &Lookup<'_>) -> Result<Token> {
        if self.sso.session.is_some() {
            return session_token(&self.sso, surroundings);
        }
        let token = cached_token(&self.sso, surroundings)?;
        if token.expires <= surroundings.now() { Err(unauthorized()) } else { Ok(token) }
    }

    fn credentials(&self, id: &str, secret: &str, token: &str, expiry: Timestamp) -> Credentials {
        Credentials::new(id, secret).with_token(token).with_expiry(expiry).with_account_id(self.id.clone())
    }

    /// What tells these credentials from others in the cache.
    fn identity(&self) -> Map {
        let mut identity = Map::from([("accountId", self.id.clone()), ("roleName", self.role.clone())]);
        match &self.sso.session {
            Some(session) => identity.insert("sessionName", session.clone()),
            None => identity.insert("startUrl", self.sso.start_url.clone()),
        };
        identity
    }

    fn read(&self, cached: &Value) -> Option<Credentials> {
        let text = |key: &str| cached[key].as_str();
        let expiry = super::role::parse_expiry(text("Expiration")?, METHOD).ok()?;
        Some(self.credentials(text("AccessKeyId")?, text("SecretAccessKey")?, text("SessionToken")?, expiry))
    }

    fn entry(&self, credentials: &Credentials) -> Map {
        let mut given = Map::new();
        given.insert("AccessKeyId", credentials.access_key_id());
        given.insert("SecretAccessKey", credentials.secret_access_key());
        given.insert("SessionToken", credentials.session_token());
        given.insert("Expiration", credentials.expires().map(|expiry| expiry.to_string()));
        given.insert("AccountId", self.id.clone());
        Map::from_iter([("ProviderType", Value::from("sso")), ("Credentials", given.into())])
    }
}

/// The keys of profile and session; they may both have one if they agree.
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
