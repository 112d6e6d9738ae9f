//! Uploads: one `PutObject`, or a multipart upload whose parts are read where they are sent from.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::engine::{Group, Held};
use super::resume::UploadState;
use super::{Job, address, already_exists, arguments, of_file, signed};
use crate::error::{Error, ErrorKind, Result};
use crate::settings::ChecksumMode;
use crate::value::{Bytes, List, Map, Str, Stream, Value};

/// Up to this size, in bytes, a file is read into memory: its content is needed for its checksum, for its signature, and to be
/// sent.
const READ_ONCE: u64 = 64 << 10;
const SMALLEST_PART: u64 = 5 << 20;
const LARGEST_PART: u64 = 5 << 30;
const MOST_PARTS: u64 = 10_000;

/// Uploads a file.
pub(super) fn file(job: &Arc<Job>, path: &Path, bucket: &str, key: &str) -> Result<()> {
    let file = File::open(path).map_err(of_file(path))?;
    let metadata = file.metadata().map_err(of_file(path))?;
    if metadata.is_dir() {
        return Err(of_file(path)(io::Error::new(io::ErrorKind::IsADirectory, "a folder cannot be uploaded as an object")));
    }
    let done = match metadata.is_file() {
        true => regular(job, &Arc::new(Source { file, path: path.to_owned(), metadata }), bucket, key),
        false => reader(job, file, bucket, key),
    };
    done.map_err(|error| match error.kind() {
        ErrorKind::Service => {
            let message = format!("Failed to upload {} to {bucket}/{key}: {error}", path.display());
            Error::new(ErrorKind::Transfer, message).with_name("S3UploadFailedError").with_source(error)
        }
        _ => error,
    })
}

fn regular(job: &Arc<Job>, source: &Arc<Source>, bucket: &str, key: &str) -> Result<()> {
    let args = args(job)?;
    job.check_absent(bucket, key)?;
    let size = source.metadata.len();
    if job.is_small(size) {
        let mut whole = Part::new(job, source, 0, size);
        let body: Value = if size <= READ_ONCE {
            let mut content = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
            whole.read_to_end(&mut content).map_err(Error::from_stream)?;
            Bytes::from(content).into()
        } else {
            Stream::from_seekable(whole)?.into()
        };
        put(job, bucket, key, &args, body)?;
        return job.progress(size);
    }
    let part_size = part_size(job.config().multipart_chunksize, Some(size));
    let count = size.div_ceil(part_size);
    let length_of = move |index: u64| part_size.min(size - index * part_size);
    let state = job
        .transfer
        .resume
        .as_ref()
        .map(|folder| UploadState::of(folder, &source.path, &source.metadata, part_size, bucket, key))
        .transpose()?;
    let (upload, entries) = begin(job, bucket, key, &args, state, &length_of)?;
    let missing: Vec<u64> = (0..count).filter(|index| !entries.contains_key(&(index + 1))).collect();
    let (shared, parts_of) = (upload.clone(), source.clone());
    let sent = job.engine().run(missing.len() as u64, move |at| {
        let (job, index) = (&shared.job, missing[usize::try_from(at).unwrap_or(usize::MAX)]);
        let body = Part::new(job, &parts_of, index * part_size, length_of(index));
        Ok((index + 1, shared.part(index + 1, Stream::from_seekable(body)?, length_of(index))?))
    });
    upload.finish(sent.and_then(|sent| {
        source.check_unchanged()?;
        let mut entries = entries;
        entries.extend(sent);
        Ok(entries.into_values().collect())
    }))
}

/// Continues the multipart upload of a state file, or begins one. Returns the entries of the parts that S3 has.
fn begin(
    job: &Arc<Job>,
    bucket: &str,
    key: &str,
    args: &Map,
    state: Option<UploadState>,
    length_of: &impl Fn(u64) -> u64,
) -> Result<(Arc<Multipart>, BTreeMap<u64, Value>)> {
    if let Some(state) = &state
        && let Some(id) = state.load()
    {
        let upload =
            Multipart { job: job.clone(), bucket: bucket.into(), key: key.into(), args: args.clone(), id, state: Some(state.clone()) };
        match upload.existing_parts(length_of) {
            Ok(entries) => return Ok((Arc::new(upload), entries)),
            // The upload was completed, aborted, or has expired.
            Err(error) if error.status() == Some(404) => {}
            Err(error) => return Err(error),
        }
    } else if let Some(stale) = state.as_ref().and_then(UploadState::stale) {
        // The file has changed: the parts in S3 are worthless.
        let mut params = address(bucket, key);
        params.insert("UploadId", stale);
        job.clean_up("AbortMultipartUpload", params);
    }
    let upload = Multipart::create(job, bucket, key, args, state)?;
    Ok((upload, BTreeMap::new()))
}

