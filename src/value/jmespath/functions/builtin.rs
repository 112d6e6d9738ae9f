//! The built-in functions. Integers remain integers as far as the arithmetic allows. The keys of functions that sort or
//! compare must be all numbers, all strings, or all timestamps.

use std::cmp::Ordering;

use super::{Arguments, type_name};
use crate::value::jmespath::Failure;
use crate::value::jmespath::interpreter::{equal, order};
use crate::value::{Map, Number, Value};

type Result<T = Value> = std::result::Result<T, Failure>;

pub(super) fn abs(arguments: &Arguments) -> Result {
    Ok(match arguments.number(0)? {
        Value::Int(n) => i128::from(*n).abs().into(),
        Value::Number(n) => {
            let digits = n.as_str().trim_start_matches('-');
            Number::parse(digits).map_or(Value::Null, Value::Number)
        }
        other => as_float(other).abs().into(),
    })
}

/// Returns null for an empty array.
pub(super) fn avg(arguments: &Arguments) -> Result {
    let numbers = arguments.numbers(0)?;
    if numbers.is_empty() {
        return Ok(Value::Null);
    }
    Ok(Value::Float(numbers.iter().map(as_float).sum::<f64>() / numbers.len() as f64))
}

pub(super) fn sum(arguments: &Arguments) -> Result {
    let numbers = arguments.numbers(0)?;
    let whole: Option<i128> = numbers.iter().map(|n| n.as_int().map(i128::from)).sum();
    Ok(whole.map_or_else(|| Value::Float(numbers.iter().map(as_float).sum()), Value::from))
}

pub(super) fn ceil(arguments: &Arguments) -> Result {
    arguments.number(0).map(|n| rounded(n, f64::ceil))
}

pub(super) fn floor(arguments: &Arguments) -> Result {
    arguments.number(0).map(|n| rounded(n, f64::floor))
}

/// Returns null for anything that is neither a number nor a string that is one.
pub(super) fn to_number(arguments: &Arguments) -> Result {
    Ok(match arguments.any(0)? {
        Value::String(text) => Number::parse(text.trim()).map_or(Value::Null, number),
        value if value.as_float().is_some() => value.clone(),
        _ => Value::Null,
    })
}

fn as_float(value: &Value) -> f64 {
    value.as_float().unwrap_or(f64::NAN)
}

fn number(n: Number) -> Value {
    match n.as_str().parse() {
        Ok(int) => Value::Int(int),
        Err(_) if n.is_integer() => Value::Number(n),
        Err(_) => Value::Float(n.to_f64()),
    }
}

fn rounded(value: &Value, round: fn(f64) -> f64) -> Value {
    match value {
        Value::Int(_) => value.clone(),
        Value::Number(n) if n.is_integer() => value.clone(),
        _ => {
            let n = round(as_float(value));
            // Within these bounds, every integral double is an i64.
            if n.abs() < 9.0e18 { Value::Int(n as i64) } else { Value::Float(n) }
        }
    }
}

pub(super) fn starts_with(arguments: &Arguments) -> Result {
    Ok(Value::Bool(arguments.text(0)?.starts_with(arguments.text(1)?.as_str())))
}

pub(super) fn ends_with(arguments: &Arguments) -> Result {
    Ok(Value::Bool(arguments.text(0)?.ends_with(arguments.text(1)?.as_str())))
}

pub(super) fn join(arguments: &Arguments) -> Result {
    let glue = arguments.text(0)?;
    let parts: Vec<&str> = arguments.texts(1)?.iter().filter_map(Value::as_str).collect();
    Ok(parts.join(glue).into())
}

/// Returns strings unchanged and everything else as `Display` writes it, which is JSON where possible. As with `jmespath.py`,
/// the JSON is ASCII.
pub(super) fn to_string(arguments: &Arguments) -> Result {
    Ok(match arguments.any(0)? {
        text @ Value::String(_) => text.clone(),
        other => {
            let text = other.to_string();
            if text.is_ascii() { text.into() } else { ascii(&text).into() }
        }
    })
}

/// JSON with escapes for the characters that are not ASCII, which occur within its strings only.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if c.is_ascii() {
            text.push(c);
        } else {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| text.push_str(&format!("\\u{unit:04x}")));
        }
    }
    text
}

pub(super) fn contains(arguments: &Arguments) -> Result {
    let wanted = arguments.any(1)?;
    match arguments.any(0)? {
        Value::String(text) => Ok(Value::Bool(wanted.as_str().is_some_and(|part| text.contains(part)))),
        Value::List(list) => Ok(Value::Bool(list.iter().any(|element| equal(element, wanted)))),
        other => Err(arguments.wrong(0, "an array or a string", type_name(other))),
    }
}

pub(super) fn keys(arguments: &Arguments) -> Result {
    Ok(arguments.map(0)?.iter().map(|(key, _)| key).collect())
}

pub(super) fn values(arguments: &Arguments) -> Result {
    Ok(arguments.map(0)?.values().collect())
}

