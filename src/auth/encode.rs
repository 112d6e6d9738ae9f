//! The notations that signatures are made of: hexadecimal, base64, percent-encoding.

use std::borrow::Cow;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use ring::{digest, hmac};

use super::Credentials;
pub(super) use crate::text::encoding::{form_decode as decode_form, hex, percent_decode as decode};
use crate::text::encoding::{percent_encode, push_percent_encoded};

/// Neither controls nor spaces nor what is not ASCII can be in a URL.
const WIRE: &AsciiSet = &CONTROLS.add(b' ');

/// A path, whose slashes stay.
pub(super) fn path(text: &str) -> Cow<'_, str> {
    percent_encode(text, "/")
}

/// What is already a part of a URL, with only those characters encoded that cannot be in one.
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

pub(super) fn sha256_hex(content: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, content).as_ref())
}

/// The HMAC of a text under the secret key, as the signatures before version 4 write it.
pub(super) fn hmac_base64(algorithm: hmac::Algorithm, credentials: &Credentials, text: &str) -> String {
    let key = hmac::Key::new(algorithm, credentials.secret_access_key().as_bytes());
    BASE64_STANDARD.encode(hmac::sign(&key, text.as_bytes()))
}
