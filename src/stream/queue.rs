//! Parts of a stream on their way to the threads that convert them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::pool::{Owned, Pool};
use super::source::Source;
use crate::codec::quick::Slab;
use crate::error::Error;
use crate::wire::limits::{PARTS_MAX, PARTS_PER_THREAD, READ_LEN, SPARE_LEN_MAX};

/// A part of a stream.
pub(super) struct Part {
    /// Its place among the parts, from 0.
    pub number: u64,
    /// Its bytes, and where they begin in the input.
    pub source: Source,
    /// How many they are.
    pub len: usize,
    /// That the input cannot be read behind it.
    pub failed: Option<Error>,
}

/// Memory of a part, and of what it has come to.
pub(super) type Memory = (Owned<Vec<u8>>, Owned<Slab>);

/// What is on its way, with bounds on how much that is.
pub(super) struct Queue {
    /// The parts that may be on their way. They have [`READ_LEN`] bytes each,
    /// if records are small.
    most: usize,
    state: Mutex<State>,
    /// There is a part to take, or there will be none.
    work: Condvar,
    /// There is room for a part, or none is wanted any more.
    room: Condvar,
    /// Whether parts do not end where records do, so that there is no sense
    /// in converting one before the one before it is done.
    spanning: AtomicBool,
}

#[derive(Default)]
struct State {
    parts: VecDeque<Part>,
    /// Parts that were handed in or admitted and are not done yet.
    count: usize,
    /// The bytes of those.
    len: usize,
    /// Memory of what is done, for what comes.
    buffers: Pool<Vec<u8>>,
    slabs: Pool<Slab>,
    /// The threads that wait for a part, and whether the reader waits for room:
    /// waking nobody costs as much as waking somebody.
    idle: usize,
    full: bool,
    closed: bool,
}

impl State {
    fn keep(&mut self, buffer: Owned<Vec<u8>>) {
        if buffer.memory.capacity() <= SPARE_LEN_MAX {
            self.buffers.give(buffer);
        }
    }

    /// Memory for what `worker` makes of a part that is counted already.
    fn slab(&mut self, worker: usize, most: usize) -> Owned<Slab> {
        self.slabs.take(worker, self.count - 1, most)
    }
}

impl Queue {
    /// For so many threads.
    pub fn new(threads: usize) -> Self {
        Queue {
            most: (PARTS_PER_THREAD * threads + 2).min(PARTS_MAX),
            state: Mutex::default(),
            work: Condvar::new(),
            room: Condvar::new(),
            spanning: AtomicBool::new(false),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for room for `len` bytes more, and takes it; none if no part is
    /// wanted any more.
    fn make_room(&self, len: usize) -> Option<MutexGuard<'_, State>> {
        let is_full = |state: &mut State| {
            let fits = state.count == 0 || state.len + len <= self.most * READ_LEN;
            state.full = !state.closed && (state.count >= self.most || !fits);
            state.full
        };
        let state = self.room.wait_while(self.state(), is_full);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return None;
        }
        state.count += 1;
        state.len += len;
        Some(state)
    }

    /// Hands in a part, as soon as there is room. False if none is wanted any
    /// more.
    pub fn hand_in(&self, part: Part) -> bool {
        let Some(mut state) = self.make_room(part.len) else { return false };
        state.parts.push_back(part);
        if state.idle > 0 {
            self.work.notify_one();
        }
        true
    }

    /// Counts a part of `len` bytes that `worker` will read, as soon as there is room, and
    /// gives memory for it and for what is made of it; none if no part is wanted any more.
    pub fn admit(&self, len: usize, worker: usize) -> Option<Memory> {
        let mut state = self.make_room(len)?;
        let others = state.count - 1;
        Some((state.buffers.take(worker, others, self.most), state.slab(worker, self.most)))
    }

    /// A part that was counted with `len` bytes has `now`.
    pub fn recount(&self, len: usize, now: usize) {
        let mut state = self.state();
        state.len = state.len - len + now;
    }

    /// The next part and memory for what `worker` makes of it, as soon as there is
    /// one; none when there will be no more.
    pub fn take(&self, worker: usize) -> Option<(Part, Owned<Slab>)> {
        let mut state = self.state();
        state.idle += 1;
        let is_idle = |state: &mut State| state.parts.is_empty() && !state.closed;
        let state = self.work.wait_while(state, is_idle);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        state.idle -= 1;
        if state.closed {
            return None;
        }
        let part = state.parts.pop_front()?;
        Some((part, state.slab(worker, self.most)))
    }

    /// Memory for what `owner` reads.
    pub fn buffer(&self, owner: usize) -> Owned<Vec<u8>> {
        let mut state = self.state();
        let count = state.count;
        state.buffers.take(owner, count, self.most)
    }

    /// Nothing was read to this memory.
    pub fn give_back(&self, buffer: Owned<Vec<u8>>) {
        self.state().keep(buffer);
    }

    /// A part that was counted with `len` bytes is done, or nothing has come of it, and
    /// this is the memory it has taken. What a large record has made large is not kept.
    pub fn done(&self, len: usize, buffer: Owned<Vec<u8>>, mut slab: Owned<Slab>) {
        let mut state = self.state();
        state.count -= 1;
        state.len -= len;
        state.keep(buffer);
        if slab.memory.capacity() <= SPARE_LEN_MAX {
            slab.memory.clear();
            state.slabs.give(slab);
        }
        // The reader is woken for several parts at a time.
        if state.full && state.count <= self.most / 2 {
            self.room.notify_one();
        }
    }

    /// Ends it: nothing is taken out of it or put into it any more.
    pub fn close(&self) {
        self.state().closed = true;
        self.work.notify_all();
        self.room.notify_all();
    }

    /// Says whether records go from one part into the next.
    pub fn set_spanning(&self, spanning: bool) {
        self.spanning.store(spanning, Ordering::Relaxed);
    }

    /// Whether they do, as far as is known.
    pub fn is_spanning(&self) -> bool {
        self.spanning.load(Ordering::Relaxed)
    }
}
