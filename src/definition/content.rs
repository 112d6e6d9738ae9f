//! The JSON of a service's operations and shapes: ranges of a whole file, or embedded parts.

use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::lazy::{Ranges, Unparsed};
use super::names::snake_case;
use super::parts::Parts;
use super::shape::ShapeId;
use crate::error::Result;
use crate::value::Str;

/// The operations and shapes of a service, unparsed.
pub(super) enum Content {
    Whole(Whole),
    Parts(Parts<'static>),
}

/// The text of a file, and the ranges of its entries.
pub(super) struct Whole {
    text: String,
    operations: Ranges,
    shapes: Ranges,
}

/// The top level of the file, apart from operations and shapes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TopLevel<'a> {
    #[serde(borrow)]
    pub metadata: &'a RawValue,
    #[serde(borrow, default)]
    operations: Unparsed<'a>,
    #[serde(borrow, default)]
    shapes: Unparsed<'a>,
    #[serde(borrow, default)]
    pub client_context_params: Option<&'a RawValue>,
}

impl Content {
    /// Scans a file once for the ranges of its entries. `read` receives its top level.
    pub(super) fn scan<T>(text: String, read: impl FnOnce(&TopLevel<'_>) -> T) -> serde_json::Result<(Content, T)> {
        let top: TopLevel<'_> = serde_json::from_str(&text)?;
        let result = read(&top);
        let (operations, shapes) = (top.operations.ranges(&text), top.shapes.ranges(&text));
        Ok((Content::Whole(Whole { operations, shapes, text }), result))
    }

    /// Reads the top level of a file in parts.
    pub(super) fn open<T>(parts: Parts<'static>, read: impl FnOnce(&TopLevel<'_>) -> T) -> serde_json::Result<(Content, T)> {
        let result = read(&serde_json::from_str(parts.json())?);
        Ok((Content::Parts(parts), result))
    }

    pub(super) fn operations(&self) -> usize {
        match self {
            Content::Whole(whole) => whole.operations.len(),
            Content::Parts(parts) => parts.operations(),
        }
    }

    pub(super) fn shapes(&self) -> usize {
        match self {
            Content::Whole(whole) => whole.shapes.len(),
            Content::Parts(parts) => parts.shapes(),
        }
    }

    /// Returns the name of an operation.
    pub(super) fn operation_name(&self, i: usize) -> &str {
        match self {
            Content::Whole(whole) => whole.operations.get_index(i).map_or("", |(name, _)| name),
            Content::Parts(parts) => parts.operation_name(i).unwrap_or_default(),
        }
    }

    /// Returns the name of a shape.
    pub(super) fn shape_name(&self, i: usize) -> &str {
        match self {
            Content::Whole(whole) => whole.shapes.get_index(i).map_or("", |(name, _)| name),
            Content::Parts(parts) => parts.shape_name(i).unwrap_or_default(),
        }
    }

    /// Returns the names of the operations in the order of the file.
    pub(super) fn operation_names(&self) -> Box<[Str]> {
        (0..self.operations()).map(|i| Str::from(self.operation_name(i))).collect()
    }

    /// Returns the names of the shapes in the order of the file.
    pub(super) fn shape_names(&self) -> Box<[Str]> {
        match self {
            Content::Whole(whole) => whole.shapes.keys().cloned().collect(),
            Content::Parts(parts) => parts.shape_order().into_iter().map(|i| Str::from(self.shape_name(i))).collect(),
        }
    }

    /// Returns the JSON of an operation.
    pub(super) fn operation(&self, i: usize) -> Result<&str> {
        match self {
            Content::Whole(whole) => Ok(&whole.text[whole.operations[i].clone()]),
            Content::Parts(parts) => parts.operation(i),
        }
    }

    /// Returns the JSON of a shape.
    pub(super) fn shape(&self, i: usize) -> Result<&str> {
        match self {
            Content::Whole(whole) => Ok(&whole.text[whole.shapes[i].clone()]),
            Content::Parts(parts) => parts.shape(i),
        }
    }

    /// Finds a shape by its name.
    pub(super) fn shape_named(&self, name: &str) -> Option<ShapeId> {
        let index = match self {
            Content::Whole(whole) => whole.shapes.get_index_of(name),
            Content::Parts(parts) => parts.shape_index(name),
        };
        index.map(|i| ShapeId(i as u32))
    }

