//! CBOR bodies, parsed according to their shapes. The key of a member is its own name, and scalars keep their CBOR type.

use std::borrow::Cow;

use super::body::{note_unknown, union};
use super::cbor_reader::Cbor;
use super::position::Position;
use super::{Slots, scalar};
use crate::definition::{Node, ShapeType, Structure};
use crate::error::Result;
use crate::value::{Batch, Batches, Bytes, Map, Str, Value};

/// Parses a whole body as the members of a structure. An empty body has none.
pub(super) fn members(node: Node<'_>, structure: &Structure, body: &Bytes, position: &Position<'_>) -> Result<Slots> {
    if body.is_empty() {
        return Ok(Slots::new(structure));
    }
    let mut cbor = Cbor::new(body);
    let mut batches = Batches::new();
    let slots = fields(&mut cbor, node, structure, position, &mut batches.output(), |cbor, key| skip_unknown(cbor, node, &key, position))?;
    cbor.end()?;
    Ok(slots)
}

/// Parses a whole body as a value of a shape. An empty body is null.
pub(super) fn value(node: Node<'_>, body: &Bytes, position: &Position<'_>) -> Result<Value> {
    if body.is_empty() {
        return Ok(Value::Null);
    }
    let mut cbor = Cbor::new(body);
    let value = typed(&mut cbor, node, position, &mut Batches::new().output())?;
    cbor.end()?;
    Ok(value)
}

/// Reads a value. The batch is that of its place.
fn typed(cbor: &mut Cbor<'_>, node: Node<'_>, position: &Position<'_>, batch: &mut Batch<'_>) -> Result<Value> {
    if cbor.at_null() {
        return cbor.any();
    }
    match node.shape_type() {
        ShapeType::Structure(structure) => self::structure(cbor, node, structure, &position.inside(node), batch),
        ShapeType::List(item) => list(cbor, node.follow(item)?, &position.inside(node), batch),
        ShapeType::Map { key, value } => map(cbor, node.follow(value)?, &position.inside(node).inside(node.follow(key)?), batch),
        ShapeType::Timestamp => match cbor.any()? {
            instant @ Value::Timestamp(_) => Ok(instant),
            Value::String(text) => position.scalar(node, scalar::timestamp(&text)),
            number => position.scalar(node, scalar::epoch(&number)),
        },
        _ => cbor.any(),
    }
}

/// Reads a list. A value of another kind is an empty list if it is empty, otherwise a list with one item.
fn list(cbor: &mut Cbor<'_>, item: Node<'_>, position: &Position<'_>, batch: &mut Batch<'_>) -> Result<Value> {
    let mut list = Vec::with_capacity(cbor.array_length());
    let mut items = batch.items();
    if cbor.at_array() {
        cbor.array(|cbor| {
            list.push(typed(cbor, item, &position.index(list.len()), &mut items)?);
            Ok(())
        })?;
    } else if !cbor.skip_empty() {
        list.push(typed(cbor, item, &position.index(0), &mut items)?);
    }
    Ok(Value::List(batch.list_of(list)))
}

/// Reads a map. An empty value of another kind is an empty map.
fn map(cbor: &mut Cbor<'_>, value: Node<'_>, position: &Position<'_>, batch: &mut Batch<'_>) -> Result<Value> {
    let mut map = Map::new();
    if expect_map(cbor, position)? {
        cbor.map(|cbor, key| {
            match typed(cbor, value, &position.key(&key), &mut batch.items())? {
                Value::Null => map.remove(&key),
                value => map.insert(Str::from(key), value),
            };
            Ok(())
        })?;
    }
    Ok(Value::Map(map))
}

/// Whether a map follows. An empty array or string in its place is skipped; anything else is an error.
fn expect_map(cbor: &mut Cbor<'_>, position: &Position<'_>) -> Result<bool> {
    match cbor.at_map() {
        true => Ok(true),
        false if cbor.skip_empty() => Ok(false),
        false => Err(position.error("expected a map")),
    }
}

fn structure(cbor: &mut Cbor<'_>, node: Node<'_>, structure: &Structure, position: &Position<'_>, batch: &mut Batch<'_>) -> Result<Value> {
    if node.has(|t| t.document) {
        return cbor.any();
    }
    if !node.has(|t| t.union) {
        let slots = match expect_map(cbor, position)? {
            true => fields(cbor, node, structure, position, batch, |cbor, key| skip_unknown(cbor, node, &key, position))?,
            false => Slots::new(structure),
        };
        return Ok(Value::Map(slots.into_map(structure, batch)));
    }
    let mut unknown = Vec::new();
    let slots = fields(cbor, node, structure, position, batch, |cbor, key| {
        if !cbor.at_null() {
            note_unknown(&mut unknown, &key);
        }
        skip_unknown(cbor, node, &key, position)
    })?;
    match unknown.as_slice() {
        // The other protocols name the unknown member; in this one the union is empty.
        [_] if slots.iter().all(Option::is_none) => Ok(Value::Map(slots.into_map(structure, batch))),
        unknown => union(node, structure, slots, unknown, batch),
    }
}

/// Skips the value of an unknown key, and records it if the caller wants to know. `__type` is part of the protocol.
fn skip_unknown(cbor: &mut Cbor<'_>, node: Node<'_>, key: &str, position: &Position<'_>) -> Result<()> {
    let value = cbor.any()?;
    if position.reports_unknown() && key != "__type" {
        position.unknown(node, key, &value);
    }
    Ok(())
}

/// Reads the members of a map. A null member is absent. `foreign` reads the value of an unknown key.
fn fields<'a>(
    cbor: &mut Cbor<'a>,
    node: Node<'_>,
    structure: &Structure,
    position: &Position<'_>,
    batch: &mut Batch<'_>,
    mut foreign: impl FnMut(&mut Cbor<'a>, Cow<'a, str>) -> Result<()>,
) -> Result<Slots> {
    let mut slots = Slots::new(structure);
    cbor.map(|cbor, key| match structure.member(&key) {
        Some((slot, member)) => {
            let target = node.member(member)?;
            let position = position.name(&member.name);
            let value = match target.shape_type().is_nested() {
                true => typed(cbor, target, &position, &mut batch.member(slot))?,
                false => typed(cbor, target, &position, batch)?,
            };
            slots[slot] = Some(value).filter(|v| !v.is_null());
            Ok(())
        }
        None => foreign(cbor, key),
    })?;
    Ok(slots)
}
