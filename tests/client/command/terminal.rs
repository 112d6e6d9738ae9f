//! The manners of the command at a terminal: pager, colors, width, hidden input, progress, and `Ctrl-C`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::configuration::Home;
use super::succeeded;
use crate::loopback::{self, Answer, Seen};
use crate::python::python;

const KEYS: [(&str, &str); 5] =
    [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_REGION", "us-east-1"), ("TERM", "xterm"), ("AWS_PAGER", "")];

/// What a terminal has shown.
struct Shown {
    output: String,
    code: i64,
    milliseconds: i64,
}

/// Runs a command at a terminal. Each step waits for a text, or for a number of seconds, and types keys.
fn at_terminal(home: &Home, variables: &[(&str, &str)], words: &[&str], steps: serde_json::Value) -> Shown {
    let argv: Vec<&str> = [&[env!("CARGO_BIN_EXE_tucuxi")], words].concat();
    let mut command = Command::new(python());
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/client/command/terminal.py"));
    command.arg(serde_json::json!({"argv": argv, "steps": steps}).to_string()).env_clear().envs(KEYS).envs(variables.iter().copied());
    command.env("HOME", home.path("")).env("PATH", std::env::var_os("PATH").unwrap()).current_dir(home.path(""));
    let shown: serde_json::Value = serde_json::from_str(&succeeded(&command.output().unwrap())).unwrap();
    Shown {
        output: shown["output"].as_str().unwrap().replace("\r\n", "\n"),
        code: shown["code"].as_i64().unwrap(),
        milliseconds: shown["milliseconds"].as_i64().unwrap(),
    }
}

fn queues() -> loopback::Server {
    loopback::Server::start(|_: &Seen| loopback::ok(r#"{"QueueUrls": ["https://a"]}"#))
}

const JSON: &str = "{\n    \"QueueUrls\": [\n        \"https://a\"\n    ]\n}\n";
const COLORED: &str = "{\n    \x1b[1;34m\"QueueUrls\"\x1b[0m: [\n        \x1b[32m\"https://a\"\x1b[0m\n    ]\n}\n";

#[test]
fn the_pager_shows_results_at_a_terminal_only() {
    let (server, home) = (queues(), Home::new());
    let url = server.url();
    let words = ["sqs", "list-queues", "--color", "off", "--endpoint-url", &url];
    let pager = "sh -c 'echo PAGED; echo $LESS; cat'";
    let shown = |variables: &[(&str, &str)], more: &[&str]| {
        at_terminal(&home, variables, &[&words[..], more].concat(), serde_json::json!([])).output
    };
    assert_eq!(shown(&[("AWS_PAGER", pager)], &[]), format!("PAGED\nFRX\n{JSON}"));
    assert_eq!(shown(&[("AWS_PAGER", pager), ("LESS", "R")], &[]), format!("PAGED\nR\n{JSON}"));
    assert_eq!(shown(&[("AWS_PAGER", pager)], &["--no-cli-pager"]), JSON);
    assert_eq!(shown(&[("PAGER", pager)], &[]), JSON, "an empty AWS_PAGER disables the pager");
    assert_eq!(shown(&[("AWS_PAGER", "no-such-program-9")], &[]), JSON);
    assert_eq!(shown(&[("AWS_PAGER", "true")], &[]), "", "a pager that the user leaves is no failure");
    let piped = home.command(&words).envs(KEYS).env("AWS_PAGER", pager).output().unwrap();
    assert_eq!(succeeded(&piped), JSON);
    home.write(".aws/config", &format!("[default]\ncli_pager = {pager}\n"));
    let mut command = home.command(&words);
    command.envs(KEYS).env_remove("AWS_PAGER");
    assert_eq!(succeeded(&command.output().unwrap()), JSON);
}

#[test]
fn colors_are_for_terminals_unless_requested() {
    let (server, home) = (queues(), Home::new());
    let url = server.url();
    let words = ["sqs", "list-queues", "--endpoint-url", &url];
    let shown = |variables: &[(&str, &str)], more: &[&str]| {
        at_terminal(&home, variables, &[&words[..], more].concat(), serde_json::json!([])).output
    };
    assert_eq!(shown(&[], &[]), COLORED);
    assert_eq!(shown(&[("NO_COLOR", "1")], &[]), JSON);
    assert_eq!(shown(&[("TERM", "dumb")], &[]), JSON);
    assert_eq!(shown(&[], &["--color", "off"]), JSON);
    let piped = |more: &[&str]| succeeded(&home.command(&[&words[..], more].concat()).envs(KEYS).output().unwrap());
    assert_eq!(piped(&[]), JSON);
    assert_eq!(piped(&["--color", "on"]), COLORED);
    let table = piped(&["--color", "on", "--output", "table"]);
    assert!(table.contains("\x1b[2;33m|\x1b[0m|  \x1b[1;34mhttps://a\x1b[0m"), "{table:?}");
}

#[test]
fn tables_have_the_width_of_the_terminal() {
    let long = "x".repeat(60);
    let server =
        loopback::Server::start(move |_: &Seen| loopback::ok(format!(r#"{{"Attributes": {{"A": "{long}", "B": "0123456789"}}}}"#)));
    let (url, home) = (server.url(), Home::new());
    let words = ["sqs", "get-queue-attributes", "--queue-url", "q", "--output", "table", "--endpoint-url", &url];
    let piped = succeeded(&home.command(&words).envs(KEYS).output().unwrap());
    assert!(piped.contains("||  B|  0123456789"), "rows become columns beyond 80 columns: {piped}");
    let shown = at_terminal(&home, &[], &[&words[..], &["--color", "off"]].concat(), serde_json::json!([])).output;
    assert!(shown.contains("xxx  |  0123456789"), "{shown}");
}

#[test]
fn secrets_are_not_shown_while_they_are_typed() {
    let home = Home::new();
    let steps = serde_json::json!([
        ["Access Key ID [None]: ", "AKIDVISIBLE\n"],
        ["Secret Access Key [None]: ", "hiddensecret\n"],
        ["region name [None]: ", "eu-west-1\n"],
        ["output format [None]: ", "\n"],
    ]);
    let shown = at_terminal(&home, &[], &["configure"], steps);
    assert_eq!(shown.code, 0, "{}", shown.output);
    assert!(shown.output.contains("AKIDVISIBLE") && !shown.output.contains("hiddensecret"), "{}", shown.output);
    assert!(home.read(".aws/credentials").contains("aws_secret_access_key = hiddensecret\n"));
}

#[test]
fn ctrl_c_ends_calls_waits_and_questions_with_130() {
    let home = Home::new();
    let silent = loopback::Server::start(|_: &Seen| Answer::Silence(Duration::from_secs(60)));
    let missing = loopback::Server::start(|_: &Seen| Answer::Reply(404, String::new()));
    let (silent, missing) = (silent.url(), missing.url());
    let interrupt = |words: &[&str], text: serde_json::Value| {
        let shown = at_terminal(&home, &[], words, serde_json::json!([[text, "\u{3}"]]));
        assert_eq!(shown.code, 130, "{words:?}: {}", shown.output);
        // The limit is a tenth of a second; a loaded machine takes longer.
        assert!(shown.milliseconds < 2000, "{words:?}: {} ms", shown.milliseconds);
        shown.output
    };
    interrupt(&["sqs", "list-queues", "--endpoint-url", &silent], 1.into());
    interrupt(&["s3api", "get-object", "--bucket", "b", "--key", "k", "out", "--endpoint-url", &silent], 1.into());
    interrupt(&["s3", "cp", "s3://b/k", "copy", "--endpoint-url", &silent], 1.into());
    assert_eq!(std::fs::read_dir(home.path("")).unwrap().count(), 1, "no unfinished file stays");
    let waiting = ["s3api", "wait", "bucket-exists", "--bucket", "b", "--endpoint-url", &missing];
    let shown = interrupt(&waiting, "Waiting for bucket-exists: attempt 1 of 20".into());
    assert!(!shown.contains("error"), "{shown}");
    interrupt(&["configure"], "Access Key ID [None]: ".into());
    interrupt(&["call", "sqs", "list_queues", "--endpoint-url", &silent], 1.into());
}

/// A store that holds parts back until the upload is aborted: the abort must not wait for them, and reaches the store although
/// the command ends within a tenth of a second.
#[test]
fn ctrl_c_during_a_multipart_upload_aborts_it() {
    use std::sync::{Arc, Condvar, Mutex};
    let home = Home::new();
    home.write("big", &"x".repeat(20 << 20));
    let aborted = Arc::new((Mutex::new(false), Condvar::new()));
    let gate = aborted.clone();
    let server = loopback::Server::start(move |seen: &Seen| {
        let (is_aborted, changed) = &*gate;
        match seen.line.split(' ').next() {
            Some("POST") if seen.line.ends_with("?uploads") => {
                loopback::ok("<InitiateMultipartUploadResult><UploadId>U</UploadId></InitiateMultipartUploadResult>")
            }
            Some("PUT") => {
                let held = changed.wait_timeout_while(is_aborted.lock().unwrap(), Duration::from_secs(60), |is_aborted| !*is_aborted);
                drop(held);
                Answer::Hangup
            }
            Some("DELETE") => {
                *is_aborted.lock().unwrap() = true;
                changed.notify_all();
                Answer::Reply(204, String::new())
            }
            _ => Answer::Reply(404, String::new()),
        }
    });
    let url = server.url();
    let shown = at_terminal(&home, &[], &["s3", "cp", "big", "s3://b/big", "--endpoint-url", &url], serde_json::json!([[2, "\u{3}"]]));
    assert_eq!(shown.code, 130, "{}", shown.output);
    assert!(shown.milliseconds < 2000, "{} ms", shown.milliseconds);
    let (is_aborted, changed) = &*aborted;
    let waited = changed.wait_timeout_while(is_aborted.lock().unwrap(), Duration::from_secs(10), |is_aborted| !*is_aborted).unwrap();
    assert!(!waited.1.timed_out(), "the upload was not aborted: {:?}", server.lines());
    assert!(server.lines().iter().any(|line| line.starts_with("DELETE /b/big?uploadId=U")), "{:?}", server.lines());
}

#[test]
fn ctrl_c_ends_calls_in_parallel_and_servers() {
    let home = Home::new();
    let silent = loopback::Server::start(|_: &Seen| Answer::Silence(Duration::from_secs(60)));
    let failing = loopback::Server::start(|_: &Seen| Answer::Reply(503, String::new()));
    let (silent, failing) = (silent.url(), failing.url());
    home.write("lines", &"{}\n".repeat(50));
    for words in [
        &["sqs", "list-queues", "--each", "lines", "--parallel", "8", "--endpoint-url", &silent][..],
        &["logs", "tail", "group", "--follow", "--endpoint-url", &silent],
        &["mcp", "--endpoint-url", &silent],
        &["serve", "--stdio"],
    ] {
        let shown = at_terminal(&home, &[], words, serde_json::json!([[1, "\u{3}"]]));
        assert_eq!(shown.code, 130, "{words:?}: {}", shown.output);
        assert!(shown.milliseconds < 2000, "{words:?}: {} ms", shown.milliseconds);
    }
    // Ten attempts take minutes; the signal arrives during one of the pauses.
    let slow = [("AWS_MAX_ATTEMPTS", "10")];
    let shown = at_terminal(&home, &slow, &["dynamodb", "list-tables", "--endpoint-url", &failing], serde_json::json!([[3, "\u{3}"]]));
    assert_eq!(shown.code, 130, "{}", shown.output);
    assert!(shown.milliseconds < 2000, "{} ms", shown.milliseconds);
}
