//! Roles: a profile with `role_arn` whose source is another profile, which may itself be a role, or a credential source
//! that needs no profile.
//!
//! Each role of such a chain is a [`RoleProvider`] that caches and refreshes its own credentials. The chain is built when it
//! is first needed; building it reads profiles only.

use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::chain::CachedChain;
use super::container::ContainerProvider;
use super::instance_metadata::InstanceMetadataProvider;
use super::refresh::Windows;
use super::static_credentials::EnvironmentProvider;
use super::sts::{Exchange, default_session_name};
use super::{Chain, Loaded, Provider, Retrieval, partial, profile_chain, text, unretrievable};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str, Value};

const METHOD: &str = "assume-role";
/// The greatest number of roles in a chain of source profiles. Each one waits for the next on the stack.
const LONGEST_CHAIN: usize = 32;

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
    /// The parameters, under the names of the operation `AssumeRole`.
    params: Map,
}

impl AssumeRole {
    /// A role by its ARN.
    pub fn new(role_arn: impl Into<Str>) -> AssumeRole {
        AssumeRole { params: Map::new() }.param("RoleArn", role_arn.into())
    }

    /// Sets the name of the role session, which appears in logs. The default is botocore's: `botocore-session-` and the time
    /// in Unix seconds.
    pub fn role_session_name(self, name: impl Into<Str>) -> AssumeRole {
        self.param("RoleSessionName", name.into())
    }

    /// Sets the external ID that the owner of the role requires from a third party.
    pub fn external_id(self, id: impl Into<Str>) -> AssumeRole {
        self.param("ExternalId", id.into())
    }

    /// Sets the serial number of the MFA device; the session asks the user for its code. See
    /// [`SessionBuilder::mfa_prompt`](crate::SessionBuilder::mfa_prompt).
    pub fn mfa_serial(self, serial: impl Into<Str>) -> AssumeRole {
        self.param("SerialNumber", serial.into())
    }

    /// Sets how long the credentials are valid, in whole seconds. The service's default is one hour.
    pub fn duration(self, life: Duration) -> AssumeRole {
        self.param("DurationSeconds", i64::try_from(life.as_secs()).unwrap_or(i64::MAX))
    }

    /// Sets any other parameter of the operation `AssumeRole`: `Policy`, `PolicyArns`, `Tags`, `SourceIdentity`, …
    pub fn param(mut self, name: impl Into<Str>, value: impl Into<Value>) -> AssumeRole {
        self.params.insert(name, value);
        self
    }

    /// The role that a profile describes. A duration that is not a number is ignored.
    fn of_profile(profile: &Map) -> AssumeRole {
        let mut role = AssumeRole::new(profile["role_arn"].as_str().unwrap_or_default());
        for (key, param) in [("role_session_name", "RoleSessionName"), ("external_id", "ExternalId"), ("mfa_serial", "SerialNumber")] {
            if let Some(value) = text(profile, key) {
                role = role.param(param, value);
            }
        }
        match profile["duration_seconds"].as_str().and_then(|seconds| seconds.trim().parse::<i64>().ok()) {
            Some(seconds) => role.param("DurationSeconds", seconds),
            None => role,
        }
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

/// Shows only the ARN of the role.
impl fmt::Debug for AssumeRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AssumeRole").field(&self.params["RoleArn"]).finish()
    }
}

/// The role of a profile.
pub(super) struct AssumeRoleProvider {
    profile: Str,
    role: Mutex<Option<Arc<RoleProvider>>>,
}

impl AssumeRoleProvider {
    pub(super) fn new(profile: Str) -> AssumeRoleProvider {
        AssumeRoleProvider { profile, role: Mutex::default() }
    }

    /// The provider of the profile's role, which is built once; `None` if the profile is not a role.
    fn role(&self, retrieval: &Retrieval<'_>) -> Result<Option<Arc<RoleProvider>>> {
        let mut role = self.role.lock().unwrap_or_else(PoisonError::into_inner);
        if role.is_none() && is_role(retrieval.profile(&self.profile)) {
            *role = Some(Arc::new(RoleProvider::of_profile(retrieval, &self.profile)?));
        }
        Ok(role.clone())
    }
}

