//! The policy of a form that a browser posts to S3, and its signature among the form's fields.
//!
//! What must be in the policy (bucket, key) and where the form goes is the caller's business.

use std::io;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use ring::hmac;
use serde::Serialize;
use serde_json::Value as Json;
use serde_json::ser::Formatter;

use super::sigv4::{ALGORITHM, Signing};
use super::{Credentials, encode};
use crate::value::Timestamp;

/// The fields of a form and the conditions under which the server accepts it.
#[derive(Clone, Debug, Default)]
pub struct PostPolicy {
    /// The fields that the browser sends, in order.
    pub fields: Vec<(String, String)>,
    /// Conditions: `{"bucket": "b"}`, `["starts-with", "$key", "k/"]`, `["content-length-range", 1, 9]`.
    pub conditions: Vec<Json>,
}

impl PostPolicy {
    /// Adds what Signature Version 4 needs, the policy, and its signature.
    pub fn sign_v4(&mut self, signing: &Signing, expiration: Timestamp) {
        let amz_date = signing.time.amz_date();
        let credential = [signing.credentials.access_key_id(), "/", &signing.scope(&amz_date)].concat();
        self.require("x-amz-algorithm", ALGORITHM);
        self.require("x-amz-credential", &credential);
        self.require("x-amz-date", &amz_date);
        if let Some(token) = signing.credentials.session_token() {
            self.require(&signing.token_header.to_ascii_lowercase(), token);
        }
        let policy = self.encoded(expiration);
        let signature = signing.signature(&amz_date, &policy);
        self.fields.push(("policy".to_owned(), policy));
        self.fields.push(("x-amz-signature".to_owned(), signature));
    }

    /// Adds what the signature that S3 knew first needs, the policy, and its signature.
    pub fn sign_s3(&mut self, credentials: &Credentials, expiration: Timestamp) {
        self.fields.push(("AWSAccessKeyId".to_owned(), credentials.access_key_id().to_owned()));
        if let Some(token) = credentials.session_token() {
            self.require("x-amz-security-token", token);
        }
        let policy = self.encoded(expiration);
        let signature = encode::hmac_base64(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, credentials, &policy);
        self.fields.push(("policy".to_owned(), policy));
        self.fields.push(("signature".to_owned(), signature));
    }

    /// A field, and the condition that it is just that.
    fn require(&mut self, name: &str, value: &str) {
        self.fields.push((name.to_owned(), value.to_owned()));
        self.conditions.push(Json::Object([(name.to_owned(), value.into())].into_iter().collect()));
    }

    fn encoded(&self, expiration: Timestamp) -> String {
        #[derive(Serialize)]
        struct Policy<'a> {
            expiration: String,
            conditions: &'a [Json],
        }
        let policy = Policy { expiration: expiration.truncate_to_seconds().wire_iso8601(), conditions: &self.conditions };
        let mut text = Vec::new();
        let mut serializer = serde_json::Serializer::with_formatter(&mut text, Spaced);
        policy.serialize(&mut serializer).expect("JSON and text can be written to memory");
        BASE64_STANDARD.encode(text)
    }
}

/// JSON as boto3 writes it: `, ` and `: ` between things, nothing outside ASCII. The text itself is signed.
struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        for c in fragment.chars() {
            if c.is_ascii() {
                writer.write_all(&[c as u8])?;
            } else {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_policy_is_that_of_boto3() {
        let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").with_token("TOK");
        let conditions = vec![
            json!({"acl": "é"}),
            json!(["content-length-range", 1, 2]),
            json!({"bucket": "bkt"}),
            json!(["starts-with", "$key", "k/"]),
        ];
        let mut policy = PostPolicy { fields: Vec::new(), conditions };
        // 2026-11-21T11:30:45Z
        policy.sign_s3(&credentials, Timestamp::new(1_795_260_645, 0));
        let expected = "eyJleHBpcmF0aW9uIjogIjIwMjYtMTEtMjFUMTE6MzA6NDVaIiwgImNvbmRpdGlvbnMiOiBbeyJhY2wiOiAiXHUwMGU5In0sIFsiY29udGVudC1sZW5n\
                        dGgtcmFuZ2UiLCAxLCAyXSwgeyJidWNrZXQiOiAiYmt0In0sIFsic3RhcnRzLXdpdGgiLCAiJGtleSIsICJrLyJdLCB7IngtYW16LXNlY3Vya\
                        XR5LXRva2VuIjogIlRPSyJ9XX0=";
        let names: Vec<&str> = policy.fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["AWSAccessKeyId", "x-amz-security-token", "policy", "signature"]);
        assert_eq!(policy.fields[2].1, expected);
        assert_eq!(policy.fields[3].1, "j1kXHsAQk8VUlD7WqOoja/qvr2Q=");
    }
}
