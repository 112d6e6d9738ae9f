//! Tagged JSON: values that JSON cannot represent are maps with one key that begins with `$`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tucuxi::{Number, Timestamp, Value};

/// Plain JSON, in order.
pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Bytes in base64.
pub fn bytes(text: &Value) -> Vec<u8> {
    STANDARD.decode(text.as_str().unwrap_or_default()).unwrap()
}

/// The body of a request or response, which a case gives as text or in base64.
pub fn body(message: &Value) -> Vec<u8> {
    match message["body"].as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => bytes(&message["body_b64"]),
    }
}

/// Tagged JSON as a value; unknown tags are kept.
pub fn untag(value: &Value) -> Value {
    match value {
        Value::List(list) => list.iter().map(untag).collect(),
        Value::Map(map) => {
            let mut entries = map.iter();
            if let (Some((tag, inner)), None) = (entries.next(), entries.next())
                && let Some(value) = tagged(tag, inner)
            {
                return value;
            }
            let mut untagged = tucuxi::Map::new();
            for (key, value) in map.iter() {
                untagged.insert(key.clone(), untag(value));
            }
            untagged.into()
        }
        other => other.clone(),
    }
}

fn tagged(tag: &str, inner: &Value) -> Option<Value> {
    Some(match tag {
        "$bytes" => bytes(inner).into(),
        "$timestamp" => Timestamp::parse(inner.as_str()?).unwrap().into(),
        "$number" => Number::parse(inner.as_str()?).unwrap().into(),
        "$float" => inner.as_str()?.replace("Infinity", "inf").parse::<f64>().unwrap().into(),
        _ => return None,
    })
}
