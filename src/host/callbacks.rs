//! Runs the functions of a script on the thread of the script.
//!
//! A script runs on one thread, and its functions run only there. A call that may need them runs on a second thread, while the
//! thread of the script executes the functions that the call, or one of the threads of a transfer, requests. No lock is held
//! meanwhile, and a function may make calls of its own, so no order of calls can block forever.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::functions::{Function, Functions, Input, Reply};
use crate::call::HookId;

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

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Functions for Callbacks {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

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
}
