//! The careful pass: all values of a message are found first, sorted by field
//! and merged; then they are handed on.
//!
//! Parsing two pieces one after another is merging them, so a message may
//! stand in several parts.

use super::fast::message_span;
use super::parts::{Found, Parts, message_at};
use super::values::{Entry, MapKey, NO_KEY, default, key_and_value, scalar, sort_by_map_key};
use super::{Scalar, Sink, Span, Stop, Walk};
use crate::error::{Error, Result};
use crate::table::{Cardinality, Field, Form, Message};
use crate::wire::{Reader, Tag, WireType, skip};

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
        parts: &Parts<'_>,
        depth: u32,
    ) -> Result<bool, Stop> {
        let mut found = Vec::new();
        let mut winners = vec![Winner::default(); message.oneofs.len()];
        let mut unknown = false;
        for part in parts.spans(&self.reader) {
            unknown |= self.find(message, part?, depth, &mut found, &mut winners)?;
        }
        if !found.is_sorted_by_key(|value| value.index) {
            // Where a value stands keeps those of a field in their order.
            found.sort_unstable_by_key(|value| (value.index, value.at));
        }
        for values in found.chunk_by_mut(|a, b| a.index == b.index) {
            let field = &message.fields()[values[0].index as usize];
            let gone = match field.oneof.map(|oneof| winners[usize::from(oneof)]) {
                Some(winner) if winner.field == values[0].index + 1 => {
                    values.partition_point(|value| value.at < winner.since)
                }
                Some(_) => values.len(),
                None => 0,
            };
            let (gone, kept) = values.split_at_mut(gone);
            self.check_all(field, gone, depth)
                .and_then(|()| self.hand_field(message, field, kept, depth, &mut unknown))
                .map_err(|stop| stop.in_field(&field.name))?;
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
                match self.item(message, (tag, at), range, depth)? {
                    Some((index, at)) => found.push(Found::new(index, at)),
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
            let span = self.span(&mut reader, field, tag, at, depth).map_err(|stop| {
                let stop =
                    if field.is_list() { self.in_item(stop, field, found, index) } else { stop };
                stop.in_field(&field.name)
            })?;
            if form == Form::One && self.is_unknown_enum(field, span)? {
                unknown = true;
                continue;
            }
            if let Some(oneof) = field.oneof {
                let winner = &mut winners[usize::from(oneof)];
                if winner.field != index as u32 + 1 {
                    if winner.field != 0 {
                        self.oneof_note(message, field, at)?;
                    }
                    *winner = Winner { field: index as u32 + 1, since: at as u32 };
                }
            }
            let again = found.last_mut().filter(|last| last.index as usize == index);
            match again {
                // Of a number or a string given over and over only the last
                // is kept: the others have to be well-formed, and no more.
                Some(last) if field.is_singular() && !field.kind.is_message() => {
                    self.scalar_at(field, last.at).map_err(|stop| stop.in_field(&field.name))?;
                    *last = Found::new(index, at);
                    self.repeated_note(message, field, at)
                        .map_err(|stop| stop.in_field(&field.name))?;
                }
                _ => found.push(Found::new(index, at)),
            }
        }
        Ok(unknown)
    }

    /// Names the item of a list that comes after what was found of it.
    #[cold]
    fn in_item(&self, stop: Stop, field: &Field, found: &[Found], index: usize) -> Stop {
        let mut before = 0;
        for value in found.iter().filter(|value| value.index as usize == index) {
            let mut reader = self.reader.from(value.at as usize);
            let packed =
                reader.tag().is_ok_and(|tag| Form::of(field, tag.wire_type) == Form::Packed);
            match reader.length_delimited(field.subject()) {
                Ok(range) if packed => {
                    let mut values = self.reader.part(range);
                    while !values.is_at_end() && scalar(&mut values, field).is_ok() {
                        before += 1;
                    }
                }
                _ => before += 1,
            }
        }
        stop.in_field(&format!("[{before}]"))
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
            let start = reader.position();
            return message_span(reader, tag, at, field, depth).map_err(|error| {
                match tag.wire_type {
                    WireType::StartGroup => self.named(error, field, start..reader.end(), depth),
                    _ => error.into(),
                }
            });
        }
        let start = reader.position();
        if tag.wire_type == WireType::Len {
            reader.length_delimited(field.subject())?;
        } else {
            scalar(reader, field)?;
        }
        Ok(start..reader.position())
    }

    /// The error of a group that was passed over, whose fields begin `span`, as
    /// who knows them has it: by their names, with their path.
    #[cold]
    fn named(&self, error: Error, field: &Field, span: Span, depth: u32) -> Stop {
        let message = self.tables.message(field.message);
        let mut reader = self.reader.part(span);
        loop {
            let at = reader.position();
            let Ok(tag) = reader.tag() else { return error.into() };
            if tag.wire_type == WireType::EndGroup {
                return error.into();
            }
            let known = message.by_number(tag.number, 0).map(|(_, field)| field);
            let known = known.filter(|field| Form::of(field, tag.wire_type) != Form::Wrong);
            let passed = match known {
                Some(field) => self
                    .span(&mut reader, field, tag, at, depth + 1)
                    .map_err(|stop| stop.in_field(&field.name)),
                None => skip::value(&mut reader, tag, at, depth + 1).map_err(Stop::from),
            };
            match passed {
                Err(stop) if stop.is_where(&error) => return stop,
                Err(_) => return error.into(),
                Ok(_) => {}
            }
        }
    }

    fn is_unknown_enum(&self, field: &Field, span: Span) -> Result<bool, Stop> {
        if !self.is_closed(field) {
            return Ok(false);
        }
        let number = self.reader.part(span).varint(field.subject())? as i32;
        Ok(!self.has_value(field, number))
    }

    /// The scalar whose tag stands at `at`, and where it stands.
    fn scalar_at(&self, field: &Field, at: u32) -> Result<(Scalar<'a>, Span), Stop> {
        let mut reader = self.reader.from(at as usize);
        reader.tag()?;
        let start = reader.position();
        Ok((scalar(&mut reader, field)?, start..reader.position()))
    }

    /// Hands on all values of a field.
    fn hand_field(
        &mut self,
        message: &'w Message,
        field: &'w Field,
        values: &mut [Found],
        depth: u32,
        unknown: &mut bool,
    ) -> Result<(), Stop> {
        match field.cardinality {
            Cardinality::Singular(_) if values.is_empty() => Ok(()),
            Cardinality::Singular(_) if field.kind.is_message() => {
                // The values are merged, which is no loss.
                self.sink.field(field);
                self.message_value(field, &Parts::Values(values), depth)?;
                self.sink.field_end(field);
                Ok(())
            }
            Cardinality::Singular(_) => self.singular(message, field, values),
            Cardinality::Repeated { .. } => self.repeated(field, values, depth, unknown),
            Cardinality::Map => self.map(field, values, depth, unknown),
        }
    }

    /// Hands on the last of the values of a field that has one.
    fn singular(
        &mut self,
        message: &'w Message,
        field: &'w Field,
        values: &[Found],
    ) -> Result<(), Stop> {
        let [first, rest @ ..] = values else { return Ok(()) };
        for again in rest {
            self.repeated_note(message, field, again.at as usize)?;
        }
        let (mut last, mut span) = self.scalar_at(field, first.at)?;
        for value in rest {
            (last, span) = self.scalar_at(field, value.at)?;
        }
        if !(field.is_implicit() && last.is_default()) {
            self.sink.field(field);
            let handed = self.sink.scalar(field, last);
            handed.map_err(|error| Stop::from(error).placed(&self.reader, span))?;
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
        // How many values there were, those that are unknown too.
        let mut count = 0;
        let mut open = false;
        for value in values {
            if field.kind.is_message() {
                self.start_item(field, &mut open);
                let part = message_at(&self.reader, value.at as usize)?;
                self.message_value(field, &Parts::One(part), depth)
                    .map_err(|stop| stop.in_field(&format!("[{count}]")))?;
                count += 1;
                continue;
            }
            let mut reader = self.reader.from(value.at as usize);
            let tag = reader.tag()?;
            let packed = Form::of(field, tag.wire_type) == Form::Packed;
            if packed {
                let range = reader.length_delimited(field.subject())?;
                reader = reader.part(range);
            }
            // Behind a tag of its own stands one.
            while !packed || !reader.is_at_end() {
                self.repeated_scalar(&mut reader, field, &mut open, unknown)
                    .map_err(|stop| stop.in_field(&format!("[{count}]")))?;
                count += 1;
                if !packed {
                    break;
                }
            }
        }
        if open {
            self.sink.field_end(field);
        }
        Ok(())
    }

    fn repeated_scalar(
        &mut self,
        reader: &mut Reader<'a>,
        field: &'w Field,
        open: &mut bool,
        unknown: &mut bool,
    ) -> Result<(), Stop> {
        let start = reader.position();
        let item = scalar(reader, field)?;
        if let Scalar::Enum(number) = item
            && self.is_closed(field)
            && !self.has_value(field, number)
        {
            *unknown = true;
            return Ok(());
        }
        self.start_item(field, open);
        let handed = self.sink.scalar(field, item);
        handed.map_err(|error| Stop::from(error).placed(&self.reader, start..reader.position()))
    }

    fn start_item(&mut self, field: &'w Field, open: &mut bool) {
        if !std::mem::replace(open, true) {
            self.sink.field(field);
        }
        self.sink.item(field);
    }

    /// Hands on a map in the order of its keys; of several entries with one
    /// key the last counts. The entries are sorted where they are kept: the
    /// index of the field, which is known, gives way to the place of the key.
    fn map(
        &mut self,
        field: &'w Field,
        values: &mut [Found],
        depth: u32,
        unknown: &mut bool,
    ) -> Result<(), Stop> {
        let mut known = 0;
        for at in 0..values.len() {
            let at = values[at].at;
            let entry = self.entry_at(field, at, depth)?;
            if self.has_known_value(field, &entry) {
                values[known] = Found { index: entry.key_at, at };
                known += 1;
            } else {
                *unknown = true;
            }
        }
        let values = &mut values[..known];
        if values.is_empty() {
            return Ok(());
        }
        let (key_field, _) = key_and_value(self.tables.message(field.message));
        let reader = self.reader;
        let key = |value: &Found| key_at(&reader, key_field, value.index);
        sort_by_map_key(values, key, |value| value.at);
        self.sink.field(field);
        for same in values.chunk_by(|a, b| key(a) == key(b)) {
            let [replaced @ .., last] = same else { continue };
            for value in replaced {
                let entry = self.entry_at(field, value.at, depth)?;
                self.check_entry(field, &entry, depth)?;
            }
            let part = message_at(&self.reader, last.at as usize)?;
            let entry = self.read_entry(field, part.clone(), depth)?;
            self.hand_entry(field, &entry, depth)
                .map_err(|stop| stop.placed(&self.reader, part))?;
        }
        self.sink.field_end(field);
        Ok(())
    }

    fn entry_at(&self, field: &Field, at: u32, depth: u32) -> Result<Entry<'a>> {
        let range = message_at(&self.reader, at as usize)?;
        self.read_entry(field, range, depth)
    }

    fn check_entry(&mut self, field: &'w Field, entry: &Entry<'a>, depth: u32) -> Result<(), Stop> {
        let (_, value) = key_and_value(self.tables.message(field.message));
        for part in Parts::Values(&entry.parts).spans(&self.reader) {
            self.check(self.tables.message(value.message), part?, depth + 2)?;
        }
        Ok(())
    }

    /// Looks at values that another member of their oneof replaced.
    fn check_all(&mut self, field: &'w Field, values: &[Found], depth: u32) -> Result<(), Stop> {
        for value in values {
            if field.kind.is_message() {
                let part = message_at(&self.reader, value.at as usize)?;
                self.check(self.tables.message(field.message), part, depth + 1)?;
            } else {
                self.scalar_at(field, value.at)?;
            }
        }
        Ok(())
    }

    /// The extension of an item of a MessageSet, and where the tag of its
    /// message stands. An item is a group of the number 1 that holds the
    /// extension's number (2) and its message (3). An extension in the
    /// ordinary encoding is one too.
    fn item(
        &self,
        message: &'w Message,
        (tag, at): (Tag, usize),
        range: Span,
        depth: u32,
    ) -> Result<Option<(usize, usize)>, Stop> {
        if tag.number != 1 || tag.wire_type != WireType::StartGroup {
            let known = message.by_number(tag.number, 0);
            let known = known.filter(|_| tag.wire_type == WireType::Len);
            return Ok(known.map(|(index, _)| (index, at)));
        }
        let mut reader = self.reader.part(range);
        let (mut number, mut message_at) = (None, None);
        while !reader.is_at_end() {
            let at = reader.position();
            let tag = reader.tag()?;
            let range = skip::value(&mut reader, tag, at, depth + 1)?;
            match (tag.number, tag.wire_type) {
                (2, WireType::Varint) if number.is_none() => {
                    let subject = crate::wire::reader::Subject::unknown(2);
                    number = Some(self.reader.part(range).varint(subject)? as u32);
                }
                (3, WireType::Len) if message_at.is_none() => message_at = Some(at),
                _ => {}
            }
        }
        let known = number.and_then(|number| message.by_number(number, 0));
        Ok(known.zip(message_at).map(|((index, _), at)| (index, at)))
    }

    /// Whether a field of a MessageSet is an item of a known extension.
    pub(super) fn is_known_item(
        &self,
        message: &'w Message,
        place: (Tag, usize),
        range: Span,
        depth: u32,
    ) -> Result<bool, Stop> {
        Ok(self.item(message, place, range, depth)?.is_some())
    }
}

/// The key that stands at `at`; one that stands nowhere is the default.
fn key_at<'a>(reader: &Reader<'a>, field: &Field, at: u32) -> MapKey<'a> {
    let read = match at {
        NO_KEY => None,
        // It was read before.
        at => scalar(&mut reader.from(at as usize), field).ok(),
    };
    MapKey::of(read.unwrap_or_else(|| default(field.kind)))
}
