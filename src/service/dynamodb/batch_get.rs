//! Reading any number of items by key in batches.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::time::Duration;

use indexmap::IndexMap;

use super::batch::{Batches, Verdict, fingerprint_of};
use super::expressions::{NAMES, projected};
use super::syntax::Step;
use crate::call::CallOptions;
use crate::client::{Client, params_map};
use crate::error::{Error, ErrorKind, Result};
use crate::http::Cancel;
use crate::text::invalid;
use crate::value::{List, Map, Str, Value};

/// The number of keys that one call can contain.
const BATCH: usize = 100;

const PROJECTION: &str = "ProjectionExpression";

/// Returns a reader that gets any number of items from any number of tables by their keys.
///
/// ```no_run
/// use tucuxi::{Session, dynamodb, value};
///
/// let dynamodb = Session::new()?.resource("dynamodb")?;
/// let mut batch = dynamodb::batch_get(dynamodb.client()).options("fish", value!({"ConsistentRead": true}))?;
/// for i in 0..1000 {
///     batch.get("fish", value!({"name": format!("boto {i}")}))?;
/// }
/// let report = batch.run();
/// for outcome in report.outcomes() {
///     match outcome {
///         dynamodb::GetOutcome::Found(item) => println!("{}", item["kg"]),
///         dynamodb::GetOutcome::Missing => println!("no such fish"),
///         other => println!("{other:?}"),
///     }
/// }
/// # Ok::<(), tucuxi::Error>(())
/// ```
pub fn batch_get(client: &Client) -> BatchGet {
    BatchGet { batches: Batches::new(client), options: HashMap::new(), keys: IndexMap::new(), order: Vec::new(), calls: 0 }
}

/// A reader of items in batches, from [`batch_get`].
///
/// Keys and items are plain values if the client has plain values (the client of a resource, or one after
/// [`plain`](super::plain)), and in DynamoDB's notation otherwise. A key that is requested several times, which DynamoDB would
/// reject, is sent once. Keys that DynamoDB leaves unprocessed are sent again as a [`BatchWriter`](super::BatchWriter) does it,
/// and so are the halves of a batch that DynamoDB rejects because of one key.
#[must_use = "nothing is read until `run`"]
pub struct BatchGet {
    batches: Batches,
    /// Further parameters, by table.
    options: HashMap<Str, Map>,
    /// Distinct keys by table and fingerprint.
    keys: IndexMap<(Str, String), Map>,
    /// The position among the distinct keys of every requested key.
    order: Vec<usize>,
    calls: u64,
}

/// The outcome for a key of a [`BatchGet`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum GetOutcome {
    /// The item.
    Found(Map),
    /// The table has no item with this key.
    Missing,
    /// The item could not be read.
    Failed(Error),
}

/// The report of a [`BatchGet`].
#[derive(Clone, Debug)]
pub struct GetReport {
    outcomes: Vec<GetOutcome>,
    calls: u64,
}

impl BatchGet {
    /// Sets the other parameters of a table: `ConsistentRead`, `ProjectionExpression`, and `ExpressionAttributeNames`. Key
    /// attributes that a projection lacks are added to it, because they tell which item belongs to which key.
    ///
    /// # Errors
    /// Returns [`ErrorKind::ParamValidation`] if the parameters are not a map, or contain `Keys` or `AttributesToGet`.
    pub fn options(mut self, table: &str, options: impl Into<Value>) -> Result<Self> {
        let options = params_map(options.into())?;
        if let Some(name) = ["Keys", "AttributesToGet"].into_iter().find(|name| options.contains_key(name)) {
            return Err(invalid(format_args!("{name} is not an option of a batch; use get and ProjectionExpression")));
        }
        self.options.insert(table.into(), options);
        Ok(self)
    }

    /// Sets the time limit for everything from now on: calls, retries, and delays. Items that are not read in time fail with
    /// [`ErrorKind::Deadline`].
    pub fn deadline(mut self, total: Duration) -> Self {
        self.batches.set_deadline(total);
        self
    }

    /// Sets the handle with which another thread can cancel the batch. Items that are not read by then fail with
    /// [`ErrorKind::Canceled`].
    pub fn cancel(mut self, cancel: &Cancel) -> Self {
        self.batches.set_cancel(cancel);
        self
    }

    /// Sets the number of batches in a row of which DynamoDB may process nothing before their keys fail with
    /// [`ErrorKind::Unprocessed`]: 10 by default, and at least 1.
    pub fn max_attempts(mut self, batches: u32) -> Self {
        self.batches.max_attempts = batches.max(1);
        self
    }

