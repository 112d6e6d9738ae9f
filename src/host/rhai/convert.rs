//! Values of Rhai and of the library.

use std::sync::Arc;

use rhai::{Array, Blob, Dynamic, FnPtr, Map as RhaiMap};

use super::{CancelToken, Handle};
use crate::error::Result;
use crate::host::bridge::{Object, Visitor, visit};
use crate::text::invalid;
use crate::value::{Bytes, List, MAX_DEPTH, Map, Number, Set, Stream, Timestamp, Value};

/// Converts a value for Rhai. The content of a stream moves to the object.
pub(super) fn to_rhai(value: &Value) -> Dynamic {
    match visit(&ToRhai, value) {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

struct ToRhai;

impl Visitor for ToRhai {
    type Output = Dynamic;
    type Error = std::convert::Infallible;

    fn null(&self) -> Converted {
        Ok(Dynamic::UNIT)
    }

    fn bool(&self, value: bool) -> Converted {
        Ok(value.into())
    }

    fn int(&self, value: i64) -> Converted {
        Ok(value.into())
    }

    fn float(&self, value: f64) -> Converted {
        Ok(value.into())
    }

    fn number(&self, value: &Number) -> Converted {
        if let Ok(integer) = value.as_str().parse::<i64>() {
            return Ok(integer.into());
        }
        let float = value.to_f64();
        Ok(match Number::parse(&format!("{float:?}")) {
            Some(same) if same.normalized() == value.normalized() => float.into(),
            _ => Dynamic::from(RhaiNumber(value.clone())),
        })
    }

    fn string(&self, value: &str) -> Converted {
        Ok(value.into())
    }

    fn bytes(&self, value: &Bytes) -> Converted {
        Ok(Dynamic::from_blob(value.to_vec()))
    }

    fn timestamp(&self, value: Timestamp) -> Converted {
        Ok(Dynamic::from(RhaiTimestamp(value)))
    }

    fn list(&self, value: &List) -> Converted {
        Ok(Dynamic::from_array(value.iter().map(to_rhai).collect()))
    }

    fn map(&self, value: &Map) -> Converted {
        Ok(Dynamic::from_map(value.iter().map(|(name, value)| (name.as_str().into(), to_rhai(value))).collect()))
    }

    fn set(&self, value: &Set) -> Converted {
        Ok(Dynamic::from(RhaiSet(value.clone())))
    }

    fn stream(&self, value: &Stream) -> Converted {
        Ok(Dynamic::from(Handle(Arc::new(Object::stream(value)))))
    }
}

type Converted = std::result::Result<Dynamic, std::convert::Infallible>;

/// A number with more digits than the numbers of Rhai.
#[derive(Clone)]
pub(super) struct RhaiNumber(pub(super) Number);

/// A point in time.
#[derive(Clone, Copy)]
pub(super) struct RhaiTimestamp(pub(super) Timestamp);

/// A set of DynamoDB.
#[derive(Clone)]
pub(super) struct RhaiSet(pub(super) Set);

/// Converts a value of Rhai.
///
/// # Errors
/// `ParamValidation` for functions, objects, and other types of the program.
pub(super) fn from_rhai(value: &Dynamic, path: &str) -> Result<Value> {
    convert(value, path, 0)
}

fn convert(value: &Dynamic, path: &str, depth: usize) -> Result<Value> {
    if depth > MAX_DEPTH {
        return Err(invalid("Invalid value for parameter input: it is nested too deeply"));
    }
    if value.is_unit() {
        Ok(Value::Null)
    } else if let Ok(value) = value.as_bool() {
        Ok(value.into())
    } else if let Ok(value) = value.as_int() {
        Ok(value.into())
    } else if let Ok(value) = value.as_float() {
        Ok(value.into())
    } else if let Ok(value) = value.as_char() {
        Ok(value.to_string().into())
    } else if let Ok(text) = value.as_immutable_string_ref() {
        Ok(text.as_str().into())
    } else if let Some(blob) = value.read_lock::<Blob>() {
        Ok(Bytes::from(&blob[..]).into())
    } else if let Some(array) = value.read_lock::<Array>() {
        items(&array, path, depth).map(|items| List::from(items).into())
    } else if let Some(map) = value.read_lock::<RhaiMap>() {
        let entry =
            |(name, value): (&rhai::Identifier, &Dynamic)| Ok((name.as_str().to_owned(), convert(value, &below(path, name), depth + 1)?));
        map.iter().map(entry).collect::<Result<Map>>().map(Value::from)
    } else if let Some(timestamp) = value.read_lock::<RhaiTimestamp>() {
        Ok(timestamp.0.into())
    } else if let Some(number) = value.read_lock::<RhaiNumber>() {
        Ok(Value::Number(number.0.clone()))
    } else if let Some(set) = value.read_lock::<RhaiSet>() {
        Ok(set.0.clone().into())
    } else {
        Err(invalid(format_args!("Invalid type for parameter {path}, type: {}", type_name(value))))
    }
}

pub(super) fn items(array: &Array, path: &str, depth: usize) -> Result<Vec<Value>> {
    array.iter().enumerate().map(|(index, item)| convert(item, &format!("{path}[{index}]"), depth + 1)).collect()
}

fn below(path: &str, name: &str) -> String {
    match path {
        "input" => name.to_owned(),
        _ => format!("{path}.{name}"),
    }
}

/// The name of a type in messages.
fn type_name(value: &Dynamic) -> String {
    if value.is_fnptr() {
        return "function".to_owned();
    }
    if let Some(handle) = value.read_lock::<Handle>() {
        return handle.0.kind().to_owned();
    }
    value.type_name().rsplit("::").next().unwrap_or_default().to_owned()
}

/// A value that is no data.
pub(super) enum Special {
    Function(FnPtr),
    Object(Handle),
    Cancel(CancelToken),
}

pub(super) fn special(value: &Dynamic) -> Option<Special> {
    if let Some(function) = value.read_lock::<FnPtr>() {
        return Some(Special::Function(function.clone()));
    }
    if let Some(handle) = value.read_lock::<Handle>() {
        return Some(Special::Object(handle.clone()));
    }
    value.read_lock::<CancelToken>().map(|cancel| Special::Cancel(cancel.clone()))
}
