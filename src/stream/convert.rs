//! What the pump has records turned by.

use std::ops::Range;

use super::source::Record;
use crate::codec::Notes;
use crate::codec::quick::Slab;
use crate::error::Result;

/// Turns records into output, each by itself: so that any thread may.
pub trait Convert: Sync {
    /// Appends what `record` becomes. `scratch` is for whatever has to be put
    /// together first; nothing is expected to be in it, and nothing has to be
    /// left.
    ///
    /// # Errors
    ///
    /// A record that cannot be read. What was appended then is taken back,
    /// unless [`Convert::keeps_broken`] says otherwise.
    fn record(
        &self,
        record: Record<'_>,
        scratch: &mut Vec<u8>,
        out: &mut Slab,
        notes: &mut Notes,
    ) -> Result<()>;

    /// Whether what is appended for a broken record is kept.
    fn keeps_broken(&self) -> bool {
        false
    }

    /// Appends what records become, as many as can be taken in one go of those
    /// that stand one after another in `range`; there are bytes behind it as
    /// [`Record::window`] says. It stops when `most` bytes of output are
    /// filled, and before a record that has to be taken by itself: one with
    /// something to note, one that is broken, one that is not whole. Gives how
    /// many these were and where the next one begins.
    fn many(
        &self,
        window: &[u8],
        range: Range<usize>,
        most: usize,
        out: &mut Slab,
    ) -> (u64, usize) {
        let _ = (window, most, out);
        (0, range.start)
    }
}

/// Whoever is told, in the order of the records, how they went.
pub trait Watch {
    /// An empty list for the notes of a record.
    fn notes(&self) -> Notes;

    /// Notes of a record, which is counted from 1.
    fn noted(&mut self, notes: Notes, record: u64);

    /// A record that cannot be read.
    ///
    /// # Errors
    ///
    /// The stream is to stop there, with this error.
    fn broken(&mut self, error: crate::error::Error) -> Result<()>;

    /// So many bytes of the input and so many records are done.
    fn so_far(&mut self, bytes: u64, records: u64) {
        let _ = (bytes, records);
    }
}
