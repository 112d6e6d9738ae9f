//! Transfers through a proxy that damages requests and responses: each ends as a byte-exact success or a typed error, leaves
//! nothing half-written, and leaves no multipart upload behind.
//!
//! `TUCUXI_FAULT_RUNS=1000` makes more runs than the default, `TUCUXI_FAULT_SEED=7` others.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::proxy::{Fault, Proxy, header};
use super::{PART, content, names, session, with_bucket};
use tucuxi::http::{Checksum, ChecksumAlgorithm};
use tucuxi::{Client, Config, Error, ErrorKind, Transfer, TransferConfig, value};

/// The key and the new content of an object that is about to change.
type Change = Arc<Mutex<Option<(String, Vec<u8>)>>>;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// Pseudo-random numbers that threads share.
struct Random(AtomicU64);

impl Random {
    fn next(&self) -> u64 {
        // SplitMix64: the state is a counter, so that threads can share it.
        let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&self, end: u64) -> u64 {
        self.next() % end
    }
}

/// A fault for about one request in four.
fn fault(random: &Random, head: &str) -> Fault {
    let share = random.below(256) as u8;
    if random.below(4) > 0 {
        return Fault::None;
    }
    let first = head.lines().next().unwrap_or_default();
    let makes_state = first.contains("?uploads");
    match random.below(12) {
        0 => Fault::Status(500),
        1 => Fault::Status(503),
        2 => Fault::CutRequest(share),
        3 => Fault::CorruptRequest(share),
        // Nobody can abort an upload whose ID was lost.
        4 if !makes_state => Fault::LoseResponse,
        5 if !makes_state => Fault::CutResponse(share),
        6 if first.starts_with("GET") => Fault::StallResponse(share),
        7 if first.starts_with("GET") => Fault::CorruptResponse(share),
        8 if first.starts_with("GET") => Fault::Duplicate,
        9 if first.starts_with("GET") => Fault::Reorder,
        10 => Fault::IgnoreRange,
        11 => Fault::WrongContentRange,
        _ => Fault::Delay(1),
    }
}

fn checksum(algorithm: ChecksumAlgorithm, content: &[u8]) -> String {
    let mut checksum = Checksum::new(algorithm);
    checksum.update(content);
    checksum.finish()
}

/// Adds the checksum of the whole object to the head of a response, as S3 does.
fn add_checksum(response: &mut String, name: &str, checksum: &str) {
    for (name, value) in [(name, checksum), ("x-amz-checksum-type", "FULL_OBJECT")] {
        if header(response, name).is_none() {
            *response = format!("{}\r\n{name}: {value}\r\n\r\n", response.trim_end());
        }
    }
}

/// The errors that a transfer may end with here.
fn check_typed(error: &Error, context: &str) {
    let known = [
        ErrorKind::Transfer,
        ErrorKind::Service,
        ErrorKind::Stream,
        ErrorKind::Checksum,
        ErrorKind::Http,
        ErrorKind::Connect,
        ErrorKind::ConnectionClosed,
        ErrorKind::ReadTimeout,
        ErrorKind::ResponseParser,
        ErrorKind::InvalidResponse,
    ];
    assert!(known.contains(&error.kind()), "{context}: {:?} {error}", error.kind());
}

struct Lab {
    direct: Client,
    faulty: Client,
    random: Arc<Random>,
    /// The checksums of the objects, which the proxy adds to responses as S3 does.
    checksums: Arc<Mutex<BTreeMap<String, String>>>,
    /// Changes an object when a part of it is requested, once.
    change: Change,
    open_uploads: Arc<Mutex<BTreeMap<String, bool>>>,
}

/// Follows the multipart uploads through the responses that the server gave.
fn follow(uploads: &Mutex<BTreeMap<String, bool>>, request: &str, response: &str) {
    let first = request.lines().next().unwrap_or_default();
    let id = first.split("uploadId=").nth(1).and_then(|rest| rest.split([' ', '&']).next());
    let succeeded = response.starts_with("HTTP/1.1 2");
    if let Some(id) = id {
        let ends = first.starts_with("DELETE") || first.starts_with("POST");
        let mut uploads = uploads.lock().unwrap();
        let is_open = uploads.entry(id.to_owned()).or_insert(true);
        *is_open &= !(ends && succeeded);
    }
}

