//! Event streams: responses whose body is a sequence of frames, read one at a time while the connection is open.
//!
//! Each frame becomes a map with one entry: the name of the event, and its members.
//!
//! Input streams are not supported: a call of an operation that sends events is an
//! [`ErrorKind::UnsupportedOperation`](crate::ErrorKind::UnsupportedOperation), as boto3 has no such methods.
//!
//! # Differs from boto3
//!
//! - A stream that ends inside a frame is an error; boto3 ends the iteration as if the stream were complete.

mod frame;

use std::io::{Cursor, Read};
use std::sync::Arc;

pub use self::frame::{Frame, FrameReader};
use crate::definition::{Member, Node, Operation, Service, ShapeType, Structure};
use crate::error::{Error, ErrorKind, Result};
use crate::http::ResponseBody;
use crate::protocol::parse::{Format, Policy, Position, Slots, event_stream_member};
use crate::value::{Bytes, Map, Str, Stream, Value};

/// Iterates over the events of an operation's output.
pub(in crate::protocol) struct Events {
    service: Arc<Service>,
    operation: Str,
    frames: FrameReader<Box<dyn Read + Send>>,
    lenient: bool,
    ended: bool,
}

impl Events {
    pub(in crate::protocol) fn new(service: &Arc<Service>, operation: &Operation, body: ResponseBody, lenient: bool) -> Events {
        let reader: Box<dyn Read + Send> = match body {
            ResponseBody::Bytes(bytes) => Box::new(Cursor::new(bytes)),
            ResponseBody::Reader(reader) => reader,
        };
        let (service, operation, frames) = (Arc::clone(service), operation.name.clone(), FrameReader::new(reader));
        Events { service, operation, frames, lenient, ended: false }
    }

    /// Reads the first event and returns its payload, which contains the other members of the output.
    pub(in crate::protocol) fn initial_response(&mut self) -> Result<Bytes> {
        match self.frames.next_frame()? {
            Some(frame) => {
                refuse_errors(&frame, None, &self.operation)?;
                match text(&frame, ":event-type") {
                    Some("initial-response") => Ok(frame.payload),
                    _ => Err(no_initial_response()),
                }
            }
            None => Err(no_initial_response()),
        }
    }

    pub(in crate::protocol) fn into_stream(self) -> Stream {
        Stream::from_events(self)
    }

    fn next_event(&mut self) -> Result<Option<Value>> {
        while let Some(frame) = self.frames.next_frame()? {
            let operation = self.service.operation(&self.operation)?;
            let union = events_node(&self.service, operation)?;
            let policy = Policy::new(self.lenient);
            let event = event(union, &frame, &self.operation, &policy.root())?;
            if event.is_some() {
                return Ok(event);
            }
        }
        Ok(None)
    }
}

impl Iterator for Events {
    type Item = Result<Value>;
    fn next(&mut self) -> Option<Result<Value>> {
        if self.ended {
            return None;
        }
        let event = self.next_event().transpose();
        self.ended = !matches!(event, Some(Ok(_)));
        event
    }
}

fn events_node<'a>(service: &'a Service, operation: &'a Operation) -> Result<Node<'a>> {
    let found = match service.output(operation)? {
        Some(output) => output.structure().map(|s| event_stream_member(output, s)).transpose()?.flatten(),
        None => None,
    };
    found.map(|(_, node)| node).ok_or_else(|| {
        Error::new(ErrorKind::InvalidDefinition, format!("{}: the output of {} has no event stream", service.name(), operation.name))
    })
}

/// Returns the event in a frame; `None` if the definition does not describe it.
fn event(union: Node<'_>, frame: &Frame, operation: &str, position: &Position<'_>) -> Result<Option<Value>> {
    refuse_errors(frame, Some(union), operation)?;
    let Some((name, node)) = known(union, text(frame, ":event-type"))? else { return Ok(None) };
    let members = members(node, frame, &position.name(&name))?;
    Ok(Some(Value::Map([(name, members)].into_iter().collect())))
}

fn known<'a>(union: Node<'a>, name: Option<&str>) -> Result<Option<(Str, Node<'a>)>> {
    let Some((_, member)) = name.and_then(|name| union.structure()?.member(name)) else { return Ok(None) };
    Ok(Some((member.name.clone(), union.member(member)?)))
}

