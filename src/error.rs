//! All failures, as one type.
//!
//! An [`Error`] has a kind for a `match`, boto3's name for it, a message that is complete by itself, and details as data.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::sync::Arc;

use crate::value::{Map, Value};

/// The result of everything that can fail in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Any failure, as one opaque type of the size of a pointer. Cloning it copies the text and shares the source.
///
/// `Display` is complete by itself: for an error that a service returned it contains the operation, the code, the message,
/// the status, the request ID, the number of attempts, and the endpoint's host. [`details`](Self::details) exposes as
/// fields what the message says in words.
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
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    name: Cow<'static, str>,
    message: String,
    service: Option<Service>,
    operation: Option<String>,
    host: Option<String>,
    attempts: u32,
    /// The last response, where that was not an error by itself.
    last_response: Option<Value>,
    retryable: bool,
    throttling: bool,
    details: Map,
    source: Option<Arc<anyhow::Error>>,
}

/// The error that a service returned.
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
            /// The name of this kind in boto3.
            pub fn default_name(self) -> &'static str {
                match self {
                    $(ErrorKind::$kind => $name,)*
                }
            }
        }
    };
}

kinds! {
    /// A service returned an error.
    Service = "ClientError",
    /// No definitions folder has that service.
    UnknownService = "UnknownServiceError",
    /// The service has no such operation.
    UnknownOperation = "OperationNotFoundError",
    /// The service has no such resource, action, collection, paginator or waiter.
    UnknownName = "UnknownNameError",
    /// The operation sends an event stream, which is not supported.
    UnsupportedOperation = "UnsupportedOperationError",
    /// A definition file does not exist.
    DataNotFound = "DataNotFoundError",
    /// A definition file is invalid; the message contains the path within it.
    InvalidDefinition = "InvalidDefinitionError",
    /// The operation has no paginator.
    NotPageable = "OperationNotPageableError",
    /// The pages of an operation do not fit their paginator, or repeat endlessly.
    Pagination = "PaginationError",
    /// A waiter ended without success: it failed, timed out, or used up its attempts. The error contains the last response.
    Waiter = "WaiterError",
    /// A managed transfer failed: [`Error::name`] says how, and the source is the underlying error.
    Transfer = "S3TransferFailedError",
    /// The attributes of a resource cannot be loaded, or nothing was found.
    ResourceLoad = "ResourceLoadException",
    /// The parameters do not fit the operation; the message reports every one, with its path.
    ParamValidation = "ParamValidationError",
    /// No region is configured, and the service needs one.
    NoRegion = "NoRegionError",
    /// The region name contains characters that no region has.
    InvalidRegion = "InvalidRegionError",
    /// No credentials are configured.
    NoCredentials = "NoCredentialsError",
    /// Part of the credentials is missing.
    PartialCredentials = "PartialCredentialsError",
    /// A credential provider was tried and failed.
    CredentialRetrieval = "CredentialRetrievalError",
    /// No bearer token is configured, and the operation needs one.
    NoAuthToken = "NoAuthTokenError",
    /// No file contains the requested profile.
    ProfileNotFound = "ProfileNotFound",
    /// A configuration or credentials file cannot be read.
    ConfigParse = "ConfigParseError",
    /// A setting has an invalid value.
    InvalidConfig = "InvalidConfigError",
    /// The endpoint rules return an error or no endpoint.
    EndpointResolution = "EndpointResolutionError",
    /// An endpoint URL is invalid, or does not fit the call.
    InvalidEndpoint = "InvalidEndpointConfigurationError",
    /// A signature version that is unknown or unsupported.
    Signing = "UnsupportedSignatureVersionError",
    /// The host cannot be reached: refused, no route, or an unknown name.
    Connect = "EndpointConnectionError",
    /// The TLS handshake failed.
    Tls = "SSLError",
    /// The proxy cannot be reached or rejects the request.
    Proxy = "ProxyConnectionError",
    /// Connecting took longer than the connect timeout.
    ConnectTimeout = "ConnectTimeoutError",
    /// The server was silent for longer than the read timeout.
    ReadTimeout = "ReadTimeoutError",
    /// The connection broke before a valid response arrived.
    ConnectionClosed = "ConnectionClosedError",
    /// The server sent something that is not an HTTP response.
    InvalidResponse = "InvalidResponseError",
    /// The response is larger than the configured limit.
    ResponseTooLarge = "ResponseTooLargeError",
    /// Any other failure of the transport.
    Http = "HTTPClientError",
    /// The response cannot be parsed.
    ResponseParser = "ResponseParserError",
    /// A body cannot be read or written to its end.
    Stream = "ResponseStreamingError",
    /// A body ended before its announced length.
    IncompleteRead = "IncompleteReadError",
    /// A checksum does not match, or cannot be calculated.
    Checksum = "FlexibleChecksumError",
    /// A JMESPath expression is invalid, or fails on the value.
    JmesPath = "JMESPathError",
    /// A value cannot be converted.
    Conversion = "ConversionError",
    /// A service left a part of a batch unprocessed however often it was sent.
    Unprocessed = "UnprocessedItemsError",
    /// The call took longer than its deadline.
    Deadline = "DeadlineExceededError",
    /// The call was canceled from another thread.
    Canceled = "CanceledError",
    /// A stub does not match the call, or there is none.
    Stub = "StubResponseError",
    /// An error of a user's hook, transport, or provider.
    Foreign = "ForeignError",
}

