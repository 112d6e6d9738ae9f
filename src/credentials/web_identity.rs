//! Credentials of a role that a token of another identity provider opens: a pod's service account, a CI job.

use std::sync::OnceLock;

use super::assume_role::made_up_session_name;
use super::role::Exchange;
use super::{Lookup, Provider, unretrievable};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str};

/// What the environment, and after it a profile, say of a token file and a role.
pub(crate) struct WebIdentity {
    profile: Str,
    reads_environment: bool,
    session_name: OnceLock<Str>,
}

const METHOD: &str = "assume-role-with-web-identity";

impl WebIdentity {
    pub(crate) fn new(profile: Str, reads_environment: bool) -> WebIdentity {
        WebIdentity { profile, reads_environment, session_name: OnceLock::new() }
    }

    /// A key of the profile, or the variable that comes before it even if it is empty.
    fn setting(&self, surroundings: &Lookup<'_>, key: &str, variable: &str) -> Option<Str> {
        let of_environment = if self.reads_environment { surroundings.variable(variable) } else { None };
        let of_profile = || surroundings.profile(&self.profile)?[key].as_str().map(Str::from);
        of_environment.or_else(of_profile).filter(|value| !value.is_empty())
    }
}

impl Provider for WebIdentity {
    fn method(&self) -> &'static str {
        METHOD
    }

    fn load(&self, surroundings: &Lookup<'_>) -> Result<Option<Credentials>> {
        let setting = |key, variable| self.setting(surroundings, key, variable);
        let Some(token_file) = setting("web_identity_token_file", "AWS_WEB_IDENTITY_TOKEN_FILE") else { return Ok(None) };
        let role_arn = setting("role_arn", "AWS_ROLE_ARN").ok_or_else(no_role)?;
        let mut params = Map::from([("RoleArn", role_arn)]);
        let session_name = setting("role_session_name", "AWS_ROLE_SESSION_NAME");
        if let Some(name) = &session_name {
            params.insert("RoleSessionName", name.clone());
        }
        let exchange = Exchange { method: METHOD, operation: "AssumeRoleWithWebIdentity", params: &params, keys: None };
        let proof = || {
            let mut proof = Map::from([("WebIdentityToken", read_token(&token_file)?)]);
            if session_name.is_none() {
                proof.insert("RoleSessionName", self.session_name.get_or_init(|| made_up_session_name(surroundings)).clone());
            }
            Ok(proof)
        };
        exchange.credentials(surroundings, proof).map(Some)
    }
}

/// The token, to the last newline: whoever writes the file decides. It is read for every exchange.
fn read_token(path: &str) -> Result<Str> {
    let token = std::fs::read_to_string(path);
    token.map(Str::from).map_err(|error| unretrievable(METHOD, format_args!("the token file {path}: {error}")).with_source(error))
}

fn no_role() -> Error {
    let message = "The provided profile or the current environment is configured to assume role with web identity but has no role \
                   ARN configured. Ensure that the profile has the role_arnconfiguration set or the AWS_ROLE_ARN env var is set.";
    Error::new(ErrorKind::InvalidConfig, message)
}
