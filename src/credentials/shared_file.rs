//! Credentials from the profile's section of the credentials file.

use super::static_keys::keys_of;
use super::{Lookup, Provider};
use crate::auth::Credentials;
use crate::error::Result;
use crate::value::Str;

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
