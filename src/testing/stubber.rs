//! Responses that a test prepares, in order.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::conform::conform;
use super::readable::readable;
use super::sample;
use super::stubbed_error::StubbedError;
use super::{Double, attach};
use crate::call::Event;
use crate::call::hooks::HookId;
use crate::call::validate::{Rules, omit_nulls, validate};
use crate::client::{Client, params_map};
use crate::definition::{Node, Operation, Paginators, Service};
use crate::error::{Error, ErrorKind, Result};
use crate::text::Path;
use crate::text::python::Repr;
use crate::value::{Map, Str, Value};

/// Matches any value in expected parameters; the parameter must be present.
pub const ANY: Any = Any;

/// The type of [`ANY`]. Its [`Value`] is the map `{"<ANY>": null}`, which hosts can pass directly.
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

/// Answers the calls of a client with responses that a test has prepared, like boto3's `Stubber`.
///
/// Responses and expected parameters are checked against the definition when they are added, so that a test cannot expect
/// something that the service does not have. Calls are validated as usual; unexpected calls fail. While the stubber is
/// active, the client cannot reach the network, not even for credentials. It is active immediately, for the client and all
/// its clones, and remains active when it is dropped. Requests that are only prepared or presigned do not consume a response;
/// if the client has no credentials available, they are signed with placeholders.
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
    stubs: Arc<Stubs>,
    hook: Mutex<Option<HookId>>,
}

/// The prepared responses.
#[derive(Default)]
struct Stubs(Mutex<State>);

#[derive(Default)]
struct State {
    pending: VecDeque<Stub>,
    by_name: bool,
    made_up: Option<MadeUp>,
}

/// Settings for generated responses.
struct MadeUp {
    /// The seed of the next response.
    seed: u64,
    paginators: Option<Arc<Paginators>>,
}

/// A prepared response.
struct Stub {
    operation: Str,
    response: Map,
    /// The class, if it is an error.
    class: Option<Str>,
    expected: Option<Map>,
}

impl Stubber {
    /// Attaches a stubber to a client. It is active immediately.
    ///
    /// # Errors
    /// None currently.
    pub fn new(client: &Client) -> Result<Stubber> {
        let stubber = Stubber { client: client.clone(), stubs: Arc::default(), hook: Mutex::default() };
        stubber.activate()?;
        Ok(stubber)
    }

    /// Selects responses by operation, so that different operations can be called in any order. If several responses of one
    /// operation are left, the first one whose expected parameters match is used.
    #[must_use]
    pub fn by_name(self) -> Stubber {
        self.stubs.lock().by_name = true;
        self
    }

    /// Answers calls of operations without prepared responses with generated ones, as [`Client::sample_output`] does. Each call
    /// gets a different response; the same seed produces the same responses.
    ///
    /// ```
    /// use tucuxi::{Session, Stubber, value};
    ///
    /// let ec2 = Session::builder().region("us-east-1").build()?.client("ec2")?;
    /// let stubber = Stubber::new(&ec2)?.make_up(1)?;
    /// let response = ec2.call("describe_instances", ())?;
    /// assert!(response["Reservations"].is_null() || response["Reservations"].as_list().is_some());
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    ///
    /// # Errors
    /// `InvalidDefinition` if the service's paginators are broken.
    pub fn make_up(self, seed: u64) -> Result<Stubber> {
        let paginators = sample::paginators(self.client.context())?;
        self.stubs.lock().made_up = Some(MadeUp { seed, paginators });
        Ok(self)
    }

    /// Adds a response. The parameters of the call must equal `expected_params`; [`ANY`] alone, or null, accepts any
    /// parameters, and `()` accepts none.
    ///
    /// The response is converted to the types of the operation's output: a streamed body can be given as bytes or a string, a
    /// timestamp as a string, and an event stream as a list.
    ///
    /// # Errors
    /// `UnknownOperation`; `ParamValidation` if the response or the parameters do not match the definition.
    pub fn add_response(&self, operation: &str, response: impl Into<Value>, expected_params: impl Into<Value>) -> Result<()> {
        let operation = self.operation(operation)?;
        let response = params_map(response.into())?;
        let output = self.service().output(operation)?;
        self.check_response(output, &response)?;
        let response = output.map_or_else(|| Ok(response.clone()), |output| conform(output, &response))?;
        self.add(operation, response, None, expected_params.into())
    }

    /// Adds a service error. A string such as `"NoSuchKey"` is an error with only a code.
    ///
    /// # Errors
    /// `UnknownOperation`; `ParamValidation` if the error's members or the parameters do not match the definition.
    pub fn add_client_error(&self, operation: &str, error: impl Into<StubbedError>, expected_params: impl Into<Value>) -> Result<()> {
        let operation = self.operation(operation)?;
        let error = error.into();
        self.check_response(self.service().error_node(error.code())?, error.fields()?)?;
        let (response, class) = error.into_response(self.service())?;
        self.add(operation, response, class, expected_params.into())
    }

