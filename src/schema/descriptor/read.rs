//! Reading a serialized `FileDescriptorSet` with our own wire reader.
//!
//! The numbers in each `match` are the field numbers of `descriptor.proto`.

use super::{
    EnumDescriptor, EnumValueDescriptor, FieldDescriptor, FileDescriptor, MessageDescriptor,
    OneofDescriptor, source,
};
use crate::error::Result;
use crate::schema::features::FeatureSet;
use crate::wire::limits::DEPTH_MAX;
use crate::wire::reader::Subject;
use crate::wire::{Reader, WireType, skip};

/// Reads a serialized `FileDescriptorSet`, with comments if they are wanted:
/// only help shows them, and finding them costs as much as all the rest.
///
/// # Errors
///
/// Bytes that are not such a set, names that are not UTF-8, and messages
/// nested deeper than the format allows.
pub fn set(bytes: &[u8], comments: bool) -> Result<Vec<FileDescriptor>> {
    let mut files = Vec::new();
    each_field(Reader::new(bytes, 0), |number, value| {
        if number == 1 {
            files.push(file(value.part()?, comments)?);
        }
        Ok(())
    })
    .map_err(|error| error.in_message("google.protobuf.FileDescriptorSet"))?;
    Ok(files)
}

fn file(reader: Reader<'_>, comments: bool) -> Result<FileDescriptor> {
    let mut file = FileDescriptor::default();
    let mut source_info = None;
    each_field(reader, |number, value| {
        match number {
            1 => file.name = value.string()?,
            2 => file.package = value.string()?,
            3 => file.dependencies.push(value.string()?),
            4 => file.messages.push(message(value.part()?, 1)?),
            5 => file.enums.push(enumeration(value.part()?)?),
            7 => file.extensions.push(field(value.part()?)?),
            8 => file.features.merge(&options(value.part()?, 50)?.features),
            9 if comments => source_info = Some(value.part()?),
            10 => value.int32s(&mut file.public_dependencies)?,
            12 => file.syntax = value.string()?,
            14 => file.edition = value.int32()?,
            _ => {}
        }
        Ok(())
    })?;
    if let Some(info) = source_info {
        source::attach_comments(info, &mut file.messages)?;
    }
    Ok(file)
}

