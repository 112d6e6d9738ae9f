//! URLs without secrets, for messages.

/// Masks the user name and the password, and the values of parameters that sign the URL or contain a secret.
pub(crate) fn url(url: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, None), |(address, query)| (address, Some(query)));
    let mut shown = without_user(address);
    for (i, pair) in query.into_iter().flat_map(|query| query.split('&')).enumerate() {
        shown.push(if i == 0 { '?' } else { '&' });
        match pair.split_once('=') {
            Some((key, _)) if is_secret(key) => {
                shown.push_str(key);
                shown.push_str("=***");
            }
            _ => shown.push_str(pair),
        }
    }
    shown
}

fn without_user(address: &str) -> String {
    let start = address.find("://").map_or(0, |i| i + 3);
    let end = address[start..].find('/').map_or(address.len(), |i| start + i);
    match address[start..end].rfind('@') {
        Some(at) => [&address[..start], "***@", &address[start + at + 1..]].concat(),
        None => address.to_owned(),
    }
}

fn is_secret(key: &str) -> bool {
    const WORDS: [&str; 6] = ["signature", "credential", "token", "accesskeyid", "password", "secret"];
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
        assert!(!url("https://h.com/?AWSAccessKeyId=A&Signature=S").contains("=S"));
    }
}
