//! The settings of one client, resolved from all their sources.
//!
//! Each function resolves one setting that needs more than its row of the table. Arguments come before the config, the
//! config before environment and profile, those before the defaults mode, and that before the table's default.

mod s3_block;
mod transport;

use super::checks::{self, check_attempts, check_retry_mode, invalid, is_true, shown};
use super::client_settings::*;
use super::config::{Config, UNSIGNED};
use super::defaults_mode::{self, ModeDefaults};
use super::environment::Environment;
use super::lookup::Settings;
use super::table::{self, Setting, Source};
use super::{endpoint_url, region};
use crate::definition::{Definitions, ProtocolName};
use crate::error::{Error, Result};
use crate::text::url;
use crate::value::{Map, Str, Value};

/// Resolves every setting of a client.
///
/// # Errors
/// The first setting with an invalid value, with boto3's message.
pub(crate) fn client_settings(request: ClientRequest<'_>, settings: &Settings, definitions: &Definitions) -> Result<ClientSettings> {
    let empty = Config::new();
    let config = request.config.unwrap_or(&empty);
    config.check()?;
    let none = Map::new();
    let mut sources = Sources { arguments: request.arguments.unwrap_or(&none), config, settings, mode: ModeDefaults::default() };

    let written_region = sources.text(&table::REGION)?;
    let region = written_region.as_deref().map(region::normalize).transpose()?;
    let verify = transport::verify(&sources)?;
    let mode = sources.text(&table::DEFAULTS_MODE)?.unwrap_or_default();
    sources.mode = defaults_mode::defaults(&mode, written_region.as_deref(), &settings.environment, definitions)?;
    if table::S3_PREFIXES.contains(&request.endpoint_prefix) && sources.flag(&table::S3_COMPATIBLE)? {
        sources.mode.settings.insert(table::REQUEST_CHECKSUM_CALCULATION.name, "when_required");
        sources.mode.settings.insert(table::RESPONSE_CHECKSUM_VALIDATION.name, "when_required");
    }

    let signing = signing(&sources, request.endpoint_prefix)?;
    let s3 = s3_block::options(&sources, request.endpoint_prefix)?;
    let use_dualstack = s3_block::use_dualstack(&sources, s3.as_ref(), request.endpoint_prefix)?;
    Ok(ClientSettings {
        endpoint_url: endpoint(&request, &sources)?,
        use_ssl: sources.flag(&table::USE_SSL)?,
        use_fips: region.as_ref().is_some_and(|region| region.is_fips) || sources.flag(&table::USE_FIPS_ENDPOINT)?,
        region: region.map(|region| region.name),
        use_dualstack,
        account_id_endpoint_mode: account_id_endpoint_mode(&sources, signing.unsigned)?,
        endpoint_discovery: endpoint_discovery(&sources, &request)?,
        sts_regional_endpoints: sts_regional_endpoints(&sources)?,
        inject_host_prefix: sources.flag(&table::INJECT_HOST_PREFIX)?,
        client_context_params: sources.config_map(&table::CLIENT_CONTEXT_PARAMS),
        s3_disable_express_session_auth: s3_block::disable_express_session_auth(&sources, s3.as_ref())?,
        s3_no_empty_continue: sources.flag(&table::S3_NO_EMPTY_CONTINUE)?,
        s3_compatible: sources.flag(&table::S3_COMPATIBLE)?,
        s3: s3_block::with_dualstack(s3, use_dualstack, request.endpoint_prefix),
        signing,
        retry: retry(&sources)?,
        deadline: transport::timeout(config, &table::DEADLINE).flatten(),
        parameter_validation: parameter_validation(&sources)?,
        strict_validation: sources.flag(&table::STRICT_VALIDATION)?,
        omit_null_parameters: sources.flag(&table::OMIT_NULL_PARAMETERS)?,
        message_style: message_style(&sources)?,
        request_checksum_calculation: checksum_mode(&sources, &table::REQUEST_CHECKSUM_CALCULATION)?,
        response_checksum_validation: checksum_mode(&sources, &table::RESPONSE_CHECKSUM_VALIDATION)?,
        compression: compression(&sources)?,
        max_response_body_size: max_response_body_size(&sources)?,
        protocol_preference: protocol_preference(&sources)?,
        lenient_parsing: sources.flag(&table::LENIENT_PARSING)?,
        report_unknown_output: sources.flag(&table::REPORT_UNKNOWN_OUTPUT)?,
        lambda: lambda(settings),
        user_agent: user_agent(&sources)?,
        monitoring: monitoring(&sources)?,
        transport: transport::transport(&sources, request.config.is_some(), verify)?,
    })
}

