//! Moto servers, in the Python of `python.rs`: one that tests share, and others for tests that reset theirs.
//!
//! A server starts when it is first needed. It ends when its standard input does, which is a pipe to this process:
//! whatever ends the process, by a panic or by a signal, ends the server too.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use crate::python::{python, target};
use tucuxi::{Client, Credentials, Environment, Session};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support");

/// A running server.
pub struct Moto {
    port: u16,
    /// Holds the writing end of the server's standard input.
    _process: Child,
}

static SHARED: LazyLock<Moto> = LazyLock::new(|| Moto::start("shared"));

/// A client of that service which talks to the shared server; it sees neither environment nor files.
pub fn client(service: &str) -> Client {
    SHARED.client(service)
}

/// The URL of the shared server.
pub fn url() -> String {
    SHARED.url()
}

impl Moto {
    /// Starts a server, whose log is named after it.
    pub fn start(name: &str) -> Moto {
        let log = target().join(format!("moto-{name}.log"));
        let mut process = Command::new(python())
            .arg(Path::new(FOLDER).join("moto_server.py"))
            .env_clear()
            .envs(["PATH", "HOME", "TMPDIR"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
            .env("AWS_ACCESS_KEY_ID", "testing")
            .env("AWS_SECRET_ACCESS_KEY", "testing")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap_or_else(|_| panic!("moto did not start; see {}", log.display()));
        Moto { port, _process: process }
    }

    /// The URL of the server.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A client of that service which talks to this server; it sees neither environment nor files.
    pub fn client(&self, service: &str) -> Client {
        let session = Session::builder()
            .environment(Environment::empty())
            .region("us-east-1")
            .credentials(Credentials::new("testing", "testing"))
            .build()
            .unwrap();
        session.client_builder(service).endpoint_url(self.url()).build().unwrap()
    }
}
