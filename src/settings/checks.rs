//! Checks of settings: types as the table states them, and the values that boto3 rejects.

use super::table::{self, Kind, Setting, Source};
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::text::python::Repr;
use crate::value::{Map, Value};

/// Checks every option of a `Config`: its name, its type, and what boto3 checks when a `Config` is made.
pub(super) fn check_config(options: &Map) -> Result<()> {
    for (name, value) in options {
        let Some(setting) = table::find(name, Source::Config).filter(|setting| !setting.name.contains('.')) else {
            let near = did_you_mean(name, table::names(Source::Config));
            let dot = if near.is_empty() { "" } else { "." };
            return Err(invalid(format!("Got unexpected keyword argument '{name}'{dot}{near}")).with_name("TypeError"));
        };
        check_type(setting, value, "Config option")?;
    }
    check_s3(&options["s3"])?;
    check_retries(&options["retries"])
}

/// Checks that a value set in code has the setting's type. `what` names the kind of setting in the message.
///
/// # Errors
/// `InvalidConfig`. The message shows numbers; text could be a secret in the wrong place, so only its type is shown.
pub(crate) fn check_type(setting: &Setting, value: &Value, what: &str) -> Result<()> {
    let (fits, expected) = match setting.kind {
        Kind::Text => (value.as_str().is_some(), "a string"),
        Kind::Flag => (value.as_bool().is_some(), "true or false"),
        Kind::FlagOrText => (value.as_bool().is_some() || value.as_str().is_some(), "true, false, or a string"),
        Kind::Seconds => (value.as_float().is_some_and(|n| n.is_finite() && n > 0.0), "a number of seconds above zero"),
        Kind::Count => (value.as_int().is_some_and(|n| n > 0), "a whole number above zero"),
        Kind::CountOrText => (value.as_int().is_some() || value.as_str().is_some(), "a whole number"),
        Kind::Block => (value.as_map().is_some(), "a map"),
        Kind::Paths => (is_paths(value), "a path or a pair of paths"),
    };
    if fits || value.is_null() {
        return Ok(());
    }
    let got = match value {
        Value::Int(_) | Value::Float(_) | Value::Bool(_) => format!("{value:?}"),
        other => other.type_name().to_owned(),
    };
    Err(invalid(format!("Invalid value for the {what} {}: expected {expected}, got {got}", setting.name)))
}

fn is_paths(value: &Value) -> bool {
    value.as_str().is_some() || value.as_list().is_some_and(|pair| pair.len() == 2 && pair.iter().all(|path| path.as_str().is_some()))
}

/// Converts a value from any source to the setting's type.
///
/// # Errors
/// `InvalidConfig` for text that is not a number where one is expected.
pub(super) fn convert(setting: &Setting, value: Value) -> Result<Value> {
    match (setting.kind, value) {
        (Kind::Flag, value) => Ok(Value::Bool(is_true(&value))),
        (Kind::Count, Value::String(text)) => text.trim().parse().map(Value::Int).map_err(|_| {
            // boto3 names the key of the profile.
            let keys = setting.sources.iter().find_map(|source| if let Source::Key(key) = source { Some(*key) } else { None });
            invalid(format!("Invalid value \"{text}\" for {}. Value must be an integer.", keys.unwrap_or(setting.name)))
        }),
        (_, value) => Ok(value),
    }
}

/// Whether a value is true, or `true` in any case.
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::String(text) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

fn check_s3(s3: &Value) -> Result<()> {
    match &s3["addressing_style"] {
        Value::Null => Ok(()),
        style if style.as_str().is_some_and(|style| matches!(style, "virtual" | "auto" | "path")) => Ok(()),
        style => {
            let message = format!("S3 addressing style {} is invalid. Valid options are: 'auto', 'virtual', and 'path'", shown(style));
            Err(invalid(message).with_name("InvalidS3AddressingStyleError"))
        }
    }
}

fn check_retries(retries: &Value) -> Result<()> {
    let Some(retries) = retries.as_map() else {
        return Ok(());
    };
    for (key, value) in retries {
        match key.as_str() {
            "max_attempts" => check_attempts(value, 0)?,
            "total_max_attempts" => check_attempts(value, 1)?,
            "mode" => check_retry_mode(value)?,
            _ => {
                let message = format!(
                    "Cannot provide retry configuration for \"{key}\". Valid retry configuration options are: \
                     ('max_attempts', 'mode', 'total_max_attempts')"
                );
                return Err(invalid(message).with_name("InvalidRetryConfigurationError"));
            }
        }
    }
    Ok(())
}

/// Checks a number of attempts from any source.
pub(super) fn check_attempts(value: &Value, least: i64) -> Result<()> {
    if value.as_int().is_some_and(|n| n >= least) {
        return Ok(());
    }
    let message = format!("Value provided to \"max_attempts\": {} must be an integer greater than or equal to {least}.", shown(value));
    Err(invalid(message).with_name("InvalidMaxRetryAttemptsError"))
}

/// Checks a retry mode from any source.
pub(super) fn check_retry_mode(value: &Value) -> Result<()> {
    if value.as_str().is_some_and(|mode| matches!(mode, "legacy" | "standard" | "adaptive")) {
        return Ok(());
    }
    let message = format!("Invalid value provided to \"mode\": \"{}\" must be one of: ('legacy', 'standard', 'adaptive')", shown(value));
    Err(invalid(message).with_name("InvalidRetryModeError"))
}

pub(super) fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidConfig, message)
}

/// A value as boto3's messages show it.
pub(super) fn shown(value: &Value) -> String {
    Repr::top(value).to_string()
}
