//! YAML: the text of values, and documents as values (`--cli-input-yaml`, templates of CloudFormation, files of kubectl).
//!
//! The parser delivers events; this module builds values from them, and writes the block style that the AWS CLI writes.

use std::collections::HashMap;
use std::io;

use granit_parser::{Event, Parser, ScalarStyle};

use crate::cli::failure::{Failure, Result};
use crate::value::{List, Map, Value};

/// Collections that are nested more deeply are rejected.
const DEEPEST: usize = 500;
/// The greatest number of values that a document may have once its aliases are replaced.
const LARGEST: usize = 1_000_000;
/// Keys with more characters must be marked as such.
const LONG_KEY: usize = 1000;

/// How the parts of a document that are no plain data become values.
#[derive(Clone, Copy)]
pub(crate) struct Reading {
    /// The value of a scalar without quotes.
    pub plain: fn(&str) -> Value,
    /// The value of a node with a tag of its own.
    pub tagged: fn(&str, Value) -> Value,
}

/// Parses a document by the core schema of YAML 1.2. Tags are ignored.
///
/// # Errors
/// A usage failure with the position of the problem.
pub(crate) fn parse(text: &str) -> Result<Value> {
    parse_as(text, Reading { plain: core, tagged: |_, value| value }).map(Option::unwrap_or_default)
}

/// Parses a document; `None` if it is empty.
///
/// # Errors
/// A usage failure with the position of the problem; for a second document, for a key that is not text, and for a document
/// that is too large or too deep.
pub(crate) fn parse_as(text: &str, reading: Reading) -> Result<Option<Value>> {
    let mut builder = Builder { reading, open: Vec::new(), anchors: HashMap::new(), size: 0, done: None };
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| Failure::usage(format!("Invalid YAML: {error}")))?;
        builder.event(event)?;
    }
    Ok(builder.done)
}

/// Builds a value from the events of the parser.
struct Builder {
    reading: Reading,
    open: Vec<Open>,
    /// The values of anchors, with the number of values in them.
    anchors: HashMap<usize, (Value, usize)>,
    size: usize,
    done: Option<Value>,
}

/// A list or map that is not complete, with its tag and anchor, and the number of values before it.
struct Open {
    tag: Option<String>,
    anchor: usize,
    before: usize,
    node: OpenNode,
}

enum OpenNode {
    List(List),
    /// The pairs, and the key whose value comes next.
    Map(Map, Option<String>),
}

impl Builder {
    fn event(&mut self, event: Event<'_>) -> Result<()> {
        let tag = event.tag().filter(|tag| tag.is_custom()).map(|tag| tag.suffix().trim_start_matches('!').to_owned());
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let is_key = matches!(self.open.last(), Some(Open { node: OpenNode::Map(_, None), .. }));
                let is_plain = matches!(style, ScalarStyle::Plain) && !is_key && tag.is_none();
                let value = if is_plain { (self.reading.plain)(&text) } else { Value::from(text.as_ref()) };
                self.size += 1;
                self.add(value, tag, anchor, 1)
            }
            Event::SequenceStart(_, anchor, _) => self.open(tag, anchor, OpenNode::List(List::new())),
            Event::MappingStart(_, anchor, _) => self.open(tag, anchor, OpenNode::Map(Map::new(), None)),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { tag, anchor, before, node }) = self.open.pop() else { return Ok(()) };
                let value = match node {
                    OpenNode::List(list) => list.into(),
                    OpenNode::Map(map, _) => map.into(),
                };
                self.add(value, tag, anchor, self.size - before)
            }
            Event::Alias(anchor) => {
                let (value, size) = self.anchors.get(&anchor).cloned().unwrap_or_default();
                self.size += size;
                self.add(value, None, 0, size)
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, tag: Option<String>, anchor: usize, node: OpenNode) -> Result<()> {
        if self.open.len() >= DEEPEST {
            return Err(Failure::usage(format!("Invalid YAML: the document is nested more than {DEEPEST} levels deep")));
        }
        self.open.push(Open { tag, anchor, before: self.size, node });
        self.size += 1;
        Ok(())
    }

    fn add(&mut self, value: Value, tag: Option<String>, anchor: usize, size: usize) -> Result<()> {
        if self.size > LARGEST {
            return Err(Failure::usage(format!("Invalid YAML: the document has more than {LARGEST} values")));
        }
        let value = match tag {
            Some(tag) => (self.reading.tagged)(&tag, value),
            None => value,
        };
        if anchor != 0 {
            self.anchors.insert(anchor, (value.clone(), size));
        }
        match self.open.last_mut().map(|open| &mut open.node) {
            None if self.done.is_some() => return Err(Failure::usage("Invalid YAML: there is more than one document")),
            None => self.done = Some(value),
            Some(OpenNode::List(list)) => list.push(value),
            Some(OpenNode::Map(map, key)) => match key.take() {
                Some(key) => drop(map.insert(key, value)),
                None => match value {
                    Value::String(text) => *key = Some(text.to_string()),
                    other => return Err(Failure::usage(format!("Invalid YAML: the key {other} is not text"))),
                },
            },
        }
        Ok(())
    }
}

