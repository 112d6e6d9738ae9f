//! The notations of bodies behind one face.

use super::{Slots, cbor, json, xml};
use crate::definition::{Node, ProtocolName, Structure};
use crate::error::Result;
use crate::value::{Bytes, Value};

/// The notation of a body.
#[derive(Clone, Copy)]
pub(in crate::protocol) enum Format {
    /// JSON of the json protocol.
    Json,
    /// JSON of the rest-json protocol.
    RestJson,
    /// XML.
    Xml,
    /// CBOR.
    Cbor,
}

impl Format {
    pub(in crate::protocol) fn of(protocol: ProtocolName) -> Format {
        match protocol {
            ProtocolName::Json => Format::Json,
            ProtocolName::RestJson => Format::RestJson,
            ProtocolName::Cbor => Format::Cbor,
            ProtocolName::RestXml | ProtocolName::Query | ProtocolName::Ec2 => Format::Xml,
        }
    }

    /// The notation of the payload of an event. As in boto3, what JSON has for a scalar stays as it is in every protocol.
    pub(in crate::protocol) fn of_event(protocol: ProtocolName) -> Format {
        match Format::of(protocol) {
            Format::RestJson => Format::Json,
            other => other,
        }
    }

    /// A whole body as the members of a structure. An empty body has none.
    pub(in crate::protocol) fn members(self, node: Node<'_>, structure: &Structure, body: &Bytes) -> Result<Slots> {
        match self {
            Format::Json => json::members(node, structure, json::Scalars::AsTheyAre, body),
            Format::RestJson => json::members(node, structure, json::Scalars::Coerced, body),
            Format::Xml => xml::members(node, structure, body),
            Format::Cbor => cbor::members(node, structure, body),
        }
    }

    /// A whole body as a value of a shape; an empty body as that of an empty structure.
    pub(in crate::protocol) fn value(self, node: Node<'_>, body: &Bytes) -> Result<Value> {
        match self {
            Format::Json => json::value(node, json::Scalars::AsTheyAre, body),
            Format::RestJson => json::value(node, json::Scalars::Coerced, body),
            Format::Xml => xml::value(node, body),
            Format::Cbor => cbor::value(node, body),
        }
    }
}
