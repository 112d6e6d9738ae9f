//! Writes JSON text as botocore does: ASCII only, with or without a space after each separator.

use super::python::push_float;
use super::{Path, invalid};
use crate::error::Result;
use crate::value::Value;

/// Returns a value without a shape as JSON text, with or without a space after each separator.
///
/// # Errors
/// If it contains bytes, timestamps, or streams, which JSON cannot represent, or if it is nested too deeply.
pub(crate) fn json_text(value: &Value, spaced: bool) -> Result<String> {
    let mut json = if spaced { JsonText::spaced() } else { JsonText::compact() };
    json.document(value, &Path::ROOT)?;
    Ok(json.text)
}

/// JSON text under construction.
pub(crate) struct JsonText {
    pub text: String,
    item_separator: &'static str,
    key_separator: &'static str,
}

impl JsonText {
    /// Text with a space after each separator, for bodies.
    pub fn spaced() -> JsonText {
        /// Most requests are smaller.
        const USUAL: usize = 256;
        JsonText { text: String::with_capacity(USUAL), item_separator: ", ", key_separator: ": " }
    }

    /// Text without spaces, for JSON inside headers.
    pub fn compact() -> JsonText {
        JsonText { text: String::new(), item_separator: ",", key_separator: ":" }
    }

    /// Writes the separator before an item of a list.
    pub fn item(&mut self, first: bool) {
        if !first {
            self.text.push_str(self.item_separator);
        }
    }

    /// Writes everything before the value of an object's entry: separator, key, and colon.
    pub fn key(&mut self, first: bool, key: &str) {
        self.item(first);
        self.string(key);
        self.text.push_str(self.key_separator);
    }

    /// Writes a number; NaN and the infinities become strings.
    pub fn float(&mut self, number: f64) {
        if number.is_finite() {
            push_float(&mut self.text, number);
        } else {
            self.text.push('"');
            push_float(&mut self.text, number);
            self.text.push('"');
        }
    }

    /// Writes a string; see [`push_json_string`].
    pub fn string(&mut self, text: &str) {
        push_json_string(&mut self.text, text);
    }

    /// Writes a value without a shape.
    ///
    /// # Errors
    /// If it contains bytes, timestamps, or streams, which JSON cannot represent, or if it is nested too deeply.
    pub fn document(&mut self, value: &Value, path: &Path<'_>) -> Result<()> {
        path.check_depth()?;
        match value {
            Value::Null => self.text.push_str("null"),
            Value::Bool(b) => self.text.push_str(if *b { "true" } else { "false" }),
            Value::Int(n) => push_int(&mut self.text, *n),
            Value::Float(n) => self.float(*n),
            Value::Number(n) => self.text.push_str(n.as_str()),
            Value::String(s) => self.string(s),
            Value::List(list) => {
                self.text.push('[');
                for (i, item) in list.iter().enumerate() {
                    self.item(i == 0);
                    self.document(item, &path.index(i))?;
                }
                self.text.push(']');
            }
            Value::Map(map) => {
                self.text.push('{');
                for (i, (key, item)) in map.iter().enumerate() {
                    self.key(i == 0, key);
                    self.document(item, &path.name(key))?;
                }
                self.text.push('}');
            }
            Value::Bytes(_) | Value::Timestamp(_) | Value::Set(_) | Value::Stream(_) => {
                return Err(invalid(format_args!("Parameter {path}: a {} cannot be written as JSON", value.type_name())));
            }
        }
        Ok(())
    }
}

/// Appends an integer in decimal.
pub(crate) fn push_int(out: &mut String, number: i64) {
    use std::fmt::Write as _;
    write!(out, "{number}").expect("writing to a String succeeds");
}

/// Appends a string literal in which everything except printable ASCII is escaped.
pub(crate) fn push_json_string(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(end) = rest.bytes().position(|b| !(b' '..=b'~').contains(&b) || b == b'"' || b == b'\\') {
        let (run, tail) = rest.split_at(end);
        out.push_str(run);
        let mut chars = tail.chars();
        if let Some(c) = chars.next() {
            push_escape(out, c);
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

/// Appends the escape of one character: the short one if JSON has it, otherwise its UTF-16 units.
pub(crate) fn push_escape(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        c => {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str("\\u");
                for shift in [12, 8, 4, 0] {
                    out.push(char::from(b"0123456789abcdef"[usize::from(*unit >> shift & 15)]));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    fn document(value: Value, mut json: JsonText) -> String {
        json.document(&value, &Path::ROOT).unwrap();
        json.text
    }

    #[test]
    fn strings_are_ascii() {
        let mut json = JsonText::spaced();
        json.string("é\u{7f}/\"\\\0\u{2028}😀\n");
        assert_eq!(json.text, r#""\u00e9\u007f/\"\\\u0000\u2028\ud83d\ude00\n""#);
    }

    #[test]
    fn the_two_styles() {
        let value = value!({"a": [1, 2.0, null, true], "b": {}, "c": [], "d": f64::NAN});
        assert_eq!(document(value.clone(), JsonText::spaced()), r#"{"a": [1, 2.0, null, true], "b": {}, "c": [], "d": "NaN"}"#);
        assert_eq!(document(value, JsonText::compact()), r#"{"a":[1,2.0,null,true],"b":{},"c":[],"d":"NaN"}"#);
    }

    #[test]
    fn too_deep_is_an_error() {
        let mut deep = Value::Null;
        for _ in 0..5000 {
            deep = Value::from(vec![deep]);
        }
        let error = JsonText::spaced().document(&deep, &Path::ROOT).unwrap_err();
        assert!(error.message().contains("nest"), "{error}");
        // Dropping a value recurses; this test is about writing.
        std::mem::forget(deep);
    }
}
