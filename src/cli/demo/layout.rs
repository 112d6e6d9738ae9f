//! Formats values for readers: on one line if they fit, otherwise one entry per line.

use crate::{Map, Value};

/// The greatest length of a line, in characters.
const WIDTH: usize = 104;

/// Formats a value on one line.
pub(super) fn inline(value: &Value) -> String {
    match value {
        Value::Map(map) => format!("{{{}}}", entries(map, inline).join(", ")),
        Value::List(list) => format!("[{}]", list.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Timestamp(time) => time.to_string(),
        Value::Stream(stream) => format!("{stream:?}"),
        other => other.to_json_text(false),
    }
}

/// Formats a value on as many lines as necessary, all but the first indented by `indent`.
pub(super) fn block(value: &Value, indent: usize) -> String {
    let line = inline(value);
    if line.chars().count() + indent <= WIDTH {
        return line;
    }
    let deeper = |value: &Value| block(value, indent + 2);
    let (open, parts, close) = match value {
        Value::Map(map) => ('{', entries(map, deeper), '}'),
        Value::List(list) => ('[', list.iter().map(deeper).collect(), ']'),
        _ => return line,
    };
    let (outer, inner) = (" ".repeat(indent), " ".repeat(indent + 2));
    format!("{open}\n{inner}{}\n{outer}{close}", parts.join(&format!(",\n{inner}")))
}

fn entries(map: &Map, show: impl Fn(&Value) -> String) -> Vec<String> {
    map.iter().map(|(key, value)| format!("{:?}: {}", key.as_str(), show(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn short_values_stay_on_one_line_and_long_ones_are_broken() {
        let short = value!({"Key": "a & b", "Sizes": [1, 2]});
        assert_eq!(block(&short, 4), r#"{"Key": "a & b", "Sizes": [1, 2]}"#);
        let long = "x".repeat(WIDTH);
        let broken = format!("{{\n    \"Keys\": [\n      \"{long}\"\n    ],\n    \"n\": 1\n  }}");
        assert_eq!(block(&value!({"Keys": [long], "n": 1}), 2), broken);
    }
}
