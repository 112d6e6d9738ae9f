//! JSON bodies, parsed according to their shapes.

use std::borrow::Cow;

use super::body::{Found, Members, note_unknown, union};
use super::position::{Position, Unreadable};
use super::{Slots, not_a_structure, scalar, utf8};
use crate::definition::{Node, ShapeType, Structure, WireNames};
use crate::error::Result;
use crate::text::json_reader::Json;
use crate::value::{Batch, Batches, List, Map, Str, Value};

/// The treatment of scalars.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scalars {
    /// The json protocol: booleans and numbers keep their JSON type.
    Verbatim,
    /// The rest-json protocol: booleans and numbers are converted to the type of their shape.
    Coerced,
}

/// Parses a whole body as the members of a structure. An empty body has none.
pub(super) fn members(node: Node<'_>, structure: &Structure, scalars: Scalars, body: &[u8], position: &Position<'_>) -> Result<Slots> {
    let mut json = match utf8(body)?.trim_ascii_start() {
        "" => return Ok(Slots::new(structure)),
        text => Json::new(text),
    };
    let mut batches = Batches::new();
    let slots =
        fields(&mut json, node, structure, scalars, position, &mut batches.output(), |json, key| skip_unknown(json, node, &key, position))?;
    json.end()?;
    Ok(slots)
}

/// Parses a whole body as a value of a shape. An empty body counts as `{}`.
pub(super) fn value(node: Node<'_>, scalars: Scalars, body: &[u8], position: &Position<'_>) -> Result<Value> {
    let text = utf8(body)?;
    let mut json = Json::new(if text.is_empty() { "{}" } else { text });
    let value = typed(&mut json, node, scalars, position, &mut Batches::new().output())?;
    json.end()?;
    Ok(value)
}

/// Reads a value. The batch is that of its place.
fn typed(json: &mut Json<'_>, node: Node<'_>, scalars: Scalars, position: &Position<'_>, batch: &mut Batch<'_>) -> Result<Value> {
    let first = json.peek()?;
    if first == b'n' {
        // null, or an error of any()
        return json.any();
    }
    Ok(match node.shape_type() {
        ShapeType::Structure(structure) => return self::structure(json, node, structure, scalars, &position.inside(node), batch),
        ShapeType::List(item) => list(json, node.follow(item)?, scalars, &position.inside(node), batch)?,
        ShapeType::Map { key, value } => map(json, node.follow(value)?, scalars, &position.inside(node).inside(node.follow(key)?), batch)?,
        ShapeType::Blob if first == b'"' => position.scalar(node, scalar::blob(&json.string()?))?,
        ShapeType::Timestamp if first == b'"' => position.scalar(node, scalar::timestamp(&json.string()?))?,
        ShapeType::Blob => position.scalar(node, Err(Unreadable::new("base64", &format!("{:?}", json.any()?))))?,
        ShapeType::Timestamp => position.scalar(node, scalar::epoch(&json.any()?))?,
        ShapeType::String if first == b'"' => Value::String(Str::from(json.quoted()?)),
        ShapeType::String => json.any()?,
        _ if scalars == Scalars::Verbatim => json.any()?,
        ShapeType::Boolean => boolean(json.any()?),
        ShapeType::Integer | ShapeType::Long => position.scalar(node, integer(json.any()?))?,
        ShapeType::Float | ShapeType::Double => position.scalar(node, float(json.any()?))?,
    })
}

/// Reads a list. A value of another kind is an empty list if it is empty, otherwise a list with one item.
fn list(json: &mut Json<'_>, item: Node<'_>, scalars: Scalars, position: &Position<'_>, batch: &mut Batch<'_>) -> Result<Value> {
    if json.peek()? == b'[' {
        let mut below = batch.items();
        let items = json.items(|json, index| typed(json, item, scalars, &position.index(index), &mut below))?;
        return Ok(Value::List(batch.list(items)));
    }
    let mut list = Vec::new();
    if !json.skip_empty()? {
        list.push(typed(json, item, scalars, &position.index(0), &mut batch.items())?);
    }
    Ok(Value::List(List::from(list)))
}

/// Reads a map. An empty value of another kind is an empty map.
fn map(json: &mut Json<'_>, value: Node<'_>, scalars: Scalars, position: &Position<'_>, batch: &mut Batch<'_>) -> Result<Value> {
    Ok(Value::Map(match expect_object(json, position)? {
        true => {
            let mut below = batch.items();
            let entries = json.entries(|json, key| typed(json, value, scalars, &position.key(key), &mut below))?;
            batch.map(entries)
        }
        false => Map::new(),
    }))
}

/// Whether an object follows. An empty array or string in its place is skipped; anything else is an error.
fn expect_object(json: &mut Json<'_>, position: &Position<'_>) -> Result<bool> {
    match json.peek()? {
        b'{' => Ok(true),
        _ if json.skip_empty()? => Ok(false),
        _ => Err(position.error("expected an object")),
    }
}

