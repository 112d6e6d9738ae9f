//! JSON bodies, parsed according to their shapes.

use std::borrow::Cow;

use super::body::{note_unknown, union};
use super::{Slots, empty_slots, scalar, utf8};
use crate::definition::{Node, ShapeType, Structure, WireNames};
use crate::error::Result;
use crate::text::json_reader::Json;
use crate::value::{List, Map, Str, Value};

/// The treatment of scalars.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scalars {
    /// The json protocol: booleans and numbers keep their JSON type.
    Verbatim,
    /// The rest-json protocol: booleans and numbers are converted to the type of their shape.
    Coerced,
}

/// Parses a whole body as the members of a structure. An empty body has none.
pub(super) fn members(node: Node<'_>, structure: &Structure, scalars: Scalars, body: &[u8]) -> Result<Slots> {
    let mut json = match utf8(body)?.trim_ascii_start() {
        "" => return Ok(empty_slots(structure)),
        text => Json::new(text),
    };
    let slots = fields(&mut json, node, structure, scalars, |json, _| json.skip())?;
    json.end()?;
    Ok(slots)
}

/// Parses a whole body as a value of a shape. An empty body counts as `{}`.
pub(super) fn value(node: Node<'_>, scalars: Scalars, body: &[u8]) -> Result<Value> {
    let text = utf8(body)?;
    let mut json = Json::new(if text.is_empty() { "{}" } else { text });
    let value = typed(&mut json, node, scalars)?;
    json.end()?;
    Ok(value)
}

fn typed(json: &mut Json<'_>, node: Node<'_>, scalars: Scalars) -> Result<Value> {
    let first = json.peek()?;
    if first == b'n' {
        // null, or an error of any()
        return json.any();
    }
    Ok(match node.shape_type() {
        ShapeType::Structure(structure) => return self::structure(json, node, structure, scalars),
        ShapeType::List(item) => {
            let item = node.follow(item)?;
            let mut list = Vec::new();
            json.array(|json| {
                list.push(typed(json, item, scalars)?);
                Ok(())
            })?;
            Value::List(List::from(list))
        }
        ShapeType::Map { value, .. } => {
            let value = node.follow(value)?;
            let mut map = Map::new();
            json.object(|json, key| {
                map.insert(Str::from(key), typed(json, value, scalars)?);
                Ok(())
            })?;
            Value::Map(map)
        }
        ShapeType::Blob if first == b'"' => scalar::blob(&json.string()?)?,
        ShapeType::Timestamp if first == b'"' => scalar::timestamp(&json.string()?)?,
        ShapeType::Blob => return Err(json.error("expected a string of base64")),
        ShapeType::Timestamp => scalar::epoch(&json.any()?)?,
        ShapeType::String => json.any()?,
        _ if scalars == Scalars::Verbatim => json.any()?,
        ShapeType::Boolean => boolean(json)?,
        ShapeType::Integer | ShapeType::Long => integer(json)?,
        ShapeType::Float | ShapeType::Double => float(json)?,
    })
}

fn structure(json: &mut Json<'_>, node: Node<'_>, structure: &Structure, scalars: Scalars) -> Result<Value> {
    if node.has(|t| t.document) {
        return json.any();
    }
    if !node.has(|t| t.union) {
        let slots = fields(json, node, structure, scalars, |json, _| json.skip())?;
        return Ok(Value::Map(Map::shaped(structure.keys.clone(), slots)));
    }
    let mut unknown = Vec::new();
    let slots = fields(json, node, structure, scalars, |json, key| {
        if json.peek()? != b'n' {
            note_unknown(&mut unknown, &key);
        }
        json.skip()
    })?;
    union(node, structure, slots, &unknown)
}

/// Reads the members of an object. A null member is absent. `foreign` reads the value of an unknown key.
fn fields<'a>(
    json: &mut Json<'a>,
    node: Node<'_>,
    structure: &Structure,
    scalars: Scalars,
    mut foreign: impl FnMut(&mut Json<'a>, Cow<'a, str>) -> Result<()>,
) -> Result<Slots> {
    let names = wire_names(node, structure)?;
    let mut slots = empty_slots(structure);
    json.object(|json, key| match names.get(&*key) {
        Some(&slot) => {
            let value = typed(json, node.member(&structure.members[slot])?, scalars)?;
            slots[slot] = Some(value).filter(|v| !v.is_null());
            Ok(())
        }
        None => foreign(json, key),
    })?;
    Ok(slots)
}

fn wire_names<'a>(node: Node<'_>, structure: &'a Structure) -> Result<&'a WireNames> {
    if let Some(names) = structure.wire_names.get() {
        return Ok(names);
    }
    let mut names = WireNames::default();
    for (slot, member) in structure.members.iter().enumerate() {
        let name = node.member(member)?.location_name().unwrap_or(&member.name);
        names.insert(Str::from(name), slot);
    }
    Ok(structure.wire_names.get_or_init(|| names))
}

fn boolean(json: &mut Json<'_>) -> Result<Value> {
    Ok(match json.any()? {
        Value::Bool(b) => Value::Bool(b),
        other => Value::Bool(other.as_str().is_some_and(|s| s.eq_ignore_ascii_case("true"))),
    })
}

fn integer(json: &mut Json<'_>) -> Result<Value> {
    match json.any()? {
        Value::Float(f) if f.is_finite() => scalar::integer(&format!("{:.0}", f.trunc())),
        Value::String(s) => scalar::integer(&s),
        Value::Bool(b) => Ok(Value::Int(b.into())),
        number @ (Value::Int(_) | Value::Number(_)) => Ok(number),
        other => Err(scalar::invalid("integer", &format!("{other:?}"))),
    }
}

fn float(json: &mut Json<'_>) -> Result<Value> {
    match json.any()? {
        Value::String(s) => scalar::float(&s),
        Value::Bool(b) => Ok(Value::Float(f64::from(u8::from(b)))),
        other => other.as_float().map(Value::Float).ok_or_else(|| scalar::invalid("number", &format!("{other:?}"))),
    }
}
