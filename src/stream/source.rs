//! Bytes that have arrived, cut into records.

use std::io::Read;

use memchr::memchr;

use super::arrived::Arrived;
use super::convert::Convert;
use super::pool::Owned;
use super::split::{Fault, Found, Resync, Split};
use crate::codec::Origin;
use crate::codec::quick::Slab;
use crate::error::{Error, Excerpt, Result};
use crate::wire::reader::bytes_of;

/// One record of a stream.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    /// What of the input is in memory: the record, and at least [`crate::codec::quick::SLACK`]
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

/// How much of a stream is wanted.
#[derive(Clone, Copy)]
pub struct Wanted {
    /// Records that are passed over first.
    pub skip: u64,
    /// Records that are converted, at most.
    pub limit: u64,
    /// The bytes of a record, at most.
    pub max_len: u64,
    /// The threads that convert records; 0 for as many as there are cores.
    pub threads: usize,
    /// The bytes that are converted before any thread is started.
    pub alone: u64,
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
    /// Those up to the end of a value, of which the start is gone.
    Value,
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
    pub max_len: u64,
}

/// What threads are handed of a stream: where it goes on.
pub(super) struct GoesOn {
    pub split: Split,
    pub arrived: Arrived,
    pub offset: u64,
    pub origin: Origin,
    pub ended: bool,
    pub max_len: u64,
}

impl Source {
    pub fn new(split: Split, wanted: &Wanted) -> Self {
        let start = GoesOn {
            split,
            arrived: Arrived::default(),
            offset: 0,
            origin: Origin::START,
            ended: false,
            max_len: wanted.max_len,
        };
        Source { wanted: wanted.limit, ..Source::from(start) }
    }

    /// Where what is not consumed begins in the input.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether it stands at the start of a record of which nothing has arrived.
    pub fn is_idle(&self) -> bool {
        self.arrived.rest().is_empty()
            && self.split.is_between()
            && self.passing == Passing::Nothing
    }

    /// Gives away what has arrived of a record, for others to go on.
    pub fn give_away(&mut self) -> GoesOn {
        let origin = self.count_lines();
        if !self.arrived.rest().is_empty() {
            self.split = self.split.fresh();
        }
        self.counted = 0;
        GoesOn {
            split: self.split.fresh(),
            arrived: std::mem::take(&mut self.arrived),
            offset: self.offset,
            origin,
            ended: self.ended,
            max_len: self.max_len,
        }
    }

    /// Takes back what was given away.
    pub fn take_back(&mut self, start: GoesOn) {
        self.arrived = start.arrived;
        self.counted = self.arrived.passed();
    }

    /// Goes on where `part` has come to, which begins where this has come to.
    /// Gives memory that is not needed any more.
    pub fn adopt(&mut self, part: Source) -> Owned<Vec<u8>> {
        let (records, wanted) = (self.records + part.records, self.wanted);
        let done = std::mem::replace(self, Source { records, wanted, ..part });
        done.arrived.into_spare()
    }

    /// Goes on with the bytes of `part`, whatever it has made of them.
    pub fn append(&mut self, mut part: Source) -> Result<Owned<Vec<u8>>> {
        self.count_lines();
        part.arrived.rewind();
        let pushed = self.arrived.push(part.arrived.rest(), self.offset);
        self.counted = self.arrived.passed();
        pushed?;
        self.ended = part.ended;
        Ok(part.arrived.into_spare())
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
        let read = self.arrived.fill(input, self.offset);
        self.counted = self.arrived.passed();
        let read = read?;
        self.ended = read == 0;
        Ok(read)
    }

