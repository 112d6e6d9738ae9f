//! Comparison of requests with those that a case expects.

use std::collections::BTreeMap;
use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Digest as _;
use tucuxi::Value;
use tucuxi::http::{Body, Request};

use crate::{document, tagged};

/// Headers that are not compared.
const IGNORED: [&str; 7] =
    ["host", "user-agent", "x-amzn-trace-id", "accept-encoding", "connection", "amz-sdk-invocation-id", "amz-sdk-request"];
/// Headers that follow from the bytes of the body.
const OF_THE_BODY: [&str; 4] = ["content-length", "content-md5", "x-amz-content-sha256", "authorization"];

/// Compares a request with `{method, url, headers, body_b64}`, or `body` for a body in plain text.
pub fn compare(found: Request, expected: &Value) -> Result<(), String> {
    if Some(found.method.as_str()) != expected["method"].as_str() {
        return Err(format!("method: expected {:?}, found {}", expected["method"], found.method));
    }
    urls(&found.url, expected["url"].as_str().unwrap_or_default())?;

    let (mut found_headers, body) = (fields(found.headers.iter()), content(found.body)?);
    let expected_map = expected["headers"].as_map().ok_or("the case has no headers")?;
    let mut expected_headers = fields(expected_map.iter().map(|(n, v)| (n.as_str(), v.as_str().unwrap_or_default())));
    let expected_body = tagged::body(expected);
    let equal = body == expected_body;
    if !equal {
        let header = |name| document::header(&expected["headers"], name);
        document::same(header("Content-Type"), header("Content-Encoding"), &body, &expected_body)?;
        of_the_body(&found_headers, &body)?;
    }
    // The transport adds the length of a body in memory; botocore may leave it out without a body or for GET.
    if body.is_empty() {
        expected_headers.remove("content-length");
    }
    if expected_headers.contains_key("content-length") {
        found_headers.entry("content-length".to_owned()).or_insert_with(|| body.len().to_string());
    } else if !found_headers.contains_key("transfer-encoding") {
        found_headers.remove("content-length");
    }
    let is_compared = |name: &str| equal || !(OF_THE_BODY.contains(&name) || name.starts_with("x-amz-checksum-"));
    // The signature comes last: it differs if anything else does.
    let (signature, others): (Vec<_>, Vec<_>) = expected_headers.iter().partition(|(name, _)| *name == "authorization");
    for (name, value) in others.into_iter().chain(signature) {
        match found_headers.get(name) {
            None => return Err(format!("header {name} is missing, expected {value}")),
            Some(found) if is_compared(name) && !is_same(found, value) => {
                return Err(format!("header {name}: expected\n{value}\nfound\n{found}"));
            }
            Some(_) => {}
        }
    }
    match found_headers.iter().find(|(name, _)| !expected_headers.contains_key(*name)) {
        Some((name, value)) => Err(format!("header {name} is too much: {value}")),
        None => Ok(()),
    }
}

/// Compares host and path as they are, and the query as pairs.
pub fn urls(found: &str, expected: &str) -> Result<(), String> {
    let split = |url: &str| {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let mut pairs: Vec<String> = query.split('&').filter(|p| !p.is_empty()).map(|p| p.trim_end_matches('=').to_owned()).collect();
        pairs.sort();
        // An empty path is sent as a slash.
        let bare = base.split_once("://").is_some_and(|(_, rest)| !rest.contains('/'));
        (format!("{base}{}", if bare { "/" } else { "" }), pairs)
    };
    if split(found) == split(expected) { Ok(()) } else { Err(format!("url: expected\n{expected}\nfound\n{found}")) }
}

fn fields<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, String> {
    let fields = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    fields.filter(|(name, _)| counts(name)).collect()
}

/// Whether a header is compared at all.
pub fn counts(name: &str) -> bool {
    !IGNORED.iter().any(|ignored| name.eq_ignore_ascii_case(ignored))
}

/// Compares headers; of an expectation that ends with an ellipsis, the rest is not known.
fn is_same(found: &str, expected: &str) -> bool {
    expected.strip_suffix('…').map_or(found == expected, |start| found.starts_with(start))
}

/// The whole body.
pub fn content(body: Body) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    match body {
        Body::Empty => {}
        Body::Bytes(bytes) => content = bytes.to_vec(),
        Body::Reader(mut reader) => {
            reader.read_to_end(&mut content).map_err(|e| e.to_string())?;
        }
    }
    Ok(content)
}

/// Checks that the headers describe the body that was sent.
fn of_the_body(headers: &BTreeMap<String, String>, body: &[u8]) -> Result<(), String> {
    let facts = [
        ("content-length", body.len().to_string()),
        ("content-md5", STANDARD.encode(md5::Md5::digest(body))),
        ("x-amz-content-sha256", sha256(body)),
        ("x-amz-checksum-crc32", STANDARD.encode(crc32(body).to_be_bytes())),
    ];
    for (name, fact) in facts {
        if let Some(said) = headers.get(name).filter(|said| **said != fact && *said != "UNSIGNED-PAYLOAD") {
            return Err(format!("header {name} says {said} of a body with {fact}"));
        }
    }
    Ok(())
}

fn crc32(body: &[u8]) -> u32 {
    !body.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())))
}

/// The SHA-256 digest in hexadecimal.
pub fn sha256(body: &[u8]) -> String {
    ring::digest::digest(&ring::digest::SHA256, body).as_ref().iter().map(|b| format!("{b:02x}")).collect()
}
