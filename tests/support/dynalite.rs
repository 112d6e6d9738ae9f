//! A dynalite server: a second implementation of DynamoDB, installed with npm under `target/` when it is first needed.
//!
//! The server ends when its standard input does, which is a pipe to this process.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use crate::python::target;
use tucuxi::{Client, Credentials, Environment, Session};

const PACKAGE: &str = "dynalite@4.0.0";
const SERVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/dynalite_server.js");

struct Dynalite {
    port: u16,
    /// Holds the writing end of the server's standard input.
    _process: Child,
}

static SHARED: LazyLock<Dynalite> = LazyLock::new(start);

/// An ordinary client of DynamoDB that talks to the server; it sees neither environment nor files.
pub fn client() -> Client {
    let credentials = Credentials::new("testing", "testing");
    let session = Session::builder().environment(Environment::empty()).region("us-east-1").credentials(credentials).build().unwrap();
    session.client_builder("dynamodb").endpoint_url(format!("http://127.0.0.1:{}", SHARED.port)).build().unwrap()
}

fn start() -> Dynalite {
    let folder = target().join("dynalite");
    fs::create_dir_all(&folder).unwrap();
    install(&folder);
    let log = target().join("dynalite.log");
    let mut process = Command::new("node")
        .arg(SERVER)
        .env("NODE_PATH", folder.join("node_modules"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(File::create(&log).unwrap())
        .spawn()
        .expect("node starts");
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim().parse().unwrap_or_else(|_| panic!("dynalite did not start; see {}", log.display()));
    Dynalite { port, _process: process }
}

fn install(folder: &std::path::Path) {
    // Another test program may be installing it at the same time.
    let lock = File::create(target().join("dynalite.lock")).unwrap();
    lock.lock().unwrap();
    let installed = folder.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|package| package == PACKAGE) {
        return;
    }
    let npm = Command::new("npm").args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(folder).arg(PACKAGE).output();
    let output = npm.expect("npm starts");
    assert!(output.status.success(), "npm install {PACKAGE}:\n{}", String::from_utf8_lossy(&output.stderr));
    fs::write(&installed, PACKAGE).unwrap();
}
