//! A proxy in front of the S3 server, which notes the requests and can damage them and their responses.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    None,
    /// The response is this status, and the server does not see the request.
    Status(u16),
    /// The connection ends after a share of the request's body.
    CutRequest(u8),
    /// A byte of the request's body is changed.
    CorruptRequest(u8),
    /// The server handles the request, but the client gets no response.
    LoseResponse,
    /// The connection ends after a share of the response's body.
    CutResponse(u8),
    /// The response stalls after a share of its body.
    StallResponse(u8),
    /// A byte of the response's body is changed.
    CorruptResponse(u8),
    /// A block of the response's body comes twice, in place of the next one.
    Duplicate,
    /// Two blocks of the response's body are exchanged.
    Reorder,
    /// The server does not see the header `Range`.
    IgnoreRange,
    /// The header `Content-Range` is that of other bytes.
    WrongContentRange,
    /// The response is delayed.
    Delay(u64),
}

/// Decides what happens to a request, from its first line and headers.
pub type Decide = Arc<dyn Fn(&str) -> Fault + Send + Sync>;
/// Changes the head of a response to a request.
pub type Amend = Arc<dyn Fn(&str, &mut String) + Send + Sync>;

pub struct Proxy {
    address: std::net::SocketAddr,
    /// The first lines of the requests with their ranges.
    pub log: Arc<Mutex<Vec<String>>>,
    stopped: Arc<AtomicBool>,
}

impl Proxy {
    pub fn new(upstream: &str, decide: Decide, amend: Amend) -> Proxy {
        let upstream = upstream.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Proxy { address: listener.local_addr().unwrap(), log: Arc::default(), stopped: Arc::default() };
        let (log, stopped) = (proxy.log.clone(), proxy.stopped.clone());
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let (upstream, decide, amend, log) = (upstream.clone(), decide.clone(), amend.clone(), log.clone());
                std::thread::spawn(move || {
                    // A client that gives up is part of the test.
                    let _ = serve(client, &upstream, &decide, &amend, &log);
                });
            }
        });
        proxy
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the noted requests, and forgets them.
    pub fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut self.log.lock().unwrap())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

/// Handles one request. Every connection has only one, so that a fault concerns nothing else.
fn serve(mut client: TcpStream, upstream: &str, decide: &Decide, amend: &Amend, log: &Mutex<Vec<String>>) -> io::Result<()> {
    let head = read_head(&mut client)?;
    let range = header(&head, "range").unwrap_or("-").to_owned();
    let first = head.lines().next().unwrap_or_default().to_owned();
    log.lock().unwrap().push(format!("{first} {range}"));
    if header(&head, "expect").is_some() {
        client.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let mut body = vec![0; header(&head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0)];
    let fault = decide(&head);
    if let Fault::CutRequest(share) = fault {
        let end = body.len() * usize::from(share) / 256;
        client.read_exact(&mut body[..end])?;
        return client.shutdown(Shutdown::Both);
    }
    client.read_exact(&mut body)?;
    if let Fault::Status(status) = fault {
        let code = if status == 503 { "SlowDown" } else { "InternalError" };
        let text = format!("<Error><Code>{code}</Code><Message>fault</Message></Error>");
        let head = format!("HTTP/1.1 {status} fault\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", text.len());
        let text = if first.starts_with("HEAD") { "" } else { &text };
        return client.write_all(format!("{head}{text}").as_bytes());
    }
    if let (Fault::CorruptRequest(share), false) = (fault, body.is_empty()) {
        let at = (body.len() - 1) * usize::from(share) / 255;
        body[at] ^= 1;
    }
    let mut server = TcpStream::connect(upstream)?;
    let without = if fault == Fault::IgnoreRange { "range" } else { "" };
    let kept = head.lines().filter(|line| {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        !line.is_empty() && name != "connection" && name != "expect" && name != without
    });
    let head = format!("{}\r\nconnection: close\r\n\r\n", kept.collect::<Vec<_>>().join("\r\n"));
    server.write_all(head.as_bytes())?;
    server.write_all(&body)?;
    let mut response_head = read_head(&mut server)?;
    let mut response = Vec::new();
    server.read_to_end(&mut response)?;
    amend(&head, &mut response_head);
    answer(client, fault, response_head, response)
}

fn answer(mut client: TcpStream, fault: Fault, mut head: String, mut body: Vec<u8>) -> io::Result<()> {
    let block = body.len() / 4;
    match fault {
        Fault::LoseResponse => return client.shutdown(Shutdown::Both),
        Fault::CorruptResponse(share) if !body.is_empty() => {
            let at = (body.len() - 1) * usize::from(share) / 255;
            body[at] ^= 0x80;
        }
        Fault::Duplicate if block > 0 => body.copy_within(0..block, block),
        Fault::Reorder if block > 0 => {
            let (first, second) = body.split_at_mut(block);
            first.swap_with_slice(&mut second[..block]);
        }
        Fault::WrongContentRange => head = head.replace("content-range: bytes ", "content-range: bytes 1"),
        Fault::Delay(milliseconds) => std::thread::sleep(Duration::from_millis(milliseconds)),
        _ => {}
    }
    client.write_all(head.trim_end().as_bytes())?;
    client.write_all(b"\r\nconnection: close\r\n\r\n")?;
    match fault {
        Fault::CutResponse(share) => client.write_all(&body[..body.len() * usize::from(share) / 256]),
        Fault::StallResponse(share) => {
            client.write_all(&body[..body.len() * usize::from(share) / 256])?;
            // The client gives up first.
            client.set_read_timeout(Some(Duration::from_secs(5)))?;
            client.read(&mut [0]).map(drop)
        }
        _ => client.write_all(&body),
    }
}

/// Reads up to the empty line that ends a head.
fn read_head(stream: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        head.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

pub fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().filter_map(|line| line.split_once(':')).find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}
