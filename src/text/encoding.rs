//! Binary data and text in ASCII notations: hexadecimal, lenient base64, percent-encoding, and form encoding.
//!
//! Strict base64 comes from the `base64` crate.

use std::borrow::Cow;

use memchr::memchr2;

const LOWER_HEX: &[u8; 16] = b"0123456789abcdef";
const UPPER_HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Appends two lowercase hexadecimal digits for each byte.
pub(crate) fn push_hex(out: &mut String, bytes: &[u8]) {
    out.reserve(2 * bytes.len());
    for byte in bytes {
        push_byte(out, *byte, LOWER_HEX);
    }
}

/// Returns two lowercase hexadecimal digits for each byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut out = String::new();
    push_hex(&mut out, bytes);
    out
}

fn push_byte(out: &mut String, byte: u8, digits: &[u8; 16]) {
    out.push(digits[usize::from(byte >> 4)].into());
    out.push(digits[usize::from(byte & 15)].into());
}

/// Decodes base64 as Python does: characters outside the alphabet are skipped, and everything after the padding is
/// ignored. Returns `None` if the text ends within a group or is not ASCII.
pub(crate) fn decode_lenient(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut group, mut digits, mut padding) = (0_u32, 0, 0);
    for byte in text.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' if digits >= 2 => {
                padding += 1;
                if digits + padding == 4 {
                    return Some(bytes);
                }
                continue;
            }
            _ => continue,
        };
        padding = 0;
        group = group << 6 | u32::from(digit);
        if digits > 0 {
            // The shift is 4, 2, and 0 for the second, third, and fourth digit; the cast drops the bits that were already used.
            bytes.push((group >> (6 - 2 * digits)) as u8);
        }
        digits = (digits + 1) % 4;
    }
    (digits == 0).then_some(bytes)
}

/// Encodes `pairs` as the query of a URL: everything except the unreserved characters of RFC 3986 is percent-encoded.
///
/// ```
/// let pairs = [("key".to_owned(), "a b/c".to_owned()), ("flag".to_owned(), String::new())];
/// assert_eq!(tucuxi::unversioned::protocol::serialize::query_string(&pairs), "key=a%20b%2Fc&flag=");
/// ```
pub fn query_string(pairs: &[(String, String)]) -> String {
    encode_pairs(pairs, |out, text| push_percent_encoded(out, text, ""))
}

/// Encodes `pairs` as `application/x-www-form-urlencoded`: a space becomes a plus sign.
///
/// ```
/// let pairs = [("Action".to_owned(), "List".to_owned()), ("Name".to_owned(), "a b".to_owned())];
/// assert_eq!(tucuxi::unversioned::protocol::serialize::form_urlencode(&pairs), "Action=List&Name=a+b");
/// ```
pub fn form_urlencode(pairs: &[(String, String)]) -> String {
    encode_pairs(pairs, |out, text| {
        for (i, word) in text.split(' ').enumerate() {
            if i > 0 {
                out.push('+');
            }
            push_percent_encoded(out, word, "");
        }
    })
}

/// Appends `text`, percent-encoding everything except the unreserved characters of RFC 3986 and those in `safe`.
pub(crate) fn push_percent_encoded(out: &mut String, text: &str, safe: &str) {
    let plain = |b: u8| is_unreserved(b) || safe.as_bytes().contains(&b);
    let mut rest = text;
    while let Some(end) = rest.bytes().position(|b| !plain(b)) {
        // Only single-byte characters are plain, so `end` is a character boundary.
        let (run, tail) = rest.split_at(end);
        out.push_str(run);
        let width = tail.chars().next().map_or(1, char::len_utf8);
        for byte in tail[..width].bytes() {
            out.push('%');
            push_byte(out, byte, UPPER_HEX);
        }
        rest = &tail[width..];
    }
    out.push_str(rest);
}

