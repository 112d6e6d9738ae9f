//! The engine that clones of a transfer share: threads, requests in flight, memory, and bandwidth.
//!
//! Work comes in groups of numbered pieces: the parts of an object, or the items of a plan. The thread that starts a group
//! works on it, and helper threads take pieces of any group, newest first. A helper that has finished a file takes the parts
//! of a file that others have begun, so ten thousand small objects and a single large one keep the same threads busy.
//! Helpers end when there is nothing left to do.
//!
//! A request for a small object mostly waits for the server. Groups of small objects therefore get more helpers, one after
//! another, as long as their pieces take longer than the machine needs for them.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::http::Limits;

/// What the transfers of an engine share.
pub(super) struct Engine {
    width: Width,
    max_memory: u64,
    /// In bytes per second.
    max_bandwidth: Option<u64>,
    state: Mutex<State>,
    changed: Condvar,
}

/// How many requests may be in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Width {
    /// If they carry parts.
    pub parts: usize,
    /// If they carry small objects; at least as many.
    pub small: usize,
}

impl Width {
    /// The share of the connections that a request takes; all of them are `parts * small` shares.
    fn share(self, is_small: bool) -> usize {
        if is_small { self.parts } else { self.small }
    }
}

/// A piece that takes longer has waited for the server.
const WAITED: Duration = Duration::from_millis(5);

#[derive(Default)]
struct State {
    groups: VecDeque<Arc<dyn Steal>>,
    helpers: usize,
    /// The shares of the requests in flight.
    requests: usize,
    /// How many threads wait for a request or for memory.
    waiting: usize,
    memory: u64,
    /// Buffers for reuse: an allocator keeps more of what is freed than is in use.
    buffers: Vec<Vec<u8>>,
    /// When the bytes that were granted have been sent at the permitted rate.
    sent_at: Option<Instant>,
}

/// A group of pieces, as helpers see it.
trait Steal: Send + Sync {
    /// Runs one piece. Returns false if there is none to start.
    fn step(&self) -> bool;
    fn has_more(&self) -> bool;
    /// Whether the pieces are small objects.
    fn is_small(&self) -> bool;
}

impl Engine {
    pub(super) fn new(width: Width, max_memory: u64, max_bandwidth: Option<u64>) -> Arc<Engine> {
        Arc::new(Engine { width, max_memory, max_bandwidth, state: Mutex::default(), changed: Condvar::new() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs the pieces `0..count` and returns their results in order.
    ///
    /// # Errors
    /// The first failure. Pieces that run at that time are completed, others are not started.
    pub(super) fn run<T: Send + 'static>(
        self: &Arc<Engine>,
        count: u64,
        work: impl Fn(u64) -> Result<T> + Send + Sync + 'static,
    ) -> Result<Vec<T>> {
        self.run_group(Group::new(work), count)
    }

    /// Runs pieces that are small objects, as [`run`](Self::run) does.
    pub(super) fn run_small<T: Send + 'static>(
        self: &Arc<Engine>,
        count: u64,
        work: impl Fn(u64) -> Result<T> + Send + Sync + 'static,
    ) -> Result<Vec<T>> {
        self.run_group(Group::of(work, true), count)
    }

    fn run_group<T: Send + 'static>(self: &Arc<Engine>, group: Arc<Group<T>>, count: u64) -> Result<Vec<T>> {
        let published = self.publish(&group);
        group.extend_to(count);
        published.help(count.saturating_sub(1));
        while self.step(&*group) {}
        group.finish()
    }

    /// Runs a piece of a group. Returns false if there is none to start.
    fn step(self: &Arc<Engine>, group: &dyn Steal) -> bool {
        let begun = Instant::now();
        let has_run = group.step();
        if has_run && group.is_small() && begun.elapsed() >= WAITED && group.has_more() {
            self.help_with(1, self.width.small);
        }
        has_run
    }

