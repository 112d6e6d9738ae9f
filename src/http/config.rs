//! What a transport needs to know before its first request.

use std::path::PathBuf;
use std::time::Duration;

/// The settings of a transport. Nothing is read or opened before the first request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpConfig {
    /// How long connecting may take, TLS included; 60 seconds.
    pub connect_timeout: Option<Duration>,
    /// How long the server may be silent; 60 seconds.
    pub read_timeout: Option<Duration>,
    /// How many idle connections are kept for each host; 10. More may be open at a time.
    pub max_pool_connections: usize,
    /// Whom to trust.
    pub verify: Verify,
    /// How this side proves who it is, where the server asks.
    pub client_cert: Option<ClientCert>,
    /// The proxies.
    pub proxies: Proxies,
    /// How this side and a proxy get on.
    pub proxy: ProxyOptions,
    /// Whether the system probes connections that are idle (`SO_KEEPALIVE`).
    pub tcp_keepalive: bool,
}

impl Default for HttpConfig {
    fn default() -> HttpConfig {
        HttpConfig {
            connect_timeout: Some(Duration::from_secs(60)),
            read_timeout: Some(Duration::from_secs(60)),
            max_pool_connections: 10,
            verify: Verify::Roots,
            client_cert: None,
            proxies: Proxies::default(),
            proxy: ProxyOptions::default(),
            tcp_keepalive: false,
        }
    }
}

/// Which servers are trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Verify {
    /// Those that Mozilla's root certificates, which are compiled in, vouch for.
    #[default]
    Roots,
    /// Those that the certificates in this PEM file vouch for.
    Bundle(PathBuf),
    /// All: neither certificate nor host name is looked at.
    Nothing,
}

/// PEM files with a certificate chain and its key; both may be the same file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCert {
    /// The file with the certificates, the client's own first.
    pub chain: PathBuf,
    /// The file with the private key.
    pub key: PathBuf,
}

/// How this side and a proxy get on; boto3's `proxies_config`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProxyOptions {
    /// The PEM file with the certificates that vouch for proxies with `https` URLs; otherwise those that vouch for
    /// targets do.
    pub ca_bundle: Option<PathBuf>,
    /// How this side proves who it is to such a proxy.
    pub client_cert: Option<ClientCert>,
    /// Whether such a proxy is trusted to see what goes to `https` targets: it gets the requests themselves, without a
    /// tunnel.
    pub use_forwarding_for_https: bool,
}

/// The proxy for each scheme of the target's URL, `http` or `https` itself. User and password may be in the proxy's URL.
///
/// Requests to `http` targets are handed to the proxy; to `https` targets it lays a tunnel.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// The proxy for `http` URLs.
    pub http: Option<String>,
    /// The proxy for `https` URLs.
    pub https: Option<String>,
}

/// Prints the URLs with user and password masked.
impl std::fmt::Debug for Proxies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let masked = |url: &Option<String>| url.as_deref().map(super::mask::url);
        f.debug_struct("Proxies").field("http", &masked(&self.http)).field("https", &masked(&self.https)).finish()
    }
}
