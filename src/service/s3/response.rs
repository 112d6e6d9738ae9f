//! S3's responses: errors in responses with status 200, encoded keys, and two members that the definition does not describe.

use super::CallState;
use crate::call::Event;
use crate::definition::ShapeType;
use crate::http::ResponseBody;
use crate::protocol::{xml_document_element, xml_root_name, xml_root_text};
use crate::text::encoding::form_decode;
use crate::value::{Map, Str, Timestamp, Value};

/// A response with status 200 that contains an error, or is cut off, counts as status 500.
pub(super) fn error_in_200(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let Some(output) = event.output()? else { return Ok(()) };
    let Some(structure) = output.structure() else { return Ok(()) };
    // Whether the body is parsed anyway.
    let mut is_parsed = structure.payload().is_some();
    for member in &structure.members {
        let target = output.member(member)?;
        let is_payload = structure.payload().is_some_and(|(_, payload)| payload.name == member.name);
        if is_payload && (target.has(|t| t.event_stream) || matches!(target.shape_type(), ShapeType::Blob | ShapeType::String)) {
            return Ok(());
        }
        is_parsed |= target.location().is_none();
    }
    let Some(response) = event.response_mut() else { return Ok(()) };
    let ResponseBody::Bytes(body) = &response.body else { return Ok(()) };
    if response.status != 200 || body.is_empty() {
        return Ok(());
    }
    let root = if is_parsed { xml_document_element(body) } else { xml_root_name(body) };
    if root.map_or(true, |root| root == "Error") {
        response.status = FAILED;
    } else if is_parsed {
        event.set_malformed_status(FAILED);
    }
    Ok(())
}

/// The status of a successful response that contains an error.
const FAILED: u16 = 500;

/// Keeps an unreadable date as text only, so that it does not fail the response.
pub(super) fn check_expires(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let modeled = event.output()?.and_then(|o| o.structure()).is_some_and(|s| s.member("Expires").is_some());
    let Some(response) = event.response_mut().filter(|_| modeled) else { return Ok(()) };
    let Some(text) = response.headers.get("expires").map(str::to_owned) else { return Ok(()) };
    if Timestamp::parse(&text).is_err() {
        response.headers.remove("expires");
    }
    event.state::<CallState>().expires = Some(text);
    Ok(())
}

/// Adds the text of the `Expires` header.
pub(super) fn expires_string(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if let Some(text) = event.state::<CallState>().expires.clone()
        && let Some(result) = event.result_mut().filter(|r| !r.contains_key("Error"))
    {
        result.insert("ExpiresString", text);
    }
    Ok(())
}

/// The end of errors that S3-compatible stores return if they lack a feature that the request used.
const COMPATIBILITY: &str = "If this is an S3-compatible store, the setting `s3_compatible` (`Config::s3_compatible(true)`, \
                             AWS_S3_COMPATIBLE, or the profile) avoids features that many of them lack.";

/// Names the setting `s3_compatible` in such errors of custom endpoints.
pub(super) fn suggest_compatibility(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if event.builtins()["SDK::Endpoint"].is_null() {
        return Ok(());
    }
    let Some(error) = event.error() else { return Ok(()) };
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_ascii_lowercase();
    let (code, message) = (text("Code"), text("Message"));
    let headers = event.request().map(|request| &request.headers);
    let sent = |name: &str| headers.is_some_and(|headers| headers.iter().any(|(header, _)| header.to_ascii_lowercase().starts_with(name)));
    let digest = ["missingcontentmd5", "xamzcontentsha256mismatch", "contentsha256mismatch"].contains(&code.as_str());
    let checksum = sent("x-amz-checksum-") || sent("x-amz-sdk-checksum-") || sent("x-amz-trailer");
    let rejected = ["notimplemented", "501", "missingcontentlength", "411"].contains(&code.as_str());
    let named = ["content-md5", "checksum", "aws-chunked", "trailer", "encoding-type"].iter().any(|feature| message.contains(feature));
    if digest || (checksum && (rejected || named)) || message.contains("content-md5") || message.contains("encoding-type") {
        event.set_hint(COMPATIBILITY);
    }
    Ok(())
}

/// The location is the text of the document element, which no structure describes. An empty one means us-east-1.
pub(super) fn bucket_location(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let Some(response) = event.response().filter(|r| r.status < 300) else { return Ok(()) };
    let ResponseBody::Bytes(body) = &response.body else { return Ok(()) };
    let location = xml_root_text(body)?;
    if let Some(result) = event.result_mut() {
        result.insert("LocationConstraint", if location.is_empty() { Value::Null } else { location.into() });
    }
    Ok(())
}

/// Decodes keys if a hook requested the encoding.
pub(super) fn decode_keys(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if !event.state::<CallState>().decodes_keys {
        return Ok(());
    }
    let top: &[&str] = match event.operation().name.as_str() {
        "ListObjects" => &["Delimiter", "Marker", "NextMarker"],
        "ListObjectsV2" => &["Delimiter", "Prefix", "StartAfter"],
        _ => &["KeyMarker", "NextKeyMarker", "Prefix", "Delimiter"],
    };
    let Some(result) = event.result_mut().filter(|r| r["EncodingType"].as_str() == Some("url")) else { return Ok(()) };
    top.iter().for_each(|member| decode(result, member));
    for (list, member) in [("Contents", "Key"), ("Versions", "Key"), ("DeleteMarkers", "Key"), ("CommonPrefixes", "Prefix")] {
        if let Some(items) = result.get_mut(list).and_then(Value::as_list_mut) {
            items.replace_texts(member, decoded);
        }
    }
    Ok(())
}

fn decode(map: &mut Map, member: &str) {
    if let Some(text) = map.get(member).and_then(Value::as_str).and_then(decoded) {
        map.insert(member, text);
    }
}

/// The text without its encoding, if that is another one.
fn decoded(text: &str) -> Option<Str> {
    text.contains(['%', '+']).then(|| Str::from(form_decode(text)))
}