/// The length of a string is its number of characters.
pub(super) fn length(arguments: &Arguments) -> Result {
    match arguments.any(0)? {
        Value::String(text) => Ok(text.chars().count().into()),
        Value::List(list) => Ok(list.len().into()),
        Value::Map(map) => Ok(map.len().into()),
        other => Err(arguments.wrong(0, "a string, an array, or an object", type_name(other))),
    }
}

/// Unlike a projection, this keeps nulls.
pub(super) fn map(arguments: &Arguments) -> Result {
    let expression = arguments.expression(0)?;
    let mapped: Result<Vec<_>> = arguments.list(1)?.iter().map(expression).collect();
    Ok(mapped?.into())
}

pub(super) fn merge(arguments: &Arguments) -> Result {
    let mut merged: Map = arguments.map(0)?.clone();
    for index in 1..arguments.len() {
        for (key, value) in arguments.map(index)? {
            merged.insert(key.clone(), value);
        }
    }
    Ok(merged.into())
}

pub(super) fn not_null(arguments: &Arguments) -> Result {
    for index in 0..arguments.len() {
        let value = arguments.any(index)?;
        if !value.is_null() {
            return Ok(value.clone());
        }
    }
    Ok(Value::Null)
}

pub(super) fn reverse(arguments: &Arguments) -> Result {
    match arguments.any(0)? {
        Value::String(text) => Ok(text.chars().rev().collect::<String>().into()),
        Value::List(list) => Ok(list.iter().rev().collect()),
        other => Err(arguments.wrong(0, "an array or a string", type_name(other))),
    }
}

pub(super) fn to_array(arguments: &Arguments) -> Result {
    match arguments.any(0)? {
        list @ Value::List(_) => Ok(list.clone()),
        other => Ok([other].into()),
    }
}

pub(super) fn type_of(arguments: &Arguments) -> Result {
    arguments.any(0).map(|value| type_name(value).into())
}

pub(super) fn sort(arguments: &Arguments) -> Result {
    let mut keyed = elements(arguments)?;
    keyed.sort_by(by_key);
    Ok(without_keys(keyed))
}

pub(super) fn sort_by(arguments: &Arguments) -> Result {
    let mut keyed = elements_by(arguments)?;
    keyed.sort_by(by_key);
    Ok(without_keys(keyed))
}

pub(super) fn max(arguments: &Arguments) -> Result {
    elements(arguments).map(|keyed| first_where(keyed, Ordering::Greater))
}

pub(super) fn max_by(arguments: &Arguments) -> Result {
    elements_by(arguments).map(|keyed| first_where(keyed, Ordering::Greater))
}

pub(super) fn min(arguments: &Arguments) -> Result {
    elements(arguments).map(|keyed| first_where(keyed, Ordering::Less))
}

pub(super) fn min_by(arguments: &Arguments) -> Result {
    elements_by(arguments).map(|keyed| first_where(keyed, Ordering::Less))
}

/// An element, and the key by which it is ordered.
type Keyed = (Value, Value);

fn elements(arguments: &Arguments) -> Result<Vec<Keyed>> {
    let keyed: Vec<Keyed> = arguments.list(0)?.iter().map(|element| (element.clone(), element.clone())).collect();
    check(arguments, 0, "an array of all numbers, all strings, or all timestamps", &keyed)?;
    Ok(keyed)
}

fn elements_by(arguments: &Arguments) -> Result<Vec<Keyed>> {
    let list = arguments.list(0)?;
    let key = arguments.expression(1)?;
    let keyed = list.iter().map(|element| Ok((key(element)?, element.clone()))).collect::<Result<Vec<Keyed>>>()?;
    check(arguments, 1, "an expression that yields all numbers, all strings, or all timestamps", &keyed)?;
    Ok(keyed)
}

fn check(arguments: &Arguments, index: usize, wanted: &str, keyed: &[Keyed]) -> Result<()> {
    let Some((first, _)) = keyed.first() else { return Ok(()) };
    let kind = type_name(first);
    let sortable = matches!(kind, "number" | "string" | "timestamp");
    match keyed.iter().map(|(key, _)| type_name(key)).find(|other| !sortable || *other != kind) {
        None => Ok(()),
        Some(other) if other == kind => Err(arguments.wrong(index, wanted, kind)),
        Some(other) => Err(arguments.wrong(index, wanted, &format!("{kind} and {other}"))),
    }
}

/// A total order, without which sorting might panic. NaN comes last.
fn by_key(a: &Keyed, b: &Keyed) -> Ordering {
    let is_nan = |key: &Value| key.as_float().is_some_and(f64::is_nan);
    order(&a.0, &b.0).unwrap_or_else(|| is_nan(&a.0).cmp(&is_nan(&b.0)))
}

fn without_keys(keyed: Vec<Keyed>) -> Value {
    keyed.into_iter().map(|(_, element)| element).collect()
}

/// Returns the first element with the greatest or least key, or null if there are no elements.
fn first_where(keyed: Vec<Keyed>, wanted: Ordering) -> Value {
    let best = keyed.into_iter().reduce(|best, next| if by_key(&next, &best) == wanted { next } else { best });
    best.map_or(Value::Null, |(_, element)| element)
}
