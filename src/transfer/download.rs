//! Downloads: one `GetObject`, or ranged ones in parallel, each written where it belongs.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::engine::{Group, Held};
use super::resume::DownloadState;
use super::{Job, address, already_exists, arguments, of_file, text};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Checksum, ChecksumAlgorithm};
use crate::settings::ChecksumMode;
use crate::text::random;
use crate::value;
use crate::value::{Map, Str, StreamReader, Value};

/// How much is read and written at a time.
const BLOCK: usize = 256 << 10;

/// The object as it was when the download began.
struct Object {
    job: Arc<Job>,
    address: Map,
    size: u64,
    /// Whether it is fetched in parts.
    is_ranged: bool,
    etag: Option<Str>,
    modified: Option<SystemTime>,
    /// The checksum of the whole content, if the service has one that can be calculated from what is fetched.
    checksum: Option<(ChecksumAlgorithm, Str)>,
    /// The response that described the object, if it has the content, too.
    first: Mutex<Option<StreamReader>>,
}

impl Object {
    fn find(job: &Arc<Job>, bucket: &str, key: &str) -> Result<Arc<Object>> {
        arguments::check_download(&job.extra_args)?;
        let mut address = address(bucket, key);
        address.extend(job.extra_args.iter().map(|(name, value)| (name.clone(), value.clone())));
        let mut params = address.clone();
        let verifies = job.source_client().context().settings.response_checksum_validation == ChecksumMode::WhenSupported;
        if verifies && !params.contains_key("ChecksumMode") {
            params.insert("ChecksumMode", "ENABLED");
        }
        let head = job.call_with(job.source_client(), "HeadObject", params)?;
        Ok(Object::described(job, address, &head, None))
    }

    /// An object that a listing says is small: its only request is the one for its content.
    fn get(job: &Arc<Job>, bucket: &str, key: &str) -> Result<Arc<Object>> {
        arguments::check_download(&job.extra_args)?;
        let mut address = address(bucket, key);
        address.extend(job.extra_args.iter().map(|(name, value)| (name.clone(), value.clone())));
        let response = job.call_with(job.source_client(), "GetObject", address.clone())?;
        let body = response["Body"].as_stream().and_then(|stream| stream.take()).ok_or_else(no_body)?;
        Ok(Object::described(job, address, &response, Some(body)))
    }

    fn described(job: &Arc<Job>, address: Map, response: &Value, first: Option<StreamReader>) -> Arc<Object> {
        // Without a type it may be a checksum of checksums.
        let is_whole = response["ChecksumType"].as_str() == Some("FULL_OBJECT");
        let size = response["ContentLength"].as_int().and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
        let is_ranged = first.is_none() && size >= job.config().multipart_threshold;
        let checksums = PART_BY_PART.iter().chain(IN_ORDER.iter().filter(|_| !is_ranged)).filter(|_| is_whole);
        let checksum = checksums.copied().find_map(|(algorithm, name)| Some((algorithm, text(&response[name])?)));
        Arc::new(Object {
            job: job.clone(),
            address,
            size,
            is_ranged,
            etag: text(&response["ETag"]),
            modified: response["LastModified"].as_timestamp().map(SystemTime::from),
            checksum,
            first: Mutex::new(first),
        })
    }

    fn count(&self) -> u64 {
        self.size.div_ceil(self.job.config().multipart_chunksize)
    }

    /// The bytes of a part: from the first to before the last.
    fn range(&self, index: u64) -> (u64, u64) {
        let chunk = self.job.config().multipart_chunksize;
        (index * chunk, ((index + 1) * chunk).min(self.size))
    }

    /// Fetches a part, and returns its checksum if the checksum of the whole is known.
    fn fetch_part(&self, index: u64, mut write: impl FnMut(u64, &[u8]) -> Result<()>) -> Result<Option<String>> {
        let (start, end) = self.range(index);
        let mut checksum = self.new_checksum();
        let _slot = self.job.slot()?;
        self.fetch(start, end, true, |offset, block| {
            if let Some(checksum) = &mut checksum {
                checksum.update(block);
            }
            write(offset, block)
        })?;
        self.job.count_part();
        Ok(checksum.map(Checksum::finish))
    }

