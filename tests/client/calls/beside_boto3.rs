//! boto3 and tucuxi against the same faulty servers: a table of outcomes and of the connections that were opened.

use std::time::Duration;

use serde_json::json;
use tucuxi::{Config, ErrorKind, Verify, value};

use super::peer::{Peer, Script, s3_that_trusts};
use super::reference;
use super::tls::file;

/// The size of uploads: more than the buffers of a connection hold.
const SIZE: usize = 8 << 20;
const FINAL: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

struct Situation {
    name: &'static str,
    /// The size of the body that is uploaded; none is a `head_object`.
    body: usize,
    certificate: Option<&'static str>,
    verify: Verify,
    script: Box<dyn Fn(&mut Peer) + Send + Sync>,
    /// What tucuxi returns: `success` with the metadata, or the error's name and code.
    outcome: String,
}

fn upload(name: &'static str, before: &'static str, after: &'static str) -> Situation {
    let script = move |peer: &mut Peer| {
        while let Some(head) = peer.head() {
            peer.write(before);
            peer.body(&head);
            peer.write(after);
            peer.write(FINAL);
        }
    };
    Situation { name, body: SIZE, certificate: None, verify: true.into(), script: Box::new(script), outcome: "success".to_owned() }
}

fn rejected(name: &'static str, (status, code): (u16, &'static str), read: u64, stays: bool) -> Situation {
    let script = move |peer: &mut Peer| {
        peer.head();
        if read > 0 {
            peer.write("HTTP/1.1 100 Continue\r\n\r\n");
            peer.skip(read);
        }
        let body = format!("<Error><Code>{code}</Code></Error>");
        peer.write(format!("HTTP/1.1 {status} No\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
        if stays {
            peer.stay();
        }
    };
    let outcome = format!("ClientError {code}");
    Situation { name, body: SIZE, certificate: None, verify: true.into(), script: Box::new(script), outcome }
}

fn head(name: &'static str, response: impl Into<String>, outcome: &str) -> Situation {
    let response = response.into();
    let script = move |peer: &mut Peer| {
        while peer.head().is_some() {
            peer.write(&response);
        }
    };
    Situation { name, body: 0, certificate: None, verify: true.into(), script: Box::new(script), outcome: outcome.to_owned() }
}

fn header(name: &'static str, lines: impl Into<String>, metadata: &str) -> Situation {
    let lines = lines.into();
    head(name, format!("HTTP/1.1 200 OK\r\n{lines}x-amz-meta-z: 1\r\nContent-Length: 0\r\n\r\n"), &format!("success {metadata}"))
}

fn trusting(name: &'static str, certificate: Option<&'static str>, verify: impl Into<Verify>, outcome: &str) -> Situation {
    Situation { certificate, verify: verify.into(), ..head(name, FINAL, outcome) }
}

fn situations() -> Vec<Situation> {
    vec![
        upload("100 Continue", "HTTP/1.1 100 Continue\r\n\r\n", ""),
        upload("100 Continue with a header", "HTTP/1.1 100 Continue\r\nConnection: keep-alive\r\n\r\n", ""),
        upload("102 and 100", "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n", ""),
        upload("103 after the body", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
        upload("100 after the body", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 100 Continue\r\nVia: proxy\r\n\r\n"),
        rejected("403 instead of 100", (403, "AccessDenied"), 0, false),
        rejected("413 after 64 KiB, closes", (413, "EntityTooLarge"), 64 << 10, false),
        rejected("400 after 64 KiB, stays open", (400, "BadDigest"), 64 << 10, true),
        header("header größe", "x-amz-meta-größe: 1\r\n", r#"{"größe":"1","z":"1"}"#),
        header("header with a space", "x-amz-meta-file name: 1\r\n", r#"{"file name":"1","z":"1"}"#),
        header("header with brackets", "x-amz-meta-file[0]: 1\r\n", r#"{"file[0]":"1","z":"1"}"#),
        header("space before the colon", "x-amz-meta-a : 1\r\n", r#"{"a":"1","z":"1"}"#),
        header("no colon", "nonsense\r\n", r#"{"z":"1"}"#),
        header("control character", "x-amz-meta-a: 1\x01\r\n", "{\"a\":\"1\\u0001\",\"z\":\"1\"}"),
        header("200 headers", (0..200).map(|i| format!("a-{i}: 1\r\n")).collect::<String>(), r#"{"z":"1"}"#),
        header("1,000 headers", (0..1000).map(|i| format!("a-{i}: 1\r\n")).collect::<String>(), r#"{"z":"1"}"#),
        header("header of 100 kB", format!("a: {}\r\n", "1".repeat(100_000)), r#"{"z":"1"}"#),
        head("not HTTP", "SSH-2.0-OpenSSH_9.9\r\n\r\n", "InvalidResponseError"),
        trusting("CA:TRUE certificate in verify", Some("self-signed"), file("self-signed.pem"), "success {}"),
        trusting("issued certificate in verify", Some("server"), file("server.pem"), "success {}"),
        trusting("unknown issuer", Some("server"), file("other-ca.pem"), "SSLError"),
        trusting("expired certificate in verify", Some("expired"), file("expired.pem"), "SSLError"),
        trusting("http with a missing bundle", None, "/no/such/bundle.pem", "success {}"),
    ]
}

#[test]
fn faulty_servers_beside_boto3() {
    let start =
        || -> Vec<Script> { situations().into_iter().map(|s| Script::start(s.certificate, move |peer| (s.script)(peer))).collect() };
    let (situations, theirs, own) = (situations(), start(), start());
    let verify = |s: &Situation| match &s.verify {
        Verify::Bundle(path) => json!(path.to_str()),
        _ => json!(true),
    };
    let question: Vec<_> =
        situations.iter().zip(&theirs).map(|(s, server)| json!({"url": server.url, "body": s.body, "verify": verify(s)})).collect();
    let answers = reference::ask(&json!({"what": "responses", "situations": question}));

    let mut wrong = Vec::new();
    println!("{:32} {:46} {:>4}  {:46} {:>4}", "situation", "boto3", "conn", "tucuxi", "conn");
    for (i, situation) in situations.iter().enumerate() {
        let config = Config::new().request_checksum_calculation("when_required").read_timeout(Duration::from_secs(3));
        let client = s3_that_trusts(&own[i].url, situation.verify.clone(), config);
        let result = match situation.body {
            0 => client.call("head_object", value!({"Bucket": "bucket", "Key": "key"})),
            size => client.call("put_object", value!({"Bucket": "bucket", "Key": "key", "Body": vec![b'x'; size]})),
        };
        let outcome = match &result {
            Ok(output) if situation.body == 0 => format!("success {}", output.get("Metadata").unwrap_or(&value!({}))),
            Ok(_) => "success".to_owned(),
            Err(error) if error.kind() == ErrorKind::Service => format!("ClientError {}", error.code().unwrap_or_default()),
            Err(error) => error.name().to_owned(),
        };
        let answer = answers[i].as_str().unwrap();
        println!("{:32} {answer:46} {:>4}  {outcome:46} {:>4}", situation.name, theirs[i].connections(), own[i].connections());
        if outcome != situation.outcome {
            wrong.push(format!("{}: {outcome} instead of {}", situation.name, situation.outcome));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
