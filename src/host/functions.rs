//! Functions of a script that the library calls: hooks, progress functions, and bodies that a script produces or receives.
//!
//! A binding keeps its functions by numbers, and implements [`Functions`]: how one of them is called from any thread.

use std::fmt;
use std::io::{self, Read, Write};
use std::sync::Arc;

use super::bridge::{self, Answer, Object};
use crate::call::Event;
use crate::error::{Error, Result};
use crate::http::Headers;
use crate::text::invalid;
use crate::value::{Bytes, Map, Stream, Value};

/// A function of the script, by the number under which the binding keeps it.
pub(crate) type Function = u64;

/// What a function is called with.
pub(crate) enum Input {
    /// Arguments; the reply is the result and null.
    Arguments(Vec<Value>),
    /// An event, which the function may change; the reply is the event before and after.
    Event(Value),
}

pub(crate) type Reply = anyhow::Result<(Value, Value)>;

/// The functions that a script has handed to the library.
pub(crate) trait Functions: Send + Sync {
    /// Calls a function from any thread, and waits for the reply.
    ///
    /// # Errors
    /// [`Raised`] if the function raises an error; a message if it cannot run now.
    fn request(&self, function: Function, input: Input) -> Reply;

    /// Calls a function with arguments.
    ///
    /// # Errors
    /// Those of [`request`](Self::request).
    fn call(&self, function: Function, arguments: Vec<Value>) -> anyhow::Result<Value> {
        self.request(function, Input::Arguments(arguments)).map(|(result, _)| result)
    }
}

pub(crate) type Hook = Box<dyn Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync>;

/// Makes a hook of a function, which receives the data of [`bridge::hook`] and changes it: headers are a map, and streams are left
/// out, because reading them would consume them.
pub(crate) fn hook(functions: Arc<dyn Functions>, function: Function) -> Hook {
    Box::new(bridge::hook(move |data| {
        let (before, after) = functions.request(function, Input::Event(shown(&data)))?;
        Ok(Some(changes(&data, &before, &after)?))
    }))
}

/// The data of an event as a script sees it.
fn shown(data: &Value) -> Value {
    let mut shown = data.as_map().cloned().unwrap_or_default();
    for name in ["params", "result"] {
        if let Value::Map(map) = &data[name] {
            let without_streams = map.iter().filter(|(_, value)| value.as_stream().is_none());
            shown.insert(name, without_streams.map(|(name, value)| (name.clone(), value.clone())).collect::<Map>());
        }
    }
    for name in ["request", "response"] {
        if let Value::Map(message) = &data[name] {
            let mut message = message.clone();
            message.insert("headers", bridge::headers_of(&message["headers"]).iter().collect::<Map>());
            if name == "response" {
                // The result has its content, and a large body would be copied for each event.
                message.remove("body");
            }
            shown.insert(name, message);
        }
    }
    shown.into()
}

/// What a script changed in the data of an event, in the form that [`bridge::hook`] applies.
fn changes(data: &Value, before: &Value, after: &Value) -> Result<Map> {
    let mut changes = Map::new();
    for name in ["params", "notes", "result"] {
        if before[name] != after[name] && (data[name].as_map().is_some() || after[name].as_map().is_some()) {
            let mut whole = data[name].as_map().cloned().unwrap_or_default();
            change(&mut whole, &before[name], &after[name]);
            changes.insert(name, whole);
        }
    }
    if let (Value::Map(old), Value::Map(new)) = (&before["request"], &after["request"]) {
        changes.insert("request", request_changes(&data["request"]["headers"], old, new)?);
    }
    if let (Value::Null, Value::Map(response)) = (&before["response"], &after["response"]) {
        changes.insert("response", response_of(response)?);
    }
    if before["retry"] != after["retry"] {
        changes.insert("retry", after["retry"].as_float().map_or(Value::Bool(false), Value::from));
    }
    changes.insert("signer", after["signer"].clone());
    Ok(changes)
}

fn request_changes(headers: &Value, old: &Map, new: &Map) -> Result<Map> {
    let mut changes = Map::new();
    if old["headers"] != new["headers"] {
        let mut headers = bridge::headers_of(headers);
        for (name, value) in differing(&old["headers"], &new["headers"]) {
            match value {
                Value::Null => drop(headers.remove(&name)),
                Value::String(text) => headers.set(name, text.as_str()),
                other => return Err(wrong_type(&name, other.type_name())),
            }
        }
        changes.insert("headers", bridge::pairs(&headers));
    }
    for name in ["method", "url"] {
        if old[name] != new[name] {
            changes.insert(name, new[name].clone());
        }
    }
    if old["body"] != new["body"] {
        changes.insert("body", content("request.body", &new["body"])?);
    }
    Ok(changes)
}

/// A response that a script made.
fn response_of(data: &Map) -> Result<Map> {
    let status = data["status"].as_int().filter(|status| u16::try_from(*status).is_ok());
    let status = status.ok_or_else(|| invalid("Invalid value for parameter response.status: a number is expected"))?;
    let mut headers = Headers::new();
    for (name, value) in data["headers"].as_map().into_iter().flatten() {
        headers.set(name.as_str(), value.as_str().ok_or_else(|| wrong_type(name, value.type_name()))?);
    }
    let body = content("response.body", &data["body"])?;
    Ok(Map::from([("status", Value::from(status)), ("headers", bridge::pairs(&headers)), ("body", body.into())]))
}

fn content(name: &str, body: &Value) -> Result<Bytes> {
    match body {
        Value::Null => Ok(Bytes::default()),
        Value::String(text) => Ok(Bytes::from(text.as_bytes())),
        Value::Bytes(bytes) => Ok(bytes.clone()),
        other => Err(wrong_type(name, other.type_name())),
    }
}

