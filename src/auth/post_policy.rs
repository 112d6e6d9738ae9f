//! The policy of an HTML form that a browser posts to S3, and its signature.
//!
//! The caller provides the bucket, the key, and the URL.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use ring::hmac;

use super::sigv4::{ALGORITHM, Signing};
use super::{Credentials, encode};
use crate::error::Result;
use crate::text::json::json_text;
use crate::value::{Map, Timestamp, Value};

/// The fields of a form, and the conditions under which the server accepts it.
#[derive(Clone, Debug, Default)]
pub struct PostPolicy {
    /// The fields that the browser sends, in order.
    pub fields: Map,
    /// Conditions: `{"bucket": "b"}`, `["starts-with", "$key", "k/"]`, `["content-length-range", 1, 9]`.
    pub conditions: Vec<Value>,
}

impl PostPolicy {
    /// Adds the fields of Signature Version 4, the policy, and its signature.
    ///
    /// # Errors
    /// If a condition contains bytes, a timestamp, or a stream, which JSON cannot represent.
    pub fn sign_v4(&mut self, signing: &Signing, expiration: Timestamp) -> Result<()> {
        let amz_date = signing.time.amz_date();
        let credential = [signing.credentials.access_key_id(), "/", &signing.scope(&amz_date)].concat();
        self.require("x-amz-algorithm", ALGORITHM);
        self.require("x-amz-credential", &credential);
        self.require("x-amz-date", &amz_date);
        if let Some(token) = signing.credentials.session_token() {
            self.require(&signing.token_header.to_ascii_lowercase(), token);
        }
        let policy = self.encoded(expiration)?;
        let signature = signing.signature(&amz_date, &policy);
        self.fields.insert("policy", policy);
        self.fields.insert("x-amz-signature", signature);
        Ok(())
    }

    /// Adds the fields of the original S3 signature, the policy, and its signature.
    ///
    /// # Errors
    /// See [`sign_v4`](Self::sign_v4).
    pub fn sign_s3(&mut self, credentials: &Credentials, expiration: Timestamp) -> Result<()> {
        self.fields.insert("AWSAccessKeyId", credentials.access_key_id());
        if let Some(token) = credentials.session_token() {
            self.require("x-amz-security-token", token);
        }
        let policy = self.encoded(expiration)?;
        let signature = encode::hmac_base64(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, credentials, &policy);
        self.fields.insert("policy", policy);
        self.fields.insert("signature", signature);
        Ok(())
    }

    /// Adds a field, and the condition that it has exactly this value.
    fn require(&mut self, name: &str, value: &str) {
        self.fields.insert(name, value);
        self.conditions.push(Value::Map([(name, value)].into_iter().collect()));
    }

    /// The policy, byte for byte as boto3 writes it: this text is signed.
    fn encoded(&self, expiration: Timestamp) -> Result<String> {
        let expiration = Value::from(expiration.truncate_to_seconds().wire_iso8601());
        let conditions = Value::from(self.conditions.clone());
        let policy: Map = [("expiration", expiration), ("conditions", conditions)].into_iter().collect();
        Ok(BASE64_STANDARD.encode(json_text(&Value::Map(policy), true)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn the_policy_matches_boto3() {
        let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").with_token("TOK");
        let conditions = vec![
            value!({"acl": "é"}),
            value!(["content-length-range", 1, 2]),
            value!({"bucket": "bkt"}),
            value!(["starts-with", "$key", "k/"]),
        ];
        let mut policy = PostPolicy { fields: Map::new(), conditions };
        // 2026-11-21T11:30:45Z
        policy.sign_s3(&credentials, Timestamp::new(1_795_260_645, 0)).unwrap();
        let expected = "eyJleHBpcmF0aW9uIjogIjIwMjYtMTEtMjFUMTE6MzA6NDVaIiwgImNvbmRpdGlvbnMiOiBbeyJhY2wiOiAiXHUwMGU5In0sIFsiY29udGVudC1sZW5n\
                        dGgtcmFuZ2UiLCAxLCAyXSwgeyJidWNrZXQiOiAiYmt0In0sIFsic3RhcnRzLXdpdGgiLCAiJGtleSIsICJrLyJdLCB7IngtYW16LXNlY3Vya\
                        XR5LXRva2VuIjogIlRPSyJ9XX0=";
        let names: Vec<&str> = policy.fields.keys().collect();
        assert_eq!(names, ["AWSAccessKeyId", "x-amz-security-token", "policy", "signature"]);
        assert_eq!(policy.fields["policy"].as_str(), Some(expected));
        assert_eq!(policy.fields["signature"].as_str(), Some("j1kXHsAQk8VUlD7WqOoja/qvr2Q="));
    }
}
