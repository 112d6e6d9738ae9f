//! Generated parameters and responses: any value that a shape allows, reproducible by seed.

mod class;
mod pattern;

use std::sync::Arc;

use self::pattern::Pattern;
use super::conform::conform;
use crate::call::ClientContext;
use crate::client::Client;
use crate::definition::{Location, Node, Operation, Paginators, Service, ShapeType, Structure};
use crate::error::{ErrorKind, Result};
use crate::value::{List, Map, Str, Timestamp, Value};

impl Client {
    /// Generates parameters that an operation accepts: the required ones and some of the others. The same seed produces the same
    /// parameters.
    ///
    /// They follow the definition: types, lengths, ranges, enumerations, and patterns (except for look-around and some rare
    /// notations). A service can still reject them because of rules that the definition does not contain.
    ///
    /// ```
    /// use tucuxi::Session;
    ///
    /// let sqs = Session::builder().region("us-east-1").build()?.client("sqs")?;
    /// let params = sqs.sample_input("send_message", 7)?;
    /// assert!(params["QueueUrl"].as_str().is_some());
    /// assert_eq!(params, sqs.sample_input("send_message", 7)?);
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    ///
    /// # Errors
    /// `UnknownOperation`; `InvalidDefinition` if the definition is broken.
    pub fn sample_input(&self, operation: &str, seed: u64) -> Result<Value> {
        let operation = self.context().operation(operation)?;
        let Some(input) = self.service().input(operation)? else { return Ok(Value::Map(Map::new())) };
        Ok(Sampler::new(seed, false).structure(input, 0)?.unwrap_or_default())
    }

    /// Generates a response of an operation; see [`sample_input`](Self::sample_input). It is the last page: it contains no token
    /// for another one.
    ///
    /// # Errors
    /// `UnknownOperation`; `InvalidDefinition` if the definition is broken.
    pub fn sample_output(&self, operation: &str, seed: u64) -> Result<Value> {
        let operation = self.context().operation(operation)?;
        let inner = self.context();
        let paginators = paginators(inner)?;
        sample_output(self.service(), operation, paginators.as_deref(), seed).map(Value::Map)
    }
}

/// Returns the paginators of the client's service, if it has any.
pub(super) fn paginators(client: &ClientContext) -> Result<Option<Arc<Paginators>>> {
    match client.definitions.load::<Paginators>(client.service.name(), Some(&client.api_version)) {
        Ok(paginators) => Ok(Some(paginators)),
        Err(error) if error.kind() == ErrorKind::UnknownService => Ok(None),
        Err(error) => Err(error),
    }
}

/// Generates a response without pagination tokens.
pub(super) fn sample_output(service: &Service, operation: &Operation, paginators: Option<&Paginators>, seed: u64) -> Result<Map> {
    let Some(output) = service.output(operation)? else { return Ok(Map::new()) };
    let Some(Value::Map(mut response)) = Sampler::new(seed, true).structure(output, 0)? else { return Ok(Map::new()) };
    if let Some(paginator) = paginators.map(|all| all.get(&operation.name)).transpose()?.flatten() {
        let more = paginator.output_tokens().iter().chain(paginator.more_results());
        let names: Vec<Str> = more.flat_map(|expression| words(expression.as_str())).collect();
        let results: Vec<Str> = paginator.result_keys().iter().flat_map(|key| words(key.expression().as_str())).collect();
        let tokens: Vec<Str> = names.into_iter().filter(|name| !results.contains(name)).collect();
        remove(&mut response, &tokens);
    }
    conform(output, &response)
}

/// Returns the names in an expression.
fn words(expression: &str) -> Vec<Str> {
    expression.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).map(Str::from).collect()
}

fn remove(map: &mut Map, names: &[Str]) {
    for name in names {
        map.remove(name);
    }
    let keys: Vec<Str> = map.keys().map(Str::from).collect();
    for key in keys {
        if let Some(inside) = map.get_mut(&key).and_then(Value::as_map_mut) {
            remove(inside, names);
        }
    }
}

/// From this depth, only required values are generated, so that recursive shapes end.
const OPTIONAL_DEPTH: usize = 4;
/// Below this depth, nothing is generated.
const MAX_DEPTH: usize = 24;

