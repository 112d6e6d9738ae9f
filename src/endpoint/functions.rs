//! The functions of the endpoint rule language.
//!
//! `rules` calls them with evaluated arguments. Null is an ordinary result; a condition with that result does not hold.

use std::sync::{Arc, LazyLock};

use crate::error::{Error, ErrorKind, Result};
use crate::text::encoding::{percent_encode, push_percent_encoded};
use crate::text::url::{host_is_ip, is_dotted_quad, is_label};
use crate::value::{KeyTable, Map, Value};

/// Negates a value by truthiness: null, false, zero, and anything empty are falsy.
pub(super) fn not(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) | Value::Int(0) => true,
        Value::Float(number) => *number == 0.0,
        Value::String(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        _ => false,
    }
}

pub(super) fn string_equals(a: &Value, b: &Value) -> Result<bool> {
    match (a, b) {
        (Value::String(a), Value::String(b)) => Ok(a == b),
        _ => Err(failed(format!("Both values must be strings, not {} and {}.", a.type_name(), b.type_name()))),
    }
}

pub(super) fn boolean_equals(a: &Value, b: &Value) -> Result<bool> {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        _ => Err(failed(format!("Both arguments must be bools, not {} and {}.", a.type_name(), b.type_name()))),
    }
}

/// Returns the value at a path such as `resourceId[0]` or `a.b`. An index ends the path; anything after it is ignored.
pub(super) fn get_attr(value: &Value, path: &Value) -> Result<Value> {
    let path = string(path)?;
    let mut value = value;
    for step in path.split('.') {
        if let Some((name, index)) = indexed(step) {
            let list = if name.is_empty() { value } else { attribute(value, name)? };
            return Ok(list.as_list().and_then(|items| items.get(index)).cloned().unwrap_or_default());
        }
        value = attribute(value, step)?;
    }
    Ok(value.clone())
}

fn indexed(step: &str) -> Option<(&str, usize)> {
    let (name, index) = step.strip_suffix(']')?.split_once('[')?;
    Some((name, index.parse().ok()?))
}

/// Returns the attribute `name` of a map. A missing attribute is an error in the rules.
pub(super) fn attribute<'a>(value: &'a Value, name: &str) -> Result<&'a Value> {
    value.get(name).ok_or_else(|| failed(format!("The endpoint rules read the attribute {name:?} of a value without it: {value:?}")))
}

/// Returns `{scheme, authority, path, normalizedPath, isIp}` for an HTTP URL without a query, otherwise null.
pub(super) fn parse_url(url: &Value) -> Result<Value> {
    static KEYS: LazyLock<Arc<KeyTable>> =
        LazyLock::new(|| Arc::new(KeyTable::new(["scheme", "authority", "path", "normalizedPath", "isIp"].map(Into::into))));
    if url.is_null() {
        return Ok(Value::Null);
    }
    let Some(url) = split_url(string(url)?) else {
        return Ok(Value::Null);
    };
    let mut slots = [
        Some(url.scheme.into()),
        Some(url.authority.into()),
        Some(url.path.into()),
        Some(normalized_path(url.path).into()),
        Some(url.is_ip.into()),
    ];
    Ok(Value::Map(Map::shaped(KEYS.clone(), &mut slots)))
}

struct Url<'a> {
    scheme: &'static str,
    authority: &'a str,
    path: &'a str,
    is_ip: bool,
}

fn split_url(url: &str) -> Option<Url<'_>> {
    let (scheme, rest) = url.trim_start().split_once("://")?;
    let scheme = ["https", "http"].into_iter().find(|known| scheme.eq_ignore_ascii_case(known))?;
    let rest = rest.split('#').next()?;
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let is_ip = host_is_ip(authority)?;
    query.is_empty().then_some(Url { scheme, authority, path: without_parameters(path), is_ip })
}

/// Removes `;parameters` of the last segment; they are not part of the path.
fn without_parameters(path: &str) -> &str {
    let last = path.rfind('/').unwrap_or(0);
    &path[..path[last..].find(';').map_or(path.len(), |at| last + at)]
}

/// Returns the path without dot segments and empty segments, percent-encoded, with a slash at both ends.
fn normalized_path(path: &str) -> String {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    let mut normalized = String::from("/");
    for segment in segments {
        push_percent_encoded(&mut normalized, segment, "/");
        normalized.push('/');
    }
    normalized
}

