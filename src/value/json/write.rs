//! A value as JSON, by way of serde_json's serializers.

use base64::prelude::{BASE64_STANDARD, Engine};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::value::{Map, Value};

/// How JSON shows what it has no notation for.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// As a map of one tag: nothing is lost.
    Tagged,
    /// As the nearest thing that JSON has.
    Plain,
}

pub(super) struct Write<'a> {
    pub(super) value: &'a Value,
    pub(super) form: Form,
}

impl Serialize for Write<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let form = self.form;
        match self.value {
            Value::Null => s.serialize_unit(),
            Value::Bool(b) => s.serialize_bool(*b),
            Value::Int(n) => s.serialize_i64(*n),
            Value::Float(n) if n.is_finite() => s.serialize_f64(*n),
            Value::String(text) => s.serialize_str(text),
            Value::List(list) => s.collect_seq(list.iter().map(|value| Write { value, form })),
            Value::Map(map) if form == Form::Tagged => tagged_map(map, s),
            Value::Map(map) => s.collect_map(map.iter().map(|(key, value)| (key, Write { value, form }))),
            other => match form {
                Form::Tagged => tag(other, s),
                Form::Plain => nearest(other, s),
            },
        }
    }
}

fn tagged_map<S: Serializer>(map: &Map, s: S) -> Result<S::Ok, S::Error> {
    let alone = map.len() == 1;
    let mut entries = s.serialize_map(Some(map.len()))?;
    for (key, value) in map {
        let value = Write { value, form: Form::Tagged };
        match key.strip_prefix('$') {
            Some(rest) if alone => entries.serialize_entry(&format!("$${rest}"), &value)?,
            _ => entries.serialize_entry(key, &value)?,
        }
    }
    entries.end()
}

fn tag<S: Serializer>(value: &Value, s: S) -> Result<S::Ok, S::Error> {
    match value {
        Value::Bytes(bytes) => s.collect_map([("$bytes", BASE64_STANDARD.encode(bytes))]),
        Value::Timestamp(t) => s.collect_map([("$timestamp", t.to_iso8601())]),
        Value::Number(n) => s.collect_map([("$number", n.as_str())]),
        Value::Float(n) => s.collect_map([("$float", special_float(*n))]),
        Value::Stream(stream) => s.collect_map([("$stream", stream.length())]),
        _ => s.serialize_unit(),
    }
}

fn nearest<S: Serializer>(value: &Value, s: S) -> Result<S::Ok, S::Error> {
    match value {
        Value::Bytes(bytes) => s.serialize_str(&BASE64_STANDARD.encode(bytes)),
        Value::Timestamp(t) => s.collect_str(t),
        Value::Number(n) => RawValue::from_string(n.to_string()).map_err(serde::ser::Error::custom)?.serialize(s),
        _ => s.serialize_unit(),
    }
}

fn special_float(n: f64) -> &'static str {
    match n {
        n if n.is_nan() => "NaN",
        n if n > 0.0 => "Infinity",
        _ => "-Infinity",
    }
}
