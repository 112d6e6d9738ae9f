//! `Config`: the options that a program sets in code for a session or a client.
//!
//! A `Config` only holds the options that were set. They are resolved with the environment and the profile when a client
//! is created. Typed methods and untyped names fill the same map.

use std::fmt;
use std::time::Duration;

use super::checks;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Proxies;
use crate::value::{Map, Str, Value};

/// Options for a session or a client, by the names of botocore's `Config`. An option that is not set comes from the
/// environment, then from the profile, then from the defaults.
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
    /// Returns a `Config` without any option.
    pub fn new() -> Config {
        Config::default()
    }

    /// Returns a `Config` with the options of a map, by boto3's names. Null is an empty map.
    ///
    /// # Errors
    /// `InvalidConfig`, with boto3's message where it has one, for an unknown name (the message suggests the nearest), a
    /// value of the wrong type, and a value that boto3 rejects.
    pub fn from_value(options: &Value) -> Result<Config> {
        let options = match options {
            Value::Null => Map::new(),
            Value::Map(options) => options.clone(),
            other => {
                let message = format!("A Config requires a map of options, got {}", other.type_name());
                return Err(Error::new(ErrorKind::InvalidConfig, message));
            }
        };
        let config = Config { options };
        config.check()?;
        Ok(config)
    }

    /// Returns these options overridden by those of `other`. Maps are replaced as a whole; an option set to null counts
    /// as set.
    pub fn merge(&self, other: &Config) -> Config {
        let mut options = self.options.clone();
        options.extend(other.options.iter().map(|(name, value)| (name.clone(), value.clone())));
        Config { options }
    }

    /// The options that were set, by name. The inverse of [`from_value`](Self::from_value); proxy URLs may contain
    /// passwords.
    pub fn to_value(&self) -> Value {
        self.options.clone().into()
    }

    /// Returns the value of an option that was set.
    pub fn get(&self, option: &str) -> Option<&Value> {
        self.options.get(option)
    }

    /// Sets any option by its name, also those without a method. Names and values are checked when a session or a client
    /// is created.
    pub fn set(mut self, option: &str, value: impl Into<Value>) -> Config {
        self.options.insert(option, value);
        self
    }

    /// Sets the region. An argument to the client takes precedence.
    pub fn region_name(self, region: impl Into<Str>) -> Config {
        self.set("region_name", region.into())
    }

    /// Sets how requests are signed: `v4`, `s3v4`, `s3`, `bearer`, … By default the service definition decides.
    pub fn signature_version(self, version: impl Into<Str>) -> Config {
        self.set("signature_version", version.into())
    }

    /// Disables signing and the lookup of credentials (botocore's `UNSIGNED`).
    pub fn unsigned(self) -> Config {
        self.signature_version(UNSIGNED)
    }

    /// Replaces the generated `User-Agent` header.
    pub fn user_agent(self, text: impl Into<Str>) -> Config {
        self.set("user_agent", text.into())
    }

    /// Adds text to the end of the `User-Agent` header.
    pub fn user_agent_extra(self, text: impl Into<Str>) -> Config {
        self.set("user_agent_extra", text.into())
    }

    /// Sets the application ID in the `User-Agent` header.
    pub fn user_agent_appid(self, id: impl Into<Str>) -> Config {
        self.set("user_agent_appid", id.into())
    }

    /// Sets how long to wait for a connection: 60 s by default, `None` for no limit.
    pub fn connect_timeout(self, timeout: impl Into<Option<Duration>>) -> Config {
        self.set("connect_timeout", timeout.into().map(|timeout| timeout.as_secs_f64()))
    }

    /// Sets how long the server may be silent: 60 s by default, `None` for no limit.
    pub fn read_timeout(self, timeout: impl Into<Option<Duration>>) -> Config {
        self.set("read_timeout", timeout.into().map(|timeout| timeout.as_secs_f64()))
    }

    /// Sets how long a call may take, including retries and the retrieval of credentials: no limit by default. boto3 has no
    /// such option.
    pub fn deadline(self, total: impl Into<Option<Duration>>) -> Config {
        self.set("deadline", total.into().map(|total| total.as_secs_f64()))
    }

    /// Sets whether parameters are validated against the definition before they are sent: true by default.
    pub fn parameter_validation(self, check: bool) -> Config {
        self.set("parameter_validation", check)
    }

    /// Sets whether parameters are also validated against the constraints that boto3 leaves to the service: false by default.
    ///
    /// These are the values of an enumeration (the error suggests the nearest ones), patterns, maximum numbers, maximum
    /// lengths of strings and lists, and the sizes of maps and blobs. All problems are reported at once, with those of the
    /// ordinary validation, in one `ParamValidation` error. Without [`parameter_validation`](Self::parameter_validation),
    /// nothing is validated.
    ///
    /// A definition can be older than its service, which then accepts more values than the definition lists. A few
    /// patterns (80 of 4,880 in the embedded definitions) use constructs that are not supported, such as back references,
    /// and are skipped. Beyond ASCII, a character belongs to every Unicode category. A pattern without an anchor must match the
    /// whole string. The length of a string is its number of Unicode characters.
    ///
    /// The key of a profile is `strict_validation`. boto3 has no such option.
    ///
    /// ```
    /// use tucuxi::{Config, Session, value};
    ///
    /// let session = Session::builder().region("eu-west-1").config(Config::new().strict_validation(true)).build()?;
    /// let params = value!({"Bucket": "b", "Key": "k", "ACL": "publicread", "Tagging": "a=b"});
    /// let error = session.client("s3")?.prepare("put_object", params).unwrap_err();
    /// assert_eq!(error.name(), "ParamValidationError");
    /// assert!(error.message().contains("Did you mean public-read"));
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn strict_validation(self, strict: bool) -> Config {
        self.set("strict_validation", strict)
    }

    /// Sets whether a null parameter counts as absent: true by default, because `Option` is how Rust omits a value. A null
    /// in a list, in a map, or in a document keeps its meaning.
    ///
    /// Differs from boto3, which rejects null parameters; with `false` they are rejected here, too.
    pub fn omit_null_parameters(self, omit: bool) -> Config {
        self.set("omit_null_parameters", omit)
    }

    /// Sets the wording of validation errors: `plain` (the default) with the type names of this library, or `boto3` with
    /// exactly boto3's text, for a host that replaces boto3.
    pub fn message_style(self, style: impl Into<Str>) -> Config {
        self.set("message_style", style.into())
    }

    /// Sets how many idle connections to one host are kept: 10 by default.
    pub fn max_pool_connections(self, connections: u32) -> Config {
        self.set("max_pool_connections", connections)
    }

    /// Sets the maximum size of a response's status line and headers, in bytes: 1 MiB by default. A larger response is an
    /// [`ErrorKind::ResponseTooLarge`](crate::ErrorKind::ResponseTooLarge).
    pub fn max_response_header_size(self, bytes: u32) -> Config {
        self.set("max_response_header_size", bytes)
    }

    /// The proxies, by the scheme of the request. [`Proxies::none`] also disables those of the environment.
    pub fn proxies(self, proxies: Proxies) -> Config {
        let schemes = [("http", proxies.http), ("https", proxies.https)].into_iter();
        let set = schemes.filter_map(|(scheme, url)| Some((scheme, Value::from(url?))));
        self.set("proxies", set.collect::<Map>())
    }

    /// Sets the TLS options for proxies: `proxy_ca_bundle`, `proxy_client_cert`, `proxy_use_forwarding_for_https`.
    pub fn proxies_config(self, config: impl Into<Value>) -> Config {
        self.set("proxies_config", config)
    }

    /// Sets the S3 options as a map: `addressing_style`, `use_accelerate_endpoint`, `payload_signing_enabled`, …
    pub fn s3(self, options: impl Into<Value>) -> Config {
        self.set("s3", options)
    }

    /// Sets whether S3 requests avoid features that many S3-compatible stores reject: false by default.
    ///
    /// - Checksums are only calculated and verified if the operation requires them or the caller requests them, unless
    ///   [`request_checksum_calculation`](Self::request_checksum_calculation) and
    ///   [`response_checksum_validation`](Self::response_checksum_validation) are set.
    /// - Required checksums are sent as `Content-MD5` (`DeleteObjects`, `PutBucketVersioning`, …).
    /// - Requested checksums are sent in a header, never in a trailer of an `aws-chunked` body.
    /// - Listings do not request URL-encoded keys.
    ///
    /// The environment variable is `AWS_S3_COMPATIBLE` and the key of a profile `s3_compatible`. boto3 has no such option.
    pub fn s3_compatible(self, compatible: bool) -> Config {
        self.set("s3_compatible", compatible)
    }

    /// Sets whether requests to S3 Express buckets are signed with the ordinary credentials instead of session credentials.
    pub fn s3_disable_express_session_auth(self, disable: bool) -> Config {
        self.set("s3_disable_express_session_auth", disable)
    }

    /// Sets the retry options as a map: `mode`, `total_max_attempts` (including the first attempt), and `max_attempts`
    /// (retries only).
    pub fn retries(self, options: impl Into<Value>) -> Config {
        self.set("retries", options)
    }

    /// Sets the retry mode: `standard` (the default), `adaptive`, or `legacy`. The differences from boto3's modes are listed
    /// [here](crate#retries-time-cancellation).
    pub fn retry_mode(self, mode: impl Into<Str>) -> Config {
        self.retry_option("mode", mode.into())
    }

    /// Sets the maximum number of attempts, including the first.
    pub fn total_max_attempts(self, attempts: u32) -> Config {
        self.retry_option("total_max_attempts", attempts)
    }

    /// Sets the client's TLS certificate and key, both in one PEM file.
    pub fn client_cert(self, path: impl Into<Str>) -> Config {
        self.set("client_cert", path.into())
    }

    /// Sets the client's TLS certificate and its key, in two PEM files.
    pub fn client_cert_and_key(self, cert: impl Into<Str>, key: impl Into<Str>) -> Config {
        self.set("client_cert", [cert.into(), key.into()])
    }

    /// Sets whether operations may add a prefix to the endpoint's host name: true by default.
    pub fn inject_host_prefix(self, inject: bool) -> Config {
        self.set("inject_host_prefix", inject)
    }

    /// Sets whether endpoints are discovered for services that support it: `true`, `false`, or `"auto"` (only where the
    /// operation requires it, the default).
    pub fn endpoint_discovery_enabled(self, enabled: impl Into<Value>) -> Config {
        self.set("endpoint_discovery_enabled", enabled)
    }

    /// Sets whether dual-stack endpoints (IPv4 and IPv6) are used.
    pub fn use_dualstack_endpoint(self, dualstack: bool) -> Config {
        self.set("use_dualstack_endpoint", dualstack)
    }

    /// Sets whether FIPS 140 endpoints are used.
    pub fn use_fips_endpoint(self, fips: bool) -> Config {
        self.set("use_fips_endpoint", fips)
    }

    /// Sets whether endpoint URLs in environment and files are ignored.
    pub fn ignore_configured_endpoint_urls(self, ignore: bool) -> Config {
        self.set("ignore_configured_endpoint_urls", ignore)
    }

    /// Sets the defaults mode: `legacy` (the default), `standard`, `in-region`, `cross-region`, `mobile`, or `auto`.
    ///
    /// `auto` compares the client's region with the one in which the program runs. If the environment does not name it, the first
    /// call that is sent asks the instance metadata service, unless `AWS_EC2_METADATA_DISABLED` is true. Until the answer is known,
    /// and if there is none, the client has the defaults of `standard`.
    pub fn defaults_mode(self, mode: impl Into<Str>) -> Config {
        self.set("defaults_mode", mode.into())
    }

    /// Sets whether the system keeps idle connections alive (`SO_KEEPALIVE`).
    pub fn tcp_keepalive(self, keepalive: bool) -> Config {
        self.set("tcp_keepalive", keepalive)
    }

    /// Sets the smallest body, in bytes, that is compressed if the operation supports it: 10240 by default.
    pub fn request_min_compression_size_bytes(self, bytes: u32) -> Config {
        self.set("request_min_compression_size_bytes", bytes)
    }

    /// Sets whether request bodies are never compressed.
    pub fn disable_request_compression(self, disable: bool) -> Config {
        self.set("disable_request_compression", disable)
    }

    /// Sets the maximum size of a response body that is read into memory to be parsed, in bytes: 128 MiB by default. A larger
    /// body is an [`ErrorKind::ResponseTooLarge`](crate::ErrorKind::ResponseTooLarge), and the call is not retried. Bodies that
    /// an operation returns as a stream, such as that of S3's `GetObject`, are not limited.
    pub fn max_response_body_size(self, bytes: u64) -> Config {
        self.set("max_response_body_size", i64::try_from(bytes).unwrap_or(i64::MAX))
    }

    /// Sets whether members of a response that cannot be read are omitted instead of failing the call: `false` by default.
    ///
    /// This applies to timestamps, numbers, and base64 text. An omitted member is absent; in a list or a map, null takes its
    /// place. `ResponseMetadata.OmittedMembers` lists each with its `Path` and the `Reason`. Members of the events of an
    /// event stream are omitted without being listed. The headers `Expires` and `Last-Modified` are always read this way.
    pub fn lenient_parsing(self, lenient: bool) -> Config {
        self.set("lenient_parsing", lenient)
    }

    /// Sets whether the members of a response that the definition does not contain are reported: false by default.
    ///
    /// Such members show that the definition is older than the service. They reach hooks of `unknown-output` as
    /// [`Event::unknown_output`](crate::Event::unknown_output), and with the feature `tracing` each is an event at the level
    /// `WARN` with its `path`, `shape`, and `type`. A member of a shape is reported once for each response, with the path of its first
    /// occurrence. The members of JSON, XML, and CBOR bodies are reported, at any depth; headers, error responses, and event
    /// streams are not searched. The result does not change.
    ///
    /// The key of a profile is `report_unknown_output`. boto3 has no such option.
    pub fn report_unknown_output(self, report: bool) -> Config {
        self.set("report_unknown_output", report)
    }

    /// Sets parameters of the service's endpoint rules, by their names in the definition.
    pub fn client_context_params(self, params: impl Into<Value>) -> Config {
        self.set("client_context_params", params)
    }

    /// Sets the regions for which SigV4a signs, separated by commas.
    pub fn sigv4a_signing_region_set(self, regions: impl Into<Str>) -> Config {
        self.set("sigv4a_signing_region_set", regions.into())
    }

    /// Sets when request checksums are computed: `when_supported` (the default) or `when_required`.
    pub fn request_checksum_calculation(self, when: impl Into<Str>) -> Config {
        self.set("request_checksum_calculation", when.into())
    }

    /// Sets when response checksums are verified: `when_supported` (the default) or `when_required`.
    pub fn response_checksum_validation(self, when: impl Into<Str>) -> Config {
        self.set("response_checksum_validation", when.into())
    }

    /// Sets whether endpoints contain the account ID: `preferred` (the default), `required`, or `disabled`.
    pub fn account_id_endpoint_mode(self, mode: impl Into<Str>) -> Config {
        self.set("account_id_endpoint_mode", mode.into())
    }

    /// Sets the preferred authentication schemes, separated by commas: `sigv4a,sigv4`.
    pub fn auth_scheme_preference(self, schemes: impl Into<Str>) -> Config {
        self.set("auth_scheme_preference", schemes.into())
    }

    /// Sets the preferred protocols, separated by commas: a client uses the first one that its service supports. `smithy-rpc-v2-cbor` has
    /// smaller messages than JSON, which boto3 prefers, and takes less time to parse.
    pub fn protocol_preference(self, protocols: impl Into<Str>) -> Config {
        self.set("protocol_preference", protocols.into())
    }

    /// Checks names, types, and values as boto3 does when a `Config` is created.
    pub(crate) fn check(&self) -> Result<()> {
        checks::check_config(&self.options)
    }

    /// The value of an option that was set to something other than null.
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

/// Shows the options that were set. Proxies are shown without their URLs, which may contain passwords.
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
    fn invalid_options_have_the_messages_of_boto3() {
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
    fn merging_replaces_maps_and_null_counts_as_set() {
        let one = Config::from_value(&value!({"s3": {"a": 1}, "read_timeout": 7, "connect_timeout": 3})).unwrap();
        let two = Config::new().s3(value!({"b": 2})).read_timeout(None);
        let merged = one.merge(&two);
        assert_eq!(merged.options, *value!({"s3": {"b": 2}, "read_timeout": null, "connect_timeout": 3}).as_map().unwrap());
    }

    #[test]
    fn debug_shows_no_proxy_password() {
        let config = Config::new().proxies(Proxies::for_https("http://me:secret@proxy:1"));
        assert_eq!(format!("{config:?}"), r#"Config { proxies: ["https"] }"#);
    }
}
