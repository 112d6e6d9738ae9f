//! Success in the ec2 protocol: as in the query protocol, but the document's element is the result and has the request id.

use super::query::parse_with;
use crate::definition::{Operation, Service};
use crate::error::Result;
use crate::http::Response;
use crate::value::{Map, Str};

pub(super) fn parse(service: &Service, operation: &Operation, response: Response) -> Result<Map> {
    parse_with(service, operation, response, |xml, name, ids| {
        if name != "requestId" {
            return xml.skip();
        }
        ids.insert("RequestId", Str::from(xml.text()?));
        Ok(())
    })
}
