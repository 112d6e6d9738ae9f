//! The lines that a client of the line protocol sends, checked: every member is known and has the right type.

use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};

use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::{Map, Value};

/// A line of the input.
pub(super) enum Line {
    Request(Box<Request>),
    /// Cancels the call with that ID.
    Cancel(Value),
    /// A part of a request body.
    Chunk(Vec<u8>),
    /// A part of a request body that cannot be read: the call fails.
    InvalidChunk(Error),
    /// The end of a request body.
    End,
}

/// A request that a thread of the pool carries out.
pub(super) struct Request {
    /// None only for [`Verb::Members`]: the names of all services.
    pub service: Option<String>,
    /// The options of the client, under boto3's names.
    pub options: Value,
    pub verb: Verb,
    pub params: Value,
    /// The words that lead to a resource or a collection, if the request is for one.
    pub resource: Option<Vec<String>>,
    /// The parameters of a collection's operation.
    pub filter: Value,
    /// The parameter that follows in chunks.
    pub body_member: Option<String>,
    /// The length of that parameter in bytes.
    pub length: Option<u64>,
    pub deadline: Option<Duration>,
    pub page_size: Option<u64>,
    pub max_items: Option<u64>,
    pub starting_token: Option<String>,
}

pub(super) enum Verb {
    Call(String),
    Paginate(String),
    Wait(String),
    Describe(String),
    /// An attribute or a reference of a resource.
    Get(String),
    Members,
}

impl Verb {
    /// Whether the verb sends requests, rather than reading definitions only.
    pub(super) fn sends(&self) -> bool {
        matches!(self, Verb::Call(_) | Verb::Paginate(_) | Verb::Wait(_) | Verb::Get(_))
    }
}

const VERBS: [&str; 9] = ["call", "paginate", "wait", "describe", "get", "members", "cancel", "chunk", "end"];
const OTHERS: [&str; 11] =
    ["id", "client", "resource", "filter", "params", "stream", "length", "deadline", "page_size", "max_items", "starting_token"];

/// Reads a line.
///
/// # Errors
/// With the ID of the line, or null if it has none.
pub(super) fn parse(line: &[u8]) -> std::result::Result<(Value, Line), (Value, Error)> {
    let value = std::str::from_utf8(line).map_err(|error| invalid(format!("the line is not UTF-8: {error}")));
    let mut value = value.and_then(Value::from_json_text).map_err(|error| (Value::Null, error))?;
    let Some(map) = value.as_map_mut() else { return Err((Value::Null, invalid("the line is not a JSON object"))) };
    let id = map.get("id").cloned().unwrap_or_default();
    if !matches!(id, Value::String(_) | Value::Int(_)) {
        return Err((Value::Null, invalid("\"id\" must be a string or an integer")));
    }
    match members(map) {
        Ok(line) => Ok((id, line)),
        Err(error) => Err((id, error)),
    }
}

