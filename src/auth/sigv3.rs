//! Signature Version 3 over https: a signature of the date, for the oldest services.

use ring::hmac;

use super::{Credentials, encode};
use crate::http::Request;
use crate::value::Timestamp;

/// Sets `Date` and signs it in `X-Amzn-Authorization`.
pub fn sign(request: &mut Request, credentials: &Credentials, time: Timestamp) {
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
