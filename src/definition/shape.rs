//! Shapes, the types of a service, and the references between them.

use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;

use super::content::Content;
use super::json::{NodeJson, ShapeName, Text};
use super::pattern::Pattern;
use super::traits::Traits;
use crate::value::{KeyTable, Str, mark};

/// The index of a shape in the table of its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShapeId(pub(super) u32);

/// A type of a service.
#[derive(Debug)]
#[non_exhaustive]
pub struct Shape {
    /// Its name in the definition.
    pub name: Str,
    /// Its type.
    pub shape_type: ShapeType,
    /// Its traits.
    pub traits: Traits,
    /// Whether a value of this shape can contain a secret, once it is known.
    pub(crate) holds_secrets: OnceLock<bool>,
    /// The compiled pattern, once strict validation needed it; `None` if there is none that can be compiled.
    pub(super) compiled: OnceLock<Option<Box<Pattern>>>,
}

/// The type of a shape.
#[derive(Debug)]
#[allow(missing_docs)]
#[expect(clippy::large_enum_variant, reason = "the table of a service boxes each shape")]
pub enum ShapeType {
    Structure(Structure),
    List(ShapeRef),
    Map { key: ShapeRef, value: ShapeRef },
    String,
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Timestamp,
    Blob,
}

/// The members of a structure.
#[derive(Debug)]
#[non_exhaustive]
pub struct Structure {
    /// The members in the order of the definition.
    pub members: Vec<Member>,
    /// The names of the required members.
    pub required: Vec<Str>,
    /// The name of the member that forms the whole body.
    pub payload: Option<Str>,
    /// The key table of maps with this structure: slot *i* is member *i*.
    pub keys: Arc<KeyTable>,
    /// The members by their names on the wire. The parser of the service's protocol sets this on first use. A service has one
    /// protocol, so there is one set of names.
    pub(crate) wire_names: OnceLock<Box<WireNames>>,
    /// The slot of the member that is an event stream, once it is known.
    pub(crate) event_stream: OnceLock<Option<usize>>,
}

/// The slots of members by their names on the wire, in the order of the members.
#[derive(Debug)]
pub(crate) struct WireNames {
    names: IndexMap<Str, usize, foldhash::fast::RandomState>,
    /// For each [`mark`], the index of the only name that has it, or how many have it.
    by_mark: [Marked; 64],
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Marked {
    Nothing,
    Only(u16),
    Several,
}

impl Default for WireNames {
    fn default() -> WireNames {
        WireNames { names: IndexMap::default(), by_mark: [Marked::Nothing; 64] }
    }
}

impl WireNames {
    /// Sets the slot of a name.
    pub(crate) fn insert(&mut self, name: &str, slot: usize) {
        let (index, replaced) = self.names.insert_full(name.into(), slot);
        if replaced.is_none() {
            let marked = &mut self.by_mark[mark(name) as usize];
            *marked = match (*marked, u16::try_from(index)) {
                (Marked::Nothing, Ok(index)) => Marked::Only(index),
                _ => Marked::Several,
            };
        }
    }

    /// Returns the slot of a name.
    pub(crate) fn get(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    /// Returns the slot of a name in a message, which has its members mostly in the order of the definition. `next` is the index of the
    /// name that is expected, which is 0 at first.
    #[inline]
    pub(crate) fn find(&self, name: &str, next: &mut usize) -> Option<usize> {
        // The next name, or the last one again if it is a flattened list's.
        for index in [*next, next.wrapping_sub(1)] {
            if let Some((known, slot)) = self.names.get_index(index)
                && known.as_str() == name
            {
                *next = index + 1;
                return Some(*slot);
            }
        }
        let index = match self.by_mark[mark(name) as usize] {
            Marked::Nothing => return None,
            Marked::Only(index) => usize::from(index),
            Marked::Several => self.names.get_index_of(name)?,
        };
        let (known, slot) = self.names.get_index(index)?;
        if known.as_str() != name {
            return None;
        }
        *next = index + 1;
        Some(*slot)
    }

    /// Returns the number of names.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }
}

/// A member of a structure.
#[derive(Debug)]
pub struct Member {
    /// Its name.
    pub name: Str,
    /// A reference to its shape.
    pub target: ShapeRef,
}

/// A reference to a shape, with traits of its own.
#[derive(Debug)]
pub struct ShapeRef {
    pub(super) target: Result<ShapeId, Str>,
    /// The traits of the reference, which take precedence over those of the shape.
    pub traits: Traits,
}

impl Structure {
    /// Returns the member with this name, and its slot.
    pub fn member(&self, name: &str) -> Option<(usize, &Member)> {
        let slot = self.keys.slot(name)?;
        Some((slot, &self.members[slot]))
    }

