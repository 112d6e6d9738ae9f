//! From what a caller gives to the identifiers of a resource.

use super::Resource;
use super::response::of_type;
use crate::definition::resource::{IdentifierSource, ResourceType, ResponseResource};
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::value::{List, Map, Value};

/// A subresource: some identifiers are the parent's, the others the caller's.
pub(super) fn subresource(parent: &Resource, way: &ResponseResource, given: Value) -> Result<Resource> {
    let kind = &parent.0.model.definition.types()[way.resource_type];
    let mut found: Vec<Option<Value>> = vec![None; kind.identifiers.len()];
    for source in &way.identifiers {
        if let IdentifierSource::Parent { target, parent: position } = source {
            found[*target] = Some(parent.0.identifiers[*position].clone());
        }
    }
    let error = |reason: String| {
        let text = format!("{}.{}: {reason}", parent.service_name(), kind.name);
        Error::new(ErrorKind::ParamValidation, text).with_name("ValueError")
    };
    match given {
        Value::Null => {}
        Value::List(list) => in_order(kind, &mut found, list).map_err(error)?,
        Value::Map(map) => by_name(kind, &mut found, map).map_err(error)?,
        one => in_order(kind, &mut found, [one].into_iter().collect()).map_err(error)?,
    }
    let identifiers = kind.identifiers.iter().zip(found).map(|(identifier, value)| {
        let value = value.filter(|value| !value.is_null());
        value.ok_or_else(|| error(format!("Required parameter {} not set", identifier.name)))
    });
    Ok(of_type(parent, way.resource_type, identifiers.collect::<Result<_>>()?, None))
}

fn in_order(kind: &ResourceType, found: &mut [Option<Value>], given: List) -> Result<(), String> {
    let count = given.len();
    let mut places = found.iter_mut().filter(|place| place.is_none());
    let wanted: Vec<&mut Option<Value>> = places.by_ref().collect();
    if count > wanted.len() {
        let names: Vec<&str> = kind.identifiers.iter().map(|identifier| identifier.name.as_str()).collect();
        return Err(format!("{count} identifiers are given, {} can be taken; the identifiers are: {}", wanted.len(), names.join(", ")));
    }
    for (place, value) in wanted.into_iter().zip(given) {
        *place = Some(value);
    }
    Ok(())
}

fn by_name(kind: &ResourceType, found: &mut [Option<Value>], given: Map) -> Result<(), String> {
    for (name, value) in given {
        let Some(position) = kind.identifier(&name) else {
            let near = did_you_mean(&name, kind.identifiers.iter().map(|identifier| identifier.name.as_str()));
            return Err(format!("Unknown keyword argument: {name}.{near}"));
        };
        found[position] = Some(value);
    }
    Ok(())
}
