//! Success in the ec2 protocol: the document's element is the result, and has the request id too.

use super::metadata::{self, metadata};
use super::xml::fields;
use super::xml_reader::Xml;
use super::{insert_members, not_a_structure};
use crate::definition::{Operation, Service};
use crate::error::{Error, Result};
use crate::http::Response;
use crate::value::{Map, Str};

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
            let slots = fields(&mut xml, &root, node, structure, |xml, name| beside(xml, name, &mut ids))?;
            insert_members(&mut output, structure, slots);
        }
    }
    xml.end()?;
    output.insert(metadata::KEY, metadata(ids, response.status, &response.headers));
    Ok(output)
}

/// An element that is no member: the request id is kept, all else is skipped.
fn beside(xml: &mut Xml<'_>, name: &str, ids: &mut Map) -> Result<()> {
    if name != "requestId" {
        return xml.skip();
    }
    ids.insert("RequestId", Str::from(xml.text()?));
    Ok(())
}