/// The sources of a client's settings.
struct Sources<'a> {
    arguments: &'a Map,
    config: &'a Config,
    settings: &'a Settings,
    mode: ModeDefaults,
}

impl Sources<'_> {
    /// The value from the first source that has it, or the default.
    fn value(&self, setting: &Setting) -> Result<Option<Value>> {
        match self.argument(setting).or_else(|| self.in_config(setting)) {
            Some(value) => checks::convert(setting, value.clone()).map(Some),
            None => self.session_value(setting),
        }
    }

    /// The value from the sources outside of code, or the default.
    fn session_value(&self, setting: &Setting) -> Result<Option<Value>> {
        let found = self.settings.found(setting).or_else(|| self.mode.settings.get(setting.name).cloned());
        found.or_else(|| setting.default.map(Value::from)).map(|value| checks::convert(setting, value)).transpose()
    }

    fn text(&self, setting: &Setting) -> Result<Option<Str>> {
        Ok(self.value(setting)?.and_then(|value| value.as_str().map(Str::from)))
    }

    /// A flag; false if no source has it.
    fn flag(&self, setting: &Setting) -> Result<bool> {
        Ok(self.value(setting)?.is_some_and(|value| is_true(&value)))
    }

    fn argument(&self, setting: &Setting) -> Option<&Value> {
        self.arguments.get(setting.name).filter(|value| !value.is_null())
    }

    /// An option of the config, or an option inside one of its blocks.
    fn in_config(&self, setting: &Setting) -> Option<&Value> {
        if !setting.has(Source::Config) {
            return None;
        }
        let value = match setting.name.split_once('.') {
            Some((block, key)) => self.config.get(block)?.get(key),
            None => self.config.get(setting.name),
        };
        value.filter(|value| !value.is_null())
    }

    fn config_text(&self, setting: &Setting) -> Option<Str> {
        self.in_config(setting).and_then(Value::as_str).map(Str::from)
    }

    fn config_map(&self, setting: &Setting) -> Option<Map> {
        self.in_config(setting).and_then(Value::as_map).cloned()
    }
}

fn endpoint(request: &ClientRequest<'_>, sources: &Sources<'_>) -> Result<Option<EndpointUrl>> {
    let found = match sources.argument(&table::ENDPOINT_URL).and_then(Value::as_str) {
        Some(url) => Some(EndpointUrl { url: url.into(), is_argument: true }),
        None if sources.flag(&table::IGNORE_CONFIGURED_ENDPOINT_URLS)? => None,
        None => endpoint_url::configured(sources.settings, request.service_id)?.map(|url| EndpointUrl { url, is_argument: false }),
    };
    found.map(|found| url::validate(&found.url).map(|()| found)).transpose()
}

fn account_id_endpoint_mode(sources: &Sources<'_>, unsigned: bool) -> Result<AccountIdEndpointMode> {
    let mode = sources.text(&table::ACCOUNT_ID_ENDPOINT_MODE)?.unwrap_or_default().to_lowercase();
    match mode.as_str() {
        "preferred" | "disabled" | "required" if unsigned => Ok(AccountIdEndpointMode::Disabled),
        "preferred" => Ok(AccountIdEndpointMode::Preferred),
        "disabled" => Ok(AccountIdEndpointMode::Disabled),
        "required" => Ok(AccountIdEndpointMode::Required),
        _ => Err(invalid(format!(
            "The configured value '{mode}' for 'account_id_endpoint_mode' is invalid. Valid values are: \
             ('preferred', 'disabled', 'required')."
        ))),
    }
}

fn lambda(settings: &Settings) -> Option<Environment> {
    settings.environment.get("AWS_LAMBDA_FUNCTION_NAME").map(|_| settings.environment.clone())
}

