//! Success in the json and cbor protocols: everything is in the body.

use std::sync::Arc;

use super::metadata::{self, metadata};
use super::{Format, event_stream_member, insert_members, not_a_structure};
use crate::definition::{Node, Operation, Service, Structure};
use crate::error::{Error, Result};
use crate::http::Response;
use crate::protocol::event_stream;
use crate::value::Map;

pub(super) fn parse(service: &Arc<Service>, operation: &Operation, response: Response) -> Result<Map> {
    let protocol = service.protocol()?;
    let ids = metadata::header_ids(protocol, &response.headers);
    let metadata = metadata(ids, response.status, &response.headers);
    let mut output = Map::new();
    if let Some(node) = service.output(operation)? {
        let structure = node.structure().ok_or_else(|| not_a_structure(node))?;
        members(service, operation, node, structure, response, &mut output)?;
    }
    output.insert(metadata::KEY, metadata);
    Ok(output)
}

fn members(
    service: &Arc<Service>,
    operation: &Operation,
    node: Node<'_>,
    structure: &Structure,
    mut response: Response,
    output: &mut Map,
) -> Result<()> {
    let format = Format::of(service.protocol()?);
    let Some((slot, _)) = event_stream_member(node, structure)? else {
        let body = response.body.buffer().map_err(Error::from_stream)?;
        insert_members(output, structure, format.members(node, structure, &body)?);
        return Ok(());
    };
    // The first event has the members beside the stream.
    let mut events = event_stream::Events::new(service, operation, response.body);
    let first = events.initial_response()?;
    insert_members(output, structure, format.members(node, structure, &first)?);
    output.insert(structure.members[slot].name.clone(), events.into_stream());
    Ok(())
}
