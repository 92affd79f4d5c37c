//! What a canonical message consists of, read piece by piece: its fields, their
//! values, and what is not known.

use super::Item;
use crate::codec::binary::{self, Scalar, read_scalar};
use crate::codec::text::{self, Layout};
use crate::error::Result;
use crate::table::{Field, Form, Kind, Message, Tables};
use crate::wire::reader::Subject;
use crate::wire::{Reader, Tag, WireType, skip};

/// A known field of a canonical message: all that stands there of it.
pub(super) struct Run<'t, 'a> {
    pub(super) field: &'t Field,
    pub(super) bytes: &'a [u8],
}

/// The known fields of a canonical message, each once; then the unknown ones.
pub(super) struct Fields<'t, 'a> {
    tables: &'t Tables,
    message: &'t Message,
    pub(super) reader: Reader<'a>,
}

impl<'t, 'a> Fields<'t, 'a> {
    pub(super) fn new(tables: &'t Tables, message: &'t Message, bytes: &'a [u8]) -> Self {
        Fields { tables, message, reader: Reader::new(bytes, 0) }
    }

    /// The next known field.
    pub(super) fn next(&mut self) -> Result<Option<Run<'t, 'a>>> {
        let mut found: Option<Run<'t, 'a>> = None;
        let start = self.reader.position();
        loop {
            let before = self.reader;
            if before.is_at_end() {
                return Ok(found);
            }
            let known = self.one()?;
            let Some((field, range)) = known else {
                self.reader = before;
                return Ok(found);
            };
            if found.as_ref().is_some_and(|run| run.field.number != field.number) {
                self.reader = before;
                return Ok(found);
            }
            // In a MessageSet it is the message alone, there is one of each.
            let set = self.message.message_set;
            let range = if set { range } else { start..self.reader.position() };
            found = Some(Run { field, bytes: self.reader.bytes(range) });
        }
    }

    /// Reads one field; none if it is not known.
    pub(super) fn one(&mut self) -> Result<Option<(&'t Field, std::ops::Range<usize>)>> {
        let at = self.reader.position();
        let tag = self.reader.tag()?;
        let mut value = self.reader;
        let range = skip::value(&mut self.reader, tag, at, 0)?;
        if self.message.message_set {
            return self.item(tag, range);
        }
        let Some((_, field)) = self.message.by_number(tag.number, 0) else { return Ok(None) };
        let known = match Form::of(field, tag.wire_type) {
            Form::Wrong => false,
            Form::Packed => true,
            Form::One if field.kind == Kind::Enum => {
                self.has_value(field, read_scalar(&mut value, field)?)
            }
            Form::One => true,
            Form::Entry => self.has_entry(field, self.reader.part(range.clone()))?,
        };
        Ok(known.then_some((field, range)))
    }

    pub(super) fn has_value(&self, field: &Field, value: Scalar<'_>) -> bool {
        let enumeration = self.tables.enumeration(field.enumeration);
        match value {
            Scalar::Enum(number) => !enumeration.closed || enumeration.name_of(number).is_some(),
            _ => true,
        }
    }

    /// Whether the value of an entry is one that its enum has.
    pub(super) fn has_entry(&self, field: &Field, mut entry: Reader<'_>) -> Result<bool> {
        let (_, value) = binary::key_and_value(self.tables.message(field.message));
        let mut found = binary::default(value.kind);
        while value.kind == Kind::Enum && !entry.is_at_end() {
            let at = entry.position();
            let tag = entry.tag()?;
            let mut here = entry;
            skip::value(&mut entry, tag, at, 0)?;
            if tag.number == 2 && tag.wire_type == WireType::Varint {
                found = read_scalar(&mut here, value)?;
            }
        }
        Ok(value.kind != Kind::Enum || self.has_value(value, found))
    }

    /// An item of a MessageSet.
    pub(super) fn item(
        &self,
        tag: Tag,
        range: std::ops::Range<usize>,
    ) -> Result<Option<(&'t Field, std::ops::Range<usize>)>> {
        if tag.number != 1 || tag.wire_type != WireType::StartGroup {
            return Ok(None);
        }
        let (mut number, mut payload) = (0, None);
        let mut inside = self.reader.part(range);
        while !inside.is_at_end() {
            let at = inside.position();
            let tag = inside.tag()?;
            let mut value = inside;
            let range = skip::value(&mut inside, tag, at, 0)?;
            match (tag.number, tag.wire_type) {
                (2, WireType::Varint) => number = value.varint(Subject::unknown(2))?,
                (3, WireType::Len) => payload = Some(range),
                _ => {}
            }
        }
        let number = u32::try_from(number).unwrap_or_default();
        let field = self.message.by_number(number, 0).map(|(_, field)| field);
        Ok(field.zip(payload))
    }

    /// The numbers and the places of what is left: of one number in their order.
    /// There may be millions, so that no more is kept.
    pub(super) fn unknown(&self) -> Result<Vec<(u32, u32)>> {
        let mut found = Vec::new();
        let mut reader = self.reader;
        while !reader.is_at_end() {
            let at = reader.position();
            let tag = reader.tag()?;
            skip::value(&mut reader, tag, at, 0)?;
            found.push((tag.number, at as u32));
        }
        found.sort_unstable();
        Ok(found)
    }
}

