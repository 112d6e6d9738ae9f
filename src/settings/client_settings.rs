//! Everything that a client must know before it can make a request, in plain types.
//!
//! [`resolve`](super::resolve) fills it in from arguments, [`Config`](super::Config), environment, files and defaults.

use std::time::Duration;

use super::config::Config;
use super::environment::Environment;
use super::proxy::ProxySettings;
use crate::http::{ClientCert, HttpConfig, ProxyOptions, Verify};
use crate::value::{Map, Str, Value};

/// What the caller of `client(..)` said, and what the model says about the service.
#[derive(Debug, Default)]
pub(crate) struct ClientRequest<'a> {
    /// `serviceId` of the model: `S3`, `State Machine`.
    pub service_id: &'a str,
    /// `endpointPrefix` of the model.
    pub endpoint_prefix: &'a str,
    /// Whether the service has an operation that tells endpoints.
    pub discovers_endpoints: bool,
    pub region: Option<&'a str>,
    pub endpoint_url: Option<&'a str>,
    /// True or false, or the path of a CA bundle.
    pub verify: Option<&'a Value>,
    pub use_ssl: Option<bool>,
    pub config: Option<&'a Config>,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct ClientSettings {
    /// Checked; a FIPS pseudo-region is already taken apart. Not checked: whether the service needs one.
    pub region: Option<Str>,
    pub endpoint_url: Option<EndpointUrl>,
    /// Whether endpoints are called over TLS; it has no say over `endpoint_url`.
    pub use_ssl: bool,
    pub use_fips: bool,
    pub use_dualstack: bool,
    pub account_id_endpoint_mode: AccountIdEndpointMode,
    pub endpoint_discovery: EndpointDiscovery,
    /// `legacy` or `regional`.
    pub sts_regional_endpoints: Str,
    pub inject_host_prefix: bool,
    pub client_context_params: Option<Map>,
    /// The `s3` options, the config's over the profile's; `None` where nobody said anything.
    pub s3: Option<Map>,
    pub s3_disable_express_session_auth: bool,

    pub signing: SigningSettings,

    pub retry: RetrySettings,
    /// How long a call may take with everything.
    pub deadline: Option<Duration>,
    pub parameter_validation: bool,
    pub request_checksum_calculation: ChecksumMode,
    pub response_checksum_validation: ChecksumMode,
    pub compression: CompressionSettings,
    /// The environment, where the process is a Lambda function: it has the trace id of the moment.
    pub lambda: Option<Environment>,
    pub user_agent: UserAgentSettings,
    pub transport: TransportSettings,
}

impl ClientSettings {
    /// One of the `s3` options.
    pub(crate) fn s3_option(&self, name: &str) -> Option<&Value> {
        self.s3.as_ref()?.get(name)
    }
}

/// An endpoint URL that somebody gave.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EndpointUrl {
    pub url: Str,
    /// Whether it was an argument, and not found in environment or files.
    pub is_argument: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SigningSettings {
    /// From config or profile; `None`: what the model says. Not checked: whether there is such a version.
    pub signature_version: Option<Str>,
    pub unsigned: bool,
    /// Normalised; empty where there is no preference.
    pub auth_scheme_preference: Vec<Str>,
    /// Whether the signature version, or the preference, was set in code; then bearer tokens are not chosen by themselves.
    pub is_set_in_code: bool,
    pub sigv4a_signing_region_set: Option<Str>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RetrySettings {
    pub mode: RetryMode,
    /// Attempts in all, the first included; `None`: the mode's default for the service.
    pub total_max_attempts: Option<u32>,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChecksumMode {
    WhenSupported,
    WhenRequired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndpointDiscovery {
    Never,
    /// Where the operation demands it.
    Auto,
    /// Wherever the operation offers it.
    Always,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountIdEndpointMode {
    Preferred,
    Disabled,
    Required,
}

impl AccountIdEndpointMode {
    /// The word that endpoint rules know.
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
    /// Instead of the generated header.
    pub whole: Option<Str>,
    pub extra: Option<Str>,
    pub appid: Option<Str>,
    /// `AWS_EXECUTION_ENV`.
    pub execution_environment: Option<Str>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TransportSettings {
    /// `None`: as long as it takes.
    pub connect_timeout: Option<Duration>,
    pub read_timeout: Option<Duration>,
    pub max_pool_connections: usize,
    pub tcp_keepalive: bool,
    pub verify: Verify,
    pub client_cert: Option<ClientCert>,
    pub proxies: ProxySettings,
    pub proxy: ProxyOptions,
}

impl TransportSettings {
    /// The settings as a transport takes them; which proxies there are depends on the endpoint's host.
    pub(crate) fn http_config(&self, endpoint_url: &str) -> HttpConfig {
        HttpConfig {
            connect_timeout: self.connect_timeout,
            read_timeout: self.read_timeout,
            max_pool_connections: self.max_pool_connections,
            verify: self.verify.clone(),
            client_cert: self.client_cert.clone(),
            proxies: self.proxies.for_endpoint(endpoint_url),
            proxy: self.proxy.clone(),
            tcp_keepalive: self.tcp_keepalive,
        }
    }
}
