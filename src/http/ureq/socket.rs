//! A TCP connection that a canceled exchange lets go of at once, and what lies over it and its TLS.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use ureq::Timeout;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport};

use super::scope;

/// A TCP connection.
pub(super) struct Socket {
    stream: Arc<TcpStream>,
    buffers: LazyBuffers,
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, buffers: LazyBuffers) -> Socket {
        Socket { stream: Arc::new(stream), buffers, read_timeout: None, write_timeout: None }
    }
}

impl Transport for Socket {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let (limit, reason) = limit(timeout.for_write())?;
        if limit != self.write_timeout {
            self.stream.set_write_timeout(limit)?;
            self.write_timeout = limit;
        }
        let cancel = scope::cancel();
        let guard = scope::shut_on_cancel(cancel.as_ref(), &self.stream);
        let written = (&*self.stream).write_all(&self.buffers.output()[..amount]);
        drop(guard);
        scope::check(cancel.as_ref())?;
        written.map_err(|error| failure(error, reason))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let (limit, reason) = limit(timeout.for_read())?;
        if limit != self.read_timeout {
            self.stream.set_read_timeout(limit)?;
            self.read_timeout = limit;
        }
        let cancel = scope::cancel();
        let guard = scope::shut_on_cancel(cancel.as_ref(), &self.stream);
        let read = loop {
            match (&*self.stream).read(self.buffers.input_append_buf()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        drop(guard);
        // A socket that was shut down reads like one that has come to its end.
        scope::check(cancel.as_ref())?;
        let amount = read.map_err(|error| failure(error, reason))?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        is_idle(&self.stream).unwrap_or(false)
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").field("peer", &self.stream.peer_addr().ok()).finish()
    }
}

/// The time for one operation; the system takes no zero for one.
fn limit(timeout: NextTimeout) -> Result<(Option<Duration>, Timeout), ureq::Error> {
    if timeout.after.is_not_happening() {
        return Ok((None, timeout.reason));
    }
    if timeout.after.is_zero() { Err(ureq::Error::Timeout(timeout.reason)) } else { Ok((Some(*timeout.after), timeout.reason)) }
}

fn failure(error: io::Error, reason: Timeout) -> ureq::Error {
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => ureq::Error::Timeout(reason),
        // ureq takes these for the end of a body that the connection's end delimits.
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => io::Error::new(io::ErrorKind::BrokenPipe, error).into(),
        _ => error.into(),
    }
}

/// Whether the connection stands and has nothing to say: what would come now belongs to no request.
fn is_idle(stream: &TcpStream) -> io::Result<bool> {
    stream.set_nonblocking(true)?;
    let waits = stream.peek(&mut [0]).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
    stream.set_nonblocking(false)?;
    Ok(waits)
}

/// The last link of the chain: what speaks HTTP over a connection, whatever that is.
#[derive(Debug)]
pub(super) struct Wires;

/// A connection that puts request lines into their absolute form where a proxy wants them so, and that does not
/// wait for more where a whole response head is there.
#[derive(Debug)]
pub(super) struct Wire<In>(In);

impl<In: Transport> Connector<In> for Wires {
    type Out = Wire<In>;

    fn connect(&self, _: &ConnectionDetails, chained: Option<In>) -> Result<Option<Wire<In>>, ureq::Error> {
        Ok(chained.map(Wire))
    }
}

impl<In: Transport> Transport for Wire<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        match scope::take_origin() {
            Some(origin) => self.transmit_absolute(&origin, amount, timeout),
            None => self.0.transmit_output(amount, timeout),
        }
    }

    /// ureq looks at the same input twice where a final response comes instead of `100 Continue`, and would wait for
    /// more of it in between.
    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let buffers = self.0.buffers();
        let whole_head = |input: &[u8]| input.starts_with(b"HTTP/1.") && input.windows(4).any(|four| four == b"\r\n\r\n");
        if !buffers.can_use_input() && whole_head(buffers.input()) {
            return Ok(true);
        }
        self.0.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }

    fn is_tls(&self) -> bool {
        self.0.is_tls()
    }
}

impl<In: Transport> Wire<In> {
    /// Sends the output, which begins with a request line, with the origin before the path.
    fn transmit_absolute(&mut self, origin: &str, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let head = &self.0.buffers().output()[..amount];
        let path = head.iter().position(|byte| *byte == b' ').map_or(0, |space| space + 1);
        let absolute = [&head[..path], origin.as_bytes(), &head[path..]].concat();
        let mut rest = absolute.as_slice();
        while !rest.is_empty() {
            let output = self.0.buffers().output();
            let (piece, later) = rest.split_at(rest.len().min(output.len()));
            output[..piece.len()].copy_from_slice(piece);
            self.0.transmit_output(piece.len(), timeout)?;
            rest = later;
        }
        Ok(())
    }
}
