//! XML bodies, parsed according to their shapes, for the query, ec2, and rest-xml protocols.

use std::borrow::Cow;

use super::body::{note_unknown, union};
use super::position::Position;
use super::xml_reader::{Element, Xml};
use super::{Slots, scalar};
use crate::definition::{Location, Node, ShapeType, Structure, WireNames};
use crate::error::Result;
use crate::value::{Batch, Batches, List, Map, Str, Value};

/// Parses a whole body whose document element is the structure. An empty body has no members.
pub(super) fn members(node: Node<'_>, structure: &Structure, body: &[u8], position: &Position<'_>) -> Result<Slots> {
    if body.is_empty() {
        return Ok(Slots::new(structure));
    }
    let (mut xml, root) = Xml::open(body)?;
    let mut batches = Batches::new();
    let slots =
        fields(&mut xml, &root, node, structure, position, &mut batches.output(), |xml, name| skip_unknown(xml, node, name, position))?;
    xml.end()?;
    Ok(slots)
}

/// Parses a whole body whose document element is a value of the shape.
pub(super) fn value(node: Node<'_>, body: &[u8], position: &Position<'_>) -> Result<Value> {
    let (mut xml, root) = Xml::open(if body.is_empty() { b"<empty/>" } else { body })?;
    let value = typed(&mut xml, &root, node, position, &mut Batches::new().output())?;
    xml.end()?;
    Ok(value)
}

/// Reads the members of the element that was entered, and leaves it. `foreign` reads every child that is not a member.
pub(super) fn fields<'a>(
    xml: &mut Xml<'a>,
    element: &Element<'a>,
    node: Node<'_>,
    structure: &Structure,
    position: &Position<'_>,
    batch: &mut Batch<'_>,
    mut foreign: impl FnMut(&mut Xml<'a>, &str) -> Result<()>,
) -> Result<Slots> {
    let names = wire_names(node, structure)?;
    let mut slots = Slots::new(structure);
    let mut next = 0;
    while let Some(child) = xml.child()? {
        let slot = match names.find(child.name(), &mut next) {
            Some(slot) => Some(slot),
            None => own_name(node, structure, child.name())?,
        };
        match slot {
            Some(slot) => {
                let found = &structure.members[slot];
                let target = node.member(found)?;
                let position = position.name(&found.name);
                if target.shape_type().is_nested() {
                    member(xml, &child, target, &position, &mut slots[slot], &mut batch.member(slot))?;
                } else if slots[slot].is_some() {
                    xml.skip()?;
                } else {
                    slots[slot] = Some(from_text(&xml.text()?, target, &position)?).filter(|value| !value.is_null());
                }
            }
            None => foreign(xml, child.name())?,
        }
    }
    attributes(element, node, structure, &mut slots)?;
    if names.len() < structure.members.len() {
        namesakes(node, structure, names, &mut slots)?;
    }
    Ok(slots)
}

/// Reads a list, map, or structure that is a child element of a structure. Of several with the same name, the first counts, except in
/// flattened lists and maps.
fn member<'a>(
    xml: &mut Xml<'a>,
    element: &Element<'a>,
    node: Node<'_>,
    position: &Position<'_>,
    slot: &mut Option<Value>,
    batch: &mut Batch<'_>,
) -> Result<()> {
    let inside = position.inside(node);
    match node.shape_type() {
        ShapeType::List(item) if node.has(|t| t.flattened) => {
            if let Value::List(list) = slot.get_or_insert_with(|| Value::List(List::new())) {
                list.push(typed(xml, element, node.follow(item)?, &inside.index(list.len()), &mut batch.items())?);
            }
            Ok(())
        }
        ShapeType::Map { key, value } if node.has(|t| t.flattened) => {
            if let Value::Map(map) = slot.get_or_insert_with(|| Value::Map(Map::new())) {
                let key = node.follow(key)?;
                entry(xml, key, node.follow(value)?, &inside.inside(key), map, batch)?;
            }
            Ok(())
        }
        _ if slot.is_some() => xml.skip(),
        _ => {
            *slot = Some(typed(xml, element, node, position, batch)?).filter(|value| !value.is_null());
            Ok(())
        }
    }
}

