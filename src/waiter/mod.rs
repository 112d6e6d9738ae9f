//! Waiters: they call an operation repeatedly until a condition is met.
//!
//! Like paginators, they are built on [`Client::request`]. The conditions come from the definition. Each poll has the client's
//! own retries.

mod polls;

use std::fmt;
use std::time::Duration;

use self::polls::{Polls, WaiterConfig, explain, response_of, unexpected};
use crate::call::time::{Pace, Sleep};
use crate::client::{Client, params_map};
use crate::definition::waiter::is_error;
use crate::definition::{Acceptor, WaiterDefinition, WaiterState, Waiters};
use crate::error::{Error, ErrorKind, Result};
use crate::http::Cancel;
use crate::value::{Map, Str, Value};

/// Polls an operation until a condition is met.
///
/// ```no_run
/// use std::time::Duration;
/// use tucuxi::{Session, value};
///
/// let s3 = Session::new()?.client("s3")?;
/// s3.waiter("object_exists")?
///     .delay(Duration::from_secs(2))
///     .deadline(Duration::from_secs(60))
///     .on_poll(|poll| Ok(eprintln!("attempt {} of {}", poll.attempt, poll.max_attempts)))
///     .wait(value!({"Bucket": "b", "Key": "k"}))?;
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[must_use = "waiters are lazy and do nothing until `wait` is called"]
pub struct Waiter {
    name: Str,
    definition: WaiterDefinition,
    delay: Duration,
    max_attempts: i64,
    deadline: Option<Duration>,
    cancel: Option<Cancel>,
    fetch: Box<Fetch>,
    on_poll: Option<Box<OnPoll>>,
    pause: Box<Pause>,
}

type Fetch = dyn Fn(&Map, Option<&Cancel>) -> Result<Value> + Send + Sync;
type Pause = dyn Fn(Duration, Option<&Cancel>) -> Result<()> + Send + Sync;
type OnPoll = dyn Fn(&Poll<'_>) -> anyhow::Result<()> + Send + Sync;

/// A poll, as passed to [`Waiter::on_poll`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Poll<'a> {
    /// The number of the poll, starting with 1.
    pub attempt: u64,
    /// The maximum number of polls.
    pub max_attempts: u64,
    /// The time since the waiter started.
    pub elapsed: Duration,
    /// The response; that of an error contains `Error` and `ResponseMetadata`.
    pub response: &'a Value,
    /// The state that the response leads to; `None` if it meets no condition.
    pub state: Option<WaiterState>,
}

impl Client {
    /// Waits until a condition is met, and returns the response that met it. `waiter` is the name of a waiter of the service, in
    /// either spelling: `bucket_exists` or `BucketExists`.
    ///
    /// `params` are the parameters of the polled operation. They can contain boto3's `WaiterConfig`: a map with `Delay` (seconds)
    /// and `MaxAttempts`.
    ///
    /// # Errors
    /// The errors of [`waiter`](Self::waiter) and [`Waiter::wait`].
    pub fn wait(&self, waiter: &str, params: impl Into<Value>) -> Result<Value> {
        self.waiter(waiter)?.wait(params)
    }

    /// Returns a waiter of the service, in either spelling of its name.
    ///
    /// # Errors
    /// `UnknownName` if the service has no waiter of that name, with the nearest names; `InvalidDefinition` if it is broken.
    pub fn waiter(&self, name: &str) -> Result<Waiter> {
        let found = match self.waiter_definitions()? {
            Some(waiters) => waiters.get(name)?,
            None => None,
        };
        match found {
            Some((name, definition)) => self.waiter_with(name, definition),
            None => Err(self.unknown_waiter(name)),
        }
    }

