//! Functions on lists and maps, and on values of any type.

use super::arguments::{Arguments, type_name};
use crate::value::jmespath::compare::equal;
use crate::value::jmespath::failure::Failure;
use crate::value::{Map, Value};

type Result = std::result::Result<Value, Failure>;

pub(super) fn contains(arguments: &Arguments) -> Result {
    let wanted = arguments.any(1)?;
    match arguments.any(0)? {
        Value::String(text) => Ok(Value::Bool(wanted.as_str().is_some_and(|part| text.contains(part)))),
        Value::List(list) => Ok(Value::Bool(list.iter().any(|element| equal(element, wanted)))),
        other => Err(arguments.wrong(0, "an array or a string", type_name(other))),
    }
}

pub(super) fn keys(arguments: &Arguments) -> Result {
    Ok(arguments.map(0)?.iter().map(|(key, _)| key).collect())
}

pub(super) fn values(arguments: &Arguments) -> Result {
    Ok(arguments.map(0)?.values().collect())
}

/// Of text, the number of its characters.
pub(super) fn length(arguments: &Arguments) -> Result {
    match arguments.any(0)? {
        Value::String(text) => Ok(text.chars().count().into()),
        Value::List(list) => Ok(list.len().into()),
        Value::Map(map) => Ok(map.len().into()),
        other => Err(arguments.wrong(0, "a string, an array or an object", type_name(other))),
    }
}

/// Unlike a projection it keeps nulls.
pub(super) fn map(arguments: &Arguments) -> Result {
    let expression = arguments.expression(0)?;
    let mapped: std::result::Result<Vec<_>, _> = arguments.list(1)?.iter().map(expression).collect();
    Ok(mapped?.into())
}

pub(super) fn merge(arguments: &Arguments) -> Result {
    let mut merged: Map = arguments.map(0)?.clone();
    for index in 1..arguments.len() {
        for (key, value) in arguments.map(index)? {
            merged.insert(key.clone(), value);
        }
    }
    Ok(merged.into())
}

pub(super) fn not_null(arguments: &Arguments) -> Result {
    for index in 0..arguments.len() {
        let value = arguments.any(index)?;
        if !value.is_null() {
            return Ok(value.clone());
        }
    }
    Ok(Value::Null)
}

pub(super) fn reverse(arguments: &Arguments) -> Result {
    match arguments.any(0)? {
        Value::String(text) => Ok(text.chars().rev().collect::<String>().into()),
        Value::List(list) => Ok(list.iter().rev().collect()),
        other => Err(arguments.wrong(0, "an array or a string", type_name(other))),
    }
}

pub(super) fn to_array(arguments: &Arguments) -> Result {
    match arguments.any(0)? {
        list @ Value::List(_) => Ok(list.clone()),
        other => Ok([other].into()),
    }
}

pub(super) fn type_of(arguments: &Arguments) -> Result {
    arguments.any(0).map(|value| type_name(value).into())
}
