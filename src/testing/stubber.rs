//! Answers that a test tells beforehand, one after the other.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::conform::conform;
use super::readable::readable;
use super::sample;
use super::stubbed_error::StubbedError;
use super::{Double, attach};
use crate::call::Event;
use crate::call::hooks::HookId;
use crate::call::validate::{validate, validate_part};
use crate::client::{Client, params_map};
use crate::definition::{Node, Operation, Paginators, Service};
use crate::error::{Error, ErrorKind, Result};
use crate::text::python::Repr;
use crate::value::{Map, Str, Value};

/// Stands for any value among expected parameters; the parameter must be there.
pub const ANY: Any = Any;

/// The type of [`ANY`]. As a value it is the map `{"<ANY>": null}`, for hosts that have only maps.
#[derive(Clone, Copy, Debug)]
pub struct Any;

const ANY_KEY: &str = "<ANY>";

impl From<Any> for Value {
    fn from(_: Any) -> Value {
        Value::Map(Map::from_iter([(ANY_KEY, Value::Null)]))
    }
}

fn is_any(value: &Value) -> bool {
    value.as_map().is_some_and(|map| map.len() == 1 && map.contains_key(ANY_KEY))
}

/// Answers the calls of a client in the service's place, as a test has told it: boto3's `Stubber`.
///
/// Answers and expected parameters are checked against the definition when they are added, so that a test cannot
/// expect what the service does not have. Calls are validated as ever; those that were not foreseen fail. As long as
/// the stubber is active the client cannot reach the network, not even for credentials. It is active from the start,
/// for the client and all its clones, and stays so when it is dropped. Requests that are only prepared or presigned use
/// no answer up; where the client has no keys at hand they are signed with placeholders.
///
/// ```
/// use tucuxi::{ANY, Session, StubbedError, Stubber, value};
///
/// let s3 = Session::builder().region("us-east-1").build()?.client("s3")?;
/// let stubber = Stubber::new(&s3)?;
/// stubber.add_response("list_buckets", value!({"Buckets": [{"Name": "river"}]}), ANY)?;
/// stubber.add_response("get_object", value!({"Body": "hello"}), value!({"Bucket": "river", "Key": ANY}))?;
/// stubber.add_client_error("get_object", StubbedError::new("NoSuchKey").status(404), ANY)?;
///
/// assert_eq!(s3.call("list_buckets", ())?["Buckets"][0]["Name"], "river");
/// let object = s3.call("get_object", value!({"Bucket": "river", "Key": "a.txt"}))?;
/// assert_eq!(object["Body"].as_stream().expect("a body").read_text()?, "hello");
/// assert_eq!(s3.call("get_object", value!({"Bucket": "river", "Key": "b.txt"})).unwrap_err().name(), "NoSuchKey");
/// stubber.assert_no_pending_responses()?;
///
/// let error = s3.call("list_buckets", ()).unwrap_err();
/// assert_eq!(error.name(), "UnStubbedResponseError");
/// # Ok::<(), tucuxi::Error>(())
/// ```
pub struct Stubber {
    client: Client,
    told: Arc<Told>,
    hook: Mutex<Option<HookId>>,
}

/// What was told, and not asked for yet.
#[derive(Default)]
struct Told(Mutex<State>);

#[derive(Default)]
struct State {
    pending: VecDeque<Stub>,
    by_name: bool,
    made_up: Option<MadeUp>,
}

/// Answers to what nothing was told for.
struct MadeUp {
    /// Of the next answer.
    seed: u64,
    paginators: Option<Arc<Paginators>>,
}

/// One answer.
struct Stub {
    operation: Str,
    answer: Map,
    /// The class of an error.
    class: Option<Str>,
    expected: Option<Map>,
}

impl Stubber {
    /// Puts a stubber between the client and the network, active at once.
    ///
    /// # Errors
    /// None at present: it is there for what may come.
    pub fn new(client: &Client) -> Result<Stubber> {
        let stubber = Stubber { client: client.clone(), told: Arc::default(), hook: Mutex::default() };
        stubber.activate()?;
        Ok(stubber)
    }

    /// Answers each operation with what was told for it, in whatever order different operations are called. Of
    /// several answers for one operation the first is taken whose expected parameters fit.
    #[must_use]
    pub fn by_name(self) -> Stubber {
        self.told.lock().by_name = true;
        self
    }

