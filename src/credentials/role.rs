//! A role: what it is called, and the exchange that gives its temporary credentials.
//!
//! Shared by all who assume one; each brings its own proof of who it is.

use std::fmt;
use std::time::Duration;

use super::cache;
use super::{Lookup, ServiceCall, unretrievable};
use crate::auth::Credentials;
use crate::error::Result;
use crate::value::{Map, Str, Timestamp, Value};

/// A role to assume, with the settings that a profile has for it.
///
/// ```
/// use std::time::Duration;
/// use tucuxi::{AssumeRole, Session};
///
/// let role = AssumeRole::new("arn:aws:iam::123456789012:role/Deploy").external_id("42").duration(Duration::from_secs(900));
/// let session = Session::builder().region("eu-west-1").assume_role(role).build()?;
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct AssumeRole {
    /// The parameters by the names that the operation `AssumeRole` gives them.
    params: Map,
}

impl AssumeRole {
    /// The role of that ARN.
    pub fn new(role_arn: impl Into<Str>) -> AssumeRole {
        AssumeRole { params: Map::new() }.param("RoleArn", role_arn.into())
    }

    /// The name of the role's session, as logs show it; without it, one that is made up (`botocore-session-…`, which
    /// policies may know).
    pub fn role_session_name(self, name: impl Into<Str>) -> AssumeRole {
        self.param("RoleSessionName", name.into())
    }

    /// What the role's owner demands to hear from a third party.
    pub fn external_id(self, id: impl Into<Str>) -> AssumeRole {
        self.param("ExternalId", id.into())
    }

    /// The device whose code is asked for: see [`SessionBuilder::mfa_prompt`](crate::SessionBuilder::mfa_prompt).
    pub fn mfa_serial(self, serial: impl Into<Str>) -> AssumeRole {
        self.param("SerialNumber", serial.into())
    }

    /// How long the credentials are to live, in whole seconds; the service's default is one hour.
    pub fn duration(self, life: Duration) -> AssumeRole {
        self.param("DurationSeconds", i64::try_from(life.as_secs()).unwrap_or(i64::MAX))
    }

    /// Any other parameter of the operation `AssumeRole`: `Policy`, `PolicyArns`, `Tags`, `SourceIdentity`, …
    pub fn param(mut self, name: impl Into<Str>, value: impl Into<Value>) -> AssumeRole {
        self.params.insert(name, value);
        self
    }

    pub(super) fn params(&self) -> &Map {
        &self.params
    }
}

impl From<&str> for AssumeRole {
    fn from(role_arn: &str) -> AssumeRole {
        AssumeRole::new(role_arn)
    }
}

impl From<String> for AssumeRole {
    fn from(role_arn: String) -> AssumeRole {
        AssumeRole::new(role_arn)
    }
}

/// Shows the role's ARN alone.
impl fmt::Debug for AssumeRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AssumeRole").field(&self.params["RoleArn"]).finish()
    }
}

/// The exchange of one proof for temporary credentials.
pub(super) struct Exchange<'a> {
    /// boto3's name of the provider.
    pub method: &'static str,
    /// The operation of STS.
    pub operation: &'static str,
    /// The parameters that tell this exchange from others.
    pub params: &'a Map,
    /// Who signs; nobody where the proof is a parameter.
    pub keys: Option<&'a Credentials>,
}

