//! Unions: structures of which exactly one member is set.

use super::Slots;
use crate::definition::{Node, Structure};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str, Value};

/// Remembers a key that the definition does not know. Two of them make no union already: more need no place.
pub(super) fn note_unknown(unknown: &mut Vec<Str>, key: &str) {
    if key != "__type" && unknown.len() < 2 && !unknown.iter().any(|name| name == key) {
        unknown.push(Str::from(key));
    }
}

/// The union with these members set; `unknown` are the keys that the definition does not have.
///
/// A member of which the definition does not know becomes `{"SDK_UNKNOWN_MEMBER": {"name": …}}`.
pub(super) fn union(node: Node<'_>, structure: &Structure, slots: Slots, unknown: &[Str]) -> Result<Value> {
    let known = slots.iter().flatten().count();
    match (known, unknown) {
        (1, []) => Ok(Value::Map(Map::shaped(structure.keys.clone(), slots))),
        (0, [name]) => Ok(Value::Map([("SDK_UNKNOWN_MEMBER", Map::from_iter([("name", name.clone())]))].into_iter().collect())),
        _ => Err(Error::new(
            ErrorKind::ResponseParser,
            format!("Invalid service response: {} must have one and only one member set.", node.name()),
        )),
    }
}
