//! Mistakes of new users, and what the command says to them.
//!
//! Each line of `mistakes.jsonl` has a mistake, the command line with its files and variables, the response of the service if
//! there is one, the exit code, and the parts of the message that say what is wrong and what to do next.

use super::configuration::Home;
use crate::loopback::{self, Answer, Seen};

fn texts(list: &serde_json::Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().map(|word| word.as_str().unwrap()).collect()
}

#[test]
fn mistakes_are_answered_with_what_to_do_next() {
    let table = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/client/command/mistakes.jsonl")).unwrap();
    let mut wrong = Vec::new();
    for line in table.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let home = Home::new();
        for (name, text) in row["files"].as_object().into_iter().flatten() {
            home.write(name, text.as_str().unwrap());
        }
        let (status, body) = (row["status"].as_u64().unwrap_or(0), row["body"].as_str().unwrap_or_default().to_owned());
        let server = loopback::Server::start(move |_: &Seen| Answer::Reply(u16::try_from(status).unwrap(), body.clone()));
        let mut words = texts(&row["words"]);
        let url = server.url();
        if status != 0 {
            words.extend(["--endpoint-url", &url]);
        }
        let mut command = home.command(&words);
        if !row["bare"].as_bool().unwrap_or(false) {
            command.envs([("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "SECRET"), ("AWS_REGION", "us-east-1")]);
        }
        for (name, value) in row["variables"].as_object().into_iter().flatten() {
            command.env(name, value.as_str().unwrap());
        }
        let output = command.output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        let is_right = output.status.code() == row["code"].as_i64().and_then(|code| i32::try_from(code).ok())
            && output.stdout.is_empty()
            && texts(&row["says"]).iter().all(|part| message.contains(part));
        // A mistake that the service does not see is reported before anything is sent.
        if !is_right || (status == 0 && !server.seen().is_empty()) {
            wrong.push(format!("{}: {words:?}\n{:?} {message}", row["mistake"], output.status.code()));
        }
    }
    assert!(table.lines().count() >= 30);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
