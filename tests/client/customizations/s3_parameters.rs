//! S3's special parameters and fields: customer keys, copy sources, metadata, remembered regions, and expiry dates.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tucuxi::http::{Headers, Request, Response};
use tucuxi::{Client, Map, Value, value};

use super::support::{Server, answered, builder, client};

fn header(request: &Request, name: &str) -> Option<String> {
    request.headers.get(name).map(str::to_owned)
}

fn copy_source(source: Value) -> String {
    let request = client("s3", "us-west-2").prepare("copy_object", value!({"Bucket": "river", "Key": "k", "CopySource": source})).unwrap();
    header(&request, "x-amz-copy-source").unwrap()
}

#[test]
fn a_copy_source_is_text_or_a_map() {
    for (source, expected) in [
        (value!("lake/a b+é"), "lake/a%20b%2B%C3%A9"),
        (value!("lake/%20"), "lake/%2520"),
        (value!("lake/k?versionId=v1"), "lake/k?versionId=v1"),
        (value!("lake/k?versionId=x y"), "lake/k%3FversionId%3Dx%20y"),
        (value!({"Bucket": "lake", "Key": "a b"}), "lake/a%20b"),
        (value!({"Bucket": "lake", "Key": "k", "VersionId": "v1"}), "lake/k?versionId=v1"),
        (
            value!({"Bucket": "arn:aws:s3:us-west-2:123456789012:accesspoint/ap", "Key": "k"}),
            "arn%3Aaws%3As3%3Aus-west-2%3A123456789012%3Aaccesspoint/ap/object/k",
        ),
    ] {
        assert_eq!(copy_source(source.clone()), expected, "{source:?}");
    }
}

#[test]
fn a_copy_source_needs_a_bucket_and_a_key() {
    for (source, missing) in [(value!({"Bucket": "lake"}), "Key"), (value!({"Key": "k"}), "Bucket")] {
        for operation in ["copy_object", "upload_part_copy"] {
            let params = value!({"Bucket": "b", "Key": "k", "PartNumber": 1, "UploadId": "u", "CopySource": (source.clone())});
            let error = client("s3", "us-west-2").prepare(operation, params).unwrap_err();
            assert_eq!(error.name(), "ParamValidationError");
            assert!(error.message().contains(&format!("Missing required parameter: '{missing}'")), "{error}");
        }
    }
}

/// The operations that take a customer key, with their other parameters.
fn with_customer_key() -> Vec<(&'static str, Value)> {
    let csv = || value!({"CSV": {}});
    vec![
        ("head_object", value!({})),
        ("get_object", value!({})),
        ("put_object", value!({})),
        ("copy_object", value!({"CopySource": "lake/k"})),
        ("create_multipart_upload", value!({})),
        ("upload_part", value!({"PartNumber": 1, "UploadId": "u"})),
        ("upload_part_copy", value!({"PartNumber": 1, "UploadId": "u", "CopySource": "lake/k"})),
        ("complete_multipart_upload", value!({"UploadId": "u"})),
        (
            "select_object_content",
            value!({"Expression": "e", "ExpressionType": "SQL", "InputSerialization": (csv()), "OutputSerialization": (csv())}),
        ),
    ]
}

#[test]
fn customer_keys_are_sent_in_base64_with_their_digest() {
    let prefix = "x-amz-server-side-encryption-customer-key";
    for (operation, mut params) in with_customer_key() {
        let map: &mut Map = params.as_map_mut().unwrap();
        map.insert("Bucket", "river");
        map.insert("Key", "k");
        map.insert("SSECustomerAlgorithm", "AES256");
        map.insert("SSECustomerKey", "0".repeat(32));
        let request = client("s3", "us-west-2").prepare(operation, params.clone()).unwrap();
        let found = (header(&request, prefix), header(&request, &format!("{prefix}-MD5")));
        let expected = ("MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=", "zZ5FnqcIqUjVwvWmyog4zw==");
        assert_eq!(found, (Some(expected.0.into()), Some(expected.1.into())), "{operation}");

        // With a digest, the key is sent as it is.
        params["SSECustomerKeyMD5"] = "digest".into();
        let request = client("s3", "us-west-2").prepare(operation, params).unwrap();
        let found = (header(&request, prefix), header(&request, &format!("{prefix}-MD5")));
        assert_eq!(found, (Some("0".repeat(32)), Some("digest".to_owned())), "{operation}");
    }
}