/// An unknown field.
pub(super) struct Raw<'a> {
    pub(super) tag: Tag,
    range: std::ops::Range<usize>,
    reader: Reader<'a>,
}

impl<'a> Raw<'a> {
    pub(super) fn read(reader: Reader<'a>, at: usize) -> Result<Self> {
        let mut reader = reader.from(at);
        let tag = reader.tag()?;
        let range = skip::value(&mut reader, tag, at, 0)?;
        Ok(Raw { tag, range, reader })
    }

    /// Whether they mean the same: in however many bytes a varint is written.
    pub(super) fn is_same(&self, other: &Raw<'_>) -> bool {
        self.tag.wire_type == other.tag.wire_type
            && is_same(self.tag.wire_type, self.value(), other.value()).unwrap_or(false)
    }

    fn value(&self) -> Reader<'a> {
        self.reader.part(self.range.clone())
    }

    /// The value as text shows it, without the number.
    pub(super) fn shown(&self) -> Result<Vec<u8>> {
        let unknown = binary::Unknown {
            tag: self.tag,
            raw: 0..0,
            range: self.range.clone(),
            reader: self.reader,
            why: binary::Why::NoField,
        };
        let mut out = Vec::new();
        text::print_unknown(&unknown, Layout::OneLine, 0, &mut out)?;
        let number = self.tag.number.to_string();
        let value = out.strip_prefix(number.as_bytes()).unwrap_or(&out);
        let value = value.strip_prefix(b":").unwrap_or(value);
        Ok(value.trim_ascii_start().to_vec())
    }
}

/// Whether two unknown values of a wire type mean the same. Groups are no deeper
/// than they may be: they were skipped before.
fn is_same(wire_type: WireType, mut a: Reader<'_>, mut b: Reader<'_>) -> Result<bool> {
    let any = Subject::unknown(0);
    match wire_type {
        WireType::Varint => return Ok(a.varint(any)? == b.varint(any)?),
        WireType::StartGroup => {}
        WireType::I64 | WireType::I32 | WireType::Len | WireType::EndGroup => {
            return Ok(a.rest() == b.rest());
        }
    }
    while !a.is_at_end() && !b.is_at_end() {
        let ((one, a_value), (other, b_value)) = (next_value(&mut a)?, next_value(&mut b)?);
        if one != other || !is_same(one.wire_type, a_value, b_value)? {
            return Ok(false);
        }
    }
    Ok(a.is_at_end() && b.is_at_end())
}

/// The tag of the next field, and what stands behind it.
fn next_value<'a>(reader: &mut Reader<'a>) -> Result<(Tag, Reader<'a>)> {
    let at = reader.position();
    let tag = reader.tag()?;
    let range = skip::value(reader, tag, at, 0)?;
    Ok((tag, reader.part(range)))
}

/// The values of a field of a canonical message.
pub(super) struct Items<'t, 'a> {
    field: &'t Field,
    reader: Reader<'a>,
    packed: Option<Reader<'a>>,
}

impl<'t, 'a> Items<'t, 'a> {
    pub(super) fn new(field: &'t Field, bytes: &'a [u8]) -> Self {
        Items { field, reader: Reader::new(bytes, 0), packed: None }
    }

    pub(super) fn next(&mut self) -> Result<Option<Item<'a>>> {
        loop {
            if let Some(values) = self.packed.as_mut().filter(|values| !values.is_at_end()) {
                return Ok(Some(Item::Scalar(read_scalar(values, self.field)?)));
            }
            let Some((mut value, range, tag)) = self.value()? else { return Ok(None) };
            match Form::of(self.field, tag.wire_type) {
                Form::Packed => self.packed = Some(self.reader.part(range)),
                Form::One if !self.field.kind.is_message() => {
                    return Ok(Some(Item::Scalar(read_scalar(&mut value, self.field)?)));
                }
                Form::One | Form::Entry | Form::Wrong => {
                    return Ok(Some(Item::Message(self.reader.bytes(range))));
                }
            }
        }
    }

    /// The next entry of a map, which has its key and its value.
    pub(super) fn entry(
        &mut self,
        key: &'t Field,
        value: &'t Field,
    ) -> Result<Option<(Scalar<'a>, Item<'a>)>> {
        let Some((_, range, _)) = self.value()? else { return Ok(None) };
        let mut entry = Items { field: key, reader: self.reader.part(range), packed: None };
        let found = match entry.next()? {
            Some(Item::Scalar(found)) => found,
            Some(Item::Message(_)) | None => binary::default(key.kind),
        };
        entry.field = value;
        let none = match value.kind.is_message() {
            true => Item::Message(b""),
            false => Item::Scalar(binary::default(value.kind)),
        };
        Ok(Some((found, entry.next()?.unwrap_or(none))))
    }

    pub(super) fn value(&mut self) -> Result<Option<(Reader<'a>, std::ops::Range<usize>, Tag)>> {
        if self.reader.is_at_end() {
            return Ok(None);
        }
        let at = self.reader.position();
        let tag = self.reader.tag()?;
        let value = self.reader;
        let range = skip::value(&mut self.reader, tag, at, 0)?;
        Ok(Some((value, range, tag)))
    }
}
