//! Masking of secrets in URLs that messages show.

use std::borrow::Cow;

use super::encoding::percent_decode;

/// The secret parts of a request besides its headers, according to the shapes of its parameters.
#[derive(Clone, Debug, Default)]
pub(crate) struct SecretParts {
    /// Query parameters: the name itself, and names that continue with `.`.
    pub query: Vec<String>,
    /// Texts in the host or the path, as they are encoded there.
    pub texts: Vec<String>,
    /// The body contains a secret.
    pub body: bool,
}

/// Masks the user and the password of a URL, and the values of query parameters that sign the URL or contain a secret.
pub(crate) fn url(url: &str) -> String {
    url_with(url, &SecretParts::default())
}

/// Like [`url()`], and masks the secret parts of a request.
pub(crate) fn url_with(url: &str, secrets: &SecretParts) -> String {
    let (address, query) = url.split_once('?').map_or((url, None), |(address, query)| (address, Some(query)));
    let without_texts = |text: &str| secrets.texts.iter().fold(text.to_owned(), |shown, secret| shown.replace(secret.as_str(), MASK));
    let mut shown = without_texts(&without_user(address));
    for (i, pair) in query.into_iter().flat_map(|query| query.split('&')).enumerate() {
        shown.push(if i == 0 { '?' } else { '&' });
        match pair.split_once('=') {
            Some((key, _)) if is_secret(key) || secrets.names(&percent_decode(key)) => {
                shown.push_str(key);
                shown.push_str("=***");
            }
            _ => shown.push_str(&without_texts(pair)),
        }
    }
    shown
}

const MASK: &str = "***";

impl SecretParts {
    /// Masks these parts of a URL. Without any, the URL is returned as it is.
    pub(crate) fn masked<'u>(&self, url: &'u str) -> Cow<'u, str> {
        if self.query.is_empty() && self.texts.is_empty() { url.into() } else { url_with(url, self).into() }
    }

    fn names(&self, key: &str) -> bool {
        self.query.iter().any(|name| key.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    }
}

fn without_user(address: &str) -> String {
    let start = address.find("://").map_or(0, |i| i + 3);
    let end = address[start..].find('/').map_or(address.len(), |i| start + i);
    let at = address[start..end].rfind('@').map(|at| start + at).or_else(|| {
        // A password with an unencoded slash: what looks like the port is not a number.
        let port = address[start..end].rsplit_once(':')?.1;
        let is_port = port.bytes().all(|byte| byte.is_ascii_digit()) || port.ends_with(']');
        if is_port { None } else { address.rfind('@') }
    });
    match at {
        Some(at) => [&address[..start], "***@", &address[at + 1..]].concat(),
        None => address.to_owned(),
    }
}

/// Whether a query parameter is secret in every service.
fn is_secret(key: &str) -> bool {
    const WORDS: [&str; 9] = ["signature", "credential", "token", "accesskeyid", "password", "secret", "apikey", "api_key", "api-key"];
    let key = key.to_ascii_lowercase();
    WORDS.iter().any(|word| key.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_presigned_url_cannot_be_used_from_a_message() {
        let presigned = "https://u:p@h.com/k?versionId=1&X-Amz-Credential=A&X-Amz-Date=D&X-Amz-Security-Token=T&X-Amz-Signature=S&x";
        let shown = "https://***@h.com/k?versionId=1&X-Amz-Credential=***&X-Amz-Date=D&X-Amz-Security-Token=***&X-Amz-Signature=***&x";
        assert_eq!(url(presigned), shown);
        assert_eq!(url("h.com/a@b"), "h.com/a@b");
        assert_eq!(url("https://h.com:443/a@b"), "https://h.com:443/a@b");
        assert_eq!(url("http://user:pa/ss@h.com/x"), "http://***@h.com/x");
        assert!(!url("https://h.com/?AWSAccessKeyId=A&Signature=S").contains("=S"));
    }

    #[test]
    fn secret_parts_are_masked_wherever_they_are_in_the_url() {
        let secrets = SecretParts { query: vec!["Password".to_owned()], texts: vec!["a%20b".to_owned()], body: true };
        let shown = url_with("https://a%20b.h.com/x/a%20b?Password.1=p&Passwords=2&k=a%20b", &secrets);
        assert_eq!(shown, "https://***.h.com/x/***?Password.1=***&Passwords=***&k=***");
    }
}
