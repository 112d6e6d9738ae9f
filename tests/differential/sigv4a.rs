//! Verifies signatures of Signature Version 4a, which differ between signers of the same text: both signatures of a request must be
//! valid for one canonical request, which this file builds from the request by itself.

use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use ring::hmac;

use crate::request::sha256;

const ALGORITHM: &str = "AWS4-ECDSA-P256-SHA256";

/// A request as text: the method, the URL, and all headers in lowercase.
pub struct Signed<'a> {
    pub method: &'a str,
    pub url: &'a str,
    pub headers: &'a [(String, String)],
}

/// Whether the `Authorization` header belongs to this algorithm.
pub fn is_header(authorization: &str) -> bool {
    authorization.starts_with(ALGORITHM)
}

/// Whether a presigned URL belongs to this algorithm.
pub fn is_url(url: &str) -> bool {
    url.contains(ALGORITHM)
}

/// Verifies the signature of an `Authorization` header.
pub fn verify_header(request: &Signed, authorization: &str, (key_id, secret): (&str, &str)) -> Result<(), String> {
    let part = |name: &str| {
        let fields = authorization.trim_start_matches(ALGORITHM).split(',');
        fields.filter_map(|field| field.trim().split_once('=')).find(|(found, _)| *found == name).map(|(_, value)| value)
    };
    let (Some(credential), Some(names), Some(signature)) = (part("Credential"), part("SignedHeaders"), part("Signature")) else {
        return Err(format!("a part is missing: {authorization}"));
    };
    let (_, query) = request.url.split_once('?').unwrap_or((request.url, ""));
    let canonical = canonical(request, query, names, header(request, "x-amz-content-sha256")?)?;
    verify(&canonical, header(request, "x-amz-date")?, credential, signature, (key_id, secret))
}

/// Verifies the signature of a presigned URL for S3, which leaves the body unsigned.
pub fn verify_url(request: &Signed, (key_id, secret): (&str, &str)) -> Result<(), String> {
    let (_, query) = request.url.split_once('?').ok_or("the URL has no query")?;
    let value = |name: &str| {
        let found = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).ok_or(format!("{name} is missing"));
        found.map(|text| text.replace("%2F", "/").replace("%3B", ";").replace("%2A", "*"))
    };
    let unsigned: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("X-Amz-Signature=")).collect();
    let canonical = canonical(request, &unsigned.join("&"), &value("X-Amz-SignedHeaders")?, "UNSIGNED-PAYLOAD")?;
    verify(&canonical, &value("X-Amz-Date")?, &value("X-Amz-Credential")?, &value("X-Amz-Signature")?, (key_id, secret))
}

fn canonical(request: &Signed, query: &str, names: &str, payload: &str) -> Result<String, String> {
    let rest = request.url.split_once("://").map_or(request.url, |(_, rest)| rest);
    let before_query = rest.split('?').next().unwrap_or_default();
    let path = before_query.find('/').map_or("/", |at| &before_query[at..]);
    let mut pairs: Vec<_> =
        query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut headers = String::new();
    for name in names.split(';') {
        let value = match name {
            "host" => before_query.split('/').next().unwrap_or_default(),
            _ => header(request, name)?,
        };
        headers += &format!("{name}:{}\n", value.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
    }
    Ok([request.method, path, &pairs.join("&"), &headers, names, payload].join("\n"))
}

fn header<'a>(request: &Signed<'a>, name: &str) -> Result<&'a str, String> {
    let found = request.headers.iter().find(|(found, _)| found == name);
    found.map(|(_, value)| value.as_str()).ok_or(format!("the signed header {name} is missing"))
}

fn verify(canonical: &str, date: &str, credential: &str, signature: &str, (key_id, secret): (&str, &str)) -> Result<(), String> {
    let Some((found, scope)) = credential.split_once('/') else { return Err(format!("no scope in {credential}")) };
    if found != key_id {
        return Err(format!("signed with {found} instead of {key_id}"));
    }
    let text = [ALGORITHM, date, scope, &sha256(canonical.as_bytes())].join("\n");
    let bytes = bytes_of_hex(signature).ok_or(format!("a signature in hexadecimal: {signature}"))?;
    let signature = Signature::from_der(&bytes).map_err(|e| format!("the signature is not DER: {e}"))?;
    let key = public_key(key_id, secret);
    key.verify(text.as_bytes(), &signature).map_err(|_| format!("the signature is not valid for\n{canonical}\n\n{text}"))
}

fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

/// The public key that belongs to the credentials, for the first candidate in range (others are as unlikely as 2⁻³²).
fn public_key(key_id: &str, secret: &str) -> VerifyingKey {
    let key = hmac::Key::new(hmac::HMAC_SHA256, format!("AWS4A{secret}").as_bytes());
    let fixed = [&[0, 0, 0, 1], ALGORITHM.as_bytes(), &[0], key_id.as_bytes(), &[1], &[0, 0, 1, 0]].concat();
    let mut number: [u8; 32] = hmac::sign(&key, &fixed).as_ref().try_into().expect("32 bytes");
    for byte in number.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            break;
        }
    }
    *SigningKey::from_slice(&number).expect("a number below the order of the curve").verifying_key()
}
