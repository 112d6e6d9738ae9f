//! Endpoint URLs: validation, joining with an operation's path and query, and host prefixes.

use std::net::Ipv6Addr;

use memchr::{memchr, memchr3};

use super::mask;
use crate::error::{Error, ErrorKind, Result};

/// The maximum length of a host name (RFC 1035).
const LONGEST_HOST: usize = 255;

/// Checks a configured endpoint URL: `http` or `https`, a host name or an IPv6 address in brackets, and optionally a numeric
/// port, a path, and a query.
///
/// # Errors
/// Returns [`ErrorKind::InvalidEndpoint`] (`ValueError`): `Invalid endpoint: …`.
pub fn validate(url: &str) -> Result<()> {
    match is_valid(url) {
        Some(true) => Ok(()),
        _ => Err(Error::new(ErrorKind::InvalidEndpoint, format!("Invalid endpoint: {}", mask::url(url))).with_name("ValueError")),
    }
}

fn is_valid(url: &str) -> Option<bool> {
    if url.contains(['\t', '\r', '\n']) {
        return None;
    }
    let (scheme, rest) = url.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    host_is_ip(authority)?;
    let host = authority.rsplit('@').next()?;
    if host.starts_with('[') {
        return Some(true);
    }
    let host = host.split(':').next()?;
    Some(host.len() <= LONGEST_HOST && host.strip_suffix('.').unwrap_or(host).split('.').all(is_label))
}

/// Returns the URL of a request: the endpoint followed by the operation's path, with the queries of the path, the endpoint,
/// and the operation in that order. `query` is already encoded and may be empty.
pub fn join(endpoint: &str, path: &str, query: &str) -> String {
    let endpoint = endpoint.split('#').next().unwrap_or_default();
    let (base, base_query) = endpoint.split_once('?').unwrap_or((endpoint, ""));
    let authority = authority_start(base).unwrap_or(0);
    let has_path = base[authority..].contains('/');
    let (path, path_query) = path.split_once('?').unwrap_or((path, ""));
    let mut url = String::with_capacity(endpoint.len() + path.len() + path_query.len() + query.len() + 3);
    url.push_str(base);
    match path {
        "" | "/" if has_path => {}
        "" => url.push('/'),
        _ if base.ends_with('/') => url.push_str(path.strip_prefix('/').unwrap_or(path)),
        _ => url.push_str(path),
    }
    let queries = [path_query, base_query, query].into_iter().filter(|query| !query.is_empty());
    for (query, separator) in queries.zip(std::iter::once('?').chain(std::iter::repeat('&'))) {
        url.push(separator);
        url.push_str(query);
    }
    url
}

/// Returns where the authority of a URL starts: after the first `://`, if there is one.
pub(crate) fn authority_start(url: &str) -> Option<usize> {
    let colon = memchr(b':', url.as_bytes())?;
    let is_separator = url[colon..].starts_with("://");
    if is_separator { Some(colon + 3) } else { url.find("://").map(|at| at + 3) }
}

/// Returns where the authority that starts at `start` ends.
pub(crate) fn authority_end(url: &str, start: usize) -> usize {
    memchr3(b'/', b'?', b'#', &url.as_bytes()[start..]).map_or(url.len(), |at| start + at)
}

/// Lowercases the scheme and the host of a URL, since both are case-insensitive and servers compare signed host names
/// literally (RFC 3986, section 6.2.2.1). User information remains unchanged.
pub(crate) fn with_lowercase_host(mut url: String) -> String {
    let Some(start) = authority_start(&url) else { return url };
    let end = authority_end(&url, start);
    let host = url[start..end].rfind('@').map_or(start, |at| start + at + 1);
    url[..start].make_ascii_lowercase();
    url[host..end].make_ascii_lowercase();
    url
}

/// Inserts `prefix` before the host: `data-` turns `https://example.com` into `https://data-example.com`.
pub fn with_host_prefix(url: &str, prefix: &str) -> String {
    let host = authority_start(url).unwrap_or(0);
    format!("{}{prefix}{}", &url[..host], &url[host..])
}

/// Returns the URL with `http` in place of `https`, for clients with `use_ssl` off.
pub fn without_tls(url: &str) -> String {
    match url.strip_prefix("https://") {
        Some(rest) => format!("http://{rest}"),
        None => url.to_owned(),
    }
}

