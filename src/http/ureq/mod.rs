//! The default transport: HTTP/1.1 on blocking sockets, with ureq.
//!
//! ureq runs the exchange and manages the pool; redirects, errors by status, proxies from the environment, automatic headers,
//! and decompression are off. The layers below it belong to this module, from the bottom up: [`socket`] (or a [`proxy`]'s
//! tunnel), [`tls`], and [`wire`], which sends the head of the [`request`] and reads that of the response. They share the state
//! of an exchange in [`scope`]. ureq logs what it handles, so it sees neither URLs, headers, nor bodies of responses: those are
//! read by [`arriving`].

mod arriving;
mod body;
mod buffers;
mod connect;
mod error;
mod head;
mod proxy;
mod request;
mod scope;
mod socket;
mod tls;
mod trust;
mod wire;

use std::io::Read;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use ureq::config::AutoHeaderValue;
use ureq::http::{Request as WireRequest, Response as WireResponse};
use ureq::unversioned::transport::Connector;
use ureq::{Agent, AsSendBody, ProxyProtocol, SendBody};

use self::body::{Incoming, Limits, Outgoing};
use self::connect::{NoLookup, Sockets};
use self::error::Failure;
use self::proxy::{Route, Tunnels};
use self::request::{Framing, Prepared};
use self::scope::Scope;
use self::tls::Tls;
use self::wire::Wires;
use super::{HttpConfig, Request, Response, SendOptions, Transport, deadline_exceeded};
use crate::error::Result;

/// Sends requests over pooled connections. Creating a transport opens no connection and reads no file.
///
/// An idle connection is reused; if there is none, another one is opened, without a limit. At most
/// [`HttpConfig::max_pool_connections`] idle connections to a host are kept. A process that was forked does not use the
/// connections of its parent.
///
/// Responses are read tolerantly: interim responses (status 1xx) are skipped, and unusual header lines are accepted. A
/// response that arrives while the request is still being sent ends the request if it is an error.
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
    lines: Lines,
}

/// The connections of a process.
struct Lines {
    process: u32,
    /// For http and https, because proxies depend on the scheme. Created by the first request.
    by_scheme: [OnceLock<Line>; 2],
    /// The connections of a forked process, which must not touch those of its parent, nor the locks around them.
    of_child: OnceLock<Box<Lines>>,
}

/// The connections for a scheme.
struct Line {
    route: Route,
    agent: Agent,
}

impl HttpTransport {
    /// Creates a transport with its own pool.
    pub fn new(config: HttpConfig) -> HttpTransport {
        HttpTransport { config, lines: Lines::new() }
    }

    fn proxy(&self, https: bool) -> Option<&str> {
        let proxies = &self.config.proxies;
        if https { proxies.https.as_deref() } else { proxies.http.as_deref() }
    }

    fn line(&self, request: &Request) -> Result<&Line> {
        let https = request.is_https();
        let slot = &self.lines.current().by_scheme[usize::from(https)];
        if let Some(line) = slot.get() {
            return Ok(line);
        }
        let line = Line::new(&self.config, https, &request.masked_url())?;
        Ok(slot.get_or_init(|| line))
    }

    fn exchange(&self, request: &mut Request, options: &SendOptions) -> Result<Response> {
        let Line { route, agent } = self.line(request)?;
        let framing = Framing::of(request);
        let Prepared { placeholder, mut outline } = Prepared::new(request, route, &framing)?;
        let proxy = self.proxy(request.is_https());
        // A response's body outlives its request, so its URL is masked here.
        let url = &request.secrets.masked(&request.url);
        let mut outgoing = Outgoing::of(&mut request.body, framing.chunked);
        if framing.at_once
            && let Some(mut body) = outgoing.take()
        {
            let _scope = Scope::enter(options.cancel.as_ref(), None);
            let read = body.read_to_end(&mut outline.head);
            read.map_err(|error| body.into_error().unwrap_or_else(|| Failure { url, proxy }.error(error.into())))?;
        }
        let _scope = Scope::enter(options.cancel.as_ref(), Some(outline));
        let outcome = match &mut outgoing {
            Some(body) => agent.run(with_options(agent, placeholder.map(|()| SendBody::from_reader(body)), options)?),
            None => agent.run(with_options(agent, placeholder, options)?),
        };
        match outcome {
            Ok(response) => Ok(self.received(response, url, options)),
            // To ureq, a failing source looks like a failing connection.
            Err(error) => Err(outgoing.and_then(Outgoing::into_error).unwrap_or_else(|| Failure { url, proxy }.error(error))),
        }
    }