    /// Offers the pieces of a group to helpers until the guard is dropped.
    pub(super) fn publish<T: Send + 'static>(self: &Arc<Engine>, group: &Arc<Group<T>>) -> Published {
        let group: Arc<dyn Steal> = group.clone();
        self.lock().groups.push_back(group.clone());
        Published { engine: self.clone(), group }
    }

    /// Waits for the right to have one more request in flight.
    ///
    /// # Errors
    /// `Canceled` or `Deadline`.
    pub(super) fn request(self: &Arc<Engine>, limits: &Limits, is_small: bool) -> Result<Held> {
        let (share, all) = (self.width.share(is_small), self.width.parts * self.width.small);
        self.wait(limits, |state| (state.requests + share <= all).then(|| state.requests += share))?;
        Ok(Held { engine: self.clone(), requests: share, memory: 0 })
    }

    /// Memory for `bytes`, if it is free. A transfer that needs more than the limit gets it when nothing else is in use.
    pub(super) fn try_memory(self: &Arc<Engine>, bytes: u64) -> Option<Held> {
        self.take_memory(&mut self.lock(), bytes).map(|()| Held { engine: self.clone(), requests: 0, memory: bytes })
    }

    /// Waits for memory. A caller that holds memory already must not wait for more.
    ///
    /// # Errors
    /// `Canceled` or `Deadline`.
    pub(super) fn memory(self: &Arc<Engine>, bytes: u64, limits: &Limits) -> Result<Held> {
        self.wait(limits, |state| self.take_memory(state, bytes))?;
        Ok(Held { engine: self.clone(), requests: 0, memory: bytes })
    }

    /// An empty buffer for `size` bytes. The caller holds the memory for it.
    pub(super) fn buffer(&self, size: u64) -> Vec<u8> {
        let size = usize::try_from(size).unwrap_or(0);
        let mut buffers = std::mem::take(&mut self.lock().buffers);
        let fitting = buffers.iter().position(|buffer| buffer.capacity() >= size && buffer.capacity() / 2 <= size);
        // Buffers of other sizes are freed rather than held in addition.
        let buffer = fitting.map(|at| buffers.swap_remove(at));
        if buffer.is_some() {
            self.lock().buffers.append(&mut buffers);
        }
        buffer.unwrap_or_else(|| Vec::with_capacity(size))
    }

    /// Takes a buffer back.
    pub(super) fn reuse(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        let mut state = self.lock();
        // When nothing is in use, everything is freed.
        if state.memory > 0 && buffer.capacity() > 0 {
            state.buffers.push(buffer);
        }
    }

    fn take_memory(&self, state: &mut State, bytes: u64) -> Option<()> {
        let fits = state.memory == 0 || state.memory.saturating_add(bytes) <= self.max_memory;
        fits.then(|| state.memory += bytes)
    }

    fn wait(&self, limits: &Limits, mut attempt: impl FnMut(&mut State) -> Option<()>) -> Result<()> {
        let mut state = self.lock();
        loop {
            limits.check()?;
            if attempt(&mut state).is_some() {
                return Ok(());
            }
            state.waiting += 1;
            state = self.changed.wait_timeout(state, limits.tick()).unwrap_or_else(PoisonError::into_inner).0;
            state.waiting -= 1;
        }
    }

    pub(super) fn is_limited(&self) -> bool {
        self.max_bandwidth.is_some()
    }

    /// Waits until `bytes` more may be transferred: they are scheduled after everything that was granted before.
    ///
    /// # Errors
    /// `Canceled` or `Deadline`.
    pub(super) fn throttle(&self, bytes: usize, limits: &Limits) -> Result<()> {
        let Some(rate) = self.max_bandwidth else { return Ok(()) };
        let now = Instant::now();
        let start = {
            let mut state = self.lock();
            let start = state.sent_at.map_or(now, |at| at.max(now));
            state.sent_at = start.checked_add(Duration::from_secs_f64(bytes as f64 / rate as f64));
            start
        };
        match start.checked_duration_since(now).filter(|wait| !wait.is_zero()) {
            Some(wait) => limits.sleep(wait),
            None => Ok(()),
        }
    }

    /// Starts helpers for this many pieces, until `threads` work, including the caller.
    fn help_with(self: &Arc<Engine>, pieces: u64, threads: usize) {
        for _ in 0..pieces {
            {
                let mut state = self.lock();
                if state.helpers + 1 >= threads {
                    return;
                }
                state.helpers += 1;
            }
            let engine = self.clone();
            let started = std::thread::Builder::new().name("transfer".to_owned()).spawn(move || engine.helper());
            if started.is_err() {
                // The callers work, too: fewer threads are slower, not wrong.
                self.lock().helpers -= 1;
                return;
            }
        }
    }

    fn helper(self: &Arc<Engine>) {
        loop {
            let group = {
                let mut state = self.lock();
                match state.groups.iter().rev().find(|group| group.has_more()) {
                    Some(group) => group.clone(),
                    None => {
                        state.helpers -= 1;
                        return;
                    }
                }
            };
            self.step(&*group);
        }
    }
}

/// A group that helpers may work on.
pub(super) struct Published {
    engine: Arc<Engine>,
    group: Arc<dyn Steal>,
}