fn change(target: &mut Map, before: &Value, after: &Value) {
    for (name, value) in differing(before, after) {
        match value {
            Value::Null => drop(target.remove(&name)),
            value => drop(target.insert(name.as_str(), value)),
        }
    }
}

/// The entries of `after` that differ, and null for each one that is gone; those first, because names of headers ignore case.
fn differing(before: &Value, after: &Value) -> impl Iterator<Item = (String, Value)> {
    let entries = |value: &Value| value.as_map().cloned().unwrap_or_default();
    let (before, after) = (entries(before), entries(after));
    let gone: Vec<_> = before.keys().filter(|name| !after.contains_key(name)).map(|name| (name.to_owned(), Value::Null)).collect();
    let changed: Vec<_> = after
        .iter()
        .filter(|(name, value)| before.get(name.as_str()) != Some(*value))
        .map(|(name, value)| (name.to_string(), value.clone()))
        .collect();
    gone.into_iter().chain(changed)
}

pub(crate) fn wrong_type(name: &str, kind: &str) -> Error {
    invalid(format_args!("Invalid type for parameter {name}, type: {kind}"))
}

/// An error that a function of the script raised. The binding keeps the error itself under the number.
#[derive(Debug)]
pub(crate) struct Raised {
    pub(crate) number: u64,
    pub(crate) message: String,
}

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Raised {}

impl Raised {
    /// Returns the number of the error of the script that caused this one.
    pub(crate) fn cause_of(error: &Error) -> Option<u64> {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(error) = cause {
            let inner =
                error.downcast_ref::<io::Error>().and_then(io::Error::get_ref).map(|inner| inner as &(dyn std::error::Error + 'static));
            if let Some(raised) = [Some(error), inner].into_iter().flatten().find_map(|error| error.downcast_ref::<Raised>()) {
                return Some(raised.number);
            }
            cause = inner.or_else(|| error.source());
        }
        None
    }
}

/// The error of a function as the error of a stream. It can be found in it, which a plain conversion of `anyhow` prevents.
fn in_stream(error: anyhow::Error) -> io::Error {
    io::Error::other(error.reallocate_into_boxed_dyn_error_without_backtrace())
}

/// A body that a function of the script produces: it is called with a number of bytes and returns text or bytes, and null at
/// the end.
pub(crate) struct FunctionReader {
    pub(crate) functions: Arc<dyn Functions>,
    pub(crate) function: Function,
    /// What the function returned and was not read yet.
    rest: Bytes,
    /// How much of it was read.
    position: usize,
}

impl FunctionReader {
    pub(crate) fn new(functions: Arc<dyn Functions>, function: Function) -> FunctionReader {
        FunctionReader { functions, function, rest: Bytes::default(), position: 0 }
    }
}

impl Read for FunctionReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position == self.rest.len() && !buffer.is_empty() {
            let wanted = i64::try_from(buffer.len()).unwrap_or(i64::MAX);
            self.position = 0;
            self.rest = match self.functions.call(self.function, vec![wanted.into()]).map_err(in_stream)? {
                Value::Null => Bytes::default(),
                Value::String(text) => Bytes::from(text.as_bytes()),
                Value::Bytes(bytes) => bytes,
                other => return Err(io::Error::other(format!("A body returns text or bytes, not a {}.", other.type_name()))),
            };
        }
        let count = buffer.len().min(self.rest.len() - self.position);
        buffer[..count].copy_from_slice(&self.rest[self.position..self.position + count]);
        self.position += count;
        Ok(count)
    }
}

/// A destination that is a function of the script, which is called with the bytes.
pub(crate) struct FunctionWriter {
    pub(crate) functions: Arc<dyn Functions>,
    pub(crate) function: Function,
}

impl Write for FunctionWriter {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.functions.call(self.function, vec![Bytes::from(buffer.to_vec()).into()]).map_err(in_stream)?;
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A body that is the rest of a stream of the script.
pub(crate) fn body_of(object: Arc<Object>) -> Value {
    struct Rest(Arc<Object>);
    impl Read for Rest {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Object::Stream(stream) = &*self.0 else { return Ok(0) };
            let mut stream = stream.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let content = stream.read(Some(buffer.len() as u64)).map_err(io::Error::other)?;
            buffer[..content.len()].copy_from_slice(&content);
            Ok(content.len())
        }
    }
    let attribute = |name: &str| object.get(name).and_then(Answer::into_value).ok().and_then(|value| value.as_int());
    let length = attribute("length").zip(attribute("position")).and_then(|(length, position)| u64::try_from(length - position).ok());
    match length {
        Some(length) => Stream::from_reader_with_length(Rest(object), length).into(),
        None => Stream::from_reader(Rest(object)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn an_error_of_the_script_is_found_below_other_errors() {
        let raised = || Raised { number: 7, message: "no".into() };
        let direct = Error::new(ErrorKind::Foreign, "hook").with_source(raised());
        let in_a_body =
            Error::new(ErrorKind::Stream, "body").with_source(io::Error::other(anyhow::Error::new(raised()).context("reading")));
        let in_a_stream = Error::new(ErrorKind::Stream, "writer").with_source(in_stream(raised().into()));
        let found = [direct, in_a_body, in_a_stream].map(|error| Raised::cause_of(&error));
        assert_eq!(found, [Some(7); 3]);
        assert_eq!(Raised::cause_of(&Error::new(ErrorKind::Stream, "body")), None);
    }
}
