//! From everything that was said to the settings of one client.
//!
//! Each function decides one setting: arguments come before the config, the config before environment and
//! profile, those before the defaults mode, and that before the table's default.

mod s3_block;
mod transport;

use super::client_settings::*;
use super::config::{Config, UNSIGNED};
use super::defaults_mode::{self, ModeDefaults};
use super::environment::Environment;
use super::lookup::{self, Settings};
use super::options::{check_attempts, check_retry_mode, shown};
use super::table::{self, Setting};
use super::{endpoint_url, region};
use crate::definition::Definitions;
use crate::error::{Error, ErrorKind, Result};
use crate::text::url;
use crate::value::{Map, Str, Value};

/// Decides every setting of a client.
///
/// # Errors
/// The first setting that cannot be what it is, with boto3's message.
pub(crate) fn client_settings(request: ClientRequest<'_>, settings: &Settings, definitions: &Definitions) -> Result<ClientSettings> {
    let empty = Config::new();
    let config = request.config.unwrap_or(&empty);
    config.check()?;
    let mut said = Said { settings, config, mode: ModeDefaults::default() };

    let wished = request.region.map(Str::from).map_or_else(|| said.text(&table::REGION), |region| Ok(Some(region)))?;
    let region = wished.as_deref().map(region::normalize).transpose()?;
    let verify = transport::verify(request.verify, settings)?;
    let mode = said.text(&table::DEFAULTS_MODE)?.unwrap_or_default();
    said.mode = defaults_mode::defaults(&mode, wished.as_deref(), &settings.environment, definitions)?;

    let signing = signing(&said, request.endpoint_prefix)?;
    let s3 = s3_block::options(&said, request.endpoint_prefix)?;
    let use_dualstack = s3_block::use_dualstack(&said, s3.as_ref(), request.endpoint_prefix)?;
    Ok(ClientSettings {
        endpoint_url: endpoint(&request, &said)?,
        use_ssl: request.use_ssl.unwrap_or(true),
        use_fips: region.as_ref().is_some_and(|region| region.is_fips) || said.flag(&table::USE_FIPS_ENDPOINT)?,
        region: region.map(|region| region.name),
        use_dualstack,
        account_id_endpoint_mode: account_id_endpoint_mode(&said, signing.unsigned)?,
        endpoint_discovery: endpoint_discovery(&said, &request)?,
        sts_regional_endpoints: sts_regional_endpoints(&said)?,
        inject_host_prefix: inject_host_prefix(&said)?,
        client_context_params: said.config_map("client_context_params"),
        s3_disable_express_session_auth: s3_block::disable_express_session_auth(&said, s3.as_ref())?,
        s3: s3_block::with_dualstack(s3, use_dualstack, request.endpoint_prefix),
        signing,
        retry: retry(&said)?,
        deadline: transport::timeout(config, "deadline").flatten(),
        parameter_validation: parameter_validation(&said)?,
        request_checksum_calculation: checksum_mode(&said, &table::REQUEST_CHECKSUM_CALCULATION)?,
        response_checksum_validation: checksum_mode(&said, &table::RESPONSE_CHECKSUM_VALIDATION)?,
        compression: compression(&said)?,
        lambda: lambda(settings),
        user_agent: user_agent(&said)?,
        transport: transport::transport(&said, request.config.is_some(), verify)?,
    })
}

/// What config, session and defaults mode say.
struct Said<'a> {
    settings: &'a Settings,
    config: &'a Config,
    mode: ModeDefaults,
}

impl Said<'_> {
    fn value(&self, setting: &Setting) -> Result<Option<Value>> {
        match self.config.some(setting.name) {
            Some(value) => lookup::cast(setting, value.clone()).map(Some),
            None => self.session_value(setting),
        }
    }

    /// What is said outside the config.
    fn session_value(&self, setting: &Setting) -> Result<Option<Value>> {
        let found = self.settings.found(setting).or_else(|| self.mode.settings.get(setting.name).cloned());
        found.or_else(|| setting.default.map(Value::from)).map(|value| lookup::cast(setting, value)).transpose()
    }

    fn text(&self, setting: &Setting) -> Result<Option<Str>> {
        Ok(self.value(setting)?.and_then(|value| value.as_str().map(Str::from)))
    }

    /// A flag; what nobody said is false.
    fn flag(&self, setting: &Setting) -> Result<bool> {
        Ok(self.value(setting)?.is_some_and(|value| lookup::is_true(&value)))
    }

    fn config_text(&self, option: &str) -> Option<Str> {
        self.config.some(option).and_then(Value::as_str).map(Str::from)
    }

    fn config_map(&self, option: &str) -> Option<Map> {
        self.config.some(option).and_then(Value::as_map).cloned()
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidConfig, message)
}

fn endpoint(request: &ClientRequest<'_>, said: &Said<'_>) -> Result<Option<EndpointUrl>> {
    let found = match request.endpoint_url {
        Some(url) => Some(EndpointUrl { url: url.into(), is_argument: true }),
        None if said.flag(&table::IGNORE_CONFIGURED_ENDPOINT_URLS)? => None,
        None => endpoint_url::configured(said.settings, request.service_id)?.map(|url| EndpointUrl { url, is_argument: false }),
    };
    found.map(|found| url::validate(&found.url).map(|()| found)).transpose()
}

