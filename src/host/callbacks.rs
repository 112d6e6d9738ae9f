//! Functions of a script that the library calls: progress functions, hooks, and bodies that a script produces or receives.
//!
//! A script runs on one thread, and its functions run only there. A call that may need them runs on a second thread, while the
//! thread of the script executes the functions that the call, or one of the threads of a transfer, requests. No lock is held
//! meanwhile, and a function may make calls of its own, so no order of calls can block forever.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::call::HookId;
use crate::error::Error;
use crate::value::{Bytes, Value};

/// A function of the script, by the number under which the binding keeps it.
pub(crate) type Function = u64;

/// What a function is called with.
pub(crate) enum Input {
    /// Arguments; the reply is the result and null.
    Arguments(Vec<Value>),
    /// An event, which the function may change; the reply is the event before and after.
    Event(Value),
}

type Reply = anyhow::Result<(Value, Value)>;

struct Job {
    function: Function,
    input: Input,
    reply: SyncSender<Reply>,
}

/// The functions that one script has handed to the library.
#[derive(Default)]
pub(crate) struct Callbacks {
    state: Mutex<State>,
    changed: Condvar,
    last: AtomicU64,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    /// The number of calls during which the script's thread executes jobs; they are nested in each other.
    serving: usize,
    hooks: HashMap<Function, HookId>,
}

impl Callbacks {
    /// Returns a number that is not in use.
    pub(crate) fn number(&self) -> Function {
        self.last.fetch_add(1, Relaxed) + 1
    }

    /// Notes a hook. From then on, every call may need the script's functions.
    pub(crate) fn add_hook(&self, function: Function, id: HookId) {
        self.lock().hooks.insert(function, id);
    }

    pub(crate) fn remove_hook(&self, function: Function) -> Option<HookId> {
        self.lock().hooks.remove(&function)
    }

    pub(crate) fn has_hooks(&self) -> bool {
        !self.lock().hooks.is_empty()
    }

