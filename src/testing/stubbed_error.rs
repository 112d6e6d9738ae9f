//! A service error that a test prepares.

use crate::definition::Service;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str, Value};

/// An error for a stubbed client to return; see [`Stubber::add_client_error`](super::Stubber::add_client_error).
///
/// ```
/// use tucuxi::{StubbedError, value};
///
/// let gone = StubbedError::new("NoSuchKey").message("It is gone.").status(404).error_meta(value!({"Key": "k"}));
/// let short = StubbedError::from("NoSuchKey"); // status 400, no message
/// ```
#[derive(Clone, Debug)]
#[must_use = "a stubbed error has no effect until it is added to a stubber"]
pub struct StubbedError {
    code: Str,
    message: Str,
    status: u16,
    error_meta: Value,
    response_meta: Value,
    modeled_fields: Value,
}

impl StubbedError {
    /// Creates an error with a code, the status 400, and an empty message.
    pub fn new(code: impl Into<Str>) -> StubbedError {
        let none = || Value::Map(Map::new());
        let (error_meta, response_meta, modeled_fields) = (none(), none(), none());
        StubbedError { code: code.into(), message: Str::default(), status: 400, error_meta, response_meta, modeled_fields }
    }

    /// Sets the message.
    pub fn message(mut self, message: impl Into<Str>) -> Self {
        self.message = message.into();
        self
    }

    /// Sets the HTTP status.
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Adds entries to `Error`, from a map.
    pub fn error_meta(mut self, entries: impl Into<Value>) -> Self {
        self.error_meta = entries.into();
        self
    }

    /// Adds entries to `ResponseMetadata`, from a map: `RequestId`, `HTTPHeaders`, …
    pub fn response_meta(mut self, entries: impl Into<Value>) -> Self {
        self.response_meta = entries.into();
        self
    }

    /// Sets the members of the error's shape, from a map.
    pub fn modeled_fields(mut self, members: impl Into<Value>) -> Self {
        self.modeled_fields = members.into();
        self
    }

    pub(super) fn code(&self) -> &str {
        &self.code
    }

    /// The members of the error's shape.
    pub(super) fn fields(&self) -> Result<&Map> {
        entries("modeled_fields", &self.modeled_fields)
    }

    /// Converts to the parsed error, which is the value of [`Error::response`], and its class.
    pub(super) fn into_response(self, service: &Service) -> Result<(Map, Option<Str>)> {
        let mut metadata = Map::from_iter([("HTTPStatusCode", self.status)]);
        metadata.extend(entries("response_meta", &self.response_meta)?.iter().map(|(key, value)| (key.clone(), value.clone())));
        let mut error = Map::from_iter([("Message", self.message.clone()), ("Code", self.code.clone())]);
        error.extend(entries("error_meta", &self.error_meta)?.iter().map(|(key, value)| (key.clone(), value.clone())));
        let mut response = Map::from_iter([("ResponseMetadata", metadata), ("Error", error)]);
        response.extend(self.fields()?.iter().map(|(key, value)| (key.clone(), value.clone())));
        Ok((response, crate::protocol::error_class(service, &self.code)?))
    }
}

fn entries<'v>(what: &str, value: &'v Value) -> Result<&'v Map> {
    value.as_map().ok_or_else(|| Error::new(ErrorKind::Stub, format!("{what} of an error must be a map, not {}", value.type_name())))
}

/// The error of that code, with the status 400 and an empty message.
impl From<&str> for StubbedError {
    fn from(code: &str) -> StubbedError {
        StubbedError::new(code)
    }
}
