//! The notations that signatures are made of: hexadecimal, percent-encoding, dates.

use std::borrow::Cow;
use std::fmt::{Display, Write};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use ring::{digest, hmac};
use time::UtcDateTime;

use super::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::value::Timestamp;

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

pub(super) fn push_hex(out: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.reserve(2 * bytes.len());
    for byte in bytes {
        out.push(DIGITS[usize::from(byte >> 4)].into());
        out.push(DIGITS[usize::from(byte & 15)].into());
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let mut out = String::new();
    push_hex(&mut out, bytes);
    out
}

pub(super) fn sha256_hex(content: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, content).as_ref())
}

/// The HMAC of a text under the secret key, as the signatures before version 4 write it.
pub(super) fn hmac_base64(algorithm: hmac::Algorithm, credentials: &Credentials, text: &str) -> String {
    let key = hmac::Key::new(algorithm, credentials.secret_access_key().as_bytes());
    BASE64_STANDARD.encode(hmac::sign(&key, text.as_bytes()))
}

/// `20260102T030405Z`
pub(super) fn amz_date(time: Timestamp) -> Result<String> {
    let t = calendar(time)?;
    let (year, month, day) = (t.year(), u8::from(t.month()), t.day());
    Ok(format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z", t.hour(), t.minute(), t.second()))
}

/// `2026-01-02T03:04:05Z`
pub(super) fn iso_date(time: Timestamp) -> Result<String> {
    let t = calendar(time)?;
    let (year, month, day) = (t.year(), u8::from(t.month()), t.day());
    Ok(format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", t.hour(), t.minute(), t.second()))
}

/// `Fri, 02 Jan 2026 03:04:05 `, to be followed by the zone: `GMT` (RFC 9110) or `-0000` (RFC 5322).
pub(super) fn mail_date(time: Timestamp, zone: &str) -> Result<String> {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let t = calendar(time)?;
    let day = DAYS[usize::from(t.weekday().number_days_from_monday())];
    let month = MONTHS[usize::from(u8::from(t.month())) - 1];
    Ok(format!("{day}, {:02} {month} {:04} {:02}:{:02}:{:02} {zone}", t.day(), t.year(), t.hour(), t.minute(), t.second()))
}

fn calendar(time: Timestamp) -> Result<UtcDateTime> {
    time.to_utc().filter(|t| (0..=9999).contains(&t.year())).ok_or_else(|| {
        Error::new(
            ErrorKind::Signing,
            format!("A request cannot be signed {time:?} seconds after the epoch: the year has not four digits."),
        )
    })
}
