//! JSON as the AWS CLI prints it: four blanks per level, characters beyond ASCII as they are, floats as Python writes them.

use std::fmt::Write;

use crate::text::python;
use crate::value::Value;

/// The text of a value, without a line end.
pub(super) fn text(value: &Value) -> String {
    let mut out = String::new();
    push(&mut out, value, 0);
    out
}

fn push(out: &mut String, value: &Value, level: usize) {
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
                push(out, item, level + 1);
            }
            new_line(out, level, false);
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (i, (key, value)) in map.iter().enumerate() {
                new_line(out, level + 1, i > 0);
                push_text(out, key);
                out.push_str(": ");
                push(out, value, level + 1);
            }
            new_line(out, level, false);
            out.push('}');
        }
        other => push_text(out, &other.to_string()),
    }
}

fn new_line(out: &mut String, level: usize, comma: bool) {
    out.push_str(if comma { ",\n" } else { "\n" });
    (0..level).for_each(|_| out.push_str("    "));
}

fn push_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if (c as u32) < 0x20 => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
