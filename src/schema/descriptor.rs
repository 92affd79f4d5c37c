//! Descriptors, read from a `FileDescriptorSet` with our own wire reader.
//!
//! Of `google/protobuf/descriptor.proto` this reads what the program uses.
//! Names and comments keep their meaning; the layout of types stays as it
//! stands there, so that field numbers can be compared with that file.

use crate::error::{Error, Result};
use crate::wire::reader::Subject;
use crate::wire::{Reader, WireType, skip};

/// A `FileDescriptorProto`.
pub struct FileDescriptor {
    /// The messages, nested ones after the one they stand in.
    pub messages: Vec<MessageDescriptor>,
}

/// A `DescriptorProto`.
pub struct MessageDescriptor {
    /// The full name, without a leading dot.
    pub name: String,
    /// What the `.proto` file says above it.
    pub comment: String,
    /// The fields in the order of the file.
    pub fields: Vec<FieldDescriptor>,
}

/// A `FieldDescriptorProto`.
pub struct FieldDescriptor {
    /// The name in the `.proto` file.
    pub name: String,
    /// The name in JSON.
    pub json_name: String,
    /// The field number.
    pub number: u32,
    /// The value of `FieldDescriptorProto.Type`.
    pub type_number: u32,
    /// What the `.proto` file says above it.
    pub comment: String,
}

/// Field numbers of `descriptor.proto`, by message.
mod number {
    pub const SET_FILE: u32 = 1;
    pub const FILE_PACKAGE: u32 = 2;
    pub const FILE_MESSAGE: u32 = 4;
    pub const FILE_SOURCE_INFO: u32 = 9;
    pub const MESSAGE_NAME: u32 = 1;
    pub const MESSAGE_FIELD: u32 = 2;
    pub const FIELD_NAME: u32 = 1;
    pub const FIELD_NUMBER: u32 = 3;
    pub const FIELD_TYPE: u32 = 5;
    pub const FIELD_JSON_NAME: u32 = 10;
    pub const SOURCE_LOCATION: u32 = 1;
    pub const LOCATION_PATH: u32 = 1;
    pub const LOCATION_LEADING_COMMENTS: u32 = 3;
}

/// Reads a serialized `FileDescriptorSet`.
///
/// # Errors
///
/// Bytes that are not such a set, and names that are not UTF-8.
pub fn read_set(bytes: &[u8]) -> Result<Vec<FileDescriptor>> {
    let mut files = Vec::new();
    each_field(Reader::new(bytes, 0), |number, value| {
        if number == number::SET_FILE {
            files.push(read_file(value.part()?)?);
        }
        Ok(())
    })
    .map_err(|error| error.in_message("FileDescriptorSet"))?;
    Ok(files)
}

fn read_file(reader: Reader<'_>) -> Result<FileDescriptor> {
    let mut package = String::new();
    let mut parts = Vec::new();
    let mut source_info = None;
    each_field(reader, |number, value| {
        match number {
            number::FILE_PACKAGE => package = value.string()?,
            number::FILE_MESSAGE => parts.push(value.part()?),
            number::FILE_SOURCE_INFO => source_info = Some(value.part()?),
            _ => {}
        }
        Ok(())
    })?;
    let mut messages = Vec::new();
    for part in parts {
        messages.push(read_message(part, &package)?);
    }
    if let Some(info) = source_info {
        attach_comments(info, &mut messages)?;
    }
    Ok(FileDescriptor { messages })
}

fn read_message(reader: Reader<'_>, scope: &str) -> Result<MessageDescriptor> {
    let mut name = String::new();
    let mut fields = Vec::new();
    each_field(reader, |number, value| {
        match number {
            number::MESSAGE_NAME => name = value.string()?,
            number::MESSAGE_FIELD => fields.push(read_field(value.part()?)?),
            _ => {}
        }
        Ok(())
    })?;
    if !scope.is_empty() {
        name = format!("{scope}.{name}");
    }
    Ok(MessageDescriptor { name, comment: String::new(), fields })
}