#[test]
fn the_customer_key_of_a_copy_source_is_sent_in_base64_with_its_digest() {
    for operation in ["copy_object", "upload_part_copy"] {
        let params = value!({"Bucket": "river", "Key": "k", "PartNumber": 1, "UploadId": "u", "CopySource": "lake/k",
            "CopySourceSSECustomerAlgorithm": "AES256", "CopySourceSSECustomerKey": (Value::from(&[255_u8, 0][..]))});
        let mut params: Map = params.try_into().unwrap();
        if operation == "copy_object" {
            params.remove("PartNumber");
            params.remove("UploadId");
        }
        let request = client("s3", "us-west-2").prepare(operation, params).unwrap();
        let prefix = "x-amz-copy-source-server-side-encryption-customer-key";
        assert_eq!(header(&request, prefix).as_deref(), Some("/wA="), "{operation}");
        assert_eq!(header(&request, &format!("{prefix}-MD5")).as_deref(), Some("4Oi/r7sGiVY7L7p4nJezzA=="), "{operation}");
    }
}

#[test]
fn a_value_of_the_wrong_type_is_reported_with_the_other_invalid_parameters() {
    let error = client("s3", "us-west-2").prepare("copy_object", value!({"Bucket": "b", "Key": 5, "CopySource": 5, "ACL": 1})).unwrap_err();
    assert_eq!(error.name(), "ParamValidationError");
    for parameter in ["Key", "CopySource", "ACL"] {
        assert!(error.message().contains(&format!("Invalid type for parameter {parameter}")), "{error}");
    }
}

#[test]
fn the_decoded_length_is_that_of_the_body() {
    let params = value!({"Bucket": "b", "Key": "k", "Body": "1234567", "ContentLength": 5});
    let request = client("s3", "us-west-2").prepare("put_object", params).unwrap();
    assert_eq!(header(&request, "x-amz-decoded-content-length").as_deref(), Some("7"));
}

#[test]
fn metadata_is_ascii() {
    for operation in ["put_object", "copy_object", "create_multipart_upload"] {
        for (metadata, shown) in [(value!({"k": "é"}), "key \"k\", value: \"é\""), (value!({"é": "v"}), "key \"é\", value: \"v\"")] {
            let mut params = value!({"Bucket": "river", "Key": "k", "Metadata": metadata});
            if operation == "copy_object" {
                params["CopySource"] = "lake/k".into();
            }
            let error = client("s3", "us-west-2").prepare(operation, params).unwrap_err();
            assert_eq!(error.name(), "ParamValidationError", "{operation}");
            assert!(error.message().contains(&format!("Non ascii characters found in S3 metadata for {shown}")), "{error}");
        }
    }
}

/// A server that has every bucket in eu-west-1, and the hosts to which the requests were sent.
fn elsewhere() -> (Client, Arc<Mutex<Vec<String>>>) {
    let hosts: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&hosts);
    let server = Server::new(move |request| {
        seen.lock().unwrap().push(request.host().to_owned());
        let region = request.headers.get("Authorization").unwrap_or_default().split('/').nth(2).unwrap_or_default();
        if region == "eu-west-1" {
            return Ok(Response::new(200, Headers::new(), Vec::new()));
        }
        let headers: Headers = [("x-amz-bucket-region", "eu-west-1")].into_iter().collect();
        let body = "<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>";
        Ok(Response::new(301, headers, body.as_bytes().to_vec()))
    });
    (builder("s3", "us-west-2").transport(server).build().unwrap(), hosts)
}

