//! The settings of one client in plain types, and the same settings as a [`Config`].
//!
//! [`resolve`](super::resolve) fills them in from arguments, `Config`, environment, files, and defaults.

use std::path::PathBuf;
use std::time::Duration;

use super::config::Config;
use super::environment::Environment;
use super::proxy::ProxySettings;
use super::table::SETTINGS;
use crate::definition::ProtocolName;
use crate::http::{ClientCert, HttpConfig, ProxyOptions, Verify};
use crate::value::{List, Map, Str, Value};

/// A request for a client's settings: the arguments of the client, and the facts about its service.
#[derive(Debug, Default)]
pub(crate) struct ClientRequest<'a> {
    /// `serviceId` of the model: `S3`, `State Machine`.
    pub service_id: &'a str,
    /// `endpointPrefix` of the model.
    pub endpoint_prefix: &'a str,
    /// Whether the service has an operation that returns endpoints.
    pub discovers_endpoints: bool,
    /// The client's arguments, by the names of the settings.
    pub arguments: Option<&'a Map>,
    pub config: Option<&'a Config>,
}

/// The resolved settings.
#[derive(Debug)]
pub(crate) struct ClientSettings {
    /// Checked, and without the affix of a FIPS pseudo-region. Whether the service needs a region is not checked here.
    pub region: Option<Str>,
    pub endpoint_url: Option<EndpointUrl>,
    /// Whether endpoints are called over TLS. Does not concern `endpoint_url`.
    pub use_ssl: bool,
    pub use_fips: bool,
    pub use_dualstack: bool,
    pub account_id_endpoint_mode: AccountIdEndpointMode,
    pub endpoint_discovery: EndpointDiscovery,
    /// `legacy` or `regional`.
    pub sts_regional_endpoints: Str,
    pub inject_host_prefix: bool,
    pub client_context_params: Option<Map>,
    /// The `s3` options, those of the config over those of the profile; `None` if no source has any.
    pub s3: Option<Map>,
    pub s3_disable_express_session_auth: bool,
    /// Whether an empty body is sent without waiting for `100 Continue`.
    pub s3_no_empty_continue: bool,
    /// Whether features that S3-compatible stores reject are avoided.
    pub s3_compatible: bool,

    pub signing: SigningSettings,

    pub retry: RetrySettings,
    /// How long a call may take, everything included.
    pub deadline: Option<Duration>,
    pub parameter_validation: bool,
    /// Whether maximums, patterns, and enumerations are validated, too.
    pub strict_validation: bool,
    /// Whether a null parameter counts as absent.
    pub omit_null_parameters: bool,
    pub message_style: MessageStyle,
    pub request_checksum_calculation: ChecksumMode,
    pub response_checksum_validation: ChecksumMode,
    pub compression: CompressionSettings,
    /// In bytes.
    pub max_response_body_size: usize,
    /// The protocols to use if the service supports them, the most preferred first.
    pub protocol_preference: Vec<ProtocolName>,
    pub lenient_parsing: bool,
    /// Whether hooks learn of the members of a response that the definition does not contain.
    pub report_unknown_output: bool,
    /// The environment, if the process is a Lambda function: it holds the current trace ID.
    pub lambda: Option<Environment>,
    pub user_agent: UserAgentSettings,
    pub monitoring: MonitoringSettings,
    pub transport: TransportSettings,
}

impl ClientSettings {
    /// One of the `s3` options.
    pub(crate) fn s3_option(&self, name: &str) -> Option<&Value> {
        self.s3.as_ref()?.get(name)
    }

    /// Null if there is no preference.
    pub(super) fn protocol_preference_to_value(&self) -> Value {
        let names: Vec<_> = self.protocol_preference.iter().map(|protocol| protocol.as_str()).collect();
        if names.is_empty() { Value::Null } else { names.join(",").into() }
    }

    /// The settings as a `Config`, with the client's `region` and `signature_version`.
    pub(crate) fn config(&self, region: Option<&str>, signature_version: &str) -> Config {
        let client = [("region_name", Value::from(region)), ("signature_version", signature_version.into())];
        let others = SETTINGS.iter().filter_map(|setting| Some((setting.name, setting.resolved?(self))));
        let set = client.into_iter().chain(others).filter(|(_, value)| !value.is_null());
        set.fold(Config::new(), |config, (name, value)| config.set(name, value))
    }
}

/// An endpoint URL from any source.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EndpointUrl {
    pub url: Str,
    /// Whether it is an argument of the client rather than from environment or files.
    pub is_argument: bool,
}

/// Client-side monitoring: where events go, and the name of the program in them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MonitoringSettings {
    pub enabled: bool,
    pub host: Str,
    pub port: u16,
    pub client_id: Str,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SigningSettings {
    /// From config or profile; `None` for the model's own. Whether such a version exists is not checked here.
    pub signature_version: Option<Str>,
    pub unsigned: bool,
    /// Normalized; empty if there is no preference.
    pub auth_scheme_preference: Vec<Str>,
    /// Whether code sets the signature version or the preference. Bearer tokens are then not chosen automatically.
    pub is_set_in_code: bool,
    pub sigv4a_signing_region_set: Option<Str>,
}