    /// Fetches the whole object with one request. The client verifies its response, but not one that broke off and was continued.
    fn fetch_whole(&self, mut write: impl FnMut(u64, &[u8]) -> Result<()>) -> Result<()> {
        let is_here = self.first.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        let _slot = if is_here { None } else { Some(self.job.small_slot()?) };
        let mut checksum = self.new_checksum();
        self.fetch(0, self.size, false, |offset, block| {
            if let Some(checksum) = &mut checksum {
                checksum.update(block);
            }
            write(offset, block)
        })?;
        self.job.count_part();
        self.verify([checksum.map(Checksum::finish)])
    }

    fn new_checksum(&self) -> Option<Checksum> {
        self.checksum.as_ref().map(|(algorithm, _)| Checksum::new(*algorithm))
    }

    /// Fetches bytes and hands them to `write` with their offsets. A broken response continues after its last byte.
    fn fetch(&self, start: u64, end: u64, ranged: bool, mut write: impl FnMut(u64, &[u8]) -> Result<()>) -> Result<()> {
        let mut at = start;
        let mut last = None;
        for attempt in 0..self.job.config().num_download_attempts {
            if attempt > 0 {
                self.job.counters.retries.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
            let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
            let mut body = match first {
                Some(body) => body,
                None => self.open(at, end, ranged || at > start)?,
            };
            match self.receive(&mut body, &mut at, end, &mut write)? {
                None => return Ok(()),
                Some(error) => last = Some(error),
            }
        }
        let error = Error::new(ErrorKind::Transfer, "Max Retries Exceeded").with_name("RetriesExceededError");
        Err(match last {
            Some(last) => error.with_detail("last_error", last.to_string()).with_source(last),
            None => error,
        })
    }

    /// Opens the body of a request for the bytes from `at` on.
    fn open(&self, at: u64, end: u64, ranged: bool) -> Result<StreamReader> {
        let mut params = self.address.clone();
        if ranged {
            let last = if end == self.size { String::new() } else { (end - 1).to_string() };
            params.insert("Range", format!("bytes={at}-{last}"));
            if let Some(etag) = &self.etag {
                params.insert("IfMatch", etag.clone());
            }
        }
        let response = self.job.call_with(self.job.source_client(), "GetObject", params).map_err(|error| self.changed(error))?;
        if ranged {
            check_range(&response, at, end)?;
        } else if self.etag.as_deref().zip(response["ETag"].as_str()).is_some_and(|(expected, actual)| expected != actual) {
            return Err(self.has_changed());
        }
        response["Body"].as_stream().and_then(|stream| stream.take()).ok_or_else(no_body)
    }

    /// Reads a body in blocks: a TLS record has only 16 KiB. Returns the error of a response that broke off, which is worth another
    /// attempt.
    fn receive(
        &self,
        body: &mut StreamReader,
        at: &mut u64,
        end: u64,
        write: &mut impl FnMut(u64, &[u8]) -> Result<()>,
    ) -> Result<Option<Error>> {
        let mut block = vec![0; BLOCK.min(usize::try_from(end - *at).unwrap_or(BLOCK).max(1))];
        let mut filled = 0;
        loop {
            self.job.limits.check()?;
            let read = body.read(&mut block[filled..]);
            let count = *read.as_ref().unwrap_or(&0);
            filled += count;
            if *at + filled as u64 > end {
                return Err(Error::new(ErrorKind::Transfer, "The body is longer than the requested range.").with_name("S3ValidationError"));
            }
            self.job.engine().throttle(count, &self.job.limits)?;
            self.job.progress(count as u64)?;
            if filled == block.len() || count == 0 {
                write(*at, &block[..filled])?;
                *at += filled as u64;
                filled = 0;
            }
            match read {
                Ok(0) if *at < end => return Ok(Some(Error::new(ErrorKind::Stream, format!("The body ended {} bytes early.", end - *at)))),
                Ok(0) => return Ok(None),
                Ok(_) => {}
                Err(error) => {
                    let error = Error::from_stream(error);
                    if matches!(error.kind(), ErrorKind::Checksum | ErrorKind::Canceled | ErrorKind::Deadline) {
                        return Err(error);
                    }
                    return Ok(Some(error));
                }
            }
        }
    }

    fn changed(&self, error: Error) -> Error {
        if error.code() != Some("PreconditionFailed") && error.status() != Some(412) {
            return error;
        }
        self.has_changed().with_source(error)
    }

    fn has_changed(&self) -> Error {
        let (bucket, key) = (self.address["Bucket"].as_str().unwrap_or_default(), self.address["Key"].as_str().unwrap_or_default());
        let message = format!("Contents of stored object \"{key}\" in bucket \"{bucket}\" did not match expected ETag.");
        Error::new(ErrorKind::Transfer, message).with_name("S3DownloadFailedError")
    }

    /// Compares the checksums of all parts with the checksum of the whole object.
    fn verify(&self, parts: impl IntoIterator<Item = Option<String>>) -> Result<()> {
        let Some((algorithm, expected)) = &self.checksum else { return Ok(()) };
        let mut whole: Option<String> = None;
        for (index, part) in (0..).zip(parts) {
            let (start, end) = self.range(index);
            let joined = match (whole, part) {
                (None, part) => part,
                (Some(whole), Some(part)) => Checksum::joined(*algorithm, &whole, &part, end - start),
                (Some(_), None) => None,
            };
            // A part of an earlier run without a checksum cannot be verified.
            let Some(joined) = joined else { return Ok(()) };
            whole = Some(joined);
        }
        match whole {
            Some(actual) if actual != **expected => {
                let key = self.address["Key"].as_str().unwrap_or_default();
                let name = algorithm.as_str();
                let message = format!("The {name} checksum of the object {key:?} is {expected}; that of the received content is {actual}.");
                Err(Error::new(ErrorKind::Checksum, message))
            }
            _ => Ok(()),
        }
    }

    fn identity(&self) -> Value {
        value!({
            "bucket": self.address["Bucket"].clone(),
            "key": self.address["Key"].clone(),
            "version": self.address.get("VersionId").cloned().unwrap_or_default(),
            "etag": self.etag.clone(),
            "size": self.size,
            "part_size": self.job.config().multipart_chunksize,
        })
    }
}

/// The checksums that can be joined from those of the parts, with the members of responses.
const PART_BY_PART: &[(ChecksumAlgorithm, &str)] = &[
    (ChecksumAlgorithm::Crc64Nvme, "ChecksumCRC64NVME"),
    (ChecksumAlgorithm::Crc32c, "ChecksumCRC32C"),
    (ChecksumAlgorithm::Crc32, "ChecksumCRC32"),
];

/// Those that need the whole content in order.
const IN_ORDER: &[(ChecksumAlgorithm, &str)] = &[(ChecksumAlgorithm::Sha256, "ChecksumSHA256"), (ChecksumAlgorithm::Sha1, "ChecksumSHA1")];

fn no_body() -> Error {
    Error::new(ErrorKind::ResponseParser, "The response of GetObject has no body.")
}

/// Checks that the server sent the range that was requested.
fn check_range(response: &Value, start: u64, end: u64) -> Result<()> {
    let invalid = |message: String| Err(Error::new(ErrorKind::Transfer, message).with_name("S3ValidationError"));
    let range = response["ContentRange"].as_str().and_then(|range| range.strip_prefix("bytes ")?.split('/').next()?.split_once('-'));
    let Some((first, last)) = range else {
        return invalid(format!("The server ignored the requested range that starts at byte {start}."));
    };
    if first.parse() != Ok(start) {
        return invalid(format!("Response range start `{first}` does not match requested start `{start}`"));
    }
    match last.parse::<u64>() {
        Ok(last) if last < end => Ok(()),
        _ => invalid(format!("Response range end `{last}` exceeds requested end `{}`", end.saturating_sub(1))),
    }
}

/// What is known of an object before its download.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    /// The size according to a listing.
    pub size: Option<u64>,
    /// Whether the file gets the modification time of the object.
    pub keeps_time: bool,
}

