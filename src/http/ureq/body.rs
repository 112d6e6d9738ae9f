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
            if scope::is_stopped() {
                return Ok(0);
            }
            let read = self.source.read(buf)?;
            // ureq logs the chunks that it writes.
            scope::veil(&mut buf[..read]);
            return Ok(read);
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
