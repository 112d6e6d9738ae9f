//! Who signs for a session: what the program said of credentials, and what comes of it.

use std::sync::Arc;

use super::door::Door;
use crate::auth::Credentials;
use crate::credentials::{self, AssumeRole, CredentialSource, Custom};
use crate::value::Str;

/// What the program said of credentials; nothing means the places of the chain.
#[derive(Default)]
pub(super) struct Signer {
    pub credentials: Option<Credentials>,
    pub provider: Option<Custom>,
    /// Whether no place is asked besides the program's provider.
    pub asks_provider_only: bool,
    /// The role that is assumed with what the others give.
    pub role: Option<AssumeRole>,
}

impl Signer {
    /// The credentials of a session with that profile; nobody is asked for them yet.
    pub(super) fn source(self, profile: &Str, profile_is_own: bool, door: &Arc<Door>) -> CredentialSource {
        let places = || credentials::chain(profile, profile_is_own);
        let chain = match (self.credentials, self.provider) {
            (Some(credentials), _) if self.role.is_none() => return CredentialSource::fixed(credentials),
            (Some(credentials), _) => credentials::fixed(credentials),
            (None, Some(provider)) if self.asks_provider_only => credentials::own_only(provider),
            (None, Some(provider)) => credentials::own_first(provider, places()),
            (None, None) => places(),
        };
        let chain = match self.role {
            Some(role) => credentials::role(role, chain, door.windows),
            None => chain,
        };
        CredentialSource::searched(chain, door.windows, door.clone())
    }
}

/// A session's credentials with which a role is assumed.
pub(super) fn role_of(source: CredentialSource, role: AssumeRole, door: &Arc<Door>) -> CredentialSource {
    let chain = credentials::role(role, credentials::of_session(source), door.windows);
    CredentialSource::searched(chain, door.windows, door.clone())
}
