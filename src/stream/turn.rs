//! The loop that has records converted, wherever they and the results go.

use std::io;

use super::convert::Convert;
use super::source::{Next, Record, Source};
use super::split::Fault;
use crate::codec::Notes;
use crate::codec::quick::Slab;
use crate::error::Error;
use crate::wire::limits::WRITE_LEN;

/// Whether to go on with the next record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    On,
    Stop,
}

/// Why the loop came to an end.
pub(super) enum Stop {
    /// More input is needed.
    More,
    /// Nothing is left, or no more is wanted.
    End,
    /// Who gets the records wants no more.
    Told,
    /// The framing has a fault, at a record that is not counted yet.
    Fault(Fault),
}

/// Whoever gets what records become. The output is what has been gathered;
/// they may take it away.
pub(super) trait Sink {
    /// Enough output is gathered to be worth writing.
    fn full(&mut self, out: &mut Slab) -> io::Result<Flow>;

    /// There are notes of a record, which is counted from 1.
    fn noted(&mut self, notes: Notes, record: u64) -> Flow;

    /// A record is broken, which is counted from 1 as well.
    fn broken(&mut self, out: &mut Slab, error: Error, record: u64) -> io::Result<Flow>;
}

/// What turning records takes, kept from one time to the next.
pub(super) struct Turn<'c> {
    pub convert: &'c dyn Convert,
    /// An empty list of notes, as strict as all are.
    pub blank: Notes,
    pub out: Slab,
    pub scratch: Vec<u8>,
}

impl Turn<'_> {
    /// Has what there is of a record converted where that is wanted. What is wrong
    /// with it is told already.
    pub fn cut(&mut self, record: Record<'_>) {
        if !self.convert.keeps_broken() || record.start == record.end {
            return;
        }
        self.scratch.clear();
        let mut notes = self.blank.fresh();
        let _ = self.convert.record(record, &mut self.scratch, &mut self.out, &mut notes);
    }

    /// Has the records of `source` converted, as far as they have arrived.
    pub fn run(&mut self, source: &mut Source, sink: &mut dyn Sink) -> io::Result<Stop> {
        while source.wanted > 0 {
            let most = self.out.len() + WRITE_LEN;
            let any = source.many(self.convert, most, &mut self.out);
            if self.out.len() >= WRITE_LEN && sink.full(&mut self.out)? == Flow::Stop {
                return Ok(Stop::Told);
            }
            if any {
                // There may be more of these.
                continue;
            }
            let record = match source.next() {
                Ok(Next::Record(record)) => record,
                Ok(Next::More) => return Ok(Stop::More),
                Ok(Next::End) => return Ok(Stop::End),
                Err(fault) => return Ok(Stop::Fault(fault)),
            };
            let (whole, cut) = (self.out.len(), record.cut);
            let mut notes = self.blank.fresh();
            self.scratch.clear();
            match self.convert.record(record, &mut self.scratch, &mut self.out, &mut notes) {
                Ok(()) => {
                    source.wanted -= 1;
                    if !notes.is_empty() && sink.noted(notes, source.records) == Flow::Stop {
                        return Ok(Stop::Told);
                    }
                }
                Err(error) => {
                    if !self.convert.keeps_broken() {
                        self.out.truncate(whole);
                    }
                    // What the codec says of the end says more.
                    let hint = (cut && !error.has_hint()).then(|| source.cut_hint().to_owned());
                    let error = if cut { error } else { error.of_whole_record() };
                    let error = error.maybe_hint(hint);
                    if sink.broken(&mut self.out, error, source.records)? == Flow::Stop {
                        return Ok(Stop::Told);
                    }
                }
            }
        }
        Ok(Stop::End)
    }
}
