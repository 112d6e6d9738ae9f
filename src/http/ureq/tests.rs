//! Tests with a loopback server that uses only the standard library.

use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::*;
use crate::error::{Error, ErrorKind};
use crate::http::{Body, Cancel, Verify};
use crate::value::{Bytes, Stream};

/// A request as received: request line, header lines, body, and the number of the connection.
#[derive(Debug)]
struct Seen {
    line: String,
    headers: Vec<String>,
    body: Vec<u8>,
    connection: usize,
}

/// A server that sends `answer` to every request, and then closes the connection if `close` is set.
fn server(answer: &'static [u8], close: bool) -> (String, Receiver<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, seen) = channel();
    thread::spawn(move || {
        for (connection, stream) in listener.incoming().enumerate() {
            let sender = sender.clone();
            thread::spawn(move || serve(stream.unwrap(), answer, close, connection, &sender));
        }
    });
    (url, seen)
}

fn serve(stream: TcpStream, answer: &[u8], close: bool, connection: usize, sender: &Sender<Seen>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let header = |name: &str| lines.iter().find_map(|l| l.strip_prefix(name).map(str::to_owned));
        if header("expect: ").is_some() {
            reader.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
        }
        let mut body = Vec::new();
        if let Some(length) = header("content-length: ") {
            (&mut reader).take(length.parse().unwrap()).read_to_end(&mut body).unwrap();
        } else if header("transfer-encoding: ").is_some() {
            while !body.ends_with(b"\r\n0\r\n\r\n") {
                reader.read_until(b'\n', &mut body).unwrap();
            }
        }
        let line = lines.remove(0);
        sender.send(Seen { line, headers: lines, body, connection }).unwrap();
        reader.get_mut().write_all(answer).unwrap();
        if close {
            return;
        }
    }
}

const EMPTY: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

fn transport() -> HttpTransport {
    HttpTransport::new(HttpConfig::default())
}

fn send(request: &mut Request) -> Result<Response> {
    transport().send(request, &SendOptions::default()).map_err(|e| Error::foreign("transport", e))
}

#[test]
fn the_request_is_sent_unchanged() {
    let (url, seen) = server(EMPTY, false);
    let mut request = Request::new("GET", format!("{url}/a%20b/../c//d%2F~+?x=%7e&y&z=a%2Bb"));
    request.headers.set("x-meta", "Grüße");
    request.headers.append("x-two", "1");
    request.headers.append("x-two", "2");
    send(&mut request).unwrap();
    let seen = seen.recv().unwrap();
    assert_eq!(seen.line, "GET /a%20b/../c//d%2F~+?x=%7e&y&z=a%2Bb HTTP/1.1");
    let host = format!("host: {}", &url["http://".len()..]);
    assert_eq!(seen.headers, ["accept-encoding: identity", "x-meta: Grüße", "x-two: 1", "x-two: 2", &host]);
}

#[test]
fn every_body_is_framed() {
    let (url, seen) = server(EMPTY, false);
    let framing =
        |seen: Seen| seen.headers.into_iter().filter(|h| h.starts_with("content-l") || h.starts_with("transfer")).collect::<Vec<_>>();
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        send(&mut Request::new(method, &*url)).unwrap();
        assert_eq!(framing(seen.recv().unwrap()), ["content-length: 0"], "{method}");
    }
    for method in ["GET", "HEAD", "OPTIONS"] {
        send(&mut Request::new(method, &*url)).unwrap();
        assert!(framing(seen.recv().unwrap()).is_empty(), "{method}");
    }
    let mut request = Request::new("DELETE", &*url);
    request.body = b"abc".into();
    send(&mut request).unwrap();
    let got = seen.recv().unwrap();
    assert_eq!(got.body, b"abc");
    assert_eq!(framing(got), ["content-length: 3"]);

    request.method = "PUT".to_owned();
    request.body = Body::Reader(Stream::from_reader(Cursor::new("abc")).take().unwrap());
    send(&mut request).unwrap();
    let got = seen.recv().unwrap();
    assert_eq!(got.body, b"3\r\nabc\r\n0\r\n\r\n");
    assert_eq!(framing(got), ["transfer-encoding: chunked"]);

    request.headers.set("Transfer-Encoding", "chunked");
    request.body = b"abcd".into();
    send(&mut request).unwrap();
    assert_eq!(seen.recv().unwrap().body, b"4\r\nabcd\r\n0\r\n\r\n");
}

