//! Credentials from a container agent: ECS tasks, EKS pods, and other agents with the same protocol.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use serde_json::Value as Json;

use super::metadata_client::{MetadataClient, request};
use super::{Loaded, Provider, Retrieval, cache, parse_expiry, unretrievable};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Limits, Request};

#[derive(Default)]
pub(super) struct ContainerProvider {
    client: MetadataClient,
}

const METHOD: &str = "container-role";
const AGENT: &str = "http://169.254.170.2";
/// The hosts that may be asked over http, besides loopback addresses.
const HOSTS: [&str; 4] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost"];
const TIMEOUT: Duration = Duration::from_secs(2);
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);

impl Provider for ContainerProvider {
    fn method(&self) -> &'static str {
        METHOD
    }

    fn load(&self, retrieval: &Retrieval<'_>) -> Result<Loaded> {
        let Some(url) = url(retrieval) else {
            return Ok(Loaded::Skipped("no AWS_CONTAINER_CREDENTIALS_ variable is set".into()));
        };
        check_host(&url)?;
        let authorization = authorization(retrieval)?;
        let mut attempt = 1;
        loop {
            let mut request = request("GET", url.clone());
            request.headers.set("Accept", "application/json");
            if let Some(token) = &authorization {
                request.headers.set("Authorization", token.as_str());
            }
            match self.ask(request, retrieval.limits) {
                Ok(document) => return credentials(&document).map(Loaded::Found),
                Err(_) if attempt < ATTEMPTS => retrieval.limits.sleep(PAUSE)?,
                Err(cause) => {
                    retrieval.limits.check()?;
                    return Err(unretrievable(METHOD, format_args!("Error retrieving metadata: {cause}")));
                }
            }
            attempt += 1;
        }
    }
}

impl ContainerProvider {
    /// Requests the document once; the error says why there is none. It does not quote the response, which may contain a
    /// secret.
    fn ask(&self, request: Request, limits: &Limits) -> Result<Json, String> {
        let sent = self.client.send(request, TIMEOUT, limits);
        let (status, body) = sent.map_err(|cause| format!("Received error when attempting to retrieve container metadata: {cause}"))?;
        if status != 200 {
            return Err(format!("Received non 200 response {status} from container metadata (a body of {} bytes)", body.len()));
        }
        serde_json::from_slice(&body).map_err(|_| "Unable to parse JSON returned from container metadata services".to_owned())
    }
}

/// The URL of the agent, if the environment names one.
fn url(retrieval: &Retrieval<'_>) -> Option<String> {
    match retrieval.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
        Some(path) => Some(format!("{AGENT}{path}")),
        None => retrieval.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI").map(String::from),
    }
}

/// Checks that the credentials come from this machine or its host, or over TLS. Names are not resolved for the check.
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

/// The value of the `Authorization` header, unchanged. The file is read each time, because its content changes.
fn authorization(retrieval: &Retrieval<'_>) -> Result<Option<String>> {
    let token = match retrieval.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        Some(path) => {
            let token = cache::read_text(Path::new(path.as_str()));
            Some(token.map_err(|error| unretrievable(METHOD, format_args!("the token file {path}: {error}")).with_source(error))?)
        }
        None => retrieval.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN").map(String::from),
    };
    let token = token.filter(|token| !token.is_empty());
    if token.as_ref().is_some_and(|token| token.contains(['\r', '\n'])) {
        let message = "Auth token value is not a legal header value";
        return Err(Error::new(ErrorKind::CredentialRetrieval, message).with_name("ValueError"));
    }
    Ok(token)
}

fn credentials(document: &Json) -> Result<Credentials> {
    let text = |key: &str| document[key].as_str();
    let missing = |key: &str| unretrievable(METHOD, format_args!("Missing required key in response: '{key}'"));
    let required = |key: &str| text(key).filter(|text| !text.is_empty()).ok_or_else(|| missing(key));
    let expiry = parse_expiry(required("Expiration")?, METHOD)?;
    let credentials = Credentials::new(required("AccessKeyId")?, required("SecretAccessKey")?);
    // An agent that issues long-lived keys returns an empty token.
    let token = text("Token").ok_or_else(|| missing("Token"))?;
    Ok(credentials.with_token(token).with_expiry(expiry).with_account_id(text("AccountId").unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::FixedContext;
    use super::*;
    use crate::value;
    use crate::value::Value;

    #[test]
    fn the_relative_uri_has_precedence_even_if_it_is_empty() {
        let url = |variables: Value| url(&Retrieval::new(&FixedContext::new(variables, Value::Null, Value::Null), &Limits::default()));
        let [relative, full] = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];
        assert_eq!(url(value!({relative: "/v2/x", full: "http://h/"})).as_deref(), Some("http://169.254.170.2/v2/x"));
        assert_eq!(url(value!({relative: "", full: "http://h/"})).as_deref(), Some("http://169.254.170.2"));
        assert_eq!(url(value!({full: "http://h/"})).as_deref(), Some("http://h/"));
        assert_eq!(url(value!({})), None);
    }

    #[test]
    fn credentials_are_not_requested_from_other_hosts_over_http() {
        for url in ["http://127.9.0.1:80/x", "http://[::1]:8080/", "http://LocalHost/a", "http://169.254.170.23/v1", "https://h.com/"] {
            assert!(check_host(url).is_ok(), "{url}");
        }
        let error = check_host("http://169.254.170.2.evil.com/").unwrap_err();
        let message = "Unsupported host '169.254.170.2.evil.com'.  Can only retrieve metadata from a loopback address or one of these \
                       hosts: 169.254.170.2, 169.254.170.23, fd00:ec2::23, localhost";
        assert_eq!((error.name(), error.message()), ("ValueError", message));
        for url in ["http://u@h.com/", "http://localhost@h.com/"] {
            assert!(check_host(url).unwrap_err().message().starts_with("Unsupported host 'h.com'."), "{url}");
        }
    }
}
