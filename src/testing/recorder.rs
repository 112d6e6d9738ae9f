//! Records calls and their responses in a readable file.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::conform::conform;
use super::readable::{metadata, readable};
use crate::call::Event;
use crate::call::hooks::{Hooks, Rank};
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{List, Map, Value};

/// The format marker of a recording.
pub(super) const FORMAT: &str = "tucuxi recording 1";

/// Records the responses of services, so that [`Replay`](super::Replay) can return them without the services.
///
/// For each call that a service answered, with a result or an error, the recording contains the service, the region, the
/// operation, the caller's parameters, and the response. Bodies are read into memory. Calls without a response (no
/// connection, invalid parameters) and raw calls are not recorded.
///
/// Requests are not recorded, and neither are the caller's signatures and credentials. In parameters and responses, the
/// following is masked: values that the definition marks as sensitive, members whose names denote a secret (`Password`,
/// `SessionToken`, `SecretAccessKey`, …), secret headers, and the signatures of URLs. Application data, such as a table item or
/// an object, is recorded unchanged.
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
    /// Creates an empty recorder.
    pub fn new() -> Recorder {
        Recorder::default()
    }

    /// Starts recording the calls of a client and its clones.
    ///
    /// # Errors
    /// None currently.
    pub fn attach(&self, client: &Client) -> Result<()> {
        self.listen(&client.context().hooks)
    }

    /// Returns the recording as indented JSON.
    pub fn to_json_text(&self) -> String {
        let calls: List = self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().collect();
        let mut text = crate::value!({"format": FORMAT, "calls": calls}).to_json_text(true);
        text.push('\n');
        text
    }

    /// Writes the recording to a file, replacing its content.
    ///
    /// # Errors
    /// `Stub` if the file cannot be written; the message names it.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let failed = |e| Error::new(ErrorKind::Stub, format!("{}: {e}", path.display())).with_source(e);
        std::fs::write(path, self.to_json_text()).map_err(failed)
    }

    /// Records the calls that use these hooks.
    pub(crate) fn listen(&self, hooks: &Hooks) -> Result<()> {
        // The first hook runs before others rewrite the parameters, the last one after those of the service complete the response.
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
    // A stream can be read once, so the caller gets a new one with the same content.
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
    let mut response = readable(shape, &whole)?;
    if let Some(given) = whole.get("ResponseMetadata") {
        response.insert("ResponseMetadata", metadata(shape, given)?);
    }
    let mut call = Map::new();
    call.insert("service", event.service().name());
    call.insert("region", event.region());
    call.insert("operation", &event.operation().name);
    call.insert("params", readable(input, &event.given_params())?);
    if let Some(class) = class {
        call.insert("error_class", class);
    }
    call.insert("answer", response);
    Ok(Value::Map(call))
}

/// Returns the response with bodies as bytes and event streams as lists.
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
