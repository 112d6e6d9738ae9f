//! The requests that botocore sends, through `prepare` and `presign`, and the inputs that it rejects.

use std::path::Path;
use std::time::Duration;

use tucuxi::{Error, Value};

use crate::{Case, clients, data, request, tagged};

pub fn cases(file: &Path) -> Vec<Case> {
    let text = data::gunzip(file);
    text.lines().map(str::to_owned).map(|line| Case::new(data::id(&line), move || run(&tagged::json(&line)))).collect()
}

fn run(case: &Value) -> Result<(), String> {
    let text = |key: &str| case[key].as_str().unwrap_or_default();
    let client = clients::client(text("service"), &case["client"])?;
    let params = tagged::untag(&case["params"]);
    let error = match case["expires"].as_int() {
        Some(seconds) => match client.presign(text("operation"), params, Duration::from_secs(seconds as u64)) {
            Ok(url) => return expected(case, &url).and_then(|e| request::urls(&url, e["url"].as_str().unwrap_or_default())),
            Err(error) => error,
        },
        None => match client.prepare(text("operation"), params) {
            Ok(found) => {
                let expected = expected(case, &format!("{} {}", found.method, found.url))?;
                return request::compare(found, expected);
            }
            Err(error) => error,
        },
    };
    match case.get("expect_error") {
        Some(expected) => refused(&error, expected),
        None => Err(format!("{error:?}")),
    }
}

fn expected<'a>(case: &'a Value, found: &str) -> Result<&'a Value, String> {
    case.get("expect").ok_or_else(|| format!("expected {:?}, found {found}", case["expect_error"]))
}

fn refused(error: &Error, expected: &Value) -> Result<(), String> {
    if expected["python_internal"].as_bool() == Some(true) {
        return Ok(());
    }
    let message = expected["message"].as_str().unwrap_or_default();
    let lines = |text: &str| text.lines().map(without_python).collect::<Vec<_>>();
    let (found_lines, expected_lines) = (lines(error.message()), lines(message));
    let same = found_lines.len() == expected_lines.len()
        && found_lines.iter().zip(&expected_lines).all(|(found, expected)| is_masked(found, expected));
    if Some(error.name()) == expected["class"].as_str() && same {
        return Ok(());
    }
    Err(format!("expected\n{}: {message}\nfound\n{}: {}", expected["class"].as_str().unwrap_or_default(), error.name(), error.message()))
}

/// Whether a line is the expected one, in which `***` may stand for what is secret. boto3 shows it.
fn is_masked(found: &str, expected: &str) -> bool {
    let mut parts = found.split("***");
    let Some(mut rest) = parts.next().and_then(|first| expected.strip_prefix(first)) else { return false };
    for part in parts {
        match rest.find(part) {
            Some(_) if part.is_empty() => rest = "",
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

/// A line of a report without the names of Python's types and its notation of values.
fn without_python(line: &str) -> String {
    match line.split_once(", value: ") {
        Some((start, _)) if start.starts_with("Invalid type for parameter") => start.to_owned(),
        _ => line.to_owned(),
    }
}
