//! Threads that run calls.
//!
//! A call blocks its thread, and can wait for a callback that makes calls itself. A fixed number of threads would therefore be a limit at
//! which programs stop, so there is none: a call gets an idle thread or a new one. Threads that were idle for some seconds end.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

type Work = Box<dyn FnOnce() + Send>;

/// The idle threads. The last one is used first, so that the others can end.
static IDLE: Mutex<Vec<(u64, Sender<Work>)>> = Mutex::new(Vec::new());

const LONGEST_IDLE: Duration = Duration::from_secs(5);

/// Runs `work` on another thread. `work` must not panic.
///
/// # Errors
/// If no thread can be started; then `work` is dropped.
pub(super) fn run(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let mut work: Work = Box::new(work);
    while let Some(thread) = last_idle() {
        match thread.send(work) {
            Ok(()) => return Ok(()),
            Err(unsent) => work = unsent.0,
        }
    }
    thread::Builder::new().name("tucuxi call".to_owned()).spawn(move || serve(work)).map(drop)
}

fn last_idle() -> Option<Sender<Work>> {
    idle().pop().map(|(_, thread)| thread)
}

fn serve(mut work: Work) {
    // The identity of this thread among the idle ones.
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let own = NEXT.fetch_add(1, Ordering::Relaxed);
    let (sender, receiver) = channel::<Work>();
    loop {
        work();
        idle().push((own, sender.clone()));
        work = match receiver.recv_timeout(LONGEST_IDLE) {
            Ok(work) => work,
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                let mut idle = idle();
                let count = idle.len();
                idle.retain(|(thread, _)| *thread != own);
                if idle.len() < count {
                    return;
                }
                drop(idle);
                // It was chosen at this moment, and the work is on its way.
                match receiver.recv() {
                    Ok(work) => work,
                    Err(_) => return,
                }
            }
        };
    }
}

fn idle() -> MutexGuard<'static, Vec<(u64, Sender<Work>)>> {
    IDLE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Barrier};

    use super::*;

    #[test]
    fn any_number_of_calls_can_wait_for_each_other_and_their_threads_are_used_again() {
        for _ in 0..2 {
            let barrier = Arc::new(Barrier::new(101));
            for _ in 0..100 {
                let barrier = Arc::clone(&barrier);
                let work = move || {
                    barrier.wait();
                };
                run(work).unwrap();
            }
            barrier.wait();
            while idle().len() < 100 {
                thread::sleep(Duration::from_millis(1));
            }
        }
        assert_eq!(idle().len(), 100);
    }
}