pub(super) fn is_valid_host_label(value: &Value, allow_subdomains: &Value) -> Result<bool> {
    if value.is_null() {
        return Ok(false);
    }
    let host = string(value)?;
    Ok(if not(allow_subdomains) { is_label(host) } else { host.split('.').all(is_label) })
}

pub(super) fn is_virtual_hostable_s3_bucket(value: &Value, allow_subdomains: &Value) -> Result<bool> {
    if value.is_null() {
        return Ok(false);
    }
    let bucket = string(value)?;
    if bucket.len() < 3 || bucket.chars().any(char::is_uppercase) || is_dotted_quad(bucket) {
        return Ok(false);
    }
    is_valid_host_label(value, allow_subdomains)
}

pub(super) fn uri_encode(value: &Value) -> Result<Value> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    Ok(percent_encode(string(value)?, "").into())
}

/// Returns the characters from `start` to `stop`, counted from the end if `reverse`; null if the text is too short or not ASCII.
pub(super) fn substring(value: &Value, start: &Value, stop: &Value, reverse: &Value) -> Result<Value> {
    let Value::String(text) = value else {
        return Err(failed(format!("Input must be a string, not {}.", value.type_name())));
    };
    let (start, stop) = (position(start)?, position(stop)?);
    if start >= stop || stop > text.len() || !text.is_ascii() {
        return Ok(Value::Null);
    }
    Ok(if not(reverse) { text[start..stop].into() } else { text[text.len() - stop..text.len() - start].into() })
}

fn position(value: &Value) -> Result<usize> {
    let position = value.as_int().and_then(|n| usize::try_from(n).ok());
    position.ok_or_else(|| failed(format!("A position in a string must be a non-negative integer, not {value:?}.")))
}

/// Returns `{partition, service, region, accountId, resourceId}` for an ARN, otherwise null.
pub(super) fn parse_arn(value: &Value) -> Result<Value> {
    static KEYS: LazyLock<Arc<KeyTable>> =
        LazyLock::new(|| Arc::new(KeyTable::new(["partition", "service", "region", "accountId", "resourceId"].map(Into::into))));
    if value.is_null() {
        return Ok(Value::Null);
    }
    let mut parts = string(value)?.splitn(6, ':');
    let (Some("arn"), Some(partition), Some(service), Some(region), Some(account), Some(resource)) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Ok(Value::Null);
    };
    if partition.is_empty() || service.is_empty() || resource.is_empty() {
        return Ok(Value::Null);
    }
    let resource: Value = resource.split([':', '/']).collect();
    let mut slots = [Some(partition.into()), Some(service.into()), Some(region.into()), Some(account.into()), Some(resource)];
    Ok(Value::Map(Map::shaped(KEYS.clone(), &mut slots)))
}

/// Returns the text of an argument that must be a string.
pub(super) fn string(value: &Value) -> Result<&str> {
    value.as_str().ok_or_else(|| failed(format!("Input must be a string, not {}.", value.type_name())))
}

