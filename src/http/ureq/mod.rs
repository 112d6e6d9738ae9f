//! The transport that is used unless a user brings another: ureq, HTTP/1.1 on blocking sockets.
//!
//! All that ureq does of its own accord is off: redirects, status as error, the environment's
//! proxies, automatic headers, decompression.

mod body;
mod connect;
mod error;
mod proxy;
mod scope;
mod socket;
mod tls;

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use ureq::config::AutoHeaderValue;
use ureq::http::{HeaderName, HeaderValue, Request as WireRequest, Response as WireResponse};
use ureq::tls::TlsConfig;
use ureq::unversioned::transport::{Connector, RustlsConnector};
use ureq::{Agent, AsSendBody, SendBody};

use self::body::{Incoming, Outgoing};
use self::connect::{NoLookup, Sockets};
use self::error::Failure;
use self::proxy::{Forward, Route, Tunnels};
use self::scope::Scope;
use self::socket::Wires;
use super::{Headers, HttpConfig, Request, Response, SendOptions, Transport, deadline_exceeded, mask};
use crate::error::{Error, ErrorKind, Result};

/// Sends requests over pooled connections. Creating one opens and reads nothing.
///
/// A connection that is free is used again; otherwise another one is opened, however many there are. Of those that
/// are free at a time, [`HttpConfig::max_pool_connections`] are kept.
///
/// ```
/// use std::time::Duration;
/// use tucuxi::http::{HttpConfig, HttpTransport};
///
/// let mut config = HttpConfig::default();
/// config.read_timeout = Some(Duration::from_secs(5));
/// let transport = HttpTransport::new(config);
/// # let _ = transport;
/// ```
pub struct HttpTransport {
    config: HttpConfig,
    /// One line for http and one for https, because proxies depend on the scheme; made by the first request.
    lines: [OnceLock<Line>; 2],
}

/// The connections for a scheme.
struct Line {
    route: Route,
    agent: Agent,
}

impl HttpTransport {
    /// A transport with a pool of its own.
    pub fn new(config: HttpConfig) -> HttpTransport {
        HttpTransport { config, lines: [OnceLock::new(), OnceLock::new()] }
    }

    fn proxy(&self, https: bool) -> Option<&str> {
        let proxies = &self.config.proxies;
        if https { proxies.https.as_deref() } else { proxies.http.as_deref() }
    }

    fn line(&self, request: &Request) -> Result<&Line> {
        let https = request.is_https();
        let slot = &self.lines[usize::from(https)];
        if let Some(line) = slot.get() {
            return Ok(line);
        }
        let line = Line::new(&self.config, https, &request.url)?;
        Ok(slot.get_or_init(|| line))
    }

    fn exchange(&self, request: &mut Request, options: &SendOptions) -> Result<Response> {
        let Line { route, agent } = self.line(request)?;
        let head = head(request, route)?;
        let proxy = self.proxy(request.is_https());
        let origin = route.forward().map(|_| Forward::origin(request));
        let url = &request.url;
        let _scope = Scope::enter(options.cancel.as_ref(), origin);
        let mut outgoing = Outgoing::of(&mut request.body);
        let outcome = match &mut outgoing {
            Some(body) => agent.run(with_options(agent, head.map(|()| SendBody::from_reader(body)), options)?),
            None => agent.run(with_options(agent, head, options)?),
        };
        match outcome {
            Ok(response) => Ok(received(response, url, options)),
            // A source that fails looks to ureq like a connection that does.
            Err(error) => Err(outgoing.and_then(Outgoing::into_error).unwrap_or_else(|| Failure { url, proxy }.error(error))),
        }
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: &mut Request, options: &SendOptions) -> anyhow::Result<Response> {
        Ok(self.exchange(request, options)?)
    }
}

impl Line {
    fn new(config: &HttpConfig, https: bool, url: &str) -> Result<Line> {
        let route = Route::of(config, https)?;
        let tls = match route {
            Route::Forward(_) => tls::to_proxy(config)?,
            Route::Direct | Route::Tunnel(_) => tls::to_target(config, url)?,
        };
        let tunnels = match &route {
            Route::Tunnel(_) => Tunnels::new(agent_config(config, tls::to_proxy(config)?, &Route::Direct), config.tcp_keepalive),
            // Without a proxy in its configuration, ureq asks for no tunnel.
            Route::Direct | Route::Forward(_) => Tunnels::new(ureq::config::Config::default(), false),
        };
        let sockets = Sockets { keepalive: config.tcp_keepalive };
        let chain = ().chain(tunnels).chain(sockets).chain(RustlsConnector::default()).chain(Wires);
        let agent = Agent::with_parts(agent_config(config, tls, &route), chain, NoLookup);
        Ok(Line { route, agent })
    }
}

