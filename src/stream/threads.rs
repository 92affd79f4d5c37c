//! A stream that several threads convert.
//!
//! What is read is cut into parts ([`Cutting`]). Several threads take the parts
//! and convert each by itself. They put the results together in the order of
//! the input ([`Order`]), write them and tell what is to be told. The one that
//! called waits for the end.
//!
//! Where input has to be waited for, a thread of its own does that, and nobody
//! else: so whatever has arrived comes out, and a fault ends the stream at once.
//! Where all of it is there, whoever converts a part has read it, at the same time as
//! the others ([`Shared`]): its bytes are in the memory nearest to that thread, and there
//! is no third for two cores.
//!
//! The result of a part counts if everything before it was consumed to its
//! last byte. Where it was not (a JSON value goes over the end of a line), the
//! part is converted once more, behind what was left.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::convert::Convert;
use super::order::{Done, Event, Merge, Order, What};
use super::pool::Owned;
use super::queue::{Part, Queue};
use super::reader::{Cutting, Incoming, Reader, Shared};
use super::source::GoesOn;
use super::turn::{Flow, Sink, Turn};
use crate::codec::Notes;
use crate::codec::quick::Slab;
use crate::error::Error;
use crate::wire::limits::{
    PART_BROKEN_MAX, PART_LEN_MAX, PART_OUT_MAX, SPARE_LEN_MAX, THREADS_MAX,
};

/// Closes a queue, however its user ends.
struct Closing<'q>(&'q Queue);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Leaves, however its user ends.
struct Leaving<'o, 'm>(&'o Order<'m>);

impl Drop for Leaving<'_, '_> {
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// How many threads are to convert: as many as there are cores, if nobody said.
pub(super) fn count(asked: usize) -> usize {
    match asked {
        0 => thread::available_parallelism().map_or(1, usize::from),
        asked => asked,
    }
    .min(THREADS_MAX)
}

/// Converts the rest of a stream by `workers` threads, or as many as the system
/// allows, and has `merge` put the results together. If the input is not there, and the
/// system allows no thread that waits for it, gives back what it was given.
///
/// # Errors
///
/// The output fails.
pub(super) fn run(
    start: GoesOn,
    input: Incoming,
    workers: usize,
    convert: &dyn Convert,
    blank: &Notes,
    merge: &mut (dyn Merge + Send),
) -> io::Result<Option<(GoesOn, Incoming)>> {
    let queue = Arc::new(Queue::new(workers));
    let _closing = Closing(&queue);
    let Incoming { reader: input, there } = input;
    let cutting = Cutting::new(start);
    if let Some(there) = there {
        let shared = Shared::new(cutting, there, &queue);
        let result = convert_by(workers, &Parts::Read(&shared), convert, blank, merge);
        shared.leave();
        return result.map(|()| None);
    }
    let reader = Reader { cutting, input, queue: Arc::clone(&queue) };
    let reader = Arc::new(Mutex::new(Some(reader)));
    let theirs = Arc::clone(&reader);
    let take = |reader: &Mutex<Option<Reader>>| {
        reader.lock().unwrap_or_else(PoisonError::into_inner).take()
    };
    // It may be waiting for input when the stream is at its end already, so
    // nobody waits for it.
    let thread = thread::Builder::new().name(String::from("reader"));
    if thread.spawn(move || take(&theirs).map(Reader::run)).is_err() {
        let given_back = take(&reader).map(|Reader { cutting, input, .. }| {
            (cutting.give_back(), Incoming { reader: input, there: None })
        });
        return Ok(given_back);
    }
    convert_by(workers, &Parts::Handed(&queue), convert, blank, merge).map(|()| None)
}

/// Has `workers` threads convert `parts`, and waits for the end.
fn convert_by(
    workers: usize,
    parts: &Parts<'_>,
    convert: &dyn Convert,
    blank: &Notes,
    merge: &mut (dyn Merge + Send),
) -> io::Result<()> {
    let order = &Order::new(merge);
    let turn = || {
        let blank = blank.fresh();
        Turn { convert, blank, out: Slab::default(), scratch: Vec::new() }
    };
    thread::scope(|scope| {
        let _closing = Closing(parts.queue());
        let mut started = 0;
        for worker in 0..workers {
            let turn = turn();
            let thread = thread::Builder::new().name(String::from("converter"));
            order.enter();
            if thread.spawn_scoped(scope, move || work(parts, worker, turn, order)).is_err() {
                order.leave();
                break;
            }
            started += 1;
        }
        if started == 0 {
            order.enter();
            work(parts, 0, turn(), order);
        }
        order.wait()
    })
}

/// Where those who convert have parts from.
enum Parts<'q> {
    /// Somebody hands them in.
    Handed(&'q Queue),
    /// They read them.
    Read(&'q Shared<'q>),
}

impl Parts<'_> {
    fn queue(&self) -> &Queue {
        match self {
            Parts::Handed(queue) => queue,
            Parts::Read(shared) => shared.queue,
        }
    }

