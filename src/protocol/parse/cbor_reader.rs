//! A pull parser for CBOR (RFC 8949) over bytes in memory. Binary data shares the body's buffer.
//!
//! Nesting is bounded, and a length that exceeds the rest of the body is rejected. The only supported tag is 1, epoch time.

use std::borrow::Cow;

use super::{MAX_DEPTH, scalar};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Bytes, List, Map, Number, Str, Value};

/// A position in a CBOR body.
pub(super) struct Cbor<'a> {
    body: &'a Bytes,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

/// The first byte of an item, split into the major type and the additional information.
#[derive(Clone, Copy)]
struct Head {
    major: u8,
    info: u8,
}

const BREAK: u8 = 0xFF;

impl<'a> Cbor<'a> {
    pub(super) fn new(body: &'a Bytes) -> Cbor<'a> {
        Cbor { body, bytes: body, at: 0, depth: 0 }
    }

    /// Parses a whole body as any value.
    pub(super) fn document(body: &Bytes) -> Result<Value> {
        let mut cbor = Cbor::new(body);
        let value = cbor.any()?;
        cbor.end()?;
        Ok(value)
    }

    /// Whether the next item is null or undefined. Does not consume it.
    pub(super) fn at_null(&self) -> bool {
        matches!(self.bytes.get(self.at), Some(0xF6 | 0xF7))
    }

    /// Whether the next item is an array. Does not consume it.
    pub(super) fn at_array(&self) -> bool {
        self.bytes.get(self.at).is_some_and(|first| first >> 5 == 4)
    }

    /// Whether the next item is a map. Does not consume it.
    pub(super) fn at_map(&self) -> bool {
        self.bytes.get(self.at).is_some_and(|first| first >> 5 == 5)
    }

    /// Consumes the next item if it is an empty string, array, or map.
    pub(super) fn skip_empty(&mut self) -> bool {
        let length = match self.bytes.get(self.at..).unwrap_or_default() {
            [0x40 | 0x60 | 0x80 | 0xA0, ..] => 1,
            [0x5F | 0x7F | 0x9F | 0xBF, BREAK, ..] => 2,
            _ => 0,
        };
        self.at += length;
        length > 0
    }

    /// Checks that nothing follows the document.
    pub(super) fn end(&self) -> Result<()> {
        if self.at == self.bytes.len() { Ok(()) } else { Err(self.error("there is something after the end of the document")) }
    }

    /// Reads a map. `member` must read the value of the key it is given.
    pub(super) fn map(&mut self, mut member: impl FnMut(&mut Self, Cow<'a, str>) -> Result<()>) -> Result<()> {
        let head = self.head()?;
        if head.major != 5 {
            return Err(self.error("expected a map"));
        }
        self.items(head, 2, |cbor| {
            let key = cbor.key()?;
            member(cbor, key)
        })
    }

    /// Returns the length of the array that follows, if it is known and possible; otherwise 0.
    pub(super) fn array_length(&self) -> usize {
        let mut ahead = Cbor { ..*self };
        let length = ahead.head().ok().filter(|head| head.major == 4 && head.info != 31).and_then(|head| ahead.argument(head).ok());
        length.and_then(|length| usize::try_from(length).ok()).filter(|length| *length <= ahead.bytes.len() - ahead.at).unwrap_or(0)
    }

    /// Reads an array. `item` must read one value.
    pub(super) fn array(&mut self, item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        let head = self.head()?;
        if head.major != 4 {
            return Err(self.error("expected an array"));
        }
        self.items(head, 1, item)
    }

    /// Reads any value. Null entries of maps are dropped.
    pub(super) fn any(&mut self) -> Result<Value> {
        let start = self.at;
        let head = self.head()?;
        Ok(match head.major {
            0 => integer(false, self.argument(head)?),
            1 => integer(true, self.argument(head)?),
            2 => Value::Bytes(self.byte_string(head)?),
            3 => Value::String(Str::from(self.text(head)?)),
            4 => {
                self.at = start;
                let mut list = Vec::new();
                self.array(|cbor| {
                    list.push(cbor.any()?);
                    Ok(())
                })?;
                Value::List(List::from(list))
            }
            5 => {
                self.at = start;
                let mut map = Map::new();
                self.map(|cbor, key| {
                    match cbor.any()? {
                        Value::Null => map.remove(&key),
                        value => map.insert(Str::from(key), value),
                    };
                    Ok(())
                })?;
                Value::Map(map)
            }
            6 => self.tagged(head)?,
            _ => self.simple(head)?,
        })
    }

    pub(super) fn error(&self, reason: &str) -> Error {
        Error::new(ErrorKind::ResponseParser, format!("Unable to parse response, invalid CBOR received: byte {}: {reason}", self.at))
    }

    /// Reads the items of an array or a map, each of `size` parts.
    fn items(&mut self, head: Head, size: u64, mut item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(&format!("nested deeper than {MAX_DEPTH} levels")));
        }
        if head.info == 31 {
            while !self.ends()? {
                item(self)?;
            }
        } else {
            let count = self.argument(head)?;
            // Each part takes at least one byte.
            if count.saturating_mul(size) > (self.bytes.len() - self.at) as u64 {
                return Err(truncated());
            }
            for _ in 0..count {
                item(self)?;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Consumes the break that ends an item of indefinite length, if it is next.
    fn ends(&mut self) -> Result<bool> {
        let ends = *self.bytes.get(self.at).ok_or_else(truncated)? == BREAK;
        self.at += usize::from(ends);
        Ok(ends)
    }

    fn key(&mut self) -> Result<Cow<'a, str>> {
        let head = self.head()?;
        if head.major != 3 {
            return Err(self.error("a map key that is not text"));
        }
        self.text(head)
    }

    fn head(&mut self) -> Result<Head> {
        let first = *self.bytes.get(self.at).ok_or_else(truncated)?;
        self.at += 1;
        Ok(Head { major: first >> 5, info: first & 0x1F })
    }

    fn argument(&mut self, head: Head) -> Result<u64> {
        Ok(match head.info {
            info @ 0..24 => info.into(),
            24 => self.take(1)?[0].into(),
            25 => u16::from_be_bytes(self.fixed()?).into(),
            26 => u32::from_be_bytes(self.fixed()?).into(),
            27 => u64::from_be_bytes(self.fixed()?),
            _ => return Err(self.error("an undefined length")),
        })
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8]> {
        let rest = &self.bytes[self.at..];
        let taken = usize::try_from(length).ok().and_then(|n| rest.get(..n)).ok_or_else(truncated)?;
        self.at += taken.len();
        Ok(taken)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut fixed = [0; N];
        fixed.copy_from_slice(self.take(N as u64)?);
        Ok(fixed)
    }

    fn byte_string(&mut self, head: Head) -> Result<Bytes> {
        if head.info == 31 {
            return Ok(Bytes::from(self.chunks(head)?));
        }
        let length = self.argument(head)?;
        let start = self.at;
        self.take(length)?;
        Ok(self.body.slice(start..self.at))
    }

    fn text(&mut self, head: Head) -> Result<Cow<'a, str>> {
        if head.info == 31 {
            let chunks = self.chunks(head)?;
            return String::from_utf8(chunks).map(Cow::Owned).map_err(|e| self.error(&e.to_string()));
        }
        let length = self.argument(head)?;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|e| self.error(&e.to_string()))
    }

