//! The fast pass: every value is handed on the moment it is read.
//!
//! Its errors say nothing of the field path: on any of them the careful pass
//! takes over, which does.

use super::values::{MapKey, scalar};
use super::{Parts, Scalar, Sink, Span, Stop, Walk};
use crate::error::Result;
use crate::table::{Field, Form, Message};
use crate::wire::{Reader, Tag, WireType, skip};

/// How far the fields of a message have come.
struct Progress<'w, 'a> {
    /// The index of the first field that may still begin.
    next: usize,
    /// The repeated field or map whose values are being handed on.
    open: Option<&'w Field>,
    /// The last key of an open map.
    key: Option<MapKey<'a>>,
    /// The oneofs that have a member, one bit each.
    oneofs: u64,
    /// Whether there were unknown fields.
    unknown: bool,
}

impl<'w, 'a, S: Sink<'a>> Walk<'w, 'a, S> {
    /// Hands on the fields of a message that stands in one part. Says whether
    /// there are unknown fields.
    ///
    /// # Errors
    ///
    /// Bytes that are not a message, and a field out of order: one after a
    /// later one, a singular one again, a second member of a oneof, a map's
    /// key that is not above the last.
    pub(super) fn in_order(
        &mut self,
        message: &'w Message,
        part: Span,
        depth: u32,
    ) -> Result<bool, Stop> {
        let mut reader = self.reader.part(part);
        let mut progress = Progress { next: 0, open: None, key: None, oneofs: 0, unknown: false };
        while !reader.is_at_end() {
            let at = reader.position();
            let tag = reader.tag()?;
            // An open field most likely goes on.
            let expected = progress.next - usize::from(progress.open.is_some());
            let Some((index, field)) = message.by_number(tag.number, expected) else {
                skip::value(&mut reader, tag, at, depth)?;
                progress.unknown = true;
                continue;
            };
            let form = Form::of(field, tag.wire_type);
            if form == Form::Wrong {
                skip::value(&mut reader, tag, at, depth)?;
                progress.unknown = true;
                continue;
            }
            if index < progress.next {
                if index + 1 != progress.next || field.is_singular() {
                    return Err(Stop::OUT_OF_ORDER);
                }
            } else {
                self.close(&mut progress);
                progress.next = index + 1;
            }
            self.field_value(&mut reader, &mut progress, field, form, (tag, at), depth)?;
        }
        self.close(&mut progress);
        Ok(progress.unknown)
    }

    fn close(&mut self, progress: &mut Progress<'w, 'a>) {
        if let Some(field) = progress.open.take() {
            self.sink.field_end(field);
        }
        progress.key = None;
    }

    #[inline]
    fn field_value(
        &mut self,
        reader: &mut Reader<'a>,
        progress: &mut Progress<'w, 'a>,
        field: &'w Field,
        form: Form,
        (tag, at): (Tag, usize),
        depth: u32,
    ) -> Result<(), Stop> {
        match form {
            Form::One if field.kind.is_message() => {
                self.set_oneof(progress, field)?;
                let part = message_span(reader, tag, at, field, depth)?;
                self.start_value(progress, field);
                self.message_value(field, &Parts::One(part), depth)?;
                self.end_value(field);
            }
            Form::One => {
                let value = scalar(reader, field)?;
                self.scalar_value(progress, field, value)?;
            }
            Form::Packed => {
                let range = reader.length_delimited(field.subject())?;
                let mut values = reader.part(range);
                while !values.is_at_end() {
                    let value = scalar(&mut values, field)?;
                    self.scalar_value(progress, field, value)?;
                }
            }
            Form::Entry => {
                let range = message_span(reader, tag, at, field, depth)?;
                let entry = self.read_entry(field, range, depth)?;
                if !self.has_known_value(field, &entry) {
                    progress.unknown = true;
                    return Ok(());
                }
                let key = MapKey::of(entry.key);
                if progress.key.is_some_and(|last| last >= key) {
                    return Err(Stop::OUT_OF_ORDER);
                }
                progress.key = Some(key);
                if progress.open.is_none() {
                    progress.open = Some(field);
                    self.sink.field(field);
                }
                self.hand_entry(field, &entry, depth)?;
            }
            Form::Wrong => {}
        }
        Ok(())
    }

    #[inline]
    fn scalar_value(
        &mut self,
        progress: &mut Progress<'w, 'a>,
        field: &'w Field,
        value: Scalar<'a>,
    ) -> Result<(), Stop> {
        if let Scalar::Enum(number) = value
            && self.is_closed(field)
            && !self.has_value(field, number)
        {
            progress.unknown = true;
            return Ok(());
        }
        self.set_oneof(progress, field)?;
        if field.is_implicit() && value.is_default() {
            return Ok(());
        }
        self.start_value(progress, field);
        self.sink.scalar(field, value)?;
        self.end_value(field);
        Ok(())
    }

    #[inline]
    fn start_value(&mut self, progress: &mut Progress<'w, 'a>, field: &'w Field) {
        if field.is_singular() {
            self.sink.field(field);
            return;
        }
        if progress.open.is_none() {
            progress.open = Some(field);
            self.sink.field(field);
        }
        self.sink.item(field);
    }

    #[inline]
    fn end_value(&mut self, field: &'w Field) {
        if field.is_singular() {
            self.sink.field_end(field);
        }
    }

    #[inline]
    fn set_oneof(&mut self, progress: &mut Progress<'w, 'a>, field: &Field) -> Result<(), Stop> {
        let Some(oneof) = field.oneof else { return Ok(()) };
        let bit = 1u64.checked_shl(u32::from(oneof)).unwrap_or(0);
        // One that has no bit is left to the careful pass.
        if bit == 0 || progress.oneofs & bit != 0 {
            return Err(Stop::OUT_OF_ORDER);
        }
        progress.oneofs |= bit;
        Ok(())
    }
}

/// The span of a message's bytes behind its tag.
pub(super) fn message_span(
    reader: &mut Reader<'_>,
    tag: Tag,
    at: usize,
    field: &Field,
    depth: u32,
) -> Result<Span> {
    match tag.wire_type {
        WireType::Len => reader.length_delimited(field.subject()),
        _ => skip::value(reader, tag, at, depth),
    }
}
