//! Signatures that boto3 makes for the same requests.

use std::io::Cursor;
use std::time::Duration;

use super::*;
use crate::http::Body;
use crate::value::Stream;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// 2026-01-02T03:04:05Z
fn time() -> Timestamp {
    Timestamp::new(1_767_323_045, 0)
}

fn signed(request: &mut Request, signing: &Signing) -> (String, String) {
    sign(request, signing).unwrap();
    let authorization = request.headers.get("Authorization").unwrap();
    let (rest, signature) = authorization.split_once(", Signature=").unwrap();
    (rest.split_once("SignedHeaders=").unwrap().1.to_owned(), signature.to_owned())
}

#[test]
fn plain_paths_are_encoded_twice() {
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET);
    let url = "https://lambda.us-west-2.amazonaws.com/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-west-2%3A123%3Afunction%3Af?Qualifier=%24LATEST";
    let mut request = Request::new("GET", url);
    let (headers, signature) = signed(&mut request, &Signing::new(&credentials, "us-west-2", "lambda", time()));
    assert_eq!(headers, "host;x-amz-date");
    assert_eq!(signature, "7f82acede8a7d5762016e378648455b3296b4eae8a75c2a36fd66662c03d3bd3");
}

#[test]
fn s3_paths_are_signed_unchanged() {
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET);
    let mut request = Request::new("PUT", "http://localhost:9000/bkt/a%20b/../c//d");
    request.headers.set("Content-Type", "  a   b ");
    request.headers.set("x-amz-checksum-crc32", "jNwWgw==");
    request.headers.set("x-amz-sdk-checksum-algorithm", "CRC32");
    request.body = Body::Reader(Stream::from_seekable(Cursor::new("x")).unwrap().take().unwrap());
    let mut signing = Signing::new(&credentials, "us-west-2", "s3", time());
    signing.flavor = Flavor::S3;
    let (headers, signature) = signed(&mut request, &signing);
    assert_eq!(headers, "content-type;host;x-amz-checksum-crc32;x-amz-content-sha256;x-amz-date;x-amz-sdk-checksum-algorithm");
    assert_eq!(signature, "e06cadea06e0366837284d68d0d3d07db1a985e580fe780204cc602bcc9a29cc");
}

#[test]
fn a_session_token_is_signed_and_signing_twice_changes_nothing() {
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET).with_token("TOK");
    let mut request = Request::new("POST", "https://dynamodb.us-west-2.amazonaws.com/");
    request.headers.set("X-Amz-Target", "DynamoDB_20120810.ListTables");
    request.headers.set("Content-Type", "application/x-amz-json-1.0");
    request.body = br#"{"Limit": 1}"#.into();
    let keys = KeyCache::new();
    let mut signing = Signing::new(&credentials, "us-west-2", "dynamodb", time());
    signing.keys = Some(&keys);
    for _ in 0..2 {
        let (_, signature) = signed(&mut request, &signing);
        assert_eq!(signature, "d7ae9d90dbfa100f44fb669c5660ddadbee12b780857a45a78a0ab35d393154b");
    }
}

#[test]
fn an_unsigned_payload_is_announced() {
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET).with_token("TOK");
    let mut request = Request::new("PUT", "https://ebs.us-west-2.amazonaws.com/snapshots/snap-0123456789abcdef0/blocks/0");
    for (name, value) in [("x-amz-Data-Length", "3"), ("x-amz-Checksum", "x"), ("x-amz-Checksum-Algorithm", "SHA256")] {
        request.headers.set(name, value);
    }
    request.body = Body::Reader(Stream::from_reader(Cursor::new("abc")).take().unwrap());
    let mut signing = Signing::new(&credentials, "us-west-2", "ebs", time());
    let error = sign(&mut request, &signing).unwrap_err();
    assert!(error.name() == "UnseekableStreamError" && error.message().contains("seekable"), "{error}");

    signing.payload = Payload::Unsigned;
    let (_, signature) = signed(&mut request, &signing);
    assert_eq!(signature, "14756ffda712fd2cc21bf2af8b9c2f4480882a6ce3131e6f16226289de3aeb2e");
}

#[test]
fn a_date_header_replaces_x_amz_date() {
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET);
    let mut request = Request::new("GET", "https://h.com/");
    request.headers.set("date", "yesterday");
    request.headers.set("X-Amz-Date", "yesterday");
    let (headers, _) = signed(&mut request, &Signing::new(&credentials, "r", "s", time()));
    assert_eq!((request.headers.get("Date"), &*headers), (Some("Fri, 02 Jan 2026 03:04:05 -0000"), "date;host"));
}

#[test]
fn presigned_urls_match_boto3() {
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET);
    let mut signing = Signing::new(&credentials, "us-west-2", "s3", time());
    signing.flavor = Flavor::S3;
    let url = "https://bkt.s3.amazonaws.com/a%20b/c%2Bd~%C3%A9?versionId=v%201&response-content-type=text%2Fplain";
    let mut request = Request::new("GET", url);
    presign(&mut request, &signing, Duration::from_secs(60), &[]);
    let expected = "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Fus-west-2%2Fs3%2Faws4_request\
                    &X-Amz-Date=20260102T030405Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host\
                    &X-Amz-Signature=48763fa2f5375024b60df42499a1b6abec55346cfce5164677a93c71128bb44b";
    assert_eq!(request.url, format!("{url}{expected}"));
}

#[test]
fn a_form_moves_into_the_presigned_url() {
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET);
    let mut request = Request::new("POST", "https://sts.us-east-1.amazonaws.com/");
    request.headers.set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    request.body = b"Action=GetCallerIdentity&Version=2011-06-15".into();
    let params = body_params(&request).unwrap();
    presign(&mut request, &Signing::new(&credentials, "us-east-1", "sts", time()), Duration::from_secs(3600), &params);
    let url = request.url;
    assert!(url.starts_with("https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm="), "{url}");
    assert!(url.ends_with("&X-Amz-Signature=6f5223d57a3cafee7ca3b49130743b7c22f84e5f4f4fa1a0c328abe5dbf0b214"), "{url}");
}

#[test]
fn a_database_token_is_a_presigned_url() {
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET);
    let mut request = Request::new("GET", "https://h.rds.amazonaws.com:3306/?Action=connect&DBUser=user+name");
    presign(&mut request, &Signing::new(&credentials, "us-east-1", "rds-db", time()), Duration::from_secs(900), &[]);
    assert!(request.url.contains("/?Action=connect&DBUser=user%20name&X-Amz-Algorithm="));
    assert!(request.url.ends_with("=2e2bf5870b87ade90ab4471f9c1efa5d7a77fa035c732ab471e72327f5e8303d"), "{}", request.url);
}

#[test]
fn json_becomes_parameters_as_boto3_prints_it() {
    let mut request = Request::new("POST", "https://h.com/");
    request.body =
        r#"{"A":"x","B":true,"C":[1,"two"],"D":[],"E":{"k":[{"it's":"\t\\\u2028\u00a0é"}],"a":null},"F":1e-7}"#.as_bytes().into();
    let params = body_params(&request).unwrap();
    let values: Vec<String> = params.iter().map(|(name, values)| format!("{name}={}", values.join("|"))).collect();
    assert_eq!(values, ["A=x", "B=True", "C=1|two", "D=", r#"E={'k': [{"it's": '\t\\\u2028\xa0é'}], 'a': None}"#, "F=1e-07"]);
    request.body = b"<xml/>".into();
    let message = "The body cannot be part of a presigned URL: it is neither a form nor a JSON object.";
    assert_eq!(body_params(&request).unwrap_err().message(), message);
}
