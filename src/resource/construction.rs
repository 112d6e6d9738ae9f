//! Constructs resources: from a response, from the data of another resource, or from identifiers that a caller provides.

use std::sync::Arc;

use super::{Outcome, Resource};
use crate::definition::resource::{Base, IdentifierSource, ResourceType, ResponseResource, Rows};
use crate::definition::{Operation, Service, ShapeType};
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::value::{Expression, List, Map, Value};

/// The result of evaluating an identifier's source.
enum Found {
    One(Value),
    Many(List),
}

/// Returns the resources that a response identifies, or `None` if it identifies none. For a reference, the response is the
/// parent's data.
///
/// # Errors
/// `ResponseParser` if the lists of identifiers have different lengths, so that they cannot be matched.
pub(super) fn from_response(way: &ResponseResource, parent: &Resource, params: &Value, response: &Value) -> Result<Option<Outcome>> {
    let maker = Maker { way, parent, params, response };
    if let Some(rows) = &way.rows
        && let Some(resources) = maker.by_rows(rows)?
    {
        return Ok(Some(Outcome::Resources(resources)));
    }
    maker.by_columns()
}

/// The outcome of an action whose response identifies no resource: an empty list if there can be many, otherwise an empty
/// map or null, according to the output shape at the path.
pub(super) fn empty_outcome(service: &Service, operation: &Operation, path: Option<&Expression>) -> Result<Outcome> {
    let Some(mut node) = service.output(operation)? else { return Ok(Outcome::Value(Value::Null)) };
    let parts = path.map_or("", Expression::as_str).split('.');
    let names = parts.map(|part| part.trim_matches(|c: char| "[]*$@".contains(c) || c.is_ascii_digit())).filter(|name| !name.is_empty());
    for name in names {
        if let ShapeType::List(item) = node.shape_type() {
            node = node.follow(item)?;
        }
        let Some((_, member)) = node.structure().and_then(|structure| structure.member(name)) else {
            return Ok(Outcome::Value(Value::Null));
        };
        node = node.member(member)?;
    }
    Ok(match node.shape_type() {
        ShapeType::List(_) => Outcome::Resources(Vec::new()),
        ShapeType::Structure(_) | ShapeType::Map { .. } => Outcome::Value(Value::Map(Map::new())),
        _ => Outcome::Value(Value::Null),
    })
}

/// Creates a resource of the type at a position, with the client of another resource.
fn of_type(other: &Resource, index: usize, identifiers: Vec<Value>, data: Option<Value>) -> Resource {
    Resource::new(Arc::clone(&other.0.model), index, identifiers, data)
}

struct Maker<'m> {
    way: &'m ResponseResource,
    parent: &'m Resource,
    params: &'m Value,
    response: &'m Value,
}

