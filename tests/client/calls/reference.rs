//! The behavior of boto3: a script reads a question and prints the answer, both in JSON.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value as Json;

use crate::python::python;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/client/calls/reference.py");

pub fn ask(question: &Json) -> Json {
    let mut child = Command::new(python())
        .args(["-B", SCRIPT])
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    child.stdin.take().expect("a pipe").write_all(question.to_string().as_bytes()).expect("the question is read");
    let output = child.wait_with_output().expect("an end");
    assert!(output.status.success(), "the reference failed; its standard error tells why");
    serde_json::from_slice(&output.stdout).expect("the answer is JSON")
}
