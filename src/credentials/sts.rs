//! Temporary credentials from STS: the exchange that all roles share, and roles that are assumed with the token of another
//! identity provider (a pod's service account, a CI job).

use std::path::Path;
use std::sync::OnceLock;

use super::{Loaded, Provider, Retrieval, ServiceCall, cache, parse_expiry, text, unretrievable};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str, Timestamp, Value};

/// An STS call that returns temporary credentials.
pub(super) struct Exchange<'a> {
    /// The provider's name, boto3's `method`.
    pub method: &'static str,
    /// The operation of STS.
    pub operation: &'static str,
    /// The parameters that identify the credentials in the cache.
    pub params: &'a Map,
    /// The credentials that sign the call; `None` if a parameter is the proof.
    pub keys: Option<&'a Credentials>,
}

impl Exchange<'_> {
    /// Returns cached credentials if they do not need to be refreshed yet, and new ones otherwise. `call_params` returns the
    /// parameters that differ between calls; it runs only if there is a call to make.
    pub(super) fn credentials(&self, retrieval: &Retrieval<'_>, call_params: impl FnOnce() -> Result<Map>) -> Result<Credentials> {
        let Some(folder) = retrieval.cache_folder() else {
            return self.read(&self.call(retrieval, call_params()?)?);
        };
        let key = self.cache_key()?;
        let cached = cache::load(folder, &key).and_then(|entry| self.read(&Value::Map(entry)).ok());
        if let Some(cached) = cached.filter(|cached| retrieval.is_fresh(cached.expires())) {
            return Ok(cached);
        }
        let response = self.call(retrieval, call_params()?)?;
        let credentials = self.read(&response)?;
        cache::store(folder, &key, cache_entry(&response, &credentials));
        Ok(credentials)
    }

    fn call(&self, retrieval: &Retrieval<'_>, call_params: Map) -> Result<Value> {
        let mut params = self.params.clone();
        params.extend(call_params);
        retrieval.call(ServiceCall {
            service: "sts",
            operation: self.operation,
            params: params.into(),
            keys: self.keys.cloned(),
            region: None,
            proof: None,
        })
    }

    /// Like botocore, embeds a policy as parsed JSON, however it is written.
    fn cache_key(&self) -> Result<String> {
        let mut identity = self.params.clone();
        if let Some(policy) = identity["Policy"].as_str().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok()) {
            identity.insert("Policy", policy);
        }
        cache::key_of(identity, true)
    }

    /// Reads a response, or the cache entry of one.
    fn read(&self, response: &Value) -> Result<Credentials> {
        let keys = &response["Credentials"];
        let names =
            [("AccessKeyId", "access_key"), ("SecretAccessKey", "secret_key"), ("SessionToken", "token"), ("Expiration", "expiry_time")];
        let missing: Vec<_> = names.iter().filter(|(name, _)| is_absent(&keys[*name])).map(|(_, shown)| *shown).collect();
        let [Some(id), Some(secret), Some(token)] = ["AccessKeyId", "SecretAccessKey", "SessionToken"].map(|name| keys[name].as_str())
        else {
            return Err(incomplete(self.method, &missing.join(", ")));
        };
        if !missing.is_empty() {
            return Err(incomplete(self.method, &missing.join(", ")));
        }
        let credentials = Credentials::new(id, secret).with_token(token).with_expiry(self.expiry(&keys["Expiration"])?);
        let of_role = || response["AssumedRoleUser"]["Arn"].as_str()?.split(':').nth(4);
        Ok(credentials.with_account_id(keys["AccountId"].as_str().or_else(of_role).unwrap_or_default()))
    }

    fn expiry(&self, value: &Value) -> Result<Timestamp> {
        match value {
            Value::Timestamp(expiry) => Ok(*expiry),
            Value::String(text) => parse_expiry(text, self.method),
            _ => Err(incomplete(self.method, "expiry_time")),
        }
    }
}

