//! Where one record ends and the next begins.

use super::framing::{self, Framing};
use super::lines::Lines;
use super::values::Values;
use crate::error::Result;

/// What a look at the bytes that have arrived gives.
#[derive(PartialEq, Eq, Debug)]
pub enum Found {
    /// A record: `header` bytes, `payload` bytes, and in all `consumed`.
    Record {
        /// The bytes before the message.
        header: usize,
        /// The bytes of the message.
        payload: usize,
        /// The bytes up to the next record.
        consumed: usize,
    },
    /// Bytes that belong to no record.
    Between {
        /// How many.
        consumed: usize,
    },
    /// The record is not whole yet.
    More,
    /// Nothing is left.
    End,
}

/// A way to tell records apart.
pub enum Split {
    /// Binary: each message after its length.
    Framed(Framing),
    /// Hex, base64, text: a line is a message.
    Lines(Lines),
    /// JSON: values with any white space between.
    Values(Values),
}

impl Split {
    /// Looks for the record at the start of `bytes`, which is what has
    /// arrived and is not consumed; `ended` says that no more will. Called
    /// again with more, it goes on where it stopped.
    ///
    /// # Errors
    ///
    /// A fault of the framing itself, after which nothing tells where the next
    /// record begins. `offset` is where `bytes` begins in the input.
    pub fn next(&mut self, bytes: &[u8], ended: bool, offset: u64) -> Result<Found> {
        match self {
            Split::Framed(framing) => framing::next(*framing, bytes, ended, offset),
            Split::Lines(lines) => Ok(lines.next(bytes, ended)),
            Split::Values(values) => Ok(values.next(bytes, ended)),
        }
    }

    /// Whether it stands between two records: of the next one nothing was
    /// looked at.
    pub fn is_between(&self) -> bool {
        match self {
            Split::Framed(_) => true,
            Split::Lines(lines) => lines.is_between(),
            Split::Values(values) => values.is_between(),
        }
    }

    /// Whether records are text, so that their places are lines and columns.
    pub fn is_text(&self) -> bool {
        match self {
            Split::Framed(_) => false,
            Split::Lines(_) | Split::Values(_) => true,
        }
    }
}
