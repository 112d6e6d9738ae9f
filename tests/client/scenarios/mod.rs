//! The same scripts, run by boto3 and by tucuxi against one moto server: both send the same requests in the same order and
//! print the same results.
//!
//! The scripts are data: a file for each service, with steps that both `driver.py` and `script.rs` run. Before
//! each script the server is reset and its random numbers are seeded, so both sides get the same generated values.

mod names;
mod recording;
mod resume;
mod script;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde::Deserialize;
use tucuxi::{Credentials, Environment, Session, Value, value};

use crate::moto::Moto;
use crate::python::python;
use recording::{Recorder, Sent};
use script::Run;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/client/scenarios");

/// A server for these tests alone, because each script resets it.
static MOTO: LazyLock<Moto> = LazyLock::new(|| Moto::start("scenarios"));

/// Held by the script that uses the server.
static SERVER: Mutex<()> = Mutex::new(());

#[derive(Deserialize)]
struct File {
    service: String,
    scenarios: Vec<Scenario>,
}

#[derive(Deserialize)]
struct Scenario {
    name: String,
    steps: Vec<Value>,
}

/// The requests and results of one side.
#[derive(Deserialize)]
struct Done {
    sent: Vec<Sent>,
    shown: Vec<serde_json::Value>,
}

/// The URL of the server.
fn url() -> String {
    MOTO.url()
}

fn session() -> Session {
    let credentials = Credentials::new("testing", "testing");
    Session::builder().environment(Environment::empty()).region("us-east-1").credentials(credentials).build().unwrap()
}

fn path(service: &str) -> PathBuf {
    Path::new(FOLDER).join(format!("{service}.json"))
}

fn read(service: &str) -> File {
    serde_json::from_slice(&std::fs::read(path(service)).unwrap()).unwrap()
}

/// Resets the server and seeds its random numbers.
fn reset() {
    for path in ["reset", "seed?a=42"] {
        ureq::post(format!("{}/moto-api/{path}", url())).send_empty().unwrap();
    }
}

fn boto3(service: &str) -> BTreeMap<String, Done> {
    let driver = Path::new(FOLDER).join("driver.py");
    let mut python = Command::new(python());
    python.arg("-B").arg(driver).arg(url()).arg(path(service)).env_clear();
    python.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    let output = python.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn tucuxi(file: &File) -> BTreeMap<String, Done> {
    let service = session().resource_with(&file.service, value!({"endpoint_url": url()})).unwrap();
    let recorder = Recorder::new(service.client());
    let run = |scenario: &Scenario| {
        reset();
        let shown = Run::new(service.clone()).shown(&scenario.steps);
        (format!("{}: {}", file.service, scenario.name), Done { sent: recorder.take(), shown })
    };
    file.scenarios.iter().map(run).collect()
}

fn compare(service: &str) {
    let _alone = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    let file = read(service);
    let (expected, found) = (boto3(service), tucuxi(&file));
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    let mut failures = Vec::new();
    for (name, expected) in &expected {
        failures.extend(differences(&found[name], expected).into_iter().map(|difference| format!("{name}: {difference}")));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let requests: usize = expected.values().map(|done| done.sent.len()).sum();
    println!("{service}: {} scenarios, {requests} requests", expected.len());
}

fn differences(found: &Done, expected: &Done) -> Vec<String> {
    let mut all = Vec::new();
    let count = found.sent.len().max(expected.sent.len());
    for i in 0..count {
        let [ours, theirs] = [found, expected].map(|done| done.sent.get(i).map(Sent::canonical));
        if ours != theirs {
            all.push(format!("request {i}:\n  tucuxi {ours:?}\n  boto3  {theirs:?}"));
            break;
        }
    }
    for i in 0..found.shown.len().max(expected.shown.len()) {
        let [ours, theirs] = [found, expected].map(|done| done.shown.get(i));
        if ours != theirs {
            all.push(format!("outcome {i}:\n  tucuxi {ours:?}\n  boto3  {theirs:?}"));
            break;
        }
    }
    all
}

#[test]
fn cloudformation() {
    compare("cloudformation");
}

#[test]
fn cloudwatch() {
    compare("cloudwatch");
}

#[test]
fn dynamodb() {
    compare("dynamodb");
}

#[test]
fn ec2() {
    compare("ec2");
}

#[test]
fn glacier() {
    compare("glacier");
}

#[test]
fn iam() {
    compare("iam");
}

#[test]
fn s3() {
    compare("s3");
}

#[test]
fn sns() {
    compare("sns");
}

#[test]
fn sqs() {
    compare("sqs");
}
