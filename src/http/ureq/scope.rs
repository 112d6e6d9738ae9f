//! What the exchange that this thread is at has of its own, for the connection that it happens to get.
//!
//! ureq hands a pooled connection no request of ours; but an exchange blocks its thread, so the thread tells which it is.

use std::cell::RefCell;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

use crate::http::{Cancel, CancelGuard, canceled};

#[derive(Default)]
struct Current {
    cancel: Option<Cancel>,
    /// What is to be put before the path of the request line.
    origin: Option<String>,
}

thread_local! {
    static CURRENT: RefCell<Current> = RefCell::default();
}

/// An exchange on this thread, until it is dropped.
#[must_use = "it ends when it is dropped"]
pub(super) struct Scope(Current);

impl Scope {
    /// Begins an exchange. With an `origin` (`http://host`) the next request line is sent in its absolute form.
    pub(super) fn enter(cancel: Option<&Cancel>, origin: Option<String>) -> Scope {
        Scope(CURRENT.replace(Current { cancel: cancel.cloned(), origin }))
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        CURRENT.set(std::mem::take(&mut self.0));
    }
}

/// The origin of the request line that comes, once.
pub(super) fn take_origin() -> Option<String> {
    CURRENT.with_borrow_mut(|current| current.origin.take())
}

/// The switch that stops this thread's exchange, if there is one.
pub(super) fn cancel() -> Option<Cancel> {
    CURRENT.with_borrow(|current| current.cancel.clone())
}

/// Has a socket shut down when the exchange is canceled, which ends whatever it blocks on.
pub(super) fn shut_on_cancel<'c>(cancel: Option<&'c Cancel>, stream: &Arc<TcpStream>) -> Option<CancelGuard<'c>> {
    let cancel = cancel?;
    let stream = Arc::clone(stream);
    Some(cancel.on_cancel(move || {
        // It fails only where the socket is closed already.
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