struct Sampler {
    random: Random,
    /// Whether a response is generated.
    output: bool,
}

impl Sampler {
    fn new(seed: u64, output: bool) -> Sampler {
        Sampler { random: Random::new(seed), output }
    }

    /// Returns `None` if the value would be nested without end.
    fn value(&mut self, node: Node<'_>, name: &str, depth: usize) -> Result<Option<Value>> {
        if depth > MAX_DEPTH {
            return Ok(None);
        }
        if node.has(|t| t.document) {
            return Ok(Some(crate::value!({"number": (self.random.below(100)), "text": "made up"})));
        }
        if node.has(|t| t.json_value) && node.location() == Some(Location::Header) {
            return Ok(Some(Value::Map(Map::new())));
        }
        let (least, greatest) = (whole(node.min()).unwrap_or(0), whole(node.max()));
        Ok(Some(match node.shape_type() {
            ShapeType::Structure(_) if node.has(|t| t.event_stream) => {
                let events = (0..2).filter_map(|_| self.structure(node, depth + 1).transpose());
                Value::List(events.collect::<Result<_>>()?)
            }
            ShapeType::Structure(_) => return self.structure(node, depth + 1),
            ShapeType::List(item) => {
                let (item, count) = (node.follow(item)?, self.count(least, greatest, depth));
                let items = (0..count).filter_map(|_| self.value(item, name, depth + 1).transpose());
                let items = items.collect::<Result<List>>()?;
                if (items.len() as i64) < least {
                    return Ok(None);
                }
                Value::List(items)
            }
            ShapeType::Map { key, value } => self.map(node.follow(key)?, node.follow(value)?, count_of(least, greatest), depth)?,
            ShapeType::String => self.text(node, name).into(),
            ShapeType::Integer => Value::Int(self.number(node, i64::from(i32::MAX))),
            ShapeType::Long => Value::Int(self.number(node, i64::MAX)),
            ShapeType::Float | ShapeType::Double => self.fraction(node),
            ShapeType::Boolean => Value::Bool(self.random.coin()),
            ShapeType::Timestamp => Value::Timestamp(Timestamp::new(self.random.between(1_577_836_800, 1_767_225_600), 0)),
            ShapeType::Blob => {
                let length = self.random.between(least, greatest.unwrap_or(least + 16).min(least + 16));
                (0..length).map(|_| b'a' + self.random.below(26) as u8).collect::<Vec<u8>>().into()
            }
        }))
    }

    /// Returns `None` if a required member would be nested without end.
    fn structure(&mut self, node: Node<'_>, depth: usize) -> Result<Option<Value>> {
        let Some(structure) = node.structure() else { return Ok(None) };
        let mut out = Map::new();
        if node.has(|t| t.union || t.event_stream) {
            return self.one_of(node, structure, depth);
        }
        for member in &structure.members {
            let target = node.member(member)?;
            let in_url = target.location() == Some(Location::Uri) || target.has(|t| t.host_label);
            let required = structure.is_required(&member.name) || (in_url && !self.output);
            let status = self.output && target.location() == Some(Location::StatusCode);
            let streams_in = !self.output && target.has(|t| t.event_stream);
            if status || streams_in || !(required || (depth < OPTIONAL_DEPTH && self.random.coin())) {
                continue;
            }
            match self.value(target, &member.name, depth)? {
                Some(value) => drop(out.insert(member.name.clone(), value)),
                None if required => return Ok(None),
                None => {}
            }
        }
        Ok(Some(Value::Map(out)))
    }

    /// Returns a structure with one member: a random one, or the next one that ends.
    fn one_of(&mut self, node: Node<'_>, structure: &Structure, depth: usize) -> Result<Option<Value>> {
        let members = &structure.members;
        let start = self.random.below(members.len());
        for member in members.iter().cycle().skip(start).take(members.len()) {
            let target = node.member(member)?;
            if depth >= OPTIONAL_DEPTH && target.shape_type().is_nested() && members.len() > 1 && !target.has(|t| t.event) {
                continue;
            }
            if let Some(value) = self.value(target, &member.name, depth)? {
                return Ok(Some(Value::Map(Map::from_iter([(member.name.clone(), value)]))));
            }
        }
        let Some(first) = members.first() else { return Ok(Some(Value::Map(Map::new()))) };
        let value = self.value(node.member(first)?, &first.name, depth + 1)?;
        Ok(value.map(|value| Value::Map(Map::from_iter([(first.name.clone(), value)]))))
    }