#[test]
fn a_large_body_is_streamed() {
    const SIZE: u64 = 64 << 20;
    let (url, seen) = server(EMPTY, false);
    let mut request = Request::new("PUT", url);
    request.headers.set("Expect", "100-continue");
    let body = std::io::repeat(b'x').take(SIZE);
    request.body = Body::Reader(Stream::from_reader_with_length(body, SIZE).take().unwrap());
    send(&mut request).unwrap();
    assert_eq!(seen.recv().unwrap().body.len() as u64, SIZE);
}

#[test]
fn a_body_shorter_than_its_length_is_a_stream_error() {
    let (url, _seen) = server(EMPTY, false);
    let mut request = Request::new("PUT", url);
    request.body = Body::Reader(Stream::from_reader_with_length(Cursor::new("abc"), 5).take().unwrap());
    let error = send(&mut request).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Stream);
    assert!(error.message().contains("after 3 of 5 bytes"), "{error}");
}

#[test]
fn expect_without_a_response_sends_the_body_after_a_second() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut request = Request::new("PUT", format!("http://{}", listener.local_addr().unwrap()));
    request.headers.set("Expect", "100-continue");
    request.body = [vec![b'x'; 1 << 20], b"late".to_vec()].concat().into();
    let silent = thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let mut text = Vec::new();
        while !text.ends_with(b"late") {
            let mut piece = [0; 100_000];
            let n = stream.read(&mut piece).unwrap();
            text.extend_from_slice(&piece[..n]);
        }
        stream.write_all(EMPTY).unwrap();
    });
    let start = Instant::now();
    assert_eq!(send(&mut request).unwrap().status, 200);
    assert!(start.elapsed() > Duration::from_millis(900));
    silent.join().unwrap();
}

#[test]
fn a_small_body_is_sent_with_the_head_and_waits_for_no_permission() {
    let (url, seen) = server(EMPTY, false);
    for (length, chunked) in [(1, false), (1, true), (60_000, false), (60_000, true), (100_000, false), (100_000, true)] {
        let mut request = Request::new("PUT", &*url);
        request.headers.set("Expect", "100-continue");
        if chunked {
            request.headers.set("Transfer-Encoding", "chunked");
        }
        let content = vec![b'x'; length];
        request.body = Body::Reader(Stream::from_seekable(Cursor::new(content.clone())).unwrap().take().unwrap());
        send(&mut request).unwrap();
        let seen = seen.recv().unwrap();
        assert!(!seen.headers.iter().any(|header| header.starts_with("expect")), "{:?}", seen.headers);
        let expected = if chunked { [format!("{length:x}\r\n").as_bytes(), &content, b"\r\n0\r\n\r\n"].concat() } else { content };
        assert!(seen.body == expected, "{length} {chunked}");
    }
}

/// The connection is not reused, even if the server keeps it open: the server does not know whether the body follows.
#[test]
fn a_final_response_instead_of_100_is_returned() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut request = Request::new("PUT", format!("http://{}", listener.local_addr().unwrap()));
    request.headers.set("Expect", "100-continue");
    request.body = vec![b'n'; (1 << 20) + 1].into();
    let server = thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let mut text = Vec::new();
        while !text.ends_with(b"\r\n\r\n") {
            let mut piece = [0; 1000];
            let n = stream.read(&mut piece).unwrap();
            text.extend_from_slice(&piece[..n]);
        }
        stream.write_all(b"HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 2\r\n\r\nhi").unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        rest
    });
    let mut response = send(&mut request).unwrap();
    assert_eq!((response.status, &response.body.buffer().unwrap()[..]), (307, &b"hi"[..]));
    drop(response);
    assert_eq!(server.join().unwrap(), b"");
}

