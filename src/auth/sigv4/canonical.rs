//! The canonical request and the string to sign.

use std::borrow::Cow;

use super::{Algorithm, Flavor, Signing};
use crate::auth::encode;
use crate::http::{Headers, Request};
use crate::value::Str;

/// Headers that are never signed, because proxies and libraries change them.
const UNSIGNED: [&str; 14] = [
    "baggage",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

pub(super) struct Canonical {
    pub text: String,
    pub signed_headers: String,
}

/// Returns the canonical request, the text that a signature covers. `payload_hash` is its last line.
///
/// The date and token headers must already be set.
pub fn canonical_request(request: &Request, flavor: Flavor, payload_hash: &str) -> String {
    canonicalize(request, flavor, payload_hash).text
}

/// Returns the string to sign for a canonical request.
pub fn string_to_sign(canonical_request: &str, signing: &Signing) -> String {
    let amz_date = signing.time.amz_date();
    to_sign(canonical_request, signing.algorithm, &amz_date, &signing.scope(&amz_date))
}

pub(super) fn to_sign(canonical_request: &str, algorithm: Algorithm, amz_date: &str, scope: &str) -> String {
    let mut text = String::with_capacity(256);
    for part in [algorithm.name(), "\n", amz_date, "\n", scope, "\n"] {
        text.push_str(part);
    }
    encode::push_sha256_hex(&mut text, canonical_request.as_bytes());
    text
}

pub(super) fn canonicalize(request: &Request, flavor: Flavor, payload_hash: &str) -> Canonical {
    let headers = to_be_signed(request);
    let signed_headers = names(&headers);
    let mut text = String::with_capacity(1024);
    for part in [&request.method, "\n", &path(request, flavor), "\n"] {
        text.push_str(part);
    }
    push_query(&mut text, request.query().unwrap_or_default());
    text.push('\n');
    for (i, (name, value)) in headers.iter().enumerate() {
        if i > 0 && headers[i - 1].0 == *name {
            text.pop();
            text.push(',');
        } else {
            text.push_str(name);
            text.push(':');
        }
        text.push_str(value);
        text.push('\n');
    }
    for part in ["\n", &signed_headers, "\n", payload_hash] {
        text.push_str(part);
    }
    Canonical { text, signed_headers }
}

/// The names of the signed headers in the form of `SignedHeaders`.
pub(super) fn signed_header_names(request: &Request) -> String {
    names(&to_be_signed(request))
}

/// Names in lowercase, and values.
type Fields<'a> = Vec<(Str, Cow<'a, str>)>;

fn names(headers: &Fields) -> String {
    let mut list = String::with_capacity(headers.iter().map(|(name, _)| name.len() + 1).sum());
    for (i, (name, _)) in headers.iter().enumerate() {
        if i > 0 && headers[i - 1].0 == *name {
            continue;
        }
        if i > 0 {
            list.push(';');
        }
        list.push_str(name);
    }
    list
}

/// The signed headers with names in lower case, sorted. Fields with the same name keep their order.
fn to_be_signed(request: &Request) -> Fields<'_> {
    let mut fields: Fields = Vec::with_capacity(request.headers.len() + 1);
    fields.extend(signable(&request.headers));
    if !request.headers.contains("host") {
        fields.push(("host".into(), request.host_field().into()));
    }
    fields.sort_by(|(a, _), (b, _)| a.cmp(b));
    fields
}

fn signable(headers: &Headers) -> impl Iterator<Item = (Str, Cow<'_, str>)> {
    headers
        .iter()
        .filter(|(name, _)| !UNSIGNED.iter().any(|unsigned| unsigned.eq_ignore_ascii_case(name)))
        .map(|(name, value)| (Str::lowercase(name), single_spaced(value)))
}

fn single_spaced(value: &str) -> Cow<'_, str> {
    let trimmed = value.trim();
    let mut after_space = false;
    let untidy = trimmed.chars().any(|c| {
        let untidy = c.is_whitespace() && (c != ' ' || after_space);
        after_space = c == ' ';
        untidy
    });
    match untidy {
        true => trimmed.split_whitespace().collect::<Vec<_>>().join(" ").into(),
        false => trimmed.into(),
    }
}

fn path(request: &Request, flavor: Flavor) -> Cow<'_, str> {
    match (request.path(), flavor) {
        ("" | "/", _) => "/".into(),
        (path, Flavor::S3) => path.into(),
        (path, Flavor::Plain) => encode::path(&without_dots(path)).into_owned().into(),
    }
}

/// Removes `.`, `..`, and empty segments; a trailing slash stays.
fn without_dots(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    let end = if path.ends_with('/') && !segments.is_empty() { "/" } else { "" };
    format!("/{}{end}", segments.join("/"))
}

/// Appends the sorted pairs as they are written. Characters that a URL cannot contain are encoded as they will be sent.
fn push_query(text: &mut String, raw: &str) {
    if raw.is_empty() {
        return;
    }
    let raw = &*encode::wire(raw);
    let mut pairs: Vec<(&str, &str)> = raw.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
    pairs.sort_unstable();
    for (index, (key, value)) in pairs.into_iter().enumerate() {
        if index > 0 {
            text.push('&');
        }
        for part in [key, "=", value] {
            text.push_str(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalized_and_encoded_a_second_time_except_for_s3() {
        let cases = [
            ("", "/"),
            ("//", "/"),
            ("/a/..", "/"),
            ("/a/b/..", "/a"),
            ("/..", "/"),
            ("/a//b/", "/a/b/"),
            ("/a/.", "/a"),
            ("/%2e/x", "/%252e/x"),
            ("/a+b*(c)@:$,;=~", "/a%2Bb%2A%28c%29%40%3A%24%2C%3B%3D~"),
        ];
        for (written, canonical) in cases {
            let request = Request::new("GET", format!("https://h.com{written}"));
            assert_eq!(path(&request, Flavor::Plain), canonical, "{written}");
        }
        assert_eq!(path(&Request::new("GET", "https://h.com/a/../c//%20"), Flavor::S3), "/a/../c//%20");
    }

    #[test]
    fn the_query_is_sorted_as_it_is_written() {
        for (raw, sorted) in
            [("", ""), ("a", "a="), ("a&&b", "=&a=&b="), ("a=1&a=0&B", "B=&a=0&a=1"), ("b=a=c", "b=a=c"), ("é=%c3", "%C3%A9=%c3")]
        {
            let mut text = String::new();
            push_query(&mut text, raw);
            assert_eq!(text, sorted);
        }
    }

    #[test]
    fn headers_that_proxies_change_are_not_signed() {
        let mut request = Request::new("GET", "https://h.com:443/");
        for name in ["User-Agent", "Expect", "X-Amzn-Trace-Id", "transfer-encoding", "X-B"] {
            request.headers.append(name, "  a \t b  ");
        }
        request.headers.append("x-b", "c");
        assert_eq!(canonical_request(&request, Flavor::Plain, "HASH"), "GET\n/\n\nhost:h.com\nx-b:a b,c\n\nhost;x-b\nHASH");
    }
}
