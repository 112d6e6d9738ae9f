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
    /// The maximum size of a response's status line and headers, in bytes, including interim responses; 1 MiB. There is no
    /// limit on the number of headers.
    pub max_response_header_size: usize,
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
            max_response_header_size: 1024 * 1024,
            verify: Verify::Roots,
            client_cert: None,
            proxies: Proxies::default(),
            proxy: ProxyOptions::default(),
            tcp_keepalive: false,
        }
    }
}

/// The servers that are trusted. Made from `true`, `false`, or the path of a PEM file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Verify {
    /// Servers with a certificate issued under Mozilla's root certificates, which are compiled in.
    #[default]
    Roots,
    /// Servers with a certificate issued under one of the certificates in this PEM file.
    Bundle(PathBuf),
    /// All servers: neither certificate nor host name is checked.
    Nothing,
}

impl From<bool> for Verify {
    fn from(verify: bool) -> Verify {
        if verify { Verify::Roots } else { Verify::Nothing }
    }
}

impl From<PathBuf> for Verify {
    fn from(path: PathBuf) -> Verify {
        Verify::Bundle(path)
    }
}

impl From<&std::path::Path> for Verify {
    fn from(path: &std::path::Path) -> Verify {
        Verify::Bundle(path.into())
    }
}

impl From<&str> for Verify {
    fn from(path: &str) -> Verify {
        Verify::Bundle(path.into())
    }
}

impl From<String> for Verify {
    fn from(path: String) -> Verify {
        Verify::Bundle(path.into())
    }
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

/// The proxy for each scheme of the target's URL. The proxy's own URL is `http` or `https` and may contain user and
/// password.
///
/// Requests to `http` targets are sent to the proxy itself; `https` targets are reached through a tunnel.
///
/// ```
/// use tucuxi::{Config, Proxies};
///
/// let config = Config::new().proxies(Proxies::all("http://proxy.example.com:3128"));
/// let direct = Config::new().proxies(Proxies::none()); // ignores the environment's proxies
/// # assert_ne!(config, direct);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// The proxy for `http` URLs.
    pub http: Option<String>,
    /// The proxy for `https` URLs.
    pub https: Option<String>,
}

impl Proxies {
    /// No proxy.
    pub fn none() -> Proxies {
        Proxies::default()
    }

    /// A proxy for targets with `https` URLs, which are nearly all endpoints.
    pub fn for_https(url: impl Into<String>) -> Proxies {
        Proxies { http: None, https: Some(url.into()) }
    }

    /// One proxy for all targets.
    pub fn all(url: impl Into<String>) -> Proxies {
        let url = url.into();
        Proxies { http: Some(url.clone()), https: Some(url) }
    }
}

/// Prints the URLs with user and password masked.
impl std::fmt::Debug for Proxies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let masked = |url: &Option<String>| url.as_deref().map(super::mask::url);
        f.debug_struct("Proxies").field("http", &masked(&self.http)).field("https", &masked(&self.https)).finish()
    }
}
