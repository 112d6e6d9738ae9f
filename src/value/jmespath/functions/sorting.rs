//! Functions that order: the keys must be all numbers, all strings, or all timestamps.

use std::cmp::Ordering;

use super::arguments::{Arguments, type_name};
use crate::value::Value;
use crate::value::jmespath::compare::order;
use crate::value::jmespath::failure::Failure;

type Result<T = Value> = std::result::Result<T, Failure>;

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
    check(arguments, 0, "an array of all numbers, all strings or all timestamps", &keyed)?;
    Ok(keyed)
}

fn elements_by(arguments: &Arguments) -> Result<Vec<Keyed>> {
    let list = arguments.list(0)?;
    let key = arguments.expression(1)?;
    let keyed = list.iter().map(|element| Ok((key(element)?, element.clone()))).collect::<Result<Vec<Keyed>>>()?;
    check(arguments, 1, "an expression that gives all numbers, all strings or all timestamps", &keyed)?;
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

/// A total order, without which sorting may panic: NaN comes last.
fn by_key(a: &Keyed, b: &Keyed) -> Ordering {
    let is_nan = |key: &Value| key.as_float().is_some_and(f64::is_nan);
    order(&a.0, &b.0).unwrap_or_else(|| is_nan(&a.0).cmp(&is_nan(&b.0)))
}

fn without_keys(keyed: Vec<Keyed>) -> Value {
    keyed.into_iter().map(|(_, element)| element).collect()
}

/// The first of the elements whose key is the greatest or the least; null where there are none.
fn first_where(keyed: Vec<Keyed>, wanted: Ordering) -> Value {
    let best = keyed.into_iter().reduce(|best, next| if by_key(&next, &best) == wanted { next } else { best });
    best.map_or(Value::Null, |(_, element)| element)
}
