//! The settings as one table: for each, its name, its sources in order, its default, and how its text is read.
//!
//! The table drives everything that concerns a setting: the options of a [`Config`](super::Config) and the arguments of
//! a client (their names and types), the lookup in environment and profile, `Client::config`, and the documented table
//! in `settings.md`. A new setting is one row here, a field of [`ClientSettings`] where a stage uses it, and, if it
//! deserves one, a typed method of `Config`. Names and order are those of boto3.

use std::fmt;

use super::client_settings::ClientSettings;
use crate::value::Value;
use Source::{Argument, Config, Key, NotKey, NotVariable, Session, Variable};

/// One setting: a row of the table.
#[derive(Debug)]
pub(crate) struct Setting {
    /// The name; a dot separates a block from an option inside it.
    pub name: &'static str,
    /// How text is read, and what code may set.
    pub kind: Kind,
    /// Where it may come from; the first source that has it wins.
    pub sources: &'static [Source],
    /// The value if no source has it.
    pub default: Option<&'static str>,
    /// Two or more values that it may have, for the documentation and its test.
    pub examples: &'static [&'static str],
    /// The resolved value, for `Client::config`.
    pub resolved: Option<fn(&ClientSettings) -> Value>,
}

/// A source of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// An argument of the client.
    Argument,
    /// An option of the client's `Config`, then of the session's.
    Config,
    /// A method of the session's builder.
    Session,
    /// An environment variable. `{SERVICE}` stands for the service.
    Variable(&'static str),
    /// An environment variable that means the opposite.
    NotVariable(&'static str),
    /// A key of the profile, or `block.key` in a nested block. `{service}` stands for the service.
    Key(&'static str),
    /// A key of the profile that means the opposite.
    NotKey(&'static str),
}

/// What a setting may hold, and how its text is read. Null is allowed everywhere and means "not set here".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// As text, `true` in any case is true and everything else is false.
    Flag,
    /// A flag, or text that is checked later.
    FlagOrText,
    /// Seconds above zero, whole or not.
    Seconds,
    /// A whole number above zero.
    Count,
    /// A number, or text that is checked later.
    CountOrText,
    Block,
    /// A path, or a pair of paths.
    Paths,
}

impl Setting {
    const fn new(name: &'static str, kind: Kind, sources: &'static [Source]) -> Setting {
        Setting { name, kind, sources, default: None, examples: &[], resolved: None }
    }

    const fn default(mut self, default: &'static str) -> Setting {
        self.default = Some(default);
        self
    }

    const fn examples(mut self, examples: &'static [&'static str]) -> Setting {
        self.examples = examples;
        self
    }

    const fn resolved(mut self, resolved: fn(&ClientSettings) -> Value) -> Setting {
        self.resolved = Some(resolved);
        self
    }

    /// Whether the source is among the setting's sources.
    pub(crate) fn has(&self, source: Source) -> bool {
        self.sources.contains(&source)
    }

    /// The environment variables of the setting.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &'static str> {
        self.sources.iter().filter_map(|source| match source {
            Variable(name) | NotVariable(name) => Some(*name),
            _ => None,
        })
    }

    /// The name inside its block.
    pub(crate) fn key(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }
}

/// The names of the top-level settings that a source of this kind can set.
pub(crate) fn names(source: Source) -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().filter(move |setting| setting.has(source) && !setting.name.contains('.')).map(|setting| setting.name)
}

/// The setting of that name, if a source of this kind can set it.
pub(crate) fn find(name: &str, source: Source) -> Option<&'static Setting> {
    SETTINGS.iter().copied().find(|setting| setting.name == name && setting.has(source))
}

/// The source as the documentation writes it.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Argument => f.write_str("client"),
            Config => f.write_str("Config"),
            Session => f.write_str("session"),
            Variable(name) => write!(f, "${name}"),
            NotVariable(name) => write!(f, "!${name}"),
            Key(key) => f.write_str(key),
            NotKey(key) => write!(f, "!{key}"),
        }
    }
}

