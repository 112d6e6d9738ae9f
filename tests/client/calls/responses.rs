//! Responses of proxies, stores, and broken servers, through whole calls: what is returned, and what is retried.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Client, Config, Credentials, Environment, ErrorKind, Session, Value, value};

/// Gives every request the same response, and counts the requests.
#[derive(Clone)]
struct Fixed {
    status: u16,
    headers: Headers,
    body: Vec<u8>,
    requests: Arc<AtomicUsize>,
}

impl Fixed {
    fn new(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Fixed {
        Fixed { status, headers: headers.iter().copied().collect(), body: body.as_ref().to_vec(), requests: Arc::default() }
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    fn client(&self, service: &str, config: Config) -> Client {
        let credentials = Credentials::new("AKIDEXAMPLE", "secret");
        let session = Session::builder().environment(Environment::empty()).region("us-east-1").credentials(credentials).build().unwrap();
        session.client_builder(service).config(config).transport(self.clone()).sleep(|_| {}).build().unwrap()
    }
}

impl Transport for Fixed {
    fn send(&self, _: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        Ok(Response::streamed(self.status, self.headers.clone(), std::io::Cursor::new(self.body.clone())))
    }
}

/// An operation of each protocol that needs no parameters.
const OPERATIONS: [(&str, &str); 6] = [
    ("iam", "list_users"),
    ("ec2", "describe_instances"),
    ("s3", "list_buckets"),
    ("dynamodb", "list_tables"),
    ("lambda", "list_functions"),
    ("eventbridgev2", "list_event_buses"),
];

#[test]
fn a_server_error_in_any_form_is_retried_in_every_protocol() {
    for body in
        ["", "busy", "{\"message\": \"busy\"}", "<html><body>busy</body></html>", "<!DOCTYPE html><html><br></html>", "<busy/>", "\u{1}"]
    {
        for (service, operation) in OPERATIONS {
            for mode in ["standard", "legacy"] {
                let server = Fixed::new(503, &[("x-amzn-requestid", "id")], body);
                let client = server.client(service, Config::new().retry_mode(mode).total_max_attempts(3));
                let error = client.call(operation, ()).unwrap_err();
                assert_eq!((error.kind(), error.status(), error.code()), (ErrorKind::Service, Some(503), Some("503")), "{service} {body}");
                assert_eq!((error.request_id(), error.attempts(), server.requests()), (Some("id"), 3, 3), "{service} {mode} {body}");
                assert!(error.is_retryable(), "{service} {body}");
            }
        }
    }
}

#[test]
fn an_error_that_is_not_in_the_protocol_s_form_is_a_service_error_and_not_retried() {
    for (service, operation) in OPERATIONS {
        for (body, excerpt) in [("", "Forbidden"), ("<html><body>Denied by the proxy</body></html>", "Denied by the proxy")] {
            let server = Fixed::new(403, &[("x-amzn-requestid", "id")], body);
            let error = server.client(service, Config::new()).call(operation, ()).unwrap_err();
            assert_eq!((error.kind(), error.status(), error.code()), (ErrorKind::Service, Some(403), Some("403")), "{service}");
            assert_eq!((error.request_id(), server.requests()), (Some("id"), 1), "{service}");
            // The message of JSON protocols is the body, and that of rest-xml the reason phrase, as in boto3.
            match service {
                "s3" => assert_eq!(error.message(), "Forbidden"),
                "dynamodb" | "lambda" | "eventbridgev2" if body.is_empty() => assert_eq!(error.message(), ""),
                _ => assert!(error.message().contains(excerpt), "{service}: {}", error.message()),
            }
        }
    }
}

#[test]
fn a_bucket_s_location_is_all_of_the_element_s_text() {
    for (body, expected) in [
        ("<LocationConstraint><![CDATA[eu-west-1]]></LocationConstraint>", value!("eu-west-1")),
        ("<LocationConstraint xmlns=\"x\">eu-<!-- c -->west<![CDATA[-]]>&#49;</LocationConstraint>", value!("eu-west-1")),
        ("<?xml version=\"1.0\"?>\n<s:LocationConstraint>EU</s:LocationConstraint>", value!("EU")),
        ("<LocationConstraint/>", Value::Null),
    ] {
        let client = Fixed::new(200, &[], body).client("s3", Config::new());
        assert_eq!(client.call("get_bucket_location", value!({"Bucket": "b"})).unwrap()["LocationConstraint"], expected, "{body}");
    }
}

#[test]
fn a_broken_200_response_of_s3_is_retried_as_a_server_error() {
    for body in [
        "<Error><Code>InternalError</Code></Error>",
        "<Error xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Code>InternalError</Code></Error>",
        "<s:Error><Code>InternalError</Code></s:Error>",
        "xx<?xml version=\"1.0\"?><ListBucketResult/>",
        "\n\n<?xml version=\"1.0\"?><ListBucketResult/>",
        "<ListBucketResult><x>&nbsp;</x></ListBucketResult>",
        "<ListBucketResult/>x",
        "<ListBucketResult>",
    ] {
        let server = Fixed::new(200, &[], body);
        let client = server.client("s3", Config::new().retry_mode("standard").total_max_attempts(2));
        let error = client.call("list_objects_v2", value!({"Bucket": "b"})).unwrap_err();
        let code = if body.contains("Error") { "InternalError" } else { "500" };
        assert_eq!(
            (error.kind(), error.code(), error.status(), server.requests()),
            (ErrorKind::Service, Some(code), Some(500), 2),
            "{body}"
        );
    }
}

#[test]
fn lenient_parsing_is_a_setting() {
    let body = "<R><Name>b</Name><Contents><Key>k</Key><Size>many</Size></Contents></R>";
    let server = Fixed::new(200, &[], body);
    let list = |config| server.client("s3", config).call("list_objects_v2", value!({"Bucket": "b"}));
    for strict in [Config::new(), Config::new().lenient_parsing(false)] {
        let error = list(strict).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ResponseParser);
        assert_eq!(error.message(), "Unable to parse response: Contents[0].Size: invalid integer \"many\"");
        assert_eq!(error.details()["path"], value!("Contents[0].Size"));
    }
    let output = list(Config::new().lenient_parsing(true)).unwrap();
    assert_eq!((&output["Name"], &output["Contents"]), (&value!("b"), &value!([{"Key": "k"}])));
    let omitted = value!([{"Path": "Contents[0].Size", "Reason": "invalid integer \"many\""}]);
    assert_eq!(output["ResponseMetadata"]["OmittedMembers"], omitted);
}

#[test]
fn a_client_uses_the_first_preferred_protocol_that_its_service_supports() {
    let metrics = |service: &str, preference: &str, body: &[u8]| {
        let client = Fixed::new(200, &[], body).client(service, Config::new().protocol_preference(preference));
        let request = client.request("list_metrics", value!({"Namespace": "n"})).prepare().unwrap();
        let output = client.call("list_metrics", value!({"Namespace": "n"})).unwrap();
        assert_eq!(output["Metrics"], value!([{"MetricName": "m"}]), "{preference}");
        request
    };
    let json: &[u8] = br#"{"Metrics": [{"MetricName": "m"}]}"#;
    let cbor: &[u8] = b"\xa1\x67Metrics\x81\xa1\x6aMetricName\x61m";
    let query: &[u8] = b"<R><ListMetricsResult><Metrics><member><MetricName>m</MetricName></member></Metrics></ListMetricsResult></R>";
    // The clients share the definitions, in which each protocol keeps its own names of members.
    for _ in 0..2 {
        let request = metrics("cloudwatch", "", json);
        assert_eq!(request.headers.get("X-Amz-Target"), Some("GraniteServiceVersion20100801.ListMetrics"));
        let request = metrics("cloudwatch", "rest-xml, smithy-rpc-v2-cbor,query", cbor);
        assert_eq!(request.path(), "/service/GraniteServiceVersion20100801/operation/ListMetrics");
        assert_eq!(request.headers.get("smithy-protocol"), Some("rpc-v2-cbor"));
        let request = metrics("cloudwatch", "query,json", query);
        assert!(request.headers.get("Content-Type").is_some_and(|form| form.starts_with("application/x-www-form-urlencoded")));
    }
    let client = Fixed::new(200, &[], json).client("sqs", Config::new().protocol_preference("smithy-rpc-v2-cbor"));
    let request = client.request("list_queues", ()).prepare().unwrap();
    assert_eq!(request.headers.get("X-Amz-Target"), Some("AmazonSQS.ListQueues"));
}

#[test]
fn an_unknown_protocol_is_rejected_when_the_client_is_created() {
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").build().unwrap();
    let error = session.client_builder("cloudwatch").config(Config::new().protocol_preference("json,cbor")).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    let protocols = "json, rest-json, rest-xml, smithy-rpc-v2-cbor, query, ec2";
    assert_eq!(error.message(), format!("protocol_preference: \"cbor\" is not a protocol. The protocols are {protocols}."));
}

#[test]
fn an_unreadable_date_of_an_object_does_not_fail_its_download() {
    let headers = [("Last-Modified", "soon"), ("Expires", "0"), ("ETag", "e")];
    let client = Fixed::new(200, &headers, "content").client("s3", Config::new());
    let output = client.call("get_object", value!({"Bucket": "b", "Key": "k"})).unwrap();
    assert_eq!(&output["Body"].as_stream().unwrap().read_all().unwrap()[..], b"content");
    assert_eq!((&output["ETag"], &output["LastModified"], &output["ExpiresString"]), (&value!("e"), &Value::Null, &value!("0")));
    assert_eq!(output["ResponseMetadata"]["OmittedMembers"][0]["Path"], value!("LastModified"));
}

#[test]
fn a_body_that_is_parsed_is_limited_in_size() {
    for (status, headers) in
        [(200, &[][..]), (400, &[]), (503, &[]), (200, &[("content-length", "1001")]), (200, &[("content-length", "?")])]
    {
        for (service, operation) in OPERATIONS {
            let server = Fixed::new(status, headers, "x".repeat(1001));
            let config = Config::new().max_response_body_size(1000).retry_mode("standard").total_max_attempts(3);
            let error = server.client(service, config).call(operation, ()).unwrap_err();
            assert_eq!((error.kind(), error.name()), (ErrorKind::ResponseTooLarge, "ResponseTooLargeError"), "{service}");
            assert!(error.message().contains("larger than 1000 bytes") && error.message().contains("max_response_body_size"), "{error}");
            assert_eq!(error.details()["limit"], Value::Int(1000));
            assert_eq!(server.requests(), 1, "{service}");
        }
    }
    let body = format!("{{\"TableNames\": [\"{}\"]}}", "x".repeat(100));
    let exact = Config::new().max_response_body_size(body.len() as u64);
    assert_eq!(
        Fixed::new(200, &[], &body).client("dynamodb", exact).call("list_tables", ()).unwrap()["TableNames"].as_list().unwrap().len(),
        1
    );
    let below = Config::new().max_response_body_size(body.len() as u64 - 1);
    assert_eq!(
        Fixed::new(200, &[], &body).client("dynamodb", below).call("list_tables", ()).unwrap_err().kind(),
        ErrorKind::ResponseTooLarge
    );
}

/// A server that never stops sending.
struct Endless;

impl Transport for Endless {
    fn send(&self, _: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        Ok(Response::streamed(200, Headers::new(), std::io::repeat(b' ')))
    }
}

#[test]
fn an_endless_body_ends_at_the_default_limit_and_a_stream_has_none() {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").credentials(credentials).build().unwrap();
    let error = session.client_builder("sqs").transport(Endless).build().unwrap().call("list_queues", ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResponseTooLarge);
    assert_eq!(error.details()["limit"], Value::Int(128 * 1024 * 1024));

    let small = Config::new().max_response_body_size(3);
    let client = Fixed::new(200, &[("content-length", "7")], "content").client("s3", small);
    let output = client.call("get_object", value!({"Bucket": "b", "Key": "k"})).unwrap();
    assert_eq!(&output["Body"].as_stream().unwrap().read_all().unwrap()[..], b"content");
}

#[test]
fn an_operation_that_sends_an_event_stream_is_rejected_before_sending() {
    for (service, operation) in [
        ("lexv2-runtime", "start_conversation"),
        ("bedrock-runtime", "invoke_model_with_bidirectional_stream"),
        ("qbusiness", "chat"),
        ("polly", "start_speech_synthesis_stream"),
        ("connecthealth", "start_medical_scribe_listening_session"),
    ] {
        let server = Fixed::new(200, &[], "");
        let client = server.client(service, Config::new());
        let presigned = client.presign(operation, (), std::time::Duration::from_secs(60)).map(|_| ());
        for result in [client.call(operation, ()).map(|_| ()), client.prepare(operation, ()).map(|_| ()), presigned] {
            let error = result.unwrap_err();
            assert_eq!((error.kind(), error.name()), (ErrorKind::UnsupportedOperation, "UnsupportedOperationError"), "{service}: {error}");
            assert!(error.message().ends_with(&format!("of {service} sends an event stream, which is not supported.")), "{error}");
            assert!(error.operation().is_some(), "{error:?}");
        }
        assert_eq!(server.requests(), 0, "{service}");
    }
    // Receiving one is supported.
    let frames = Fixed::new(200, &[], "");
    let params = value!({"Bucket": "b", "Key": "k", "Expression": "e", "ExpressionType": "SQL", "InputSerialization": {}, "OutputSerialization": {}});
    frames.client("s3", Config::new()).call("select_object_content", params).unwrap();
    assert_eq!(frames.requests(), 1);
}
