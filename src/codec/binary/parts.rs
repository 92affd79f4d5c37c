//! Where the values of a field stand, kept as small as they can be: a record
//! of 16 MiB may have eight million of them.

use super::Span;
use crate::error::Result;
use crate::wire::{Reader, skip};

/// A value that was found. Positions fit 32 bits, since no message is longer.
/// The wire type and the length are not kept: they are read again at `at`.
#[derive(Clone, Copy)]
pub(super) struct Found {
    /// The index of its field; while a map is put in order, where the key
    /// stands.
    pub index: u32,
    /// Where its tag stands; of an item of a MessageSet the tag of its message.
    pub at: u32,
}

impl Found {
    pub(super) fn new(index: usize, at: usize) -> Self {
        Found { index: index as u32, at: at as u32 }
    }
}

/// Where a message stands in a record. Parsing two values of a singular field
/// one after another is merging them, so it may stand in more than one part.
#[derive(Clone)]
pub enum Parts<'p> {
    /// In one.
    One(Span),
    /// In the values that were found of a field.
    #[allow(private_interfaces, reason = "what is found is the careful pass's own")]
    Values(&'p [Found]),
}

impl Parts<'_> {
    /// The parts, one after another.
    pub(super) fn spans<'a>(&self, reader: &Reader<'a>) -> Spans<'_, 'a> {
        match self {
            Parts::One(span) => Spans { one: Some(span.clone()), rest: &[], reader: *reader },
            Parts::Values(values) => Spans { one: None, rest: values, reader: *reader },
        }
    }

    /// Where the first part begins.
    pub(super) fn start(&self) -> usize {
        match self {
            Parts::One(span) => span.start,
            Parts::Values(values) => values.first().map_or(0, |first| first.at as usize),
        }
    }
}

/// The parts of a message.
pub(super) struct Spans<'p, 'a> {
    one: Option<Span>,
    rest: &'p [Found],
    reader: Reader<'a>,
}

impl Iterator for Spans<'_, '_> {
    type Item = Result<Span>;

    fn next(&mut self) -> Option<Result<Span>> {
        if let Some(span) = self.one.take() {
            return Some(Ok(span));
        }
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(message_at(&self.reader, first.at as usize))
    }
}

/// The span of the message whose tag stands at `at`. How deep groups are in it
/// was looked at when it was found.
pub(super) fn message_at(reader: &Reader<'_>, at: usize) -> Result<Span> {
    let mut reader = reader.from(at);
    let tag = reader.tag()?;
    skip::value(&mut reader, tag, at, 0)
}
