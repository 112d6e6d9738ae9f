//! A cached value that is refreshed before it expires.
//!
//! The fast path reads one shared pointer. One thread at a time refreshes: in the advisory window while the others
//! continue with the current value, and in the mandatory window while all others wait (botocore's windows). A thread that
//! waited for a failed attempt gets its outcome and makes no attempt of its own; otherwise one thread after the other would
//! ask a source that is slow to fail. Waiting ends with the limits of the waiting call.
//! Two differences from botocore: a value that is valid for no longer than the advisory window is not refreshed at every
//! access, and a refresh that returns nothing fails calls only in the mandatory window, like any other failure.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::{self, ThreadId};
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::http::Limits;
use crate::value::Timestamp;

/// How long before its expiry a value is refreshed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Windows {
    /// When a refresh is attempted.
    pub advisory: Duration,
    /// When a refresh must succeed.
    pub mandatory: Duration,
}

impl Windows {
    /// botocore's windows.
    pub(crate) const DEFAULT: Windows = Windows { advisory: Duration::from_secs(900), mandatory: Duration::from_secs(600) };

    /// The windows for a value that is valid for `life`. A value whose whole life fits into the advisory window would be
    /// refreshed at every access; its windows are a quarter and a sixth of its life, the same fractions as the default
    /// windows of one hour.
    fn within(self, life: Duration) -> Windows {
        if life > self.advisory {
            return self;
        }
        Windows { advisory: life / 4, mandatory: self.mandatory.min(life / 6) }
    }
}

/// A value that may expire.
pub(crate) trait Expires {
    /// When it expires; `None` means never.
    fn expires(&self) -> Option<Timestamp>;

    /// The error for a new value that has already expired.
    fn already_expired(&self) -> Error;
}

/// A value that is loaded when it is first needed, and refreshed before it expires.
pub(crate) struct Refreshable<T> {
    current: RwLock<Option<Current<T>>>,
    turn: Mutex<Turn>,
    /// Notified when a turn ends.
    ended: Condvar,
    /// The number of attempts that have ended.
    attempts: AtomicU64,
    windows: Windows,
    /// The minimum time between two attempts to refresh.
    pause: Duration,
}

/// The thread that makes an attempt, and the outcome of the last one. One thread at a time makes an attempt.
#[derive(Default)]
struct Turn {
    owner: Option<ThreadId>,
    last: Attempt,
}

/// The last attempt.
#[derive(Clone, Default)]
struct Attempt {
    at: Option<Timestamp>,
    failure: Option<Error>,
}

struct Current<T> {
    value: Arc<T>,
    /// The instants after which it should be refreshed, and after which it must be.
    refresh_after: Option<(Timestamp, Timestamp)>,
}

impl<T: Expires> Refreshable<T> {
    /// No value yet.
    pub(crate) fn new(windows: Windows) -> Refreshable<T> {
        Refreshable {
            current: RwLock::default(),
            turn: Mutex::default(),
            ended: Condvar::new(),
            attempts: AtomicU64::new(0),
            windows,
            pause: Duration::ZERO,
        }
    }

    /// Sets the minimum time between two attempts to refresh. Meanwhile the current value is used, even if it has expired.
    pub(crate) fn with_pause(self, pause: Duration) -> Refreshable<T> {
        Refreshable { pause, ..self }
    }

    /// Returns the value, loaded or refreshed if necessary. An unsuccessful search is repeated the next time.
    ///
    /// # Errors
    /// The error of `search`; the error of `refresh` if the current value must be refreshed.
    pub(crate) fn find(
        &self,
        now: Timestamp,
        limits: &Limits,
        search: impl FnOnce() -> Result<Option<T>>,
        refresh: impl FnOnce(&T) -> Result<T>,
    ) -> Result<Option<Arc<T>>> {
        match self.current() {
            Some(held) if !held.should_be_refreshed(now) => Ok(Some(held.value)),
            Some(held) => self.refresh(held, now, limits, refresh).map(Some),
            None => self.search(now, limits, search),
        }
    }

    /// The current value, as it is.
    pub(crate) fn peek(&self) -> Option<Arc<T>> {
        self.current().map(|held| held.value)
    }

    fn search(&self, now: Timestamp, limits: &Limits, search: impl FnOnce() -> Result<Option<T>>) -> Result<Option<Arc<T>>> {
        let attempts = self.attempts();
        let turn = self.wait_for_turn(limits)?;
        if let Some(held) = self.current() {
            return Ok(Some(held.value));
        }
        if self.attempts() != attempts {
            return turn.last().failure.as_ref().map_or(Ok(None), |failure| Err(failure.clone()));
        }
        let found = turn.ask(now, limits, search)?;
        found.map(|found| self.publish(found, now)).transpose()
    }