    /// Finds a shape by its number, which stands for its name in parts only.
    pub(super) fn shape_numbered(&self, number: u32) -> Option<ShapeId> {
        match self {
            Content::Whole(_) => None,
            Content::Parts(parts) => ((number as usize) < parts.shapes()).then_some(ShapeId(number)),
        }
    }

    /// Returns the shapes that may be errors, in the order of the file.
    pub(super) fn possible_errors(&self) -> Vec<usize> {
        match self {
            // Most shapes are not errors. Searching the text avoids parsing them.
            Content::Whole(whole) => {
                let texts = whole.shapes.values().map(|range| &whole.text[range.clone()]);
                texts.enumerate().filter(|(_, text)| text.contains("\"exception\"")).map(|(i, _)| i).collect()
            }
            Content::Parts(parts) => parts.errors().collect(),
        }
    }

    /// Returns whether an operation discovers endpoints.
    pub(super) fn discovers_endpoints(&self) -> bool {
        match self {
            // Most services have no such operation. Searching the text avoids parsing all operations.
            Content::Whole(whole) => whole.text.contains("\"endpointoperation\""),
            Content::Parts(parts) => parts.discovers_endpoints(),
        }
    }
}

/// Entries that are parsed on first use. The cells are allocated when the first entry is requested.
pub(super) struct Cells<T>(OnceLock<Box<[OnceLock<Box<T>>]>>);

impl<T> Cells<T> {
    pub(super) const fn new() -> Cells<T> {
        Cells(OnceLock::new())
    }

    /// Returns an entry that was parsed before.
    pub(super) fn parsed(&self, i: usize) -> Option<&T> {
        self.0.get()?[i].get().map(Box::as_ref)
    }

    /// Returns entry `i` of `count`, which `parse` reads on first use.
    pub(super) fn get<E>(&self, i: usize, count: usize, parse: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
        let cell = &self.0.get_or_init(|| std::iter::repeat_with(OnceLock::new).take(count).collect())[i];
        match cell.get() {
            Some(entry) => Ok(entry),
            None => parse().map(|entry| &**cell.get_or_init(|| Box::new(entry))),
        }
    }
}

/// Finds operations by either spelling of their names, which are equal apart from case and underscores.
///
/// A hash table of numbers: it costs no conversion of names and no allocation per operation.
pub(super) struct OperationIndex(Box<[u32]>);

impl OperationIndex {
    pub(super) fn new(content: &Content) -> OperationIndex {
        let mut slots = vec![0; (2 * content.operations()).next_power_of_two()];
        for i in 0..content.operations() {
            let free = probes(slots.len(), content.operation_name(i)).find(|slot| slots[*slot] == 0);
            if let Some(free) = free {
                slots[free] = i as u32 + 1;
            }
        }
        OperationIndex(slots.into())
    }

    /// Returns the operation with this name, or otherwise the one with this method name. `method` returns the method name of an
    /// operation that was parsed before.
    pub(super) fn find<'m>(&self, content: &Content, name: &str, method: impl Fn(usize) -> Option<&'m str>) -> Option<usize> {
        let similar = || {
            let numbers = probes(self.0.len(), name).map(|slot| self.0[slot]).take_while(|number| *number != 0);
            numbers.map(|number| number as usize - 1)
        };
        let is_method = |i: usize| match method(i) {
            Some(method) => method == name,
            None => same_letters(content.operation_name(i), name) && snake_case(content.operation_name(i)) == name,
        };
        similar().find(|i| content.operation_name(*i) == name).or_else(|| similar().find(|i| is_method(*i)))
    }
}

/// The slots at which a name can be, in order.
fn probes(slots: usize, name: &str) -> impl Iterator<Item = usize> {
    let hash = letters(name).fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let first = (hash ^ (hash >> 32)) as usize;
    (0..slots).map(move |i| first.wrapping_add(i) & (slots - 1))
}

fn same_letters(a: &str, b: &str) -> bool {
    letters(a).eq(letters(b))
}

