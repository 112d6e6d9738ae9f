//! The smithy-rpc-v2-cbor protocol. CBOR (RFC 8949) is written with definite lengths and the shortest heads.

use super::scalar::{blob, timestamp};
use super::{Serialized, SerializedBody, member, mismatch};
use crate::definition::{Node, Operation, Service, ShapeType};
use crate::error::Result;
use crate::text::{Path, invalid};
use crate::value::{Map, Str, Timestamp, Value};

const CBOR: &str = "application/cbor";
const EVENT_STREAM: &str = "application/vnd.amazon.eventstream";

pub(super) fn serialize(service: &Service, operation: &Operation, shape: Option<Node<'_>>, input: &Map) -> Result<Serialized> {
    let path = format!("/service/{}/operation/{}", service.target_prefix()?, operation.name);
    let mut request = Serialized::new(operation, path);
    request.method = Str::from("POST");
    request.headers.append("smithy-protocol", "rpc-v2-cbor");
    if service.metadata().aws_query_compatible {
        request.headers.append("x-amzn-query-mode", "true");
    }
    request.headers.append("Accept", content_type(service.output(operation)?)?);
    if let Some(shape) = shape {
        request.headers.append("Content-Type", content_type(Some(shape))?);
        let mut cbor = CborText::default();
        structure(&mut cbor, shape, input, &Path::ROOT)?;
        request.body = SerializedBody::Bytes(cbor.bytes.into());
    }
    Ok(request)
}

