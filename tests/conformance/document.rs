//! Bodies by their content: bodies with different bytes may be equivalent.

use std::io::Read as _;

use quick_xml::events::Event;
use serde_json::{Value, json};

/// The content of a body.
#[derive(Debug, PartialEq)]
pub enum Document {
    /// A form, in order.
    Form(Vec<String>),
    /// JSON or CBOR; the order of keys does not count.
    Data(Value),
    /// XML as start tags with sorted attributes, texts and end tags.
    Xml(Vec<String>),
    /// Anything else.
    Bytes(Vec<u8>),
}

/// Reads a body of that content type; an unreadable one stays bytes.
pub fn read(content_type: &str, content_encoding: &str, body: &[u8]) -> Document {
    let mut inflated = Vec::new();
    let body = match content_encoding {
        "gzip" if flate2::read::GzDecoder::new(body).read_to_end(&mut inflated).is_ok() => &inflated,
        _ => body,
    };
    let document = match content_type {
        t if t.contains("x-www-form-urlencoded") => {
            str::from_utf8(body).ok().map(|t| Document::Form(t.split('&').map(str::to_owned).collect()))
        }
        t if t.contains("json") => serde_json::from_slice(body).ok().map(Document::Data),
        t if t.contains("cbor") => cbor(body).map(Document::Data),
        t if t.contains("xml") => str::from_utf8(body).ok().and_then(xml).map(Document::Xml),
        _ => None,
    };
    document.unwrap_or_else(|| Document::Bytes(body.to_vec()))
}

/// Reads XML without the white space between tags; text is compared as it is written.
fn xml(text: &str) -> Option<Vec<String>> {
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut parts: Vec<String> = Vec::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                let mut attributes: Vec<String> = start.attributes().map(|a| a.map(|a| format!("{a:?}"))).collect::<Result<_, _>>().ok()?;
                attributes.sort();
                parts.push(format!("<{:?} {}>", start.name(), attributes.join(" ")));
            }
            Event::End(end) => parts.push(format!("</{:?}>", end.name())),
            Event::Text(text) if text.trim().is_empty() => {}
            Event::Text(text) => parts.push(text.to_string()),
            Event::GeneralRef(name) => parts.push(format!("&{};", &*name)),
            Event::Eof => return Some(parts),
            _ => {}
        }
    }
}

/// CBOR (RFC 8949) as JSON; bytes and tags become arrays that JSON data never has here.
fn cbor(bytes: &[u8]) -> Option<Value> {
    let mut rest = bytes;
    let value = item(&mut rest)??;
    rest.is_empty().then_some(value)
}

/// `Some(None)` is the end of an item of unknown length.
#[allow(clippy::option_option)]
fn item(rest: &mut &[u8]) -> Option<Option<Value>> {
    let first = take(rest, 1)?[0];
    let (major, info) = (first >> 5, first & 31);
    if first == 0xff {
        return Some(None);
    }
    let unknown = info == 31;
    let argument = match info {
        0..=23 => u64::from(info),
        24..=27 => take(rest, 1 << (info - 24))?.iter().fold(0, |n, b| n << 8 | u64::from(*b)),
        31 => 0,
        _ => return None,
    };
    Some(Some(match major {
        0 => json!(argument),
        1 => json!(-1 - i64::try_from(argument).ok()?),
        2 | 3 => {
            let mut content = Vec::new();
            if unknown {
                while let Some(chunk) = item(rest)? {
                    content.extend_from_slice(chunk["content"].as_str().or(chunk.as_str())?.as_bytes());
                }
            } else {
                content = take(rest, usize::try_from(argument).ok()?)?.to_vec();
            }
            if major == 3 { json!(String::from_utf8(content).ok()?) } else { json!({"bytes": content}) }
        }
        4 => {
            let mut items = Vec::new();
            while unknown || items.len() < argument as usize {
                match item(rest)? {
                    Some(value) => items.push(value),
                    None => break,
                }
            }
            json!(items)
        }
        5 => {
            let mut entries = serde_json::Map::new();
            while unknown || entries.len() < argument as usize {
                let Some(key) = item(rest)? else { break };
                entries.insert(key.as_str()?.to_owned(), item(rest)??);
            }
            json!(entries)
        }
        6 => match item(rest)?? {
            // Seconds since 1970 may be written either way.
            Value::Number(seconds) if argument == 1 => json!({"tag": 1, "of": {"float": format!("{:?}", seconds.as_f64()?)}}),
            of => json!({"tag": argument, "of": of}),
        },
        _ => match info {
            20 => json!(false),
            21 => json!(true),
            22 => json!(null),
            25 => json!({"float": format!("{:?}", half(argument as u16))}),
            26 => json!({"float": format!("{:?}", f32::from_bits(argument as u32) as f64)}),
            27 => json!({"float": format!("{:?}", f64::from_bits(argument))}),
            _ => return None,
        },
    }))
}

/// The value of a half-precision number (IEEE 754 binary16).
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    let magnitude = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

/// Compares the contents of two bodies.
pub fn same(content_type: &str, content_encoding: &str, found: &[u8], expected: &[u8]) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    let (found, expected) = (read(content_type, content_encoding, found), read(content_type, content_encoding, expected));
    if found == expected { Ok(()) } else { Err(format!("body ({content_type}): expected\n{expected:?}\nfound\n{found:?}")) }
}

/// The text of a header in a case.
pub fn header<'a>(headers: &'a tucuxi::Value, name: &str) -> &'a str {
    let fields = headers.as_map().into_iter().flat_map(|map| map.iter());
    fields.filter(|(n, _)| n.eq_ignore_ascii_case(name)).find_map(|(_, value)| value.as_str()).unwrap_or_default()
}