impl Error {
    /// An error with a message, under the kind's [default name](ErrorKind::default_name). A custom transport, hook, or provider
    /// returns one so that it is treated like a built-in failure: a transport's [`ErrorKind::ReadTimeout`] is retried.
    ///
    /// ```
    /// use tucuxi::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::ReadTimeout, "the queue did not respond within 5 s");
    /// assert_eq!(error.name(), "ReadTimeoutError");
    /// assert_eq!(error.to_string(), "the queue did not respond within 5 s");
    /// ```
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
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
            details: Map::new(),
            source: None,
        }))
    }

    /// An error that a service returned: `response` is the whole parsed map, with `Error` and `ResponseMetadata`.
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
        let metadata = &response["ResponseMetadata"];
        let headers = &metadata["HTTPHeaders"];
        let ids = [&metadata["RequestId"], &headers["x-amzn-requestid"], &headers["x-amz-request-id"]];
        let request_id = ids.into_iter().filter_map(Value::as_str).find(|id| !id.is_empty()).map(str::to_owned);
        let mut error = Error::new(ErrorKind::Service, message);
        if let Some(name) = name {
            error.0.name = Cow::Owned(name.to_owned());
        }
        error.0.service = Some(Service { code, status, request_id, response });
        error
    }

    /// A failure while reading a body; a typed error inside an `io::Error` is taken out again.
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

    /// The failure of a transport. A typed error counts as it is; an `io::Error` anywhere in the chain of causes says what
    /// happened to the connection.
    pub(crate) fn transport(error: anyhow::Error) -> Error {
        let kind = match error.chain().find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind) {
            Some(io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) => ErrorKind::ReadTimeout,
            Some(io::ErrorKind::ConnectionRefused | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => {
                ErrorKind::Connect
            }
            Some(
                io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::NotConnected
                | io::ErrorKind::UnexpectedEof,
            ) => ErrorKind::ConnectionClosed,
            _ => return Error::foreign("the transport", error),
        };
        match error.downcast::<Error>() {
            Ok(typed) => typed,
            Err(error) => Error::new(kind, format!("the transport: {error:#}")).with_source(error),
        }
    }

    pub(crate) fn with_name(mut self, name: &'static str) -> Error {
        self.0.name = Cow::Borrowed(name);
        self
    }

    /// With the error that caused this one, for [`source`](std::error::Error::source).
    ///
    /// ```
    /// use std::error::Error as _;
    /// use tucuxi::{Error, ErrorKind};
    ///
    /// let cause = std::io::Error::other("the vault is sealed");
    /// let error = Error::new(ErrorKind::CredentialRetrieval, "no credentials").with_source(cause);
    /// assert_eq!(error.source().unwrap().to_string(), "the vault is sealed");
    /// ```
    #[must_use]
    pub fn with_source(mut self, source: impl Into<anyhow::Error>) -> Error {
        self.0.source = Some(Arc::new(source.into()));
        self
    }

    /// With one of the [`details`](Self::details).
    #[must_use]
    pub fn with_detail(mut self, name: &str, value: impl Into<Value>) -> Error {
        self.0.details.insert(name, value);
        self
    }

    /// Ends the message with the known names that are similar to `name`. They become the detail `nearest`.
    pub(crate) fn with_suggestions<'a>(mut self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Error {
        let near = nearest(name, known);
        self.0.message.push_str(&question(&near));
        if !near.is_empty() {
            self.0.details.insert("nearest", near);
        }
        self
    }

    /// Whether similar names were found.
    pub(crate) fn has_suggestions(&self) -> bool {
        self.0.details.contains_key("nearest")
    }

    pub(crate) fn with_response(mut self, response: Value) -> Error {
        self.0.last_response = Some(response);
        self
    }

    /// Prefixes the message with the place where the error happened.
    pub(crate) fn with_place(mut self, place: &str) -> Error {
        self.0.message.insert_str(0, &format!("{place}: "));
        self
    }

    /// Adds a sentence to the end of the message.
    pub(crate) fn with_hint(mut self, hint: &str) -> Error {
        let end = if self.0.message.is_empty() || self.0.message.ends_with(['.', '!', '?']) { "" } else { "." };
        self.0.message.push_str(end);
        self.0.message.push(' ');
        self.0.message.push_str(hint);
        self
    }

    pub(crate) fn with_operation(mut self, operation: &str) -> Error {
        self.0.operation.get_or_insert_with(|| operation.to_owned());
        self
    }

    /// Replaces the operation, for methods that call an operation of another name.
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

    /// The name under which a boto3 user would catch it: `NoSuchBucket`, `ParamValidationError`, …
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The error code that the service returned.
    pub fn code(&self) -> Option<&str> {
        self.0.service.as_ref().map(|s| s.code.as_str())
    }

    /// The message alone: the service's or this crate's.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The HTTP status of the response.
    pub fn status(&self) -> Option<u16> {
        self.0.service.as_ref().map(|s| s.status)
    }

    /// The request ID that the service returned.
    pub fn request_id(&self) -> Option<&str> {
        self.0.service.as_ref()?.request_id.as_deref()
    }

    /// The operation, in the API's spelling.
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// The host that the request was sent to.
    pub fn host(&self) -> Option<&str> {
        self.0.host.as_deref()
    }

    /// The number of attempts; 0 if the call failed before the first one.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether the same call may succeed later: the failure was transient, or the service throttled. The client's own
    /// attempts are used up by then.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// Whether the service throttled the call.
    pub fn is_throttling(&self) -> bool {
        self.0.throttling
    }

    /// The whole parsed response: `Error`, `ResponseMetadata`, and the modeled members. For a waiter it is the last response.
    pub fn response(&self) -> Option<&Value> {
        self.0.service.as_ref().map(|s| &s.response).or(self.0.last_response.as_ref())
    }
}

