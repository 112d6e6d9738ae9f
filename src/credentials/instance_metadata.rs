//! Credentials of an EC2 instance's role, from its metadata service (IMDS): with a token, and without where the service
//! knows none.
//!
//! The service may hand out what is about to expire, or has expired, when it is in trouble: that is used all the same,
//! and the next attempt is made some minutes later.

use std::time::Duration;

use serde_json::Value as Json;

use super::metadata::{MetadataClient, request};
use super::role::parse_expiry;
use super::{Lookup, Provider};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Limits;
use crate::text::random;
use crate::value::{Str, Timestamp};

#[derive(Default)]
pub(crate) struct InstanceMetadata {
    client: MetadataClient,
}

/// How the service is reached.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MetadataSettings {
    pub endpoint: Option<Str>,
    /// `ipv4` or `ipv6`.
    pub endpoint_mode: Option<Str>,
    pub timeout: Duration,
    /// How often each request is sent.
    pub attempts: u32,
    pub v1_disabled: bool,
}

const METHOD: &str = "iam-role";
const TOKEN_PATH: &str = "latest/api/token";
const ROLE_PATH: &str = "latest/meta-data/iam/security-credentials/";

impl Provider for InstanceMetadata {
    fn method(&self) -> &'static str {
        METHOD
    }

    fn load(&self, surroundings: &Lookup<'_>) -> Result<Option<Credentials>> {
        if surroundings.variable("AWS_EC2_METADATA_DISABLED").is_some_and(|text| text.eq_ignore_ascii_case("true")) {
            return Ok(None);
        }
        let settings = surroundings.metadata_service()?;
        let service = Service { client: &self.client, base: base_url(&settings)?, settings, limits: surroundings.limits };
        let Some(token) = service.token()? else { return Ok(None) };
        let Some(role) = service.get(ROLE_PATH, token.as_deref(), |body| Some(body.to_owned()))? else { return Ok(None) };
        let path = format!("{ROLE_PATH}{role}");
        let Some(document) = service.get(&path, token.as_deref(), |body| serde_json::from_str::<Json>(body).ok())? else { return Ok(None) };
        credentials(&document, surroundings.now())
    }
}

struct Service<'a> {
    client: &'a MetadataClient,
    base: String,
    settings: MetadataSettings,
    limits: &'a Limits,
}

impl Service<'_> {
    /// The token that the other requests need; an empty one where the service knows no tokens, and nothing where it
    /// refuses to talk at all.
    fn token(&self) -> Result<Option<Option<String>>> {
        for _ in 0..self.settings.attempts {
            let mut request = request("PUT", format!("{}{TOKEN_PATH}", self.base));
            request.headers.set("x-aws-ec2-metadata-token-ttl-seconds", "21600");
            match self.client.send(request, self.settings.timeout, self.limits) {
                Ok((200, body)) => return Ok(Some(String::from_utf8(body).ok())),
                Ok((400, _)) => return Ok(None),
                Ok((403..=405, _)) => break,
                Err(error) if Limits::stopped(&error) => return Err(error),
                Err(error) if error.kind() == ErrorKind::ReadTimeout => break,
                Ok(_) | Err(_) => {}
            }
        }
        if self.settings.v1_disabled {
            let message = "Error retrieving metadata: Unable to retrieve token for use in IMDSv2 call and IMDSv1 has been disabled";
            return Err(Error::new(ErrorKind::CredentialRetrieval, message).with_name("MetadataRetrievalError"));
        }
        Ok(Some(None))
    }

    /// What the service says under a path, once it makes sense; nothing if it never does.
    fn get<T>(&self, path: &str, token: Option<&str>, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
        for _ in 0..self.settings.attempts {
            let mut request = request("GET", format!("{}{path}", self.base));
            if let Some(token) = token {
                request.headers.set("x-aws-ec2-metadata-token", token);
            }
            match self.client.send(request, self.settings.timeout, self.limits) {
                Ok((200, body)) => {
                    if let Some(found) = std::str::from_utf8(&body).ok().filter(|body| !body.is_empty()).and_then(&read) {
                        return Ok(Some(found));
                    }
                }
                Err(error) if Limits::stopped(&error) => return Err(error),
                Ok(_) | Err(_) => {}
            }
        }
        Ok(None)
    }
}