impl Published {
    /// Starts helpers for this many pieces, within the limit.
    pub(super) fn help(&self, pieces: u64) {
        self.engine.help_with(pieces, self.engine.width.parts);
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        self.engine.lock().groups.retain(|group| !Arc::ptr_eq(group, &self.group));
    }
}

/// Memory or a request in flight, returned when it is dropped.
pub(super) struct Held {
    engine: Arc<Engine>,
    requests: usize,
    memory: u64,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut state = self.engine.lock();
        state.requests -= self.requests;
        state.memory -= self.memory;
        let freed = if state.memory == 0 { std::mem::take(&mut state.buffers) } else { Vec::new() };
        // A notification is a system call, even if nobody waits.
        let is_awaited = state.waiting > 0;
        drop(state);
        drop(freed);
        if is_awaited {
            self.engine.changed.notify_all();
        }
    }
}

/// Numbered pieces of work. More can be added while others run.
pub(super) struct Group<T> {
    work: Box<dyn Fn(u64) -> Result<T> + Send + Sync>,
    is_small: bool,
    state: Mutex<Pieces<T>>,
    changed: Condvar,
}

struct Pieces<T> {
    next: u64,
    end: u64,
    running: usize,
    /// How many threads wait for a piece.
    waiting: usize,
    done: BTreeMap<u64, T>,
    error: Option<Error>,
}

impl<T: Send + 'static> Group<T> {
    pub(super) fn new(work: impl Fn(u64) -> Result<T> + Send + Sync + 'static) -> Arc<Group<T>> {
        Group::of(work, false)
    }

    fn of(work: impl Fn(u64) -> Result<T> + Send + Sync + 'static, is_small: bool) -> Arc<Group<T>> {
        let state = Pieces { next: 0, end: 0, running: 0, waiting: 0, done: BTreeMap::new(), error: None };
        Arc::new(Group { work: Box::new(work), is_small, state: Mutex::new(state), changed: Condvar::new() })
    }

    fn lock(&self) -> MutexGuard<'_, Pieces<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds the pieces up to `end`.
    pub(super) fn extend_to(&self, end: u64) {
        self.lock().end = end;
    }

    /// Runs one piece on this thread. Returns false if there is none to start.
    pub(super) fn step(&self) -> bool {
        let number = {
            let mut state = self.lock();
            if state.error.is_some() || state.next >= state.end {
                return false;
            }
            state.next += 1;
            state.running += 1;
            state.next - 1
        };
        let result = guarded(|| (self.work)(number));
        let mut state = self.lock();
        state.running -= 1;
        match result {
            Ok(result) => drop(state.done.insert(number, result)),
            Err(error) => drop(state.error.get_or_insert(error)),
        }
        let is_awaited = state.waiting > 0;
        drop(state);
        if is_awaited {
            self.changed.notify_all();
        }
        true
    }

    fn wait<'a>(&'a self, mut state: MutexGuard<'a, Pieces<T>>) -> MutexGuard<'a, Pieces<T>> {
        state.waiting += 1;
        let mut state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        state
    }

    /// Starts no more pieces.
    pub(super) fn fail(&self, error: Error) {
        self.lock().error.get_or_insert(error);
    }

    pub(super) fn has_failed(&self) -> bool {
        self.lock().error.is_some()
    }

    /// Waits for the result of a piece that was added, working on pieces meanwhile. Returns `None` if the group has failed.
    pub(super) fn take(&self, number: u64) -> Option<T> {
        loop {
            let mut state = self.lock();
            if let Some(result) = state.done.remove(&number) {
                return Some(result);
            }
            if state.error.is_some() {
                return None;
            }
            if state.next >= state.end {
                drop(self.wait(state));
            } else {
                drop(state);
                self.step();
            }
        }
    }

    /// Waits for the pieces that run, and returns the results that were not taken.
    ///
    /// # Errors
    /// The first failure.
    pub(super) fn finish(&self) -> Result<Vec<T>> {
        let mut state = self.lock();
        while state.running > 0 {
            state = self.wait(state);
        }
        match state.error.take() {
            Some(error) => Err(error),
            None => Ok(std::mem::take(&mut state.done).into_values().collect()),
        }
    }
}

impl<T: Send + 'static> Steal for Group<T> {
    fn step(&self) -> bool {
        Group::step(self)
    }

    fn has_more(&self) -> bool {
        let state = self.lock();
        state.error.is_none() && state.next < state.end
    }

    fn is_small(&self) -> bool {
        self.is_small
    }
}

