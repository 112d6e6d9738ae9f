//! The rest-xml protocol: REST bindings with an XML body.
//!
//! The XML has botocore's form: no declaration, no white space, and `<Empty />` for an empty element.

use super::rest::{Bindings, Bound, RestBody, bind};
use super::scalar::push_scalar;
use super::{Serialized, SerializedBody, member, mismatch};
use crate::definition::{Node, Operation, ShapeRef, ShapeType, TimestampFormat, XmlNamespace};
use crate::error::{Error, ErrorKind, Result};
use crate::text::Path;
use crate::value::{List, Map, Value};

pub(super) fn serialize(operation: &Operation, shape: Option<Node<'_>>, request_uri: &str, input: &Map) -> Result<Serialized> {
    let Bound { mut request, body } = bind(operation, shape, request_uri, input)?;
    let mut writer = XmlWriter::default();
    match body {
        RestBody::NoInput | RestBody::Payload(None) => return Ok(request),
        RestBody::Raw(body) => {
            request.body = body;
            return Ok(request);
        }
        RestBody::Members(_, members) if members.is_empty() => return Ok(request),
        RestBody::Members(shape, members) => writer.element(root_name(shape, operation)?, shape, &members, &Path::ROOT)?,
        RestBody::Payload(Some((node, name, value))) => writer.value(root_name(node, operation)?, node, value, &Path::ROOT.name(name))?,
    }
    request.body = SerializedBody::Bytes(writer.xml.text.into_bytes().into());
    Ok(request)
}

fn root_name<'a>(node: Node<'a>, operation: &Operation) -> Result<&'a str> {
    node.location_name().ok_or_else(|| {
        let text = format!("operations.{}.input: the body {} has no locationName to name its root element", operation.name, node.name());
        Error::new(ErrorKind::InvalidDefinition, text)
    })
}

#[derive(Default)]
struct XmlWriter {
    xml: XmlText,
    /// Holds a scalar before it is escaped.
    scratch: String,
}

impl XmlWriter {
    fn value(&mut self, name: &str, node: Node<'_>, value: &Value, path: &Path<'_>) -> Result<()> {
        path.check_depth()?;
        match (node.shape_type(), value) {
            (ShapeType::Structure(_), Value::Map(map)) => self.structure(name, node, map, path),
            (ShapeType::List(item), Value::List(list)) => self.list(name, node, item, list, path),
            (ShapeType::Map { key, value }, Value::Map(map)) => self.map(name, node, [key, value], map, path),
            (ShapeType::Structure(_) | ShapeType::List(_) | ShapeType::Map { .. }, _) => Err(mismatch(node, value, path)),
            _ => {
                self.xml.start(name, node.xml_namespace());
                let open = self.xml.content();
                self.scalar(node, value, path)?;
                self.xml.push_text(&self.scratch);
                self.xml.close(name, open);
                Ok(())
            }
        }
    }

    /// A null ends a structure: as in boto3, members after it are not written.
    fn structure(&mut self, name: &str, node: Node<'_>, map: &Map, path: &Path<'_>) -> Result<()> {
        let members = map.iter().take_while(|(_, value)| !value.is_null());
        let members: Bindings<'_> =
            members.map(|(key, value)| Ok((member(node, key, path)?, key.as_str(), value))).collect::<Result<_>>()?;
        self.element(name, node, &members, path)
    }

    fn element(&mut self, name: &str, node: Node<'_>, members: &Bindings<'_>, path: &Path<'_>) -> Result<()> {
        self.xml.start(name, node.xml_namespace());
        for (node, key, value) in members.iter().filter(|(node, ..)| node.has(|t| t.xml_attribute)) {
            self.scalar(*node, value, &path.name(key))?;
            self.xml.attribute(node.location_name().unwrap_or(key), &self.scratch);
        }
        let open = self.xml.content();
        for (node, key, value) in members.iter().filter(|(node, ..)| !node.has(|t| t.xml_attribute)) {
            self.value(node.location_name().unwrap_or(key), *node, value, &path.name(key))?;
        }
        self.xml.close(name, open);
        Ok(())
    }