/// Reads a value. The batch is that of its place.
fn typed<'a>(xml: &mut Xml<'a>, element: &Element<'a>, node: Node<'_>, position: &Position<'_>, batch: &mut Batch<'_>) -> Result<Value> {
    Ok(match node.shape_type() {
        ShapeType::Structure(structure) => return self::structure(xml, element, node, structure, &position.inside(node), batch),
        ShapeType::List(item) => {
            let position = position.inside(node);
            let item = node.follow(item)?;
            let start = xml.items.len();
            let mut below = batch.items();
            let mut text = Cow::Borrowed("");
            while let Some(child) = xml.child_or_text(&mut text)? {
                let item = typed(xml, &child, item, &position.index(xml.items.len() - start), &mut below)?;
                xml.items.push(item);
            }
            // Text in place of items is a list with one item.
            if xml.items.len() == start && !text.trim().is_empty() && !item.shape_type().is_nested() {
                xml.items.push(from_text(&text, item, &position.index(0))?);
            }
            Value::List(batch.list(xml.items.drain(start..)))
        }
        ShapeType::Map { key, value } => {
            let (key, value) = (node.follow(key)?, node.follow(value)?);
            let position = position.inside(node);
            let position = position.inside(key);
            let mut map = Map::new();
            while xml.child()?.is_some() {
                entry(xml, key, value, &position, &mut map, batch)?;
            }
            Value::Map(map)
        }
        _ => from_text(&xml.text()?, node, position)?,
    })
}

/// Reads a scalar from text. A shape that is not a scalar is null.
fn from_text(text: &str, node: Node<'_>, position: &Position<'_>) -> Result<Value> {
    let scalar = match node.shape_type() {
        ShapeType::String => return Ok(Value::String(Str::from(text))),
        ShapeType::Boolean => Ok(Value::Bool(text == "true")),
        ShapeType::Integer | ShapeType::Long => scalar::integer(text),
        ShapeType::Float | ShapeType::Double => scalar::float(text),
        ShapeType::Timestamp => scalar::timestamp(text),
        ShapeType::Blob => scalar::blob(text),
        ShapeType::Structure(_) | ShapeType::List(_) | ShapeType::Map { .. } => return Ok(Value::Null),
    };
    position.scalar(node, scalar)
}

fn structure<'a>(
    xml: &mut Xml<'a>,
    element: &Element<'a>,
    node: Node<'_>,
    structure: &Structure,
    position: &Position<'_>,
    batch: &mut Batch<'_>,
) -> Result<Value> {
    if !node.has(|t| t.union) {
        let slots = fields(xml, element, node, structure, position, batch, |xml, name| skip_unknown(xml, node, name, position))?;
        return Ok(Value::Map(slots.into_map(structure, batch)));
    }
    let mut unknown = Vec::new();
    let slots = fields(xml, element, node, structure, position, batch, |xml, name| {
        note_unknown(&mut unknown, name);
        skip_unknown(xml, node, name, position)
    })?;
    union(node, structure, slots, &unknown, batch)
}

/// Skips an element that is not a member, and records it if the caller wants to know.
pub(super) fn skip_unknown(xml: &mut Xml<'_>, node: Node<'_>, name: &str, position: &Position<'_>) -> Result<()> {
    if !position.reports_unknown() {
        return xml.skip();
    }
    position.unknown(node, name, &xml.tree()?);
    Ok(())
}

