//! The pump: reads, has each record converted, writes.

use std::io::{self, Write};

use super::convert::{Convert, Watch};
use super::order::{Done, Event, Merge, What};
use super::queue::Memory;
use super::reader::Incoming;
use super::source::{Next, Source, Wanted};
use super::split::{Fault, Split};
use super::threads;
use super::turn::{Flow, Sink, Stop, Turn};
use crate::codec::Notes;
use crate::codec::quick::Slab;
use crate::error::Error;
use crate::wire::limits::MUCH_LEN;

/// How a stream went.
pub struct Outcome {
    /// The records that were read and not passed over, broken ones included.
    pub records: u64,
    /// Those of them that were broken.
    pub broken: u64,
    /// What ended the stream before its end.
    pub fault: Option<Error>,
}

/// Reads records from `input` until it ends or no more are wanted, has each
/// appended to the output by `convert`, and writes to `output`, which is always
/// told everything before the pump waits for more input. `watch` is told how
/// they went.
///
/// # Errors
///
/// The output fails. Faults of the input are in the [`Outcome`], since what
/// came before them has been written.
pub fn pump(
    mut input: Incoming,
    output: &mut (dyn Write + Send),
    split: Split,
    wanted: &Wanted,
    convert: &dyn Convert,
    watch: &mut (dyn Watch + Send),
) -> io::Result<Outcome> {
    let mut pump = Pump {
        source: Source::new(split, wanted),
        skip: wanted.skip,
        turn: Turn { convert, blank: watch.notes(), out: Slab::default(), scratch: Vec::new() },
        told: Told { output, watch, broken: 0, fault: None },
    };
    let (mut arrived, mut last, mut threads) = (0, 0, wanted.threads);
    // Nothing is read if nothing is wanted.
    while wanted.limit > 0 && pump.run()? {
        // Threads are worth it when so much has come that more is likely to.
        // How many records there are in a part is not known before it is
        // converted, so those who count them go without.
        let much = arrived >= wanted.alone && last >= MUCH_LEN.min(wanted.alone as usize);
        if much && pump.skip == 0 && wanted.limit == u64::MAX && threads != 1 {
            threads = threads::count(threads);
            if threads > 1 {
                match pump.go_on(input, threads)? {
                    None => break,
                    // The system allows no threads.
                    Some(given_back) => (input, threads) = (given_back, 1),
                }
            }
        }
        match pump.source.fill(&mut *input.reader) {
            Ok(read) => (arrived, last) = (arrived + read as u64, read),
            Err(error) => {
                pump.told.fault = Some(error);
                break;
            }
        }
    }
    Ok(pump.outcome(wanted))
}

/// A stream on its way through.
struct Pump<'a> {
    source: Source,
    /// Records that are still to be passed over.
    skip: u64,
    turn: Turn<'a>,
    told: Told<'a>,
}