    fn list(&mut self, name: &str, node: Node<'_>, item: &ShapeRef, list: &List, path: &Path<'_>) -> Result<()> {
        let item_node = node.service().node(item)?;
        if node.has(|t| t.flattened) {
            return list.iter().enumerate().try_for_each(|(i, value)| self.value(name, item_node, value, &path.index(i)));
        }
        let item_name = item_node.location_name().unwrap_or("member");
        self.xml.start(name, node.xml_namespace());
        let open = self.xml.content();
        for (i, value) in list.iter().enumerate() {
            self.value(item_name, item_node, value, &path.index(i))?;
        }
        self.xml.close(name, open);
        Ok(())
    }

    fn map(&mut self, name: &str, node: Node<'_>, [key, value]: [&ShapeRef; 2], map: &Map, path: &Path<'_>) -> Result<()> {
        let entry = Entry { key: node.service().node(key)?, value: node.service().node(value)? };
        if node.has(|t| t.flattened) {
            return self.entries(name, entry, map, path);
        }
        self.xml.start(name, node.xml_namespace());
        let open = self.xml.content();
        self.entries("entry", entry, map, path)?;
        self.xml.close(name, open);
        Ok(())
    }

    fn entries(&mut self, name: &str, entry: Entry<'_>, map: &Map, path: &Path<'_>) -> Result<()> {
        let (key_name, value_name) = (entry.key.location_name().unwrap_or("key"), entry.value.location_name().unwrap_or("value"));
        for (key, value) in map {
            self.xml.start(name, None);
            let open = self.xml.content();
            self.value(key_name, entry.key, &Value::String(key.clone()), &path.key(key))?;
            self.value(value_name, entry.value, value, &path.name(key))?;
            self.xml.close(name, open);
        }
        Ok(())
    }

    /// Writes the text of a scalar to the scratch space.
    fn scalar(&mut self, node: Node<'_>, value: &Value, path: &Path<'_>) -> Result<()> {
        self.scratch.clear();
        push_scalar(&mut self.scratch, node, value, TimestampFormat::Iso8601, path)
    }
}

/// The shapes of a map's keys and values.
#[derive(Clone, Copy)]
struct Entry<'a> {
    key: Node<'a>,
    value: Node<'a>,
}

/// An XML document being written.
#[derive(Default)]
struct XmlText {
    text: String,
}

/// An element whose start tag has been written; pass it to [`XmlText::close`].
struct Open {
    content: usize,
}

impl XmlText {
    /// Writes `<name` and its namespace. Attributes may follow, then [`content`](Self::content).
    fn start(&mut self, name: &str, namespace: Option<&XmlNamespace>) {
        self.text.push('<');
        self.text.push_str(name);
        if let Some(namespace) = namespace {
            match namespace.prefix.as_deref().filter(|p| !p.is_empty()) {
                Some(prefix) => self.attribute(&format!("xmlns:{prefix}"), &namespace.uri),
                None => self.attribute("xmlns", &namespace.uri),
            }
        }
    }

    /// Writes an attribute of the element that was started.
    fn attribute(&mut self, name: &str, value: &str) {
        self.text.push(' ');
        self.text.push_str(name);
        self.text.push_str("=\"");
        self.escaped(value, |b| match b {
            b'&' => Some("&amp;"),
            b'<' => Some("&lt;"),
            b'>' => Some("&gt;"),
            b'"' => Some("&quot;"),
            b'\r' => Some("&#13;"),
            b'\n' => Some("&#10;"),
            b'\t' => Some("&#09;"),
            _ => None,
        });
        self.text.push('"');
    }

    /// Ends the start tag.
    fn content(&mut self) -> Open {
        self.text.push('>');
        Open { content: self.text.len() }
    }

    /// Writes text content.
    fn push_text(&mut self, text: &str) {
        self.escaped(text, |b| match b {
            b'&' => Some("&amp;"),
            b'<' => Some("&lt;"),
            b'>' => Some("&gt;"),
            _ => None,
        });
    }

    /// Ends the element. An element without content becomes `<name />`.
    fn close(&mut self, name: &str, open: Open) {
        if self.text.len() == open.content {
            self.text.pop();
            self.text.push_str(" />");
        } else {
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push('>');
        }
    }

    /// Writes text, escaping single characters. Only ASCII characters are ever escaped.
    fn escaped(&mut self, text: &str, escape: impl Fn(u8) -> Option<&'static str>) {
        let mut run = 0;
        for (i, b) in text.bytes().enumerate() {
            if let Some(entity) = escape(b) {
                self.text.push_str(&text[run..i]);
                self.text.push_str(entity);
                run = i + 1;
            }
        }
        self.text.push_str(&text[run..]);
    }
}
