//! A response's body as a stream that notices when it ends too early.

use std::io::{self, Cursor, Read};

use crate::error::{Error, ErrorKind};
use crate::http::{Response, ResponseBody};
use crate::value::{Bytes, Stream};

/// The body as a stream. Reading it fails at its end if that comes before the announced length.
pub(super) fn body_stream(response: &mut Response) -> Stream {
    let announced = response.headers.get("content-length").and_then(|length| length.trim().parse::<u64>().ok());
    let reader: Box<dyn Read + Send> = match take(response) {
        ResponseBody::Bytes(bytes) => Box::new(Cursor::new(bytes)),
        ResponseBody::Reader(reader) => reader,
    };
    match announced {
        Some(length) => Stream::from_reader_with_length(Measured { reader, read: 0, announced: length }, length),
        None => Stream::from_reader(reader),
    }
}

/// Takes the body out of the response.
pub(super) fn take(response: &mut Response) -> ResponseBody {
    std::mem::replace(&mut response.body, ResponseBody::Bytes(Bytes::default()))
}

/// Compares what was read with what was announced.
struct Measured {
    reader: Box<dyn Read + Send>,
    read: u64,
    announced: u64,
}

impl Read for Measured {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buf)?;
        self.read += n as u64;
        if n == 0 && !buf.is_empty() && self.read < self.announced {
            let text = format!("{} read, but total bytes expected is {}.", self.read, self.announced);
            return Err(Error::new(ErrorKind::IncompleteRead, text).into());
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Headers;

    #[test]
    fn a_body_that_ends_too_early_is_an_error() {
        let headers: Headers = [("Content-Length", "9")].into_iter().collect();
        let mut response = Response::new(200, headers, b"abc".to_vec());
        let stream = body_stream(&mut response);
        assert_eq!(stream.length(), Some(9));
        let error = stream.read_all().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::IncompleteRead);
        assert_eq!(error.message(), "3 read, but total bytes expected is 9.");
    }
}
