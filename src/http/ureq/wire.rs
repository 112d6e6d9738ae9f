//! The layer between ureq and a connection that understands response heads.
//!
//! ureq rejects what it does not expect: interim responses with headers, unusual header lines, a response before the request
//! is sent. This layer reads the heads itself. It skips interim responses, stores the headers where the transport finds them,
//! and shows ureq only the status and the length of the body. While the request is sent it listens: a server that rejects the
//! request does not have to receive all of it, and a connection that breaks may already have delivered the reason.

use std::io;
use std::time::Instant;

use ureq::unversioned::transport::time::Duration;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::head::{self, Head, Malformed};
use super::scope;
use super::socket::NOTHING_YET;
use crate::error::{Error, ErrorKind};

/// From this status on, a response that arrives before the request is sent ends the request. Below it, the server accepts the
/// request, so it receives all of it.
const FIRST_REJECTION: u16 = 300;

/// Puts a [`Wire`] on connections.
#[derive(Debug)]
pub(super) struct Wires {
    /// The maximum size of a head, in bytes.
    pub max_head: usize,
    /// Whether the connections become tunnels after their first response.
    pub tunnel: bool,
}

/// A connection that reads response heads for ureq.
#[derive(Debug)]
pub(super) struct Wire<In> {
    connection: In,
    max_head: usize,
    tunnel: bool,
    phase: Phase,
    /// The part of a head that has arrived.
    raw: Vec<u8>,
    /// How many bytes of heads this exchange has received.
    received: usize,
    /// The head as ureq sees it.
    shown: Shown,
    expects_continue: bool,
    /// Whether a part of the body was sent.
    body_begun: bool,
    /// Whether the request was not sent completely. The connection cannot be used again.
    stopped: bool,
    /// Whether the body ends with the connection.
    ends_with_connection: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The final head has not arrived.
    Head,
    /// The final head has arrived; ureq has not seen it.
    Ready,
    /// ureq has seen the head; the body follows it.
    Body { begun: bool },
}

impl<In: Transport> Connector<In> for Wires {
    type Out = Wire<In>;

    fn connect(&self, _: &ConnectionDetails, chained: Option<In>) -> Result<Option<Wire<In>>, ureq::Error> {
        Ok(chained.map(|connection| Wire {
            connection,
            max_head: self.max_head,
            tunnel: self.tunnel,
            phase: Phase::Head,
            raw: Vec::new(),
            received: 0,
            shown: Shown::default(),
            expects_continue: false,
            body_begun: false,
            stopped: false,
            ends_with_connection: false,
        }))
    }
}

impl<In: Transport> Transport for Wire<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        if self.shown.is_empty() { self.connection.buffers() } else { &mut self.shown }
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if self.tunnel {
            return self.connection.transmit_output(amount, timeout);
        }
        if let Some(outline) = scope::begin_request() {
            self.begin(outline.expects_continue);
            return match outline.origin {
                Some(origin) => self.transmit_absolute(&origin, amount, timeout),
                None => self.transmit(amount, timeout),
            };
        }
        // A small request is sent at once.
        if self.body_begun || scope::has_unsent() {
            self.listen(timeout)?;
        }
        self.body_begun = true;
        self.transmit(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        if let Phase::Body { begun } = self.phase {
            self.phase = Phase::Body { begun: true };
            // What arrived together with the head.
            if !begun && !self.connection.buffers().input().is_empty() {
                return Ok(true);
            }
            return self.connection.await_input(timeout).map_err(|error| self.body_failure(error));
        }
        let arrived = self.await_head(timeout)?;
        if self.phase == Phase::Ready {
            self.phase = Phase::Body { begun: false };
        }
        Ok(arrived)
    }

    fn is_open(&mut self) -> bool {
        !self.stopped && self.connection.is_open()
    }

    fn is_tls(&self) -> bool {
        self.connection.is_tls()
    }
}

impl<In: Transport> Wire<In> {
    fn begin(&mut self, expects_continue: bool) {
        self.phase = Phase::Head;
        self.raw.clear();
        self.received = 0;
        (self.expects_continue, self.body_begun) = (expects_continue, false);
        scope::set_interruptible(true);
    }

