//! Bodies in retries: rewound, or not sent again.

use std::io::{Cursor, Read};
use std::sync::{Arc, Mutex};

use tucuxi::http::{Body, Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Client, Credentials, Environment, Session, Stream, Value, value};

/// Reads a part of the first body and all of the others; responds to the first with 500.
#[derive(Clone, Default)]
struct Flaky(Arc<Mutex<Vec<Vec<u8>>>>);

impl Transport for Flaky {
    fn send(&self, request: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        let mut seen = self.0.lock().unwrap();
        let mut body = Vec::new();
        match &mut request.body {
            Body::Reader(reader) => drop(reader.take(if seen.is_empty() { 10 } else { u64::MAX }).read_to_end(&mut body)?),
            Body::Bytes(bytes) => body.extend_from_slice(bytes),
            _ => {}
        }
        seen.push(body);
        Ok(Response::new(if seen.len() == 1 { 500 } else { 200 }, Headers::new(), Vec::new()))
    }
}

fn put(body: Value) -> (tucuxi::Result<Value>, Vec<Vec<u8>>) {
    let flaky = Flaky::default();
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").credentials(Credentials::new("key", "secret"));
    let client: Client = session.build().unwrap().client_builder("s3").transport(flaky.clone()).sleep(|_| {}).build().unwrap();
    let result = client.call("put_object", value!({"Bucket": "bucket", "Key": "key", "Body": body}));
    let seen = flaky.0.lock().unwrap().clone();
    (result, seen)
}

const TEXT: &[u8] = b"what is sent twice must be the same twice";

#[test]
fn a_body_is_sent_again_from_its_beginning() {
    let whole = [b"29\r\n", TEXT, b"\r\n0\r\nx-amz-checksum-crc32:"].concat();
    for body in [Value::from(TEXT.to_vec()), Stream::from_seekable(Cursor::new(TEXT)).unwrap().into()] {
        let (result, seen) = put(body);
        assert_eq!(result.unwrap()["ResponseMetadata"]["RetryAttempts"], value!(1));
        assert_eq!(seen.len(), 2);
        assert!(seen[1].starts_with(&whole), "{}", String::from_utf8_lossy(&seen[1]));
    }
}

#[test]
fn a_body_that_can_be_read_once_is_not_sent_twice() {
    let once = Stream::from_reader_with_length(TEXT, TEXT.len() as u64);
    let (result, seen) = put(once.into());
    let error = result.unwrap_err();
    assert_eq!(error.name(), "UnseekableStreamError", "{error}");
    assert!(error.to_string().contains("not seekable") && error.to_string().contains("500"), "{error}");
    assert_eq!((seen.len(), error.attempts()), (1, 1));
}

#[test]
fn a_pipe_and_a_file_without_a_length_are_sent_completely() {
    let folder = std::env::temp_dir().join(format!("tucuxi-pipe-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let pipe = folder.join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::write(pipe, TEXT).unwrap()
    });
    let body = Stream::open(&pipe).unwrap();
    writer.join().unwrap();
    assert_eq!(body.length(), Some(TEXT.len() as u64));
    let (result, seen) = put(body.into());
    assert_eq!(result.unwrap()["ResponseMetadata"]["RetryAttempts"], value!(1), "it can be sent twice");
    assert!(seen[1].windows(TEXT.len()).any(|window| window == TEXT));

    let status = Stream::open("/proc/self/status").unwrap();
    assert!(status.length().unwrap() > 0 && status.read_text().unwrap().starts_with("Name:"));
    let empty = folder.join("empty");
    std::fs::write(&empty, "").unwrap();
    assert_eq!(Stream::open(&empty).unwrap().length(), Some(0));
    let endless = Stream::open("/dev/zero").unwrap();
    assert_eq!(endless.length(), None, "what is too large for memory is read while it is sent");
    let error = Stream::open(&folder).unwrap_err();
    assert_eq!(error.kind(), tucuxi::ErrorKind::Stream);
    assert!(error.message().contains(folder.to_str().unwrap()), "{error}");
    std::fs::remove_dir_all(folder).unwrap();
}
