//! Frames of `application/vnd.amazon.eventstream`, decoded into headers and payload.
//!
//! ```text
//! total length u32 | headers length u32 | CRC of these 8 bytes | headers | payload | CRC of everything before it
//! ```

use std::io::{self, Read};

use foldhash::{HashSet, HashSetExt};

use crate::error::{Error, ErrorKind, Result};
use crate::value::{Bytes, Str, Timestamp, Value};

/// The maximum length of a frame's headers, in bytes.
const MAX_HEADERS: usize = 131_072;
/// The maximum length of a frame's payload, in bytes.
const MAX_PAYLOAD: usize = 25_165_824;

const PRELUDE: usize = 12;
const CRC: usize = 4;

/// One frame of an event stream.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Frame {
    /// The headers, in order. Names are unique.
    pub headers: Vec<(Str, Value)>,
    /// The payload.
    pub payload: Bytes,
}

impl Frame {
    /// Returns the value of a header.
    pub fn header(&self, name: &str) -> Option<&Value> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    /// Decodes a complete frame, including its checksums.
    ///
    /// # Errors
    /// [`ErrorKind::ResponseParser`] if a checksum does not match, a length exceeds its limit, or a header is malformed.
    pub fn decode(bytes: Bytes) -> Result<Frame> {
        let prelude = bytes.get(..PRELUDE).ok_or_else(|| truncated(bytes.len()))?;
        let prelude = Prelude::decode(prelude)?;
        if bytes.len() != prelude.total {
            return Err(truncated(bytes.len()));
        }
        let (content, crc) = bytes.split_at(prelude.total - CRC);
        check_crc(content, crc)?;
        let payload = PRELUDE + prelude.headers;
        let headers = decode_headers(&bytes, PRELUDE..payload)?;
        Ok(Frame { headers, payload: bytes.slice(payload..prelude.total - CRC) })
    }
}

/// Reads frames one at a time. Each is returned as soon as its last byte has arrived.
pub struct FrameReader<R> {
    reader: R,
}

impl<R: Read> FrameReader<R> {
    /// Creates a reader of the frames in a body.
    pub fn new(reader: R) -> FrameReader<R> {
        FrameReader { reader }
    }

    /// Reads the next frame; `None` at the end of the body.
    ///
    /// # Errors
    /// Errors of the reader; [`ErrorKind::ResponseParser`] if the body ends inside a frame, or if [`Frame::decode`] fails.
    pub fn next_frame(&mut self) -> Result<Option<Frame>> {
        let mut bytes = Vec::with_capacity(512);
        match self.fill(&mut bytes, PRELUDE)? {
            0 => return Ok(None),
            PRELUDE => {}
            n => return Err(truncated(n)),
        }
        // The prelude's checksum is verified before its lengths are trusted.
        let prelude = Prelude::decode(&bytes)?;
        self.fill(&mut bytes, prelude.total)?;
        Frame::decode(Bytes::from(bytes)).map(Some)
    }

    /// Reads until `bytes` has `length` bytes or the body ends; memory grows as bytes arrive.
    fn fill(&mut self, bytes: &mut Vec<u8>, length: usize) -> Result<usize> {
        let missing = (length - bytes.len()) as u64;
        match (&mut self.reader).take(missing).read_to_end(bytes) {
            Ok(_) => Ok(bytes.len()),
            Err(e) => Err(from_io(e)),
        }
    }
}

fn from_io(error: io::Error) -> Error {
    Error::from_stream(error)
}

struct Prelude {
    total: usize,
    headers: usize,
}

impl Prelude {
    fn decode(bytes: &[u8]) -> Result<Prelude> {
        let total = be_u32(&bytes[..4]);
        let headers = be_u32(&bytes[4..8]);
        check_crc(&bytes[..8], &bytes[8..PRELUDE])?;
        if headers > MAX_HEADERS {
            let text = format!("Header length of {headers} exceeded the maximum of {MAX_HEADERS}");
            return Err(Error::new(ErrorKind::ResponseParser, text).with_name("InvalidHeadersLength"));
        }
        match total.checked_sub(PRELUDE + CRC + headers) {
            Some(payload) if payload <= MAX_PAYLOAD => Ok(Prelude { total, headers }),
            Some(payload) => {
                let text = format!("Payload length of {payload} exceeded the maximum of {MAX_PAYLOAD}");
                Err(Error::new(ErrorKind::ResponseParser, text).with_name("InvalidPayloadLength"))
            }
            None => Err(malformed(&format!("a total length of {total} with headers of {headers} bytes"))),
        }
    }
}