    /// Takes the turn, unless another thread has it.
    fn try_turn(&self) -> Option<TurnGuard<'_, T>> {
        let mut turn = self.turn();
        if turn.owner.is_some() {
            return None;
        }
        turn.owner = Some(thread::current().id());
        Some(TurnGuard(self))
    }

    /// Waits for the turn, within the limits. A provider that needs the credentials that it is asked for would wait for
    /// itself: that is an error.
    fn wait_for_turn(&self, limits: &Limits) -> Result<TurnGuard<'_, T>> {
        let own = thread::current().id();
        let mut turn = self.turn();
        while let Some(owner) = turn.owner {
            if owner == own {
                let message =
                    "A credential provider used the session that asked it for credentials. Give the provider a session of its own.";
                return Err(Error::new(ErrorKind::CredentialRetrieval, message));
            }
            limits.check()?;
            turn = self.ended.wait_timeout(turn, limits.tick()).unwrap_or_else(PoisonError::into_inner).0;
        }
        turn.owner = Some(own);
        Ok(TurnGuard(self))
    }

    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn attempts(&self) -> u64 {
        self.attempts.load(Ordering::SeqCst)
    }

    /// Refreshes the value. If another thread is doing so, continues with the current value unless it must be refreshed.
    fn refresh(&self, old: Current<T>, now: Timestamp, limits: &Limits, refresh: impl FnOnce(&T) -> Result<T>) -> Result<Arc<T>> {
        let attempts = self.attempts();
        let (turn, waited) = match self.try_turn() {
            Some(turn) => (turn, false),
            None if !old.must_be_refreshed(now) => return Ok(old.value),
            None => (self.wait_for_turn(limits)?, true),
        };
        let old = self.current().unwrap_or(old);
        let is_due = if waited { old.must_be_refreshed(now) } else { old.should_be_refreshed(now) };
        let last = turn.last();
        if !is_due || last.at.is_some_and(|last| now < later(last, self.pause)) {
            return Ok(old.value);
        }
        if let (true, Some(failure)) = (waited && self.attempts() != attempts, &last.failure) {
            return Err(failure.clone());
        }
        match turn.ask(now, limits, || refresh(&old.value)) {
            Ok(found) => self.publish(found, now),
            Err(error) if limits.check().is_err() => Err(error),
            Err(_) if !old.must_be_refreshed(now) => Ok(old.value),
            Err(error) => Err(error),
        }
    }

    fn current(&self) -> Option<Current<T>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn publish(&self, found: T, now: Timestamp) -> Result<Arc<T>> {
        let expires = found.expires();
        let refresh_after = expires.map(|expires| {
            let windows = self.windows.within(between(now, expires));
            (earlier(expires, windows.advisory), earlier(expires, windows.mandatory))
        });
        let held = Current { value: Arc::new(found), refresh_after };
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(held.clone());
        if expires.is_some_and(|expires| expires < now) {
            return Err(held.value.already_expired());
        }
        Ok(held.value)
    }
}

/// The right to make an attempt; it ends when the guard is dropped, even by a panic.
struct TurnGuard<'a, T>(&'a Refreshable<T>);

impl<T: Expires> TurnGuard<'_, T> {
    fn last(&self) -> Attempt {
        self.0.turn().last.clone()
    }

    /// Makes an attempt and passes its outcome to the waiting threads. If the limits of this thread's call stopped the
    /// attempt, the outcome means nothing to the others: the next one makes its own attempt.
    fn ask<R>(&self, now: Timestamp, limits: &Limits, ask: impl FnOnce() -> Result<R>) -> Result<R> {
        let outcome = ask();
        if outcome.is_err() && limits.check().is_err() {
            return outcome;
        }
        self.0.turn().last = Attempt { at: Some(now), failure: outcome.as_ref().err().cloned() };
        self.0.attempts.fetch_add(1, Ordering::SeqCst);
        outcome
    }
}

impl<T> Drop for TurnGuard<'_, T> {
    fn drop(&mut self) {
        self.0.turn.lock().unwrap_or_else(PoisonError::into_inner).owner = None;
        self.0.ended.notify_all();
    }
}

impl<T> Current<T> {
    fn should_be_refreshed(&self, now: Timestamp) -> bool {
        self.refresh_after.is_some_and(|(early, _)| now > early)
    }

    fn must_be_refreshed(&self, now: Timestamp) -> bool {
        self.refresh_after.is_some_and(|(_, late)| now > late)
    }
}

impl<T> Clone for Current<T> {
    fn clone(&self) -> Current<T> {
        Current { value: self.value.clone(), refresh_after: self.refresh_after }
    }
}

const SECOND: u32 = 1_000_000_000;

fn later(instant: Timestamp, by: Duration) -> Timestamp {
    let seconds = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
    Timestamp::new(instant.seconds().saturating_add(seconds), instant.nanoseconds() + by.subsec_nanos())
}

fn earlier(instant: Timestamp, by: Duration) -> Timestamp {
    let seconds = i64::try_from(by.as_secs()).unwrap_or(i64::MAX - 1);
    // Borrows one second so that the nanoseconds stay positive.
    Timestamp::new(instant.seconds().saturating_sub(seconds + 1), instant.nanoseconds() + (SECOND - by.subsec_nanos()))
}