    fn received(&self, response: WireResponse<ureq::Body>, url: &str, options: &SendOptions) -> Response {
        let status = response.status().as_u16();
        let limits = Limits {
            cancel: options.cancel.clone(),
            silence: bounded(options.read_timeout.or(self.config.read_timeout)),
            deadline: options.deadline,
        };
        Response::streamed(status, scope::take_headers(), Incoming::new(response.into_body().into_reader(), url, limits))
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: &mut Request, options: &SendOptions) -> anyhow::Result<Response> {
        Ok(self.exchange(request, options)?)
    }
}

impl Lines {
    fn new() -> Lines {
        Lines { process: std::process::id(), by_scheme: [OnceLock::new(), OnceLock::new()], of_child: OnceLock::new() }
    }

    fn current(&self) -> &Lines {
        let mut lines = self;
        while lines.process != std::process::id() {
            lines = lines.of_child.get_or_init(|| Box::new(Lines::new()));
        }
        lines
    }
}

impl Line {
    fn new(config: &HttpConfig, https: bool, url: &str) -> Result<Line> {
        let route = Route::of(config, https)?;
        let tls = match &route {
            Route::Direct if !https => Tls::unused(),
            Route::Direct | Route::Tunnel(_) => Tls::to_target(config, url)?,
            Route::Forward(forward) if forward.is_https() => Tls::to_proxy(config)?,
            Route::Forward(_) => Tls::unused(),
        };
        let max_head = config.max_response_header_size;
        let tunnels = match &route {
            Route::Tunnel(proxy) => {
                let tls = if proxy.protocol() == ProxyProtocol::Https { Tls::to_proxy(config)? } else { Tls::unused() };
                Tunnels::new(agent_config(config, &Route::Direct), tls, config)
            }
            // Without a proxy in its configuration, ureq requests no tunnel.
            Route::Direct | Route::Forward(_) => Tunnels::new(ureq::config::Config::default(), Tls::unused(), config),
        };
        let sockets = Sockets { keepalive: config.tcp_keepalive };
        let chain = ().chain(tunnels).chain(sockets).chain(tls).chain(Wires { max_head, tunnel: false });
        let agent = Agent::with_parts(agent_config(config, &route), chain, NoLookup);
        Ok(Line { route, agent })
    }
}

fn agent_config(config: &HttpConfig, route: &Route) -> ureq::config::Config {
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
        .accept_encoding(AutoHeaderValue::None)
        .proxy(proxy)
        .timeout_connect(bounded(config.connect_timeout))
        .timeout_per_read(bounded(config.read_timeout))
        .timeout_per_write(bounded(config.read_timeout))
        .timeout_await_100(Some(Duration::from_secs(1)))
        .max_idle_connections_per_host(per_host)
        .max_idle_connections(per_host.saturating_mul(10))
        .build()
}

/// A timeout that clocks can represent. One of more than a year is no timeout.
fn bounded(timeout: Option<Duration>) -> Option<Duration> {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    timeout.filter(|timeout| *timeout <= YEAR)
}

fn with_options<B: AsSendBody>(agent: &Agent, request: WireRequest<B>, options: &SendOptions) -> Result<WireRequest<B>> {
    if options.connect_timeout.is_none() && options.read_timeout.is_none() && options.deadline.is_none() {
        return Ok(request);
    }
    let mut config = agent.configure_request(request);
    if let Some(timeout) = options.connect_timeout {
        config = config.timeout_connect(bounded(Some(timeout)));
    }
    if let Some(timeout) = options.read_timeout {
        config = config.timeout_per_read(bounded(Some(timeout))).timeout_per_write(bounded(Some(timeout)));
    }
    if let Some(deadline) = options.deadline {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(deadline_exceeded());
        }
        config = config.timeout_global(bounded(Some(left)));
    }
    Ok(config.build())
}

#[cfg(test)]
mod tests;
