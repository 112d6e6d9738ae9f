//! Credentials of a sign-in at the console (`aws login`): the profile key `login_session`.
//!
//! The file that the AWS CLI writes has credentials, the token that renews them, and the key that the token is bound to.

use std::path::PathBuf;
use std::sync::Arc;

use super::dpop::ProofKey;
use super::role::parse_expiry;
use super::{Lookup, Provider, ServiceCall, cache};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str, Timestamp, Value};

pub(crate) struct Login {
    profile: Str,
}

impl Login {
    pub(crate) fn new(profile: Str) -> Login {
        Login { profile }
    }
}

const METHOD: &str = "login";
const FOLDER: &str = "~/.aws/login/cache";
/// How many seconds credentials in the file must have left to be used as they are: another process may have renewed them.
const ENOUGH: i64 = 300;

impl Provider for Login {
    fn method(&self) -> &'static str {
        METHOD
    }

    fn load(&self, surroundings: &Lookup<'_>) -> Result<Option<Credentials>> {
        let Some(session) = surroundings.profile(&self.profile).and_then(|profile| profile["login_session"].as_str()) else {
            return Ok(None);
        };
        let session = Session::new(session, surroundings);
        let record = session.load()?;
        let held = credentials(&record["accessToken"])?;
        let left = held.expires().map_or(0, |expires| expires.seconds().saturating_sub(surroundings.now().seconds()));
        if left > ENOUGH {
            return Ok(Some(held));
        }
        let fresh = renewed(record, surroundings)?;
        session.store(fresh.clone())?;
        credentials(&fresh["accessToken"]).map(Some)
    }
}

/// A sign-in, and the file that it left.
struct Session<'a> {
    name: &'a str,
    folder: PathBuf,
    key: String,
}

impl<'a> Session<'a> {
    fn new(name: &'a str, surroundings: &Lookup<'_>) -> Session<'a> {
        let folder = surroundings.variable("AWS_LOGIN_CACHE_DIRECTORY");
        Session { name, folder: surroundings.expand(folder.as_deref().unwrap_or(FOLDER)), key: cache::sha256(name) }
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

    fn store(&self, record: Map) -> Result<()> {
        cache::store(&self.folder, &self.key, record)
    }
}

/// The record with new credentials; what is not known in it stays.
fn renewed(mut record: Map, surroundings: &Lookup<'_>) -> Result<Map> {
    let key = record["dpopKey"].as_str().and_then(ProofKey::from_pem);
    let key = key.ok_or_else(|| unusable("Unable to load private key from cached token.".to_owned()))?;
    let input = Map::from_iter([
        ("clientId", record["clientId"].clone()),
        ("refreshToken", record["refreshToken"].clone()),
        ("grantType", "refresh_token".into()),
    ]);
    let (now, id) = (surroundings.now(), surroundings.uuid());
    let answer = surroundings.call(ServiceCall {
        service: "signin",
        operation: "CreateOAuth2Token",
        params: Map::from([("tokenInput", Value::Map(input))]).into(),
        keys: None,
        region: record["signInRegion"].as_str().map(Str::from),
        proof: Some(Arc::new(move |url| Ok(("DPoP", key.proof(url, now, &id)?)))),
    });
    let answer = answer.map_err(refused)?;
    let output = &answer["tokenOutput"];
    let given = ["accessKeyId", "secretAccessKey", "sessionToken"].map(|name| (name, output["accessToken"][name].clone()));
    let (Some(life), Some(refresh_token)) = (output["expiresIn"].as_int(), output["refreshToken"].as_str()) else {
        return Err(odd_answer());
    };
    if given.iter().any(|(_, value)| value.as_str().is_none()) {
        return Err(odd_answer());
    }
    let mut token = Map::from_iter(given);
    if let Some(account_id) = record["accessToken"].get("accountId") {
        token.insert("accountId", account_id.clone());
    }
    token.insert("expiresAt", Timestamp::new(now.seconds().saturating_add(life), 0).to_string());
    record.insert("accessToken", token);
    record.insert("refreshToken", refresh_token);
    Ok(record)
}

fn credentials(token: &Value) -> Result<Credentials> {
    let required = ["accessKeyId", "secretAccessKey", "sessionToken", "expiresAt"];
    let [Some(id), Some(secret), Some(session_token), Some(expires)] = required.map(|name| token[name].as_str()) else {
        let missing: Vec<_> = required.into_iter().filter(|name| token[*name].as_str().is_none()).collect();
        let missing = missing.join(", ");
        return Err(unusable(format!("Failed to load access token from token cache, missing required fields: {missing}.")));
    };
    let credentials = Credentials::new(id, secret).with_token(session_token).with_expiry(parse_expiry(expires, METHOD)?);
    Ok(match token["accountId"].as_str() {
        Some(account_id) => credentials.with_account_id(account_id),
        None => credentials,
    })
}

/// What the service's refusal means to the user; any other error stays what it is.
fn refused(error: Error) -> Error {
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

fn odd_answer() -> Error {
    unusable(
        "Unable to refresh access token due to an invalid service response. Please try running 'aws login' again. If the issue \
         persists, there may be a temporary signin service problem."
            .to_owned(),
    )
}

fn unusable(what: String) -> Error {
    Error::new(ErrorKind::CredentialRetrieval, format!("Error loading login session token: {what}")).with_name("LoginTokenLoadError")
}
