//! Encodings that signatures use.

use std::borrow::Cow;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use ring::{digest, hmac};

use super::Credentials;
pub(super) use crate::text::encoding::{form_decode as decode_form, hex, percent_decode as decode};
use crate::text::encoding::{percent_encode, push_hex, push_percent_encoded};

/// A URL contains no control characters, no spaces, and only ASCII.
const WIRE: &AsciiSet = &CONTROLS.add(b' ');

/// Encodes a path; slashes stay.
pub(super) fn path(text: &str) -> Cow<'_, str> {
    percent_encode(text, "/")
}

/// Encodes only the characters of a part of a URL that a URL cannot contain.
pub(super) fn wire(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, WIRE).into()
}

pub(super) fn push_pair(query: &mut String, key: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    push_percent_encoded(query, key, "");
    query.push('=');
    push_percent_encoded(query, value, "");
}

pub(super) fn push_sha256_hex(text: &mut String, content: &[u8]) {
    push_hex(text, digest::digest(&digest::SHA256, content).as_ref());
}

pub(super) fn sha256_hex(content: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, content).as_ref())
}

/// The HMAC of a text with the secret key, in base64, for the signatures before version 4.
pub(super) fn hmac_base64(algorithm: hmac::Algorithm, credentials: &Credentials, text: &str) -> String {
    let key = hmac::Key::new(algorithm, credentials.secret_access_key().as_bytes());
    BASE64_STANDARD.encode(hmac::sign(&key, text.as_bytes()))
}
