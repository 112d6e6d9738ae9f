//! The settings of a client as its transport knows them.

use crate::http::{self, HttpConfig};
use crate::session::{ClientSettings, Verify};

/// What the transport of a client needs; the proxy is chosen by the client's own endpoint.
pub(super) fn http_config(settings: &ClientSettings, endpoint_url: &str) -> HttpConfig {
    let own = &settings.transport;
    let mut config = HttpConfig::default();
    config.connect_timeout = own.connect_timeout;
    config.read_timeout = own.read_timeout;
    config.max_pool_connections = own.max_pool_connections as usize;
    config.verify = match &own.verify {
        Verify::Default => http::Verify::Roots,
        Verify::Off => http::Verify::Nothing,
        Verify::Bundle(path) => http::Verify::Bundle(path.clone()),
    };
    config.client_cert = own
        .client_cert
        .as_ref()
        .map(|own| http::ClientCert { chain: own.cert.clone(), key: own.key.clone().unwrap_or_else(|| own.cert.clone()) });
    let proxy = own.proxies.for_endpoint(endpoint_url).map(String::from);
    config.proxies = http::Proxies { http: proxy.clone(), https: proxy };
    config
}
