//! Responses as they are received, and the verification of their checksums.

use std::fmt;
use std::io::{self, Read};

use super::Headers;
use super::digest::{Checksum, ChecksumAlgorithm};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Bytes, read_to_end};

/// An HTTP response. The body may not have arrived yet.
#[derive(Debug)]
#[non_exhaustive]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The header fields.
    pub headers: Headers,
    /// The body, decoded only from transfer codings.
    pub body: ResponseBody,
}

impl Response {
    /// Creates a response with a body in memory.
    pub fn new(status: u16, headers: Headers, body: impl Into<Bytes>) -> Response {
        Response { status, headers, body: ResponseBody::Bytes(body.into()) }
    }

    /// Creates a response whose body is read from `body`.
    pub fn streamed(status: u16, headers: Headers, body: impl Read + Send + 'static) -> Response {
        Response { status, headers, body: ResponseBody::Reader(Box::new(body)) }
    }
}

/// The body of a response.
pub enum ResponseBody {
    /// A body in memory.
    Bytes(Bytes),
    /// A body that is read from the connection.
    Reader(Box<dyn Read + Send>),
}

impl ResponseBody {
    /// Returns the whole body if it is in memory.
    pub(crate) fn in_memory(&self) -> Option<&[u8]> {
        match self {
            ResponseBody::Bytes(bytes) => Some(bytes),
            ResponseBody::Reader(_) => None,
        }
    }

    /// The whole body, read to its end if it is not in memory yet. It stays, and can be asked for again.
    ///
    /// # Errors
    /// If the connection breaks before the body's end.
    pub fn buffer(&mut self) -> io::Result<Bytes> {
        if let ResponseBody::Reader(reader) = self {
            let content = read_to_end(&mut **reader, None)?;
            *self = ResponseBody::Bytes(content.into());
        }
        match self {
            ResponseBody::Bytes(bytes) => Ok(bytes.clone()),
            ResponseBody::Reader(_) => unreachable!("buffered above"),
        }
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ResponseBody::Bytes(bytes) => write!(f, "<{} bytes>", bytes.len()),
            ResponseBody::Reader(_) => f.write_str("<stream>"),
        }
    }
}

/// Verifies the checksum of a body: at once if it is in memory, otherwise when its reader reaches the end.
pub(crate) fn verified(body: ResponseBody, algorithm: ChecksumAlgorithm, expected: String) -> Result<ResponseBody> {
    match body {
        ResponseBody::Bytes(bytes) => {
            let mut checksum = Checksum::new(algorithm);
            checksum.update(&bytes);
            compare(checksum, &expected)?;
            Ok(ResponseBody::Bytes(bytes))
        }
        ResponseBody::Reader(reader) => {
            Ok(ResponseBody::Reader(Box::new(Verified { reader, checksum: Some(Checksum::new(algorithm)), expected })))
        }
    }
}

struct Verified {
    reader: Box<dyn Read + Send>,
    /// `None` after the comparison.
    checksum: Option<Checksum>,
    expected: String,
}

impl Read for Verified {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buf)?;
        if n > 0 {
            if let Some(checksum) = &mut self.checksum {
                checksum.update(&buf[..n]);
            }
        } else if !buf.is_empty()
            && let Some(checksum) = self.checksum.take()
        {
            compare(checksum, &self.expected)?;
        }
        Ok(n)
    }
}

fn compare(checksum: Checksum, expected: &str) -> Result<()> {
    let calculated = checksum.finish();
    if calculated == expected {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Checksum, format!("Expected checksum {expected} did not match calculated checksum: {calculated}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_checksum_is_a_typed_error_at_the_end_of_the_stream() {
        let body = ResponseBody::Reader(Box::new(&b"hello"[..]));
        let ResponseBody::Reader(mut reader) = verified(body, ChecksumAlgorithm::Crc32, "AAAAAA==".to_owned()).unwrap() else {
            unreachable!()
        };
        let error = Error::from_stream(reader.read_to_end(&mut Vec::new()).unwrap_err());
        assert_eq!(error.kind(), ErrorKind::Checksum);
        let right = verified(ResponseBody::Bytes(b"hello".into()), ChecksumAlgorithm::Crc32, "NhCmhg==".to_owned());
        assert!(right.is_ok());
    }
}