/// The letters and digits that both spellings of a name have in common. Other than ASCII characters change with their case.
fn letters(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(|byte| *byte != b'_' && byte.is_ascii()).map(|byte| byte.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::{Definitions, Root, Service, Shape, ShapeRef, ShapeType};

    /// A reference with the name of its target.
    fn reference(service: &Service, reference: &ShapeRef) -> String {
        let target = match &reference.target {
            Ok(id) => &service.shape(*id).unwrap().name,
            Err(name) => name,
        };
        format!("{target} {:?}", reference.traits)
    }

    fn shape(service: &Service, shape: &Shape) -> String {
        let kind = match &shape.shape_type {
            ShapeType::Structure(s) => {
                let members: Vec<_> = s.members.iter().map(|m| (&m.name, reference(service, &m.target))).collect();
                format!("{members:?} {:?} {:?}", s.required, s.payload)
            }
            ShapeType::List(item) => reference(service, item),
            ShapeType::Map { key, value } => [reference(service, key), reference(service, value)].concat(),
            other => other.name().to_owned(),
        };
        format!("{} {kind} {:?}", shape.name, shape.traits)
    }

    fn operation(service: &Service, name: &str) -> String {
        let operation = service.operation(name).unwrap();
        let references = operation.input.iter().chain(&operation.output).chain(&operation.errors);
        let references: Vec<_> = references.map(|r| reference(service, r)).collect();
        format!("{} {} {} {references:?}", operation.method_name, operation.http_method, operation.request_uri)
    }

    #[test]
    fn every_service_in_parts_equals_its_file() {
        let definitions = Definitions::embedded();
        let folder = Root::folder(concat!(env!("CARGO_MANIFEST_DIR"), "/data"));
        let mut reordered = 0;
        for name in definitions.services().unwrap() {
            for version in definitions.api_versions(&name, "service-2").unwrap() {
                let in_parts = definitions.service(&name, Some(&version)).unwrap();
                assert!(matches!(*in_parts.content, Content::Parts(_)), "{name} {version} has no parts");
                let text = folder.read(&format!("{name}/{version}/service-2")).unwrap().unwrap().text;
                assert!(definitions.source("service-2", &name, Some(&version)).unwrap().text == text, "{name} {version}");
                let whole = Service::parse(&name, text).unwrap();
                let services = [&*in_parts, &whole];
                assert!(services[0].operation_names().eq(services[1].operation_names()), "{name} {version}");
                assert!(services[0].shape_names().eq(services[1].shape_names()), "{name} {version}");
                assert!(services[0].error_codes().eq(services[1].error_codes()), "{name} {version}");
                assert_eq!(services[0].discovers_endpoints(), services[1].discovers_endpoints(), "{name} {version}");
                for operation_name in whole.operation_names() {
                    assert_eq!(operation(&in_parts, operation_name), operation(&whole, operation_name), "{name} {version}");
                }
                for shape_name in whole.shape_names() {
                    let [a, b] = services.map(|service| (service, service.shape(service.shape_id(shape_name).unwrap()).unwrap()));
                    assert_eq!(shape(a.0, a.1), shape(b.0, b.1), "{name} {version}");
                    reordered += usize::from(in_parts.shape_id(shape_name) != whole.shape_id(shape_name));
                }
            }
        }
        assert!(reordered > 100_000, "{reordered} shapes have another number in parts");
    }

    #[test]
    fn an_operation_is_found_by_both_names() {
        let operations =
            r#""GetOAuth2":{"http":{"method":"GET"}},"GetOAUTH2":{"http":{"method":"PUT"}},"raw_Name":{"http":{"method":"GET"}}"#;
        let text = format!(r#"{{"metadata":{{}},"operations":{{{operations}}},"shapes":{{}}}}"#);
        let service = Service::parse("x", text).unwrap();
        for _ in 0..2 {
            let find = |name: &str| service.operation(name).ok().map(|operation| operation.name.as_str());
            for (name, found) in [
                ("GetOAuth2", Some("GetOAuth2")),
                ("GetOAUTH2", Some("GetOAUTH2")),
                ("get_o_auth2", Some("GetOAuth2")),
                ("get_oauth2", Some("GetOAUTH2")),
                ("getoauth2", None),
                ("raw_Name", Some("raw_Name")),
                ("raw_name", None),
                ("", None),
            ] {
                assert_eq!(find(name), found, "{name}");
            }
        }
        assert!(service.has_operation("GetOAuth2") && !service.has_operation("get_oauth2"));
    }
}
