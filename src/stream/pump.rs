//! The pump: reads, has each record converted, writes.

use std::io::{Read, Write};

use super::split::{Found, Split};
use crate::codec::Origin;
use crate::error::{Error, Result};
use crate::wire::limits::{READ_LEN, WRITE_LEN};

/// One record of a stream.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    /// Counted from 1.
    pub number: u64,
    /// The message, as the format has it.
    pub bytes: &'a [u8],
    /// Where `bytes` begins in the input.
    pub offset: u64,
    /// The same as a line and a column; for binary the start of the input.
    pub origin: Origin,
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
/// before the pump waits for more input.
///
/// `broken` is told of each record that cannot be read; when it answers with
/// an error the stream stops there.
///
/// # Errors
///
/// The output fails. Faults of the input are in the [`Outcome`], since what
/// came before them has been written.
pub fn pump(
    input: &mut dyn Read,
    output: &mut dyn Write,
    split: Split,
    mut convert: impl FnMut(Record<'_>, &mut Vec<u8>) -> Result<()>,
    mut broken: impl FnMut(Error) -> Result<()>,
) -> Result<Outcome, std::io::Error> {
    let mut source = Source::new(input, split);
    let mut out = Vec::with_capacity(2 * WRITE_LEN);
    let mut outcome = Outcome { records: 0, broken: 0, fault: None };
    while outcome.fault.is_none() {
        let whole = out.len();
        match source.next() {
            Ok(Next::Record(record)) => {
                outcome.records = record.number;
                if let Err(error) = convert(record, &mut out) {
                    out.truncate(whole);
                    outcome.broken += 1;
                    // What came before the fault is seen before the fault is told.
                    output.write_all(&out)?;
                    output.flush()?;
                    out.clear();
                    outcome.fault = broken(error.in_record(outcome.records)).err();
                }
            }
            Ok(Next::More) => {
                // The reader of the output sees every record before we wait.
                output.write_all(&out)?;
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
            output.write_all(&out)?;
            out.clear();
        }
    }
    output.write_all(&out)?;
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
    buffer: Vec<u8>,
    /// What of the buffer is consumed.
    start: usize,
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
            offset: 0,
            origin: Origin::START,
            records: 0,
            ended: false,
        }
    }

    /// Reads what there is, at most [`READ_LEN`].
    fn fill(&mut self) -> Result<()> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let there = self.buffer.len();
        if self.buffer.try_reserve(READ_LEN).is_err() {
            let what = format!("a record of more than {there} bytes does not fit in memory");
            return Err(Error::failure(what).at_byte(self.offset));
        }
        self.buffer.resize(there + READ_LEN, 0);
        let read = loop {
            match self.input.read(&mut self.buffer[there..]) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.buffer.truncate(there + *read.as_ref().unwrap_or(&0));
        match read {
            Ok(read) => {
                self.ended = read == 0;
                Ok(())
            }
            Err(error) => Err(Error::failure(format!("the input cannot be read: {error}"))
                .at_byte(self.offset + there as u64)),
        }
    }

    fn next(&mut self) -> Result<Next<'_>> {
        loop {
            let bytes = &self.buffer[self.start..];
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
                bytes: &self.buffer[start..start + payload],
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
