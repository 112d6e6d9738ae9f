//! JSON as the AWS CLI prints it: four blanks per level, characters beyond ASCII as they are, floats as Python writes them.

use super::Look;
use crate::text::json::push_escape;
use crate::text::python;
use crate::value::Value;

/// Bold blue, as the values of a table.
const KEY: &str = "1;34";
const TEXT: &str = "32";

/// The text of a value, without a line end.
pub(super) fn text(value: &Value, look: Look) -> String {
    let mut out = String::new();
    push(&mut out, value, 0, look);
    out
}

fn push(out: &mut String, value: &Value, level: usize, look: Look) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Float(number) => python::push_float(out, *number),
        Value::Int(_) | Value::Number(_) => out.push_str(&value.to_string()),
        Value::List(list) if list.is_empty() => out.push_str("[]"),
        Value::Map(map) if map.is_empty() => out.push_str("{}"),
        Value::List(list) => {
            out.push('[');
            for (i, item) in list.iter().enumerate() {
                new_line(out, level + 1, i > 0);
                push(out, item, level + 1, look);
            }
            new_line(out, level, false);
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (i, (key, value)) in map.iter().enumerate() {
                new_line(out, level + 1, i > 0);
                push_text(out, key, KEY, look);
                out.push_str(": ");
                push(out, value, level + 1, look);
            }
            new_line(out, level, false);
            out.push('}');
        }
        other => push_text(out, &other.to_string(), TEXT, look),
    }
}

fn new_line(out: &mut String, level: usize, comma: bool) {
    out.push_str(if comma { ",\n" } else { "\n" });
    (0..level).for_each(|_| out.push_str("    "));
}

fn push_text(out: &mut String, text: &str, color: &str, look: Look) {
    if look.colors {
        out.push_str("\x1b[");
        out.push_str(color);
        out.push('m');
    }
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' | '\0'..='\x1f' => push_escape(out, c),
            c => out.push(c),
        }
    }
    out.push('"');
    if look.colors {
        out.push_str("\x1b[0m");
    }
}
