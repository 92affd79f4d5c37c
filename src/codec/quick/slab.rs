//! Output whose bytes are there before they are written.

use crate::error::Result;
use crate::wire::limits::LARGE_LEN;

/// A buffer that is filled from its start. What is not filled yet may be
/// written to in blocks, and holds whatever was left there.
#[derive(Default)]
pub struct Slab {
    bytes: Vec<u8>,
    filled: usize,
}

impl Slab {
    /// What is filled.
    pub fn filled(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    /// Forgets what is filled.
    pub fn clear(&mut self) {
        self.filled = 0;
    }

    /// How much is filled.
    pub fn len(&self) -> usize {
        self.filled
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// The bytes of memory that it has.
    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Takes back all but the first `len` bytes.
    pub fn truncate(&mut self, len: usize) {
        self.filled = self.filled.min(len);
    }

    /// Fills with `bytes`.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.bytes[self.filled..self.filled + bytes.len()].copy_from_slice(bytes);
        self.filled += bytes.len();
    }

    /// Fills with what the plain codec makes of a record of `len` bytes, by way
    /// of `scratch`; that of a large record it writes here. Then what is behind
    /// is lost, and zeroed when there has to be room again.
    ///
    /// # Errors
    ///
    /// As `print`; what is filled then means nothing.
    pub fn print(
        &mut self,
        len: usize,
        scratch: &mut Vec<u8>,
        print: impl FnOnce(&mut Vec<u8>) -> Result<()>,
    ) -> Result<()> {
        if len < LARGE_LEN {
            scratch.clear();
            print(scratch)?;
            self.extend(scratch);
            return Ok(());
        }
        self.bytes.truncate(self.filled);
        let result = print(&mut self.bytes);
        self.filled = self.bytes.len();
        result
    }

    /// Makes room for at least `more` bytes.
    pub fn reserve(&mut self, more: usize) {
        let needed = self.filled + more;
        if needed > self.bytes.len() {
            // As a Vec grows, and zeroed where it has not been used.
            self.bytes.resize(needed.max(2 * self.bytes.len()), 0);
        }
    }

    /// All bytes, of which the first [`Slab::len`] are filled.
    pub(super) fn all(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// Says that the bytes before `end` are filled.
    pub(super) fn fill_to(&mut self, end: usize) {
        debug_assert!(self.filled <= end && end <= self.bytes.len());
        self.filled = end;
    }
}