/// Reads the members of an event from the headers and the payload of its frame.
fn members(node: Node<'_>, frame: &Frame, position: &Position<'_>) -> Result<Value> {
    let Some(structure) = node.structure() else { return Ok(Value::Map(Map::new())) };
    let mut slots = Slots::new(structure);
    if node.has(|t| t.event) {
        let format = Format::of_event(node.service().protocol()?);
        match with_trait(node, structure, |node| node.has(|t| t.event_payload))? {
            Some((slot, target)) => {
                let position = position.name(&structure.members[slot].name);
                slots[slot] = Some(payload(target, format, &frame.payload, &position)?);
            }
            None => slots = format.members(node, structure, &frame.payload, position)?,
        }
    }
    for (slot, member) in structure.members.iter().enumerate() {
        if let Some(value) = header(node, member, frame)? {
            slots[slot] = Some(value);
        }
    }
    Ok(Value::Map(Map::shaped(structure.keys.clone(), &mut slots)))
}

fn with_trait<'a>(node: Node<'a>, structure: &'a Structure, holds: impl Fn(Node<'a>) -> bool) -> Result<Option<(usize, Node<'a>)>> {
    for (slot, member) in structure.members.iter().enumerate() {
        let target = node.member(member)?;
        if holds(target) {
            return Ok(Some((slot, target)));
        }
    }
    Ok(None)
}

fn header(node: Node<'_>, member: &Member, frame: &Frame) -> Result<Option<Value>> {
    let target = node.member(member)?;
    if !target.has(|t| t.event_header) {
        return Ok(None);
    }
    Ok(frame.header(target.location_name().unwrap_or(&member.name)).cloned())
}

fn payload(target: Node<'_>, format: Format, payload: &Bytes, position: &Position<'_>) -> Result<Value> {
    match target.shape_type() {
        ShapeType::Blob => Ok(Value::Bytes(payload.clone())),
        ShapeType::String => match std::str::from_utf8(payload) {
            Ok(text) => Ok(Value::String(Str::from(text))),
            Err(e) => Err(Error::new(ErrorKind::ResponseParser, format!("The payload of an event is not UTF-8: {e}"))),
        },
        _ => format.value(target, payload, position),
    }
}

/// Returns an error if the frame is a modeled exception or another error instead of an event.
fn refuse_errors(frame: &Frame, union: Option<Node<'_>>, operation: &str) -> Result<()> {
    let kind = text(frame, ":message-type");
    if !matches!(kind, Some("error" | "exception")) {
        return Ok(());
    }
    let exception = match union {
        Some(union) => known(union, text(frame, ":exception-type"))?,
        None => None,
    };
    let (code, message) = match exception {
        Some((name, node)) => (Value::String(name), exception_message(node, frame)?),
        None => {
            (Value::from(text(frame, ":error-code").unwrap_or_default()), Value::from(text(frame, ":error-message").unwrap_or_default()))
        }
    };
    let error: Map = [("Code", code), ("Message", message)].into_iter().collect();
    let response: Map = [("Error", Value::Map(error))].into_iter().collect();
    Err(Error::service(Some("EventStreamError"), 200, Value::Map(response)).with_operation(operation))
}

fn exception_message(node: Node<'_>, frame: &Frame) -> Result<Value> {
    let Some(structure) = node.structure() else { return Ok(Value::from("")) };
    let format = Format::of_event(node.service().protocol()?);
    // The message matters more than an unreadable detail.
    let policy = Policy::new(true);
    let slots = format.members(node, structure, &frame.payload, &policy.root())?;
    let member = |name| structure.member(name).and_then(|(slot, _)| slots[slot].clone());
    Ok(member("Message").or_else(|| member("message")).unwrap_or_else(|| Value::from("")))
}

fn text<'a>(frame: &'a Frame, header: &str) -> Option<&'a str> {
    frame.header(header)?.as_str()
}

fn no_initial_response() -> Error {
    Error::new(ErrorKind::ResponseParser, "First event was not of type initial-response")
}
