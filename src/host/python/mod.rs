//! The native module `tucuxi._native` of the Python package: one class with the verbs of the bridge.
//!
//! The package's Python sources, in `tucuxi/` next to this file, make boto3's classes of it. The interpreter lock is released
//! during every verb that can make a call.

mod errors;
mod hooks;
mod streams;
mod values;

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyTuple};

use self::hooks::HookHandle;
use self::streams::FileObject;
use self::values::{from_python, params_from_python, to_python};
use super::bridge::{Answer, Object, Settings, credentials_from, session_builder};
use crate::auth::Credentials;
use crate::auth::sigv4::{self, Flavor, Payload, Signing};
use crate::client::Client;
use crate::error::Result;
use crate::http::{Body, Cancel, Request};
use crate::settings::Environment;
use crate::value::{Map, Str, Timestamp, Value};

/// The Python objects that conversions need, registered by the package when it is imported.
struct Registry {
    /// `datetime.datetime`.
    datetime: Py<PyAny>,
    /// The time zone UTC.
    utc: Py<PyAny>,
    /// The time zone of times that a service writes with their zone.
    zoned: Py<PyAny>,
    /// The local time zone, which times in epoch seconds have.
    local: Py<PyAny>,
    /// `decimal.Decimal`.
    decimal: Py<PyAny>,
    /// Wraps binary data of plain DynamoDB values.
    binary: Py<PyAny>,
    /// Wraps a handle of a stream.
    stream: Py<PyAny>,
    /// Makes an exception of the data and the text of an error.
    error: Py<PyAny>,
    /// Makes an exception for a value of a type that has no counterpart.
    foreign: Py<PyAny>,
}

static REGISTRY: PyOnceLock<Registry> = PyOnceLock::new();

impl Registry {
    fn get(py: Python<'_>) -> PyResult<&'static Registry> {
        REGISTRY.get(py).ok_or_else(|| PyTypeError::new_err("the package tucuxi is not imported"))
    }
}

/// Registers what conversions need; later calls have no effect.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "the arguments are named in one place, and once")]
fn configure(
    py: Python<'_>,
    datetime: Py<PyAny>,
    utc: Py<PyAny>,
    zoned: Py<PyAny>,
    local: Py<PyAny>,
    decimal: Py<PyAny>,
    binary: Py<PyAny>,
    stream: Py<PyAny>,
    error: Py<PyAny>,
    foreign: Py<PyAny>,
) {
    REGISTRY.get_or_init(py, || Registry { datetime, utc, zoned, local, decimal, binary, stream, error, foreign });
}

/// A handle that cancels calls from another thread.
#[pyclass(name = "Cancel", frozen)]
struct CancelHandle(Cancel);

#[pymethods]
impl CancelHandle {
    #[new]
    fn new() -> CancelHandle {
        CancelHandle(Cancel::new())
    }

    fn cancel(&self, py: Python<'_>) {
        py.detach(|| self.0.cancel());
    }

    fn is_canceled(&self) -> bool {
        self.0.is_canceled()
    }
}

/// A member: name, kind, parameters, and help.
type MemberTuple = (String, &'static str, Vec<&'static str>, &'static str);

/// An object of the bridge.
#[pyclass(name = "Object", frozen, weakref)]
struct Handle {
    object: Object,
    /// Whether values are DynamoDB's plain ones: floats are rejected, and binary data are wrapped.
    plain: bool,
    /// The service whose exceptions errors become.
    service: Option<Str>,
}

#[pymethods]
impl Handle {
    #[getter]
    fn kind(&self) -> &'static str {
        self.object.kind()
    }

    /// Whether values are DynamoDB's plain ones.
    #[getter]
    fn plain(&self) -> bool {
        self.plain
    }

    /// The members: tuples of name, kind, parameters, and help.
    fn members(&self, py: Python<'_>) -> PyResult<Vec<MemberTuple>> {
        let members = self.released(py, || self.object.members())?;
        Ok(members.into_iter().map(|m| (m.name.into(), m.kind, m.parameters, m.help)).collect())
    }

    fn has(&self, name: &str) -> bool {
        self.object.has(name)
    }

    fn get(&self, py: Python<'_>, name: &str) -> PyResult<Py<PyAny>> {
        let answer = self.released(py, || self.object.get(name))?;
        self.answer(py, answer)
    }

    #[expect(clippy::too_many_arguments, reason = "they are keyword arguments of Python")]
    #[pyo3(signature = (name, params=None, *, cancel=None, deadline=None, headers=None, progress=None, writer=None, fetch=None, source_client=None))]
    fn call(
        &self,
        py: Python<'_>,
        name: &str,
        params: Option<&Bound<'_, PyDict>>,
        cancel: Option<&CancelHandle>,
        deadline: Option<f64>,
        headers: Option<Vec<(String, String)>>,
        progress: Option<Py<PyAny>>,
        writer: Option<Py<PyAny>>,
        fetch: Option<Py<PyAny>>,
        source_client: Option<&Handle>,
    ) -> PyResult<Py<PyAny>> {
        let params = match params {
            Some(params) => params_from_python(params, self.plain)?,
            None => Map::new(),
        };
        let plain = self.plain;
        let settings = Settings {
            cancel: cancel.map(|cancel| cancel.0.clone()),
            deadline: deadline.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            headers: headers.unwrap_or_default(),
            progress: progress.map(|callback| -> Arc<dyn Fn(i64) -> anyhow::Result<()> + Send + Sync> {
                Arc::new(move |bytes| Ok(Python::attach(|py| callback.call1(py, (bytes,)).map(|_| ()))?))
            }),
            writer: writer.map(|file| -> Box<dyn Write + Send> { Box::new(FileObject::new(file)) }),
            fetch: fetch.map(|fetch| -> super::bridge::Fetch { Arc::new(move |params| fetch_page(&fetch, params, plain)) }),
            source_client: source_client.map(|handle| handle.client().cloned()).transpose()?,
        };
        let answer = self.released(py, || self.object.call(name, params, settings))?;
        self.answer(py, answer)
    }

    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        self.released(py, || self.object.next())?.map(|answer| self.answer(py, answer)).transpose()
    }