#[test]
fn statuses_are_responses_and_redirects_are_not_followed() {
    for (answer, status) in [
        (&b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 1\r\n\r\nx"[..], 301),
        (&b"HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx"[..], 404),
        (&b"HTTP/1.1 503 Slow Down\r\nX-A: 1\r\nContent-Length: 1\r\nx-a: \xe9\r\n\r\nx"[..], 503),
    ] {
        let (url, _seen) = server(answer, false);
        let mut response = send(&mut Request::new("GET", url)).unwrap();
        assert_eq!(response.status, status);
        assert_eq!(&response.body.buffer().unwrap()[..], b"x");
        if status == 503 {
            assert_eq!(response.headers.get("x-a"), Some("1, é"));
        }
    }
}

#[test]
fn a_drained_connection_is_reused() {
    let (url, seen) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", false);
    let transport = transport();
    let mut options = SendOptions::default();
    for _ in 0..3 {
        let mut response = transport.send(&mut Request::new("GET", &*url), &options).unwrap();
        response.body.buffer().unwrap();
        assert_eq!(seen.recv().unwrap().connection, 0);
        options.read_timeout = Some(Duration::from_secs(7));
    }
}

#[test]
fn a_body_read_exactly_to_its_last_byte_does_not_cost_its_connection() {
    let (url, seen) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", false);
    let transport = transport();
    for _ in 0..3 {
        let response = transport.send(&mut Request::new("GET", &*url), &SendOptions::default()).unwrap();
        let crate::http::ResponseBody::Reader(mut reader) = response.body else { unreachable!("it is streamed") };
        let mut body = [0; 5];
        reader.read_exact(&mut body).unwrap();
        assert_eq!((&body, seen.recv().unwrap().connection), (b"hello", 0));
    }
}

/// The process ID is that of the parent.
#[test]
fn a_forked_process_opens_its_own_connections() {
    let (url, seen) = server(EMPTY, false);
    let mut transport = transport();
    let send = |transport: &HttpTransport| {
        transport.send(&mut Request::new("GET", &*url), &SendOptions::default()).unwrap();
        seen.recv().unwrap().connection
    };
    assert_eq!((send(&transport), send(&transport)), (0, 0));
    transport.lines.process = 0;
    assert_eq!((send(&transport), send(&transport)), (1, 1));
    assert!(transport.lines.by_scheme[0].get().is_some(), "the connections of the parent are left alone");
}

#[test]
fn huge_timeouts_are_no_limit() {
    let (url, _seen) = server(EMPTY, false);
    let huge = Duration::from_secs(i64::MAX as u64);
    for timeout in [huge, Duration::MAX] {
        let config = HttpConfig { connect_timeout: Some(timeout), read_timeout: Some(timeout), ..HttpConfig::default() };
        let mut options = SendOptions { connect_timeout: Some(timeout), read_timeout: Some(timeout), ..SendOptions::default() };
        options.cancel = Some(Cancel::new());
        options.deadline = Instant::now().checked_add(Duration::from_secs(u64::from(u32::MAX)));
        assert_eq!(HttpTransport::new(config).send(&mut Request::new("PUT", &*url), &options).unwrap().status, 200);
    }
}

#[test]
fn a_body_of_the_greatest_length_is_a_stream_error() {
    let (url, _seen) = server(EMPTY, false);
    for coded in [false, true] {
        let mut request = Request::new("PUT", &*url);
        request.body = Body::Reader(Stream::from_reader_with_length(Cursor::new("abc"), u64::MAX).take().unwrap());
        if coded {
            let body = std::mem::take(&mut request.body);
            request.body = crate::http::aws_chunked(body, crate::http::ChecksumAlgorithm::Crc32, "x".to_owned());
        }
        let error = send(&mut request).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Stream);
        assert!(error.message().contains(&format!("of {} bytes", u64::MAX)), "{error}");
    }
}

