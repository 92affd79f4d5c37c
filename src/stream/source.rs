//! Bytes that have arrived, cut into records.

use std::io::{ErrorKind, Read};

use super::convert::Convert;
use super::split::{Fault, Found, Resync, Split};
use crate::codec::Origin;
use crate::codec::quick::{SLACK, Slab};
use crate::error::{Error, Excerpt, Result};
use crate::wire::limits::READ_LEN;
use crate::wire::reader::bytes_of;

/// One record of a stream.
#[derive(Clone, Copy)]
pub struct Record<'a> {
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
    /// Whether the input ended before the record did.
    pub cut: bool,
}

impl<'a> Record<'a> {
    /// The message, as the format has it.
    pub fn bytes(&self) -> &'a [u8] {
        &self.window[self.start..self.end]
    }
}

/// Bytes that have arrived, of which the first may be consumed.
#[derive(Default)]
pub(super) struct Arrived {
    /// What has arrived, and at least [`SLACK`] bytes behind it.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl Arrived {
    /// What is not consumed.
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Moves what is not consumed to the front, and makes room for so much more.
    fn make_room(&mut self, more: usize) -> Result<(), usize> {
        self.buffer.copy_within(self.start..self.end, 0);
        let there = self.end - self.start;
        (self.start, self.end) = (0, there);
        let needed = there + more + SLACK;
        if needed > self.buffer.len() {
            self.buffer.try_reserve(needed - self.buffer.len()).map_err(|_| there)?;
            self.buffer.resize(needed, 0);
        }
        Ok(())
    }

    /// Reads what there is, about [`READ_LEN`] at most, and gives how much it
    /// was. `offset` is where the bytes that are not consumed begin in the
    /// input.
    pub fn fill(&mut self, input: &mut dyn Read, offset: u64) -> Result<usize> {
        self.make_room(READ_LEN).map_err(|there| {
            let what = format!("a record of more than {there} bytes does not fit in memory");
            Error::failure(what).at_byte(offset)
        })?;
        let room = self.buffer.len() - SLACK;
        loop {
            match input.read(&mut self.buffer[self.end..room]) {
                Ok(read) => {
                    self.end += read;
                    return Ok(read);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(Error::failure(format!("the input cannot be read: {error}"))
                        .at_byte(offset + self.end as u64));
                }
            }
        }
    }
}

/// How much of a stream is wanted.
#[derive(Clone, Copy)]
pub struct Wanted {
    /// Records that are passed over first.
    pub skip: u64,
    /// Records that are converted, at most.
    pub limit: u64,
    /// The bytes of a record, at most.
    pub max_len: u64,
}

/// What comes next.
pub(super) enum Next<'a> {
    Record(Record<'a>),
    /// More input is needed to tell.
    More,
    End,
}

/// Bytes that belong to no record.
#[derive(PartialEq, Eq)]
enum Passing {
    Nothing,
    Bytes(u64),
    /// Those up to the end of a line.
    Line,
}

/// What has arrived of the input, cut into records.
pub(super) struct Source {
    split: Split,
    arrived: Arrived,
    /// Where what is not consumed begins in the input.
    offset: u64,
    /// The place in `arrived` up to which lines are counted, and its own.
    counted: usize,
    origin: Origin,
    passing: Passing,
    /// Whether no more will arrive.
    pub ended: bool,
    /// The records that were found, passed or taken.
    pub records: u64,
    /// Records that are still wanted.
    pub wanted: u64,
    max_len: u64,
}

impl Source {
    pub fn new(split: Split, wanted: &Wanted) -> Self {
        Source {
            split,
            arrived: Arrived::default(),
            offset: 0,
            counted: 0,
            origin: Origin::START,
            passing: Passing::Nothing,
            ended: false,
            records: 0,
            wanted: wanted.limit,
            max_len: wanted.max_len,
        }
    }