/// Uploads everything that a reader yields.
pub(super) fn reader(job: &Arc<Job>, mut reader: impl Read, bucket: &str, key: &str) -> Result<()> {
    let args = args(job)?;
    job.check_absent(bucket, key)?;
    let threshold = job.config().multipart_threshold;
    let first_memory = job.engine().memory(threshold, &job.limits)?;
    let first = chunk(&mut reader, threshold, Vec::new())?;
    if (first.len() as u64) < threshold {
        let length = first.len() as u64;
        put(job, bucket, key, &args, Stream::from_seekable(Paced::new(job, io::Cursor::new(first)))?.into())?;
        return job.progress(length);
    }
    let part_size = part_size(job.config().multipart_chunksize, job.transfer.expected_size);
    let mut reader = io::Cursor::new(first).chain(reader);
    let upload = Multipart::create(job, bucket, key, &args, None)?;
    // From here on, the parts are counted.
    drop(first_memory);
    let parts = from_reader(job, &mut reader, part_size, &upload);
    upload.finish(parts)
}

/// This thread reads, helpers send. When the memory is used up, this thread sends, too.
fn from_reader(job: &Arc<Job>, reader: &mut impl Read, part_size: u64, upload: &Arc<Multipart>) -> Result<Vec<Value>> {
    let contents = Arc::new(Mutex::new(HashMap::<u64, (Vec<u8>, Held)>::new()));
    let (shared, of_upload) = (contents.clone(), upload.clone());
    let group = Group::new(move |index| {
        let content = shared.lock().unwrap_or_else(PoisonError::into_inner).remove(&index);
        let (content, _memory) = content.ok_or_else(|| Error::new(ErrorKind::Transfer, "A part of the transfer has no content."))?;
        let length = content.len() as u64;
        let body = Stream::from_seekable(Paced::new(&of_upload.job, io::Cursor::new(content)))?;
        of_upload.part(index + 1, body, length)
    });
    let published = job.engine().publish(&group);
    let mut number = 0;
    while !group.has_failed() {
        let memory = match job.engine().try_memory(part_size) {
            Some(memory) => memory,
            None if group.step() => continue,
            None => match job.engine().memory(part_size, &job.limits) {
                Ok(memory) => memory,
                Err(error) => {
                    group.fail(error);
                    break;
                }
            },
        };
        match chunk(reader, part_size, job.engine().buffer(part_size)) {
            Ok(content) if content.is_empty() => break,
            Ok(_) if number == MOST_PARTS => {
                let message =
                    format!("The stream is longer than {MOST_PARTS} parts of {part_size} bytes. Use a larger multipart_chunksize.");
                group.fail(Error::new(ErrorKind::Transfer, message));
            }
            Ok(content) => {
                contents.lock().unwrap_or_else(PoisonError::into_inner).insert(number, (content, memory));
                number += 1;
                group.extend_to(number);
                published.help(1);
                if job.config().max_concurrency == 1 {
                    group.step();
                }
            }
            Err(error) => group.fail(error),
        }
    }
    while group.step() {}
    group.finish()
}

