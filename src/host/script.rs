//! The conventions that scripts of all languages share: how arguments become the parameters and settings of a call, and the
//! methods that objects have in a script in addition to those of the [`bridge`](super::bridge).
//!
//! The first map among the arguments has the parameters, the second one the settings of the call: `deadline` in seconds,
//! `cancel`, and `headers`. Other arguments are the positional parameters of boto3, or the identifiers of a resource.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use super::bridge::{Answer, Object, Settings};
use super::callbacks::{Callbacks, Function, FunctionReader, FunctionWriter};
use crate::call::{Event, HookId};
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::http::{Cancel, Headers, Response};
use crate::resource::MemberKind;
use crate::text::invalid;
use crate::value::{Bytes, List, Map, Stream, Value};

/// The methods that the bridge does not have.
const METHODS: [&str; 4] = ["close", "describe", "has", "members"];
const OF_CLIENT: [&str; 4] = ["off", "on", "paginate", "wait"];

/// What a name of an object means in a script.
pub(crate) enum Named {
    Method,
    Attribute(Answer),
}

/// Looks up a name.
///
/// # Errors
/// `UnknownOperation` or `UnknownName`, and the errors of the call that loads an attribute.
pub(crate) fn lookup(object: &Object, name: &str) -> Result<Named> {
    let attribute = || object.get(name).map(Named::Attribute);
    if METHODS.contains(&name) {
        return Ok(Named::Method);
    }
    match object {
        Object::Client(client) => match client.context().operation(name) {
            Ok(_) => Ok(Named::Method),
            Err(_) if OF_CLIENT.contains(&name) => Ok(Named::Method),
            Err(unknown) if !object.has(name) => Err(unknown),
            Err(_) => attribute().or_else(|error| match error.kind() {
                ErrorKind::UnknownName => Ok(Named::Method),
                _ => Err(error),
            }),
        },
        Object::Resource(resource) => match resource.member(name) {
            Some(MemberKind::Action | MemberKind::Subresource | MemberKind::Waiter) => Ok(Named::Method),
            _ => attribute(),
        },
        Object::Session(_) if ["on", "off"].contains(&name) => Ok(Named::Method),
        other => match other.members()?.iter().find(|member| member.name == name) {
            Some(member) if member.kind == "attribute" => attribute(),
            Some(_) => Ok(Named::Method),
            None => Err(unknown(other, name)),
        },
    }
}

/// Checks that the object has a method of that name.
///
/// # Errors
/// Those of [`lookup`].
#[cfg(feature = "rhai")]
pub(crate) fn lookup_method(object: &Object, name: &str) -> Result<()> {
    match object {
        Object::Collection(_) | Object::Resource(_) | Object::Session(_) => Ok(()),
        other => lookup(other, name).map(drop),
    }
}

fn unknown(object: &Object, name: &str) -> Error {
    let members = object.members().unwrap_or_default();
    let near = did_you_mean(name, members.iter().map(|member| member.name.as_str()));
    Error::new(ErrorKind::UnknownName, format!("A {} has no member {name:?}.{near}", object.kind()))
}

/// A value of the script that is no data.
pub(crate) enum Foreign {
    Function(Function),
    Object(Arc<Object>),
    Cancel(Cancel),
    /// Anything else, with the name of its type in the script's language.
    Other(String),
}

/// The arguments of a method.
pub(crate) struct Arguments {
    callbacks: Arc<Callbacks>,
    method: String,
    positional: Vec<Value>,
    params: Option<Map>,
    settings: Settings,
    hook: Option<Function>,
    /// The functions that are needed until the call ends.
    pub(crate) functions: Vec<Function>,
}

impl Arguments {
    pub(crate) fn new(callbacks: &Arc<Callbacks>, method: &str) -> Arguments {
        Arguments {
            callbacks: Arc::clone(callbacks),
            method: method.to_owned(),
            positional: Vec::new(),
            params: None,
            settings: Settings::default(),
            hook: None,
            functions: Vec::new(),
        }
    }

    /// Adds a positional argument that is data.
    pub(crate) fn push(&mut self, value: Value) {
        self.positional.push(value);
    }

    /// Adds a positional argument that is no data.
    pub(crate) fn push_foreign(&mut self, foreign: Foreign) -> Result<()> {
        if let (Foreign::Function(function), "on") = (&foreign, self.method.as_str()) {
            self.hook = Some(*function);
            return Ok(());
        }
        // A function after the names of a transfer is its progress function.
        let name = match &foreign {
            Foreign::Function(_) if !self.method.ends_with("fileobj") || self.positional.len() > 2 => "Callback",
            _ => "Fileobj",
        };
        let value = self.foreign(name, foreign)?;
        self.positional.push(value);
        Ok(())
    }

