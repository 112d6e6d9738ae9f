//! Bindings of the REST protocols: members in the path, the query string, and the headers, and the members that remain
//! for the body.

use super::scalar::{push_base64, push_scalar, push_timestamp, timestamp};
use super::{Serialized, SerializedBody, member, mismatch};
use crate::definition::{Location, Node, Operation, ShapeType, TimestampFormat};
use crate::error::{Error, Result};
use crate::text::encoding::push_percent_encoded;
use crate::text::json::JsonText;
use crate::text::{Path, invalid};
use crate::value::{Map, Value};

/// A request without its body, and the parts of the input that make up the body.
pub(super) struct Bound<'a> {
    pub request: Serialized,
    pub body: RestBody<'a>,
}

/// Members of the input, each with its name and value.
pub(super) type Bindings<'a> = Vec<(Node<'a>, &'a str, &'a Value)>;

/// The source of the body.
pub(super) enum RestBody<'a> {
    /// The operation has no input.
    NoInput,
    /// A payload of text or bytes, sent verbatim.
    Raw(SerializedBody),
    /// A payload of another type; `None` if it is not given.
    Payload(Option<(Node<'a>, &'a str, &'a Value)>),
    /// The input, and those of its members (possibly none) that are not bound elsewhere.
    Members(Node<'a>, Bindings<'a>),
}

pub(super) fn bind<'a>(operation: &Operation, shape: Option<Node<'a>>, request_uri: &str, input: &'a Map) -> Result<Bound<'a>> {
    let Some(shape) = shape else {
        return Ok(Bound { request: Serialized::new(operation, request_uri), body: RestBody::NoInput });
    };
    let mut request = Serialized::new(operation, String::new());
    let mut labels = Bindings::new();
    let mut rest = Bindings::new();
    for (name, value) in input.iter().filter(|(_, v)| !v.is_null()) {
        let node = member(shape, name, &Path::ROOT)?;
        let path = Path::ROOT.name(name);
        match node.location() {
            Some(Location::Uri) => labels.push((node, name, value)),
            Some(Location::QueryString) => bind_query(&mut request, node, name, value, &path)?,
            Some(Location::Header) => bind_header(&mut request, node, name, value, &path)?,
            Some(Location::Headers) => bind_headers(&mut request, node, value, &path)?,
            Some(Location::StatusCode) | None => rest.push((node, name, value)),
        }
    }
    request.path = fill_labels(shape, request_uri, &labels)?;
    Ok(Bound { request, body: body(shape, input, rest)? })
}

fn body<'a>(shape: Node<'a>, input: &'a Map, members: Bindings<'a>) -> Result<RestBody<'a>> {
    let Some((_, payload)) = shape.structure().and_then(|s| s.payload()) else { return Ok(RestBody::Members(shape, members)) };
    let node = shape.member(payload)?;
    let value = input.get(&payload.name).filter(|v| !v.is_null());
    if value.is_none() && node.has(|t| t.union) {
        // A union without a member would be invalid.
        return Ok(RestBody::Raw(SerializedBody::Empty));
    }
    if !matches!(node.shape_type(), ShapeType::Blob | ShapeType::String) {
        return Ok(RestBody::Payload(value.map(|v| (node, payload.name.as_str(), v))));
    }
    Ok(RestBody::Raw(match value {
        None => SerializedBody::Empty,
        Some(Value::Bytes(bytes)) => SerializedBody::Bytes(bytes.clone()),
        Some(Value::String(text)) => SerializedBody::Bytes(text.as_bytes().into()),
        Some(Value::Stream(stream)) => SerializedBody::Stream(stream.clone()),
        Some(other) => return Err(mismatch(node, other, &Path::ROOT.name(&payload.name))),
    }))
}

