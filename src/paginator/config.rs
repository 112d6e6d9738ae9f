//! boto3's `PaginationConfig`: the settings of a paginator among the parameters of its call.

use crate::error::{Error, Result};
use crate::text::invalid;
use crate::value::{Map, Str, Value};

/// What is set; numbers come as boto3 takes them: `"10"` is as good as 10.
#[derive(Default)]
pub(super) struct PaginationConfig {
    pub page_size: Option<Value>,
    pub max_items: Option<i64>,
    pub starting_token: Option<Str>,
}

impl PaginationConfig {
    /// Takes it out of the parameters. Members that are not known are ignored.
    pub(super) fn take(params: &mut Map) -> Result<PaginationConfig> {
        let config = match params.remove("PaginationConfig") {
            None | Some(Value::Null) => return Ok(PaginationConfig::default()),
            Some(Value::Map(config)) => config,
            Some(other) => return Err(wrong("PaginationConfig", "a map", &other)),
        };
        let get = |name: &str| config.get(name).filter(|value| !value.is_null());
        Ok(PaginationConfig {
            page_size: get("PageSize").cloned(),
            max_items: get("MaxItems").map(|value| int("PaginationConfig.MaxItems", value)).transpose()?,
            starting_token: match get("StartingToken") {
                None => None,
                Some(Value::String(token)) => Some(token.clone()),
                Some(other) => return Err(wrong("PaginationConfig.StartingToken", "text", other)),
            },
        })
    }
}

/// A whole number, or text that spells one.
pub(super) fn int(name: &str, value: &Value) -> Result<i64> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok(),
        Value::Float(n) if n.is_finite() => Some(*n as i64),
        other => other.as_int(),
    };
    number.ok_or_else(|| wrong(name, "a whole number", value))
}

fn wrong(name: &str, wanted: &str, value: &Value) -> Error {
    invalid(format_args!("{name} must be {wanted}, not {value:?} (of type {})", value.type_name()))
}