/// # Errors as data
impl Error {
    /// What the message says in words, as fields. Which ones there are depends on the kind:
    ///
    /// | field | shape | of |
    /// | --- | --- | --- |
    /// | `problems` | list of `{path, kind, message}`; `kind` is `missing`, `unknown`, `type`, `length`, `range`, `union`, or `json` | [`ParamValidation`](ErrorKind::ParamValidation) |
    /// | `nearest` | list of similar known names | errors about an unknown name |
    /// | `waiter`, `reason` | strings | [`Waiter`](ErrorKind::Waiter) |
    /// | `region` | string | calls of a client with a region |
    /// | `profile` | string | calls, if the session's profile is not `default` |
    /// | `endpoint_url` | string: scheme, host, and port | calls that built a request |
    /// | `provider` | string: the source of the credentials | calls that were signed |
    /// | `host`, `attempts` | string, number | calls that sent a request |
    ///
    /// ```
    /// use tucuxi::{Session, value};
    ///
    /// let s3 = Session::builder().region("us-east-1").build()?.client("s3")?;
    /// let error = s3.call("put_object", value!({"Bucket": "b", "Tagging": 5})).unwrap_err();
    /// let problems = &error.details()["problems"];
    /// assert_eq!(problems[0], value!({"path": "", "kind": "missing", "message": "Missing required parameter in input: \"Key\""}));
    /// assert_eq!(problems[1]["path"], "Tagging");
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn details(&self) -> Map {
        let mut details = self.0.details.clone();
        if let Some(host) = self.host().filter(|host| !host.is_empty()) {
            details.insert("host", host);
        }
        if self.attempts() > 0 {
            details.insert("attempts", self.attempts());
        }
        details
    }

