//! Signatures and bearer tokens. Nothing here performs I/O or reads a clock: the time is passed in.
//!
//! The call pipeline chooses the scheme for each operation.

mod credentials;
mod encode;
pub mod legacy;
pub mod post_policy;
pub mod s3;
mod scheme;
pub mod sigv4;
#[cfg(feature = "sigv4a")]
pub mod sigv4a;

pub use credentials::Credentials;
pub(crate) use scheme::needs_feature;
pub use scheme::{Scheme, SignaturePlace, SignerName};

use crate::error::{Error, ErrorKind, Result};
use crate::http::Request;

/// Sends a bearer token in the `Authorization` header (RFC 6750).
///
/// # Errors
/// If the URL is not https: anyone who sees a token can use it.
pub fn sign_bearer(request: &mut Request, token: &str) -> Result<()> {
    if !request.is_https() {
        return Err(Error::new(
            ErrorKind::InvalidEndpoint,
            "Invalid endpoint configuration: Bearer authorization requires an HTTPS endpoint.",
        ));
    }
    request.headers.set("Authorization", ["Bearer ", token].concat());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bearer_tokens_require_https() {
        let mut request = Request::new("GET", "http://h.com/");
        assert_eq!(sign_bearer(&mut request, "T").unwrap_err().kind(), ErrorKind::InvalidEndpoint);
        assert!(request.headers.is_empty());
        request.url = "https://h.com/".to_owned();
        sign_bearer(&mut request, "T").unwrap();
        assert_eq!(request.headers.get("authorization"), Some("Bearer T"));
    }
}
