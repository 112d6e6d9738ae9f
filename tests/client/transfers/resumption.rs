//! Interrupted transfers that continue: only the missing parts travel again.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::proxy::{Fault, Proxy};
use super::{PART, content, names, session, with_bucket};
use crate::server;
use tucuxi::{Client, Transfer, TransferConfig, value};

fn client(url: &str) -> Client {
    session().client_builder("s3").endpoint_url(url).sleep(|_| ()).build().unwrap()
}

fn read(s3: &Client, key: &str) -> Vec<u8> {
    let object = s3.call("get_object", value!({"Bucket": "river", "Key": key})).unwrap();
    object["Body"].as_stream().unwrap().read_all().unwrap().to_vec()
}

/// A proxy that rejects requests that contain `text` after the first `good`, until the switch is turned.
fn failing(upstream: &str, text: &'static str, good: usize) -> (Proxy, Arc<AtomicUsize>) {
    let left = Arc::new(AtomicUsize::new(good));
    let switch = left.clone();
    let decide = move |head: &str| {
        let counts = head.lines().any(|line| line.contains(text));
        match counts && switch.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_err() {
            true => Fault::Status(500),
            false => Fault::None,
        }
    };
    (Proxy::new(upstream, Arc::new(decide), Arc::new(|_, _| ())), left)
}

fn one_by_one(s3: &Client, chunk: usize, states: &Path) -> Transfer {
    let config = TransferConfig::new().multipart_threshold(chunk as u64).multipart_chunksize(chunk as u64).max_concurrency(1);
    Transfer::new(s3).config(config).resume(states)
}

#[test]
fn an_upload_continues_with_the_missing_parts_unless_the_file_has_changed() {
    let (server, direct) = with_bucket();
    let (proxy, left) = failing(&server.url(), "partNumber=", 2);
    let s3 = client(&proxy.url());
    let folder = tempfile::tempdir().unwrap();
    let (path, states) = (folder.path().join("f"), folder.path().join("states"));
    let mut whole = content(4 * PART + 5);
    fs::write(&path, &whole).unwrap();
    let transfer = one_by_one(&s3, PART, &states);
    assert_eq!(transfer.upload_file(&path, "river", "k").unwrap_err().name(), "S3UploadFailedError");
    assert!(!proxy.take_log().iter().any(|line| line.starts_with("DELETE")), "the finished parts stay");
    left.store(usize::MAX, Ordering::SeqCst);
    transfer.upload_file(&path, "river", "k").unwrap();
    let log = proxy.take_log();
    let parts = log.iter().filter(|line| line.contains("partNumber=")).count();
    assert_eq!((parts, log.iter().any(|line| line.contains("?uploads"))), (3, false), "{log:?}");
    assert!(read(&direct, "k") == whole);
    assert_eq!(names(&states), [""; 0]);

    left.store(1, Ordering::SeqCst);
    transfer.upload_file(&path, "river", "k").unwrap_err();
    proxy.take_log();
    left.store(usize::MAX, Ordering::SeqCst);
    whole[3] ^= 1;
    fs::write(&path, &whole).unwrap();
    transfer.upload_file(&path, "river", "k").unwrap();
    let log = proxy.take_log();
    assert!(log[0].starts_with("DELETE"), "the parts of the old content are removed: {log:?}");
    assert_eq!(log.iter().filter(|line| line.contains("partNumber=")).count(), 5, "{log:?}");
    assert!(read(&direct, "k") == whole);
}

