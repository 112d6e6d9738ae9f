//! Signature Version 2, which signs the parameters of the query protocol together with method, host, and path; and Signature
//! Version 3 over https, which signs the date. Only the oldest services use them.

use ring::hmac;

use super::{Credentials, encode};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Body, Request};
use crate::value::Timestamp;

/// Signs the form in a request's body with Signature Version 2, and adds the signature to it.
///
/// # Errors
/// If the body is not a form in memory.
pub fn sign_v2(request: &mut Request, credentials: &Credentials, time: Timestamp) -> Result<()> {
    let mut form = match &request.body {
        Body::Empty => String::new(),
        Body::Bytes(content) => std::str::from_utf8(content).map_err(|_| not_a_form())?.to_owned(),
        Body::Reader(_) => return Err(not_a_form()),
    };
    let timestamp = time.truncate_to_seconds().wire_iso8601();
    for (key, value) in [
        ("AWSAccessKeyId", credentials.access_key_id()),
        ("SignatureVersion", "2"),
        ("SignatureMethod", "HmacSHA256"),
        ("Timestamp", &timestamp),
    ] {
        encode::push_pair(&mut form, key, value);
    }
    if let Some(token) = credentials.session_token() {
        encode::push_pair(&mut form, "SecurityToken", token);
    }
    let signature = encode::hmac_base64(hmac::HMAC_SHA256, credentials, &to_sign(request, &form));
    encode::push_pair(&mut form, "Signature", &signature);
    request.body = form.into_bytes().into();
    Ok(())
}

fn not_a_form() -> Error {
    Error::new(ErrorKind::Signing, "Signature Version 2 signs a form, but the body is not one.")
}

fn to_sign(request: &Request, form: &str) -> String {
    let mut pairs: Vec<(String, String)> = form
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (encode::decode_form(key), encode::decode_form(value)))
        .collect();
    pairs.sort_unstable();
    let mut query = String::with_capacity(form.len());
    for (key, value) in &pairs {
        encode::push_pair(&mut query, key, value);
    }
    let path = if request.path().is_empty() { "/" } else { request.path() };
    [&request.method, "\n", request.host_field(), "\n", path, "\n", &query].concat()
}

/// Sets `Date` and signs it with Signature Version 3, in the header `X-Amzn-Authorization`.
pub fn sign_v3(request: &mut Request, credentials: &Credentials, time: Timestamp) {
    let date = time.wire_http_date();
    if let Some(token) = credentials.session_token() {
        request.headers.set("X-Amz-Security-Token", token);
    }
    let signature = encode::hmac_base64(hmac::HMAC_SHA256, credentials, &date);
    let akid = credentials.access_key_id();
    request.headers.set("Date", date);
    let authorization = format!("AWS3-HTTPS AWSAccessKeyId={akid},Algorithm=HmacSHA256,Signature={signature}");
    request.headers.set("X-Amzn-Authorization", authorization);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_matches_boto3() {
        let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        let mut request = Request::new("POST", "https://sdb.amazonaws.com/");
        request.body = b"Action=ListDomains&Version=2009-04-15&MaxNumberOfDomains=3".into();
        sign_v2(&mut request, &credentials, Timestamp::new(1_767_323_045, 0)).unwrap();
        let Body::Bytes(form) = &request.body else { panic!("not in memory") };
        assert_eq!(
            std::str::from_utf8(form).unwrap(),
            "Action=ListDomains&Version=2009-04-15&MaxNumberOfDomains=3&AWSAccessKeyId=AKIDEXAMPLE&SignatureVersion=2\
             &SignatureMethod=HmacSHA256&Timestamp=2026-01-02T03%3A04%3A05Z&Signature=fA3wukRfobPthaDLhbfSg17RS7eFvaXCcv1iZmWDjM8%3D"
        );
    }
}
