//! `tucuxi serve --stdio`: the lines of a program that drives it, against a moto server.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::moto::Moto;
use crate::python::python;
use serde_json::{Value, json};

/// A running process of the protocol, which ends when its input does.
struct Server {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Server {
    fn start(endpoint: &str) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tucuxi"));
        command.args(["serve", "--stdio", "--region", "us-east-1", "--endpoint-url", endpoint]).env_clear();
        command.env("AWS_ACCESS_KEY_ID", "testing").env("AWS_SECRET_ACCESS_KEY", "testing");
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        Server { input: process.stdin.take(), output, process }
    }

    fn send(&mut self, line: &str) {
        writeln!(self.input.as_ref().unwrap(), "{line}").unwrap();
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"))
    }

    fn ask(&mut self, line: Value) -> Value {
        self.send(&line.to_string());
        self.read()
    }

    fn end(mut self) {
        drop(self.input.take());
        assert!(self.process.wait().unwrap().success());
    }
}

#[test]
fn invalid_lines_are_answered_with_errors() {
    let mut server = Server::start("http://127.0.0.1:9");
    for (line, id, message) in [
        ("{", Value::Null, "Invalid JSON"),
        ("[]", Value::Null, "not a JSON object"),
        (r#"{"call": "x"}"#, Value::Null, "\"id\" must be"),
        (r#"{"id": 1}"#, json!(1), "expected exactly one of call"),
        (r#"{"id": "a", "call": "list_buckets"}"#, json!("a"), "no \"service\""),
        (r#"{"id": 2, "cal": "list_buckets"}"#, json!(2), "Did you mean call"),
        (r#"{"id": 3, "client": {"service": "s3"}, "call": "list_bukets"}"#, json!(3), "Did you mean list_buckets"),
        (r#"{"id": 4, "client": {"service": "s3", "rgion": "x"}, "call": "list_buckets"}"#, json!(4), "rgion"),
        (r#"{"id": 5, "client": {"service": "s3"}, "call": "put_object", "params": []}"#, json!(5), "\"params\" must be"),
        (r#"{"id": 6, "client": {"service": "s3"}, "call": "put_object", "length": 5}"#, json!(6), "\"length\" requires \"stream\""),
        (r#"{"id": 7, "client": {"service": "s3"}, "get": "name"}"#, json!(7), "\"get\" requires \"resource\""),
        (r#"{"id": 8, "client": {"service": "s3"}, "call": "x", "filter": {"a": 1}}"#, json!(8), "requires \"resource\""),
        (r#"{"id": 9, "client": {"service": "s3"}, "resource": ["Bukcet", "b"], "get": "x"}"#, json!(9), "Did you mean Bucket"),
        (r#"{"id": "c", "chunk": "?"}"#, json!("c"), "\"chunk\" is not base64"),
    ] {
        server.send(line);
        let answer = server.read();
        assert_eq!(answer["id"], id, "{line}");
        assert!(answer["error"]["message"].as_str().unwrap().contains(message), "{line}: {answer}");
    }
    server.input.as_ref().unwrap().write_all(b"\xff\n").unwrap();
    assert!(server.read()["error"]["message"].as_str().unwrap().contains("not UTF-8"));
    let described = server.ask(json!({"id": 6, "client": {"service": "sqs"}, "describe": "send_message"}));
    assert_eq!(described["result"]["name"], "SendMessage");
    server.end();
}

#[test]
fn a_call_in_flight_is_canceled_by_its_id() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut server = Server::start(&format!("http://{}", silent.local_addr().unwrap()));
    server.send(r#"{"id": "slow", "client": {"service": "sts"}, "call": "get_caller_identity"}"#);
    let _connection = silent.accept().unwrap();
    assert_eq!(server.ask(json!({"id": 1, "cancel": "none"})), json!({"id": 1, "result": false}));
    server.send(r#"{"id": 2, "cancel": "slow"}"#);
    let mut answers = [server.read(), server.read()];
    answers.sort_by_key(|answer| answer["id"].is_string());
    assert_eq!(answers[0], json!({"id": 2, "result": true}));
    assert_eq!((&answers[1]["id"], &answers[1]["error"]["kind"]), (&json!("slow"), &json!("Canceled")));
    server.end();
}

#[test]
fn streams_go_in_chunks_in_both_directions_and_pages_line_by_line() {
    let moto = Moto::start("line_protocol");
    let mut server = Server::start(&moto.url());
    let s3 = json!({"service": "s3"});
    assert_eq!(server.ask(json!({"id": 1, "client": s3, "call": "create_bucket", "params": {"Bucket": "river"}}))["error"], Value::Null);
    // Without TLS, a body that is read once has no checksum in its head.
    let config = json!({"s3": {"payload_signing_enabled": false}, "request_checksum_calculation": "when_required"});
    let unsigned = json!({"service": "s3", "config": config});
    let put = |key: &str| json!({"id": key, "client": unsigned, "call": "put_object", "params": {"Bucket": "river", "Key": key}, "stream": "Body", "length": 10});
    server.send(&put("a").to_string());
    server.send(r#"{"id": "a", "chunk": "aGVsbG8="}"#);
    server.send(r#"{"id": "a", "chunk": "IHlvdQo="}"#);
    let stored = server.ask(json!({"id": "a", "end": true}));
    assert!(stored["result"]["ETag"].is_string(), "{stored}");

    let result = server.ask(json!({"id": 2, "client": s3, "call": "get_object", "params": {"Bucket": "river", "Key": "a"}}));
    assert_eq!(result["result"]["Body"], json!({"$stream": 10}));
    assert_eq!(server.read(), json!({"id": 2, "stream": "Body", "chunk": "aGVsbG8geW91Cg=="}));
    assert_eq!(server.read(), json!({"id": 2, "done": true}));

    let bytes = json!({"Bucket": "river", "Key": "b", "Body": {"$bytes": "aGk="}});
    assert!(server.ask(json!({"id": 2, "client": s3, "call": "put_object", "params": bytes}))["result"]["ETag"].is_string());
    let params = json!({"Bucket": "river"});
    let page = server.ask(json!({"id": 3, "client": s3, "paginate": "list_objects_v2", "params": params, "page_size": 1}));
    assert_eq!((&page["id"], &page["page"]["Contents"][0]["Key"]), (&json!(3), &json!("a")));
    assert_eq!(server.read()["page"]["Contents"][0]["Key"], "b");
    assert_eq!(server.read(), json!({"id": 3, "done": true}));
    assert!(server.ask(json!({"id": 4, "client": s3, "wait": "bucket_exists", "params": params}))["result"].is_object());

    server.send(&put("c").to_string());
    server.send(r#"{"id": "c", "chunk": "aGVsbG8="}"#);
    drop(server.input.take());
    let cut = server.read();
    assert!(cut["id"] == "c" && cut["error"].is_object(), "a body without its end is not stored: {cut}");
    assert!(server.process.wait().unwrap().success());
}

#[test]
fn resources_and_collections_are_reached_by_words() {
    let moto = Moto::start("line_protocol_resources");
    let mut server = Server::start(&moto.url());
    let s3 = json!({"service": "s3"});
    let created = server.ask(json!({"id": 1, "client": s3, "resource": [], "call": "create_bucket", "params": {"Bucket": "river"}}));
    assert_eq!(created["result"], json!({"resource": ["Bucket", "river"], "identifiers": {"name": "river"}}));
    for key in ["a", "b", "c"] {
        let put =
            json!({"id": 2, "client": s3, "resource": ["Bucket", "river"], "call": "put_object", "params": {"Key": key, "Body": "hello"}});
        assert_eq!(server.ask(put)["result"]["resource"], json!(["Object", "river", key]));
    }
    let listed = json!({"id": 3, "client": s3, "resource": ["Bucket", "river"], "paginate": "objects", "page_size": 2, "max_items": 3});
    let page = server.ask(listed);
    assert_eq!(
        (page["page"][0]["resource"].clone(), page["page"][0]["attributes"]["size"].clone()),
        (json!(["ObjectSummary", "river", "a"]), json!(5))
    );
    assert_eq!((page["page"].as_array().unwrap().len(), server.read()["page"].as_array().unwrap().len()), (2, 1));
    assert_eq!(server.read(), json!({"id": 3, "done": true}));
    let length = server.ask(json!({"id": 4, "client": s3, "resource": ["Object", "river", "a"], "get": "content_length"}));
    assert_eq!(length, json!({"id": 4, "result": 5}));
    let body = server.ask(json!({"id": 5, "client": s3, "resource": ["Object", "river", "a"], "call": "get"}));
    assert_eq!(body["result"]["Body"], json!({"$stream": 5}));
    assert_eq!((&server.read()["chunk"], &server.read()), (&json!("aGVsbG8="), &json!({"id": 5, "done": true})));
    let waited = server.ask(json!({"id": 6, "client": s3, "resource": ["Bucket", "river"], "wait": "exists"}));
    assert_eq!(waited, json!({"id": 6, "result": null}));
    let members = server.ask(json!({"id": 7, "client": s3, "resource": ["Bucket", "x"], "members": true}));
    assert!(members["result"]["collections"].as_array().unwrap().contains(&json!("objects")), "{members}");
    let objects = json!(["Bucket", "river", "objects"]);
    let deleted = server.ask(json!({"id": 8, "client": s3, "resource": objects, "filter": {"Prefix": "a"}, "call": "delete"}));
    assert_eq!(deleted["result"][0]["Deleted"][0]["Key"], "a");
    server.end();
}

#[test]
fn an_invalid_chunk_ends_its_call_once() {
    let moto = Moto::start("line_protocol_chunk");
    let mut server = Server::start(&moto.url());
    let config = json!({"s3": {"payload_signing_enabled": false}, "request_checksum_calculation": "when_required"});
    let client = json!({"service": "s3", "config": config});
    assert_eq!(
        server.ask(json!({"id": 1, "client": client, "call": "create_bucket", "params": {"Bucket": "river"}}))["error"],
        Value::Null
    );
    let put = json!({"id": "put", "client": client, "call": "put_object", "params": {"Bucket": "river", "Key": "a"}, "stream": "Body", "length": 10});
    server.send(&put.to_string());
    server.send(r#"{"id": "put", "chunk": "aGVsbG8="}"#);
    let failed = server.ask(json!({"id": "put", "chunk": "not base64"}));
    assert_eq!(failed["id"], "put");
    assert!(failed.to_string().contains("is not base64"), "{failed}");
    // What follows for the call is ignored, and the ID is free.
    server.send(r#"{"id": "put", "end": true}"#);
    let again = server.ask(json!({"id": "put", "client": client, "wait": "bucket_exists", "params": {"Bucket": "river"}}));
    assert!(again["result"].is_object(), "{again}");
    server.end();
}

/// Sends eight calls before it reads a response, and prints the accounts and the number of different IDs.
const CLIENT: &str = r#"
import json, subprocess, sys
server = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
for id in range(8):
    request = {"id": id, "client": {"service": "sts"}, "call": "get_caller_identity"}
    print(json.dumps(request), file=server.stdin, flush=True)
answers = [json.loads(server.stdout.readline()) for _ in range(8)]
server.stdin.close()
assert server.wait() == 0
print(sorted({answer["result"]["Account"] for answer in answers}), len({answer["id"] for answer in answers}))
"#;

#[test]
fn a_python_program_has_eight_calls_in_flight() {
    let moto = Moto::start("line_protocol_python");
    let mut command = Command::new(python());
    command.args(["-c", CLIENT, env!("CARGO_BIN_EXE_tucuxi"), "serve", "--stdio", "--region", "us-east-1", "--endpoint-url"]);
    command.arg(moto.url()).env_clear().env("AWS_ACCESS_KEY_ID", "testing").env("AWS_SECRET_ACCESS_KEY", "testing");
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "['123456789012'] 8\n", "{}", String::from_utf8_lossy(&output.stderr));
}
