//! What stands behind a tag: numbers, text, bytes, messages, packed values.

use std::fmt::Write;
use std::io;
use std::ops::Range;

use super::guess::{self, Shape};
use super::overrule::Forced;
use super::readings::Likely;
use super::row::{Part, Shown};
use super::walk::{Ended, Scope, Walk, is_item, varint_span};
use crate::error::{Error, Result};
use crate::table::{Enum, Field, Form, Kind};
use crate::wire::limits::{DEPTH_MAX, LENGTH_LEN_MAX, MESSAGE_LEN_MAX};
use crate::wire::reader::Subject;
use crate::wire::{Reader, Tag, WireType, skip, varint};

/// How the bytes of a length-delimited value are to be shown.
enum Plan<'w> {
    /// As text; whether it has to be valid.
    Text(Option<&'w Field>),
    Bytes,
    Message(Scope<'w>),
    Packed(Kind, Option<&'w Field>),
}

impl<'w, 'a> Walk<'w, 'a> {
    /// What stands behind a tag.
    pub fn value(
        &mut self,
        reader: &mut Reader<'a>,
        scope: Scope<'w>,
        known: Option<(&'w Field, Form)>,
        (tag, at): (Tag, usize),
        level: u32,
    ) -> io::Result<Ended> {
        let field = known.filter(|known| known.1 != Form::Wrong).map(|known| known.0);
        let subject = field.map_or(Subject::unknown(tag.number), Field::subject);
        let start = reader.position();
        let forced = self.overrules.of(&self.path, tag.wire_type);
        let kind = match forced {
            Some(Forced::One(kind)) => Some(kind),
            _ => field.map(|field| field.kind),
        };
        let enumeration = self.enumeration(field);
        let read = match tag.wire_type {
            WireType::Varint => self.varint(reader, kind, enumeration, subject),
            WireType::I64 => reader.fixed(subject).map(|bytes| {
                let bits = u64::from_le_bytes(bytes);
                match kind {
                    Some(kind) => self.say().fixed64(kind, bits),
                    None => self.say().any_fixed64(bits),
                }
            }),
            WireType::I32 => reader.fixed(subject).map(|bytes| {
                let bits = u32::from_le_bytes(bytes);
                match kind {
                    Some(kind) => self.say().fixed32(kind, bits),
                    None => self.say().any_fixed32(bits),
                }
            }),
            WireType::Len => return self.length_delimited(reader, scope, known, tag, level),
            WireType::StartGroup => {
                let inner = self.group_scope(reader, scope, field, tag, level);
                return self.fields(reader, inner, level + 1, Some(tag.number));
            }
            // It has been dealt with.
            WireType::EndGroup => Err(skip::end_without_start(reader, tag.number, at)),
        };
        match read {
            Ok(()) => {
                self.emit(Part::Value, start..reader.position(), level + 1)?;
                Ok(Ended::Well)
            }
            Err(error) => {
                let until = match tag.wire_type {
                    WireType::Varint => start + varint_span(reader.rest()),
                    _ => reader.end(),
                };
                self.spoil(reader, until, level + 1, error)
            }
        }
    }

    fn varint(
        &mut self,
        reader: &mut Reader<'a>,
        kind: Option<Kind>,
        enumeration: Option<&'w Enum>,
        subject: Subject<'_>,
    ) -> Result<()> {
        let start = reader.position();
        let value = reader.varint(subject)?;
        match kind {
            Some(kind) => self.say().varint(kind, value, enumeration),
            None => self.say().any_varint(value),
        }
        let len = reader.position() - start;
        self.overlong("the varint", value, len);
        if len == 10 && self.record[start + 9] > 1 {
            self.note(String::from("the varint has more than 64 bits, the rest is dropped"));
        }
        Ok(())
    }

    fn enumeration(&self, field: Option<&'w Field>) -> Option<&'w Enum> {
        let field = field.filter(|field| field.kind == Kind::Enum)?;
        Some(self.tables?.enumeration(field.enumeration))
    }

    /// The type of the messages of a field.
    fn scope_of(&self, field: &Field) -> Scope<'w> {
        self.tables.map_or(Scope::Unknown, |tables| Scope::Message(tables.message(field.message)))
    }

    /// What is known of the fields in a group.
    fn group_scope(
        &self,
        reader: &Reader<'a>,
        scope: Scope<'w>,
        field: Option<&'w Field>,
        tag: Tag,
        level: u32,
    ) -> Scope<'w> {
        match (scope, field) {
            (_, Some(field)) => self.scope_of(field),
            (Scope::Message(set), None) if is_item(set, tag) => {
                let number = item_number(*reader, level);
                let found = number.and_then(|number| set.by_number(number, 0));
                Scope::Item(found.map(|(_, field)| field))
            }
            (_, None) => Scope::Unknown,
        }
    }

    fn length_delimited(
        &mut self,
        reader: &mut Reader<'a>,
        scope: Scope<'w>,
        known: Option<(&'w Field, Form)>,
        tag: Tag,
        level: u32,
    ) -> io::Result<Ended> {
        let known = known.filter(|known| known.1 != Form::Wrong);
        let subject = known.map_or(Subject::unknown(tag.number), |known| known.0.subject());
        let start = reader.position();
        let known = match scope {
            // The message of an item of a MessageSet is of the extension.
            Scope::Item(field) if tag.number == 3 => field.map(|field| (field, Form::One)),
            _ => known,
        };
        match reader.length_delimited(subject) {
            Ok(range) => {
                let length = range.len() as u64;
                let plan = self.plan(known, range.clone(), level, false);
                self.length(start..range.start, length, &range, &plan, level)?;
                self.payload(range, plan, level + 1)?;
                Ok(Ended::Well)
            }
            Err(error) => self.cut_short(reader, known, level, error),
        }
    }

    /// A length that cannot be, or that goes beyond the end. Where that is the
    /// end of the input, what there is of the value is shown.
    fn cut_short(
        &mut self,
        reader: &mut Reader<'a>,
        known: Option<(&'w Field, Form)>,
        level: u32,
        error: Error,
    ) -> io::Result<Ended> {
        let (start, end) = (reader.position(), reader.end());
        let Ok((length, len)) = varint::read_long(reader.rest(), LENGTH_LEN_MAX) else {
            let until = start + varint_span(reader.rest());
            return self.spoil(reader, until, level + 1, error);
        };
        let there = start + len..end;
        self.fault(error);
        if length > MESSAGE_LEN_MAX || end < self.record.len() {
            let _ = write!(self.text, "length {length}");
            self.emit(Part::Length, start..there.start, level + 1)?;
            self.rest(there, level + 1)?;
        } else {
            let plan = self.plan(known, there.clone(), level, true);
            self.length(start..there.start, length, &there, &plan, level)?;
            self.payload(there, plan, level + 1)?;
        }
        reader.finish();
        Ok(Ended::Broken)
    }

    /// The row of a length.
    fn length(
        &mut self,
        range: Range<usize>,
        length: u64,
        value: &Range<usize>,
        plan: &Plan<'w>,
        level: u32,
    ) -> io::Result<()> {
        self.text.push_str("length ");
        self.text.push_str(itoa::Buffer::new().format(length));
        self.overlong("the length", length, range.len());
        let bytes = &self.record[value.clone()];
        match plan {
            Plan::Message(Scope::Unknown) if level >= DEPTH_MAX => {}
            Plan::Message(Scope::Unknown) => {
                self.info.push_str("message");
                if !bytes.is_empty() {
                    self.say().other_readings(bytes, Likely::Message);
                }
            }
            Plan::Packed(kind, None) => {
                let _ = write!(self.info, "packed {}", kind.name());
            }
            _ if bytes.is_empty() && length == 0 => self.info.push_str("empty"),
            Plan::Packed(..) | Plan::Message(_) | Plan::Text(_) | Plan::Bytes => {}
        }
        if let Plan::Message(_) = plan
            && level >= DEPTH_MAX
        {
            self.fault(skip::too_deep(&self.reader, value.start - 1));
        }
        self.emit(Part::Length, range, level + 1)
    }

    /// How a value is to be shown, of which a part may be all that is there: as
    /// the schema says, or somebody who knows, else as what it most likely is.
    fn plan(
        &mut self,
        known: Option<(&'w Field, Form)>,
        range: Range<usize>,
        level: u32,
        cut: bool,
    ) -> Plan<'w> {
        let field = known.map(|known| known.0);
        match self.overrules.of(&self.path, WireType::Len) {
            Some(Forced::Packed(kind)) => return Plan::Packed(kind, None),
            Some(Forced::One(Kind::String)) => return Plan::Text(None),
            Some(Forced::One(_)) => return Plan::Bytes,
            Some(Forced::Message) => {
                let typed = field.filter(|field| field.kind.is_message());
                return Plan::Message(typed.map_or(Scope::Unknown, |field| self.scope_of(field)));
            }
            None => {}
        }
        match known {
            Some((field, Form::Packed)) => Plan::Packed(field.kind, Some(field)),
            Some((field, Form::Entry)) => Plan::Message(self.scope_of(field)),
            Some((field, Form::One)) => match field.kind {
                Kind::String => Plan::Text(Some(field)),
                Kind::Message | Kind::Group => Plan::Message(self.scope_of(field)),
                _ => Plan::Bytes,
            },
            Some((_, Form::Wrong)) | None => self.guess(range, level, cut),
        }
    }

    fn guess(&mut self, range: Range<usize>, level: u32, cut: bool) -> Plan<'w> {
        let bytes = &self.record[range.clone()];
        if bytes.is_empty() || self.texts.holds(self.record, range.start, range.end) {
            return Plan::Text(None);
        }
        if level + 1 > DEPTH_MAX {
            return Plan::Bytes;
        }
        match guess::shape(bytes, level + 1) {
            Shape::Whole => Plan::Message(Scope::Unknown),
            // Of a value that is cut short the start is.
            Shape::Cut | Shape::Open(_) if cut => Plan::Message(Scope::Unknown),
            Shape::Cut | Shape::Open(_) | Shape::No => Plan::Bytes,
        }
    }

    /// The bytes of a length-delimited value.
    fn payload(&mut self, range: Range<usize>, plan: Plan<'w>, level: u32) -> io::Result<()> {
        match plan {
            Plan::Message(_) if level > DEPTH_MAX => self.rest(range, level),
            Plan::Message(scope) => {
                let mut reader = self.reader.part(range);
                self.fields(&mut reader, scope, level, None).map(drop)
            }
            Plan::Packed(kind, field) => self.packed(range, kind, field, level),
            _ if range.is_empty() => Ok(()),
            Plan::Text(field) => self.text(range, field, level),
            Plan::Bytes => {
                let bytes = &self.record[range.clone()];
                self.say().other_readings(bytes, Likely::Bytes);
                self.shown = Shown::Bytes;
                self.emit(Part::Value, range, level)
            }
        }
    }

    fn text(
        &mut self,
        range: Range<usize>,
        field: Option<&'w Field>,
        level: u32,
    ) -> io::Result<()> {
        let bytes = &self.record[range.clone()];
        let error = match std::str::from_utf8(bytes) {
            Ok(_) => {
                if field.is_none() {
                    let message = guess::shape(bytes, level) == Shape::Whole;
                    self.say().other_readings(bytes, Likely::Text { message });
                }
                self.shown = Shown::Text(true, true);
                return self.emit(Part::Value, range, level);
            }
            Err(error) => error,
        };
        let bad = range.start + error.valid_up_to();
        let behind = bad + error.error_len().unwrap_or(range.end - bad);
        if bad > range.start {
            self.shown = Shown::Text(true, false);
            self.emit(Part::Value, range.start..bad, level)?;
        }
        match field {
            Some(field) if field.verified => {
                let error = self.reader.not_utf8(field.subject(), bad..behind);
                self.fault(error);
            }
            _ => self.note(String::from("this is not valid UTF-8")),
        }
        self.shown = Shown::Bytes;
        self.emit(Part::Value, bad..behind, level)?;
        if behind == range.end {
            return Ok(());
        }
        self.shown = match std::str::from_utf8(&self.record[behind..range.end]) {
            Ok(_) => Shown::Text(false, true),
            Err(_) => Shown::Bytes,
        };
        self.emit(Part::Value, behind..range.end, level)
    }

    /// The values of a packed field, a row each.
    fn packed(
        &mut self,
        range: Range<usize>,
        kind: Kind,
        field: Option<&'w Field>,
        level: u32,
    ) -> io::Result<()> {
        let mut reader = self.reader.part(range);
        let number = self.path.last().copied().unwrap_or_default();
        let subject = field.map_or(Subject::unknown(number), Field::subject);
        let enumeration = self.enumeration(field);
        while !reader.is_at_end() {
            let start = reader.position();
            let read = match kind.wire_type() {
                WireType::I64 => reader.fixed(subject).map(|bytes| {
                    self.say().fixed64(kind, u64::from_le_bytes(bytes));
                }),
                WireType::I32 => reader.fixed(subject).map(|bytes| {
                    self.say().fixed32(kind, u32::from_le_bytes(bytes));
                }),
                _ => self.varint(&mut reader, Some(kind), enumeration, subject),
            };
            match read {
                Ok(()) => self.emit(Part::Element, start..reader.position(), level)?,
                Err(error) => {
                    let until = match kind.wire_type() {
                        WireType::Varint => start + varint_span(reader.rest()),
                        _ => reader.end(),
                    };
                    self.spoil(&mut reader, until, level, error)?;
                }
            }
        }
        Ok(())
    }
}

/// The number of the extension that the item of a MessageSet holds in which
/// `reader` stands.
fn item_number(mut reader: Reader<'_>, level: u32) -> Option<u32> {
    loop {
        let at = reader.position();
        let tag = reader.tag().ok()?;
        if tag.wire_type == WireType::EndGroup {
            return None;
        }
        if tag.number == 2 && tag.wire_type == WireType::Varint {
            return Some(reader.varint(Subject::unknown(2)).ok()? as u32);
        }
        skip::value(&mut reader, tag, at, level + 1).ok()?;
    }
}
