//! Evaluates expressions by walking the tree, borrowing the data wherever possible.
//!
//! The walk recurses as deep as the tree, whose depth the parser limits.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::Failure;
use super::functions::Arguments;
use super::node::{Comparator, Join, Node};
use crate::value::nested::all_equal;
use crate::value::{Map, Str, Timestamp, Value};

type Found<'a> = Result<Cow<'a, Value>, Failure>;

const NULL: Cow<'static, Value> = Cow::Owned(Value::Null);

pub(super) fn evaluate<'a>(node: &'a Node, current: &'a Value) -> Found<'a> {
    Ok(match node {
        Node::Current => Cow::Borrowed(current),
        Node::Field(name) => current.get(name).map_or(NULL, Cow::Borrowed),
        Node::Literal(value) => Cow::Borrowed(value),
        Node::Index(index) => at_index(current, *index).map_or(NULL, Cow::Borrowed),
        Node::Slice { start, stop, step } => Cow::Owned(slice(current, *start, *stop, *step)),
        Node::Joined(Join::Chain, nodes) => chain(nodes, current)?,
        Node::Joined(Join::Or, nodes) => first_that_is(true, nodes, current)?,
        Node::Joined(Join::And, nodes) => first_that_is(false, nodes, current)?,
        Node::Not(operand) => Cow::Owned(Value::Bool(!is_true(&*evaluate(operand, current)?))),
        Node::Comparison(comparator, sides) => {
            Cow::Owned(compare(*comparator, &*evaluate(&sides[0], current)?, &*evaluate(&sides[1], current)?))
        }
        Node::MultiSelectList(nodes) => Cow::Owned(multi_select_list(nodes, current)?),
        Node::MultiSelectHash(entries) => Cow::Owned(multi_select_hash(entries, current)?),
        Node::Flatten(operand) => Cow::Owned(flatten(&*evaluate(operand, current)?)),
        Node::Projection(sides) => {
            let [left, right] = &**sides;
            match &*evaluate(left, current)? {
                Value::List(list) => Cow::Owned(project(list.iter(), right)?),
                _ => NULL,
            }
        }
        Node::ValueProjection(sides) => {
            let [left, right] = &**sides;
            match &*evaluate(left, current)? {
                Value::Map(map) => Cow::Owned(project(map.values(), right)?),
                _ => NULL,
            }
        }
        Node::Filter(parts) => {
            let [left, condition, right] = &**parts;
            match &*evaluate(left, current)? {
                Value::List(list) => Cow::Owned(filter(list, condition, right)?),
                _ => NULL,
            }
        }
        Node::Call(function, arguments) => Cow::Owned(function.call(&Arguments::evaluate(function, arguments, current)?)?),
    })
}

fn chain<'a>(nodes: &'a [Node], current: &'a Value) -> Found<'a> {
    let mut found = Cow::Borrowed(current);
    for node in nodes {
        found = match found {
            Cow::Borrowed(value) => evaluate(node, value)?,
            Cow::Owned(value) => Cow::Owned(evaluate(node, &value)?.into_owned()),
        };
    }
    Ok(found)
}

fn first_that_is<'a>(truth: bool, nodes: &'a [Node], current: &'a Value) -> Found<'a> {
    let mut found = NULL;
    for node in nodes {
        found = evaluate(node, current)?;
        if is_true(&found) == truth {
            break;
        }
    }
    Ok(found)
}

fn compare(comparator: Comparator, a: &Value, b: &Value) -> Value {
    match comparator {
        Comparator::Equal => Value::Bool(equal(a, b)),
        Comparator::NotEqual => Value::Bool(!equal(a, b)),
        _ if comparable(a, b) => Value::Bool(order(a, b).is_some_and(|ordering| comparator.accepts(ordering))),
        _ => Value::Null,
    }
}

fn at_index(value: &Value, index: i64) -> Option<&Value> {
    let list = value.as_list()?;
    let index =
        if index < 0 { list.len().checked_sub(usize::try_from(index.unsigned_abs()).ok()?)? } else { usize::try_from(index).ok()? };
    list.get(index)
}

/// Returns the elements from `start` up to but not including `stop`, with the semantics of Python slices.
fn slice(value: &Value, start: Option<i64>, stop: Option<i64>, step: i64) -> Value {
    let Some(list) = value.as_list() else { return Value::Null };
    let length = list.len() as i64;
    // The range of valid positions. With a negative step, it includes the position before the first element.
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let place = |n: i64| (if n < 0 { n.saturating_add(length) } else { n }).clamp(lowest, highest);
    let (first, last) = if step > 0 { (lowest, highest) } else { (highest, lowest) };
    let mut at = start.map_or(first, place);
    let stop = stop.map_or(last, place);
    let mut elements = Vec::new();
    while if step > 0 { at < stop } else { at > stop } {
        elements.push(list[at as usize].clone());
        at = at.saturating_add(step);
    }
    elements.into()
}

