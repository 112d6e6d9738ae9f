//! Waiters: an operation is called again and again until something has come about.
//!
//! They stand above the way of one call, like paginators; the conditions are those of the definition. Each poll has the
//! client's own retries underneath.

mod polls;

use std::fmt;
use std::time::Duration;

use self::polls::{Polls, WaiterConfig, answer, explain, unexpected};
use crate::call::time::{Pace, Sleep};
use crate::client::{Client, params_map};
use crate::definition::waiter::is_error;
use crate::definition::{Acceptor, WaiterDefinition, WaiterState, Waiters};
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::http::Cancel;
use crate::value::{Map, Str, Value};

/// Waits until something has come about, by polling.
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
#[must_use = "a waiter does nothing until it is told to wait"]
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

/// One poll of a waiter, for its callback.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Poll<'a> {
    /// Which one it was; the first is 1.
    pub attempt: u64,
    /// How many there will be at most.
    pub max_attempts: u64,
    /// How long the waiter has waited.
    pub elapsed: Duration,
    /// What the service answered; an error has `Error` and `ResponseMetadata`.
    pub response: &'a Value,
    /// What the response means; nothing if it meets no condition.
    pub state: Option<WaiterState>,
}

impl Client {
    /// Waits until something has come about, and returns the response that told so. The name is that of a waiter of the
    /// service, in either spelling: `bucket_exists` or `BucketExists`.
    ///
    /// `params` are those of the operation that is polled, and perhaps boto3's `WaiterConfig`: a map with `Delay` (seconds)
    /// and `MaxAttempts`.
    ///
    /// # Errors
    /// As [`waiter`](Self::waiter) and [`Waiter::wait`].
    pub fn wait(&self, waiter: &str, params: impl Into<Value>) -> Result<Value> {
        self.waiter(waiter)?.wait(params)
    }

    /// A waiter of the service, in either spelling of its name.
    ///
    /// # Errors
    /// `UnknownName` if the service has none of that name, with the nearest names; `InvalidDefinition` if it is broken.
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

    /// A waiter of the caller's own; the name is for messages.
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
    /// `UnknownOperation` if the service does not have the operation that is polled.
    pub fn waiter_with(&self, name: impl Into<Str>, definition: WaiterDefinition) -> Result<Waiter> {
        let name = name.into();
        let operation = self.context().operation(definition.operation()).map_err(|e| e.with_place(&format!("Waiter {name}")))?.name.clone();
        let (client, timed) = (self.clone(), self.clone());
        let fetch = move |params: &Map, cancel: Option<&Cancel>| {
            let request = client.request(&operation, params.clone());
            cancel.into_iter().fold(request, |request, cancel| request.cancel(cancel)).send()
        };
        let pause = move |time, cancel: Option<&Cancel>| timed.context().time.pace.pause(time, cancel);
        Ok(Waiter::new(name, definition, Box::new(fetch), Box::new(pause)))
    }

    /// The method names of the service's waiters; none where the service has no waiters.
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
        let near = did_you_mean(&crate::definition::snake_case(name), names.iter().map(Str::as_str));
        let hint = match names.as_slice() {
            [] => format!(" The service {} has no waiters.", self.context().service.name()),
            _ if !near.is_empty() => near,
            names => format!(" The waiters of {} are {}.", self.context().service.name(), names.join(", ")),
        };
        Error::new(ErrorKind::UnknownName, format!("Waiter does not exist: {name}.{hint}")).with_name("ValueError")
    }
}

impl Waiter {
    /// A waiter that polls some other function: it gets the parameters and answers a response. An error of a service may be
    /// an `Err` or a response with `Error` and `ResponseMetadata`.
    pub fn from_fn(
        name: impl Into<Str>,
        definition: WaiterDefinition,
        poll: impl Fn(&Map) -> Result<Value> + Send + Sync + 'static,
    ) -> Waiter {
        Waiter::new(name.into(), definition, Box::new(move |params, _| poll(params)), pause(None))
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

    /// How long to wait between two polls, instead of what the definition says.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// How many polls there are at most, instead of what the definition says; there is one even if this is 0.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.into();
        self
    }

    /// When to give up, counted from the beginning of the waiting. The last delay is shortened so that the last poll begins
    /// before it; a poll that has begun is not broken off.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The switch that stops the waiting from another thread, in the middle of a poll or between two of them.
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

    /// Calls `callback` after each poll. An error that it returns ends the waiting, and is what [`wait`](Self::wait) returns.
    pub fn on_poll(mut self, callback: impl Fn(&Poll<'_>) -> anyhow::Result<()> + Send + Sync + 'static) -> Self {
        self.on_poll = Some(Box::new(callback));
        self
    }

    /// What passes the time between two polls, instead of the client's [sleep](crate::ClientBuilder::sleep): for tests. The
    /// time that it is told to pass counts for the [`deadline`](Self::deadline).
    pub fn sleep(mut self, sleep: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        self.pause = pause(Some(Box::new(sleep)));
        self
    }

    /// The API's name, `BucketExists`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is polled and what ends the waiting.
    pub fn definition(&self) -> &WaiterDefinition {
        &self.definition
    }

    /// Waits, and returns the response that told that it has come about; that may be an error, as for `bucket_not_exists`.
    ///
    /// # Errors
    /// - `Waiter` if a poll tells that it will never come about, if an error meets no condition, or if attempts or time are
    ///   over; [`Error::response`] is the last response, and [`source`](std::error::Error::source) the service's error.
    /// - What a poll failed with before a service answered: wrong parameters, no connection.
    /// - `Canceled` if somebody [stopped](Self::cancel) it.
    /// - `JmesPath` if a condition cannot be evaluated on a response.
    pub fn wait(&self, params: impl Into<Value>) -> Result<Value> {
        let mut params = params_map(params.into())?;
        let mut polls = Polls::new(self, WaiterConfig::take(&mut params)?);
        loop {
            self.cancel.as_ref().map_or(Ok(()), Cancel::check)?;
            let (response, error) = answer((self.fetch)(&params, self.cancel.as_ref()))?;
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
            if let Some(reason) = polls.over() {
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
