//! Parts on threads: numbered work that several threads share, stopped by the first failure.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};

/// The outcome that the threads of a transfer share.
pub(super) struct Outcome {
    failed: AtomicBool,
    error: Mutex<Option<Error>>,
}

impl Outcome {
    pub(super) fn new() -> Outcome {
        Outcome { failed: AtomicBool::new(false), error: Mutex::new(None) }
    }

    /// Whether a thread has failed: the others start nothing more.
    pub(super) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    /// Notes a failure. The first one is reported.
    pub(super) fn fail(&self, error: Error) {
        self.error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.failed.store(true, Ordering::Release);
    }

    /// # Errors
    /// The first failure.
    pub(super) fn result(self) -> Result<()> {
        match self.error.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

/// Runs one part. A panic of a hook or a callback becomes an error, because other threads wait for the outcome.
pub(super) fn guarded<T>(part: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(part)).unwrap_or_else(|_| Err(Error::foreign("a part of the transfer", anyhow::anyhow!("it panicked"))))
}

/// Runs `count` parts on at most `threads` threads and returns their results in order.
///
/// # Errors
/// The first failure. Parts that run at that time are completed, others are not started.
pub(super) fn run<T: Send>(count: u64, threads: usize, part: impl Fn(u64) -> Result<T> + Sync) -> Result<Vec<T>> {
    let next = AtomicU64::new(0);
    let outcome = Outcome::new();
    let results = Mutex::new(Vec::new());
    let work = || {
        while !outcome.has_failed() {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                break;
            }
            match guarded(|| part(number)) {
                Ok(result) => results.lock().unwrap_or_else(PoisonError::into_inner).push((number, result)),
                Err(error) => outcome.fail(error),
            }
        }
    };
    std::thread::scope(|scope| {
        let others = threads.min(usize::try_from(count).unwrap_or(usize::MAX)).saturating_sub(1);
        (0..others).for_each(|_| drop(scope.spawn(work)));
        work();
    });
    outcome.result()?;
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(number, _)| *number);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn results_are_in_order_and_the_first_failure_stops_the_others() {
        assert_eq!(run(100, 8, Ok).unwrap(), (0..100).collect::<Vec<_>>());
        let started = AtomicU64::new(0);
        let error = run(10_000, 4, |number| {
            started.fetch_add(1, Ordering::Relaxed);
            if number == 5 { Err(Error::new(ErrorKind::Transfer, "part 5")) } else { Ok(()) }
        });
        assert_eq!(error.unwrap_err().message(), "part 5");
        assert!(started.into_inner() < 10_000);
    }

    #[test]
    fn a_panic_of_a_part_is_an_error() {
        let error = run(8, 4, |number| if number == 3 { panic!("a hook") } else { Ok(()) }).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Foreign);
    }
}