/// Declares each setting, and the list of all of them in the same order.
macro_rules! settings {
    ($($id:ident = $setting:expr;)*) => {
        $(pub(crate) static $id: Setting = $setting;)*

        /// Every setting, in the order of the documentation.
        pub(crate) static SETTINGS: &[&Setting] = &[$(&$id),*];
    };
}

const FLAGS: &[&str] = &["true", "false"];
const NAMES: &[&str] = &["one", "two"];
const NUMBERS: &[&str] = &["3", "30"];
const PATHS: &[&str] = &["/one.pem", "/two.pem"];
const URLS: &[&str] = &["http://one:1", "http://two:2"];

settings! {
    PROFILE = Setting::new("profile", Kind::Text, &[Session, Variable("AWS_DEFAULT_PROFILE"), Variable("AWS_PROFILE")])
        .default("default").examples(NAMES);
    CONFIG_FILE = Setting::new("config_file", Kind::Text, &[Session, Variable("AWS_CONFIG_FILE")])
        .default("~/.aws/config").examples(NAMES);
    CREDENTIALS_FILE = Setting::new("credentials_file", Kind::Text, &[Session, Variable("AWS_SHARED_CREDENTIALS_FILE")])
        .default("~/.aws/credentials").examples(NAMES);
    DATA_PATH = Setting::new("data_path", Kind::Text, &[Variable("AWS_DATA_PATH"), Key("data_path")]).examples(NAMES);
    REGION = Setting::new("region_name", Kind::Text, &[Argument, Config, Session, Variable("AWS_DEFAULT_REGION"), Key("region")])
        .examples(&["us-east-1", "eu-west-1"]);
    API_VERSION = Setting::new("api_version", Kind::Text, &[Argument, Key("api_versions.{service}")])
        .examples(&["2012-11-05", "2011-10-01"]);

    ENDPOINT_URL = Setting::new("endpoint_url", Kind::Text, &[
        Argument, Variable("AWS_ENDPOINT_URL_{SERVICE}"), Variable("AWS_ENDPOINT_URL"),
        Key("services.{service}.endpoint_url"), Key("endpoint_url"),
    ]).examples(URLS);
    IGNORE_CONFIGURED_ENDPOINT_URLS = Setting::new("ignore_configured_endpoint_urls", Kind::Flag, &[
        Config, Variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), Key("ignore_configured_endpoint_urls"),
    ]).default("false").examples(FLAGS);
    USE_SSL = Setting::new("use_ssl", Kind::Flag, &[Argument]).default("true").examples(FLAGS);
    USE_FIPS_ENDPOINT = Setting::new("use_fips_endpoint", Kind::Flag, &[
        Config, Variable("AWS_USE_FIPS_ENDPOINT"), Key("use_fips_endpoint"),
    ]).default("false").examples(FLAGS).resolved(|client| client.use_fips.into());
    USE_DUALSTACK_ENDPOINT = Setting::new("use_dualstack_endpoint", Kind::Flag, &[
        Config, Variable("AWS_USE_DUALSTACK_ENDPOINT"), Key("use_dualstack_endpoint"),
    ]).default("false").examples(FLAGS).resolved(|client| client.use_dualstack.into());
    ACCOUNT_ID_ENDPOINT_MODE = Setting::new("account_id_endpoint_mode", Kind::Text, &[
        Config, Variable("AWS_ACCOUNT_ID_ENDPOINT_MODE"), Key("account_id_endpoint_mode"),
    ]).default("preferred").examples(&["preferred", "required", "disabled"])
        .resolved(|client| client.account_id_endpoint_mode.as_str().into());
    ENDPOINT_DISCOVERY_ENABLED = Setting::new("endpoint_discovery_enabled", Kind::FlagOrText, &[
        Config, Variable("AWS_ENDPOINT_DISCOVERY_ENABLED"), Key("endpoint_discovery_enabled"),
    ]).default("auto").examples(&["true", "false", "auto"]).resolved(|client| client.endpoint_discovery.to_value());
    INJECT_HOST_PREFIX = Setting::new("inject_host_prefix", Kind::Flag, &[
        Config, NotVariable("AWS_DISABLE_HOST_PREFIX_INJECTION"), NotKey("disable_host_prefix_injection"),
    ]).default("true").examples(FLAGS).resolved(|client| client.inject_host_prefix.into());
    STS_REGIONAL_ENDPOINTS = Setting::new("sts_regional_endpoints", Kind::Text, &[
        Variable("AWS_STS_REGIONAL_ENDPOINTS"), Key("sts_regional_endpoints"),
    ]).default("regional").examples(&["regional", "legacy"]);
    CLIENT_CONTEXT_PARAMS = Setting::new("client_context_params", Kind::Block, &[Config])
        .resolved(|client| client.client_context_params.clone().into());

    SIGNATURE_VERSION = Setting::new("signature_version", Kind::Text, &[Config, Key("{service}.signature_version")])
        .examples(&["v4", "bearer"]);
    AUTH_SCHEME_PREFERENCE = Setting::new("auth_scheme_preference", Kind::Text, &[
        Config, Variable("AWS_AUTH_SCHEME_PREFERENCE"), Key("auth_scheme_preference"),
    ]).examples(&["sigv4", "sigv4a,sigv4"]).resolved(|client| client.signing.preference_to_value());
    SIGV4A_SIGNING_REGION_SET = Setting::new("sigv4a_signing_region_set", Kind::Text, &[
        Config, Variable("AWS_SIGV4A_SIGNING_REGION_SET"), Key("sigv4a_signing_region_set"),
    ]).examples(&["us-east-1", "*"]).resolved(|client| client.signing.sigv4a_signing_region_set.clone().into());

    RETRIES = Setting::new("retries", Kind::Block, &[Config]).resolved(|client| client.retry.to_value());
    RETRY_MODE = Setting::new("retries.mode", Kind::Text, &[Config, Variable("AWS_RETRY_MODE"), Key("retry_mode")])
        .default("standard").examples(&["standard", "adaptive", "legacy"]);
    MAX_ATTEMPTS = Setting::new("retries.total_max_attempts", Kind::Count, &[Config, Variable("AWS_MAX_ATTEMPTS"), Key("max_attempts")])
        .examples(&["2", "7"]);
    DEFAULTS_MODE = Setting::new("defaults_mode", Kind::Text, &[Config, Variable("AWS_DEFAULTS_MODE"), Key("defaults_mode")])
        .default("legacy").examples(&["legacy", "in-region", "cross-region", "mobile"]);
    DEADLINE = Setting::new("deadline", Kind::Seconds, &[Config]).examples(NUMBERS)
        .resolved(|client| client.deadline.map(|deadline| deadline.as_secs_f64()).into());

    CONNECT_TIMEOUT = Setting::new("connect_timeout", Kind::Seconds, &[Config]).default("60").examples(NUMBERS)
        .resolved(|client| client.transport.connect_timeout.map(|timeout| timeout.as_secs_f64()).into());
    READ_TIMEOUT = Setting::new("read_timeout", Kind::Seconds, &[Config]).default("60").examples(NUMBERS)
        .resolved(|client| client.transport.read_timeout.map(|timeout| timeout.as_secs_f64()).into());
    MAX_POOL_CONNECTIONS = Setting::new("max_pool_connections", Kind::Count, &[Config]).default("10").examples(NUMBERS)
        .resolved(|client| i64::try_from(client.transport.max_pool_connections).unwrap_or(i64::MAX).into());
    MAX_RESPONSE_HEADER_SIZE = Setting::new("max_response_header_size", Kind::Count, &[Config]).default("1048576").examples(NUMBERS)
        .resolved(|client| i64::try_from(client.transport.max_response_header_size).unwrap_or(i64::MAX).into());
    TCP_KEEPALIVE = Setting::new("tcp_keepalive", Kind::Flag, &[Config, Variable("BOTOCORE_TCP_KEEPALIVE"), Key("tcp_keepalive")])
        .default("false").examples(FLAGS).resolved(|client| client.transport.tcp_keepalive.into());
    VERIFY = Setting::new("verify", Kind::FlagOrText, &[
        Argument, Variable("AWS_CA_BUNDLE"), Key("ca_bundle"), Variable("REQUESTS_CA_BUNDLE"),
    ]).default("true").examples(PATHS);
    KEY_LOG_FILE = Setting::new("key_log_file", Kind::Text, &[Variable("SSLKEYLOGFILE")]).examples(PATHS);
    CLIENT_CERT = Setting::new("client_cert", Kind::Paths, &[Config]).examples(PATHS)
        .resolved(|client| client.transport.client_cert_to_value());
    PROXIES = Setting::new("proxies", Kind::Block, &[Config, Variable("https_proxy"), Variable("HTTPS_PROXY")])
        .examples(URLS).resolved(|client| client.transport.proxies.to_value());
    PROXIES_CONFIG = Setting::new("proxies_config", Kind::Block, &[Config]).resolved(|client| client.transport.proxies_config_to_value());
    PROXY_CA_BUNDLE = Setting::new("proxies_config.proxy_ca_bundle", Kind::Text, &[Config, Key("proxy_ca_bundle")]).examples(PATHS);
    PROXY_CLIENT_CERT = Setting::new("proxies_config.proxy_client_cert", Kind::Paths, &[Config, Key("proxy_client_cert")]).examples(PATHS);
    PROXY_USE_FORWARDING = Setting::new("proxies_config.proxy_use_forwarding_for_https", Kind::Flag, &[
        Config, Key("proxy_use_forwarding_for_https"),
    ]).default("false").examples(FLAGS);

    PARAMETER_VALIDATION = Setting::new("parameter_validation", Kind::Flag, &[Config, Key("parameter_validation")])
        .default("true").examples(FLAGS).resolved(|client| client.parameter_validation.into());
    STRICT_VALIDATION = Setting::new("strict_validation", Kind::Flag, &[Config, Key("strict_validation")])
        .default("false").examples(FLAGS).resolved(|client| client.strict_validation.into());
    OMIT_NULL_PARAMETERS = Setting::new("omit_null_parameters", Kind::Flag, &[Config]).default("true").examples(FLAGS)
        .resolved(|client| client.omit_null_parameters.into());
    MESSAGE_STYLE = Setting::new("message_style", Kind::Text, &[Config]).default("plain").examples(&["plain", "boto3"])
        .resolved(|client| client.message_style.as_str().into());
    REQUEST_CHECKSUM_CALCULATION = Setting::new("request_checksum_calculation", Kind::Text, &[
        Config, Variable("AWS_REQUEST_CHECKSUM_CALCULATION"), Key("request_checksum_calculation"),
    ]).default("when_supported").examples(&["when_supported", "when_required"])
        .resolved(|client| client.request_checksum_calculation.as_str().into());
    RESPONSE_CHECKSUM_VALIDATION = Setting::new("response_checksum_validation", Kind::Text, &[
        Config, Variable("AWS_RESPONSE_CHECKSUM_VALIDATION"), Key("response_checksum_validation"),
    ]).default("when_supported").examples(&["when_supported", "when_required"])
        .resolved(|client| client.response_checksum_validation.as_str().into());
    REQUEST_MIN_COMPRESSION_SIZE_BYTES = Setting::new("request_min_compression_size_bytes", Kind::CountOrText, &[
        Config, Variable("AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES"), Key("request_min_compression_size_bytes"),
    ]).default("10240").examples(&["1", "2048"])
        .resolved(|client| i64::try_from(client.compression.min_size_bytes).unwrap_or(i64::MAX).into());
    DISABLE_REQUEST_COMPRESSION = Setting::new("disable_request_compression", Kind::FlagOrText, &[
        Config, Variable("AWS_DISABLE_REQUEST_COMPRESSION"), Key("disable_request_compression"),
    ]).default("false").examples(FLAGS).resolved(|client| client.compression.disabled.into());
    MAX_RESPONSE_BODY_SIZE = Setting::new("max_response_body_size", Kind::Count, &[Config]).default("134217728").examples(NUMBERS)
        .resolved(|client| i64::try_from(client.max_response_body_size).unwrap_or(i64::MAX).into());
    PROTOCOL_PREFERENCE = Setting::new("protocol_preference", Kind::Text, &[Config, Key("protocol_preference")])
        .examples(&["smithy-rpc-v2-cbor", "query,json"]).resolved(|client| client.protocol_preference_to_value());
    LENIENT_PARSING = Setting::new("lenient_parsing", Kind::Flag, &[Config, Key("lenient_parsing")])
        .default("false").examples(FLAGS).resolved(|client| client.lenient_parsing.into());
    REPORT_UNKNOWN_OUTPUT = Setting::new("report_unknown_output", Kind::Flag, &[Config, Key("report_unknown_output")])
        .default("false").examples(FLAGS).resolved(|client| client.report_unknown_output.into());

    USER_AGENT = Setting::new("user_agent", Kind::Text, &[Config]).examples(&["one/1", "two/2"])
        .resolved(|client| client.user_agent.whole.clone().into());
    USER_AGENT_EXTRA = Setting::new("user_agent_extra", Kind::Text, &[Config]).examples(&["one/1", "two/2"])
        .resolved(|client| client.user_agent.extra.clone().into());
    USER_AGENT_APPID = Setting::new("user_agent_appid", Kind::Text, &[Config, Variable("AWS_SDK_UA_APP_ID"), Key("sdk_ua_app_id")])
        .examples(NAMES).resolved(|client| client.user_agent.appid.clone().into());
    EXECUTION_ENVIRONMENT = Setting::new("execution_environment", Kind::Text, &[Variable("AWS_EXECUTION_ENV")]);

    CSM_ENABLED = Setting::new("csm_enabled", Kind::Flag, &[Variable("AWS_CSM_ENABLED"), Key("csm_enabled")])
        .default("false").examples(FLAGS);
    CSM_CLIENT_ID = Setting::new("csm_client_id", Kind::Text, &[Variable("AWS_CSM_CLIENT_ID"), Key("csm_client_id")]).examples(NAMES);
    CSM_HOST = Setting::new("csm_host", Kind::Text, &[Variable("AWS_CSM_HOST"), Key("csm_host")])
        .default("127.0.0.1").examples(NAMES);
    CSM_PORT = Setting::new("csm_port", Kind::Count, &[Variable("AWS_CSM_PORT"), Key("csm_port")]).default("31000").examples(NUMBERS);

    S3_NO_EMPTY_CONTINUE = Setting::new("s3_no_empty_continue", Kind::Flag, &[Variable("BOTO_EXPERIMENTAL__NO_EMPTY_CONTINUE")])
        .default("false").examples(FLAGS);
    S3_COMPATIBLE = Setting::new("s3_compatible", Kind::Flag, &[Config, Variable("AWS_S3_COMPATIBLE"), Key("s3_compatible")])
        .default("false").examples(FLAGS).resolved(|client| client.s3_compatible.into());
    S3 = Setting::new("s3", Kind::Block, &[Config, Key("s3")]).resolved(|client| client.s3.clone().into());
    S3_ADDRESSING_STYLE = Setting::new("s3.addressing_style", Kind::Text, &[Config, Key("s3.addressing_style")])
        .examples(&["path", "virtual", "auto"]);
    S3_USE_ACCELERATE = Setting::new("s3.use_accelerate_endpoint", Kind::Flag, &[Config, Key("s3.use_accelerate_endpoint")]).examples(FLAGS);
    S3_USE_DUALSTACK = Setting::new("s3.use_dualstack_endpoint", Kind::Flag, &[Config, Key("s3.use_dualstack_endpoint")]).examples(FLAGS);
    S3_PAYLOAD_SIGNING = Setting::new("s3.payload_signing_enabled", Kind::Flag, &[Config, Key("s3.payload_signing_enabled")]).examples(FLAGS);
    S3_USE_ARN_REGION = Setting::new("s3.use_arn_region", Kind::Flag, &[
        Config, Variable("AWS_S3_USE_ARN_REGION"), Key("s3_use_arn_region"), Key("s3.use_arn_region"),
    ]).examples(FLAGS);
    S3_US_EAST_1 = Setting::new("s3.us_east_1_regional_endpoint", Kind::Text, &[
        Config, Variable("AWS_S3_US_EAST_1_REGIONAL_ENDPOINT"),
        Key("s3_us_east_1_regional_endpoint"), Key("s3.us_east_1_regional_endpoint"),
    ]).examples(&["legacy", "regional"]);
    S3_DISABLE_MULTIREGION = Setting::new("s3.s3_disable_multiregion_access_points", Kind::Flag, &[
        Config, Variable("AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS"), Key("s3.s3_disable_multiregion_access_points"),
    ]).examples(FLAGS);
    S3_DISABLE_EXPRESS_SESSION_AUTH = Setting::new("s3_disable_express_session_auth", Kind::FlagOrText, &[
        Config, Variable("AWS_S3_DISABLE_EXPRESS_SESSION_AUTH"), Key("s3_disable_express_session_auth"),
    ]).default("false").examples(FLAGS).resolved(|client| client.s3_disable_express_session_auth.into());

    METADATA_SERVICE_TIMEOUT = Setting::new("metadata_service_timeout", Kind::Count, &[
        Variable("AWS_METADATA_SERVICE_TIMEOUT"), Key("metadata_service_timeout"),
    ]).default("1").examples(&["2", "5"]);
    METADATA_SERVICE_NUM_ATTEMPTS = Setting::new("metadata_service_num_attempts", Kind::Count, &[
        Variable("AWS_METADATA_SERVICE_NUM_ATTEMPTS"), Key("metadata_service_num_attempts"),
    ]).default("1").examples(&["2", "5"]);
    EC2_METADATA_SERVICE_ENDPOINT = Setting::new("ec2_metadata_service_endpoint", Kind::Text, &[
        Variable("AWS_EC2_METADATA_SERVICE_ENDPOINT"), Key("ec2_metadata_service_endpoint"),
    ]).examples(URLS);
    EC2_METADATA_SERVICE_ENDPOINT_MODE = Setting::new("ec2_metadata_service_endpoint_mode", Kind::Text, &[
        Variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"), Key("ec2_metadata_service_endpoint_mode"),
    ]).examples(&["ipv4", "ipv6"]);
    EC2_METADATA_V1_DISABLED = Setting::new("ec2_metadata_v1_disabled", Kind::Flag, &[
        Variable("AWS_EC2_METADATA_V1_DISABLED"), Key("ec2_metadata_v1_disabled"),
    ]).default("false").examples(FLAGS);
    IMDS_USE_IPV6 = Setting::new("imds_use_ipv6", Kind::Flag, &[Variable("AWS_IMDS_USE_IPV6"), Key("imds_use_ipv6")])
        .default("false").examples(FLAGS);
}

