//! What the tags of the unambiguous JSON form mean.

use base64::prelude::{BASE64_STANDARD, Engine};

use crate::value::{Map, Number, Str, Timestamp, Value};

/// The value that a map of one entry stands for, where its key begins with `$`.
///
/// # Errors
/// A reason that names the tag.
pub(in crate::value) fn untag(key: &str, content: Value) -> Result<Value, String> {
    if let Some(rest) = key.strip_prefix("$$") {
        return Ok(Value::Map(Map::from_iter([(Str::from(format!("${rest}")), content)])));
    }
    let text = || content.as_str().ok_or_else(|| format!("{key} wants text, not {}", content.type_name()));
    match key {
        "$bytes" => BASE64_STANDARD.decode(text()?).map(Value::from).map_err(|e| format!("{key} is no base64: {e}")),
        "$timestamp" => Timestamp::parse(text()?).map(Value::Timestamp).map_err(|e| e.message().to_owned()),
        "$number" => Number::parse(text()?).map(Value::Number).ok_or_else(|| format!("{key} is no number")),
        "$float" => special_float(text()?).map(Value::Float).ok_or_else(|| format!("{key} is none of NaN, Infinity, -Infinity")),
        "$stream" => Err("a stream's content is not in its JSON form, $stream cannot be read".to_owned()),
        _ => Err(format!("the tag {key} is not known; a map with that only key is written with its $ doubled")),
    }
}

fn special_float(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}
