//! The body formats behind one interface, and the rule for unions that they share.

use super::position::Position;
use super::{Slots, cbor, json, xml};
use crate::definition::{Node, ProtocolName, Structure};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Batch, Bytes, Map, Str, Value};

/// The format of a body.
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

    /// Returns the format of an event's payload. As in boto3, JSON scalars in events are not coerced in any protocol.
    pub(in crate::protocol) fn of_event(protocol: ProtocolName) -> Format {
        match Format::of(protocol) {
            Format::RestJson => Format::Json,
            other => other,
        }
    }

    /// Parses a whole body as the members of a structure. An empty body has none.
    pub(in crate::protocol) fn members(
        self,
        node: Node<'_>,
        structure: &Structure,
        body: &Bytes,
        position: &Position<'_>,
    ) -> Result<Slots> {
        match self {
            Format::Json => json::members(node, structure, json::Scalars::Verbatim, body, position),
            Format::RestJson => json::members(node, structure, json::Scalars::Coerced, body, position),
            Format::Xml => xml::members(node, structure, body, position),
            Format::Cbor => cbor::members(node, structure, body, position),
        }
    }

    /// Parses a whole body as a value of a shape; an empty body counts as an empty structure.
    pub(in crate::protocol) fn value(self, node: Node<'_>, body: &Bytes, position: &Position<'_>) -> Result<Value> {
        match self {
            Format::Json => json::value(node, json::Scalars::Verbatim, body, position),
            Format::RestJson => json::value(node, json::Scalars::Coerced, body, position),
            Format::Xml => xml::value(node, body, position),
            Format::Cbor => cbor::value(node, body, position),
        }
    }
}

/// Records a key that the definition does not contain. Two suffice to reject a union, so no more are kept.
pub(super) fn note_unknown(unknown: &mut Vec<Str>, key: &str) {
    if key != "__type" && unknown.len() < 2 && !unknown.iter().any(|name| name == key) {
        unknown.push(Str::from(key));
    }
}

/// The members of a structure that were found. Slots are used only for several: many structures, such as DynamoDB's attributes, have
/// one.
pub(super) enum Members {
    Nothing,
    One(usize, Value),
    Several(Slots),
}

impl Members {
    /// Sets the value of a member; `None` is an absent one. The last value of a member counts.
    pub(super) fn set(&mut self, structure: &Structure, slot: usize, value: Option<Value>) {
        match self {
            Members::Several(slots) => slots[slot] = value,
            Members::One(known, first) if *known != slot => {
                let mut slots = Slots::new(structure);
                (slots[*known], slots[slot]) = (Some(std::mem::take(first)), value);
                *self = Members::Several(slots);
            }
            Members::Nothing | Members::One(..) => *self = value.map_or(Members::Nothing, |value| Members::One(slot, value)),
        }
    }

    /// Returns the structure as a map.
    pub(super) fn into_map(self, structure: &Structure, batch: &mut Batch<'_>) -> Map {
        match self {
            Members::Nothing => Slots::new(structure).into_map(structure, batch),
            Members::One(slot, value) => batch.single(&structure.keys, slot, value),
            Members::Several(slots) => slots.into_map(structure, batch),
        }
    }
}

/// The members of a union that were found.
pub(super) enum Found {
    Nothing,
    One(usize, Value),
    Several,
}

impl Found {
    /// Records the value of a member; `None` is an absent one. The last value of a member counts.
    pub(super) fn set(&mut self, slot: usize, value: Option<Value>) {
        let is_same = matches!(self, Found::One(known, _) if *known == slot);
        *self = match (std::mem::replace(self, Found::Nothing), value) {
            (Found::Nothing, Some(value)) => Found::One(slot, value),
            (Found::One(..), Some(value)) if is_same => Found::One(slot, value),
            (Found::One(..), None) if is_same => Found::Nothing,
            (Found::One(..) | Found::Several, Some(_)) => Found::Several,
            (found, None) => found,
        };
    }
}

impl From<Slots> for Found {
    fn from(mut slots: Slots) -> Found {
        let mut found = Found::Nothing;
        slots.iter_mut().enumerate().for_each(|(slot, value)| found.set(slot, value.take()));
        found
    }
}

/// Returns the union with these members. `unknown` lists the keys that the definition does not contain.
///
/// An unknown member becomes `{"SDK_UNKNOWN_MEMBER": {"name": …}}`.
pub(super) fn union(
    node: Node<'_>,
    structure: &Structure,
    found: impl Into<Found>,
    unknown: &[Str],
    batch: &mut Batch<'_>,
) -> Result<Value> {
    match (found.into(), unknown) {
        (Found::One(slot, value), []) => Ok(Value::Map(batch.single(&structure.keys, slot, value))),
        (Found::Nothing, [name]) => {
            Ok(Value::Map([("SDK_UNKNOWN_MEMBER", Map::from_iter([("name", name.clone())]))].into_iter().collect()))
        }
        _ => Err(Error::new(
            ErrorKind::ResponseParser,
            format!("Invalid service response: {} must have one and only one member set.", node.name()),
        )),
    }
}
