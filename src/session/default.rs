//! The default session of the process.
//!
//! It is one slot behind a lock. Apart from the cache of definitions, it is the only global state.

use std::sync::{PoisonError, RwLock};

use super::{Session, SessionBuilder};
use crate::client::Client;
use crate::error::Result;

static DEFAULT: RwLock<Option<Session>> = RwLock::new(None);

/// Creates the session that [`client`] uses, replacing the previous one.
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
/// As [`SessionBuilder::build`]. The previous default session then stays in place.
pub fn setup_default_session(builder: SessionBuilder) -> Result<()> {
    let session = builder.build()?;
    *DEFAULT.write().unwrap_or_else(PoisonError::into_inner) = Some(session);
    Ok(())
}

/// Returns the default session. The first call creates it as [`Session::new`] does.
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

/// Returns a client of the default session.
///
/// # Errors
/// As [`default_session`] and [`Session::client`].
pub fn client(service: &str) -> Result<Client> {
    default_session()?.client(service)
}