/// Downloads to a file.
pub(super) fn file(job: &Arc<Job>, bucket: &str, key: &str, path: &Path, known: Known) -> Result<()> {
    let existing = fs::metadata(path).ok();
    if existing.is_some() && job.transfer.no_overwrite {
        return Err(already_exists(&path.display().to_string()));
    }
    let is_small = known.size.is_some_and(|size| job.is_small(size));
    let slot = if is_small { Some(job.small_slot()?) } else { None };
    let object = if is_small { Object::get(job, bucket, key)? } else { Object::find(job, bucket, key)? };
    if existing.is_some_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        let mut target = OpenOptions::new().write(true).open(path).map_err(of_file(path))?;
        return in_order(&object, &mut target);
    }
    let state = match &job.transfer.resume {
        Some(folder) if object.is_ranged => {
            Some(Arc::new(DownloadState::open(folder, path, &object.identity(), || Temporary::name(path))?))
        }
        _ => None,
    };
    let mut temporary =
        Temporary { path: state.as_ref().map_or_else(|| Temporary::name(path), |state| state.temporary.clone()), stays: false };
    let target = match &state {
        Some(state) if !state.done.is_empty() => OpenOptions::new().write(true).open(&temporary.path),
        Some(_) => File::create(&temporary.path),
        None => File::create_new(&temporary.path),
    };
    let target = Arc::new(target.map_err(of_file(&temporary.path))?);
    let done = match object.is_ranged {
        true => ranged(&object, &target, &temporary.path, state.clone()),
        false => object.fetch_whole(|offset, block| write_at(&target, block, offset).map_err(of_file(&temporary.path))),
    };
    if let (Err(error), Some(state)) = (&done, &state) {
        // What belongs to another version of the object, or is damaged, is fetched anew.
        temporary.stays = !matches!(error.kind(), ErrorKind::Checksum | ErrorKind::Transfer) || error.name() == "RetriesExceededError";
        if !temporary.stays {
            state.remove();
        }
    }
    drop(slot);
    done?;
    if let Some(modified) = object.modified.filter(|_| known.keeps_time) {
        target.set_modified(modified).map_err(of_file(&temporary.path))?;
    }
    drop(target);
    fs::rename(&temporary.path, path).map_err(of_file(path))?;
    temporary.stays = true;
    if let Some(state) = &state {
        state.remove();
    }
    Ok(())
}

