//! Credentials of another session, which keeps and renews them itself.

use super::{CredentialSource, Provider, Surroundings};
use crate::auth::Credentials;
use crate::error::Result;

pub(crate) struct Lent(pub CredentialSource);

impl Provider for Lent {
    fn method(&self) -> &'static str {
        "session"
    }

    fn load(&self, surroundings: &dyn Surroundings) -> Result<Option<Credentials>> {
        Ok(self.0.find(surroundings.now())?.map(|found| found.credentials.clone()))
    }
}
