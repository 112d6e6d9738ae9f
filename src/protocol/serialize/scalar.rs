//! Scalars as text, for all text protocols: query, XML, paths, and headers.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::mismatch;
use crate::definition::{Node, ShapeType, TimestampFormat};
use crate::error::Result;
use crate::text::json::push_int;
use crate::text::python::push_float;
use crate::text::{Path, invalid};
use crate::value::{Timestamp, Value};

/// Appends a scalar as text: blobs in base64, timestamps in the definition's format or otherwise in `format`.
pub(super) fn push_scalar(out: &mut String, node: Node<'_>, value: &Value, format: TimestampFormat, path: &Path<'_>) -> Result<()> {
    match node.shape_type() {
        ShapeType::Blob => push_base64(out, &blob(node, value, path)?),
        ShapeType::Timestamp => push_timestamp(out, timestamp(node, value, path)?, node.timestamp_format().unwrap_or(format)),
        ShapeType::Boolean => match value {
            Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            _ => return Err(mismatch(node, value, path)),
        },
        _ => match value {
            Value::String(s) => out.push_str(s),
            Value::Int(n) => push_int(out, *n),
            Value::Float(n) => push_float(out, *n),
            Value::Number(n) => out.push_str(n.as_str()),
            // botocore prints a boolean given for a number or a string this way.
            Value::Bool(b) => out.push_str(if *b { "True" } else { "False" }),
            _ => return Err(mismatch(node, value, path)),
        },
    }
    Ok(())
}

/// Appends a timestamp in `format`.
pub(super) fn push_timestamp(out: &mut String, timestamp: Timestamp, format: TimestampFormat) {
    match format {
        TimestampFormat::Iso8601 => out.push_str(&timestamp.wire_iso8601()),
        TimestampFormat::Rfc822 => out.push_str(&timestamp.wire_http_date()),
        TimestampFormat::UnixTimestamp if timestamp.nanoseconds() < 1000 => push_int(out, timestamp.seconds()),
        TimestampFormat::UnixTimestamp => push_float(out, timestamp.as_f64()),
    }
}

/// Reads a timestamp parameter: a timestamp, epoch seconds (`true` is 1, as in boto3), or text in any supported notation.
pub(super) fn timestamp(node: Node<'_>, value: &Value, path: &Path<'_>) -> Result<Timestamp> {
    let text = |text: &str| Timestamp::parse(text).map_err(|e| invalid(format_args!("Parameter {path}: {}", e.message())).with_source(e));
    let outside = || invalid(format_args!("Parameter {path}: {value:?} is outside the years 0 to 9999"));
    match value {
        Value::Timestamp(t) => Ok(*t),
        Value::String(s) => text(s),
        Value::Number(n) => text(n.as_str()),
        Value::Int(n) => Timestamp::checked(*n, 0).ok_or_else(outside),
        Value::Bool(b) => Ok(Timestamp::new(i64::from(*b), 0)),
        Value::Float(n) => Timestamp::from_f64(*n).ok_or_else(outside),
        _ => Err(mismatch(node, value, path)),
    }
}

/// Returns the bytes of a blob: bytes, a string as UTF-8, or a stream read to its end.
pub(super) fn blob<'v>(node: Node<'_>, value: &'v Value, path: &Path<'_>) -> Result<Cow<'v, [u8]>> {
    match value {
        Value::Bytes(b) => Ok(Cow::Borrowed(b)),
        Value::String(s) => Ok(Cow::Borrowed(s.as_bytes())),
        Value::Stream(s) => Ok(Cow::Owned(s.read_all()?.to_vec())),
        _ => Err(mismatch(node, value, path)),
    }
}

/// Appends `bytes` in base64: standard alphabet, padded, on one line.
pub(super) fn push_base64(out: &mut String, bytes: &[u8]) {
    STANDARD.encode_string(bytes, out);
}
