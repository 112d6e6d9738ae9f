//! Streamable HTTP on the loopback interface: a message per POST request, answered with JSON, or for calls of tools with a
//! stream of server-sent events, which carries progress and the response.
//!
//! A request of version 2026-07-28 stands for itself, and the end of its connection cancels it. Earlier versions have sessions.
//!
//! Only what the protocol needs of HTTP/1.1 is implemented. Web pages of other sites must not reach the server, even if their
//! names resolve to the loopback interface (DNS rebinding): `Host` must name it, and `Origin`, if present, must be one of it or
//! one that the command line allows. A page cannot send JSON to another origin without a preflight request, which fails.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::Value as Json;

use super::protocol::{self, HEADER_MISMATCH, LEGACY, METHOD_NOT_FOUND, MODERN, Peer, UNSUPPORTED_VERSION};
use super::{Server, lock};
use crate::cli::output;
use crate::text::random;

const PATH: &str = "/mcp";
const SESSION: &str = "mcp-session-id";
/// The greatest sizes that are read, in bytes.
const HEAD: u64 = 32 * 1024;
const BODY: usize = 4 * 1024 * 1024;
/// Connections that are served at the same time; sessions that are remembered.
const CONNECTIONS: usize = 64;
const SESSIONS: usize = 1000;
/// How often the connection of a call is checked.
const POLL: Duration = Duration::from_millis(50);
/// How long a connection may be idle, or slow to take a response.
const IDLE: Duration = Duration::from_secs(60);

/// What all connections share.
struct Shared<'a> {
    server: &'a Server,
    origins: &'a [String],
    sessions: Mutex<HashMap<String, Arc<Peer>>>,
    connections: AtomicUsize,
}

/// Serves until the process ends. The address is printed to standard error.
pub(super) fn serve(server: &Server, address: SocketAddr, origins: &[String]) -> anyhow::Result<()> {
    let listener = TcpListener::bind(address).with_context(|| format!("--http {address}"))?;
    output::note(format_args!("tucuxi: serving the Model Context Protocol at http://{}{PATH}", listener.local_addr()?));
    let shared = Shared { server, origins, sessions: Mutex::default(), connections: AtomicUsize::new(0) };
    thread::scope(|scope| {
        for stream in listener.incoming() {
            // A connection that ended before it was accepted concerns nobody else.
            let Ok(stream) = stream else { continue };
            let shared = &shared;
            if shared.connections.fetch_add(1, Ordering::SeqCst) >= CONNECTIONS {
                shared.connections.fetch_sub(1, Ordering::SeqCst);
                continue;
            }
            scope.spawn(move || {
                // A client that disconnects is not a failure of the server.
                let _ = shared.connection(&stream);
                shared.connections.fetch_sub(1, Ordering::SeqCst);
            });
        }
        Ok(())
    })
}

/// A request. Names of headers are in lower case.
struct Request {
    method: String,
    path: String,
    headers: HashMap<String, String>,
    body: Vec<u8>,
    keeps_alive: bool,
}

impl Request {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// Whether the client accepts a media type.
    fn accepts(&self, wanted: &str) -> bool {
        let kind = wanted.split('/').next().unwrap_or_default();
        let mut types = self.header("accept").unwrap_or("*/*").split(',').map(|part| part.split(';').next().unwrap_or_default().trim());
        types.any(|accepted| accepted == "*/*" || accepted.eq_ignore_ascii_case(wanted) || accepted == format!("{kind}/*"))
    }
}

/// A response without a stream.
struct Response {
    status: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Option<Json>,
}

impl Response {
    fn new(status: &'static str) -> Response {
        Response { status, headers: Vec::new(), body: None }
    }

    fn rejected(status: &'static str, reason: &str) -> Response {
        Response { body: Some(protocol::rejected(reason)), ..Response::new(status) }
    }

