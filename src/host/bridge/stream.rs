//! Streams: bodies, and streams of events.

use std::io::{self, Read};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Answer, Object, Row, unknown};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Bytes, Map, Stream, StreamReader, Value};

pub(super) const MEMBERS: &[Row] = &[
    ("read", "method", &["amt"], "Reads at most that many bytes, or all that are left."),
    ("length", "attribute", &[], "The length in bytes, if known."),
    ("is_events", "attribute", &[], "Whether the stream carries events; then it is iterable."),
    ("position", "attribute", &[], "The number of bytes read so far."),
];

/// The state of a stream that a host reads.
pub struct StreamState {
    length: Option<u64>,
    position: u64,
    content: Content,
}

enum Content {
    Body(Box<StreamReader>),
    Events(Box<dyn Iterator<Item = Result<Value>> + Send>),
    Closed,
}

impl Object {
    /// Takes the content of a stream. Another handle of the same stream is then empty.
    pub fn stream(stream: &Stream) -> Object {
        let content = match stream.take() {
            Some(reader) => Content::Body(Box::new(reader)),
            None => stream.events().map_or(Content::Closed, Content::Events),
        };
        Object::Stream(Mutex::new(StreamState { length: stream.length(), position: 0, content }))
    }
}

impl StreamState {
    pub(super) fn get(&self, name: &str) -> Result<Answer> {
        let integer = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        Ok(Answer::Value(match name {
            "length" => self.length.map(integer).into(),
            "position" => integer(self.position).into(),
            "is_events" => matches!(self.content, Content::Events(_)).into(),
            _ => return Err(unknown("stream", name, MEMBERS.iter().map(|row| row.0))),
        }))
    }

    pub(super) fn call(&mut self, name: &str, params: &Map) -> Result<Answer> {
        if name != "read" {
            return Err(unknown("stream", name, MEMBERS.iter().map(|row| row.0)));
        }
        let amount = params["amt"].as_int().and_then(|amount| u64::try_from(amount).ok());
        Ok(Answer::Value(Bytes::from(self.read(amount)?).into()))
    }

    /// Reads up to that many bytes, fewer only at the end, or everything that is left.
    ///
    /// # Errors
    /// `Stream` and the other errors of a body; `Stream` after [`Object::close`].
    pub fn read(&mut self, amount: Option<u64>) -> Result<Vec<u8>> {
        let Content::Body(reader) = &mut self.content else {
            return Err(no_body());
        };
        let known = self.length.map(|length| length.saturating_sub(self.position));
        // The announced length is not trusted with more memory than this.
        const MOST_AT_ONCE: u64 = 64 << 20;
        let capacity = amount.unwrap_or(u64::MAX).min(known.unwrap_or(8192)).min(MOST_AT_ONCE);
        let mut content = Vec::with_capacity(usize::try_from(capacity).unwrap_or_default());
        let read = match amount {
            Some(amount) => reader.by_ref().take(amount).read_to_end(&mut content),
            None => reader.read_to_end(&mut content),
        };
        self.position += read.map_err(Error::from_stream)? as u64;
        Ok(content)
    }

    /// Reads into a buffer until it is full or the body ends, and returns the number of bytes.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    pub fn read_into(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let Content::Body(reader) = &mut self.content else { return Err(no_body()) };
        let mut filled = 0;
        while filled < buffer.len() {
            match reader.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(amount) => filled += amount,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::from_stream(error)),
            }
        }
        self.position += filled as u64;
        Ok(filled)
    }

    /// Gives back a body from which nothing was read, or the events that are left, so that they can be passed on as they were
    /// received. The handle is closed then.
    #[cfg(feature = "python")]
    pub(crate) fn give_back(&mut self) -> Option<Stream> {
        match std::mem::replace(&mut self.content, Content::Closed) {
            Content::Body(reader) if self.position == 0 => Some(Stream::of(*reader)),
            Content::Events(events) => Some(Stream::from_events(events)),
            other => {
                self.content = other;
                None
            }
        }
    }

    pub(super) fn next(&mut self) -> Result<Option<Answer>> {
        match &mut self.content {
            Content::Events(events) => Ok(events.next().transpose()?.map(Answer::Value)),
            _ => Err(Error::new(ErrorKind::Stream, "The stream is closed, or it carries no events.")),
        }
    }

    pub(super) fn close(&mut self) {
        self.content = Content::Closed;
    }
}

/// Locks the state of a stream.
fn no_body() -> Error {
    Error::new(ErrorKind::Stream, "The stream is closed, or it is a stream of events.")
}

pub(super) fn lock(stream: &Mutex<StreamState>) -> MutexGuard<'_, StreamState> {
    stream.lock().unwrap_or_else(PoisonError::into_inner)
}