    /// Applies the settings of the call on whose behalf the reader works.
    pub(super) fn call_options(mut self, options: &CallOptions) -> Self {
        self.batches.set_options(options);
        self
    }

    /// Adds a key of a table. Returns its position in the report.
    ///
    /// # Errors
    /// Returns [`ErrorKind::ParamValidation`] if the key is not a map, and [`ErrorKind::Conversion`] if it contains a value that
    /// DynamoDB cannot store.
    pub fn get(&mut self, table: &str, key: impl Into<Value>) -> Result<usize> {
        let key = match key.into() {
            Value::Map(key) => key,
            other => return Err(invalid(format_args!("Key must be a map, not a value of type {}", other.type_name()))),
        };
        let id = (Str::from(table), self.print(&key, &names(&key))?.unwrap_or_default());
        let entry = self.keys.entry(id);
        self.order.push(entry.index());
        entry.or_insert(key);
        Ok(self.order.len() - 1)
    }

    /// Reads the items.
    pub fn run(mut self) -> GetReport {
        let mut outcomes: Vec<Option<GetOutcome>> = vec![None; self.keys.len()];
        let mut waiting: VecDeque<usize> = (0..self.keys.len()).collect();
        while !waiting.is_empty() {
            let batch = waiting.drain(..BATCH.min(waiting.len())).collect();
            let (processed, unprocessed, stopped) = self.send(batch, &mut outcomes);
            let count = unprocessed.len();
            unprocessed.into_iter().rev().for_each(|index| waiting.push_front(index));
            let error = stopped.or_else(|| self.batches.record(processed, count).err());
            if let Some(error) = error {
                let failing = if error.kind() == ErrorKind::Unprocessed { count } else { waiting.len() };
                waiting.drain(..failing).for_each(|index| outcomes[index] = Some(GetOutcome::Failed(error.clone())));
            }
        }
        let outcomes = self.order.iter().filter_map(|index| outcomes[*index].clone()).collect();
        GetReport { outcomes, calls: self.calls }
    }

    /// Reads the items of a batch. Returns the number of keys that were processed, those that were not, and the error after
    /// which nothing is sent.
    fn send(&mut self, mut batch: Vec<usize>, outcomes: &mut [Option<GetOutcome>]) -> (usize, Vec<usize>, Option<Error>) {
        self.calls += 1;
        let read = self.request(&batch).and_then(|params| self.batches.call("batch_get_item", params));
        let error = match read.and_then(|response| self.sort_out(&batch, &response, outcomes)) {
            Ok(unprocessed) => return (batch.len() - unprocessed.len(), unprocessed, None),
            Err(error) => error,
        };
        match self.batches.verdict(&error, batch.len()) {
            Verdict::Retry => (0, batch, None),
            Verdict::Split => {
                let right = batch.split_off(batch.len() / 2);
                let (processed, mut unprocessed, stopped) = self.send(batch, outcomes);
                let (more, rest, stopped) = if stopped.is_some() { (0, right, stopped) } else { self.send(right, outcomes) };
                unprocessed.extend(rest);
                (processed + more, unprocessed, stopped)
            }
            Verdict::Fail => {
                batch.iter().for_each(|index| outcomes[*index] = Some(GetOutcome::Failed(error.clone())));
                (batch.len(), Vec::new(), None)
            }
            Verdict::Stop => (0, batch, Some(error)),
        }
    }

    fn request(&self, batch: &[usize]) -> Result<Map> {
        let mut tables: IndexMap<&Str, List> = IndexMap::new();
        for index in batch {
            let ((table, _), key) = self.keys.get_index(*index).expect("indexes are those of keys");
            tables.entry(table).or_default().push(key.clone());
        }
        let tables = tables.into_iter().map(|(table, keys)| {
            let mut params = self.options.get(table).cloned().unwrap_or_default();
            project_keys(&mut params, &keys).map_err(|error| error.with_place(table))?;
            params.insert("Keys", keys);
            Ok((table, params))
        });
        Ok(Map::from([("RequestItems", tables.collect::<Result<Map>>()?)]))
    }