/// Reads a map entry: the element that was entered contains a key and a value.
fn entry(xml: &mut Xml<'_>, key: Node<'_>, value: Node<'_>, position: &Position<'_>, map: &mut Map, batch: &mut Batch<'_>) -> Result<()> {
    let (key_name, value_name) = (key.location_name().unwrap_or("key"), value.location_name().unwrap_or("value"));
    let (mut found_key, mut found_value) = (None, None);
    while let Some(child) = xml.child()? {
        match child.name() {
            name if name == key_name => found_key = Some(Str::from(xml.text()?)),
            name if name == value_name => {
                // The key usually comes first.
                let key = found_key.clone().unwrap_or_default();
                found_value = Some(typed(xml, &child, value, &position.key(&key), &mut batch.items())?);
            }
            name => return Err(position.error(format_args!("unknown tag {name} in a map entry"))),
        }
    }
    match (found_key, found_value) {
        (Some(key), Some(value)) => {
            map.insert(key, value);
            Ok(())
        }
        (None, _) => Err(position.error(format_args!("a map entry without {key_name}"))),
        (_, None) => Err(position.error(format_args!("a map entry without {value_name}"))),
    }
}

/// Reads the members that are attributes of the structure's element and were not present as children.
fn attributes(element: &Element<'_>, node: Node<'_>, structure: &Structure, slots: &mut [Option<Value>]) -> Result<()> {
    if !element.has_attributes() {
        return Ok(());
    }
    for (member, slot) in structure.members.iter().zip(slots.iter_mut()) {
        let target = node.member(member)?;
        if slot.is_none()
            && target.has(|t| t.xml_attribute)
            && let Some(text) = target.location_name().and_then(|name| element.attribute(name))
        {
            *slot = Some(Value::String(Str::from(text)));
        }
    }
    Ok(())
}

/// Finds a flattened list by its own name even if its items have a name: the protocols' specification names the elements
/// after the list.
fn own_name(node: Node<'_>, structure: &Structure, name: &str) -> Result<Option<usize>> {
    for (slot, member) in structure.members.iter().enumerate() {
        let target = node.member(member)?;
        let list = matches!(target.shape_type(), ShapeType::List(_)) && target.has(|t| t.flattened);
        if list && target.location_name().unwrap_or(&member.name) == name {
            return Ok(Some(slot));
        }
    }
    Ok(None)
}

/// Fills members that share their element name with a flattened list. They are an older form of the list, and contain its
/// first item.
fn namesakes(node: Node<'_>, structure: &Structure, names: &WireNames, slots: &mut [Option<Value>]) -> Result<()> {
    for (slot, member) in structure.members.iter().enumerate() {
        let target = node.member(member)?;
        if target.location().is_none()
            && !target.has(|t| t.flattened)
            && let Some(list) = names.get(element_name(target, &member.name)?)
            && list != slot
            && let Some(Value::List(items)) = &slots[list]
        {
            slots[slot] = items.first().cloned();
        }
    }
    Ok(())
}

fn wire_names<'a>(node: Node<'_>, structure: &'a Structure) -> Result<&'a WireNames> {
    if let Some(names) = structure.wire_names.get() {
        return Ok(names);
    }
    let mut names = WireNames::default();
    for (slot, member) in structure.members.iter().enumerate() {
        let target = node.member(member)?;
        let bound = matches!(target.location(), Some(Location::Header | Location::Headers | Location::StatusCode));
        if !bound && !target.has(|t| t.event_header) {
            let name = element_name(target, &member.name)?;
            if target.has(|t| t.flattened) || names.get(name).is_none() {
                names.insert(name, slot);
            }
        }
    }
    Ok(structure.wire_names.get_or_init(|| Box::new(names)))
}

/// Returns the name of a member's element. The elements of a flattened list are named after its items if those have a name.
fn element_name<'a>(target: Node<'a>, member: &'a str) -> Result<&'a str> {
    if let ShapeType::List(item) = target.shape_type()
        && target.has(|t| t.flattened)
        && let Some(name) = target.follow(item)?.location_name()
    {
        return Ok(name);
    }
    Ok(target.location_name().unwrap_or(member))
}