    /// Checks that all responses were used.
    ///
    /// # Errors
    /// `Stub`, with the name `AssertionError` and the operations of the unused responses.
    pub fn assert_no_pending_responses(&self) -> Result<()> {
        let state = self.stubs.lock();
        if state.pending.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = state.pending.iter().map(|stub| stub.operation.as_str()).collect();
        let message = format!("{} responses remaining in queue: {}.", names.len(), names.join(", "));
        Err(Error::new(ErrorKind::Stub, message).with_name("AssertionError"))
    }

    /// Activates the stubber again after [`deactivate`](Self::deactivate).
    ///
    /// # Errors
    /// None currently.
    pub fn activate(&self) -> Result<()> {
        let mut hook = self.hook.lock().unwrap_or_else(PoisonError::into_inner);
        if hook.is_none() {
            *hook = Some(attach(&self.client.context().hooks, Arc::clone(&self.stubs))?);
        }
        Ok(())
    }

    /// Lets the client's calls reach the service again. Unused responses are kept.
    pub fn deactivate(&self) {
        if let Some(hook) = self.hook.lock().unwrap_or_else(PoisonError::into_inner).take() {
            self.client.off(hook);
        }
    }

    fn add(&self, operation: &Operation, response: Map, class: Option<Str>, expected: Value) -> Result<()> {
        let mut expected = if expected.is_null() || is_any(&expected) { None } else { Some(params_map(expected)?) };
        if let (Some(expected), Some(input)) = (&mut expected, self.service().input(operation)?)
            && validate(input, expected, self.rules().partial(is_any))?
        {
            omit_nulls(input, expected, &Path::ROOT)?;
        }
        self.stubs.lock().pending.push_back(Stub { operation: operation.name.clone(), response, class, expected });
        Ok(())
    }

    fn operation(&self, name: &str) -> Result<&Operation> {
        self.client.context().operation(name)
    }

    fn service(&self) -> &Service {
        self.client.service()
    }

    /// The validation rules of the client.
    fn rules(&self) -> Rules {
        Rules::of(&self.client.context().settings)
    }

    /// Checks a prepared response against its shape, if it has one.
    fn check_response(&self, shape: Option<Node<'_>>, response: &Map) -> Result<()> {
        let mut own = response.clone();
        own.remove("ResponseMetadata");
        let Some(shape) = shape else {
            let message = "Parameter validation failed:\nService response should only contain ResponseMetadata.";
            return if own.is_empty() { Ok(()) } else { Err(Error::new(ErrorKind::ParamValidation, message)) };
        };
        for member in shape.structure().map(|s| s.members.as_slice()).unwrap_or_default() {
            // A list of events represents an event stream; each event is checked individually.
            let Some(events) = response[member.name.as_str()].as_list() else { continue };
            if shape.member(member)?.has(|t| t.event_stream) {
                for event in events {
                    own.insert(member.name.clone(), event);
                    validate(shape, &own, self.rules().of_responses())?;
                }
            }
        }
        validate(shape, &own, self.rules().of_responses()).map(|_| ())
    }
}

impl Stubs {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Double for Stubs {
    fn check(&self, event: &Event<'_, '_>, params: &Map) -> Result<()> {
        let state = self.lock();
        if state.makes_up(event) { Ok(()) } else { state.find(event, params).map(|_| ()) }
    }

    fn answer(&self, event: &mut Event<'_, '_>, params: &Map) -> Result<()> {
        let mut state = self.lock();
        if state.makes_up(event)
            && let Some(MadeUp { seed, paginators }) = &mut state.made_up
        {
            let response = sample::sample_output(event.service(), event.operation(), paginators.as_deref(), *seed)?;
            *seed = seed.wrapping_add(1);
            event.set_result(response);
            return Ok(());
        }
        let position = state.find(event, params)?;
        let Some(stub) = state.pending.remove(position) else { return Ok(()) };
        drop(state);
        event.set_result(stub.response);
        event.set_error_class(stub.class);
        Ok(())
    }
}

impl State {
    /// Whether the response of this operation is generated: nothing is prepared for it. Raw calls have no output shape.
    fn makes_up(&self, event: &Event<'_, '_>) -> bool {
        let operation = event.operation().name.as_str();
        let known = event.service().operation(operation).is_ok();
        self.made_up.is_some() && known && self.pending.iter().all(|stub| stub.operation != operation)
    }

    /// Finds the position of the response to this call.
    fn find(&self, event: &Event<'_, '_>, params: &Map) -> Result<usize> {
        let operation = event.operation().name.as_str();
        let mut params = params.clone();
        if let Some(input) = event.service().input(event.operation())? {
            omit_nulls(input, &mut params, &Path::ROOT)?;
        }
        let params = &params;
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
            Some((position, _)) => Ok(position),
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
        f.debug_struct("Stubber").field("client", &self.client).field("pending", &self.stubs.lock().pending.len()).finish_non_exhaustive()
    }
}