/// The options inside the block [`S3`] that have a type or further sources; other keys of the block pass as text.
pub(crate) static S3_OPTIONS: &[&Setting] = &[
    &S3_ADDRESSING_STYLE,
    &S3_USE_ACCELERATE,
    &S3_USE_DUALSTACK,
    &S3_PAYLOAD_SIGNING,
    &S3_USE_ARN_REGION,
    &S3_US_EAST_1,
    &S3_DISABLE_MULTIREGION,
];

/// The endpoint prefixes of the clients that read the block [`S3`]; for them its `use_dualstack_endpoint` decides.
pub(crate) static S3_PREFIXES: &[&str] = &["s3", "s3-control"];

#[cfg(test)]
mod tests {
    use super::*;

    fn documented(setting: &Setting) -> String {
        let list = |texts: Vec<String>| match texts.is_empty() {
            true => " ".to_owned(),
            false => texts.iter().fold(" ".to_owned(), |cell, text| format!("{cell}`{text}` ")),
        };
        let sources = setting.sources.iter().map(Source::to_string).collect();
        let default = setting.default.map(str::to_owned).into_iter().collect();
        let examples = setting.examples.iter().map(|text| (*text).to_owned()).collect();
        format!("| `{}` |{}|{}|{}|", setting.name, list(sources), list(default), list(examples))
    }

    #[test]
    fn the_documentation_shows_the_table() {
        let written: Vec<&str> = include_str!("settings.md").lines().filter(|line| line.starts_with("| `")).collect();
        let table: Vec<String> = SETTINGS.iter().map(|setting| documented(setting)).collect();
        assert_eq!(written, table, "settings.md must be:\n{}", table.join("\n"));
    }
}
