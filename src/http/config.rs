//! The settings of a transport.

use std::path::PathBuf;
use std::time::Duration;

/// The settings of a transport. Files are read by the first request that needs them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpConfig {
    /// The maximum time to connect, including the TLS handshake; 60 seconds. `None`, or more than a year, is no limit.
    pub connect_timeout: Option<Duration>,
    /// The maximum time that the server may be silent; 60 seconds. `None`, or more than a year, is no limit.
    pub read_timeout: Option<Duration>,
    /// The maximum number of idle connections kept per host; 10. More can be in use at a time.
    pub max_pool_connections: usize,
    /// The maximum size of a response's status line and headers, in bytes, including interim responses; 1 MiB. There is no
    /// limit on the number of headers.
    pub max_response_header_size: usize,
    /// Which servers are trusted.
    pub verify: Verify,
    /// The client certificate, for servers that request one.
    pub client_cert: Option<ClientCert>,
    /// The proxies.
    pub proxies: Proxies,
    /// The TLS options for proxies.
    pub proxy: ProxyOptions,
    /// Whether the system probes idle connections (`SO_KEEPALIVE`).
    pub tcp_keepalive: bool,
    /// A file to which the secrets of TLS connections are appended, so that a tool such as Wireshark can decrypt recorded
    /// traffic. Clients take it from `SSLKEYLOGFILE`.
    pub key_log_file: Option<PathBuf>,
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
            key_log_file: None,
        }
    }
}

/// The servers that are trusted. Converted from `true`, `false`, or the path of a PEM file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Verify {
    /// Servers whose certificate was issued under one of Mozilla's root certificates, which are compiled in.
    #[default]
    Roots,
    /// Servers whose certificate was issued under a certificate in this PEM file, or is itself in it. The file is read by the
    /// first request to an `https` URL.
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

/// PEM files with a certificate chain and its key. Both can be the same file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCert {
    /// The file with the certificates, the client's own first.
    pub chain: PathBuf,
    /// The file with the private key.
    pub key: PathBuf,
}

/// The TLS options for proxies; boto3's `proxies_config`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProxyOptions {
    /// The PEM file with the certificates under which proxies with `https` URLs are trusted; by default, the same as for
    /// targets.
    pub ca_bundle: Option<PathBuf>,
    /// The client certificate for such a proxy.
    pub client_cert: Option<ClientCert>,
    /// Whether such a proxy is trusted with the requests to `https` targets: it receives them itself, without a tunnel.
    pub use_forwarding_for_https: bool,
}

/// The proxy for each scheme of the target's URL. The proxy's own URL is `http` or `https` and can contain a user name and a
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
    /// Uses no proxy.
    pub fn none() -> Proxies {
        Proxies::default()
    }

    /// Uses a proxy for targets with `https` URLs, which are nearly all endpoints.
    pub fn for_https(url: impl Into<String>) -> Proxies {
        Proxies { http: None, https: Some(url.into()) }
    }

    /// Uses one proxy for all targets.
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
