//! Credentials that a program of the user's prints: the profile key `credential_process`.
//!
//! The command line is split into words and run; no shell is asked. Deliberately absent: a timeout (the program may
//! be asking its user something), and what the program printed in any message.

use std::process::{Command, Stdio};

use serde_json::Value as Json;

use super::{Provider, Surroundings, unretrievable};
use crate::auth::Credentials;
use crate::error::{Error, ErrorKind, Result};
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

    fn load(&self, surroundings: &dyn Surroundings) -> Result<Option<Credentials>> {
        let Some(profile) = surroundings.profile(&self.profile) else { return Ok(None) };
        let Some(command) = profile["credential_process"].as_str() else { return Ok(None) };
        let printed = run(command, &self.profile)?;
        credentials(&printed, profile).map(Some)
    }
}

/// What the program wrote to its standard output.
fn run(command: &str, profile: &str) -> Result<Vec<u8>> {
    let invalid = |what: &str| {
        let message = format!("The credential_process of profile \"{profile}\" {what}.");
        Error::new(ErrorKind::InvalidConfig, message)
    };
    let words = split(command).ok_or_else(|| invalid("has a quotation that does not end"))?;
    let (program, arguments) = words.split_first().ok_or_else(|| invalid("names no program"))?;
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::inherit())
        .output()
        .map_err(|error| unretrievable(METHOD, format_args!("{program}: {error}")).with_source(error))?;
    if !output.status.success() {
        return Err(unretrievable(METHOD, String::from_utf8_lossy(&output.stderr)));
    }
    Ok(output.stdout)
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
