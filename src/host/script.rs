//! The conventions that scripts of all languages share: how arguments become the parameters and settings of a call, and the
//! methods that objects have in a script in addition to those of the [`bridge`](super::bridge).
//!
//! The first map among the arguments has the parameters, the second one the settings of the call: `deadline` in seconds,
//! `cancel`, and `headers`. Other arguments are the positional parameters of boto3, or the identifiers of a resource.

use std::sync::Arc;
use std::time::Duration;

use super::bridge::{Answer, Object, Settings};
use super::callbacks::Callbacks;
use super::functions::{Function, FunctionReader, FunctionWriter, Functions, Hook, body_of, hook, wrong_type};
use crate::call::HookId;
#[cfg(feature = "lua")]
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::http::Cancel;
use crate::resource::MemberKind;
use crate::text::invalid;
use crate::value::{List, Map, Stream, Value};

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
    #[cfg(feature = "lua")]
    Other(String),
}

/// The arguments of a method.
pub(crate) struct Arguments<'m> {
    callbacks: Arc<Callbacks>,
    method: &'m str,
    positional: Vec<Value>,
    params: Option<Map>,
    settings: Settings,
    hook: Option<Function>,
    /// The functions that are needed until the call ends.
    pub(crate) functions: Vec<Function>,
}

impl<'m> Arguments<'m> {
    pub(crate) fn new(callbacks: &Arc<Callbacks>, method: &'m str) -> Arguments<'m> {
        Arguments {
            callbacks: Arc::clone(callbacks),
            method,
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
        if let (Foreign::Function(function), "on") = (&foreign, self.method) {
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
                    self.settings.writer = Some(Box::new(FunctionWriter { functions: callbacks, function }));
                } else {
                    return Ok(Stream::from_reader(FunctionReader::new(callbacks, function)).into());
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
            #[cfg(feature = "lua")]
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
            && resource.member(self.method) == Some(MemberKind::Subresource)
        {
            params.insert("identifiers", self.positional.into_iter().collect::<List>());
            return Ok((params, self.settings));
        }
        let members = object.members()?;
        let member = members.iter().find(|member| member.name == self.method);
        let names = member.map_or(&[][..], |member| &member.parameters);
        if self.positional.len() > names.len() {
            let method = self.method;
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

/// Calls a method.
///
/// # Errors
/// Those of [`Object::call`].
pub(crate) fn invoke(object: &Object, arguments: Arguments<'_>) -> Result<Answer> {
    let method = arguments.method;
    match (object, method) {
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
            object.call(method, with_boto3_names(params), settings)
        }
        _ => {
            let (params, settings) = arguments.bind(object)?;
            object.call(method, params, settings)
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
fn indirect(client: &Object, arguments: Arguments<'_>, [getter, parameter]: [&'static str; 2]) -> Result<Answer> {
    let name = Map::from([(parameter, arguments.text(0, parameter)?)]);
    let Answer::Object(object) = client.call(getter, name, Settings::default())? else {
        return Ok(Answer::Value(Value::Null));
    };
    object.call(arguments.method, arguments.params.unwrap_or_default(), arguments.settings)
}

/// Registers a hook; returns its number.
fn on(arguments: &Arguments<'_>, register: impl FnOnce(&str, Hook) -> Result<HookId>) -> Result<Answer> {
    let event = arguments.text(0, "the name of an event")?;
    let function = arguments.hook.ok_or_else(|| invalid("on needs a function"))?;
    let id = register(event, hook(Arc::clone(&arguments.callbacks) as _, function))?;
    arguments.callbacks.add_hook(function, id);
    Ok(Answer::Value(i64::try_from(function).unwrap_or(i64::MAX).into()))
}

fn off(arguments: &Arguments<'_>, remove: impl FnOnce(HookId) -> bool) -> Result<Answer> {
    let number = arguments.positional.first().and_then(Value::as_int).and_then(|number| u64::try_from(number).ok());
    let number = number.ok_or_else(|| invalid("off needs the number that on returned"))?;
    Ok(Answer::Value(arguments.callbacks.remove_hook(number).is_some_and(remove).into()))
}

/// Registers a hook that makes an empty list of an empty map, or the reverse, where the shape of the input demands it: some
/// languages have one empty container for both.
#[cfg(feature = "lua")]
pub(crate) fn settle_empty_containers(client: &Client) -> Result<()> {
    let hook = |event: &mut crate::call::Event<'_, '_>| {
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
