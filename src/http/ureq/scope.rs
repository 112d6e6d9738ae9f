//! The state of the exchange that this thread is performing, for the layers below ureq.
//!
//! ureq passes a pooled connection nothing about the request. But an exchange blocks its thread, so what the layers need to
//! tell each other is kept per thread.

use std::cell::RefCell;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

use ureq::unversioned::transport::Transport;

use super::arriving::Arriving;
use crate::http::{Cancel, CancelGuard, Headers, canceled};

/// A request for the layer that sends it.
pub(super) struct Outline {
    /// The head, sent in place of ureq's; a small body can follow it.
    pub head: Vec<u8>,
    /// Whether the request waits for `100 Continue` before it sends its body.
    pub expects_continue: bool,
    /// Whether the method is HEAD, so that the response has no body.
    pub is_head: bool,
}

#[derive(Default)]
struct Current {
    cancel: Option<Cancel>,
    /// Until the first byte of the request is sent.
    outline: Option<Outline>,
    /// Whether the response may interrupt the request: a blocked write returns when there is something to read.
    interruptible: bool,
    /// Whether the socket still has a part of the request that it reported as written.
    unsent: bool,
    /// Whether the rest of the request is not sent any more.
    stopped: bool,
    /// The headers of the response.
    headers: Option<Headers>,
    /// Data of a chunk of the request, which ureq does not see.
    veiled: Vec<u8>,
    /// The body of the response and its connection, which ureq does not see.
    arriving: Option<Arriving>,
    /// The connection of a response that was read.
    connection: Option<Box<dyn Transport>>,
}

thread_local! {
    static CURRENT: RefCell<Current> = RefCell::default();
}

/// An exchange on this thread, until it is dropped.
#[must_use = "it ends when it is dropped"]
pub(super) struct Scope(Current);

impl Scope {
    /// Begins an exchange, or resumes one to read the response's body (without an outline).
    pub(super) fn enter(cancel: Option<&Cancel>, outline: Option<Outline>) -> Scope {
        Scope(CURRENT.replace(Current { cancel: cancel.cloned(), outline, ..Current::default() }))
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        CURRENT.set(std::mem::take(&mut self.0));
    }
}

/// Returns the outline of the request that begins; once per exchange.
pub(super) fn begin_request() -> Option<Outline> {
    CURRENT.with_borrow_mut(|current| current.outline.take())
}

/// Sets whether the response may interrupt the request.
pub(super) fn set_interruptible(interruptible: bool) {
    CURRENT.with_borrow_mut(|current| current.interruptible = interruptible);
}

pub(super) fn is_interruptible() -> bool {
    CURRENT.with_borrow(|current| current.interruptible && !current.stopped)
}

/// Records whether the socket has yet to send a part of the request.
pub(super) fn set_unsent(unsent: bool) {
    CURRENT.with_borrow_mut(|current| current.unsent = unsent);
}

pub(super) fn has_unsent() -> bool {
    CURRENT.with_borrow(|current| current.unsent)
}

/// Ends the request early: what is left of it is not read from its source and not sent.
pub(super) fn stop_sending() {
    CURRENT.with_borrow_mut(|current| (current.stopped, current.unsent) = (true, false));
}

pub(super) fn is_stopped() -> bool {
    CURRENT.with_borrow(|current| current.stopped)
}

/// Stores the headers of the response.
pub(super) fn set_headers(headers: Headers) {
    CURRENT.with_borrow_mut(|current| current.headers = Some(headers));
}

/// Returns the headers of the response; once per exchange.
pub(super) fn take_headers() -> Headers {
    CURRENT.with_borrow_mut(|current| current.headers.take()).unwrap_or_default()
}

/// Hides data of the request from ureq: moves it aside and leaves zeros.
pub(super) fn veil(data: &mut [u8]) {
    CURRENT.with_borrow_mut(|current| current.veiled.extend_from_slice(data));
    data.fill(0);
}

/// Takes the data that [`veil`] moved aside.
pub(super) fn take_veiled() -> Vec<u8> {
    CURRENT.with_borrow_mut(|current| std::mem::take(&mut current.veiled))
}

/// Stores the body of the response.
pub(super) fn set_arriving(arriving: Arriving) {
    CURRENT.with_borrow_mut(|current| current.arriving = Some(arriving));
}

/// Takes the body of the response.
pub(super) fn take_arriving() -> Option<Arriving> {
    CURRENT.with_borrow_mut(|current| current.arriving.take())
}

/// Stores the connection of a body that was read.
pub(super) fn set_connection(connection: Box<dyn Transport>) {
    CURRENT.with_borrow_mut(|current| current.connection = Some(connection));
}

/// Takes the connection of a body that was read.
pub(super) fn take_connection() -> Option<Box<dyn Transport>> {
    CURRENT.with_borrow_mut(|current| current.connection.take())
}

/// The handle that stops this thread's exchange, if there is one.
pub(super) fn cancel() -> Option<Cancel> {
    CURRENT.with_borrow(|current| current.cancel.clone())
}

/// Shuts a socket down when the exchange is canceled, which ends whatever it blocks on.
pub(super) fn shut_on_cancel<'c>(cancel: Option<&'c Cancel>, stream: &Arc<TcpStream>) -> Option<CancelGuard<'c>> {
    let cancel = cancel?;
    let stream = Arc::clone(stream);
    Some(cancel.on_cancel(move || {
        // It fails only if the socket is already closed.
        let _ = stream.shutdown(Shutdown::Both);
    }))
}

/// # Errors
/// If the exchange is canceled.
pub(super) fn check(cancel: Option<&Cancel>) -> Result<(), ureq::Error> {
    match cancel {
        Some(cancel) if cancel.is_canceled() => Err(std::io::Error::other(canceled()).into()),
        _ => Ok(()),
    }
}
