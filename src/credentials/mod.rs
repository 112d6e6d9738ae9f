//! Credential providers, the provider chain, and refreshing.
//!
//! A [`Chain`] asks its [`Provider`]s in order. A [`CredentialSource`] is what a client holds: it asks the chain when a
//! request is signed for the first time and keeps the result; [`refresh`] decides for how long. The environment, the files,
//! and the clients for the services that issue credentials are not part of this module: the session passes them in as a
//! [`ProviderContext`].
//!
//! The documentation of sessions lists the order of the providers and the differences from botocore.

mod assume_role;
pub(crate) mod cache;
mod chain;
mod container;
pub(crate) mod dpop;
mod instance_metadata;
mod login;
mod metadata_client;
mod process;
mod refresh;
mod sso;
mod static_credentials;
mod sts;
mod tokens;

pub use assume_role::AssumeRole;
pub(crate) use chain::{Chain, CredentialSource};
pub(crate) use instance_metadata::{CachedRegion, InstanceRegion, MetadataSettings};
pub(crate) use refresh::{Refreshable, Windows};
pub(crate) use static_credentials::{CustomProvider, explicit};
pub(crate) use tokens::{TokenSource, token_variable};

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::assume_role::{AssumeRoleProvider, RoleProvider};
use self::container::ContainerProvider;
use self::instance_metadata::InstanceMetadataProvider;
use self::login::LoginProvider;
use self::process::ProcessProvider;
use self::sso::SsoProvider;
use self::static_credentials::{
    BotoConfigProvider, ConfigFileProvider, Ec2FileProvider, EnvironmentProvider, ExplicitProvider, SessionProvider, SharedFileProvider,
};
use self::sts::WebIdentityProvider;
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Limits;
use crate::value::{List, Map, Str, Timestamp, Value};

/// One source of credentials.
pub(crate) trait Provider: Send + Sync {
    /// The provider's name, boto3's `method`: `env`, `shared-credentials-file`, …
    fn method(&self) -> &'static str;

    /// Loads the credentials. An error ends the search. Called again when credentials with an expiry are about to expire.
    fn load(&self, retrieval: &Retrieval<'_>) -> Result<Loaded>;

    /// The letters by which AWS's SDKs name the source in the user agent. Called after [`load`](Self::load) has found
    /// credentials.
    fn features(&self, _: &Retrieval<'_>) -> Vec<&'static str> {
        features_of(self.method())
    }
}

/// The letters of the providers that always have the same ones.
fn features_of(method: &str) -> Vec<&'static str> {
    match method {
        chain::EXPLICIT => vec!["e"],
        "env" => vec!["g"],
        "shared-credentials-file" | "config-file" => vec!["n"],
        "custom-process" => vec!["v", "w"],
        "login" => vec!["AC", "AD"],
        "boto-config" => vec!["x"],
        "container-role" => vec!["z"],
        "iam-role" => vec!["0"],
        _ => Vec::new(),
    }
}

/// The result of a provider.
pub(crate) enum Loaded {
    Found(Credentials),
    /// The provider has no credentials, and why. The text contains no secret.
    Skipped(Cow<'static, str>),
}

/// A session without its clients, as far as providers need it.
pub(crate) trait ProviderContext: Send + Sync {
    /// An environment variable.
    fn variable(&self, name: &str) -> Option<Str>;

    /// A path with variables and `~` expanded.
    fn expand(&self, path: &str) -> PathBuf;

    /// A profile, merged from both files.
    fn profile(&self, name: &str) -> Option<&Map>;

    /// A profile's section of the credentials file.
    fn shared_file_section(&self, profile: &str) -> Option<&Map>;

    /// A profile's section of the configuration file.
    fn config_file_section(&self, profile: &str) -> Option<&Map>;

    /// An `sso-session` section.
    fn sso_session(&self, name: &str) -> Option<&Map>;

    /// A section of another file in the same format; empty if the file or the section does not exist.
    fn section_of_file(&self, path: &Path, section: &str) -> Result<Map>;

    /// The settings of the instance metadata service.
    fn metadata_service(&self) -> Result<MetadataSettings>;

    /// How long before their expiry credentials are refreshed.
    fn windows(&self) -> Windows;

