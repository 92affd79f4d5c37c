//! From the bytes of a message to JSON.

use super::{any, special};
use crate::codec::base64_text;
use crate::codec::binary::{self, Parts, Scalar, Sink, Stop, Unknown, Walk};
use crate::codec::notes::Notes;
use crate::error::{Error, Result};
use crate::escape;
use crate::table::{Cardinality, Field, Message, Presence, Root, Tables, WellKnown};

/// How JSON is written.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct PrintOptions {
    /// Names as the `.proto` file has them.
    pub proto_names: bool,
    /// 64-bit numbers without quotes.
    pub int64_as_number: bool,
    /// Fields without presence also when they have their default.
    pub emit_defaults: bool,
}

/// Appends the message in `record` as JSON, without white space. `base` is
/// where the record begins in the input.
///
/// # Errors
///
/// Bytes that are not a message; a value that JSON cannot hold; a note where
/// notes are to be errors.
pub fn print(
    root: Root<'_>,
    record: &[u8],
    base: u64,
    options: PrintOptions,
    out: &mut Vec<u8>,
    notes: &mut Notes,
) -> Result<()> {
    let start = out.len();
    let mut print =
        Print { tables: root.tables, options, out, start, levels: Vec::new(), written: Vec::new() };
    binary::walk(root, record, base, &mut print, notes)
}

/// Writes JSON as fields come.
pub(super) struct Print<'o> {
    tables: &'o Tables,
    options: PrintOptions,
    pub out: &'o mut Vec<u8>,
    start: usize,
    levels: Vec<Level>,
    /// The numbers of the fields written so far of all open messages, when
    /// the others are to be written too.
    written: Vec<u32>,
}

/// A message that is being written.
#[derive(Clone, Copy)]
struct Level {
    /// Whether its one field stands for it.
    bare: Option<WellKnown>,
    /// Where it begins in the output.
    start: usize,
    /// Where its fields begin in `written`.
    written: usize,
}

impl Print<'_> {
    /// A comma, unless this is the first thing in its brackets.
    #[inline]
    pub fn comma(&mut self) {
        if !matches!(self.out.last(), Some(b'{' | b'[')) {
            self.out.push(b',');
        }
    }

    fn is_bare(&self) -> bool {
        self.levels.last().is_some_and(|level| level.bare.is_some())
    }

    /// A whole number, in quotes if it is to have them.
    #[inline]
    fn whole(&mut self, value: impl itoa::Integer, quoted: bool) {
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(value).as_bytes();
        if quoted {
            self.out.push(b'"');
            self.out.extend_from_slice(digits);
            self.out.push(b'"');
        } else {
            self.out.extend_from_slice(digits);
        }
    }

    /// Writes the fields of a message that are not among the written ones from
    /// `from` on, and have no presence.
    fn defaults(&mut self, message: &Message, from: usize) -> Result<()> {
        for field in message.fields() {
            let wanted = match field.cardinality {
                Cardinality::Singular(presence) => presence == Presence::Implicit,
                Cardinality::Repeated { .. } | Cardinality::Map => !field.extension,
            };
            if !wanted || self.written[from..].contains(&field.number) {
                continue;
            }
            self.field(field);
            if field.is_singular() {
                self.scalar(field, binary::default(field.kind))?;
            }
            self.field_end(field);
        }
        Ok(())
    }

    fn enum_value(&mut self, field: &Field, number: i32) {
        let enumeration = self.tables.enumeration(field.enumeration);
        match enumeration.name_of(number) {
            _ if enumeration.is_null => self.out.extend_from_slice(b"null"),
            Some(name) => escape::json_string(name, self.out),
            None => self.whole(number, false),
        }
    }
}

/// Whether a message of this type is written as its one field is, without
/// braces and a name.
fn bare(message: &Message) -> Option<WellKnown> {
    match message.well_known? {
        kind @ (WellKnown::Struct
        | WellKnown::Value
        | WellKnown::ListValue
        | WellKnown::Wrapper) => Some(kind),
        WellKnown::Any | WellKnown::Timestamp | WellKnown::Duration | WellKnown::FieldMask => None,
    }
}