#[test]
fn failures_have_their_kind() {
    let refused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = send(&mut Request::new("GET", format!("http://{refused}/?X-Amz-Signature=abc"))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(error.message(), format!("Could not connect to the endpoint URL: \"http://{refused}/?X-Amz-Signature=***\""));
    assert!(std::error::Error::source(&error).unwrap().is::<std::io::Error>());

    let error = send(&mut Request::new("GET", "http://no-such-host.invalid/")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");

    let (url, _seen) = server(b"", true);
    assert_eq!(send(&mut Request::new("GET", url)).unwrap_err().kind(), ErrorKind::ConnectionClosed);
    let (url, _seen) = server(b"SSH-2.0-x\r\n\r\n", true);
    assert_eq!(send(&mut Request::new("GET", url)).unwrap_err().kind(), ErrorKind::InvalidResponse);

    let (url, _seen) = server(EMPTY, false);
    let error = send(&mut Request::new("GET", url.replace("http", "https"))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionClosed, "{error}");
    let error = send(&mut Request::new("GET", "http://h/ä b\n")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Http, "{error}");
}

#[test]
fn silence_is_a_read_timeout() {
    let (url, _seen) = server(b"", false);
    let options = SendOptions { read_timeout: Some(Duration::from_millis(50)), ..SendOptions::default() };
    let error = transport().send(&mut Request::new("GET", &*url), &options).unwrap_err();
    let error = Error::foreign("transport", error);
    assert_eq!(error.kind(), ErrorKind::ReadTimeout);
    assert_eq!(error.message(), format!("Read timeout on endpoint URL: \"{url}\""));

    for wait in [Duration::ZERO, Duration::from_millis(50)] {
        let options = SendOptions { deadline: Some(Instant::now() + wait), ..SendOptions::default() };
        let error = transport().send(&mut Request::new("GET", &*url), &options).unwrap_err();
        assert_eq!(Error::foreign("transport", error).kind(), ErrorKind::Deadline);
    }

    let (url, _seen) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", false);
    let mut response = transport().send(&mut Request::new("GET", &*url), &options).unwrap();
    let error = Error::from_stream(response.body.buffer().unwrap_err());
    assert_eq!(error.kind(), ErrorKind::ReadTimeout);
}

#[test]
fn a_body_that_ends_early_is_an_incomplete_read() {
    let (url, _seen) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", true);
    let mut response = send(&mut Request::new("GET", url)).unwrap();
    let error = Error::from_stream(response.body.buffer().unwrap_err());
    assert_eq!(error.kind(), ErrorKind::IncompleteRead);
    assert_eq!(error.message(), "2 read, but total bytes expected is 5.");

    let (url, _seen) = server(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", true);
    let mut response = send(&mut Request::new("GET", url)).unwrap();
    let error = Error::from_stream(response.body.buffer().unwrap_err());
    assert_eq!(error.kind(), ErrorKind::ConnectionClosed);
}

#[test]
fn bad_settings_are_reported_by_the_first_request() {
    let mut config = HttpConfig { verify: Verify::Bundle("no/such/bundle.pem".into()), ..HttpConfig::default() };
    let broken = |config: &HttpConfig| {
        let error = HttpTransport::new(config.clone()).send(&mut Request::new("GET", "https://h.invalid/"), &SendOptions::default());
        Error::foreign("transport", error.unwrap_err())
    };
    let error = broken(&config);
    assert!(error.kind() == ErrorKind::Tls && error.message().contains("no/such/bundle.pem"), "{error}");
    config.verify = Verify::Nothing;
    config.proxies.https = Some("http://user:pass@127.0.0.1:1".to_owned());
    let error = broken(&config);
    assert_eq!(error.message(), "Failed to connect to proxy URL: \"http://***@127.0.0.1:1\"");
    assert_eq!(error.kind(), ErrorKind::Proxy);
    assert!(!format!("{config:?}").contains("pass"));
}

#[test]
fn a_handshake_that_fails_is_a_tls_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let _ = stream.read(&mut [0; 1000]);
    });
    let error = send(&mut Request::new("GET", format!("https://{address}/"))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
    assert!(error.message().starts_with(&format!("SSL validation failed for https://{address}/ ")), "{error}");
}

/// The error of an exchange that is canceled after 50 ms and must then end within 100 ms. On a busy machine it has three
/// tries.
fn canceled_meanwhile(url: &str, exchange: impl Fn(&mut Request, &SendOptions) -> Error) -> Error {
    let mut tries = Vec::new();
    for _ in 0..3 {
        let cancel = Cancel::new();
        let options = SendOptions { cancel: Some(cancel.clone()), ..SendOptions::default() };
        let mut request = Request::new("PUT", url);
        let canceler = thread::spawn(move || {
            thread::sleep(Duration::from_millis(50));
            let at = Instant::now();
            cancel.cancel();
            at
        });
        let error = exchange(&mut request, &options);
        let took = canceler.join().unwrap().elapsed();
        if took < Duration::from_millis(100) {
            return error;
        }
        tries.push((took, error));
    }
    panic!("{tries:?}");
}

#[test]
fn a_canceled_exchange_ends_at_once_in_every_phase() {
    let transport = transport();
    let send = |request: &mut Request, options: &SendOptions| Error::foreign("transport", transport.send(request, options).unwrap_err());

    let (silent, _seen) = server(b"", false);
    assert_eq!(canceled_meanwhile(&silent, send).kind(), ErrorKind::Canceled);

    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let large = Bytes::from(vec![0; 64 << 20]);
    let error = canceled_meanwhile(&format!("http://{}", deaf.local_addr().unwrap()), |request, options| {
        request.body = Body::Bytes(large.clone());
        send(request, options)
    });
    assert_eq!(error.kind(), ErrorKind::Canceled);

    // This address is reserved for documentation: there is no response, or no route.
    let error = canceled_meanwhile("http://192.0.2.1/", |request, options| {
        let error = send(request, options);
        thread::sleep(Duration::from_millis(if error.kind() == ErrorKind::Connect { 60 } else { 0 }));
        error
    });
    assert!(matches!(error.kind(), ErrorKind::Canceled | ErrorKind::Connect), "{error}");

    for answer in [&b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"[..], b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhe"] {
        let (stalled, _seen) = server(answer, false);
        let error = canceled_meanwhile(&stalled, |request, options| {
            let mut response = transport.send(request, options).unwrap();
            Error::from_stream(response.body.buffer().unwrap_err())
        });
        assert_eq!(error.kind(), ErrorKind::Canceled, "a partial body is not taken for the whole");
    }
}

/// Records what every crate of this process writes to `log`.
struct Log(std::sync::Mutex<String>);

impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata) -> bool {
        true
    }

    fn log(&self, record: &log::Record) {
        *self.0.lock().unwrap() += &format!("{} {} {}\n", record.level(), record.target(), record.args());
    }

    fn flush(&self) {}
}

