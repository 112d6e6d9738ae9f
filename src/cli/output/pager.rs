//! The pager: a program that shows long output page by page on a terminal.

use std::io::{self, IsTerminal as _, Write};
use std::process::{Child, Command, Stdio};

use crate::cli::interrupt;
use crate::text::shell_words;

/// The options of `less`, if the user has set none: it ends by itself after a short output, shows colors, and leaves the
/// screen as it is.
const LESS: &str = "FRX";

/// Standard output, or a pager in front of it. The pager starts with the first output and ends when this is dropped.
#[derive(Default)]
pub(crate) struct Pager {
    command: Vec<String>,
    child: Option<Child>,
}

impl Pager {
    /// A pager with the command line of the user; none if that is empty, or if standard output is not a terminal.
    pub(crate) fn new(command: &str) -> Pager {
        let command = if io::stdout().is_terminal() { shell_words::posix(command).unwrap_or_default() } else { Vec::new() };
        Pager { command, child: None }
    }

    /// Writes to the pager. A pager that cannot be started is not used.
    ///
    /// # Errors
    /// Those of `write`; a closed pipe if the user has left the pager.
    pub(crate) fn print(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
        if self.child.is_none()
            && let Some((program, arguments)) = self.command.split_first()
        {
            let mut pager = Command::new(program);
            pager.args(arguments).stdin(Stdio::piped());
            if std::env::var_os("LESS").is_none() {
                pager.env("LESS", LESS);
            }
            self.child = pager.spawn().ok();
            self.command.clear();
        }
        match self.child.as_mut().and_then(|child| child.stdin.as_mut()) {
            None => super::print(write),
            Some(stdin) => {
                let mut out = io::BufWriter::new(stdin);
                write(&mut out)?;
                Ok(out.flush()?)
            }
        }
    }
}

impl Drop for Pager {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            drop(child.stdin.take());
            // The keys of the terminal belong to the pager until the user leaves it.
            let _ = interrupt::ignored(|| child.wait());
        }
    }
}
