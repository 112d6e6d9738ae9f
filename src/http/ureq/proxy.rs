//! The route to a target: direct, through a proxy's tunnel, or through a proxy that forwards requests.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ureq::config::Config;
use ureq::unversioned::transport::{ConnectProxyConnector, ConnectionDetails, Connector, Transport};
use ureq::{Proxy, ProxyProtocol};

use super::connect::Sockets;
use super::tls::Tls;
use super::wire::Wires;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{HttpConfig, Request, mask};

/// How an agent reaches its targets.
pub(super) enum Route {
    Direct,
    /// `CONNECT`: the proxy passes bytes between this side and the target.
    Tunnel(Proxy),
    /// The proxy receives the request itself, with the target's whole URL in the request line.
    Forward(Forward),
}

/// A proxy that forwards requests.
pub(super) struct Forward {
    /// Scheme, host, and port: the start of a URL.
    pub address: String,
    /// The value of `Proxy-Authorization`.
    pub authorization: Option<String>,
}

impl Route {
    pub(super) fn of(config: &HttpConfig, https: bool) -> Result<Route> {
        let proxies = &config.proxies;
        let Some(address) = (if https { proxies.https.as_deref() } else { proxies.http.as_deref() }) else {
            return Ok(Route::Direct);
        };
        let proxy = Proxy::new(address).map_err(|error| refused(address).with_source(error))?;
        let forwards = match proxy.protocol() {
            ProxyProtocol::Http => !https,
            ProxyProtocol::Https => !https || config.proxy.use_forwarding_for_https,
            _ => return Err(refused(address).with_source(anyhow::anyhow!("only http and https proxies are supported"))),
        };
        if !forwards {
            return Ok(Route::Tunnel(proxy));
        }
        let scheme = if proxy.protocol() == ProxyProtocol::Https { "https" } else { "http" };
        let authorization = match (proxy.username(), proxy.password()) {
            (Some(user), Some(password)) => {
                let encoded = BASE64_STANDARD.encode(format!("{user}:{password}"));
                Some(format!("Basic {encoded}"))
            }
            _ => None,
        };
        Ok(Route::Forward(Forward { address: format!("{scheme}://{}:{}", proxy.host(), proxy.port()), authorization }))
    }

    pub(super) fn forward(&self) -> Option<&Forward> {
        match self {
            Route::Forward(forward) => Some(forward),
            _ => None,
        }
    }
}

impl Forward {
    pub(super) fn is_https(&self) -> bool {
        self.address.starts_with("https:")
    }

    /// The start of the target's URL, which precedes the path in the request line.
    pub(super) fn origin(request: &Request) -> String {
        request.url[..request.url.len() - request.path_and_query().len()].to_owned()
    }
}

fn refused(address: &str) -> Error {
    Error::new(ErrorKind::Proxy, format!("Failed to connect to proxy URL: \"{}\"", mask::url(address)))
}

/// Opens tunnels. The connection to the proxy has its own TLS settings.
pub(super) struct Tunnels {
    connect: ConnectProxyConnector,
    to_proxy: Arc<ToProxy>,
}

type ToProxy = dyn Fn(&ConnectionDetails) -> Result<Box<dyn Transport>, ureq::Error> + Send + Sync;

impl Tunnels {
    /// `config` and `tls` are those of the connections to proxies.
    pub(super) fn new(config: Config, tls: Tls, http: &HttpConfig) -> Tunnels {
        let wires = Wires { max_head: http.max_response_header_size, tunnel: true };
        let chain = ().chain(Sockets { keepalive: http.tcp_keepalive }).chain(tls).chain(wires);
        let to_proxy = move |details: &ConnectionDetails| {
            let details = with(details, &config, Arc::clone(&details.run_connector));
            let transport = chain.connect(&details, None)?.ok_or(ureq::Error::ConnectionFailed)?;
            Ok(Box::new(transport) as Box<dyn Transport>)
        };
        Tunnels { connect: ConnectProxyConnector::default(), to_proxy: Arc::new(to_proxy) }
    }
}

impl<In: Transport> Connector<In> for Tunnels {
    type Out = <ConnectProxyConnector as Connector<In>>::Out;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, ureq::Error> {
        let details = with(details, details.config, Arc::clone(&self.to_proxy));
        self.connect.connect(&details, chained)
    }
}

impl fmt::Debug for Tunnels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tunnels")
    }
}

fn with<'a>(details: &'a ConnectionDetails<'a>, config: &'a Config, run_connector: Arc<ToProxy>) -> ConnectionDetails<'a> {
    ConnectionDetails {
        uri: details.uri,
        addrs: details.resolver.empty(),
        config,
        request_level: details.request_level,
        resolver: details.resolver,
        now: details.now,
        timeout: details.timeout,
        current_time: Arc::clone(&details.current_time),
        run_connector,
        register_shutdown: Arc::clone(&details.register_shutdown),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::thread::{self, JoinHandle};

    use super::*;
    use crate::http::{HttpTransport, SendOptions, Transport as _};

    /// A proxy that responds to one request. Returns the lines that it received.
    fn proxy(answer: &'static str) -> (String, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let seen = thread::spawn(move || {
            let mut reader = BufReader::new(listener.accept().unwrap().0);
            let lines = (&mut reader).lines().map(|line| line.unwrap()).take_while(|line| !line.is_empty()).collect();
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
            lines
        });
        (address, seen)
    }

    fn send(proxies: &str, url: &str) -> Result<u16> {
        let mut config = HttpConfig::default();
        (config.proxies.http, config.proxies.https) = (Some(proxies.to_owned()), Some(proxies.to_owned()));
        let sent = HttpTransport::new(config).send(&mut Request::new("GET", url), &SendOptions::default());
        sent.map(|response| response.status).map_err(|error| Error::foreign("transport", error))
    }

    #[test]
    fn a_request_to_an_http_target_is_forwarded() {
        let (address, seen) = proxy("HTTP/1.1 204 No Content\r\n\r\n");
        assert_eq!(send(&format!("http://a%3ab:c@{address}"), "http://target.invalid:8080/p%20q?x=%7e").unwrap(), 204);
        let seen = seen.join().unwrap();
        assert_eq!(seen[0], "GET http://target.invalid:8080/p%20q?x=%7e HTTP/1.1");
        assert!(seen.contains(&"host: target.invalid:8080".to_owned()), "{seen:?}");
        assert!(seen.contains(&"proxy-authorization: Basic YTpiOmM=".to_owned()), "{seen:?}");
    }

    #[test]
    fn an_https_target_is_reached_through_a_tunnel_and_a_refusal_is_a_proxy_error() {
        let (address, seen) = proxy("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
        let error = send(&format!("http://user:pa%2Fss@{address}"), "https://target.invalid/").unwrap_err();
        assert_eq!((error.kind(), error.name()), (ErrorKind::Proxy, "ProxyConnectionError"));
        assert_eq!(error.message(), format!("Failed to connect to proxy URL: \"http://***@{address}\""));
        let seen = seen.join().unwrap();
        assert_eq!(seen[0], "CONNECT target.invalid:443 HTTP/1.1");
        assert!(seen.contains(&"Proxy-Authorization: Basic dXNlcjpwYS9zcw==".to_owned()), "{seen:?}");
    }

    #[test]
    fn other_kinds_of_proxies_are_rejected() {
        assert_eq!(send("socks5://127.0.0.1:1", "http://target.invalid/").unwrap_err().kind(), ErrorKind::Proxy);
    }
}
