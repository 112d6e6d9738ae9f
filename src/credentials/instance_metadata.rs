//! Credentials of an EC2 instance's role, from the instance metadata service (IMDS): with a token, or without one if the
//! service does not support tokens.
//!
//! Also the region of the instance, for the defaults mode `auto`.
//!
//! During an outage the service may return credentials that are about to expire or have expired. They are used anyway, and
//! the next attempt is made some minutes later.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use serde_json::Value as Json;

use super::metadata_client::{MetadataClient, request};
use super::{Loaded, Provider, ProviderContext, Retrieval, parse_expiry};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Limits, masked_url};
use crate::text::random;
use crate::value::{Str, Timestamp};

#[derive(Default)]
pub(super) struct InstanceMetadataProvider {
    client: MetadataClient,
}

/// The settings of the metadata service.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MetadataSettings {
    pub endpoint: Option<Str>,
    /// `ipv4` or `ipv6`.
    pub endpoint_mode: Option<Str>,
    pub timeout: Duration,
    /// The maximum number of attempts for each request.
    pub attempts: u32,
    pub v1_disabled: bool,
}

const METHOD: &str = "iam-role";
const TOKEN_PATH: &str = "latest/api/token";
const ROLE_PATH: &str = "latest/meta-data/iam/security-credentials/";
const ZONE_PATH: &str = "latest/meta-data/placement/availability-zone/";

impl Provider for InstanceMetadataProvider {
    fn method(&self) -> &'static str {
        METHOD
    }

    fn load(&self, retrieval: &Retrieval<'_>) -> Result<Loaded> {
        if is_disabled(&**retrieval) {
            return Ok(Loaded::Skipped("AWS_EC2_METADATA_DISABLED is true".into()));
        }
        match MetadataService::new(&self.client, &**retrieval, retrieval.limits)?.document()? {
            Ok(document) => credentials(&document, retrieval.now()),
            Err(reason) => Ok(Loaded::Skipped(reason.into())),
        }
    }
}

fn is_disabled(context: &dyn ProviderContext) -> bool {
    context.variable("AWS_EC2_METADATA_DISABLED").is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// The region of the instance that the program runs on.
pub(crate) struct InstanceRegion {
    context: Arc<dyn ProviderContext>,
    cached: Arc<CachedRegion>,
}

/// What a session remembers of the region of its instance.
#[derive(Default)]
pub(crate) struct CachedRegion {
    client: MetadataClient,
    /// `None` if the program runs elsewhere, or if the service is disabled.
    found: OnceLock<Option<Str>>,
    /// Held by the thread that asks.
    asking: Mutex<()>,
}

impl InstanceRegion {
    pub(crate) fn new(context: Arc<dyn ProviderContext>, cached: Arc<CachedRegion>) -> InstanceRegion {
        InstanceRegion { context, cached }
    }

    /// Returns the region; `None` if it is unknown, also while another thread asks for it. The service is asked once, within the
    /// limits of the first call; a call that its limits end leaves the question to the next one.
    pub(crate) fn find(&self, limits: &Limits) -> Option<&str> {
        let cached = &*self.cached;
        if cached.found.get().is_none()
            && let Ok(_asking) = cached.asking.try_lock()
            && cached.found.get().is_none()
        {
            match self.ask(limits) {
                Err(error) if Limits::stopped(&error) => {}
                answer => drop(cached.found.set(answer.ok().flatten())),
            }
        }
        cached.found.get()?.as_deref()
    }

    /// The availability zone without its last letter is the region.
    fn ask(&self, limits: &Limits) -> Result<Option<Str>> {
        if is_disabled(&*self.context) {
            return Ok(None);
        }
        let service = MetadataService::new(&self.cached.client, &*self.context, limits)?;
        let Ok(token) = service.token()? else { return Ok(None) };
        let region = |zone: &str| zone.char_indices().next_back().filter(|(at, _)| *at > 0).map(|(at, _)| Str::from(&zone[..at]));
        Ok(service.get("availability zone", ZONE_PATH, token.as_deref(), region)?.ok())
    }
}

struct MetadataService<'a> {
    client: &'a MetadataClient,
    base: String,
    settings: MetadataSettings,
    limits: &'a Limits,
}

/// The outcome of a request to the service: what it returned, or why there is nothing. An error ends the search.
type Answer<T> = Result<Result<T, String>>;

