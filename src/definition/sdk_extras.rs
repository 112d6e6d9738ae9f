//! SDK additions to a definition (`<kind>.sdk-extras.json`), which are merged into its text before it is parsed.
//!
//! Only the objects that contain an addition are parsed; everything else is copied verbatim.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::json::Object;
use super::root::Found;
use crate::error::{Error, ErrorKind, Result};

#[derive(Deserialize)]
struct Extras<'a> {
    #[serde(borrow)]
    merge: Option<&'a RawValue>,
}

/// The maximum nesting depth of additions.
const MAX_DEPTH: usize = 127;

/// Merges additions into a definition.
///
/// # Errors
/// Returns [`ErrorKind::InvalidDefinition`] with the names of both files if one of them is not JSON.
pub(super) fn merge_files(found: &mut Found, additions: &Found) -> Result<()> {
    found.text = merge(std::mem::take(&mut found.text), &additions.text).map_err(|e| {
        let text = format!("{}, merged with {}: {e}", found.file, additions.file);
        Error::new(ErrorKind::InvalidDefinition, text).with_source(e)
    })?;
    Ok(())
}

/// Merges the `merge` object of the additions into the text. Objects are merged recursively, and anything else is replaced. Lists
/// are not extended, and nothing is removed.
///
/// # Errors
/// Fails if the additions, or the parts of the text that they change, are not JSON.
fn merge(text: String, extras: &str) -> serde_json::Result<String> {
    let Some(additions) = serde_json::from_str::<Extras<'_>>(extras)?.merge else { return Ok(text) };
    let mut out = String::with_capacity(text.len() + extras.len());
    write(text.trim(), additions.get(), 0, &mut out)?;
    Ok(out)
}

fn write(base: &str, additions: &str, depth: usize, out: &mut String) -> serde_json::Result<()> {
    if depth > MAX_DEPTH {
        return Err(serde::de::Error::custom("nested too deeply"));
    }
    if !base.starts_with('{') || !additions.starts_with('{') {
        out.push_str(additions);
        return Ok(());
    }
    let base: Object<'_, &RawValue> = serde_json::from_str(base)?;
    let additions: Object<'_, &RawValue> = serde_json::from_str(additions)?;
    let is_new = |key: &str| !base.0.iter().any(|(known, _)| known == key);
    let mut separator = '{';
    for (key, value) in &base.0 {
        begin_member(&mut separator, key, out)?;
        match additions.0.iter().rfind(|(added, _)| added == key) {
            Some((_, addition)) => write(value.get(), addition.get(), depth + 1, out)?,
            None => out.push_str(value.get()),
        }
    }
    for (key, value) in additions.0.iter().filter(|(key, _)| is_new(key)) {
        begin_member(&mut separator, key, out)?;
        out.push_str(value.get());
    }
    if separator == '{' {
        out.push('{');
    }
    out.push('}');
    Ok(())
}

fn begin_member(separator: &mut char, key: &str, out: &mut String) -> serde_json::Result<()> {
    out.push(std::mem::replace(separator, ','));
    out.push_str(&serde_json::to_string(key)?);
    out.push(':');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(text: &str, extras: &str) -> String {
        merge(text.to_owned(), extras).unwrap()
    }

    #[test]
    fn objects_are_merged_and_everything_else_is_replaced() {
        let text = r#"{"z": {"a": [1, 2], "b": "x", "c": {"d": 1.50}}, "list": [1], "y": {}}"#;
        let extras = r#"{"version": 1.0, "merge": {"z": {"b": {"n": 1}, "c": {"e": true}}, "list": [2], "y": {"k": null}, "new": "v"}}"#;
        assert_eq!(merged(text, extras), r#"{"z":{"a":[1, 2],"b":{"n": 1},"c":{"d":1.50,"e":true}},"list":[2],"y":{"k":null},"new":"v"}"#);
    }

    #[test]
    fn without_merge_nothing_changes() {
        assert_eq!(merged(r#"{"a": 1}"#, r#"{"version": 1.0}"#), r#"{"a": 1}"#);
        assert_eq!(merged(r#"{}"#, r#"{"merge": {}}"#), "{}");
    }

    #[test]
    fn invalid_json_is_an_error() {
        for (text, extras) in [("{", r#"{"merge": {"a": 1}}"#), ("{}", "[")] {
            assert!(merge(text.to_owned(), extras).unwrap_err().is_eof(), "{text} {extras}");
        }
    }
}
