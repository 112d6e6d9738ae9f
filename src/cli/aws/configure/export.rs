//! `configure export-credentials`: the credentials in use, for other programs.

use super::super::globals::invalid_choice;
use super::Line;
use crate::Credentials;
use crate::cli::failure::{Failure, Result};
use crate::cli::output;
use crate::value::{Map, Value};

const FORMATS: [&str; 6] = ["process", "env", "env-no-export", "powershell", "windows-cmd", "fish"];

/// Prints the credentials in the format of the option; by default as a credential process does.
///
/// # Errors
/// 252 for an unknown format; 253 if there are no credentials.
pub(super) fn run(line: &Line) -> Result<()> {
    let format = line.text("format").unwrap_or(FORMATS[0]);
    if !FORMATS.contains(&format) {
        return Err(invalid_choice("format", format, &FORMATS));
    }
    let none = || Failure { message: "Unable to retrieve credentials: no credentials found".to_owned(), code: Failure::CONFIGURATION };
    let credentials = line.globals.session()?.credentials()?.ok_or_else(none)?;
    if format == "process" {
        let mut document = Map::from_iter([("Version", Value::from(1))]);
        values(&credentials).into_iter().for_each(|(_, member, value)| drop(document.insert(member, value)));
        return Ok(output::lines([output::json_text(&document.into())])?);
    }
    let lines = values(&credentials).into_iter().map(|(variable, _, value)| match format {
        "env" => format!("export {variable}={value}"),
        "env-no-export" => format!("{variable}={value}"),
        "powershell" => format!("$Env:{variable}=\"{value}\""),
        "windows-cmd" => format!("set {variable}={value}"),
        _ => format!("set -gx {variable} {value};"),
    });
    Ok(output::lines(lines)?)
}

/// The parts that there are: environment variable, member of the document, and value.
fn values(credentials: &Credentials) -> Vec<(&'static str, &'static str, String)> {
    let expiry = credentials.expires().map(|time| time.to_string().replace('Z', "+00:00"));
    let parts = [
        ("AWS_ACCESS_KEY_ID", "AccessKeyId", Some(credentials.access_key_id().to_owned())),
        ("AWS_SECRET_ACCESS_KEY", "SecretAccessKey", Some(credentials.secret_access_key().to_owned())),
        ("AWS_SESSION_TOKEN", "SessionToken", credentials.session_token().map(str::to_owned)),
        ("AWS_CREDENTIAL_EXPIRATION", "Expiration", expiry),
    ];
    parts.into_iter().filter_map(|(variable, member, value)| Some((variable, member, value?))).collect()
}
