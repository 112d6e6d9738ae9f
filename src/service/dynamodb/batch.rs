//! The parts that batch writes and batch reads share: limits, back-off, and the comparison of values that went to the service
//! and came back.

use std::fmt::Write;
use std::time::Duration;

use super::types::serialize;
use crate::call::CallOptions;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Cancel, canceled, deadline_exceeded};
use crate::value::{Map, Value};

/// The delay after the first batch that was not processed completely. It doubles up to [`MAX_DELAY`] and is multiplied by a
/// random number in [0, 1).
const FIRST_DELAY: Duration = Duration::from_millis(50);
const MAX_DELAY: Duration = Duration::from_secs(5);

/// The default number of batches in a row of which nothing is processed before their items fail.
const ATTEMPTS: u32 = 10;

/// The codes of errors for which a single item of a batch may be the reason.
const CODES_OF_ITEMS: [&str; 3] = ["ValidationException", "ResourceNotFoundException", "ItemCollectionSizeLimitExceededException"];

/// The calls of a batch operation.
pub(super) struct Batches {
    pub client: Client,
    pub max_attempts: u32,
    /// The settings of every call.
    options: CallOptions,
    /// The last error of a batch that is sent again.
    throttled: Option<Error>,
    /// On the client's clock.
    deadline: Option<Duration>,
    /// The number of batches in a row of which something, or everything, remained unprocessed.
    incomplete: u32,
    fruitless: u32,
}

/// The reaction to an error.
pub(super) enum Verdict {
    /// Send the items again, after a delay.
    Retry,
    /// One of several items may be the reason: send two halves.
    Split,
    /// The items of the batch fail.
    Fail,
    /// All remaining items fail.
    Stop,
}

impl Batches {
    pub fn new(client: &Client) -> Batches {
        Batches {
            client: client.clone(),
            max_attempts: ATTEMPTS,
            options: CallOptions::default(),
            throttled: None,
            deadline: None,
            incomplete: 0,
            fruitless: 0,
        }
    }

    /// Applies the settings of the call on whose behalf the batches are sent.
    pub fn set_options(&mut self, options: &CallOptions) {
        self.options = options.clone();
        if let Some(total) = options.deadline {
            self.set_deadline(total);
        }
    }

    pub fn set_deadline(&mut self, total: Duration) {
        self.deadline = Some(self.client.context().time.pace.now() + total);
    }

    pub fn set_cancel(&mut self, cancel: &Cancel) {
        self.options.cancel = Some(cancel.clone());
    }

    pub fn call(&self, operation: &str, params: Map) -> Result<Value> {
        if self.options.cancel.as_ref().is_some_and(Cancel::is_canceled) {
            return Err(canceled());
        }
        let request = self.client.request(operation, params).with_options(self.options.clone());
        match self.left() {
            Some(Duration::ZERO) => Err(deadline_exceeded()),
            Some(left) => request.within(left).send(),
            None => request.send(),
        }
    }

    /// Decides what happens to the items of a batch that failed as a whole.
    pub fn verdict(&mut self, error: &Error, items: usize) -> Verdict {
        match error.kind() {
            ErrorKind::Service if error.is_throttling() => {
                self.throttled = Some(error.clone());
                Verdict::Retry
            }
            ErrorKind::Service if items > 1 && error.code().is_some_and(|code| CODES_OF_ITEMS.contains(&code)) => Verdict::Split,
            ErrorKind::ParamValidation | ErrorKind::Conversion if items > 1 => Verdict::Split,
            ErrorKind::Service | ErrorKind::ParamValidation | ErrorKind::Conversion => Verdict::Fail,
            _ => Verdict::Stop,
        }
    }

    fn left(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_sub(self.client.context().time.pace.now()))
    }

    /// Records how much of a batch was processed, and waits if something was not.
    ///
    /// # Errors
    /// `Unprocessed` if nothing was processed for too long; `Canceled` or `Deadline` if the limits end the delay.
    pub fn record(&mut self, processed: usize, unprocessed: usize) -> Result<()> {
        self.incomplete = if unprocessed == 0 { 0 } else { self.incomplete + 1 };
        self.fruitless = if processed > 0 { 0 } else { self.fruitless + 1 };
        if unprocessed == 0 {
            return Ok(());
        }
        if self.fruitless >= self.max_attempts {
            let attempts = std::mem::take(&mut self.fruitless);
            let message = format!("DynamoDB processed nothing of {attempts} batches in a row");
            let error = Error::new(ErrorKind::Unprocessed, message).with_attempts(attempts);
            return Err(match self.throttled.take() {
                Some(source) => error.with_source(source),
                None => error,
            });
        }
        let pace = &self.client.context().time.pace;
        let delay = FIRST_DELAY.saturating_mul(1 << (self.incomplete - 1).min(16)).min(MAX_DELAY).mul_f64(pace.random());
        let left = self.left();
        pace.pause(left.map_or(delay, |left| left.min(delay)), self.options.cancel.as_ref())?;
        if left.is_some_and(|left| left <= delay) { Err(deadline_exceeded()) } else { Ok(()) }
    }
}

