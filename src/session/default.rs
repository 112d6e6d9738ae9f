//! The default session, for programs that need no more than one.
//!
//! It is one slot for the whole process, behind a lock; apart from the cache of definitions the only global state.

use std::sync::{PoisonError, RwLock};

use super::{Session, SessionBuilder};
use crate::client::Client;
use crate::error::Result;

static DEFAULT: RwLock<Option<Session>> = RwLock::new(None);

/// Makes the session that [`client`] uses, in place of the one before.
///
/// ```
/// use tucuxi::Session;
///
/// tucuxi::setup_default_session(Session::builder().region("eu-west-1"))?;
/// assert_eq!(tucuxi::client("sqs")?.region(), Some("eu-west-1"));
/// # Ok::<(), tucuxi::Error>(())
/// ```
///
/// # Errors
/// As [`SessionBuilder::build`]; the default session stays what it was.
pub fn setup_default_session(builder: SessionBuilder) -> Result<()> {
    let session = builder.build()?;
    *DEFAULT.write().unwrap_or_else(PoisonError::into_inner) = Some(session);
    Ok(())
}

/// The default session; made as [`Session::new`] makes one when it is first asked for, by one thread.
///
/// # Errors
/// As [`Session::new`].
pub fn default_session() -> Result<Session> {
    if let Some(session) = &*DEFAULT.read().unwrap_or_else(PoisonError::into_inner) {
        return Ok(session.clone());
    }
    let mut slot = DEFAULT.write().unwrap_or_else(PoisonError::into_inner);
    match &*slot {
        Some(session) => Ok(session.clone()),
        None => Ok(slot.insert(Session::new()?).clone()),
    }
}

/// A client of the default session.
///
/// # Errors
/// As [`default_session`] and [`Session::client`].
pub fn client(service: &str) -> Result<Client> {
    default_session()?.client(service)
}
