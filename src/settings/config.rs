//! `Config`, the options that a program sets in code for a session or a client.
//!
//! It only holds what was set; what comes of it together with environment and files is decided when a
//! client is made. Typed methods and untyped names fill the same map.

use std::fmt;
use std::time::Duration;

use super::options;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str, Value};

/// Options for a session or a client, by the names of botocore's `Config`. What is not set here comes from
/// the environment, then from the profile, then from the defaults.
///
/// ```
/// use std::time::Duration;
/// use tucuxi::{Config, value};
///
/// let typed = Config::new().retry_mode("adaptive").read_timeout(Duration::from_secs(30));
/// let untyped = Config::from_value(&value!({"retries": {"mode": "adaptive"}, "read_timeout": 30.0}))?;
/// assert_eq!(typed, untyped);
///
/// let error = Config::from_value(&value!({"read_timeuot": 30})).unwrap_err();
/// assert_eq!(error.message(), "Got unexpected keyword argument 'read_timeuot'. Did you mean read_timeout?");
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct Config {
    options: Map,
}

impl Config {
    /// No option set.
    pub fn new() -> Config {
        Config::default()
    }

    /// The options of a map, by boto3's names; null sets nothing in it.
    ///
    /// # Errors
    /// `InvalidConfig`, with boto3's message where it has one, for an unknown name (the nearest names are
    /// in the message), a value of a wrong type, and a value that boto3 refuses too.
    pub fn from_value(options: &Value) -> Result<Config> {
        let options = match options {
            Value::Null => Map::new(),
            Value::Map(options) => options.clone(),
            other => {
                let message = format!("A Config is made from a map of options, not from {}", other.type_name());
                return Err(Error::new(ErrorKind::InvalidConfig, message));
            }
        };
        let config = Config { options };
        config.check()?;
        Ok(config)
    }

    /// This config with the options of `other` laid over it. Maps are replaced as a whole; an option set to
    /// nothing (null) counts as set.
    pub fn merge(&self, other: &Config) -> Config {
        let mut options = self.options.clone();
        options.extend(other.options.iter().map(|(name, value)| (name.clone(), value.clone())));
        Config { options }
    }

    /// The value of an option that was set, by its name.
    pub fn get(&self, option: &str) -> Option<&Value> {
        self.options.get(option)
    }

    /// Any option by its name, for those without a method of their own. Names and values are checked when a
    /// session or a client is made.
    pub fn set(mut self, option: &str, value: impl Into<Value>) -> Config {
        self.options.insert(option, value);
        self
    }

    /// The region; an argument to the client comes before it.
    pub fn region_name(self, region: impl Into<Str>) -> Config {
        self.set("region_name", region.into())
    }

    /// How requests are signed: `v4`, `s3v4`, `s3`, `bearer`, … The model's own way otherwise.
    pub fn signature_version(self, version: impl Into<Str>) -> Config {
        self.set("signature_version", version.into())
    }

    /// Requests are not signed, and no credentials are looked for (botocore's `UNSIGNED`).
    pub fn unsigned(self) -> Config {
        self.signature_version(UNSIGNED)
    }

    /// The whole `User-Agent` header instead of the generated one.
    pub fn user_agent(self, text: impl Into<Str>) -> Config {
        self.set("user_agent", text.into())
    }

    /// Text at the end of the `User-Agent` header.
    pub fn user_agent_extra(self, text: impl Into<Str>) -> Config {
        self.set("user_agent_extra", text.into())
    }

    /// The application's id in the `User-Agent` header.
    pub fn user_agent_appid(self, id: impl Into<Str>) -> Config {
        self.set("user_agent_appid", id.into())
    }

    /// How long to wait for a connection: 60 s by default, `None` for as long as it takes.
    pub fn connect_timeout(self, timeout: impl Into<Option<Duration>>) -> Config {
        self.set("connect_timeout", timeout.into().map(|timeout| timeout.as_secs_f64()))
    }

    /// How long the server may be silent: 60 s by default, `None` for as long as it likes.
    pub fn read_timeout(self, timeout: impl Into<Option<Duration>>) -> Config {
        self.set("read_timeout", timeout.into().map(|timeout| timeout.as_secs_f64()))
    }

    /// How long a call may take with everything, retries included: no limit by default. boto3 has no such option.
    pub fn deadline(self, total: impl Into<Option<Duration>>) -> Config {
        self.set("deadline", total.into().map(|total| total.as_secs_f64()))
    }

