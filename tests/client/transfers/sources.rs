//! Sources and destinations of every kind and size: files, readers, and pipes, with the same bytes on both sides.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

use super::{PART, content, session, small_parts, with_bucket};
use crate::moto;
use tucuxi::{Client, Config, Stream, Transfer, value};

const SIZES: [usize; 6] = [0, 1, PART - 1, PART, PART + 1, 10 * PART];

/// A reader that cannot seek and returns pieces of odd sizes.
struct Pieces<'a>(&'a [u8]);

impl Read for Pieces<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let size = buf.len().min(70_001);
        self.0.read(&mut buf[..size])
    }
}

fn upload(kind: &str, transfer: &Transfer, s3: &Client, bucket: &str, path: &Path, content: &[u8]) {
    match kind {
        "file" => transfer.upload_file(path, bucket, kind).unwrap(),
        "reader that cannot seek" => transfer.upload_fileobj(Pieces(content), bucket, kind).unwrap(),
        "stream of unknown length" => {
            let stream = Stream::from_reader(io::Cursor::new(content.to_vec()));
            let config = value!({"multipart_threshold": PART, "multipart_chunksize": PART, "max_concurrency": 4});
            s3.call("upload_fileobj", value!({"Fileobj": stream, "Bucket": bucket, "Key": kind, "Config": config})).unwrap();
        }
        _ => {
            let (reader, mut writer) = io::pipe().unwrap();
            std::thread::scope(|scope| {
                scope.spawn(move || writer.write_all(content).unwrap());
                transfer.upload_fileobj(reader, bucket, kind).unwrap();
            });
        }
    }
}

#[test]
fn every_size_from_every_source_arrives_unchanged() {
    let (_server, s3) = with_bucket();
    transfers_every_size_from_every_source(&s3, "river");
}

#[test]
fn every_size_from_every_source_arrives_unchanged_in_moto() {
    let s3 = moto::client("s3");
    s3.call("create_bucket", value!({"Bucket": "sources"})).unwrap();
    transfers_every_size_from_every_source(&s3, "sources");
}

fn transfers_every_size_from_every_source(s3: &Client, bucket: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (path, target) = (folder.path().join("source"), folder.path().join("target"));
    let transfer = small_parts(s3);
    for size in SIZES {
        let content = content(size);
        fs::write(&path, &content).unwrap();
        for kind in ["file", "reader that cannot seek", "stream of unknown length", "pipe"] {
            upload(kind, &transfer, s3, bucket, &path, &content);
            transfer.download_file(bucket, kind, &target).unwrap();
            assert!(fs::read(&target).unwrap() == content, "{size} bytes from a {kind}");
        }
        // To a pipe, whose reader is slower than the downloads.
        let (mut reader, writer) = io::pipe().unwrap();
        let received = std::thread::scope(|scope| {
            let received = scope.spawn(move || {
                let mut received = Vec::new();
                reader.read_to_end(&mut received).map(|_| received).unwrap()
            });
            transfer.download_fileobj(bucket, "pipe", writer).unwrap();
            received.join().unwrap()
        });
        assert!(received == content, "{size} bytes to a pipe");
    }
}

/// Peak memory of this process in MiB.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Run it alone: `cargo test --all-features --test client -- --ignored five_gibibytes`.
#[test]
#[ignore = "it needs 15 GiB of disk"]
fn five_gibibytes_travel_in_both_directions_in_little_memory() {
    const SIZE: u64 = 5 << 30;
    let (server, _) = with_bucket();
    // The server of the tests copies the parts when it completes an upload.
    let config = Config::new().read_timeout(Duration::from_secs(600));
    let s3 = session().client_builder("s3").endpoint_url(server.url()).config(config).build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (path, target) = (folder.path().join("source"), folder.path().join("target"));
    let source = File::create(&path).unwrap();
    source.set_len(SIZE).unwrap();
    let marks: Vec<u64> = (0..SIZE).step_by(100_000_007).collect();
    for mark in &marks {
        std::os::unix::fs::FileExt::write_all_at(&source, &mark.to_be_bytes(), *mark).unwrap();
    }
    let transfer = Transfer::new(&s3);
    transfer.upload_file(&path, "river", "large").unwrap();
    transfer.download_file("river", "large", &target).unwrap();
    let (mut one, mut other) = (File::open(&path).unwrap(), File::open(&target).unwrap());
    let (mut a, mut b) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    for block in 0..SIZE >> 20 {
        one.read_exact(&mut a).unwrap();
        other.read_exact(&mut b).unwrap();
        assert!(a == b, "MiB {block}");
    }
    assert_eq!(other.read(&mut b).unwrap(), 0);
    // Of the server, too, which is in this process.
    assert!(peak_memory() < 400, "{} MiB", peak_memory());
}
