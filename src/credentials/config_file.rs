//! Credentials from the profile's section of the configuration file.

use super::static_keys::keys_of;
use super::{Lookup, Provider};
use crate::auth::Credentials;
use crate::error::Result;
use crate::value::Str;

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
