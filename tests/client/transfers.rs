//! Managed transfers against a real S3 server in this process, and against transports that fail.

#[cfg(all(unix, feature = "cli"))]
mod command;
mod faults;
#[cfg(unix)]
mod files;
mod proxy;
mod resumption;
#[cfg(unix)]
mod sources;
mod trees;

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::server::{self, Server};
use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Cancel, Client, Credentials, Environment, ErrorKind, Session, Stream, Transfer, TransferConfig, Value, value};

const MIB: usize = 1 << 20;
const PART: usize = 5 * MIB;

fn session() -> Session {
    let credentials = Credentials::new(server::ACCESS_KEY, server::SECRET_KEY);
    Session::builder().environment(Environment::empty()).region("us-east-1").credentials(credentials).build().unwrap()
}

fn with_bucket() -> (Server, Client) {
    let server = Server::start().unwrap();
    let s3 = session().client_builder("s3").endpoint_url(server.url()).build().unwrap();
    s3.call("create_bucket", value!({"Bucket": "river"})).unwrap();
    (server, s3)
}

/// Content without a period that a part size could hide.
fn content(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_u32;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    };
    (0..length).map(step).collect()
}

fn small_parts(s3: &Client) -> Transfer {
    Transfer::new(s3).config(TransferConfig::new().multipart_threshold(PART as u64).multipart_chunksize(PART as u64).max_concurrency(4))
}

#[test]
fn files_of_every_size_come_back_unchanged() {
    let (_server, s3) = with_bucket();
    let folder = tempfile::tempdir().unwrap();
    let (source, target) = (folder.path().join("source"), folder.path().join("target"));
    for length in [0, 1, PART - 1, PART, PART + 1, 2 * PART + 17] {
        let content = content(length);
        fs::write(&source, &content).unwrap();
        let counted = Arc::new(AtomicI64::new(0));
        let (up, down) = (counted.clone(), counted.clone());
        let count = |counter: Arc<AtomicI64>| {
            move |bytes| {
                counter.fetch_add(bytes, Ordering::Relaxed);
                Ok(())
            }
        };
        small_parts(&s3).on_progress(count(up)).upload_file(&source, "river", "object").unwrap();
        assert_eq!(counted.swap(0, Ordering::Relaxed), length as i64, "{length}");
        small_parts(&s3).on_progress(count(down)).download_file("river", "object", &target).unwrap();
        assert_eq!(counted.load(Ordering::Relaxed), length as i64, "{length}");
        assert!(fs::read(&target).unwrap() == content, "{length}");
        let mut written = Vec::new();
        small_parts(&s3).download_fileobj("river", "object", &mut written).unwrap();
        assert!(written == content, "{length}");
    }
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "temporary files are left: {names:?}");
}

#[test]
fn readers_of_unknown_length_are_uploaded_in_parts() {
    let (_server, s3) = with_bucket();
    for length in [0, 3, PART, 2 * PART + 1] {
        let content = content(length);
        small_parts(&s3).upload_fileobj(content.as_slice(), "river", "stream").unwrap();
        let mut written = Vec::new();
        small_parts(&s3).download_fileobj("river", "stream", &mut written).unwrap();
        assert!(written == content, "{length}");
    }
}

#[test]
fn objects_are_copied_whole_and_in_parts() {
    let (_server, s3) = with_bucket();
    for length in [10, 2 * PART + 5] {
        let content = content(length);
        small_parts(&s3).upload_fileobj(content.as_slice(), "river", "source").unwrap();
        small_parts(&s3).copy(value!({"Bucket": "river", "Key": "source"}), "river", "copy").unwrap();
        let mut written = Vec::new();
        small_parts(&s3).download_fileobj("river", "copy", &mut written).unwrap();
        assert!(written == content, "{length}");
    }
}

#[test]
fn transfers_have_boto3_s_names_on_clients_buckets_and_objects() {
    let (_server, s3) = with_bucket();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("a"), "hello").unwrap();
    s3.call("upload_file", value!({"Filename": path("a"), "Bucket": "river", "Key": "a", "ExtraArgs": {"ContentType": "text/x"}})).unwrap();
    assert_eq!(s3.call("head_object", value!({"Bucket": "river", "Key": "a"})).unwrap()["ContentType"], "text/x");
    s3.call("download_file", value!({"Bucket": "river", "Key": "a", "Filename": path("b")})).unwrap();
    assert_eq!(fs::read_to_string(path("b")).unwrap(), "hello");

    let bucket = session().resource_of(s3.clone()).unwrap().resource("Bucket", "river").unwrap();
    bucket.call("upload_fileobj", value!({"Fileobj": Stream::from_reader(io::Cursor::new("again")), "Key": "c"})).unwrap();
    let object = bucket.resource("Object", "c").unwrap();
    object.call("download_file", value!({"Filename": path("c")})).unwrap();
    assert_eq!(fs::read_to_string(path("c")).unwrap(), "again");
    object.call("copy", value!({"CopySource": {"Bucket": "river", "Key": "a"}})).unwrap();
    object.call("download_file", value!({"Filename": path("c")})).unwrap();
    assert_eq!(fs::read_to_string(path("c")).unwrap(), "hello");
}

