//! Credentials that an external process prints: the profile key `credential_process`.
//!
//! The command line is split into words and run without a shell. The process has no timeout of its own, because it may be
//! waiting for its user; the limits of the call that needs the credentials end it. No message quotes its output, which may
//! contain secrets.

use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use serde_json::Value as Json;

use super::{Loaded, Provider, Retrieval, parse_expiry, unretrievable};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Limits;
use crate::text::shell_words;
use crate::value::{Map, Str};

pub(super) struct ProcessProvider {
    profile: Str,
}

impl ProcessProvider {
    pub(super) fn new(profile: Str) -> ProcessProvider {
        ProcessProvider { profile }
    }
}

const METHOD: &str = "custom-process";

impl Provider for ProcessProvider {
    fn method(&self) -> &'static str {
        METHOD
    }

    fn load(&self, retrieval: &Retrieval<'_>) -> Result<Loaded> {
        let skipped = || Ok(Loaded::Skipped(format!("profile \"{}\" has no credential_process", self.profile).into()));
        let Some(profile) = retrieval.profile(&self.profile) else { return skipped() };
        let Some(command) = profile["credential_process"].as_str() else { return skipped() };
        let output = run(command, &self.profile, retrieval.limits)?;
        credentials(&output, profile).map(Loaded::Found)
    }
}

/// The greatest size, in bytes, of the output that is kept.
const LARGEST: u64 = 1024 * 1024;

/// Runs the command and returns its standard output.
fn run(command: &str, profile: &str, limits: &Limits) -> Result<Vec<u8>> {
    let invalid = |problem: &str| {
        let message = format!("The credential_process of profile \"{profile}\" {problem}.");
        Error::new(ErrorKind::InvalidConfig, message)
    };
    let words = split(command).ok_or_else(|| invalid("has an unterminated quotation"))?;
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
        let length = output(stderr, limits)?.len();
        let hidden = match length {
            0 => String::new(),
            _ => format!("; its standard error ({length} bytes) is not shown, because it may contain secrets"),
        };
        return Err(unretrievable(METHOD, format_args!("{program} failed ({status}){hidden}")));
    }
    let output = output(stdout, limits)?;
    if output.len() as u64 > LARGEST {
        return Err(unretrievable(METHOD, format_args!("{program} printed more than 1 MiB")));
    }
    Ok(output)
}

/// How often the process is polled.
const POLL: Duration = Duration::from_millis(5);

/// A process that is killed and reaped if its caller stops waiting.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only if the process has already been reaped.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads a pipe on its own thread, so that the process never blocks on a full pipe. Output beyond the limit is discarded.
fn read(mut pipe: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // A broken pipe ends the output; the receiver may no longer exist.
        let _ = pipe.by_ref().take(LARGEST + 1).read_to_end(&mut bytes);
        let _ = io::copy(&mut pipe, &mut io::sink());
        let _ = sender.send(bytes);
    });
    receiver
}

/// The content of a pipe. A child of the process may keep it open after the process has ended.
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

/// Reads the credentials in the output. No error quotes it.
fn credentials(output: &[u8], profile: &Map) -> Result<Credentials> {
    let document: Json = serde_json::from_slice(output)
        .map_err(|error| unretrievable(METHOD, format_args!("the output of the process is not JSON: {error}")))?;
    check_version(&document["Version"])?;
    let text = |key: &str| document[key].as_str().filter(|text| !text.is_empty());
    let required = |key: &str| text(key).ok_or_else(|| unretrievable(METHOD, format_args!("Missing required key in response: '{key}'")));
    let mut credentials = Credentials::new(required("AccessKeyId")?, required("SecretAccessKey")?);
    if let Some(token) = text("SessionToken") {
        credentials = credentials.with_token(token);
    }
    let account_id = match &document["AccountId"] {
        Json::Number(number) => Some(number.to_string()),
        _ => text("AccountId").or_else(|| profile["aws_account_id"].as_str()).map(str::to_owned),
    };
    if let Some(account_id) = account_id {
        credentials = credentials.with_account_id(account_id);
    }
    match &document["Expiration"] {
        Json::Null => Ok(credentials),
        Json::String(expiry) if expiry.is_empty() => Ok(credentials),
        Json::String(expiry) => Ok(credentials.with_expiry(parse_expiry(expiry, METHOD)?)),
        _ => Err(unretrievable(METHOD, "the expiry is not a string")),
    }
}

fn check_version(version: &Json) -> Result<()> {
    if version.as_f64() == Some(1.0) {
        return Ok(());
    }
    let shown = match version {
        Json::Null => "<Version key not provided>".to_owned(),
        Json::String(text) if text.len() <= 8 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => text.clone(),
        Json::Number(number) => number.to_string(),
        _ => "***".to_owned(),
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
    use crate::value::Timestamp;

    fn read(output: &str) -> Result<Credentials> {
        credentials(output.as_bytes(), value!({"aws_account_id": "9"}).as_map().unwrap())
    }

    fn message(output: &str) -> String {
        read(output).unwrap_err().message().to_owned()
    }

    #[test]
    fn a_complete_document_is_read() {
        let output = r#"{"Version": 1.0, "AccessKeyId": "A", "SecretAccessKey": "S", "SessionToken": "T",
                          "Expiration": "2030-01-01T00:00:00Z", "AccountId": 12}"#;
        let expected = Credentials::new("A", "S").with_token("T").with_account_id("12").with_expiry(Timestamp::new(1_893_456_000, 0));
        assert_eq!(read(output).unwrap(), expected);
        let short = r#"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "S", "Expiration": null}"#;
        assert_eq!(read(short).unwrap(), Credentials::new("A", "S").with_account_id("9"));
    }

    #[test]
    fn errors_name_the_problem_and_do_not_quote_the_output() {
        let start = "Error when retrieving credentials from custom-process: ";
        let version = |shown: &str| format!("{start}Unsupported version '{shown}' for credential process provider, supported versions: 1");
        assert_eq!(message(r#"{"AccessKeyId": "A"}"#), version("<Version key not provided>"));
        assert_eq!(message(r#"{"Version": "1"}"#), version("1"));
        assert_eq!(message(r#"{"Version": "SECRET"}"#), version("***"));
        assert_eq!(message(r#"{"Version": 1, "AccessKeyId": "A"}"#), format!("{start}Missing required key in response: 'SecretAccessKey'"));
        assert!(!message("SECRET").contains("SECRET"));
    }
}