    /// Finds the outcomes of a batch in a response. Returns the keys that were not processed, in order.
    fn sort_out(&self, batch: &[usize], response: &Value, outcomes: &mut [Option<GetOutcome>]) -> Result<Vec<usize>> {
        let mut rest: Vec<usize> = batch.to_vec();
        for (table, items) in response["Responses"].as_map().into_iter().flatten() {
            let Some(first) = rest.iter().find_map(|index| self.keys.get_index(*index).filter(|((of, _), _)| of == table)) else {
                continue;
            };
            let names = names(first.1);
            for item in items.into_iter().filter_map(Value::as_map) {
                let print = self.print(item, &names)?.unwrap_or_default();
                if let Some(index) = self.keys.get_index_of(&(table.clone(), print)).filter(|index| rest.contains(index)) {
                    outcomes[index] = Some(GetOutcome::Found(item.clone()));
                    rest.retain(|other| *other != index);
                }
            }
        }
        let mut unprocessed = Vec::new();
        for (table, params) in response["UnprocessedKeys"].as_map().into_iter().flatten() {
            for key in params["Keys"].into_iter().filter_map(Value::as_map) {
                let print = self.print(key, &names(key))?.unwrap_or_default();
                unprocessed.extend(self.keys.get_index_of(&(table.clone(), print)).filter(|index| rest.contains(index)));
            }
        }
        rest.retain(|index| !unprocessed.contains(index));
        rest.into_iter().for_each(|index| outcomes[index] = Some(GetOutcome::Missing));
        Ok(unprocessed)
    }

    fn print(&self, item: &Map, names: &[Str]) -> Result<Option<String>> {
        fingerprint_of(item, names.iter().map(Str::as_str), self.batches.client.is_for_resources())
    }
}

/// The names of a key's attributes, sorted.
fn names(key: &Map) -> Vec<Str> {
    let mut names: Vec<Str> = key.keys().map(Str::from).collect();
    names.sort();
    names
}

/// Adds the key attributes to a projection that lacks them.
fn project_keys(params: &mut Map, keys: &List) -> Result<()> {
    if let Value::Map(expr) = &params[PROJECTION] {
        let (text, names) = (expr["expression"].clone(), expr["with"].clone());
        params.insert(PROJECTION, text);
        params.insert(NAMES, names);
    }
    let Some(mut text) = params[PROJECTION].as_str().map(str::to_owned) else { return Ok(()) };
    let mut names = params[NAMES].as_map().cloned().unwrap_or_default();
    let paths = projected(&text, &names)?;
    let wanted = keys.first().and_then(Value::as_map).map(self::names).unwrap_or_default();
    for name in wanted.into_iter().filter(|name| !paths.iter().any(|path| path[0] == Step::Name(name.clone()))) {
        let placeholder = (0..).map(|i| format!("#key{i}")).find(|placeholder| !names.contains_key(placeholder)).unwrap_or_default();
        text.push_str(&format!(", {placeholder}"));
        names.insert(placeholder, name);
    }
    params.insert(PROJECTION, text);
    if !names.is_empty() {
        params.insert(NAMES, names);
    }
    Ok(())
}

impl fmt::Debug for BatchGet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchGet").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}

impl GetReport {
    /// Returns the outcome for every key, in the order in which they were added.
    pub fn outcomes(&self) -> &[GetOutcome] {
        &self.outcomes
    }

    /// Returns the items that were found, in the order of their keys.
    pub fn items(&self) -> impl Iterator<Item = &Map> {
        self.outcomes.iter().filter_map(|outcome| match outcome {
            GetOutcome::Found(item) => Some(item),
            _ => None,
        })
    }

    /// Returns the positions of the keys that could not be read, with the errors.
    pub fn failures(&self) -> impl Iterator<Item = (usize, &Error)> {
        self.outcomes.iter().enumerate().filter_map(|(index, outcome)| match outcome {
            GetOutcome::Failed(error) => Some((index, error)),
            _ => None,
        })
    }

    /// Returns the number of calls that were made, without the retries of the client.
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// Returns the items in the order of their keys, `None` for those that do not exist.
    ///
    /// # Errors
    /// The error of the first key that could not be read, with the details `index` and `failed`, the number of keys that failed.
    pub fn into_result(self) -> Result<Vec<Option<Map>>> {
        let failed = self.failures().count();
        let read = self.outcomes.into_iter().enumerate().map(|(index, outcome)| match outcome {
            GetOutcome::Found(item) => Ok(Some(item)),
            GetOutcome::Missing => Ok(None),
            GetOutcome::Failed(error) => Err(error.with_detail("index", index).with_detail("failed", failed)),
        });
        read.collect()
    }

    /// Returns the report as data: `{"Items": [{…}, null], "Failed": [{"Index": 7, "Error": {…}}]}`, with null for items that
    /// do not exist or could not be read.
    pub fn to_value(&self) -> Value {
        let item = |outcome: &GetOutcome| match outcome {
            GetOutcome::Found(item) => Value::Map(item.clone()),
            _ => Value::Null,
        };
        let items: List = self.outcomes.iter().map(item).collect();
        let failed: List =
            self.failures().map(|(index, error)| Map::from([("Index", index.into()), ("Error", error.to_value())])).collect();
        Map::from([("Items", items), ("Failed", failed)]).into()
    }
}
