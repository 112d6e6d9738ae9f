//! Bodies that are read or written incrementally.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Bytes, Value};
use crate::error::{Error, ErrorKind, Result};

/// A body to download or upload, which can be taken once.
///
/// Clones are handles to the same body: the first one to take it gets it. `Debug` never reads it.
///
/// ```
/// use tucuxi::{Stream, Value};
///
/// let body = Stream::from_seekable(std::io::Cursor::new(b"hello".to_vec()))?;
/// assert_eq!(body.length(), Some(5));
/// let params = tucuxi::value!({"Bucket": "b", "Key": "k", "Body": body});
/// # let body = params["Body"].as_stream().unwrap();
/// assert_eq!(&body.read_all()?[..], b"hello");
/// assert!(body.read_all().unwrap_err().message().contains("taken"));
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone)]
pub struct Stream(Arc<Shared>);

struct Shared {
    length: Option<u64>,
    content: Mutex<Option<Content>>,
    /// Ends a read in progress from another thread.
    #[cfg(feature = "tokio")]
    interrupt: std::sync::OnceLock<Box<dyn Fn() + Send + Sync>>,
}

enum Content {
    Body(StreamReader),
    Events(Box<dyn Iterator<Item = Result<Value>> + Send>),
}

impl Stream {
    /// Creates a body of unknown length that can be read only once.
    pub fn from_reader(reader: impl Read + Send + 'static) -> Stream {
        Stream::of(StreamReader::new(Once(reader), None))
    }

    /// Creates a body of `length` bytes that can be read only once.
    pub fn from_reader_with_length(reader: impl Read + Send + 'static, length: u64) -> Stream {
        Stream::of(StreamReader::new(Once(reader), Some(length)))
    }

    /// Creates a body from the reader's current position to its end. It can be read repeatedly, which retries and signing over
    /// plain HTTP require.
    ///
    /// # Errors
    /// Returns [`ErrorKind::Stream`] if seeking fails.
    pub fn from_seekable(mut reader: impl Read + Seek + Send + 'static) -> Result<Stream> {
        let (start, length) = measure(&mut reader)
            .map_err(|e| Error::new(ErrorKind::Stream, format!("The length of the body cannot be determined: {e}")).with_source(e))?;
        Ok(Stream::of(StreamReader::new(Seekable { reader, start }, Some(length))))
    }

    /// Creates a body from an open file at its current position; see [`open`](Self::open).
    pub(super) fn from_file(file: std::fs::File) -> Stream {
        Stream::try_from_file(file).unwrap_or_else(|error| Stream::from_reader(Failed(Some(error))))
    }

    /// Opens a file.
    ///
    /// Pipes and files like those in `/proc` cannot tell their length. If the content is not larger than 8 MiB, it is read into
    /// memory at once; otherwise the body has no length and can be read only once.
    ///
    /// # Errors
    /// Returns [`ErrorKind::Stream`] if the file cannot be opened or read, or is a folder. The message contains the path.
    pub fn open(path: impl AsRef<Path>) -> Result<Stream> {
        let path = path.as_ref();
        std::fs::File::open(path)
            .and_then(Stream::try_from_file)
            .map_err(|e| Error::new(ErrorKind::Stream, format!("{}: {e}", path.display())).with_source(e))
    }

    fn try_from_file(mut file: std::fs::File) -> io::Result<Stream> {
        const LARGEST_IN_MEMORY: u64 = 8 * 1024 * 1024;
        if file.metadata()?.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        match measure(&mut file) {
            Ok((start, length)) if start > 0 || length > 0 => {
                return Ok(Stream::of(StreamReader::new(Seekable { reader: file, start }, Some(length))));
            }
            _ => {}
        }
        // A regular file that is empty has nothing to read, either.
        let mut content = Vec::new();
        file.by_ref().take(LARGEST_IN_MEMORY + 1).read_to_end(&mut content)?;
        if content.len() as u64 > LARGEST_IN_MEMORY {
            return Ok(Stream::from_reader(io::Cursor::new(content).chain(file)));
        }
        let length = content.len() as u64;
        Ok(Stream::of(StreamReader::new(Seekable { reader: io::Cursor::new(content), start: 0 }, Some(length))))
    }

