//! What turns a request into a response: the last stage of an attempt, below retries.

use std::time::{Duration, Instant};

use super::{Cancel, Request, Response};

/// Anything that turns a [`Request`] into a [`Response`].
///
/// It sends the request once, as it stands: nothing is encoded, signed, followed or repeated. A
/// status of 400 or 500 is a response, not an error. The body of the response may still be on its way
/// when `send` returns.
///
/// Errors are whatever fits; a [`tucuxi::Error`](crate::Error) inside survives as it is, and its kind
/// decides whether the request is sent again.
///
/// ```
/// use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
///
/// /// Answers every request with its own path.
/// struct Echo;
///
/// impl Transport for Echo {
///     fn send(&self, request: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
///         Ok(Response::new(200, Headers::new(), request.path().as_bytes().to_vec()))
///     }
/// }
///
/// let response = Echo.send(&mut Request::new("GET", "https://h.com/a%20b?c"), &SendOptions::default()).unwrap();
/// assert_eq!(response.status, 200);
/// ```
pub trait Transport: Send + Sync {
    /// Sends the request once. The request is borrowed because its body is read; it can be sent
    /// again after the body was rewound.
    fn send(&self, request: &mut Request, options: &SendOptions) -> anyhow::Result<Response>;
}

/// One request's own limits; `None` is what the transport is configured with.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SendOptions {
    /// How long connecting may take, TLS included.
    pub connect_timeout: Option<Duration>,
    /// How long the server may be silent: for each read, not for the whole body.
    pub read_timeout: Option<Duration>,
    /// When the response's last byte must be there.
    pub deadline: Option<Instant>,
    /// The switch that stops the request from another thread: see [`Cancel::on_cancel`].
    pub cancel: Option<Cancel>,
}
