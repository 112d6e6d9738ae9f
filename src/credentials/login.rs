//! Credentials of a console sign-in (`aws login`): the profile key `login_session`.
//!
//! The file that the AWS CLI writes contains credentials, the token that refreshes them, and the key that the token is bound
//! to.

use std::path::PathBuf;
use std::sync::Arc;

use super::dpop::ProofKey;
use super::{Loaded, Provider, Retrieval, ServiceCall, cache, parse_expiry, text};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str, Timestamp, Value};

pub(super) struct LoginProvider {
    profile: Str,
}

impl LoginProvider {
    pub(super) fn new(profile: Str) -> LoginProvider {
        LoginProvider { profile }
    }
}

const METHOD: &str = "login";
const FOLDER: &str = "~/.aws/login/cache";
/// Credentials in the file that are valid for more than this many seconds are used as they are: another process may have
/// refreshed them.
const ENOUGH: i64 = 300;

impl Provider for LoginProvider {
    fn method(&self) -> &'static str {
        METHOD
    }

    fn load(&self, retrieval: &Retrieval<'_>) -> Result<Loaded> {
        let Some(session) = retrieval.profile(&self.profile).and_then(|profile| text(profile, "login_session")) else {
            return Ok(Loaded::Skipped(format!("profile \"{}\" has no login_session", self.profile).into()));
        };
        let session = LoginSession::new(session, retrieval);
        let record = session.load()?;
        let current = credentials(&record["accessToken"])?;
        let left = current.expires().map_or(0, |expires| expires.seconds().saturating_sub(retrieval.now().seconds()));
        if left > ENOUGH {
            return Ok(Loaded::Found(current));
        }
        let record = refreshed(record, retrieval)?;
        let fresh = credentials(&record["accessToken"])?;
        session.store(record);
        Ok(Loaded::Found(fresh))
    }
}

/// A sign-in, and the file that stores it.
struct LoginSession<'a> {
    name: &'a str,
    folder: PathBuf,
    key: String,
}

impl<'a> LoginSession<'a> {
    fn new(name: &'a str, retrieval: &Retrieval<'_>) -> LoginSession<'a> {
        let folder = retrieval.variable("AWS_LOGIN_CACHE_DIRECTORY");
        LoginSession { name, folder: retrieval.expand(folder.as_deref().unwrap_or(FOLDER)), key: cache::sha256(name) }
    }

    fn load(&self) -> Result<Map> {
        let Some(record) = cache::load(&self.folder, &self.key) else {
            return Err(unusable(format!(
                "Unable to load a existing login session for session {}. Please reauthenticate with 'aws login'.",
                self.name
            )));
        };
        let required = ["accessToken", "refreshToken", "dpopKey", "clientId"];
        let missing: Vec<_> = required.into_iter().filter(|name| record[*name].is_null()).collect();
        if missing.is_empty() {
            return Ok(record);
        }
        let missing = missing.join(", ");
        Err(unusable(format!("Failed to load access token from token cache, missing required fields: {missing}.")))
    }

    fn store(&self, record: Map) {
        cache::store(&self.folder, &self.key, record);
    }
}

/// The record with new credentials. Unknown fields stay.
fn refreshed(mut record: Map, retrieval: &Retrieval<'_>) -> Result<Map> {
    let key = record["dpopKey"].as_str().and_then(ProofKey::from_pem);
    let key = key.ok_or_else(|| unusable("Unable to load private key from cached token.".to_owned()))?;
    let input = Map::from_iter([
        ("clientId", record["clientId"].clone()),
        ("refreshToken", record["refreshToken"].clone()),
        ("grantType", "refresh_token".into()),
    ]);
    let (now, id) = (retrieval.now(), retrieval.uuid());
    let response = retrieval.call(ServiceCall {
        service: "signin",
        operation: "CreateOAuth2Token",
        params: Map::from([("tokenInput", Value::Map(input))]).into(),
        keys: None,
        region: record["signInRegion"].as_str().map(Str::from),
        proof: Some(Arc::new(move |url| Ok(("DPoP", key.proof(url, now, &id)?)))),
    });
    let response = response.map_err(rejected)?;
    let output = &response["tokenOutput"];
    let keys = ["accessKeyId", "secretAccessKey", "sessionToken"].map(|name| (name, output["accessToken"][name].clone()));
    let (Some(life), Some(refresh_token)) = (output["expiresIn"].as_int(), output["refreshToken"].as_str()) else {
        return Err(invalid_response());
    };
    if keys.iter().any(|(_, value)| value.as_str().is_none_or(str::is_empty)) {
        return Err(invalid_response());
    }
    let mut token = Map::from_iter(keys);
    if let Some(account_id) = record["accessToken"].get("accountId") {
        token.insert("accountId", account_id.clone());
    }
    let expires = Timestamp::checked(now.seconds().saturating_add(life), 0).ok_or_else(invalid_response)?;
    token.insert("expiresAt", expires.to_string());
    record.insert("accessToken", token);
    record.insert("refreshToken", refresh_token);
    Ok(record)
}

/// A text that is not empty.
fn present(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

fn credentials(token: &Value) -> Result<Credentials> {
    let required = ["accessKeyId", "secretAccessKey", "sessionToken", "expiresAt"];
    let [Some(id), Some(secret), Some(session_token), Some(expires)] = required.map(|name| present(&token[name])) else {
        let missing: Vec<_> = required.into_iter().filter(|name| present(&token[*name]).is_none()).collect();
        let missing = missing.join(", ");
        return Err(unusable(format!("Failed to load access token from token cache, missing required fields: {missing}.")));
    };
    let credentials = Credentials::new(id, secret).with_token(session_token).with_expiry(parse_expiry(expires, METHOD)?);
    Ok(match token["accountId"].as_str() {
        Some(account_id) => credentials.with_account_id(account_id),
        None => credentials,
    })
}

/// Explains a rejection by the service; returns any other error unchanged.
fn rejected(error: Error) -> Error {
    if error.code() != Some("AccessDeniedException") {
        return error;
    }
    let reason = error.response().and_then(|response| response["error"].as_str()).unwrap_or_default();
    let (name, message) = match reason {
        "TOKEN_EXPIRED" | "USER_CREDENTIALS_CHANGED" => {
            ("LoginRefreshRequired", "Your session has expired or credentials have changed. Please reauthenticate using 'aws login'.")
        }
        "INSUFFICIENT_PERMISSIONS" => (
            "LoginInsufficientPermissions",
            "Unable to create or refresh login credentials due to insufficient permissions. You may be missing permission for the \
             'signin:CreateOAuth2Token' action.",
        ),
        _ => ("LoginError", "An unspecified error happened when resolving AWS credentials or refreshing a login session profile."),
    };
    Error::new(ErrorKind::CredentialRetrieval, message).with_name(name).with_source(error)
}

fn invalid_response() -> Error {
    unusable(
        "Unable to refresh access token due to an invalid service response. Please try running 'aws login' again. If the issue \
         persists, there may be a temporary signin service problem."
            .to_owned(),
    )
}

fn unusable(reason: String) -> Error {
    Error::new(ErrorKind::CredentialRetrieval, format!("Error loading login session token: {reason}")).with_name("LoginTokenLoadError")
}
