//! `ResponseMetadata`: the status, the headers, and the request ID of a response.

use crate::definition::ProtocolName;
use crate::http::Headers;
use crate::value::{Map, Str};

pub(super) const KEY: &str = "ResponseMetadata";

/// Returns the metadata of a response: `ids` first, then the status and the headers.
pub(super) fn metadata(ids: Map, status: u16, headers: &Headers) -> Map {
    let mut metadata = ids;
    metadata.insert("HTTPStatusCode", i64::from(status));
    metadata.insert("HTTPHeaders", header_map(headers));
    metadata
}

/// Returns the request IDs from the headers. The query and ec2 protocols have them in the body.
pub(super) fn header_ids(protocol: ProtocolName, headers: &Headers) -> Map {
    let mut ids = Map::new();
    match protocol {
        ProtocolName::Json | ProtocolName::Cbor => {
            if let Some(id) = headers.get("x-amzn-requestid") {
                ids.insert("RequestId", id);
            }
        }
        ProtocolName::RestJson | ProtocolName::RestXml => {
            if let Some(id) = headers.get("x-amzn-requestid") {
                ids.insert("RequestId", id);
            } else if let Some(id) = headers.get("x-amz-request-id") {
                ids.insert("RequestId", id);
                ids.insert("HostId", headers.get("x-amz-id-2").unwrap_or_default());
            }
        }
        ProtocolName::Query | ProtocolName::Ec2 => {}
    }
    ids
}

/// Returns the headers with lowercase names. Values of the same name are joined by a comma (RFC 9110, section 5.3).
fn header_map(headers: &Headers) -> Map {
    let mut map = Map::with_capacity(headers.len());
    for (name, value) in headers.fields() {
        let name = lower_case(name);
        let joined = match map.get(&name) {
            Some(first) => Str::from(format!("{first}, {value}")),
            None => value.clone(),
        };
        map.insert(name, joined);
    }
    map
}

fn lower_case(name: &Str) -> Str {
    match name.bytes().any(|b| b.is_ascii_uppercase()) {
        true => Str::lowercase(name),
        false => name.clone(),
    }
}
