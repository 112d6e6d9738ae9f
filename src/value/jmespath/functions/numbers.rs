//! Functions on numbers. Whole numbers stay whole as far as the arithmetic allows.

use super::arguments::Arguments;
use crate::value::jmespath::failure::Failure;
use crate::value::{Number, Value};

type Result = std::result::Result<Value, Failure>;

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

/// Null for an empty array.
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

/// Null for what is neither a number nor text that is one.
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
            // Within these bounds every whole double is an i64.
            if n.abs() < 9.0e18 { Value::Int(n as i64) } else { Value::Float(n) }
        }
    }
}