impl Provider for AssumeRoleProvider {
    fn method(&self) -> &'static str {
        METHOD
    }

    fn features(&self, retrieval: &Retrieval<'_>) -> Vec<&'static str> {
        self.role(retrieval).ok().flatten().map(|role| role.features(retrieval)).unwrap_or_default()
    }

    fn load(&self, retrieval: &Retrieval<'_>) -> Result<Loaded> {
        match self.role(retrieval)? {
            Some(role) => role.load(retrieval),
            None => Ok(Loaded::Skipped(format!("profile \"{}\" has no role_arn to assume", self.profile).into())),
        }
    }
}

/// One role, and the chain whose credentials it is assumed with.
pub(super) struct RoleProvider {
    role: AssumeRole,
    source: CachedChain,
    source_kind: SourceKind,
    session_name: OnceLock<Str>,
    /// A code of the MFA device is valid once, and a refresh must not ask the user for another one.
    mfa_is_spent: AtomicBool,
}

/// What the source of a role is; it determines the error if the source has no credentials.
enum SourceKind {
    /// A profile.
    Profile(Str),
    /// A `credential_source`, and the profile that names it.
    CredentialSource(Str, Str),
    /// The session's own chain.
    Session,
}

impl RoleProvider {
    /// A role that is assumed with the credentials of `chain`.
    pub(super) fn new(role: AssumeRole, chain: Chain, windows: Windows) -> RoleProvider {
        RoleProvider::with_source(role, chain, SourceKind::Session, windows)
    }

    fn with_source(role: AssumeRole, chain: Chain, source_kind: SourceKind, windows: Windows) -> RoleProvider {
        let source = CachedChain::new(chain, windows);
        RoleProvider { role, source, source_kind, session_name: OnceLock::new(), mfa_is_spent: AtomicBool::new(false) }
    }

    /// Follows the source profiles of a profile to the end of the chain, and builds the providers from there.
    fn of_profile(retrieval: &Retrieval<'_>, name: &Str) -> Result<RoleProvider> {
        let nothing = Map::new();
        let mut visited = vec![name.clone()];
        let mut roles: Vec<(AssumeRole, SourceKind)> = Vec::new();
        let mut current = name.clone();
        let mut chain = loop {
            if roles.len() == LONGEST_CHAIN {
                return Err(invalid(format!(
                    "The chain of source profiles that begins with profile \"{name}\" has more than {LONGEST_CHAIN} roles."
                )));
            }
            let profile = retrieval.profile(&current).unwrap_or(&nothing);
            let role = AssumeRole::of_profile(profile);
            match (text(profile, "source_profile"), text(profile, "credential_source")) {
                (Some(_), Some(_)) => {
                    return Err(invalid(format!("The profile \"{current}\" contains both source_profile and credential_source.")));
                }
                (None, None) => return Err(partial(METHOD, "source_profile or credential_source")),
                (None, Some(source)) => {
                    roles.push((role, SourceKind::CredentialSource(source.into(), current.clone())));
                    break credential_source_chain(source, &current)?;
                }
                (Some(source), None) => {
                    roles.push((role, SourceKind::Profile(source.into())));
                    let is_role = source_is_role(retrieval, source, &current, &mut visited)?;
                    current = source.into();
                    if !is_role {
                        break Chain::new(profile_chain(&current, false));
                    }
                }
            }
        };
        let windows = retrieval.windows();
        loop {
            let (role, source) = roles.pop().expect("each pass adds a role, and one is left until the last is built");
            let provider = RoleProvider::with_source(role, chain, source, windows);
            if roles.is_empty() {
                return Ok(provider);
            }
            chain = Chain::new(vec![Box::new(provider)]);
        }
    }

    fn no_source(&self) -> Error {
        match &self.source_kind {
            SourceKind::Profile(source) => invalid(format!("The source profile \"{source}\" must have credentials.")),
            SourceKind::CredentialSource(source, profile) => {
                unretrievable(source, format_args!("No credentials found in credential_source referenced in profile {profile}"))
            }
            SourceKind::Session => self.source.none_found(),
        }
    }