#[test]
fn a_redirect_to_another_region_is_followed_and_remembered_for_the_bucket() {
    let (client, hosts) = elsewhere();
    let there = "river.s3.eu-west-1.amazonaws.com";
    let take = || std::mem::take(&mut *hosts.lock().unwrap());
    client.call("put_bucket_versioning", value!({"Bucket": "river", "VersioningConfiguration": {"Status": "Enabled"}})).unwrap();
    assert_eq!(take(), ["river.s3.us-west-2.amazonaws.com", there]);
    client.call("delete_object", value!({"Bucket": "river", "Key": "k"})).unwrap();
    assert_eq!(take(), [there]);
    assert!(client.prepare("get_object", value!({"Bucket": "river", "Key": "k"})).unwrap().url.contains(there));
    client.call("delete_object", value!({"Bucket": "lake", "Key": "k"})).unwrap();
    assert_eq!(take(), ["lake.s3.us-west-2.amazonaws.com", "lake.s3.eu-west-1.amazonaws.com"]);
    assert!(elsewhere().0.prepare("get_object", value!({"Bucket": "river", "Key": "k"})).unwrap().url.contains("us-west-2"));
}

#[test]
fn errors_in_responses_with_status_200_are_errors_of_every_operation_that_assembles_objects() {
    let body = "<Error><Code>InternalError</Code><Message>m</Message></Error>";
    for (operation, params) in [
        ("copy_object", value!({"CopySource": "lake/k"})),
        ("upload_part_copy", value!({"CopySource": "lake/k", "PartNumber": 1, "UploadId": "u"})),
        ("complete_multipart_upload", value!({"UploadId": "u"})),
    ] {
        let mut params: Map = params.try_into().unwrap();
        params.insert("Bucket", "river");
        params.insert("Key", "k");
        let error = answered("s3", 200, &[], body).call(operation, params).unwrap_err();
        assert_eq!((error.code(), error.status(), error.is_retryable()), (Some("InternalError"), Some(500), true), "{operation}");
    }
}

#[test]
fn an_expiry_date_that_is_no_date_is_text_only() {
    let get = |expires: &str| {
        answered("s3", 200, &[("Expires", expires)], "").call("get_object", value!({"Bucket": "river", "Key": "k"})).unwrap()
    };
    let object = get("Tue, 02 Jan 2024 03:04:05 GMT");
    assert_eq!(object["ExpiresString"], "Tue, 02 Jan 2024 03:04:05 GMT");
    assert_eq!(object["Expires"].as_timestamp().unwrap().seconds(), 1_704_164_645);
    let object = get("never");
    assert_eq!((&object["ExpiresString"], object.get("Expires")), (&value!("never"), None));
}

#[test]
fn uploads_in_progress_are_listed_as_they_are() {
    // botocore decodes the listings of objects and versions only.
    let body = "<R><EncodingType>url</EncodingType><Upload><Key>a%2Bb</Key></Upload></R>";
    let s3 = answered("s3", 200, &[], body);
    let page = s3.call("list_multipart_uploads", value!({"Bucket": "river"})).unwrap();
    assert_eq!(page["Uploads"][0]["Key"], "a%2Bb");
    assert!(!s3.prepare("list_multipart_uploads", value!({"Bucket": "river"})).unwrap().url.contains("encoding-type"));
}

#[test]
fn a_presigned_url_needs_the_headers_of_its_parameters() {
    let params = value!({"Bucket": "river", "Key": "k", "ContentType": "text/plain", "Metadata": {"a": "b"}});
    let url = client("s3", "eu-west-1").presign("put_object", params, Duration::from_secs(60)).unwrap();
    assert!(url.starts_with("https://river.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&"), "{url}");
    assert!(url.contains("%2Feu-west-1%2Fs3%2Faws4_request"), "{url}");
    assert!(url.contains("X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-meta-a&"), "{url}");
}
