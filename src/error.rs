//! Floor 0: every way to fail.

use std::borrow::Cow;
use std::fmt;
use std::io;

use crate::value::Value;

/// The result of everything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, whatever it was, as one opaque type of the size of a pointer.
///
/// `Display` is complete by itself: for an error that a service answered it has the operation, the
/// code, the message, the status, the request id, the attempts and the endpoint's host.
///
/// ```
/// use tucuxi::{ErrorKind, Session, value};
///
/// let session = Session::builder().region("us-east-1").build()?;
/// let error = session.client("s4").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::UnknownService);
/// assert_eq!(error.name(), "UnknownServiceError");
/// assert!(error.to_string().contains("s3"));
/// # Ok::<(), tucuxi::Error>(())
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    name: Cow<'static, str>,
    message: String,
    service: Option<Service>,
    operation: Option<String>,
    host: Option<String>,
    attempts: u32,
    /// What a service answered last, where that was no error by itself.
    last_response: Option<Value>,
    retryable: bool,
    throttling: bool,
    source: Option<anyhow::Error>,
}

/// What a service answered.
#[derive(Clone)]
struct Service {
    code: String,
    status: u16,
    request_id: Option<String>,
    response: Value,
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $name:literal,)*) => {
        /// The kinds of failure.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[doc = $doc])+ $kind,)*
        }

        impl ErrorKind {
            /// The name under which a user of boto3 knows this kind.
            pub fn default_name(self) -> &'static str {
                match self {
                    $(ErrorKind::$kind => $name,)*
                }
            }
        }
    };
}

