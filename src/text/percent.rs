//! Percent-encoding and form encoding.

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// `pairs` as a URL's query has them: RFC 3986, everything but the unreserved characters is encoded.
///
/// ```
/// let pairs = [("key".to_owned(), "a b/c".to_owned()), ("flag".to_owned(), String::new())];
/// assert_eq!(tucuxi::unversioned::protocol::serialize::query_string(&pairs), "key=a%20b%2Fc&flag=");
/// ```
pub fn query_string(pairs: &[(String, String)]) -> String {
    encode_pairs(pairs, |out, text| push_percent_encoded(out, text, ""))
}

/// `pairs` as `application/x-www-form-urlencoded`: a space is a plus sign.
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

/// Appends `text` with everything encoded but the unreserved characters of RFC 3986 and those in `safe`.
pub(crate) fn push_percent_encoded(out: &mut String, text: &str, safe: &str) {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b) || safe.as_bytes().contains(&b);
    let mut rest = text;
    while let Some(end) = rest.bytes().position(|b| !plain(b)) {
        // Only single-byte characters are plain, so `end` is the start of a character.
        let (run, tail) = rest.split_at(end);
        out.push_str(run);
        let width = tail.chars().next().map_or(1, char::len_utf8);
        for byte in tail[..width].bytes() {
            out.push('%');
            out.push(HEX[usize::from(byte >> 4)].into());
            out.push(HEX[usize::from(byte & 15)].into());
        }
        rest = &tail[width..];
    }
    out.push_str(rest);
}

/// Percent-encodes all but the unreserved characters of RFC 3986 and those in `safe`.
pub(crate) fn percent_encode(text: &str, safe: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_percent_encoded(&mut out, text, safe);
    out
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
    fn only_the_unreserved_stay() {
        let mut out = String::new();
        push_percent_encoded(&mut out, "a/b c+~é%2F!*'()😀", "");
        assert_eq!(out, "a%2Fb%20c%2B~%C3%A9%252F%21%2A%27%28%29%F0%9F%98%80");
        out.clear();
        push_percent_encoded(&mut out, "x/y z//~", "/");
        assert_eq!(out, "x/y%20z//~");
    }

    #[test]
    fn forms_have_plus_signs_for_spaces() {
        assert_eq!(form_urlencode(&[("a b".into(), " +é ".into())]), "a+b=+%2B%C3%A9+");
    }
}