    /// Returns a waiter with a custom definition. The name is used in messages.
    ///
    /// ```no_run
    /// use tucuxi::{Session, WaiterDefinition, value};
    ///
    /// let definition = WaiterDefinition::from_value(&value!({
    ///     "operation": "DescribeStateMachine", "delay": 2, "maxAttempts": 30,
    ///     "acceptors": [{"state": "success", "matcher": "path", "argument": "status", "expected": "ACTIVE"}],
    /// }))?;
    /// let states = Session::new()?.client("stepfunctions")?;
    /// states.waiter_with("StateMachineActive", definition)?.wait(value!({"stateMachineArn": "arn:…"}))?;
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    ///
    /// # Errors
    /// `UnknownOperation` if the service does not have the polled operation.
    pub fn waiter_with(&self, name: impl Into<Str>, definition: WaiterDefinition) -> Result<Waiter> {
        let name = name.into();
        let operation = self.context().operation(definition.operation()).map_err(|e| e.with_place(&format!("Waiter {name}")))?.name.clone();
        let (client, timed) = (self.clone(), self.clone());
        let fetch = move |params: &Map, cancel: Option<&Cancel>| {
            let request = client.request(&operation, params.clone());
            cancel.into_iter().fold(request, |request, cancel| request.cancel(cancel)).send()
        };
        let pause = move |time, cancel: Option<&Cancel>| timed.context().time.pace.pause(time, cancel);
        let waiter = Waiter::new(name, definition, Box::new(fetch), Box::new(pause));
        Ok(Waiter { cancel: self.cancel().cloned(), ..waiter })
    }

    /// Returns the method names of the service's waiters.
    ///
    /// # Errors
    /// `InvalidDefinition` if the service's waiters are broken.
    pub fn waiters(&self) -> Result<Vec<Str>> {
        Ok(self.waiter_definitions()?.map(|waiters| waiters.method_names()).unwrap_or_default())
    }

    /// The waiters of the service, if it has any.
    pub(crate) fn waiter_definitions(&self) -> Result<Option<std::sync::Arc<Waiters>>> {
        self.context().definitions.find(self.context().service.name(), Some(&self.context().api_version))
    }

    fn unknown_waiter(&self, name: &str) -> Error {
        let names = match self.waiters() {
            Ok(names) => names,
            Err(error) => return error,
        };
        let service = self.context().service.name();
        let error =
            |hint: &str| Error::new(ErrorKind::UnknownName, format!("Waiter does not exist: {name}.{hint}")).with_name("ValueError");
        let suggested = error("").with_suggestions(&crate::definition::snake_case(name), names.iter().map(Str::as_str));
        match names.as_slice() {
            [] => error(&format!(" The service {service} has no waiters.")),
            _ if suggested.has_suggestions() => suggested,
            names => error(&format!(" The waiters of {service} are {}.", names.join(", "))),
        }
    }
}

impl Waiter {
    /// Creates a waiter that polls a function. It receives the parameters and returns a response. An error of a service can be
    /// an `Err` or a response with `Error` and `ResponseMetadata`.
    pub fn from_fn(
        name: impl Into<Str>,
        definition: WaiterDefinition,
        poll: impl Fn(&Map) -> anyhow::Result<Value> + Send + Sync + 'static,
    ) -> Waiter {
        let poll = move |params: &Map, _: Option<&Cancel>| poll(params).map_err(|e| Error::foreign("the waiter", e));
        Waiter::new(name.into(), definition, Box::new(poll), pause(None))
    }

    fn new(name: Str, definition: WaiterDefinition, fetch: Box<Fetch>, pause: Box<Pause>) -> Waiter {
        Waiter {
            name,
            delay: definition.delay(),
            max_attempts: definition.max_attempts(),
            definition,
            deadline: None,
            cancel: None,
            fetch,
            on_poll: None,
            pause,
        }
    }

