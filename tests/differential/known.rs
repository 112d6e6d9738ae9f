//! Intended differences from botocore, each with its reason. Nothing else may differ.

use tucuxi::Value;

use crate::tagged;

/// The reason for a difference, if it is intended.
pub fn cause(case: &Value, difference: &str) -> Option<&'static str> {
    let error = &case["error"];
    let endpoint = case["client"]["endpoint_url"].as_str().unwrap_or_default();
    if error["python_internal"].as_bool() == Some(true) {
        return Some("the reference ends with an accident of Python, here is a result or a typed error");
    }
    if error["class"].as_str() == Some("MissingDependencyException") {
        return Some("the reference asks for an optional package, here it is built in");
    }
    if error["class"].as_str() == Some("FlexibleChecksumError") && difference.contains("found FlexibleChecksumError") {
        return Some("the reference verifies the first checksum that it has a package for, here it is the first of all");
    }
    if difference.matches("Account ID in arn does not match the AccountId parameter provided").count() == 2 {
        return Some("the reference writes an account that is no text as Python does");
    }
    if difference.contains("123456789Z") {
        return Some("the reference cuts a timestamp to microseconds, here it keeps its digits");
    }
    if difference.contains("The body cannot be part of a presigned URL: it is a stream.") {
        return Some("the reference makes parameters of a presigned URL from the bytes of a stream");
    }
    if endpoint.contains('?') && (difference.starts_with("request: ") || difference.starts_with("presigned: url: ")) {
        return Some("the reference loses the query of an endpoint, or writes a second question mark, beside an operation's own query");
    }
    if difference.contains("must be a valid host label") {
        return Some("the reference takes the digits of every script for those of a host name");
    }
    if case["params"]["SourceRegion"].as_str().is_some_and(|region| !region.is_ascii()) && difference.contains("PresignedUrl=") {
        return Some("the reference signs a host name of letters beyond ASCII in lower case");
    }
    if difference.contains("<Element '") {
        return Some("the reference gives an object of its XML parser");
    }
    if difference.contains("LocationConstraint is missing, expected null") && !error.is_null() {
        return Some("the reference adds an empty LocationConstraint to errors");
    }
    let failed = case["http"]["status"].as_int() >= Some(301);
    if failed && error["class"].as_str() == Some("ResponseParserError") && difference.contains("found ClientError") {
        return Some("the reference cannot parse the body of an error, here the error has the status for its code");
    }
    let nameless = failed && error["class"] == "ClientError" && matches!(error["code"].as_str(), None | Some("" | "Unknown"));
    let named = [
        "result: code: expected ",
        "result: : Error is too much",
        "result: : body is missing",
        "result: .ResponseMetadata: RequestId is too much",
    ];
    if nameless && named.iter().any(|start| difference.starts_with(start)) {
        return Some("the reference has no code for a page in XML that is no error, here the status is the code");
    }
    if failed && difference.contains(".ResponseMetadata: RequestId is too much") && is_bare_error(case) {
        return Some("the reference takes the request id of S3's errors from the headers only, here the body's is the fallback");
    }
    let cbor = case["request"]["headers"]["smithy-protocol"].as_str() == Some("rpc-v2-cbor");
    if cbor && difference.contains(".ResponseMetadata: RequestId is too much") {
        return Some("the reference loses the request id of operations in CBOR that have no output");
    }
    if difference.starts_with("result: code: ") && is_json(case) {
        return Some("the reference looks for the code of an error in the json protocol in one place only");
    }
    None
}

/// Whether the document element of the response is the error.
fn is_bare_error(case: &Value) -> bool {
    tagged::body(&case["http"]).starts_with(b"<Error>")
}

fn is_json(case: &Value) -> bool {
    case["request"]["headers"]["Content-Type"].as_str().is_some_and(|kind| kind.starts_with("application/x-amz-json"))
}