/// A multi-select on null is null.
fn multi_select_list(nodes: &[Node], current: &Value) -> Result<Value, Failure> {
    if current.is_null() {
        return Ok(Value::Null);
    }
    let elements: Result<Vec<_>, _> = nodes.iter().map(|node| evaluate(node, current).map(Cow::into_owned)).collect();
    Ok(elements?.into())
}

fn multi_select_hash(entries: &[(Str, Node)], current: &Value) -> Result<Value, Failure> {
    if current.is_null() {
        return Ok(Value::Null);
    }
    let mut map = Map::with_capacity(entries.len());
    for (key, node) in entries {
        map.insert(key.clone(), evaluate(node, current)?.into_owned());
    }
    Ok(Value::Map(map))
}

/// Flattens one level of lists.
fn flatten(value: &Value) -> Value {
    let Some(list) = value.as_list() else { return Value::Null };
    let mut flat = Vec::with_capacity(list.len());
    for element in list {
        match element {
            Value::List(inner) => flat.extend_from_slice(inner),
            other => flat.push(other.clone()),
        }
    }
    flat.into()
}

/// Evaluates `right` on each of the values and omits nulls.
fn project<'v>(values: impl Iterator<Item = &'v Value>, right: &Node) -> Result<Value, Failure> {
    let mut found = Vec::with_capacity(values.size_hint().0);
    for value in values {
        push_projected(&mut found, value, right)?;
    }
    Ok(found.into())
}

fn filter(values: &[Value], condition: &Node, right: &Node) -> Result<Value, Failure> {
    let mut found = Vec::new();
    for value in values {
        if is_true(&*evaluate(condition, value)?) {
            push_projected(&mut found, value, right)?;
        }
    }
    Ok(found.into())
}

fn push_projected(found: &mut Vec<Value>, value: &Value, right: &Node) -> Result<(), Failure> {
    let result = evaluate(right, value)?;
    if !result.is_null() {
        found.push(result.into_owned());
    }
    Ok(())
}

/// Null, false, and empty values are false; everything else, including 0, is true.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(b) => *b,
        Value::String(text) => !text.is_empty(),
        Value::Bytes(bytes) => !bytes.is_empty(),
        Value::List(list) => !list.is_empty(),
        Value::Map(map) => !map.is_empty(),
        _ => true,
    }
}

/// Deep equality, in which numbers are compared by their numeric values.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    all_equal(vec![(a, b)], |a, b| match (a, b) {
        (Value::String(a), Value::String(b)) => a == b,
        _ => order(a, b).map_or_else(|| a == b, Ordering::is_eq),
    })
}

/// Orders two numbers, two strings, two timestamps, or a timestamp and a string that is one.
pub(super) fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        (Value::Timestamp(a), Value::Timestamp(b)) => Some(a.cmp(b)),
        (Value::Timestamp(a), Value::String(b)) => Some(a.cmp(&Timestamp::parse(b).ok()?)),
        (Value::String(a), Value::Timestamp(b)) => Some(Timestamp::parse(a).ok()?.cmp(b)),
        _ => order_numbers(a, b),
    }
}

/// Orders numbers by their exact values. Rounding an integer to a float would yield an inconsistent order, which sorting cannot
/// handle.
fn order_numbers(a: &Value, b: &Value) -> Option<Ordering> {
    match (a.as_int(), b.as_int()) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        (Some(a), None) => order_int_and_float(a, b.as_float()?),
        (None, Some(b)) => order_int_and_float(b, a.as_float()?).map(Ordering::reverse),
        (None, None) => a.as_float()?.partial_cmp(&b.as_float()?),
    }
}

fn order_int_and_float(int: i64, float: f64) -> Option<Ordering> {
    const BEYOND_I64: f64 = 9_223_372_036_854_775_808.0;
    match float {
        _ if float.is_nan() => None,
        _ if float >= BEYOND_I64 => Some(Ordering::Less),
        _ if float < -BEYOND_I64 => Some(Ordering::Greater),
        _ => Some(int.cmp(&(float.trunc() as i64)).then(0.0_f64.partial_cmp(&float.fract())?)),
    }
}

/// Returns whether values of these types can be compared with `<`, regardless of their values; NaN can be.
fn comparable(a: &Value, b: &Value) -> bool {
    order(a, b).is_some() || (a.as_float().is_some() && b.as_float().is_some())
}
