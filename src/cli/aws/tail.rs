//! `logs tail` and `logs start-live-tail`: the events of log groups, in order, and new ones as they arrive.

use std::collections::HashSet;
use std::time::Duration;

use super::custom::{Line, Options};
use super::globals::invalid_choice;
use super::words::Arity;
use crate::cli::failure::{Failure, Result};
use crate::cli::output::Look;
use crate::cli::{interrupt, output};
use crate::value;
use crate::value::Value;
use crate::{Client, Timestamp};

pub(super) const OPTIONS: Options = &[
    ("since", Arity::One, "The time of the first event: 10m, 3h, 2d, 1w ago, or ISO 8601. Default: 10m."),
    ("follow", Arity::None, "Waits for new events until Ctrl-C."),
    ("format", Arity::One, "detailed (default: time and stream), short (time), or json."),
    ("filter-pattern", Arity::One, "Prints only the events that match a pattern of CloudWatch Logs."),
    ("log-stream-names", Arity::Many, "Prints only the events of these streams."),
    ("log-stream-name-prefix", Arity::One, "Prints only the events of the streams with this prefix."),
];

pub(super) const LIVE: Options = &[
    ("log-group-identifiers", Arity::Many, "The ARNs of the log groups."),
    ("log-stream-names", Arity::Many, "Prints only the events of these streams."),
    ("log-stream-name-prefixes", Arity::Many, "Prints only the events of the streams with these prefixes."),
    ("log-event-filter-pattern", Arity::One, "Prints only the events that match a pattern of CloudWatch Logs."),
    ("mode", Arity::One, "print-only, which is the only mode here."),
];

const FORMATS: [&str; 3] = ["detailed", "short", "json"];

/// The time between two requests for new events.
const POLL: Duration = Duration::from_secs(5);

/// The escape sequences of a time and of the name of a stream.
const TIME: &str = "32";
const STREAM: &str = "36";

/// Runs the command. With `--follow`, it ends with `Ctrl-C`.
///
/// # Errors
/// Those of `FilterLogEvents`.
pub(super) fn run(line: &Line) -> Result<()> {
    let format = line.text("format").unwrap_or(FORMATS[0]);
    if !FORMATS.contains(&format) {
        return Err(invalid_choice("format", format, &FORMATS));
    }
    let since = since(line.text("since").unwrap_or("10m"), Timestamp::now())?;
    let client = line.client("logs")?.build()?;
    let mut tail = Tail { client, params: params(line), printed: HashSet::new(), newest: since, format, look: line.globals.look() };
    loop {
        tail.poll()?;
        if !line.has("follow") {
            return Ok(());
        }
        interrupt::cancel().sleep(POLL);
    }
}

/// `logs start-live-tail`: prints messages while they arrive, until `Ctrl-C` or the end of the session after three hours.
///
/// # Errors
/// A usage failure for the interactive mode; those of `StartLiveTail`.
pub(super) fn live(line: &Line) -> Result<()> {
    if let Some(mode) = line.text("mode").filter(|mode| *mode != "print-only") {
        return Err(invalid_choice("mode", mode, &["print-only"]));
    }
    let words = |name: &str| line.list(name).map(<[String]>::to_vec);
    let params = value!({
        "logGroupIdentifiers": words("log-group-identifiers"),
        "logStreamNames": words("log-stream-names"),
        "logStreamNamePrefixes": words("log-stream-name-prefixes"),
        "logEventFilterPattern": line.text("log-event-filter-pattern"),
    });
    let client = line.client("logs")?.build()?;
    let response = interrupt::call(&client, "start_live_tail", params)?;
    let events = response["responseStream"].as_stream().and_then(|stream| stream.events());
    for event in events.ok_or_else(|| Failure::general("The response has no events."))? {
        let event = event?;
        for found in event["sessionUpdate"]["sessionResults"].as_list().into_iter().flatten() {
            output::lines([found["message"].as_str().unwrap_or_default().trim_end_matches('\n')])?;
        }
    }
    Ok(())
}

