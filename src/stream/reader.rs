//! Who reads a stream that several threads convert, and cuts what was read into parts.

use std::io::{self, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::arrived::Arrived;
use super::cut::Cutter;
use super::pool::Owned;
use super::queue::{Memory, Part, Queue};
use super::source::{GoesOn, Source};
use super::split::Split;
use crate::codec::Origin;
use crate::codec::quick::Slab;
use crate::error::{Error, Result};
use crate::wire::limits::READ_LEN;

/// Input that is all there, as that of a regular file is: to read it waits for nobody, and
/// several threads can read at the same time.
pub trait ReadAt: Send + Sync {
    /// Reads what is there from a byte of the stream on, counted from 0: as much as there
    /// is room for, or less. Nothing is the end.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Sees to it that whoever reads the same input next does so from `offset` on.
    fn leave_at(&self, offset: u64);
}

/// Input that is there.
pub struct There {
    /// What it is read from.
    pub input: Box<dyn ReadAt>,
    /// The bytes that a thread reads at a time: [`READ_LEN`], by which the memory on the way
    /// is bounded, or fewer.
    pub at_a_time: usize,
}

/// What a stream is read from.
pub struct Incoming {
    /// Gives one byte after another, and may wait for them.
    pub reader: Box<dyn Read + Send>,
    /// The same input, if it is there.
    pub there: Option<There>,
}

/// Cuts what is read into parts.
pub(super) struct Cutting {
    cutter: Cutter,
    split: Split,
    max_len: u64,
    /// What is read and not cut off.
    left: Arrived,
    /// Where that begins in the input.
    offset: u64,
    origin: Origin,
    number: u64,
    /// Whether the last part was cut off.
    ended: bool,
}

impl Cutting {
    pub fn new(start: GoesOn) -> Self {
        Cutting {
            cutter: Cutter::new(&start.split, start.max_len),
            split: start.split,
            max_len: start.max_len,
            left: start.arrived,
            offset: start.offset,
            origin: start.origin,
            number: 0,
            ended: false,
        }
    }

    /// What it was given, if nothing was read yet.
    pub fn give_back(self) -> GoesOn {
        let Cutting { split, left: arrived, offset, origin, max_len, .. } = self;
        GoesOn { split, arrived, offset, origin, ended: false, max_len }
    }

    /// Where what was not read yet begins in the input.
    fn read_to(&self) -> u64 {
        self.offset + self.left.rest().len() as u64
    }

    /// Takes `next`, which was read behind what it has, and how that went: whether
    /// there may be more. Gives the part that this makes whole, or memory that is not needed.
    fn take(&mut self, next: Arrived, read: Result<bool>) -> Result<Part, Owned<Vec<u8>>> {
        let (mut arrived, joined) = self.join(next);
        let read = joined.and(read);
        self.ended = !matches!(read, Ok(true));
        let rest = arrived.rest();
        let len = if self.ended { rest.len() } else { self.cutter.cut(rest) };
        if len == 0 && !self.ended {
            std::mem::swap(&mut self.left, &mut arrived);
            return Err(arrived.into_spare());
        }
        let cut = arrived.cut_off(len, &mut self.left, self.offset);
        let failed = cut.and(read.map(|_| ())).err();
        Ok(self.part(arrived, failed))
    }

    /// Puts what was left before `next`. The memory of the other is kept for what
    /// will be left.
    fn join(&mut self, mut next: Arrived) -> (Arrived, Result<()>) {
        let left = self.left.rest();
        if left.is_empty() || next.put_before(left) {
            self.left.clear();
            return (next, Ok(()));
        }
        // A large record comes together here: it is not moved each time.
        let joined = self.left.push(next.rest(), self.offset);
        next.clear();
        (std::mem::replace(&mut self.left, next), joined)
    }

    fn part(&mut self, arrived: Arrived, failed: Option<Error>) -> Part {
        self.ended |= failed.is_some();
        let (offset, origin, len) = (self.offset, self.origin, arrived.rest().len());
        self.offset += len as u64;
        if self.split.is_text() {
            self.origin = self.origin.after(arrived.rest());
        }
        let split = self.split.fresh();
        // What is read before a failure does not come to its end.
        let ended = self.ended && failed.is_none();
        let max_len = self.max_len;
        let source = Source::from(GoesOn { split, arrived, offset, origin, ended, max_len });
        let number = self.number;
        self.number += 1;
        Part { number, source, len, failed }
    }
}

/// A reader that others wait for.
pub(super) struct Reader {
    pub cutting: Cutting,
    pub input: Box<dyn Read + Send>,
    pub queue: Arc<Queue>,
}

impl Reader {
    /// Hands in parts until there are no more, or none is wanted any more.
    pub fn run(mut self) {
        while !self.cutting.ended {
            let mut arrived = Arrived::with_gap(self.queue.buffer(0));
            let read = arrived.read(READ_LEN, self.cutting.read_to(), |room| self.input.read(room));
            match self.cutting.take(arrived, read.map(|read| read > 0)) {
                Ok(part) => {
                    if !self.queue.hand_in(part) {
                        return;
                    }
                }
                Err(spare) => self.queue.give_back(spare),
            }
        }
    }
}

/// Input that is there, read by those who convert it. They read at the same time and
/// cut one after another.
pub(super) struct Shared<'q> {
    pub queue: &'q Queue,
    there: There,
    /// What nobody has set out to read yet.
    unread: Mutex<Unread>,
    turns: Mutex<Turns>,
    /// It is the turn of another, or there is nothing more to cut.
    turned: Condvar,
}