fn structure(
    json: &mut Json<'_>,
    node: Node<'_>,
    structure: &Structure,
    scalars: Scalars,
    position: &Position<'_>,
    batch: &mut Batch<'_>,
) -> Result<Value> {
    if node.has(|t| t.document) {
        return json.any();
    }
    if !node.has(|t| t.union) {
        let mut members = Members::Nothing;
        if expect_object(json, position)? {
            let set = |slot, value| members.set(structure, slot, value);
            each_field(json, node, scalars, position, batch, set, |json, key| skip_unknown(json, node, &key, position))?;
        }
        return Ok(Value::Map(members.into_map(structure, batch)));
    }
    let (mut found, mut unknown) = (Found::Nothing, Vec::new());
    let foreign = |json: &mut Json<'_>, key: Cow<'_, str>| {
        if json.peek()? != b'n' {
            note_unknown(&mut unknown, &key);
        }
        skip_unknown(json, node, &key, position)
    };
    each_field(json, node, scalars, position, batch, |slot, value| found.set(slot, value), foreign)?;
    union(node, structure, found, &unknown, batch)
}

/// Skips the value of an unknown key, and records it if the caller wants to know. `__type` is part of the protocol.
fn skip_unknown(json: &mut Json<'_>, node: Node<'_>, key: &str, position: &Position<'_>) -> Result<()> {
    if !position.reports_unknown() || key == "__type" {
        return json.skip();
    }
    position.unknown(node, key, &json.any()?);
    Ok(())
}

/// Reads the members of an object. A null member is absent. `foreign` reads the value of an unknown key.
fn fields<'a>(
    json: &mut Json<'a>,
    node: Node<'_>,
    structure: &Structure,
    scalars: Scalars,
    position: &Position<'_>,
    batch: &mut Batch<'_>,
    foreign: impl FnMut(&mut Json<'a>, Cow<'a, str>) -> Result<()>,
) -> Result<Slots> {
    let mut slots = Slots::new(structure);
    each_field(json, node, scalars, position, batch, |slot, value| slots[slot] = value, foreign)?;
    Ok(slots)
}

/// Reads the members of an object, and passes each to `set` with its slot.
fn each_field<'a>(
    json: &mut Json<'a>,
    node: Node<'_>,
    scalars: Scalars,
    position: &Position<'_>,
    batch: &mut Batch<'_>,
    mut set: impl FnMut(usize, Option<Value>),
    mut foreign: impl FnMut(&mut Json<'a>, Cow<'a, str>) -> Result<()>,
) -> Result<()> {
    let Some(structure) = node.structure() else { return Err(not_a_structure(node)) };
    let names = wire_names(node, structure)?;
    let mut next = 0;
    json.object(|json, key| match names.find(&key, &mut next) {
        Some(slot) => {
            let member = &structure.members[slot];
            let target = node.member(member)?;
            let position = position.name(&member.name);
            let value = match target.shape_type().is_nested() {
                true => typed(json, target, scalars, &position, &mut batch.member(slot))?,
                false => typed(json, target, scalars, &position, batch)?,
            };
            set(slot, Some(value).filter(|v| !v.is_null()));
            Ok(())
        }
        None => foreign(json, key),
    })
}

fn wire_names<'a>(node: Node<'_>, structure: &'a Structure) -> Result<&'a WireNames> {
    if let Some(names) = structure.wire_names.get() {
        return Ok(names);
    }
    let mut names = WireNames::default();
    for (slot, member) in structure.members.iter().enumerate() {
        let name = node.member(member)?.location_name().unwrap_or(&member.name);
        names.insert(name, slot);
    }
    Ok(structure.wire_names.get_or_init(|| Box::new(names)))
}

fn boolean(value: Value) -> Value {
    match value {
        Value::Bool(b) => Value::Bool(b),
        other => Value::Bool(other.as_str().is_some_and(|s| s.eq_ignore_ascii_case("true"))),
    }
}

fn integer(value: Value) -> Result<Value, Unreadable> {
    match value {
        Value::Float(f) if f.is_finite() => scalar::integer(&format!("{:.0}", f.trunc())),
        Value::String(s) => scalar::integer(&s),
        Value::Bool(b) => Ok(Value::Int(b.into())),
        number @ (Value::Int(_) | Value::Number(_)) => Ok(number),
        other => Err(Unreadable::new("integer", &format!("{other:?}"))),
    }
}

fn float(value: Value) -> Result<Value, Unreadable> {
    match value {
        Value::String(s) => scalar::float(&s),
        Value::Bool(b) => Ok(Value::Float(f64::from(u8::from(b)))),
        other => other.as_float().map(Value::Float).ok_or_else(|| Unreadable::new("number", &format!("{other:?}"))),
    }
}
