//! Credentials from the files of the first boto: the one that `BOTO_CONFIG` names, or else `/etc/boto.cfg` and `~/.boto`.

use std::path::PathBuf;

use super::{Lookup, Provider, partial};
use crate::auth::Credentials;
use crate::error::Result;

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
