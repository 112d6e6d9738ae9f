//! What the subcommands print: lines of text, or JSON in the form that keeps bytes and times apart from text.

use std::fmt::Display;
use std::io::{self, Write};

use crate::Value;

/// Prints one item a line.
pub(crate) fn lines<T: Display>(items: impl IntoIterator<Item = T>) -> anyhow::Result<()> {
    print(|out| items.into_iter().try_for_each(|item| writeln!(out, "{item}")))
}

/// Prints a value as indented JSON.
pub(crate) fn json(value: &Value) -> anyhow::Result<()> {
    let text = value.to_json_text(true);
    print(|out| writeln!(out, "{text}"))
}

/// Prints a value that is JSON itself as indented JSON: a key that begins with `$` is no tag.
pub(crate) fn plain_json(value: &Value) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    print(|out| writeln!(out, "{text}"))
}

/// Writes to the standard output.
pub(crate) fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    write(&mut out)?;
    Ok(out.flush()?)
}