    /// Creates a stream of events, each a map with one entry: the name of the event and its content.
    pub fn from_events(events: impl Iterator<Item = Result<Value>> + Send + 'static) -> Stream {
        Stream::with_content(None, Content::Events(Box::new(events)))
    }

    /// Creates a body of a reader that was [taken](Self::take) from another one.
    pub(crate) fn of(reader: StreamReader) -> Stream {
        Stream::with_content(reader.length, Content::Body(reader))
    }

    fn with_content(length: Option<u64>, content: Content) -> Stream {
        Stream(Arc::new(Shared {
            length,
            content: Mutex::new(Some(content)),
            #[cfg(feature = "tokio")]
            interrupt: Default::default(),
        }))
    }

    /// Sets what ends a read in progress from another thread.
    #[cfg(feature = "tokio")]
    pub(crate) fn on_interrupt(&self, interrupt: impl Fn() + Send + Sync + 'static) {
        // The first one made the stream.
        let _ = self.0.interrupt.set(Box::new(interrupt));
    }

    /// Ends a read in progress, if that is possible.
    #[cfg(feature = "tokio")]
    pub(crate) fn interrupt(&self) {
        if let Some(interrupt) = self.0.interrupt.get() {
            interrupt();
        }
    }

    /// Returns the length in bytes, if known.
    pub fn length(&self) -> Option<u64> {
        self.0.length
    }

    /// Takes the body for reading. Returns `None` if it was already taken or if this is a stream of events.
    pub fn take(&self) -> Option<StreamReader> {
        let mut content = self.0.content.lock().unwrap_or_else(PoisonError::into_inner);
        match content.take()? {
            Content::Body(reader) => Some(reader),
            events => {
                *content = Some(events);
                None
            }
        }
    }

    /// Takes the events for iteration. Returns `None` if they were already taken or if this is a body.
    pub fn events(&self) -> Option<Box<dyn Iterator<Item = Result<Value>> + Send>> {
        let mut content = self.0.content.lock().unwrap_or_else(PoisonError::into_inner);
        match content.take()? {
            Content::Events(events) => Some(events),
            body => {
                *content = Some(body);
                None
            }
        }
    }

    /// Reads the whole body into memory.
    ///
    /// # Errors
    /// Fails if the body was already taken, the connection breaks, the body ends early, or its checksum does not match.
    pub fn read_all(&self) -> Result<Bytes> {
        let mut reader =
            self.take().ok_or_else(|| Error::new(ErrorKind::Stream, "The body was already taken, or it is a stream of events."))?;
        let expected = reader.length().and_then(|length| usize::try_from(length).ok());
        Ok(read_to_end(&mut reader, expected).map_err(Error::from_stream)?.into())
    }

    /// Reads the whole body into memory as UTF-8 text.
    ///
    /// # Errors
    /// Fails like [`read_all`](Self::read_all), and if the body is not UTF-8.
    pub fn read_text(&self) -> Result<String> {
        let bytes = self.read_all()?;
        String::from_utf8(bytes.to_vec()).map_err(|e| Error::new(ErrorKind::Stream, format!("The body is not UTF-8: {e}")))
    }
}

/// Reads to the end, which is probably reached after `expected` bytes. `Read::read_to_end` fills its free space with zeros before each
/// read; here each byte is filled once.
pub(crate) fn read_to_end(reader: &mut (impl Read + ?Sized), expected: Option<usize>) -> io::Result<Vec<u8>> {
    /// The first size, in bytes, if there is no expectation.
    const FIRST: usize = 8 << 10;
    /// At most so many bytes are filled with zeros ahead of the content. Space beyond them is reserved, but takes no memory.
    const STEP: usize = 256 << 10;
    /// Expectations above this are not believed until so much has arrived.
    const LARGEST: usize = 1 << 20;
    let mut content = vec![0; expected.map_or(FIRST, |expected| expected.min(LARGEST))];
    let mut filled = 0;
    loop {
        // At the expected end, a few bytes show whether there is more.
        let mut probe = [0; 32];
        let is_full = filled == content.len();
        let free = if is_full { &mut probe[..] } else { &mut content[filled..] };
        let read = match reader.read(free) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if is_full {
            content.extend_from_slice(&probe[..read]);
            content.resize(filled + read + filled.clamp(FIRST, STEP), 0);
        }
        filled += read;
    }
    content.truncate(filled);
    Ok(content)
}

