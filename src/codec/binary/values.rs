//! Values out of their bytes, for every kind.

use super::fast::message_span;
use super::parts::{Found, Parts};
use super::{Scalar, Sink, Span, Stop, Walk};
use crate::error::Result;
use crate::table::{Field, Kind};
use crate::wire::limits::DEPTH_MAX;
use crate::wire::{Reader, skip};

/// The key of a map's entry, in the order in which entries are written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum MapKey<'a> {
    /// Of signed numbers.
    Signed(i64),
    /// Of unsigned numbers and bools.
    Unsigned(u64),
    /// Of strings.
    String(&'a [u8]),
}

impl<'a> MapKey<'a> {
    /// The order of a key.
    pub fn of(key: Scalar<'a>) -> MapKey<'a> {
        match key {
            Scalar::I64(value) => MapKey::Signed(value),
            Scalar::I32(value) => MapKey::Signed(i64::from(value)),
            Scalar::U64(value) => MapKey::Unsigned(value),
            Scalar::U32(value) => MapKey::Unsigned(u64::from(value)),
            Scalar::Bool(value) => MapKey::Unsigned(u64::from(value)),
            Scalar::String(value) | Scalar::Bytes(value) => MapKey::String(value),
            // No map has such keys; a schema that says so is refused.
            Scalar::F64(_) | Scalar::F32(_) | Scalar::Enum(_) => MapKey::Unsigned(0),
        }
    }

    /// A number that is in the same order as the keys of one map, except that
    /// it is the same for strings that begin with the same eight bytes.
    fn rank(&self) -> u64 {
        match *self {
            MapKey::Signed(value) => value as u64 ^ 1 << 63,
            MapKey::Unsigned(value) => value,
            MapKey::String(text) => {
                let mut first = [0; 8];
                let len = text.len().min(8);
                first[..len].copy_from_slice(&text[..len]);
                u64::from_be_bytes(first)
            }
        }
    }
}

/// Puts entries of a map in the order of their keys, those of one key in the
/// order of `place`. To read a key again where it stands costs a miss of the
/// cache, and the keys themselves are too large to keep: so a number of each is.
pub fn sort_by_map_key<'a, T: Copy>(
    entries: &mut [T],
    key: impl Fn(&T) -> MapKey<'a>,
    place: impl Fn(&T) -> u32,
) {
    if entries.is_sorted_by(|a, b| (key(a), place(a)) <= (key(b), place(b))) {
        return;
    }
    let mut ranked: Vec<(u64, T)> =
        entries.iter().map(|entry| (key(entry).rank(), *entry)).collect();
    ranked.sort_unstable_by(|(rank, a), (other, b)| {
        rank.cmp(other)
            .then_with(|| match key(a) {
                text @ MapKey::String(_) => text.cmp(&key(b)),
                MapKey::Signed(_) | MapKey::Unsigned(_) => std::cmp::Ordering::Equal,
            })
            .then_with(|| place(a).cmp(&place(b)))
    });
    for (entry, (_, sorted)) in entries.iter_mut().zip(ranked) {
        *entry = sorted;
    }
}

/// An entry of a map, found but not handed on.
pub(super) struct Entry<'a> {
    pub key: Scalar<'a>,
    /// Where the key stands, or [`NO_KEY`].
    pub key_at: u32,
    /// The value, if it is no message.
    pub scalar: Option<Scalar<'a>>,
    /// The parts of the value, if it is a message.
    pub parts: Vec<Found>,
}

/// The place of a key that is not there; no message is so long that one could
/// stand here.
pub(super) const NO_KEY: u32 = u32::MAX;

