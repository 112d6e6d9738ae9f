//! What an expression finds: a walk over the tree, with the data borrowed as long as that goes.
//!
//! The walk recurses as deep as the tree, which the parser bounds.

use std::borrow::Cow;

use super::compare::{comparable, equal, is_true, order};
use super::failure::Failure;
use super::functions::Arguments;
use super::node::{Comparator, Join, Node};
use crate::value::{Map, Str, Value};

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

/// The elements from `start` up to, not including, `stop`, as Python slices.
fn slice(value: &Value, start: Option<i64>, stop: Option<i64>, step: i64) -> Value {
    let Some(list) = value.as_list() else { return Value::Null };
    let length = list.len() as i64;
    // The positions at which a slice may begin and end: one before the first element belongs to negative steps.
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

/// On null a multi-select is null.
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

/// One level of lists is opened.
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

/// What `right` finds in each of the values; nulls are left out.
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
