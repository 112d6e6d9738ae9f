//! Values in files: `file://PATH` for text and `fileb://PATH` for bytes.

use std::path::{Path, PathBuf};

use crate::cli::failure::{Failure, Result};
use crate::error::did_you_mean;
use crate::settings::Environment;
use crate::value::Value;

/// The content of a value: as typed, or read from a file.
#[derive(Debug, PartialEq)]
pub(super) enum Content {
    Text(String),
    Bytes(Vec<u8>),
}

impl Content {
    pub(super) fn into_value(self) -> Value {
        match self {
            Content::Text(text) => text.into(),
            Content::Bytes(bytes) => Value::Bytes(bytes.into()),
        }
    }
}

/// The content that a word stands for. A word without a prefix stands for itself.
///
/// # Errors
/// A usage failure if the file cannot be read, or if the content of `file://` is not UTF-8.
pub(super) fn load(word: &str) -> Result<Content> {
    if let Some(path) = word.strip_prefix("fileb://") {
        return read(word, path).map(Content::Bytes);
    }
    let Some(path) = word.strip_prefix("file://") else {
        return Ok(Content::Text(word.to_owned()));
    };
    String::from_utf8(read(word, path)?).map(Content::Text).map_err(|_| {
        Failure::usage(format!(
            "Unable to load paramfile ({path}): the content is not text. For a binary file, use fileb:// instead of file://."
        ))
    })
}

fn read(word: &str, path: &str) -> Result<Vec<u8>> {
    let full = expand(path);
    std::fs::read(&full).map_err(|error| {
        let near = if error.kind() == std::io::ErrorKind::NotFound { similar(&full) } else { String::new() };
        Failure::usage(format!("Unable to load paramfile {word}: {error}.{near}"))
    })
}

/// A suggestion of files in the same folder with a similar name.
fn similar(path: &Path) -> String {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).take(1000).collect();
    did_you_mean(path.file_name().and_then(|name| name.to_str()).unwrap_or_default(), names.iter().map(String::as_str))
}

/// A path as the user wrote it, with `~` and variables expanded.
pub(super) fn expand(path: &str) -> PathBuf {
    Environment::process().expand(path)
}

/// Removes a file, which may be gone already.
///
/// # Errors
/// If the file cannot be removed.
pub(super) fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::general(format!("{}: {error}", path.display()))),
        _ => Ok(()),
    }
}