    /// Reads from a stream: at most that many bytes, or all that are left.
    #[pyo3(signature = (amount=None))]
    fn read<'py>(&self, py: Python<'py>, amount: Option<u64>) -> PyResult<Bound<'py, pyo3::types::PyBytes>> {
        let Object::Stream(stream) = &self.object else { return Err(PyTypeError::new_err("not a stream")) };
        let content = self.released(py, || stream.lock().unwrap_or_else(std::sync::PoisonError::into_inner).read(amount))?;
        Ok(pyo3::types::PyBytes::new(py, &content))
    }

    fn describe(&self, py: Python<'_>, name: &str) -> PyResult<Py<PyAny>> {
        let value = self.released(py, || self.object.describe(name))?;
        to_python(py, &value, false)
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| self.object.close());
    }

    /// Registers a hook of a session or client. It receives the data of an event and returns the changed ones or `None`.
    /// With `server`, it gets the body of every request, also of those that are read from a file.
    #[pyo3(signature = (event, hook, place="normal", server=false))]
    fn on(&self, event: &str, hook: Py<PyAny>, place: &str, server: bool) -> PyResult<HookHandle> {
        let hook = hooks::hook(hook, self.plain, server);
        let id = match (&self.object, place) {
            (Object::Client(client), "first") => client.on_first(event, hook),
            (Object::Client(client), "last") => client.on_last(event, hook),
            (Object::Client(client), _) => client.on(event, hook),
            (Object::Session(session), "first") => session.on_first(event, hook),
            (Object::Session(session), "last") => session.on_last(event, hook),
            (Object::Session(session), _) => session.on(event, hook),
            _ => return Err(PyTypeError::new_err("only sessions and clients have events")),
        };
        Ok(HookHandle(Python::attach(|py| id.map_err(|error| errors::raise(py, error, None)))?))
    }

    fn off(&self, hook: &HookHandle) -> bool {
        match &self.object {
            Object::Client(client) => client.off(hook.0),
            Object::Session(session) => session.off(hook.0),
            _ => false,
        }
    }

    /// Returns a session with the hooks and settings of this one, whose credentials a function returns, or `None`.
    fn with_credentials(&self, look_up: Py<PyAny>) -> PyResult<Handle> {
        let Object::Session(session) = &self.object else { return Err(PyTypeError::new_err("not a session")) };
        let session = session.with_credential_provider(move || {
            let found = Python::attach(|py| from_python(look_up.bind(py).call0()?.as_any(), false))?;
            Ok(if found.is_null() { None } else { Some(credentials_from(found)?) })
        });
        Ok(Handle { object: Object::Session(session), plain: false, service: None })
    }

    /// Generates the type stubs of services: paths with their content.
    fn stubs(&self, py: Python<'_>, services: Vec<String>) -> PyResult<Vec<(String, String)>> {
        let Object::Session(session) = &self.object else { return Err(PyTypeError::new_err("not a session")) };
        self.released(py, || crate::host::stubs::stubs(session.definitions(), &services))
    }

    /// Lets functions answer the client's calls. `answer` gets the operation and returns the function that is called with the
    /// parameters, or `None` to let a call proceed, whose parameters are then left alone: reading a stream would consume it.
    fn intercept(&self, answer: Py<PyAny>) -> PyResult<bool> {
        let plain = self.plain || takes_plain_values(self.client()?);
        Ok(self.client()?.intercept(move |operation, params| {
            let answer = Python::attach(|py| -> PyResult<Option<Value>> {
                let function = answer.bind(py).call1((operation,))?;
                if function.is_none() {
                    return Ok(None);
                }
                let given = to_python(py, params, plain)?;
                from_python(&function.call((), Some(given.bind(py).cast::<PyDict>()?))?, false).map(Some)
            });
            answer.map_err(anyhow::Error::from).transpose()
        }))
    }

    /// Makes the client convert DynamoDB's values to plain ones and back, as resources do.
    fn use_plain_values(&self, py: Python<'_>) -> PyResult<Handle> {
        let client = self.client()?.clone();
        self.released(py, || crate::service::dynamodb::plain(&client))?;
        Ok(Handle { object: Object::Client(client), plain: true, service: self.service.clone() })
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        match other.cast::<Handle>().map(|other| (&self.object, &other.get().object)) {
            Ok((Object::Resource(own), Object::Resource(other))) => own == other,
            Ok((own, other)) => std::ptr::eq(own, other),
            Err(_) => false,
        }
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        match &self.object {
            Object::Resource(resource) => resource.hash(&mut hasher),
            other => std::ptr::from_ref(other).hash(&mut hasher),
        }
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        self.object.repr()
    }
}