/// Fetches the missing parts and writes them to their places in the file.
fn ranged(object: &Arc<Object>, target: &Arc<File>, path: &Path, state: Option<Arc<DownloadState>>) -> Result<()> {
    let written = target.metadata().map_err(of_file(path))?.len();
    let mut checksums: BTreeMap<u64, Option<String>> = match &state {
        Some(state) => state
            .done
            .iter()
            .filter(|(index, _)| **index < object.count() && object.range(**index).1 <= written)
            .map(|(index, checksum)| (*index, checksum.clone()))
            .collect(),
        None => BTreeMap::new(),
    };
    let missing: Vec<u64> = (0..object.count()).filter(|index| !checksums.contains_key(index)).collect();
    let (shared, target, path) = (object.clone(), target.clone(), path.to_owned());
    let fetched = object.job.engine().run(missing.len() as u64, move |at| {
        let index = missing[usize::try_from(at).unwrap_or(usize::MAX)];
        let checksum = shared.fetch_part(index, |offset, block| write_at(&target, block, offset).map_err(of_file(&path)))?;
        if let Some(state) = &state {
            state.note(index, checksum.as_deref())?;
        }
        Ok((index, checksum))
    })?;
    checksums.extend(fetched);
    object.verify(checksums.into_values())
}

/// A temporary file next to its target, removed unless it was renamed or can be continued (`stays`).
struct Temporary {
    path: PathBuf,
    stays: bool,
}

