//! Test doubles: answers in the service's place, told beforehand or recorded, without a network.
//!
//! They hang on the hooks that users have. A double sees every call of its client before anything is sent, raw calls
//! and those that the client makes by itself included, and either answers it or fails it: while it is attached, no call
//! goes on to the transport, and no call looks for credentials.

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

/// What answers in the service's place.
trait Double: Send + Sync + 'static {
    /// Whether there will be an answer: told before the parameters are validated, and without using it up.
    fn check(&self, event: &Event<'_, '_>, params: &Map) -> Result<()>;

    /// The answer, put into the event.
    fn answer(&self, event: &mut Event<'_, '_>, params: &Map) -> Result<()>;
}

/// Puts a double between a client, or the clients of a session, and the network.
fn attach(hooks: &Hooks, double: Arc<impl Double>) -> Result<HookId> {
    // Patterns that begin with a star come first.
    let hook = move |event: &mut Event<'_, '_>| {
        match event.stage() {
            "provide-client-params" => event.spare_the_search_for_credentials(),
            // There is no call to be answered.
            _ if event.is_prepared_only() => {}
            "before-parameter-build" => {
                event.keep_given_params();
                double.check(event, event.params()).map_err(|error| told(event, error))?;
            }
            "before-call" => {
                let params = event.given_params();
                double.answer(event, &params).map_err(|error| told(event, error))?;
            }
            _ => {}
        }
        Ok(())
    };
    hooks.register("*", Rank::First, Arc::new(hook))
}

/// Names the operation, in boto3's words.
fn told(event: &Event<'_, '_>, error: Error) -> Error {
    match error.kind() {
        ErrorKind::Stub => error.with_place(&format!("Error getting response stub for operation {}", event.operation().name)),
        _ => error,
    }
}

/// Keys that are good for nothing, for whoever has no others.
fn placeholder() -> Arc<Credentials> {
    Arc::new(Credentials::new("stubbed", "stubbed"))
}

impl Event<'_, '_> {
    /// Keys that would have to be looked for (which may ask the network) are replaced by placeholders.
    fn spare_the_search_for_credentials(&mut self) {
        if !self.has_credentials_at_hand() {
            self.set_credentials(placeholder());
        }
    }
}
