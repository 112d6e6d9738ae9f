//! A prepared request as text, for `tucuxi call --dry-run`.
//!
//! Everything that someone else could use is masked: tokens, and sensitive parameters. A signature is shown, because readers
//! want to compare it and it is valid only for this request and some minutes.

use std::io::Read as _;

use super::output;
use crate::http::{Body, Headers, Request};

/// The greatest length of a body that is printed, in bytes.
const SHOWN: usize = 64 * 1024;

/// Prints the method and the URL, the headers, an empty line, and the body.
pub(crate) fn print(request: Request) -> anyhow::Result<()> {
    let url = request.masked_url();
    let body = if request.secrets.body { "***".to_owned() } else { body(request.body)? };
    output::print(|out| {
        writeln!(out, "{} {url}", request.method)?;
        for (name, value) in request.headers.iter() {
            writeln!(out, "{name}: {}", shown(&request.headers, name, value))?;
        }
        writeln!(out)?;
        if body.is_empty() { Ok(()) } else { writeln!(out, "{body}") }
    })
}

pub(super) fn shown<'a>(headers: &Headers, name: &str, value: &'a str) -> &'a str {
    let signature = name.eq_ignore_ascii_case("authorization") && value.starts_with("AWS4-");
    if headers.is_secret(name) && !signature { "***" } else { value }
}

/// The text of a body, or its length if it is long or not text.
pub(super) fn body(body: Body) -> anyhow::Result<String> {
    let content = match body {
        Body::Empty => return Ok(String::new()),
        Body::Bytes(bytes) if bytes.len() <= SHOWN => bytes.to_vec(),
        Body::Reader(reader) if reader.length().is_some_and(|n| n <= SHOWN as u64) => {
            let mut content = Vec::new();
            reader.take(SHOWN as u64).read_to_end(&mut content)?;
            content
        }
        long => return Ok(format!("{long:?}")),
    };
    Ok(String::from_utf8(content).unwrap_or_else(|binary| format!("<{} bytes>", binary.as_bytes().len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_masked_and_signatures_are_not() {
        let headers = Headers::new();
        assert_eq!(shown(&headers, "Authorization", "AWS4-HMAC-SHA256 Credential=A"), "AWS4-HMAC-SHA256 Credential=A");
        assert_eq!(shown(&headers, "Authorization", "Bearer abc"), "***");
        assert_eq!(shown(&headers, "x-amz-security-token", "abc"), "***");
        assert_eq!(shown(&headers, "Host", "abc"), "abc");
    }

    #[test]
    fn a_body_that_is_not_text_is_counted() {
        assert_eq!(body(Body::from(b"a=b")).unwrap(), "a=b");
        assert_eq!(body(Body::from(b"\xff\xfe")).unwrap(), "<2 bytes>");
    }
}
