//! Event streams from a loopback server: each event is available before the next one is sent.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use tucuxi::{Config, Credentials, Environment, Session, Value, value};

/// Longer than any of these tests takes; a hanging test fails after it.
const PATIENCE: Duration = Duration::from_secs(20);

/// The frame of an event of S3's `SelectObjectContent`: the prelude, the headers, the payload, and their checksums.
fn frame(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, text) in headers {
        block.push(name.len() as u8);
        block.extend(name.as_bytes());
        block.push(7);
        block.extend((text.len() as u16).to_be_bytes());
        block.extend(text.as_bytes());
    }
    let crc = |bytes: &[u8]| (crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, bytes) as u32).to_be_bytes();
    let mut frame = ((16 + block.len() + payload.len()) as u32).to_be_bytes().to_vec();
    frame.extend((block.len() as u32).to_be_bytes());
    frame.extend(crc(&frame));
    frame.extend(block);
    frame.extend(payload);
    frame.extend(crc(&frame));
    frame
}

fn event(name: &str, payload: &[u8]) -> Vec<u8> {
    frame(&[(":message-type", "event"), (":event-type", name), (":content-type", "text/xml")], payload)
}

/// A server that sends a response piece by piece as the test provides it, and closes the connection when the sender is dropped.
struct Server {
    url: String,
    pieces: Sender<Vec<u8>>,
}

impl Server {
    fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (pieces, received) = channel();
        thread::spawn(move || answer(listener.accept().unwrap().0, &received));
        Server { url, pieces }
    }

    fn send(&self, piece: Vec<u8>) {
        self.pieces.send(piece).unwrap();
    }
}

fn answer(mut connection: TcpStream, pieces: &Receiver<Vec<u8>>) {
    let mut lines = BufReader::new(connection.try_clone().unwrap()).lines();
    while lines.next().unwrap().unwrap() != "" {}
    connection.write_all(b"HTTP/1.1 200 OK\r\nx-amz-request-id: R\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
    for piece in pieces {
        connection.write_all(format!("{:x}\r\n", piece.len()).as_bytes()).unwrap();
        connection.write_all(&piece).unwrap();
        connection.write_all(b"\r\n").unwrap();
    }
    // The client may be gone.
    let _ = connection.write_all(b"0\r\n\r\n");
}

fn select(server: &Server) -> Value {
    let session = Session::builder().environment(Environment::empty()).credentials(Credentials::new("AKID", "SECRET")).build().unwrap();
    let config = Config::new().read_timeout(PATIENCE).total_max_attempts(1);
    let s3 = session.client_builder("s3").region("us-east-1").endpoint_url(&server.url).config(config).build().unwrap();
    let params = value!({
        "Bucket": "river", "Key": "k", "Expression": "SELECT * FROM S3Object", "ExpressionType": "SQL",
        "InputSerialization": {"CSV": {}}, "OutputSerialization": {"CSV": {}}
    });
    s3.call("select_object_content", params).unwrap()
}

#[test]
fn each_event_is_read_before_the_next_is_sent() {
    let server = Server::start();
    // The response arrives before the first event.
    let output = select(&server);
    assert_eq!(output["ResponseMetadata"]["RequestId"], Value::from("R"));
    let mut events = output["Payload"].as_stream().unwrap().events().unwrap();
    let mut next = || events.next().unwrap().unwrap();

    server.send(event("Records", b"a,b\n"));
    assert_eq!(next(), value!({"Records": {"Payload": Value::from(b"a,b\n".to_vec())}}));
    // A frame may arrive in pieces, after an event of a later version.
    let stats = event("Stats", b"<Stats><BytesScanned>5</BytesScanned></Stats>");
    server.send([event("FromTheFuture", b"<F/>"), stats[..20].to_vec()].concat());
    server.send(stats[20..].to_vec());
    assert_eq!(next(), value!({"Stats": {"Details": {"BytesScanned": 5}}}));
    server.send(event("End", b""));
    assert_eq!(next(), value!({"End": {}}));
    // Only now may the server end the response.
    drop(server);
    assert!(events.next().is_none());
    assert!(output["Payload"].as_stream().unwrap().events().is_none(), "a stream is taken once");
}

/// Sends bytes after one valid event; returns the name and the message of the error that ends the stream.
fn ending(last: Vec<u8>) -> (String, String) {
    let server = Server::start();
    server.send(event("Cont", b""));
    server.send(last);
    let output = select(&server);
    drop(server);
    let mut events = output["Payload"].as_stream().unwrap().events().unwrap();
    assert_eq!(events.next().unwrap().unwrap(), value!({"Cont": {}}));
    let error = events.next().unwrap().unwrap_err();
    assert!(events.next().is_none(), "an error ends the stream");
    (error.name().to_owned(), error.to_string())
}

#[test]
fn truncated_or_changed_frames_are_errors() {
    let whole = event("Records", b"a,b\n");
    for length in [1, 11, 12, 40, whole.len() - 1] {
        let (name, message) = ending(whole[..length].to_vec());
        assert_eq!(name, "ResponseParserError");
        assert!(message.contains("ended inside a frame"), "{message}");
    }
    for at in [3, 9, 40, whole.len() - 6, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        let (name, message) = ending(changed);
        assert_eq!(name, "ChecksumMismatch", "byte {at}");
        assert!(message.contains("Checksum mismatch: expected 0x"), "{message}");
    }
}

#[test]
fn service_errors_end_the_stream() {
    let error = frame(&[(":message-type", "error"), (":error-code", "InternalError"), (":error-message", "It broke.")], b"");
    let (name, message) = ending(error);
    assert_eq!(name, "EventStreamError");
    assert!(message.contains("(InternalError) when calling the SelectObjectContent operation: It broke."), "{message}");
}
