//! One moto server for a test program: installed with pip under `target/` when it is first needed, and gone with the program.
//!
//! What is installed is pinned in `requirements.txt`. The server ends when its standard input does, and that is a
//! pipe to this process: whatever ends the process, by a panic or by a signal, ends the server too.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use tucuxi::{Client, Credentials, Environment, Session};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support");
const REQUIREMENTS: &str = include_str!("requirements.txt");

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

/// The Python of an environment that has moto.
fn python() -> PathBuf {
    let folder = target().join("moto");
    let python = folder.join("bin/python");
    let installed = folder.join("installed.txt");
    // Another test program may be at it at the same time.
    let lock = File::create(target().join("moto.lock")).unwrap();
    lock.lock().unwrap();
    if fs::read_to_string(&installed).is_ok_and(|what| what == REQUIREMENTS) {
        return python;
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder), "making a virtual environment for moto (Python 3 with venv)");
    let requirements = Path::new(FOLDER).join("requirements.txt");
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(requirements);
    run(&mut pip, "installing moto with pip");
    fs::write(&installed, REQUIREMENTS).unwrap();
    python
}

fn run(command: &mut Command, what: &str) {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|e| panic!("{what}: {e}"));
    assert!(output.status.success(), "{what}:\n{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
}

/// The build folder: what is installed there stays for the next run.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().to_owned()
}