    fn map(&mut self, key: Node<'_>, of: Node<'_>, count: (i64, i64), depth: usize) -> Result<Value> {
        let count = if depth < OPTIONAL_DEPTH { self.random.between(count.0, count.1) } else { count.0 };
        let mut out = Map::new();
        // Random keys can be equal, and there can be too few different ones.
        for _ in 0..count.saturating_mul(4) {
            if out.len() as i64 >= count {
                break;
            }
            let Some(value) = self.value(of, "value", depth + 1)? else { break };
            out.insert(self.text(key, "key"), value);
        }
        Ok(Value::Map(out))
    }

    fn count(&mut self, least: i64, greatest: Option<i64>, depth: usize) -> i64 {
        let (least, greatest) = count_of(least, greatest);
        if depth < OPTIONAL_DEPTH { self.random.between(least, greatest) } else { least }
    }

    fn number(&mut self, node: Node<'_>, limit: i64) -> i64 {
        let least = node.min().map_or(0, |min| min.ceil() as i64).max(-limit);
        let greatest = node.max().map_or(limit, |max| max.floor() as i64).min(limit);
        // Small numbers are easier to read.
        self.random.between(least.min(greatest), greatest.min(least.saturating_add(1000)))
    }

    fn fraction(&mut self, node: Node<'_>) -> Value {
        let least = node.min().unwrap_or(0.0);
        let greatest = node.max().unwrap_or(least + 100.0);
        Value::Float(least + (greatest - least) * self.random.below(5) as f64 / 4.0)
    }

    fn text(&mut self, node: Node<'_>, name: &str) -> String {
        let traits = &node.shape().traits;
        if !traits.values.is_empty() {
            return traits.values[self.random.below(traits.values.len())].to_string();
        }
        let implied = i64::from(node.has(|t| t.host_label));
        let least = whole(node.min()).unwrap_or(implied).max(0) as usize;
        let greatest = whole(node.max()).map_or(usize::MAX, |max| max.max(0) as usize);
        if let Some(pattern) = traits.pattern.as_deref().and_then(Pattern::parse)
            && let Some(text) = pattern
                .sample(&mut self.random, least.max(1).min(greatest), greatest)
                .or_else(|| pattern.sample(&mut self.random, least, greatest))
        {
            return text;
        }
        let arn = format!("arn:aws:{}:us-east-1:123456789012:made-up/", node.service().signing_name().unwrap_or("service"));
        let is_arn = name.to_ascii_lowercase().ends_with("arn") && greatest > arn.len() + 8;
        let mut text = if is_arn { arn } else { String::new() };
        let letters = least.saturating_sub(text.len()).max(8).min(greatest - text.len().min(greatest));
        text.extend((0..letters).map(|_| char::from(b'a' + self.random.below(26) as u8)));
        text
    }
}

/// Returns the range of a small count, at least one if that is allowed.
fn count_of(least: i64, greatest: Option<i64>) -> (i64, i64) {
    let greatest = greatest.unwrap_or(i64::MAX);
    (least.max(1).min(greatest), least.saturating_add(2).min(greatest))
}

fn whole(bound: Option<f64>) -> Option<i64> {
    bound.map(|bound| bound as i64)
}

/// A reproducible random number generator: SplitMix64. Its numbers are the same on every machine.
pub(super) struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % (end.max(1) as u64)) as usize
    }

    /// Returns a number from `least` to `greatest`, inclusive.
    pub fn between(&mut self, least: i64, greatest: i64) -> i64 {
        let span = greatest.saturating_sub(least).max(0) as u64;
        least.saturating_add((self.next() % (span.saturating_add(1))) as i64)
    }

    pub fn coin(&mut self) -> bool {
        self.next() & 1 == 1
    }
}