    /// Answers calls of operations for which nothing is told (any more) with made-up data, another for each call and the
    /// same for the same seed: see [`Client::sample_output`].
    ///
    /// ```
    /// use tucuxi::{Session, Stubber, value};
    ///
    /// let ec2 = Session::builder().region("us-east-1").build()?.client("ec2")?;
    /// let stubber = Stubber::new(&ec2)?.make_up(1)?;
    /// let answer = ec2.call("describe_instances", ())?;
    /// assert!(answer["Reservations"].is_null() || answer["Reservations"].as_list().is_some());
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the definition of the service's paginators is broken.
    pub fn make_up(self, seed: u64) -> Result<Stubber> {
        let paginators = sample::paginators(self.client.context())?;
        self.told.lock().made_up = Some(MadeUp { seed, paginators });
        Ok(self)
    }

    /// Adds an answer. `expected_params` are what the call must be made with, exactly; [`ANY`] (or null)
    /// alone means whatever, `()` means none.
    ///
    /// The answer is returned as it is told, in the types of the operation's output: a body that the operation streams
    /// may be told as bytes or text, a time as text, a stream of events as a list.
    ///
    /// # Errors
    /// If there is no such operation, or if its definition has no such answer or no such parameters.
    pub fn add_response(&self, operation: &str, response: impl Into<Value>, expected_params: impl Into<Value>) -> Result<()> {
        let operation = self.operation(operation)?;
        let response = params_map(response.into())?;
        let output = self.service().output(operation)?;
        check_answer(output, &response)?;
        let answer = output.map_or_else(|| Ok(response.clone()), |output| conform(output, &response))?;
        self.add(operation, answer, None, expected_params.into())
    }

    /// Adds an error of the service; `"NoSuchKey"` is short for one without anything but a code.
    ///
    /// # Errors
    /// If there is no such operation, or if its definition has no such error members or no such parameters.
    pub fn add_client_error(&self, operation: &str, error: impl Into<StubbedError>, expected_params: impl Into<Value>) -> Result<()> {
        let operation = self.operation(operation)?;
        let error = error.into();
        check_answer(self.service().error_node(error.code())?, error.fields()?)?;
        let (answer, class) = error.into_answer(self.service())?;
        self.add(operation, answer, class, expected_params.into())
    }

    /// Fails if something was told that nobody has asked for.
    ///
    /// # Errors
    /// Of the name `AssertionError`, with the operations that are left.
    pub fn assert_no_pending_responses(&self) -> Result<()> {
        let state = self.told.lock();
        if state.pending.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = state.pending.iter().map(|stub| stub.operation.as_str()).collect();
        let message = format!("{} responses remaining in queue: {}.", names.len(), names.join(", "));
        Err(Error::new(ErrorKind::Stub, message).with_name("AssertionError"))
    }

    /// Takes the stubber's place again after [`deactivate`](Self::deactivate).
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn activate(&self) -> Result<()> {
        let mut hook = self.hook.lock().unwrap_or_else(PoisonError::into_inner);
        if hook.is_none() {
            *hook = Some(attach(&self.client.context().hooks, Arc::clone(&self.told))?);
        }
        Ok(())
    }

    /// Lets the client's calls through to the service again. What was told stays.
    pub fn deactivate(&self) {
        if let Some(hook) = self.hook.lock().unwrap_or_else(PoisonError::into_inner).take() {
            self.client.off(hook);
        }
    }

    fn add(&self, operation: &Operation, answer: Map, class: Option<Str>, expected: Value) -> Result<()> {
        let expected = if expected.is_null() || is_any(&expected) { None } else { Some(params_map(expected)?) };
        if let (Some(expected), Some(input)) = (&expected, self.service().input(operation)?) {
            validate_part(input, expected, is_any)?;
        }
        self.told.lock().pending.push_back(Stub { operation: operation.name.clone(), answer, class, expected });
        Ok(())
    }

    fn operation(&self, name: &str) -> Result<&Operation> {
        self.client.context().operation(name)
    }

    fn service(&self) -> &Service {
        self.client.service()
    }
}