/// Replaces `{label}` and `{label+}` in the template by the labels' values; `{label+}` keeps slashes unencoded.
fn fill_labels(shape: Node<'_>, template: &str, labels: &Bindings<'_>) -> Result<String> {
    let mut out = String::with_capacity(template.len() + 32);
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, (label, after))) = rest.split_once('{').and_then(|(b, r)| Some((b, r.split_once('}')?))) {
        out.push_str(before);
        let (label, safe) = label.strip_suffix('+').map_or((label, ""), |label| (label, "/"));
        let (node, name, value) = labels
            .iter()
            .find(|(node, name, _)| node.location_name().unwrap_or(name) == label)
            .ok_or_else(|| missing_label(shape, template, label))?;
        text.clear();
        push_text(&mut text, *node, value, &Path::ROOT.name(name))?;
        push_percent_encoded(&mut out, &text, safe);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn missing_label(shape: Node<'_>, template: &str, label: &str) -> Error {
    let members = shape.structure().map(|s| s.members.as_slice()).unwrap_or_default();
    let member = members.iter().find(|m| m.target.traits.location_name.as_deref().unwrap_or(&m.name) == label);
    let name = member.map_or(label, |m| &m.name);
    invalid(format_args!("Missing required parameter in input: \"{name}\" (part of the path {template})"))
}

/// A member takes precedence over a map entry of the same name.
fn bind_query(request: &mut Serialized, node: Node<'_>, name: &str, value: &Value, path: &Path<'_>) -> Result<()> {
    match (node.shape_type(), value) {
        (ShapeType::Map { value: item, .. }, Value::Map(map)) => {
            let item = node.follow(item)?;
            for (key, value) in map.iter() {
                if !request.query.iter().any(|(known, _)| *known == **key) {
                    push_query(request, key, item, value, &path.name(key))?;
                }
            }
            Ok(())
        }
        _ => push_query(request, node.location_name().unwrap_or(name), node, value, path),
    }
}

/// Adds a value under `key`, or one per item of a list. It replaces an earlier value of the same name.
fn push_query(request: &mut Serialized, key: &str, node: Node<'_>, value: &Value, path: &Path<'_>) -> Result<()> {
    let query = &mut request.query;
    let place = query.iter().position(|(k, _)| k == key).unwrap_or(query.len());
    query.retain(|(k, _)| k != key);
    match (node.shape_type(), value) {
        (ShapeType::List(item), Value::List(list)) => {
            let item = node.follow(item)?;
            for (i, value) in list.iter().enumerate() {
                query.insert(place + i, (key.to_owned(), text(item, value, &path.index(i))?));
            }
        }
        _ => query.insert(place, (key.to_owned(), text(node, value, path)?)),
    }
    Ok(())
}

fn bind_header(request: &mut Serialized, node: Node<'_>, name: &str, value: &Value, path: &Path<'_>) -> Result<()> {
    let mut text = String::new();
    match (node.shape_type(), value) {
        _ if node.has(|t| t.json_value) => {
            let mut json = JsonText::compact();
            json.document(value, path)?;
            push_base64(&mut text, json.text.as_bytes());
        }
        (ShapeType::List(_), Value::List(list)) if list.is_empty() => return Ok(()),
        (ShapeType::List(item), Value::List(list)) => {
            let item = node.follow(item)?;
            let given = list.iter().enumerate().filter(|(_, v)| !v.is_null());
            for (count, (i, value)) in given.enumerate() {
                if count > 0 {
                    text.push(',');
                }
                push_header_item(&mut text, item, value, &path.index(i))?;
            }
        }
        _ => push_header_text(&mut text, node, value, path)?,
    }
    push_header(request, node.location_name().unwrap_or(name).to_owned(), text);
    Ok(())
}

/// Adds one header per map entry; the member's name is the prefix of their names.
fn bind_headers(request: &mut Serialized, node: Node<'_>, value: &Value, path: &Path<'_>) -> Result<()> {
    let (ShapeType::Map { value: item, .. }, Value::Map(map)) = (node.shape_type(), value) else {
        return Err(mismatch(node, value, path));
    };
    let (item, prefix) = (node.follow(item)?, node.location_name().unwrap_or_default());
    for (key, value) in map {
        let mut text = String::new();
        push_header_text(&mut text, item, value, &path.name(key))?;
        push_header(request, format!("{prefix}{key}"), text);
    }
    Ok(())
}

/// Names that differ only in case are both sent, as in boto3.
fn push_header(request: &mut Serialized, name: String, value: String) {
    let same = request.headers.iter().any(|(n, _)| n == name);
    if same { request.headers.set(name, value) } else { request.headers.append(name, value) }
}

/// Text with a comma or a quote is quoted so that it remains one item.
fn push_header_item(out: &mut String, node: Node<'_>, value: &Value, path: &Path<'_>) -> Result<()> {
    match value {
        Value::String(s) if s.contains([',', '"']) => {
            out.push('"');
            out.push_str(&s.replace('"', "\\\""));
            out.push('"');
            Ok(())
        }
        _ => push_header_text(out, node, value, path),
    }
}

fn push_header_text(out: &mut String, node: Node<'_>, value: &Value, path: &Path<'_>) -> Result<()> {
    match node.shape_type() {
        ShapeType::Timestamp => {
            let whole = timestamp(node, value, path)?.truncate_to_seconds();
            push_timestamp(out, whole, node.timestamp_format().unwrap_or(TimestampFormat::Rfc822));
            Ok(())
        }
        _ => push_text(out, node, value, path),
    }
}

fn text(node: Node<'_>, value: &Value, path: &Path<'_>) -> Result<String> {
    let mut text = String::new();
    push_text(&mut text, node, value, path)?;
    Ok(text)
}

/// Appends a scalar as it appears in paths, query strings, and headers. Blobs, which are rare there, are not base64-encoded.
fn push_text(out: &mut String, node: Node<'_>, value: &Value, path: &Path<'_>) -> Result<()> {
    match (node.shape_type(), value) {
        (ShapeType::Blob, Value::String(text)) => out.push_str(text),
        (ShapeType::Blob, Value::Bytes(bytes)) => {
            let text = std::str::from_utf8(bytes).map_err(|e| invalid(format_args!("Parameter {path}: {e}")))?;
            out.push_str(text);
        }
        _ => push_scalar(out, node, value, TimestampFormat::Iso8601, path)?,
    }
    Ok(())
}
