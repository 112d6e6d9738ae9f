//! CBOR bodies, parsed according to their shapes. The key of a member is its own name, and scalars keep their CBOR type.

use std::borrow::Cow;

use super::body::{note_unknown, union};
use super::cbor_reader::Cbor;
use super::{Slots, empty_slots, scalar};
use crate::definition::{Node, ShapeType, Structure};
use crate::error::Result;
use crate::value::{Bytes, List, Map, Str, Value};

/// Parses a whole body as the members of a structure. An empty body has none.
pub(super) fn members(node: Node<'_>, structure: &Structure, body: &Bytes) -> Result<Slots> {
    if body.is_empty() {
        return Ok(empty_slots(structure));
    }
    fields(&mut Cbor::new(body), node, structure, |cbor, _| cbor.any().map(|_| ()))
}

/// Parses a whole body as a value of a shape. An empty body is null.
pub(super) fn value(node: Node<'_>, body: &Bytes) -> Result<Value> {
    if body.is_empty() { Ok(Value::Null) } else { typed(&mut Cbor::new(body), node) }
}

fn typed(cbor: &mut Cbor<'_>, node: Node<'_>) -> Result<Value> {
    if cbor.at_null() {
        return cbor.any();
    }
    match node.shape_type() {
        ShapeType::Structure(structure) => self::structure(cbor, node, structure),
        ShapeType::List(item) => {
            let item = node.follow(item)?;
            let mut list = Vec::new();
            cbor.array(|cbor| {
                list.push(typed(cbor, item)?);
                Ok(())
            })?;
            Ok(Value::List(List::from(list)))
        }
        ShapeType::Map { value, .. } => {
            let value = node.follow(value)?;
            let mut map = Map::new();
            cbor.map(|cbor, key| {
                match typed(cbor, value)? {
                    Value::Null => map.remove(&key),
                    value => map.insert(Str::from(key), value),
                };
                Ok(())
            })?;
            Ok(Value::Map(map))
        }
        ShapeType::Timestamp => match cbor.any()? {
            instant @ Value::Timestamp(_) => Ok(instant),
            Value::String(text) => scalar::timestamp(&text),
            number => scalar::epoch(&number),
        },
        _ => cbor.any(),
    }
}

fn structure(cbor: &mut Cbor<'_>, node: Node<'_>, structure: &Structure) -> Result<Value> {
    if node.has(|t| t.document) {
        return cbor.any();
    }
    if !node.has(|t| t.union) {
        let slots = fields(cbor, node, structure, |cbor, _| cbor.any().map(|_| ()))?;
        return Ok(Value::Map(Map::shaped(structure.keys.clone(), slots)));
    }
    let mut unknown = Vec::new();
    let slots = fields(cbor, node, structure, |cbor, key| {
        if !cbor.at_null() {
            note_unknown(&mut unknown, &key);
        }
        cbor.any().map(|_| ())
    })?;
    match unknown.as_slice() {
        // The other protocols name the unknown member; in this one the union is empty.
        [_] if slots.iter().all(Option::is_none) => Ok(Value::Map(Map::shaped(structure.keys.clone(), slots))),
        unknown => union(node, structure, slots, unknown),
    }
}

/// Reads the members of a map. A null member is absent. `foreign` reads the value of an unknown key.
fn fields<'a>(
    cbor: &mut Cbor<'a>,
    node: Node<'_>,
    structure: &Structure,
    mut foreign: impl FnMut(&mut Cbor<'a>, Cow<'a, str>) -> Result<()>,
) -> Result<Slots> {
    let mut slots = empty_slots(structure);
    cbor.map(|cbor, key| match structure.member(&key) {
        Some((slot, member)) => {
            let value = typed(cbor, node.member(member)?)?;
            slots[slot] = Some(value).filter(|v| !v.is_null());
            Ok(())
        }
        None => foreign(cbor, key),
    })?;
    Ok(slots)
}
