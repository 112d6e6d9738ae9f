//! Opening connections. Host names are looked up only when a new connection is needed. A cancellation ends both.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, SockRef, Socket as Socket2, Type};
use ureq::Timeout;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectionDetails, Connector, Either, NextTimeout, Transport};

use super::buffers::ConnectionBuffers;
use super::scope;
use super::socket::Socket;
use crate::error::{Error, ErrorKind};
use crate::http::Cancel;

/// Leaves host names to the connector: most requests need no new connection.
#[derive(Debug)]
pub(super) struct NoLookup;

impl Resolver for NoLookup {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}

/// Opens TCP connections, unless there is already a tunnel.
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
        // TLS adds a header and a tag to each of its records. With room for them, one write sends the output of TLS.
        let records = if details.needs_tls() { TLS_OVERHEAD } else { 0 };
        let buffers = ConnectionBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size() + records);
        Ok(Some(Either::B(Socket::new(stream, buffers))))
    }
}

impl fmt::Debug for Sockets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sockets")
    }
}

/// More than what TLS adds to a buffer of the usual size, in bytes.
const TLS_OVERHEAD: usize = 1024;

/// The time left for a connection, and the kind of timeout if it is over.
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

    /// `None` for no limit.
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
    let found = Lookup::of(host)?.addresses(budget, cancel)?;
    if found.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(found.into_iter().map(|ip| SocketAddr::new(ip, port)).collect()) }
}

/// Connects to the first address that accepts. Each address gets an equal part of the remaining time.
fn connect_any(addresses: Vec<SocketAddr>, budget: &Budget, cancel: Option<&Cancel>) -> Result<TcpStream, ureq::Error> {
    let mut outcome = Err(ureq::Error::HostNotFound);
    for (tried, address) in addresses.iter().copied().enumerate() {
        let parts = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        let part = budget.left()?.map(|left| left / parts);
        let connected = match (cancel, part) {
            (Some(cancel), part) => connect_unless_canceled(&address, part, cancel),
            (None, Some(part)) => TcpStream::connect_timeout(&address, part),
            (None, None) => TcpStream::connect(address),
        };
        scope::check(cancel)?;
        outcome = connected.map_err(ureq::Error::from);
        if outcome.is_ok() {
            break;
        }
    }
    outcome.map_err(|error| match error {
        ureq::Error::Io(error) if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) => budget.over(),
        error => error,
    })
}

