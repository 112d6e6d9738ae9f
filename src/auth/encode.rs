//! The notations that signatures are made of: hexadecimal, base64, percent-encoding.

use std::borrow::Cow;
use std::fmt::{Display, Write};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use ring::{digest, hmac};

use super::Credentials;
pub(super) use crate::text::hex::hex;

/// RFC 3986's unreserved characters stay, all others are encoded.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const PATH: &AsciiSet = &COMPONENT.remove(b'/');
/// Neither controls nor spaces nor what is not ASCII can be in a URL.
const WIRE: &AsciiSet = &CONTROLS.add(b' ');

/// A key or value of a query.
pub(super) fn component(text: &str) -> impl Display + '_ {
    utf8_percent_encode(text, COMPONENT)
}

/// A path, whose slashes stay.
pub(super) fn path(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, PATH).into()
}

/// What is already a part of a URL, with only those characters encoded that cannot be in one.
pub(super) fn wire(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, WIRE).into()
}

/// Undoes percent-encoding; what is not UTF-8 then becomes U+FFFD.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

/// Undoes the encoding of a form, in which `+` is a space.
pub(super) fn decode_form(text: &str) -> String {
    decode(&text.replace('+', " ")).into_owned()
}

pub(super) fn push_pair(query: &mut String, key: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    let _ = write!(query, "{}={}", component(key), component(value));
}

pub(super) fn sha256_hex(content: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, content).as_ref())
}

/// The HMAC of a text under the secret key, as the signatures before version 4 write it.
pub(super) fn hmac_base64(algorithm: hmac::Algorithm, credentials: &Credentials, text: &str) -> String {
    let key = hmac::Key::new(algorithm, credentials.secret_access_key().as_bytes());
    BASE64_STANDARD.encode(hmac::sign(&key, text.as_bytes()))
}
