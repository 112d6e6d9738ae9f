//! Credentials of another session, which keeps and renews them itself.

use super::{CredentialSource, Lookup, Provider};
use crate::auth::Credentials;
use crate::error::Result;

pub(crate) struct Lent(pub CredentialSource);

impl Provider for Lent {
    fn method(&self) -> &'static str {
        "session"
    }

    fn load(&self, surroundings: &Lookup<'_>) -> Result<Option<Credentials>> {
        Ok(self.0.find(surroundings.now(), surroundings.limits)?.map(|found| found.credentials.clone()))
    }
}
