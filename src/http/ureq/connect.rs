//! Opening connections: names are looked up when a connection is needed and not before every request, and both
//! stop when the exchange is canceled.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;
use ureq::Timeout;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport};

use super::scope;
use super::socket::Socket;
use crate::http::{Cancel, canceled};

/// Leaves names to the connector: most requests need no new connection.
#[derive(Debug)]
pub(super) struct NoLookup;

impl Resolver for NoLookup {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}

/// Opens TCP connections where a proxy has not done so.
pub(super) struct Sockets {
    pub keepalive: bool,
}

impl<In: Transport> Connector<In> for Sockets {
    type Out = Either<In, Socket>;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, ureq::Error> {
        if let Some(tunnel) = chained {
            return Ok(Some(Either::A(tunnel)));
        }
        let budget = Budget::new(details.timeout);
        let cancel = scope::cancel();
        let (host, port) = target(details.uri)?;
        let addresses = look_up(host, port, &budget, cancel.as_ref())?;
        let stream = connect_any(addresses, &budget, cancel.as_ref())?;
        stream.set_nodelay(true)?;
        if self.keepalive {
            SockRef::from(&stream).set_keepalive(true)?;
        }
        let buffers = LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Either::B(Socket::new(stream, buffers))))
    }
}

impl fmt::Debug for Sockets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sockets")
    }
}

/// The time that is left for a connection, and what to say when it is over.
struct Budget {
    end: Option<Instant>,
    reason: Timeout,
}

impl Budget {
    fn new(timeout: NextTimeout) -> Budget {
        let end = match timeout.after.is_not_happening() {
            true => None,
            false => Instant::now().checked_add(*timeout.after),
        };
        Budget { end, reason: timeout.reason }
    }

    /// `None` is for ever.
    fn left(&self) -> Result<Option<Duration>, ureq::Error> {
        let Some(end) = self.end else { return Ok(None) };
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(self.over()) } else { Ok(Some(left)) }
    }

    fn over(&self) -> ureq::Error {
        ureq::Error::Timeout(self.reason)
    }
}

fn target(uri: &Uri) -> Result<(&str, u16), ureq::Error> {
    let host = uri.host().ok_or(ureq::Error::HostNotFound)?;
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
    Ok((host.trim_start_matches('[').trim_end_matches(']'), port))
}

/// The addresses of a host; at least one.
fn look_up(host: &str, port: u16, budget: &Budget, cancel: Option<&Cancel>) -> Result<Vec<SocketAddr>, ureq::Error> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let host = host.to_owned();
    let found = aside(budget, cancel, move || (host.as_str(), port).to_socket_addrs().map(Vec::from_iter))?;
    if found.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(found) }
}

/// A connection to the first address that takes one. Each gets an equal part of what is left of the time.
fn connect_any(addresses: Vec<SocketAddr>, budget: &Budget, cancel: Option<&Cancel>) -> Result<TcpStream, ureq::Error> {
    let mut outcome = Err(ureq::Error::HostNotFound);
    for (tried, address) in addresses.iter().copied().enumerate() {
        let parts = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        let part = budget.left()?.map(|left| left / parts);
        let connect = move || match part {
            Some(part) => TcpStream::connect_timeout(&address, part),
            None => TcpStream::connect(address),
        };
        outcome = match cancel {
            Some(_) => aside(budget, cancel, connect),
            None => connect().map_err(ureq::Error::from),
        };
        match &outcome {
            Ok(_) => break,
            Err(ureq::Error::Io(error)) if error.get_ref().is_some_and(|e| e.is::<crate::Error>()) => break,
            Err(_) => {}
        }
    }
    outcome.map_err(|error| match error {
        ureq::Error::Io(error) if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) => budget.over(),
        error => error,
    })
}

/// Does on another thread what nothing can interrupt, so that this one can leave it when time is over or the exchange is
/// canceled.
fn aside<T: Send + 'static>(
    budget: &Budget,
    cancel: Option<&Cancel>,
    job: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, ureq::Error> {
    // Neither of the two that may answer ever waits for the other.
    let (sender, receiver) = mpsc::sync_channel(2);
    let _guard = cancel.map(|cancel| {
        let sender: SyncSender<io::Result<T>> = sender.clone();
        cancel.on_cancel(move || drop(sender.send(Err(io::Error::other(canceled())))))
    });
    thread::Builder::new().name("tucuxi-connect".to_owned()).spawn(move || drop(sender.send(job())))?;
    let answer = match budget.left()? {
        Some(left) => receiver.recv_timeout(left),
        None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
    };
    match answer {
        Ok(outcome) => Ok(outcome?),
        Err(RecvTimeoutError::Timeout) => Err(budget.over()),
        Err(RecvTimeoutError::Disconnected) => Err(ureq::Error::ConnectionFailed),
    }
}
