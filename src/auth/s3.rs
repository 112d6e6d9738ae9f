//! The original signature of S3: HMAC-SHA1, in a header or in the query. For stores that support no other.

use std::time::Duration;

use ring::hmac;

use super::{Credentials, encode};
use crate::http::{Headers, Request};
use crate::value::Timestamp;

/// The query parameters that are part of the resource, because they name a part or an aspect of the object.
const SUB_RESOURCES: [&str; 35] = [
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// Signs a request in its `Authorization` header. `auth_path` is the path that includes the bucket, for URLs whose host
/// includes the bucket.
pub fn sign(request: &mut Request, credentials: &Credentials, time: Timestamp, auth_path: Option<&str>) {
    request.headers.remove("Date");
    let date = time.wire_http_date();
    set_token(request, credentials);
    let signature = signature(request, credentials, &date, auth_path);
    request.headers.set("Date", date);
    request.headers.set("Authorization", ["AWS ", credentials.access_key_id(), ":", &signature].concat());
}

/// Signs a request in its URL, which is valid for `expires` from `time` on. Signed headers become query parameters.
pub fn presign(request: &mut Request, credentials: &Credentials, time: Timestamp, expires: Duration, auth_path: Option<&str>) {
    let until = time.seconds().saturating_add(i64::try_from(expires.as_secs()).unwrap_or(i64::MAX)).to_string();
    set_token(request, credentials);
    let signature = signature(request, credentials, &until, auth_path);
    let mut query = request.query().unwrap_or_default().to_owned();
    encode::push_pair(&mut query, "AWSAccessKeyId", credentials.access_key_id());
    encode::push_pair(&mut query, "Signature", &signature);
    for (name, value) in request.headers.iter() {
        let name = name.to_ascii_lowercase();
        if name.starts_with("x-amz-") || name == "content-md5" || name == "content-type" {
            encode::push_pair(&mut query, &name, value);
        }
    }
    encode::push_pair(&mut query, "Expires", &until);
    request.set_query(&query);
}

fn set_token(request: &mut Request, credentials: &Credentials) {
    if let Some(token) = credentials.session_token() {
        request.headers.remove("x-amz-security-token");
        request.headers.set("x-amz-security-token", token);
    }
}

fn signature(request: &Request, credentials: &Credentials, date: &str, auth_path: Option<&str>) -> String {
    let header = |name| request.headers.get(name).map_or("", str::trim);
    let mut text = [&request.method, "\n", header("content-md5"), "\n", header("content-type"), "\n", date, "\n"].concat();
    push_amz_headers(&mut text, &request.headers);
    text.push_str(auth_path.unwrap_or(request.path()));
    push_sub_resources(&mut text, request.query().unwrap_or_default());
    encode::hmac_base64(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, credentials, &text)
}

fn push_amz_headers(text: &mut String, headers: &Headers) {
    let lower = headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.trim()));
    let mut fields: Vec<(String, &str)> = lower.filter(|(name, _)| name.starts_with("x-amz-")).collect();
    fields.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (i, (name, value)) in fields.iter().enumerate() {
        if i > 0 && fields[i - 1].0 == *name {
            text.pop();
            text.push(',');
        } else {
            text.push_str(name);
            text.push(':');
        }
        text.push_str(value);
        text.push('\n');
    }
}

fn push_sub_resources(text: &mut String, query: &str) {
    let pairs = query.split('&').map(|pair| pair.split_once('=').map_or((pair, None), |(key, value)| (key, Some(value))));
    let mut interesting: Vec<(&str, Option<&str>)> = pairs.filter(|(key, _)| SUB_RESOURCES.contains(key)).collect();
    interesting.sort_by_key(|(key, _)| *key);
    for (i, (key, value)) in interesting.into_iter().enumerate() {
        text.push(if i == 0 { '?' } else { '&' });
        text.push_str(key);
        if let Some(value) = value {
            text.push('=');
            text.push_str(&encode::decode(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials() -> Credentials {
        Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    }

    #[test]
    fn the_header_matches_boto3() {
        let mut request = Request::new("PUT", "https://bkt.s3.us-west-2.amazonaws.com/k%20%C3%A9");
        for (name, value) in [
            ("x-amz-meta-B", "2"),
            ("x-amz-meta-a", " 1 "),
            ("Content-Type", "a/b"),
            ("x-amz-checksum-crc32", "jNwWgw=="),
            ("x-amz-sdk-checksum-algorithm", "CRC32"),
        ] {
            request.headers.set(name, value);
        }
        sign(&mut request, &credentials(), Timestamp::new(1_767_323_045, 0), Some("/bkt/k%20%C3%A9"));
        assert_eq!(request.headers.get("Date"), Some("Fri, 02 Jan 2026 03:04:05 GMT"));
        assert_eq!(request.headers.get("Authorization"), Some("AWS AKIDEXAMPLE:wZ+1TinHqzgHfIvrZO3TGWfKcj0="));
    }

    #[test]
    fn the_url_matches_boto3() {
        let mut request = Request::new("GET", "https://bkt.s3.amazonaws.com/k?versionId=v");
        presign(&mut request, &credentials(), Timestamp::new(1_767_323_045, 0), Duration::from_secs(60), Some("/bkt/k"));
        let expected = "https://bkt.s3.amazonaws.com/k?versionId=v&AWSAccessKeyId=AKIDEXAMPLE\
                        &Signature=pblfPctARp1vg4zzC92w5afgFqk%3D&Expires=1767323105";
        assert_eq!(request.url, expected);
    }
}
