//! A real S3 server in this process, which checks every signature.

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::time::Duration;

use crate::process;
use crate::server::{self, Server};
use tucuxi::{Client, Credentials, Environment, ErrorKind, Session, Stream, Value, value};

/// Keys that a client loses if it encodes them wrongly.
const KEYS: [&str; 8] = [
    "plain.txt",
    "a & b.txt",
    "two words/three  words.txt",
    "Tapajós/ß/🐬.txt",
    "100%.txt",
    "a=b?c#d.txt",
    "~tilde'(paren)!*.txt",
    "<x>\"y\".txt",
];

fn client(url: &str) -> Client {
    let credentials = Credentials::new(server::ACCESS_KEY, server::SECRET_KEY);
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").credentials(credentials).build().unwrap();
    session.client_builder("s3").endpoint_url(url).build().unwrap()
}

fn with_bucket() -> (Server, Client) {
    let server = Server::start().unwrap();
    let s3 = client(&server.url());
    s3.call("create_bucket", value!({"Bucket": "river"})).unwrap();
    (server, s3)
}

fn read(s3: &Client, key: &str) -> Vec<u8> {
    let object = s3.call("get_object", value!({"Bucket": "river", "Key": key})).unwrap();
    object["Body"].as_stream().unwrap().read_all().unwrap().to_vec()
}

#[test]
fn objects_are_read_back_under_every_key() {
    let (_server, s3) = with_bucket();
    for key in KEYS {
        s3.call("put_object", value!({"Bucket": "river", "Key": key, "Body": key, "ContentType": "text/plain"})).unwrap();
    }
    for key in KEYS {
        assert_eq!(read(&s3, key), key.as_bytes());
    }
    let listing = s3.call("list_objects_v2", value!({"Bucket": "river"})).unwrap();
    let mut listed: Vec<&str> = listing["Contents"].as_list().unwrap().iter().filter_map(|object| object["Key"].as_str()).collect();
    let mut keys = KEYS;
    listed.sort_unstable();
    keys.sort_unstable();
    assert_eq!(listed, keys);

    let all: Value = KEYS.iter().map(|key| value!({"Key": *key})).collect();
    let deleted = s3.call("delete_objects", value!({"Bucket": "river", "Delete": {"Objects": all}})).unwrap();
    assert_eq!(deleted["Deleted"].as_list().unwrap().len(), KEYS.len());
    s3.call("delete_bucket", value!({"Bucket": "river"})).unwrap();
}

/// Listings are not tested: this server declares their keys as encoded, as requested, but does not encode them.
#[test]
fn a_plus_in_a_key_is_not_a_space() {
    let (_server, s3) = with_bucket();
    s3.call("put_object", value!({"Bucket": "river", "Key": "a+b c.txt", "Body": "plus"})).unwrap();
    assert_eq!(read(&s3, "a+b c.txt"), b"plus");
    assert_eq!(s3.call("get_object", value!({"Bucket": "river", "Key": "a b c.txt"})).unwrap_err().name(), "NoSuchKey");
}

#[test]
fn a_body_may_be_bytes_text_or_a_reader_and_may_be_empty() {
    let (_server, s3) = with_bucket();
    let seekable = Stream::from_seekable(Cursor::new(b"from a reader".to_vec())).unwrap();
    let bodies: [(Value, &[u8]); 4] =
        [(b"\x00\xff".into(), b"\x00\xff"), ("text".into(), b"text"), (seekable.into(), b"from a reader"), (b"".into(), b"")];
    for (body, content) in bodies {
        s3.call("put_object", value!({"Bucket": "river", "Key": "body", "Body": body})).unwrap();
        assert_eq!(read(&s3, "body"), content);
    }
}

#[test]
fn metadata_and_ranges() {
    let (_server, s3) = with_bucket();
    s3.call("put_object", value!({"Bucket": "river", "Key": "k", "Body": "0123456789", "Metadata": {"depth": "12 m"}})).unwrap();
    let head = s3.call("head_object", value!({"Bucket": "river", "Key": "k"})).unwrap();
    assert_eq!((head["ContentLength"].as_int(), head["Metadata"]["depth"].as_str()), (Some(10), Some("12 m")));
    assert!(head["LastModified"].as_timestamp().is_some());
    let part = s3.call("get_object", value!({"Bucket": "river", "Key": "k", "Range": "bytes=2-4"})).unwrap();
    assert_eq!(part["Body"].as_stream().unwrap().read_text().unwrap(), "234");
    assert_eq!(part["ResponseMetadata"]["HTTPStatusCode"].as_int(), Some(206));
}

#[test]
fn server_errors_are_typed() {
    let (_server, s3) = with_bucket();
    let error = s3.call("get_object", value!({"Bucket": "river", "Key": "nothing"})).unwrap_err();
    assert_eq!((error.kind(), error.name(), error.code(), error.status()), (ErrorKind::Service, "NoSuchKey", Some("NoSuchKey"), Some(404)));
    assert_eq!(error.operation(), Some("GetObject"));
    let error = s3.call("list_objects_v2", value!({"Bucket": "no-such-river"})).unwrap_err();
    assert_eq!(error.name(), "NoSuchBucket");
}