/// Connects without blocking, so that a cancellation ends it at once. The pauses between two checks are a small part of the
/// time that has passed.
fn connect_unless_canceled(address: &SocketAddr, limit: Option<Duration>, cancel: &Cancel) -> io::Result<TcpStream> {
    const SHORTEST: Duration = Duration::from_micros(50);
    const LONGEST: Duration = Duration::from_millis(5);
    let socket = Socket2::new(Domain::for_address(*address), Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    if let Err(error) = socket.connect(&(*address).into())
        && !is_in_progress(&error)
    {
        return Err(error);
    }
    let started = Instant::now();
    loop {
        if let Some(error) = socket.take_error()? {
            return Err(error);
        }
        if socket.peer_addr().is_ok() {
            break;
        }
        let waited = started.elapsed();
        if cancel.is_canceled() || limit.is_some_and(|limit| waited >= limit) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        cancel.sleep((waited / 16).clamp(SHORTEST, LONGEST));
    }
    socket.set_nonblocking(false)?;
    Ok(socket.into())
}

/// Whether a connection is being established. The standard library has no stable kind for it.
fn is_in_progress(error: &io::Error) -> bool {
    // EINPROGRESS on Linux, on BSD and macOS, and on illumos and MIPS.
    const IN_PROGRESS: [i32; 3] = [115, 36, 150];
    error.kind() == io::ErrorKind::WouldBlock || error.raw_os_error().is_some_and(|code| IN_PROGRESS.contains(&code))
}

/// A lookup of a host name in progress. Nothing can interrupt it, so it has its own thread; all who look up the same host
/// wait for the same one, and whoever stops waiting leaves nothing behind.
struct Lookup {
    host: String,
    /// A forked process does not have its parent's threads.
    process: u32,
    outcome: Mutex<Option<Found>>,
    done: Condvar,
}

/// The addresses, or the kind and the text of the error.
type Found = Result<Vec<IpAddr>, (io::ErrorKind, String)>;

static LOOKUPS: Mutex<Vec<Arc<Lookup>>> = Mutex::new(Vec::new());

impl Lookup {
    fn of(host: &str) -> Result<Arc<Lookup>, ureq::Error> {
        let process = std::process::id();
        let mut lookups = LOOKUPS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lookup) = lookups.iter().find(|lookup| lookup.host == host && lookup.process == process) {
            return Ok(Arc::clone(lookup));
        }
        let lookup = Arc::new(Lookup { host: host.to_owned(), process, outcome: Mutex::new(None), done: Condvar::new() });
        let started = Arc::clone(&lookup);
        thread::Builder::new().name("tucuxi-lookup".to_owned()).spawn(move || started.run()).map_err(|error| {
            let message = format!("Could not look up the host {host}: no thread can be started: {error}");
            io::Error::other(Error::new(ErrorKind::Connect, message).with_source(error))
        })?;
        lookups.push(Arc::clone(&lookup));
        Ok(lookup)
    }

    fn run(self: Arc<Lookup>) {
        let found = (self.host.as_str(), 0).to_socket_addrs();
        let outcome = found.map(|found| found.map(|address| address.ip()).collect()).map_err(|error| (error.kind(), error.to_string()));
        LOOKUPS.lock().unwrap_or_else(PoisonError::into_inner).retain(|other| !Arc::ptr_eq(other, &self));
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        self.done.notify_all();
    }

    fn addresses(self: Arc<Lookup>, budget: &Budget, cancel: Option<&Cancel>) -> Result<Vec<IpAddr>, ureq::Error> {
        let _guard = cancel.map(|cancel| {
            let lookup = Arc::clone(&self);
            cancel.on_cancel(move || {
                // With the lock, so that the notification cannot come between the check and the wait.
                let _outcome = lookup.outcome.lock().unwrap_or_else(PoisonError::into_inner);
                lookup.done.notify_all();
            })
        });
        let mut outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            scope::check(cancel)?;
            match &*outcome {
                Some(Ok(found)) => return Ok(found.clone()),
                Some(Err((kind, text))) => return Err(io::Error::new(*kind, text.clone()).into()),
                None => {}
            }
            outcome = match budget.left()? {
                Some(left) => self.done.wait_timeout(outcome, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.done.wait(outcome).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// A listener whose queue is full: further connections are neither accepted nor refused.
    fn full() -> (TcpListener, Vec<TcpStream>) {
        let socket = Socket2::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        socket.listen(1).unwrap();
        let listener = TcpListener::from(socket);
        let address = listener.local_addr().unwrap();
        let queued = (0..8).map_while(|_| TcpStream::connect_timeout(&address, Duration::from_millis(50)).ok()).collect();
        (listener, queued)
    }

    fn threads() -> usize {
        std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
    }

    #[test]
    fn a_canceled_connect_leaves_no_thread() {
        let (listener, _queued) = full();
        let address = listener.local_addr().unwrap();
        let timeout = NextTimeout { reason: Timeout::Connect, ..NextTimeout::default() };
        let before = threads();
        for _ in 0..100 {
            let cancel = Cancel::new();
            let canceler = cancel.clone();
            let thread = thread::spawn(move || {
                thread::sleep(Duration::from_millis(10));
                canceler.cancel();
                Instant::now()
            });
            let error = connect_any(vec![address], &Budget::new(timeout), Some(&cancel)).unwrap_err();
            assert!(thread.join().unwrap().elapsed() < Duration::from_millis(100));
            let own = error.into_io().downcast::<Error>().unwrap();
            assert_eq!(own.kind(), ErrorKind::Canceled);
        }
        // Other tests have threads, too, but not one for each of these connects.
        assert!(threads() < before + 50, "{} threads, {before} before", threads());
    }

    #[test]
    fn a_connect_that_can_be_canceled_keeps_its_timeout_and_its_error() {
        let (listener, _queued) = full();
        let cancel = Cancel::new();
        let limit = Some(Duration::from_millis(60));
        let error = connect_unless_canceled(&listener.local_addr().unwrap(), limit, &cancel).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert_eq!(connect_unless_canceled(&free, limit, &cancel).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
        let open = TcpListener::bind("127.0.0.1:0").unwrap();
        connect_unless_canceled(&open.local_addr().unwrap(), limit, &cancel).unwrap();
    }

    #[test]
    fn lookups_of_the_same_host_share_a_thread() {
        let lookup = Arc::new(Lookup {
            host: "shared.invalid".to_owned(),
            process: std::process::id(),
            outcome: Mutex::new(None),
            done: Condvar::new(),
        });
        LOOKUPS.lock().unwrap().push(Arc::clone(&lookup));
        let budget =
            Budget::new(NextTimeout { after: Duration::from_millis(20).into(), reason: Timeout::Connect, ..NextTimeout::default() });
        for _ in 0..3 {
            let joined = Lookup::of("shared.invalid").unwrap();
            assert!(Arc::ptr_eq(&joined, &lookup));
            assert!(matches!(joined.addresses(&budget, None), Err(ureq::Error::Timeout(Timeout::Connect))));
        }
        LOOKUPS.lock().unwrap().retain(|other| !Arc::ptr_eq(other, &lookup));
    }
}
