//! The interface of transports, the last stage of an attempt, below retries.

use std::time::{Duration, Instant};

use super::{Cancel, Request, Response};

/// Sends requests.
///
/// A transport sends a request once and unchanged: it encodes, signs, and repeats nothing and follows no redirects. A status of
/// 400 or 500 is a response, not an error. When `send` returns, the body of the response may not have arrived yet.
///
/// Errors can have any type. A [`tucuxi::Error`](crate::Error) is passed on as it is, and its kind determines whether the
/// request is retried.
///
/// ```
/// use tucuxi::http::{Headers, Request, Response, SendOptions, Transport};
///
/// /// Responds to every request with its path.
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
    /// Sends the request once. The body is read from the borrowed request, which can be sent again after the body is rewound.
    fn send(&self, request: &mut Request, options: &SendOptions) -> anyhow::Result<Response>;
}

/// The limits of one request. `None` stands for the transport's own setting.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SendOptions {
    /// The maximum time to connect, including the TLS handshake.
    pub connect_timeout: Option<Duration>,
    /// The maximum time that the server may be silent. It applies to each read and write, not to the whole body.
    pub read_timeout: Option<Duration>,
    /// When the last byte of the response must have arrived.
    pub deadline: Option<Instant>,
    /// The handle that cancels the request from another thread; see [`Cancel::on_cancel`].
    pub cancel: Option<Cancel>,
}