    /// Adds a map: parameters, then settings of the call.
    pub(crate) fn push_map(&mut self, map: Map) -> Result<()> {
        if self.params.is_none() {
            self.params = Some(map);
            return Ok(());
        }
        for (name, value) in &map {
            match name.as_str() {
                "cancel" => {} // It was taken when the map was converted.
                "deadline" => {
                    let seconds = value.as_float().filter(|seconds| *seconds > 0.0);
                    let deadline = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                    self.settings.deadline = Some(
                        deadline.ok_or_else(|| invalid("Invalid value for setting deadline: a positive number of seconds is expected"))?,
                    );
                }
                "headers" => {
                    let headers = value.as_map().ok_or_else(|| invalid("Invalid type for setting headers: a map is expected"))?;
                    for (name, value) in headers {
                        let value =
                            value.as_str().ok_or_else(|| invalid(format_args!("Invalid type for header {name}: a string is expected")))?;
                        self.settings.headers.push((name.to_string(), value.to_owned()));
                    }
                }
                _ => return Err(invalid(format_args!("Unknown setting of a call: {name:?}, must be one of: cancel, deadline, headers"))),
            }
        }
        Ok(())
    }

    /// Converts an entry of a map that is no data: null if it became a setting of the call.
    ///
    /// # Errors
    /// `ParamValidation` if nothing can be done with it under this name.
    pub(crate) fn foreign(&mut self, name: &str, foreign: Foreign) -> Result<Value> {
        let callbacks = Arc::clone(&self.callbacks);
        match foreign {
            Foreign::Function(function) => {
                self.functions.push(function);
                if name == "Callback" {
                    self.settings.progress = Some(Arc::new(move |bytes| callbacks.call(function, vec![bytes.into()]).map(drop)));
                } else if self.writes(name) {
                    self.settings.writer = Some(Box::new(FunctionWriter { callbacks, function }));
                } else {
                    return Ok(Stream::from_reader(FunctionReader { callbacks, function, rest: Vec::new() }).into());
                }
                Ok(Value::Null)
            }
            Foreign::Object(object) => match &*object {
                Object::Client(client) if name == "SourceClient" => {
                    self.settings.source_client = Some(client.clone());
                    Ok(Value::Null)
                }
                Object::Stream(_) => Ok(body_of(object)),
                other => Err(wrong_type(name, other.kind())),
            },
            Foreign::Cancel(cancel) if name == "cancel" => {
                self.settings.cancel = Some(cancel);
                Ok(Value::Null)
            }
            Foreign::Cancel(_) => Err(wrong_type(name, "cancel")),
            Foreign::Other(kind) => Err(wrong_type(name, &kind)),
        }
    }

    /// Whether the value of that name is a destination.
    pub(crate) fn writes(&self, name: &str) -> bool {
        name == "Fileobj" && self.method.starts_with("download")
    }

    /// The parameters, with the positional ones by their names.
    fn bind(self, object: &Object) -> Result<(Map, Settings)> {
        let mut params = self.params.unwrap_or_default();
        if self.positional.is_empty() {
            return Ok((params, self.settings));
        }
        if let Object::Resource(resource) = object
            && resource.member(&self.method) == Some(MemberKind::Subresource)
        {
            params.insert("identifiers", self.positional.into_iter().collect::<List>());
            return Ok((params, self.settings));
        }
        let members = object.members()?;
        let member = members.iter().find(|member| member.name.as_str() == self.method);
        let names = member.map_or(&[][..], |member| &member.parameters);
        if self.positional.len() > names.len() {
            let method = &self.method;
            return Err(match names {
                [] => invalid(format_args!("{method} takes its parameters in a map")),
                _ => invalid(format_args!("{method} takes at most {} arguments before the map: {}", names.len(), names.join(", "))),
            });
        }
        for (name, value) in names.iter().zip(self.positional).filter(|(_, value)| !value.is_null()) {
            params.insert(*name, value);
        }
        Ok((params, self.settings))
    }

    fn text(&self, index: usize, name: &str) -> Result<&str> {
        let value = self.positional.get(index).and_then(Value::as_str);
        value.ok_or_else(|| invalid(format_args!("{} needs a string: {name}", self.method)))
    }
}

fn wrong_type(name: &str, kind: &str) -> Error {
    invalid(format_args!("Invalid type for parameter {name}, type: {kind}"))
}

