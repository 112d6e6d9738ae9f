//! Recorded answers in the service's place.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::conform::conform;
use super::readable::readable;
use super::recorder::FORMAT;
use super::{Double, attach};
use crate::call::Event;
use crate::call::hooks::Hooks;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str, Value};

/// Answers calls from a recording: see [`Recorder`](super::Recorder).
///
/// A call is answered by the first recorded one of the same service and operation with the same parameters, each
/// recorded call once, so that a resource that is polled changes as it did. The region does not matter. What is masked
/// in the recording is masked in the answer. A call that was not recorded fails; nothing reaches the network. The answer is
/// what the caller got when it was recorded: hooks of `after-call` do not run again.
///
/// ```no_run
/// use tucuxi::{Replay, Session, value};
///
/// let s3 = Session::builder().region("us-east-1").build()?.client("s3")?;
/// let replay = Replay::open("tests/recordings/river.json")?;
/// replay.attach(&s3)?;
/// s3.call("list_objects_v2", value!({"Bucket": "river"}))?;
/// assert_eq!(replay.remaining(), 0);
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone)]
pub struct Replay(Arc<Calls>);

/// The calls that were not made again yet.
struct Calls(Mutex<Vec<Recorded>>);

struct Recorded {
    service: Str,
    operation: Str,
    params: Map,
    error_class: Option<Str>,
    answer: Map,
}

impl Replay {
    /// Reads a recording from a file.
    ///
    /// # Errors
    /// If the file cannot be read, or is no recording; the message names it.
    pub fn open(path: impl AsRef<Path>) -> Result<Replay> {
        let path = path.as_ref();
        let failed = |e| Error::new(ErrorKind::Stub, format!("{}: {e}", path.display())).with_source(e);
        let text = std::fs::read_to_string(path).map_err(failed)?;
        Replay::from_json_text(&text).map_err(|e| e.with_place(&path.display().to_string()))
    }

    /// Reads a recording from its text.
    ///
    /// # Errors
    /// If the text is no recording.
    pub fn from_json_text(text: &str) -> Result<Replay> {
        let recording = Value::from_json_text(text)?;
        if recording["format"].as_str() != Some(FORMAT) {
            return Err(Error::new(ErrorKind::Stub, format!("this is no recording: its format is not {FORMAT:?}")));
        }
        let calls = recording["calls"].as_list().into_iter().flatten().enumerate();
        let calls = calls.map(|(i, call)| Recorded::read(call).ok_or_else(|| broken(i))).collect::<Result<_>>()?;
        Ok(Replay(Arc::new(Calls(Mutex::new(calls)))))
    }

    /// Answers the calls of a client and of its clones from now on.
    ///
    /// # Errors
    /// None at present: it is there for what may come.
    pub fn attach(&self, client: &Client) -> Result<()> {
        self.answer(&client.context().hooks)
    }

    /// Answers the calls that run through these hooks.
    pub(crate) fn answer(&self, hooks: &Hooks) -> Result<()> {
        attach(hooks, Arc::clone(&self.0)).map(|_| ())
    }

    /// How many recorded calls were not made again yet.
    pub fn remaining(&self) -> usize {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

fn broken(index: usize) -> Error {
    Error::new(ErrorKind::Stub, format!("calls[{index}] needs service, operation, params and answer"))
}

impl Recorded {
    fn read(call: &Value) -> Option<Recorded> {
        let text = |key: &str| call[key].as_str().map(Str::from);
        Some(Recorded {
            service: text("service")?,
            operation: text("operation")?,
            params: call["params"].as_map()?.clone(),
            error_class: text("error_class"),
            answer: call["answer"].as_map()?.clone(),
        })
    }
}

impl Double for Calls {
    fn check(&self, event: &Event<'_, '_>, params: &Map) -> Result<()> {
        let calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        find(&calls, event, params).map(|_| ())
    }

    fn answer(&self, event: &mut Event<'_, '_>, params: &Map) -> Result<()> {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = find(&calls, event, params)?;
        let Recorded { answer, error_class, .. } = calls.remove(place);
        drop(calls);
        let answer = match event.output()? {
            Some(output) if !answer.contains_key("Error") => conform(output, &answer)?,
            _ => answer,
        };
        event.set_outcome(answer);
        event.set_error_class(error_class);
        Ok(())
    }
}

/// The place of the first call that fits.
fn find(calls: &[Recorded], event: &Event<'_, '_>, params: &Map) -> Result<usize> {
    let (service, operation) = (event.service().name(), event.operation().name.as_str());
    let params = readable(event.service().input(event.operation())?, params)?;
    let same = |call: &&Recorded| call.service == service && call.operation == operation;
    if let Some(place) = calls.iter().position(|call| same(&call) && call.params == params) {
        return Ok(place);
    }
    let params = Value::Map(params).to_json_text(false);
    let message = match calls.iter().find(same) {
        None => format!("No call of {service} {operation} is left in the recording; the parameters are {params}."),
        Some(near) => {
            let recorded = Value::Map(near.params.clone()).to_json_text(false);
            format!("No call of {service} {operation} is left in the recording with the parameters {params}; the next has {recorded}.")
        }
    };
    Err(Error::new(ErrorKind::Stub, message).with_name("UnStubbedResponseError"))
}

impl std::fmt::Debug for Replay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replay").field("remaining", &self.remaining()).finish()
    }
}
