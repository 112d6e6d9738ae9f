//! The `tucuxi` command, as a program: what it prints, where it prints it, and its status.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use crate::server::{self, Server};
use tucuxi::Value;

/// The program in an environment that has nothing but keys.
fn tucuxi(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tucuxi"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command.env("AWS_ACCESS_KEY_ID", server::ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", server::SECRET_KEY);
    command
}

fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stdout(arguments: &[&str]) -> String {
    succeeded(&tucuxi(arguments).output().unwrap())
}

fn json(arguments: &[&str]) -> Value {
    Value::from_json_text(&stdout(arguments)).unwrap()
}

fn failure(arguments: &[&str]) -> String {
    let output = tucuxi(arguments).output().unwrap();
    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// The arguments, and then those that lead to the server.
fn with<'a>(url: &'a str, arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--region", "us-east-1", "--endpoint-url", url]].concat()
}

#[test]
fn names_and_descriptions_need_no_region() {
    assert!(stdout(&["services"]).lines().any(|line| line == "s3"));
    assert!(stdout(&["operations", "sqs"]).lines().any(|line| line == "send_message"));
    assert_eq!(json(&["describe", "sqs", "SendMessage"])["name"].as_str(), Some("SendMessage"));
    let schema: serde_json::Value =
        serde_json::from_str(&stdout(&["describe", "s3", "put_object_tagging", "--json-schema", "input"])).unwrap();
    assert_eq!(schema["properties"]["Tagging"]["$ref"], "#/$defs/Tagging");
}

#[test]
fn failures_go_to_the_standard_error() {
    assert!(failure(&["operations", "dynamobd"]).contains("Did you mean dynamodb"));
    assert!(failure(&["call", "s3", "get_objcet", "--region", "us-east-1"]).contains("Did you mean get_object"));
    assert!(failure(&["call", "s3", "get_object", "{", "--region", "us-east-1"]).contains("the parameters"));
    assert!(failure(&["call", "sqs", "list_queues"]).contains("region"));
    assert!(failure(&["call", "s3", "list_buckets", "--profile", "nobody"]).contains("nobody"));
}

#[test]
fn calls_against_a_server() {
    let server = Server::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = server.url();

    json(&with(&url, &["call", "s3", "create_bucket", r#"{"Bucket": "river"}"#]));
    let photo = folder.path().join("photo.jpg");
    std::fs::write(&photo, b"\xff\xd8\x00").unwrap();
    json(&with(
        &url,
        &["call", "s3", "PutObject", r#"{"Bucket": "river", "Key": "a & b.jpg"}"#, "--file", &format!("Body={}", photo.display())],
    ));
    let bytes = r#"{"Bucket": "river", "Key": "bytes", "Body": {"$bytes": "aGk="}}"#;
    json(&with(&url, &["call", "s3", "put_object", bytes]));

    let keys = json(&with(&url, &["call", "s3", "list_objects_v2", r#"{"Bucket": "river"}"#, "--query", "Contents[].Key"]));
    assert_eq!(keys, tucuxi::value!(["a & b.jpg", "bytes"]));

    let object = r#"{"Bucket": "river", "Key": "a & b.jpg"}"#;
    let copy = folder.path().join("copy.jpg");
    let answer = json(&with(&url, &["call", "s3", "get_object", object, "--output", copy.to_str().unwrap(), "--query", "ContentLength"]));
    assert_eq!((answer.as_int(), std::fs::read(copy).unwrap()), (Some(3), b"\xff\xd8\x00".to_vec()));
    let parameters = folder.path().join("get.json");
    std::fs::write(&parameters, r#"{"Bucket": "river", "Key": "bytes"}"#).unwrap();
    assert_eq!(stdout(&with(&url, &["call", "s3", "get_object", &format!("@{}", parameters.display()), "--output", "-"])), "hi");

    let mut command = tucuxi(&with(&url, &["call", "s3", "head_object", "-", "--query", "ContentLength"]));
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    process.stdin.take().unwrap().write_all(br#"{"Bucket": "river", "Key": "bytes"}"#).unwrap();
    assert_eq!(succeeded(&process.wait_with_output().unwrap()).trim(), "2");

    let error = failure(&with(&url, &["call", "s3", "get_object", r#"{"Bucket": "river", "Key": "none"}"#]));
    assert!(error.contains("NoSuchKey") && error.contains("404"), "{error}");
}

#[test]
fn a_dry_run_shows_the_signed_request_and_masks_the_token() {
    let mut command = tucuxi(&["call", "sqs", "list_queues", r#"{"MaxResults": 3}"#, "--region", "eu-west-1", "--dry-run"]);
    let text = succeeded(&command.env("AWS_SESSION_TOKEN", "TOKENTOKEN").output().unwrap());
    assert!(text.starts_with("POST https://sqs.eu-west-1.amazonaws.com/\n"), "{text}");
    assert!(text.contains("Authorization: AWS4-HMAC-SHA256 Credential=") && text.contains("\n\n{\"MaxResults\""), "{text}");
    assert!(text.to_lowercase().contains("x-amz-security-token: ***") && !text.contains("TOKENTOKEN"), "{text}");
}

#[test]
fn the_demo_runs_from_its_first_to_its_last_call() {
    let text = succeeded(&tucuxi(&["demo"]).env_remove("AWS_ACCESS_KEY_ID").output().unwrap());
    for part in ["create_bucket", "bed & breakfast/menu.txt", "boto 🐬.txt", "NoSuchKey", "Did you mean get_object", "delete_bucket"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn the_demo_runs_elsewhere_and_leaves_nothing_behind() {
    let server = Server::start().unwrap();
    stdout(&["demo", "--region", "us-east-1", "--endpoint-url", &server.url()]);
    assert_eq!(
        json(&["call", "s3", "list_buckets", "--query", "Buckets", "--region", "us-east-1", "--endpoint-url", &server.url()]),
        tucuxi::value!([])
    );
}
