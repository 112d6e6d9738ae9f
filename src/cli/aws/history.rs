//! `history list` and `history show`: the commands that were run while the profile had `cli_history = enabled`.
//!
//! The file has a JSON object per line. It has no credentials, no signatures, no responses, no files, and no value that a
//! definition marks as sensitive; long values are shortened. When it grows too large, the older half is dropped.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::custom::{Line, Options};
use super::files;
use super::invocation::Invocation;
use super::run::{Screen, presentable};
use super::words::Arity;
use crate::cli::failure::{Failure, Result};
use crate::cli::output;
use crate::cli::replace_file::ReplaceFile;
use crate::definition::MASK;
use crate::session::Session;
use crate::text::random;
use crate::value::{List, Map, Value};
use crate::{Client, Timestamp};

pub(super) const SHOW: Options = &[("format", Arity::One, "detailed (default) or json.")];

const FILE: &str = "~/.aws/cli/history/tucuxi.jsonl";
/// The size at which the older half is dropped.
const LARGEST: u64 = 1024 * 1024;
/// Texts that are longer are shortened.
const LONGEST: usize = 200;

/// The record of a command that runs.
pub(super) struct Record {
    started: Instant,
    entry: Map,
    requests: Arc<Mutex<List>>,
}

impl Record {
    /// Starts a record, if the profile keeps a history.
    pub(super) fn start(session: &Session, words: &str) -> Option<Record> {
        if session.profile_text("cli_history").as_deref() != Some("enabled") {
            return None;
        }
        let entry = Map::from_iter([
            ("id", Value::from(random::uuid())),
            ("time", Timestamp::new(Timestamp::now().seconds(), 0).to_string().into()),
            ("command", words.into()),
        ]);
        Some(Record { started: Instant::now(), entry, requests: Arc::default() })
    }

