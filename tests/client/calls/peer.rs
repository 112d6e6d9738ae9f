//! A server that follows a script, over http and https: each connection is handed to a function that reads and writes bytes.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tucuxi::{Client, Config, Credentials, Environment, Session, Verify};

use super::tls::file;

trait Duplex: Read + Write + Send {}
impl<T: Read + Write + Send> Duplex for T {}

/// One connection, on the server's side.
pub struct Peer {
    stream: Box<dyn Duplex>,
    /// The number of the connection; the first is 0.
    pub connection: usize,
    bodies: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Peer {
    /// Reads a request up to its body; `None` if the client has closed the connection.
    pub fn head(&mut self) -> Option<String> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.stream.read_exact(&mut byte).ok()?;
            head.push(byte[0]);
        }
        Some(String::from_utf8(head).unwrap().to_ascii_lowercase())
    }

    /// Reads a body and records it. A client that gives up sends a part of it.
    pub fn body(&mut self, head: &str) {
        let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
        let mut body = Vec::new();
        if let Some(length) = header("content-length: ") {
            body.resize(length.parse().unwrap(), 0);
            if self.stream.read_exact(&mut body).is_err() {
                return;
            }
        } else if header("transfer-encoding: ").is_some() {
            while !body.ends_with(b"\r\n0\r\n\r\n") {
                let mut byte = [0];
                if self.stream.read_exact(&mut byte).is_err() {
                    return;
                }
                body.push(byte[0]);
            }
        }
        self.bodies.lock().unwrap().push(body);
    }

    /// Reads so many bytes.
    pub fn skip(&mut self, bytes: u64) {
        std::io::copy(&mut (&mut self.stream).take(bytes), &mut std::io::sink()).unwrap();
    }

    /// A client that has what it needs may be gone.
    pub fn write(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).and_then(|()| self.stream.flush());
    }

    /// Leaves the connection open for longer than any test takes, and reads nothing.
    pub fn stay(&self) {
        std::thread::sleep(Duration::from_secs(60));
    }
}

pub struct Script {
    pub url: String,
    connections: Arc<AtomicUsize>,
    bodies: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Script {
    /// A server with `certificate` (the name of a file in `certs`), or without TLS.
    pub fn start(certificate: Option<&str>, script: impl Fn(&mut Peer) + Send + Sync + 'static) -> Script {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let scheme = if certificate.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", listener.local_addr().unwrap());
        let config = certificate.map(config);
        let (connections, bodies, script) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())), Arc::new(script));
        let (opened, recorded) = (connections.clone(), bodies.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let connection = opened.fetch_add(1, Ordering::SeqCst);
                let (config, script, bodies) = (config.clone(), script.clone(), recorded.clone());
                std::thread::spawn(move || {
                    let stream: Box<dyn Duplex> = match config {
                        Some(config) => Box::new(StreamOwned::new(ServerConnection::new(config).unwrap(), stream)),
                        None => Box::new(stream),
                    };
                    script(&mut Peer { stream, connection, bodies });
                });
            }
        });
        Script { url, connections, bodies }
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The bodies received so far.
    pub fn bodies(&self) -> Vec<Vec<u8>> {
        self.bodies.lock().unwrap().clone()
    }

    /// A client of S3 that trusts the server.
    pub fn s3(&self) -> Client {
        s3(&self.url, Config::new())
    }
}

fn config(certificate: &str) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let chain = vec![CertificateDer::from_pem_file(file(&format!("{certificate}.pem"))).unwrap()];
    let key = PrivateKeyDer::from_pem_file(file(&format!("{certificate}.key"))).unwrap();
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(builder.with_no_client_auth().with_single_cert(chain, key).unwrap())
}

/// The schemes under which every script is tried.
pub const SCHEMES: [Option<&str>; 2] = [None, Some("server")];

pub fn s3(url: &str, config: Config) -> Client {
    s3_that_trusts(url, file("ca.pem"), config)
}

pub fn s3_that_trusts(url: &str, verify: impl Into<Verify>, config: Config) -> Client {
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").credentials(Credentials::new("key", "secret"));
    let config = Config::new().connect_timeout(Duration::from_secs(10)).read_timeout(Duration::from_secs(10)).merge(&config);
    let builder = session.build().unwrap().client_builder("s3").endpoint_url(url).verify(verify);
    builder.config(config).sleep(|_| {}).build().unwrap()
}
