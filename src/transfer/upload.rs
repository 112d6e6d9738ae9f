//! Uploads: one `PutObject`, or a multipart upload whose parts are read where they are sent from.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::parts::{self, Outcome};
use super::{Job, address, arguments, signed};
use crate::error::{Error, ErrorKind, Result};
use crate::settings::ChecksumMode;
use crate::value::{List, Map, Str, Stream, Value};

const SMALLEST_PART: u64 = 5 << 20;
const LARGEST_PART: u64 = 5 << 30;
const MOST_PARTS: u64 = 10_000;

/// Uploads a file.
pub(super) fn file(job: &Job<'_>, path: &Path, bucket: &str, key: &str) -> Result<()> {
    let of_file = |error: io::Error| Error::new(ErrorKind::Stream, format!("{}: {error}", path.display())).with_source(error);
    let file = File::open(path).map_err(of_file)?;
    let metadata = file.metadata().map_err(of_file)?;
    if metadata.is_dir() {
        return Err(of_file(io::Error::new(io::ErrorKind::IsADirectory, "a folder cannot be uploaded as an object")));
    }
    let done = if metadata.is_file() { regular(job, &Arc::new(file), metadata.len(), bucket, key) } else { reader(job, file, bucket, key) };
    done.map_err(|error| match error.kind() {
        ErrorKind::Service => {
            let message = format!("Failed to upload {} to {bucket}/{key}: {error}", path.display());
            Error::new(ErrorKind::Transfer, message).with_name("S3UploadFailedError").with_source(error)
        }
        _ => error,
    })
}

fn regular(job: &Job<'_>, file: &Arc<File>, size: u64, bucket: &str, key: &str) -> Result<()> {
    let args = args(job)?;
    if size < job.config().multipart_threshold {
        let body = Stream::from_seekable(Part::new(file, 0, size))?;
        put(job, bucket, key, &args, body)?;
        return job.progress(signed(size));
    }
    let part_size = part_size(job.config().multipart_chunksize, Some(size));
    let count = size.div_ceil(part_size);
    let upload = Multipart::create(job, bucket, key, &args)?;
    let parts = parts::run(count, job.config().max_concurrency, |index| {
        let start = index * part_size;
        let length = part_size.min(size - start);
        upload.part(index + 1, Stream::from_seekable(Part::new(file, start, length))?, length)
    });
    upload.finish(parts)
}

/// Uploads everything that a reader yields.
pub(super) fn reader(job: &Job<'_>, mut reader: impl Read + Send, bucket: &str, key: &str) -> Result<()> {
    let args = args(job)?;
    let threshold = job.config().multipart_threshold;
    let first = chunk(&mut reader, threshold)?;
    if (first.len() as u64) < threshold {
        let length = first.len() as u64;
        put(job, bucket, key, &args, Stream::from_seekable(io::Cursor::new(first))?)?;
        return job.progress(signed(length));
    }
    let part_size = part_size(job.config().multipart_chunksize, job.transfer.expected_size);
    let mut reader = io::Cursor::new(first).chain(reader);
    let upload = Multipart::create(job, bucket, key, &args)?;
    let parts = from_reader(job, &mut reader, part_size, &upload);
    upload.finish(parts)
}

/// One thread reads, the others send. The channel bounds the memory.
fn from_reader(job: &Job<'_>, reader: &mut (impl Read + Send), part_size: u64, upload: &Multipart<'_>) -> Result<Vec<Value>> {
    let outcome = Outcome::new();
    let done = Mutex::new(Vec::new());
    let (sender, receiver) = sync_channel::<(u64, Vec<u8>)>(1);
    let receiver = Mutex::new(receiver);
    let send_parts = |receiver: &Mutex<Receiver<(u64, Vec<u8>)>>| loop {
        let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((number, content)) = next else { break };
        if outcome.has_failed() {
            continue;
        }
        let length = content.len() as u64;
        let sent = parts::guarded(|| upload.part(number, Stream::from_seekable(io::Cursor::new(content))?, length));
        match sent {
            Ok(part) => done.lock().unwrap_or_else(PoisonError::into_inner).push((number, part)),
            Err(error) => outcome.fail(error),
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..job.config().max_concurrency {
            scope.spawn(|| send_parts(&receiver));
        }
        let mut number = 1;
        while !outcome.has_failed() {
            match chunk(reader, part_size) {
                Ok(content) if content.is_empty() => break,
                Ok(_) if number > MOST_PARTS => {
                    let message =
                        format!("The stream is longer than {MOST_PARTS} parts of {part_size} bytes. Use a larger multipart_chunksize.");
                    outcome.fail(Error::new(ErrorKind::Transfer, message));
                }
                Ok(content) => {
                    if sender.send((number, content)).is_err() {
                        break;
                    }
                    number += 1;
                }
                Err(error) => outcome.fail(error),
            }
        }
        drop(sender);
    });
    outcome.result()?;
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(number, _)| *number);
    Ok(done.into_iter().map(|(_, part)| part).collect())
}

/// The next bytes of a reader, `size` of them unless it ends.
fn chunk(reader: &mut impl Read, size: u64) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    reader.take(size).read_to_end(&mut content).map_err(Error::from_stream)?;
    Ok(content)
}

/// The part size that S3 accepts for an object of this size.
pub(super) fn part_size(wanted: u64, size: Option<u64>) -> u64 {
    let mut part = wanted;
    while size.is_some_and(|size| size.div_ceil(part) > MOST_PARTS) {
        part = part.saturating_mul(2);
    }
    part.clamp(SMALLEST_PART, LARGEST_PART)
}

