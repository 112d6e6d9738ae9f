//! Credentials of roles: a profile with `role_arn`, whose source is another profile, a role in its turn perhaps, or
//! one of the places that need no profile.
//!
//! Each role of such a chain is a [`Link`] that keeps and renews what it has. A link is made when it is first asked
//! for; making it looks at profiles only.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::container::Container;
use super::instance_metadata::InstanceMetadata;
use super::refresh::Windows;
use super::role::{AssumeRole, Exchange};
use super::source::Keys;
use super::{Chain, Environment, Lookup, Provider, partial, profile_chain, unretrievable};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str};

const METHOD: &str = "assume-role";

/// The role of a profile.
pub(crate) struct AssumedRole {
    profile: Str,
    link: Mutex<Option<Arc<Link>>>,
}

impl AssumedRole {
    pub(crate) fn new(profile: Str) -> AssumedRole {
        AssumedRole { profile, link: Mutex::default() }
    }

    fn link(&self, surroundings: &Lookup<'_>) -> Result<Option<Arc<Link>>> {
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        if link.is_none() && assumes_role(surroundings.profile(&self.profile)) {
            *link = Some(Arc::new(Link::of_profile(surroundings, &self.profile, &mut vec![self.profile.clone()])?));
        }
        Ok(link.clone())
    }
}

impl Provider for AssumedRole {
    fn method(&self) -> &'static str {
        METHOD
    }

    fn load(&self, surroundings: &Lookup<'_>) -> Result<Option<Credentials>> {
        self.link(surroundings)?.map_or(Ok(None), |link| link.load(surroundings))
    }
}

/// One role, and whose keys ask for it.
pub(crate) struct Link {
    role: AssumeRole,
    source: Keys,
    /// What is said when the source has nothing.
    sourceless: Sourceless,
    session_name: OnceLock<Str>,
    /// A code of the device is good once, and the user is not asked for another behind the program's back.
    mfa_is_spent: AtomicBool,
}

enum Sourceless {
    /// The profile that has no credentials.
    Profile(Str),
    /// The place that has none, and the profile that names it.
    Place(Str, Str),
    /// The session's own places.
    Session,
}

impl Link {
    /// A role that the places of `chain` ask for.
    pub(crate) fn new(role: AssumeRole, chain: Chain, windows: Windows) -> Link {
        Link::from(role, chain, Sourceless::Session, windows)
    }

    fn from(role: AssumeRole, chain: Chain, sourceless: Sourceless, windows: Windows) -> Link {
        let source = Keys::new(chain, windows);
        Link { role, source, sourceless, session_name: OnceLock::new(), mfa_is_spent: AtomicBool::new(false) }
    }

    fn of_profile(surroundings: &Lookup<'_>, name: &Str, visited: &mut Vec<Str>) -> Result<Link> {
        let nothing = Map::new();
        let profile = surroundings.profile(name).unwrap_or(&nothing);
        let (chain, sourceless) = match (profile["source_profile"].as_str(), profile["credential_source"].as_str()) {
            (Some(_), Some(_)) => {
                return Err(invalid(format!("The profile \"{name}\" contains both source_profile and credential_source.")));
            }
            (None, None) => return Err(partial(METHOD, "source_profile or credential_source")),
            (None, Some(place)) => (place_chain(place, name)?, Sourceless::Place(place.into(), name.clone())),
            (Some(source), None) => (source_chain(surroundings, source, name, visited)?, Sourceless::Profile(source.into())),
        };
        Ok(Link::from(role_of(profile), chain, sourceless, surroundings.windows()))
    }

    fn no_source(&self) -> Error {
        match &self.sourceless {
            Sourceless::Profile(source) => invalid(format!("The source profile \"{source}\" must have credentials.")),
            Sourceless::Place(place, profile) => {
                unretrievable(place, format_args!("No credentials found in credential_source referenced in profile {profile}"))
            }
            Sourceless::Session => super::none_found(),
        }
    }