impl Handle {
    fn client(&self) -> PyResult<&Client> {
        match &self.object {
            Object::Client(client) => Ok(client),
            Object::Resource(resource) => Ok(resource.client()),
            _ => Err(PyTypeError::new_err("not a client")),
        }
    }

    fn answer(&self, py: Python<'_>, answer: Answer) -> PyResult<Py<PyAny>> {
        Ok(match answer {
            Answer::Value(value) => to_python(py, &value, self.plain)?,
            Answer::Object(object) => self.handle(py, object)?,
            Answer::Objects(objects) => {
                let handles = objects.into_iter().map(|object| self.handle(py, object)).collect::<PyResult<Vec<_>>>()?;
                PyList::new(py, handles)?.into_any().unbind()
            }
            Answer::Answers(answers) => {
                let answers = answers.into_iter().map(|answer| self.answer(py, answer)).collect::<PyResult<Vec<_>>>()?;
                PyTuple::new(py, answers)?.into_any().unbind()
            }
        })
    }

    fn handle(&self, py: Python<'_>, object: Object) -> PyResult<Py<PyAny>> {
        let (plain, service) = match &object {
            Object::Resource(resource) => (takes_plain_values(resource.client()), Some(resource.client().service().name().into())),
            Object::Client(client) => (self.plain, Some(client.service().name().into())),
            _ => (self.plain, self.service.clone()),
        };
        Ok(Py::new(py, Handle { object, plain, service })?.into_any())
    }

    /// Runs a verb without the interpreter lock.
    fn released<T: Send>(&self, py: Python<'_>, verb: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
        py.detach(verb).map_err(|error| errors::raise(py, error, self.service.as_deref()))
    }
}

/// Resources of DynamoDB take and return plain values.
fn takes_plain_values(client: &Client) -> bool {
    client.service().service_id().is_ok_and(|id| id == "DynamoDB")
}

/// Runs a function of no object without the interpreter lock.
fn released<T: Send>(py: Python<'_>, verb: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
    py.detach(verb).map_err(|error| errors::raise(py, error, None))
}

fn fetch_page(fetch: &Py<PyAny>, params: &Map, plain: bool) -> anyhow::Result<Value> {
    let page = Python::attach(|py| {
        let page = fetch.call1(py, (to_python(py, &params.clone().into(), plain)?,))?;
        from_python(page.bind(py), plain)
    });
    Ok(page?)
}

/// Creates a session; see [`Object::session`]. The environment is a dictionary or a function of a variable's name; without one, it is
/// that of the process. `mfa_prompt` is a function that gets the serial number of a device and returns its code.
#[pyfunction]
#[pyo3(signature = (options, environment=None, mfa_prompt=None))]
fn session(
    py: Python<'_>,
    options: &Bound<'_, PyDict>,
    environment: Option<Bound<'_, PyAny>>,
    mfa_prompt: Option<Py<PyAny>>,
) -> PyResult<Handle> {
    let options = params_from_python(options, false)?;
    let environment = environment.map(|variables| environment_of(&variables)).transpose()?;
    let object = released(py, || {
        let mut builder = session_builder(&options, environment)?;
        if let Some(prompt) = mfa_prompt {
            builder = builder.mfa_prompt(move |serial| Ok(Python::attach(|py| prompt.call1(py, (serial,))?.extract(py))?));
        }
        builder.build().map(Object::Session)
    })?;
    Ok(Handle { object, plain: false, service: None })
}

