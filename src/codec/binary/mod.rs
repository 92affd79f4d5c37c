//! The walk over the bytes of a message, in the order in which its fields are
//! written.
//!
//! [`walk()`] hands fields to a [`Sink`], each once and whole: `fast` the
//! moment it is read, as long as fields stand in order; on the first that
//! doesn't, the record is handed on anew by `careful`, which finds all values
//! of a message first and merges them. Unknown fields come after the known
//! ones, in a pass of their own, so that nothing has to be kept for them.
//!
//! An error is looked at again in that way too: it may be of a value that a
//! later one replaces. A record is started over once at most, and from then on taken carefully to
//! its end: levels that each start over would cost a factor of two a level.

mod any;
mod careful;
mod fast;
mod parts;
mod sink;
mod values;

pub use any::Any;
pub use parts::Parts;
pub use sink::{Scalar, Sink, Unknown, Why};
pub use values::{
    MapKey, default, key_and_value, scalar as read_scalar, shown_key_in, sort_by_map_key,
};

use std::ops::Range;

use super::notes::{Notes, What};
use crate::error::{Error, Result};
use crate::table::{Field, Form, Message, Root, Tables};
use crate::wire::limits::{DEPTH_MAX, MESSAGE_LEN_MAX};
use crate::wire::{Reader, Tag, WireType, skip, varint};

/// Where a part of a record stands in it.
pub type Span = Range<usize>;

/// Hands the fields of the message in `record` to `sink`. `base` is where the
/// record begins in the input, for the offsets of errors.
///
/// # Errors
///
/// Bytes that are not a message, whatever the sink returns, and a note where
/// notes are to be errors.
pub fn walk<'a, S: Sink<'a>>(
    root: Root<'_>,
    record: &'a [u8],
    base: u64,
    sink: &mut S,
    notes: &mut Notes,
) -> Result<()> {
    walk_from(root, Reader::new(record, base), 0, sink, notes)
}

/// The same for a message that stands in `depth` others, placed as if it were
/// a record.
///
/// # Errors
///
/// As [`walk()`].
pub fn walk_inside<'a, S: Sink<'a>>(
    root: Root<'_>,
    message: &'a [u8],
    depth: u32,
    sink: &mut S,
    notes: &mut Notes,
) -> Result<()> {
    walk_from(root, Reader::new(message, 0), depth, sink, notes)
}

fn walk_from<'a, S: Sink<'a>>(
    root: Root<'_>,
    reader: Reader<'a>,
    depth: u32,
    sink: &mut S,
    notes: &mut Notes,
) -> Result<()> {
    let message = root.message();
    let record = reader.rest();
    if record.len() as u64 > MESSAGE_LEN_MAX {
        let what = format!("a message of {} bytes is larger than the format allows", record.len());
        return Err(Error::failure(what).hint(format!("the largest has {MESSAGE_LEN_MAX}")));
    }
    let whole = Parts::One(0..record.len());
    let mut walk = Walk { tables: root.tables, reader, sink, notes: notes.fresh(), careful: false };
    let mut result = walk.value(message, None, &whole, depth);
    // An error may be of a value that a later one replaces: only the careful
    // pass knows.
    if result.is_err() {
        walk.sink.restart();
        walk.notes = notes.fresh();
        walk.careful = true;
        result = walk.value(message, None, &whole, depth);
    }
    match result {
        Ok(()) => {
            notes.append(walk.notes);
            Ok(())
        }
        Err(Stop(Some(error))) => Err(error.in_message(message.name())),
        // The careful pass never asks for itself.
        Err(Stop(None)) => Err(Error::failure("the message cannot be read")),
    }
}

/// Why a walk stops: an error, or none when a field is out of order.
pub struct Stop(Option<Error>);

impl Stop {
    /// A field is out of order.
    const OUT_OF_ORDER: Stop = Stop(None);

    #[cold]
    fn in_field(self, name: &str) -> Stop {
        Stop(self.0.map(|error| error.in_field(name)))
    }

