//! Bytes that have arrived, with room behind them.

use std::io::{self, ErrorKind, Read};

use super::pool::Owned;
use crate::codec::quick::SLACK;
use crate::error::{Error, Result, reason};
use crate::wire::limits::{READ_LEN, READ_PLACE};

/// Where bytes are read to: before it is room for the start of a record that goes on in
/// them, unless it is a large one.
const GAP: usize = READ_PLACE + READ_LEN / 2;

/// Bytes that have arrived, of which the first may be consumed.
#[derive(Default)]
pub(super) struct Arrived {
    /// What has arrived, and at least [`SLACK`] bytes behind it.
    buffer: Vec<u8>,
    /// Where that begins of which nothing was consumed.
    front: usize,
    start: usize,
    end: usize,
    /// Whose memory it is.
    owner: usize,
}

impl Arrived {
    /// Nothing yet, with memory that may have been used, and room before it.
    pub fn with_gap(spare: Owned<Vec<u8>>) -> Self {
        let Owned { owner, memory: mut buffer } = spare;
        buffer.resize(buffer.len().max(GAP), 0);
        Arrived { buffer, front: GAP, start: GAP, end: GAP, owner }
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
        self.start = self.front;
    }

    /// Moves what is not consumed before [`GAP`], or to the front if it is more, and makes
    /// room for so much more.
    fn make_room(&mut self, more: usize, offset: u64) -> Result<()> {
        let front = GAP.saturating_sub(self.rest().len());
        self.buffer.resize(self.buffer.len().max(GAP), 0);
        self.buffer.copy_within(self.start..self.end, front);
        (self.start, self.end) = (front, front + self.end - self.start);
        self.front = front;
        self.make_room_behind(more, offset)
    }

    /// Makes room for so much more where it is.
    fn make_room_behind(&mut self, more: usize, offset: u64) -> Result<()> {
        let needed = self.end + more + SLACK;
        if needed > self.buffer.len() {
            if self.buffer.try_reserve(needed - self.buffer.len()).is_err() {
                let there = self.rest().len();
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
        self.read(READ_LEN, offset, |room| input.read(room))
    }

    /// Has `read` read `most` bytes behind what is there, or fewer, and gives how many
    /// it were; `offset` is as for [`Arrived::fill`].
    pub fn read(
        &mut self,
        most: usize,
        offset: u64,
        mut read: impl FnMut(&mut [u8]) -> io::Result<usize>,
    ) -> Result<usize> {
        self.make_room_behind(most, offset)?;
        loop {
            match read(&mut self.buffer[self.end..][..most]) {
                Ok(read) => {
                    self.end += read;
                    return Ok(read);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    let what = format!("the input cannot be read: {}", reason(&error));
                    let at = offset + self.rest().len() as u64;
                    return Err(Error::failure(what).at_byte(at));
                }
            }
        }
    }

    /// Puts `bytes` before what is not consumed; says no if there is no room.
    pub fn put_before(&mut self, bytes: &[u8]) -> bool {
        let Some(start) = self.start.checked_sub(bytes.len()) else { return false };
        self.buffer[start..self.start].copy_from_slice(bytes);
        (self.front, self.start) = (start, start);
        true
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
        left.clear();
        let end = self.start + len;
        left.push(&self.buffer[end..self.end], offset)?;
        self.end = end;
        Ok(())
    }

    /// Takes everything as gone.
    pub fn clear(&mut self) {
        (self.front, self.start, self.end) = (0, 0, 0);
    }

    /// The memory, for other bytes.
    pub fn into_spare(self) -> Owned<Vec<u8>> {
        Owned { owner: self.owner, memory: self.buffer }
    }
}