impl<'a> Sink<'a> for Print<'_> {
    fn restart(&mut self) {
        self.out.truncate(self.start);
        self.levels.clear();
        self.written.clear();
    }

    fn begin(&mut self, message: &Message, _: Option<&Field>) {
        let bare = bare(message);
        self.levels.push(Level { bare, start: self.out.len(), written: self.written.len() });
        if bare.is_none() {
            self.out.push(b'{');
        }
    }

    fn end(&mut self, message: &Message, _: Option<&Field>) -> Result<()> {
        let Some(level) = self.levels.pop() else { return Ok(()) };
        if self.options.emit_defaults && level.bare.is_none() {
            self.defaults(message, level.written)?;
        }
        self.written.truncate(level.written);
        let empty = self.out.len() == level.start;
        match level.bare {
            None => self.out.push(b'}'),
            Some(_) if !empty => {}
            Some(WellKnown::Struct) => self.out.extend_from_slice(b"{}"),
            Some(WellKnown::ListValue) => self.out.extend_from_slice(b"[]"),
            Some(WellKnown::Wrapper) => {
                if let Some(field) = message.fields().first() {
                    self.scalar(field, binary::default(field.kind))?;
                }
            }
            Some(_) => {
                return Err(Error::failure(format!("a {} holds no value", message.name()))
                    .hint("one of its fields has to be set, `null_value` for null")
                    .of_sound());
            }
        }
        Ok(())
    }

    #[inline]
    fn field(&mut self, field: &Field) {
        if self.options.emit_defaults {
            self.written.push(field.number);
        }
        if !self.is_bare() {
            self.comma();
            if self.options.proto_names && !field.extension {
                escape::json_string(&field.name, self.out);
                self.out.push(b':');
            } else {
                self.out.extend_from_slice(&field.json_key);
            }
        }
        match field.cardinality {
            Cardinality::Singular(_) => {}
            Cardinality::Repeated { .. } => self.out.push(b'['),
            Cardinality::Map => self.out.push(b'{'),
        }
    }

    #[inline]
    fn field_end(&mut self, field: &Field) {
        match field.cardinality {
            Cardinality::Singular(_) => {}
            Cardinality::Repeated { .. } => self.out.push(b']'),
            Cardinality::Map => self.out.push(b'}'),
        }
    }

    fn item(&mut self, _: &Field) {
        self.comma();
    }

    #[inline]
    fn scalar(&mut self, field: &Field, value: Scalar<'a>) -> Result<()> {
        match value {
            Scalar::F64(value) => {
                if self.levels.last().is_some_and(|level| level.bare == Some(WellKnown::Value))
                    && !value.is_finite()
                {
                    return Err(Error::failure("a Value holds a number that is not finite")
                        .hint("JSON has no such number; `--to text` shows it")
                        .of_sound());
                }
                special::float(value, self.out);
            }
            Scalar::F32(value) => special::float32(value, self.out),
            Scalar::I64(value) => self.whole(value, !self.options.int64_as_number),
            Scalar::U64(value) => self.whole(value, !self.options.int64_as_number),
            Scalar::I32(value) => self.whole(value, false),
            Scalar::U32(value) => self.whole(value, false),
            Scalar::Bool(value) => {
                self.out.extend_from_slice(if value { b"true" } else { b"false" });
            }
            Scalar::String(text) => escape::json_string(utf8(field, text)?, self.out),
            Scalar::Bytes(bytes) => {
                self.out.push(b'"');
                base64_text::write(bytes, self.out);
                self.out.push(b'"');
            }
            Scalar::Enum(number) => self.enum_value(field, number),
        }
        Ok(())
    }

    fn entry(&mut self, field: &Field, _: &Message, key: Scalar<'a>) -> Result<()> {
        self.comma();
        match key {
            Scalar::String(text) => escape::json_string(utf8(field, text)?, self.out),
            Scalar::Bool(true) => self.out.extend_from_slice(b"\"true\""),
            Scalar::Bool(false) => self.out.extend_from_slice(b"\"false\""),
            Scalar::I64(value) => self.whole(value, true),
            Scalar::U64(value) => self.whole(value, true),
            Scalar::I32(value) | Scalar::Enum(value) => self.whole(value, true),
            Scalar::U32(value) => self.whole(value, true),
            // No map has such keys.
            Scalar::F64(_) | Scalar::F32(_) | Scalar::Bytes(_) => {
                self.out.extend_from_slice(b"\"\"")
            }
        }
        self.out.push(b':');
        Ok(())
    }

    fn unknown(
        &mut self,
        message: &Message,
        unknown: Unknown<'_, 'a>,
        notes: &mut Notes,
    ) -> Result<()> {
        unknown.note_left_out(message, notes)
    }

    fn takes(&self, message: &Message) -> bool {
        match message.well_known {
            Some(
                WellKnown::Any | WellKnown::Timestamp | WellKnown::Duration | WellKnown::FieldMask,
            ) => true,
            Some(
                WellKnown::Struct | WellKnown::Value | WellKnown::ListValue | WellKnown::Wrapper,
            )
            | None => false,
        }
    }

    fn whole(
        walk: &mut Walk<'_, 'a, Self>,
        message: &Message,
        _: Option<&Field>,
        parts: &Parts<'_>,
        depth: u32,
    ) -> Result<(), Stop> {
        match message.well_known {
            Some(WellKnown::Any) => any::print(walk, message, parts, depth),
            Some(WellKnown::Timestamp) => special::timestamp(walk, message, parts),
            Some(WellKnown::Duration) => special::duration(walk, message, parts),
            Some(WellKnown::FieldMask) => special::field_mask(walk, message, parts),
            Some(
                WellKnown::Struct | WellKnown::Value | WellKnown::ListValue | WellKnown::Wrapper,
            )
            | None => Ok(()),
        }
    }
}

/// Text that the schema doesn't have checked.
fn utf8<'a>(field: &Field, text: &'a [u8]) -> Result<&'a str> {
    std::str::from_utf8(text).map_err(|_| {
        Error::failure(format!("{} is not valid UTF-8, which JSON cannot hold", field.subject()))
            .hint("`--to text` shows its bytes")
    })
}
