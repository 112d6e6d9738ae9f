//! Plain requests to services of the local machine: never through a proxy, sent once, and with a limit on time and size.

use std::io::Read;
use std::sync::OnceLock;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::http::{HttpConfig, HttpTransport, Limits, Proxies, Request, Response, ResponseBody, SendOptions, Transport};

/// The connections for such requests; none is opened before the first request.
#[derive(Default)]
pub(super) struct MetadataClient(OnceLock<HttpTransport>);

/// The greatest size, in bytes, of a response. Credentials take about 2 KiB.
const LARGEST: u64 = 1024 * 1024;

impl MetadataClient {
    /// Sends the request and reads the whole response. Returns its status and its body without leading and trailing white
    /// space. `timeout` applies to connecting, and again to the response.
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
        let received = sent.map_err(|error| Error::foreign("the metadata service", error)).and_then(read);
        received.map_err(|error| match limits.check() {
            // The limits of the call ended the request, not the service.
            Err(stopped) => stopped,
            // The deadline of this request alone: the service is too slow, but the call may continue.
            Ok(()) if Limits::stopped(&error) => Error::new(ErrorKind::Http, error.message()),
            Ok(()) => error,
        })
    }
}

fn read(response: Response) -> Result<(u16, Vec<u8>)> {
    let body = match response.body {
        ResponseBody::Bytes(bytes) => bytes.to_vec(),
        ResponseBody::Reader(reader) => {
            let mut body = Vec::new();
            reader.take(LARGEST + 1).read_to_end(&mut body).map_err(Error::from_stream)?;
            body
        }
    };
    if body.len() as u64 > LARGEST {
        return Err(Error::new(ErrorKind::Http, "the response is larger than 1 MiB"));
    }
    Ok((response.status, body.trim_ascii().to_vec()))
}

/// Creates a request in the form that these services expect.
pub(super) fn request(method: &str, url: String) -> Request {
    let mut request = Request::new(method, url);
    request.headers.set("User-Agent", concat!("tucuxi/", env!("CARGO_PKG_VERSION")));
    request
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;

    use super::*;

    /// Sends a request to a server that repeats `piece` after its head until the client disconnects.
    fn exchange(length: &str, piece: Vec<u8>, pause: Duration) -> Error {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let head = format!("HTTP/1.1 200 OK\r\n{length}\r\n\r\n");
        let server = std::thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            let _ = connection.read(&mut [0; 1024]);
            let _ = connection.write_all(head.as_bytes());
            while connection.write_all(&piece).is_ok() {
                std::thread::sleep(pause);
            }
        });
        let error = MetadataClient::default().send(request("GET", url), Duration::from_millis(500), &Limits::default()).unwrap_err();
        server.join().unwrap();
        error
    }

    #[test]
    fn a_service_that_trickles_does_not_exceed_the_deadline_of_the_call() {
        // Faster than the read timeout, slower than the deadline.
        let error = exchange("Content-Length: 1000", b"x".to_vec(), Duration::from_millis(50));
        assert_eq!(error.kind(), ErrorKind::Http, "{error}");
    }

    #[test]
    fn a_response_of_the_local_machine_has_a_limit() {
        let error = exchange("Connection: close", vec![b'x'; 64 * 1024], Duration::ZERO);
        assert_eq!((error.kind(), error.message()), (ErrorKind::Http, "the response is larger than 1 MiB"));
    }
}
