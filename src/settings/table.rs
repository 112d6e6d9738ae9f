//! The settings as a table: a name, where it may come from, its default, its type.
//!
//! Nothing is looked up here; [`lookup`](super::lookup) walks the columns from left to right. A new
//! setting is one row. The names are those of boto3's `Config` options and configuration variables.

/// One setting: its row of the table.
#[derive(Debug)]
pub(crate) struct Setting {
    /// The name; where there is an option of that name in a [`Config`](super::Config), it comes first.
    pub name: &'static str,
    /// The environment variables, the first that is set wins.
    pub env: &'static [&'static str],
    /// The keys in the profile, the first that is there wins; `block.key` lies in a nested block.
    pub keys: &'static [&'static str],
    /// What counts when no source has it.
    pub default: Option<&'static str>,
    /// What its text means.
    pub kind: Kind,
}

/// How the text of a setting is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// As it is.
    Text,
    /// `true` in any case is true, everything else is false.
    Flag,
    /// Decimal digits.
    Int,
    /// A nested block.
    Block,
}

pub(crate) static PROFILE: Setting = setting("profile", &["AWS_DEFAULT_PROFILE", "AWS_PROFILE"], &[], None, Kind::Text);
pub(crate) static CONFIG_FILE: Setting = setting("config_file", &["AWS_CONFIG_FILE"], &[], Some("~/.aws/config"), Kind::Text);
pub(crate) static CREDENTIALS_FILE: Setting =
    setting("credentials_file", &["AWS_SHARED_CREDENTIALS_FILE"], &[], Some("~/.aws/credentials"), Kind::Text);
pub(crate) static DATA_PATH: Setting = setting("data_path", &["AWS_DATA_PATH"], &["data_path"], None, Kind::Text);

pub(crate) static REGION: Setting = setting("region_name", &["AWS_DEFAULT_REGION"], &["region"], None, Kind::Text);
pub(crate) static API_VERSIONS: Setting = setting("api_versions", &[], &["api_versions"], None, Kind::Block);
pub(crate) static DEFAULTS_MODE: Setting = setting("defaults_mode", &["AWS_DEFAULTS_MODE"], &["defaults_mode"], Some("legacy"), Kind::Text);
pub(crate) static PARAMETER_VALIDATION: Setting = setting("parameter_validation", &[], &["parameter_validation"], Some("true"), Kind::Flag);

pub(crate) static RETRY_MODE: Setting = setting("retry_mode", &["AWS_RETRY_MODE"], &["retry_mode"], Some("standard"), Kind::Text);
pub(crate) static MAX_ATTEMPTS: Setting = setting("max_attempts", &["AWS_MAX_ATTEMPTS"], &["max_attempts"], None, Kind::Int);

pub(crate) static CA_BUNDLE: Setting = setting("ca_bundle", &["AWS_CA_BUNDLE"], &["ca_bundle"], None, Kind::Text);
pub(crate) static REQUESTS_CA_BUNDLE: Setting = setting("requests_ca_bundle", &["REQUESTS_CA_BUNDLE"], &[], None, Kind::Text);
pub(crate) static TCP_KEEPALIVE: Setting = setting("tcp_keepalive", &["BOTOCORE_TCP_KEEPALIVE"], &["tcp_keepalive"], None, Kind::Flag);

pub(crate) static PROXY_CA_BUNDLE: Setting = setting("proxy_ca_bundle", &[], &["proxy_ca_bundle"], None, Kind::Text);
pub(crate) static PROXY_CLIENT_CERT: Setting = setting("proxy_client_cert", &[], &["proxy_client_cert"], None, Kind::Text);
pub(crate) static PROXY_USE_FORWARDING: Setting =
    setting("proxy_use_forwarding_for_https", &[], &["proxy_use_forwarding_for_https"], None, Kind::Flag);

