//! A server on a free port of the loopback interface that responds as a test specifies and records the requests.
//!
//! Each connection has one request. The threads end with the test program.
#![allow(dead_code)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A recorded request.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// `GET /path?query`.
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// The reaction of the server to a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A status and a body.
    Reply(u16, String),
    /// No response for this time; then the connection is closed.
    Silence(Duration),
    /// The connection is closed immediately.
    Hangup,
}

/// A response with status 200.
pub fn ok(body: impl Into<String>) -> Answer {
    Answer::Reply(200, body.into())
}

/// A running server.
pub struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    pub fn start(answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (seen.clone(), Arc::new(answer));
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (log, answer) = (log.clone(), answer.clone());
                thread::spawn(move || serve(connection, &log, &*answer));
            }
        });
        Server { port, seen }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The request lines (`GET /path`) of the requests so far.
    pub fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }
}

fn serve(mut connection: TcpStream, log: &Mutex<Vec<Seen>>, answer: &(dyn Fn(&Seen) -> Answer + Send + Sync)) {
    let Some(seen) = read(&connection) else { return };
    log.lock().unwrap().push(seen.clone());
    match answer(&seen) {
        Answer::Reply(status, body) => {
            let head = format!("HTTP/1.1 {status} Answer\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            // The client may be gone.
            let _ = connection.write_all(head.as_bytes()).and_then(|()| connection.write_all(body.as_bytes()));
        }
        Answer::Silence(time) => thread::sleep(time),
        Answer::Hangup => {}
    }
}

fn read(connection: &TcpStream) -> Option<Seen> {
    let mut input = BufReader::new(connection);
    let mut line = || {
        let mut line = String::new();
        input.read_line(&mut line).ok().filter(|read| *read > 0)?;
        Some(line.trim_end_matches(['\r', '\n']).to_owned())
    };
    let mut seen = Seen { line: line()?.trim_end_matches(" HTTP/1.1").to_owned(), ..Seen::default() };
    while let Some((name, value)) = line()?.split_once(':') {
        seen.headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let length = seen.header("Content-Length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    input.read_exact(&mut body).ok()?;
    seen.body = String::from_utf8_lossy(&body).into_owned();
    Some(seen)
}
