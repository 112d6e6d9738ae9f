//! Tests of the whole parser, with a small service in each protocol.

mod errors;
mod faults;
mod hostile;
mod success;

use std::sync::Arc;

use super::{ParsedError, parse, parse_error};
use crate::definition::Service;
use crate::error::Result;
use crate::http::{Headers, Response};
use crate::value::{Bytes, Map};

/// A service with a member of every kind, with `protocol`.
fn service(protocol: &str) -> Arc<Service> {
    let text = r##"{
        "metadata": {"protocol": "PROTOCOL", "protocols": ["PROTOCOL"], "apiVersion": "2020-01-01"},
        "operations": {
            "Op": {"name": "Op", "http": {"method": "POST", "requestUri": "/"}, "output": {"shape": "Out"}},
            "Rest": {"name": "Rest", "http": {"method": "GET", "requestUri": "/"}, "output": {"shape": "RestOut"}},
            "Body": {"name": "Body", "http": {"method": "GET", "requestUri": "/"}, "output": {"shape": "BodyOut"}},
            "Text": {"name": "Text", "http": {"method": "GET", "requestUri": "/"}, "output": {"shape": "TextOut"}},
            "Wrapped": {"name": "Wrapped", "http": {"method": "POST", "requestUri": "/"},
                "output": {"shape": "Out", "resultWrapper": "OpResult"}},
            "Events": {"name": "Events", "http": {"method": "POST", "requestUri": "/"}, "output": {"shape": "EventsOut"}},
            "Advisory": {"name": "Advisory", "http": {"method": "GET", "requestUri": "/"}, "output": {"shape": "AdvisoryOut"}},
            "Nothing": {"name": "Nothing", "http": {"method": "POST", "requestUri": "/"}}
        },
        "shapes": {
            "Out": {"type": "structure", "members": {
                "s": {"shape": "Str"}, "sn": {"shape": "Str", "locationName": "ren"}, "i": {"shape": "Long"},
                "f": {"shape": "Double"}, "b": {"shape": "Bool"}, "t": {"shape": "Time"}, "x": {"shape": "Blob"},
                "U": {"shape": "Union"}, "L": {"shape": "List"}, "F": {"shape": "Flat"}, "M": {"shape": "Map"},
                "MF": {"shape": "FlatMap"}, "R": {"shape": "Out"}, "D": {"shape": "Doc"}, "A": {"shape": "Attr"}, "Ts": {"shape": "Times"},
                "Tm": {"shape": "TimeMap"}, "Rs": {"shape": "Outs"}, "secret": {"shape": "SecretTime"},
                "Secret": {"shape": "Secret"}}},
            "RestOut": {"type": "structure", "members": {
                "code": {"shape": "Long", "location": "statusCode"},
                "etag": {"shape": "Str", "location": "header", "locationName": "ETag"},
                "list": {"shape": "List", "location": "header", "locationName": "X-List"},
                "dates": {"shape": "Times", "location": "header", "locationName": "X-Dates"},
                "json": {"shape": "Str", "location": "header", "locationName": "X-Json", "jsonvalue": true},
                "flag": {"shape": "Bool", "location": "header", "locationName": "X-Flag"},
                "meta": {"shape": "Map", "location": "headers", "locationName": "x-meta-"},
                "s": {"shape": "Str"}}},
            "AdvisoryOut": {"type": "structure", "members": {
                "etag": {"shape": "Str", "location": "header", "locationName": "ETag"},
                "expires": {"shape": "Time", "location": "header", "locationName": "Expires"},
                "modified": {"shape": "Time", "location": "header", "locationName": "Last-Modified"}}},
            "BodyOut": {"type": "structure", "payload": "body", "members": {
                "etag": {"shape": "Str", "location": "header", "locationName": "ETag"}, "body": {"shape": "Blob"}}},
            "TextOut": {"type": "structure", "payload": "text", "members": {"text": {"shape": "Str"}}},
            "EventsOut": {"type": "structure", "payload": "events", "members": {
                "events": {"shape": "EventUnion"}, "s": {"shape": "Str"}}},
            "EventUnion": {"type": "structure", "eventstream": true, "members": {
                "Stats": {"shape": "StatsEvent"}, "Chunk": {"shape": "ChunkEvent"}, "Broken": {"shape": "Conflict"}}},
            "StatsEvent": {"type": "structure", "event": true, "members": {
                "s": {"shape": "Str"}, "h": {"shape": "Time", "eventheader": true}}},
            "ChunkEvent": {"type": "structure", "event": true, "members": {"data": {"shape": "Blob", "eventpayload": true}}},
            "Conflict": {"type": "structure", "exception": true, "error": {"code": "ConflictCode"}, "members": {
                "message": {"shape": "Str"}, "Reason": {"shape": "Str"}, "at": {"shape": "Time"},
                "retry": {"shape": "Str", "location": "header", "locationName": "Retry-After"}}},
            "Union": {"type": "structure", "union": true, "members": {"a": {"shape": "Str"}, "n": {"shape": "Long"}}},
            "Attr": {"type": "structure", "members": {
                "kind": {"shape": "Str", "xmlAttribute": true, "locationName": "xsi:type"}, "id": {"shape": "Str"}}},
            "Doc": {"type": "structure", "document": true, "members": {}},
            "List": {"type": "list", "member": {"shape": "Str"}},
            "TimeMap": {"type": "map", "key": {"shape": "Str"}, "value": {"shape": "Time"}},
            "Outs": {"type": "list", "member": {"shape": "Out"}},
            "Secret": {"type": "structure", "sensitive": true, "members": {"L": {"shape": "Insides"}}},
            "Insides": {"type": "list", "member": {"shape": "Inside"}},
            "Inside": {"type": "structure", "members": {"t": {"shape": "Time"}}},
            "SecretTime": {"type": "timestamp", "sensitive": true},
            "Times": {"type": "list", "member": {"shape": "Time"}},
            "Flat": {"type": "list", "flattened": true, "member": {"shape": "Str", "locationName": "Item"}},
            "Map": {"type": "map", "key": {"shape": "Str"}, "value": {"shape": "Str"}},
            "FlatMap": {"type": "map", "flattened": true, "key": {"shape": "Str", "locationName": "K"},
                "value": {"shape": "Str", "locationName": "V"}},
            "Str": {"type": "string"}, "Long": {"type": "long"}, "Double": {"type": "double"}, "Bool": {"type": "boolean"},
            "Time": {"type": "timestamp"}, "Blob": {"type": "blob"}
        }
    }"##;
    Arc::new(Service::parse("test", text.replace("PROTOCOL", protocol)).unwrap())
}

fn headers(fields: &[(&str, &str)]) -> Headers {
    fields.iter().copied().collect()
}

/// The output without the metadata.
fn output(protocol: &str, operation: &str, fields: &[(&str, &str)], body: impl AsRef<[u8]>) -> Result<Map> {
    let service = service(protocol);
    let response = Response::new(200, headers(fields), body.as_ref());
    let mut output = parse(&service, service.operation(operation)?, response)?;
    output.remove("ResponseMetadata");
    Ok(output)
}

fn error(protocol: &str, status: u16, fields: &[(&str, &str)], body: impl AsRef<[u8]>) -> Result<ParsedError> {
    let service = service(protocol);
    parse_error(&service, service.operation("Op")?, status, &headers(fields), &Bytes::from(body.as_ref()))
}
