//! Calls as they were answered, for a file that people can read.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::conform::conform;
use super::readable::{metadata, readable};
use crate::call::Event;
use crate::call::hooks::{Hooks, Rank};
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{List, Map, Value};

/// What a file of recordings says of itself.
pub(super) const FORMAT: &str = "tucuxi recording 1";

/// Writes down what services answer, to be replayed without them: see [`Replay`](super::Replay).
///
/// Recorded are, for each call that a service answered, with a result or with an error: the service, the region, the
/// operation, the parameters as the caller gave them, and the answer as the caller got it. Bodies are read into memory
/// for it. Calls that ended without an answer (nobody there, invalid parameters) and raw calls are not recorded.
///
/// Requests are not recorded, so no signature and no key of the caller is. Of parameters and answers everything is
/// masked that the definitions call sensitive, members whose names say it (`Password`, `SessionToken`, `SecretAccessKey`, …),
/// headers that carry secrets, and what signs a URL. What an application keeps in members of its own (an item of a
/// table, an object) is recorded as it is.
///
/// ```no_run
/// use tucuxi::{Recorder, Session, value};
///
/// let s3 = Session::new()?.client("s3")?;
/// let recorder = Recorder::new();
/// recorder.attach(&s3)?;
/// s3.call("list_objects_v2", value!({"Bucket": "river"}))?;
/// recorder.save("tests/recordings/river.json")?;
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<Vec<Value>>>);

impl Recorder {
    /// A recorder with nothing in it.
    pub fn new() -> Recorder {
        Recorder::default()
    }

    /// Records the calls of a client and of its clones from now on.
    ///
    /// # Errors
    /// None at present: it is there for what may come.
    pub fn attach(&self, client: &Client) -> Result<()> {
        self.listen(&client.context().hooks)
    }

    /// The recording as text: JSON, indented.
    pub fn to_json_text(&self) -> String {
        let calls: List = self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().collect();
        let mut text = crate::value!({"format": FORMAT, "calls": calls}).to_json_text(true);
        text.push('\n');
        text
    }

    /// Writes the recording to a file, in the place of what was there.
    ///
    /// # Errors
    /// If the file cannot be written; the message names it.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let failed = |e| Error::new(ErrorKind::Stub, format!("{}: {e}", path.display())).with_source(e);
        std::fs::write(path, self.to_json_text()).map_err(failed)
    }

    /// Records the calls that run through these hooks.
    pub(crate) fn listen(&self, hooks: &Hooks) -> Result<()> {
        // Before any hook has rewritten the parameters, and after those of the service have finished the answer.
        hooks.register(
            "*",
            Rank::First,
            Arc::new(|event: &mut Event<'_, '_>| {
                if event.stage() == "before-parameter-build" {
                    event.keep_given_params();
                }
                Ok(())
            }),
        )?;
        let calls = Arc::clone(&self.0);
        hooks.register(
            "after-call",
            Rank::Last,
            Arc::new(move |event: &mut Event<'_, '_>| {
                let call = record(event)?;
                calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
                Ok(())
            }),
        )?;
        Ok(())
    }
}

fn record(event: &mut Event<'_, '_>) -> Result<Value> {
    let output = event.output()?;
    // A stream can be read once: the caller gets another one of the same content.
    let whole = event.result().map_or_else(|| Ok(Map::new()), without_streams)?;
    if let (Some(result), Some(output)) = (event.result_mut(), output) {
        *result = conform(output, &whole)?;
    }
    let input = event.service().input(event.operation())?;
    let class = event.error_class().map(str::to_owned);
    let shape = match whole["Error"]["Code"].as_str() {
        Some(code) => event.service().error_node(code)?,
        None => output,
    };
    let mut answer = readable(shape, &whole)?;
    if let Some(told) = whole.get("ResponseMetadata") {
        answer.insert("ResponseMetadata", metadata(told));
    }
    let mut call = Map::new();
    call.insert("service", event.service().name());
    call.insert("region", event.region());
    call.insert("operation", &event.operation().name);
    call.insert("params", readable(input, &event.given_params())?);
    if let Some(class) = class {
        call.insert("error_class", class);
    }
    call.insert("answer", answer);
    Ok(Value::Map(call))
}

/// The answer with bodies as bytes and streams of events as lists.
fn without_streams(result: &Map) -> Result<Map> {
    let mut out = Map::with_capacity(result.len());
    for (key, value) in result {
        let value = match value.as_stream() {
            None => value.clone(),
            Some(stream) => match stream.events() {
                Some(events) => Value::List(events.collect::<Result<_>>()?),
                None => stream.read_all()?.into(),
            },
        };
        out.insert(key.clone(), value);
    }
    Ok(out)
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").field("calls", &self.0.lock().unwrap_or_else(PoisonError::into_inner).len()).finish()
    }
}
