//! The settings of a client, shown again as a [`Config`]: for programs that want to see what came of it all.

use std::time::Duration;

use super::client_settings::*;
use super::config::Config;
use crate::http::{ClientCert, ProxyOptions};
use crate::value::{List, Map, Value};

impl ClientSettings {
    /// The settings by the names of the options; `region` and `signature_version` are the client's.
    pub(crate) fn config(&self, region: Option<&str>, signature_version: &str) -> Config {
        let of_checksums = |mode: ChecksumMode| match mode {
            ChecksumMode::WhenSupported => "when_supported",
            ChecksumMode::WhenRequired => "when_required",
        };
        let compression = &self.compression;
        let options = [
            ("region_name", Value::from(region)),
            ("signature_version", signature_version.into()),
            ("user_agent", self.user_agent.whole.clone().into()),
            ("user_agent_extra", self.user_agent.extra.clone().into()),
            ("user_agent_appid", self.user_agent.appid.clone().into()),
            ("parameter_validation", self.parameter_validation.into()),
            ("s3", self.s3.clone().into()),
            ("s3_disable_express_session_auth", self.s3_disable_express_session_auth.into()),
            ("retries", self.retry.described()),
            ("inject_host_prefix", self.inject_host_prefix.into()),
            ("endpoint_discovery_enabled", self.endpoint_discovery.described()),
            ("use_dualstack_endpoint", self.use_dualstack.into()),
            ("use_fips_endpoint", self.use_fips.into()),
            ("request_min_compression_size_bytes", i64::try_from(compression.min_size_bytes).unwrap_or(i64::MAX).into()),
            ("disable_request_compression", compression.disabled.into()),
            ("client_context_params", self.client_context_params.clone().into()),
            ("sigv4a_signing_region_set", self.signing.sigv4a_signing_region_set.clone().into()),
            ("request_checksum_calculation", of_checksums(self.request_checksum_calculation).into()),
            ("response_checksum_validation", of_checksums(self.response_checksum_validation).into()),
            ("account_id_endpoint_mode", self.account_id_endpoint_mode.as_str().into()),
            ("auth_scheme_preference", self.signing.described_preference()),
            ("deadline", self.deadline.map(|deadline| deadline.as_secs_f64()).into()),
        ];
        let options = options.into_iter().chain(self.transport.described());
        options.filter(|(_, value)| !value.is_null()).fold(Config::new(), |config, (name, value)| config.set(name, value))
    }
}

impl RetrySettings {
    fn described(&self) -> Value {
        let mut retries = Map::new();
        retries.insert("mode", self.mode.as_str());
        if let Some(attempts) = self.total_max_attempts {
            retries.insert("total_max_attempts", attempts);
        }
        retries.into()
    }
}

impl EndpointDiscovery {
    fn described(self) -> Value {
        match self {
            EndpointDiscovery::Never => false.into(),
            EndpointDiscovery::Auto => "auto".into(),
            EndpointDiscovery::Always => true.into(),
        }
    }
}

impl SigningSettings {
    fn described_preference(&self) -> Value {
        match self.auth_scheme_preference.as_slice() {
            [] => Value::Null,
            schemes => schemes.iter().map(|scheme| scheme.as_str()).collect::<Vec<_>>().join(",").into(),
        }
    }
}

impl TransportSettings {
    fn described(&self) -> [(&'static str, Value); 7] {
        let seconds = |timeout: Option<Duration>| Value::from(timeout.map(|timeout| timeout.as_secs_f64()));
        [
            ("connect_timeout", seconds(self.connect_timeout)),
            ("read_timeout", seconds(self.read_timeout)),
            ("max_pool_connections", i64::try_from(self.max_pool_connections).unwrap_or(i64::MAX).into()),
            ("tcp_keepalive", self.tcp_keepalive.into()),
            ("client_cert", certificate(self.client_cert.as_ref())),
            ("proxies", self.proxies.described()),
            ("proxies_config", self.described_proxy()),
        ]
    }

    /// Null where nothing is set.
    fn described_proxy(&self) -> Value {
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