/// Percent-encodes everything except the unreserved characters of RFC 3986 and those in `safe`.
pub(crate) fn percent_encode<'a>(text: &'a str, safe: &str) -> Cow<'a, str> {
    if text.bytes().all(|b| is_unreserved(b) || safe.as_bytes().contains(&b)) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    push_percent_encoded(&mut out, text, safe);
    out.into()
}

/// Decodes percent-encoding. Bytes that are not UTF-8 become U+FFFD.
pub(crate) fn percent_decode(text: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy()
}

/// Decodes percent-encoding and `+` for a space. Bytes that are not UTF-8 become U+FFFD.
pub(crate) fn form_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some(at) = memchr2(b'%', b'+', rest) {
        bytes.extend_from_slice(&rest[..at]);
        let digit = |place: usize| char::from(*rest.get(at + place)?).to_digit(16);
        let (byte, length) = match (rest[at], digit(1).zip(digit(2))) {
            (b'+', _) => (b' ', 1),
            (_, Some((high, low))) => ((high << 4 | low) as u8, 3),
            (percent, None) => (percent, 1),
        };
        bytes.push(byte);
        rest = &rest[at + length..];
    }
    bytes.extend_from_slice(rest);
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The unreserved characters of RFC 3986.
const UNRESERVED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'-' | b'.' | b'_' | b'~');
        byte += 1;
    }
    table
};

fn is_unreserved(byte: u8) -> bool {
    UNRESERVED[usize::from(byte)]
}

fn encode_pairs(pairs: &[(String, String)], push: impl Fn(&mut String, &str)) -> String {
    let mut out = String::with_capacity(pairs.iter().map(|(k, v)| k.len() + v.len() + 2).sum());
    for (key, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        push(&mut out, key);
        out.push('=');
        push(&mut out, value);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_becomes_two_hex_digits() {
        assert_eq!(hex(&[0, 9, 10, 255]), "00090aff");
        assert_eq!(hex(&[]), "");
    }

    #[test]
    fn base64_skips_foreign_characters() {
        let decoded = |text: &str| decode_lenient(text).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert_eq!(decoded("aGVsbG8=").as_deref(), Some("hello"));
        assert_eq!(decoded("a GVs bG8=!!\n").as_deref(), Some("hello"));
        assert_eq!(decoded("aGk=aGk=").as_deref(), Some("hi"));
        assert_eq!(decoded("aA==").as_deref(), Some("h"));
        assert_eq!(decoded("YWJjZGVm").as_deref(), Some("abcdef"));
        assert_eq!(decoded("").as_deref(), Some(""));
        assert_eq!(decoded("====").as_deref(), Some(""));
        assert_eq!(decoded(" lead and trail ").as_deref(), Some("\u{fffd}\u{fffd}jwm\u{fffd}\u{fffd}\u{fffd}"));
    }

    #[test]
    fn base64_with_an_incomplete_group_is_rejected() {
        for text in ["a", "aGk", "aG=k", "aGVsbG8", "aGk=\u{e9}"] {
            assert_eq!(decode_lenient(text), None, "{text}");
        }
    }

    #[test]
    fn only_unreserved_characters_stay() {
        let mut out = String::new();
        push_percent_encoded(&mut out, "a/b c+~é%2F!*'()😀", "");
        assert_eq!(out, "a%2Fb%20c%2B~%C3%A9%252F%21%2A%27%28%29%F0%9F%98%80");
        out.clear();
        push_percent_encoded(&mut out, "x/y z//~", "/");
        assert_eq!(out, "x/y%20z//~");
    }

    #[test]
    fn decoding_replaces_what_is_not_utf_8() {
        assert_eq!(percent_decode("a%20b%C3%A9+%zz%ff"), "a bé+%zz\u{fffd}");
        assert_eq!(form_decode("a+b%2B"), "a b+");
        assert!(matches!(percent_encode("a/b", "/"), Cow::Borrowed("a/b")));
    }

    #[test]
    fn forms_encode_a_space_as_a_plus_sign() {
        assert_eq!(form_urlencode(&[("a b".into(), " +é ".into())]), "a+b=+%2B%C3%A9+");
    }
}
