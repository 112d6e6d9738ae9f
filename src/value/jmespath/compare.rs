//! When values are equal, which comes first, and which are true.

use std::cmp::Ordering;

use crate::value::{Timestamp, Value};

/// Null, false, and what is empty are false; everything else is true, 0 included.
pub(super) fn is_true(value: &Value) -> bool {
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

/// Deep equality, where numbers are equal by their amount.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Map(a), Value::Map(b)) => a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b))),
        (Value::String(a), Value::String(b)) => a == b,
        _ => order(a, b).map_or_else(|| a == b, Ordering::is_eq),
    }
}

/// Which comes first: of two numbers, two texts, two instants, or an instant and text that is one.
pub(super) fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        (Value::Timestamp(a), Value::Timestamp(b)) => Some(a.cmp(b)),
        (Value::Timestamp(a), Value::String(b)) => Some(a.cmp(&Timestamp::parse(b).ok()?)),
        (Value::String(a), Value::Timestamp(b)) => Some(Timestamp::parse(a).ok()?.cmp(b)),
        _ => order_numbers(a, b),
    }
}

/// By the exact amounts: rounding a whole number to a float would make an order that sorting cannot use.
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

/// Whether values of these types can be compared with `<`, whatever they are: NaN can.
pub(super) fn comparable(a: &Value, b: &Value) -> bool {
    order(a, b).is_some() || (a.as_float().is_some() && b.as_float().is_some())
}
