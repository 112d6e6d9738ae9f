//! A TCP connection. A canceled exchange releases it at once, and a response can interrupt a blocked request.

use std::fmt;
use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use socket2::SockRef;
use ureq::Timeout;
use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};

use super::buffers::ConnectionBuffers;
use super::scope;

/// How often a blocked write checks whether the server has sent something.
const TICK: Duration = Duration::from_millis(20);

/// The reason of a timeout if nothing has arrived and there was nothing to wait for. ureq never reports it.
pub(super) const NOTHING_YET: Timeout = Timeout::Await100;

/// A TCP connection and its buffers.
pub(super) struct Socket {
    channel: Channel,
    buffers: ConnectionBuffers,
}

struct Channel {
    stream: Arc<TcpStream>,
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
    /// The rest of a write that a response interrupted, and the limits of that write.
    unsent: Option<(Vec<u8>, WriteLimits)>,
    /// Nothing is sent any more; what the server has sent can still be read.
    write_closed: bool,
    /// Whether a response has arrived since [`Socket::is_open`] was called.
    was_read: bool,
}

/// How long a write may take.
#[derive(Clone, Copy)]
struct WriteLimits {
    /// How long the server may accept nothing.
    silence: Option<Duration>,
    /// When the server last accepted something.
    progress: Instant,
    end: Option<Instant>,
    reason: Timeout,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, buffers: ConnectionBuffers) -> Socket {
        let stream = Arc::new(stream);
        Socket {
            channel: Channel { stream, read_timeout: None, write_timeout: None, unsent: None, write_closed: false, was_read: false },
            buffers,
        }
    }
}

impl Transport for Socket {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.channel.transmit(&self.buffers.output()[..amount], timeout)
    }

    /// Waits for input. A timeout of zero takes what is there.
    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let amount = self.channel.receive(self.buffers.input_append_buf(), timeout)?;
        self.buffers.input_appended(amount);
        self.channel.was_read = true;
        Ok(amount > 0)
    }

    /// Whether the connection is intact and idle: anything that arrives between two requests belongs to neither.
    ///
    /// ureq asks this when it returns the connection to the pool and when it takes it out. Only the second time needs an answer of the
    /// system, which is a system call less for each request.
    fn is_open(&mut self) -> bool {
        let returns = std::mem::take(&mut self.channel.was_read);
        !self.channel.write_closed && (returns || !has_input(&self.channel.stream))
    }
}

impl Channel {
    /// Sends the output. If the exchange is interruptible and the server sends something while it accepts nothing, the rest
    /// is sent later; if the exchange is stopped, the output is discarded.
    fn transmit(&mut self, output: &[u8], timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.flush()?;
        match &mut self.unsent {
            _ if self.write_closed => {}
            Some((unsent, _)) => unsent.extend_from_slice(output),
            None => self.write(output, WriteLimits::new(timeout))?,
        }
        Ok(())
    }

    fn receive(&mut self, input: &mut [u8], timeout: NextTimeout) -> Result<usize, ureq::Error> {
        self.flush()?;
        if timeout.after.is_zero() {
            if !has_input(&self.stream) {
                return Err(ureq::Error::Timeout(NOTHING_YET));
            }
            return self.stream.as_ref().read(input).map_err(|error| failure(error, NOTHING_YET));
        }
        let timeout = timeout.for_read();
        let limit = duration(timeout.after);
        if limit != self.read_timeout {
            self.stream.set_read_timeout(limit)?;
            self.read_timeout = limit;
        }
        let read = self.cancelable(|mut stream| {
            loop {
                match stream.read(input) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    other => return other,
                }
            }
        })?;
        read.map_err(|error| failure(error, timeout.reason))
    }

    /// Sends what an interrupted write left. It blocks until everything is sent or the server has sent something.
    fn flush(&mut self) -> Result<(), ureq::Error> {
        if scope::is_stopped() {
            self.close_writing();
        }
        match self.unsent.take() {
            Some((bytes, limits)) => self.write(&bytes, limits),
            None => Ok(()),
        }
    }

    fn write(&mut self, bytes: &[u8], mut limits: WriteLimits) -> Result<(), ureq::Error> {
        let interruptible = scope::is_interruptible();
        let longest = limits.longest(interruptible);
        if longest != self.write_timeout {
            self.stream.set_write_timeout(longest)?;
            self.write_timeout = longest;
        }
        let mut sent = 0;
        let written = self.cancelable(|mut stream| {
            while sent < bytes.len() {
                match stream.write(&bytes[sent..]) {
                    Ok(0) => return Err(io::Error::from(io::ErrorKind::WriteZero).into()),
                    Ok(amount) => (sent, limits.progress) = (sent + amount, Instant::now()),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) if is_timeout(&error) => {
                        limits.check()?;
                        if interruptible && has_input(stream) {
                            break;
                        }
                    }
                    Err(error) => return Err(failure(error, limits.reason)),
                }
            }
            Ok(())
        })?;
        if written.is_err() {
            self.close_writing();
        } else {
            self.unsent = (sent < bytes.len()).then(|| (bytes[sent..].to_vec(), limits));
            scope::set_unsent(self.unsent.is_some());
        }
        written
    }

    /// Performs a blocking operation that a cancellation ends.
    fn cancelable<T>(&self, operation: impl FnOnce(&TcpStream) -> T) -> Result<T, ureq::Error> {
        let cancel = scope::cancel();
        let guard = scope::shut_on_cancel(cancel.as_ref(), &self.stream);
        let outcome = operation(&self.stream);
        drop(guard);
        // A socket that was shut down reads like one that has come to its end.
        scope::check(cancel.as_ref())?;
        Ok(outcome)
    }

    fn close_writing(&mut self) {
        (self.write_closed, self.unsent) = (true, None);
        scope::set_unsent(false);
    }
}

