//! From the bytes of a message to those that deterministic serialization
//! gives for it: fields in order, maps by key, values merged, unknown fields
//! last, as they came.

use super::binary::{self, Scalar, Sink, Unknown};
use super::encode;
use super::notes::Notes;
use crate::error::Result;
use crate::table::{Cardinality, Field, Kind, Message, Root};
use crate::wire::{Tag, WireType, writer};

/// Appends the message in `record` anew.
///
/// # Errors
///
/// Bytes that are not a message.
pub fn rewrite(root: Root<'_>, record: &[u8], keep_unknown: bool, out: &mut Vec<u8>) -> Result<()> {
    rewrite_noting(root, record, 0, keep_unknown, out, &mut Notes::new(false))
}

/// The same for a record that begins `base` bytes into the input, with what
/// there is to note.
///
/// # Errors
///
/// As [`rewrite()`], and a note where notes are to be errors.
pub fn rewrite_noting(
    root: Root<'_>,
    record: &[u8],
    base: u64,
    keep_unknown: bool,
    out: &mut Vec<u8>,
    notes: &mut Notes,
) -> Result<()> {
    let start = out.len();
    let mut sink = Rewrite { out, start, keep_unknown, levels: Vec::new() };
    binary::walk(root, record, base, &mut sink, notes)
}

struct Rewrite<'o> {
    out: &'o mut Vec<u8>,
    start: usize,
    keep_unknown: bool,
    levels: Vec<Level>,
}

/// Something whose length stands before it, once it is known.
struct Level {
    payload: usize,
    /// Whether the message that begins here is a MessageSet.
    message_set: bool,
}

impl Rewrite<'_> {
    fn open(&mut self, message_set: bool) {
        self.levels.push(Level { payload: self.out.len(), message_set });
    }

    fn close(&mut self) {
        if let Some(level) = self.levels.pop() {
            writer::insert_length(self.out, level.payload);
        }
    }

    fn in_message_set(&self) -> bool {
        self.levels.last().is_some_and(|level| level.message_set)
    }
}

fn is_packed(field: &Field) -> bool {
    field.cardinality == Cardinality::Repeated { packed: true }
}

impl<'a> Sink<'a> for Rewrite<'_> {
    fn restart(&mut self) {
        self.out.truncate(self.start);
        self.levels.clear();
    }

    fn begin(&mut self, message: &Message, field: Option<&Field>) {
        match field {
            Some(field) if self.in_message_set() => {
                writer::tag(1, WireType::StartGroup, self.out);
                encode_item_number(field.number, self.out);
                writer::tag(3, WireType::Len, self.out);
            }
            Some(field) => writer::tag(field.number, field.kind.wire_type(), self.out),
            None => {}
        }
        self.open(message.message_set);
    }

    fn end(&mut self, _: &Message, field: Option<&Field>) -> Result<()> {
        match field {
            Some(field) if field.kind == Kind::Group => {
                self.levels.pop();
                writer::tag(field.number, WireType::EndGroup, self.out);
            }
            Some(_) => {
                self.close();
                if self.in_message_set() {
                    writer::tag(1, WireType::EndGroup, self.out);
                }
            }
            None => drop(self.levels.pop()),
        }
        Ok(())
    }

    fn field(&mut self, field: &Field) {
        if is_packed(field) {
            writer::tag(field.number, WireType::Len, self.out);
            self.open(false);
        }
    }

    fn field_end(&mut self, field: &Field) {
        if is_packed(field) {
            self.close();
        }
    }

    fn scalar(&mut self, field: &Field, value: Scalar<'a>) -> Result<()> {
        if is_packed(field) {
            encode::value(field.kind, value, self.out);
        } else {
            encode::field(field, value, self.out);
        }
        Ok(())
    }

    fn entry(&mut self, field: &Field, entry: &Message, key: Scalar<'a>) -> Result<()> {
        writer::tag(field.number, WireType::Len, self.out);
        self.open(false);
        encode::field(binary::key_and_value(entry).0, key, self.out);
        Ok(())
    }

    fn entry_end(&mut self, _: &Field) {
        self.close();
    }

    fn unknown(&mut self, _: &Message, unknown: Unknown<'_, 'a>, _: &mut Notes) -> Result<()> {
        if self.keep_unknown {
            binary::write_unknown(&unknown, self.out);
        }
        Ok(())
    }
}

/// The number of an extension in an item of a MessageSet.
pub(super) fn encode_item_number(number: u32, out: &mut Vec<u8>) {
    let tag = Tag { number: 2, wire_type: WireType::Varint };
    writer::tag(tag.number, tag.wire_type, out);
    crate::wire::varint::write(u64::from(number), out);
}