fn params(line: &Line) -> Value {
    let group = line.positional().first().map(String::as_str);
    let is_arn = group.is_some_and(|group| group.starts_with("arn:"));
    let streams = line.list("log-stream-names").map(<[String]>::to_vec);
    value!({
        "logGroupName": group.filter(|_| !is_arn),
        "logGroupIdentifier": group.filter(|_| is_arn),
        "filterPattern": line.text("filter-pattern"),
        "logStreamNames": streams,
        "logStreamNamePrefix": line.text("log-stream-name-prefix"),
    })
}

struct Tail<'a> {
    client: Client,
    params: Value,
    /// The IDs of the events at the newest time, which the next response contains again.
    printed: HashSet<String>,
    /// The time from which events are requested, in milliseconds.
    newest: i64,
    format: &'a str,
    look: Look,
}

impl Tail<'_> {
    /// Prints the events since the last poll.
    fn poll(&mut self) -> Result<()> {
        let mut params = self.params.clone();
        params["startTime"] = self.newest.into();
        for page in self.client.paginate("filter_log_events", params)?.cancel(interrupt::cancel()) {
            let page = page?;
            for event in page["events"].as_list().into_iter().flatten() {
                let id = event["eventId"].as_str().unwrap_or_default();
                let time = event["timestamp"].as_int().unwrap_or_default();
                if self.printed.contains(id) {
                    continue;
                }
                if time > self.newest {
                    self.newest = time;
                    self.printed.clear();
                }
                self.printed.insert(id.to_owned());
                let text = self.formatted(event, time);
                output::print(|out| writeln!(out, "{text}"))?;
            }
        }
        Ok(())
    }

    fn formatted(&self, event: &Value, millis: i64) -> String {
        let message = event["message"].as_str().unwrap_or_default().trim_end();
        let stream = self.look.paint(STREAM, event["logStreamName"].as_str().unwrap_or_default());
        let detailed = self.look.paint(TIME, &time(millis, true));
        match self.format {
            "short" => format!("{} {message}", self.look.paint(TIME, &time(millis, false))),
            "json" => format!("{detailed} {stream} {}", pretty(message)),
            _ => format!("{detailed} {stream} {message}"),
        }
    }
}

/// The message as indented JSON; as it is if it is not JSON.
fn pretty(message: &str) -> String {
    match serde_json::from_str::<Value>(message) {
        Ok(value @ (Value::Map(_) | Value::List(_))) => output::json_text(&value),
        _ => message.to_owned(),
    }
}

/// The ISO 8601 form of a time in UTC: with microseconds and zone, or to the second without either.
fn time(millis: i64, is_detailed: bool) -> String {
    let text = Timestamp::new(millis.div_euclid(1000), 0).to_string();
    let seconds = text.trim_end_matches('Z');
    match is_detailed {
        true => format!("{seconds}.{:06}+00:00", millis.rem_euclid(1000) * 1000),
        false => seconds.to_owned(),
    }
}

/// The start in milliseconds: a time, or a number of seconds, minutes, hours, days, or weeks before now.
fn since(text: &str, now: Timestamp) -> Result<i64> {
    let units = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800)];
    for (unit, seconds) in units {
        if let Some(count) = text.strip_suffix(unit).and_then(|count| count.parse::<i64>().ok()) {
            return Ok((now.seconds() - count.saturating_mul(seconds)) * 1000);
        }
    }
    if let Ok(seconds) = text.parse::<i64>() {
        return Ok(seconds * 1000);
    }
    Timestamp::parse(text).map(|time| time.seconds() * 1000).map_err(|_| {
        Failure::usage(format!("argument --since: invalid time: '{text}'. Examples: 30s, 5m, 2h, 1d, 1w, 2024-01-02T03:04:05Z"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_relative_or_absolute() {
        let now = Timestamp::new(1_000_000, 0);
        for (text, expected) in [("30s", 999_970_000), ("5m", 999_700_000), ("1w", 395_200_000), ("1970-01-02", 86_400_000), ("7", 7000)] {
            assert_eq!(since(text, now).unwrap(), expected, "{text}");
        }
        assert_eq!(since("soon", now).unwrap_err().code, Failure::USAGE);
        assert_eq!(time(1_704_164_645_006, true), "2024-01-02T03:04:05.006000+00:00");
        assert_eq!(time(1_704_164_645_006, false), "2024-01-02T03:04:05");
        assert_eq!(pretty("{\"a\":1}"), "{\n    \"a\": 1\n}");
        assert_eq!(pretty("not {json"), "not {json");
    }
}
