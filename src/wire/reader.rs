//! A reader over the bytes of a message, or of a part of one, that always
//! knows its place in the whole input.

use std::fmt;
use std::ops::Range;

use super::limits::{
    FIELD_NUMBER_MAX, LENGTH_LEN_MAX, MESSAGE_LEN_MAX, TAG_LEN_MAX, VARINT_LEN_MAX,
};
use super::tag::{Tag, WireType};
use super::varint::{self, Malformed};
use crate::error::{Error, Excerpt, Result};

/// The field whose value is read, as errors name it: `field 1 "name"`.
#[derive(Clone, Copy)]
pub struct Subject<'t> {
    /// Its field number.
    pub number: u32,
    /// Its name, if the schema has one.
    pub name: Option<&'t str>,
}

impl Subject<'_> {
    /// A field that the schema doesn't know.
    #[inline]
    pub fn unknown(number: u32) -> Self {
        Subject { number, name: None }
    }
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            Some(name) => write!(f, "field {} \"{name}\"", self.number),
            None => write!(f, "field {}", self.number),
        }
    }
}

/// Reads a message from front to back. Positions are relative to the record;
/// errors add the record's own offset, so that they are absolute.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The whole record, so that an error can show what stands around.
    record: &'a [u8],
    /// Where the record stands in the input.
    base: u64,
    position: usize,
    /// Where the part that is read ends.
    end: usize,
}

impl<'a> Reader<'a> {
    /// A reader of one record that stands `base` bytes into the input.
    #[inline]
    pub fn new(record: &'a [u8], base: u64) -> Self {
        Reader { record, base, position: 0, end: record.len() }
    }

