//! The `aws-chunked` content coding: a body in chunks, followed by its checksum.
//!
//! A chunk consists of its length in hexadecimal, CRLF, its bytes, and CRLF. The chunk of length 0 is followed by the
//! checksum as a trailer. The chunks are not signed (`STREAMING-UNSIGNED-PAYLOAD-TRAILER`).

use std::io::{self, Read, Write};

use super::digest::{Checksum, ChecksumAlgorithm};
use super::request::Body;
use crate::value::{Bytes, Rewind, StreamReader};

/// The size of a chunk in bytes.
const CHUNK: usize = 1024 * 1024;

/// Encodes a body, with its checksum in a trailer of that name.
pub(crate) fn aws_chunked(body: Body, algorithm: ChecksumAlgorithm, trailer: String) -> Body {
    let source = source(body, algorithm, trailer);
    let coded = source.content.length().map(|n| coded_length(n, algorithm, &source.trailer));
    Body::Reader(StreamReader::new(source, coded))
}

fn source(body: Body, algorithm: ChecksumAlgorithm, trailer: String) -> AwsChunked {
    let content = match body {
        Body::Empty => Content::Memory(Bytes::default(), 0),
        Body::Bytes(bytes) => Content::Memory(bytes, 0),
        Body::Reader(reader) => Content::Stream(reader),
    };
    AwsChunked {
        content,
        algorithm,
        trailer,
        checksum: Some(Checksum::new(algorithm)),
        buffer: Vec::new(),
        at: 0,
        end: 0,
        left: 0,
        taken: 0,
    }
}

struct AwsChunked {
    content: Content,
    algorithm: ChecksumAlgorithm,
    trailer: String,
    /// `None` after the trailer.
    checksum: Option<Checksum>,
    /// The encoded bytes that are to be read next: `buffer[at..end]`.
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    /// How many bytes of the current chunk are to be read directly from the content.
    left: usize,
    /// How many bytes of the content have been encoded.
    taken: u64,
}

enum Content {
    Memory(Bytes, usize),
    Stream(StreamReader),
}

/// The room for the line before a chunk: up to eight digits and CRLF.
const SIZE_LINE: usize = 10;

impl AwsChunked {
    /// Begins the next chunk, or the end. If the length of the content is known, only the size line is encoded here: the
    /// content is read to where it is sent from.
    fn begin_chunk(&mut self) -> io::Result<()> {
        let rest = self.content.length().map(|length| length.saturating_sub(self.taken));
        match rest {
            Some(rest) if rest > 0 => {
                let size = rest.min(CHUNK as u64) as usize;
                self.left = size;
                self.encode(format_args!("{size:x}\r\n"))
            }
            // A source may have more than it announced.
            Some(_) => self.read_chunk(1024),
            None => self.read_chunk(CHUNK),
        }
    }

    /// Encodes a chunk of at most `room` bytes whose size is known only after it was read, or the end.
    fn read_chunk(&mut self, room: usize) -> io::Result<()> {
        if self.buffer.len() < SIZE_LINE + room + 2 {
            self.buffer.resize(SIZE_LINE + room + 2, 0);
        }
        let end = SIZE_LINE + self.content.fill(&mut self.buffer[SIZE_LINE..SIZE_LINE + room])?;
        let length = end - SIZE_LINE;
        match &mut self.checksum {
            Some(checksum) if length > 0 => {
                self.taken += length as u64;
                checksum.update(&self.buffer[SIZE_LINE..end]);
                self.buffer[end..end + 2].copy_from_slice(b"\r\n");
                let line = format!("{length:x}\r\n");
                self.at = SIZE_LINE - line.len();
                self.buffer[self.at..SIZE_LINE].copy_from_slice(line.as_bytes());
                self.end = end + 2;
                Ok(())
            }
            _ => {
                let sum = self.checksum.take().map(Checksum::finish).unwrap_or_default();
                let trailer = std::mem::take(&mut self.trailer);
                let encoded = self.encode(format_args!("0\r\n{trailer}:{sum}\r\n\r\n"));
                self.trailer = trailer;
                encoded
            }
        }
    }

    fn encode(&mut self, text: std::fmt::Arguments<'_>) -> io::Result<()> {
        self.buffer.clear();
        self.buffer.write_fmt(text)?;
        (self.at, self.end) = (0, self.buffer.len());
        Ok(())
    }

    /// Reads content of the current chunk.
    fn read_content(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let wanted = buf.len().min(self.left);
        let read = self.content.read(&mut buf[..wanted])?;
        if read == 0 {
            let message = format!("it ended after {} of {} bytes", self.taken, self.content.length().unwrap_or_default());
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
        }
        if let Some(checksum) = &mut self.checksum {
            checksum.update(&buf[..read]);
        }
        self.taken += read as u64;
        self.left -= read;
        if self.left == 0 {
            self.encode(format_args!("\r\n"))?;
        }
        Ok(read)
    }
}

impl Read for AwsChunked {
    /// Fills the buffer, so that size lines are not sent alone.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buf.len() {
            let free = &mut buf[filled..];
            if self.at < self.end {
                let amount = free.len().min(self.end - self.at);
                free[..amount].copy_from_slice(&self.buffer[self.at..self.at + amount]);
                self.at += amount;
                filled += amount;
            } else if self.left > 0 {
                filled += self.read_content(free)?;
            } else if self.checksum.is_some() {
                self.begin_chunk()?;
            } else {
                break;
            }
        }
        Ok(filled)
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
        (self.at, self.end, self.left, self.taken) = (0, 0, 0, 0);
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

    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Content::Memory(bytes, at) => {
                let n = buf.len().min(bytes.len() - *at);
                buf[..n].copy_from_slice(&bytes[*at..*at + n]);
                *at += n;
                Ok(n)
            }
            Content::Stream(reader) => loop {
                match reader.read(buf) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    other => return other,
                }
            },
        }
    }

    /// Fills the buffer, or as much of it as there is content for.
    fn fill(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buf.len() {
            match self.read(&mut buf[filled..])? {
                0 => break,
                read => filled += read,
            }
        }
        Ok(filled)
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
    fn the_buffer_is_no_larger_than_the_body_needs() {
        let known = |length: usize| Body::Bytes(vec![b'x'; length].into());
        let unknown = |length: usize| Body::Reader(crate::value::Stream::from_reader(io::Cursor::new(vec![b'x'; length])).take().unwrap());
        for (body, at_most) in [(known(0), 1100), (known(1024), 1100), (known(3 * CHUNK), 1100), (unknown(3 * CHUNK), CHUNK + 100)] {
            let mut source = source(body, ChecksumAlgorithm::Crc32, "t".to_owned());
            let mut largest = 0;
            let mut piece = [0; 8192];
            while source.read(&mut piece).unwrap() > 0 {
                largest = largest.max(source.buffer.capacity());
            }
            assert!((1..=at_most).contains(&largest), "{at_most}: {largest}");
        }
    }

    #[test]
    fn a_source_that_has_more_than_it_announced_is_not_cut() {
        let content = vec![b'x'; 5000];
        let reader = crate::value::Stream::from_reader_with_length(io::Cursor::new(content), 10).take().unwrap();
        let mut source = source(Body::Reader(reader), ChecksumAlgorithm::Crc32, "t".to_owned());
        let mut coded = Vec::new();
        source.read_to_end(&mut coded).unwrap();
        assert_eq!(coded.iter().filter(|byte| **byte == b'x').count(), 5000);
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