    /// Joins the chunks of a string of indefinite length.
    fn chunks(&mut self, string: Head) -> Result<Vec<u8>> {
        let mut all = Vec::new();
        while !self.ends()? {
            let head = self.head()?;
            if head.major != string.major || head.info == 31 {
                return Err(self.error("a chunk of a string that is not a string"));
            }
            let length = self.argument(head)?;
            all.extend_from_slice(self.take(length)?);
        }
        Ok(all)
    }

    fn tagged(&mut self, head: Head) -> Result<Value> {
        match self.argument(head)? {
            1 => match self.bytes.get(self.at).map(|next| next >> 5) {
                Some(0 | 1 | 7) => {
                    let number = self.any()?;
                    scalar::epoch(&number).map_err(|unreadable| self.error(&unreadable.to_string()))
                }
                Some(_) => Err(self.error("a time that is not a number")),
                None => Err(truncated()),
            },
            tag => Err(self.error(&format!("unsupported tag {tag}"))),
        }
    }

    fn simple(&mut self, head: Head) -> Result<Value> {
        Ok(match head.info {
            20 => Value::Bool(false),
            21 => Value::Bool(true),
            22 | 23 => Value::Null,
            25 => Value::Float(half(u16::from_be_bytes(self.fixed()?))),
            26 => Value::Float(f32::from_be_bytes(self.fixed()?).into()),
            27 => Value::Float(f64::from_be_bytes(self.fixed()?)),
            other => return Err(self.error(&format!("unsupported simple value {other}"))),
        })
    }
}

