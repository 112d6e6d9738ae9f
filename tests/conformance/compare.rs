//! Comparison of values with those that a case expects.

use tucuxi::Value;

use crate::tagged;

/// Compares; the error has the path of the first difference. Streams are read.
pub fn values(found: &Value, expected: &Value) -> Result<(), String> {
    at("", found, expected)
}

fn at(path: &str, found: &Value, expected: &Value) -> Result<(), String> {
    let differ = || Err(format!("{path}: expected {expected:?}, found {found:?}"));
    match (found, expected) {
        (Value::Stream(stream), Value::Map(map)) if map.contains_key("$eventstream") => events(path, stream, expected),
        (Value::Stream(stream), _) => {
            let expected = match expected.get("$stream") {
                Some(text) => tagged::bytes(text),
                None => expected.as_bytes().map(<[u8]>::to_vec).ok_or_else(|| format!("{path}: expected {expected:?}, found a stream"))?,
            };
            let content = stream.read_all().map_err(|e| format!("{path}: {e:?}"))?;
            if content[..] == expected[..] { Ok(()) } else { Err(format!("{path}: expected {expected:?}, found {content:?}")) }
        }
        (Value::Map(found), Value::Map(expected)) => {
            for (key, value) in expected.iter() {
                match found.get(key) {
                    Some(found) => at(&format!("{path}.{key}"), found, value)?,
                    None => return Err(format!("{path}: {key} is missing, expected {value:?}")),
                }
            }
            match found.iter().find(|(key, _)| !expected.contains_key(key)) {
                Some((key, value)) => Err(format!("{path}: {key} is too much: {value:?}")),
                None => Ok(()),
            }
        }
        (Value::List(found), Value::List(expected)) if found.len() == expected.len() => found
            .iter()
            .zip(expected.iter())
            .enumerate()
            .try_for_each(|(i, (found, expected))| at(&format!("{path}[{i}]"), found, expected)),
        (Value::Float(found), Value::Float(expected)) if found.is_nan() && expected.is_nan() => Ok(()),
        _ if found == expected => Ok(()),
        _ => differ(),
    }
}

/// An event stream: its events, and how it ended.
fn events(path: &str, stream: &tucuxi::Stream, expected: &Value) -> Result<(), String> {
    let mut expected_events = expected["$eventstream"].as_list().into_iter().flat_map(|l| l.iter());
    let events = stream.events().ok_or_else(|| format!("{path}: the stream has no events"))?;
    for (i, event) in events.enumerate() {
        match (event, expected_events.next()) {
            (Ok(found), Some(expected)) => at(&format!("{path}[{i}]"), &found, &tagged::untag(expected))?,
            (Err(error), None) if error.name() == expected["error"]["class"].as_str().unwrap_or_default() => return Ok(()),
            (found, next) => return Err(format!("{path}[{i}]: expected {next:?} or {:?}, found {found:?}", expected["error"])),
        }
    }
    match (expected_events.next(), &expected["error"]) {
        (None, Value::Null) => Ok(()),
        (next, error) => Err(format!("{path}: the stream ended; expected {next:?}, {error:?}")),
    }
}
