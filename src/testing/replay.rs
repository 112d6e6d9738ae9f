//! Recorded responses instead of a service.

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

/// Answers calls from a recording of a [`Recorder`](super::Recorder).
///
/// A call gets the response of the first recorded call with the same service, operation, and parameters. Each recorded call
/// is used once, so that a polled resource changes as it did when it was recorded. The region is ignored. Values that are
/// masked in the recording are masked in the response. A call that was not recorded fails; nothing reaches the network. Hooks
/// of `after-call` do not run again, as the response is the one that the caller received.
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

/// The calls that were not replayed yet.
struct Calls(Mutex<Vec<Recorded>>);

struct Recorded {
    service: Str,
    operation: Str,
    params: Map,
    error_class: Option<Str>,
    response: Map,
}

impl Replay {
    /// Reads a recording from a file.
    ///
    /// # Errors
    /// `Stub` if the file cannot be read or is not a recording; the message names it.
    pub fn open(path: impl AsRef<Path>) -> Result<Replay> {
        let path = path.as_ref();
        let failed = |e| Error::new(ErrorKind::Stub, format!("{}: {e}", path.display())).with_source(e);
        let text = std::fs::read_to_string(path).map_err(failed)?;
        Replay::from_json_text(&text).map_err(|e| e.with_place(&path.display().to_string()))
    }

    /// Reads a recording from its text.
    ///
    /// # Errors
    /// If the text is not JSON or not a recording.
    pub fn from_json_text(text: &str) -> Result<Replay> {
        let recording = Value::from_json_text(text)?;
        if recording["format"].as_str() != Some(FORMAT) {
            return Err(Error::new(ErrorKind::Stub, format!("this is not a recording: its format is not {FORMAT:?}")));
        }
        let calls = recording["calls"].as_list().into_iter().flatten().enumerate();
        let calls = calls.map(|(i, call)| Recorded::read(call).ok_or_else(|| broken(i))).collect::<Result<_>>()?;
        Ok(Replay(Arc::new(Calls(Mutex::new(calls)))))
    }

    /// Starts answering the calls of a client and its clones.
    ///
    /// # Errors
    /// None currently.
    pub fn attach(&self, client: &Client) -> Result<()> {
        self.answer(&client.context().hooks)
    }

    /// Answers the calls that use these hooks.
    pub(crate) fn answer(&self, hooks: &Hooks) -> Result<()> {
        attach(hooks, Arc::clone(&self.0)).map(|_| ())
    }

    /// Returns the number of recorded calls that were not replayed yet.
    pub fn remaining(&self) -> usize {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

fn broken(index: usize) -> Error {
    Error::new(ErrorKind::Stub, format!("calls[{index}] requires service, operation, params, and answer"))
}

impl Recorded {
    fn read(call: &Value) -> Option<Recorded> {
        let text = |key: &str| call[key].as_str().map(Str::from);
        Some(Recorded {
            service: text("service")?,
            operation: text("operation")?,
            params: call["params"].as_map()?.clone(),
            error_class: text("error_class"),
            response: call["answer"].as_map()?.clone(),
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
        let position = find(&calls, event, params)?;
        let Recorded { response, error_class, .. } = calls.remove(position);
        drop(calls);
        let response = match event.output()? {
            Some(output) if !response.contains_key("Error") => conform(output, &response)?,
            _ => response,
        };
        event.set_outcome(response);
        event.set_error_class(error_class);
        Ok(())
    }
}

/// Finds the position of the first matching call.
fn find(calls: &[Recorded], event: &Event<'_, '_>, params: &Map) -> Result<usize> {
    let (service, operation) = (event.service().name(), event.operation().name.as_str());
    let params = readable(event.service().input(event.operation())?, params)?;
    let same = |call: &&Recorded| call.service == service && call.operation == operation;
    if let Some(position) = calls.iter().position(|call| same(&call) && call.params == params) {
        return Ok(position);
    }
    let params = Value::Map(params).to_json_text(false);
    let message = match calls.iter().find(same) {
        None => format!("The recording contains no more calls of {service} {operation}; the parameters are {params}."),
        Some(near) => {
            let recorded = Value::Map(near.params.clone()).to_json_text(false);
            format!(
                "The recording contains no more calls of {service} {operation} with the parameters {params}; the next one has {recorded}."
            )
        }
    };
    Err(Error::new(ErrorKind::Stub, message).with_name("UnStubbedResponseError"))
}

impl std::fmt::Debug for Replay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replay").field("remaining", &self.remaining()).finish()
    }
}