    /// Whether parameters are checked against the model before they are sent; they are by default.
    pub fn parameter_validation(self, check: bool) -> Config {
        self.set("parameter_validation", check)
    }

    /// How many connections to one host are kept: 10 by default.
    pub fn max_pool_connections(self, connections: u32) -> Config {
        self.set("max_pool_connections", connections)
    }

    /// Proxies by the scheme of the request (`http`, `https`); an empty map switches off those of the environment.
    pub fn proxies(self, proxies: impl Into<Value>) -> Config {
        self.set("proxies", proxies)
    }

    /// TLS with the proxy: `proxy_ca_bundle`, `proxy_client_cert`, `proxy_use_forwarding_for_https`.
    pub fn proxies_config(self, config: impl Into<Value>) -> Config {
        self.set("proxies_config", config)
    }

    /// The S3 options as a map: `addressing_style`, `use_accelerate_endpoint`, `payload_signing_enabled`, …
    pub fn s3(self, options: impl Into<Value>) -> Config {
        self.set("s3", options)
    }

    /// Whether S3 Express buckets are signed for with the ordinary credentials.
    pub fn s3_disable_express_session_auth(self, disable: bool) -> Config {
        self.set("s3_disable_express_session_auth", disable)
    }

    /// The retry options as a map: `mode`, `total_max_attempts` (the first attempt counts) and `max_attempts`
    /// (it does not).
    pub fn retries(self, options: impl Into<Value>) -> Config {
        self.set("retries", options)
    }

    /// The retry mode: `standard` (the default), `adaptive` or `legacy`. See the [guide](crate#retries-time-cancellation) for
    /// where they do otherwise than boto3's.
    pub fn retry_mode(self, mode: impl Into<Str>) -> Config {
        self.retry_option("mode", mode.into())
    }

    /// How often a request is sent at most, the first attempt included.
    pub fn total_max_attempts(self, attempts: u32) -> Config {
        self.retry_option("total_max_attempts", attempts)
    }

    /// The client's TLS certificate and key, in one PEM file.
    pub fn client_cert(self, path: impl Into<Str>) -> Config {
        self.set("client_cert", path.into())
    }

    /// The client's TLS certificate and its key, in two PEM files.
    pub fn client_cert_and_key(self, cert: impl Into<Str>, key: impl Into<Str>) -> Config {
        self.set("client_cert", [cert.into(), key.into()])
    }

    /// Whether operations may put a prefix before the endpoint's host; they may by default.
    pub fn inject_host_prefix(self, inject: bool) -> Config {
        self.set("inject_host_prefix", inject)
    }

    /// Whether endpoints are asked for at services that offer it: `true`, `false` or `"auto"`.
    pub fn endpoint_discovery_enabled(self, enabled: impl Into<Value>) -> Config {
        self.set("endpoint_discovery_enabled", enabled)
    }

    /// Whether endpoints that speak IPv6 too are used.
    pub fn use_dualstack_endpoint(self, dualstack: bool) -> Config {
        self.set("use_dualstack_endpoint", dualstack)
    }

    /// Whether endpoints certified under FIPS 140 are used.
    pub fn use_fips_endpoint(self, fips: bool) -> Config {
        self.set("use_fips_endpoint", fips)
    }

    /// Whether endpoint URLs in environment and files are passed over.
    pub fn ignore_configured_endpoint_urls(self, ignore: bool) -> Config {
        self.set("ignore_configured_endpoint_urls", ignore)
    }

    /// The set of defaults: `legacy` (the default), `standard`, `in-region`, `cross-region`, `mobile` or `auto`.
    pub fn defaults_mode(self, mode: impl Into<Str>) -> Config {
        self.set("defaults_mode", mode.into())
    }

    /// Whether idle connections are kept alive by the system (`SO_KEEPALIVE`).
    pub fn tcp_keepalive(self, keepalive: bool) -> Config {
        self.set("tcp_keepalive", keepalive)
    }

    /// From how many bytes on a body is compressed, where the operation allows it: 10240 by default.
    pub fn request_min_compression_size_bytes(self, bytes: u32) -> Config {
        self.set("request_min_compression_size_bytes", bytes)
    }

    /// Whether bodies are never compressed.
    pub fn disable_request_compression(self, disable: bool) -> Config {
        self.set("disable_request_compression", disable)
    }

    /// Parameters that a service's endpoint rules ask for, by their names in the model.
    pub fn client_context_params(self, params: impl Into<Value>) -> Config {
        self.set("client_context_params", params)
    }