#[test]
fn wrong_arguments_are_rejected_before_anything_is_sent() {
    let s3 = session().client_builder("s3").transport(Script::new([])).build().unwrap();
    let error = Transfer::new(&s3).extra_args(value!({"ContentTyp": "x"})).upload_fileobj(io::empty(), "river", "k").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ParamValidation);
    assert!(error.message().contains("Invalid extra_args key 'ContentTyp'"), "{error}");
    let error = TransferConfig::from_value(&value!({"multipart_threshold": 0})).unwrap_err();
    assert_eq!(error.message(), "Provided parameter multipart_threshold of value 0 must be greater than 0.");
    let sqs = session().client("sqs").unwrap();
    assert_eq!(Transfer::new(&sqs).upload_file("x", "b", "k").unwrap_err().kind(), ErrorKind::UnknownOperation);
    assert_eq!(Transfer::new(&s3).upload_file("/does/not/exist", "b", "k").unwrap_err().kind(), ErrorKind::Stream);
}

/// A response by the name of the operation.
type Answer = Box<dyn Fn(&Request, usize) -> Response + Send + Sync>;

/// A transport that answers by script and notes what was requested.
struct Script {
    answers: HashMap<&'static str, (AtomicUsize, Answer)>,
    log: Arc<Mutex<Vec<String>>>,
}