/// Returns the content type of a message of this shape: a CBOR map, or an event stream.
fn content_type(shape: Option<Node<'_>>) -> Result<&'static str> {
    let Some(shape) = shape else { return Ok(CBOR) };
    for member in shape.structure().map(|s| s.members.as_slice()).unwrap_or_default() {
        if shape.member(member)?.has(|t| t.event_stream) {
            return Ok(EVENT_STREAM);
        }
    }
    Ok(CBOR)
}

/// Nulls in a structure are omitted and not counted in the head.
fn structure(cbor: &mut CborText, node: Node<'_>, map: &Map, path: &Path<'_>) -> Result<()> {
    let given = || map.iter().filter(|(_, v)| !v.is_null());
    cbor.head(Major::Map, given().count() as u64);
    for (key, item) in given() {
        let member = member(node, key, path)?;
        cbor.text(member.location_name().unwrap_or(key));
        value(cbor, member, item, &path.name(key))?;
    }
    Ok(())
}

fn value(cbor: &mut CborText, node: Node<'_>, value: &Value, path: &Path<'_>) -> Result<()> {
    path.check_depth()?;
    match (node.shape_type(), value) {
        (ShapeType::Structure(_), Value::Map(map)) if !node.has(|t| t.document) => structure(cbor, node, map, path)?,
        (ShapeType::List(item), Value::List(list)) => {
            let item_node = node.follow(item)?;
            cbor.head(Major::List, list.len() as u64);
            for (i, item) in list.iter().enumerate() {
                self::value(cbor, item_node, item, &path.index(i))?;
            }
        }
        (ShapeType::Map { value: item, .. }, Value::Map(map)) => {
            let item_node = node.follow(item)?;
            cbor.head(Major::Map, map.len() as u64);
            for (key, item) in map {
                cbor.text(key);
                self::value(cbor, item_node, item, &path.name(key))?;
            }
        }
        (ShapeType::String, Value::String(text)) => cbor.text(text),
        (ShapeType::Boolean, Value::Bool(b)) => cbor.bool(*b),
        (ShapeType::Integer | ShapeType::Long, _) => {
            let number = integer(value).ok_or_else(|| mismatch(node, value, path))?;
            cbor.int(number).ok_or_else(|| invalid(format_args!("Parameter {path}: {number} exceeds 64 bits")))?;
        }
        (ShapeType::Float, _) => {
            let number = number(value).ok_or_else(|| mismatch(node, value, path))?;
            if number.is_finite() && (number as f32).is_infinite() {
                return Err(invalid(format_args!("Parameter {path}: {number:e} exceeds 32 bits")));
            }
            cbor.float(number);
        }
        (ShapeType::Double, _) => cbor.double(number(value).ok_or_else(|| mismatch(node, value, path))?),
        (ShapeType::Timestamp, _) => cbor.timestamp(timestamp(node, value, path)?),
        (ShapeType::Blob, _) => cbor.blob(&blob(node, value, path)?),
        _ => return Err(mismatch(node, value, path)),
    }
    Ok(())
}

/// Booleans count as 0 and 1, as they do in validation.
fn integer(value: &Value) -> Option<i128> {
    match value {
        Value::Int(n) => Some((*n).into()),
        Value::Bool(b) => Some((*b).into()),
        Value::Number(n) => n.as_str().parse().ok(),
        _ => None,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(b) => Some(f64::from(u8::from(*b))),
        _ => value.as_float(),
    }
}

/// The major types that have an argument (RFC 8949, section 3).
#[derive(Clone, Copy)]
enum Major {
    Unsigned = 0,
    Negative = 1,
    Bytes = 2,
    Text = 3,
    List = 4,
    Map = 5,
}

/// A CBOR document being written.
#[derive(Default)]
struct CborText {
    bytes: Vec<u8>,
}

impl CborText {
    fn head(&mut self, major: Major, argument: u64) {
        let major = (major as u8) << 5;
        match argument {
            0..24 => self.bytes.push(major | argument as u8),
            24..=0xff => self.bytes.extend([major | 24, argument as u8]),
            0x100..=0xffff => self.sized(major | 25, &(argument as u16).to_be_bytes()),
            0x1_0000..=0xffff_ffff => self.sized(major | 26, &(argument as u32).to_be_bytes()),
            _ => self.sized(major | 27, &argument.to_be_bytes()),
        }
    }

    /// Writes an integer; `None` if it is outside the range of CBOR integers (−2⁶⁴ to 2⁶⁴−1).
    fn int(&mut self, number: i128) -> Option<()> {
        match number {
            0.. => self.head(Major::Unsigned, u64::try_from(number).ok()?),
            _ => self.head(Major::Negative, u64::try_from(-1 - number).ok()?),
        }
        Some(())
    }

    fn text(&mut self, text: &str) {
        self.head(Major::Text, text.len() as u64);
        self.bytes.extend(text.as_bytes());
    }

    fn blob(&mut self, bytes: &[u8]) {
        self.head(Major::Bytes, bytes.len() as u64);
        self.bytes.extend(bytes);
    }

    fn bool(&mut self, value: bool) {
        self.bytes.push(if value { 0xf5 } else { 0xf4 });
    }

    /// Writes four bytes even if precision is lost; NaN and infinities take two.
    fn float(&mut self, number: f64) {
        match number.is_finite() {
            true => self.sized(0xfa, &(number as f32).to_be_bytes()),
            false => self.not_finite(number),
        }
    }

    /// Writes eight bytes; NaN and infinities take two.
    fn double(&mut self, number: f64) {
        match number.is_finite() {
            true => self.sized(0xfb, &number.to_be_bytes()),
            false => self.not_finite(number),
        }
    }

    /// Writes tag 1 and the seconds since the epoch, as a double if they have a fraction.
    fn timestamp(&mut self, timestamp: Timestamp) {
        self.bytes.push(0xc1);
        match timestamp.nanoseconds() {
            0..1000 => {
                self.int(timestamp.seconds().into()).expect("any i64 is a CBOR integer");
            }
            _ => self.double(timestamp.as_f64()),
        }
    }

    fn not_finite(&mut self, number: f64) {
        let half: u16 = match number {
            f64::INFINITY => 0x7c00,
            f64::NEG_INFINITY => 0xfc00,
            _ => 0x7e00,
        };
        self.sized(0xf9, &half.to_be_bytes());
    }

    fn sized(&mut self, head: u8, argument: &[u8]) {
        self.bytes.push(head);
        self.bytes.extend(argument);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(write: impl FnOnce(&mut CborText)) -> String {
        let mut cbor = CborText::default();
        write(&mut cbor);
        cbor.bytes.iter().map(|b| format!("{b:02x}")).collect()
    }

    #[test]
    fn heads_are_as_short_as_possible() {
        for (number, bytes) in [
            (23, "17"),
            (24, "1818"),
            (-25, "3818"),
            (255, "18ff"),
            (256, "190100"),
            (300, "19012c"),
            (65_536, "1a00010000"),
            (70_000, "1a00011170"),
            (1 << 33, "1b0000000200000000"),
            (i128::from(u64::MAX), "1bffffffffffffffff"),
            (i128::from(i64::MIN), "3b7fffffffffffffff"),
        ] {
            assert_eq!(hex(|c| c.int(number).unwrap()), bytes);
        }
        assert!(CborText::default().int(1 << 64).is_none());
    }

    #[test]
    fn floats_have_the_width_of_their_type() {
        assert_eq!(hex(|c| c.float(1.5)), "fa3fc00000");
        assert_eq!(hex(|c| c.double(3.0)), "fb4008000000000000");
        assert_eq!(hex(|c| c.double(f64::NAN)), "f97e00");
        assert_eq!(hex(|c| c.float(f64::NEG_INFINITY)), "f9fc00");
        assert_eq!(hex(|c| c.timestamp(Timestamp::new(1, 500_000_000))), "c1fb3ff8000000000000");
        assert_eq!(hex(|c| c.timestamp(Timestamp::new(0, 999))), "c100");
    }
}