impl Lab {
    fn upload(&self, run: u64, folder: &Path) {
        let is_large = self.random.below(12) == 0;
        let length = if is_large { PART + self.random.below(PART as u64) as usize } else { self.random.below(200_000) as usize };
        let whole = content(length);
        let key = format!("up{run}");
        let path = folder.join("source");
        fs::write(&path, &whole).unwrap();
        let config = TransferConfig::new().multipart_threshold(PART as u64).multipart_chunksize(PART as u64).max_concurrency(3);
        let transfer = Transfer::new(&self.faulty).config(config);
        let done = match self.random.below(2) {
            0 => transfer.upload_file(&path, "river", &key),
            _ => transfer.upload_fileobj(whole.as_slice(), "river", &key),
        };
        let object = self.direct.call("get_object", value!({"Bucket": "river", "Key": key.as_str()}));
        let stored = object.ok().map(|object| object["Body"].as_stream().unwrap().read_all().unwrap());
        let context = format!("run {run}, upload of {length} bytes");
        assert!(stored.as_ref().is_none_or(|stored| stored[..] == whole[..]), "{context}: the object is damaged");
        match done {
            Ok(()) => assert!(stored.is_some(), "{context}: success without an object"),
            Err(error) => check_typed(&error, &context),
        }
        let _ = self.direct.call("delete_object", value!({"Bucket": "river", "Key": key}));
    }

    fn download(&self, run: u64, folder: &Path) {
        const CHUNK: u64 = 64 << 10;
        let length = self.random.below(400_000) as usize;
        let mut whole = content(length);
        whole.iter_mut().for_each(|byte| *byte ^= run as u8);
        let key = format!("down{run}");
        self.direct.call("put_object", value!({"Bucket": "river", "Key": key.as_str(), "Body": whole.clone()})).unwrap();
        self.checksums.lock().unwrap().insert(key.clone(), checksum(ChecksumAlgorithm::Crc32, &whole));
        let other: Vec<u8> = whole.iter().map(|byte| !byte).collect();
        let changes = self.random.below(8) == 0;
        *self.change.lock().unwrap() = changes.then(|| (key.clone(), other.clone()));
        let target = folder.join("target");
        let existed = self.random.below(2) == 0;
        let _ = fs::remove_file(&target);
        if existed {
            fs::write(&target, "before").unwrap();
        }
        let config = TransferConfig::new().multipart_threshold(CHUNK).multipart_chunksize(CHUNK).max_concurrency(3);
        let done = Transfer::new(&self.faulty).config(config).download_file("river", &key, &target);
        let context = format!("run {run}, download of {length} bytes{}", if changes { ", changed midway" } else { "" });
        match done {
            Ok(()) => {
                let written = fs::read(&target).unwrap();
                assert!(written == whole || changes && written == other, "{context}: the file is damaged");
            }
            Err(error) => {
                check_typed(&error, &context);
                let left = fs::read(&target).ok();
                assert_eq!(left.as_deref(), existed.then_some(&b"before"[..]), "{context}: the target was touched");
            }
        }
        *self.change.lock().unwrap() = None;
        self.direct.call("delete_object", value!({"Bucket": "river", "Key": key})).unwrap();
    }
}

