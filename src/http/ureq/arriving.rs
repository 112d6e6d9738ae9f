//! Response bodies on their connection: by length, in chunks (RFC 9112, section 7.1), or up to the end of the connection.

use std::io;

use ureq::unversioned::transport::{NextTimeout, Transport};

use super::head::Malformed;
use crate::error::{Error, ErrorKind};

/// How a response's body is delimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    Length(u64),
    Chunked,
    /// The body ends with the connection.
    UntilClose,
}

/// A body that arrives on a connection.
pub(super) struct Arriving {
    connection: Box<dyn Transport>,
    next: Next,
    chunked: bool,
    /// The part of a line between chunks that has arrived.
    line: Vec<u8>,
    /// How many bytes of the trailer fields have arrived.
    trailer: usize,
    /// Whether another request can use the connection.
    reusable: bool,
    /// An error for the next read.
    malformed: Option<Malformed>,
}

/// What follows in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Data(u64),
    UntilClose,
    ChunkSize,
    /// The line break after the data of a chunk.
    ChunkEnd,
    /// Fields after the last chunk; they are ignored.
    Trailer,
    Done,
}

impl Arriving {
    /// The maximum size of a line between chunks and of all trailer fields, in bytes.
    const LONGEST: usize = 64 * 1024;

    pub(super) fn new(connection: Box<dyn Transport>, framing: Framing) -> Arriving {
        let next = match framing {
            Framing::Length(0) => Next::Done,
            Framing::Length(length) => Next::Data(length),
            Framing::Chunked => Next::ChunkSize,
            Framing::UntilClose => Next::UntilClose,
        };
        let reusable = framing != Framing::UntilClose;
        Arriving { connection, next, chunked: framing == Framing::Chunked, line: Vec::new(), trailer: 0, reusable, malformed: None }
    }

    /// Reads a part of the body; 0 bytes at its end. `limit` returns the limits of each wait.
    pub(super) fn read(&mut self, buf: &mut [u8], limit: impl Fn() -> Result<NextTimeout, ureq::Error>) -> Result<usize, ureq::Error> {
        if let Some(malformed) = self.malformed.take() {
            return Err(io::Error::other(malformed).into());
        }
        loop {
            if let Some(amount) = self.decode(buf).map_err(io::Error::other)? {
                return Ok(amount);
            }
            match self.connection.await_input(limit()?) {
                Ok(true) => {}
                Ok(false) => self.end(None)?,
                Err(ureq::Error::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof => self.end(Some(error))?,
                Err(error) => return Err(error),
            }
        }
    }

    /// The length of the rest of the body, if it is known.
    pub(super) fn length(&self) -> Option<u64> {
        match self.next {
            Next::Data(length) if !self.chunked => Some(length),
            _ => None,
        }
    }

    /// Whether the body has ended, as far as the input that has arrived tells.
    pub(super) fn is_done(&mut self) -> bool {
        if matches!(self.next, Next::ChunkEnd | Next::ChunkSize | Next::Trailer) && self.malformed.is_none() {
            self.malformed = self.decode(&mut []).err();
        }
        self.next == Next::Done
    }

    /// Returns the connection if another request can use it.
    pub(super) fn into_connection(self) -> Option<Box<dyn Transport>> {
        self.reusable.then_some(self.connection)
    }

    /// Decodes the input that has arrived; `None` if more is needed.
    fn decode(&mut self, buf: &mut [u8]) -> Result<Option<usize>, Malformed> {
        loop {
            match self.next {
                Next::Done => return Ok(Some(0)),
                Next::Data(left) => {
                    let amount = self.copy(buf, usize::try_from(left).unwrap_or(usize::MAX));
                    let left = left - amount as u64;
                    self.next = match left {
                        0 if self.chunked => Next::ChunkEnd,
                        0 => Next::Done,
                        _ => Next::Data(left),
                    };
                    return Ok((amount > 0).then_some(amount));
                }
                Next::UntilClose => {
                    let amount = self.copy(buf, usize::MAX);
                    return Ok((amount > 0).then_some(amount));
                }
                Next::ChunkSize | Next::ChunkEnd | Next::Trailer => {
                    if !self.take_line()? {
                        return Ok(None);
                    }
                    self.next = self.after_line()?;
                    self.line.clear();
                }
            }
        }
    }

    fn copy(&mut self, buf: &mut [u8], most: usize) -> usize {
        let buffers = self.connection.buffers();
        let input = buffers.input();
        let amount = input.len().min(buf.len()).min(most);
        buf[..amount].copy_from_slice(&input[..amount]);
        buffers.input_consume(amount);
        amount
    }

    /// Moves a line from the input to `line`. Returns whether it is complete.
    fn take_line(&mut self) -> Result<bool, Malformed> {
        let buffers = self.connection.buffers();
        let input = buffers.input();
        let newline = input.iter().position(|byte| *byte == b'\n');
        let amount = newline.map_or(input.len(), |at| at + 1);
        self.line.extend_from_slice(&input[..amount]);
        buffers.input_consume(amount);
        if self.line.len() + self.trailer > Self::LONGEST {
            return Err(Malformed::line("a line between chunks is too long", &self.line));
        }
        Ok(newline.is_some())
    }

    /// What follows after the complete line.
    fn after_line(&mut self) -> Result<Next, Malformed> {
        let line = self.line.trim_ascii();
        match self.next {
            Next::ChunkEnd if line.is_empty() => Ok(Next::ChunkSize),
            Next::ChunkEnd => Err(Malformed::line("a chunk is longer than its size", line)),
            Next::Trailer if line.is_empty() => Ok(Next::Done),
            Next::Trailer => {
                self.trailer += self.line.len();
                Ok(Next::Trailer)
            }
            _ => match chunk_size(line).ok_or_else(|| Malformed::line("bad chunk size", line))? {
                0 => Ok(Next::Trailer),
                size => Ok(Next::Data(size)),
            },
        }
    }

    /// The connection has ended; with an error if TLS did not announce it.
    fn end(&mut self, error: Option<io::Error>) -> Result<(), ureq::Error> {
        match (self.next, error) {
            // TLS announces its end. A connection that ends without it may have lost the end of a body whose length nobody knows.
            (Next::UntilClose, Some(error)) => {
                let message =
                    "The body may be incomplete: its length is unknown, and the connection was closed without the TLS close_notify.";
                return Err(io::Error::other(Error::new(ErrorKind::IncompleteRead, message).with_source(error)).into());
            }
            // The last chunk has arrived; only the empty line is missing.
            (Next::UntilClose | Next::Trailer, _) => {}
            (_, error) => return Err(error.unwrap_or_else(|| io::ErrorKind::UnexpectedEof.into()).into()),
        }
        (self.next, self.reusable) = (Next::Done, false);
        Ok(())
    }
}

/// The size of a chunk. Extensions after a semicolon are ignored.
fn chunk_size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|byte| *byte == b';').next()?.trim_ascii();
    let valid = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    u64::from_str_radix(str::from_utf8(digits).ok().filter(|_| valid)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunk_sizes_are_hexadecimal_and_extensions_are_ignored() {
        for (line, size) in
            [("0", Some(0)), ("1f", Some(31)), ("A;name=value", Some(10)), ("a ; x", Some(10)), ("00000000000000001", Some(1))]
        {
            assert_eq!(chunk_size(line.as_bytes()), size, "{line}");
        }
        for line in ["", ";", "+1", "-1", "0x10", "g", "1 2", "10000000000000000"] {
            assert_eq!(chunk_size(line.as_bytes()), None, "{line}");
        }
    }
}
