//! Credentials that a program of the user's prints: the profile key `credential_process`.
//!
//! The command line is split into words and run without a shell. The process has no timeout of its own, since it may be
//! asking its user something; the limits of the call that needs the credentials end it. What it printed on its standard
//! output appears in no message.

use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use serde_json::Value as Json;

use super::{Lookup, Provider, unretrievable};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Limits;
use crate::text::shell_words;
use crate::value::{Map, Str, Timestamp};

pub(crate) struct Process {
    profile: Str,
}

impl Process {
    pub(crate) fn new(profile: Str) -> Process {
        Process { profile }
    }
}

const METHOD: &str = "custom-process";

impl Provider for Process {
    fn method(&self) -> &'static str {
        METHOD
    }

    fn load(&self, surroundings: &Lookup<'_>) -> Result<Option<Credentials>> {
        let Some(profile) = surroundings.profile(&self.profile) else { return Ok(None) };
        let Some(command) = profile["credential_process"].as_str() else { return Ok(None) };
        let printed = run(command, &self.profile, surroundings.limits)?;
        credentials(&printed, profile).map(Some)
    }
}

/// What the program wrote to its standard output.
fn run(command: &str, profile: &str, limits: &Limits) -> Result<Vec<u8>> {
    let invalid = |what: &str| {
        let message = format!("The credential_process of profile \"{profile}\" {what}.");
        Error::new(ErrorKind::InvalidConfig, message)
    };
    let words = split(command).ok_or_else(|| invalid("has a quotation that does not end"))?;
    let (program, arguments) = words.split_first().ok_or_else(|| invalid("names no program"))?;
    let failed = |error: io::Error| unretrievable(METHOD, format_args!("{program}: {error}")).with_source(error);
    let spawned = Command::new(program).args(arguments).stdin(Stdio::inherit()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut running = Running(spawned.map_err(failed)?);
    let [stdout, stderr] = [running.0.stdout.take().map(read), running.0.stderr.take().map(read)];
    let status = loop {
        limits.check()?;
        match running.0.try_wait().map_err(failed)? {
            Some(status) => break status,
            None => std::thread::sleep(limits.tick().min(POLL)),
        }
    };
    if !status.success() {
        return Err(unretrievable(METHOD, String::from_utf8_lossy(&output(stderr, limits)?)));
    }
    output(stdout, limits)
}

/// How often the process is checked for its end.
const POLL: Duration = Duration::from_millis(5);

/// A process that is killed and reaped if its caller stops waiting.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only if the process has ended and been reaped.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads a pipe on a thread of its own, so that the process never blocks on a full pipe.
fn read(mut pipe: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // A broken pipe ends the output; the receiver may be gone.
        let _ = pipe.read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}

/// What a pipe delivered. A child of the process may hold it open beyond the end of the process.
fn output(pipe: Option<Receiver<Vec<u8>>>, limits: &Limits) -> Result<Vec<u8>> {
    let Some(pipe) = pipe else { return Ok(Vec::new()) };
    loop {
        match pipe.recv_timeout(limits.tick()) {
            Ok(bytes) => return Ok(bytes),
            Err(RecvTimeoutError::Disconnected) => return Ok(Vec::new()),
            Err(RecvTimeoutError::Timeout) => limits.check()?,
        }
    }
}

/// Reads what was printed; nothing of it goes into an error.
fn credentials(printed: &[u8], profile: &Map) -> Result<Credentials> {
    let answer: Json = serde_json::from_slice(printed)
        .map_err(|error| unretrievable(METHOD, format_args!("what the process printed is no JSON: {error}")))?;
    check_version(&answer["Version"])?;
    let text = |key: &str| answer[key].as_str();
    let required = |key: &str| text(key).ok_or_else(|| unretrievable(METHOD, format_args!("Missing required key in response: '{key}'")));
    let mut credentials = Credentials::new(required("AccessKeyId")?, required("SecretAccessKey")?);
    if let Some(token) = text("SessionToken") {
        credentials = credentials.with_token(token);
    }
    let account_id = match &answer["AccountId"] {
        Json::Number(number) => Some(number.to_string()),
        other => other.as_str().or_else(|| profile["aws_account_id"].as_str()).map(str::to_owned),
    };
    if let Some(account_id) = account_id {
        credentials = credentials.with_account_id(account_id);
    }
    match &answer["Expiration"] {
        Json::Null => Ok(credentials),
        Json::String(expiry) => match Timestamp::parse(expiry) {
            Ok(expiry) => Ok(credentials.with_expiry(expiry)),
            Err(error) => Err(unretrievable(METHOD, format_args!("the Expiration is no time: {error}"))),
        },
        _ => Err(unretrievable(METHOD, "the Expiration is no text")),
    }
}

fn check_version(version: &Json) -> Result<()> {
    if version.as_f64() == Some(1.0) {
        return Ok(());
    }
    let shown = match version {
        Json::Null => "<Version key not provided>".to_owned(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let message = format!("Unsupported version '{shown}' for credential process provider, supported versions: 1");
    Err(unretrievable(METHOD, message))
}

#[cfg(not(windows))]
fn split(command: &str) -> Option<Vec<String>> {
    shell_words::posix(command)
}

#[cfg(windows)]
fn split(command: &str) -> Option<Vec<String>> {
    shell_words::windows(command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    fn read(printed: &str) -> Result<Credentials> {
        credentials(printed.as_bytes(), value!({"aws_account_id": "9"}).as_map().unwrap())
    }

    fn message(printed: &str) -> String {
        read(printed).unwrap_err().message().to_owned()
    }

    #[test]
    fn a_whole_answer() {
        let printed = r#"{"Version": 1.0, "AccessKeyId": "A", "SecretAccessKey": "S", "SessionToken": "T",
                          "Expiration": "2030-01-01T00:00:00Z", "AccountId": 12}"#;
        let expected = Credentials::new("A", "S").with_token("T").with_account_id("12").with_expiry(Timestamp::new(1_893_456_000, 0));
        assert_eq!(read(printed).unwrap(), expected);
        let short = r#"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "S", "Expiration": null}"#;
        assert_eq!(read(short).unwrap(), Credentials::new("A", "S").with_account_id("9"));
    }

    #[test]
    fn broken_answers_are_named_and_not_shown() {
        let start = "Error when retrieving credentials from custom-process: ";
        let version = |shown: &str| format!("{start}Unsupported version '{shown}' for credential process provider, supported versions: 1");
        assert_eq!(message(r#"{"AccessKeyId": "A"}"#), version("<Version key not provided>"));
        assert_eq!(message(r#"{"Version": "1"}"#), version("1"));
        assert_eq!(message(r#"{"Version": 1, "AccessKeyId": "A"}"#), format!("{start}Missing required key in response: 'SecretAccessKey'"));
        assert!(!message("SECRET").contains("SECRET"));
    }
}