    /// Whether it is an error at the place of another.
    fn is_where(&self, other: &Error) -> bool {
        self.0.as_ref().is_some_and(|error| error.at() == other.at())
    }

    /// The error is of what is in a value of bytes, which may be any.
    #[cold]
    pub fn of_sound(self) -> Stop {
        Stop(self.0.map(Error::of_sound))
    }

    /// Puts an error that has no place of its own, since whoever made it was
    /// handed a value without one, at the bytes of the value.
    #[cold]
    fn placed(self, reader: &Reader<'_>, mark: Span) -> Stop {
        let Some(error) = self.0 else { return self };
        if error.has_place() {
            return Stop(Some(error));
        }
        // Of an empty value its length is shown.
        let mark = if mark.is_empty() { mark.start.saturating_sub(1)..mark.end } else { mark };
        if mark.is_empty() {
            return Stop(Some(error));
        }
        Stop(Some(error.placed_like(reader.error("", mark, "value"))))
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop(Some(error))
    }
}

/// A walk over a record.
pub struct Walk<'w, 'a, S> {
    /// The types.
    pub tables: &'w Tables,
    /// The record.
    pub reader: Reader<'a>,
    /// Whoever is handed the fields.
    pub sink: &'w mut S,
    notes: Notes,
    careful: bool,
}

