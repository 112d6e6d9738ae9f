//! Shows calls as a program would write them, each followed by its response.

use std::io::{self, IsTerminal, Write};
use std::time::Instant;

use super::layout;
use crate::{Client, ErrorKind, Value};

/// The output of the tour, in color if it is a terminal.
pub(super) struct Stage {
    out: io::Stdout,
    colors: bool,
}

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const CYAN: &str = "\x1b[36m";
const YELLOW: &str = "\x1b[33m";

impl Stage {
    pub(super) fn new() -> Stage {
        let out = io::stdout();
        let colors = out.is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Stage { out, colors }
    }

    /// A sentence to the reader.
    pub(super) fn say(&mut self, sentence: &str) -> anyhow::Result<()> {
        let line = self.painted(BOLD, sentence);
        Ok(writeln!(self.out, "\n{line}")?)
    }

    /// A line of Rust.
    pub(super) fn code(&mut self, line: &str) -> anyhow::Result<()> {
        let line = self.painted(CYAN, line);
        Ok(writeln!(self.out, "  {line}")?)
    }

    /// Makes a call, and shows it with its response.
    pub(super) fn call(&mut self, client: &Client, operation: &str, params: Value) -> anyhow::Result<Value> {
        self.show_call(operation, &params)?;
        let start = Instant::now();
        let answer = client.call(operation, params)?;
        let status = answer["ResponseMetadata"]["HTTPStatusCode"].as_int().unwrap_or_default();
        let mut shown = answer.clone();
        if let Some(map) = shown.as_map_mut() {
            map.remove("ResponseMetadata");
        }
        let line = format!("→ status {status} in {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
        let line = self.painted(DIM, &line);
        writeln!(self.out, "    {line}")?;
        self.answer(&shown)?;
        Ok(answer)
    }

    /// Makes a call that must fail with `kind`, and shows its error.
    pub(super) fn failure(&mut self, client: &Client, operation: &str, params: Value, kind: ErrorKind) -> anyhow::Result<()> {
        self.show_call(operation, &params)?;
        match client.call(operation, params) {
            Ok(_) => anyhow::bail!("{operation} was expected to fail, but the server accepted it"),
            Err(error) if error.kind() == kind => {
                let line = self.painted(YELLOW, &format!("→ {}: {error}", error.name()));
                Ok(writeln!(self.out, "    {}", line.replace('\n', "\n      "))?)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Shows a response.
    pub(super) fn answer(&mut self, value: &Value) -> anyhow::Result<()> {
        if value.as_map().is_some_and(|map| map.is_empty()) {
            return Ok(());
        }
        Ok(writeln!(self.out, "    {}", layout::block(value, 4))?)
    }

    fn show_call(&mut self, operation: &str, params: &Value) -> anyhow::Result<()> {
        self.code(&format!("s3.call({operation:?}, value!({}))?", layout::block(params, 2)))
    }

    fn painted(&self, color: &str, text: &str) -> String {
        if self.colors { format!("{color}{text}\x1b[0m") } else { text.to_owned() }
    }
}