/// Reads one value that is no message.
///
/// # Errors
///
/// Fewer bytes than it needs; a string that has to be UTF-8 and isn't.
#[inline]
pub fn scalar<'a>(reader: &mut Reader<'a>, field: &Field) -> Result<Scalar<'a>> {
    let subject = field.subject();
    Ok(match field.kind {
        Kind::Double => Scalar::F64(f64::from_le_bytes(reader.fixed(subject)?)),
        Kind::Float => Scalar::F32(f32::from_le_bytes(reader.fixed(subject)?)),
        Kind::Int64 => Scalar::I64(reader.varint(subject)? as i64),
        Kind::Uint64 => Scalar::U64(reader.varint(subject)?),
        Kind::Int32 => Scalar::I32(reader.varint(subject)? as i32),
        Kind::Fixed64 => Scalar::U64(u64::from_le_bytes(reader.fixed(subject)?)),
        Kind::Fixed32 => Scalar::U32(u32::from_le_bytes(reader.fixed(subject)?)),
        Kind::Bool => Scalar::Bool(reader.varint(subject)? != 0),
        Kind::String => Scalar::String(string(reader, field)?),
        Kind::Bytes => {
            let range = reader.length_delimited(subject)?;
            Scalar::Bytes(reader.bytes(range))
        }
        Kind::Uint32 => Scalar::U32(reader.varint(subject)? as u32),
        Kind::Enum => Scalar::Enum(reader.varint(subject)? as i32),
        Kind::Sfixed32 => Scalar::I32(i32::from_le_bytes(reader.fixed(subject)?)),
        Kind::Sfixed64 => Scalar::I64(i64::from_le_bytes(reader.fixed(subject)?)),
        Kind::Sint32 => {
            let value = reader.varint(subject)? as u32;
            Scalar::I32((value >> 1) as i32 ^ -((value & 1) as i32))
        }
        Kind::Sint64 => {
            let value = reader.varint(subject)?;
            Scalar::I64((value >> 1) as i64 ^ -((value & 1) as i64))
        }
        Kind::Message | Kind::Group => {
            let range = reader.length_delimited(subject)?;
            Scalar::Bytes(reader.bytes(range))
        }
    })
}

/// The value of a field that has none.
pub fn default(kind: Kind) -> Scalar<'static> {
    match kind {
        Kind::Double => Scalar::F64(0.0),
        Kind::Float => Scalar::F32(0.0),
        Kind::Int64 | Kind::Sfixed64 | Kind::Sint64 => Scalar::I64(0),
        Kind::Uint64 | Kind::Fixed64 => Scalar::U64(0),
        Kind::Int32 | Kind::Sfixed32 | Kind::Sint32 => Scalar::I32(0),
        Kind::Uint32 | Kind::Fixed32 => Scalar::U32(0),
        Kind::Bool => Scalar::Bool(false),
        Kind::String => Scalar::String(b""),
        Kind::Bytes | Kind::Message | Kind::Group => Scalar::Bytes(b""),
        Kind::Enum => Scalar::Enum(0),
    }
}

impl Scalar<'_> {
    /// Whether it is the value of a field that has none. Negative zero isn't.
    #[inline]
    pub fn is_default(&self) -> bool {
        match *self {
            Scalar::F64(value) => value.to_bits() == 0,
            Scalar::F32(value) => value.to_bits() == 0,
            Scalar::I64(value) => value == 0,
            Scalar::U64(value) => value == 0,
            Scalar::I32(value) | Scalar::Enum(value) => value == 0,
            Scalar::U32(value) => value == 0,
            Scalar::Bool(value) => !value,
            Scalar::String(value) | Scalar::Bytes(value) => value.is_empty(),
        }
    }
}

fn string<'a>(reader: &mut Reader<'a>, field: &Field) -> Result<&'a [u8]> {
    let range = reader.length_delimited(field.subject())?;
    let start = range.start;
    let bytes = reader.bytes(range);
    if field.verified
        && let Err(error) = std::str::from_utf8(bytes)
    {
        let bad = start + error.valid_up_to();
        let bad = bad..bad + error.error_len().unwrap_or(1);
        return Err(reader.not_utf8(field.subject(), bad));
    }
    Ok(bytes)
}