/// Returns an attribute value as text that is the same for equal values: maps and sets in any order, numbers in any notation.
/// `plain` says whether the value is plain.
pub(super) fn fingerprint(value: &Value, plain: bool) -> Result<String> {
    let mut out = String::new();
    if plain {
        push_typed(&serialize(value)?, &mut out)
    } else {
        push_typed(value, &mut out)
    }
    Ok(out)
}

/// As [`fingerprint`], for some attributes of an item; `None` if one of them is missing.
pub(super) fn fingerprint_of<'n>(item: &Map, names: impl IntoIterator<Item = &'n str>, plain: bool) -> Result<Option<String>> {
    let mut out = String::new();
    for name in names {
        let Some(value) = item.get(name) else { return Ok(None) };
        push(&mut out, name);
        out.push_str(&fingerprint(value, plain)?);
    }
    Ok(Some(out))
}

fn push_typed(value: &Value, out: &mut String) {
    let Some((tag, content)) = value.as_map().and_then(|map| map.iter().next()) else { return };
    push(out, tag);
    match (tag.as_str(), content) {
        ("N", Value::String(number)) => push(out, &normalized(number)),
        ("NS", list) => push_sorted(list.into_iter().map(|number| normalized(number.as_str().unwrap_or_default())), out),
        ("SS" | "BS", list) => push_sorted(list.into_iter().map(Value::to_string), out),
        ("L", list) => {
            out.push('[');
            list.into_iter().for_each(|value| push_typed(value, out));
            out.push(']');
        }
        ("M", Value::Map(map)) => {
            let entry = |(key, value): (_, &Value)| {
                let mut entry = String::new();
                push(&mut entry, key);
                push_typed(value, &mut entry);
                entry
            };
            push_sorted(map.iter().map(|(key, value)| entry((key.as_str(), value))), out);
        }
        (_, content) => push(out, &content.to_string()),
    }
}

fn push_sorted(parts: impl Iterator<Item = String>, out: &mut String) {
    let mut parts: Vec<String> = parts.collect();
    parts.sort_unstable();
    out.push('{');
    parts.iter().for_each(|part| push(out, part));
    out.push('}');
}

/// Appends text with its length, so that no text can be mistaken for a structure.
fn push(out: &mut String, text: &str) {
    write!(out, "{}:{text}", text.len()).expect("writing to a String succeeds");
}

/// Returns the sign, the significant digits, and the exponent of a number.
fn normalized(number: &str) -> String {
    let (sign, number) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    let exponent = exponent.parse::<i64>().unwrap_or(0) - fraction.len() as i64 + (digits.len() - significant.len()) as i64;
    match significant.trim_start_matches('0') {
        "" => "0".to_owned(),
        significant => format!("{sign}{significant}e{exponent}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn equal_values_have_equal_fingerprints() {
        let typed = |value: Value| fingerprint(&value, false).unwrap();
        for equal in
            [["1", "1.0", "10e-1", "0.1E1", "01"].map(|n| value!({"N": n})), ["0", "-0", "0.00", "0e7", "00"].map(|n| value!({"N": n}))]
        {
            assert!(equal.iter().all(|value| typed(value.clone()) == typed(equal[0].clone())), "{equal:?}");
        }
        assert_eq!(
            typed(value!({"M": {"a": {"S": "x"}, "b": {"NS": ["1", "20"]}}})),
            typed(value!({"M": {"b": {"NS": ["2e1", "1.0"]}, "a": {"S": "x"}}}))
        );
        let different = [
            value!({"N": "1"}),
            value!({"N": "-1"}),
            value!({"N": "10"}),
            value!({"S": "1"}),
            value!({"B": b"1"}),
            value!({"SS": ["1"]}),
            value!({"L": [{"S": "1"}]}),
            value!({"L": [{"L": [{"S": "1"}]}]}),
            value!({"M": {"1": {"S": "1"}}}),
            value!({"SS": ["1", "2"]}),
            value!({"SS": ["1:2"]}),
        ];
        let mut prints: Vec<String> = different.into_iter().map(typed).collect();
        prints.sort();
        prints.dedup();
        assert_eq!(prints.len(), 11);
    }
}