fn agent_config(config: &HttpConfig, tls: TlsConfig, route: &Route) -> ureq::config::Config {
    let proxy = match route {
        Route::Tunnel(proxy) => Some(proxy.clone()),
        Route::Direct | Route::Forward(_) => None,
    };
    let per_host = config.max_pool_connections;
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .allow_non_standard_methods(true)
        .user_agent(AutoHeaderValue::None)
        .accept(AutoHeaderValue::None)
        .accept_encoding("identity")
        .proxy(proxy)
        .tls_config(tls)
        .timeout_connect(config.connect_timeout)
        .timeout_per_read(config.read_timeout)
        .timeout_per_write(config.read_timeout)
        .timeout_await_100(Some(Duration::from_secs(1)))
        .max_idle_connections_per_host(per_host)
        .max_idle_connections(per_host.saturating_mul(10))
        .build()
}

/// Method, URL and headers as ureq wants them, with the framing of the body.
fn head(request: &Request, route: &Route) -> Result<WireRequest<()>> {
    let unsendable = |what: &str| Error::new(ErrorKind::Http, format!("The request cannot be sent: {what}"));
    let builder = WireRequest::builder().method(request.method.as_bytes());
    let forward = route.forward();
    let head = match forward {
        Some(forward) => builder.uri(forward.url(request)),
        None => builder.uri(request.url.as_str()),
    };
    let mut head = head
        .body(())
        .map_err(|error| unsendable(&format!("{error} in {} {}", request.method, mask::url(&request.url))).with_source(error))?;
    let fields = head.headers_mut();
    fields.reserve(request.headers.len() + 3);
    for (name, value) in request.headers.iter() {
        let field = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsendable(&format!("\"{name}\" is no header name.")))?;
        let value = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|_| unsendable(&format!("the value of the header {name} has a control character.")))?;
        fields.append(field, value);
    }
    // The host that was signed, in the same spelling.
    if !request.headers.contains("host") {
        let host = HeaderValue::from_str(request.host_field()).map_err(|_| unsendable("the host of the URL is none."))?;
        fields.insert("host", host);
    }
    if let Some((name, value)) = framing(request) {
        fields.insert(name, value);
    }
    if let Some(authorization) = forward.and_then(|forward| forward.authorization.clone()) {
        fields.insert("proxy-authorization", authorization);
    }
    Ok(head)
}

/// The header that tells where the body ends, unless there is one or none is needed.
fn framing(request: &Request) -> Option<(&'static str, HeaderValue)> {
    if request.headers.contains("transfer-encoding") || request.headers.contains("content-length") {
        return None;
    }
    match request.body.length() {
        Some(0) if matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS") => None,
        Some(length) => Some(("content-length", length.into())),
        None => Some(("transfer-encoding", HeaderValue::from_static("chunked"))),
    }
}

fn with_options<B: AsSendBody>(agent: &Agent, request: WireRequest<B>, options: &SendOptions) -> Result<WireRequest<B>> {
    if options.connect_timeout.is_none() && options.read_timeout.is_none() && options.deadline.is_none() {
        return Ok(request);
    }
    let mut config = agent.configure_request(request);
    if let Some(timeout) = options.connect_timeout {
        config = config.timeout_connect(Some(timeout));
    }
    if let Some(timeout) = options.read_timeout {
        config = config.timeout_per_read(Some(timeout)).timeout_per_write(Some(timeout));
    }
    if let Some(deadline) = options.deadline {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(deadline_exceeded());
        }
        config = config.timeout_global(Some(left));
    }
    Ok(config.build())
}

fn received(response: WireResponse<ureq::Body>, url: &str, options: &SendOptions) -> Response {
    let status = response.status().as_u16();
    let (parts, body) = response.into_parts();
    let mut headers = Headers::new();
    for name in parts.headers.keys() {
        let values: Vec<_> = parts.headers.get_all(name).iter().map(|value| text(value.as_bytes())).collect();
        headers.append(name.as_str(), values.join(", "));
    }
    let length = body.content_length();
    Response::streamed(status, headers, Incoming::new(body.into_reader(), length, url, options.cancel.clone()))
}

/// A header's value: UTF-8, or else Latin-1 as HTTP/1.1 once had it.
fn text(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => value.iter().map(|byte| char::from(*byte)).collect(),
    }
}

#[cfg(test)]
mod tests;
