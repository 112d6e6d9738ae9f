//! The state of the exchange that this thread is performing, for the layers below ureq.
//!
//! ureq passes a pooled connection nothing about the request. But an exchange blocks its thread, so what the layers need to
//! tell each other is kept per thread.

use std::cell::RefCell;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

use crate::http::{Cancel, CancelGuard, Headers, canceled};

/// What a connection must know about a request.
#[derive(Default)]
pub(super) struct Outline {
    /// Inserted before the path of the request line: `http://host`, for a proxy that forwards the request.
    pub origin: Option<String>,
    /// Whether the request waits for `100 Continue` before it sends its body.
    pub expects_continue: bool,
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