    /// Sets the delay between two polls, instead of the one in the definition.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Sets the maximum number of polls, instead of the one in the definition. Even with 0, there is one poll.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.into();
        self
    }

    /// Sets the time limit, counted from the start of the wait. The last delay is shortened so that the last poll starts before
    /// the deadline. A poll that has started is not interrupted.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets the handle with which another thread can cancel the wait, during or between polls.
    ///
    /// ```
    /// use tucuxi::{Cancel, ErrorKind, Waiter, WaiterDefinition, value};
    ///
    /// let definition = WaiterDefinition::from_value(&value!({
    ///     "operation": "GetThing", "delay": 3600, "maxAttempts": 3,
    ///     "acceptors": [{"state": "success", "matcher": "path", "argument": "Done", "expected": true}],
    /// }))?;
    /// let cancel = Cancel::new();
    /// let other = cancel.clone();
    /// let waiting = Waiter::from_fn("ThingDone", definition, |_| Ok(value!({"Done": false}))).cancel(&cancel);
    /// let thread = std::thread::spawn(move || waiting.wait(()));
    /// other.cancel();
    /// assert_eq!(thread.join().unwrap().unwrap_err().kind(), ErrorKind::Canceled);
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn cancel(mut self, cancel: &Cancel) -> Self {
        self.cancel = Some(cancel.clone());
        self
    }

    /// Calls `callback` after each poll. If it returns an error, [`wait`](Self::wait) ends and returns that error.
    pub fn on_poll(mut self, callback: impl Fn(&Poll<'_>) -> anyhow::Result<()> + Send + Sync + 'static) -> Self {
        self.on_poll = Some(Box::new(callback));
        self
    }

    /// Replaces the client's [sleep](crate::ClientBuilder::sleep) between two polls, for tests. The requested time counts toward
    /// the [`deadline`](Self::deadline) even if the function does not sleep.
    pub fn sleep(mut self, sleep: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        self.pause = pause(Some(Box::new(sleep)));
        self
    }

    /// Returns the API's name of the waiter, `BucketExists`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the definition: the polled operation and the conditions.
    pub fn definition(&self) -> &WaiterDefinition {
        &self.definition
    }

    /// Waits, and returns the response that met the condition. It can be an error response, as for `bucket_not_exists`.
    ///
    /// # Errors
    /// - `Waiter` if a response means failure, if an error meets no condition, or if the attempts or the time are exhausted;
    ///   [`Error::response`] is the last response, and [`source`](std::error::Error::source) the service's error.
    /// - The error of a poll that failed without a response: invalid parameters, no connection.
    /// - `Canceled` if the wait was [canceled](Self::cancel).
    /// - `JmesPath` if a condition cannot be evaluated on a response.
    pub fn wait(&self, params: impl Into<Value>) -> Result<Value> {
        let mut params = params_map(params.into())?;
        let mut polls = Polls::new(self, WaiterConfig::take(&mut params)?);
        loop {
            self.cancel.as_ref().map_or(Ok(()), Cancel::check)?;
            let (response, error) = response_of((self.fetch)(&params, self.cancel.as_ref()))?;
            polls.attempt += 1;
            let accepted = self.accepting(&response)?;
            polls.report(&response, accepted)?;
            match accepted.map(Acceptor::state) {
                Some(WaiterState::Success) => return Ok(response),
                None if is_error(&response) => return Err(polls.failed(&unexpected(&response), response, error)),
                Some(WaiterState::Failure) => {
                    let reason = format!("Waiter encountered a terminal failure state: {}", explain(accepted));
                    return Err(polls.failed(&reason, response, error));
                }
                _ => {}
            }
            polls.has_accepted |= accepted.is_some();
            if let Some(reason) = polls.exhausted() {
                let before = accepted.or_else(|| self.definition.acceptors().last());
                let before = if polls.has_accepted { format!(". Previously accepted state: {}", explain(before)) } else { String::new() };
                return Err(polls.failed(&format!("{reason}{before}"), response, error));
            }
            polls.pause()?;
        }
    }

    fn accepting(&self, response: &Value) -> Result<Option<&Acceptor>> {
        for acceptor in self.definition.acceptors() {
            if acceptor.accepts(response)? {
                return Ok(Some(acceptor));
            }
        }
        Ok(None)
    }
}

fn pause(sleep: Option<Sleep>) -> Box<Pause> {
    let pace = Pace::new(sleep, None);
    Box::new(move |time, cancel| pace.pause(time, cancel))
}

impl fmt::Debug for Waiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiter").field("name", &self.name).field("definition", &self.definition).finish_non_exhaustive()
    }
}