struct Unread {
    turn: u64,
    offset: u64,
}

struct Turns {
    cutting: Cutting,
    /// Whose turn it is.
    turn: u64,
    /// How many wait for theirs: to wake nobody is not free.
    waiting: usize,
}

impl<'q> Shared<'q> {
    pub fn new(cutting: Cutting, there: There, queue: &'q Queue) -> Self {
        let unread = Mutex::new(Unread { turn: 0, offset: cutting.read_to() });
        let turns = Mutex::new(Turns { cutting, turn: 0, waiting: 0 });
        Shared { queue, there, unread, turns, turned: Condvar::new() }
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next part for `worker` and memory for its output; none when there will
    /// be no more.
    pub fn next(&self, worker: usize) -> Option<(Part, Owned<Slab>)> {
        let len = self.there.at_a_time;
        loop {
            let (turn, offset, (buffer, slab)) = self.set_out(worker)?;
            let ending = Ending(self);
            let mut arrived = Arrived::with_gap(buffer);
            let read = self.read(&mut arrived, offset);
            let mut turns = self.turns();
            turns.waiting += 1;
            let is_early = |turns: &mut Turns| turns.turn != turn && !turns.cutting.ended;
            let turns = self.turned.wait_while(turns, is_early);
            let mut turns = turns.unwrap_or_else(PoisonError::into_inner);
            turns.waiting -= 1;
            if turns.cutting.ended {
                drop(turns);
                // The queue still counts it: whoever gets no part closes that.
                return None;
            }
            let cut = turns.cutting.take(arrived, read);
            turns.turn += 1;
            if turns.waiting > 0 {
                self.turned.notify_all();
            }
            drop(turns);
            std::mem::forget(ending);
            match cut {
                Ok(part) => {
                    self.queue.recount(len, part.len);
                    return Some((part, slab));
                }
                Err(spare) => self.queue.done(len, spare, slab),
            }
        }
    }

    /// What `worker` is to read: when it may be cut, where it begins, and memory for it.
    fn set_out(&self, worker: usize) -> Option<(u64, u64, Memory)> {
        let mut unread = self.unread.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody sets out before this one has room: it may be the one that all
        // the others wait for.
        let memory = self.queue.admit(self.there.at_a_time, worker)?;
        let (turn, offset) = (unread.turn, unread.offset);
        unread.turn += 1;
        unread.offset += self.there.at_a_time as u64;
        Some((turn, offset, memory))
    }

    /// Reads all there is to read at a time; whether there may be more.
    fn read(&self, arrived: &mut Arrived, offset: u64) -> Result<bool> {
        let There { input, at_a_time } = &self.there;
        loop {
            let there = arrived.rest().len();
            let (left, at) = (at_a_time - there, offset + there as u64);
            if left == 0 {
                return Ok(true);
            }
            if arrived.read(left, offset, |room| input.read_at(room, at))? == 0 {
                return Ok(false);
            }
        }
    }

    /// Leaves the input where it was read to.
    pub fn leave(&self) {
        self.there.input.leave_at(self.turns().cutting.read_to());
    }
}

/// Ends it for those that wait for their turn, if its user does not come to its own: it
/// has panicked, or there was nothing more to cut.
struct Ending<'s, 'q>(&'s Shared<'q>);

impl Drop for Ending<'_, '_> {
    fn drop(&mut self) {
        self.0.turns().cutting.ended = true;
        self.0.turned.notify_all();
    }
}
