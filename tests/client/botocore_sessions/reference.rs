//! The Python process that asks boto3.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value as Json;

use super::world::World;
use crate::python::python;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/client/botocore_sessions/reference.py");

/// The outcomes of boto3, in the order of the questions.
pub fn ask(world: &World, questions: impl Iterator<Item = Json>) -> Vec<Json> {
    let questions: String = questions.map(|question| format!("{question}\n")).collect();
    let mut process = Command::new(python())
        .args(["-B", SCRIPT])
        .env_clear()
        .env("HOME", world.home())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    let writer = thread::spawn(move || input.write_all(questions.as_bytes()));
    let output = process.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
