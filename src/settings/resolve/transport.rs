//! What belongs to connections: timeouts, certificates, proxies.

use std::time::Duration;

use super::{Said, invalid};
use crate::error::Result;
use crate::http::{ClientCert, ProxyOptions, Verify};
use crate::settings::config::Config;
use crate::settings::lookup::Settings;
use crate::settings::proxy::ProxySettings;
use crate::settings::{TransportSettings, table};
use crate::value::Value;

pub(super) fn transport(said: &Said<'_>, has_config: bool, verify: Verify) -> Result<TransportSettings> {
    const POOL: usize = 10;
    let pool = said.config.some("max_pool_connections").and_then(Value::as_int);
    Ok(TransportSettings {
        connect_timeout: connect_timeout(said, has_config),
        read_timeout: timeout(said.config, "read_timeout").unwrap_or(Some(TIMEOUT)),
        max_pool_connections: pool.map_or(POOL, |n| usize::try_from(n).unwrap_or(usize::MAX)),
        tcp_keepalive: said.flag(&table::TCP_KEEPALIVE)?,
        verify,
        client_cert: said.config.some("client_cert").and_then(client_cert),
        proxies: ProxySettings::new(said.config, &said.settings.environment),
        proxy: proxy(said)?,
    })
}

const TIMEOUT: Duration = Duration::from_secs(60);

/// A config that says nothing about it means 60 s and not the mode's value, unless it names a mode itself.
fn connect_timeout(said: &Said<'_>, has_config: bool) -> Option<Duration> {
    let of_mode = said.mode.connect_timeout_millis.map(Duration::from_millis);
    let own_mode = said.config.some(table::DEFAULTS_MODE.name).and_then(Value::as_str);
    match timeout(said.config, "connect_timeout") {
        Some(Some(timeout)) => Some(timeout),
        Some(None) => of_mode,
        None if own_mode.is_some_and(|mode| mode != "legacy") => of_mode,
        None if has_config => Some(TIMEOUT),
        None => of_mode.or(Some(TIMEOUT)),
    }
}

/// A timeout of the config, where it says something: an end, or that there is none.
pub(super) fn timeout(config: &Config, option: &str) -> Option<Option<Duration>> {
    let seconds = config.get(option)?.as_float();
    Some(seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()))
}

/// The config's own block, where it has one; otherwise what the profile says.
fn proxy(said: &Said<'_>) -> Result<ProxyOptions> {
    let mut options = ProxyOptions::default();
    if let Some(block) = said.config_map("proxies_config") {
        options.ca_bundle = block["proxy_ca_bundle"].as_str().map(Into::into);
        options.client_cert = client_cert(&block["proxy_client_cert"]);
        options.use_forwarding_for_https = block["proxy_use_forwarding_for_https"].as_bool().unwrap_or(false);
        return Ok(options);
    }
    options.ca_bundle = said.text(&table::PROXY_CA_BUNDLE)?.map(|path| path.as_str().into());
    options.client_cert = said.text(&table::PROXY_CLIENT_CERT)?.and_then(|path| client_cert(&path.into()));
    options.use_forwarding_for_https = said.flag(&table::PROXY_USE_FORWARDING)?;
    Ok(options)
}

/// One path, of a file with both, or two.
fn client_cert(value: &Value) -> Option<ClientCert> {
    let (chain, key) = match value.as_list() {
        Some(pair) => (pair.first()?.as_str()?, pair.get(1)?.as_str()?),
        None => (value.as_str()?, value.as_str()?),
    };
    Some(ClientCert { chain: chain.into(), key: key.into() })
}

pub(super) fn verify(argument: Option<&Value>, settings: &Settings) -> Result<Verify> {
    let path = match argument {
        Some(Value::Bool(true)) => return Ok(Verify::Roots),
        Some(Value::Bool(false)) => return Ok(Verify::Nothing),
        Some(Value::String(path)) => Some(path.clone()),
        Some(other) if !other.is_null() => {
            return Err(invalid(format!("verify must be true, false or a path, not {}", other.type_name())));
        }
        _ => match settings.text(&table::CA_BUNDLE)? {
            Some(path) => Some(path),
            None => settings.text(&table::REQUESTS_CA_BUNDLE)?,
        },
    };
    match path {
        None => Ok(Verify::Roots),
        Some(path) if path.trim().is_empty() => Err(invalid(
            "Invalid CA bundle: the configured value (ca_bundle, AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, or verify) resolved to an \
             empty or whitespace-only string. Provide a valid path to a CA bundle file."
                .to_owned(),
        )),
        Some(path) => Ok(Verify::Bundle(path.as_str().into())),
    }
}