/// Returns whether the host of an authority is an IP address, or `None` if the authority is invalid.
pub(crate) fn host_is_ip(authority: &str) -> Option<bool> {
    let host_and_port = authority.rsplit('@').next()?;
    let (is_ip, port) = match host_and_port.strip_prefix('[') {
        Some(bracketed) => {
            let (address, port) = bracketed.split_once(']')?;
            address.split('%').next()?.parse::<Ipv6Addr>().ok()?;
            (true, port.strip_prefix(':').or(port.is_empty().then_some(""))?)
        }
        None => {
            let (host, port) = host_and_port.split_once(':').unwrap_or((host_and_port, ""));
            if host.is_empty() {
                return None;
            }
            (is_dotted_quad(host), port)
        }
    };
    let valid_port = port.is_empty() || (port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok());
    valid_port.then_some(is_ip)
}

/// Returns whether a host consists of four groups of one to three digits, regardless of their values.
pub(crate) fn is_dotted_quad(host: &str) -> bool {
    let group = |group: &str| (1..=3).contains(&group.len()) && group.bytes().all(|b| b.is_ascii_digit());
    host.split('.').count() == 4 && host.split('.').all(group)
}

/// Returns whether a host label is valid: 1 to 63 letters, digits, and hyphens, with no hyphen at either end.
pub(crate) fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoint_urls_are_validated() {
        let long = format!("http://{}", ["a".repeat(63).as_str(); 4].join("."));
        for url in [
            "http://x",
            "https://a.b.",
            "http://[::1]:80/x",
            "http://u:p@x:1/",
            "http://x/p?q=1",
            "http://[::1%25eth0]/",
            "HTTP://A.B",
            &long,
        ] {
            assert!(validate(url).is_ok(), "{url}");
        }
        let label = format!("http://{}", "a".repeat(64));
        for url in [
            "localhost:1",
            "x",
            "",
            "http://",
            "http://.",
            "http://a..b",
            "http://foo_bar",
            "http://-a",
            "http://a-",
            "http://é",
            "http://x y",
        ]
        .into_iter()
        .chain(["http://a\tb", "http://x\n", "http://[zz]/", "http:x", "http://x:bad", "ftp://x", &label, &format!("{long}.b")])
        {
            assert_eq!(validate(url).unwrap_err().message(), format!("Invalid endpoint: {url}"));
        }
    }

    #[test]
    fn an_endpoint_is_joined_with_path_and_query() {
        for (endpoint, path, query, url) in [
            ("http://h", "/a", "", "http://h/a"),
            ("http://h", "/", "", "http://h/"),
            ("http://h", "", "", "http://h/"),
            ("http://h/", "/a", "m=1", "http://h/a?m=1"),
            ("http://h/base", "/", "", "http://h/base"),
            ("http://h/base/", "/a", "", "http://h/base/a"),
            ("http://h/base/", "/", "", "http://h/base/"),
            ("http://h/base", "//a", "", "http://h/base//a"),
            ("http://h/base?x=1", "/a", "m=1", "http://h/base/a?x=1&m=1"),
            ("http://h?x=1", "/", "", "http://h/?x=1"),
            ("http://h/b?", "/a", "", "http://h/b/a"),
            ("http://h", "/k?acl", "v=2", "http://h/k?acl&v=2"),
        ] {
            assert_eq!(join(endpoint, path, query), url, "{endpoint} {path} {query}");
        }
    }

    #[test]
    fn a_host_gets_a_prefix() {
        assert_eq!(with_host_prefix("http://h:90/b?x=1", "data-"), "http://data-h:90/b?x=1");
        assert_eq!(without_tls("https://h/p"), "http://h/p");
    }

    #[test]
    fn only_the_scheme_and_the_host_are_lowercased() {
        for (url, expected) in [
            ("HTTPS://User:PW@S3.Example.COM:9000/Bucket?Key=A", "https://User:PW@s3.example.com:9000/Bucket?Key=A"),
            ("http://[FE80::1]:80", "http://[fe80::1]:80"),
            ("http://Host?A/@B", "http://host?A/@B"),
            ("no url", "no url"),
        ] {
            let found = with_lowercase_host(url.to_owned());
            assert_eq!(found, expected, "{url}");
        }
    }
}