/// Where the service is, with a slash at its end.
fn base_url(settings: &MetadataSettings) -> Result<String> {
    let invalid = |name, message| Err(Error::new(ErrorKind::InvalidConfig, message).with_name(name));
    let mode = settings.endpoint_mode.as_deref().unwrap_or("ipv4").to_ascii_lowercase();
    if mode != "ipv4" && mode != "ipv6" {
        let message =
            format!("Invalid EC2 Instance Metadata endpoint mode: {mode} Valid endpoint modes (case-insensitive): ('ipv4', 'ipv6').");
        return invalid("InvalidIMDSEndpointModeError", message);
    }
    match settings.endpoint.as_deref() {
        Some(endpoint) if !endpoint.starts_with("http://") && !endpoint.starts_with("https://") => {
            invalid("InvalidIMDSEndpointError", format!("Invalid endpoint EC2 Instance Metadata endpoint: {endpoint}"))
        }
        Some(endpoint) if endpoint.ends_with('/') => Ok(endpoint.to_owned()),
        Some(endpoint) => Ok(format!("{endpoint}/")),
        None if mode == "ipv6" => Ok("http://[fd00:ec2::254]/".to_owned()),
        None => Ok("http://169.254.169.254/".to_owned()),
    }
}

/// The keys of the document; one that lacks any says why there are none, and counts as none.
fn credentials(document: &Json, now: Timestamp) -> Result<Option<Credentials>> {
    let text = |key: &str| document[key].as_str();
    let [Some(id), Some(secret), Some(token), Some(expiration)] = ["AccessKeyId", "SecretAccessKey", "Token", "Expiration"].map(text)
    else {
        return Ok(None);
    };
    let expiry = parse_expiry(expiration, METHOD)?;
    let expiry = if is_plain_instant(expiration) { extended(expiry, now, 120 + random_below(481)) } else { expiry };
    Ok(Some(Credentials::new(id, secret).with_token(token).with_expiry(expiry)))
}

/// What is nearly over is taken to live on until the next attempt is due, `spread` seconds from now.
fn extended(expiry: Timestamp, now: Timestamp, spread: i64) -> Timestamp {
    let life = 900 + spread;
    if now.seconds() < expiry.seconds().saturating_sub(life) {
        return expiry;
    }
    Timestamp::new(now.seconds().saturating_add(life), now.nanoseconds())
}

/// Whether it is written as `2030-01-01T00:00:00Z` is.
fn is_plain_instant(text: &str) -> bool {
    let pattern = b"0000-00-00T00:00:00Z";
    text.len() == pattern.len() && text.bytes().zip(pattern).all(|(c, p)| if *p == b'0' { c.is_ascii_digit() } else { c == *p })
}

/// A random number from 0 up to, not including, `end`.
fn random_below(end: u16) -> i64 {
    i64::from(u16::from_le_bytes(random::bytes()) % end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearly_over_lives_on() {
        let (now, at) = (Timestamp::new(10_000, 0), |seconds| Timestamp::new(seconds, 0));
        assert_eq!(extended(at(9_400), now, 120), at(11_020));
        assert_eq!(extended(at(11_020), now, 120), at(11_020));
        assert_eq!(extended(at(11_021), now, 120), at(11_021));
        assert!(is_plain_instant("2030-01-01T00:00:00Z") && !is_plain_instant("2030-01-01T00:00:00.0Z"));
    }

    #[test]
    fn where_the_service_is() {
        let settings = |endpoint: Option<&str>, mode: Option<&str>| MetadataSettings {
            endpoint: endpoint.map(Str::from),
            endpoint_mode: mode.map(Str::from),
            timeout: Duration::from_secs(1),
            attempts: 1,
            v1_disabled: false,
        };
        assert_eq!(base_url(&settings(None, None)).unwrap(), "http://169.254.169.254/");
        assert_eq!(base_url(&settings(None, Some("IPv6"))).unwrap(), "http://[fd00:ec2::254]/");
        assert_eq!(base_url(&settings(Some("http://h:1/p"), Some("ipv6"))).unwrap(), "http://h:1/p/");
        assert_eq!(base_url(&settings(Some("127.0.0.1:80"), None)).unwrap_err().name(), "InvalidIMDSEndpointError");
        assert_eq!(base_url(&settings(None, Some("ipv5"))).unwrap_err().name(), "InvalidIMDSEndpointModeError");
    }
}