    /// Has as many records converted in one go as can be; whether there were any.
    pub fn many(&mut self, convert: &dyn Convert, most: usize, out: &mut Slab) -> bool {
        // A record of which a part was looked at goes on where that stopped.
        if !self.split.is_between() || self.passing != Passing::Nothing {
            return false;
        }
        let (window, start) = self.arrived.window();
        // Not more records are in here than wanted, since each has a byte, and
        // none that is too long.
        let len = (self.arrived.rest().len() as u64).min(self.wanted).min(self.max_len);
        if len == 0 {
            return false;
        }
        let (records, behind) = convert.many(window, start..start + len as usize, most, out);
        self.pass(behind - start);
        self.records += records;
        self.wanted -= records;
        records > 0
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
                // Of a value the end is looked for, without keeping it.
                let resync = match (&self.split, found) {
                    (Split::Values(values), Found::Record { consumed, .. })
                        if values.skips_line() =>
                    {
                        Resync::Line(consumed as u64)
                    }
                    (Split::Values(_), Found::Record { consumed, .. }) => {
                        Resync::Bytes(consumed as u64)
                    }
                    (Split::Values(_), _) => Resync::Value,
                    _ => Resync::Line(self.max_len),
                };
                if resync != Resync::Value {
                    // Whoever looks here once more finds the same.
                    self.split = self.split.fresh();
                }
                return Err(self.too_long(resync));
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
            let (start, offset) = (self.arrived.passed() + header, self.offset + header as u64);
            let origin = if self.split.is_text() { self.count_lines() } else { Origin::START };
            self.records += 1;
            self.pass(consumed);
            let (window, _) = self.arrived.window();
            let end = start + payload;
            return Ok(Next::Record(Record { window, start, end, offset, origin, cut }));
        }
    }

    /// What there is of the last record, which the end of the input cuts short
    /// behind `header` bytes before it.
    pub fn cut_record(&self, header: usize) -> Record<'_> {
        let (window, at) = self.arrived.window();
        let offset = self.offset + header as u64;
        let (start, end) = (at + header, at + self.arrived.rest().len());
        Record { window, start, end, offset, origin: Origin::START, cut: true }
    }

    /// Passes what belongs to no record after a fault.
    pub fn resync(&mut self, resync: Resync) {
        self.passing = match resync {
            Resync::Bytes(bytes) => Passing::Bytes(bytes),
            Resync::Line(behind) => {
                // What is too long is there.
                self.pass(behind as usize);
                Passing::Line
            }
            Resync::Value => Passing::Value,
        };
    }

    /// Passes the rest of a value that is not taken; false if there may be more.
    fn pass_value(&mut self) -> bool {
        let Split::Values(values) = &mut self.split else { return true };
        match values.next(self.arrived.rest(), self.ended) {
            Found::Record { consumed, .. } => {
                self.passing = Passing::Nothing;
                self.pass(consumed);
                true
            }
            _ => {
                let looked_at = values.forget();
                self.pass(looked_at);
                false
            }
        }
    }

    /// Passes bytes that belong to no record; false if there may be more.
    fn pass_over(&mut self) -> bool {
        if self.passing == Passing::Value {
            return self.pass_value();
        }
        let rest = self.arrived.rest();
        let (now, done) = match self.passing {
            Passing::Nothing | Passing::Value => return true,
            Passing::Bytes(bytes) => {
                let now = bytes.min(rest.len() as u64);
                self.passing = Passing::Bytes(bytes - now);
                (now as usize, now == bytes)
            }
            Passing::Line => match memchr(b'\n', rest) {
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
    fn too_long(&mut self, resync: Resync) -> Fault {
        let Origin { line, column } = self.count_lines();
        let what = format!("a record is longer than {}", bytes_of(self.max_len));
        let shown = &self.arrived.rest()[..self.max_len as usize];
        let error = Error::failure(what)
            .at_line_column(line, column)
            .showing(Excerpt::of_text(shown, 0..1))
            .hint(format!("`--max-message-size` is {}", self.max_len));
        Fault { error, resync: Some(resync), cut: None }
    }

    /// The line and the column of what is not consumed.
    fn count_lines(&mut self) -> Origin {
        if self.split.is_text() {
            let (window, start) = self.arrived.window();
            self.origin = self.origin.after(&window[self.counted..start]);
            self.counted = start;
        }
        self.origin
    }

    fn pass(&mut self, consumed: usize) {
        self.arrived.pass(consumed);
        self.offset += consumed as u64;
    }
}

impl From<GoesOn> for Source {
    fn from(start: GoesOn) -> Self {
        Source {
            split: start.split,
            counted: start.arrived.passed(),
            arrived: start.arrived,
            offset: start.offset,
            origin: start.origin,
            passing: Passing::Nothing,
            ended: start.ended,
            records: 0,
            wanted: u64::MAX,
            max_len: start.max_len,
        }
    }
}