impl Script {
    fn new<const N: usize>(answers: [(&'static str, Answer); N]) -> Script {
        Script { answers: answers.into_iter().map(|(name, answer)| (name, (AtomicUsize::new(0), answer))).collect(), log: Arc::default() }
    }
}

fn name_of(request: &Request) -> &'static str {
    let has = |text: &str| request.url.contains(text);
    match request.method.as_str() {
        "HEAD" => "head",
        "GET" => "get",
        "DELETE" => "abort",
        "POST" if has("uploads") => "create",
        "POST" => "complete",
        _ if has("partNumber") => "part",
        _ => "put",
    }
}

impl Transport for Script {
    fn send(&self, request: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        let name = name_of(request);
        self.log.lock().unwrap().push(format!("{name} {}", request.headers.get("range").unwrap_or("-")));
        let (count, answer) = self.answers.get(name).unwrap_or_else(|| panic!("unexpected {name}"));
        Ok(answer(request, count.fetch_add(1, Ordering::Relaxed)))
    }
}

fn respond(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Response {
    let mut all = Headers::new();
    headers.iter().for_each(|(name, value)| all.append((*name).to_owned(), *value));
    Response::new(status, all, body.to_vec())
}

/// A client of a script, and the log of its requests.
fn scripted<const N: usize>(answers: [(&'static str, Answer); N]) -> (Client, Arc<Mutex<Vec<String>>>) {
    let script = Script::new(answers);
    let log = script.log.clone();
    (session().client_builder("s3").transport(script).sleep(|_| ()).build().unwrap(), log)
}

fn head(length: usize) -> (&'static str, Answer) {
    ("head", Box::new(move |_, _| respond(200, &[("content-length", &length.to_string()), ("etag", "\"e\"")], b"")))
}

#[test]
fn a_failed_part_aborts_the_upload_once() {
    let created = br#"<InitiateMultipartUploadResult><UploadId>UP</UploadId></InitiateMultipartUploadResult>"#;
    let denied = br#"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"#;
    let (s3, log) = scripted([
        ("create", Box::new(|_, _| respond(200, &[], created))),
        ("part", Box::new(|_, number| if number == 1 { respond(403, &[], denied) } else { respond(200, &[("etag", "\"p\"")], b"") })),
        ("abort", Box::new(|_, _| respond(204, &[], b""))),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    fs::write(&path, vec![0; 4 * PART]).unwrap();
    let error = small_parts(&s3).upload_file(&path, "river", "k").unwrap_err();
    assert_eq!((error.kind(), error.name()), (ErrorKind::Transfer, "S3UploadFailedError"));
    assert!(error.message().starts_with(&format!("Failed to upload {} to river/k: An error occurred (AccessDenied)", path.display())));
    let log = log.lock().unwrap();
    assert_eq!(log.iter().filter(|line| line.starts_with("abort")).count(), 1, "{log:?}");
    assert!(!log.iter().any(|line| line.starts_with("complete")), "{log:?}");
}

#[test]
fn a_broken_download_continues_from_the_failed_byte() {
    let whole = content(1000);
    let sent = whole.clone();
    let (s3, log) = scripted([
        head(1000),
        (
            "get",
            Box::new(move |request, _| {
                let range =
                    request.headers.get("range").and_then(|range| range.strip_prefix("bytes=")?.split('-').next()?.parse::<usize>().ok());
                let start = range.unwrap_or(0);
                let end = (start + 400).min(1000);
                let content_range = format!("bytes {start}-999/1000");
                let length = (1000 - start).to_string();
                let mut headers = Headers::new();
                headers.append("content-length".to_owned(), length.as_str());
                if range.is_some() {
                    headers.append("content-range".to_owned(), content_range.as_str());
                }
                // The body breaks off after 400 bytes.
                let broken = end < 1000;
                let body = io::Cursor::new(sent[start..end].to_vec()).chain(Broken(broken));
                Response::streamed(if range.is_some() { 206 } else { 200 }, headers, body)
            }),
        ),
    ]);
    let mut written = Vec::new();
    Transfer::new(&s3).download_fileobj("river", "k", &mut written).unwrap();
    assert!(written == whole);
    assert_eq!(*log.lock().unwrap(), ["head -", "get -", "get bytes=400-", "get bytes=800-"]);
}

/// The end of a body, or a connection that breaks.
struct Broken(bool);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        if self.0 { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(0) }
    }
}

#[test]
fn exhausted_attempts_a_changed_object_and_an_ignored_range_leave_no_file() {
    let precondition = br#"<Error><Code>PreconditionFailed</Code><Message>m</Message></Error>"#;
    let cases: [(&str, Answer); 3] = [
        (
            "RetriesExceededError",
            Box::new(|request, _| {
                let range = request.headers.get("range").unwrap_or_default().to_owned();
                let start = range.trim_start_matches("bytes=").split('-').next().unwrap_or_default().to_owned();
                let content_range = format!("bytes {start}-{}/{}", 2 * PART - 1, 2 * PART);
                let mut headers = Headers::new();
                headers.append("content-range".to_owned(), content_range.as_str());
                Response::streamed(206, headers, Broken(true))
            }),
        ),
        ("S3DownloadFailedError", Box::new(|_, _| respond(412, &[], precondition))),
        ("S3ValidationError", Box::new(|_, _| respond(200, &[], b"everything"))),
    ];
    for (name, answer) in cases {
        let (s3, _) = scripted([head(2 * PART), ("get", answer)]);
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        fs::write(&target, "before").unwrap();
        let one = TransferConfig::new().multipart_threshold(1).multipart_chunksize(2 * PART as u64);
        let error = Transfer::new(&s3).config(one).download_file("river", "k", &target).unwrap_err();
        assert_eq!((error.kind(), error.name()), (ErrorKind::Transfer, name), "{error}");
        assert_eq!(names(folder.path()), ["target"], "{name}");
        assert_eq!(fs::read_to_string(&target).unwrap(), "before", "{name}");
    }
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_failing_callback_and_a_cancellation_stop_a_transfer() {
    let (_server, s3) = with_bucket();
    let content = content(3 * PART);
    let failing = small_parts(&s3).on_progress(|_| anyhow::bail!("enough"));
    let error = failing.upload_fileobj(content.as_slice(), "river", "k").unwrap_err();
    assert!(error.to_string().contains("enough"), "{error}");
    let cancel = Cancel::new();
    let stop = cancel.clone();
    let canceled = small_parts(&s3).cancel(&cancel).on_progress(move |_| {
        stop.cancel();
        Ok(())
    });
    assert_eq!(canceled.upload_fileobj(content.as_slice(), "river", "k").unwrap_err().kind(), ErrorKind::Canceled);
    let missing = Transfer::new(&s3).download_fileobj("river", "nothing", io::sink()).unwrap_err();
    assert_eq!(missing.status(), Some(404));
    let _: Value = missing.to_value();
}

#[test]
fn the_description_of_an_object_larger_than_a_body_may_be_is_read() {
    struct Large;
    impl Transport for Large {
        fn send(&self, _: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
            let mut headers = Headers::new();
            headers.append("content-length".to_owned(), "5000000000000");
            Ok(Response::streamed(200, headers, io::empty()))
        }
    }
    let s3 = session().client_builder("s3").transport(Large).build().unwrap();
    let head = s3.call("head_object", value!({"Bucket": "river", "Key": "k"})).unwrap();
    assert_eq!(head["ContentLength"].as_int(), Some(5_000_000_000_000));
}
