//! The options of the block `s3`, whose keys have sources of their own and matter only to some clients.

use super::Sources;
use crate::error::Result;
use crate::settings::checks::{invalid, is_true, shown};
use crate::settings::config::Config;
use crate::settings::table;
use crate::value::{Map, Value};

/// The block of the profile, with the settings that have further sources and the options of the config over it.
///
/// # Errors
/// If a key has an invalid value; for the clients that read the block, if it is text instead of a block.
pub(super) fn options(sources: &Sources<'_>, endpoint_prefix: &str) -> Result<Option<Map>> {
    let written = sources.settings.profile().get(table::S3.name);
    if written.and_then(Value::as_str).is_some_and(|text| !text.is_empty()) && table::S3_PREFIXES.contains(&endpoint_prefix) {
        let profile = sources.settings.profile_name();
        return Err(invalid(format!("The key s3 of profile \"{profile}\" must be a block of indented keys below it, not text.")));
    }
    let block = written.and_then(Value::as_map).cloned();
    let own = sources.config_map(&table::S3);
    let is_said = block.is_some() || own.is_some();
    let mut s3 = block.unwrap_or_default();
    for setting in table::S3_OPTIONS {
        if let Some(value) = sources.session_value(setting)? {
            s3.insert(setting.key(), value);
        }
    }
    s3.extend(own.unwrap_or_default());
    Config::new().s3(s3.clone()).check()?;
    check_us_east_1(&s3)?;
    Ok((is_said || !s3.is_empty()).then_some(s3))
}

fn check_us_east_1(s3: &Map) -> Result<()> {
    let value = &s3["us_east_1_regional_endpoint"];
    if value.is_null() || matches!(value.as_str(), Some("legacy" | "regional")) {
        return Ok(());
    }
    let message = format!("S3 us-east-1 regional endpoint option {} is invalid. Valid options are: \"legacy\", \"regional\"", shown(value));
    Err(invalid(message).with_name("InvalidS3UsEast1RegionalEndpointConfigError"))
}

pub(super) fn use_dualstack(sources: &Sources<'_>, s3: Option<&Map>, endpoint_prefix: &str) -> Result<bool> {
    if table::S3_PREFIXES.contains(&endpoint_prefix) {
        let own = sources.config_map(&table::S3).and_then(|own| own.get("use_dualstack_endpoint").cloned());
        if let Some(own) = own {
            return Ok(is_true(&own));
        }
        if s3.is_some_and(|s3| is_true(&s3["use_dualstack_endpoint"])) {
            return Ok(true);
        }
    }
    sources.flag(&table::USE_DUALSTACK_ENDPOINT)
}

/// The block of a client that reads it also shows that dual-stack endpoints are used.
pub(super) fn with_dualstack(s3: Option<Map>, use_dualstack: bool, endpoint_prefix: &str) -> Option<Map> {
    if !use_dualstack || !table::S3_PREFIXES.contains(&endpoint_prefix) {
        return s3;
    }
    let mut s3 = s3.unwrap_or_default();
    s3.insert("use_dualstack_endpoint", true);
    Some(s3)
}

/// Botocore reads only one of the spellings in code. All three work here; the one that works there comes first.
pub(super) fn disable_express_session_auth(sources: &Sources<'_>, s3: Option<&Map>) -> Result<bool> {
    let setting = &table::S3_DISABLE_EXPRESS_SESSION_AUTH;
    let in_block = s3.and_then(|s3| s3.get("disable_s3_express_session_auth").or_else(|| s3.get(setting.name)));
    let value = match in_block.filter(|value| !value.is_null()) {
        Some(value) => Some(value.clone()),
        None => sources.value(setting)?,
    };
    let word = value.as_ref().map_or_else(|| "false".to_owned(), |value| shown(value).to_lowercase());
    match word.as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(invalid(format!("Invalid value \"{}\" for {}. Value must be a boolean", shown(&value.unwrap_or_default()), setting.name))),
    }
}
