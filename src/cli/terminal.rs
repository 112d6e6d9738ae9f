//! The user's terminal: questions, hidden input, and its width.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use crate::cli::failure::{Failure, Result};

/// Asks a question on standard output and reads the answer from standard input, without its line end.
///
/// # Errors
/// If standard input ends before the answer.
pub(crate) fn ask(question: &str) -> Result<String> {
    let mut out = io::stdout().lock();
    out.write_all(question.as_bytes())?;
    out.flush()?;
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line)? == 0 {
        let question = question.trim_end().trim_end_matches(':');
        return Err(Failure::general(format!("\nStandard input ended before the answer to \"{question}\".")));
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// As [`ask`], for a secret: a terminal does not show the answer.
pub(crate) fn ask_secret(question: &str) -> Result<String> {
    if io::stdin().is_terminal() { Ok(ask_hidden(question)?) } else { ask(question) }
}

/// Asks at the terminal, even if standard input and output are redirected, and does not show the answer.
///
/// # Errors
/// If there is no terminal.
#[cfg(unix)]
pub(crate) fn ask_hidden(question: &str) -> io::Result<String> {
    let mut terminal = std::fs::OpenOptions::new().read(true).write(true).open("/dev/tty")?;
    // Hidden first: what is typed as soon as the question appears must not be shown either.
    let _hidden = super::interrupt::hide_input()?;
    terminal.write_all(question.as_bytes())?;
    let mut line = String::new();
    io::BufReader::new(terminal).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// As on Unix.
#[cfg(not(unix))]
pub(crate) fn ask_hidden(question: &str) -> io::Result<String> {
    let terminal = console::Term::stderr();
    if !terminal.is_term() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "standard error is no terminal"));
    }
    terminal.write_str(question)?;
    terminal.read_secure_line()
}

/// The number of columns of standard output, if it is a terminal.
pub(crate) fn width() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).filter(|columns| *columns > 0);
    columns.or_else(|| console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns)))
}