impl Pump<'_> {
    /// Has what has arrived converted and written; says whether more input is
    /// wanted.
    fn run(&mut self) -> io::Result<bool> {
        let more = loop {
            let stop = match self.skip() {
                Some(stop) => stop,
                None => self.turn.run(&mut self.source, &mut self.told)?,
            };
            match stop {
                Stop::More => break true,
                Stop::End | Stop::Told => break false,
                Stop::Fault(fault) => {
                    if self.fault(fault)? == Flow::Stop {
                        break false;
                    }
                }
            }
        };
        self.told.write(&mut self.turn.out)?;
        self.told.watch.so_far(self.source.offset(), self.source.records);
        Ok(more)
    }

    /// Passes over records that are not wanted; none when that is done.
    fn skip(&mut self) -> Option<Stop> {
        while self.skip > 0 {
            match self.source.next() {
                Ok(Next::Record(_)) => self.skip -= 1,
                Ok(Next::More) => return Some(Stop::More),
                Ok(Next::End) => return Some(Stop::End),
                Err(fault) => return Some(Stop::Fault(fault)),
            }
        }
        None
    }

    /// A fault of the framing: the stream goes on if there is a way, and
    /// whoever watches it wants to.
    fn fault(&mut self, fault: Fault) -> io::Result<Flow> {
        self.source.records += 1;
        let number = self.source.records;
        let Some(resync) = fault.resync else {
            if let Some(header) = fault.cut.filter(|_| self.skip == 0) {
                self.turn.cut(self.source.cut_record(header));
            }
            self.told.write(&mut self.turn.out)?;
            self.told.broken += 1;
            self.told.fault = Some(fault.error.in_record(number));
            return Ok(Flow::Stop);
        };
        self.source.resync(resync);
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(Flow::On);
        }
        self.told.broken(&mut self.turn.out, fault.error, number)
    }

    /// Goes on with threads; gives the input back if there can be none.
    fn go_on(&mut self, input: Incoming, threads: usize) -> io::Result<Option<Incoming>> {
        let start = self.source.give_away();
        let (convert, blank) = (self.turn.convert, self.turn.blank.fresh());
        let given_back = threads::run(start, input, threads, convert, &blank, self)?;
        Ok(given_back.map(|(start, input)| {
            self.source.take_back(start);
            input
        }))
    }

    /// Writes and tells what a part has come to, before which everything was
    /// consumed.
    fn tell(&mut self, out: &Slab, events: Vec<Event>) -> io::Result<Flow> {
        let mut written = 0;
        for event in events {
            let record = self.source.records + event.record;
            let error = match event.what {
                What::Notes(notes) => {
                    self.told.watch.noted(notes, record);
                    continue;
                }
                What::Broken(error) => error,
            };
            self.told.output.write_all(&out.filled()[written..event.at])?;
            written = event.at;
            if self.told.broken(&mut self.turn.out, error, record)? == Flow::Stop {
                self.source.records = record;
                return Ok(Flow::Stop);
            }
        }
        self.told.output.write_all(&out.filled()[written..])?;
        Ok(Flow::On)
    }

    fn outcome(self, wanted: &Wanted) -> Outcome {
        let records = self.source.records - (wanted.skip - self.skip);
        Outcome { records, broken: self.told.broken, fault: self.told.fault }
    }
}

impl Merge for Pump<'_> {
    fn take(&mut self, done: Done) -> io::Result<Option<Memory>> {
        let Done { part, out, events } = done;
        let buffer = if self.source.is_idle() {
            if self.tell(&out.memory, events)? == Flow::Stop {
                return Ok(None);
            }
            Ok(self.source.adopt(part.source))
        } else {
            self.source.append(part.source)
        };
        let buffer = match (buffer, part.failed) {
            (Ok(buffer), None) => buffer,
            (Err(error), _) | (_, Some(error)) => {
                // What came before it is written.
                self.run()?;
                self.told.fault.get_or_insert(error);
                return Ok(None);
            }
        };
        // Goes on with what was left of the part.
        Ok(self.run()?.then_some((buffer, out)))
    }

    fn is_spanning(&self) -> bool {
        !self.source.is_idle()
    }
}

/// Writes at once, and tells at once.
struct Told<'a> {
    output: &'a mut (dyn Write + Send),
    watch: &'a mut (dyn Watch + Send),
    broken: u64,
    fault: Option<Error>,
}

impl Told<'_> {
    /// Writes what is gathered, and sees to it that it arrives.
    fn write(&mut self, out: &mut Slab) -> io::Result<()> {
        self.full(out)?;
        self.output.flush()
    }
}

impl Sink for Told<'_> {
    fn full(&mut self, out: &mut Slab) -> io::Result<Flow> {
        self.output.write_all(out.filled())?;
        out.clear();
        Ok(Flow::On)
    }

    fn noted(&mut self, notes: Notes, record: u64) -> Flow {
        self.watch.noted(notes, record);
        Flow::On
    }

    fn broken(&mut self, out: &mut Slab, error: Error, record: u64) -> io::Result<Flow> {
        // What came before the fault is seen before the fault is told.
        self.write(out)?;
        self.broken += 1;
        self.fault = self.watch.broken(error.in_record(record)).err();
        Ok(if self.fault.is_some() { Flow::Stop } else { Flow::On })
    }
}