impl WriteLimits {
    fn new(timeout: NextTimeout) -> WriteLimits {
        let now = Instant::now();
        // A timeout of zero is for reading, which TLS may have to write for.
        let end = duration(timeout.after).filter(|left| !left.is_zero()).and_then(|left| now.checked_add(left));
        WriteLimits { silence: timeout.per_write.and_then(duration), progress: now, end, reason: timeout.reason }
    }

    /// How long the system may block before the limits are checked, and the input if it may interrupt.
    fn longest(&self, interruptible: bool) -> Option<Duration> {
        // Unlike the time that is left, a tick is always the same: it is set once.
        if interruptible {
            return Some(self.silence.map_or(TICK, |silence| silence.min(TICK)));
        }
        let left = self.end.map(|end| end.saturating_duration_since(Instant::now()).max(Duration::from_millis(1)));
        self.silence.into_iter().chain(left).min()
    }

    /// # Errors
    /// If a limit is reached.
    fn check(&self) -> Result<(), ureq::Error> {
        // Systems round time limits.
        const ROUNDING: Duration = Duration::from_millis(1);
        let now = Instant::now() + ROUNDING;
        if self.end.is_some_and(|end| now >= end) {
            return Err(ureq::Error::Timeout(self.reason));
        }
        match self.silence {
            Some(silence) if now.duration_since(self.progress) >= silence => Err(ureq::Error::Timeout(Timeout::PerWrite)),
            _ => Ok(()),
        }
    }
}

/// Returns whether there is something to read, or the other side has closed the connection. Every request asks this at least
/// once.
fn has_input(stream: &TcpStream) -> bool {
    !peek(stream).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}

/// Looks for input without waiting, with one system call.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple", target_os = "freebsd"))]
fn peek(stream: &TcpStream) -> io::Result<usize> {
    const PEEK: i32 = 0x2;
    const DONT_WAIT: i32 = if cfg!(any(target_os = "linux", target_os = "android")) { 0x40 } else { 0x80 };
    SockRef::from(stream).recv_with_flags(&mut [MaybeUninit::uninit()], PEEK | DONT_WAIT)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple", target_os = "freebsd")))]
fn peek(stream: &TcpStream) -> io::Result<usize> {
    stream.set_nonblocking(true)?;
    let peeked = stream.peek(&mut [0]);
    stream.set_nonblocking(false)?;
    peeked
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").field("peer", &self.channel.stream.peer_addr().ok()).finish()
    }
}

fn duration(limit: ureq::unversioned::transport::time::Duration) -> Option<Duration> {
    (!limit.is_not_happening()).then_some(*limit)
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock)
}

fn failure(error: io::Error, reason: Timeout) -> ureq::Error {
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => ureq::Error::Timeout(reason),
        // ureq takes these for the end of a body that the connection's end delimits.
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => io::Error::new(io::ErrorKind::BrokenPipe, error).into(),
        _ => error.into(),
    }
}