fn check_crc(content: &[u8], crc: &[u8]) -> Result<()> {
    let expected = be_u32(crc) as u32;
    let calculated = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, content) as u32;
    if expected == calculated {
        return Ok(());
    }
    let text = format!("Checksum mismatch: expected 0x{expected:08x}, calculated 0x{calculated:08x}");
    Err(Error::new(ErrorKind::ResponseParser, text).with_name("ChecksumMismatch"))
}

fn be_u32(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |n, byte| n << 8 | usize::from(*byte))
}

fn decode_headers(bytes: &Bytes, range: std::ops::Range<usize>) -> Result<Vec<(Str, Value)>> {
    let mut headers: Vec<(Str, Value)> = Vec::with_capacity(4);
    let mut names = HashSet::new();
    let mut cursor = Cursor { bytes, at: range.start, end: range.end };
    while cursor.at < cursor.end {
        let length = usize::from(cursor.take(1)?[0]);
        let name = cursor.text(length)?;
        let value = cursor.value()?;
        if !names.insert(name.clone()) {
            let text = format!("Duplicate header present: \"{name}\"");
            return Err(Error::new(ErrorKind::ResponseParser, text).with_name("DuplicateHeader"));
        }
        headers.push((name, value));
    }
    Ok(headers)
}

/// A position within the headers.
struct Cursor<'a> {
    bytes: &'a Bytes,
    at: usize,
    end: usize,
}

impl Cursor<'_> {
    fn value(&mut self) -> Result<Value> {
        Ok(match self.take(1)?[0] {
            0 => Value::Bool(true),
            1 => Value::Bool(false),
            2 => Value::Int(i8::from_be_bytes(self.fixed()?).into()),
            3 => Value::Int(i16::from_be_bytes(self.fixed()?).into()),
            4 => Value::Int(i32::from_be_bytes(self.fixed()?).into()),
            5 => Value::Int(i64::from_be_bytes(self.fixed()?)),
            6 => {
                let length = self.length()?;
                Value::Bytes(self.slice(length)?)
            }
            7 => {
                let length = self.length()?;
                Value::String(self.text(length)?)
            }
            8 => {
                let millis = i64::from_be_bytes(self.fixed()?);
                let nanoseconds = millis.rem_euclid(1000) as u32 * 1_000_000;
                let instant = Timestamp::checked(millis.div_euclid(1000), nanoseconds);
                Value::Timestamp(instant.ok_or_else(|| malformed(&format!("a header with an out-of-range timestamp, {millis} ms")))?)
            }
            9 => Value::Bytes(self.slice(16)?),
            other => return Err(malformed(&format!("a header of unknown type {other}"))),
        })
    }

    fn length(&mut self) -> Result<usize> {
        self.fixed().map(|bytes| u16::from_be_bytes(bytes).into())
    }

    fn text(&mut self, length: usize) -> Result<Str> {
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map(Str::from).map_err(|e| malformed(&format!("a header that is not UTF-8 ({e})")))
    }

    fn slice(&mut self, length: usize) -> Result<Bytes> {
        let start = self.at;
        self.take(length)?;
        Ok(self.bytes.slice(start..self.at))
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut fixed = [0; N];
        fixed.copy_from_slice(self.take(N)?);
        Ok(fixed)
    }

    fn take(&mut self, length: usize) -> Result<&[u8]> {
        if length > self.end - self.at {
            return Err(malformed("incomplete headers"));
        }
        self.at += length;
        Ok(&self.bytes[self.at - length..self.at])
    }
}

fn malformed(reason: &str) -> Error {
    Error::new(ErrorKind::ResponseParser, format!("Malformed event stream: {reason}"))
}

