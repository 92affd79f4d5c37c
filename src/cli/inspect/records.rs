//! Many records, one after another, each as it arrives.

use std::io::{self, Read};
use std::sync::PoisonError;

use super::super::bytes::{bytes, split};
use super::super::format::Format;
use super::super::guess;
use super::super::io::{Input, Sampled};
use super::super::streaming::Streaming;
use super::show::{Show, Shown, check};
use crate::codec::Origin;
use crate::error::{Error, Result, reason};
use crate::inspect::{Overrules, frame, unread, view};
use crate::stream::split::{Fault, Found, Resync, Split};
use crate::table::Root;
use crate::wire::limits::READ_LEN;

/// Shows the records of a stream.
///
/// # Errors
///
/// The first fault, after everything was shown; the input or the output fails.
pub fn run(
    input: &Input,
    from: Format,
    streaming: Streaming,
    root: Option<Root<'_>>,
    overrules: &Overrules,
    show: &Show<'_>,
) -> Result<()> {
    let split = split(from, streaming.framing);
    let (source, sample) = Sampled::new(input.open()?, input.size());
    let shown = show.many()?;
    let mut records = Records {
        source: Box::new(source),
        split,
        from,
        root,
        overrules,
        buffer: Vec::new(),
        start: 0,
        offset: 0,
        origin: Origin::START,
        ended: false,
        number: 0,
        broken: 0,
        first: None,
        due: 0,
        whole: true,
        shown,
        failed: None,
    };
    let result = records.all(&streaming);
    records.finish(result).map_err(|error| match from {
        Format::Binary => {
            let sample = sample.lock().unwrap_or_else(PoisonError::into_inner);
            guess::explain_stream(root, &sample, error, None)
        }
        _ => error,
    })
}

/// A stream on its way through.
struct Records<'r> {
    source: Box<dyn Read + Send>,
    split: Split,
    from: Format,
    root: Option<Root<'r>>,
    overrules: &'r Overrules,
    /// What has arrived, of which the start is done with.
    buffer: Vec<u8>,
    start: usize,
    /// Where what is not done with begins in the input.
    offset: u64,
    origin: Origin,
    ended: bool,
    /// The records that have come, and those that are broken.
    number: u64,
    broken: u64,
    first: Option<Error>,
    /// The bytes that are to have been shown.
    due: u64,
    whole: bool,
    shown: Shown,
    /// The input has failed.
    failed: Option<Error>,
}

