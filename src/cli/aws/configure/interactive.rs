//! `configure` without a command: asks for the keys, the region, and the output format of a profile.

use super::file::Section;
use super::{CREDENTIALS, Line};
use crate::cli::failure::Result;
use crate::cli::terminal;
use crate::session::Session;

/// The keys with their questions, and whether the value is a secret.
const QUESTIONS: [(&str, &str, bool); 4] = [
    ("aws_access_key_id", "AWS Access Key ID", false),
    ("aws_secret_access_key", "AWS Secret Access Key", true),
    ("region", "Default region name", false),
    ("output", "Default output format", false),
];

/// Asks for each value and writes those that were entered. An empty answer keeps the value.
///
/// # Errors
/// If standard input ends early or a file cannot be written.
pub(super) fn run(line: &Line) -> Result<()> {
    let name = line.profile();
    // The profile may be a new one.
    let profile = profile_session(&name).ok();
    let mut answers: [Vec<(&str, String)>; 2] = [Vec::new(), Vec::new()];
    for (key, question, is_secret) in QUESTIONS {
        let current = profile.as_ref().and_then(|session| session.profile_text(key)).map(String::from);
        let is_credential = CREDENTIALS.contains(&key);
        let shown = current.map(|value| if is_credential { masked(&value) } else { value }).unwrap_or_else(|| "None".to_owned());
        let question = format!("{question} [{shown}]: ");
        let answer = if is_secret { terminal::ask_secret(&question)? } else { terminal::ask(&question)? };
        if !answer.trim().is_empty() {
            answers[usize::from(is_credential)].push((key, answer.trim().to_owned()));
        }
    }
    let [config, credentials] = answers;
    Section::of_credentials(&name)?.set(&pairs(&credentials))?;
    Section::of_config(&name)?.set(&pairs(&config))
}

fn pairs<'a>(answers: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    answers.iter().map(|(key, value)| (*key, value.as_str())).collect()
}

/// A session with the profile, whatever the environment says.
pub(super) fn profile_session(name: &str) -> crate::Result<Session> {
    Session::builder().profile(name).build()
}

/// A secret as it is shown: its last four characters.
pub(super) fn masked(secret: &str) -> String {
    let count = secret.chars().count();
    let last: String = secret.chars().skip(count.saturating_sub(4)).collect();
    format!("****************{last}")
}