fn endpoint_discovery(sources: &Sources<'_>, request: &ClientRequest<'_>) -> Result<EndpointDiscovery> {
    if !request.discovers_endpoints || sources.argument(&table::ENDPOINT_URL).is_some() {
        return Ok(EndpointDiscovery::Never);
    }
    let value = sources.value(&table::ENDPOINT_DISCOVERY_ENABLED)?.unwrap_or_default();
    let word = shown(&value).trim().to_lowercase();
    match word.as_str() {
        "true" => Ok(EndpointDiscovery::Always),
        "false" => Ok(EndpointDiscovery::Never),
        "auto" => Ok(EndpointDiscovery::Auto),
        _ => Err(invalid(format!(
            "Unsupported configuration value for endpoint_discovery_enabled. Expected one of (\"true\", \"false\", \"auto\") but got {word}."
        ))
        .with_name("InvalidEndpointDiscoveryConfigurationError")),
    }
}

fn sts_regional_endpoints(sources: &Sources<'_>) -> Result<Str> {
    let mode = sources.text(&table::STS_REGIONAL_ENDPOINTS)?.filter(|mode| !mode.is_empty()).unwrap_or_else(|| "regional".into());
    if matches!(mode.as_str(), "legacy" | "regional") {
        return Ok(mode);
    }
    let message = format!("STS regional endpoints option {mode} is invalid. Valid options are: \"legacy\", \"regional\"");
    Err(invalid(message).with_name("InvalidSTSRegionalEndpointsConfigError"))
}

fn signing(sources: &Sources<'_>, endpoint_prefix: &str) -> Result<SigningSettings> {
    let in_profile = || sources.settings.found_for(&table::SIGNATURE_VERSION, endpoint_prefix)?.as_str().map(Str::from);
    let in_code = sources.config_text(&table::SIGNATURE_VERSION);
    let signature_version = in_code.clone().or_else(in_profile);
    let setting = &table::AUTH_SCHEME_PREFERENCE;
    let own_preference = sources.config_text(setting).filter(|preference| !preference.is_empty());
    let is_set_in_code = in_code.is_some() || own_preference.is_some();
    let preference = match own_preference {
        Some(preference) => Some(preference),
        None => sources.session_value(setting)?.and_then(|value| value.as_str().map(Str::from)),
    };
    Ok(SigningSettings {
        unsigned: in_code.is_some_and(|version| version == UNSIGNED),
        signature_version,
        auth_scheme_preference: preference.as_deref().map(items).unwrap_or_default(),
        is_set_in_code,
        sigv4a_signing_region_set: sources.text(&table::SIGV4A_SIGNING_REGION_SET)?,
    })
}

fn protocol_preference(sources: &Sources<'_>) -> Result<Vec<ProtocolName>> {
    let setting = &table::PROTOCOL_PREFERENCE;
    let names = sources.text(setting)?.as_deref().map(items).unwrap_or_default();
    names.iter().map(|name| name.parse().map_err(|error: Error| invalid(format!("{}: {}", setting.name, error.message())))).collect()
}

/// The items of a comma-separated list, without blanks.
fn items(preference: &str) -> Vec<Str> {
    let schemes = preference.split(',').map(|scheme| scheme.replace([' ', '\t'], ""));
    schemes.filter(|scheme| !scheme.is_empty()).map(Str::from).collect()
}

fn retry(sources: &Sources<'_>) -> Result<RetrySettings> {
    let mode = sources.value(&table::RETRY_MODE)?.unwrap_or_default();
    check_retry_mode(&mode)?;
    let retries = sources.config_map(&table::RETRIES).and_then(|retries| retries["max_attempts"].as_int());
    let attempts = match (sources.in_config(&table::MAX_ATTEMPTS), retries) {
        (None, Some(retries)) => Some(retries.saturating_add(1)),
        _ => {
            let attempts = sources.value(&table::MAX_ATTEMPTS)?;
            attempts.as_ref().map(|attempts| check_attempts(attempts, 1)).transpose()?;
            attempts.and_then(|attempts| attempts.as_int())
        }
    };
    Ok(RetrySettings {
        mode: match mode.as_str() {
            Some("legacy") => RetryMode::Legacy,
            Some("adaptive") => RetryMode::Adaptive,
            _ => RetryMode::Standard,
        },
        total_max_attempts: attempts.map(|attempts| u32::try_from(attempts).unwrap_or(u32::MAX)),
    })
}

