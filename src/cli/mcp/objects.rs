//! Bytes for agents: objects of S3, and the streamed bodies of other responses. Text is text, other bytes are base64.

use std::io::Read as _;

use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::Server;
use super::result::Fitted;
use super::tools::{Arguments, Context, permitted, reason};
use crate::error::{Error, Result};
use crate::value::{Map, Str};
use crate::{Stream, Value};

/// The tool `read_object`.
pub(super) fn read_object(server: &Server, arguments: &Arguments, context: &Context<'_>) -> std::result::Result<Fitted, String> {
    let encoding = arguments.text("encoding").unwrap_or("auto");
    if !["auto", "text", "base64"].contains(&encoding) {
        return Err("The argument \"encoding\" must be auto, text, or base64.".to_owned());
    }
    let limit = arguments.max_bytes(server)?;
    let mut params = Map::from_iter([("Bucket", arguments.required("bucket")), ("Key", arguments.required("key"))]);
    if let Some(version) = arguments.text("version_id") {
        params.insert("VersionId", version);
    }
    // One more byte tells whether there are more.
    match arguments.integer("start").unwrap_or(0) {
        0 => {}
        start if start > 0 => drop(params.insert("Range", format!("bytes={start}-{}", start.saturating_add(limit as i64)))),
        start => drop(params.insert("Range", format!("bytes={start}"))),
    }
    let (client, name) = permitted(server, "s3", "GetObject", arguments.text("region"))?;
    let request = client.request(&name, params).deadline(server.timeout).cancel(context.cancel);
    let response = request.send().map_err(|error| reason(&error))?;
    let part = match response["Body"].as_stream() {
        Some(stream) => Part::read(stream, limit).map_err(|error| reason(&error))?,
        None => Part::default(),
    };
    let (start, size) = placed(&response);
    let end = start + part.bytes.len() as u64;
    let mut result = Map::new();
    for (name, member) in [("content_type", "ContentType"), ("last_modified", "LastModified"), ("etag", "ETag"), ("metadata", "Metadata")] {
        if !response[member].is_null() && response[member].as_map().is_none_or(|map| !map.is_empty()) {
            result.insert(name, response[member].clone());
        }
    }
    result.insert("size", size);
    result.insert("start", start);
    result.insert("end", end);
    let note =
        (part.has_more || end < size).then(|| format!("Bytes {start} to {end} of {size} are shown. Continue with \"start\": {end}."));
    part.insert(&mut result, encoding)?;
    let text = crate::cli::mcp::result::fit(result.into(), usize::MAX).text;
    Ok(Fitted { text, note })
}

/// The position of the bytes in the object, and its size.
fn placed(response: &Value) -> (u64, u64) {
    let whole = || (0, response["ContentLength"].as_int().and_then(|length| u64::try_from(length).ok()).unwrap_or(0));
    // bytes 5-9/100
    let range = response["ContentRange"].as_str().and_then(|range| range.strip_prefix("bytes ")?.split_once('/'));
    range.and_then(|(range, size)| Some((range.split_once('-')?.0.parse().ok()?, size.parse().ok()?))).unwrap_or_else(whole)
}

/// Replaces the streams of a response by their first bytes or events.
pub(super) fn read_streams(response: &mut Map, limit: usize) -> Result<()> {
    let streams: Vec<(Str, Stream)> =
        response.iter().filter_map(|(name, value)| Some((name.clone(), value.as_stream()?.clone()))).collect();
    for (name, stream) in streams {
        if let Some(events) = stream.events() {
            let mut length = 0;
            let mut shown = crate::List::new();
            for event in events {
                let event = event?;
                length += event.to_json_text(false).len();
                shown.push(event);
                if length > limit {
                    break;
                }
            }
            response.insert(name, shown);
            continue;
        }
        let part = Part::read(&stream, limit)?;
        let mut body = Map::new();
        if part.has_more {
            body.insert("note", format!("Only the first {limit} bytes are shown."));
        }
        let _ = part.insert(&mut body, "auto");
        response.insert(name, body);
    }
    Ok(())
}

/// The first bytes of a body.
#[derive(Default)]
struct Part {
    bytes: Vec<u8>,
    has_more: bool,
}

impl Part {
    /// Reads at most `limit` bytes. The rest of the body is not transferred.
    fn read(stream: &Stream, limit: usize) -> Result<Part> {
        let Some(body) = stream.take() else { return Ok(Part::default()) };
        let mut bytes = Vec::new();
        body.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(Error::from)?;
        let has_more = bytes.len() > limit;
        bytes.truncate(limit);
        // A character that is cut belongs to the next part.
        if has_more
            && let Err(error) = std::str::from_utf8(&bytes)
            && error.error_len().is_none()
            && error.valid_up_to() > 0
        {
            bytes.truncate(error.valid_up_to());
        }
        Ok(Part { bytes, has_more })
    }

    /// Adds the bytes as `text` or `base64`.
    fn insert(self, map: &mut Map, encoding: &str) -> std::result::Result<(), String> {
        match String::from_utf8(self.bytes) {
            Ok(text) if encoding != "base64" => drop(map.insert("text", text)),
            Err(_) if encoding == "text" => return Err("The bytes are not UTF-8 text. Use the encoding base64.".to_owned()),
            Ok(text) => drop(map.insert("base64", BASE64_STANDARD.encode(text))),
            Err(binary) => drop(map.insert("base64", BASE64_STANDARD.encode(binary.as_bytes()))),
        }
        Ok(())
    }
}
