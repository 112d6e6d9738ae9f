//! The `aws-chunked` content coding: a body in chunks, followed by its checksum.
//!
//! A chunk consists of its length in hexadecimal, CRLF, its bytes, and CRLF. The chunk of length 0 is followed by the
//! checksum as a trailer. The chunks are not signed (`STREAMING-UNSIGNED-PAYLOAD-TRAILER`).

use std::io::{self, Read};

use super::digest::{Checksum, ChecksumAlgorithm};
use super::request::Body;
use crate::value::{Bytes, Rewind, StreamReader};

/// The size of a chunk in bytes.
const CHUNK: usize = 1024 * 1024;

/// Encodes a body, with its checksum in a trailer of that name.
pub(crate) fn aws_chunked(body: Body, algorithm: ChecksumAlgorithm, trailer: String) -> Body {
    let content = match body {
        Body::Empty => Content::Memory(Bytes::default(), 0),
        Body::Bytes(bytes) => Content::Memory(bytes, 0),
        Body::Reader(reader) => Content::Stream(reader),
    };
    let coded = content.length().map(|n| coded_length(n, algorithm, &trailer));
    let source = AwsChunked { content, algorithm, trailer, checksum: Some(Checksum::new(algorithm)), pending: Vec::new(), at: 0 };
    Body::Reader(StreamReader::new(source, coded))
}

struct AwsChunked {
    content: Content,
    algorithm: ChecksumAlgorithm,
    trailer: String,
    /// `None` after the trailer.
    checksum: Option<Checksum>,
    pending: Vec<u8>,
    at: usize,
}

enum Content {
    Memory(Bytes, usize),
    Stream(StreamReader),
}

impl AwsChunked {
    /// Encodes the next chunk, or the end.
    fn refill(&mut self) -> io::Result<()> {
        let mut chunk = vec![0; CHUNK];
        let length = self.content.fill(&mut chunk)?;
        self.pending.clear();
        self.at = 0;
        match &mut self.checksum {
            Some(checksum) if length > 0 => {
                checksum.update(&chunk[..length]);
                self.pending.extend_from_slice(format!("{length:x}\r\n").as_bytes());
                self.pending.extend_from_slice(&chunk[..length]);
                self.pending.extend_from_slice(b"\r\n");
            }
            _ => {
                let sum = self.checksum.take().map(Checksum::finish).unwrap_or_default();
                self.pending.extend_from_slice(format!("0\r\n{}:{sum}\r\n\r\n", self.trailer).as_bytes());
            }
        }
        Ok(())
    }
}

impl Read for AwsChunked {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.at == self.pending.len() {
            if self.checksum.is_none() {
                return Ok(0);
            }
            self.refill()?;
        }
        let n = buf.len().min(self.pending.len() - self.at);
        buf[..n].copy_from_slice(&self.pending[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

impl Rewind for AwsChunked {
    fn is_rewindable(&self) -> bool {
        match &self.content {
            Content::Memory(..) => true,
            Content::Stream(reader) => reader.is_rewindable(),
        }
    }

    fn rewind(&mut self) -> io::Result<()> {
        match &mut self.content {
            Content::Memory(_, at) => *at = 0,
            Content::Stream(reader) => reader.rewind()?,
        }
        self.checksum = Some(Checksum::new(self.algorithm));
        self.pending.clear();
        self.at = 0;
        Ok(())
    }
}

impl Content {
    fn length(&self) -> Option<u64> {
        match self {
            Content::Memory(bytes, _) => Some(bytes.len() as u64),
            Content::Stream(reader) => reader.length(),
        }
    }

    /// Fills the buffer, or as much of it as there is content for.
    fn fill(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Content::Memory(bytes, at) => {
                let n = buf.len().min(bytes.len() - *at);
                buf[..n].copy_from_slice(&bytes[*at..*at + n]);
                *at += n;
                Ok(n)
            }
            Content::Stream(reader) => {
                let mut filled = 0;
                while filled < buf.len() {
                    match reader.read(&mut buf[filled..]) {
                        Ok(0) => break,
                        Ok(n) => filled += n,
                        Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                        Err(e) => return Err(e),
                    }
                }
                Ok(filled)
            }
        }
    }
}

/// Returns the length of a body of `length` bytes in this coding.
fn coded_length(length: u64, algorithm: ChecksumAlgorithm, trailer: &str) -> u64 {
    let chunk = |n: u64| format!("{n:x}").len() as u64 + n + 4;
    // No source has as many bytes as would overflow; one that announces them ends early, which is reported.
    let (full, rest) = (length / CHUNK as u64, length % CHUNK as u64);
    let end = 3 + trailer.len() + 1 + Checksum::new(algorithm).finish().len() + 4;
    full.saturating_mul(chunk(CHUNK as u64)).saturating_add(if rest > 0 { chunk(rest) } else { 0 }).saturating_add(end as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(body: Body) -> (Option<u64>, String) {
        let mut body = aws_chunked(body, ChecksumAlgorithm::Crc32, "x-amz-checksum-crc32".to_owned());
        let Body::Reader(reader) = &mut body else { unreachable!("it is always read") };
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        (reader.length(), text)
    }

    #[test]
    fn the_framing_is_that_of_the_specification() {
        let (length, text) = coded(b"hello".into());
        assert_eq!(text, "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n");
        assert_eq!(length, Some(text.len() as u64));
        let (length, text) = coded(Body::Empty);
        assert_eq!(text, "0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n");
        assert_eq!(length, Some(text.len() as u64));
    }

    #[test]
    fn long_bodies_come_in_several_chunks_of_the_announced_length_and_can_be_read_again() {
        let content = vec![b'x'; CHUNK + 10];
        let mut body = aws_chunked(content.into(), ChecksumAlgorithm::Sha256, "t".to_owned());
        let mut lengths = Vec::new();
        for _ in 0..2 {
            let mut n = 0;
            body.scan(|piece| n += piece.len() as u64).unwrap();
            lengths.push(n);
        }
        assert_eq!(lengths, [body.length().unwrap(); 2]);
    }
}
