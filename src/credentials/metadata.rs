//! Plain requests to services of the machine itself: never through a proxy, sent once, and over in time.

use std::sync::OnceLock;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::http::{HttpConfig, HttpTransport, Limits, Proxies, Request, SendOptions, Transport};

/// A connection of their own for such requests; none is opened before the first.
#[derive(Default)]
pub(super) struct MetadataClient(OnceLock<HttpTransport>);

impl MetadataClient {
    /// Sends the request and reads the whole answer: its status and its body. `timeout` is for connecting, and again
    /// for the answer.
    pub(super) fn send(&self, mut request: Request, timeout: Duration, limits: &Limits) -> Result<(u16, Vec<u8>)> {
        limits.check()?;
        let options = SendOptions {
            connect_timeout: Some(timeout),
            read_timeout: Some(limits.idle.map_or(timeout, |idle| idle.min(timeout))),
            deadline: limits.deadline_within(timeout.saturating_mul(2)),
            cancel: limits.cancel.clone(),
        };
        let transport = self.0.get_or_init(|| HttpTransport::new(HttpConfig { proxies: Proxies::default(), ..HttpConfig::default() }));
        let sent = transport.send(&mut request, &options);
        let received = sent.map_err(|error| Error::foreign("the metadata service", error)).and_then(|mut response| {
            let body = response.body.buffer().map_err(Error::from_stream)?;
            Ok((response.status, body.to_vec()))
        });
        // What the call's own limits stopped is not a failure of the service.
        received.map_err(|error| limits.check().err().unwrap_or(error))
    }
}

/// A request as these services expect it.
pub(super) fn request(method: &str, url: String) -> Request {
    let mut request = Request::new(method, url);
    request.headers.set("User-Agent", concat!("tucuxi/", env!("CARGO_PKG_VERSION")));
    request
}
