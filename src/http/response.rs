//! The response as it comes from the wire.

use std::fmt;
use std::io::{self, Read};

use super::Headers;
use crate::value::Bytes;

/// An HTTP response: status and headers are there, the body may still be on its way.
#[derive(Debug)]
#[non_exhaustive]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The header fields.
    pub headers: Headers,
    /// What follows the headers, undecoded but for transfer codings.
    pub body: ResponseBody,
}

impl Response {
    /// A response with everything in memory.
    pub fn new(status: u16, headers: Headers, body: impl Into<Bytes>) -> Response {
        Response { status, headers, body: ResponseBody::Bytes(body.into()) }
    }

    /// A response whose body is read from `body`.
    pub fn streamed(status: u16, headers: Headers, body: impl Read + Send + 'static) -> Response {
        Response { status, headers, body: ResponseBody::Reader(Box::new(body)) }
    }
}

/// The body of a response.
pub enum ResponseBody {
    /// A body in memory.
    Bytes(Bytes),
    /// A body read from the connection.
    Reader(Box<dyn Read + Send>),
}

impl ResponseBody {
    /// The whole body, if it is in memory.
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
            let mut content = Vec::new();
            reader.read_to_end(&mut content)?;
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