impl Temporary {
    fn name(target: &Path) -> PathBuf {
        const LONGEST: usize = 255 - 9;
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let short: String = name
            .chars()
            .scan(0, |length, c| {
                *length += c.len_utf8();
                (*length <= LONGEST).then_some(c)
            })
            .collect();
        let [a, b, c, d] = random::bytes();
        target.with_file_name(format!("{short}.{:08x}", u32::from_be_bytes([a, b, c, d])))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.stays {
            // Its failure is not reported: the error that made it necessary is.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Downloads to a writer.
pub(super) fn writer(job: &Arc<Job>, bucket: &str, key: &str, writer: &mut impl Write) -> Result<()> {
    in_order(&Object::find(job, bucket, key)?, writer)
}

/// Helpers fetch parts, this thread writes them in order. A part is begun when there is memory for it, in order, so that the
/// part that is written next always has some.
fn in_order(object: &Arc<Object>, writer: &mut impl Write) -> Result<()> {
    let mut write = |content: &[u8]| {
        writer.write_all(content).map_err(|error| Error::new(ErrorKind::Stream, format!("The writer failed: {error}")).with_source(error))
    };
    if !object.is_ranged {
        return object.fetch_whole(|_, block| write(block));
    }
    let (job, count) = (&object.job, object.count());
    let shared = object.clone();
    let group = Group::new(move |index| {
        let (start, end) = shared.range(index);
        let mut content = shared.job.engine().buffer(end - start);
        let checksum = shared.fetch_part(index, |_, block| {
            content.extend_from_slice(block);
            Ok(())
        })?;
        Ok((content, checksum))
    });
    let published = job.engine().publish(&group);
    let window = job.config().max_concurrency as u64 * 2;
    let mut memory: BTreeMap<u64, Held> = BTreeMap::new();
    let mut begun = 0;
    let mut checksums = Vec::new();
    let mut written = || -> Result<()> {
        for index in 0..count {
            while begun < count && begun < index + window {
                let (start, end) = object.range(begun);
                let held = match job.engine().try_memory(end - start) {
                    Some(held) => held,
                    None if begun == index => job.engine().memory(end - start, &job.limits)?,
                    None => break,
                };
                memory.insert(begun, held);
                begun += 1;
                group.extend_to(begun);
                published.help(1);
            }
            let Some((content, checksum)) = group.take(index) else { return Ok(()) };
            write(&content)?;
            job.engine().reuse(content);
            memory.remove(&index);
            checksums.push(checksum);
        }
        Ok(())
    };
    if let Err(error) = written() {
        group.fail(error);
    }
    group.finish()?;
    object.verify(checksums)
}

#[cfg(unix)]
fn write_at(file: &File, block: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, block, offset)
}

#[cfg(windows)]
fn write_at(file: &File, mut block: &[u8], mut offset: u64) -> io::Result<()> {
    while !block.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, block, offset)?;
        block = &block[written..];
        offset += written as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn a_range_must_be_the_requested_one() {
        let name = |range: Value, start, end| check_range(&value!({"ContentRange": range}), start, end).map_err(|e| e.name().to_owned());
        assert_eq!(name("bytes 4-7/10".into(), 4, 8), Ok(()));
        assert_eq!(name("bytes 5-7/10".into(), 4, 8).unwrap_err(), "S3ValidationError");
        assert_eq!(name("bytes 4-9/10".into(), 4, 8).unwrap_err(), "S3ValidationError");
        assert_eq!(name(Value::Null, 0, 4).unwrap_err(), "S3ValidationError");
    }

    #[test]
    fn a_temporary_name_fits_the_file_system() {
        let path = Temporary::name(Path::new(&format!("folder/{}", "é".repeat(200))));
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(name.len() <= 255, "{}", name.len());
        assert_eq!(path.parent().unwrap(), Path::new("folder"));
    }
}
