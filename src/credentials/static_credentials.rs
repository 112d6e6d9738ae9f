//! Providers that make no requests: environment variables, files, and credentials or functions that the program passed in.

use std::path::PathBuf;

use super::chain::EXPLICIT;
use super::{CredentialSource, Loaded, Provider, Retrieval, cache, parse_expiry, partial, text, unretrievable};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str};

/// The environment variables `AWS_ACCESS_KEY_ID` and so on.
pub(super) struct EnvironmentProvider;

impl Provider for EnvironmentProvider {
    fn method(&self) -> &'static str {
        "env"
    }

    fn load(&self, retrieval: &Retrieval<'_>) -> Result<Loaded> {
        let variable = |name: &str| retrieval.variable(name).filter(|value| !value.is_empty());
        let Some(access_key) = variable("AWS_ACCESS_KEY_ID") else {
            return Ok(Loaded::Skipped("AWS_ACCESS_KEY_ID is not set".into()));
        };
        let secret_key = variable("AWS_SECRET_ACCESS_KEY").ok_or_else(|| partial(self.method(), "AWS_SECRET_ACCESS_KEY"))?;
        let mut credentials = Credentials::new(access_key, secret_key);
        if let Some(token) = variable("AWS_SECURITY_TOKEN").or_else(|| variable("AWS_SESSION_TOKEN")) {
            credentials = credentials.with_token(token);
        }
        if let Some(account_id) = variable("AWS_ACCOUNT_ID") {
            credentials = credentials.with_account_id(account_id);
        }
        if let Some(expiry) = variable("AWS_CREDENTIAL_EXPIRATION") {
            let invalid = |_| unretrievable(self.method(), "AWS_CREDENTIAL_EXPIRATION is not a timestamp");
            credentials = credentials.with_expiry(parse_expiry(&expiry, self.method()).map_err(invalid)?);
        }
        Ok(Loaded::Found(credentials))
    }
}

/// The profile's section of the credentials file.
pub(super) struct SharedFileProvider {
    profile: Str,
}

impl SharedFileProvider {
    pub(super) fn new(profile: Str) -> SharedFileProvider {
        SharedFileProvider { profile }
    }
}

impl Provider for SharedFileProvider {
    fn method(&self) -> &'static str {
        "shared-credentials-file"
    }

    fn load(&self, retrieval: &Retrieval<'_>) -> Result<Loaded> {
        keys_of(retrieval.shared_file_section(&self.profile), &self.profile, self.method())
    }
}

/// The profile's section of the configuration file.
pub(super) struct ConfigFileProvider {
    profile: Str,
}

impl ConfigFileProvider {
    pub(super) fn new(profile: Str) -> ConfigFileProvider {
        ConfigFileProvider { profile }
    }
}

impl Provider for ConfigFileProvider {
    fn method(&self) -> &'static str {
        "config-file"
    }

    fn load(&self, retrieval: &Retrieval<'_>) -> Result<Loaded> {
        keys_of(retrieval.config_file_section(&self.profile), &self.profile, self.method())
    }
}

/// The keys in a profile's section of one file.
fn keys_of(section: Option<&Map>, profile: &str, method: &str) -> Result<Loaded> {
    let Some(section) = section else {
        return Ok(Loaded::Skipped(format!("the file has no profile \"{profile}\"").into()));
    };
    let Some(access_key) = text(section, "aws_access_key_id") else {
        return Ok(Loaded::Skipped(format!("profile \"{profile}\" has no aws_access_key_id in this file").into()));
    };
    let secret_key = text(section, "aws_secret_access_key").ok_or_else(|| partial(method, "aws_secret_access_key"))?;
    let mut credentials = Credentials::new(access_key, secret_key);
    if let Some(token) = text(section, "aws_security_token").or_else(|| text(section, "aws_session_token")) {
        credentials = credentials.with_token(token);
    }
    if let Some(account_id) = text(section, "aws_account_id") {
        credentials = credentials.with_account_id(account_id);
    }
    Ok(Loaded::Found(credentials))
}

/// The file of the original EC2 tools, which `AWS_CREDENTIAL_FILE` names.
pub(super) struct Ec2FileProvider;

impl Provider for Ec2FileProvider {
    fn method(&self) -> &'static str {
        "ec2-credentials-file"
    }

    fn load(&self, retrieval: &Retrieval<'_>) -> Result<Loaded> {
        let Some(path) = retrieval.variable("AWS_CREDENTIAL_FILE") else {
            return Ok(Loaded::Skipped("AWS_CREDENTIAL_FILE is not set".into()));
        };
        let content = cache::read_text(&retrieval.expand(&path)).map_err(|error| {
            let message = format!("The specified config file ({path}) could not be found.");
            Error::new(ErrorKind::ConfigParse, message).with_name("ConfigNotFound").with_source(error)
        })?;
        let key = |wanted: &str| {
            let mut entries = content.lines().filter_map(|line| line.split_once('='));
            let value = entries.rfind(|(name, _)| name.trim() == wanted).map(|(_, value)| value.trim());
            value.filter(|value| !value.is_empty())
        };
        let Some(id) = key("AWSAccessKeyId") else {
            return Ok(Loaded::Skipped(format!("{path} has no AWSAccessKeyId").into()));
        };
        let secret = key("AWSSecretKey").ok_or_else(|| partial(self.method(), "AWSSecretKey"))?;
        Ok(Loaded::Found(Credentials::new(id, secret)))
    }
}

