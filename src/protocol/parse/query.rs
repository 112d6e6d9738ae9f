//! Success in the query protocol: the result may have an element around it, and the metadata stand beside it.

use super::metadata::{self, metadata};
use super::xml::fields;
use super::xml_reader::Xml;
use super::{Slots, insert_members, not_a_structure};
use crate::definition::{Node, Operation, Service, Structure};
use crate::error::{Error, Result};
use crate::http::Response;
use crate::value::{Map, Str, Value};

pub(super) fn parse(service: &Service, operation: &Operation, response: &mut Response) -> Result<Map> {
    let body = response.body.buffer().map_err(Error::from_stream)?;
    let mut ids = Map::new();
    let mut output = Map::new();
    let (mut xml, root) = Xml::open(&body)?;
    match service.output(operation)? {
        None => {
            while let Some(child) = xml.child()? {
                beside(&mut xml, child.name(), &mut ids)?;
            }
        }
        Some(node) => {
            let structure = node.structure().ok_or_else(|| not_a_structure(node))?;
            let slots = match node.result_wrapper() {
                Some(wrapper) => wrapped(&mut xml, wrapper, node, structure, &mut ids)?,
                None => fields(&mut xml, &root, node, structure, |xml, name| beside(xml, name, &mut ids))?,
            };
            insert_members(&mut output, structure, slots);
        }
    }
    xml.end()?;
    output.insert(metadata::KEY, metadata(ids, response.status, &response.headers));
    Ok(output)
}

/// The members inside the element `wrapper`, of which the first counts.
fn wrapped(xml: &mut Xml<'_>, wrapper: &str, node: Node<'_>, structure: &Structure, ids: &mut Map) -> Result<Slots> {
    let mut slots = None;
    while let Some(child) = xml.child()? {
        if child.name() == wrapper && slots.is_none() {
            slots = Some(fields(xml, &child, node, structure, |xml, _| xml.skip())?);
        } else {
            beside(xml, child.name(), ids)?;
        }
    }
    slots.ok_or_else(|| xml.error(&format!("there is no element {wrapper}")))
}

/// An element beside the result: the metadata's children are kept, all else is skipped.
fn beside(xml: &mut Xml<'_>, name: &str, ids: &mut Map) -> Result<()> {
    if name != metadata::KEY {
        return xml.skip();
    }
    while let Some(child) = xml.child()? {
        let name = Str::from(child.name());
        ids.insert(name, Value::String(Str::from(xml.text()?)));
    }
    Ok(())
}