    /// Sends output. If the connection is broken, the rest of the request is discarded: the server may have said why.
    fn transmit(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if self.stopped {
            return Ok(());
        }
        match self.connection.transmit_output(amount, timeout) {
            Err(error) if is_broken(&error) => {
                self.stop();
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// Sends the output, which begins with a request line, with the origin before the path.
    fn transmit_absolute(&mut self, origin: &str, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let head = &self.connection.buffers().output()[..amount];
        let path = head.iter().position(|byte| *byte == b' ').map_or(0, |space| space + 1);
        let absolute = [&head[..path], origin.as_bytes(), &head[path..]].concat();
        let mut rest = absolute.as_slice();
        while !rest.is_empty() {
            let output = self.connection.buffers().output();
            let (piece, later) = rest.split_at(rest.len().min(output.len()));
            output[..piece.len()].copy_from_slice(piece);
            self.transmit(piece.len(), timeout)?;
            rest = later;
        }
        Ok(())
    }

    fn stop(&mut self) {
        self.stopped = true;
        scope::stop_sending();
    }

    /// Reads what the server has sent while the request is being sent, and waits until the connection accepts more.
    fn listen(&mut self, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let started = Instant::now();
        while self.phase == Phase::Head && !self.stopped {
            match self.receive(NextTimeout { after: Duration::from_secs(0), ..timeout }) {
                Ok(Some(head)) => {
                    let rejects = head.status >= FIRST_REJECTION;
                    self.accept(head);
                    if rejects {
                        self.stop();
                    }
                }
                // A server that has closed its side cannot respond any more.
                Ok(None) => self.stop(),
                Err(ureq::Error::Timeout(NOTHING_YET)) if !scope::has_unsent() => return Ok(()),
                Err(ureq::Error::Timeout(NOTHING_YET)) => {
                    left(timeout, started)?;
                }
                Err(error) if is_broken(&error) => self.stop(),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Waits for the final head, or for the interim response that ureq expects. Returns whether one has arrived.
    fn await_head(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let started = Instant::now();
        // Waiting for `100 Continue` has its own limit, after which the body is sent.
        let timeout = if timeout.reason == NOTHING_YET { NextTimeout { per_read: None, ..timeout } } else { timeout };
        while self.phase == Phase::Head {
            match self.receive(left(timeout, started)?)? {
                Some(head) if head.status == 100 && self.expects_continue && !self.body_begun => {
                    self.expects_continue = false;
                    self.shown.fill(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec());
                    return Ok(true);
                }
                Some(head) => self.accept(head),
                None => return Ok(false),
            }
        }
        let essence = std::mem::take(&mut self.raw);
        self.shown.fill(essence);
        Ok(true)
    }

    /// Keeps a final head; interim responses say nothing that matters.
    fn accept(&mut self, head: Head) {
        if head.status < 200 {
            return;
        }
        self.phase = Phase::Ready;
        self.raw = head.essence;
        self.ends_with_connection = head.ends_with_connection;
        if self.tunnel {
            return;
        }
        scope::set_headers(head.headers);
        scope::set_interruptible(false);
    }

    /// Receives a head; `None` if the connection has ended.
    fn receive(&mut self, timeout: NextTimeout) -> Result<Option<Head>, ureq::Error> {
        loop {
            if let Some(head) = self.take_head().map_err(io::Error::other)? {
                return Ok(Some(head));
            }
            if !self.connection.await_input(timeout)? {
                return Ok(None);
            }
        }
    }

    /// Takes a head from the input, if all of it is there. The input after it stays.
    fn take_head(&mut self) -> Result<Option<Head>, Malformed> {
        const PIECE: usize = 4096;
        loop {
            let buffers = self.connection.buffers();
            let input = buffers.input();
            let piece = &input[..input.len().min(PIECE)];
            if piece.is_empty() {
                return Ok(None);
            }
            // Some servers send an empty line after a body.
            let blank = if self.raw.is_empty() { piece.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count() } else { 0 };
            let known = self.raw.len();
            self.raw.extend_from_slice(&piece[blank..]);
            let end = head::end(&self.raw, known);
            self.raw.truncate(end.unwrap_or(self.raw.len()));
            let used = blank + self.raw.len() - known;
            buffers.input_consume(used);
            // So that ureq does not take the rest, if there is one, for something it knows.
            buffers.input_consume(0);
            self.received += used;
            if self.received > self.max_head {
                return Err(Malformed::TooLarge { limit: self.max_head });
            }
            head::check_start(&self.raw)?;
            if end.is_some() {
                let head = head::parse(&self.raw);
                self.raw.clear();
                return head.map(Some);
            }
        }
    }

    /// TLS announces its end. A connection that ends without it may have lost the end of a body whose length nobody knows.
    fn body_failure(&self, error: ureq::Error) -> ureq::Error {
        match error {
            ureq::Error::Io(error) if self.ends_with_connection && error.kind() == io::ErrorKind::UnexpectedEof => {
                let message =
                    "The body may be incomplete: its length is unknown, and the connection was closed without the TLS close_notify.";
                // ureq takes `UnexpectedEof` for the end of such a body.
                io::Error::other(Error::new(ErrorKind::IncompleteRead, message).with_source(error)).into()
            }
            error => error,
        }
    }
}

/// The timeout less the time that has passed.
fn left(timeout: NextTimeout, started: Instant) -> Result<NextTimeout, ureq::Error> {
    if timeout.after.is_not_happening() {
        return Ok(timeout);
    }
    let after = timeout.after.saturating_sub(started.elapsed());
    if after.is_zero() { Err(ureq::Error::Timeout(timeout.reason)) } else { Ok(NextTimeout { after: after.into(), ..timeout }) }
}

/// Whether the other side does not accept anything any more.
fn is_broken(error: &ureq::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof, WriteZero};
    let ureq::Error::Io(error) = error else { return false };
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof | WriteZero)
}

/// A head as ureq's input.
#[derive(Debug, Default)]
struct Shown {
    bytes: Vec<u8>,
    consumed: usize,
}

impl Shown {
    fn fill(&mut self, bytes: Vec<u8>) {
        *self = Shown { bytes, consumed: 0 };
    }

    fn is_empty(&self) -> bool {
        self.consumed == self.bytes.len()
    }
}

/// Only the input is used: ureq sends nothing before it has consumed a head.
impl Buffers for Shown {
    fn output(&mut self) -> &mut [u8] {
        &mut []
    }

    fn input(&self) -> &[u8] {
        &self.bytes[self.consumed..]
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        &mut []
    }

    fn input_appended(&mut self, _: usize) {}

    fn input_consume(&mut self, amount: usize) {
        self.consumed = (self.consumed + amount).min(self.bytes.len());
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        (&mut [], &mut [])
    }

    fn can_use_input(&self) -> bool {
        !self.is_empty()
    }
}