    /// Does `work` on another thread, and executes with `run` the functions that are requested until it is done.
    pub(crate) fn serve<T: Send>(&self, work: impl FnOnce() -> T + Send, mut run: impl FnMut(Function, Input) -> Reply) -> T {
        self.lock().serving += 1;
        let done = Mutex::new(false);
        let result = thread::scope(|scope| {
            let worker = scope.spawn(|| {
                let _end = End { callbacks: self, done: &done };
                work()
            });
            while let Some(job) = self.next_job(&done) {
                // The thread that waits for the reply may have been canceled.
                let _ = job.reply.send(run(job.function, job.input));
            }
            worker.join()
        });
        let mut state = self.lock();
        state.serving -= 1;
        if state.serving == 0 {
            state.jobs.clear();
        }
        drop(state);
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    fn next_job(&self, done: &Mutex<bool>) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if *done.lock().unwrap_or_else(PoisonError::into_inner) {
                return None;
            }
            match state.jobs.pop_front() {
                Some(job) => return Some(job),
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// Calls a function from any thread.
    ///
    /// # Errors
    /// [`Raised`] if the function raises an error; a message if no call of the script is in progress.
    pub(crate) fn call(&self, function: Function, arguments: Vec<Value>) -> anyhow::Result<Value> {
        self.request(function, Input::Arguments(arguments)).map(|(result, _)| result)
    }

    /// Calls a hook with an event, and returns the event before and after.
    pub(crate) fn call_hook(&self, function: Function, event: Value) -> Reply {
        self.request(function, Input::Event(event))
    }

    fn request(&self, function: Function, input: Input) -> Reply {
        const NOT_RUNNING: &str = "a function of a script can only run while the script makes a call";
        let (reply, receiver) = sync_channel(1);
        let mut state = self.lock();
        anyhow::ensure!(state.serving > 0, NOT_RUNNING);
        state.jobs.push_back(Job { function, input, reply });
        drop(state);
        self.changed.notify_all();
        receiver.recv().unwrap_or_else(|_| Err(anyhow::anyhow!(NOT_RUNNING)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Marks the end of the work, also if it panics.
struct End<'a> {
    callbacks: &'a Callbacks,
    done: &'a Mutex<bool>,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        let _state = self.callbacks.lock();
        *self.done.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.callbacks.changed.notify_all();
    }
}

/// An error that a function of the script raised. The binding keeps the error itself under the number.
#[derive(Debug)]
pub(crate) struct Raised {
    pub(crate) number: u64,
    pub(crate) message: String,
}

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Raised {}

impl Raised {
    /// Returns the number of the error of the script that caused this one.
    pub(crate) fn cause_of(error: &Error) -> Option<u64> {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(error) = cause {
            let inner =
                error.downcast_ref::<io::Error>().and_then(io::Error::get_ref).map(|inner| inner as &(dyn std::error::Error + 'static));
            if let Some(raised) = [Some(error), inner].into_iter().flatten().find_map(|error| error.downcast_ref::<Raised>()) {
                return Some(raised.number);
            }
            cause = inner.or_else(|| error.source());
        }
        None
    }
}

/// A body that a function of the script produces: it is called with a number of bytes and returns text or bytes, and null at
/// the end.
pub(crate) struct FunctionReader {
    pub(crate) callbacks: Arc<Callbacks>,
    pub(crate) function: Function,
    pub(crate) rest: Vec<u8>,
}

impl Read for FunctionReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() && !buffer.is_empty() {
            let wanted = i64::try_from(buffer.len()).unwrap_or(i64::MAX);
            self.rest = match self.callbacks.call(self.function, vec![wanted.into()]).map_err(io::Error::other)? {
                Value::Null => Vec::new(),
                Value::String(text) => text.as_bytes().to_vec(),
                Value::Bytes(bytes) => bytes.to_vec(),
                other => return Err(io::Error::other(format!("A body returns text or bytes, not a {}.", other.type_name()))),
            };
        }
        let count = buffer.len().min(self.rest.len());
        buffer[..count].copy_from_slice(&self.rest[..count]);
        self.rest.drain(..count);
        Ok(count)
    }
}

/// A destination that is a function of the script, which is called with the bytes.
pub(crate) struct FunctionWriter {
    pub(crate) callbacks: Arc<Callbacks>,
    pub(crate) function: Function,
}

impl Write for FunctionWriter {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.callbacks.call(self.function, vec![Bytes::from(buffer.to_vec()).into()]).map_err(io::Error::other)?;
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn functions_run_on_the_scripts_thread_while_several_threads_wait_for_them() {
        let callbacks = Callbacks::default();
        let here = thread::current().id();
        let work = || {
            thread::scope(|scope| {
                let callbacks = &callbacks;
                let calls: Vec<_> = (0..8i64).map(|i| scope.spawn(move || callbacks.call(1, vec![i.into()]))).collect();
                calls.into_iter().map(|call| call.join().unwrap().unwrap().as_int().unwrap()).sum::<i64>()
            })
        };
        let sum = callbacks.serve(work, |_, input| {
            assert_eq!(thread::current().id(), here);
            let Input::Arguments(arguments) = input else { panic!("no event") };
            Ok((arguments[0].clone(), Value::Null))
        });
        assert_eq!(sum, 28);
    }

    #[test]
    fn a_function_is_not_run_while_the_script_makes_no_call() {
        let error = Callbacks::default().call(1, Vec::new()).unwrap_err();
        assert_eq!(error.to_string(), "a function of a script can only run while the script makes a call");
    }

    #[test]
    fn an_error_of_the_script_is_found_below_other_errors() {
        let raised = || Raised { number: 7, message: "no".into() };
        let direct = Error::new(ErrorKind::Foreign, "hook").with_source(raised());
        let in_a_body =
            Error::new(ErrorKind::Stream, "body").with_source(io::Error::other(anyhow::Error::new(raised()).context("reading")));
        assert_eq!((Raised::cause_of(&direct), Raised::cause_of(&in_a_body)), (Some(7), Some(7)));
        assert_eq!(Raised::cause_of(&Error::new(ErrorKind::Stream, "body")), None);
    }
}
