//! Actions and waiters: the calls that a resource makes.

use super::names::Meaning;
use super::{MemberKind, Outcome, Resource, request, response};
use crate::client::params_map;
use crate::definition::resource::{Action, ResourceWaiter};
use crate::definition::snake_case;
use crate::error::Result;
use crate::value::{Map, Value};

/// # Actions
impl Resource {
    /// Calls an action. The parameters are those of its operation beyond the ones that the resource itself knows; one that
    /// is given here takes the place of the resource's own. What is known of the resource is forgotten afterwards, as the
    /// action may have changed it, if it can be loaded again.
    ///
    /// `load`, `reload` and waiters (`wait_until_exists`) can be called too; they give null.
    ///
    /// # Errors
    /// `UnknownName` if there is no such action; those of the call.
    pub fn call(&self, name: &str, params: impl Into<Value>) -> Result<Outcome> {
        let own = params_map(params.into())?;
        let null = |()| Outcome::Value(Value::Null);
        match self.class().names.get(name) {
            Some(Meaning::Action(index)) => self.act(&self.resource_type().actions[*index], own),
            Some(Meaning::Load) => self.load_with(own).map(null),
            Some(Meaning::Waiter(index)) => self.wait_for(&self.resource_type().waiters[*index], own).map(null),
            Some(Meaning::Method) => match self.class().method(name) {
                Some(method) => (method.run)(self, own),
                None => Err(self.class().unknown(self, MemberKind::Action, name)),
            },
            _ => Err(self.class().unknown(self, MemberKind::Action, name)),
        }
    }

    /// Waits for a condition, `exists` or `wait_until_exists`.
    ///
    /// # Errors
    /// As [`wait_with`](Self::wait_with).
    pub fn wait(&self, name: &str) -> Result<()> {
        self.wait_with(name, ())
    }

    /// Waits with more parameters; `WaiterConfig` among them may have `Delay` (seconds) and `MaxAttempts`.
    ///
    /// # Errors
    /// `UnknownName` if there is no such waiter; those of [`Client::wait`](crate::Client::wait).
    pub fn wait_with(&self, name: &str, params: impl Into<Value>) -> Result<()> {
        let names = &self.class().names;
        match names.get(name).or_else(|| names.get(format!("wait_until_{name}").as_str())) {
            Some(Meaning::Waiter(index)) => self.wait_for(&self.resource_type().waiters[*index], params_map(params.into())?),
            _ => Err(self.class().unknown(self, MemberKind::Waiter, name)),
        }
    }

    fn wait_for(&self, waiter: &ResourceWaiter, own: Map) -> Result<()> {
        let mut params = Map::new();
        request::add(&mut params, &waiter.params, self, None)?;
        request::overlay(&mut params, own);
        self.client().wait(&snake_case(&waiter.waiter), params).map(|_| ())
    }

    fn act(&self, action: &Action, own: Map) -> Result<Outcome> {
        let mut params = Map::new();
        request::add(&mut params, &action.params, self, None)?;
        request::overlay(&mut params, own);
        let outcome = self.perform(action, params)?;
        if self.can_load() {
            self.set_data(None);
        }
        Ok(outcome)
    }

    /// Makes the call and interprets its response.
    pub(super) fn perform(&self, action: &Action, params: Map) -> Result<Outcome> {
        let params = Value::Map(params);
        let response = self.client().call(&action.operation, &params)?;
        self.interpret(action, &params, response)
    }

    /// What a response of an action gives.
    pub(super) fn interpret(&self, action: &Action, params: &Value, response: Value) -> Result<Outcome> {
        match (&action.resource, &action.path) {
            (Some(way), _) => match response::resources(way, self, params, &response)? {
                Some(outcome) => Ok(outcome),
                None => {
                    let service = self.client().service();
                    response::nothing(service, service.operation(&action.operation)?, way.path.as_ref())
                }
            },
            (None, Some(path)) => path.search(&response).map(Outcome::Value),
            (None, None) => Ok(Outcome::Value(response)),
        }
    }
}