    /// The regions for which SigV4a signs, separated by commas.
    pub fn sigv4a_signing_region_set(self, regions: impl Into<Str>) -> Config {
        self.set("sigv4a_signing_region_set", regions.into())
    }

    /// When request checksums are computed: `when_supported` (the default) or `when_required`.
    pub fn request_checksum_calculation(self, when: impl Into<Str>) -> Config {
        self.set("request_checksum_calculation", when.into())
    }

    /// When response checksums are verified: `when_supported` (the default) or `when_required`.
    pub fn response_checksum_validation(self, when: impl Into<Str>) -> Config {
        self.set("response_checksum_validation", when.into())
    }

    /// Whether endpoints carry the account's id: `preferred` (the default), `required` or `disabled`.
    pub fn account_id_endpoint_mode(self, mode: impl Into<Str>) -> Config {
        self.set("account_id_endpoint_mode", mode.into())
    }

    /// The ways of signing to prefer, separated by commas: `sigv4a,sigv4`.
    pub fn auth_scheme_preference(self, schemes: impl Into<Str>) -> Config {
        self.set("auth_scheme_preference", schemes.into())
    }

    /// What boto3 checks when a `Config` is made.
    pub(crate) fn check(&self) -> Result<()> {
        options::check(&self.options)
    }

    /// The value of an option that was set to something.
    pub(crate) fn some(&self, option: &str) -> Option<&Value> {
        self.get(option).filter(|value| !value.is_null())
    }

    fn retry_option(self, key: &str, value: impl Into<Value>) -> Config {
        let mut retries = self.get("retries").and_then(Value::as_map).cloned().unwrap_or_default();
        retries.insert(key, value);
        self.set("retries", retries)
    }
}

/// The signature version that stands for no signature.
pub(crate) const UNSIGNED: &str = "unsigned";

/// Shows what was set, proxies without the password that their URL may hold.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Config");
        for (name, value) in &self.options {
            match value.as_map() {
                Some(proxies) if name == "proxies" => shown.field(name, &proxies.keys().collect::<Vec<_>>()),
                _ => shown.field(name, value),
            };
        }
        shown.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn invalid_options_get_boto3_s_messages() {
        for (options, name, message) in [
            (value!({"zzz": 1}), "TypeError", "Got unexpected keyword argument 'zzz'"),
            (
                value!({"s3": {"addressing_style": "bad"}}),
                "InvalidS3AddressingStyleError",
                "S3 addressing style bad is invalid. Valid options are: 'auto', 'virtual', and 'path'",
            ),
            (
                value!({"retries": {"max": 1}}),
                "InvalidRetryConfigurationError",
                "Cannot provide retry configuration for \"max\". Valid retry configuration options are: ('max_attempts', 'mode', \
                 'total_max_attempts')",
            ),
            (
                value!({"retries": {"total_max_attempts": 0}}),
                "InvalidMaxRetryAttemptsError",
                "Value provided to \"max_attempts\": 0 must be an integer greater than or equal to 1.",
            ),
            (
                value!({"retries": {"max_attempts": -1, "mode": "x"}}),
                "InvalidMaxRetryAttemptsError",
                "Value provided to \"max_attempts\": -1 must be an integer greater than or equal to 0.",
            ),
            (
                value!({"retries": {"mode": "Standard"}}),
                "InvalidRetryModeError",
                "Invalid value provided to \"mode\": \"Standard\" must be one of: ('legacy', 'standard', 'adaptive')",
            ),
            (
                value!({"read_timeout": "1"}),
                "InvalidConfigError",
                "Invalid value for the Config option read_timeout: expected a number of seconds above zero, got string",
            ),
        ] {
            let error = Config::from_value(&options).unwrap_err();
            assert_eq!((error.name(), error.message()), (name, message), "{options:?}");
        }
    }

    #[test]
    fn merging_replaces_maps_and_lets_null_win() {
        let one = Config::from_value(&value!({"s3": {"a": 1}, "read_timeout": 7, "connect_timeout": 3})).unwrap();
        let two = Config::new().s3(value!({"b": 2})).read_timeout(None);
        let merged = one.merge(&two);
        assert_eq!(merged.options, *value!({"s3": {"b": 2}, "read_timeout": null, "connect_timeout": 3}).as_map().unwrap());
    }

    #[test]
    fn debug_shows_no_proxy_password() {
        let config = Config::new().proxies(value!({"https": "http://me:secret@proxy:1"}));
        assert_eq!(format!("{config:?}"), r#"Config { proxies: ["https"] }"#);
    }
}