pub(crate) static USE_FIPS_ENDPOINT: Setting =
    setting("use_fips_endpoint", &["AWS_USE_FIPS_ENDPOINT"], &["use_fips_endpoint"], None, Kind::Flag);
pub(crate) static USE_DUALSTACK_ENDPOINT: Setting =
    setting("use_dualstack_endpoint", &["AWS_USE_DUALSTACK_ENDPOINT"], &["use_dualstack_endpoint"], None, Kind::Flag);
pub(crate) static IGNORE_CONFIGURED_ENDPOINT_URLS: Setting = setting(
    "ignore_configured_endpoint_urls",
    &["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"],
    &["ignore_configured_endpoint_urls"],
    None,
    Kind::Flag,
);
pub(crate) static ENDPOINT_DISCOVERY_ENABLED: Setting =
    setting("endpoint_discovery_enabled", &["AWS_ENDPOINT_DISCOVERY_ENABLED"], &["endpoint_discovery_enabled"], Some("auto"), Kind::Text);
pub(crate) static ACCOUNT_ID_ENDPOINT_MODE: Setting =
    setting("account_id_endpoint_mode", &["AWS_ACCOUNT_ID_ENDPOINT_MODE"], &["account_id_endpoint_mode"], Some("preferred"), Kind::Text);
pub(crate) static DISABLE_HOST_PREFIX_INJECTION: Setting =
    setting("disable_host_prefix_injection", &["AWS_DISABLE_HOST_PREFIX_INJECTION"], &["disable_host_prefix_injection"], None, Kind::Flag);
pub(crate) static STS_REGIONAL_ENDPOINTS: Setting =
    setting("sts_regional_endpoints", &["AWS_STS_REGIONAL_ENDPOINTS"], &["sts_regional_endpoints"], Some("regional"), Kind::Text);

pub(crate) static AUTH_SCHEME_PREFERENCE: Setting =
    setting("auth_scheme_preference", &["AWS_AUTH_SCHEME_PREFERENCE"], &["auth_scheme_preference"], None, Kind::Text);
pub(crate) static SIGV4A_SIGNING_REGION_SET: Setting =
    setting("sigv4a_signing_region_set", &["AWS_SIGV4A_SIGNING_REGION_SET"], &["sigv4a_signing_region_set"], None, Kind::Text);

pub(crate) static REQUEST_CHECKSUM_CALCULATION: Setting = setting(
    "request_checksum_calculation",
    &["AWS_REQUEST_CHECKSUM_CALCULATION"],
    &["request_checksum_calculation"],
    Some("when_supported"),
    Kind::Text,
);
pub(crate) static RESPONSE_CHECKSUM_VALIDATION: Setting = setting(
    "response_checksum_validation",
    &["AWS_RESPONSE_CHECKSUM_VALIDATION"],
    &["response_checksum_validation"],
    Some("when_supported"),
    Kind::Text,
);
pub(crate) static REQUEST_MIN_COMPRESSION_SIZE_BYTES: Setting = setting(
    "request_min_compression_size_bytes",
    &["AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES"],
    &["request_min_compression_size_bytes"],
    Some("10240"),
    Kind::Text,
);
pub(crate) static DISABLE_REQUEST_COMPRESSION: Setting = setting(
    "disable_request_compression",
    &["AWS_DISABLE_REQUEST_COMPRESSION"],
    &["disable_request_compression"],
    Some("false"),
    Kind::Flag,
);

pub(crate) static USER_AGENT_APPID: Setting = setting("user_agent_appid", &["AWS_SDK_UA_APP_ID"], &["sdk_ua_app_id"], None, Kind::Text);
pub(crate) static EXECUTION_ENVIRONMENT: Setting = setting("execution_environment", &["AWS_EXECUTION_ENV"], &[], None, Kind::Text);

pub(crate) static METADATA_SERVICE_TIMEOUT: Setting =
    setting("metadata_service_timeout", &["AWS_METADATA_SERVICE_TIMEOUT"], &["metadata_service_timeout"], Some("1"), Kind::Int);
