//! An allocator that counts, for programs that guard or report allocations.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

/// The system's allocator, which also counts the allocations of each thread.
struct Counting;

thread_local! {
    static ALLOCATED: Cell<Allocated> = const { Cell::new(Allocated { calls: 0, bytes: 0 }) };
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The calls of the allocator and the bytes that they requested. Growing a block counts as a call for the additional bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Allocated {
    pub calls: u64,
    pub bytes: u64,
}

/// Returns what the operation allocates on this thread. Dropping its result is part of it.
pub fn measure<T>(operation: impl FnOnce() -> T) -> Allocated {
    let before = ALLOCATED.with(Cell::get);
    black_box(operation());
    let after = ALLOCATED.with(Cell::get);
    Allocated { calls: after.calls - before.calls, bytes: after.bytes - before.bytes }
}

// SAFETY: every method forwards to the system's allocator, which satisfies the contract. Counting does not allocate: the
// thread-local is initialized at compile time and has no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size.saturating_sub(layout.size()));
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

fn count(bytes: usize) {
    ALLOCATED.with(|cell| {
        let Allocated { calls, bytes: before } = cell.get();
        cell.set(Allocated { calls: calls + 1, bytes: before + bytes as u64 });
    });
}
