//! The operations that give out credentials and tokens: what credential providers ask for by its meaning has a service
//! and an operation here.

use crate::credentials::Grant;

/// The service that grants it, and the operation.
pub(crate) fn operation_of(grant: Grant) -> (&'static str, &'static str) {
    match grant {
        Grant::Role => ("sts", "AssumeRole"),
        Grant::RoleOfWebIdentity => ("sts", "AssumeRoleWithWebIdentity"),
        Grant::RoleOfAccount => ("sso", "GetRoleCredentials"),
        Grant::AccountToken => ("sso-oidc", "CreateToken"),
        Grant::SignIn => ("signin", "CreateOAuth2Token"),
    }
}
