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
fn an_unreadable_date_of_an_object_does_not_fail_its_download() {
    let headers = [("Last-Modified", "soon"), ("Expires", "0"), ("ETag", "e")];
    let client = Fixed::new(200, &headers, "content").client("s3", Config::new());
    let output = client.call("get_object", value!({"Bucket": "b", "Key": "k"})).unwrap();
    assert_eq!(&output["Body"].as_stream().unwrap().read_all().unwrap()[..], b"content");
    assert_eq!((&output["ETag"], &output["LastModified"], &output["ExpiresString"]), (&value!("e"), &Value::Null, &value!("0")));
    assert_eq!(output["ResponseMetadata"]["OmittedMembers"][0]["Path"], value!("LastModified"));
}
