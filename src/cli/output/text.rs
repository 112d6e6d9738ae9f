//! The AWS CLI's text format: one line per structure, fields separated by tabs, nested structures on lines of their own that
//! begin with their key in upper case.

use std::io::{self, Write};

use super::{is_scalar, scalar_text};
use crate::value::{List, Map, Value};

/// Writes a value.
pub(super) fn write(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    write_value(out, value, None, None)
}

fn write_value(out: &mut dyn Write, value: &Value, identifier: Option<&str>, columns: Option<&[&str]>) -> io::Result<()> {
    match value {
        Value::Map(map) => write_map(out, map, identifier, columns),
        Value::List(list) => write_list(out, list, identifier),
        scalar => writeln!(out, "{}", scalar_text(scalar)),
    }
}

/// The scalars in one line in the order of their keys, then the others.
fn write_map(out: &mut dyn Write, map: &Map, identifier: Option<&str>, columns: Option<&[&str]>) -> io::Result<()> {
    let own = scalar_keys(map);
    let fields: Vec<String> = match columns {
        Some(columns) => {
            columns.iter().map(|key| map.get(key).filter(|value| is_scalar(value)).map(scalar_text).unwrap_or_default()).collect()
        }
        None => own.iter().map(|key| scalar_text(&map[*key])).collect(),
    };
    if !fields.is_empty() {
        line(out, identifier, &fields)?;
    }
    let mut others: Vec<(&str, &Value)> =
        map.iter().map(|(key, value)| (key.as_str(), value)).filter(|(_, value)| !is_scalar(value)).collect();
    others.sort_by_key(|(key, _)| *key);
    others.into_iter().try_for_each(|(key, value)| write_value(out, value, Some(key), None))
}

fn write_list(out: &mut dyn Write, list: &List, identifier: Option<&str>) -> io::Result<()> {
    if list.iter().any(|item| item.as_map().is_some()) {
        let mut columns: Vec<&str> = list.iter().filter_map(Value::as_map).flat_map(scalar_keys).collect();
        columns.sort_unstable();
        columns.dedup();
        return list.iter().try_for_each(|item| write_value(out, item, identifier, Some(&columns)));
    }
    if list.iter().any(|item| item.as_list().is_some()) {
        let scalars: Vec<String> = list.iter().filter(|item| is_scalar(item)).map(scalar_text).collect();
        if !scalars.is_empty() {
            line(out, identifier, &scalars)?;
        }
        return list.iter().filter(|item| !is_scalar(item)).try_for_each(|item| write_value(out, item, identifier, None));
    }
    let scalars: Vec<String> = list.iter().map(scalar_text).collect();
    match identifier {
        Some(identifier) => scalars.iter().try_for_each(|scalar| line(out, Some(identifier), std::slice::from_ref(scalar))),
        None if scalars.is_empty() => Ok(()),
        None => line(out, None, &scalars),
    }
}

fn line(out: &mut dyn Write, identifier: Option<&str>, fields: &[String]) -> io::Result<()> {
    let identifier = identifier.map(str::to_uppercase);
    let all: Vec<&str> = identifier.iter().map(String::as_str).chain(fields.iter().map(String::as_str)).collect();
    writeln!(out, "{}", all.join("\t"))
}

fn scalar_keys(map: &Map) -> Vec<&str> {
    let mut keys: Vec<&str> = map.iter().filter(|(_, value)| is_scalar(value)).map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    keys
}