impl<'a> MetadataService<'a> {
    fn new(client: &'a MetadataClient, context: &dyn ProviderContext, limits: &'a Limits) -> Result<MetadataService<'a>> {
        let settings = context.metadata_service()?;
        Ok(MetadataService { client, base: base_url(&settings)?, settings, limits })
    }

    /// Requests the token, the name of the role, and its credentials document.
    fn document(&self) -> Answer<Json> {
        let token = match self.token()? {
            Ok(token) => token,
            Err(reason) => return Ok(Err(reason)),
        };
        let first_line = |body: &str| body.lines().next().map(str::trim).filter(|role| !role.is_empty()).map(str::to_owned);
        let role = match self.get("role", ROLE_PATH, token.as_deref(), first_line)? {
            Ok(role) => role,
            Err(reason) => return Ok(Err(reason)),
        };
        self.get("credentials", &format!("{ROLE_PATH}{role}"), token.as_deref(), |body| serde_json::from_str(body).ok())
    }

    /// The token for the other requests; `None` if the service does not support tokens.
    fn token(&self) -> Answer<Option<String>> {
        for _ in 0..self.settings.attempts {
            let mut request = request("PUT", format!("{}{TOKEN_PATH}", self.base));
            request.headers.set("x-aws-ec2-metadata-token-ttl-seconds", "21600");
            match self.client.send(request, self.settings.timeout, self.limits) {
                Ok((200, body)) => return Ok(Ok(String::from_utf8(body).ok().filter(|token| !token.is_empty()))),
                Ok((400, _)) => return Ok(Err(self.reason("token", "status 400"))),
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
        Ok(Ok(None))
    }

    /// Requests a document until `read` accepts it or the attempts are used up.
    fn get<T>(&self, what: &str, path: &str, token: Option<&str>, read: impl Fn(&str) -> Option<T>) -> Answer<T> {
        let mut reason = "no attempt is configured".to_owned();
        for _ in 0..self.settings.attempts {
            let mut request = request("GET", format!("{}{path}", self.base));
            if let Some(token) = token {
                request.headers.set("x-aws-ec2-metadata-token", token);
            }
            match self.client.send(request, self.settings.timeout, self.limits) {
                Ok((200, body)) => match std::str::from_utf8(&body).ok().and_then(&read) {
                    Some(found) => return Ok(Ok(found)),
                    None if body.is_empty() => reason = "an empty response".to_owned(),
                    None => reason = "a response that cannot be read".to_owned(),
                },
                Ok((status, _)) => reason = format!("status {status}"),
                Err(error) if Limits::stopped(&error) => return Err(error),
                Err(error) => reason = error.message().to_owned(),
            }
        }
        Ok(Err(self.reason(what, reason)))
    }

    fn reason(&self, what: &str, outcome: impl fmt::Display) -> String {
        format!("{}: the request for the {what} ended with {outcome}", masked_url(&self.base))
    }
}

/// The base URL of the service, with a trailing slash.
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
            invalid("InvalidIMDSEndpointError", format!("Invalid endpoint EC2 Instance Metadata endpoint: {}", masked_url(endpoint)))
        }
        Some(endpoint) if endpoint.ends_with('/') => Ok(endpoint.to_owned()),
        Some(endpoint) => Ok(format!("{endpoint}/")),
        None if mode == "ipv6" => Ok("http://[fd00:ec2::254]/".to_owned()),
        None => Ok("http://169.254.169.254/".to_owned()),
    }
}

/// The credentials in the document. A document without them contains a `Code` that says why.
fn credentials(document: &Json, now: Timestamp) -> Result<Loaded> {
    let text = |key: &str| document[key].as_str().filter(|text| !text.is_empty());
    let required = ["AccessKeyId", "SecretAccessKey", "Token", "Expiration"];
    let [Some(id), Some(secret), Some(token), Some(expiration)] = required.map(text) else {
        let missing: Vec<_> = required.into_iter().filter(|key| text(key).is_none()).collect();
        let is_code = |code: &&str| code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
        let code = text("Code").filter(is_code).map_or_else(String::new, |code| format!(" (its Code is {code})"));
        return Ok(Loaded::Skipped(format!("the credentials document lacks {}{code}", missing.join(", ")).into()));
    };
    let expiry = parse_expiry(expiration, METHOD)?;
    let expiry = if is_plain_instant(expiration) { extended(expiry, now, 120 + random_below(481)) } else { expiry };
    Ok(Loaded::Found(Credentials::new(id, secret).with_token(token).with_expiry(expiry)))
}

/// Extends an expiry that is near to the time of the next attempt, which is due in `spread` seconds.
fn extended(expiry: Timestamp, now: Timestamp, spread: i64) -> Timestamp {
    let life = 900 + spread;
    if now.seconds() < expiry.seconds().saturating_sub(life) {
        return expiry;
    }
    Timestamp::new(now.seconds().saturating_add(life), now.nanoseconds())
}

/// Whether the text has exactly the form `2030-01-01T00:00:00Z`.
fn is_plain_instant(text: &str) -> bool {
    let pattern = b"0000-00-00T00:00:00Z";
    text.len() == pattern.len() && text.bytes().zip(pattern).all(|(c, p)| if *p == b'0' { c.is_ascii_digit() } else { c == *p })
}

/// A random number in the range [0, `end`).
fn random_below(end: u16) -> i64 {
    i64::from(u16::from_le_bytes(random::bytes()) % end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_expiry_is_extended() {
        let (now, at) = (Timestamp::new(10_000, 0), |seconds| Timestamp::new(seconds, 0));
        assert_eq!(extended(at(9_400), now, 120), at(11_020));
        assert_eq!(extended(at(11_020), now, 120), at(11_020));
        assert_eq!(extended(at(11_021), now, 120), at(11_021));
        assert!(is_plain_instant("2030-01-01T00:00:00Z") && !is_plain_instant("2030-01-01T00:00:00.0Z"));
    }

    #[test]
    fn the_base_url_follows_the_settings() {
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