    /// The parameters that no other call has: a session name that nobody chose, and the code of a device.
    fn proof(&self, surroundings: &Lookup<'_>) -> Result<Map> {
        let mut proof = Map::new();
        if !self.role.params().contains_key("RoleSessionName") {
            let made_up = || made_up_session_name(surroundings);
            proof.insert("RoleSessionName", self.session_name.get_or_init(made_up).clone());
        }
        if let Some(serial) = self.role.params()["SerialNumber"].as_str() {
            if self.mfa_is_spent.load(Ordering::Relaxed) {
                let message = "Cannot refresh credentials: MFA token required.";
                return Err(Error::new(ErrorKind::CredentialRetrieval, message).with_name("RefreshWithMFAUnsupportedError"));
            }
            proof.insert("TokenCode", surroundings.mfa_code(serial)?);
        }
        Ok(proof)
    }
}

impl Provider for Link {
    fn method(&self) -> &'static str {
        METHOD
    }

    fn load(&self, surroundings: &Lookup<'_>) -> Result<Option<Credentials>> {
        let keys = self.source.find(surroundings, surroundings.now())?.ok_or_else(|| self.no_source())?;
        let exchange = Exchange { method: METHOD, operation: "AssumeRole", params: self.role.params(), keys: Some(&keys.credentials) };
        let is_new = Cell::new(false);
        let proof = || {
            is_new.set(true);
            self.proof(surroundings)
        };
        let credentials = exchange.credentials(surroundings, proof)?;
        if is_new.get() {
            self.mfa_is_spent.store(true, Ordering::Relaxed);
        }
        Ok(Some(credentials))
    }
}

/// The name of a session that has none: botocore's.
pub(super) fn made_up_session_name(surroundings: &Lookup<'_>) -> Str {
    format!("botocore-session-{}", surroundings.now().seconds()).into()
}

fn assumes_role(profile: Option<&Map>) -> bool {
    profile.is_some_and(|profile| profile.contains_key("role_arn") && !profile.contains_key("web_identity_token_file"))
}

fn has_static_keys(profile: &Map) -> bool {
    profile.contains_key("aws_access_key_id") || profile.contains_key("aws_secret_access_key")
}

/// The role as the profile describes it; a duration that is no number counts as not there.
fn role_of(profile: &Map) -> AssumeRole {
    let mut role = AssumeRole::new(profile["role_arn"].as_str().unwrap_or_default());
    for (key, param) in [("role_session_name", "RoleSessionName"), ("external_id", "ExternalId"), ("mfa_serial", "SerialNumber")] {
        if let Some(value) = profile[key].as_str() {
            role = role.param(param, value);
        }
    }
    match profile["duration_seconds"].as_str().and_then(|text| text.trim().parse::<i64>().ok()) {
        Some(seconds) => role.param("DurationSeconds", seconds),
        None => role,
    }
}

fn place_chain(place: &str, profile: &str) -> Result<Chain> {
    let provider: Box<dyn Provider> = match place {
        "Environment" => Box::new(Environment),
        "EcsContainer" => Box::new(Container::default()),
        "Ec2InstanceMetadata" => Box::new(InstanceMetadata::default()),
        _ => {
            return Err(invalid(format!("The credential source \"{place}\" referenced in profile \"{profile}\" is not valid.")));
        }
    };
    Ok(Chain::new(vec![provider]))
}

/// Who asks for a role whose source is a profile: that profile's keys, or the role that it is.
fn source_chain(surroundings: &Lookup<'_>, source: &str, profile: &Str, visited: &mut Vec<Str>) -> Result<Chain> {
    let Some(section) = surroundings.profile(source) else {
        return Err(invalid(format!("The source_profile \"{source}\" referenced in the profile \"{profile}\" does not exist.")));
    };
    let has_static_keys = has_static_keys(section);
    if visited.iter().any(|name| name == source) && !(source == profile.as_str() && has_static_keys) {
        return Err(endless(source, visited));
    }
    visited.push(source.into());
    if has_static_keys || !assumes_role(Some(section)) {
        return Ok(Chain::new(profile_chain(&source.into(), false)));
    }
    Ok(Chain::new(vec![Box::new(Link::of_profile(surroundings, &source.into(), visited)?)]))
}

fn endless(source: &str, visited: &[Str]) -> Error {
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