kinds! {
    /// A service answered with an error.
    Service = "ClientError",
    /// No definitions folder has that service.
    UnknownService = "UnknownServiceError",
    /// The service has no such operation.
    UnknownOperation = "OperationNotFoundError",
    /// The service has no such resource, action, collection, paginator or waiter.
    UnknownName = "UnknownNameError",
    /// A definition file is not there.
    DataNotFound = "DataNotFoundError",
    /// A definition file is there but broken; the message has the path of the place.
    InvalidDefinition = "InvalidDefinitionError",
    /// The operation has no paginator.
    NotPageable = "OperationNotPageableError",
    /// The pages of an operation do not fit their paginator, or go round in a circle.
    Pagination = "PaginationError",
    /// A waiter ended without success: it failed, or its time or its attempts are over. The error has the last response.
    Waiter = "WaiterError",
    /// A resource has no attributes: nothing loads them, or nothing was found.
    ResourceLoad = "ResourceLoadException",
    /// The parameters do not fit the operation; the message reports every one, with its path.
    ParamValidation = "ParamValidationError",
    /// No region is configured, and the service needs one.
    NoRegion = "NoRegionError",
    /// The region's name has characters that a region cannot have.
    InvalidRegion = "InvalidRegionError",
    /// No credentials are configured.
    NoCredentials = "NoCredentialsError",
    /// A part of the credentials is missing.
    PartialCredentials = "PartialCredentialsError",
    /// A credential provider was tried and failed.
    CredentialRetrieval = "CredentialRetrievalError",
    /// No bearer token is configured, and the operation needs one.
    NoAuthToken = "NoAuthTokenError",
    /// The profile that was asked for is in none of the files.
    ProfileNotFound = "ProfileNotFound",
    /// A configuration or credentials file cannot be read.
    ConfigParse = "ConfigParseError",
    /// A setting has a value that it cannot have.
    InvalidConfig = "InvalidConfigError",
    /// The endpoint rules end in an error, or in nothing.
    EndpointResolution = "EndpointResolutionError",
    /// An endpoint URL is no URL, or it does not fit the call.
    InvalidEndpoint = "InvalidEndpointConfigurationError",
    /// A way of signing that is not known, or not possible here.
    Signing = "UnsupportedSignatureVersionError",
    /// The host cannot be reached: refused, no route, no such name.
    Connect = "EndpointConnectionError",
    /// The TLS handshake failed.
    Tls = "SSLError",
    /// The proxy cannot be reached or refuses.
    Proxy = "ProxyConnectionError",
    /// Connecting took longer than the connect timeout.
    ConnectTimeout = "ConnectTimeoutError",
    /// The server was silent for longer than the read timeout.
    ReadTimeout = "ReadTimeoutError",
    /// The connection broke before a valid response was there.
    ConnectionClosed = "ConnectionClosedError",
    /// Any other failure of the transport.
    Http = "HTTPClientError",
    /// The response cannot be understood.
    ResponseParser = "ResponseParserError",
    /// A body cannot be read or written to its end.
    Stream = "ResponseStreamingError",
    /// A body ended before its announced length.
    IncompleteRead = "IncompleteReadError",
    /// A checksum does not fit, or cannot be made.
    Checksum = "FlexibleChecksumError",
    /// A JMESPath expression is wrong, or fails on the value.
    JmesPath = "JMESPathError",
    /// A value cannot be converted.
    Conversion = "ConversionError",
    /// The call took longer than its deadline.
    Deadline = "DeadlineExceededError",
    /// The call was stopped from another thread.
    Canceled = "CanceledError",
    /// A stub does not fit the call, or there is none.
    Stub = "StubResponseError",
    /// What a user's hook, transport or provider returned.
    Foreign = "ForeignError",
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error(Box::new(Inner {
            kind,
            name: Cow::Borrowed(kind.default_name()),
            message: message.into(),
            service: None,
            operation: None,
            host: None,
            attempts: 0,
            last_response: None,
            retryable: false,
            throttling: false,
            source: None,
        }))
    }

    /// An error that a service answered: `response` is the whole parsed map, with `Error` and `ResponseMetadata`.
    pub(crate) fn service(name: Option<&str>, status: u16, response: Value) -> Error {
        let text = |v: &Value| match v {
            Value::String(s) => s.to_string(),
            Value::Int(n) => n.to_string(),
            _ => "Unknown".to_owned(),
        };
        let code = text(&response["Error"]["Code"]);
        let message = match &response["Error"]["Message"] {
            Value::String(s) => s.to_string(),
            Value::Null if response["Error"].get("Message").is_some() => String::new(),
            other => text(other),
        };
        let request_id = response["ResponseMetadata"]["RequestId"].as_str().filter(|id| !id.is_empty()).map(str::to_owned);
        let mut error = Error::new(ErrorKind::Service, message);
        if let Some(name) = name {
            error.0.name = Cow::Owned(name.to_owned());
        }
        error.0.service = Some(Service { code, status, request_id, response });
        error
    }

    /// A failure while a body was read; the typed error inside an `io::Error` is taken out again.
    pub(crate) fn from_stream(error: io::Error) -> Error {
        match error.downcast::<Error>() {
            Ok(typed) => typed,
            Err(error) => {
                let kind = if error.kind() == io::ErrorKind::TimedOut { ErrorKind::ReadTimeout } else { ErrorKind::Stream };
                Error::new(kind, format!("An error occurred while reading from response stream: {error}")).with_source(error)
            }
        }
    }

    pub(crate) fn foreign(what: &str, error: anyhow::Error) -> Error {
        match error.downcast::<Error>() {
            Ok(typed) => typed,
            Err(error) => Error::new(ErrorKind::Foreign, format!("{what}: {error:#}")).with_source(error),
        }
    }

    /// The same error for another who waited for the outcome; only its source stays with the first.
    pub(crate) fn again(&self) -> Error {
        let Inner { kind, retryable, throttling, attempts, .. } = *self.0;
        Error(Box::new(Inner {
            kind,
            name: self.0.name.clone(),
            message: self.0.message.clone(),
            service: self.0.service.clone(),
            operation: self.0.operation.clone(),
            host: self.0.host.clone(),
            attempts,
            last_response: self.0.last_response.clone(),
            retryable,
            throttling,
            source: None,
        }))
    }

    pub(crate) fn with_name(mut self, name: &'static str) -> Error {
        self.0.name = Cow::Borrowed(name);
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<anyhow::Error>) -> Error {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_response(mut self, response: Value) -> Error {
        self.0.last_response = Some(response);
        self
    }

    /// Puts the place where it happened before the message.
    pub(crate) fn with_place(mut self, place: &str) -> Error {
        self.0.message.insert_str(0, &format!("{place}: "));
        self
    }

    pub(crate) fn with_operation(mut self, operation: &str) -> Error {
        self.0.operation.get_or_insert_with(|| operation.to_owned());
        self
    }

    /// For methods that make a call of another name.
    pub(crate) fn with_operation_instead(mut self, operation: &str) -> Error {
        self.0.operation = Some(operation.to_owned());
        self
    }

    pub(crate) fn with_host(mut self, host: &str) -> Error {
        self.0.host.get_or_insert_with(|| host.to_owned());
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Error {
        self.0.attempts = attempts;
        self
    }

    pub(crate) fn with_classification(mut self, retryable: bool, throttling: bool) -> Error {
        (self.0.retryable, self.0.throttling) = (retryable, throttling);
        self
    }

    /// The kind of failure.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The name under which a user of boto3 would catch it: `NoSuchBucket`, `ParamValidationError`, …
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The code that the service answered.
    pub fn code(&self) -> Option<&str> {
        self.0.service.as_ref().map(|s| s.code.as_str())
    }

    /// The message alone: the service's own, or this crate's.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The HTTP status of the answer.
    pub fn status(&self) -> Option<u16> {
        self.0.service.as_ref().map(|s| s.status)
    }

    /// The request id that the service gave.
    pub fn request_id(&self) -> Option<&str> {
        self.0.service.as_ref()?.request_id.as_deref()
    }

    /// The operation that was called, in the API's spelling.
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// The host that was called.
    pub fn host(&self) -> Option<&str> {
        self.0.host.as_deref()
    }

    /// How many requests were sent; 0 when it failed before the first.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether the same call may succeed later: the service was out of reach or in trouble, or asked for less. The
    /// client's own attempts are used up by then.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// Whether the service asked for fewer calls.
    pub fn is_throttling(&self) -> bool {
        self.0.throttling
    }

    /// The whole parsed response: `Error`, `ResponseMetadata` and the modeled members. Of a waiter it is the last one.
    pub fn response(&self) -> Option<&Value> {
        self.0.service.as_ref().map(|s| &s.response).or(self.0.last_response.as_ref())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let Some(service) = &inner.service else {
            f.write_str(&inner.message)?;
            if let Some(operation) = &inner.operation {
                write!(f, " (operation {operation}")?;
                if let (Some(host), true) = (&inner.host, inner.attempts > 0) {
                    write!(f, ", host {host}, attempts {}", inner.attempts)?;
                }
                f.write_str(")")?;
            }
            return Ok(());
        };
        let operation = inner.operation.as_deref().unwrap_or("unknown");
        write!(
            f,
            "An error occurred ({}) when calling the {operation} operation: {} (status {}",
            service.code, inner.message, service.status
        )?;
        if let Some(id) = &service.request_id {
            write!(f, ", request id {id}")?;
        }
        if let Some(host) = &inner.host {
            write!(f, ", host {host}")?;
        }
        if inner.attempts > 0 {
            write!(f, ", attempts {}", inner.attempts)?;
        }
        f.write_str(")")
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({:?}): {self}", self.name(), self.kind())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|e| e.as_ref())
    }
}

/// So that a reader can hand a typed error through `Read`.
impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        let kind = match error.kind() {
            ErrorKind::ReadTimeout => io::ErrorKind::TimedOut,
            ErrorKind::IncompleteRead => io::ErrorKind::UnexpectedEof,
            ErrorKind::Checksum | ErrorKind::ResponseParser => io::ErrorKind::InvalidData,
            _ => io::ErrorKind::Other,
        };
        io::Error::new(kind, error)
    }
}