/// The extra arguments, with the checksum algorithm that applies.
fn args(job: &Job<'_>) -> Result<Map> {
    arguments::check_upload(&job.extra_args)?;
    let mut args = job.extra_args.clone();
    let full = arguments::FULL_OBJECT.iter().rev().find(|name| args.contains_key(name));
    match full {
        Some(name) => {
            args.insert("ChecksumType", "FULL_OBJECT");
            args.insert("ChecksumAlgorithm", name.trim_start_matches("Checksum"));
        }
        None => {
            let is_default = job.client().context().settings.request_checksum_calculation == ChecksumMode::WhenSupported;
            if is_default && !args.contains_key("ChecksumAlgorithm") {
                args.insert("ChecksumAlgorithm", "CRC32");
            }
        }
    }
    Ok(args)
}

fn put(job: &Job<'_>, bucket: &str, key: &str, args: &Map, body: Stream) -> Result<()> {
    let mut params = address(bucket, key);
    params.insert("Body", body);
    params.extend(arguments::without(args, &["ChecksumType", "MpuObjectSize"]));
    if arguments::FULL_OBJECT.iter().any(|name| params.contains_key(name)) {
        params.remove("ChecksumAlgorithm");
    }
    job.call("PutObject", params).map(drop)
}

/// A multipart upload, aborted unless it completes.
pub(super) struct Multipart<'a> {
    job: &'a Job<'a>,
    bucket: &'a str,
    key: &'a str,
    args: &'a Map,
    id: Str,
}

impl<'a> Multipart<'a> {
    fn create(job: &'a Job<'a>, bucket: &'a str, key: &'a str, args: &'a Map) -> Result<Multipart<'a>> {
        let creation = [arguments::FULL_OBJECT, &["MpuObjectSize"]].concat();
        Multipart::create_with(job, bucket, key, args, arguments::without(args, &creation))
    }

    /// Creates a multipart upload with these parameters of `CreateMultipartUpload`.
    pub(super) fn create_with(job: &'a Job<'a>, bucket: &'a str, key: &'a str, args: &'a Map, creation: Map) -> Result<Multipart<'a>> {
        let mut params = address(bucket, key);
        params.extend(creation);
        let response = job.call("CreateMultipartUpload", params)?;
        let id = response["UploadId"]
            .as_str()
            .ok_or_else(|| Error::new(ErrorKind::ResponseParser, "The response of CreateMultipartUpload has no UploadId."))?;
        Ok(Multipart { job, bucket, key, args, id: id.into() })
    }

    /// The address of the upload.
    pub(super) fn address(&self) -> Map {
        let mut params = address(self.bucket, self.key);
        params.insert("UploadId", self.id.clone());
        params
    }

    /// Sends a part and returns its entry for the completion.
    fn part(&self, number: u64, body: Stream, length: u64) -> Result<Value> {
        let mut params = self.address();
        params.insert("PartNumber", signed(number));
        params.insert("Body", body);
        params.extend(arguments::only(self.args, arguments::OF_PART));
        let response = self.job.call("UploadPart", params)?;
        self.job.progress(signed(length))?;
        Ok(self.entry(number, &response))
    }

    /// The entry of a part for the completion.
    pub(super) fn entry(&self, number: u64, response: &Value) -> Value {
        let mut entry = Map::from_iter([("ETag", response["ETag"].clone()), ("PartNumber", signed(number).into())]);
        if let Some(algorithm) = self.args.get("ChecksumAlgorithm").and_then(Value::as_str) {
            let name = format!("Checksum{algorithm}");
            if let Some(checksum) = response.get(&name) {
                entry.insert(name, checksum.clone());
            }
        }
        entry.into()
    }

    /// Completes the upload, or aborts it if a part or the completion failed.
    pub(super) fn finish(self, parts: Result<Vec<Value>>) -> Result<()> {
        let completed = parts.and_then(|parts| {
            let mut params = self.address();
            params.insert("MultipartUpload", Map::from_iter([("Parts", parts.into_iter().collect::<List>())]));
            params.extend(arguments::only(self.args, arguments::OF_COMPLETION));
            params.extend(arguments::only(self.args, arguments::FULL_OBJECT));
            self.job.call("CompleteMultipartUpload", params)
        });
        completed.map(drop).inspect_err(|_| {
            self.job.clean_up("AbortMultipartUpload", self.address());
        })
    }
}

/// A range of a file, read at its own position so that several threads can share the file.
struct Part {
    file: Arc<File>,
    start: u64,
    length: u64,
    at: u64,
}

impl Part {
    fn new(file: &Arc<File>, start: u64, length: u64) -> Part {
        Part { file: file.clone(), start, length, at: 0 }
    }
}

impl Read for Part {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length - self.at).unwrap_or(usize::MAX);
        let wanted = buf.len().min(left);
        let read = read_at(&self.file, &mut buf[..wanted], self.start + self.at)?;
        if read == 0 && wanted > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter while it was uploaded"));
        }
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Part {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        let target = match position {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = target.filter(|at| *at <= self.length).ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buf, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buf, offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_size_fits_the_limits_of_s3() {
        const MIB: u64 = 1 << 20;
        assert_eq!(part_size(1, Some(20 * MIB)), 5 * MIB);
        assert_eq!(part_size(8 * MIB, Some(80_000 * MIB)), 8 * MIB);
        assert_eq!(part_size(8 * MIB, Some(80_000 * MIB + 1)), 16 * MIB);
        assert_eq!(part_size(u64::MAX, None), LARGEST_PART);
    }
}