/// A config can only switch it off: if it is true there, the profile decides (botocore's order).
fn parameter_validation(sources: &Sources<'_>) -> Result<bool> {
    let setting = &table::PARAMETER_VALIDATION;
    let is_off = sources.in_config(setting).is_some_and(|value| !is_true(value));
    Ok(!is_off && sources.session_value(setting)?.is_some_and(|value| is_true(&value)))
}

fn message_style(sources: &Sources<'_>) -> Result<MessageStyle> {
    let style = sources.text(&table::MESSAGE_STYLE)?.unwrap_or_default();
    match style.as_str() {
        "plain" => Ok(MessageStyle::Plain),
        "boto3" => Ok(MessageStyle::Boto3),
        _ => Err(invalid(format!("Invalid value \"{style}\" for message_style. Valid values are: plain, boto3."))),
    }
}

fn checksum_mode(sources: &Sources<'_>, setting: &Setting) -> Result<ChecksumMode> {
    let mode = sources.text(setting)?.unwrap_or_default().to_lowercase();
    match mode.as_str() {
        "when_supported" => Ok(ChecksumMode::WhenSupported),
        "when_required" => Ok(ChecksumMode::WhenRequired),
        _ => Err(invalid(format!(
            "Unsupported configuration value for {}. Expected one of ('when_supported', 'when_required') but got {mode}.",
            setting.name
        ))
        .with_name("InvalidChecksumConfigError")),
    }
}

fn compression(sources: &Sources<'_>) -> Result<CompressionSettings> {
    let setting = &table::REQUEST_MIN_COMPRESSION_SIZE_BYTES;
    let value = sources.value(setting)?.unwrap_or_default();
    let text = shown(&value);
    let start = format!("Invalid value \"{text}\" for {}. Value must be", setting.name);
    let Ok(bytes) = text.trim().parse::<i64>() else {
        return Err(invalid(format!("{start} an integer. Received <class 'str'> instead.")));
    };
    match u64::try_from(bytes) {
        Ok(min_size_bytes @ 1..=1_048_576) => {
            Ok(CompressionSettings { disabled: sources.flag(&table::DISABLE_REQUEST_COMPRESSION)?, min_size_bytes })
        }
        _ => Err(invalid(format!("{start} between 1 and 1048576."))),
    }
}

fn max_response_body_size(sources: &Sources<'_>) -> Result<usize> {
    let bytes = sources.value(&table::MAX_RESPONSE_BODY_SIZE)?.and_then(|bytes| bytes.as_int());
    Ok(bytes.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(usize::MAX))
}

fn user_agent(sources: &Sources<'_>) -> Result<UserAgentSettings> {
    Ok(UserAgentSettings {
        whole: sources.config_text(&table::USER_AGENT),
        extra: sources.config_text(&table::USER_AGENT_EXTRA),
        appid: sources.text(&table::USER_AGENT_APPID)?,
        execution_environment: sources.text(&table::EXECUTION_ENVIRONMENT)?.filter(|name| !name.is_empty()),
    })
}

/// In characters, as in botocore.
const LONGEST_CLIENT_ID: usize = 255;

fn monitoring(sources: &Sources<'_>) -> Result<MonitoringSettings> {
    let port = sources.value(&table::CSM_PORT)?.and_then(|port| port.as_int()).unwrap_or_default();
    let enabled = sources.flag(&table::CSM_ENABLED)?;
    let client_id = sources.text(&table::CSM_CLIENT_ID)?.unwrap_or_default();
    if enabled && client_id.chars().count() > LONGEST_CLIENT_ID {
        return Err(invalid(format!(
            "The value provided for csm_client_id exceeds the maximum length of {LONGEST_CLIENT_ID} characters: {client_id}"
        )));
    }
    Ok(MonitoringSettings {
        enabled,
        host: sources.text(&table::CSM_HOST)?.unwrap_or_default(),
        port: u16::try_from(port).map_err(|_| invalid(format!("Invalid value \"{port}\" for csm_port. Value must be a port number.")))?,
        client_id,
    })
}