/// A body that is the rest of a stream of the script.
fn body_of(object: Arc<Object>) -> Value {
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

/// Calls a method.
///
/// # Errors
/// Those of [`Object::call`].
pub(crate) fn invoke(object: &Object, arguments: Arguments) -> Result<Answer> {
    let method = arguments.method.clone();
    match (object, method.as_str()) {
        (_, "close") => {
            object.close();
            Ok(Answer::Value(Value::Null))
        }
        (_, "describe") => object.describe(arguments.text(0, "the name of an operation")?).map(Answer::Value),
        (_, "has") => Ok(Answer::Value(object.has(arguments.text(0, "a name")?).into())),
        (_, "members") => Ok(Answer::Value(object.members()?.into_iter().map(|member| Value::from(member.name)).collect::<List>().into())),
        (Object::Client(client), "on") => on(&arguments, |event, hook| client.on(event, hook)),
        (Object::Session(session), "on") => on(&arguments, |event, hook| session.on(event, hook)),
        (Object::Client(client), "off") => off(&arguments, |id| client.off(id)),
        (Object::Session(session), "off") => off(&arguments, |id| session.off(id)),
        (Object::Client(_), "paginate") => indirect(object, arguments, ["get_paginator", "operation_name"]),
        (Object::Client(_), "wait") => indirect(object, arguments, ["get_waiter", "waiter_name"]),
        (Object::Session(_), "client" | "resource") => {
            let (params, settings) = arguments.bind(object)?;
            object.call(&method, with_boto3_names(params), settings)
        }
        _ => {
            let (params, settings) = arguments.bind(object)?;
            object.call(&method, params, settings)
        }
    }
}

/// Options with the short names that scripts may use.
pub(crate) fn with_boto3_names(mut options: Map) -> Map {
    for (short, long) in [("region", "region_name"), ("profile", "profile_name")] {
        if let Some(value) = options.remove(short) {
            options.insert(long, value);
        }
    }
    options
}

/// Calls a method of the paginator or the waiter of that name.
fn indirect(client: &Object, arguments: Arguments, [getter, parameter]: [&'static str; 2]) -> Result<Answer> {
    let name = Map::from([(parameter, arguments.text(0, parameter)?)]);
    let Answer::Object(object) = client.call(getter, name, Settings::default())? else {
        return Ok(Answer::Value(Value::Null));
    };
    object.call(&arguments.method, arguments.params.unwrap_or_default(), arguments.settings)
}

type Hook = Box<dyn Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync>;

/// Registers a hook; returns its number.
fn on(arguments: &Arguments, register: impl FnOnce(&str, Hook) -> Result<HookId>) -> Result<Answer> {
    let event = arguments.text(0, "the name of an event")?;
    let function = arguments.hook.ok_or_else(|| invalid("on needs a function"))?;
    let callbacks = Arc::clone(&arguments.callbacks);
    let hook: Hook = Box::new(move |event| {
        let (before, after) = callbacks.call_hook(function, describe(event))?;
        apply(event, &before, &after)?;
        Ok(())
    });
    let id = register(event, hook)?;
    arguments.callbacks.add_hook(function, id);
    Ok(Answer::Value(i64::try_from(function).unwrap_or(i64::MAX).into()))
}

fn off(arguments: &Arguments, remove: impl FnOnce(HookId) -> bool) -> Result<Answer> {
    let number = arguments.positional.first().and_then(Value::as_int).and_then(|number| u64::try_from(number).ok());
    let number = number.ok_or_else(|| invalid("off needs the number that on returned"))?;
    Ok(Answer::Value(arguments.callbacks.remove_hook(number).is_some_and(remove).into()))
}

/// An event as data. Streams are left out: reading them would consume them.
fn describe(event: &Event<'_, '_>) -> Value {
    let mut data = Map::from([
        ("name", Value::from(event.name())),
        ("stage", event.stage().into()),
        ("service", event.service().name().into()),
        ("operation", event.operation().name.clone().into()),
        ("params", without_streams(event.params()).into()),
        ("attempts", i64::from(event.attempts()).into()),
    ]);
    if let Some(request) = event.request() {
        let fields =
            [("method", request.method.as_str().into()), ("url", request.url.as_str().into()), ("headers", described(&request.headers))];
        data.insert("request", Map::from(fields));
    }
    if let Some(response) = event.response() {
        data.insert(
            "response",
            Map::from([("status", Value::from(i64::from(response.status))), ("headers", described(&response.headers))]),
        );
    }
    if let Some(result) = event.result() {
        data.insert("result", without_streams(result));
    }
    if let Some(delay) = event.retry() {
        data.insert("retry", delay.as_secs_f64());
    }
    data.into()
}

fn without_streams(map: &Map) -> Map {
    map.iter().filter(|(_, value)| value.as_stream().is_none()).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn described(headers: &Headers) -> Value {
    headers.iter().collect::<Map>().into()
}

/// Applies the changes that a hook made to the data of an event.
fn apply(event: &mut Event<'_, '_>, before: &Value, after: &Value) -> Result<()> {
    change(event.params_mut(), &before["params"], &after["params"]);
    if let Some(request) = event.request_mut() {
        let (old, new) = (&before["request"], &after["request"]);
        for (name, _) in differing(&old["headers"], &new["headers"]).filter(|(_, value)| value.is_null()) {
            request.headers.remove(&name);
        }
        for (name, value) in differing(&old["headers"], &new["headers"]) {
            match value {
                Value::Null => {}
                Value::String(text) => request.headers.set(name, text.as_str()),
                other => return Err(wrong_type(&name, other.type_name())),
            }
        }
        if let (false, Some(url)) = (old["url"] == new["url"], new["url"].as_str()) {
            url.clone_into(&mut request.url);
        }
    }
    match event.result_mut() {
        Some(result) => change(result, &before["result"], &after["result"]),
        None => {
            if let Value::Map(result) = &after["result"] {
                event.set_result(result.clone());
            }
        }
    }
    if let (Value::Null, Value::Map(response)) = (&before["response"], &after["response"]) {
        event.set_response(response_of(response)?);
    }
    if before["retry"] != after["retry"] {
        event.set_retry(after["retry"].as_float().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()));
    }
    Ok(())
}

/// A response that a hook made.
fn response_of(data: &Map) -> Result<Response> {
    let status = data["status"].as_int().and_then(|status| u16::try_from(status).ok());
    let status = status.ok_or_else(|| invalid("Invalid value for parameter response.status: a number is expected"))?;
    let mut headers = Headers::new();
    for (name, value) in data["headers"].as_map().into_iter().flatten() {
        headers.set(name.as_str(), value.as_str().ok_or_else(|| wrong_type(name, value.type_name()))?);
    }
    let body = match &data["body"] {
        Value::Null => Bytes::default(),
        Value::String(text) => Bytes::from(text.as_bytes()),
        Value::Bytes(bytes) => bytes.clone(),
        other => return Err(wrong_type("response.body", other.type_name())),
    };
    Ok(Response::new(status, headers, body))
}

fn change(target: &mut Map, before: &Value, after: &Value) {
    for (name, value) in differing(before, after) {
        match value {
            Value::Null => {
                target.remove(&name);
            }
            value => {
                target.insert(name.as_str(), value);
            }
        }
    }
}

/// The entries of `after` that differ, and null for each one that is gone.
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

/// Registers a hook that makes an empty list of an empty map, or the reverse, where the shape of the input demands it: some
/// languages have one empty container for both.
#[cfg(feature = "lua")]
pub(crate) fn settle_empty_containers(client: &Client) -> Result<()> {
    let hook = |event: &mut Event<'_, '_>| {
        if !event.params().values().any(has_empty) {
            return Ok(());
        }
        if let Some(input) = event.service().input(event.operation())? {
            let mut params = Value::Map(std::mem::take(event.params_mut()));
            let settled = settle(&mut params, input);
            if let Value::Map(params) = params {
                *event.params_mut() = params;
            }
            settled?;
        }
        Ok(())
    };
    client.on("before-parameter-build", hook).map(drop)
}

#[cfg(feature = "lua")]
fn has_empty(value: &Value) -> bool {
    match value {
        Value::List(list) => list.is_empty() || list.iter().any(has_empty),
        Value::Map(map) => map.is_empty() || map.values().any(has_empty),
        _ => false,
    }
}

#[cfg(feature = "lua")]
fn settle(value: &mut Value, node: crate::definition::Node<'_>) -> Result<()> {
    use crate::definition::ShapeType;
    match (&mut *value, node.shape_type()) {
        (Value::Map(map), ShapeType::List(_)) if map.is_empty() => *value = List::new().into(),
        (Value::List(list), ShapeType::Structure(_) | ShapeType::Map { .. }) if list.is_empty() => *value = Map::new().into(),
        (Value::Map(map), ShapeType::Structure(structure)) => {
            for member in structure.members.iter() {
                if map.get(&member.name).is_some_and(has_empty) {
                    settle(map.get_mut(&member.name).expect("it was just found"), node.member(member)?)?;
                }
            }
        }
        (Value::Map(map), ShapeType::Map { value, .. }) => {
            let names: Vec<String> = map.keys().map(str::to_owned).collect();
            for name in names {
                if let Some(item) = map.get_mut(&name) {
                    settle(item, node.follow(value)?)?;
                }
            }
        }
        (Value::List(list), ShapeType::List(item)) => {
            for value in list.as_mut_vec() {
                settle(value, node.follow(item)?)?;
            }
        }
        _ => {}
    }
    Ok(())
}