/// The files of the original boto: the one that `BOTO_CONFIG` names, or else `/etc/boto.cfg` and `~/.boto`.
pub(super) struct BotoConfigProvider;

impl Provider for BotoConfigProvider {
    fn method(&self) -> &'static str {
        "boto-config"
    }

    fn load(&self, retrieval: &Retrieval<'_>) -> Result<Loaded> {
        for path in boto_files(retrieval) {
            let section = retrieval.section_of_file(&path, "Credentials")?;
            let Some(id) = text(&section, "aws_access_key_id") else { continue };
            let secret = text(&section, "aws_secret_access_key").ok_or_else(|| partial(self.method(), "aws_secret_access_key"))?;
            return Ok(Loaded::Found(Credentials::new(id, secret)));
        }
        Ok(Loaded::Skipped("no boto configuration file has an aws_access_key_id".into()))
    }
}

fn boto_files(retrieval: &Retrieval<'_>) -> Vec<PathBuf> {
    match retrieval.variable("BOTO_CONFIG") {
        Some(path) => vec![retrieval.expand(&path)],
        None => vec![PathBuf::from("/etc/boto.cfg"), retrieval.expand("~/.boto")],
    }
}

/// Exactly these credentials.
pub(super) struct ExplicitProvider(pub Credentials);

impl Provider for ExplicitProvider {
    fn method(&self) -> &'static str {
        EXPLICIT
    }

    fn load(&self, _: &Retrieval<'_>) -> Result<Loaded> {
        Ok(Loaded::Found(self.0.clone()))
    }
}

/// Builds credentials from separate arguments; `None` if neither key is given. An empty argument is an absent one.
///
/// # Errors
/// `PartialCredentials` if one key is given without the other.
pub(crate) fn explicit(
    access_key: Option<&str>,
    secret_key: Option<&str>,
    token: Option<&str>,
    account_id: Option<&str>,
) -> Result<Option<Credentials>> {
    let [access_key, secret_key] = [access_key, secret_key].map(|key| key.filter(|key| !key.is_empty()));
    let (access_key, secret_key) = match (access_key, secret_key) {
        (Some(access_key), Some(secret_key)) => (access_key, secret_key),
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(partial(EXPLICIT, "aws_secret_access_key")),
        (None, Some(_)) => return Err(partial(EXPLICIT, "aws_access_key_id")),
    };
    let credentials = Credentials::new(access_key, secret_key);
    Ok(Some(credentials.with_token(token.unwrap_or_default()).with_account_id(account_id.unwrap_or_default())))
}

/// A function that the program passed in.
pub(crate) struct CustomProvider(Box<dyn Fn() -> anyhow::Result<Option<Credentials>> + Send + Sync>);

impl CustomProvider {
    pub(crate) fn new(load: impl Fn() -> anyhow::Result<Option<Credentials>> + Send + Sync + 'static) -> CustomProvider {
        CustomProvider(Box::new(load))
    }
}

impl Provider for CustomProvider {
    fn method(&self) -> &'static str {
        "custom"
    }

    fn load(&self, _: &Retrieval<'_>) -> Result<Loaded> {
        match (self.0)() {
            Ok(Some(credentials)) => Ok(Loaded::Found(credentials)),
            Ok(None) => Ok(Loaded::Skipped("the program's provider returned none".into())),
            Err(error) => Err(match error.downcast::<Error>() {
                Ok(typed) => typed,
                Err(error) => unretrievable(self.method(), format_args!("{error:#}")).with_source(error),
            }),
        }
    }
}

/// The credentials of another session, which caches and refreshes them.
pub(super) struct SessionProvider(pub CredentialSource);

impl Provider for SessionProvider {
    fn method(&self) -> &'static str {
        "session"
    }

    fn features(&self, retrieval: &Retrieval<'_>) -> Vec<&'static str> {
        self.0.get(retrieval.now(), retrieval.limits).map(|found| found.features.clone()).unwrap_or_default()
    }

    fn load(&self, retrieval: &Retrieval<'_>) -> Result<Loaded> {
        let found = self.0.get(retrieval.now(), retrieval.limits)?;
        Ok(Loaded::Found(found.credentials.clone()))
    }
}