/// ` Did you mean a, b or c?`, or nothing where no name is near: the end of every message about a name not found.
pub(crate) fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let near = nearest(name, known);
    match near.as_slice() {
        [] => String::new(),
        [one] => format!(" Did you mean {one}?"),
        [most @ .., last] => format!(" Did you mean {} or {last}?", most.join(", ")),
    }
}

/// The names most like `name`, the nearest first, at most five.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let fold = |s: &str| s.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect::<Vec<_>>();
    let wanted = fold(name);
    let limit = (wanted.len() / 3).max(1);
    let mut near: Vec<(usize, &str)> = known
        .into_iter()
        .filter_map(|candidate| {
            let folded = fold(candidate);
            let distance = edit_distance(&wanted, &folded);
            let contains = wanted.len() >= 3 && folded.windows(wanted.len()).any(|w| w == wanted);
            if distance <= limit { Some((distance, candidate)) } else { contains.then(|| (limit + folded.len() - wanted.len(), candidate)) }
        })
        .collect();
    near.sort();
    near.into_iter().take(5).map(|(_, candidate)| candidate).collect()
}

/// Levenshtein's distance, where exchanging two neighbours counts one.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let mut best = (last[j] + usize::from(a[i] != b[j])).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_come_first() {
        let known = ["put_object", "get_object", "list_objects", "get_bucket_acl"];
        assert_eq!(nearest("get_objcet", known), ["get_object", "put_object"]);
        assert_eq!(nearest("objects", known), ["list_objects"]);
        assert!(nearest("zzzzzz", known).is_empty());
        assert!(nearest("a_name_that_is_longer_than_all", known).is_empty());
    }
}