    /// The folder that shares temporary credentials with other processes, if one is configured.
    fn cache_folder(&self) -> Option<&Path>;

    /// The local time.
    fn now(&self) -> Timestamp;

    /// A random UUID.
    fn uuid(&self) -> String;

    /// Asks the user for the code of an MFA device.
    fn mfa_code(&self, serial: &str) -> Result<Str>;

    /// Calls a service with an ordinary client, within the limits.
    fn call(&self, call: ServiceCall, limits: &Limits) -> Result<Value>;
}

/// A call of a service that issues credentials or tokens.
pub(crate) struct ServiceCall {
    pub service: &'static str,
    pub operation: &'static str,
    pub params: Value,
    /// The credentials that sign the call; `None` if the operation is not signed.
    pub keys: Option<Credentials>,
    /// `None` means the session's region.
    pub region: Option<Str>,
    /// Makes a header that proves possession of a key.
    pub proof: Option<Arc<Proof>>,
}

/// Makes the name and the value of a header for a request to the given URL.
pub(crate) type Proof = dyn Fn(&str) -> anyhow::Result<(&'static str, String)> + Send + Sync;

/// One retrieval of credentials: the context, and the limits of the call that needs the credentials.
#[derive(Clone, Copy)]
pub(crate) struct Retrieval<'a> {
    context: &'a dyn ProviderContext,
    pub limits: &'a Limits,
}

impl<'a> Retrieval<'a> {
    pub(crate) fn new(context: &'a dyn ProviderContext, limits: &'a Limits) -> Retrieval<'a> {
        Retrieval { context, limits }
    }

    /// Calls a service with an ordinary client.
    pub(crate) fn call(&self, call: ServiceCall) -> Result<Value> {
        self.context.call(call, self.limits)
    }
}

impl<'a> Deref for Retrieval<'a> {
    type Target = dyn ProviderContext + 'a;

    fn deref(&self) -> &Self::Target {
        self.context
    }
}

impl dyn ProviderContext + '_ {
    /// Whether cached credentials do not need to be refreshed yet.
    fn is_fresh(&self, expires: Option<Timestamp>) -> bool {
        let advisory = i64::try_from(self.windows().advisory.as_secs()).unwrap_or(i64::MAX);
        expires.is_some_and(|expires| expires.seconds().saturating_sub(self.now().seconds()) >= advisory)
    }
}

/// The providers of a session, in botocore's order. A profile that the program chose excludes credentials in environment
/// variables.
pub(crate) fn chain(profile: &Str, profile_is_own: bool) -> Chain {
    let mut providers: Vec<Box<dyn Provider>> = Vec::new();
    if !profile_is_own {
        providers.push(Box::new(EnvironmentProvider));
    }
    providers.push(Box::new(AssumeRoleProvider::new(profile.clone())));
    providers.extend(profile_chain(profile, !profile_is_own));
    providers.push(Box::new(Ec2FileProvider));
    providers.push(Box::new(BotoConfigProvider));
    providers.push(Box::new(ContainerProvider::default()));
    providers.push(Box::new(InstanceMetadataProvider::default()));
    Chain::new(providers)
}

/// The program's own provider, followed by the providers of `chain`.
pub(crate) fn own_first(own: CustomProvider, chain: Chain) -> Chain {
    chain.after(Box::new(own))
}

/// The program's own provider alone.
pub(crate) fn own_only(own: CustomProvider) -> Chain {
    Chain::new(vec![Box::new(own)])
}

/// The credentials of another session.
pub(crate) fn of_session(source: CredentialSource) -> Chain {
    Chain::new(vec![Box::new(SessionProvider(source))])
}

/// Exactly these credentials.
pub(crate) fn fixed(credentials: Credentials) -> Chain {
    Chain::new(vec![Box::new(ExplicitProvider(credentials))])
}

/// A role that is assumed with the credentials that `chain` finds.
pub(crate) fn role(role: AssumeRole, chain: Chain, windows: Windows) -> Chain {
    Chain::new(vec![Box::new(RoleProvider::new(role, chain, windows))])
}

