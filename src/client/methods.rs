//! Methods of a client that are not operations. They are called by name like operations, so that hosts need a single entry
//! point.
//!
//! Every client has `generate_presigned_url`; the customizations of a service can add others.

use std::time::Duration;

use super::OperationRequest;
use super::method_spec::{MethodSpec, Param};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Value};

/// A method: its declaration and its implementation, which receives the request with its settings and the checked parameters.
#[derive(Clone, Copy)]
pub(crate) struct ExtraMethod {
    pub spec: MethodSpec,
    pub run: fn(&OperationRequest<'_>, &ExtraParams<'_>) -> Result<Value>,
}

pub(crate) type ExtraMethods = &'static [ExtraMethod];

impl ExtraMethod {
    /// Checks the parameters and runs the method.
    ///
    /// # Errors
    /// `ParamValidation` and the errors of the method.
    pub(crate) fn call(&self, request: &OperationRequest<'_>, params: &Map) -> Result<Value> {
        (self.run)(request, &self.spec.check(params)?)
    }
}

/// The methods of every client.
pub(super) const OF_ALL: ExtraMethods = &[ExtraMethod {
    spec: MethodSpec::new(
        "generate_presigned_url",
        "Signs a URL with which anyone can make a call until it expires. Nothing is sent.",
        &[
            Param::required("ClientMethod", &["string"], "The operation."),
            Param::optional("Params", &["map"], "The parameters of the operation."),
            Param::optional("ExpiresIn", &["integer"], "How long the URL is valid, in seconds; 3600 by default."),
            Param::optional("HttpMethod", &["string"], "Replaces the HTTP method of the operation."),
        ],
    )
    .returning("string")
    .read_only(),
    run: generate_presigned_url,
}];

/// The default validity of presigned URLs and forms, as in boto3.
const HOUR: Duration = Duration::from_secs(3600);

fn generate_presigned_url(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Value> {
    let mut request = request.for_operation(params.required_text("ClientMethod")?, params.value("Params").clone());
    if let Some(method) = params.text("HttpMethod")? {
        request = request.http_method(method);
    }
    let url = request.presign(params.expiry()?).map(Value::from);
    url.map_err(|error| match error.kind() {
        ErrorKind::UnknownOperation => error.with_name("UnknownClientMethodError"),
        _ => error,
    })
}

/// The parameters of such a method, which [`MethodSpec::check`] has checked.
pub(crate) struct ExtraParams<'p> {
    params: &'p Map,
}

impl<'p> ExtraParams<'p> {
    pub(super) fn new(params: &'p Map) -> ExtraParams<'p> {
        ExtraParams { params }
    }

    /// Returns all parameters.
    pub(crate) fn all(&self) -> &'p Map {
        self.params
    }

    /// Returns a parameter, or null if it is missing.
    pub(crate) fn value(&self, name: &str) -> &'p Value {
        self.params.get(name).unwrap_or(&Value::Null)
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<&'p str>> {
        match self.value(name) {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text)),
            other => Err(self.wrong_type(name, other, "string")),
        }
    }

    pub(crate) fn required_text(&self, name: &str) -> Result<&'p str> {
        self.text(name)?.ok_or_else(|| self.missing(name))
    }

    pub(crate) fn missing(&self, name: &str) -> Error {
        self.invalid(&format!("Missing required parameter in input: \"{name}\""))
    }

    /// Returns `ExpiresIn`, in seconds; the default is one hour.
    pub(crate) fn expiry(&self) -> Result<Duration> {
        self.expiry_or(HOUR)
    }

    /// Returns `ExpiresIn`, in seconds.
    pub(crate) fn expiry_or(&self, default: Duration) -> Result<Duration> {
        match self.value("ExpiresIn") {
            Value::Null => Ok(default),
            value => match value.as_int().and_then(|seconds| u64::try_from(seconds).ok()) {
                Some(seconds) => Ok(Duration::from_secs(seconds)),
                None => Err(self.wrong_type("ExpiresIn", value, "a number of seconds")),
            },
        }
    }

    pub(crate) fn wrong_type(&self, name: &str, value: &Value, wanted: &str) -> Error {
        self.invalid(&format!("Invalid type for parameter {name}, type: {}, valid types: {wanted}", value.type_name()))
    }

    pub(crate) fn invalid(&self, report: &str) -> Error {
        crate::text::invalid(report)
    }
}
