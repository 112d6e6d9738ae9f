//! Functions on text.

use super::arguments::Arguments;
use crate::value::Value;
use crate::value::jmespath::failure::Failure;

type Result = std::result::Result<Value, Failure>;

pub(super) fn starts_with(arguments: &Arguments) -> Result {
    Ok(Value::Bool(arguments.text(0)?.starts_with(arguments.text(1)?.as_str())))
}

pub(super) fn ends_with(arguments: &Arguments) -> Result {
    Ok(Value::Bool(arguments.text(0)?.ends_with(arguments.text(1)?.as_str())))
}

pub(super) fn join(arguments: &Arguments) -> Result {
    let glue = arguments.text(0)?;
    let parts: Vec<&str> = arguments.texts(1)?.iter().filter_map(Value::as_str).collect();
    Ok(parts.join(glue).into())
}

/// Text as it is, what is beyond JSON as `Display` has it, everything else as JSON.
pub(super) fn to_string(arguments: &Arguments) -> Result {
    Ok(match arguments.any(0)? {
        text @ Value::String(_) => text.clone(),
        other => other.to_string().into(),
    })
}