fn members(map: &mut Map) -> Result<Line> {
    if let Some(unknown) = map.keys().find(|key| !VERBS.contains(key) && !OTHERS.contains(key)) {
        let near = did_you_mean(unknown, VERBS.into_iter().chain(OTHERS));
        return Err(invalid(format!("unknown member \"{unknown}\".{near}")));
    }
    let verbs: Vec<&str> = VERBS.into_iter().filter(|verb| map.contains_key(verb)).collect();
    let [verb] = verbs[..] else {
        return Err(invalid(format!("expected exactly one of {}; found {}", VERBS.join(", "), verbs.len())));
    };
    let flag = |map: &Map| match map.get(verb) {
        Some(Value::Bool(true)) => Ok(()),
        _ => Err(invalid(format!("\"{verb}\" must be true"))),
    };
    let verb = match verb {
        "cancel" => return Ok(Line::Cancel(map.get("cancel").cloned().unwrap_or_default())),
        "chunk" => {
            let bytes = text(map, "chunk").and_then(|text| {
                let decoded = BASE64_STANDARD.decode(text.unwrap_or_default());
                decoded.map_err(|error| invalid(format!("\"chunk\" is not base64: {error}")))
            });
            return Ok(bytes.map_or_else(Line::InvalidChunk, Line::Chunk));
        }
        "end" => return flag(map).map(|()| Line::End),
        "members" => flag(map).map(|()| Verb::Members)?,
        "call" => Verb::Call(text(map, "call")?.unwrap_or_default()),
        "paginate" => Verb::Paginate(text(map, "paginate")?.unwrap_or_default()),
        "wait" => Verb::Wait(text(map, "wait")?.unwrap_or_default()),
        "get" => Verb::Get(text(map, "get")?.unwrap_or_default()),
        _ => Verb::Describe(text(map, "describe")?.unwrap_or_default()),
    };
    let mut options = map.remove("client").unwrap_or_else(|| Map::new().into());
    let client = options.as_map_mut().ok_or_else(|| invalid("\"client\" must be an object"))?;
    let service = text(client, "service")?;
    client.remove("service");
    if service.is_none() && !matches!(verb, Verb::Members) {
        return Err(invalid("\"client\" has no \"service\""));
    }
    let params = map.remove("params").unwrap_or_else(|| Map::new().into());
    if params.as_map().is_none() {
        return Err(invalid("\"params\" must be an object"));
    }
    let resource = words(map, "resource")?;
    if resource.is_none() && matches!(verb, Verb::Get(_)) {
        return Err(invalid("\"get\" requires \"resource\""));
    }
    if resource.is_some() && matches!(verb, Verb::Describe(_)) {
        return Err(invalid("\"describe\" is for operations, not for a \"resource\""));
    }
    let filter = map.remove("filter").unwrap_or_else(|| Map::new().into());
    if filter.as_map().is_none_or(|filter| resource.is_none() && !filter.is_empty()) {
        return Err(invalid("\"filter\" must be an object, and requires \"resource\""));
    }
    let body_member = text(map, "stream")?;
    if body_member.is_some() && (!matches!(verb, Verb::Call(_)) || resource.is_some()) {
        return Err(invalid("\"stream\" belongs to the \"call\" of an operation"));
    }
    let length = count(map, "length")?;
    if length.is_some() && body_member.is_none() {
        return Err(invalid("\"length\" requires \"stream\""));
    }
    let deadline = seconds(map, "deadline")?;
    if deadline.is_some() && resource.is_some() {
        return Err(invalid("\"deadline\" is not for a \"resource\"; the client's \"config\" limits its calls"));
    }
    Ok(Line::Request(Box::new(Request {
        service,
        options,
        verb,
        params,
        resource,
        filter,
        body_member,
        length,
        deadline,
        page_size: count(map, "page_size")?,
        max_items: count(map, "max_items")?,
        starting_token: text(map, "starting_token")?,
    })))
}

fn text(map: &Map, name: &str) -> Result<Option<String>> {
    match map.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.to_string())),
        Some(other) => Err(invalid(format!("\"{name}\" must be a string, not a {}", other.type_name()))),
    }
}

/// A list of strings, some of which can be integers: identifiers.
fn words(map: &Map, name: &str) -> Result<Option<Vec<String>>> {
    let word = |value: &Value| match value {
        Value::String(text) => Ok(text.to_string()),
        Value::Int(number) => Ok(number.to_string()),
        _ => Err(invalid(format!("\"{name}\" must be a list of strings"))),
    };
    match map.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::List(list)) => list.iter().map(word).collect::<Result<_>>().map(Some),
        Some(_) => Err(invalid(format!("\"{name}\" must be a list of strings"))),
    }
}

fn count(map: &Map, name: &str) -> Result<Option<u64>> {
    match map.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_int().and_then(|number| u64::try_from(number).ok()) {
            Some(number) => Ok(Some(number)),
            None => Err(invalid(format!("\"{name}\" must be a nonnegative integer"))),
        },
    }
}

fn seconds(map: &Map, name: &str) -> Result<Option<Duration>> {
    let number = match map.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Int(number)) => *number as f64,
        Some(Value::Float(number)) => *number,
        Some(_) => return Err(invalid(format!("\"{name}\" must be a number of seconds"))),
    };
    Duration::try_from_secs_f64(number).map(Some).map_err(|error| invalid(format!("\"{name}\": {error}")))
}

/// An error about a line.
pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::ParamValidation, message)
}
