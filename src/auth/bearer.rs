//! A token instead of a signature (RFC 6750).

use crate::error::{Error, ErrorKind, Result};
use crate::http::Request;

/// Puts the token into the `Authorization` header.
///
/// # Errors
/// If the URL is not https: whoever sees a token can use it.
pub fn sign(request: &mut Request, token: &str) -> Result<()> {
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
    fn tokens_do_not_travel_in_the_clear() {
        let mut request = Request::new("GET", "http://h.com/");
        assert_eq!(sign(&mut request, "T").unwrap_err().kind(), ErrorKind::InvalidEndpoint);
        assert!(request.headers.is_empty());
        request.url = "https://h.com/".to_owned();
        sign(&mut request, "T").unwrap();
        assert_eq!(request.headers.get("authorization"), Some("Bearer T"));
    }
}