    /// Returns the member that forms the whole body, and its slot.
    pub fn payload(&self) -> Option<(usize, &Member)> {
        self.member(self.payload.as_deref()?)
    }

    /// Returns whether the member is required.
    pub fn is_required(&self, name: &str) -> bool {
        self.required.iter().any(|r| r == name)
    }
}

impl ShapeType {
    /// Returns whether it contains other shapes.
    pub(crate) fn is_nested(&self) -> bool {
        matches!(self, ShapeType::Structure(_) | ShapeType::List(_) | ShapeType::Map { .. })
    }

    /// Returns the name of the type in the definitions.
    pub fn name(&self) -> &'static str {
        match self {
            ShapeType::Structure(_) => "structure",
            ShapeType::List(_) => "list",
            ShapeType::Map { .. } => "map",
            ShapeType::String => "string",
            ShapeType::Integer => "integer",
            ShapeType::Long => "long",
            ShapeType::Float => "float",
            ShapeType::Double => "double",
            ShapeType::Boolean => "boolean",
            ShapeType::Timestamp => "timestamp",
            ShapeType::Blob => "blob",
        }
    }
}

impl Shape {
    /// The compiled pattern, if there is one that is supported.
    pub(crate) fn pattern(&self) -> Option<&Pattern> {
        self.compiled.get_or_init(|| Pattern::compile(self.traits.pattern.as_deref()?).map(Box::new)).as_deref()
    }

    /// Converts a shape. The error is the reason; the caller adds the path.
    pub(super) fn from_json(name: &Str, json: &NodeJson<'_>, content: &Content) -> Result<Shape, String> {
        let kind = json.kind.as_ref().ok_or("the shape is missing the key 'type'")?;
        let reference = |key: &str, node: &Option<Box<NodeJson<'_>>>| match node {
            Some(node) => ShapeRef::from_json(node, content).map_err(|e| format!("{key}: {e}")),
            None => Err(format!("the {} is missing the key '{key}'", kind.0)),
        };
        let shape_type = match &*kind.0 {
            "structure" => ShapeType::Structure(structure(json, content)?),
            "list" => ShapeType::List(reference("member", &json.member)?),
            "map" => ShapeType::Map { key: reference("key", &json.key)?, value: reference("value", &json.value)? },
            "string" | "character" => ShapeType::String,
            "integer" => ShapeType::Integer,
            "long" => ShapeType::Long,
            "float" => ShapeType::Float,
            "double" => ShapeType::Double,
            "boolean" => ShapeType::Boolean,
            "timestamp" => ShapeType::Timestamp,
            "blob" => ShapeType::Blob,
            other => return Err(format!("unknown type '{other}'")),
        };
        Ok(Shape {
            name: name.clone(),
            shape_type,
            traits: Traits::from_json(json),
            holds_secrets: OnceLock::new(),
            compiled: OnceLock::new(),
        })
    }
}

fn structure(json: &NodeJson<'_>, content: &Content) -> Result<Structure, String> {
    let mut members = Vec::with_capacity(json.members.0.len());
    for (name, node) in &json.members.0 {
        let target = ShapeRef::from_json(node, content).map_err(|e| format!("members.{name}: {e}"))?;
        members.push(Member { name: Str::from(&**name), target });
    }
    let keys = KeyTable::new(members.iter().map(|m| m.name.clone()));
    if keys.len() != members.len() {
        return Err("two members have the same name".to_owned());
    }
    Ok(Structure {
        members,
        required: json.required.iter().map(|r| Str::from(&*r.0)).collect(),
        payload: json.payload.as_ref().map(|p| Str::from(&*p.0)),
        keys: Arc::new(keys),
        wire_names: OnceLock::new(),
        event_stream: OnceLock::new(),
    })
}

impl ShapeRef {
    pub(super) fn from_json(json: &NodeJson<'_>, content: &Content) -> Result<ShapeRef, String> {
        let name = json.shape.as_ref().ok_or("missing shape reference: there is no key 'shape'")?;
        // A dangling reference becomes an error only when it is followed.
        let target = match name {
            ShapeName::Name(Text(name)) => content.shape_named(name).ok_or_else(|| Str::from(&**name)),
            ShapeName::Number(number) => Ok(content.shape_numbered(*number).ok_or("the shape reference is not a string")?),
        };
        Ok(ShapeRef { target, traits: Traits::from_json(json) })
    }
}