    /// A reader of a part of the same record.
    #[inline]
    pub fn part(&self, range: Range<usize>) -> Reader<'a> {
        Reader { position: range.start, end: range.end, ..*self }
    }

    /// A reader of the rest of the record from a position.
    #[inline]
    pub fn from(&self, position: usize) -> Reader<'a> {
        Reader { position, end: self.record.len(), ..*self }
    }

    /// Whether everything is read.
    #[inline]
    pub fn is_at_end(&self) -> bool {
        self.position >= self.end
    }

    /// How far into the record the reader is.
    #[inline]
    pub fn position(&self) -> usize {
        self.position
    }

    /// Where in the record the part ends that is read.
    #[inline]
    pub fn end(&self) -> usize {
        self.end
    }

    /// Passes over the rest.
    pub fn finish(&mut self) {
        self.position = self.end;
    }

    /// The bytes of the record in `range`.
    #[inline]
    pub fn bytes(&self, range: Range<usize>) -> &'a [u8] {
        &self.record[range]
    }

    /// The place in the whole input of a position in the record.
    pub fn offset(&self, position: usize) -> u64 {
        self.base + position as u64
    }

    /// What is left to read.
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        &self.record[self.position..self.end]
    }

    /// Reads a tag.
    ///
    /// # Errors
    ///
    /// One that is cut short or longer than 5 bytes, a field number of 0 or
    /// above 2^29 - 1, and the wire types 6 and 7.
    #[inline]
    pub fn tag(&mut self) -> Result<Tag> {
        let start = self.position;
        let value = match self.rest() {
            [byte, ..] if *byte < 0x80 => {
                self.position += 1;
                u32::from(*byte)
            }
            rest => match varint::read_long(rest, TAG_LEN_MAX) {
                Ok((value, len)) if value <= u64::from(u32::MAX) => {
                    self.position += len;
                    value as u32
                }
                _ => return Err(self.bad_tag(start)),
            },
        };
        match WireType::of(value) {
            Some(wire_type) if value >> 3 != 0 => Ok(Tag { number: value >> 3, wire_type }),
            _ => Err(self.bad_tag_value(start, value)),
        }
    }

    /// Reads a varint value.
    ///
    /// # Errors
    ///
    /// One that is cut short or longer than 10 bytes.
    #[inline]
    pub fn varint(&mut self, subject: Subject<'_>) -> Result<u64> {
        match varint::read(self.rest()) {
            Ok((value, len)) => {
                self.position += len;
                Ok(value)
            }
            Err(malformed) => Err(self.bad_varint(malformed, subject)),
        }
    }

    /// Reads the `N` bytes of a fixed-width value.
    ///
    /// # Errors
    ///
    /// Fewer bytes are left.
    #[inline]
    pub fn fixed<const N: usize>(&mut self, subject: Subject<'_>) -> Result<[u8; N]> {
        match self.rest().first_chunk::<N>() {
            Some(chunk) => {
                self.position += N;
                Ok(*chunk)
            }
            None => Err(self.short_fixed(N, subject)),
        }
    }

    /// Reads a length and the position range of what it spans.
    ///
    /// # Errors
    ///
    /// A length that is cut short, longer than 5 bytes, above 2 GiB - 1, or
    /// beyond what is left.
    #[inline]
    pub fn length_delimited(&mut self, subject: Subject<'_>) -> Result<Range<usize>> {
        let start = self.position;
        let (length, len) = match self.rest() {
            [byte, ..] if *byte < 0x80 => (u64::from(*byte), 1),
            rest => match varint::read_long(rest, LENGTH_LEN_MAX) {
                Ok((length, len)) => (length, len),
                Err(malformed) => return Err(self.bad_length(malformed, subject)),
            },
        };
        let from = start + len;
        if length > (self.end - from) as u64 {
            return Err(self.length_beyond_end(start..from, length, subject));
        }
        self.position = from + length as usize;
        Ok(from..self.position)
    }

    /// An error at `mark`, with the bytes around it.
    #[cold]
    pub fn error(&self, what: impl Into<String>, mark: Range<usize>, label: &str) -> Error {
        Error::failure(what).at_byte(self.offset(mark.start)).showing(Excerpt::of_bytes(
            self.record,
            mark,
            label,
        ))
    }

    /// What is to be a string is not one at `mark`.
    #[cold]
    pub fn not_utf8(&self, subject: Subject<'_>, mark: Range<usize>) -> Error {
        self.error(format!("{subject} is not valid UTF-8"), mark, "not UTF-8")
            .hint("a `string` holds UTF-8 only; other bytes need a field of type `bytes`")
    }

    #[cold]
    fn bad_tag(&self, start: usize) -> Error {
        match varint::read_long(self.rest(), VARINT_LEN_MAX) {
            Ok((value, len)) if value > u64::from(u32::MAX) => self
                .error(
                    format!("the field number {} is too large", value >> 3),
                    start..start + len,
                    "tag",
                )
                .hint(format!("field numbers end at {FIELD_NUMBER_MAX}; {ASTRAY}")),
            Ok((_, len)) => self
                .error(
                    format!("a tag is {len} bytes long, the longest has {TAG_LEN_MAX}"),
                    start..start + len,
                    "tag",
                )
                .hint(ASTRAY),
            Err(Malformed::TooLong) => self
                .error(
                    format!("the varint of a tag is longer than {VARINT_LEN_MAX} bytes"),
                    start..start + VARINT_LEN_MAX,
                    "tag",
                )
                .hint(ASTRAY),
            Err(Malformed::CutShort) => {
                self.error("a tag is cut short", start..self.end, "tag").cut_short(None)
            }
        }
    }

    #[cold]
    fn bad_tag_value(&self, start: usize, value: u32) -> Error {
        let what = match value >> 3 {
            0 => String::from("field number 0 does not exist"),
            number => format!("field {number} has wire type {}, which does not exist", value & 7),
        };
        self.error(what, start..self.position, "tag").hint(ASTRAY)
    }

    #[cold]
    fn bad_varint(&self, malformed: Malformed, subject: Subject<'_>) -> Error {
        let start = self.position;
        match malformed {
            Malformed::CutShort => self
                .error(format!("the varint of {subject} is cut short"), start..self.end, "varint")
                .cut_short(None),
            Malformed::TooLong => self
                .error(
                    format!("the varint of {subject} is longer than {VARINT_LEN_MAX} bytes"),
                    start..start + VARINT_LEN_MAX,
                    "varint",
                )
                .hint(ASTRAY),
        }
    }

    #[cold]
    fn short_fixed(&self, needs: usize, subject: Subject<'_>) -> Error {
        let left = self.end - self.position;
        self.error(
            format!("{subject} needs {needs} bytes, {}", are_left(left as u64)),
            self.position..self.end,
            "value",
        )
        .cut_short(Some(&bytes_of((needs - left) as u64)))
    }

    #[cold]
    fn bad_length(&self, malformed: Malformed, subject: Subject<'_>) -> Error {
        let start = self.position;
        match malformed {
            Malformed::CutShort => self
                .error(format!("the length of {subject} is cut short"), start..self.end, "length")
                .cut_short(None),
            Malformed::TooLong => self
                .error(
                    format!("the length of {subject} is longer than {LENGTH_LEN_MAX} bytes"),
                    start..start + LENGTH_LEN_MAX,
                    "length",
                )
                .hint(ASTRAY),
        }
    }

    #[cold]
    fn length_beyond_end(&self, mark: Range<usize>, length: u64, subject: Subject<'_>) -> Error {
        let left = (self.end - mark.end) as u64;
        let error = self.error(
            format!("{subject} needs {}, {}", bytes_of(length), are_left(left)),
            mark,
            "length",
        );
        if length > MESSAGE_LEN_MAX {
            error.hint(format!("no field is longer than {MESSAGE_LEN_MAX} bytes; {ASTRAY}"))
        } else if self.end < self.record.len() {
            error.hint(ASTRAY)
        } else {
            error.cut_short(Some(&bytes_of(length - left)))
        }
    }
}

/// What nearly always lies behind a tag or a length that cannot be.
pub const ASTRAY: &str = "the bytes are not a message, or reading went astray before this place";

/// `none is left`, `only 1 is left`, `only 3 are left`.
pub fn are_left(count: u64) -> String {
    match count {
        0 => String::from("none is left"),
        1 => String::from("only 1 is left"),
        _ => format!("only {count} are left"),
    }
}

/// `1 byte`, `3 bytes`.
pub fn bytes_of(count: u64) -> String {
    match count {
        1 => String::from("1 byte"),
        _ => format!("{count} bytes"),
    }
}