impl<'w, 'a, S: Sink<'a>> Walk<'w, 'a, S> {
    /// Hands on a message as the value of `field`: its parts are merged, as
    /// if they stood one after another. `depth` is how many it stands in.
    ///
    /// # Errors
    ///
    /// As [`walk()`].
    pub fn value(
        &mut self,
        message: &'w Message,
        field: Option<&Field>,
        parts: &Parts<'_>,
        depth: u32,
    ) -> Result<(), Stop> {
        if depth > DEPTH_MAX {
            let at = parts.start().saturating_sub(1);
            return Err(skip::too_deep(&self.reader, at).into());
        }
        let handed = if self.sink.takes(message) {
            S::whole(self, message, field, parts, depth)
        } else {
            self.sink.begin(message, field);
            self.fields(message, parts, depth).and_then(|()| Ok(self.sink.end(message, field)?))
        };
        handed.map_err(|stop| match parts.spans(&self.reader).next() {
            Some(Ok(span)) => stop.placed(&self.reader, span),
            _ => stop,
        })
    }

    /// Hands on the fields of a message, without its begin and end.
    ///
    /// # Errors
    ///
    /// As [`walk()`].
    pub fn fields(
        &mut self,
        message: &'w Message,
        parts: &Parts<'_>,
        depth: u32,
    ) -> Result<(), Stop> {
        let unknown = match parts {
            Parts::One(part) if !self.careful && !message.message_set => {
                self.in_order(message, part.clone(), depth)?
            }
            _ => self.sorted(message, parts, depth)?,
        };
        if unknown {
            for part in parts.spans(&self.reader) {
                self.unknown_fields(message, part?, depth)?;
            }
        }
        Ok(())
    }

    /// Looks at a message without handing it on: what is replaced by a later
    /// value must be well-formed all the same.
    fn check(&mut self, message: &'w Message, part: Span, depth: u32) -> Result<(), Stop> {
        let mut nobody = super::check::Nobody;
        let mut walk = Walk {
            tables: self.tables,
            reader: self.reader,
            sink: &mut nobody,
            notes: Notes::new(false),
            careful: true,
        };
        walk.value(message, None, &Parts::One(part), depth)
    }

    /// The pass for unknown fields of one part of a message.
    fn unknown_fields(&mut self, message: &'w Message, part: Span, depth: u32) -> Result<(), Stop> {
        let mut reader = self.reader.part(part);
        while !reader.is_at_end() {
            let at = reader.position();
            let tag = reader.tag()?;
            let range = skip::value(&mut reader, tag, at, depth)?;
            let raw = at..reader.position();
            let known = message.by_number(tag.number, 0).filter(|_| !message.message_set);
            let Some((_, field)) = known else {
                if !(message.message_set
                    && self.is_known_item(message, (tag, at), range.clone(), depth)?)
                {
                    self.tell_unknown(
                        message,
                        Unknown { tag, raw, range, reader, why: Why::NoField },
                    )?;
                }
                continue;
            };
            match Form::of(field, tag.wire_type) {
                Form::Wrong => {
                    let what = What::WrongWireType {
                        found: tag.wire_type,
                        expected: field.kind.wire_type(),
                    };
                    self.notes.add(what, message.name(), field.subject(), &reader, at)?;
                    self.tell_unknown(
                        message,
                        Unknown { tag, raw, range, reader, why: Why::WrongWireType },
                    )?;
                }
                form => {
                    let why = Why::NoEnumValue(field.subject());
                    let place = Unknown { tag, raw, range, reader, why };
                    self.unknown_values(message, field, form, place, depth)?;
                }
            }
        }
        Ok(())
    }

    /// The values of a closed enum that are none of its own, which count as
    /// unknown fields: bare, packed, or as the value of a map entry.
    fn unknown_values(
        &mut self,
        message: &'w Message,
        field: &'w Field,
        form: Form,
        place: Unknown<'_, 'a>,
        depth: u32,
    ) -> Result<(), Stop> {
        let reader = self.reader;
        let range = place.range.clone();
        match form {
            Form::One if self.is_closed(field) => {
                let number = reader.part(range).varint(field.subject())? as i32;
                if !self.has_value(field, number) {
                    self.tell_unknown(message, place)?;
                }
            }
            Form::Packed if self.is_closed(field) => {
                let mut values = reader.part(range);
                while !values.is_at_end() {
                    let start = values.position();
                    let number = values.varint(field.subject())? as i32;
                    if !self.has_value(field, number) {
                        // Written anew, as upb does: out of a packed field it
                        // has no tag of its own.
                        let range = start..values.position();
                        let tag = Tag { number: field.number, wire_type: WireType::Varint };
                        let unknown = Unknown { tag, raw: 0..0, range, reader, why: place.why };
                        self.tell_unknown(message, unknown)?;
                    }
                }
            }
            Form::Entry => {
                let entry = self.read_entry(field, range, depth)?;
                if !self.has_known_value(field, &entry) {
                    self.tell_unknown(message, place)?;
                }
            }
            Form::One | Form::Packed | Form::Wrong => {}
        }
        Ok(())
    }

    fn tell_unknown(&mut self, message: &'w Message, unknown: Unknown<'_, 'a>) -> Result<(), Stop> {
        Ok(self.sink.unknown(message, unknown, &mut self.notes)?)
    }

    /// Whether values of `field` may be unknown.
    fn is_closed(&self, field: &Field) -> bool {
        field.kind == crate::table::Kind::Enum && self.tables.enumeration(field.enumeration).closed
    }

    fn has_value(&self, field: &Field, number: i32) -> bool {
        self.tables.enumeration(field.enumeration).name_of(number).is_some()
    }

    fn oneof_note(&mut self, message: &Message, field: &Field, at: usize) -> Result<(), Stop> {
        let reader = self.reader;
        Ok(self.notes.add(What::OtherOfOneof, message.name(), field.subject(), &reader, at)?)
    }

    fn repeated_note(&mut self, message: &Message, field: &Field, at: usize) -> Result<(), Stop> {
        let reader = self.reader;
        Ok(self.notes.add(What::Repeated, message.name(), field.subject(), &reader, at)?)
    }
}

/// The bytes of an unknown field as a message holds them.
pub fn write_unknown(unknown: &Unknown<'_, '_>, out: &mut Vec<u8>) {
    if unknown.raw.is_empty() {
        varint::write(u64::from(unknown.tag.value()), out);
        let value = varint::read(unknown.reader.bytes(unknown.range.clone()));
        // Only a varint that was read before comes without its tag.
        varint::write(value.map_or(0, |(value, _)| value), out);
    } else {
        out.extend_from_slice(unknown.reader.bytes(unknown.raw.clone()));
    }
}