fn truncated() -> Error {
    Error::new(
        ErrorKind::ResponseParser,
        "End of stream reached; this indicates a malformed CBOR response from the server or an issue in tucuxi",
    )
}

fn integer(negative: bool, n: u64) -> Value {
    let exact = if negative { -1 - i128::from(n) } else { i128::from(n) };
    match i64::try_from(exact) {
        Ok(n) => Value::Int(n),
        Err(_) => Value::Number(Number::parse(&exact.to_string()).expect("digits form a number")),
    }
}

/// An IEEE 754 half-precision number.
fn half(bits: u16) -> f64 {
    let fraction = f64::from(bits & 0x3FF);
    let magnitude = match (bits >> 10) & 0x1F {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1024.0 + fraction) * 2f64.powi(i32::from(exponent) - 25),
    };
    if bits & 0x8000 == 0 { magnitude } else { -magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    fn read(bytes: &[u8]) -> Result<Value> {
        Cbor::document(&Bytes::from(bytes))
    }

    #[test]
    fn examples_from_the_rfc() {
        for (bytes, expected) in [
            (&[0x18, 0x18][..], value!(24)),
            (&[0x38, 0x63], value!(-100)),
            (&[0x1B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], Value::Int(i64::MAX)),
            (&[0xF9, 0x3C, 0x00], value!(1.0)),
            (&[0xF9, 0x00, 0x01], value!(5.960464477539063e-8)),
            (&[0xF9, 0xC4, 0x00], value!(-4.0)),
            (&[0xF9, 0xFC, 0x00], Value::Float(f64::NEG_INFINITY)),
            (&[0xFA, 0x47, 0xC3, 0x50, 0x00], value!(100000.0)),
            (&[0x7F, 0x62, 0xC3, 0xA9, 0x61, 0x61, 0xFF], value!("éa")),
            (&[0x9F, 0x01, 0x82, 0x02, 0xF6, 0xFF], value!([1, [2, null]])),
            (&[0xBF, 0x61, 0x61, 0x01, 0x61, 0x62, 0xF6, 0xFF], value!({"a": 1})),
        ] {
            assert_eq!(read(bytes).unwrap(), expected, "{bytes:x?}");
        }
        assert!(matches!(read(&[0x3B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]).unwrap(),
            Value::Number(n) if n.as_str() == "-18446744073709551616"));
        assert!(matches!(read(&[0x5F, 0x41, 0x61, 0x42, 0x62, 0x63, 0xFF]).unwrap(), Value::Bytes(b) if &b[..] == b"abc"));
        assert!(
            matches!(read(&[0xC1, 0xFB, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0]).unwrap(), Value::Timestamp(t) if t.nanoseconds() == 500_000_000)
        );
    }

    #[test]
    fn malformed_bytes_are_errors_and_allocate_nothing() {
        for bytes in [
            &[][..],
            &[0x61],
            &[0x5B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            &[0x9B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            &[0xBB, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            &[0x9F, 0x01],
            &[0x61, 0xFF],
            &[0xC0, 0x61, 0x61],
            &[0xC1, 0x61, 0x61],
            &[0x1C],
            &[0xFF],
            &[0x7F, 0x41, 0x61, 0xFF],
            &[0xA1, 0x01, 0x02],
        ] {
            assert_eq!(read(bytes).expect_err(&format!("{bytes:x?}")).kind(), ErrorKind::ResponseParser);
        }
        for head in [0x81, 0xC1] {
            assert_eq!(read(&[head].repeat(1_000_000)).unwrap_err().kind(), ErrorKind::ResponseParser);
        }
    }
}
