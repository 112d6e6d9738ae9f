//! S3 Control: accounts and ARNs.

use tucuxi::http::Request;
use tucuxi::{Client, Config, Value, value};

use super::support::configured;

const OUTPOST: &str = "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1";

fn control(config: Config) -> Client {
    configured("s3control", "us-west-2", config)
}

fn sent(operation: &str, params: Value) -> Request {
    control(Config::new()).prepare(operation, params).unwrap()
}

fn refused(config: Config, operation: &str, params: Value) -> String {
    let error = control(config).prepare(operation, params).unwrap_err();
    format!("{}: {}", error.name(), error.message())
}

#[test]
fn the_account_is_in_the_host_once() {
    let request = sent("get_access_point", value!({"AccountId": "123456789012", "Name": "apx"}));
    assert_eq!(request.url, "https://123456789012.s3-control.us-west-2.amazonaws.com/v20180820/accesspoint/apx");
    assert_eq!(request.headers.get("x-amz-account-id"), Some("123456789012"));
    let missing = refused(Config::new(), "get_bucket", value!({"Bucket": "bbb"}));
    assert_eq!(missing, "ParamValidationError: Parameter validation failed:\nAccountId is required but not set");
    let dotted = refused(Config::new(), "get_access_point", value!({"AccountId": "12345678901.2", "Name": "apx"}));
    assert_eq!(dotted, "EndpointResolutionError: AccountId must only contain a-z, A-Z, 0-9 and `-`.");
}

#[test]
fn an_arn_provides_the_account() {
    let request = sent("get_access_point", value!({"Name": format!("{OUTPOST}/accesspoint/ap")}));
    let path = "arn%3Aaws%3As3-outposts%3Aus-west-2%3A123456789012%3Aoutpost%2Fop-1%2Faccesspoint%2Fap";
    assert_eq!(request.url, format!("https://s3-outposts.us-west-2.amazonaws.com/v20180820/accesspoint/{path}"));
    assert_eq!(request.headers.get("x-amz-account-id"), Some("123456789012"));
    assert_eq!(request.headers.get("x-amz-outpost-id"), Some("op-1"));
    let request = sent("get_bucket", value!({"Bucket": format!("{OUTPOST}/bucket/b")}));
    assert_eq!(request.headers.get("x-amz-outpost-id"), Some("op-1"));
    let other = Config::new().s3(value!({"use_arn_region": true}));
    let bucket = format!("{OUTPOST}/bucket/b").replace("us-west-2", "us-east-1");
    let request = control(other).prepare("get_bucket", value!({"Bucket": bucket})).unwrap();
    assert_eq!(request.host(), "s3-outposts.us-east-1.amazonaws.com");
    assert!(request.headers.get("authorization").unwrap().contains("/us-east-1/s3-outposts/aws4_request"));
}

#[test]
fn creating_a_bucket_uses_the_outpost_s_endpoint() {
    let request = sent(
        "create_access_point",
        value!({"AccountId": "123456789012", "Name": format!("{OUTPOST}/accesspoint/ap"), "Bucket": format!("{OUTPOST}/bucket/b")}),
    );
    assert_eq!((request.host(), request.headers.get("x-amz-outpost-id")), ("s3-outposts.us-west-2.amazonaws.com", Some("op-1")));
    let request = sent("create_bucket", value!({"Bucket": "bbb", "OutpostId": "op-1"}));
    assert_eq!(request.url, "https://s3-outposts.us-west-2.amazonaws.com/v20180820/bucket/bbb");
}

#[test]
fn invalid_arns_are_rejected() {
    let invalid =
        |arn: &str, why: &str| format!("UnsupportedS3ControlArnError: S3 ARN \"{arn}\" provided is invalid for this operation. {why}");
    let access_point = format!("{OUTPOST}/accesspoint/ap");
    let fips = access_point.replace("us-west-2", "fips-us-west-2");
    for (arn, why) in [
        ("arn:aws:s3:us-west-2:123456789012:accesspoint/ap", "The Name parameter does not support the provided ARN"),
        (&format!("{OUTPOST}/bucket/b"), "The Name parameter does not support the provided ARN"),
        (&format!("{access_point}/more"), "The Name parameter does not support the provided ARN"),
        ("arn:::::", "The Name parameter does not support the provided ARN"),
        (&fips, "Invalid ARN, FIPS region not allowed in ARN."),
    ] {
        assert_eq!(refused(Config::new(), "get_access_point", value!({"Name": arn})), invalid(arn, why));
    }
    let account = value!({"Name": access_point.as_str(), "AccountId": "000000000000"});
    let why = "Account ID in arn does not match the AccountId parameter provided: \"000000000000\"";
    assert_eq!(refused(Config::new(), "get_access_point", account), invalid(&access_point, why));
    let lambda = value!({"Bucket": "arn:aws:s3:us-west-2:123456789012:bucket/b"});
    let why = "The Bucket parameter does not support the provided ARN";
    assert_eq!(refused(Config::new(), "get_bucket", lambda), invalid("arn:aws:s3:us-west-2:123456789012:bucket/b", why));
    // The rules report every problem as one of the bucket.
    let name = value!({"Name": access_point.replace("op-1", "op_1")});
    let why = "Invalid ARN: The outpost Id must only contain a-z, A-Z, 0-9 and `-`., found: `op_1`";
    assert_eq!(refused(Config::new(), "get_access_point", name), invalid("None", why));
}

#[test]
fn unsupported_settings_are_rejected() {
    let unsupported = |why: &str| format!("UnsupportedS3ControlConfigurationError: Unsupported configuration when using S3 Control: {why}");
    let bucket = value!({"Bucket": format!("{OUTPOST}/bucket/b")});
    let accelerate = Config::new().s3(value!({"use_accelerate_endpoint": true}));
    let no_acceleration = unsupported("S3 control client does not support accelerate endpoints");
    assert_eq!(refused(accelerate.clone(), "get_bucket", bucket), no_acceleration);
    // The setting is checked before the ARN.
    assert_eq!(refused(accelerate, "get_bucket", value!({"Bucket": format!("{OUTPOST}/accesspoint/ap")})), no_acceleration);
    let east = value!({"Bucket": format!("{OUTPOST}/bucket/b").replace("us-west-2", "us-east-1")});
    let why = "Invalid configuration: region from ARN `us-east-1` does not match client region `us-west-2` and UseArnRegion is `false`";
    assert_eq!(refused(Config::new(), "get_bucket", east), unsupported(why));
}
