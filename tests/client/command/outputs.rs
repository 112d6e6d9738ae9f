//! The output of `tucuxi` beside that of the AWS CLI, byte for byte, for the same responses.
//!
//! `outputs.jsonl` has commands, the responses that a moto server sent, and the output that `aws` printed for them in each
//! format; `outputs.py` records it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Output;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::tucuxi;

/// The number of outputs that were recorded.
const RECORDED: usize = 279;

/// A server that sends these responses, one per request.
struct Replay {
    url: String,
    rest: Arc<Mutex<Vec<serde_json::Value>>>,
}

impl Replay {
    fn start(responses: &serde_json::Value) -> Replay {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut reversed = responses.as_array().unwrap().clone();
        reversed.reverse();
        let rest = Arc::new(Mutex::new(reversed));
        let responses = rest.clone();
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let Some(response) = responses.lock().unwrap().pop() else { return };
                let _ = serve(connection, &response);
            }
        });
        Replay { url, rest }
    }
}

fn serve(mut connection: TcpStream, response: &serde_json::Value) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        head.push(line.to_lowercase());
    }
    let length = head.iter().find_map(|line| line.strip_prefix("content-length:")).map_or(0, |text| text.trim().parse().unwrap());
    reader.read_exact(&mut vec![0; length])?;
    let body = response[2].as_str().unwrap();
    let mut text = format!("HTTP/1.1 {} Recorded\r\nContent-Length: {}\r\nConnection: close\r\n", response[0], body.len());
    for (name, value) in response[1].as_object().unwrap() {
        text.push_str(&format!("{name}: {}\r\n", value.as_str().unwrap()));
    }
    let body = if head[0].starts_with("head ") { "" } else { body };
    connection.write_all(format!("{text}\r\n{body}").as_bytes())
}

fn words(list: &serde_json::Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

/// Runs a command of the recording, with one of its formats, against its responses.
fn replay(entry: &serde_json::Value, arguments: &[&str]) -> Output {
    let server = Replay::start(&entry["responses"]);
    let words = [&words(&entry["command"])[..], arguments, &["--region", "us-east-1", "--endpoint-url", &server.url]].concat();
    let output = tucuxi(&words).output().unwrap();
    assert_eq!(server.rest.lock().unwrap().len(), 0, "{words:?}: not all responses were requested: {output:?}");
    output
}

fn recording() -> Vec<serde_json::Value> {
    include_str!("outputs.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The differences between the outputs of an entry, and their number.
fn differences(entry: &serde_json::Value) -> (usize, Vec<String>) {
    let outputs = entry["outputs"].as_array().unwrap();
    let mut wrong = Vec::new();
    for recorded in outputs {
        let arguments = words(&recorded["arguments"]);
        let output = replay(entry, &arguments);
        let (ours, expected) = (String::from_utf8_lossy(&output.stdout), recorded["stdout"].as_str().unwrap());
        if ours != expected {
            let stderr = String::from_utf8_lossy(&output.stderr);
            wrong.push(format!("{} {arguments:?}\n--- aws\n{expected}\n--- tucuxi\n{ours}{stderr}", entry["command"]));
        }
    }
    (outputs.len(), wrong)
}

#[test]
fn the_output_is_that_of_the_aws_cli_in_json_text_and_tables() {
    let recording = recording();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = (0, Vec::new());
        while let Some(entry) = recording.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (count, wrong) = differences(entry);
            done.0 += count;
            done.1.extend(wrong);
        }
        done
    };
    let done: Vec<(usize, Vec<String>)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let wrong: Vec<&String> = done.iter().flat_map(|(_, wrong)| wrong).collect();
    let shown: Vec<&str> = wrong.iter().map(|text| text.as_str()).take(5).collect();
    assert!(wrong.is_empty(), "{} outputs differ, among them:\n{}", wrong.len(), shown.join("\n"));
    assert_eq!(done.iter().map(|(count, _)| count).sum::<usize>(), RECORDED);
}

#[test]
fn yaml_has_the_same_data_as_json() {
    for entry in recording().iter().step_by(4) {
        let parse = |format: &str| -> serde_json::Value {
            let output = replay(entry, &["--output", format]);
            let text = String::from_utf8(output.stdout).unwrap();
            if format == "json" {
                return serde_json::from_str(&text).unwrap_or_default();
            }
            serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}\n{text}", entry["command"]))
        };
        let (json, yaml) = (parse("json"), parse("yaml"));
        if !json.is_null() {
            assert_eq!(yaml, json, "{}", entry["command"]);
        }
    }
}
