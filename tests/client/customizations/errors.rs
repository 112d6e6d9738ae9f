//! The names of errors.

use tucuxi::{Config, value};

use super::support::{answered, configured};

#[test]
fn sqs_errors_have_the_new_class_and_the_old_code() {
    let body = r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"m"}"#;
    let error = |headers: &[(&str, &str)], body: &str| {
        answered("sqs", 400, headers, body).call("get_queue_url", value!({"QueueName": "x"})).unwrap_err()
    };
    let old = error(&[("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender")], body);
    assert_eq!((old.name(), old.code()), ("QueueDoesNotExist", Some("AWS.SimpleQueueService.NonExistentQueue")));
    let new = error(&[], body);
    assert_eq!((new.name(), new.code()), ("QueueDoesNotExist", Some("QueueDoesNotExist")));
    // The new code applies even if only the old one is modeled.
    let unknown = error(&[("x-amzn-query-error", "QueueDoesNotExist;Sender")], r#"{"__type":"x#Nope"}"#);
    assert_eq!((unknown.name(), unknown.code()), ("ClientError", Some("QueueDoesNotExist")));
}

#[test]
fn oauth_errors_have_descriptions() {
    let message = |body: &str| {
        let params = value!({"clientId": "a", "clientSecret": "b", "grantType": "c"});
        answered("sso-oidc", 400, &[], body).call("create_token", params).unwrap_err().message().to_owned()
    };
    assert!(message(r#"{"error":"invalid_grant","error_description":"desc"}"#).contains("desc"));
    assert!(!message(r#"{"error_description":"desc","message":"own"}"#).contains("desc"));
    assert!(message("no JSON: error_description").contains("no JSON: error_description"));
}

const ACCESS_POINT: &str = "arn:aws:s3:us-west-2:123456789012:accesspoint/ap";
const OBJECT_LAMBDA: &str = "arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/ap";
const OUTPOST: &str = "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1/accesspoint/ap";

fn refused(bucket: &str, config: Config) -> (String, String) {
    let error = configured("s3", "us-west-2", config).prepare("get_object", value!({"Bucket": bucket, "Key": "k"})).unwrap_err();
    (error.name().to_owned(), error.message().to_owned())
}

#[test]
fn errors_of_s3_s_endpoint_rules_have_names() {
    let accelerate = || Config::new().s3(value!({"use_accelerate_endpoint": true}));
    let dual_stack = || Config::new().use_dualstack_endpoint(true);
    let own_region = || Config::new().s3(value!({"use_arn_region": false}));
    let east = ACCESS_POINT.replace("us-west-2", "us-east-1");
    let china = ACCESS_POINT.replace("arn:aws:", "arn:aws-cn:").replace("us-west-2", "cn-north-1");
    let access_point = "UnsupportedS3AccesspointConfigurationError: Unsupported configuration when using S3 access-points: ";
    let other_region =
        "Invalid configuration: region from ARN `us-east-1` does not match client region `us-west-2` and UseArnRegion is `false`";
    for (bucket, config, expected) in [
        (ACCESS_POINT, accelerate(), format!("{access_point}Access Points do not support S3 Accelerate")),
        (
            OBJECT_LAMBDA,
            accelerate(),
            "UnsupportedS3ConfigurationError: Unsupported configuration when using S3: S3 Object Lambda does not support S3 Accelerate"
                .to_owned(),
        ),
        (OUTPOST, accelerate(), format!("{access_point}S3 Outposts does not support S3 Accelerate")),
        (
            "bkt",
            accelerate().use_fips_endpoint(true),
            "UnsupportedS3ConfigurationError: Unsupported configuration when using S3: Accelerate cannot be used with FIPS".to_owned(),
        ),
        ("my.bkt", accelerate(), "EndpointResolutionError: Path-style addressing cannot be used with S3 Accelerate".to_owned()),
        (OBJECT_LAMBDA, dual_stack(), format!("{access_point}S3 Object Lambda does not support Dual-stack")),
        (&east, own_region(), format!("{access_point}{other_region}")),
        (&china, Config::new(), format!("{access_point}Client was configured for partition `aws` but ARN (`{china}`) has `aws-cn`")),
        (
            "arn:aws:s3-object-lambda::123456789012:accesspoint/x",
            Config::new(),
            "ParamValidationError: Parameter validation failed:\nInvalid ARN: bucket ARN is missing a region".to_owned(),
        ),
        (
            "arn:aws:s3:-bad:123456789012:accesspoint/ap",
            Config::new(),
            "InvalidHostLabelError: Invalid host label to be bound to the hostname of the endpoint: \"-bad\".".to_owned(),
        ),
    ] {
        let (name, message) = refused(bucket, config);
        assert_eq!(format!("{name}: {message}"), expected);
    }
}

#[test]
fn errors_of_eventbridge_s_endpoint_rules_have_a_name() {
    let entries = value!([{"Source": "s", "DetailType": "d", "Detail": "{}"}]);
    for (config, endpoint, text) in [
        (
            Config::new().use_fips_endpoint(true),
            "abcde.veo",
            "Invalid Configuration: FIPS is not supported with EventBridge multi-region endpoints.",
        ),
        (Config::new(), "bad_endpoint!", "EndpointId must be a valid host label."),
    ] {
        let params = value!({"Entries": entries.clone(), "EndpointId": endpoint});
        let error = configured("events", "us-east-1", config).prepare("put_events", params).unwrap_err();
        assert_eq!(error.name(), "InvalidEndpointConfigurationError");
        assert_eq!(error.message(), format!("Invalid endpoint configuration: {text}"));
    }
}
