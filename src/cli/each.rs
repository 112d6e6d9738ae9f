//! `--each FILE --parallel N`: one call for each line of a file, with the results in the same order.
//!
//! The file is read while the calls run. At most a few results per thread wait for an earlier one, so memory is bounded however
//! long the file is.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::sync::mpsc;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::failure::{Failure, Result};
use super::output;
use crate::Error;
use crate::value::{Map, Value};

/// The greatest number of calls at the same time.
pub(crate) const MOST: u16 = 256;
/// The number of results per thread that may wait for an earlier one.
const WAITING: usize = 4;

/// Where the lines come from, and how many calls run at the same time.
#[derive(Clone, Debug)]
pub(crate) struct Each {
    /// A file with a JSON object per line, or `-` for standard input.
    pub path: String,
    pub parallel: u16,
}

/// What a line becomes.
pub(crate) struct Calls<'a> {
    /// The parameters of all calls. Those of a line take precedence.
    pub base: &'a Map,
    /// Makes a call and selects its result.
    pub call: &'a (dyn Fn(Map) -> crate::Result<Value> + Sync),
    /// Writes the outcome of a line.
    pub text: &'a (dyn Fn(usize, Outcome<'_>) -> io::Result<Vec<u8>> + Sync),
}

/// What became of a line.
#[derive(Clone, Copy)]
pub(crate) enum Outcome<'a> {
    Result(&'a Value),
    Error(&'a Value),
}

impl Outcome<'_> {
    /// `{"line": N, "result": …}` or `{"line": N, "error": …}`.
    pub(crate) fn with_line(self, line: usize) -> Value {
        let (name, value) = match self {
            Outcome::Result(value) => ("result", value),
            Outcome::Error(value) => ("error", value),
        };
        Map::from_iter([("line", Value::from(i64::try_from(line).unwrap_or(i64::MAX))), (name, value.clone())]).into()
    }
}

/// Makes the calls, and prints their outcomes.
///
/// # Errors
/// If the file cannot be read or the results cannot be written; if calls failed, their number, with the exit code of the first.
pub(crate) fn run(each: &Each, calls: &Calls<'_>) -> Result<()> {
    let mut input: Box<dyn BufRead> = match each.path.as_str() {
        "-" => Box::new(BufReader::new(io::stdin())),
        path => Box::new(BufReader::new(File::open(path).map_err(|error| Failure::usage(format!("--each {path}: {error}")))?)),
    };
    let results = Results::default();
    let (sender, queue) = mpsc::sync_channel::<(usize, usize, Vec<u8>)>(each.parallel.into());
    let queue = Mutex::new(queue);
    let read = thread::scope(|scope| {
        for _ in 0..each.parallel {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((index, line, text)) = next else { return };
                    results.put(index, calls.answer(line, &text));
                }
            });
        }
        let most = usize::from(each.parallel) * WAITING;
        let read = read(input.as_mut(), |index, line, text| {
            // Nobody takes jobs after the threads have ended, which they do after this one.
            results.wait_for_room(index, most) && sender.send((index, line, text)).is_ok()
        });
        drop(sender);
        read
    });
    read.map_err(|error| Failure::general(format!("--each {}: {error}", each.path)))?;
    results.end()
}

/// Passes the lines that are not blank on with their positions, until `pass` returns false.
fn read(input: &mut dyn BufRead, mut pass: impl FnMut(usize, usize, Vec<u8>) -> bool) -> io::Result<()> {
    let (mut index, mut line) = (0, 0);
    loop {
        let mut text = Vec::new();
        if input.read_until(b'\n', &mut text)? == 0 {
            return Ok(());
        }
        line += 1;
        if text.trim_ascii().is_empty() {
            continue;
        }
        if !pass(index, line, text) {
            return Ok(());
        }
        index += 1;
    }
}

/// The line that is printed, and the exit code of a call that failed.
struct Answer {
    text: io::Result<Vec<u8>>,
    code: Option<u8>,
}

impl Calls<'_> {
    fn answer(&self, line: usize, text: &[u8]) -> Answer {
        match self.params(text).and_then(self.call) {
            Ok(result) => Answer { text: (self.text)(line, Outcome::Result(&result)), code: None },
            Err(error) => {
                output::note(format_args!("tucuxi: line {line}: {error}"));
                let text = (self.text)(line, Outcome::Error(&error.to_value()));
                Answer { text, code: Some(Failure::from(error).code) }
            }
        }
    }

    fn params(&self, text: &[u8]) -> crate::Result<Map> {
        let invalid = |reason: &str| Error::new(crate::ErrorKind::ParamValidation, reason);
        let text = std::str::from_utf8(text).map_err(|_| invalid("The line is not UTF-8."))?;
        let Value::Map(own) = Value::from_json_text(text)? else { return Err(invalid("The line is not a JSON object.")) };
        let mut params = self.base.clone();
        params.extend(own);
        Ok(params)
    }
}

/// The results that are not printed yet.
#[derive(Default)]
struct Results {
    state: Mutex<State>,
    /// Signaled when results are printed.
    printed: Condvar,
}

#[derive(Default)]
struct State {
    /// The position of the next result to print.
    next: usize,
    waiting: BTreeMap<usize, Answer>,
    failed: usize,
    /// The exit code of the first call that failed, in the order of the lines.
    code: Option<u8>,
    /// Why results can no longer be written.
    broken: Option<io::Error>,
}

impl Results {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is room for the result of that position. Returns false if results can no longer be written.
    fn wait_for_room(&self, index: usize, most: usize) -> bool {
        let has_none = |state: &mut State| state.broken.is_none() && index - state.next >= most;
        let state = self.printed.wait_while(self.state(), has_none).unwrap_or_else(PoisonError::into_inner);
        state.broken.is_none()
    }

    /// Adds a result, and prints all those whose turn it is.
    fn put(&self, index: usize, answer: Answer) {
        let mut state = self.state();
        state.waiting.insert(index, answer);
        let mut text = Vec::new();
        while let Some(answer) = {
            let next = state.next;
            state.waiting.remove(&next)
        } {
            match answer.text {
                Ok(own) => text.extend_from_slice(&own),
                Err(error) => state.broken = Some(error),
            }
            state.next += 1;
            state.failed += usize::from(answer.code.is_some());
            state.code = state.code.or(answer.code);
        }
        if !text.is_empty() && state.broken.is_none() {
            let mut out = io::stdout().lock();
            state.broken = out.write_all(&text).and_then(|()| out.flush()).err();
        }
        drop(state);
        self.printed.notify_all();
    }

    fn end(self) -> Result<()> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = state.broken {
            return Err(error.into());
        }
        match state.code {
            Some(code) => Err(Failure { message: format!("{} of {} calls failed", state.failed, state.next), code }),
            None => Ok(()),
        }
    }
}