static LOG: Log = Log(std::sync::Mutex::new(String::new()));

/// The text in a log that contains hex dumps in rows of 16 bytes.
fn logged_text() -> String {
    let log = LOG.0.lock().unwrap();
    let dumped: String = log.lines().filter_map(|line| line.strip_prefix("TRACE ureq_proto")?.rsplit(' ').next()).collect();
    format!("{log}\n{dumped}")
}

/// ureq writes the URL at DEBUG and all bytes that it handles at TRACE.
#[test]
fn the_log_of_the_http_crate_contains_no_secrets() {
    log::set_logger(&LOG).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let responses: [&[u8]; 3] = [
        b"HTTP/1.1 200 OK\r\nX-Header: marker-1\r\nLocation: /marker-2\r\nContent-Length: 8\r\n\r\nmarker-3",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nmarker-4\r\n0\r\nX-Trailer: marker-5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nmarker-6",
    ];
    for answer in responses {
        let (url, seen) = server(answer, true);
        let url = url.replace("http://", "http://user:marker-7@");
        for body in [
            b"marker-8".into(),
            Body::Bytes(Bytes::from(b"marker-9".repeat(4096))),
            Body::Reader(Stream::from_reader(Cursor::new("marker-a")).take().unwrap()),
        ] {
            let mut request = Request::new("PUT", format!("{url}/marker-b?Signature=marker-c"));
            request.headers.set("Authorization", "marker-d");
            request.headers.set("Date", "marker-e");
            request.body = body;
            let mut response = send(&mut request).unwrap();
            assert!(response.body.buffer().unwrap().starts_with(b"marker-"));
            let seen = seen.recv().unwrap();
            assert_eq!(seen.line, "PUT /marker-b?Signature=marker-c HTTP/1.1");
            assert!(String::from_utf8(seen.body).unwrap().contains("marker-"));
        }
    }
    // Through a proxy that forwards requests, and one that refuses a tunnel.
    let (proxy, seen) = server(b"HTTP/1.1 407 No\r\nX-Header: marker-f\r\nContent-Length: 0\r\n\r\n", true);
    let mut config = HttpConfig::default();
    let proxy = Some(proxy.replace("http://", "http://user:marker-g@"));
    (config.proxies.http, config.proxies.https) = (proxy.clone(), proxy);
    let transport = HttpTransport::new(config);
    let through = |url: &str| transport.send(&mut Request::new("GET", url), &SendOptions::default());
    assert_eq!(through("http://h/marker-h").unwrap().status, 407);
    assert_eq!(seen.recv().unwrap().line, "GET http://h/marker-h HTTP/1.1");
    assert_eq!(Error::foreign("transport", through("https://h/marker-h").unwrap_err()).kind(), ErrorKind::Proxy);
    let text = logged_text();
    assert!(text.contains("127.0.0.1"), "nothing was logged: {text}");
    assert!(!text.contains("marker"), "{}", text.lines().filter(|line| line.contains("marker")).collect::<Vec<_>>().join("\n"));
}