fn message(reader: Reader<'_>, depth: u32) -> Result<MessageDescriptor> {
    if depth > DEPTH_MAX {
        return Err(skip::too_deep(&reader, reader.position()));
    }
    let mut message = MessageDescriptor::default();
    each_field(reader, |number, value| {
        match number {
            1 => message.name = value.string()?,
            2 => message.fields.push(field(value.part()?)?),
            3 => message.messages.push(self::message(value.part()?, depth + 1)?),
            4 => message.enums.push(enumeration(value.part()?)?),
            5 => message.extension_ranges.push(range(value.part()?)?),
            6 => message.extensions.push(field(value.part()?)?),
            7 => {
                let options = options(value.part()?, 12)?;
                message.map_entry |= options.map_entry;
                message.message_set |= options.message_set;
                message.features.merge(&options.features);
            }
            8 => message.oneofs.push(oneof(value.part()?)?),
            10 => message.reserved_names.push(value.string()?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(message)
}

fn field(reader: Reader<'_>) -> Result<FieldDescriptor> {
    let mut field = FieldDescriptor::default();
    each_field(reader, |number, value| {
        match number {
            1 => field.name = value.string()?,
            2 => field.extendee = value.string()?,
            3 => field.number = value.int32()?,
            4 => field.label = value.int32()?,
            5 => field.type_number = value.int32()?,
            6 => field.type_name = value.string()?,
            8 => {
                let options = options(value.part()?, 21)?;
                field.packed = options.packed.or(field.packed);
                field.features.merge(&options.features);
            }
            9 => field.oneof = Some(value.int32()?),
            10 => field.json_name = value.string()?,
            17 => field.proto3_optional = value.int32()? != 0,
            _ => {}
        }
        Ok(())
    })?;
    Ok(field)
}

fn oneof(reader: Reader<'_>) -> Result<OneofDescriptor> {
    let mut oneof = OneofDescriptor::default();
    each_field(reader, |number, value| {
        match number {
            1 => oneof.name = value.string()?,
            2 => oneof.features.merge(&options(value.part()?, 1)?.features),
            _ => {}
        }
        Ok(())
    })?;
    Ok(oneof)
}

fn enumeration(reader: Reader<'_>) -> Result<EnumDescriptor> {
    let mut enumeration = EnumDescriptor::default();
    each_field(reader, |number, value| {
        match number {
            1 => enumeration.name = value.string()?,
            2 => enumeration.values.push(enum_value(value.part()?)?),
            3 => enumeration.features.merge(&options(value.part()?, 7)?.features),
            _ => {}
        }
        Ok(())
    })?;
    Ok(enumeration)
}

fn enum_value(reader: Reader<'_>) -> Result<EnumValueDescriptor> {
    let mut value = EnumValueDescriptor::default();
    each_field(reader, |number, found| {
        match number {
            1 => value.name = found.string()?,
            2 => value.number = found.int32()?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(value)
}

fn range(reader: Reader<'_>) -> Result<(i32, i32)> {
    let (mut start, mut end) = (0, 0);
    each_field(reader, |number, value| {
        match number {
            1 => start = value.int32()?,
            2 => end = value.int32()?,
            _ => {}
        }
        Ok(())
    })?;
    Ok((start, end))
}

/// What is read of the options of anything; each kind of options has some.
#[derive(Default)]
struct Options {
    features: FeatureSet,
    map_entry: bool,
    message_set: bool,
    packed: Option<bool>,
}

/// Reads options whose features have the number `features`, which tells the
/// kinds of options apart too.
fn options(reader: Reader<'_>, features: u32) -> Result<Options> {
    const OF_MESSAGES: u32 = 12;
    const OF_FIELDS: u32 = 21;
    let mut options = Options::default();
    each_field(reader, |number, value| {
        match number {
            _ if number == features => options.features.merge(&feature_set(value.part()?)?),
            1 if features == OF_MESSAGES => options.message_set = value.int32()? != 0,
            7 if features == OF_MESSAGES => options.map_entry = value.int32()? != 0,
            2 if features == OF_FIELDS => options.packed = Some(value.int32()? != 0),
            _ => {}
        }
        Ok(())
    })?;
    Ok(options)
}

fn feature_set(reader: Reader<'_>) -> Result<FeatureSet> {
    let mut set = FeatureSet::default();
    each_field(reader, |number, value| {
        if let Some(feature) = set.slot(number) {
            *feature = Some(value.int32()?);
        }
        Ok(())
    })?;
    Ok(set)
}

/// A value of a field, not looked at yet.
pub(super) struct Value<'a> {
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

    /// The message that it is.
    pub fn part(&self) -> Result<Reader<'a>> {
        self.expect(WireType::Len)
    }

    /// The string that it is.
    pub fn string(&self) -> Result<String> {
        self.part()?;
        String::from_utf8(self.reader.bytes(self.range.clone()).to_vec())
            .map_err(|_| self.reader.error("a name is not UTF-8", self.range.clone(), ""))
    }

    /// The number, bool or enum that it is.
    fn int32(&self) -> Result<i32> {
        Ok(self.expect(WireType::Varint)?.varint(Subject::unknown(0))? as i32)
    }

    /// Adds the number or the packed numbers that it is.
    pub fn int32s(&self, values: &mut Vec<i32>) -> Result<()> {
        if self.wire_type != WireType::Len {
            values.push(self.int32()?);
            return Ok(());
        }
        let mut reader = self.part()?;
        while !reader.is_at_end() {
            values.push(reader.varint(Subject::unknown(0))? as i32);
        }
        Ok(())
    }
}

/// Hands every field of a message to `take`.
pub(super) fn each_field<'a>(
    mut reader: Reader<'a>,
    mut take: impl FnMut(u32, Value<'a>) -> Result<()>,
) -> Result<()> {
    while !reader.is_at_end() {
        let at = reader.position();
        let tag = reader.tag()?;
        let range = skip::value(&mut reader, tag, at, 0)?;
        take(tag.number, Value { reader, wire_type: tag.wire_type, range })?;
    }
    Ok(())
}