/// The providers of a profile that do not assume another profile's role.
fn profile_chain(profile: &Str, reads_environment: bool) -> Vec<Box<dyn Provider>> {
    vec![
        Box::new(WebIdentityProvider::new(profile.clone(), reads_environment)),
        Box::new(SsoProvider::new(profile.clone())),
        Box::new(SharedFileProvider::new(profile.clone())),
        Box::new(LoginProvider::new(profile.clone())),
        Box::new(ProcessProvider::new(profile.clone())),
        Box::new(ConfigFileProvider::new(profile.clone())),
    ]
}

/// A text among the keys of a profile. An empty text is an absent one.
fn text<'m>(profile: &'m Map, key: &str) -> Option<&'m str> {
    profile[key].as_str().filter(|text| !text.is_empty())
}

/// A provider without credentials: its name, and why it has none.
pub(crate) type Skipped = (&'static str, Cow<'static, str>);

/// The error for a chain that found nothing: it lists each provider and why it was skipped.
pub(crate) fn none_found(skipped: &[Skipped]) -> Error {
    let mut message = "Unable to locate credentials".to_owned();
    let mut providers = List::new();
    for (i, (method, reason)) in skipped.iter().enumerate() {
        message.push_str(if i == 0 { ". Tried: " } else { "; " });
        message.push_str(method);
        message.push_str(&format!(" ({reason})"));
        providers.push([("method", Value::from(*method)), ("reason", reason.as_ref().into())].into_iter().collect::<Map>());
    }
    let error = Error::new(ErrorKind::NoCredentials, message);
    if skipped.is_empty() { error } else { error.with_detail("providers", providers) }
}

fn partial(method: &str, missing: &str) -> Error {
    Error::new(ErrorKind::PartialCredentials, format!("Partial credentials found in {method}, missing: {missing}"))
}

fn unretrievable(method: &str, reason: impl fmt::Display) -> Error {
    Error::new(ErrorKind::CredentialRetrieval, format!("Error when retrieving credentials from {method}: {reason}"))
}

/// A timestamp as services and caches write it; the caches write `UTC` for the zone. The error does not quote the text,
/// which may be anything that a process, an agent, or a file contains.
fn parse_expiry(text: &str, method: &str) -> Result<Timestamp> {
    let zoned = text.strip_suffix("UTC").map(|start| format!("{start}Z"));
    Timestamp::parse(zoned.as_deref().unwrap_or(text)).map_err(|_| unretrievable(method, "the expiry is not a timestamp"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A context made of three maps. It answers no calls.
    pub(crate) struct FixedContext {
        pub variables: Map,
        pub shared_file: Option<Map>,
        pub config_file: Option<Map>,
    }

    impl FixedContext {
        pub(crate) fn new(variables: Value, shared_file: Value, config_file: Value) -> FixedContext {
            let map = |value: Value| value.as_map().cloned();
            FixedContext { variables: map(variables).unwrap_or_default(), shared_file: map(shared_file), config_file: map(config_file) }
        }
    }

    impl ProviderContext for FixedContext {
        fn variable(&self, name: &str) -> Option<Str> {
            self.variables[name].as_str().map(Str::from)
        }

        fn expand(&self, path: &str) -> PathBuf {
            path.into()
        }

        fn profile(&self, _: &str) -> Option<&Map> {
            self.config_file.as_ref()
        }

        fn shared_file_section(&self, _: &str) -> Option<&Map> {
            self.shared_file.as_ref()
        }

        fn config_file_section(&self, _: &str) -> Option<&Map> {
            self.config_file.as_ref()
        }

        fn sso_session(&self, _: &str) -> Option<&Map> {
            None
        }

        fn section_of_file(&self, _: &Path, _: &str) -> Result<Map> {
            Ok(Map::new())
        }

        fn metadata_service(&self) -> Result<MetadataSettings> {
            Err(none_found(&[]))
        }

        fn windows(&self) -> Windows {
            Windows::DEFAULT
        }

        fn cache_folder(&self) -> Option<&Path> {
            None
        }

        fn now(&self) -> Timestamp {
            Timestamp::new(0, 0)
        }

        fn uuid(&self) -> String {
            String::new()
        }

        fn mfa_code(&self, _: &str) -> Result<Str> {
            Err(none_found(&[]))
        }

        fn call(&self, _: ServiceCall, _: &Limits) -> Result<Value> {
            Err(none_found(&[]))
        }
    }
}
