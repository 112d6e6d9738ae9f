//! A Python with the packages of `requirements.txt`, installed with pip under `target/` when it is first needed.
//!
//! Tests compare with it or run servers in it; it is not part of the crate.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const REQUIREMENTS: &str = include_str!("requirements.txt");

/// The packages of [`with_crt`]: `awscrt` adds Signature Version 4a and more checksums to botocore.
#[allow(dead_code, reason = "not every test program compares with it")]
const WITH_CRT: &str = "botocore[crt]==1.44.5\n";

/// The Python of a virtual environment with the packages.
pub fn python() -> PathBuf {
    environment("python", REQUIREMENTS)
}

/// The Python of a virtual environment with botocore and `awscrt`.
#[allow(dead_code, reason = "not every test program compares with it")]
pub fn with_crt() -> PathBuf {
    environment("python-crt", WITH_CRT)
}

/// The packages of [`with_mcp`]: a client of the Model Context Protocol.
#[allow(dead_code, reason = "one test program uses it")]
const WITH_MCP: &str = "mcp==2.3.0\n";

/// The Python of a virtual environment with a client of the Model Context Protocol.
#[allow(dead_code, reason = "one test program uses it")]
pub fn with_mcp() -> PathBuf {
    environment("python-mcp", WITH_MCP)
}

fn environment(name: &str, requirements: &str) -> PathBuf {
    let folder = target().join(name);
    let python = folder.join("bin/python");
    let installed = folder.join("installed.txt");
    // Another test program may be installing at the same time.
    let lock = File::create(target().join("python.lock")).unwrap();
    lock.lock().unwrap();
    if fs::read_to_string(&installed).is_ok_and(|what| what == requirements) {
        return python;
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder), "making a virtual environment (Python 3 with venv)");
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(requirements.lines());
    run(&mut pip, "installing packages with pip");
    fs::write(&installed, requirements).unwrap();
    python
}

/// The build folder, where installed packages are kept for the next run.
pub fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().to_owned()
}

fn run(command: &mut Command, what: &str) {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|e| panic!("{what}: {e}"));
    assert!(output.status.success(), "{what}:\n{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
}
