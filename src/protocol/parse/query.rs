//! Successful responses of the query and ec2 protocols: XML that contains the members and the request ID.

use super::metadata::{self, metadata};
use super::position::{Policy, Position};
use super::xml::fields;
use super::xml_reader::{Element, Xml};
use super::{ParseOptions, Slots, insert_members, not_a_structure};
use crate::definition::{Node, Operation, Service, Structure};
use crate::error::{Error, Result};
use crate::http::Response;
use crate::value::{Map, Str, Value};

/// Reads an element that is not a member, and stores the IDs in it.
type Beside = fn(&mut Xml<'_>, name: &str, ids: &mut Map) -> Result<()>;

/// Parses the query protocol.
pub(super) fn parse_query(service: &Service, operation: &Operation, response: Response, options: &ParseOptions) -> Result<Map> {
    parse_with(service, operation, response, options, |xml, name, ids| match name {
        metadata::KEY => all_ids(xml, ids),
        _ => xml.skip(),
    })
}

/// Parses the ec2 protocol: the document element is the result, and also contains the request ID.
pub(super) fn parse_ec2(service: &Service, operation: &Operation, response: Response, options: &ParseOptions) -> Result<Map> {
    parse_with(service, operation, response, options, |xml, name, ids| {
        if name != "requestId" {
            return xml.skip();
        }
        ids.insert("RequestId", Str::from(xml.text()?));
        Ok(())
    })
}

/// Stores every child of the body's `ResponseMetadata`.
fn all_ids(xml: &mut Xml<'_>, ids: &mut Map) -> Result<()> {
    while let Some(child) = xml.child()? {
        let name = Str::from(child.name());
        ids.insert(name, Value::String(Str::from(xml.text()?)));
    }
    Ok(())
}

fn parse_with(service: &Service, operation: &Operation, mut response: Response, options: &ParseOptions, beside: Beside) -> Result<Map> {
    let body = response.body.buffer().map_err(Error::from_stream)?;
    let node = service.output(operation)?;
    let mut ids = Map::new();
    let mut output = Map::new();
    let policy = Policy::new(options.lenient);
    let (mut xml, root) = Xml::open(&body)?;
    match node {
        None => skip_all(&mut xml, &mut ids, beside)?,
        Some(node) => {
            let structure = node.structure().ok_or_else(|| not_a_structure(node))?;
            insert_members(&mut output, structure, result(&mut xml, &root, node, structure, &policy.root(), &mut ids, beside)?);
        }
    }
    xml.end()?;
    let mut metadata = metadata(ids, response.status, &response.headers);
    policy.report(&mut metadata);
    output.insert(metadata::KEY, metadata);
    Ok(output)
}

fn skip_all(xml: &mut Xml<'_>, ids: &mut Map, beside: Beside) -> Result<()> {
    while let Some(child) = xml.child()? {
        beside(xml, child.name(), ids)?;
    }
    Ok(())
}

/// Reads the members from the result wrapper if there is one, otherwise from the document element.
fn result<'a>(
    xml: &mut Xml<'a>,
    root: &Element<'a>,
    node: Node<'_>,
    structure: &Structure,
    position: &Position<'_>,
    ids: &mut Map,
    beside: Beside,
) -> Result<Slots> {
    let Some(wrapper) = node.result_wrapper() else {
        return fields(xml, root, node, structure, position, |xml, name| beside(xml, name, ids));
    };
    let mut slots = None;
    while let Some(child) = xml.child()? {
        if child.name() == wrapper && slots.is_none() {
            slots = Some(fields(xml, &child, node, structure, position, |xml, _| xml.skip())?);
        } else {
            beside(xml, child.name(), ids)?;
        }
    }
    slots.ok_or_else(|| xml.error(&format!("missing element {wrapper}")))
}
