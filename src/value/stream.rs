//! Bodies that are read or written piece by piece, once.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Bytes, Value};
use crate::error::{Error, ErrorKind, Result};

/// A body that is handed over once: what an operation streams back, or what it is to upload.
///
/// Clones are handles to the same body; whoever takes it first has it. `Debug` never reads it.
///
/// ```
/// use tucuxi::{Stream, Value};
///
/// let body = Stream::from_seekable(std::io::Cursor::new(b"hello".to_vec()))?;
/// assert_eq!(body.length(), Some(5));
/// let params = tucuxi::value!({"Bucket": "b", "Key": "k", "Body": body});
/// # let body = params["Body"].as_stream().unwrap();
/// assert_eq!(&body.read_all()?[..], b"hello");
/// assert!(body.read_all().is_err(), "a body can be taken once");
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone)]
pub struct Stream(Arc<Inner>);

struct Inner {
    length: Option<u64>,
    source: Mutex<Option<Source>>,
}

enum Source {
    Body(StreamReader),
    Events(Box<dyn Iterator<Item = Result<Value>> + Send>),
}

impl Stream {
    /// A body of unknown length that can be read only once.
    pub fn from_reader(reader: impl Read + Send + 'static) -> Stream {
        Stream::of(StreamReader::new(Once(reader), None))
    }

    /// A body of `length` bytes that can be read only once.
    pub fn from_reader_with_length(reader: impl Read + Send + 'static, length: u64) -> Stream {
        Stream::of(StreamReader::new(Once(reader), Some(length)))
    }

    /// A body that starts where the reader stands and ends where it ends. It can be read again
    /// from there, which signing over plain HTTP and retries need.
    ///
    /// # Errors
    /// What the reader answers to seeking.
    pub fn from_seekable(mut reader: impl Read + Seek + Send + 'static) -> Result<Stream> {
        let (start, length) =
            measure(&mut reader).map_err(|e| Error::new(ErrorKind::Stream, format!("The body cannot be measured: {e}")).with_source(e))?;
        Ok(Stream::of(StreamReader::new(Seekable { reader, start }, Some(length))))
    }

    /// An open file, from its current position. If it cannot seek, it can be read only once.
    pub(super) fn from_file(mut file: std::fs::File) -> Stream {
        match measure(&mut file) {
            Ok((start, length)) => Stream::of(StreamReader::new(Seekable { reader: file, start }, Some(length))),
            Err(_) => Stream::from_reader(file),
        }
    }

    /// The content of a file.
    ///
    /// # Errors
    /// If the file cannot be opened; the message names it.
    pub fn open(path: impl AsRef<Path>) -> Result<Stream> {
        let path = path.as_ref();
        let file =
            std::fs::File::open(path).map_err(|e| Error::new(ErrorKind::Stream, format!("{}: {e}", path.display())).with_source(e))?;
        Stream::from_seekable(file)
    }

    /// A stream of events, each a map of one entry: the event's name and its content.
    pub fn from_events(events: impl Iterator<Item = Result<Value>> + Send + 'static) -> Stream {
        Stream(Arc::new(Inner { length: None, source: Mutex::new(Some(Source::Events(Box::new(events)))) }))
    }

    fn of(reader: StreamReader) -> Stream {
        Stream(Arc::new(Inner { length: reader.length, source: Mutex::new(Some(Source::Body(reader))) }))
    }

    /// The length in bytes, where it is known.
    pub fn length(&self) -> Option<u64> {
        self.0.length
    }

    /// Takes the body out, to be read; `None` when it was taken before, or when this is a stream of events.
    pub fn take(&self) -> Option<StreamReader> {
        let mut source = self.0.source.lock().unwrap_or_else(PoisonError::into_inner);
        match source.take()? {
            Source::Body(reader) => Some(reader),
            events => {
                *source = Some(events);
                None
            }
        }
    }

    /// Takes the events out, to be iterated over; `None` when they were taken before, or when this is a body.
    pub fn events(&self) -> Option<Box<dyn Iterator<Item = Result<Value>> + Send>> {
        let mut source = self.0.source.lock().unwrap_or_else(PoisonError::into_inner);
        match source.take()? {
            Source::Events(events) => Some(events),
            body => {
                *source = Some(body);
                None
            }
        }
    }

    /// Reads the whole body into memory.
    ///
    /// # Errors
    /// If the body was taken before, if the connection breaks, if it ends early, or if its checksum is wrong.
    pub fn read_all(&self) -> Result<Bytes> {
        let mut reader =
            self.take().ok_or_else(|| Error::new(ErrorKind::Stream, "The body was read before, or it is a stream of events."))?;
        let mut content = Vec::new();
        reader.read_to_end(&mut content).map_err(Error::from_stream)?;
        Ok(content.into())
    }

    /// Reads the whole body into memory as UTF-8 text.
    ///
    /// # Errors
    /// As [`read_all`](Self::read_all), and if the body is not UTF-8.
    pub fn read_text(&self) -> Result<String> {
        let bytes = self.read_all()?;
        String::from_utf8(bytes.to_vec()).map_err(|e| Error::new(ErrorKind::Stream, format!("The body is not UTF-8: {e}")))
    }
}

/// Where a reader is, and how many bytes follow.
fn measure(reader: &mut impl Seek) -> io::Result<(u64, u64)> {
    let start = reader.stream_position()?;
    let end = reader.seek(SeekFrom::End(0))?;
    reader.seek(SeekFrom::Start(start))?;
    Ok((start, end.saturating_sub(start)))
}

impl PartialEq for Stream {
    /// Two streams are equal when they are handles to the same body.
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

/// A body taken out of a [`Stream`], to be read.
pub struct StreamReader {
    length: Option<u64>,
    source: Box<dyn Rewind + Send>,
}

/// A reader that may know the way back to its start.
pub(crate) trait Rewind: Read {
    fn is_rewindable(&self) -> bool;
    fn rewind(&mut self) -> io::Result<()>;
}

struct Once<R>(R);

struct Seekable<R> {
    reader: R,
    start: u64,
}

impl StreamReader {
    pub(crate) fn new(source: impl Rewind + Send + 'static, length: Option<u64>) -> StreamReader {
        StreamReader { length, source: Box::new(source) }
    }

    /// The length in bytes from the start, where it is known.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Whether [`rewind`](Self::rewind) can succeed.
    pub fn is_rewindable(&self) -> bool {
        self.source.is_rewindable()
    }

    /// Goes back to the start of the body.
    ///
    /// # Errors
    /// If the body can be read only once, or if seeking fails.
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
