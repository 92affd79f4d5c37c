//! Bytes that have arrived, with room behind them.

use std::io::{ErrorKind, Read};

use super::pool::Owned;
use crate::codec::quick::SLACK;
use crate::error::{Error, Result, reason};
use crate::wire::limits::READ_LEN;

/// Bytes that have arrived, of which the first may be consumed.
#[derive(Default)]
pub(super) struct Arrived {
    /// What has arrived, and at least [`SLACK`] bytes behind it.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Whose memory it is.
    owner: usize,
}

impl Arrived {
    /// Nothing yet, with memory that may have been used.
    pub fn new(spare: Owned<Vec<u8>>) -> Self {
        Arrived { buffer: spare.memory, start: 0, end: 0, owner: spare.owner }
    }

    /// What is not consumed.
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// All that is in memory, more than what has arrived, and where in it that
    /// begins which is not consumed.
    pub fn window(&self) -> (&[u8], usize) {
        (&self.buffer, self.start)
    }

    /// Takes so many bytes as consumed.
    pub fn pass(&mut self, consumed: usize) {
        self.start += consumed;
    }

    /// What is consumed of what is in memory.
    pub fn passed(&self) -> usize {
        self.start
    }

    /// Takes nothing as consumed.
    pub fn rewind(&mut self) {
        self.start = 0;
    }

    /// Moves what is not consumed to the front, and makes room for so much more.
    fn make_room(&mut self, more: usize, offset: u64) -> Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        let there = self.end - self.start;
        (self.start, self.end) = (0, there);
        let needed = there + more + SLACK;
        if needed > self.buffer.len() {
            if self.buffer.try_reserve(needed - self.buffer.len()).is_err() {
                let what = format!("a record of more than {there} bytes does not fit in memory");
                return Err(Error::failure(what).at_byte(offset));
            }
            self.buffer.resize(needed, 0);
        }
        Ok(())
    }

    /// Reads what there is, about [`READ_LEN`] at most, and gives how much it
    /// was. `offset` is where the bytes that are not consumed begin in the
    /// input.
    pub fn fill(&mut self, input: &mut dyn Read, offset: u64) -> Result<usize> {
        self.make_room(READ_LEN, offset)?;
        // Memory that a large record has left is no reason to read more at a time.
        let room = (self.end + READ_LEN).min(self.buffer.len() - SLACK);
        loop {
            match input.read(&mut self.buffer[self.end..room]) {
                Ok(read) => {
                    self.end += read;
                    return Ok(read);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    let what = format!("the input cannot be read: {}", reason(&error));
                    return Err(Error::failure(what).at_byte(offset + self.end as u64));
                }
            }
        }
    }

    /// Adds `bytes`; `offset` is as for [`Arrived::fill`].
    pub fn push(&mut self, bytes: &[u8], offset: u64) -> Result<()> {
        self.make_room(bytes.len(), offset)?;
        self.buffer[self.end..self.end + bytes.len()].copy_from_slice(bytes);
        self.end += bytes.len();
        Ok(())
    }

    /// Moves what is behind the first `len` bytes to `left`, in place of what is there.
    pub fn cut_off(&mut self, len: usize, left: &mut Arrived, offset: u64) -> Result<()> {
        (left.start, left.end) = (0, 0);
        let end = self.start + len;
        left.push(&self.buffer[end..self.end], offset)?;
        self.end = end;
        Ok(())
    }

    /// The memory, for other bytes.
    pub fn into_spare(self) -> Owned<Vec<u8>> {
        Owned { owner: self.owner, memory: self.buffer }
    }
}
