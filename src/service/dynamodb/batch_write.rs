//! Writing any number of items in batches.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::time::Duration;

use indexmap::IndexMap;

use super::batch::{Batches, Verdict, fingerprint_of};
use crate::call::CallOptions;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Cancel;
use crate::text::invalid;
use crate::value::{List, Map, Str, Value};

/// The number of requests that one call can contain.
const BATCH: usize = 25;

const PUT: (&str, &str) = ("PutRequest", "Item");
const DELETE: (&str, &str) = ("DeleteRequest", "Key");

/// Returns a writer that puts and deletes any number of items of any number of tables in batches, like a table's
/// `batch_writer` in boto3.
///
/// ```no_run
/// use tucuxi::{Session, dynamodb, value};
///
/// let table = Session::new()?.resource("dynamodb")?.resource("Table", "fish")?;
/// let mut writer = dynamodb::batch_writer(table.client()).overwrite_by_pkeys("fish", ["name"]);
/// for i in 0..1000 {
///     writer.put_item("fish", value!({"name": format!("boto {i}"), "kg": i}))?;
/// }
/// writer.delete_item("rivers", value!({"name": "Tietê"}))?;
/// writer.finish().into_result()?;
/// # Ok::<(), tucuxi::Error>(())
/// ```
pub fn batch_writer(client: &Client) -> BatchWriter {
    BatchWriter {
        batches: Batches::new(client),
        keys: HashMap::new(),
        buffer: VecDeque::new(),
        outcomes: Vec::new(),
        stopped: None,
        calls: 0,
    }
}

/// A writer of items in batches, from [`batch_writer`].
///
/// Items are plain values if the client has plain values (the client of a resource, or one after [`plain`](super::plain)), and
/// in DynamoDB's notation otherwise. A batch is sent as soon as 25 requests have accumulated; [`finish`](Self::finish) sends the
/// rest. Dropping the writer sends it too, but discards the report.
///
/// - Requests that DynamoDB leaves unprocessed are sent again, before newer ones, after an exponentially growing random delay
///   of at most 5 seconds. They fail if nothing of 10 batches in a row is processed.
/// - If DynamoDB rejects a batch because of one item, its halves are sent until only that item fails. boto3 loses the batch.
/// - A request that was processed is never sent again.
#[must_use = "items are written in batches; `finish` writes the last one"]
pub struct BatchWriter {
    batches: Batches,
    /// The names of the key attributes, by table.
    keys: HashMap<Str, Vec<Str>>,
    /// The requests that are not sent, in order.
    buffer: VecDeque<Request>,
    outcomes: Vec<Option<WriteOutcome>>,
    /// The error after which nothing is sent.
    stopped: Option<Error>,
    calls: u64,
}

struct Request {
    index: usize,
    table: Str,
    /// `PutRequest` or `DeleteRequest`, with the name of its member.
    kind: (&'static str, &'static str),
    item: Map,
    /// Identifies the item, if the table has its key attributes declared.
    key: Option<String>,
}

/// The outcome of a request of a [`BatchWriter`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum WriteOutcome {
    /// DynamoDB processed it.
    Written,
    /// A later request for the same key replaced it before it was sent.
    Replaced,
    /// It failed.
    Failed(Error),
}

/// The report of a [`BatchWriter`].
#[derive(Clone, Debug)]
#[must_use = "the report says which items failed"]
pub struct WriteReport {
    outcomes: Vec<WriteOutcome>,
    calls: u64,
}