#[test]
fn a_download_continues_with_the_missing_parts_unless_the_object_has_changed() {
    const CHUNK: usize = 10_000;
    let (server, direct) = with_bucket();
    let (proxy, left) = failing(&server.url(), "GET /river/k", 3);
    let s3 = client(&proxy.url());
    let folder = tempfile::tempdir().unwrap();
    let (path, states) = (folder.path().join("f"), folder.path().join("states"));
    let whole = content(5 * CHUNK + 1);
    direct.call("put_object", value!({"Bucket": "river", "Key": "k", "Body": whole.clone()})).unwrap();
    let transfer = one_by_one(&s3, CHUNK, &states);
    assert_eq!(transfer.download_file("river", "k", &path).unwrap_err().status(), Some(500));
    assert!(!path.exists());
    left.store(usize::MAX, Ordering::SeqCst);
    proxy.take_log();
    transfer.download_file("river", "k", &path).unwrap();
    let gets: Vec<String> = proxy.take_log().into_iter().filter(|line| line.starts_with("GET")).collect();
    assert_eq!(gets.len(), 3, "{gets:?}");
    assert!(gets[0].ends_with("bytes=30000-39999"), "{gets:?}");
    assert!(fs::read(&path).unwrap() == whole);
    assert_eq!((names(&states).len(), names(folder.path()).len()), (0, 2));

    left.store(2, Ordering::SeqCst);
    transfer.download_file("river", "k", &path).unwrap_err();
    left.store(usize::MAX, Ordering::SeqCst);
    let changed: Vec<u8> = whole.iter().map(|byte| !byte).collect();
    direct.call("put_object", value!({"Bucket": "river", "Key": "k", "Body": changed.clone()})).unwrap();
    transfer.download_file("river", "k", &path).unwrap();
    assert!(fs::read(&path).unwrap() == changed);
    assert_eq!((names(&states).len(), names(folder.path()).len()), (0, 2), "{:?}", names(folder.path()));
}

/// Runs `tucuxi s3 cp … --resume`, kills it once `parts` requests match, runs it again, and returns the second log.
#[cfg(feature = "cli")]
fn killed_and_resumed(proxy: &Proxy, folder: &Path, words: &[&str], text: &str, parts: usize) -> Vec<String> {
    let command = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tucuxi"));
        command.env_clear().env("AWS_ACCESS_KEY_ID", server::ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", server::SECRET_KEY);
        command.env("AWS_EC2_METADATA_DISABLED", "true").env("HOME", folder).current_dir(folder).stdout(Stdio::null());
        command.args(["s3", "cp"]).args(words).args(["--resume", "--region", "us-east-1", "--endpoint-url", &proxy.url()]);
        command
    };
    proxy.take_log();
    let mut child = command().spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while proxy.log.lock().unwrap().iter().filter(|line| line.contains(text)).count() < parts {
        assert!(Instant::now() < deadline && child.try_wait().unwrap().is_none(), "it was too fast or too slow");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    proxy.take_log();
    assert!(command().status().unwrap().success());
    proxy.take_log()
}

#[cfg(feature = "cli")]
#[test]
fn a_killed_command_continues_where_it_was() {
    const PARTS: usize = 16;
    let (server, direct) = with_bucket();
    let slow = Arc::new(|head: &str| if head.contains("partNumber=") || head.starts_with("GET") { Fault::Delay(150) } else { Fault::None });
    let proxy = Proxy::new(&server.url(), slow, Arc::new(|_, _| ()));
    let folder = tempfile::tempdir().unwrap();
    let whole = content(PARTS * (8 << 20));
    fs::write(folder.path().join("in"), &whole).unwrap();
    // Ten requests are in flight: when the 12th part is sent, at least two have been answered.
    let log = killed_and_resumed(&proxy, folder.path(), &["in", "s3://river/k"], "partNumber=", 12);
    let parts = log.iter().filter(|line| line.contains("partNumber=")).count();
    assert!((PARTS - 12..=PARTS - 2).contains(&parts), "{parts} parts: {log:?}");
    assert!(!log.iter().any(|line| line.contains("?uploads")), "{log:?}");
    assert!(read(&direct, "k") == whole);

    let log = killed_and_resumed(&proxy, folder.path(), &["s3://river/k", "out"], "GET", 12);
    let parts = log.iter().filter(|line| line.starts_with("GET")).count();
    assert!((PARTS - 12..=PARTS - 2).contains(&parts), "{parts} parts: {log:?}");
    assert!(fs::read(folder.path().join("out")).unwrap() == whole);
    let mut left = names(folder.path());
    left.sort();
    assert_eq!(left, [".local", "in", "out"]);
}
