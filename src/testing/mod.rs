//! Test doubles: prepared or recorded responses instead of a service, without a network.
//!
//! They use the same hooks as users. A double receives every call of its client before anything is sent, including raw calls
//! and calls that the client makes itself, and either answers it or fails it. While it is attached, no call reaches the
//! transport or looks up credentials.

mod conform;
mod readable;
mod recorder;
mod replay;
mod sample;
mod stubbed_error;
mod stubber;

use std::sync::Arc;

use crate::auth::Credentials;
use crate::call::Event;
use crate::call::hooks::{HookId, Hooks, Rank};
use crate::error::{Error, ErrorKind, Result};
use crate::value::Map;

pub use recorder::Recorder;
pub use replay::Replay;
pub use stubbed_error::StubbedError;
pub use stubber::{ANY, Any, Stubber};

/// A replacement for a service.
trait Double: Send + Sync + 'static {
    /// Checks whether there is a response, before the parameters are validated and without consuming it.
    fn check(&self, event: &Event<'_, '_>, params: &Map) -> Result<()>;

    /// Sets the response of the event.
    fn answer(&self, event: &mut Event<'_, '_>, params: &Map) -> Result<()>;
}

/// Attaches a double to a client, or to the clients of a session.
fn attach(hooks: &Hooks, double: Arc<impl Double>) -> Result<HookId> {
    // Hooks whose pattern starts with `*` run first.
    let hook = move |event: &mut Event<'_, '_>| {
        match event.stage() {
            "provide-client-params" => event.use_placeholder_credentials(),
            // There is no call to answer.
            _ if event.is_prepared_only() => {}
            "before-parameter-build" => {
                event.keep_given_params();
                double.check(event, event.params()).map_err(|error| named(event, error))?;
            }
            "before-call" => {
                let params = event.given_params();
                double.answer(event, &params).map_err(|error| named(event, error))?;
            }
            _ => {}
        }
        Ok(())
    };
    hooks.register("*", Rank::First, Arc::new(hook))
}

/// Adds the operation to the error, in boto3's words.
fn named(event: &Event<'_, '_>, error: Error) -> Error {
    match error.kind() {
        ErrorKind::Stub => error.with_place(&format!("Error getting response stub for operation {}", event.operation().name)),
        _ => error,
    }
}

/// Returns placeholder credentials.
fn placeholder() -> Arc<Credentials> {
    Arc::new(Credentials::new("stubbed", "stubbed"))
}

impl Event<'_, '_> {
    /// Uses placeholder credentials if the client's would have to be looked up, which can require a network.
    fn use_placeholder_credentials(&mut self) {
        if !self.has_credentials_at_hand() {
            self.set_credentials(placeholder());
        }
    }
}