/// The next bytes of a reader, `size` of them unless it ends.
fn chunk(reader: &mut impl Read, size: u64, mut content: Vec<u8>) -> Result<Vec<u8>> {
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
fn args(job: &Job) -> Result<Map> {
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

fn put(job: &Job, bucket: &str, key: &str, args: &Map, body: Value) -> Result<()> {
    let mut params = address(bucket, key);
    params.insert("Body", body);
    params.extend(arguments::without(args, &["ChecksumType", "MpuObjectSize"]));
    if arguments::FULL_OBJECT.iter().any(|name| params.contains_key(name)) {
        params.remove("ChecksumAlgorithm");
    }
    if job.transfer.no_overwrite {
        params.insert("IfNoneMatch", "*");
    }
    let _slot = job.small_slot()?;
    job.call("PutObject", params).map_err(exists_now)?;
    job.count_part();
    Ok(())
}

/// Another program created the object after it was looked for.
fn exists_now(error: Error) -> Error {
    match error.status() {
        Some(412) => already_exists("The object").with_source(error),
        _ => error,
    }
}

/// A multipart upload, aborted unless it completes or can be resumed.
pub(super) struct Multipart {
    pub(super) job: Arc<Job>,
    bucket: Str,
    key: Str,
    pub(super) args: Map,
    id: Str,
    state: Option<UploadState>,
}

impl Multipart {
    fn create(job: &Arc<Job>, bucket: &str, key: &str, args: &Map, state: Option<UploadState>) -> Result<Arc<Multipart>> {
        let creation = [arguments::FULL_OBJECT, &["MpuObjectSize"]].concat();
        let mut upload = Multipart::new(job, bucket, key, args, arguments::without(args, &creation))?;
        if let Some(state) = state {
            // Without a state file, the upload could not be found again.
            if let Err(error) = state.save(&upload.id) {
                job.clean_up("AbortMultipartUpload", upload.address());
                return Err(error);
            }
            upload.state = Some(state);
        }
        Ok(Arc::new(upload))
    }

    /// Creates a multipart upload with these parameters of `CreateMultipartUpload`.
    pub(super) fn create_with(job: &Arc<Job>, bucket: &str, key: &str, args: &Map, creation: Map) -> Result<Arc<Multipart>> {
        Multipart::new(job, bucket, key, args, creation).map(Arc::new)
    }

    fn new(job: &Arc<Job>, bucket: &str, key: &str, args: &Map, creation: Map) -> Result<Multipart> {
        let mut params = address(bucket, key);
        params.extend(creation);
        let response = job.call("CreateMultipartUpload", params)?;
        let id = response["UploadId"]
            .as_str()
            .ok_or_else(|| Error::new(ErrorKind::ResponseParser, "The response of CreateMultipartUpload has no UploadId."))?;
        Ok(Multipart { job: job.clone(), bucket: bucket.into(), key: key.into(), args: args.clone(), id: id.into(), state: None })
    }

    /// The address of the upload.
    pub(super) fn address(&self) -> Map {
        let mut params = address(&self.bucket, &self.key);
        params.insert("UploadId", self.id.clone());
        params
    }

    /// The entries of the parts that S3 has, for the completion. A part of another size is sent again.
    fn existing_parts(&self, length_of: &impl Fn(u64) -> u64) -> Result<BTreeMap<u64, Value>> {
        let mut entries = BTreeMap::new();
        let mut marker = Value::Null;
        loop {
            let mut params = self.address();
            params.extend(arguments::only(&self.args, arguments::OF_HEAD));
            if !marker.is_null() {
                params.insert("PartNumberMarker", marker);
            }
            let page = self.job.call("ListParts", params)?;
            for part in &page["Parts"] {
                let number = part["PartNumber"].as_int().and_then(|number| u64::try_from(number).ok()).unwrap_or(0);
                let size = part["Size"].as_int().and_then(|size| u64::try_from(size).ok());
                if number > 0 && size == Some(length_of(number - 1)) {
                    entries.insert(number, self.entry(number, part));
                }
            }
            marker = page["NextPartNumberMarker"].clone();
            if page["IsTruncated"].as_bool() != Some(true) || marker.is_null() {
                return Ok(entries);
            }
        }
    }

    /// Sends a part and returns its entry for the completion.
    fn part(&self, number: u64, body: Stream, length: u64) -> Result<Value> {
        let mut params = self.address();
        params.insert("PartNumber", signed(number));
        params.insert("Body", body);
        params.extend(arguments::only(&self.args, arguments::OF_PART));
        let _slot = self.job.slot()?;
        let response = self.job.call("UploadPart", params)?;
        self.job.count_part();
        self.job.progress(length)?;
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

    /// Completes the upload. If a part or the completion failed, aborts it, unless it can be resumed.
    pub(super) fn finish(&self, parts: Result<Vec<Value>>) -> Result<()> {
        let completed = parts.and_then(|parts| {
            let mut params = self.address();
            params.insert("MultipartUpload", Map::from_iter([("Parts", parts.into_iter().collect::<List>())]));
            params.extend(arguments::only(&self.args, arguments::OF_COMPLETION));
            params.extend(arguments::only(&self.args, arguments::FULL_OBJECT));
            if self.job.transfer.no_overwrite {
                params.insert("IfNoneMatch", "*");
            }
            self.job.call("CompleteMultipartUpload", params).map_err(exists_now)
        });
        match (&completed, &self.state) {
            (Ok(_), Some(state)) => state.remove(),
            // The state says where to continue.
            (Err(error), Some(_)) if can_continue(error) => {}
            (Err(_), state) => {
                self.job.clean_up("AbortMultipartUpload", self.address());
                if let Some(state) = state {
                    state.remove();
                }
            }
            (Ok(_), None) => {}
        }
        completed.map(drop)
    }
}

/// Whether an upload may succeed later with the parts that it has. A request that S3 has rejected would be rejected again.
fn can_continue(error: &Error) -> bool {
    error.kind() != ErrorKind::Transfer && !error.status().is_some_and(|status| (400..500).contains(&status) && !error.is_retryable())
}

/// A file that is uploaded.
struct Source {
    file: File,
    path: PathBuf,
    /// The state of the file when the upload began.
    metadata: Metadata,
}

impl Source {
    /// # Errors
    /// `Stream` if the file was written to since the upload began: the object would have content that the file never had.
    fn check_unchanged(&self) -> Result<()> {
        let now = self.file.metadata().map_err(of_file(&self.path))?;
        let is_same = now.len() == self.metadata.len() && now.modified().ok() == self.metadata.modified().ok();
        if is_same { Ok(()) } else { Err(self.changed("changed")) }
    }

    fn changed(&self, how: &str) -> Error {
        Error::new(ErrorKind::Stream, format!("{}: the file {how} while it was uploaded.", self.path.display()))
    }
}

/// A range of a file, read at its own position so that several threads can share the file.
struct Part {
    job: Arc<Job>,
    source: Arc<Source>,
    start: u64,
    length: u64,
    at: u64,
    /// Up to where the bandwidth has been granted. Reading again is free.
    granted: u64,
}

impl Part {
    fn new(job: &Arc<Job>, source: &Arc<Source>, start: u64, length: u64) -> Part {
        Part { job: job.clone(), source: source.clone(), start, length, at: 0, granted: 0 }
    }
}

impl Read for Part {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length - self.at).unwrap_or(usize::MAX);
        let wanted = buf.len().min(left);
        if wanted == 0 {
            return Ok(0);
        }
        let read = read_at(&self.source.file, &mut buf[..wanted], self.start + self.at)?;
        if read == 0 {
            return Err(self.source.changed("became shorter").into());
        }
        self.at += read as u64;
        if self.at == self.length {
            self.source.check_unchanged()?;
        }
        grant(&self.job, &mut self.granted, self.at)?;
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

/// Content in memory, sent within the bandwidth.
struct Paced {
    job: Arc<Job>,
    content: io::Cursor<Vec<u8>>,
    granted: u64,
}

impl Paced {
    fn new(job: &Arc<Job>, content: io::Cursor<Vec<u8>>) -> Paced {
        Paced { job: job.clone(), content, granted: 0 }
    }
}

impl Read for Paced {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.content.read(buf)?;
        grant(&self.job, &mut self.granted, self.content.position())?;
        Ok(read)
    }
}

impl Seek for Paced {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.content.seek(position)
    }
}

impl Drop for Paced {
    fn drop(&mut self) {
        self.job.engine().reuse(std::mem::take(self.content.get_mut()));
    }
}

/// Waits for the bandwidth up to a position.
fn grant(job: &Job, granted: &mut u64, at: u64) -> io::Result<()> {
    if at > *granted && job.engine().is_limited() {
        job.engine().throttle(usize::try_from(at - *granted).unwrap_or(usize::MAX), &job.limits).map_err(io::Error::other)?;
        *granted = at;
    }
    Ok(())
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
