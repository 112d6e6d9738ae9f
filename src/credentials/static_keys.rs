//! Keys written into a section of a file: what the providers of both files share.

use super::partial;
use crate::auth::Credentials;
use crate::error::Result;
use crate::value::Map;

/// The keys in a section, if it has an access key; one that is empty is one.
pub(super) fn keys_of(section: &Map, method: &str) -> Result<Option<Credentials>> {
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
