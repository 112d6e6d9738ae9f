//! The query and ec2 protocols: parameters as a form with dotted names. They differ only in names and lists.

use super::scalar::push_scalar;
use super::{Serialized, SerializedBody, member, mismatch};
use crate::definition::{Node, Operation, Service, ShapeRef, ShapeType, TimestampFormat};
use crate::error::Result;
use crate::text::Path;
use crate::text::json::push_int;
use crate::value::{List, Map, Value};

/// The differences between query and ec2.
pub(super) trait Dialect {
    /// Appends the name of a member, or of a map's key or value.
    fn push_member_name(&self, out: &mut String, name: &str, node: Node<'_>);
    /// The text that an empty list is written as; `None` if it is not written.
    fn empty_list(&self) -> Option<&'static str>;
    /// Appends the text between a list's name and the item's number. `out` contains the full name of the list.
    fn push_list_infix(&self, out: &mut String, list: Node<'_>, item: Node<'_>);
}

/// The query protocol.
pub(super) struct Query;

impl Dialect for Query {
    fn push_member_name(&self, out: &mut String, name: &str, node: Node<'_>) {
        out.push_str(node.location_name().unwrap_or(name));
    }

    fn empty_list(&self) -> Option<&'static str> {
        Some("")
    }

    fn push_list_infix(&self, out: &mut String, list: Node<'_>, item: Node<'_>) {
        match item.location_name() {
            _ if !list.has(|t| t.flattened) => {
                out.push('.');
                out.push_str(item.location_name().unwrap_or("member"));
            }
            // The items' name replaces the list's.
            Some(name) => {
                out.truncate(out.rfind('.').map_or(0, |dot| dot + 1));
                out.push_str(name);
            }
            None => {}
        }
    }
}

/// The ec2 protocol: its own member names, and lists that are always flattened.
pub(super) struct Ec2;

impl Dialect for Ec2 {
    /// `queryName` unchanged; otherwise `locationName` or the member's name, capitalized.
    fn push_member_name(&self, out: &mut String, name: &str, node: Node<'_>) {
        if let Some(name) = node.query_name() {
            return out.push_str(name);
        }
        let mut rest = node.location_name().unwrap_or(name).chars();
        out.extend(rest.next().into_iter().flat_map(char::to_uppercase));
        out.push_str(rest.as_str());
    }

    fn empty_list(&self) -> Option<&'static str> {
        None
    }

    fn push_list_infix(&self, _: &mut String, _: Node<'_>, _: Node<'_>) {}
}

pub(super) fn serialize<D: Dialect>(
    service: &Service,
    operation: &Operation,
    shape: Option<Node<'_>>,
    input: &Map,
    dialect: &D,
) -> Result<Serialized> {
    let mut request = Serialized::new(operation, "/");
    request.headers.append("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    let pairs = vec![("Action".to_owned(), operation.name.to_string()), ("Version".to_owned(), service.api_version()?.to_owned())];
    let mut form = Form { pairs, name: String::new(), dialect };
    if let Some(shape) = shape {
        form.structure(shape, input, &Path::ROOT)?;
    }
    request.body = SerializedBody::Form(form.pairs);
    Ok(request)
}

struct Form<'d, D> {
    pairs: Vec<(String, String)>,
    /// The name of the value being written.
    name: String,
    dialect: &'d D,
}

impl<D: Dialect> Form<'_, D> {
    fn value(&mut self, node: Node<'_>, value: &Value, path: &Path<'_>) -> Result<()> {
        path.check_depth()?;
        match (node.shape_type(), value) {
            (ShapeType::Structure(_), Value::Map(map)) => self.structure(node, map, path),
            (ShapeType::List(item), Value::List(list)) => self.list(node, item, list, path),
            (ShapeType::Map { key, value }, Value::Map(map)) => self.map(node, [key, value], map, path),
            (ShapeType::Structure(_) | ShapeType::List(_) | ShapeType::Map { .. }, _) => Err(mismatch(node, value, path)),
            _ => {
                let mut text = String::new();
                push_scalar(&mut text, node, value, TimestampFormat::Iso8601, path)?;
                self.push(text);
                Ok(())
            }
        }
    }

    fn structure(&mut self, node: Node<'_>, map: &Map, path: &Path<'_>) -> Result<()> {
        let length = self.name.len();
        for (key, value) in map {
            let node = member(node, key, path)?;
            if length > 0 {
                self.name.push('.');
            }
            self.dialect.push_member_name(&mut self.name, key, node);
            self.value(node, value, &path.name(key))?;
            self.name.truncate(length);
        }
        Ok(())
    }

    fn list(&mut self, node: Node<'_>, item: &ShapeRef, list: &List, path: &Path<'_>) -> Result<()> {
        if list.is_empty() {
            if let Some(text) = self.dialect.empty_list() {
                self.push(text.to_owned());
            }
            return Ok(());
        }
        let item_node = node.service().node(item)?;
        // The infix may shorten the name, so it cannot be restored by truncating.
        let outer = self.name.clone();
        self.dialect.push_list_infix(&mut self.name, node, item_node);
        let length = self.name.len();
        for (i, value) in list.iter().enumerate() {
            self.push_number(i + 1);
            self.value(item_node, value, &path.index(i))?;
            self.name.truncate(length);
        }
        self.name = outer;
        Ok(())
    }

    fn map(&mut self, node: Node<'_>, [key, value]: [&ShapeRef; 2], map: &Map, path: &Path<'_>) -> Result<()> {
        let (key_node, value_node) = (node.service().node(key)?, node.service().node(value)?);
        let outer = self.name.len();
        if !node.has(|t| t.flattened) {
            self.name.push_str(".entry");
        }
        let length = self.name.len();
        for (i, (key, value)) in map.iter().enumerate() {
            self.push_number(i + 1);
            self.name.push('.');
            let entry = self.name.len();
            self.dialect.push_member_name(&mut self.name, "key", key_node);
            self.push(key.to_string());
            self.name.truncate(entry);
            self.dialect.push_member_name(&mut self.name, "value", value_node);
            self.value(value_node, value, &path.name(key))?;
            self.name.truncate(length);
        }
        self.name.truncate(outer);
        Ok(())
    }

    fn push_number(&mut self, number: usize) {
        self.name.push('.');
        push_int(&mut self.name, number as i64);
    }

    fn push(&mut self, text: String) {
        self.pairs.push((self.name.clone(), text));
    }
}