fn text_of(url: &str, transport: &HttpTransport) -> Result<String> {
    let mut response =
        transport.send(&mut Request::new("GET", url), &SendOptions::default()).map_err(|e| Error::foreign("transport", e))?;
    let bytes = response.body.buffer().map_err(Error::from_stream)?;
    Ok(String::from_utf8(bytes.to_vec()).unwrap())
}

#[test]
fn chunks_of_every_form_are_joined_and_the_connection_is_used_again() {
    const HEAD: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for chunks in [
        "3\r\nabc\r\n0\r\n\r\n",
        "1\r\na\r\n2;extension=\"x\"\r\nbc\r\n0\r\n\r\n",
        "0003\r\nabc\r\n000\r\nx-trailer: 1\r\nx-other: 2\r\n\r\n",
        "3\nabc\n0\n\n",
    ] {
        let (url, seen) = server(format!("{HEAD}{chunks}").leak().as_bytes(), false);
        let transport = transport();
        for _ in 0..3 {
            assert_eq!(text_of(&url, &transport).unwrap(), "abc", "{chunks:?}");
            assert_eq!(seen.recv().unwrap().connection, 0, "{chunks:?}");
        }
    }
}

#[test]
fn chunks_that_are_malformed_or_cut_are_typed_errors() {
    const HEAD: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let long = format!("3;{}\r\nabc\r\n0\r\n\r\n", "x".repeat(100_000));
    for (chunks, kind, message) in [
        ("x\r\nabc", ErrorKind::InvalidResponse, "bad chunk size: \"x\""),
        ("+3\r\nabc", ErrorKind::InvalidResponse, "bad chunk size: \"+3\""),
        ("2\r\nabc\r\n0\r\n\r\n", ErrorKind::InvalidResponse, "a chunk is longer than its size: \"c\""),
        (&long, ErrorKind::InvalidResponse, "a line between chunks is too long"),
        ("3\r\nab", ErrorKind::ConnectionClosed, "Connection was closed"),
        ("3\r\nabc\r\n", ErrorKind::ConnectionClosed, "Connection was closed"),
        ("3", ErrorKind::ConnectionClosed, "Connection was closed"),
    ] {
        let (url, _seen) = server(format!("{HEAD}{chunks}").leak().as_bytes(), true);
        let error = text_of(&url, &transport()).unwrap_err();
        assert_eq!(error.kind(), kind, "{:?}: {error}", &chunks[..chunks.len().min(20)]);
        assert!(error.message().contains(message), "{error}");
    }
    let (url, _seen) = server(format!("{HEAD}3\r\nabc\r\n0\r\n").leak().as_bytes(), true);
    assert_eq!(text_of(&url, &transport()).unwrap(), "abc", "only the empty line at the end is missing");
}

#[test]
fn responses_without_a_body_leave_the_connection_usable() {
    for (method, answer) in [
        ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
        ("GET", "HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
        ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ] {
        let (url, seen) = server(answer.as_bytes(), false);
        let transport = transport();
        for _ in 0..3 {
            // The body is not read.
            transport.send(&mut Request::new(method, &*url), &SendOptions::default()).unwrap();
            assert_eq!(seen.recv().unwrap().connection, 0, "{method} {answer:?}");
        }
    }
}

#[test]
fn a_chunked_request_of_any_size_arrives_unchanged() {
    let (url, seen) = server(EMPTY, false);
    for length in [1_000_003, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (2 << 20) + 5] {
        let data: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
        let unknown = Stream::from_reader(Cursor::new(data.clone()));
        let known = Stream::from_seekable(Cursor::new(data.clone())).unwrap();
        for stream in [unknown, known] {
            let mut request = Request::new("PUT", &*url);
            request.headers.set("Transfer-Encoding", "chunked");
            request.body = Body::Reader(stream.take().unwrap());
            send(&mut request).unwrap();
            let body = seen.recv().unwrap().body;
            let (mut rest, mut joined) = (body.as_slice(), Vec::new());
            loop {
                let line = rest.iter().position(|byte| *byte == b'\r').unwrap();
                let size = usize::from_str_radix(str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
                if size == 0 {
                    break;
                }
                joined.extend_from_slice(&rest[line + 2..line + 2 + size]);
                rest = &rest[line + 4 + size..];
            }
            assert!(joined == data, "{} bytes", joined.len());
            assert_eq!(rest, b"0\r\n\r\n");
        }
    }
}