fn environment_of(variables: &Bound<'_, PyAny>) -> PyResult<Environment> {
    if variables.is_callable() {
        let look_up = variables.clone().unbind();
        // A variable that cannot be looked up is not set.
        return Ok(Environment::from_fn(move |name| Python::attach(|py| look_up.call1(py, (name,)).ok()?.extract(py).ok()?)));
    }
    Ok(variables.extract::<HashMap<String, String>>()?.into_iter().collect())
}

/// Signs a request with Signature Version 4, in its `Authorization` header or, with `expires`, in its URL, and returns the URL and the
/// headers.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "they are keyword arguments of Python")]
#[pyo3(signature = (method, url, headers, body, *, access_key, secret_key, token, region, service, seconds, s3=false, unsigned=false, expires=None))]
fn sign(
    py: Python<'_>,
    method: &str,
    url: &str,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    access_key: &str,
    secret_key: &str,
    token: Option<&str>,
    region: &str,
    service: &str,
    seconds: i64,
    s3: bool,
    unsigned: bool,
    expires: Option<u64>,
) -> PyResult<(String, Vec<(String, String)>)> {
    let mut credentials = Credentials::new(access_key, secret_key);
    if let Some(token) = token {
        credentials = credentials.with_token(token);
    }
    let mut request = Request::new(method, url);
    for (name, value) in headers {
        request.headers.append(&name, &value);
    }
    request.body = body.map_or(Body::Empty, |body| Body::Bytes(body.into()));
    let mut signing = Signing::new(&credentials, region, service, Timestamp::new(seconds, 0));
    if s3 {
        signing.flavor = Flavor::S3;
    }
    if unsigned {
        signing.payload = Payload::Unsigned;
    }
    released(py, || match expires {
        Some(expires) => {
            sigv4::presign(&mut request, &signing, Duration::from_secs(expires), &[]);
            Ok(())
        }
        None => sigv4::sign(&mut request, &signing),
    })?;
    let headers = request.headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Ok((request.url, headers))
}

/// Builds the expression of a condition in its data form: text, names, and values.
#[pyfunction]
fn build_condition(py: Python<'_>, condition: &Bound<'_, PyAny>) -> PyResult<(String, Py<PyAny>, Py<PyAny>)> {
    let condition = from_python(condition, true)?;
    let built = released(py, || Ok(crate::service::dynamodb::Condition::from_value(&condition)?.build()))?;
    Ok((built.text, to_python(py, &built.names.into(), true)?, to_python(py, &built.values.into(), true)?))
}

/// Adds up the reports of the parts of a plan.
#[pyfunction]
fn merge_reports(py: Python<'_>, reports: Vec<Bound<'_, PyAny>>) -> PyResult<Py<PyAny>> {
    let reports = reports.iter().map(|report| from_python(report, false)).collect::<PyResult<Vec<_>>>()?;
    let merged = released(py, || crate::transfer::merge_reports(&reports))?;
    to_python(py, &merged, false)
}

/// The method name of an operation.
#[pyfunction]
fn method_name(operation: &str) -> String {
    crate::definition::snake_case(operation)
}

/// Evaluates a JMESPath expression.
#[pyfunction]
fn search(py: Python<'_>, expression: &str, data: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    let data = from_python(data, false)?;
    let found = released(py, || data.search(expression))?;
    to_python(py, &found, false)
}

/// The module.
#[pymodule(name = "_native")]
fn native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("TRANSFER_ARGUMENTS", crate::transfer::arguments::names().to_vec())?;
    module.add_class::<Handle>()?;
    module.add_class::<CancelHandle>()?;
    module.add_class::<HookHandle>()?;
    module.add_function(wrap_pyfunction!(configure, module)?)?;
    module.add_function(wrap_pyfunction!(session, module)?)?;
    module.add_function(wrap_pyfunction!(sign, module)?)?;
    module.add_function(wrap_pyfunction!(build_condition, module)?)?;
    module.add_function(wrap_pyfunction!(method_name, module)?)?;
    module.add_function(wrap_pyfunction!(merge_reports, module)?)?;
    module.add_function(wrap_pyfunction!(search, module)?)
}