impl BatchWriter {
    /// Declares the attributes of a table's primary key. Of several requests for the same key in one batch, which DynamoDB
    /// would reject, only the last one is then sent, like `overwrite_by_pkeys` in boto3.
    pub fn overwrite_by_pkeys<N: Into<Str>>(mut self, table: &str, names: impl IntoIterator<Item = N>) -> Self {
        self.keys.insert(table.into(), names.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the time limit for everything from now on: calls, retries, and delays. Requests that are not written in time fail
    /// with [`ErrorKind::Deadline`].
    pub fn deadline(mut self, total: Duration) -> Self {
        self.batches.set_deadline(total);
        self
    }

    /// Sets the handle with which another thread can cancel the writer. Requests that are not written by then fail with
    /// [`ErrorKind::Canceled`].
    pub fn cancel(mut self, cancel: &Cancel) -> Self {
        self.batches.set_cancel(cancel);
        self
    }

    /// Sets the number of batches in a row of which DynamoDB may process nothing before their requests fail with
    /// [`ErrorKind::Unprocessed`]: 10 by default, and at least 1.
    pub fn max_attempts(mut self, batches: u32) -> Self {
        self.batches.max_attempts = batches.max(1);
        self
    }

    /// Applies the settings of the call on whose behalf the writer works.
    pub(super) fn options(mut self, options: &CallOptions) -> Self {
        self.batches.set_options(options);
        self
    }

    /// Puts an item into a table. Returns the position of the request in the report.
    ///
    /// # Errors
    /// Returns [`ErrorKind::ParamValidation`] if the item is not a map or lacks a declared
    /// key attribute. Everything that happens later is in the report.
    pub fn put_item(&mut self, table: &str, item: impl Into<Value>) -> Result<usize> {
        self.add(table, PUT, item.into())
    }

    /// Deletes the item with the given key from a table. Returns the position of the request in the report.
    ///
    /// # Errors
    /// The errors of [`put_item`](Self::put_item).
    pub fn delete_item(&mut self, table: &str, key: impl Into<Value>) -> Result<usize> {
        self.add(table, DELETE, key.into())
    }

    fn add(&mut self, table: &str, kind: (&'static str, &'static str), item: Value) -> Result<usize> {
        let Value::Map(item) = item else {
            return Err(invalid(format_args!("{} must be a map, not a value of type {}", kind.1, item.type_name())));
        };
        let key = match self.keys.get(table) {
            None => None,
            Some(names) => {
                let key = fingerprint_of(&item, names.iter().map(Str::as_str), self.batches.client.is_for_resources())?;
                let missing = || names.iter().find(|name| !item.contains_key(name)).map_or("", Str::as_str);
                Some(key.ok_or_else(|| invalid(format_args!("{} has no key attribute {:?} of the table {table}", kind.1, missing())))?)
            }
        };
        if key.is_some()
            && let Some(at) = self.buffer.iter().position(|request| request.key == key && request.table == table)
            && let Some(replaced) = self.buffer.remove(at)
        {
            self.settle(replaced.index, WriteOutcome::Replaced);
        }
        let index = self.outcomes.len();
        self.outcomes.push(None);
        self.buffer.push_back(Request { index, table: table.into(), kind, item, key });
        if self.buffer.len() >= BATCH || self.stopped.is_some() {
            self.send_batch();
        }
        Ok(index)
    }

    /// Sends everything that is left, and returns the report.
    pub fn finish(mut self) -> WriteReport {
        self.send_all();
        let outcomes = std::mem::take(&mut self.outcomes);
        WriteReport { outcomes: outcomes.into_iter().flatten().collect(), calls: self.calls }
    }

    fn send_all(&mut self) {
        while !self.buffer.is_empty() {
            self.send_batch();
        }
    }

    fn send_batch(&mut self) {
        if let Some(error) = self.stopped.clone() {
            let rest = std::mem::take(&mut self.buffer);
            return self.fail(rest, &error);
        }
        let batch = self.buffer.drain(..BATCH.min(self.buffer.len())).collect();
        let (processed, unprocessed) = self.send(batch);
        let count = unprocessed.len();
        for request in unprocessed.into_iter().rev() {
            self.buffer.push_front(request);
        }
        if let Err(error) = self.batches.record(processed, count) {
            let stops = error.kind() != ErrorKind::Unprocessed;
            let failed: Vec<Request> = if stops { self.buffer.drain(..).collect() } else { self.buffer.drain(..count).collect() };
            self.fail(failed, &error);
            self.stopped = stops.then_some(error);
        }
    }

    /// Sends a batch. Returns how many requests were processed or failed, and those that were not processed, in order.
    fn send(&mut self, mut batch: Vec<Request>) -> (usize, Vec<Request>) {
        let mut tables: IndexMap<&Str, List> = IndexMap::new();
        for request in &batch {
            let content = Map::from([(request.kind.1, request.item.clone())]);
            tables.entry(&request.table).or_default().push(Map::from([(request.kind.0, content)]));
        }
        let params = Map::from([("RequestItems", tables.into_iter().collect::<Map>())]);
        self.calls += 1;
        let error = match self.batches.call("batch_write_item", params) {
            Ok(response) => return self.sort_out(batch, &response["UnprocessedItems"]),
            Err(error) => error,
        };
        match self.batches.verdict(&error, batch.len()) {
            Verdict::Retry => (0, batch),
            Verdict::Split => {
                let right = batch.split_off(batch.len() / 2);
                let (processed, mut unprocessed) = self.send(batch);
                let (more, rest) = if self.stopped.is_some() { (0, right) } else { self.send(right) };
                unprocessed.extend(rest);
                (processed + more, unprocessed)
            }
            Verdict::Fail => {
                let count = batch.len();
                self.fail(batch, &error);
                (count, Vec::new())
            }
            Verdict::Stop => {
                self.fail(batch, &error);
                self.stopped = Some(error);
                (0, Vec::new())
            }
        }
    }

    /// Separates the requests of a batch that DynamoDB did not process from the others.
    fn sort_out(&mut self, batch: Vec<Request>, unprocessed: &Value) -> (usize, Vec<Request>) {
        let plain = self.batches.client.is_for_resources();
        let mut returned: HashMap<(String, Option<String>), usize> = HashMap::new();
        let mut count = 0;
        for (table, requests) in unprocessed.as_map().into_iter().flatten() {
            for (kind, content) in requests.into_iter().filter_map(|request| request.as_map()?.iter().next()) {
                let item = content.as_map().and_then(|content| content.values().next()?.as_map());
                let print = item.and_then(|item| print(item, plain));
                *returned.entry((format!("{table}/{kind}"), print)).or_default() += 1;
                count += 1;
            }
        }
        if count == 0 {
            batch.iter().for_each(|request| self.settle(request.index, WriteOutcome::Written));
            return (batch.len(), Vec::new());
        }
        let (mut rest, mut done) = (Vec::new(), Vec::new());
        for request in batch {
            let id = (format!("{}/{}", request.table, request.kind.0), print(&request.item, plain));
            match returned.get_mut(&id).filter(|left| **left > 0) {
                Some(left) => {
                    *left -= 1;
                    rest.push(request);
                }
                None => done.push(request),
            }
        }
        if rest.len() < count {
            // A request came back in a form that cannot be recognized. Writing the same item again loses nothing.
            rest.append(&mut done);
            rest.sort_by_key(|request| request.index);
        }
        done.iter().for_each(|request| self.settle(request.index, WriteOutcome::Written));
        (done.len(), rest)
    }

    fn fail(&mut self, requests: impl IntoIterator<Item = Request>, error: &Error) {
        requests.into_iter().for_each(|request| self.settle(request.index, WriteOutcome::Failed(error.clone())));
    }

    fn settle(&mut self, index: usize, outcome: WriteOutcome) {
        self.outcomes[index] = Some(outcome);
    }
}

/// The fingerprint of a whole item; `None` if it cannot be stored.
fn print(item: &Map, plain: bool) -> Option<String> {
    let mut names: Vec<&str> = item.keys().collect();
    names.sort_unstable();
    fingerprint_of(item, names, plain).ok().flatten()
}

impl Drop for BatchWriter {
    fn drop(&mut self) {
        self.send_all();
    }
}

impl fmt::Debug for BatchWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchWriter").field("waiting", &self.buffer.len()).finish_non_exhaustive()
    }
}