    fn json(body: Json) -> Response {
        Response { body: Some(body), ..Response::new("200 OK") }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Response {
        self.headers.push((name, value.into()));
        self
    }

    fn write(&self, mut out: &TcpStream, keeps_alive: bool) -> io::Result<()> {
        let body = self.body.as_ref().map(Json::to_string).unwrap_or_default();
        let mut text = format!("HTTP/1.1 {}\r\nContent-Length: {}\r\n", self.status, body.len());
        if self.body.is_some() {
            text.push_str("Content-Type: application/json\r\n");
        }
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if !keeps_alive {
            text.push_str("Connection: close\r\n");
        }
        text.push_str("\r\n");
        text.push_str(&body);
        out.write_all(text.as_bytes())
    }
}

impl Shared<'_> {
    fn connection(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(IDLE))?;
        stream.set_write_timeout(Some(IDLE))?;
        stream.set_nodelay(true)?;
        let mut input = BufReader::new(stream);
        loop {
            let request = match read(&mut input, stream)? {
                None => return Ok(()),
                Some(Err(response)) => return response.write(stream, false),
                Some(Ok(request)) => request,
            };
            let keeps_alive = request.keeps_alive;
            match self.respond(request, stream)? {
                Some(response) => response.write(stream, keeps_alive)?,
                // The end of the connection ends a stream of events.
                None => return Ok(()),
            }
            if !keeps_alive {
                return Ok(());
            }
        }
    }

    /// Carries out a request. Returns `None` if the response was a stream of events.
    fn respond(&self, request: Request, stream: &TcpStream) -> io::Result<Option<Response>> {
        if let Err(response) = self.check(&request) {
            return Ok(Some(response));
        }
        match request.method.as_str() {
            "POST" => self.post(&request, stream),
            "DELETE" => Ok(Some(match request.header(SESSION).and_then(|id| lock(&self.sessions).remove(id)) {
                Some(peer) => {
                    peer.cancel_all();
                    Response::new("204 No Content")
                }
                None => Response::rejected("404 Not Found", "There is no such session."),
            })),
            // There are no messages but responses and progress, which belong to a POST request.
            _ => Ok(Some(Response::new("405 Method Not Allowed").with("Allow", "POST, DELETE"))),
        }
    }

    /// Checks where a request comes from and goes to.
    fn check(&self, request: &Request) -> Result<(), Response> {
        let host = request.header("host").unwrap_or_default();
        if !is_loopback_name(host) {
            return Err(Response::rejected("403 Forbidden", "The Host header must name the loopback interface."));
        }
        let allows = |origin: &str| {
            let name = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
            name.is_some_and(is_loopback_name) || self.origins.iter().any(|allowed| allowed == origin)
        };
        if request.header("origin").is_some_and(|origin| !allows(origin)) {
            return Err(Response::rejected("403 Forbidden", "Requests of pages from this origin are not allowed; see --allow-origin."));
        }
        if request.path.split('?').next() != Some(PATH) {
            return Err(Response::rejected("404 Not Found", "The path of the endpoint is /mcp."));
        }
        Ok(())
    }

    fn post(&self, request: &Request, stream: &TcpStream) -> io::Result<Option<Response>> {
        let kind = request.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Ok(Some(Response::rejected("415 Unsupported Media Type", "The Content-Type must be application/json.")));
        }
        if !request.accepts("application/json") && !request.accepts("text/event-stream") {
            let reason = "The client must accept application/json or text/event-stream.";
            return Ok(Some(Response::rejected("406 Not Acceptable", reason)));
        }
        let message = match protocol::parse(&request.body) {
            Ok(message) => message,
            Err(failure) => return Ok(Some(Response { body: Some(failure), ..Response::new("400 Bad Request") })),
        };
        if let Some(version) = request.header("mcp-protocol-version").filter(|version| !LEGACY.contains(version) && *version != MODERN) {
            let body = Some(protocol::unsupported(&message["id"], &version.into()));
            return Ok(Some(Response { body, ..Response::new("400 Bad Request") }));
        }
        if protocol::version(&message).is_some() || request.header("mcp-protocol-version") == Some(MODERN) {
            return self.modern(request, message, stream);
        }
        if message["method"] == "initialize" {
            return Ok(Some(self.initialize(message)));
        }
        let Some(id) = request.header(SESSION) else {
            return Ok(Some(Response::rejected("400 Bad Request", "The Mcp-Session-Id header is missing.")));
        };
        let Some(peer) = lock(&self.sessions).get(id).cloned() else {
            return Ok(Some(Response::rejected("404 Not Found", "There is no such session.")));
        };
        if protocol::calls_tool(&message) && protocol::is_request(&message) && request.accepts("text/event-stream") {
            return self.stream(&peer, message, stream, false).map(|()| None);
        }
        let is_request = protocol::is_request(&message);
        Ok(Some(match peer.receive(self.server, message, &|_| ()) {
            Some(response) => Response::json(response),
            // A call that was canceled has no response, but its request needs one.
            None if is_request => Response::new("204 No Content"),
            None => Response::new("202 Accepted"),
        }))
    }

    /// Carries out a request that stands for itself. Its headers repeat parts of it, for intermediaries, and must agree with it.
    fn modern(&self, request: &Request, message: Json, stream: &TcpStream) -> io::Result<Option<Response>> {
        let name = if protocol::calls_tool(&message) { message["params"]["name"].as_str() } else { None };
        let version = protocol::version(&message).and_then(Json::as_str);
        for (header, expected) in [("mcp-protocol-version", version), ("mcp-method", message["method"].as_str()), ("mcp-name", name)] {
            if expected.is_some() && request.header(header).map(decoded) != expected.map(str::to_owned) {
                let reason = format!("The header {header} is missing or differs from the body.");
                let body = Some(protocol::failure(&message["id"], HEADER_MISMATCH, reason));
                return Ok(Some(Response { body, ..Response::new("400 Bad Request") }));
            }
        }
        let peer = Peer::default();
        if protocol::calls_tool(&message) && protocol::is_request(&message) && request.accepts("text/event-stream") {
            return self.stream(&peer, message, stream, true).map(|()| None);
        }
        let Some(response) = peer.receive(self.server, message, &|_| ()) else { return Ok(Some(Response::new("202 Accepted"))) };
        let status = match response["error"]["code"].as_i64() {
            None => "200 OK",
            Some(METHOD_NOT_FOUND) => "404 Not Found",
            Some(UNSUPPORTED_VERSION) => "400 Bad Request",
            Some(_) => "200 OK",
        };
        Ok(Some(Response { body: Some(response), ..Response::new(status) }))
    }

    /// Begins a session, whose ID nobody can guess.
    fn initialize(&self, message: Json) -> Response {
        let peer = Arc::new(Peer::default());
        let response = peer.receive(self.server, message, &|_| ()).unwrap_or_default();
        if response.get("result").is_none() {
            return Response::json(response);
        }
        let id = random::bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let mut sessions = lock(&self.sessions);
        if sessions.len() >= SESSIONS {
            return Response::rejected("503 Service Unavailable", "There are too many sessions.");
        }
        sessions.insert(id.clone(), peer);
        Response::json(response).with("Mcp-Session-Id", id)
    }

    /// Answers with events. If the client disconnects, the call ends in a modern request, and goes on in a session.
    fn stream(&self, peer: &Peer, message: Json, mut out: &TcpStream, ends_with_connection: bool) -> io::Result<()> {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nX-Accel-Buffering: no\r\n\
                    Connection: close\r\n\r\n";
        out.write_all(head.as_bytes())?;
        let send = |message: &Json| {
            let _ = (&mut &*out).write_all(format!("event: message\ndata: {message}\n\n").as_bytes());
        };
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            if ends_with_connection {
                scope.spawn(|| cancel_with(out, peer, &done));
            }
            if let Some(response) = peer.receive(self.server, message, &send) {
                send(&response);
            }
            done.store(true, Ordering::SeqCst);
        });
        Ok(())
    }
}

