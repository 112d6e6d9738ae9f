//! XML bodies, parsed according to their shapes, for the query, ec2, and rest-xml protocols.

use super::body::{note_unknown, union};
use super::xml_reader::{Element, Xml};
use super::{Slots, empty_slots, scalar};
use crate::definition::{Location, Node, ShapeType, Structure, WireNames};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{List, Map, Str, Value};

/// Parses a whole body whose document element is the structure. An empty body has no members.
pub(super) fn members(node: Node<'_>, structure: &Structure, body: &[u8]) -> Result<Slots> {
    if body.is_empty() {
        return Ok(empty_slots(structure));
    }
    let (mut xml, root) = Xml::open(body)?;
    let slots = fields(&mut xml, &root, node, structure, |xml, _| xml.skip())?;
    xml.end()?;
    Ok(slots)
}

/// Parses a whole body whose document element is a value of the shape.
pub(super) fn value(node: Node<'_>, body: &[u8]) -> Result<Value> {
    let (mut xml, root) = Xml::open(if body.is_empty() { b"<empty/>" } else { body })?;
    let value = typed(&mut xml, &root, node)?;
    xml.end()?;
    Ok(value)
}

/// Reads the members of the element that was entered, and leaves it. `foreign` reads every child that is not a member.
pub(super) fn fields<'a>(
    xml: &mut Xml<'a>,
    element: &Element<'a>,
    node: Node<'_>,
    structure: &Structure,
    mut foreign: impl FnMut(&mut Xml<'a>, &str) -> Result<()>,
) -> Result<Slots> {
    let names = wire_names(node, structure)?;
    let mut slots = empty_slots(structure);
    while let Some(child) = xml.child()? {
        match names.get(child.name()) {
            Some(&slot) => member(xml, &child, node.member(&structure.members[slot])?, &mut slots[slot])?,
            None => match own_name(node, structure, child.name())? {
                Some(slot) => member(xml, &child, node.member(&structure.members[slot])?, &mut slots[slot])?,
                None => foreign(xml, child.name())?,
            },
        }
    }
    attributes(element, node, structure, &mut slots)?;
    if names.len() < structure.members.len() {
        namesakes(node, structure, names, &mut slots)?;
    }
    Ok(slots)
}

/// Reads one child element of a structure. Of several with the same name, the first counts, except in flattened lists and
/// maps.
fn member<'a>(xml: &mut Xml<'a>, element: &Element<'a>, node: Node<'_>, slot: &mut Option<Value>) -> Result<()> {
    match node.shape_type() {
        ShapeType::List(item) if node.has(|t| t.flattened) => {
            let item = typed(xml, element, node.follow(item)?)?;
            if let Value::List(list) = slot.get_or_insert_with(|| Value::List(List::new())) {
                list.push(item);
            }
            Ok(())
        }
        ShapeType::Map { key, value } if node.has(|t| t.flattened) => {
            if let Value::Map(map) = slot.get_or_insert_with(|| Value::Map(Map::new())) {
                entry(xml, node.follow(key)?, node.follow(value)?, map)?;
            }
            Ok(())
        }
        _ if slot.is_some() => xml.skip(),
        _ => {
            *slot = Some(typed(xml, element, node)?);
            Ok(())
        }
    }
}

fn typed<'a>(xml: &mut Xml<'a>, element: &Element<'a>, node: Node<'_>) -> Result<Value> {
    Ok(match node.shape_type() {
        ShapeType::Structure(structure) => return self::structure(xml, element, node, structure),
        ShapeType::List(item) => {
            let item = node.follow(item)?;
            let mut list = Vec::new();
            while let Some(child) = xml.child()? {
                list.push(typed(xml, &child, item)?);
            }
            Value::List(List::from(list))
        }
        ShapeType::Map { key, value } => {
            let (key, value) = (node.follow(key)?, node.follow(value)?);
            let mut map = Map::new();
            while xml.child()?.is_some() {
                entry(xml, key, value, &mut map)?;
            }
            Value::Map(map)
        }
        ShapeType::String => Value::String(Str::from(xml.text()?)),
        ShapeType::Boolean => Value::Bool(xml.text()? == "true"),
        ShapeType::Integer | ShapeType::Long => scalar::integer(&xml.text()?)?,
        ShapeType::Float | ShapeType::Double => scalar::float(&xml.text()?)?,
        ShapeType::Timestamp => scalar::timestamp(&xml.text()?)?,
        ShapeType::Blob => scalar::blob(&xml.text()?)?,
    })
}

fn structure<'a>(xml: &mut Xml<'a>, element: &Element<'a>, node: Node<'_>, structure: &Structure) -> Result<Value> {
    if !node.has(|t| t.union) {
        let slots = fields(xml, element, node, structure, |xml, _| xml.skip())?;
        return Ok(Value::Map(Map::shaped(structure.keys.clone(), slots)));
    }
    let mut unknown = Vec::new();
    let slots = fields(xml, element, node, structure, |xml, name| {
        note_unknown(&mut unknown, name);
        xml.skip()
    })?;
    union(node, structure, slots, &unknown)
}

/// Reads a map entry: the element that was entered contains a key and a value.
fn entry(xml: &mut Xml<'_>, key: Node<'_>, value: Node<'_>, map: &mut Map) -> Result<()> {
    let (key_name, value_name) = (key.location_name().unwrap_or("key"), value.location_name().unwrap_or("value"));
    let (mut found_key, mut found_value) = (None, None);
    while let Some(child) = xml.child()? {
        match child.name() {
            name if name == key_name => found_key = Some(Str::from(xml.text()?)),
            name if name == value_name => found_value = Some(typed(xml, &child, value)?),
            name => return Err(Error::new(ErrorKind::ResponseParser, format!("Unknown tag: {name}"))),
        }
    }
    match (found_key, found_value) {
        (Some(key), Some(value)) => {
            map.insert(key, value);
            Ok(())
        }
        (None, _) => Err(xml.error(&format!("a map entry without {key_name}"))),
        (_, None) => Err(xml.error(&format!("a map entry without {value_name}"))),
    }
}

/// Reads the members that are attributes of the structure's element and were not present as children.
fn attributes(element: &Element<'_>, node: Node<'_>, structure: &Structure, slots: &mut Slots) -> Result<()> {
    if !element.has_attributes() {
        return Ok(());
    }
    for (member, slot) in structure.members.iter().zip(slots) {
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
fn namesakes(node: Node<'_>, structure: &Structure, names: &WireNames, slots: &mut Slots) -> Result<()> {
    for (slot, member) in structure.members.iter().enumerate() {
        let target = node.member(member)?;
        if target.location().is_none()
            && !target.has(|t| t.flattened)
            && let Some(&list) = names.get(element_name(target, &member.name)?)
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
            let name = Str::from(element_name(target, &member.name)?);
            if target.has(|t| t.flattened) || !names.contains_key(&name) {
                names.insert(name, slot);
            }
        }
    }
    Ok(structure.wire_names.get_or_init(|| names))
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
