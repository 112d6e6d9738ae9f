//! Servers and proxies that fail in every phase of a call: each failure has its kind, is retried where that helps, and
//! never outlasts the call's deadline.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tucuxi::{Client, Config, Credentials, Environment, Error, ErrorKind, Proxies, Session, Value, value};

use super::wire::{Answer, Server, response};

const QUIET: Duration = Duration::from_millis(500);
const DEADLINE: Duration = Duration::from_millis(1500);

type Fault = fn() -> Answer;

fn client(url: &str, config: Config) -> Client {
    let session = Session::builder()
        .environment(Environment::empty())
        .region("us-east-1")
        .credentials(Credentials::new("key", "secret"))
        .config(Config::new().connect_timeout(QUIET).read_timeout(QUIET).deadline(DEADLINE))
        .build()
        .unwrap();
    session.client_builder("dynamodb").endpoint_url(url).config(config).sleep(|_| {}).build().unwrap()
}

fn call(client: &Client) -> Result<Value, Error> {
    let started = Instant::now();
    let result = client.call("list_tables", ());
    let took = started.elapsed();
    assert!(took < DEADLINE + Duration::from_secs(1), "{took:?}: {result:?}");
    result
}

fn right() -> Vec<u8> {
    response(200, &[], r#"{"TableNames": ["right"]}"#)
}

/// A server whose first `times` responses fail.
fn failing(times: usize, fault: Fault) -> (Server, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let server = Server::start(move |_| if count.fetch_add(1, Ordering::SeqCst) < times { fault() } else { Answer::Keep(right()) });
    (server, asked)
}

const BEGUN: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n{\"TableNames\": [";

/// The failures, and the kinds of the errors if they persist.
const FAULTS: [(&str, Fault, ErrorKind); 9] = [
    ("reset before an answer", || Answer::Reset, ErrorKind::ConnectionClosed),
    ("closed before an answer", || Answer::Close(Vec::new()), ErrorKind::ConnectionClosed),
    ("silence", || Answer::Stall(Vec::new()), ErrorKind::ReadTimeout),
    ("silence within the status line", || Answer::Stall(b"HTTP/1.1 2".to_vec()), ErrorKind::ReadTimeout),
    ("silence within the headers", || Answer::Stall(b"HTTP/1.1 200 OK\r\nContent-".to_vec()), ErrorKind::ReadTimeout),
    ("closed within the headers", || Answer::Close(b"HTTP/1.1 200 OK\r\nContent-".to_vec()), ErrorKind::ConnectionClosed),
    ("silence within the body", || Answer::Stall(BEGUN.to_vec()), ErrorKind::ReadTimeout),
    ("closed within the body", || Answer::Close(BEGUN.to_vec()), ErrorKind::IncompleteRead),
    (
        "closed within a chunk",
        || Answer::Close(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n19\r\n{\"TableNames\"".to_vec()),
        ErrorKind::ConnectionClosed,
    ),
];

#[test]
fn transient_faults_are_retried() {
    for (name, fault, _) in FAULTS {
        let (server, asked) = failing(1, fault);
        let answer = call(&client(&server.url(), Config::new())).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(answer["TableNames"], value!(["right"]), "{name}");
        assert_eq!((&answer["ResponseMetadata"]["RetryAttempts"], asked.load(Ordering::SeqCst)), (&value!(1), 2), "{name}");
    }
}

#[test]
fn persistent_faults_have_their_kinds() {
    for (name, fault, kind) in FAULTS {
        let (server, asked) = failing(usize::MAX, fault);
        let error = call(&client(&server.url(), Config::new().retries(value!({"total_max_attempts": 2})))).unwrap_err();
        println!("{name:32} {error}");
        assert_eq!(error.kind(), kind, "{name}: {error}");
        assert_eq!((error.attempts(), asked.load(Ordering::SeqCst)), (2, 2), "{name}: {error}");
        assert!(error.is_retryable(), "{name}: {error}");
    }
}

/// Responses that are not HTTP. Another attempt would not help.
const NOT_HTTP: [(&str, &str); 4] = [
    ("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}", "bad body length: \"content-length: many\""),
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 7\r\n\r\n{}", "two different body lengths: \"content-length: 7\""),
    ("SSH-2.0-OpenSSH_9.9\r\n\r\n", "bad status line: \"SSH-2.0-OpenSSH_9.9\""),
    ("HTTP/1.1 OK\r\n\r\n", "bad status line: \"HTTP/1.1 OK\""),
];

#[test]
fn a_response_that_is_not_http_is_an_invalid_response_and_not_retried() {
    for (sent, reason) in NOT_HTTP {
        let server = Server::start(|_| Answer::Close(sent.as_bytes().to_vec()));
        let error = call(&client(&server.url(), Config::new())).unwrap_err();
        assert_eq!((error.kind(), error.name(), error.attempts()), (ErrorKind::InvalidResponse, "InvalidResponseError", 1), "{error}");
        assert_eq!(error.message(), format!("The response from {}/ is not valid HTTP: {reason}", server.url()));
        assert!(!error.is_retryable(), "{error}");
    }
}

#[test]
fn wrong_content_lengths_give_no_wrong_result() {
    let (server, _) = failing(usize::MAX, || Answer::Keep(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}".to_vec()));
    let error = call(&client(&server.url(), Config::new().retries(value!({"total_max_attempts": 1})))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadTimeout, "{error}");

    // Bytes after the body are not read as the next response.
    let (server, _) = failing(1, || {
        let mut answer = response(200, &[], r#"{"TableNames": ["first"]}"#);
        answer.extend(response(200, &[], r#"{"TableNames": ["foreign"]}"#));
        Answer::Keep(answer)
    });
    let client = client(&server.url(), Config::new());
    assert_eq!(call(&client).unwrap()["TableNames"], value!(["first"]));
    assert_eq!(call(&client).unwrap()["TableNames"], value!(["right"]));
}

#[test]
fn a_refused_connection_is_an_endpoint_error() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = call(&client(&format!("http://{free}"), Config::new())).unwrap_err();
    assert_eq!((error.kind(), error.name(), error.attempts()), (ErrorKind::Connect, "EndpointConnectionError", 4), "{error}");

    let error = call(&client("http://no-such-host.invalid", Config::new().retries(value!({"total_max_attempts": 1})))).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Connect | ErrorKind::ConnectTimeout), "{error}");
}

#[test]
fn tls_with_a_server_that_speaks_none() {
    let (server, _) = failing(usize::MAX, || Answer::Close(Vec::new()));
    let url = server.url().replace("http:", "https:");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let plain = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
            let _ = std::io::Read::read_to_end(&mut stream, &mut Vec::new());
        }
    });
    let two = || Config::new().retries(value!({"total_max_attempts": 2}));
    let error = call(&client(&plain, two())).unwrap_err();
    assert_eq!((error.kind(), error.name(), error.attempts()), (ErrorKind::Tls, "SSLError", 2), "{error}");
    let error = call(&client(&url, two())).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ConnectionClosed | ErrorKind::ReadTimeout), "{error}");
}

