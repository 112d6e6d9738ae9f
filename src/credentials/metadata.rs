//! Plain requests to services of the machine itself: never through a proxy, sent once, and over in time.

use std::sync::OnceLock;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
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
        received.map_err(|error| match limits.check() {
            // What the call's own limits stopped is not a failure of the service.
            Err(stopped) => stopped,
            // The deadline of this request alone: the service is too slow, but the call may go on.
            Ok(()) if Limits::stopped(&error) => Error::new(ErrorKind::Http, error.message()),
            Ok(()) => error,
        })
    }
}

/// A request as these services expect it.
pub(super) fn request(method: &str, url: String) -> Request {
    let mut request = Request::new(method, url);
    request.headers.set("User-Agent", concat!("tucuxi/", env!("CARGO_PKG_VERSION")));
    request
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_service_that_trickles_is_a_failure_of_the_service_and_not_of_the_call() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            let _ = connection.read(&mut [0; 1024]);
            let _ = connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            // Faster than the read timeout, slower than the deadline; it ends when the client has gone.
            while connection.write_all(b"x").is_ok() {
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        let error = MetadataClient::default().send(request("GET", url), Duration::from_millis(200), &Limits::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Http, "{error}");
    }
}
