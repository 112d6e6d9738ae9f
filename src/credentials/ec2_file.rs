//! Credentials from the file of the first EC2 tools: `AWS_CREDENTIAL_FILE`.

use std::fs;

use super::{Lookup, Provider, partial};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};

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
