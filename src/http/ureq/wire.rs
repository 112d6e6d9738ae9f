//! The layer between ureq and a connection that handles the heads of requests and responses.
//!
//! ureq rejects what it does not expect: interim responses with headers, unusual header lines, a response before the request
//! is sent. And it logs what it handles. This layer sends and reads the heads itself. It skips interim responses, leaves the
//! headers and the body of a response where the transport finds them, and shows ureq only the status. While the request is sent it listens: a server that rejects the
//! request does not have to receive all of it, and a connection that breaks may already have delivered the reason.

use std::io;
use std::ops::Range;
use std::time::Instant;

use ureq::unversioned::transport::time::Duration;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::arriving::Arriving;
use super::head::{self, Head, Malformed};
use super::scope::{self, Outline};
use super::socket::NOTHING_YET;

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

/// A connection that sends request heads and reads response heads for ureq.
#[derive(Debug)]
pub(super) struct Wire {
    /// Away while the body of a response is read.
    connection: Option<Box<dyn Transport>>,
    is_tls: bool,
    max_head: usize,
    tunnel: bool,
    phase: Phase,
    /// The part of a head that has arrived.
    raw: Vec<u8>,
    /// How many bytes of heads this exchange has received.
    received: usize,
    /// The final head, until ureq sees it.
    head: Option<Head>,
    /// The head as ureq sees it.
    shown: Shown,
    expects_continue: bool,
    /// Whether the method is HEAD.
    to_head: bool,
    /// Whether a part of the body was sent.
    body_begun: bool,
    /// Whether the request was not sent completely. The connection cannot be used again.
    stopped: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The final head has not arrived.
    Head,
    /// The final head has arrived; ureq has not seen it.
    Ready,
    /// ureq has seen the head.
    Body,
}

impl<In: Transport> Connector<In> for Wires {
    type Out = Wire;

    fn connect(&self, _: &ConnectionDetails, chained: Option<In>) -> Result<Option<Wire>, ureq::Error> {
        Ok(chained.map(|connection| Wire {
            is_tls: connection.is_tls(),
            connection: Some(Box::new(connection)),
            max_head: self.max_head,
            tunnel: self.tunnel,
            phase: Phase::Head,
            raw: Vec::new(),
            received: 0,
            head: None,
            shown: Shown::default(),
            expects_continue: false,
            to_head: false,
            body_begun: false,
            stopped: false,
        }))
    }
}

impl Transport for Wire {
    fn buffers(&mut self) -> &mut dyn Buffers {
        match &mut self.connection {
            Some(connection) if self.shown.is_empty() => connection.buffers(),
            _ => &mut self.shown,
        }
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if self.tunnel {
            return self.connection()?.transmit_output(amount, timeout);
        }
        if let Some(outline) = scope::begin_request() {
            self.begin(&outline);
            return self.transmit_head(&outline.head, timeout);
        }
        // A small request is sent at once.
        if self.body_begun || scope::has_unsent() {
            self.listen(timeout)?;
        }
        self.body_begun = true;
        unveil(&mut self.connection()?.buffers().output()[..amount], &scope::take_veiled())?;
        self.transmit(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        if self.phase != Phase::Body {
            return self.await_head(timeout);
        }
        if self.tunnel {
            return self.connection()?.await_input(timeout);
        }
        // The body was read, and ureq reads the byte that stands for it.
        self.connection = scope::take_connection();
        if self.connection.is_some() {
            self.shown.fill(vec![0]);
        }
        Ok(self.connection.is_some())
    }

    fn is_open(&mut self) -> bool {
        !self.stopped && self.connection.as_mut().is_some_and(|connection| connection.is_open())
    }

    fn is_tls(&self) -> bool {
        self.is_tls
    }
}

impl Wire {
    /// # Errors
    /// If the body of a response is still being read.
    fn connection(&mut self) -> Result<&mut Box<dyn Transport>, ureq::Error> {
        self.connection.as_mut().ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected).into())
    }

    fn begin(&mut self, outline: &Outline) {
        self.phase = Phase::Head;
        self.raw.clear();
        (self.head, self.received) = (None, 0);
        (self.expects_continue, self.to_head, self.body_begun) = (outline.expects_continue, outline.is_head, false);
        scope::set_interruptible(true);
    }

    /// Sends output. If the connection is broken, the rest of the request is discarded: the server may have said why.
    fn transmit(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if self.stopped {
            return Ok(());
        }
        match self.connection()?.transmit_output(amount, timeout) {
            Err(error) if is_broken(&error) => {
                self.stop();
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// Sends the head in place of the output.
    fn transmit_head(&mut self, mut head: &[u8], timeout: NextTimeout) -> Result<(), ureq::Error> {
        while !head.is_empty() {
            let output = self.connection()?.buffers().output();
            let (piece, later) = head.split_at(head.len().min(output.len()));
            output[..piece.len()].copy_from_slice(piece);
            self.transmit(piece.len(), timeout)?;
            head = later;
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
        self.show_head();
        Ok(true)
    }

    /// Shows ureq the head, and leaves the body to its reader. ureq expects a body of one byte instead of it.
    fn show_head(&mut self) {
        let Some(head) = self.head.take() else { return };
        self.phase = Phase::Body;
        let has_body = !self.tunnel && head.has_body(self.to_head);
        self.shown.fill(head.outline(has_body.into()));
        if has_body && let Some(connection) = self.connection.take() {
            scope::set_arriving(Arriving::new(connection, head.framing));
        }
    }

    /// Keeps a final head; interim responses say nothing that matters.
    fn accept(&mut self, mut head: Head) {
        if head.status < 200 {
            return;
        }
        self.phase = Phase::Ready;
        if !self.tunnel {
            scope::set_headers(std::mem::take(&mut head.headers));
            scope::set_interruptible(false);
        }
        self.head = Some(head);
    }

    /// Receives a head; `None` if the connection has ended.
    fn receive(&mut self, timeout: NextTimeout) -> Result<Option<Head>, ureq::Error> {
        loop {
            if let Some(head) = self.take_head().map_err(io::Error::other)? {
                return Ok(Some(head));
            }
            if !self.connection()?.await_input(timeout)? {
                return Ok(None);
            }
        }
    }

    /// Takes a head from the input, if all of it is there. The input after it stays.
    fn take_head(&mut self) -> Result<Option<Head>, Malformed> {
        const PIECE: usize = 4096;
        loop {
            let Some(connection) = &mut self.connection else { return Ok(None) };
            let buffers = connection.buffers();
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
}

/// Puts the data back into chunks (RFC 9112, section 7.1) that were written with zeros in its place.
///
/// # Errors
/// If the chunks have another size.
fn unveil(output: &mut [u8], mut data: &[u8]) -> io::Result<()> {
    let mut at = 0;
    while !data.is_empty() {
        let chunk = next_chunk(&output[at..]).map(|range| at + range.start..at + range.end);
        let chunk = chunk.filter(|chunk| chunk.len() <= data.len()).ok_or_else(|| io::Error::other("unexpected chunks"))?;
        let (own, later) = data.split_at(chunk.len());
        at = chunk.end + 2;
        output[chunk].copy_from_slice(own);
        data = later;
    }
    Ok(())
}

/// Where the data of the first chunk is, if there is one.
fn next_chunk(output: &[u8]) -> Option<Range<usize>> {
    let line = output.windows(2).position(|pair| pair == b"\r\n")?;
    let size = usize::from_str_radix(str::from_utf8(&output[..line]).ok()?, 16).ok()?;
    let start = line + 2;
    (size > 0 && start + size + 2 <= output.len()).then_some(start..start + size)
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
