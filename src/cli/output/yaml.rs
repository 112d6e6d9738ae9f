//! YAML output, and the YAML of `--cli-input-yaml`.

use std::io;

use crate::cli::failure::{Failure, Result};
use crate::value::Value;

/// The text of a value.
///
/// # Errors
/// If the value cannot be written, for instance a stream.
pub(crate) fn text(value: &Value) -> io::Result<String> {
    let text = serde_saphyr::to_string(value).map_err(io::Error::other)?;
    Ok(if text.ends_with('\n') { text } else { text + "\n" })
}

/// Parses a document.
///
/// # Errors
/// A usage failure with the position of the problem.
pub(crate) fn parse(text: &str) -> Result<Value> {
    serde_saphyr::from_str(text).map_err(|error| Failure::usage(format!("Invalid YAML: {error}")))
}
