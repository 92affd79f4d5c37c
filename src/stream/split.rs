//! Where one record ends and the next begins.

use super::framing::{self, Framing};
use super::lines::Lines;
use super::values::Values;
use crate::error::{Error, Result};

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
        /// Whether the end of the input came before an end of its own.
        cut: bool,
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

/// What is wrong with how records are set apart.
pub struct Fault {
    /// What it is.
    pub error: Error,
    /// How to get to the next record, if there is a way.
    pub resync: Option<Resync>,
    /// The bytes before a message that the end of the input cuts short.
    pub cut: Option<usize>,
}

/// How to get to the next record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resync {
    /// It begins behind so many bytes.
    Bytes(u64),
    /// It begins at a line behind so many bytes.
    Line(u64),
    /// It begins behind the value that was begun.
    Value,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault { error, resync: None, cut: None }
    }
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
    /// again with more, it goes on where it stopped. A binary record that
    /// claims more than `max` bytes is refused.
    ///
    /// # Errors
    ///
    /// A fault of the framing itself. `offset` is where `bytes` begins in the
    /// input.
    pub fn next(
        &mut self,
        bytes: &[u8],
        ended: bool,
        offset: u64,
        max: u64,
    ) -> Result<Found, Fault> {
        match self {
            Split::Framed(framing) => framing::next(*framing, bytes, ended, offset, max),
            Split::Lines(lines) => Ok(lines.next(bytes, ended)),
            Split::Values(values) => Ok(values.next(bytes, ended)),
        }
    }

    /// The same way, at the start of a record.
    pub fn fresh(&self) -> Split {
        match self {
            Split::Framed(framing) => Split::Framed(*framing),
            Split::Lines(_) => Split::Lines(Lines::default()),
            Split::Values(_) => Split::Values(Values::default()),
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