    /// Adds the parameters of a call, and from now on its requests.
    ///
    /// # Errors
    /// If the definition is broken.
    pub(super) fn watch(&mut self, client: &Client, invocation: &Invocation) -> Result<()> {
        let service = client.service();
        let input = service.input(service.operation(&invocation.operation)?)?;
        let mut shown = Map::new();
        for (name, value) in &invocation.params {
            let member = input.as_ref().and_then(|input| Some((input, input.structure()?.member(name)?.1)));
            let is_secret = match member {
                Some((input, member)) => input.member(member)?.holds_secret(value).unwrap_or(true),
                None => true,
            };
            shown.insert(name.clone(), if is_secret { MASK.into() } else { shortened(value) });
        }
        self.entry.insert("parameters", shown);
        if let Some(region) = client.region() {
            self.entry.insert("region", region);
        }
        let requests = self.requests.clone();
        client.on("response-received", move |event| {
            if let (Some(request), Some(response)) = (event.request(), event.response()) {
                let request = Map::from_iter([
                    ("method", Value::from(request.method.as_str())),
                    ("url", request.masked_url().into()),
                    ("status", i64::from(response.status).into()),
                ]);
                requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Writes the record. A history that cannot be written is no failure of the command.
    pub(super) fn finish(mut self, done: &Result<()>) {
        let code = done.as_ref().map_or_else(|failure| failure.code, |()| 0);
        self.entry.insert("requests", std::mem::take(&mut *self.requests.lock().unwrap_or_else(PoisonError::into_inner)));
        self.entry.insert("seconds", self.started.elapsed().as_secs_f64());
        self.entry.insert("code", i64::from(code));
        let Ok(mut line) = serde_json::to_string(&Value::from(self.entry)) else { return };
        line.push('\n');
        if let Err(error) = append(&path(), &line) {
            output::note(format_args!("tucuxi: the history was not written: {}: {error}", path().display()));
        }
    }
}

fn path() -> PathBuf {
    files::expand(FILE)
}

/// A value without content that is long or binary.
fn shortened(value: &Value) -> Value {
    match presentable(value.clone()) {
        Value::Map(map) => map.iter().map(|(name, value)| (name.clone(), shortened(value))).collect::<Map>().into(),
        Value::List(list) => list.iter().map(shortened).collect::<List>().into(),
        Value::Stream(_) => "(stream)".into(),
        Value::String(text) if text.chars().count() > LONGEST => {
            format!("{}… ({} bytes)", text.chars().take(LONGEST).collect::<String>(), text.len()).into()
        }
        other => other,
    }
}

fn append(path: &Path, line: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    if std::fs::metadata(path).is_ok_and(|metadata| metadata.len() > LARGEST) {
        let text = std::fs::read_to_string(path)?;
        let lines: Vec<&str> = text.lines().collect();
        let mut file = ReplaceFile::create_private(path)?;
        lines[lines.len() / 2..].iter().try_for_each(|line| writeln!(file, "{line}"))?;
        file.finish()?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // One write, so that the lines of commands that end at the same time do not mix.
    options.open(path)?.write_all(line.as_bytes())
}

/// The records, the newest first. Lines that are no records are skipped.
fn records() -> Result<Vec<Value>> {
    let text = match std::fs::read_to_string(path()) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let message = format!(
                "There is no history yet. `{} configure set cli_history enabled` turns it on for the profile.",
                crate::cli::program()
            );
            return Err(Failure::general(message));
        }
        Err(error) => return Err(Failure::general(format!("{}: {error}", path().display()))),
    };
    let records = text.lines().rev().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    Ok(records.map(Value::from).filter(|record| record["id"].as_str().is_some()).collect())
}

/// `history list`.
///
/// # Errors
/// If there is no history.
pub(super) fn list(line: &Line) -> Result<()> {
    let row = |record: &Value| {
        let text = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
        let words = text("command");
        format!("{}  {}  {words:<50}  {}", text("id"), text("time"), record["code"].as_int().unwrap_or_default())
    };
    let records = records()?;
    let mut pager = line.globals.pager(Some(&line.session));
    Ok(pager.print(|out| records.iter().try_for_each(|record| writeln!(out, "{}", row(record))))?)
}

/// `history show`: the record with an ID, or the last one.
///
/// # Errors
/// If there is no such record.
pub(super) fn show(line: &Line) -> Result<()> {
    let records = records()?;
    let record = match line.positional() {
        [] => records.first(),
        [id, ..] => records.iter().find(|record| record["id"].as_str() == Some(id)),
    };
    let program = crate::cli::program();
    let record = record.ok_or_else(|| Failure::usage(format!("There is no such command. `{program} history list` lists them.")))?;
    match line.text("format") {
        None | Some("detailed") => {}
        Some("json") => {
            let shown = line.globals.query.as_ref().map(|query| query.search(record)).transpose()?;
            return Screen::new(&line.globals, &line.session)?.print(shown.as_ref().unwrap_or(record), "history");
        }
        Some(other) => return Err(super::globals::invalid_choice("format", other, &["detailed", "json"])),
    }
    let text = |name: &str| record[name].as_str().unwrap_or_default();
    let mut lines =
        vec![format!("Command     {}", text("command")), format!("ID          {}", text("id")), format!("Time        {}", text("time"))];
    if !text("region").is_empty() {
        lines.push(format!("Region      {}", text("region")));
    }
    lines.push(format!(
        "Exit code   {} after {:.3} s",
        record["code"].as_int().unwrap_or_default(),
        record["seconds"].as_float().unwrap_or_default()
    ));
    for request in record["requests"].as_list().into_iter().flatten() {
        let text = |name: &str| request[name].as_str().unwrap_or_default();
        lines.push(format!("Request     {} {} (status {})", text("method"), text("url"), request["status"].as_int().unwrap_or_default()));
    }
    if record["parameters"].as_map().is_some_and(|params| !params.is_empty()) {
        lines.push(format!("Parameters\n{}", output::json_text(&record["parameters"])));
    }
    let mut pager = line.globals.pager(Some(&line.session));
    Ok(pager.print(|out| lines.iter().try_for_each(|line| writeln!(out, "{line}")))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_older_half_of_a_long_history_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history/file");
        let long = format!("{}\n", "x".repeat(100_000));
        for index in 0..12 {
            append(&path, &format!("{index} {long}")).unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let first: Vec<&str> = text.lines().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(first, ["5", "6", "7", "8", "9", "10", "11"]);
    }

    #[test]
    fn long_texts_are_shortened_at_every_level() {
        let value = Value::from(Map::from_iter([("a", List::from_iter([Value::from("ä".repeat(300)), "b".into()]))]));
        let text = shortened(&value)["a"][0].as_str().unwrap().to_owned();
        assert_eq!((text.chars().count(), text.ends_with("… (600 bytes)")), (200 + 13, true));
        assert_eq!(shortened(&value)["a"][1].as_str(), Some("b"));
    }
}