    /// The whole error as data, for hosts and logs: `kind`, `name`, `message`, `code`, `operation`, `status`, `request_id`,
    /// `retryable`, `throttling`, `response`, and `details`. Fields without a value are absent.
    ///
    /// ```
    /// use tucuxi::{Error, ErrorKind};
    ///
    /// let data = Error::new(ErrorKind::NoRegion, "You must specify a region.").to_value();
    /// assert_eq!((&data["kind"], &data["name"]), (&"NoRegion".into(), &"NoRegionError".into()));
    /// assert!(data["status"].is_null());
    /// ```
    pub fn to_value(&self) -> Value {
        let fields = [
            ("kind", Value::from(format!("{:?}", self.kind()))),
            ("name", self.name().into()),
            ("message", self.message().into()),
            ("code", self.code().into()),
            ("operation", self.operation().into()),
            ("status", self.status().map(i64::from).into()),
            ("request_id", self.request_id().into()),
            ("retryable", self.is_retryable().into()),
            ("throttling", self.is_throttling().into()),
            ("response", self.response().cloned().into()),
            ("details", self.details().into()),
        ];
        fields.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map>().into()
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
        self.0.source.as_ref().map(|source| (**source).as_ref())
    }
}

/// A typed error that passed through an `io::Error` is taken out again; any other one is of the kind
/// [`Foreign`](ErrorKind::Foreign), or [`ReadTimeout`](ErrorKind::ReadTimeout) if it timed out.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        match error.downcast::<Error>() {
            Ok(typed) => typed,
            Err(error) => {
                let kind = if error.kind() == io::ErrorKind::TimedOut { ErrorKind::ReadTimeout } else { ErrorKind::Foreign };
                Error::new(kind, error.to_string()).with_source(error)
            }
        }
    }
}

/// Lets a reader pass a typed error through `Read`.
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

/// ` Did you mean a, b or c?`, or nothing if no name is near: the end of every message about an unknown name.
pub(crate) fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    question(&nearest(name, known))
}

fn question(near: &[&str]) -> String {
    match near {
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

/// Levenshtein's distance, where swapping two neighbors counts as one.
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

    #[test]
    fn io_errors_of_a_transport_are_classified_like_its_own() {
        let kind = |kind: io::ErrorKind| Error::transport(anyhow::Error::from(io::Error::from(kind)).context("sending")).kind();
        assert_eq!(kind(io::ErrorKind::TimedOut), ErrorKind::ReadTimeout);
        assert_eq!(kind(io::ErrorKind::ConnectionReset), ErrorKind::ConnectionClosed);
        assert_eq!(kind(io::ErrorKind::ConnectionRefused), ErrorKind::Connect);
        assert_eq!(kind(io::ErrorKind::PermissionDenied), ErrorKind::Foreign);
        let typed = Error::new(ErrorKind::ConnectionClosed, "gone");
        assert_eq!(Error::transport(anyhow::Error::from(typed).context("sending")).kind(), ErrorKind::ConnectionClosed);
    }

    #[test]
    fn a_clone_shares_the_source_and_keeps_the_details() {
        use std::error::Error as _;
        let error = Error::new(ErrorKind::Waiter, "failed").with_detail("waiter", "BucketExists").with_source(anyhow::anyhow!("cause"));
        let clone = error.clone();
        assert_eq!(clone.source().unwrap().to_string(), "cause");
        assert_eq!(clone.to_value()["details"]["waiter"], "BucketExists");
    }

    #[test]
    fn an_io_error_becomes_an_error_with_the_question_mark() {
        fn read() -> Result<()> {
            Err(io::Error::from(io::ErrorKind::TimedOut))?
        }
        assert_eq!(read().unwrap_err().kind(), ErrorKind::ReadTimeout);
        let back = Error::from(io::Error::from(Error::new(ErrorKind::Checksum, "wrong")));
        assert_eq!(back.kind(), ErrorKind::Checksum);
    }
}