fn read_field(reader: Reader<'_>) -> Result<FieldDescriptor> {
    let mut field = FieldDescriptor {
        name: String::new(),
        json_name: String::new(),
        number: 0,
        type_number: 0,
        comment: String::new(),
    };
    each_field(reader, |number, value| {
        match number {
            number::FIELD_NAME => field.name = value.string()?,
            number::FIELD_JSON_NAME => field.json_name = value.string()?,
            number::FIELD_NUMBER => field.number = value.uint32()?,
            number::FIELD_TYPE => field.type_number = value.uint32()?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(field)
}

/// Gives each message and field the comment that `SourceCodeInfo` has for its
/// path: `[4, message]` or `[4, message, 2, field]`.
fn attach_comments(info: Reader<'_>, messages: &mut [MessageDescriptor]) -> Result<()> {
    each_field(info, |number, value| {
        if number != number::SOURCE_LOCATION {
            return Ok(());
        }
        let mut path = Vec::new();
        let mut comment = None;
        each_field(value.part()?, |number, value| {
            match number {
                number::LOCATION_PATH => path = value.packed_varints()?,
                number::LOCATION_LEADING_COMMENTS => comment = Some(value.string()?),
                _ => {}
            }
            Ok(())
        })?;
        let Some(comment) = comment else { return Ok(()) };
        let file_message = u64::from(number::FILE_MESSAGE);
        let message_field = u64::from(number::MESSAGE_FIELD);
        let place = match path[..] {
            [first, m] if first == file_message => {
                messages.get_mut(m as usize).map(|message| &mut message.comment)
            }
            [first, m, second, f] if first == file_message && second == message_field => messages
                .get_mut(m as usize)
                .and_then(|message| message.fields.get_mut(f as usize))
                .map(|field| &mut field.comment),
            _ => None,
        };
        if let Some(place) = place {
            *place = comment.trim().to_owned();
        }
        Ok(())
    })
}

/// A value of a field, not looked at yet.
struct Value<'a> {
    reader: Reader<'a>,
    wire_type: WireType,
    range: std::ops::Range<usize>,
}

impl<'a> Value<'a> {
    fn expect(&self, wire_type: WireType) -> Result<Reader<'a>> {
        if self.wire_type != wire_type {
            let what = format!("found wire type {}, expected {wire_type}", self.wire_type);
            return Err(self.reader.error(what, self.range.clone(), ""));
        }
        Ok(self.reader.part(self.range.clone()))
    }

    fn part(&self) -> Result<Reader<'a>> {
        self.expect(WireType::Len)
    }

    fn string(&self) -> Result<String> {
        self.part()?;
        String::from_utf8(self.reader.bytes(self.range.clone()).to_vec())
            .map_err(|_| self.reader.error("a name is not UTF-8", self.range.clone(), ""))
    }

    fn uint32(&self) -> Result<u32> {
        let value = self.expect(WireType::Varint)?.varint(Subject::unknown(0))?;
        u32::try_from(value).map_err(|_| {
            self.reader.error(format!("{value} is out of range"), self.range.clone(), "")
        })
    }

    fn packed_varints(&self) -> Result<Vec<u64>> {
        let mut reader = self.part()?;
        let mut values = Vec::new();
        while !reader.is_at_end() {
            values.push(reader.varint(Subject::unknown(0))?);
        }
        Ok(values)
    }
}

fn each_field<'a>(
    mut reader: Reader<'a>,
    mut take: impl FnMut(u32, Value<'a>) -> Result<(), Error>,
) -> Result<()> {
    while !reader.is_at_end() {
        let at = reader.position();
        let tag = reader.tag()?;
        let range = skip::value(&mut reader, tag, at, 0)?;
        take(tag.number, Value { reader, wire_type: tag.wire_type, range })?;
    }
    Ok(())
}