#[test]
fn every_transfer_ends_byte_exact_or_with_a_typed_error() {
    let (runs, seed) = (number("TUCUXI_FAULT_RUNS", 150), number("TUCUXI_FAULT_SEED", 1));
    let (server, direct) = with_bucket();
    let random = Arc::new(Random(AtomicU64::new(seed)));
    let checksums: Arc<Mutex<BTreeMap<String, String>>> = Arc::default();
    let change: Change = Arc::default();
    let open_uploads: Arc<Mutex<BTreeMap<String, bool>>> = Arc::default();
    let (shared, changing, changer) = (random.clone(), change.clone(), direct.clone());
    let faults = Arc::new(Mutex::new(BTreeMap::<String, u64>::new()));
    let counted = faults.clone();
    let decide = move |head: &str| {
        if head.starts_with("GET")
            && let Some((key, other)) =
                changing.lock().unwrap().take_if(|(key, _)| head.contains(&format!("/{key} ")) || head.contains(&format!("/{key}?")))
        {
            changer.call("put_object", value!({"Bucket": "river", "Key": key, "Body": other})).unwrap();
        }
        let fault = fault(&shared, head);
        let name = format!("{fault:?}").split('(').next().unwrap_or_default().to_owned();
        *counted.lock().unwrap().entry(name).or_default() += 1;
        fault
    };
    let (known, uploads) = (checksums.clone(), open_uploads.clone());
    let amend = move |request: &str, response: &mut String| {
        follow(&uploads, request, response);
        let key = request.split(['/', '?', ' ']).find(|part| part.starts_with("down")).unwrap_or_default().to_owned();
        let is_whole = header(request, "range").is_none() && response.starts_with("HTTP/1.1 200");
        // The object that replaced it has another checksum.
        let checksum = known.lock().unwrap().get(&key).cloned().filter(|_| is_whole && !request.starts_with("PUT"));
        let Some(checksum) = checksum else { return };
        add_checksum(response, "x-amz-checksum-crc32", &checksum);
    };
    let proxy = Proxy::new(&server.url(), Arc::new(decide), Arc::new(amend));
    let config = Config::new().read_timeout(Duration::from_millis(300)).retry_mode("standard").total_max_attempts(3);
    let faulty = session().client_builder("s3").endpoint_url(proxy.url()).config(config).sleep(|_| ()).build().unwrap();
    let lab = Lab { direct, faulty, random, checksums, change, open_uploads };
    let folder = tempfile::tempdir().unwrap();
    for run in 0..runs {
        if lab.random.below(2) == 0 {
            lab.upload(run, folder.path())
        } else {
            lab.download(run, folder.path())
        }
        let left: Vec<String> = names(folder.path()).into_iter().filter(|name| name != "source" && name != "target").collect();
        assert_eq!(left, [""; 0], "run {run}: temporary files are left");
    }
    let open: Vec<String> = lab.open_uploads.lock().unwrap().iter().filter(|(_, open)| **open).map(|(id, _)| id.clone()).collect();
    assert_eq!(open, [""; 0], "multipart uploads are left");
    println!("{runs} runs, seed {seed}: nothing lost; faults: {:?}", faults.lock().unwrap());
}

/// The client verifies a response with the checksum of the object, but not the rest of one that broke off.
#[test]
fn content_of_several_responses_is_verified_as_a_whole() {
    let (server, direct) = with_bucket();
    let whole = content(20_000);
    direct.call("put_object", value!({"Bucket": "river", "Key": "k", "Body": whole.clone()})).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("target");
    for (algorithm, name) in
        [(ChecksumAlgorithm::Crc32, "crc32"), (ChecksumAlgorithm::Crc64Nvme, "crc64nvme"), (ChecksumAlgorithm::Sha256, "sha256")]
    {
        for damages in [false, true] {
            let requests = AtomicU64::new(0);
            let decide = move |head: &str| match requests.fetch_add(u64::from(head.starts_with("GET")), Ordering::SeqCst) {
                0 if head.starts_with("GET") => Fault::CutResponse(128),
                1 if damages => Fault::CorruptResponse(200),
                _ => Fault::None,
            };
            let expected = checksum(algorithm, &whole);
            let amend = move |request: &str, response: &mut String| {
                if header(request, "range").is_none() {
                    add_checksum(response, &format!("x-amz-checksum-{name}"), &expected);
                }
            };
            let proxy = Proxy::new(&server.url(), Arc::new(decide), Arc::new(amend));
            let s3 = session().client_builder("s3").endpoint_url(proxy.url()).build().unwrap();
            let done = Transfer::new(&s3).download_file("river", "k", &target);
            let mut written = Vec::new();
            match done {
                Ok(()) if !damages => assert!(fs::read(&target).unwrap() == whole, "{name}"),
                Err(error) if damages => {
                    assert_eq!(error.kind(), ErrorKind::Checksum, "{name}: {error}");
                    assert!(!target.exists(), "{name}");
                }
                done => panic!("{name}, damaged: {damages}: {done:?}"),
            }
            assert_eq!(proxy.take_log().len(), 3, "{name}: HeadObject, GetObject, and GetObject for the rest");
            let _ = fs::remove_file(&target);
            // To a writer, the first response is not broken here.
            Transfer::new(&s3).download_fileobj("river", "k", &mut written).unwrap();
            assert!(written == whole, "{name}");
        }
    }
}