/// A scalar without quotes, by the core schema of YAML 1.2.
fn core(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return true.into(),
        "false" | "False" | "FALSE" => return false.into(),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return f64::INFINITY.into(),
        "-.inf" | "-.Inf" | "-.INF" => return f64::NEG_INFINITY.into(),
        ".nan" | ".NaN" | ".NAN" => return f64::NAN.into(),
        _ => {}
    }
    if let Some(number) = text.strip_prefix("0x").and_then(|digits| i64::from_str_radix(digits, 16).ok()) {
        return number.into();
    }
    if let Some(number) = text.strip_prefix("0o").and_then(|digits| i64::from_str_radix(digits, 8).ok()) {
        return number.into();
    }
    let digits = text.trim_start_matches(['+', '-']);
    let is_number = digits.len() + 1 >= text.len() && digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    if is_number && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        // Integers beyond 64 bits keep their digits.
        let plain = text.trim_start_matches('+');
        return plain
            .parse::<i64>()
            .map(Value::from)
            .ok()
            .or_else(|| crate::Number::parse(plain).map(Value::Number))
            .unwrap_or_else(|| text.into());
    }
    let is_float = is_number && digits.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte)) && digits != ".";
    match text.parse::<f64>() {
        Ok(number) if is_float => number.into(),
        _ => text.into(),
    }
}

/// The text of a value, with a line end. Lists stand below their keys without an indent, as the AWS CLI writes them.
///
/// # Errors
/// If the value has a stream.
pub(crate) fn text(value: &Value) -> io::Result<String> {
    let mut out = String::new();
    write(&mut out, value, 0, Place::Line)?;
    Ok(out)
}

/// Where a value begins.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// On a line of its own.
    Line,
    /// After the dash of a list.
    Item,
    /// After a key and its colon.
    Key,
}

fn write(out: &mut String, value: &Value, indent: usize, place: Place) -> io::Result<()> {
    let items: Vec<&Value> = match value {
        Value::Map(map) if !map.is_empty() => {
            if place == Place::Key {
                out.push('\n');
            }
            for (index, (key, value)) in map.iter().enumerate() {
                if place != Place::Item || index > 0 {
                    pad(out, indent);
                }
                let key = scalar(key);
                if key.chars().count() > LONG_KEY {
                    out.push_str(&format!("? {key}\n"));
                    pad(out, indent);
                } else {
                    out.push_str(&key);
                }
                out.push(':');
                // A list may stand at the indent of its key, a map may not.
                let is_list = matches!(value, Value::List(_) | Value::Set(_));
                write(out, value, if is_list { indent } else { indent + 2 }, Place::Key)?;
            }
            return Ok(());
        }
        Value::List(list) if !list.is_empty() => list.iter().collect(),
        Value::Set(set) if !set.is_empty() => set.iter().collect(),
        Value::Stream(_) => return Err(io::Error::other("a stream cannot be written as YAML")),
        scalar => {
            if place == Place::Key {
                out.push(' ');
            }
            write_scalar(out, scalar, indent);
            return Ok(());
        }
    };
    if place == Place::Key {
        out.push('\n');
    }
    for (index, item) in items.into_iter().enumerate() {
        if place != Place::Item || index > 0 {
            pad(out, indent);
        }
        out.push_str("- ");
        write(out, item, indent + 2, Place::Item)?;
    }
    Ok(())
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn write_scalar(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::String(text) if is_block(text) => {
            let chomping = match (text.ends_with('\n'), text.ends_with("\n\n")) {
                (_, true) => "|+\n",
                (true, false) => "|\n",
                (false, false) => "|-\n",
            };
            out.push_str(chomping);
            for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                if !line.is_empty() {
                    pad(out, indent.max(2));
                    out.push_str(line);
                }
                out.push('\n');
            }
            return;
        }
        Value::String(text) => out.push_str(&scalar(text)),
        Value::Map(_) => out.push_str("{}"),
        Value::List(_) | Value::Set(_) => out.push_str("[]"),
        Value::Float(number) if number.is_nan() => out.push_str(".nan"),
        Value::Float(number) if number.is_infinite() => out.push_str(if *number > 0.0 { ".inf" } else { "-.inf" }),
        Value::Bytes(_) | Value::Timestamp(_) => out.push_str(&scalar(&value.to_string())),
        other => out.push_str(&other.to_string()),
    }
    out.push('\n');
}

/// Whether a text is readable as a literal block: it has several lines, none of which has only blanks, and does not begin
/// with one.
fn is_block(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\t', '\n'])
        && text.chars().all(|c| c == '\n' || c == '\t' || is_printable(c))
        && text.split('\n').all(|line| line.is_empty() || !line.trim().is_empty())
}

