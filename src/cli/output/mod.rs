//! The output of the subcommands: lines of text, JSON that distinguishes bytes and timestamps from text, and the formats of the
//! AWS CLI. A closed pipe is an error of these functions, never a panic.

mod json;
mod pager;
mod table;
mod text;
pub(crate) mod yaml;

use std::fmt::Display;
use std::io::{self, Write};

use crate::text::python::Repr;
use crate::{List, Value};

pub(crate) use pager::Pager;

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

/// Prints a line to standard error. If nobody reads it, it is lost.
pub(crate) fn note(line: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// The form of a command's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Text,
    Table,
    Yaml,
    YamlStream,
    /// Prints nothing.
    Off,
}

impl Format {
    /// The names of all formats.
    pub(crate) const NAMES: [&str; 6] = ["json", "text", "table", "yaml", "yaml-stream", "off"];

    /// The format of that name.
    pub(crate) fn named(name: &str) -> Option<Format> {
        Some(match name {
            "json" => Format::Json,
            "text" => Format::Text,
            "table" => Format::Table,
            "yaml" => Format::Yaml,
            "yaml-stream" => Format::YamlStream,
            "off" => Format::Off,
            _ => return None,
        })
    }
}

/// The look of a result: its colors, and the number of columns that a table should not exceed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub colors: bool,
    pub width: usize,
}

impl Look {
    /// Without colors, for 80 columns.
    pub(crate) const PLAIN: Look = Look { colors: false, width: 80 };

    /// The text between escape sequences that color it, if there are colors.
    pub(crate) fn paint(self, color: &str, text: &str) -> String {
        if self.colors && !text.is_empty() { format!("\x1b[{color}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Writes a result as the AWS CLI does. `title` is the operation's name, for tables.
pub(crate) fn result(out: &mut dyn Write, value: &Value, format: Format, title: &str, look: Look) -> io::Result<()> {
    match format {
        Format::Off => Ok(()),
        Format::Json if value.as_map().is_some_and(|map| map.is_empty()) => Ok(()),
        Format::Json => writeln!(out, "{}", json::text(value, look)),
        Format::Text => text::write(out, value),
        Format::Table => table::write(out, value, title, look),
        Format::Yaml => write!(out, "{}", yaml::text(value)?),
        Format::YamlStream => write!(out, "{}", yaml::text(&List::from_iter([value.clone()]).into())?),
    }
}

/// JSON with the indentation of the AWS CLI, without a line end.
pub(crate) fn json_text(value: &Value) -> String {
    json::text(value, Look::PLAIN)
}

/// A scalar as the AWS CLI's text and tables show it, which is Python's `str`.
fn scalar_text(value: &Value) -> String {
    Repr::top(value).to_string()
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::List(_) | Value::Map(_))
}