    /// The parameters that differ between calls: a generated session name, and the code of the MFA device.
    fn call_params(&self, retrieval: &Retrieval<'_>) -> Result<Map> {
        let mut params = Map::new();
        if !self.role.params.contains_key("RoleSessionName") {
            params.insert("RoleSessionName", self.session_name.get_or_init(|| default_session_name(retrieval)).clone());
        }
        if let Some(serial) = text(&self.role.params, "SerialNumber") {
            if self.mfa_is_spent.load(Ordering::Relaxed) {
                let message = "Cannot refresh credentials: MFA token required.";
                return Err(Error::new(ErrorKind::CredentialRetrieval, message).with_name("RefreshWithMFAUnsupportedError"));
            }
            params.insert("TokenCode", retrieval.mfa_code(serial)?);
        }
        Ok(params)
    }
}

impl Provider for RoleProvider {
    fn method(&self) -> &'static str {
        METHOD
    }

    fn features(&self, _: &Retrieval<'_>) -> Vec<&'static str> {
        let how: &[&'static str] = match &self.source_kind {
            SourceKind::Profile(_) => &["n", "o"],
            SourceKind::CredentialSource(..) => &["p"],
            SourceKind::Session => &[],
        };
        let mut features = self.source.features();
        for feature in how.iter().copied().chain(["i"]) {
            if !features.contains(&feature) {
                features.push(feature);
            }
        }
        features
    }

    fn load(&self, retrieval: &Retrieval<'_>) -> Result<Loaded> {
        let keys = self.source.find(retrieval, retrieval.now())?.ok_or_else(|| self.no_source())?;
        let exchange = Exchange { method: METHOD, operation: "AssumeRole", params: &self.role.params, keys: Some(&keys.credentials) };
        let is_called = Cell::new(false);
        let call_params = || {
            is_called.set(true);
            self.call_params(retrieval)
        };
        let credentials = exchange.credentials(retrieval, call_params)?;
        if is_called.get() {
            self.mfa_is_spent.store(true, Ordering::Relaxed);
        }
        Ok(Loaded::Found(credentials))
    }
}

fn is_role(profile: Option<&Map>) -> bool {
    profile.is_some_and(|profile| text(profile, "role_arn").is_some() && text(profile, "web_identity_token_file").is_none())
}

fn has_static_keys(profile: &Map) -> bool {
    text(profile, "aws_access_key_id").is_some() || text(profile, "aws_secret_access_key").is_some()
}

/// The provider that a `credential_source` names.
fn credential_source_chain(source: &str, profile: &str) -> Result<Chain> {
    let provider: Box<dyn Provider> = match source {
        "Environment" => Box::new(EnvironmentProvider),
        "EcsContainer" => Box::new(ContainerProvider::default()),
        "Ec2InstanceMetadata" => Box::new(InstanceMetadataProvider::default()),
        _ => {
            return Err(invalid(format!("The credential source \"{source}\" referenced in profile \"{profile}\" is not valid.")));
        }
    };
    Ok(Chain::new(vec![provider]))
}

/// Whether a source profile is itself a role; otherwise the profile's own credentials are used.
fn source_is_role(retrieval: &Retrieval<'_>, source: &str, profile: &Str, visited: &mut Vec<Str>) -> Result<bool> {
    let Some(section) = retrieval.profile(source) else {
        return Err(invalid(format!("The source_profile \"{source}\" referenced in the profile \"{profile}\" does not exist.")));
    };
    let has_static_keys = has_static_keys(section);
    if visited.iter().any(|name| name == source) && !(source == profile.as_str() && has_static_keys) {
        return Err(infinite_loop(source, visited));
    }
    visited.push(source.into());
    Ok(!has_static_keys && is_role(Some(section)))
}

fn infinite_loop(source: &str, visited: &[Str]) -> Error {
    let visited: Vec<_> = visited.iter().map(|name| format!("'{name}'")).collect();
    invalid(format!(
        "Infinite loop in credential configuration detected. Attempting to load from profile {source} which has already been \
         visited. Visited profiles: [{}]",
        visited.join(", ")
    ))
    .with_name("InfiniteLoopConfigError")
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidConfig, message)
}
