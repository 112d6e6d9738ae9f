//! The rest-json protocol: REST bindings with a JSON body.

use super::json::JsonWriter;
use super::rest::{Bound, RestBody, bind};
use super::{Serialized, SerializedBody};
use crate::definition::{Node, Operation};
use crate::error::Result;
use crate::text::Path;
use crate::value::Map;

pub(super) fn serialize(operation: &Operation, shape: Option<Node<'_>>, request_uri: &str, input: &Map) -> Result<Serialized> {
    let Bound { mut request, body } = bind(operation, shape, request_uri, input)?;
    let Some(json) = json(&mut request, body)? else { return Ok(request) };
    if !request.headers.contains("Content-Type") {
        request.headers.append("Content-Type", "application/json");
    }
    request.body = SerializedBody::Bytes(json.into());
    Ok(request)
}

/// The JSON of the body; `None` where there is no body, or where it is a payload of another kind.
fn json(request: &mut Serialized, body: RestBody<'_>) -> Result<Option<Vec<u8>>> {
    let mut writer = JsonWriter::new();
    match body {
        RestBody::NoInput => return Ok(None),
        RestBody::Raw(body) => {
            request.body = body;
            return Ok(None);
        }
        RestBody::Members(shape, members) if members.is_empty() && !has_body_members(shape)? => return Ok(None),
        RestBody::Members(_, members) => writer.members(members.into_iter())?,
        RestBody::Payload(Some((node, name, value))) => writer.value(node, value, &Path::ROOT.name(name))?,
        RestBody::Payload(None) => writer.members(std::iter::empty())?,
    }
    Ok(Some(writer.into_bytes()))
}

/// An input that could have a body has one even when it is empty.
fn has_body_members(shape: Node<'_>) -> Result<bool> {
    for member in shape.structure().map(|s| s.members.as_slice()).unwrap_or_default() {
        if shape.member(member)?.location().is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}
