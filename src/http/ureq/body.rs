//! Bodies in transit: sources that are shorter than announced are detected, and errors are typed.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{NextTimeout, time};
use ureq::{BodyReader, Timeout};

use super::arriving::Arriving;
use super::error::Failure;
use super::scope::{self, Scope};
use crate::error::{Error, ErrorKind};
use crate::http::{Body, Cancel};
use crate::value::StreamReader;

/// A request's body as it is sent, read while it is sent. Errors of reading are kept apart from errors of sending.
pub(super) struct Outgoing<'a> {
    source: Source<'a>,
    length: Option<u64>,
    read: u64,
    /// The chunks around the content, if it is sent in chunks and its length is known.
    chunks: Option<Chunks>,
    error: Option<io::Error>,
}

enum Source<'a> {
    Empty,
    Bytes(&'a [u8]),
    Reader(&'a mut StreamReader),
}

/// The chunk that is being sent (RFC 9112, section 7.1).
#[derive(Default)]
struct Chunks {
    /// What precedes the data of the chunk: the end of the chunk before it, and the size.
    line: Vec<u8>,
    line_sent: usize,
    /// The part of the data that was not read yet.
    left: u64,
    /// How many bytes of all chunks were sent.
    sent: u64,
}

/// The largest size of a chunk in bytes.
const CHUNK: u64 = 1 << 20;

/// Returns the length of `length` bytes in chunks.
pub(super) fn chunked_length(length: u64) -> u64 {
    let chunk = |size: u64| format!("{size:x}").len() as u64 + size + 4;
    let (full, rest) = (length / CHUNK, length % CHUNK);
    let end = 5;
    full.saturating_mul(chunk(CHUNK)).saturating_add(if rest > 0 { chunk(rest) } else { 0 }).saturating_add(end)
}

impl<'a> Outgoing<'a> {
    /// Returns the body as it is sent, in chunks if it must be. `None` if nothing is sent.
    pub(super) fn of(body: &'a mut Body, chunked: bool) -> Option<Outgoing<'a>> {
        let length = body.length();
        let source = match body {
            Body::Empty => Source::Empty,
            Body::Bytes(bytes) => Source::Bytes(bytes),
            Body::Reader(reader) => Source::Reader(reader),
        };
        let chunks = (chunked && length.is_some()).then(Chunks::default);
        let is_nothing = length == Some(0) && chunks.is_none() && !matches!(source, Source::Reader(_));
        (!is_nothing).then_some(Outgoing { source, length, read: 0, chunks, error: None })
    }

    /// Returns the error of reading the source, if there was one.
    pub(super) fn into_error(self) -> Option<Error> {
        let error = self.error?;
        Some(match error.downcast::<Error>() {
            Ok(typed) => typed,
            Err(error) => Error::new(ErrorKind::Stream, format!("The request's body cannot be read: {error}")).with_source(error),
        })
    }

    /// Fills the buffer with chunks.
    fn read_chunks(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let Some(mut chunks) = self.chunks.take() else { return self.read_content(buf) };
        let filled = self.fill(&mut chunks, buf);
        self.chunks = Some(chunks);
        filled
    }

    fn fill(&mut self, chunks: &mut Chunks, buf: &mut [u8]) -> io::Result<usize> {
        let total = self.length.map_or(0, chunked_length);
        if scope::is_stopped() {
            // ureq insists on the announced length. These bytes are not sent.
            let rest = usize::try_from(total - chunks.sent).unwrap_or(usize::MAX).min(buf.len());
            chunks.sent += rest as u64;
            return Ok(rest);
        }
        let mut filled = 0;
        while filled < buf.len() && chunks.sent < total {
            let free = &mut buf[filled..];
            let amount = if chunks.line_sent < chunks.line.len() {
                let line = &chunks.line[chunks.line_sent..];
                let amount = line.len().min(free.len());
                free[..amount].copy_from_slice(&line[..amount]);
                chunks.line_sent += amount;
                amount
            } else if chunks.left > 0 {
                let wanted = usize::try_from(chunks.left).unwrap_or(usize::MAX).min(free.len());
                let amount = self.read_content(&mut free[..wanted])?;
                chunks.left -= amount as u64;
                amount
            } else {
                chunks.next(self.length.unwrap_or(0) - self.read);
                0
            };
            filled += amount;
            chunks.sent += amount as u64;
        }
        Ok(filled)
    }

    fn read_content(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let Some(length) = self.length else {
            if scope::is_stopped() {
                return Ok(0);
            }
            let read = self.source.read(buf)?;
            // ureq logs the chunks that it writes.
            scope::veil(&mut buf[..read]);
            return Ok(read);
        };
        let left = length - self.read;
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buf.len());
        if scope::is_stopped() {
            // As above.
            self.read += wanted as u64;
            return Ok(wanted);
        }
        let read = self.source.read(&mut buf[..wanted])?;
        if read == 0 && wanted > 0 {
            let message = format!("it ended after {} of {length} bytes", self.read);
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
        }
        self.read += read as u64;
        Ok(read)
    }
}

impl Chunks {
    /// Begins the chunk for the `rest` of the content; the last one if there is no rest.
    fn next(&mut self, rest: u64) {
        self.left = rest.min(CHUNK);
        let before = if self.line.is_empty() { "" } else { "\r\n" };
        let after = if rest == 0 { "\r\n" } else { "" };
        self.line = format!("{before}{:x}\r\n{after}", self.left).into_bytes();
        self.line_sent = 0;
    }
}

impl Read for Outgoing<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.read_chunks(buf).map_err(|error| {
            let told = io::Error::other("the request's body cannot be read");
            self.error = Some(error);
            told
        })
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Source::Empty => Ok(0),
            Source::Bytes(bytes) => bytes.read(buf),
            Source::Reader(reader) => reader.read(buf),
        }
    }
}