/// Whether a structure, or none, has what is told.
fn check_answer(shape: Option<Node<'_>>, answer: &Map) -> Result<()> {
    let mut own = answer.clone();
    own.remove("ResponseMetadata");
    let Some(shape) = shape else {
        let message = "Parameter validation failed:\nService response should only contain ResponseMetadata.";
        return if own.is_empty() { Ok(()) } else { Err(Error::new(ErrorKind::ParamValidation, message)) };
    };
    for member in shape.structure().map(|s| s.members.as_slice()).unwrap_or_default() {
        // A list of events stands for the stream of them: each is checked in its place.
        let Some(events) = answer[member.name.as_str()].as_list() else { continue };
        if shape.member(member)?.has(|t| t.event_stream) {
            for event in events {
                own.insert(member.name.clone(), event);
                validate(shape, &own)?;
            }
        }
    }
    validate(shape, &own)
}

impl Told {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Double for Told {
    fn check(&self, event: &Event<'_, '_>, params: &Map) -> Result<()> {
        let state = self.lock();
        if state.makes_up(event) { Ok(()) } else { state.find(event, params).map(|_| ()) }
    }

    fn answer(&self, event: &mut Event<'_, '_>, params: &Map) -> Result<()> {
        let mut state = self.lock();
        if state.makes_up(event)
            && let Some(MadeUp { seed, paginators }) = &mut state.made_up
        {
            let answer = sample::sample_output(event.service(), event.operation(), paginators.as_deref(), *seed)?;
            *seed = seed.wrapping_add(1);
            event.set_result(answer);
            return Ok(());
        }
        let place = state.find(event, params)?;
        let Some(stub) = state.pending.remove(place) else { return Ok(()) };
        drop(state);
        event.set_result(stub.answer);
        event.set_error_class(stub.class);
        Ok(())
    }
}

impl State {
    /// Whether nothing is told for this operation, and made-up data are wanted. Raw calls have no shape to make them from.
    fn makes_up(&self, event: &Event<'_, '_>) -> bool {
        let operation = event.operation().name.as_str();
        let known = event.service().operation(operation).is_ok();
        self.made_up.is_some() && known && self.pending.iter().all(|stub| stub.operation != operation)
    }

    /// The place of the answer to this call.
    fn find(&self, event: &Event<'_, '_>, params: &Map) -> Result<usize> {
        let operation = event.operation().name.as_str();
        let mut of_operation = self.pending.iter().enumerate().filter(|(_, stub)| !self.by_name || stub.operation == operation);
        let Some((first, stub)) = of_operation.next() else {
            let message = "Unexpected API Call: A call was made but no additional calls expected. \
                           Either the API Call was not stubbed or it was called multiple times.";
            return Err(Error::new(ErrorKind::Stub, message).with_name("UnStubbedResponseError"));
        };
        if stub.operation != operation {
            return Err(Error::new(ErrorKind::Stub, format!("Operation mismatch: found response for {}.", stub.operation)));
        }
        if stub.expects(params) {
            return Ok(first);
        }
        match of_operation.find(|(_, stub)| self.by_name && stub.expects(params)) {
            Some((place, _)) => Ok(place),
            None => Err(stub.mismatch(event, params)?),
        }
    }
}

impl Stub {
    fn expects(&self, params: &Map) -> bool {
        self.expected.as_ref().is_none_or(|expected| maps_match(expected, params))
    }

    fn mismatch(&self, event: &Event<'_, '_>, params: &Map) -> Result<Error> {
        let input = event.service().input(event.operation())?;
        let shown = |map: &Map| -> Result<String> {
            let text = Repr::top(&Value::Map(readable(input, map)?)).to_string();
            Ok(text.replace(&format!("{{'{ANY_KEY}': None}}"), ANY_KEY))
        };
        let expected = self.expected.as_ref().map_or_else(|| Ok(String::new()), shown)?;
        let message = format!("Expected parameters:\n{expected},\nbut received:\n{}", shown(params)?);
        Ok(Error::new(ErrorKind::Stub, message).with_name("StubAssertionError"))
    }
}

fn maps_match(expected: &Map, given: &Map) -> bool {
    expected.len() == given.len() && expected.iter().all(|(key, value)| given.get(key).is_some_and(|given| matches(value, given)))
}

fn matches(expected: &Value, given: &Value) -> bool {
    match (expected, given) {
        _ if is_any(expected) => true,
        (Value::Map(expected), Value::Map(given)) => maps_match(expected, given),
        (Value::List(expected), Value::List(given)) => {
            expected.len() == given.len() && expected.iter().zip(given).all(|(expected, given)| matches(expected, given))
        }
        _ => expected == given,
    }
}

impl std::fmt::Debug for Stubber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stubber").field("client", &self.client).field("pending", &self.told.lock().pending.len()).finish_non_exhaustive()
    }
}