impl Exchange<'_> {
    /// The credentials: those in the cache if they are good for a while, else new ones. `proof` gives the parameters
    /// that differ each time; it is asked only if there is a call to make.
    pub(super) fn credentials(&self, surroundings: &Lookup<'_>, proof: impl FnOnce() -> Result<Map>) -> Result<Credentials> {
        let Some(folder) = surroundings.cache_folder() else {
            return self.read(&self.call(surroundings, proof()?)?);
        };
        let key = self.cache_key()?;
        let cached = cache::load(folder, &key).and_then(|entry| self.read(&Value::Map(entry)).ok());
        if let Some(cached) = cached.filter(|cached| surroundings.is_fresh(cached.expires())) {
            return Ok(cached);
        }
        let answer = self.call(surroundings, proof()?)?;
        let credentials = self.read(&answer)?;
        cache::store(folder, &key, entry(&answer, &credentials))?;
        Ok(credentials)
    }

    fn call(&self, surroundings: &Lookup<'_>, proof: Map) -> Result<Value> {
        let mut params = self.params.clone();
        params.extend(proof);
        surroundings.call(ServiceCall {
            service: "sts",
            operation: self.operation,
            params: params.into(),
            keys: self.keys.cloned(),
            region: None,
            proof: None,
        })
    }

    /// botocore embeds a policy as what it says, however it is written.
    fn cache_key(&self) -> Result<String> {
        let mut identity = self.params.clone();
        if let Some(policy) = identity["Policy"].as_str().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok()) {
            identity.insert("Policy", policy);
        }
        cache::key_of(identity, true)
    }

    /// Reads an answer, or what the cache has of one.
    fn read(&self, answer: &Value) -> Result<Credentials> {
        let given = &answer["Credentials"];
        let names =
            [("AccessKeyId", "access_key"), ("SecretAccessKey", "secret_key"), ("SessionToken", "token"), ("Expiration", "expiry_time")];
        let missing: Vec<_> = names.iter().filter(|(name, _)| given[*name].is_null()).map(|(_, shown)| *shown).collect();
        let [Some(id), Some(secret), Some(token)] = ["AccessKeyId", "SecretAccessKey", "SessionToken"].map(|name| given[name].as_str())
        else {
            let message = format!("Credential refresh failed, response did not contain: {}", missing.join(", "));
            return Err(unretrievable(self.method, message));
        };
        let mut credentials = Credentials::new(id, secret).with_token(token);
        if let Some(expiry) = self.expiry(&given["Expiration"])? {
            credentials = credentials.with_expiry(expiry);
        }
        let of_role = || answer["AssumedRoleUser"]["Arn"].as_str()?.split(':').nth(4);
        if let Some(account_id) = given["AccountId"].as_str().or_else(of_role).filter(|id| !id.is_empty()) {
            credentials = credentials.with_account_id(account_id);
        }
        Ok(credentials)
    }

    fn expiry(&self, value: &Value) -> Result<Option<Timestamp>> {
        match value {
            Value::Timestamp(expiry) => Ok(Some(*expiry)),
            Value::String(text) => parse_expiry(text, self.method).map(Some),
            _ => Err(unretrievable(self.method, "Credential refresh failed, response did not contain: expiry_time")),
        }
    }
}

/// An instant as services and caches write it; the caches write `UTC` for the zone.
pub(super) fn parse_expiry(text: &str, method: &str) -> Result<Timestamp> {
    let zoned = text.strip_suffix("UTC").map(|start| format!("{start}Z"));
    Timestamp::parse(zoned.as_deref().unwrap_or(text))
        .map_err(|error| unretrievable(method, format_args!("the expiry is no time: {error}")))
}

/// What the cache has of an answer: all of it, with the account, and with its instants as text.
fn entry(answer: &Value, credentials: &Credentials) -> Map {
    let mut entry = answer.as_map().cloned().unwrap_or_default();
    if let (Some(given), Some(account_id)) = (entry.get_mut("Credentials").and_then(Value::as_map_mut), credentials.account_id()) {
        given.insert("AccountId", account_id);
    }
    entry.into_iter().map(|(name, value)| (name, written(value))).collect()
}

fn written(value: Value) -> Value {
    match value {
        Value::Timestamp(instant) => utc(instant).into(),
        Value::Map(map) => Value::Map(map.into_iter().map(|(name, value)| (name, written(value))).collect()),
        Value::List(list) => list.iter().cloned().map(written).collect(),
        other => other,
    }
}

/// `2026-11-21T10:28:16UTC`, as botocore writes it.
fn utc(instant: Timestamp) -> String {
    instant.truncate_to_seconds().to_string().replace('Z', "UTC")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn an_entry_reads_as_the_answer_did() {
        let params = Map::new();
        let exchange = Exchange { method: "assume-role", operation: "AssumeRole", params: &params, keys: None };
        let answer = value!({
            "Credentials": {"AccessKeyId": "A", "SecretAccessKey": "S", "SessionToken": "T", "Expiration": Timestamp::new(1_893_456_000, 0)},
            "AssumedRoleUser": {"Arn": "arn:aws:sts::123456789012:assumed-role/R/s"},
        });
        let credentials = exchange.read(&answer).unwrap();
        assert_eq!(credentials.account_id(), Some("123456789012"));
        let entry = entry(&answer, &credentials);
        assert_eq!(entry["Credentials"]["Expiration"].as_str(), Some("2030-01-01T00:00:00UTC"));
        assert_eq!(exchange.read(&entry.into()).unwrap(), credentials);
    }

    #[test]
    fn half_an_answer_says_what_is_missing() {
        let params = Map::new();
        let exchange = Exchange { method: "assume-role", operation: "AssumeRole", params: &params, keys: None };
        let error = exchange.read(&value!({"Credentials": {"AccessKeyId": "A", "SessionToken": "SECRET"}})).unwrap_err();
        let message = "Error when retrieving credentials from assume-role: Credential refresh failed, response did not contain: \
                       secret_key, expiry_time";
        assert_eq!(error.message(), message);
    }
}
