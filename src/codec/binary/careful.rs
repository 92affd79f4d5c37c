//! The careful pass: all values of a message are found first, sorted by field
//! and merged; then they are handed on.
//!
//! Parsing two pieces one after another is merging them, so a message may
//! stand in several parts.

use super::fast::message_span;
use super::values::{Entry, Form, MapKey, scalar};
use super::{Scalar, Sink, Span, Stop, Walk};
use crate::table::{Cardinality, Field, Message};
use crate::wire::{Reader, Tag, WireType, skip};

/// A value that was found. Positions fit 32 bits, since no message is longer.
#[derive(Clone, Copy)]
struct Found {
    /// The index of its field.
    index: u32,
    /// Where its tag stands.
    at: u32,
    /// Where its value stands: for a scalar its own bytes with any length, for
    /// a message what the length spans.
    start: u32,
    end: u32,
    form: Form,
}

impl Found {
    fn span(&self) -> Span {
        self.start as usize..self.end as usize
    }
}

/// What was last set of a oneof.
#[derive(Clone, Copy, Default)]
struct Winner {
    /// The index of the field, plus one.
    field: u32,
    /// Where the first tag of it stands since another member was set.
    since: u32,
}

impl<'w, 'a, S: Sink<'a>> Walk<'w, 'a, S> {
    /// Hands on the fields of a message that stands in `parts`. Says whether
    /// there are unknown fields.
    pub(super) fn sorted(
        &mut self,
        message: &'w Message,
        parts: &[Span],
        depth: u32,
    ) -> Result<bool, Stop> {
        let mut found = Vec::new();
        let mut winners = vec![Winner::default(); message.oneofs.len()];
        let mut unknown = false;
        for part in parts {
            unknown |= self.find(message, part.clone(), depth, &mut found, &mut winners)?;
        }
        if !found.is_sorted_by_key(|value| value.index) {
            // Where a value stands keeps those of a field in their order.
            found.sort_unstable_by_key(|value| (value.index, value.at));
        }
        for values in found.chunk_by(|a, b| a.index == b.index) {
            let field = &message.fields()[values[0].index as usize];
            let winner = field.oneof.map(|oneof| winners[usize::from(oneof)]);
            let handed = match winner {
                Some(winner) => {
                    let stays = |value: &&Found| {
                        value.index + 1 == winner.field && value.at >= winner.since
                    };
                    let (kept, gone): (Vec<Found>, Vec<Found>) =
                        values.iter().copied().partition(|value| stays(&value));
                    self.check_all(field, &gone, depth)
                        .and_then(|()| self.hand_field(message, field, &kept, depth, &mut unknown))
                }
                None => self.hand_field(message, field, values, depth, &mut unknown),
            };
            handed.map_err(|stop| stop.in_field(&field.name))?;
        }
        Ok(unknown)
    }

    /// Finds the values in one part.
    fn find(
        &mut self,
        message: &'w Message,
        part: Span,
        depth: u32,
        found: &mut Vec<Found>,
        winners: &mut [Winner],
    ) -> Result<bool, Stop> {
        let mut reader = self.reader.part(part);
        let mut unknown = false;
        let mut expected = 0;
        while !reader.is_at_end() {
            let at = reader.position();
            let tag = reader.tag()?;
            if message.message_set {
                let range = skip::value(&mut reader, tag, at, depth)?;
                match self.item(message, tag, range, depth)? {
                    Some((index, span)) => found.push(value(index, at, span, Form::One)),
                    None => unknown = true,
                }
                continue;
            }
            let known = message.by_number(tag.number, expected);
            let known = known.map(|(index, field)| (index, field, Form::of(field, tag.wire_type)));
            let Some((index, field, form)) = known.filter(|known| known.2 != Form::Wrong) else {
                skip::value(&mut reader, tag, at, depth)?;
                unknown = true;
                continue;
            };
            expected = index + usize::from(field.is_singular());
            let span = self
                .span(&mut reader, field, tag, at, depth)
                .map_err(|stop| stop.in_field(&field.name))?;
            if form == Form::One && self.is_unknown_enum(field, span.clone())? {
                unknown = true;
                continue;
            }
            if let Some(oneof) = field.oneof {
                let winner = &mut winners[usize::from(oneof)];
                if winner.field != index as u32 + 1 {
                    *winner = Winner { field: index as u32 + 1, since: at as u32 };
                }
            }
            let again = found.last_mut().filter(|last| last.index as usize == index);
            match again {
                // Of a number or a string given over and over only the last
                // is kept: the others have to be well-formed, and no more.
                Some(last) if field.is_singular() && !field.kind.is_message() => {
                    scalar(&mut self.reader.part(last.span()), field)
                        .map_err(|error| error.in_field(&field.name))?;
                    *last = value(index, at, span, form);
                    self.repeated_note(message, field, at)
                        .map_err(|stop| stop.in_field(&field.name))?;
                }
                _ => found.push(value(index, at, span, form)),
            }
        }
        Ok(unknown)
    }

    /// The span of a value: for a scalar all its bytes, for a message or a map
    /// entry what is inside.
    fn span(
        &self,
        reader: &mut Reader<'a>,
        field: &Field,
        tag: Tag,
        at: usize,
        depth: u32,
    ) -> Result<Span, Stop> {
        if field.kind.is_message() {
            return message_span(reader, tag, at, field, depth);
        }
        let start = reader.position();
        if tag.wire_type == WireType::Len {
            reader.length_delimited(field.subject())?;
        } else {
            scalar(reader, field)?;
        }
        Ok(start..reader.position())
    }

    fn is_unknown_enum(&self, field: &Field, span: Span) -> Result<bool, Stop> {
        if !self.is_closed(field) {
            return Ok(false);
        }
        let number = self.reader.part(span).varint(field.subject())? as i32;
        Ok(!self.has_value(field, number))
    }

    /// Hands on all values of a field.
    fn hand_field(
        &mut self,
        message: &'w Message,
        field: &'w Field,
        values: &[Found],
        depth: u32,
        unknown: &mut bool,
    ) -> Result<(), Stop> {
        let [first, rest @ ..] = values else { return Ok(()) };
        match field.cardinality {
            Cardinality::Singular(_) => {
                // Of messages the parts are merged, which is no loss.
                if let Some(second) = rest.first()
                    && !field.kind.is_message()
                {
                    for at in rest.iter().map(|value| value.at) {
                        debug_assert!(at >= second.at || !message.oneofs.is_empty());
                        self.repeated_note(message, field, at as usize)?;
                    }
                }
                self.singular(field, first, rest, depth)
            }
            Cardinality::Repeated { .. } => self.repeated(field, values, depth, unknown),
            Cardinality::Map => self.map(field, values, depth, unknown),
        }
    }

    fn singular(
        &mut self,
        field: &'w Field,
        first: &Found,
        rest: &[Found],
        depth: u32,
    ) -> Result<(), Stop> {
        if field.kind.is_message() {
            self.sink.field(field);
            if rest.is_empty() {
                self.message_value(field, std::slice::from_ref(&first.span()), depth)?;
            } else {
                let parts: Vec<Span> =
                    std::iter::once(first).chain(rest).map(Found::span).collect();
                self.message_value(field, &parts, depth)?;
            }
            self.sink.field_end(field);
            return Ok(());
        }
        let mut last = scalar(&mut self.reader.part(first.span()), field)?;
        for value in rest {
            last = scalar(&mut self.reader.part(value.span()), field)?;
        }
        if !(field.is_implicit() && last.is_default()) {
            self.sink.field(field);
            self.sink.scalar(field, last)?;
            self.sink.field_end(field);
        }
        Ok(())
    }

    fn repeated(
        &mut self,
        field: &'w Field,
        values: &[Found],
        depth: u32,
        unknown: &mut bool,
    ) -> Result<(), Stop> {
        let mut open = false;
        for value in values {
            if field.kind.is_message() {
                self.start_item(field, &mut open);
                self.message_value(field, std::slice::from_ref(&value.span()), depth)?;
                continue;
            }
            let mut reader = self.reader.part(value.span());
            if value.form == Form::Packed {
                let range = reader.length_delimited(field.subject())?;
                reader = reader.part(range);
            }
            while !reader.is_at_end() {
                let item = scalar(&mut reader, field)?;
                if let Scalar::Enum(number) = item
                    && self.is_closed(field)
                    && !self.has_value(field, number)
                {
                    *unknown = true;
                    continue;
                }
                self.start_item(field, &mut open);
                self.sink.scalar(field, item)?;
            }
        }
        if open {
            self.sink.field_end(field);
        }
        Ok(())
    }

    fn start_item(&mut self, field: &'w Field, open: &mut bool) {
        if !std::mem::replace(open, true) {
            self.sink.field(field);
        }
        self.sink.item(field);
    }

    /// Hands on a map in the order of its keys; of several entries with one
    /// key the last counts.
    fn map(
        &mut self,
        field: &'w Field,
        values: &[Found],
        depth: u32,
        unknown: &mut bool,
    ) -> Result<(), Stop> {
        let mut keys: Vec<(MapKey<'a>, u32)> = Vec::with_capacity(values.len());
        for (at, value) in values.iter().enumerate() {
            let entry = self.read_entry(field, value.span(), depth)?;
            if self.has_known_value(field, &entry) {
                keys.push((MapKey::of(entry.key), at as u32));
            } else {
                *unknown = true;
            }
        }
        if !keys.is_sorted_by(|a, b| a.0 < b.0) {
            keys.sort_unstable();
        }
        if keys.is_empty() {
            return Ok(());
        }
        self.sink.field(field);
        for same in keys.chunk_by(|a, b| a.0 == b.0) {
            let [replaced @ .., last] = same else { continue };
            for (_, at) in replaced {
                let entry = self.read_entry(field, values[*at as usize].span(), depth)?;
                self.check_entry(field, &entry, depth)?;
            }
            let entry = self.read_entry(field, values[last.1 as usize].span(), depth)?;
            self.hand_entry(field, &entry, depth)?;
        }
        self.sink.field_end(field);
        Ok(())
    }

    fn check_entry(&mut self, field: &'w Field, entry: &Entry<'a>, depth: u32) -> Result<(), Stop> {
        let (_, value) = super::values::key_and_value(self.tables.message(field.message));
        for part in &entry.parts {
            self.check(self.tables.message(value.message), part.clone(), depth + 2)?;
        }
        Ok(())
    }

    /// Looks at values that another member of their oneof replaced.
    fn check_all(&mut self, field: &'w Field, values: &[Found], depth: u32) -> Result<(), Stop> {
        for value in values {
            if field.kind.is_message() {
                self.check(self.tables.message(field.message), value.span(), depth + 1)?;
            } else {
                scalar(&mut self.reader.part(value.span()), field)?;
            }
        }
        Ok(())
    }

    /// The extension and the bytes of an item of a MessageSet: a group of the
    /// number 1 that holds the extension's number (2) and its message (3). An
    /// extension in the ordinary encoding is one too.
    fn item(
        &self,
        message: &'w Message,
        tag: Tag,
        range: Span,
        depth: u32,
    ) -> Result<Option<(usize, Span)>, Stop> {
        if tag.number != 1 || tag.wire_type != WireType::StartGroup {
            let known = message.by_number(tag.number, 0);
            let known = known.filter(|_| tag.wire_type == WireType::Len);
            return Ok(known.map(|(index, _)| (index, range)));
        }
        let mut reader = self.reader.part(range);
        let (mut number, mut span) = (None, None);
        while !reader.is_at_end() {
            let at = reader.position();
            let tag = reader.tag()?;
            let range = skip::value(&mut reader, tag, at, depth + 1)?;
            match (tag.number, tag.wire_type) {
                (2, WireType::Varint) if number.is_none() => {
                    let subject = crate::wire::reader::Subject::unknown(2);
                    number = Some(self.reader.part(range).varint(subject)? as u32);
                }
                (3, WireType::Len) if span.is_none() => span = Some(range),
                _ => {}
            }
        }
        let known = number.and_then(|number| message.by_number(number, 0));
        Ok(known.zip(span).map(|((index, _), span)| (index, span)))
    }

    /// Whether a field of a MessageSet is an item of a known extension.
    pub(super) fn is_known_item(
        &self,
        message: &'w Message,
        tag: Tag,
        range: Span,
        depth: u32,
    ) -> Result<bool, Stop> {
        Ok(self.item(message, tag, range, depth)?.is_some())
    }
}

fn value(index: usize, at: usize, span: Span, form: Form) -> Found {
    Found {
        index: index as u32,
        at: at as u32,
        start: span.start as u32,
        end: span.end as u32,
        form,
    }
}
