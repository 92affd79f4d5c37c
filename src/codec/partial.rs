//! What stands before the fault in a message that cannot be read.
//!
//! Whole fields are kept as they are, in the order of their bytes, up to the
//! first that is not. Of a message that is cut by the fault its whole fields
//! are kept too, and of a packed field its whole values. The entry of a map, a time
//! and what else has a form of its own in JSON is whole or not there: half of it would
//! say what nobody wrote.

use std::ops::Range;

use super::binary::{self, read_scalar};
use super::check;
use crate::table::{Field, Form, Message, MessageId, Root, WellKnown};
use crate::wire::limits::{DEPTH_MAX, LENGTH_LEN_MAX, MESSAGE_LEN_MAX};
use crate::wire::{Reader, Tag, WireType, skip, varint, writer};

/// The bytes of a message that has what stands in `record` before its first
/// fault, and before the byte `until`.
pub fn before_fault(root: Root<'_>, record: &[u8], until: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let kept = Partial { root, record, until };
    kept.fields(&mut Reader::new(record, 0), Some(root.id), 0, None, &mut out);
    out
}

/// Whether a message stands for one value in JSON.
pub fn is_one_value(message: &Message) -> bool {
    match message.well_known {
        Some(
            WellKnown::Any
            | WellKnown::Timestamp
            | WellKnown::Duration
            | WellKnown::FieldMask
            | WellKnown::Value
            | WellKnown::Wrapper,
        ) => true,
        Some(WellKnown::Struct | WellKnown::ListValue) | None => false,
    }
}

struct Partial<'t, 'a> {
    root: Root<'t>,
    record: &'a [u8],
    until: usize,
}

impl<'a> Partial<'_, 'a> {
    /// Copies the fields of a message, or of a group with its end; says
    /// whether all were whole.
    fn fields(
        &self,
        reader: &mut Reader<'a>,
        id: Option<MessageId>,
        depth: u32,
        group: Option<u32>,
        out: &mut Vec<u8>,
    ) -> bool {
        while !reader.is_at_end() {
            let at = reader.position();
            let Ok(tag) = reader.tag() else { return false };
            if tag.wire_type == WireType::EndGroup {
                let ends = group == Some(tag.number);
                if ends {
                    out.extend_from_slice(&self.record[at..reader.position()]);
                }
                return ends;
            }
            let whole = out.len();
            let known = id.and_then(|id| {
                let message = self.root.tables.message(id);
                let (_, field) = message.by_number(tag.number, 0)?;
                let form = Form::of(field, tag.wire_type);
                (form != Form::Wrong && !message.message_set).then_some((field, form))
            });
            let kept = match known {
                Some((field, Form::Packed)) => self.packed(reader, field, at, out),
                Some((field, form)) if field.kind.is_message() => {
                    let kept = self.message(reader, field, (tag, at), depth, out);
                    if !kept
                        && (form == Form::Entry
                            || is_one_value(self.root.tables.message(field.message)))
                    {
                        out.truncate(whole);
                    }
                    kept
                }
                Some((field, _)) => {
                    read_scalar(reader, field).is_ok() && self.copy(at..reader.position(), out)
                }
                None => {
                    skip::value(reader, tag, at, depth).is_ok()
                        && self.is_sound(id, at..reader.position())
                        && self.copy(at..reader.position(), out)
                }
            };
            if !kept {
                return false;
            }
        }
        group.is_none()
    }

    /// Copies bytes that stand before `until`.
    fn copy(&self, range: Range<usize>, out: &mut Vec<u8>) -> bool {
        let before = range.end <= self.until;
        if before {
            out.extend_from_slice(&self.record[range]);
        }
        before
    }

    /// Whether what is in an item of a MessageSet can be read; anything else
    /// that is unknown need not be.
    fn is_sound(&self, id: Option<MessageId>, range: Range<usize>) -> bool {
        let set = id.filter(|id| self.root.tables.message(*id).message_set);
        set.is_none_or(|id| {
            check::decodes(Root { tables: self.root.tables, id }, &self.record[range])
        })
    }

    fn message(
        &self,
        reader: &mut Reader<'a>,
        field: &Field,
        (tag, at): (Tag, usize),
        depth: u32,
        out: &mut Vec<u8>,
    ) -> bool {
        if depth >= DEPTH_MAX {
            return false;
        }
        let before = out.len();
        out.extend_from_slice(&self.record[at..reader.position()]);
        let (id, start) = (Some(field.message), out.len());
        if tag.wire_type == WireType::StartGroup {
            let kept = self.fields(reader, id, depth + 1, Some(tag.number), out);
            if !kept {
                writer::tag(tag.number, WireType::EndGroup, out);
            }
            return kept;
        }
        let Some((mut part, whole)) = inside(reader, field) else {
            out.truncate(before);
            return false;
        };
        let kept = self.fields(&mut part, id, depth + 1, None, out) && whole;
        writer::insert_length(out, start);
        kept
    }

    fn packed(&self, reader: &mut Reader<'a>, field: &Field, at: usize, out: &mut Vec<u8>) -> bool {
        let tag = at..reader.position();
        let Some((mut values, whole)) = inside(reader, field) else { return false };
        let first = values.position();
        let (mut last, mut kept) = (first, whole);
        while !values.is_at_end() {
            if binary::read_scalar(&mut values, field).is_err() || values.position() > self.until {
                kept = false;
                break;
            }
            last = values.position();
        }
        if last > first || kept {
            out.extend_from_slice(&self.record[tag]);
            let start = out.len();
            out.extend_from_slice(&self.record[first..last]);
            writer::insert_length(out, start);
        }
        kept
    }
}

/// What there is of the length-delimited value that `reader` stands at, and
/// whether it is all; none if its length cannot be.
fn inside<'a>(reader: &mut Reader<'a>, field: &Field) -> Option<(Reader<'a>, bool)> {
    if let Ok(range) = reader.length_delimited(field.subject()) {
        return Some((reader.part(range), true));
    }
    let (length, len) = varint::read_long(reader.rest(), LENGTH_LEN_MAX).ok()?;
    let cut = reader.part(reader.position() + len..reader.end());
    (length <= MESSAGE_LEN_MAX).then_some((cut, false))
}
