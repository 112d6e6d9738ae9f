//! Hooks and test doubles of a session. They apply to clients created afterwards.

use std::sync::Arc;

use super::Session;
use crate::call::hooks::Rank;
use crate::call::{Event, HookId};
use crate::error::Result;
use crate::testing::{Recorder, Replay};

/// # Hooks
impl Session {
    /// Registers a hook for clients that this session creates afterwards; see [`Client::on`](crate::Client::on).
    ///
    /// # Errors
    /// `InvalidConfig` if the name has an empty part or if there is no such stage; the message suggests the nearest names.
    pub fn on(&self, event: &str, hook: impl Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync + 'static) -> Result<HookId> {
        self.hooks().register(event, Rank::Normal, Arc::new(hook))
    }

    /// Registers a hook that runs before every other hook of the same pattern, including the built-in ones: boto3's
    /// `register_first`.
    ///
    /// # Errors
    /// As [`on`](Self::on).
    pub fn on_first(&self, event: &str, hook: impl Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync + 'static) -> Result<HookId> {
        self.hooks().register(event, Rank::First, Arc::new(hook))
    }

    /// Registers a hook that runs after every other hook of the same pattern: boto3's `register_last`.
    ///
    /// # Errors
    /// As [`on`](Self::on).
    pub fn on_last(&self, event: &str, hook: impl Fn(&mut Event<'_, '_>) -> anyhow::Result<()> + Send + Sync + 'static) -> Result<HookId> {
        self.hooks().register(event, Rank::Last, Arc::new(hook))
    }

    /// Removes a hook that this session registered, for clients created afterwards. Returns whether there was one.
    pub fn off(&self, id: HookId) -> bool {
        self.hooks().unregister(id)
    }
}

impl Recorder {
    /// Records the calls of every client that the session creates afterwards, including the clients of its resources.
    ///
    /// # Errors
    /// None at present; the result leaves room for future checks.
    pub fn attach_session(&self, session: &Session) -> Result<()> {
        self.listen(session.hooks())
    }
}

impl Replay {
    /// Answers the calls of every client that the session creates afterwards, including the clients of its resources.
    ///
    /// # Errors
    /// None at present; the result leaves room for future checks.
    pub fn attach_session(&self, session: &Session) -> Result<()> {
        self.answer(session.hooks())
    }
}
