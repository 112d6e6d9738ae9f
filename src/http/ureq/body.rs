//! Bodies in transit: sources that are shorter than announced are detected, and errors are typed.

use std::io::{self, Read};

use ureq::BodyReader;

use super::error::Failure;
use super::scope::{self, Scope};
use crate::error::{Error, ErrorKind};
use crate::http::{Body, Cancel};
use crate::value::StreamReader;

/// A request's body, read while it is sent. Errors of reading are kept apart from errors of sending.
pub(super) struct Outgoing<'a> {
    source: Source<'a>,
    length: Option<u64>,
    sent: u64,
    error: Option<io::Error>,
}

enum Source<'a> {
    Bytes(&'a [u8]),
    Reader(&'a mut StreamReader),
}

impl<'a> Outgoing<'a> {
    /// `None` for an empty body.
    pub(super) fn of(body: &'a mut Body) -> Option<Outgoing<'a>> {
        let length = body.length();
        let source = match body {
            Body::Empty => return None,
            Body::Bytes(bytes) if bytes.is_empty() => return None,
            Body::Bytes(bytes) => Source::Bytes(bytes),
            Body::Reader(reader) => Source::Reader(reader),
        };
        Some(Outgoing { source, length, sent: 0, error: None })
    }

    /// Returns the error of reading the source, if there was one.
    pub(super) fn into_error(self) -> Option<Error> {
        let error = self.error?;
        Some(match error.downcast::<Error>() {
            Ok(typed) => typed,
            Err(error) => Error::new(ErrorKind::Stream, format!("The request's body cannot be read: {error}")).with_source(error),
        })
    }

    fn read_on(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let Some(length) = self.length else {
            return if scope::is_stopped() { Ok(0) } else { self.source.read(buf) };
        };
        let left = length - self.sent;
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buf.len());
        if scope::is_stopped() {
            // ureq insists on the announced length. These bytes are not sent.
            self.sent += wanted as u64;
            return Ok(wanted);
        }
        let read = self.source.read(&mut buf[..wanted])?;
        if read == 0 && wanted > 0 {
            let message = format!("it ended after {} of {length} bytes", self.sent);
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
        }
        self.sent += read as u64;
        Ok(read)
    }
}

impl Read for Outgoing<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.read_on(buf).map_err(|error| {
            let told = io::Error::other("the request's body cannot be read");
            self.error = Some(error);
            told
        })
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Source::Bytes(bytes) => bytes.read(buf),
            Source::Reader(reader) => reader.read(buf),
        }
    }
}

/// A response's body, read from the connection, which returns to the pool at the end of the body.
pub(super) struct Incoming {
    reader: BodyReader<'static>,
    length: Option<u64>,
    received: u64,
    url: Box<str>,
    cancel: Option<Cancel>,
}

impl Incoming {
    pub(super) fn new(reader: BodyReader<'static>, length: Option<u64>, url: &str, cancel: Option<Cancel>) -> Incoming {
        Incoming { reader, length, received: 0, url: url.into(), cancel }
    }

    fn error(&self, error: io::Error) -> io::Error {
        let received = self.received;
        let error = match (error.kind(), self.length) {
            (io::ErrorKind::UnexpectedEof, Some(length)) => {
                let message = format!("{received} read, but total bytes expected is {length}.");
                Error::new(ErrorKind::IncompleteRead, message).with_source(error)
            }
            _ => Failure { url: &self.url, proxy: None }.error(error.into()),
        };
        error.into()
    }
}

impl Read for Incoming {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let _scope = Scope::enter(self.cancel.as_ref(), None);
        scope::check(self.cancel.as_ref()).map_err(|error| self.error(error.into_io()))?;
        let read = self.reader.read(buf).map_err(|error| self.error(error))?;
        self.received += read as u64;
        if read > 0 && self.length == Some(self.received) {
            // The connection is released although nobody may read up to the end of the body.
            self.reader.read(&mut [0]).map_err(|error| self.error(error))?;
        }
        Ok(read)
    }
}
