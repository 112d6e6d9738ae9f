//! The settings of connections: timeouts, certificates, and proxies.

use std::time::Duration;

use super::Sources;
use crate::error::Result;
use crate::http::{ClientCert, ProxyOptions, Verify};
use crate::settings::TransportSettings;
use crate::settings::checks::invalid;
use crate::settings::config::Config;
use crate::settings::proxy::ProxySettings;
use crate::settings::table::{self, Setting};
use crate::value::Value;

pub(super) fn transport(sources: &Sources<'_>, has_config: bool, verify: Verify) -> Result<TransportSettings> {
    Ok(TransportSettings {
        connect_timeout: connect_timeout(sources, has_config, sources.mode.connect_timeout_millis),
        in_region_connect_timeout: in_region_connect_timeout(sources, has_config),
        read_timeout: timeout(sources.config, &table::READ_TIMEOUT).unwrap_or(Some(TIMEOUT)),
        max_pool_connections: count(sources, &table::MAX_POOL_CONNECTIONS)?,
        max_response_header_size: count(sources, &table::MAX_RESPONSE_HEADER_SIZE)?,
        tcp_keepalive: sources.flag(&table::TCP_KEEPALIVE)?,
        key_log_file: sources.text(&table::KEY_LOG_FILE)?.filter(|path| !path.is_empty()).map(|path| path.as_str().into()),
        verify,
        client_cert: sources.in_config(&table::CLIENT_CERT).and_then(client_cert),
        proxies: ProxySettings::new(sources.config, &sources.settings.environment),
        proxy: proxy(sources)?,
    })
}

fn count(sources: &Sources<'_>, setting: &'static Setting) -> Result<usize> {
    let count = sources.value(setting)?.and_then(|count| count.as_int());
    Ok(count.and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX))
}

/// The default of both timeouts, as in the table.
const TIMEOUT: Duration = Duration::from_secs(60);

/// With a config that does not set it, the timeout is 60 s rather than the mode's value, unless the config names a mode.
fn connect_timeout(sources: &Sources<'_>, has_config: bool, millis_of_mode: Option<u64>) -> Option<Duration> {
    let of_mode = millis_of_mode.map(Duration::from_millis);
    let own_mode = sources.config_text(&table::DEFAULTS_MODE);
    match timeout(sources.config, &table::CONNECT_TIMEOUT) {
        Some(Some(timeout)) => Some(timeout),
        Some(None) => of_mode,
        None if own_mode.is_some_and(|mode| mode != "legacy") => of_mode,
        None if has_config => Some(TIMEOUT),
        None => of_mode.or(Some(TIMEOUT)),
    }
}

/// The timeout to use if the program turns out to run in the client's region; `None` if that makes no difference.
fn in_region_connect_timeout(sources: &Sources<'_>, has_config: bool) -> Option<Duration> {
    let millis = sources.mode.in_region_connect_timeout_millis?;
    let timeout = connect_timeout(sources, has_config, Some(millis));
    timeout.filter(|_| timeout != connect_timeout(sources, has_config, sources.mode.connect_timeout_millis))
}

/// A timeout that the config sets: a duration, or none for no limit.
pub(super) fn timeout(config: &Config, setting: &Setting) -> Option<Option<Duration>> {
    let seconds = config.get(setting.name)?.as_float();
    Some(seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()))
}

/// The block of the config if it has one, otherwise the keys of the profile.
fn proxy(sources: &Sources<'_>) -> Result<ProxyOptions> {
    let mut options = ProxyOptions::default();
    if let Some(block) = sources.config_map(&table::PROXIES_CONFIG) {
        options.ca_bundle = block["proxy_ca_bundle"].as_str().map(Into::into);
        options.client_cert = client_cert(&block["proxy_client_cert"]);
        options.use_forwarding_for_https = block["proxy_use_forwarding_for_https"].as_bool().unwrap_or(false);
        return Ok(options);
    }
    options.ca_bundle = sources.text(&table::PROXY_CA_BUNDLE)?.map(|path| path.as_str().into());
    options.client_cert = sources.value(&table::PROXY_CLIENT_CERT)?.as_ref().and_then(client_cert);
    options.use_forwarding_for_https = sources.flag(&table::PROXY_USE_FORWARDING)?;
    Ok(options)
}

/// One path of a file with certificate and key, or two paths.
fn client_cert(value: &Value) -> Option<ClientCert> {
    let (chain, key) = match value.as_list() {
        Some(pair) => (pair.first()?.as_str()?, pair.get(1)?.as_str()?),
        None => (value.as_str()?, value.as_str()?),
    };
    Some(ClientCert { chain: chain.into(), key: key.into() })
}

pub(super) fn verify(sources: &Sources<'_>) -> Result<Verify> {
    let argument = sources.argument(&table::VERIFY);
    match argument.and_then(Value::as_bool) {
        Some(true) => return Ok(Verify::Roots),
        Some(false) => return Ok(Verify::Nothing),
        None => {}
    }
    let path = argument.cloned().or_else(|| sources.settings.found(&table::VERIFY));
    match path.as_ref().and_then(Value::as_str) {
        None => Ok(Verify::Roots),
        Some(path) if path.trim().is_empty() => Err(invalid(
            "Invalid CA bundle: the configured value (ca_bundle, AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, or verify) resolved to an \
             empty or whitespace-only string. Provide a valid path to a CA bundle file."
                .to_owned(),
        )),
        Some(path) => Ok(Verify::Bundle(path.into())),
    }
}