    /// The next part for `worker` and memory for its output; none when there will
    /// be no more.
    fn next(&self, worker: usize) -> Option<(Part, Owned<Slab>)> {
        match self {
            Parts::Handed(queue) => queue.take(worker),
            Parts::Read(shared) => shared.next(worker),
        }
    }
}

/// Converts parts until there are no more.
fn work(parts: &Parts<'_>, worker: usize, mut turn: Turn<'_>, order: &Order<'_>) {
    let queue = parts.queue();
    let (_closing, _leaving) = (Closing(queue), Leaving(order));
    while let Some((mut part, slab)) = parts.next(worker) {
        turn.out = slab.memory;
        let mut gathered = Gathered::new(&turn.blank);
        if part.len <= PART_LEN_MAX && !queue.is_spanning() {
            // Nothing is written, so nothing fails; and whatever it stops at,
            // whoever puts the parts together goes on there.
            let _ = turn.run(&mut part.source, &mut gathered);
        }
        if turn.scratch.capacity() > SPARE_LEN_MAX {
            turn.scratch = Vec::new();
        }
        let events = gathered.finish(part.source.records);
        let out = Owned { owner: slab.owner, memory: std::mem::take(&mut turn.out) };
        if !order.hand_in(Done { part, out, events }, queue) {
            return;
        }
    }
}

/// Keeps everything for later.
struct Gathered {
    events: Vec<Event>,
    broken: usize,
    /// One note of each kind there was so far.
    seen: Notes,
    /// Notes of records all of whose kinds were seen before: of those only
    /// the number is told, so they may be told together.
    counted: Notes,
}

impl Gathered {
    fn new(blank: &Notes) -> Self {
        Gathered { events: Vec::new(), broken: 0, seen: blank.fresh(), counted: blank.fresh() }
    }

    fn finish(mut self, records: u64) -> Vec<Event> {
        self.count_up(records);
        self.events
    }

    /// Has told what was only counted up to here.
    fn count_up(&mut self, record: u64) {
        if !self.counted.is_empty() {
            let blank = self.counted.fresh();
            let what = What::Notes(std::mem::replace(&mut self.counted, blank));
            self.events.push(Event { at: 0, record, what });
        }
    }
}

impl Sink for Gathered {
    fn full(&mut self, out: &mut Slab) -> io::Result<Flow> {
        Ok(if out.len() < PART_OUT_MAX { Flow::On } else { Flow::Stop })
    }

    fn noted(&mut self, notes: Notes, record: u64) -> Flow {
        if !notes.is_news_to(&self.seen) {
            self.counted.append(notes);
            return Flow::On;
        }
        self.seen.append(notes.clone());
        self.events.push(Event { at: 0, record, what: What::Notes(notes) });
        // Which kinds are told by name depends on those before this part.
        if self.seen.is_full() { Flow::Stop } else { Flow::On }
    }

    fn broken(&mut self, out: &mut Slab, error: Error, record: u64) -> io::Result<Flow> {
        self.count_up(record);
        self.events.push(Event { at: out.len(), record, what: What::Broken(error) });
        self.broken += 1;
        Ok(if self.broken < PART_BROKEN_MAX { Flow::On } else { Flow::Stop })
    }
}