/// The time from one instant to a later one; zero if it is not later.
fn between(from: Timestamp, to: Timestamp) -> Duration {
    let seconds = to.seconds().saturating_sub(from.seconds());
    let nanoseconds = i64::from(to.nanoseconds()) - i64::from(from.nanoseconds());
    let (seconds, nanoseconds) = if nanoseconds < 0 { (seconds - 1, nanoseconds + i64::from(SECOND)) } else { (seconds, nanoseconds) };
    match (u64::try_from(seconds), u32::try_from(nanoseconds)) {
        (Ok(seconds), Ok(nanoseconds)) => Duration::new(seconds, nanoseconds),
        _ => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use std::cell::Cell;

    #[derive(Debug)]
    struct Until(i64);

    impl Expires for Until {
        fn expires(&self) -> Option<Timestamp> {
            Some(at(self.0))
        }

        fn already_expired(&self) -> Error {
            down()
        }
    }

    fn down() -> Error {
        Error::new(ErrorKind::CredentialRetrieval, "down")
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::new(seconds, 0)
    }

    #[test]
    fn a_value_that_fits_into_the_advisory_window_is_refreshed_when_a_quarter_of_its_life_is_left() {
        for (life, refreshed_after) in [(900, 675), (300, 225), (3600, 2700), (901, 1)] {
            let cached = Refreshable::new(Windows::DEFAULT);
            let asked = Cell::new(0);
            let found = || {
                asked.set(asked.get() + 1);
                Until(life)
            };
            for now in [0, 1, refreshed_after] {
                cached.find(at(now), &Limits::default(), || Ok(Some(found())), |_| Ok(found())).unwrap();
            }
            assert_eq!(asked.get(), 1, "{life}");
            cached.find(at(refreshed_after + 1), &Limits::default(), || Ok(None), |_| Ok(found())).unwrap();
            assert_eq!(asked.get(), 2, "{life}");
        }
    }

    #[test]
    fn attempts_can_have_a_minimum_distance() {
        let cached = Refreshable::new(Windows::DEFAULT).with_pause(Duration::from_secs(60));
        let find = |now| cached.find(at(now), &Limits::default(), || Ok(Some(Until(1000))), |_| Err(down()));
        find(0).unwrap();
        assert_eq!(find(950).unwrap_err().message(), "down");
        assert_eq!(find(1009).unwrap().unwrap().0, 1000);
        assert_eq!(find(1010).unwrap_err().message(), "down");
    }

    #[test]
    fn threads_that_waited_for_a_failed_attempt_make_none_of_their_own() {
        let cached = Refreshable::new(Windows::DEFAULT);
        let asked = AtomicU64::new(0);
        let slowly = |outcome: Result<Option<Until>>| {
            asked.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(100));
            outcome
        };
        let all_at_once = |find: &(dyn Fn() -> Result<Option<Arc<Until>>> + Sync)| {
            let together = std::sync::Barrier::new(16);
            let find = || {
                together.wait();
                find()
            };
            let outcomes = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..16).map(|_| scope.spawn(find)).collect();
                threads.into_iter().map(|thread| thread.join().unwrap().map(|found| found.is_some())).collect::<Vec<_>>()
            });
            (asked.swap(0, Ordering::SeqCst), outcomes)
        };
        // A thread that is scheduled late makes its own attempt.
        let few = 1..8;
        let (count, outcomes) = all_at_once(&|| cached.find(at(0), &Limits::default(), || slowly(Ok(None)), |_| Err(down())));
        assert!(few.contains(&count) && outcomes.iter().all(|outcome| matches!(outcome, Ok(false))), "{count}");
        let (count, outcomes) = all_at_once(&|| cached.find(at(0), &Limits::default(), || slowly(Err(down())), |_| Err(down())));
        assert!(few.contains(&count) && outcomes.iter().all(|outcome| outcome.as_ref().is_err_and(|e| e.message() == "down")), "{count}");
        cached.find(at(0), &Limits::default(), || Ok(Some(Until(1000))), |_| Err(down())).unwrap();
        let refresh = |_: &Until| slowly(Err(down())).map(|found| found.unwrap_or(Until(0)));
        let (count, outcomes) = all_at_once(&|| cached.find(at(999), &Limits::default(), || Ok(None), refresh));
        assert!(few.contains(&count) && outcomes.iter().all(Result::is_err), "{count}");
    }

    #[test]
    fn time_arithmetic_is_exact_to_the_nanosecond() {
        let half = Duration::from_millis(500);
        assert_eq!(earlier(Timestamp::new(10, 250_000_000), half), Timestamp::new(9, 750_000_000));
        assert_eq!(earlier(at(10), Duration::from_secs(3)), at(7));
        assert_eq!(later(Timestamp::new(9, 750_000_000), half), Timestamp::new(10, 250_000_000));
        assert_eq!(between(Timestamp::new(9, 750_000_000), Timestamp::new(10, 250_000_000)), half);
        assert_eq!(between(at(2), at(1)), Duration::ZERO);
    }
}