/// A text in one line: without quotes if it can be read back as this text, by YAML 1.1 as well.
fn scalar(text: &str) -> String {
    if !text.chars().all(is_printable) {
        return double_quoted(text);
    }
    let lower = text.to_ascii_lowercase();
    let is_other = matches!(lower.as_str(), "" | "~" | "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | "=" | "<<");
    // Numbers, dates, times, and what looks like them.
    let is_number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    let is_special = text.starts_with(['?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`', ' '])
        || text.ends_with([' ', ':'])
        || text.contains(": ")
        || text.contains(" #");
    match is_other || is_number || is_special {
        true => format!("'{}'", text.replace('\'', "''")),
        false => text.to_owned(),
    }
}

/// Whether YAML allows the character outside of double quotes, and everybody sees it.
fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn double_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 8);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if is_printable(c) => quoted.push(c),
            c => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn values_are_written_in_block_style() {
        let value = value!({
            "Name": "a b", "Empty": "", "Number": 5, "Text": "5", "Answer": "yes", "None": Value::Null, "List": [], "Map": {},
            "Items": [{"Key": "k", "Values": ["x", ["p", "q"]]}, "it's", ["one"]],
            "Code": "def f():\n  return 1\n", "Tail": "a\nb", "Time": "2024-01-02T03:04:05+00:00", "a: b": {"c": true},
        });
        let expected = "Name: a b\nEmpty: ''\nNumber: 5\nText: '5'\nAnswer: 'yes'\nNone: null\nList: []\nMap: {}\nItems:\n- Key: k\n  \
                        Values:\n  - x\n  - - p\n    - q\n- it's\n- - one\nCode: |\n  def f():\n    return 1\nTail: |-\n  a\n  b\nTime: \
                        '2024-01-02T03:04:05+00:00'\n'a: b':\n  c: true\n";
        assert_eq!(text(&value).unwrap(), expected);
        assert_eq!(parse(expected).unwrap(), value);
    }

    /// What is written is read back, here and by another implementation.
    #[test]
    fn every_text_survives() {
        let parts =
            ["", "a", " ", "\n", "\t", "'", "\"", "\\", ":", "#", "- ", "é☃😀", "\u{85}", "\u{2028}", "\r", "0", "!", "|", "\0", "x\n\n"];
        let mut texts: Vec<String> =
            ["~", "null", "1e3", "0x1f", "-", "...", "---", "<<", "1_000", "12:30:45", "?", "%a", "@", ".5", "=", "no"]
                .map(str::to_owned)
                .to_vec();
        for a in parts {
            for b in parts {
                for c in parts {
                    texts.push([a, b, c].concat());
                }
            }
        }
        texts.push("k".repeat(2000));
        for chunk in texts.chunks(400) {
            let list: List = chunk.iter().map(|text| Value::from(text.as_str())).collect();
            let map: Map = chunk.iter().map(|text| (text.as_str(), value!({"v": text.as_str(), "w": [[text.as_str()]]}))).collect();
            let value = value!([list, map]);
            let written = text(&value).unwrap();
            assert_eq!(parse(&written).unwrap(), value);
            let other: serde_json::Value = serde_saphyr::from_str(&written).unwrap();
            assert_eq!(Value::from(other), value);
        }
    }

    #[test]
    fn scalars_follow_the_core_schema() {
        let read =
            parse("[0x1f, 0o17, 007, +5, -5, 1.5, 1e3, .5, 12345678901234567890, yes, 1_000, ~, True, 2024-01-02, 1.2.3, .]").unwrap();
        let big = crate::Number::parse("12345678901234567890").unwrap();
        let expected = value!([
            31,
            15,
            7,
            5,
            -5,
            1.5,
            1000.0,
            0.5,
            (Value::Number(big)),
            "yes",
            "1_000",
            (Value::Null),
            true,
            "2024-01-02",
            "1.2.3",
            "."
        ]);
        assert_eq!(read, expected);
        assert_eq!(parse("a: .inf").unwrap()["a"], Value::Float(f64::INFINITY));
    }

    #[test]
    fn documents_that_cannot_be_values_are_rejected() {
        let message = |text: &str| parse(text).unwrap_err().message;
        assert!(message("a: 1\n---\nb: 2\n").contains("more than one document"));
        assert!(message("[1]: 2").contains("the key [1] is not text"));
        assert!(message(&"[".repeat(600)).starts_with("Invalid YAML: "));
        assert!(message("a: [").starts_with("Invalid YAML: "));
        let laughs: String = (1..12).map(|level| format!("l{level}: &l{level} [{}]\n", format!("*l{},", level - 1).repeat(10))).collect();
        assert!(message(&format!("l0: &l0 x\n{laughs}")).contains("more than 1000000 values"));
        assert_eq!(parse("").unwrap(), Value::Null);
        assert_eq!(parse("a: &x [1]\nb: *x\n").unwrap(), value!({"a": [1], "b": [1]}));
    }
}
