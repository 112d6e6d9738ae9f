//! Credentials that the agent of a container gives: ECS tasks, EKS pods, and whoever speaks their protocol.

use std::fs;
use std::net::IpAddr;
use std::time::Duration;

use serde_json::Value as Json;

use super::metadata::{MetadataClient, request};
use super::role::parse_expiry;
use super::{Lookup, Provider, unretrievable};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Limits, Request};

#[derive(Default)]
pub(crate) struct Container {
    client: MetadataClient,
}

const METHOD: &str = "container-role";
const AGENT: &str = "http://169.254.170.2";
/// Hosts that are trusted with the request besides loopback addresses; any host is over TLS.
const HOSTS: [&str; 4] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost"];
const TIMEOUT: Duration = Duration::from_secs(2);
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);

impl Provider for Container {
    fn method(&self) -> &'static str {
        METHOD
    }

    fn load(&self, surroundings: &Lookup<'_>) -> Result<Option<Credentials>> {
        let Some(url) = url(surroundings) else { return Ok(None) };
        check_host(&url)?;
        let authorization = authorization(surroundings)?;
        let mut attempt = 1;
        loop {
            let mut request = request("GET", url.clone());
            request.headers.set("Accept", "application/json");
            if let Some(token) = &authorization {
                request.headers.set("Authorization", token.as_str());
            }
            match self.ask(request, surroundings.limits) {
                Ok(document) => return credentials(&document).map(Some),
                Err(_) if attempt < ATTEMPTS => surroundings.limits.sleep(PAUSE)?,
                Err(cause) => {
                    surroundings.limits.check()?;
                    return Err(unretrievable(METHOD, format_args!("Error retrieving metadata: {cause}")));
                }
            }
            attempt += 1;
        }
    }
}

impl Container {
    /// The document, or why there is none this time.
    fn ask(&self, request: Request, limits: &Limits) -> Result<Json, String> {
        let sent = self.client.send(request, TIMEOUT, limits);
        let (status, body) = sent.map_err(|cause| format!("Received error when attempting to retrieve container metadata: {cause}"))?;
        if status != 200 {
            let body = String::from_utf8_lossy(&body);
            return Err(format!("Received non 200 response {status} from container metadata: {body}"));
        }
        serde_json::from_slice(&body).map_err(|_| "Unable to parse JSON returned from container metadata services".to_owned())
    }
}

/// Where to ask, if the container's environment says so at all.
fn url(surroundings: &Lookup<'_>) -> Option<String> {
    match surroundings.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
        Some(path) => Some(format!("{AGENT}{path}")),
        None => surroundings.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI").map(String::from),
    }
}

/// Keys are fetched from this machine and its host, or over TLS. No name is looked up to find out.
fn check_host(url: &str) -> Result<()> {
    let request = Request::new("GET", url);
    if request.is_https() {
        return Ok(());
    }
    let authority = request.host().to_ascii_lowercase();
    let host = match authority.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let is_loopback = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if is_loopback || HOSTS.contains(&host) {
        return Ok(());
    }
    let message = format!(
        "Unsupported host '{host}'.  Can only retrieve metadata from a loopback address or one of these hosts: {}",
        HOSTS.join(", ")
    );
    Err(Error::new(ErrorKind::CredentialRetrieval, message).with_name("ValueError"))
}

/// The token as it stands; the file is read each time, because its content changes.
fn authorization(surroundings: &Lookup<'_>) -> Result<Option<String>> {
    let token = match surroundings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        Some(path) => {
            let token = fs::read_to_string(path.as_str());
            Some(token.map_err(|error| unretrievable(METHOD, format_args!("the token file {path}: {error}")).with_source(error))?)
        }
        None => surroundings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN").map(String::from),
    };
    if token.as_ref().is_some_and(|token| token.contains(['\r', '\n'])) {
        let message = "Auth token value is not a legal header value";
        return Err(Error::new(ErrorKind::CredentialRetrieval, message).with_name("ValueError"));
    }
    Ok(token)
}

fn credentials(document: &Json) -> Result<Credentials> {
    let required =
        |key: &str| document[key].as_str().ok_or_else(|| unretrievable(METHOD, format_args!("Missing required key in response: '{key}'")));
    let expiry = parse_expiry(required("Expiration")?, METHOD)?;
    let credentials =
        Credentials::new(required("AccessKeyId")?, required("SecretAccessKey")?).with_token(required("Token")?).with_expiry(expiry);
    Ok(match document["AccountId"].as_str() {
        Some(account_id) => credentials.with_account_id(account_id),
        None => credentials,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::Fixed;
    use super::*;
    use crate::value;
    use crate::value::Value;

    #[test]
    fn the_relative_address_comes_first_even_if_it_is_empty() {
        let url = |variables: Value| url(&Lookup::new(&Fixed::new(variables, Value::Null, Value::Null), &Limits::default()));
        let [relative, full] = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];
        assert_eq!(url(value!({relative: "/v2/x", full: "http://h/"})).as_deref(), Some("http://169.254.170.2/v2/x"));
        assert_eq!(url(value!({relative: "", full: "http://h/"})).as_deref(), Some("http://169.254.170.2"));
        assert_eq!(url(value!({full: "http://h/"})).as_deref(), Some("http://h/"));
        assert_eq!(url(value!({})), None);
    }

    #[test]
    fn keys_are_not_fetched_from_strangers() {
        for url in ["http://127.9.0.1:80/x", "http://[::1]:8080/", "http://LocalHost/a", "http://169.254.170.23/v1", "https://h.com/"] {
            assert!(check_host(url).is_ok(), "{url}");
        }
        let error = check_host("http://169.254.170.2.evil.com/").unwrap_err();
        let message = "Unsupported host '169.254.170.2.evil.com'.  Can only retrieve metadata from a loopback address or one of these \
                       hosts: 169.254.170.2, 169.254.170.23, fd00:ec2::23, localhost";
        assert_eq!((error.name(), error.message()), ("ValueError", message));
        assert!(check_host("http://u@h.com/").is_err());
        assert!(check_host("http://localhost@h.com/").is_err());
    }
}
