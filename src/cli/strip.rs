//! Makes a definition smaller: the same JSON without documentation, examples, and white space. Members, their order, and the
//! notation of every number and string stay unchanged.

use std::fmt;

use serde::de::{Deserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// What the keys of an object are. It decides whether `documentation` is a name or documentation.
#[derive(Clone, Copy, PartialEq)]
enum KeyKind {
    /// The members of the file.
    Top,
    /// Keywords of the format: `type`, `members`, `documentation`, …
    Format,
    /// Names of shapes, members, operations, …
    Names,
}

/// The members whose own keys are names.
const NAME_MAPS: [&str; 22] = [
    "shapes",
    "members",
    "operations",
    "pagination",
    "waiters",
    "parameters",
    "clientContextParams",
    "staticContextParams",
    "operationContextParams",
    "resources",
    "actions",
    "batchActions",
    "has",
    "hasMany",
    "services",
    "endpoints",
    "regions",
    "headers",
    "properties",
    "definitions",
    "retry",
    "policies",
];

/// Objects and lists may not nest deeper than this; serde_json itself has the same limit.
const DEEPEST: usize = 127;

/// Returns the smallest text of the same definition.
///
/// # Errors
/// If the text is not JSON or is nested too deeply.
pub(crate) fn strip(text: &str) -> serde_json::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 2);
    write(serde_json::from_str(text)?, KeyKind::Top, 0, &mut out)?;
    Ok(out)
}

fn write(value: &RawValue, keys: KeyKind, depth: usize, out: &mut Vec<u8>) -> serde_json::Result<()> {
    let text = value.get();
    if depth > DEEPEST {
        return Err(serde::de::Error::custom("nested too deeply"));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    match text.as_bytes().first() {
        Some(b'{') => reader.deserialize_map(Object { keys, depth, out }),
        Some(b'[') => reader.deserialize_seq(List { depth, out }),
        _ => {
            out.extend_from_slice(text.as_bytes());
            Ok(())
        }
    }
}

/// Whether the interpreter does not need a member. `documentation` is a string, or at the top of a file a tree of strings.
fn is_dropped(keys: KeyKind, key: &str, value: &RawValue) -> bool {
    match (keys, key) {
        (KeyKind::Names, _) => false,
        (KeyKind::Top, "documentation" | "examples") => true,
        (_, "documentation") => value.get().starts_with('"'),
        _ => false,
    }
}

struct Object<'o> {
    keys: KeyKind,
    depth: usize,
    out: &'o mut Vec<u8>,
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut separator = b'{';
        while let Some((key, value)) = members.next_entry::<&RawValue, &RawValue>()? {
            let name = key.get().trim_matches('"');
            if is_dropped(self.keys, name, value) {
                continue;
            }
            let keys = if self.keys != KeyKind::Names && NAME_MAPS.contains(&name) { KeyKind::Names } else { KeyKind::Format };
            self.out.push(separator);
            self.out.extend_from_slice(key.get().as_bytes());
            self.out.push(b':');
            write(value, keys, self.depth + 1, self.out).map_err(serde::de::Error::custom)?;
            separator = b',';
        }
        if separator == b'{' {
            self.out.push(b'{');
        }
        self.out.push(b'}');
        Ok(())
    }
}

struct List<'o> {
    depth: usize,
    out: &'o mut Vec<u8>,
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.out.push(b'[');
        let mut first = true;
        while let Some(item) = items.next_element::<&RawValue>()? {
            if !first {
                self.out.push(b',');
            }
            first = false;
            write(item, KeyKind::Format, self.depth + 1, self.out).map_err(serde::de::Error::custom)?;
        }
        self.out.push(b']');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(text: &str) -> String {
        String::from_utf8(strip(text).unwrap()).unwrap()
    }

    #[test]
    fn documentation_is_removed_and_names_stay() {
        let text = r#"{ "documentation": "x", "examples": {"Get": []}, "shapes": {
            "documentation": {"type": "structure", "documentation": "y", "members": {
                "documentation": {"shape": "documentation", "documentation": "z"}, "members": {"shape": "S", "documentation": "w"},
                "examples": {"shape": "S"}}}}, "operations": {"Get": {"errors": [{"shape": "E", "documentation": "v"}]}} }"#;
        assert_eq!(
            stripped(text),
            r#"{"shapes":{"documentation":{"type":"structure","members":{"documentation":{"shape":"documentation"},"members":{"shape":"S"},"examples":{"shape":"S"}}}},"operations":{"Get":{"errors":[{"shape":"E"}]}}}"#
        );
    }

    #[test]
    fn order_numbers_and_strings_stay_unchanged() {
        assert_eq!(
            stripped(r#"{"z": 1.0, "a": [1e3, 12345678901234567890123, "é\u00e9\/" , {}, []]}"#),
            r#"{"z":1.0,"a":[1e3,12345678901234567890123,"é\u00e9\/",{},[]]}"#
        );
    }

    #[test]
    fn invalid_or_deeply_nested_texts_are_errors() {
        let error = |text: &str| strip(text).unwrap_err().to_string();
        assert_eq!(error("{\"a\": }"), "expected value at line 1 column 7");
        let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
        assert!(error(&deep).starts_with("nested too deeply"), "{}", error(&deep));
    }
}
