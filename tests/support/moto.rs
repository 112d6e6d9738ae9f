//! One moto server for a test program: started when it is first needed, and gone with the program.
//!
//! It runs in the Python of `python.rs`, which is pinned in `requirements.txt`. The server ends when its standard input does, and that is a
//! pipe to this process: whatever ends the process, by a panic or by a signal, ends the server too.

#[path = "python.rs"]
mod python;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

pub use python::python;
use python::target;
use tucuxi::{Client, Credentials, Environment, Session};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support");

/// A running server.
struct Moto {
    port: u16,
    /// Holds the writing end of the server's standard input.
    _process: Child,
}

static MOTO: LazyLock<Moto> = LazyLock::new(start);

/// A client of that service which talks to the server; it sees neither environment nor files.
pub fn client(service: &str) -> Client {
    let session = Session::builder()
        .environment(Environment::empty())
        .region("us-east-1")
        .credentials(Credentials::new("testing", "testing"))
        .build()
        .unwrap();
    session.client_builder(service).endpoint_url(format!("http://127.0.0.1:{}", MOTO.port)).build().unwrap()
}

fn start() -> Moto {
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
        .stderr(File::create(target().join("moto.log")).unwrap())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim().parse().unwrap_or_else(|_| panic!("moto did not start; see {}", target().join("moto.log").display()));
    Moto { port, _process: process }
}