fn account_id_endpoint_mode(said: &Said<'_>, unsigned: bool) -> Result<AccountIdEndpointMode> {
    let mode = said.text(&table::ACCOUNT_ID_ENDPOINT_MODE)?.unwrap_or_default().to_lowercase();
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

fn endpoint_discovery(said: &Said<'_>, request: &ClientRequest<'_>) -> Result<EndpointDiscovery> {
    if !request.discovers_endpoints || request.endpoint_url.is_some() {
        return Ok(EndpointDiscovery::Never);
    }
    let value = said.value(&table::ENDPOINT_DISCOVERY_ENABLED)?.unwrap_or_default();
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

fn sts_regional_endpoints(said: &Said<'_>) -> Result<Str> {
    let mode = said.text(&table::STS_REGIONAL_ENDPOINTS)?.filter(|mode| !mode.is_empty()).unwrap_or_else(|| "regional".into());
    if matches!(mode.as_str(), "legacy" | "regional") {
        return Ok(mode);
    }
    let message = format!("STS regional endpoints option {mode} is invalid. Valid options are: \"legacy\", \"regional\"");
    Err(invalid(message).with_name("InvalidSTSRegionalEndpointsConfigError"))
}

fn inject_host_prefix(said: &Said<'_>) -> Result<bool> {
    match said.config.some("inject_host_prefix").and_then(Value::as_bool) {
        Some(inject) => Ok(inject),
        None => Ok(!said.flag(&table::DISABLE_HOST_PREFIX_INJECTION)?),
    }
}

fn signing(said: &Said<'_>, endpoint_prefix: &str) -> Result<SigningSettings> {
    let option = "signature_version";
    let in_profile = || said.settings.profile().get(endpoint_prefix)?.get(option)?.as_str().map(Str::from);
    let in_code = said.config_text(option);
    let signature_version = in_code.clone().or_else(in_profile);
    let setting = &table::AUTH_SCHEME_PREFERENCE;
    let own_preference = said.config_text(setting.name).filter(|preference| !preference.is_empty());
    let is_set_in_code = in_code.is_some() || own_preference.is_some();
    let preference = match own_preference {
        Some(preference) => Some(preference),
        None => said.session_value(setting)?.and_then(|value| value.as_str().map(Str::from)),
    };
    Ok(SigningSettings {
        unsigned: in_code.is_some_and(|version| version == UNSIGNED),
        signature_version,
        auth_scheme_preference: preference.as_deref().map(schemes).unwrap_or_default(),
        is_set_in_code,
        sigv4a_signing_region_set: said.text(&table::SIGV4A_SIGNING_REGION_SET)?,
    })
}

/// A list with commas; blanks do not count.
fn schemes(preference: &str) -> Vec<Str> {
    let schemes = preference.split(',').map(|scheme| scheme.replace([' ', '\t'], ""));
    schemes.filter(|scheme| !scheme.is_empty()).map(Str::from).collect()
}

fn retry(said: &Said<'_>) -> Result<RetrySettings> {
    let own = said.config.some("retries").cloned().unwrap_or_default();
    let mode = match own.get("mode") {
        Some(mode) => mode.clone(),
        None => said.value(&table::RETRY_MODE)?.unwrap_or_default(),
    };
    check_retry_mode(&mode)?;
    let attempts = match (own["total_max_attempts"].as_int(), own["max_attempts"].as_int()) {
        (Some(total), _) => Some(total),
        (None, Some(retries)) => Some(retries.saturating_add(1)),
        (None, None) => {
            let attempts = said.value(&table::MAX_ATTEMPTS)?;
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

/// A config can only switch it off: where it says true, the profile decides (botocore's order).
fn parameter_validation(said: &Said<'_>) -> Result<bool> {
    let setting = &table::PARAMETER_VALIDATION;
    let is_off = said.config.some(setting.name).is_some_and(|value| !lookup::is_true(value));
    Ok(!is_off && said.session_value(setting)?.is_some_and(|value| lookup::is_true(&value)))
}

fn checksum_mode(said: &Said<'_>, setting: &Setting) -> Result<ChecksumMode> {
    let mode = said.text(setting)?.unwrap_or_default().to_lowercase();
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

fn compression(said: &Said<'_>) -> Result<CompressionSettings> {
    let setting = &table::REQUEST_MIN_COMPRESSION_SIZE_BYTES;
    let value = said.value(setting)?.unwrap_or_default();
    let text = shown(&value);
    let start = format!("Invalid value \"{text}\" for {}. Value must be", setting.name);
    let Ok(bytes) = text.trim().parse::<i64>() else {
        return Err(invalid(format!("{start} an integer. Received <class 'str'> instead.")));
    };
    match u64::try_from(bytes) {
        Ok(min_size_bytes @ 1..=1_048_576) => {
            Ok(CompressionSettings { disabled: said.flag(&table::DISABLE_REQUEST_COMPRESSION)?, min_size_bytes })
        }
        _ => Err(invalid(format!("{start} between 1 and 1048576."))),
    }
}

fn user_agent(said: &Said<'_>) -> Result<UserAgentSettings> {
    Ok(UserAgentSettings {
        whole: said.config_text("user_agent"),
        extra: said.config_text("user_agent_extra"),
        appid: said.text(&table::USER_AGENT_APPID)?,
        execution_environment: said.text(&table::EXECUTION_ENVIRONMENT)?.filter(|name| !name.is_empty()),
    })
}
