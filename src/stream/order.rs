//! The results of parts, put together in the order of the input.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::pool::Owned;
use super::queue::{Memory, Part, Queue};
use crate::codec::Notes;
use crate::codec::quick::Slab;
use crate::error::Error;

/// What a part has come to.
pub(super) struct Done {
    pub part: Part,
    pub out: Owned<Slab>,
    pub events: Vec<Event>,
}

/// Something that is to be told.
pub(super) struct Event {
    /// The output that comes before a broken record.
    pub at: usize,
    /// The record, counted from 1 in the part.
    pub record: u64,
    pub what: What,
}

pub(super) enum What {
    Notes(Notes),
    Broken(Error),
}

/// Who puts results together.
pub(super) trait Merge {
    /// Takes the next one. Gives memory that is not needed any more, unless
    /// the stream has come to its end.
    fn take(&mut self, done: Done) -> io::Result<Option<Memory>>;

    /// Whether a record goes from that part into the next.
    fn is_spanning(&self) -> bool;
}

/// Results on their way together. Whichever thread has the next one puts it
/// there, and those that are waiting behind it: its output is in the memory
/// nearest to that thread, and nobody has to be woken.
pub(super) struct Order<'m> {
    state: Mutex<State<'m>>,
    /// The stream has ended.
    ended: Condvar,
}

struct State<'m> {
    /// None while a thread is at it, and for good when the stream has ended.
    merge: Option<&'m mut (dyn Merge + Send)>,
    /// Results that are waiting for one before them.
    early: BTreeMap<u64, Done>,
    /// The part that is next.
    next: u64,
    /// The threads that may have more.
    threads: usize,
    end: Option<io::Result<()>>,
}

impl<'m> Order<'m> {
    /// Of the first part on.
    pub fn new(merge: &'m mut (dyn Merge + Send)) -> Self {
        let (early, next, threads, end) = (BTreeMap::new(), 0, 0, None);
        let state = State { merge: Some(merge), early, next, threads, end };
        Order { state: Mutex::new(state), ended: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State<'m>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands in what a part of `queue` has come to; false if that was the end of
    /// the stream.
    pub fn hand_in(&self, done: Done, queue: &Queue) -> bool {
        let mut state = self.state();
        state.early.insert(done.part.number, done);
        // Whoever is at it looks here once more before it stops.
        let Some(merge) = state.merge.take() else { return true };
        loop {
            let next = state.next;
            let Some(done) = state.early.remove(&next) else { break };
            state.next += 1;
            drop(state);
            let len = done.part.len;
            match merge.take(done) {
                Ok(Some((buffer, slab))) => {
                    queue.set_spanning(merge.is_spanning());
                    queue.done(len, buffer, slab);
                }
                Ok(None) => return self.end(Ok(())),
                Err(error) => return self.end(Err(error)),
            }
            state = self.state();
        }
        state.merge = Some(merge);
        true
    }

    fn end(&self, how: io::Result<()>) -> bool {
        self.state().end = Some(how);
        self.ended.notify_one();
        false
    }

    /// There is one thread more.
    pub fn enter(&self) {
        self.state().threads += 1;
    }

    /// One of the threads has no more.
    pub fn leave(&self) {
        self.state().threads -= 1;
        self.ended.notify_one();
    }

    /// Waits until the stream has ended.
    ///
    /// # Errors
    ///
    /// The output has failed.
    pub fn wait(&self) -> io::Result<()> {
        // All threads leave before its end only if one of them has panicked,
        // which the scope of the threads hands on.
        let goes_on = |state: &mut State| state.end.is_none() && state.threads > 0;
        let state = self.ended.wait_while(self.state(), goes_on);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        state.end.take().unwrap_or(Ok(()))
    }
}