impl<'w, 'a, S: Sink<'a>> Walk<'w, 'a, S> {
    /// Finds the key and the value of an entry: of each the last, the parts of
    /// a message merged. What else stands in an entry is dropped, as the
    /// official implementations do. The entry is a level of its own, inside
    /// of `depth` others.
    pub(super) fn read_entry(&self, field: &Field, range: Span, depth: u32) -> Result<Entry<'a>> {
        if depth >= DEPTH_MAX {
            return Err(skip::too_deep(&self.reader, range.start.saturating_sub(1)));
        }
        let message = self.tables.message(field.message);
        let (key_field, value_field) = key_and_value(message);
        let mut entry = Entry {
            key: default(key_field.kind),
            key_at: NO_KEY,
            scalar: (!value_field.kind.is_message()).then(|| default(value_field.kind)),
            parts: Vec::new(),
        };
        let mut reader = self.reader.part(range);
        while !reader.is_at_end() {
            let at = reader.position();
            let tag = reader.tag()?;
            let known = match tag.number {
                1 => Some(key_field),
                2 => Some(value_field),
                _ => None,
            };
            match known.filter(|field| field.kind.wire_type() == tag.wire_type) {
                Some(field) if field.kind.is_message() => {
                    message_span(&mut reader, tag, at, field, depth + 1)?;
                    entry.parts.push(Found::new(1, at));
                }
                Some(field) if tag.number == 1 => {
                    entry.key_at = reader.position() as u32;
                    entry.key = scalar(&mut reader, field)?;
                }
                Some(field) => {
                    let value = scalar(&mut reader, field);
                    entry.scalar = Some(value.map_err(|error| match entry.key_at {
                        NO_KEY => error,
                        _ => error.in_field(&shown_key(entry.key)),
                    })?);
                }
                None => {
                    skip::value(&mut reader, tag, at, depth + 1)?;
                }
            }
        }
        Ok(entry)
    }

    /// Whether the value of an entry is one that its enum has.
    pub(super) fn has_known_value(&self, field: &Field, entry: &Entry<'a>) -> bool {
        let (_, value) = key_and_value(self.tables.message(field.message));
        match entry.scalar {
            Some(Scalar::Enum(number)) if self.is_closed(value) => self.has_value(value, number),
            _ => true,
        }
    }

    /// Hands on an entry.
    pub(super) fn hand_entry(
        &mut self,
        field: &'w Field,
        entry: &Entry<'a>,
        depth: u32,
    ) -> Result<(), Stop> {
        let message = self.tables.message(field.message);
        let (_, value) = key_and_value(message);
        self.sink.entry(field, message, entry.key)?;
        let handed = match entry.scalar {
            Some(scalar) => self.sink.scalar(value, scalar).map_err(Stop::from),
            // One that is not there is empty.
            None if entry.parts.is_empty() => {
                self.message_value(value, &Parts::One(0..0), depth + 1)
            }
            None => self.message_value(value, &Parts::Values(&entry.parts), depth + 1),
        };
        handed.map_err(|stop| stop.in_field(&shown_key(entry.key)))?;
        self.sink.entry_end(field);
        Ok(())
    }

    /// Hands on the value of a message field.
    pub(super) fn message_value(
        &mut self,
        field: &'w Field,
        parts: &Parts<'_>,
        depth: u32,
    ) -> Result<(), Stop> {
        let message = self.tables.message(field.message);
        self.value(message, Some(field), parts, depth + 1)
    }
}

/// The two fields of a map's entry.
pub fn key_and_value(entry: &crate::table::Message) -> (&Field, &Field) {
    // A map entry is compiled only when it is of these two fields.
    (&entry.fields()[0], &entry.fields()[1])
}

/// The key in a field that was written with its tag, as a field path shows it.
#[cold]
pub fn shown_key_in(written: &[u8], key: &Field) -> String {
    let mut reader = Reader::new(written, 0);
    let read = reader.tag().and_then(|_| scalar(&mut reader, key));
    shown_key(read.unwrap_or_else(|_| default(key.kind)))
}

/// A key as a field path shows it.
#[cold]
fn shown_key(key: Scalar<'_>) -> String {
    match key {
        Scalar::String(text) | Scalar::Bytes(text) => {
            format!("[{}]", crate::escape::quote_bytes(text))
        }
        Scalar::I64(value) => format!("[{value}]"),
        Scalar::U64(value) => format!("[{value}]"),
        Scalar::I32(value) | Scalar::Enum(value) => format!("[{value}]"),
        Scalar::U32(value) => format!("[{value}]"),
        Scalar::Bool(value) => format!("[{value}]"),
        Scalar::F64(value) => format!("[{value}]"),
        Scalar::F32(value) => format!("[{value}]"),
    }
}