/// Runs one piece. A panic of a hook or a callback becomes an error, because other threads wait for the outcome.
fn guarded<T>(piece: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(piece)).unwrap_or_else(|_| Err(Error::foreign("a part of the transfer", anyhow::anyhow!("it panicked"))))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

    use super::*;
    use crate::error::ErrorKind;

    const FOUR: Width = Width { parts: 4, small: 4 };

    #[test]
    fn small_objects_that_wait_for_the_server_get_more_threads_and_parts_do_not() {
        let most = |is_small: bool, wait: u64| {
            let engine = Engine::new(Width { parts: 3, small: 12 }, 1, None);
            let (busy, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
            let (shared, seen) = (engine.clone(), most.clone());
            let piece = move |_| {
                let _slot = shared.request(&Limits::default(), is_small)?;
                seen.fetch_max(busy.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(wait));
                busy.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            };
            engine.run_small(150, piece).unwrap();
            most.load(Ordering::SeqCst)
        };
        assert_eq!(most(true, 10), 12);
        assert_eq!(most(false, 10), 3);
    }

    #[test]
    fn results_are_in_order_and_the_first_failure_stops_the_others() {
        let engine = Engine::new(FOUR, 1, None);
        assert_eq!(engine.run(100, Ok).unwrap(), (0..100).collect::<Vec<_>>());
        let started = Arc::new(AtomicU64::new(0));
        let counter = started.clone();
        let error = engine.run(10_000, move |number| {
            counter.fetch_add(1, Ordering::Relaxed);
            if number == 5 { Err(Error::new(ErrorKind::Transfer, "part 5")) } else { Ok(()) }
        });
        assert_eq!(error.unwrap_err().message(), "part 5");
        assert!(started.load(Ordering::Relaxed) < 10_000);
    }

    #[test]
    fn a_panic_of_a_piece_is_an_error() {
        let error = Engine::new(FOUR, 1, None).run(8, |number| if number == 3 { panic!("a hook") } else { Ok(()) }).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Foreign);
    }

    #[test]
    fn idle_threads_take_the_parts_of_files_that_others_have_begun() {
        let engine = Engine::new(FOUR, 1, None);
        let (busy, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let inner = engine.clone();
        let most_seen = most.clone();
        // One of five files has twenty parts; the others are done at once.
        let file = move |file| {
            let (busy, most) = (busy.clone(), most_seen.clone());
            let parts = if file == 4 { 20 } else { 1 };
            let part = move |_| {
                most.fetch_max(busy.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(10));
                busy.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            };
            inner.run(parts, part).map(|_| ())
        };
        engine.run(5, file).unwrap();
        assert_eq!(most.load(Ordering::SeqCst), 4);
        let deadline = Instant::now() + Duration::from_secs(10);
        while engine.lock().helpers > 0 {
            assert!(Instant::now() < deadline, "helpers do not end");
            std::thread::yield_now();
        }
    }

    #[test]
    fn memory_is_bounded_and_a_larger_part_gets_it_alone() {
        let engine = Engine::new(FOUR, 100, None);
        let first = engine.try_memory(60).unwrap();
        assert!(engine.try_memory(60).is_none());
        let canceled = crate::http::Cancel::new();
        canceled.cancel();
        let limits = Limits { cancel: Some(canceled), ..Limits::default() };
        assert_eq!(engine.memory(60, &limits).err().unwrap().kind(), ErrorKind::Canceled);
        drop(first);
        let _large = engine.try_memory(1000).unwrap();
        assert!(engine.try_memory(1).is_none());
    }

    #[test]
    fn buffers_are_reused_while_memory_is_held() {
        let engine = Engine::new(FOUR, 1000, None);
        let held = engine.try_memory(600).unwrap();
        let buffer = engine.buffer(100);
        let address = buffer.as_ptr();
        engine.reuse(buffer);
        let again = engine.buffer(90);
        assert_eq!(again.as_ptr(), address);
        engine.reuse(again);
        assert!(engine.buffer(10).capacity() < 90, "a small part does not occupy a large buffer");
        engine.reuse(engine.buffer(100));
        assert_eq!(engine.lock().buffers.len(), 1);
        drop(held);
        assert!(engine.lock().buffers.is_empty());
    }

    #[test]
    fn the_bandwidth_is_shared_by_all_threads() {
        let engine = Engine::new(FOUR, 1, Some(1_000_000));
        let shared = engine.clone();
        let begun = Instant::now();
        engine.run(10, move |_| shared.throttle(20_000, &Limits::default())).unwrap();
        // The last of ten times 20 ms begins after 180 ms.
        assert!(begun.elapsed() >= Duration::from_millis(175), "{:?}", begun.elapsed());
    }
}