#[test]
fn a_wrong_secret_is_rejected() {
    let server = Server::start().unwrap();
    let credentials = Credentials::new(server::ACCESS_KEY, "wrong");
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").credentials(credentials).build().unwrap();
    let s3 = session.client_builder("s3").endpoint_url(server.url()).build().unwrap();
    let error = s3.call("list_buckets", ()).unwrap_err();
    assert_eq!((error.code(), error.status()), (Some("SignatureDoesNotMatch"), Some(403)));
}

#[test]
fn a_presigned_url_works_without_credentials() {
    let (_server, s3) = with_bucket();
    s3.call("put_object", value!({"Bucket": "river", "Key": "a & b.txt", "Body": "shared"})).unwrap();
    let url = s3.presign("get_object", value!({"Bucket": "river", "Key": "a & b.txt"}), Duration::from_secs(60)).unwrap();
    assert_eq!(ureq::get(&url).call().unwrap().body_mut().read_to_string().unwrap(), "shared");
}

#[test]
fn a_dropped_server_is_gone() {
    let server = Server::start().unwrap();
    let url = server.url();
    drop(server);
    let error = ureq::get(&url).call().unwrap_err();
    assert!(matches!(&error, ureq::Error::Io(reason) if reason.kind() == io::ErrorKind::ConnectionRefused), "{error:?}");
}

const LENGTH: u64 = 64 << 20;

/// The object is transferred in a child process, so that the server's memory is not counted.
/// The child gets the server's URL in its environment.
#[test]
fn a_64_mib_object_is_transferred_without_being_held_in_memory() {
    if let Ok(url) = std::env::var("TUCUXI_TEST_S3_URL") {
        return transfer(&client(&url));
    }
    let (server, _s3) = with_bucket();
    let mut child = process::child(a_64_mib_object_is_transferred_without_being_held_in_memory);
    child.env("TUCUXI_TEST_S3_URL", server.url());
    let text = process::run(child);
    let peak = text.lines().find(|line| line.contains("peak")).expect("the child says its peak");
    println!("{peak}");
}

fn transfer(s3: &Client) {
    // The one-time costs of a first call do not count.
    s3.call("list_buckets", ()).unwrap();
    let before = peak_kib();
    let body = Stream::from_seekable(Pattern(0)).unwrap();
    s3.call("put_object", value!({"Bucket": "river", "Key": "large", "Body": body})).unwrap();
    let object = s3.call("get_object", value!({"Bucket": "river", "Key": "large"})).unwrap();
    assert_eq!(object["ContentLength"].as_int(), Some(LENGTH as i64));
    let mut found = object["Body"].as_stream().unwrap().take().unwrap();
    let (mut expected, mut buffer, mut wanted, mut total) = (Pattern(0), vec![0; 64 << 10], vec![0; 64 << 10], 0);
    loop {
        let n = found.read(&mut buffer).unwrap();
        if n == 0 {
            break;
        }
        expected.read_exact(&mut wanted[..n]).unwrap();
        assert!(buffer[..n] == wanted[..n], "the content differs after {total} bytes");
        total += n as u64;
    }
    assert_eq!(total, LENGTH);
    let after = peak_kib();
    println!("peak resident memory: {before} KiB before, {after} KiB after 64 MiB up and 64 MiB down");
    assert!(after - before < 16 << 10, "{} KiB more", after - before);
}

/// The peak memory of this process, in KiB; 0 if the system does not report it.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

/// 64 MiB that are generated while they are read; each byte depends on its position.
struct Pattern(u64);

impl Read for Pattern {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = buffer.len().min((LENGTH - self.0) as usize);
        for (i, byte) in buffer[..n].iter_mut().enumerate() {
            let at = self.0 + i as u64;
            *byte = (at ^ (at >> 8) ^ (at >> 16)) as u8;
        }
        self.0 += n as u64;
        Ok(n)
    }
}

impl Seek for Pattern {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0 = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.0.saturating_add_signed(by),
            SeekFrom::End(by) => LENGTH.saturating_add_signed(by),
        };
        Ok(self.0)
    }
}

#[test]
fn raw_calls_have_valid_signatures() {
    let (_server, s3) = with_bucket();
    let stored = s3.raw("PUT", "/river/a%20%26%20b").header("x-amz-meta-kind", "dolphin").body("hello").send().unwrap();
    assert_eq!(stored.status, 200);
    let mut listing = s3.raw("GET", "/river?list-type=2").query("prefix", "a &").send().unwrap();
    let text = String::from_utf8(listing.body.buffer().unwrap().to_vec()).unwrap();
    assert!(text.contains("<Key>a &amp; b</Key>"), "{text}");
    assert_eq!(read(&s3, "a & b"), b"hello");
    assert_eq!(s3.raw("GET", "/river/nothing").send().unwrap().status, 404);
}