pub(super) fn failed(message: String) -> Error {
    Error::new(ErrorKind::EndpointResolution, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    fn url(text: &str) -> String {
        let url = parse_url(&text.into()).unwrap();
        if url.is_null() {
            return "null".to_owned();
        }
        let part = |name: &str| url[name].as_str().unwrap().to_owned();
        format!("{}|{}|{}|{}|{}", part("scheme"), part("authority"), part("path"), part("normalizedPath"), url["isIp"].as_bool().unwrap())
    }

    #[test]
    fn urls_are_split() {
        for (text, expected) in [
            ("https://a.b:80/x/../y//z", "https|a.b:80|/x/../y//z|/y/z/|false"),
            ("HTTP://AbC/", "http|AbC|/|/|false"),
            ("http://1.2.3.4", "http|1.2.3.4||/|true"),
            ("https://[::1]:9/", "https|[::1]:9|/|/|true"),
            ("https://[::1%25x]/", "https|[::1%25x]|/|/|true"),
            ("https://u:p@h/x", "https|u:p@h|/x|/x/|false"),
            ("https://999.1.1.1/a/", "https|999.1.1.1|/a/|/a/|true"),
            ("https://0001.1.1.1", "https|0001.1.1.1||/|false"),
            ("https://a/b c/%20/é", "https|a|/b c/%20/é|/b%20c/%2520/%C3%A9/|false"),
            ("https://a/x;y?", "https|a|/x|/x/|false"),
            ("https://a#frag", "https|a||/|false"),
            ("https://a:/x", "https|a:|/x|/x/|false"),
        ] {
            assert_eq!(url(text), expected, "{text}");
        }
        for text in ["https://a?b=1", "ftp://x", "https://a:bad", "https://a:99999", "a.b", "https:///x", "http://[::1", "http://[zz]"] {
            assert_eq!(url(text), "null", "{text}");
        }
        assert!(parse_url(&Value::Null).unwrap().is_null());
    }

    #[test]
    fn arns_are_split() {
        let arn = |text: &str| parse_arn(&text.into()).unwrap();
        assert_eq!(
            arn("arn:aws:s3:us-east-1:1:a/b:c"),
            value!({"partition": "aws", "service": "s3", "region": "us-east-1", "accountId": "1", "resourceId": ["a", "b", "c"]})
        );
        assert_eq!(arn("arn:aws:s3:::b")["accountId"], Value::from(""));
        assert_eq!(arn("arn:aws:s3:::a//b")["resourceId"], value!(["a", "", "b"]));
        for text in ["arn:aws::r:a:x", "arn:aws:s3:r:a:", "arn:aws:s3:r:a", "xarn:aws:s3:r:a:b", ""] {
            assert!(arn(text).is_null(), "{text}");
        }
    }

    #[test]
    fn an_index_ends_the_path() {
        let get = |path: &str| get_attr(&value!({"a": [{"b": 1}], "c": {"d": "e"}}), &path.into());
        assert_eq!(get("a[0].b").unwrap(), value!({"b": 1}));
        assert!(get("a[1]").unwrap().is_null());
        assert_eq!(get("c.d").unwrap(), Value::from("e"));
        assert_eq!(get("nope").unwrap_err().kind(), ErrorKind::EndpointResolution);
        assert_eq!(get_attr(&value!(["x", "y"]), &"[1]".into()).unwrap(), Value::from("y"));
        assert!(get_attr(&Value::Null, &"[0]".into()).unwrap().is_null());
    }

    #[test]
    fn host_labels_are_validated() {
        let valid = |text: &str, subdomains: bool| is_valid_host_label(&text.into(), &subdomains.into()).unwrap();
        for (text, alone, with_subdomains) in [
            ("a", true, true),
            ("a.b", false, true),
            ("a..b", false, false),
            ("a.", false, false),
            ("-a", false, false),
            ("a-", false, false),
            ("a_b", false, false),
            ("", false, false),
            ("é", false, false),
        ] {
            assert_eq!((valid(text, false), valid(text, true)), (alone, with_subdomains), "{text}");
        }
        assert!(valid(&"x".repeat(63), false) && !valid(&"x".repeat(64), false));
        let hostable = |text: &str, subdomains: bool| is_virtual_hostable_s3_bucket(&text.into(), &subdomains.into()).unwrap();
        assert!(hostable("abc", false) && hostable("a.b.c", true));
        assert!(!hostable("ab", false) && !hostable("Abc", false) && !hostable("1.2.3.4", true) && !hostable("a.b.c", false));
    }

    #[test]
    fn substrings_and_percent_encoding() {
        let part = |text: &str, start: i64, stop: i64, reverse: bool| {
            substring(&text.into(), &start.into(), &stop.into(), &reverse.into()).unwrap().as_str().map(str::to_owned)
        };
        assert_eq!(part("abcd", 0, 2, false).as_deref(), Some("ab"));
        assert_eq!(part("abcd", 1, 2, true).as_deref(), Some("c"));
        assert_eq!(part("abcd", 0, 4, true).as_deref(), Some("abcd"));
        assert_eq!((part("abcd", 2, 2, false), part("abcd", 0, 5, false), part("é123", 0, 2, false)), (None, None, None));
        let error = substring(&Value::Null, &0.into(), &1.into(), &false.into()).unwrap_err();
        assert_eq!(error.message(), "Input must be a string, not null.");
        assert_eq!(uri_encode(&"a b/é~-._+*".into()).unwrap(), Value::from("a%20b%2F%C3%A9~-._%2B%2A"));
        assert!(uri_encode(&Value::Null).unwrap().is_null());
    }

    #[test]
    fn comparisons_require_matching_types() {
        assert!(string_equals(&"a".into(), &"a".into()).unwrap());
        let error = string_equals(&Value::Null, &true.into()).unwrap_err();
        assert_eq!(error.message(), "Both values must be strings, not null and boolean.");
        let error = boolean_equals(&"x".into(), &1.into()).unwrap_err();
        assert_eq!(error.message(), "Both arguments must be bools, not string and number.");
    }
}