    /// What to say of a broken record that the end of the input cut.
    pub fn cut_hint(&self) -> &'static str {
        match self.split {
            Split::Framed(_) => "the input is cut short",
            Split::Lines(_) => "no newline ends the last line: the input may be cut short",
            Split::Values(_) => "the input ends in the middle of the value",
        }
    }

    /// Reads what there is, and gives how much it was.
    pub fn fill(&mut self, input: &mut dyn Read) -> Result<usize> {
        self.count_lines();
        let read = self.arrived.fill(input, self.offset)?;
        self.counted = 0;
        self.ended = read == 0;
        Ok(read)
    }

    /// Has as many records converted in one go as can be.
    pub fn many(&mut self, convert: &dyn Convert, most: usize, out: &mut Slab) {
        // A record of which a part was looked at goes on where that stopped.
        if !self.split.is_between() || self.passing != Passing::Nothing {
            return;
        }
        let Arrived { buffer, start, end } = &self.arrived;
        // Not more records are in here than wanted, since each has a byte, and
        // none that is too long.
        let len = ((end - start) as u64).min(self.wanted).min(self.max_len);
        let (records, behind) = convert.many(buffer, *start..start + len as usize, most, out);
        self.pass(behind - self.arrived.start);
        self.records += records;
        self.wanted -= records;
    }

    /// The next record, which is then passed.
    ///
    /// # Errors
    ///
    /// A fault of the framing, or a record that is too long.
    pub fn next(&mut self) -> Result<Next<'_>, Fault> {
        loop {
            if !self.pass_over() {
                return Ok(if self.ended { Next::End } else { Next::More });
            }
            let bytes = self.arrived.rest();
            let len = bytes.len() as u64;
            let found = self.split.next(bytes, self.ended, self.offset, self.max_len)?;
            // A line may have one byte more, which belongs to its end.
            let is_long = match found {
                Found::Record { payload, .. } => payload as u64 > self.max_len,
                Found::More => self.split.is_text() && len > self.max_len.saturating_add(1),
                Found::Between { .. } | Found::End => false,
            };
            if is_long {
                return Err(self.too_long());
            }
            let (header, payload, consumed, cut) = match found {
                Found::Record { header, payload, consumed, cut } => {
                    (header, payload, consumed, cut)
                }
                Found::Between { consumed } => {
                    self.pass(consumed);
                    continue;
                }
                Found::More => return Ok(Next::More),
                Found::End => return Ok(Next::End),
            };
            let (start, offset) = (self.arrived.start + header, self.offset + header as u64);
            let origin = if self.split.is_text() { self.count_lines() } else { Origin::START };
            self.records += 1;
            self.pass(consumed);
            let window = &self.arrived.buffer;
            let end = start + payload;
            return Ok(Next::Record(Record { window, start, end, offset, origin, cut }));
        }
    }

    /// Passes what belongs to no record after a fault.
    pub fn resync(&mut self, resync: Resync) {
        self.split = self.split.fresh();
        self.passing = match resync {
            Resync::Bytes(bytes) => Passing::Bytes(bytes),
            Resync::Line(behind) => {
                // What is too long is there.
                self.pass(behind as usize);
                Passing::Line
            }
        };
    }

    /// Passes bytes that belong to no record; false if there may be more.
    fn pass_over(&mut self) -> bool {
        let rest = self.arrived.rest();
        let (now, done) = match self.passing {
            Passing::Nothing => return true,
            Passing::Bytes(bytes) => {
                let now = bytes.min(rest.len() as u64);
                self.passing = Passing::Bytes(bytes - now);
                (now as usize, now == bytes)
            }
            Passing::Line => match rest.iter().position(|&byte| byte == b'\n') {
                Some(newline) => (newline + 1, true),
                None => (rest.len(), false),
            },
        };
        if done {
            self.passing = Passing::Nothing;
        }
        self.pass(now);
        done
    }

    /// A record of text that is longer than what is taken, though its end may
    /// not have arrived.
    #[cold]
    fn too_long(&mut self) -> Fault {
        let Origin { line, column } = self.count_lines();
        let what = format!("a record is longer than {}", bytes_of(self.max_len));
        let shown = &self.arrived.rest()[..self.max_len as usize];
        let error = Error::failure(what)
            .at_line_column(line, column)
            .showing(Excerpt::of_text(shown, 0..1))
            .hint(format!("`--max-message-size` is {}", self.max_len));
        Fault { error, resync: Some(Resync::Line(self.max_len)) }
    }

    /// The line and the column of what is not consumed.
    fn count_lines(&mut self) -> Origin {
        if self.split.is_text() {
            let passed = &self.arrived.buffer[self.counted..self.arrived.start];
            self.origin = self.origin.after(passed);
            self.counted = self.arrived.start;
        }
        self.origin
    }

    fn pass(&mut self, consumed: usize) {
        self.arrived.start += consumed;
        self.offset += consumed as u64;
    }
}
