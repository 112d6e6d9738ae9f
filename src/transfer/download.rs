//! Downloads: one `GetObject`, or ranged ones in parallel, each written where it belongs.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::parts;
use super::{Job, address, arguments, signed, text};
use crate::error::{Error, ErrorKind, Result};
use crate::text::random;
use crate::value::{Map, Str, StreamReader, Value};

/// How much is read and written at a time.
const BLOCK: usize = 256 << 10;

/// The object as it was when the download began.
struct Object<'a> {
    job: &'a Job<'a>,
    address: Map,
    size: u64,
    etag: Option<Str>,
}

impl<'a> Object<'a> {
    fn find(job: &'a Job<'a>, bucket: &str, key: &str) -> Result<Object<'a>> {
        arguments::check_download(&job.extra_args)?;
        let mut address = address(bucket, key);
        address.extend(job.extra_args.iter().map(|(name, value)| (name.clone(), value.clone())));
        let head = job.call("HeadObject", address.clone())?;
        let size = head["ContentLength"].as_int().and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
        Ok(Object { job, address, size, etag: text(&head["ETag"]) })
    }

    fn is_ranged(&self) -> bool {
        self.size >= self.job.config().multipart_threshold
    }

    fn count(&self) -> u64 {
        self.size.div_ceil(self.job.config().multipart_chunksize)
    }

    /// The bytes of a part: from the first to before the last.
    fn range(&self, index: u64) -> (u64, u64) {
        let chunk = self.job.config().multipart_chunksize;
        (index * chunk, ((index + 1) * chunk).min(self.size))
    }

    /// Fetches bytes and hands them to `write` with their offsets. A broken response continues after its last byte.
    fn fetch(&self, start: u64, end: u64, ranged: bool, mut write: impl FnMut(u64, &[u8]) -> Result<()>) -> Result<()> {
        let mut at = start;
        let mut last = None;
        for _ in 0..self.job.config().num_download_attempts {
            let mut body = self.open(at, end, ranged || at > start)?;
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
        let response = self.job.call("GetObject", params).map_err(|error| self.changed(error))?;
        if ranged {
            check_range(&response, at, end)?;
        }
        let body = response["Body"].as_stream().and_then(|stream| stream.take());
        body.ok_or_else(|| Error::new(ErrorKind::ResponseParser, "The response of GetObject has no body."))
    }

    /// Reads a body. Returns the error of a response that broke off, which is worth another attempt.
    fn receive(
        &self,
        body: &mut StreamReader,
        at: &mut u64,
        end: u64,
        write: &mut impl FnMut(u64, &[u8]) -> Result<()>,
    ) -> Result<Option<Error>> {
        let mut block = vec![0; BLOCK];
        loop {
            self.job.limits.check()?;
            match body.read(&mut block) {
                Ok(0) if *at < end => return Ok(Some(Error::new(ErrorKind::Stream, format!("The body ended {} bytes early.", end - *at)))),
                Ok(0) => return Ok(None),
                Ok(read) if *at + read as u64 > end => {
                    return Err(
                        Error::new(ErrorKind::Transfer, "The body is longer than the requested range.").with_name("S3ValidationError")
                    );
                }
                Ok(read) => {
                    self.job.progress(signed(read as u64))?;
                    write(*at, &block[..read])?;
                    *at += read as u64;
                }
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
        let (bucket, key) = (self.address["Bucket"].as_str().unwrap_or_default(), self.address["Key"].as_str().unwrap_or_default());
        let message = format!("Contents of stored object \"{key}\" in bucket \"{bucket}\" did not match expected ETag.");
        Error::new(ErrorKind::Transfer, message).with_name("S3DownloadFailedError").with_source(error)
    }
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

/// Downloads to a file.
pub(super) fn file(job: &Job<'_>, bucket: &str, key: &str, path: &Path) -> Result<()> {
    let of_file = |path: &Path| {
        let path = path.display().to_string();
        move |error: io::Error| Error::new(ErrorKind::Stream, format!("{path}: {error}")).with_source(error)
    };
    let is_special = fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
    let object = Object::find(job, bucket, key)?;
    if is_special {
        let mut target = OpenOptions::new().write(true).open(path).map_err(of_file(path))?;
        return in_order(&object, &mut target);
    }
    let temporary = Temporary::new(path);
    let target = File::create_new(&temporary.0).map_err(of_file(&temporary.0))?;
    let write = |offset: u64, block: &[u8]| write_at(&target, block, offset).map_err(of_file(&temporary.0));
    if object.is_ranged() {
        parts::run(object.count(), job.config().max_concurrency, |index| {
            let (start, end) = object.range(index);
            object.fetch(start, end, true, write)
        })?;
    } else {
        object.fetch(0, object.size, false, write)?;
    }
    drop(target);
    fs::rename(&temporary.0, path).map_err(of_file(path))
}

/// A temporary file next to its target, removed unless it was renamed.
struct Temporary(PathBuf);

impl Temporary {
    fn new(target: &Path) -> Temporary {
        const LONGEST: usize = 255 - 9;
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let kept: String = name
            .chars()
            .scan(0, |length, c| {
                *length += c.len_utf8();
                (*length <= LONGEST).then_some(c)
            })
            .collect();
        let [a, b, c, d] = random::bytes();
        Temporary(target.with_file_name(format!("{kept}.{:08x}", u32::from_be_bytes([a, b, c, d]))))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After the rename there is nothing to remove.
        let _ = fs::remove_file(&self.0);
    }
}

/// Downloads to a writer.
pub(super) fn writer(job: &Job<'_>, bucket: &str, key: &str, writer: &mut (impl Write + Send)) -> Result<()> {
    in_order(&Object::find(job, bucket, key)?, writer)
}

/// Fetches parts in parallel and writes them in order. At most `max_concurrency` parts are in memory.
fn in_order(object: &Object<'_>, writer: &mut (impl Write + Send)) -> Result<()> {
    let mut write = |content: &[u8]| {
        writer.write_all(content).map_err(|error| Error::new(ErrorKind::Stream, format!("The writer failed: {error}")).with_source(error))
    };
    if !object.is_ranged() {
        return object.fetch(0, object.size, false, |_, block| write(block));
    }
    let (count, threads) = (object.count(), object.job.config().max_concurrency as u64);
    let window = Window::new(threads);
    let next = AtomicU64::new(0);
    let fetch_parts = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count || !window.wait_to_fetch(index) {
                break;
            }
            let (start, end) = object.range(index);
            let mut content = Vec::new();
            let append = |_: u64, block: &[u8]| {
                content.extend_from_slice(block);
                Ok(())
            };
            let fetched = parts::guarded(|| object.fetch(start, end, true, append));
            window.put(index, fetched.map(|()| content));
        }
    };
    std::thread::scope(|scope| {
        // Whatever ends this thread, a panic of the writer included, the others must not wait for it.
        let _closes = CloseOnDrop(&window);
        for _ in 0..threads.min(count) {
            scope.spawn(fetch_parts);
        }
        (0..count).try_for_each(|index| write(&window.take(index)?))
    })
}

/// The parts that are fetched and not yet written.
struct Window {
    size: u64,
    state: Mutex<WindowState>,
    changed: Condvar,
}

#[derive(Default)]
struct WindowState {
    /// How many parts were taken.
    taken: u64,
    ready: BTreeMap<u64, Result<Vec<u8>>>,
    is_closed: bool,
}

impl Window {
    fn new(size: u64) -> Window {
        Window { size, state: Mutex::default(), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, WindowState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a part fits into the window. Returns false if nothing more is needed.
    fn wait_to_fetch(&self, index: u64) -> bool {
        let waits = |state: &mut WindowState| index >= state.taken + self.size && !state.is_closed;
        let state = self.changed.wait_while(self.lock(), waits).unwrap_or_else(PoisonError::into_inner);
        !state.is_closed
    }

    /// Adds a part, or the error with which it failed.
    fn put(&self, index: u64, part: Result<Vec<u8>>) {
        self.lock().ready.insert(index, part);
        self.changed.notify_all();
    }

    /// Waits for a part and removes it.
    fn take(&self, index: u64) -> Result<Vec<u8>> {
        let waits = |state: &mut WindowState| !state.ready.contains_key(&index);
        let mut state = self.changed.wait_while(self.lock(), waits).unwrap_or_else(PoisonError::into_inner);
        state.taken = index + 1;
        let part = state.ready.remove(&index).unwrap_or_else(|| Ok(Vec::new()));
        drop(state);
        self.changed.notify_all();
        part
    }

    fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }
}

struct CloseOnDrop<'w>(&'w Window);

impl Drop for CloseOnDrop<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
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
        let path = Temporary::new(Path::new(&format!("folder/{}", "é".repeat(200)))).0.clone();
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(name.len() <= 255, "{}", name.len());
        assert_eq!(path.parent().unwrap(), Path::new("folder"));
    }
}
