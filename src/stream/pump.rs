//! The pump: reads, has each record converted, writes.

use std::io::{Read, Write};

use super::convert::{Convert, Watch};
use super::split::{Found, Split};
use crate::codec::Origin;
use crate::codec::quick::{SLACK, Slab};
use crate::error::{Error, Result};
use crate::wire::limits::{READ_LEN, WRITE_LEN};

/// One record of a stream.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    /// Counted from 1.
    pub number: u64,
    /// What of the input is in memory: the record, and at least [`SLACK`]
    /// bytes behind it.
    pub window: &'a [u8],
    /// Where the record begins in the window.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Where the record begins in the input.
    pub offset: u64,
    /// The same as a line and a column; for binary the start of the input.
    pub origin: Origin,
}

impl<'a> Record<'a> {
    /// The message, as the format has it.
    pub fn bytes(&self) -> &'a [u8] {
        &self.window[self.start..self.end]
    }
}

/// How a stream went.
pub struct Outcome {
    /// The records that were read, broken ones included.
    pub records: u64,
    /// Those of them that were broken.
    pub broken: u64,
    /// What ended the stream before its end.
    pub fault: Option<Error>,
}

/// Reads records from `input` until it ends, has each appended to the output
/// by `convert`, and writes to `output`, which is always told everything
/// before the pump waits for more input. `watch` is told how they went.
///
/// # Errors
///
/// The output fails. Faults of the input are in the [`Outcome`], since what
/// came before them has been written.
pub fn pump(
    input: &mut dyn Read,
    output: &mut dyn Write,
    split: Split,
    convert: &dyn Convert,
    watch: &mut dyn Watch,
) -> Result<Outcome, std::io::Error> {
    let mut source = Source::new(input, split);
    let mut out = Slab::default();
    let mut scratch = Vec::new();
    let mut outcome = Outcome { records: 0, broken: 0, fault: None };
    while outcome.fault.is_none() {
        outcome.records += source.many(convert, &mut out);
        let whole = out.len();
        match source.next() {
            Ok(Next::Record(record)) => {
                outcome.records = record.number;
                let mut notes = watch.notes();
                scratch.clear();
                if let Err(error) = convert.record(record, &mut scratch, &mut out, &mut notes) {
                    out.truncate(whole);
                    outcome.broken += 1;
                    // What came before the fault is seen before the fault is told.
                    output.write_all(out.filled())?;
                    output.flush()?;
                    out.clear();
                    outcome.fault = watch.broken(error.in_record(outcome.records)).err();
                } else {
                    watch.noted(notes, outcome.records);
                }
            }
            Ok(Next::More) => {
                // The reader of the output sees every record before we wait.
                output.write_all(out.filled())?;
                output.flush()?;
                out.clear();
                outcome.fault = source.fill().err();
            }
            Ok(Next::End) => break,
            Err(error) => {
                outcome.records += 1;
                outcome.broken += 1;
                outcome.fault = Some(error.in_record(outcome.records));
            }
        }
        if out.len() >= WRITE_LEN {
            output.write_all(out.filled())?;
            out.clear();
        }
    }
    output.write_all(out.filled())?;
    output.flush()?;
    Ok(outcome)
}

enum Next<'a> {
    Record(Record<'a>),
    More,
    End,
}

/// The input, cut into records.
struct Source<'i> {
    input: &'i mut dyn Read,
    split: Split,
    /// What has arrived, and at least [`SLACK`] bytes behind it.
    buffer: Vec<u8>,
    /// What of the buffer is consumed.
    start: usize,
    /// Where what has arrived ends.
    end: usize,
    /// Where `start` stands in the input.
    offset: u64,
    origin: Origin,
    records: u64,
    ended: bool,
}

impl<'i> Source<'i> {
    fn new(input: &'i mut dyn Read, split: Split) -> Self {
        Source {
            input,
            split,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            offset: 0,
            origin: Origin::START,
            records: 0,
            ended: false,
        }
    }

    /// Reads what there is, at most [`READ_LEN`].
    fn fill(&mut self) -> Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        let there = self.end - self.start;
        (self.start, self.end) = (0, there);
        let needed = there + READ_LEN + SLACK;
        if needed > self.buffer.len() {
            if self.buffer.try_reserve(needed - self.buffer.len()).is_err() {
                let what = format!("a record of more than {there} bytes does not fit in memory");
                return Err(Error::failure(what).at_byte(self.offset));
            }
            self.buffer.resize(needed, 0);
        }
        let room = self.buffer.len() - SLACK;
        let read = loop {
            match self.input.read(&mut self.buffer[there..room]) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        match read {
            Ok(read) => {
                self.ended = read == 0;
                self.end += read;
                Ok(())
            }
            Err(error) => Err(Error::failure(format!("the input cannot be read: {error}"))
                .at_byte(self.offset + there as u64)),
        }
    }

    /// Has as many records converted in one go as can be, and gives how many.
    fn many(&mut self, convert: &dyn Convert, out: &mut Slab) -> u64 {
        // A record of which a part was looked at goes on where that stopped.
        if !self.split.is_between() {
            return 0;
        }
        let range = self.start..self.end;
        let (records, behind) = convert.many(&self.buffer, range, WRITE_LEN, out);
        self.pass(behind - self.start);
        self.records += records;
        records
    }

    fn next(&mut self) -> Result<Next<'_>> {
        loop {
            let bytes = &self.buffer[self.start..self.end];
            let (header, payload, consumed) =
                match self.split.next(bytes, self.ended, self.offset)? {
                    Found::Record { header, payload, consumed } => (header, payload, consumed),
                    Found::Between { consumed } => {
                        self.pass(consumed);
                        continue;
                    }
                    Found::More => return Ok(Next::More),
                    Found::End => return Ok(Next::End),
                };
            self.records += 1;
            let (start, offset, origin) = (self.start + header, self.offset, self.origin);
            self.pass(consumed);
            return Ok(Next::Record(Record {
                number: self.records,
                window: &self.buffer,
                start,
                end: start + payload,
                offset: offset + header as u64,
                origin,
            }));
        }
    }

    fn pass(&mut self, consumed: usize) {
        if self.split.is_text() {
            self.origin = self.origin.after(&self.buffer[self.start..self.start + consumed]);
        }
        self.start += consumed;
        self.offset += consumed as u64;
    }
}
