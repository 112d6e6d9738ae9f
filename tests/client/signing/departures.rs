//! Intended differences from boto3, with their reasons.

use tucuxi::{Value, value};

/// The expected outcome of a case: botocore's, except for these.
pub fn expected(case: &Value) -> Value {
    match case["name"].as_str().unwrap_or_default() {
        // The error also suggests the nearest names.
        "url: of no operation" => value!({"error": "UnknownClientMethodError"}),
        // boto3 calls us-east-1 with a signature for the client's region, which is not accepted.
        name @ ("url: in FIPS" | "form: in FIPS") => {
            let regional = format!("{name}, virtual style");
            let mut cases = super::CASES.as_list().unwrap().iter();
            cases.find(|case| case["name"].as_str() == Some(&regional)).unwrap()["expect"].clone()
        }
        // boto3 raises a KeyError, because it passes no credentials to this signer.
        "send: express, the session's by name" => value!({"error": "UnsupportedSignatureVersionError"}),
        // boto3 sends "Bearer " without a token.
        "send: models, an empty token" => {
            let mut cases = super::CASES.as_list().unwrap().iter();
            cases.find(|case| case["name"].as_str() == Some("send: models, nothing said")).unwrap()["expect"].clone()
        }
        // boto3 requires credentials here although the request is unsigned.
        "send: ebs put_snapshot_block, nobody's keys" => {
            let headers = value!({"x-amz-data-length": "3", "x-amz-checksum": "x", "x-amz-checksum-algorithm": "SHA256"});
            let url = "https://ebs.us-west-2.amazonaws.com/snapshots/snap-0123456789abcdef0/blocks/0";
            value!({"sent": [{"method": "PUT", "url": url, "headers": headers}]})
        }
        _ => case["expect"].clone(),
    }
}
