//! Documented commands of the AWS CLI, run with the built command: what each sends, and which ones it rejects.

use std::fs;
use std::path::Path;
use std::process::Command;

use regex_lite::Regex;
use tucuxi::http::{Body, Headers, Request};
use tucuxi::{Map, Value};

use crate::{Case, data, request, tagged};

/// The cases of the folder that have an expectation: operations, waiters, and errors.
pub fn cases(folder: &Path) -> Vec<Case> {
    let lines = ["cases.jsonl.gz", "probes.jsonl.gz"].map(|file| data::gunzip(&folder.join(file)));
    let lines = lines.iter().flat_map(|text| text.lines());
    let expects = |line: &&str| ["operation", "wait", "error"].iter().any(|kind| is_of_kind(line, kind));
    lines.filter(expects).map(str::to_owned).map(|line| Case::new(data::id(&line), move || run(&tagged::json(&line)))).collect()
}

fn is_of_kind(line: &str, kind: &str) -> bool {
    line.contains(&format!("\"kind\":\"{kind}\"")) || line.contains(&format!("\"kind\": \"{kind}\""))
}

fn run(case: &Value) -> Result<(), String> {
    let output = output_of(case)?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    if case["kind"] == "error" {
        return match (output.status.code(), output.stdout.is_empty()) {
            (Some(252), true) => Ok(()),
            (code, _) => Err(format!("expected exit code 252 and no output, found {code:?}: {stderr}")),
        };
    }
    if !output.status.success() {
        return Err(format!("{}: {stderr}", output.status));
    }
    match case.get("expect") {
        Some(expected) if expected.as_map().is_some_and(|map| !map.is_empty()) => {
            let text = masked(&String::from_utf8_lossy(&output.stdout));
            request::compare(printed(&Value::from_json_text(&text).map_err(|e| e.to_string())?), &expectation(expected))
        }
        // A skeleton is printed instead of a request.
        _ => Ok(()),
    }
}

/// Runs the command in a folder of its own with the files of the case.
fn output_of(case: &Value) -> Result<std::process::Output, String> {
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    for (name, content) in case["files"].as_map().into_iter().flat_map(Map::iter) {
        let path = folder.path().join(name.as_str());
        fs::create_dir_all(path.parent().unwrap_or(folder.path())).map_err(|e| e.to_string())?;
        let bytes = match content.as_str() {
            Some(text) => text.as_bytes().to_vec(),
            None => tagged::bytes(&content["$b64"]),
        };
        fs::write(path, bytes).map_err(|e| e.to_string())?;
    }
    let words: Vec<&str> = case["argv"].as_list().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tucuxi"));
    command.current_dir(folder.path()).env_clear().env("HOME", folder.path());
    command.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    command.env("AWS_DEFAULT_REGION", "us-east-1").env("AWS_EC2_METADATA_DISABLED", "true");
    let (before, after) = words.split_at(words.iter().position(|word| *word == "--").unwrap_or(words.len()));
    command.args(before).arg("--print-request=json");
    if !words.contains(&"--cli-binary-format") {
        command.args(["--cli-binary-format", "raw-in-base64-out"]);
    }
    command.args(after).output().map_err(|e| e.to_string())
}

/// The request that the command printed.
fn printed(value: &Value) -> Request {
    let mut headers = Headers::new();
    for (name, value) in value["headers"].as_map().into_iter().flat_map(Map::iter).filter(|(name, _)| counts(name)) {
        headers.append(name.to_string(), value.as_str().unwrap_or_default());
    }
    let body = match &value["body"] {
        Value::Bytes(bytes) => Body::Bytes(bytes.clone()),
        other => Body::from(other.as_str().unwrap_or_default().as_bytes().to_vec()),
    };
    let mut request = Request::new(value["method"].as_str().unwrap_or_default(), value["url"].as_str().unwrap_or_default());
    request.headers = headers;
    request.body = body;
    request
}

/// The expectation without what depends on the time.
fn expectation(expected: &Value) -> Value {
    let mut expected = expected.clone();
    let headers = expected["headers"].as_map().cloned().unwrap_or_default();
    let kept: Map = headers
        .into_iter()
        .filter(|(name, _)| counts(name))
        .map(|(name, value)| (name, Value::from(masked(value.as_str().unwrap_or_default()))))
        .collect();
    let body = tagged::bytes(&expected["body_b64"]);
    if let Ok(text) = String::from_utf8(body) {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(masked(&text));
        expected["body_b64"] = text.into();
    }
    expected["url"] = masked(expected["url"].as_str().unwrap_or_default()).into();
    expected["headers"] = kept.into();
    expected
}

/// Whether a header is the same at all times.
fn counts(name: &str) -> bool {
    !["authorization", "x-amz-date", "date", "content-length", "x-amz-content-sha256"].contains(&name.to_ascii_lowercase().as_str())
}

/// Random tokens, dates, and signatures of presigned URLs are replaced.
fn masked(text: &str) -> String {
    let masks = [
        ("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
        ("(X-Amz-(Date|Signature)(=|%3D))[0-9A-Za-z]+", "${1}X"),
        ("(%2F|%252F)20[0-9]{6}(%2F|%252F)", "${1}DATE$2"),
    ];
    masks.iter().fold(text.to_owned(), |text, (pattern, mask)| Regex::new(pattern).unwrap().replace_all(&text, *mask).into_owned())
}