impl WriteReport {
    /// Returns the outcome of every request, in the order in which they were added.
    pub fn outcomes(&self) -> &[WriteOutcome] {
        &self.outcomes
    }

    /// Returns the number of requests that were written.
    pub fn written(&self) -> usize {
        self.outcomes.iter().filter(|outcome| matches!(outcome, WriteOutcome::Written)).count()
    }

    /// Returns the positions of the requests that failed, with the errors.
    pub fn failures(&self) -> impl Iterator<Item = (usize, &Error)> {
        self.outcomes.iter().enumerate().filter_map(|(index, outcome)| match outcome {
            WriteOutcome::Failed(error) => Some((index, error)),
            _ => None,
        })
    }

    /// Returns the number of calls that were made, without the retries of the client.
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// Returns the first error, if a request failed.
    ///
    /// # Errors
    /// The error of the first request that failed, with the details `index` and `failed`, the number of requests that failed.
    pub fn into_result(self) -> Result<()> {
        let failed = self.failures().count();
        match self.failures().next() {
            None => Ok(()),
            Some((index, error)) => Err(error.clone().with_detail("index", index).with_detail("failed", failed)),
        }
    }

    /// Returns the report as data: `{"Written": 998, "Replaced": 1, "Failed": [{"Index": 7, "Error": {…}}]}`.
    pub fn to_value(&self) -> Value {
        let failed: List =
            self.failures().map(|(index, error)| Map::from([("Index", index.into()), ("Error", error.to_value())])).collect();
        let replaced = self.outcomes.len() - self.written() - failed.len();
        Map::from([("Written", Value::from(self.written())), ("Replaced", replaced.into()), ("Failed", failed.into())]).into()
    }
}