/// Cancels the call of a peer when its connection ends.
fn cancel_with(stream: &TcpStream, peer: &Peer, done: &AtomicBool) {
    let _ = stream.set_read_timeout(Some(POLL));
    while !done.load(Ordering::SeqCst) {
        match stream.peek(&mut [0]) {
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
            // Bytes that follow a request are not read while it is carried out.
            Ok(read) if read > 0 => thread::sleep(POLL),
            // Again and again: the call may not have begun yet.
            _ => {
                peer.cancel_all();
                thread::sleep(POLL);
            }
        }
    }
}

/// The value of a header, which may be in base64: `=?base64?…?=`.
fn decoded(value: &str) -> String {
    let coded = value.strip_prefix("=?base64?").and_then(|value| value.strip_suffix("?="));
    let bytes = coded.and_then(|coded| BASE64_STANDARD.decode(coded).ok());
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| value.to_owned())
}

/// Reads a request. Returns `None` at the end of the connection, and the response to one that is not valid.
fn read(input: &mut BufReader<&TcpStream>, mut out: &TcpStream) -> io::Result<Option<Result<Request, Response>>> {
    let invalid = |reason: &str| Ok(Some(Err(Response::rejected("400 Bad Request", reason))));
    let mut head = input.by_ref().take(HEAD);
    let mut line = String::new();
    if head.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut parts = line.split_ascii_whitespace();
    let (Some(method), Some(path), Some(version)) = (parts.next(), parts.next(), parts.next()) else {
        return invalid("The request line is not valid.");
    };
    let (method, path, is_latest) = (method.to_owned(), path.to_owned(), version == "HTTP/1.1");
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        if head.read_line(&mut line)? == 0 {
            return Ok(Some(Err(Response::rejected("431 Request Header Fields Too Large", "The headers are too long."))));
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(':') else { return invalid("A header has no colon.") };
        if headers.insert(name.to_ascii_lowercase(), value.trim().to_owned()).is_some() && matches!(name, "Host" | "Origin") {
            return invalid("A header is repeated.");
        }
    }
    let mut request = Request { method, path, headers, body: Vec::new(), keeps_alive: is_latest };
    request.keeps_alive &= request.header("connection").is_none_or(|value| !value.eq_ignore_ascii_case("close"));
    if request.header("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue")) {
        out.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    if request.header("transfer-encoding").is_some() {
        return Ok(Some(match read_chunks(input)? {
            Some(body) => Ok(Request { body, ..request }),
            None => Err(Response::rejected("413 Content Too Large", "The body is too long, or its chunks are not valid.")),
        }));
    }
    let length = match request.header("content-length").map(str::parse::<usize>) {
        None => 0,
        Some(Ok(length)) if length <= BODY => length,
        Some(Ok(_)) => return Ok(Some(Err(Response::rejected("413 Content Too Large", "The body is too long.")))),
        Some(Err(_)) => return invalid("The Content-Length is not a number."),
    };
    request.body.resize(length, 0);
    input.read_exact(&mut request.body)?;
    Ok(Some(Ok(request)))
}

/// Reads a body in chunks; `None` if it is too long or not valid.
fn read_chunks(input: &mut BufReader<&TcpStream>) -> io::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        input.by_ref().take(HEAD).read_line(&mut line)?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let Ok(size) = usize::from_str_radix(size, 16) else { return Ok(None) };
        if size > BODY - body.len() {
            return Ok(None);
        }
        let start = body.len();
        body.resize(start + size, 0);
        input.read_exact(&mut body[start..])?;
        let mut end = String::new();
        input.by_ref().take(HEAD).read_line(&mut end)?;
        if size == 0 {
            return Ok(Some(body));
        }
    }
}

/// Whether a host, with or without a port, is the loopback interface.
fn is_loopback_name(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_the_loopback_interface_are_accepted() {
        for (host, expected) in [
            ("localhost:8808", true),
            ("127.0.0.1", true),
            ("[::1]:80", true),
            ("evil.example:8808", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.nip.io", false),
            ("10.0.0.1", false),
            ("", false),
        ] {
            assert_eq!(is_loopback_name(host), expected, "{host}");
        }
    }
}