impl Records<'_> {
    fn all(&mut self, streaming: &Streaming) -> io::Result<()> {
        let wanted = &streaming.wanted;
        self.shown.head()?;
        let mut left = wanted.limit;
        while left > 0 {
            let rest = &self.buffer[self.start..];
            match self.split.next(rest, self.ended, self.offset, wanted.max_len) {
                Ok(Found::Record { header, payload, consumed, cut }) => {
                    self.number += 1;
                    if self.number > wanted.skip {
                        self.record(header, payload, consumed, cut)?;
                        left -= 1;
                    }
                    self.pass(consumed);
                }
                Ok(Found::Between { consumed }) => self.pass(consumed),
                Ok(Found::More) => {
                    if !self.fill()? {
                        return Ok(());
                    }
                }
                Ok(Found::End) => return Ok(()),
                Err(fault) => {
                    if !self.fault(fault, wanted.skip)? {
                        return Ok(());
                    }
                    left = left.saturating_sub(1);
                }
            }
        }
        Ok(())
    }

    fn record(
        &mut self,
        header: usize,
        payload: usize,
        consumed: usize,
        cut: bool,
    ) -> io::Result<()> {
        self.shown.record(self.number)?;
        let record = &self.buffer[self.start..self.start + consumed];
        let message = &record[header..header + payload];
        if header > 0 {
            let text = format!("length {payload}, framing");
            frame(&record[..header], self.offset, &text, None, self.shown.sink())?;
            self.due += header as u64;
        }
        let base = if self.from == Format::Binary { self.offset + header as u64 } else { 0 };
        let bytes = match bytes(self.from, message, self.origin) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.due += message.len() as u64;
                unread(message, 0, Some(error.what()), self.shown.sink())?;
                self.broken += 1;
                self.first.get_or_insert(error.in_record(self.number));
                return Ok(());
            }
        };
        let outcome = view(self.root, self.overrules, &bytes, base, self.shown.sink())?;
        self.due += bytes.len() as u64;
        self.whole &= outcome.whole && self.shown.bytes() == self.due;
        if let Some(error) = outcome.first {
            let error = if cut { error } else { error.of_whole_record() };
            self.broken += 1;
            self.first.get_or_insert(error.in_record(self.number));
        }
        Ok(())
    }

    /// Shows bytes that are set apart wrongly; says whether records follow.
    fn fault(&mut self, fault: Fault, skip: u64) -> io::Result<bool> {
        self.number += 1;
        let (Some(Resync::Bytes(_)) | None) = fault.resync else {
            // Lines have no such faults.
            return Ok(false);
        };
        let shown = self.number > skip;
        if shown {
            self.shown.record(self.number)?;
        }
        if let Some(header) = fault.cut.filter(|_| shown) {
            self.cut(header, fault.error)?;
            return Ok(false);
        }
        let mut left = match fault.resync {
            Some(Resync::Bytes(bytes)) => bytes,
            _ => u64::MAX,
        };
        let mut what = Some(fault.error.what().to_owned());
        // What is passed over may be broken, unless nothing comes behind it.
        if shown || fault.resync.is_none() {
            self.broken += 1;
            self.first.get_or_insert(fault.error.in_record(self.number));
        }
        while left > 0 {
            let there = (self.buffer.len() - self.start) as u64;
            if there == 0 {
                match self.fill()? {
                    true if !self.ended => continue,
                    _ => return Ok(false),
                }
            }
            let now = there.min(left) as usize;
            let bytes = &self.buffer[self.start..self.start + now];
            if shown {
                unread(bytes, self.offset, what.take().as_deref(), self.shown.sink())?;
                self.due += now as u64;
            }
            self.pass(now);
            left -= now as u64;
        }
        Ok(true)
    }

    /// Shows what there is of the last record.
    fn cut(&mut self, header: usize, error: Error) -> io::Result<()> {
        let rest = &self.buffer[self.start..];
        let (head, message) = rest.split_at(header);
        frame(head, self.offset, "framing", Some(error.what()), self.shown.sink())?;
        let base = self.offset + header as u64;
        if !message.is_empty() {
            let outcome = view(self.root, self.overrules, message, base, self.shown.sink())?;
            self.whole &= outcome.whole;
        }
        self.due += rest.len() as u64;
        self.broken += 1;
        self.first.get_or_insert(error.in_record(self.number));
        self.pass(self.buffer.len() - self.start);
        Ok(())
    }

    fn pass(&mut self, consumed: usize) {
        if self.from != Format::Binary {
            let passed = &self.buffer[self.start..self.start + consumed];
            self.origin = self.origin.after(passed);
        }
        self.start += consumed;
        self.offset += consumed as u64;
    }

    /// Reads more, all that there is to show being shown before; false if the
    /// input fails.
    fn fill(&mut self) -> io::Result<bool> {
        self.shown.flush()?;
        self.buffer.drain(..self.start);
        self.start = 0;
        let there = self.buffer.len();
        self.buffer.resize(there + READ_LEN, 0);
        loop {
            match self.source.read(&mut self.buffer[there..]) {
                Ok(read) => {
                    self.buffer.truncate(there + read);
                    self.ended = read == 0;
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.buffer.truncate(there);
                    let what = format!("the input cannot be read: {}", reason(&error));
                    let at = self.offset + there as u64;
                    self.failed = Some(Error::failure(what).at_byte(at));
                    return Ok(false);
                }
            }
        }
    }

    fn finish(self, result: io::Result<()>) -> Result<()> {
        let printed = self.shown.finish(result)?;
        if let Some(failed) = self.failed {
            return Err(failed);
        }
        check(self.whole && printed == self.due)?;
        match self.first {
            None => Ok(()),
            Some(error) if self.broken == 1 => Err(error),
            Some(error) => {
                Err(error
                    .hint(format!("broken records in all: {} of {}", self.broken, self.number)))
            }
        }
    }
}