impl SigningSettings {
    /// Null if there is no preference.
    pub(super) fn preference_to_value(&self) -> Value {
        match self.auth_scheme_preference.as_slice() {
            [] => Value::Null,
            schemes => schemes.iter().map(|scheme| scheme.as_str()).collect::<Vec<_>>().join(",").into(),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RetrySettings {
    pub mode: RetryMode,
    /// The number of attempts, the first included; `None` for the mode's default for the service.
    pub total_max_attempts: Option<u32>,
}

impl RetrySettings {
    pub(super) fn to_value(&self) -> Value {
        let mut retries = Map::new();
        retries.insert("mode", self.mode.as_str());
        if let Some(attempts) = self.total_max_attempts {
            retries.insert("total_max_attempts", attempts);
        }
        retries.into()
    }
}

/// The retry modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryMode {
    Legacy,
    Standard,
    Adaptive,
}

impl RetryMode {
    /// The mode's name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            RetryMode::Legacy => "legacy",
            RetryMode::Standard => "standard",
            RetryMode::Adaptive => "adaptive",
        }
    }
}

/// The wording of validation errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageStyle {
    /// Types of the data model: `string`, `list`.
    Plain,
    /// Exactly boto3's, with Python's types.
    Boto3,
}

impl MessageStyle {
    /// The style's name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            MessageStyle::Plain => "plain",
            MessageStyle::Boto3 => "boto3",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChecksumMode {
    WhenSupported,
    WhenRequired,
}

impl ChecksumMode {
    /// The mode's name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            ChecksumMode::WhenSupported => "when_supported",
            ChecksumMode::WhenRequired => "when_required",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndpointDiscovery {
    Never,
    /// If the operation requires it.
    Auto,
    /// If the operation supports it.
    Always,
}

impl EndpointDiscovery {
    pub(super) fn to_value(self) -> Value {
        match self {
            EndpointDiscovery::Never => false.into(),
            EndpointDiscovery::Auto => "auto".into(),
            EndpointDiscovery::Always => true.into(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountIdEndpointMode {
    Preferred,
    Disabled,
    Required,
}

impl AccountIdEndpointMode {
    /// The mode's name, which is also the value for endpoint rules.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            AccountIdEndpointMode::Preferred => "preferred",
            AccountIdEndpointMode::Disabled => "disabled",
            AccountIdEndpointMode::Required => "required",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CompressionSettings {
    pub disabled: bool,
    pub min_size_bytes: u64,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct UserAgentSettings {
    /// Replaces the generated header.
    pub whole: Option<Str>,
    pub extra: Option<Str>,
    pub appid: Option<Str>,
    /// `AWS_EXECUTION_ENV`.
    pub execution_environment: Option<Str>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TransportSettings {
    /// `None` for no limit.
    pub connect_timeout: Option<Duration>,
    /// Replaces it if the metadata service says that the program runs in the client's region.
    pub in_region_connect_timeout: Option<Duration>,
    pub read_timeout: Option<Duration>,
    pub max_pool_connections: usize,
    /// In bytes.
    pub max_response_header_size: usize,
    pub tcp_keepalive: bool,
    pub key_log_file: Option<PathBuf>,
    pub verify: Verify,
    pub client_cert: Option<ClientCert>,
    pub proxies: ProxySettings,
    pub proxy: ProxyOptions,
}

impl TransportSettings {
    /// The settings for a transport. The proxies depend on the endpoint's host.
    pub(crate) fn http_config(&self, endpoint_url: &str) -> HttpConfig {
        HttpConfig {
            connect_timeout: self.connect_timeout,
            read_timeout: self.read_timeout,
            max_pool_connections: self.max_pool_connections,
            max_response_header_size: self.max_response_header_size,
            verify: self.verify.clone(),
            client_cert: self.client_cert.clone(),
            proxies: self.proxies.for_endpoint(endpoint_url),
            proxy: self.proxy.clone(),
            tcp_keepalive: self.tcp_keepalive,
            key_log_file: self.key_log_file.clone(),
        }
    }

    pub(super) fn client_cert_to_value(&self) -> Value {
        certificate(self.client_cert.as_ref())
    }

    /// Null if nothing is set.
    pub(super) fn proxies_config_to_value(&self) -> Value {
        if self.proxy == ProxyOptions::default() {
            return Value::Null;
        }
        Value::from(Map::from_iter([
            ("proxy_ca_bundle", Value::from(self.proxy.ca_bundle.as_ref().map(|path| path.display().to_string()))),
            ("proxy_client_cert", certificate(self.proxy.client_cert.as_ref())),
            ("proxy_use_forwarding_for_https", self.proxy.use_forwarding_for_https.into()),
        ]))
    }
}

fn certificate(cert: Option<&ClientCert>) -> Value {
    let path = |path: &std::path::Path| Value::from(path.display().to_string());
    cert.map(|cert| List::from_iter([path(&cert.chain), path(&cert.key)])).into()
}
