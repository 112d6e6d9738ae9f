//! Values as text, the way that messages and templates of the rule language show them.
//!
//! That is the reference implementation's way: `True`, `None`, `('a', 'b')`, `<class 'str'>`.

use crate::value::Value;

/// Appends `value` as a template shows it.
pub(super) fn push(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => out.push_str(text),
        Value::Null => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::List(items) => {
            out.push('(');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                push_quoted(out, item);
            }
            out.push_str(if items.len() == 1 { ",)" } else { ")" });
        }
        other => out.push_str(&format!("{other:?}")),
    }
}

fn push_quoted(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => {
            out.push('\'');
            out.push_str(text);
            out.push('\'');
        }
        other => push(out, other),
    }
}

/// The name of the value's type, as messages of type errors have it.
pub(super) fn class(value: &Value) -> &'static str {
    match value {
        Value::Null => "<class 'NoneType'>",
        Value::Bool(_) => "<class 'bool'>",
        Value::Int(_) => "<class 'int'>",
        Value::Float(_) => "<class 'float'>",
        Value::String(_) => "<class 'str'>",
        Value::Bytes(_) => "<class 'bytes'>",
        Value::List(_) => "<class 'tuple'>",
        Value::Map(_) => "<class 'dict'>",
        Value::Number(_) => "<class 'decimal.Decimal'>",
        Value::Timestamp(_) => "<class 'datetime.datetime'>",
        Value::Stream(_) => "<class 'io.IOBase'>",
    }
}
