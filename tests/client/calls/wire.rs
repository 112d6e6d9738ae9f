//! A loopback server with just enough HTTP: each request is read as a whole, and a function chooses the response.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// A received request.
pub struct Request {
    pub line: String,
    pub headers: Vec<String>,
    pub body: Vec<u8>,
}

impl Request {
    /// The access key of the signature.
    pub fn access_key(&self) -> &str {
        let credential = self.headers.iter().find_map(|line| line.split_once("Credential=")).map_or("", |(_, rest)| rest);
        credential.split('/').next().unwrap_or_default()
    }
}

/// The reaction to a request.
pub enum Answer {
    /// Sends these bytes and keeps the connection.
    Keep(Vec<u8>),
    /// Sends these bytes and closes the connection.
    Close(Vec<u8>),
    /// Sends these bytes, and nothing else.
    Stall(Vec<u8>),
    /// Closes the connection; the client sees a reset if it has sent unread data.
    Reset,
}

/// A server that runs as long as the program.
pub struct Server {
    pub address: SocketAddr,
    pub connections: Arc<AtomicUsize>,
}

impl Server {
    pub fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, answer) = (listener.local_addr().unwrap(), Arc::new(answer));
        let connections = Arc::new(AtomicUsize::new(0));
        let opened = connections.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                opened.fetch_add(1, Ordering::SeqCst);
                let answer = answer.clone();
                thread::spawn(move || serve(stream, &*answer));
            }
        });
        Server { address, connections }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// A whole response with that status; the headers are lines.
pub fn response(status: u16, headers: &[&str], body: &str) -> Vec<u8> {
    let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    format!("HTTP/1.1 {status} Status\r\n{lines}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn serve(stream: TcpStream, answer: &(dyn Fn(&Request) -> Answer + Send + Sync)) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        let stream = reader.get_mut();
        // The client may be gone.
        let _ = match answer(&request) {
            Answer::Keep(bytes) => stream.write_all(&bytes),
            Answer::Close(bytes) => {
                let _ = stream.write_all(&bytes);
                return;
            }
            Answer::Stall(bytes) => {
                let _ = stream.write_all(&bytes);
                let _ = stream.read_to_end(&mut Vec::new());
                return;
            }
            Answer::Reset => {
                let _ = socket2::SockRef::from(&*stream).set_linger(Some(std::time::Duration::ZERO));
                return;
            }
        };
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let header =
        |name: &str| lines.iter().find_map(|line| line.split_once(": ").filter(|(n, _)| n.eq_ignore_ascii_case(name))).map(|h| h.1);
    if header("expect").is_some() {
        reader.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    let mut body = Vec::new();
    if let Some(length) = header("content-length") {
        reader.take(length.parse().ok()?).read_to_end(&mut body).ok()?;
    } else if header("transfer-encoding").is_some() {
        while !body.ends_with(b"\r\n0\r\n\r\n") {
            reader.read_until(b'\n', &mut body).ok()?;
        }
    }
    let line = lines.remove(0);
    Some(Request { line, headers: lines, body })
}
