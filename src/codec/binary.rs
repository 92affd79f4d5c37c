//! The walk over the bytes of a message.
//!
//! Fields nearly always stand in the order of their numbers, each once, so
//! the walk hands every value on the moment it is read. On the first that is
//! out of order it starts over the slow way: all values are found first, the
//! last of each field counts, and they are handed on in field order. Unknown
//! fields come after the known ones, in a pass of their own, so that nothing
//! has to be kept for them.

use std::ops::Range;

use super::notes::{Notes, What};
use crate::error::{Error, Result};
use crate::table::{Field, Kind, Message};
use crate::wire::{Reader, Tag, skip};

/// A value of a known field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value<'a> {
    /// Of [`Kind::String`].
    String(&'a str),
}

/// A field that the schema doesn't know, or has with another wire type.
pub struct Unknown<'a> {
    /// Its number and wire type.
    pub tag: Tag,
    /// Where its tag begins in the record.
    pub at: usize,
    /// The value, as [`skip::value`] spans it.
    pub range: Range<usize>,
    /// The record it stands in.
    pub reader: Reader<'a>,
}

/// Whoever is handed the fields of a message.
pub trait Visit<'a> {
    /// Forget everything: the message is handed on once more from the start.
    fn restart(&mut self);

    /// A known field, in the order of numbers; none that has its default.
    fn known(&mut self, field: &Field, value: Value<'a>);

    /// An unknown field, after all known ones.
    ///
    /// # Errors
    ///
    /// Whatever the visitor has against it.
    fn unknown(&mut self, field: Unknown<'a>) -> Result<()>;

    /// Where notes go.
    fn notes(&mut self) -> &mut Notes;
}

/// Hands the fields of the message in `record` to `visit`. `base` is where
/// the record begins in the input, for the offsets of errors.
///
/// # Errors
///
/// Bytes that are not a message, and whatever the visitor returns.
pub fn walk<'a>(
    message: &Message,
    record: &'a [u8],
    base: u64,
    visit: &mut impl Visit<'a>,
) -> Result<()> {
    let walk = Walk { message, reader: Reader::new(record, base) };
    walk.run(visit).map_err(|error| error.in_message(message.name()))
}

/// Whether fields came as the fast pass needs them.
enum Order {
    Kept { unknown: bool },
    Broken,
}

struct Walk<'t, 'a> {
    message: &'t Message,
    reader: Reader<'a>,
}

impl<'a> Walk<'_, 'a> {
    fn run(&self, visit: &mut impl Visit<'a>) -> Result<()> {
        let unknown = match self.in_order(visit)? {
            Order::Kept { unknown } => unknown,
            Order::Broken => {
                visit.restart();
                self.sorted(visit)?
            }
        };
        if unknown { self.unknown(visit) } else { Ok(()) }
    }

    /// The fast pass. Values of the wrong wire type are unknown fields to it.
    fn in_order(&self, visit: &mut impl Visit<'a>) -> Result<Order> {
        let mut reader = self.reader;
        let mut next = 0;
        let mut unknown = false;
        while !reader.is_at_end() {
            let at = reader.position();
            let tag = reader.tag()?;
            match self.message.by_number(tag.number, next) {
                Some((index, field)) if tag.wire_type == field.kind.wire_type() => {
                    if index < next {
                        return Ok(Order::Broken);
                    }
                    next = index + 1;
                    self.value(&mut reader, field, |value| visit.known(field, value))?;
                }
                _ => {
                    skip::value(&mut reader, tag, at, 0)?;
                    unknown = true;
                }
            }
        }
        Ok(Order::Kept { unknown })
    }

    /// The slow pass: the last value of each field, in field order. Says
    /// whether there are unknown fields.
    fn sorted(&self, visit: &mut impl Visit<'a>) -> Result<bool> {
        let mut last: Vec<Option<Value<'a>>> = vec![None; self.message.fields().len()];
        let mut seen = vec![false; last.len()];
        let mut unknown = false;
        let mut reader = self.reader;
        while !reader.is_at_end() {
            let at = reader.position();
            let tag = reader.tag()?;
            match self.message.by_number(tag.number, 0) {
                Some((index, field)) if tag.wire_type == field.kind.wire_type() => {
                    if std::mem::replace(&mut seen[index], true) {
                        let name = self.message.name();
                        visit.notes().add(What::Repeated, name, field.subject(), &reader, at)?;
                    }
                    last[index] = None;
                    self.value(&mut reader, field, |value| last[index] = Some(value))?;
                }
                _ => {
                    skip::value(&mut reader, tag, at, 0)?;
                    unknown = true;
                }
            }
        }
        for (field, value) in self.message.fields().iter().zip(last) {
            if let Some(value) = value {
                visit.known(field, value);
            }
        }
        Ok(unknown)
    }

    /// The pass for unknown fields.
    fn unknown(&self, visit: &mut impl Visit<'a>) -> Result<()> {
        let mut reader = self.reader;
        while !reader.is_at_end() {
            let at = reader.position();
            let tag = reader.tag()?;
            let range = skip::value(&mut reader, tag, at, 0)?;
            if let Some((_, field)) = self.message.by_number(tag.number, 0) {
                let expected = field.kind.wire_type();
                if tag.wire_type == expected {
                    continue;
                }
                let what = What::WrongWireType { found: tag.wire_type, expected };
                visit.notes().add(what, self.message.name(), field.subject(), &reader, at)?;
            }
            visit.unknown(Unknown { tag, at, range, reader })?;
        }
        Ok(())
    }

    /// Reads one value, and hands it on unless it is the default.
    #[inline]
    fn value(
        &self,
        reader: &mut Reader<'a>,
        field: &Field,
        take: impl FnOnce(Value<'a>),
    ) -> Result<()> {
        let read = match field.kind {
            Kind::String => {
                string(reader, field).map(|text| (!text.is_empty(), Value::String(text)))
            }
        };
        match read {
            Ok((true, value)) => take(value),
            Ok((false, _)) => {}
            Err(error) => return Err(error.in_field(&field.name)),
        }
        Ok(())
    }
}

fn string<'a>(reader: &mut Reader<'a>, field: &Field) -> Result<&'a str> {
    let range = reader.length_delimited(field.subject())?;
    let start = range.start;
    std::str::from_utf8(reader.bytes(range)).map_err(|error| {
        let bad = start + error.valid_up_to();
        not_utf8(reader, field, bad..bad + error.error_len().unwrap_or(1))
    })
}

#[cold]
fn not_utf8(reader: &Reader<'_>, field: &Field, bad: Range<usize>) -> Error {
    reader
        .error(format!("{} is not valid UTF-8", field.subject()), bad, "not UTF-8")
        .hint("a `string` holds UTF-8 only; other bytes need a field of type `bytes`")
}