fn truncated(read: usize) -> Error {
    malformed(&format!("it ended inside a frame, after {read} of its bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The frame of the event `Stats` without payload.
    const STATS: &[u8] = b"\x00\x00\x00\x5b\x00\x00\x00\x4b\xcb\xef\xb9\xab\
        \x0d:message-type\x07\x00\x05event\
        \x0b:event-type\x07\x00\x05Stats\
        \x0d:content-type\x07\x00\x10application/json\
        \x48\x4d\x1e\x18";

    /// A frame with these encoded headers and this payload.
    fn frame(headers: &[u8], payload: &[u8]) -> Vec<u8> {
        let crc = |bytes: &[u8]| (crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, bytes) as u32).to_be_bytes();
        let mut bytes = ((16 + headers.len() + payload.len()) as u32).to_be_bytes().to_vec();
        bytes.extend((headers.len() as u32).to_be_bytes());
        bytes.extend(crc(&bytes));
        bytes.extend(headers);
        bytes.extend(payload);
        bytes.extend(crc(&bytes));
        bytes
    }

    #[test]
    fn frames_are_read_to_the_end_of_the_body() {
        let body = [STATS, &frame(b"\x01a\x00", b"xyz")].concat();
        let mut reader = FrameReader::new(&body[..]);
        let first = reader.next_frame().unwrap().unwrap();
        assert_eq!(first.header(":event-type"), Some(&Value::from("Stats")));
        assert!(first.payload.is_empty());
        let second = reader.next_frame().unwrap().unwrap();
        assert_eq!(second.header("a"), Some(&Value::Bool(true)));
        assert_eq!(&second.payload[..], b"xyz");
        assert!(reader.next_frame().unwrap().is_none());
    }

    #[test]
    fn every_header_type_is_decoded() {
        let headers = b"\x01t\x00\x01f\x01\x01b\x02\xff\x01s\x03\x01\x00\x01i\x04\xff\xff\xff\xfe\x01l\x05\x00\x00\x00\x00\x00\x00\x00\x07\
            \x01y\x06\x00\x02ab\x01x\x07\x00\x02\xc3\xa9\x01d\x08\xff\xff\xff\xff\xff\xff\xff\xff\x01u\x090123456789abcdef";
        let frame = Frame::decode(frame(headers, b"").into()).unwrap();
        for (name, value) in [
            ("t", Value::Bool(true)),
            ("f", Value::Bool(false)),
            ("b", Value::Int(-1)),
            ("s", Value::Int(256)),
            ("i", Value::Int(-2)),
            ("l", Value::Int(7)),
            ("y", Value::Bytes(Bytes::from(b"ab"))),
            ("x", Value::from("é")),
            ("d", Value::Timestamp(Timestamp::new(-1, 999_000_000))),
            ("u", Value::Bytes(Bytes::from(b"0123456789abcdef"))),
        ] {
            assert_eq!(frame.header(name), Some(&value), "{name}");
        }
    }

    #[test]
    fn a_malformed_frame_is_an_error_with_a_name() {
        let name = |bytes: &[u8]| FrameReader::new(bytes).next_frame().unwrap_err().name().to_owned();
        for length in 1..STATS.len() {
            assert_eq!(name(&STATS[..length]), "ResponseParserError", "cut after {length} bytes");
        }
        for at in 0..STATS.len() {
            let mut bytes = STATS.to_vec();
            bytes[at] ^= 0x10;
            assert_eq!(name(&bytes), "ChecksumMismatch", "byte {at}");
        }
        assert_eq!(name(&frame(b"\x01a\x00\x01a\x00", b"")), "DuplicateHeader");
        assert_eq!(name(&frame(&vec![0; MAX_HEADERS + 1], b"")), "InvalidHeadersLength");
        assert_eq!(name(&frame(b"\x01a\x0a", b"")), "ResponseParserError");
        assert_eq!(name(&frame(b"\x05a\x00", b"")), "ResponseParserError");
        assert_eq!(name(&frame(b"\x01a\x07\xff\xff", b"")), "ResponseParserError");
    }

    #[test]
    fn an_announced_length_allocates_nothing() {
        let mut bytes = u32::MAX.to_be_bytes().to_vec();
        bytes.extend(0u32.to_be_bytes());
        let crc = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, &bytes) as u32;
        bytes.extend(crc.to_be_bytes());
        assert_eq!(FrameReader::new(&bytes[..]).next_frame().unwrap_err().name(), "InvalidPayloadLength");
    }
}