#[test]
fn failing_proxies() {
    let proxied = |proxy: &str, url: &str| {
        let proxies = Proxies::all(proxy);
        call(&client(url, Config::new().proxies(proxies).retries(value!({"total_max_attempts": 2})))).unwrap_err()
    };
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for url in ["http://target.invalid", "https://target.invalid"] {
        let error = proxied(&format!("http://user:secret@{free}"), url);
        assert_eq!((error.kind(), error.name(), error.attempts()), (ErrorKind::Proxy, "ProxyConnectionError", 2), "{error}");
        assert!(error.to_string().contains("***@127.0.0.1") && !error.to_string().contains("secret"), "{error}");
    }
    let (refusing, _) = failing(usize::MAX, || Answer::Close(response(403, &[], "")));
    assert_eq!(proxied(&refusing.url(), "https://target.invalid").kind(), ErrorKind::Proxy);
    let (closing, _) = failing(usize::MAX, || Answer::Close(Vec::new()));
    assert_eq!(proxied(&closing.url(), "https://target.invalid").kind(), ErrorKind::Proxy);
    let (silent, _) = failing(usize::MAX, || Answer::Stall(Vec::new()));
    let kind = proxied(&silent.url(), "https://target.invalid").kind();
    assert!(matches!(kind, ErrorKind::ReadTimeout | ErrorKind::ConnectTimeout), "{kind:?}");
}

#[test]
fn the_deadline_applies_to_all_attempts_and_to_an_endless_body() {
    let (server, asked) = failing(usize::MAX, || Answer::Stall(Vec::new()));
    let many = Config::new().retries(value!({"total_max_attempts": 100}));
    let started = Instant::now();
    let error = call(&client(&server.url(), many)).unwrap_err();
    assert_eq!((error.kind(), error.name()), (ErrorKind::Deadline, "DeadlineExceededError"), "{error}");
    assert!((2..=4).contains(&asked.load(Ordering::SeqCst)), "{asked:?} attempts in {:?}", started.elapsed());

    // Single bytes prevent a read timeout, but not the deadline.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
            while std::io::Write::write_all(&mut stream, b" ").is_ok() {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    });
    assert_eq!(call(&client(&url, Config::new())).unwrap_err().kind(), ErrorKind::Deadline);

    let (server, _) = failing(usize::MAX, || Answer::Stall(Vec::new()));
    let slow = client(&server.url(), Config::new().read_timeout(Duration::from_secs(60)));
    let error = slow.request("list_tables", ()).deadline(Duration::from_millis(100)).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadline, "a call may have a deadline of its own");
}