fn is_absent(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

fn incomplete(method: &str, missing: &str) -> Error {
    unretrievable(method, format_args!("Credential refresh failed, response did not contain: {missing}"))
}

/// The cache entry of a response: all of it, with the account ID, and with timestamps as text.
fn cache_entry(response: &Value, credentials: &Credentials) -> Map {
    let mut entry = response.as_map().cloned().unwrap_or_default();
    if let (Some(keys), Some(account_id)) = (entry.get_mut("Credentials").and_then(Value::as_map_mut), credentials.account_id()) {
        keys.insert("AccountId", account_id);
    }
    entry.into_iter().map(|(name, value)| (name, with_text_timestamps(value))).collect()
}

/// Writes timestamps as botocore does: `2026-11-21T10:28:16UTC`.
fn with_text_timestamps(value: Value) -> Value {
    match value {
        Value::Timestamp(instant) => instant.truncate_to_seconds().to_string().replace('Z', "UTC").into(),
        Value::Map(map) => Value::Map(map.into_iter().map(|(name, value)| (name, with_text_timestamps(value))).collect()),
        Value::List(list) => list.iter().cloned().map(with_text_timestamps).collect(),
        other => other,
    }
}

/// The name of a role session that has none: botocore's.
pub(super) fn default_session_name(retrieval: &Retrieval<'_>) -> Str {
    format!("botocore-session-{}", retrieval.now().seconds()).into()
}

/// A role that is assumed with a token from a file. The environment comes before the profile, key by key.
pub(super) struct WebIdentityProvider {
    profile: Str,
    reads_environment: bool,
    session_name: OnceLock<Str>,
}

const WEB_IDENTITY: &str = "assume-role-with-web-identity";

impl WebIdentityProvider {
    pub(super) fn new(profile: Str, reads_environment: bool) -> WebIdentityProvider {
        WebIdentityProvider { profile, reads_environment, session_name: OnceLock::new() }
    }

    /// A key of the profile, or the variable that hides it even if it is empty.
    fn setting(&self, retrieval: &Retrieval<'_>, key: &str, variable: &str) -> Option<Str> {
        let of_environment = if self.reads_environment { retrieval.variable(variable) } else { None };
        let of_profile = || text(retrieval.profile(&self.profile)?, key).map(Str::from);
        of_environment.or_else(of_profile).filter(|value| !value.is_empty())
    }
}

impl Provider for WebIdentityProvider {
    fn method(&self) -> &'static str {
        WEB_IDENTITY
    }

    fn features(&self, retrieval: &Retrieval<'_>) -> Vec<&'static str> {
        let in_environment = self.reads_environment && retrieval.variable("AWS_WEB_IDENTITY_TOKEN_FILE").is_some();
        vec![if in_environment { "h" } else { "q" }, "k"]
    }

    fn load(&self, retrieval: &Retrieval<'_>) -> Result<Loaded> {
        let setting = |key, variable| self.setting(retrieval, key, variable);
        let Some(token_file) = setting("web_identity_token_file", "AWS_WEB_IDENTITY_TOKEN_FILE") else {
            return Ok(Loaded::Skipped("no web identity token file is configured".into()));
        };
        let role_arn = setting("role_arn", "AWS_ROLE_ARN").ok_or_else(no_role)?;
        let mut params = Map::from([("RoleArn", role_arn)]);
        let session_name = setting("role_session_name", "AWS_ROLE_SESSION_NAME");
        if let Some(name) = &session_name {
            params.insert("RoleSessionName", name.clone());
        }
        let exchange = Exchange { method: WEB_IDENTITY, operation: "AssumeRoleWithWebIdentity", params: &params, keys: None };
        let call_params = || {
            let mut params = Map::from([("WebIdentityToken", read_token(&token_file)?)]);
            if session_name.is_none() {
                params.insert("RoleSessionName", self.session_name.get_or_init(|| default_session_name(retrieval)).clone());
            }
            Ok(params)
        };
        exchange.credentials(retrieval, call_params).map(Loaded::Found)
    }
}

/// The token exactly as the file contains it, including a trailing newline. It is read for every exchange.
fn read_token(path: &str) -> Result<Str> {
    let token = cache::read_text(Path::new(path));
    token.map(Str::from).map_err(|error| unretrievable(WEB_IDENTITY, format_args!("the token file {path}: {error}")).with_source(error))
}

fn no_role() -> Error {
    let message = "The provided profile or the current environment is configured to assume role with web identity but has no role \
                   ARN configured. Ensure that the profile has the role_arnconfiguration set or the AWS_ROLE_ARN env var is set.";
    Error::new(ErrorKind::InvalidConfig, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn a_cache_entry_reads_like_its_response() {
        let params = Map::new();
        let exchange = Exchange { method: "assume-role", operation: "AssumeRole", params: &params, keys: None };
        let response = value!({
            "Credentials": {"AccessKeyId": "A", "SecretAccessKey": "S", "SessionToken": "T", "Expiration": Timestamp::new(1_893_456_000, 0)},
            "AssumedRoleUser": {"Arn": "arn:aws:sts::123456789012:assumed-role/R/s"},
        });
        let credentials = exchange.read(&response).unwrap();
        assert_eq!(credentials.account_id(), Some("123456789012"));
        let entry = cache_entry(&response, &credentials);
        assert_eq!(entry["Credentials"]["Expiration"].as_str(), Some("2030-01-01T00:00:00UTC"));
        assert_eq!(exchange.read(&entry.into()).unwrap(), credentials);
    }

    #[test]
    fn the_error_for_an_incomplete_response_lists_what_is_missing() {
        let params = Map::new();
        let exchange = Exchange { method: "assume-role", operation: "AssumeRole", params: &params, keys: None };
        let start = "Error when retrieving credentials from assume-role: Credential refresh failed, response did not contain: ";
        let message = |keys: Value| exchange.read(&value!({"Credentials": keys})).unwrap_err().message().to_owned();
        let keys = value!({"AccessKeyId": "A", "SessionToken": "SECRET"});
        assert_eq!(message(keys), format!("{start}secret_key, expiry_time"));
        let keys = value!({"AccessKeyId": "A", "SecretAccessKey": "", "SessionToken": "", "Expiration": "2030-01-01T00:00:00Z"});
        assert_eq!(message(keys), format!("{start}secret_key, token"));
    }
}
