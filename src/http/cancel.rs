//! Cancellation from another thread: it ends sleeps and blocking operations.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind, Result};

/// Cancels calls from another thread. Clones share their state; a cancellation is final.
///
/// ```
/// use tucuxi::Cancel;
///
/// let cancel = Cancel::new();
/// let other = cancel.clone();
/// std::thread::spawn(move || other.cancel()).join().unwrap();
/// assert!(cancel.is_canceled());
/// ```
#[derive(Clone, Default)]
pub struct Cancel(Arc<State>);

#[derive(Default)]
struct State {
    canceled: AtomicBool,
    actions: Mutex<Actions>,
    wake: Condvar,
}

#[derive(Default)]
struct Actions {
    next: u64,
    waiting: Vec<(u64, Box<dyn FnOnce() + Send>)>,
}

/// Removes an action of [`Cancel::on_cancel`] when it is dropped.
#[must_use = "the action is removed when the guard is dropped"]
pub struct CancelGuard<'a> {
    cancel: &'a Cancel,
    id: u64,
}

impl Cancel {
    /// Creates a handle that is not canceled.
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// Cancels every call that has this handle, now and in the future. Their errors have the kind
    /// [`ErrorKind::Canceled`].
    pub fn cancel(&self) {
        let waiting = {
            let mut actions = self.actions();
            self.0.canceled.store(true, Ordering::SeqCst);
            std::mem::take(&mut actions.waiting)
        };
        self.0.wake.notify_all();
        waiting.into_iter().for_each(|(_, action)| action());
    }

    /// Returns whether [`cancel`](Self::cancel) was called.
    pub fn is_canceled(&self) -> bool {
        self.0.canceled.load(Ordering::SeqCst)
    }

    /// Runs `action` on the canceling thread if this is canceled while the guard exists, or at once if it is already canceled.
    /// Transports use it to close what they block on.
    pub fn on_cancel(&self, action: impl FnOnce() + Send + 'static) -> CancelGuard<'_> {
        let mut actions = self.actions();
        let id = actions.next;
        actions.next += 1;
        if self.is_canceled() {
            drop(actions);
            action();
        } else {
            actions.waiting.push((id, Box::new(action)));
        }
        CancelGuard { cancel: self, id }
    }

    /// Sleeps until the time has passed or this is canceled.
    pub fn sleep(&self, duration: Duration) {
        let Some(end) = Instant::now().checked_add(duration) else { return self.sleep(Duration::from_secs(u64::from(u32::MAX))) };
        let mut actions = self.actions();
        while !self.is_canceled() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            actions = self.0.wake.wait_timeout(actions, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// # Errors
    /// If this is canceled.
    pub(crate) fn check(&self) -> Result<()> {
        if self.is_canceled() { Err(canceled()) } else { Ok(()) }
    }

    fn actions(&self) -> MutexGuard<'_, Actions> {
        self.0.actions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The error of a canceled call.
pub(crate) fn canceled() -> Error {
    Error::new(ErrorKind::Canceled, "The call was canceled.")
}

/// The error of a call that exceeded its deadline.
pub(crate) fn deadline_exceeded() -> Error {
    Error::new(ErrorKind::Deadline, "The call took longer than its deadline.")
}

impl Drop for CancelGuard<'_> {
    fn drop(&mut self) {
        self.cancel.actions().waiting.retain(|(id, _)| *id != self.id);
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancel").field("canceled", &self.is_canceled()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;

    #[test]
    fn an_action_runs_once_and_only_while_its_guard_lives() {
        let runs = Arc::new(AtomicU32::new(0));
        let count = || {
            let runs = Arc::clone(&runs);
            move || {
                runs.fetch_add(1, Ordering::SeqCst);
            }
        };
        let cancel = Cancel::new();
        drop(cancel.on_cancel(count()));
        let _guard = cancel.on_cancel(count());
        cancel.cancel();
        cancel.cancel();
        assert_eq!(runs.load(Ordering::SeqCst), 1);
        let _late = cancel.on_cancel(count());
        assert_eq!(runs.load(Ordering::SeqCst), 2, "it is canceled already");
    }

    #[test]
    fn a_sleeper_is_woken() {
        let cancel = Cancel::new();
        let sleeper = cancel.clone();
        let started = Instant::now();
        let thread = std::thread::spawn(move || sleeper.sleep(Duration::from_secs(60)));
        std::thread::sleep(Duration::from_millis(20));
        cancel.cancel();
        thread.join().unwrap();
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}