/// Returns the current position of a reader and the number of bytes that follow.
fn measure(reader: &mut impl Seek) -> io::Result<(u64, u64)> {
    let start = reader.stream_position()?;
    let end = reader.seek(SeekFrom::End(0))?;
    reader.seek(SeekFrom::Start(start))?;
    Ok((start, end.saturating_sub(start)))
}

impl PartialEq for Stream {
    /// Two streams are equal if they are handles to the same body.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.length {
            Some(n) => write!(f, "<stream of {n} bytes>"),
            None => f.write_str("<stream>"),
        }
    }
}

/// A body taken from a [`Stream`].
pub struct StreamReader {
    length: Option<u64>,
    /// The SHA-256 digest of the content in hexadecimal, if it was calculated in passing.
    sha256: Option<String>,
    source: Box<dyn Rewind + Send>,
}

/// A reader that may be able to return to its start.
pub(crate) trait Rewind: Read {
    fn is_rewindable(&self) -> bool;
    fn rewind(&mut self) -> io::Result<()>;
}

struct Once<R>(R);

/// A file that cannot be read.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

struct Seekable<R> {
    reader: R,
    start: u64,
}

impl StreamReader {
    pub(crate) fn new(source: impl Rewind + Send + 'static, length: Option<u64>) -> StreamReader {
        StreamReader { length, sha256: None, source: Box::new(source) }
    }

    pub(crate) fn sha256(&self) -> Option<&str> {
        self.sha256.as_deref()
    }

    /// Keeps the digest of the content, so that it does not have to be read again for the signature.
    pub(crate) fn set_sha256(&mut self, digest: String) {
        self.sha256 = Some(digest);
    }

    /// Returns the total length in bytes, if known.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Returns whether [`rewind`](Self::rewind) is supported.
    pub fn is_rewindable(&self) -> bool {
        self.source.is_rewindable()
    }

    /// Returns to the start of the body.
    ///
    /// # Errors
    /// Fails if the body can be read only once or if seeking fails.
    pub fn rewind(&mut self) -> io::Result<()> {
        self.source.rewind()
    }
}

impl<R: Read> Read for Once<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

impl<R: Read> Rewind for Once<R> {
    fn is_rewindable(&self) -> bool {
        false
    }

    fn rewind(&mut self) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "the body can be read only once"))
    }
}

impl<R: Read> Read for Seekable<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buf)
    }
}

impl<R: Read + Seek> Rewind for Seekable<R> {
    fn is_rewindable(&self) -> bool {
        true
    }

    fn rewind(&mut self) -> io::Result<()> {
        self.reader.seek(SeekFrom::Start(self.start)).map(|_| ())
    }
}

impl Read for StreamReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.source.read(buf)
    }
}

impl fmt::Debug for StreamReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamReader").field("length", &self.length).field("rewindable", &self.is_rewindable()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_read_whole_whatever_length_is_expected() {
        /// Returns one more byte with each read.
        struct Dripping<'a>(&'a [u8], usize);
        impl Read for Dripping<'_> {
            fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
                self.1 += 1;
                let most = self.1.min(buf.len());
                self.0.read(&mut buf[..most])
            }
        }
        for length in [0, 1, 31, 8191, 8192, 8193, 100_000] {
            let body: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            for expected in [None, Some(0), Some(length), Some(length + 1), Some(length / 2), Some(usize::MAX)] {
                assert_eq!(read_to_end(&mut Dripping(&body, 0), expected).unwrap(), body, "{length} bytes, {expected:?} expected");
            }
        }
    }
}