/// A response's body, read from the connection, which returns to the pool at the end of the body.
pub(super) struct Incoming {
    /// Until the end of the body.
    arriving: Option<Arriving>,
    /// ureq's view of the body. It holds the connection's place in the pool.
    place: BodyReader<'static>,
    length: Option<u64>,
    received: u64,
    url: Box<str>,
    limits: Limits,
}

/// The limits of reading a response's body.
pub(super) struct Limits {
    pub cancel: Option<Cancel>,
    /// How long the server may send nothing.
    pub silence: Option<Duration>,
    pub deadline: Option<Instant>,
}

impl Limits {
    /// The limits of the next wait.
    fn next(&self) -> Result<NextTimeout, ureq::Error> {
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return Err(ureq::Error::Timeout(Timeout::Global));
        }
        let after = left.map_or(time::Duration::NotHappening, Into::into);
        Ok(NextTimeout { after, per_read: self.silence.map(Into::into), ..NextTimeout::default() })
    }
}

impl Incoming {
    /// Takes the body that [`wire`](super::wire) left for this exchange.
    pub(super) fn new(place: BodyReader<'static>, url: &str, limits: Limits) -> Incoming {
        let arriving = scope::take_arriving();
        let length = arriving.as_ref().and_then(Arriving::length);
        let mut incoming = Incoming { arriving, place, length, received: 0, url: url.into(), limits };
        if incoming.arriving.is_none() {
            incoming.return_place();
        }
        incoming
    }

    fn read_on(&mut self, buf: &mut [u8]) -> Result<usize, ureq::Error> {
        scope::check(self.limits.cancel.as_ref())?;
        let Some(arriving) = self.arriving.as_mut().filter(|_| !buf.is_empty()) else { return Ok(0) };
        let read = arriving.read(buf, || self.limits.next())?;
        self.received += read as u64;
        // The connection is released although nobody may read up to the end of the body.
        if arriving.is_done()
            && let Some(connection) = self.arriving.take().and_then(Arriving::into_connection)
        {
            scope::set_connection(connection);
            self.return_place();
        }
        Ok(read)
    }

    /// Reads what ureq takes for the body, whereupon it returns the connection to the pool.
    fn return_place(&mut self) {
        let mut token = [0];
        // If it fails, the connection is lost, which harms no one: the body was received.
        let _ = self.place.read(&mut token).and_then(|_| self.place.read(&mut token));
    }

    fn error(&self, error: ureq::Error) -> io::Error {
        let received = self.received;
        let error = match (error, self.length) {
            (ureq::Error::Io(error), Some(length)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                let message = format!("{received} read, but total bytes expected is {length}.");
                Error::new(ErrorKind::IncompleteRead, message).with_source(error)
            }
            (error, _) => Failure { url: &self.url, proxy: None }.error(error),
        };
        error.into()
    }
}

impl Read for Incoming {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let _scope = Scope::enter(self.limits.cancel.as_ref(), None);
        self.read_on(buf).map_err(|error| self.error(error))
    }
}
