//! The options of a [`Config`](super::Config) as a table, and what each may hold.
//!
//! A new option is one row here and, if it deserves one, a typed method beside the others.

use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::value::{Map, Value};

/// What an option may hold. Null is allowed everywhere and means "not set here".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OptionKind {
    Text,
    Flag,
    /// A flag, or any text.
    FlagOrText,
    /// Seconds above zero, whole or not.
    Seconds,
    Count,
    /// A number, or text that a later check reads.
    CountOrText,
    Block,
    /// A path, or a pair of paths.
    Paths,
}

/// The options in boto3's order.
pub(crate) static OPTIONS: &[(&str, OptionKind)] = &[
    ("region_name", OptionKind::Text),
    ("signature_version", OptionKind::Text),
    ("user_agent", OptionKind::Text),
    ("user_agent_extra", OptionKind::Text),
    ("user_agent_appid", OptionKind::Text),
    ("connect_timeout", OptionKind::Seconds),
    ("read_timeout", OptionKind::Seconds),
    ("parameter_validation", OptionKind::Flag),
    ("max_pool_connections", OptionKind::Count),
    ("proxies", OptionKind::Block),
    ("proxies_config", OptionKind::Block),
    ("s3", OptionKind::Block),
    ("s3_disable_express_session_auth", OptionKind::FlagOrText),
    ("retries", OptionKind::Block),
    ("client_cert", OptionKind::Paths),
    ("inject_host_prefix", OptionKind::Flag),
    ("endpoint_discovery_enabled", OptionKind::FlagOrText),
    ("use_dualstack_endpoint", OptionKind::Flag),
    ("use_fips_endpoint", OptionKind::Flag),
    ("ignore_configured_endpoint_urls", OptionKind::Flag),
    ("defaults_mode", OptionKind::Text),
    ("tcp_keepalive", OptionKind::Flag),
    ("request_min_compression_size_bytes", OptionKind::CountOrText),
    ("disable_request_compression", OptionKind::FlagOrText),
    ("client_context_params", OptionKind::Block),
    ("sigv4a_signing_region_set", OptionKind::Text),
    ("request_checksum_calculation", OptionKind::Text),
    ("response_checksum_validation", OptionKind::Text),
    ("account_id_endpoint_mode", OptionKind::Text),
    ("auth_scheme_preference", OptionKind::Text),
    // boto3 has none of the following.
    ("deadline", OptionKind::Seconds),
];

/// Checks every option: its name, its type, and what boto3 checks when a `Config` is made.
pub(crate) fn check(options: &Map) -> Result<()> {
    for (name, value) in options {
        let Some((_, kind)) = OPTIONS.iter().find(|(known, _)| name == *known) else {
            let near = did_you_mean(name, OPTIONS.iter().map(|(known, _)| *known));
            let dot = if near.is_empty() { "" } else { "." };
            let message = format!("Got unexpected keyword argument '{name}'{dot}{near}");
            return Err(Error::new(ErrorKind::InvalidConfig, message).with_name("TypeError"));
        };
        kind.check(name, value)?;
    }
    check_s3(&options["s3"])?;
    check_retries(&options["retries"])
}

impl OptionKind {
    fn check(self, name: &str, value: &Value) -> Result<()> {
        let (fits, expected) = match self {
            OptionKind::Text => (value.as_str().is_some(), "text"),
            OptionKind::Flag => (value.as_bool().is_some(), "true or false"),
            OptionKind::FlagOrText => (value.as_bool().is_some() || value.as_str().is_some(), "true, false or text"),
            OptionKind::Seconds => (value.as_float().is_some_and(|n| n.is_finite() && n > 0.0), "a number of seconds above zero"),
            OptionKind::Count => (value.as_int().is_some_and(|n| n > 0), "a whole number above zero"),
            OptionKind::CountOrText => (value.as_int().is_some() || value.as_str().is_some(), "a whole number"),
            OptionKind::Block => (value.as_map().is_some(), "a map"),
            OptionKind::Paths => (is_paths(value), "a path or a pair of paths"),
        };
        if fits || value.is_null() {
            return Ok(());
        }
        let message = format!("Invalid value for the Config option {name}: expected {expected}, got {}", described(value));
        Err(Error::new(ErrorKind::InvalidConfig, message))
    }
}

fn is_paths(value: &Value) -> bool {
    value.as_str().is_some() || value.as_list().is_some_and(|pair| pair.len() == 2 && pair.iter().all(|path| path.as_str().is_some()))
}

/// A number as it is, anything else by its type: text may be a secret that landed in the wrong place.
fn described(value: &Value) -> String {
    match value {
        Value::Int(_) | Value::Float(_) | Value::Bool(_) => format!("{value:?}"),
        other => other.type_name().to_owned(),
    }
}

fn check_s3(s3: &Value) -> Result<()> {
    match &s3["addressing_style"] {
        Value::Null => Ok(()),
        style if style.as_str().is_some_and(|style| matches!(style, "virtual" | "auto" | "path")) => Ok(()),
        style => {
            let message = format!("S3 addressing style {} is invalid. Valid options are: 'auto', 'virtual', and 'path'", shown(style));
            Err(Error::new(ErrorKind::InvalidConfig, message).with_name("InvalidS3AddressingStyleError"))
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
                return Err(Error::new(ErrorKind::InvalidConfig, message).with_name("InvalidRetryConfigurationError"));
            }
        }
    }
    Ok(())
}

/// Checks a number of attempts, wherever it came from.
pub(crate) fn check_attempts(value: &Value, least: i64) -> Result<()> {
    if value.as_int().is_some_and(|n| n >= least) {
        return Ok(());
    }
    let message = format!("Value provided to \"max_attempts\": {} must be an integer greater than or equal to {least}.", shown(value));
    Err(Error::new(ErrorKind::InvalidConfig, message).with_name("InvalidMaxRetryAttemptsError"))
}

/// Checks a retry mode, wherever it came from.
pub(crate) fn check_retry_mode(value: &Value) -> Result<()> {
    if value.as_str().is_some_and(|mode| matches!(mode, "legacy" | "standard" | "adaptive")) {
        return Ok(());
    }
    let message = format!("Invalid value provided to \"mode\": \"{}\" must be one of: ('legacy', 'standard', 'adaptive')", shown(value));
    Err(Error::new(ErrorKind::InvalidConfig, message).with_name("InvalidRetryModeError"))
}

/// A value as a message of boto3 shows it.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) => text.to_string(),
        other => format!("{other:?}"),
    }
}
