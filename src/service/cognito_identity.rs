//! Cognito Identity: identities are given to those who have no keys yet.

use super::unsigned;
use crate::client::Setup;
use crate::error::Result;

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    for operation in ["GetId", "GetOpenIdToken", "UnlinkIdentity", "GetCredentialsForIdentity"] {
        setup.on(&format!("choose-signer.cognito-identity.{operation}"), unsigned)?;
    }
    // Whoever asks for the identity of somebody unknown makes one.
    setup.writing = &["GetId", "GetOpenIdTokenForDeveloperIdentity"];
    Ok(())
}
