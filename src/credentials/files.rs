//! Providers that read access keys from files: the profile's sections, and the files of older tools.

use std::fs;
use std::path::PathBuf;

use super::{Lookup, Provider, partial};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str};

/// The profile's section of the credentials file.
pub(crate) struct SharedFile {
    profile: Str,
}

impl SharedFile {
    pub(crate) fn new(profile: Str) -> SharedFile {
        SharedFile { profile }
    }
}

impl Provider for SharedFile {
    fn method(&self) -> &'static str {
        "shared-credentials-file"
    }

    fn load(&self, surroundings: &Lookup<'_>) -> Result<Option<Credentials>> {
        surroundings.shared_file_section(&self.profile).map_or(Ok(None), |section| keys_of(section, self.method()))
    }
}

/// The profile's section of the configuration file.
pub(crate) struct ConfigFile {
    profile: Str,
}

impl ConfigFile {
    pub(crate) fn new(profile: Str) -> ConfigFile {
        ConfigFile { profile }
    }
}

impl Provider for ConfigFile {
    fn method(&self) -> &'static str {
        "config-file"
    }

    fn load(&self, surroundings: &Lookup<'_>) -> Result<Option<Credentials>> {
        surroundings.config_file_section(&self.profile).map_or(Ok(None), |section| keys_of(section, self.method()))
    }
}

/// The file of the first EC2 tools: `AWS_CREDENTIAL_FILE`.
pub(crate) struct Ec2File;

impl Provider for Ec2File {
    fn method(&self) -> &'static str {
        "ec2-credentials-file"
    }

    fn load(&self, surroundings: &Lookup<'_>) -> Result<Option<Credentials>> {
        let Some(path) = surroundings.variable("AWS_CREDENTIAL_FILE") else { return Ok(None) };
        let text = fs::read_to_string(surroundings.expand(&path)).map_err(|error| {
            let message = format!("The specified config file ({path}) could not be found.");
            Error::new(ErrorKind::ConfigParse, message).with_name("ConfigNotFound").with_source(error)
        })?;
        let key = |wanted: &str| {
            let mut entries = text.lines().filter_map(|line| line.split_once('='));
            entries.rfind(|(name, _)| name.trim() == wanted).map(|(_, value)| value.trim())
        };
        let Some(id) = key("AWSAccessKeyId") else { return Ok(None) };
        let secret = key("AWSSecretKey").ok_or_else(|| partial(self.method(), "AWSSecretKey"))?;
        Ok(Some(Credentials::new(id, secret)))
    }
}

/// The files of the original boto: the one that `BOTO_CONFIG` names, or else `/etc/boto.cfg` and `~/.boto`.
pub(crate) struct BotoConfig;

impl Provider for BotoConfig {
    fn method(&self) -> &'static str {
        "boto-config"
    }

    fn load(&self, surroundings: &Lookup<'_>) -> Result<Option<Credentials>> {
        for path in files(surroundings) {
            let section = surroundings.section_of_file(&path, "Credentials")?;
            let Some(id) = section["aws_access_key_id"].as_str() else { continue };
            let secret = section["aws_secret_access_key"].as_str().ok_or_else(|| partial(self.method(), "aws_secret_access_key"))?;
            return Ok(Some(Credentials::new(id, secret)));
        }
        Ok(None)
    }
}

fn files(surroundings: &Lookup<'_>) -> Vec<PathBuf> {
    match surroundings.variable("BOTO_CONFIG") {
        Some(path) => vec![surroundings.expand(&path)],
        None => vec![PathBuf::from("/etc/boto.cfg"), surroundings.expand("~/.boto")],
    }
}

/// The keys in a section, if it has an access key; an empty one counts.
fn keys_of(section: &Map, method: &str) -> Result<Option<Credentials>> {
    let text = |key: &str| section[key].as_str();
    let Some(access_key) = text("aws_access_key_id") else {
        return Ok(None);
    };
    let secret_key = text("aws_secret_access_key").ok_or_else(|| partial(method, "aws_secret_access_key"))?;
    let mut credentials = Credentials::new(access_key, secret_key);
    if let Some(token) = text("aws_security_token").or_else(|| text("aws_session_token")) {
        credentials = credentials.with_token(token);
    }
    if let Some(account_id) = text("aws_account_id") {
        credentials = credentials.with_account_id(account_id);
    }
    Ok(Some(credentials))
}
