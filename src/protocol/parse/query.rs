//! Successful responses of the query and ec2 protocols: XML that contains the members and the request ID.

use super::metadata::{self, metadata};
use super::position::{Policy, Position};
use super::xml::{fields, skip_unknown};
use super::xml_reader::{Element, Xml};
use super::{Slots, insert_members, not_a_structure};
use crate::definition::{Node, Operation, Service, Structure};
use crate::error::{Error, Result};
use crate::http::Response;
use crate::value::{Batches, Map, Str, Value};

/// Reads an element with IDs and stores them. Returns whether it is such an element; another one is left as it is.
type Ids = fn(&mut Xml<'_>, name: &str, ids: &mut Map) -> Result<bool>;

/// Parses the query protocol.
pub(super) fn parse_query(service: &Service, operation: &Operation, response: Response, policy: &Policy) -> Result<Map> {
    parse_with(service, operation, response, policy, |xml, name, ids| {
        let found = name == metadata::KEY;
        if found {
            all_ids(xml, ids)?;
        }
        Ok(found)
    })
}

/// Parses the ec2 protocol: the document element is the result, and also contains the request ID.
pub(super) fn parse_ec2(service: &Service, operation: &Operation, response: Response, policy: &Policy) -> Result<Map> {
    parse_with(service, operation, response, policy, |xml, name, ids| {
        let found = name == "requestId";
        if found {
            ids.insert("RequestId", Str::from(xml.text()?));
        }
        Ok(found)
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

fn parse_with(service: &Service, operation: &Operation, mut response: Response, policy: &Policy, beside: Ids) -> Result<Map> {
    let body = response.body.buffer().map_err(Error::from_stream)?;
    let node = service.output(operation)?;
    let mut ids = Map::new();
    let mut output = Map::new();
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

fn skip_all(xml: &mut Xml<'_>, ids: &mut Map, beside: Ids) -> Result<()> {
    while let Some(child) = xml.child()? {
        if !beside(xml, child.name(), ids)? {
            xml.skip()?;
        }
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
    beside: Ids,
) -> Result<Slots> {
    let mut other = |xml: &mut Xml<'_>, name: &str| match beside(xml, name, ids)? {
        true => Ok(()),
        false => skip_unknown(xml, node, name, position),
    };
    let mut batches = Batches::new();
    let Some(wrapper) = node.result_wrapper() else { return fields(xml, root, node, structure, position, &mut batches.output(), other) };
    let mut slots = None;
    while let Some(child) = xml.child()? {
        if child.name() == wrapper && slots.is_none() {
            let foreign = |xml: &mut Xml<'_>, name: &str| skip_unknown(xml, node, name, position);
            slots = Some(fields(xml, &child, node, structure, position, &mut batches.output(), foreign)?);
        } else {
            other(xml, child.name())?;
        }
    }
    slots.ok_or_else(|| xml.error(&format!("missing element {wrapper}")))
}