pub(crate) static METADATA_SERVICE_NUM_ATTEMPTS: Setting = setting(
    "metadata_service_num_attempts",
    &["AWS_METADATA_SERVICE_NUM_ATTEMPTS"],
    &["metadata_service_num_attempts"],
    Some("1"),
    Kind::Int,
);
pub(crate) static EC2_METADATA_SERVICE_ENDPOINT: Setting =
    setting("ec2_metadata_service_endpoint", &["AWS_EC2_METADATA_SERVICE_ENDPOINT"], &["ec2_metadata_service_endpoint"], None, Kind::Text);
pub(crate) static EC2_METADATA_SERVICE_ENDPOINT_MODE: Setting = setting(
    "ec2_metadata_service_endpoint_mode",
    &["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"],
    &["ec2_metadata_service_endpoint_mode"],
    None,
    Kind::Text,
);
pub(crate) static EC2_METADATA_V1_DISABLED: Setting =
    setting("ec2_metadata_v1_disabled", &["AWS_EC2_METADATA_V1_DISABLED"], &["ec2_metadata_v1_disabled"], Some("false"), Kind::Flag);
pub(crate) static IMDS_USE_IPV6: Setting = setting("imds_use_ipv6", &["AWS_IMDS_USE_IPV6"], &["imds_use_ipv6"], Some("false"), Kind::Flag);

pub(crate) static S3: Setting = setting("s3", &[], &["s3"], None, Kind::Block);
pub(crate) static S3_DISABLE_EXPRESS_SESSION_AUTH: Setting = setting(
    "s3_disable_express_session_auth",
    &["AWS_S3_DISABLE_EXPRESS_SESSION_AUTH"],
    &["s3_disable_express_session_auth"],
    None,
    Kind::Text,
);
pub(crate) static ENDPOINT_URL: Setting = setting("endpoint_url", &["AWS_ENDPOINT_URL"], &["endpoint_url"], None, Kind::Text);
pub(crate) static SERVICES: Setting = setting("services", &[], &["services"], None, Kind::Text);

/// The settings inside the block [`S3`] that have sources or a type of their own; other keys of the block pass as text.
pub(crate) static S3_BLOCK: &[Setting] = &[
    block("addressing_style", &[], &["s3.addressing_style"], Kind::Text),
    block("use_accelerate_endpoint", &[], &["s3.use_accelerate_endpoint"], Kind::Flag),
    block("use_dualstack_endpoint", &[], &["s3.use_dualstack_endpoint"], Kind::Flag),
    block("payload_signing_enabled", &[], &["s3.payload_signing_enabled"], Kind::Flag),
    block("use_arn_region", &["AWS_S3_USE_ARN_REGION"], &["s3_use_arn_region", "s3.use_arn_region"], Kind::Flag),
    block(
        "us_east_1_regional_endpoint",
        &["AWS_S3_US_EAST_1_REGIONAL_ENDPOINT"],
        &["s3_us_east_1_regional_endpoint", "s3.us_east_1_regional_endpoint"],
        Kind::Text,
    ),
    block(
        "s3_disable_multiregion_access_points",
        &["AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS"],
        &["s3.s3_disable_multiregion_access_points"],
        Kind::Flag,
    ),
];

const fn block(name: &'static str, env: &'static [&'static str], keys: &'static [&'static str], kind: Kind) -> Setting {
    setting(name, env, keys, None, kind)
}

const fn setting(
    name: &'static str,
    env: &'static [&'static str],
    keys: &'static [&'static str],
    default: Option<&'static str>,
    kind: Kind,
) -> Setting {
    Setting { name, env, keys, default, kind }
}

/// The endpoint prefixes of the clients that read [`S3_BLOCK`]; for them its `use_dualstack_endpoint` decides.
pub(crate) static S3_BLOCK_PREFIXES: &[&str] = &["s3", "s3-control"];