impl Maker<'_> {
    /// Each item of the list provides its own identifiers; items without one are skipped. `None` if there is no list.
    fn by_rows(&self, rows: &Rows) -> Result<Option<Vec<Resource>>> {
        let Value::List(list) = rows.list.search(&self.searched(rows.base)?)? else { return Ok(None) };
        let mut shared = Vec::with_capacity(rows.cells.len());
        for (source, cell) in self.way.identifiers.iter().zip(&rows.cells) {
            shared.push(match cell {
                Some(_) => None,
                None => match self.find(source)? {
                    Some((_, Found::Many(_))) => return Ok(None),
                    Some((target, Found::One(value))) => Some((target, value)),
                    None => None,
                },
            });
        }
        let mut resources = Vec::with_capacity(list.len());
        for item in list {
            let mut identifiers = self.no_identifiers();
            for (i, source) in self.way.identifiers.iter().enumerate() {
                if let (Some(cell), IdentifierSource::Search { target, .. }) = (&rows.cells[i], source) {
                    identifiers[*target] = Some(cell.search(&item)?);
                } else if let Some((target, value)) = &shared[i] {
                    identifiers[*target] = Some(value.clone());
                }
            }
            let data = self.way.path.is_some().then_some(item);
            resources.extend(self.make(identifiers, data)?);
        }
        Ok(Some(resources))
    }

    /// Each source provides one value or a list. A list produces many resources.
    fn by_columns(&self) -> Result<Option<Outcome>> {
        let mut count = None;
        let mut columns = Vec::with_capacity(self.way.identifiers.len());
        for source in &self.way.identifiers {
            let Some((target, found)) = self.find(source)? else { continue };
            if let Found::Many(list) = &found
                && *count.get_or_insert(list.len()) != list.len()
            {
                return Err(self.unequal(source));
            }
            columns.push((target, found));
        }
        let data = self.data()?;
        let Some(count) = count else {
            let mut identifiers = self.no_identifiers();
            for (target, found) in columns {
                if let Found::One(value) = found {
                    identifiers[target] = Some(value);
                }
            }
            return Ok(self.make(identifiers, data)?.map(Outcome::Resource));
        };
        // Data that do not match the identifiers one to one are not used.
        let data = match data {
            Some(Value::List(list)) if list.len() == count => Some(list),
            _ => None,
        };
        let mut resources = Vec::with_capacity(count);
        for i in 0..count {
            let mut identifiers = self.no_identifiers();
            for (target, found) in &columns {
                identifiers[*target] = Some(match found {
                    Found::One(value) => value.clone(),
                    Found::Many(list) => list[i].clone(),
                });
            }
            resources.extend(self.make(identifiers, data.as_ref().map(|list| list[i].clone()))?);
        }
        Ok(Some(Outcome::Resources(resources)))
    }

    fn no_identifiers(&self) -> Vec<Option<Value>> {
        vec![None; self.parent.0.model.definition.types()[self.way.resource_type].identifiers.len()]
    }

    /// Creates a resource unless one of its identifiers is null. An identifier that the definition omits is taken from the data.
    fn make(&self, identifiers: Vec<Option<Value>>, data: Option<Value>) -> Result<Option<Resource>> {
        let kind = &self.parent.0.model.definition.types()[self.way.resource_type];
        let mut complete = Vec::with_capacity(identifiers.len());
        for (value, identifier) in identifiers.into_iter().zip(&kind.identifiers) {
            let value = match value {
                Some(value) => value,
                None => {
                    let member = identifier.member_name.as_ref().unwrap_or(&identifier.camel_name);
                    let value = data.as_ref().and_then(|data| data.get(member)).cloned();
                    value.ok_or_else(|| {
                        let text = format!("The definition does not say where {}.{} comes from", kind.name, identifier.name);
                        Error::new(ErrorKind::InvalidDefinition, text)
                    })?
                }
            };
            if value.is_null() {
                return Ok(None);
            }
            complete.push(value);
        }
        let data = data.filter(|data| !data.is_null());
        Ok(Some(of_type(self.parent, self.way.resource_type, complete, data)))
    }

    /// Evaluates a source; returns the position of the identifier as well. `None` if the caller provides the identifier.
    fn find(&self, source: &IdentifierSource) -> Result<Option<(usize, Found)>> {
        Ok(match source {
            IdentifierSource::Input => None,
            IdentifierSource::Parent { target, parent } => Some((*target, Found::One(self.parent.0.identifiers[*parent].clone()))),
            IdentifierSource::Search { target, base, path } => Some((
                *target,
                match path.search(&self.searched(*base)?)? {
                    Value::List(list) => Found::Many(list),
                    one => Found::One(one),
                },
            )),
        })
    }

    fn data(&self) -> Result<Option<Value>> {
        self.way.path.as_ref().map(|path| path.search(self.response)).transpose()
    }

    fn searched(&self, base: Base) -> Result<Value> {
        match base {
            Base::Response => Ok(self.response.clone()),
            Base::Request => Ok(self.params.clone()),
            Base::Data => self.parent.loaded_data(),
        }
    }

    fn unequal(&self, source: &IdentifierSource) -> Error {
        let path = match source {
            IdentifierSource::Search { path, .. } => path.as_str(),
            _ => "",
        };
        let kind = &self.parent.0.model.definition.types()[self.way.resource_type].name;
        let text = format!("The identifiers of {kind} are lists of different lengths; the first mismatch is {path}");
        Error::new(ErrorKind::ResponseParser, text)
    }
}

/// Creates a subresource: some identifiers are the parent's, and the caller provides the others.
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
        return Err(format!(
            "{count} identifiers were given, but at most {} are accepted; the identifiers are: {}",
            wanted.len(),
            names.join(", ")
        ));
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
