//! Whoever is handed the fields of a message.

use super::{Parts, Span, Stop, Walk};
use crate::codec::notes::{Notes, What};
use crate::error::Result;
use crate::table::{Field, Message};
use crate::wire::reader::Subject;
use crate::wire::{Reader, Tag};

/// A value that is no message.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Scalar<'a> {
    /// Of a double.
    F64(f64),
    /// Of a float.
    F32(f32),
    /// Of int64, sint64, sfixed64.
    I64(i64),
    /// Of uint64, fixed64.
    U64(u64),
    /// Of int32, sint32, sfixed32.
    I32(i32),
    /// Of uint32, fixed32.
    U32(u32),
    /// Of a bool.
    Bool(bool),
    /// Of a string; UTF-8 where the schema says so.
    String(&'a [u8]),
    /// Of bytes.
    Bytes(&'a [u8]),
    /// Of an enum.
    Enum(i32),
}

/// A field that the schema doesn't know, or has with another wire type, or
/// that holds a value that its enum doesn't have.
pub struct Unknown<'t, 'a> {
    /// Its number and wire type.
    pub tag: Tag,
    /// Where it stands in the record, tag and value; empty for a value out of
    /// a packed field.
    pub raw: Span,
    /// Where its value stands, as [`crate::wire::skip::value`] spans it.
    pub range: Span,
    /// The record.
    pub reader: Reader<'a>,
    /// Why it counts as unknown.
    pub why: Why<'t>,
}

/// Why a field counts as unknown.
#[derive(Clone, Copy)]
pub enum Why<'t> {
    /// The schema has none of its number.
    NoField,
    /// The schema has another wire type, which has a note of its own.
    WrongWireType,
    /// The closed enum of this field doesn't have its value.
    NoEnumValue(Subject<'t>),
}

impl Unknown<'_, '_> {
    /// Notes that the output cannot hold it, unless what is wrong with it has
    /// a note of its own.
    ///
    /// # Errors
    ///
    /// The note, where notes are to be errors.
    pub fn note_left_out(&self, message: &Message, notes: &mut Notes) -> Result<()> {
        let (what, subject) = match self.why {
            Why::WrongWireType => return Ok(()),
            Why::NoField => (What::LeftOut, Subject::unknown(self.tag.number)),
            Why::NoEnumValue(field) => (What::NoEnumValue, field),
        };
        let at = if self.raw.is_empty() { self.range.start } else { self.raw.start };
        notes.add(what, message.name(), subject, &self.reader, at)
    }
}

/// Whoever is handed the fields of a message.
///
/// A singular field is [`field`](Sink::field), its value, and
/// [`field_end`](Sink::field_end); the value is [`scalar`](Sink::scalar) or
/// from [`begin`](Sink::begin) to [`end`](Sink::end). A repeated field has an
/// [`item`](Sink::item) before each value, a map an [`entry`](Sink::entry)
/// before each value and [`entry_end`](Sink::entry_end) after it. Fields come
/// in the order in which they are written, map entries in the order of keys.
/// What begins and ends is nothing to a sink that doesn't say otherwise.
pub trait Sink<'a>: Sized {
    /// Forget everything: the record is handed on once more from its start.
    fn restart(&mut self);

    /// A message begins; without a field the whole record does.
    fn begin(&mut self, message: &Message, field: Option<&Field>) {
        let _ = (message, field);
    }

    /// It ends.
    ///
    /// # Errors
    ///
    /// Something that the message must have is missing.
    fn end(&mut self, message: &Message, field: Option<&Field>) -> Result<()> {
        let _ = (message, field);
        Ok(())
    }

    /// A field begins that has at least one value.
    fn field(&mut self, field: &Field) {
        let _ = field;
    }

    /// It ends.
    fn field_end(&mut self, field: &Field) {
        let _ = field;
    }

    /// A value of a repeated field follows.
    fn item(&mut self, field: &Field) {
        let _ = field;
    }

    /// The value of a field, or of a map's entry, that is no message.
    ///
    /// # Errors
    ///
    /// A value that the output cannot hold.
    fn scalar(&mut self, field: &Field, value: Scalar<'a>) -> Result<()>;

    /// An entry of a map begins: its key. `entry` is the type of the entry,
    /// whose second field the value that follows belongs to.
    ///
    /// # Errors
    ///
    /// A key that the output cannot hold.
    fn entry(&mut self, field: &Field, entry: &Message, key: Scalar<'a>) -> Result<()>;

    /// It ends.
    fn entry_end(&mut self, field: &Field) {
        let _ = field;
    }

    /// An unknown field of `message`, after all known ones.
    ///
    /// # Errors
    ///
    /// Whatever the sink has against it.
    fn unknown(
        &mut self,
        message: &Message,
        unknown: Unknown<'_, 'a>,
        notes: &mut Notes,
    ) -> Result<()>;

    /// Whether messages of this type are taken whole.
    fn takes(&self, _: &Message) -> bool {
        false
    }

    /// Takes a message whole: one of a type that [`takes`](Sink::takes) said.
    ///
    /// # Errors
    ///
    /// As for the fields of a message.
    fn whole(
        walk: &mut Walk<'_, 'a, Self>,
        message: &Message,
        field: Option<&Field>,
        parts: &Parts<'_>,
        depth: u32,
    ) -> Result<(), Stop> {
        let _ = (walk, message, field, parts, depth);
        Ok(())
    }
}
