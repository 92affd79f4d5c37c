//! Reading a serialized `FileDescriptorSet` with our own wire reader.
//!
//! The numbers in each `match` are the field numbers of `descriptor.proto`.

use super::{
    EnumDescriptor, EnumValueDescriptor, FieldDescriptor, FileDescriptor, MessageDescriptor,
    OneofDescriptor, source,
};
use crate::error::{Error, Result};
use crate::schema::features::FeatureSet;
use crate::wire::limits::DEPTH_MAX;
use crate::wire::reader::Subject;
use crate::wire::{Reader, WireType, skip};

/// Reads a serialized `FileDescriptorSet`, with comments if they are wanted:
/// only help shows them, and finding them costs as much as all the rest.
///
/// # Errors
///
/// Bytes that are not such a set, names that are missing or not UTF-8, features
/// without such a value, and messages nested deeper than the format allows.
pub fn set(bytes: &[u8], comments: bool) -> Result<Vec<FileDescriptor>> {
    let mut files = Vec::new();
    each_field(whole(bytes), |number, value| {
        if number == 1 {
            files.push(file(value.part()?, comments)?);
        }
        Ok(())
    })
    .map_err(|error| error.in_message("google.protobuf.FileDescriptorSet"))?;
    Ok(files)
}

fn file(part: Part<'_>, comments: bool) -> Result<FileDescriptor> {
    let mut file = FileDescriptor::default();
    let mut source_info = None;
    each_field(part, |number, value| {
        match number {
            1 => file.name = value.string()?,
            2 => file.package = value.string()?,
            3 => file.dependencies.push(value.string()?),
            4 => file.messages.push(message(value.part()?)?),
            5 => file.enums.push(enumeration(value.part()?)?),
            7 => file.extensions.push(field(value.part()?)?),
            8 => file.features.merge(&options(value.part()?, 50)?.features),
            9 if comments => source_info = Some(value.part()?),
            10 => value.int32s(&mut file.public_dependencies)?,
            // The two ways to say proto2 are one, so that files can be compared.
            12 => {
                file.syntax =
                    value.string().map(|it| if it == "proto2" { String::new() } else { it })?
            }
            14 => file.edition = value.int32()?,
            _ => {}
        }
        Ok(())
    })?;
    if let Some(info) = source_info {
        source::attach_comments(info, &mut file)?;
    }
    Ok(file)
}

fn message(part: Part<'_>) -> Result<MessageDescriptor> {
    let mut message = MessageDescriptor::default();
    each_field(part, |number, value| {
        match number {
            1 => message.name = value.string()?.into(),
            2 => message.fields.push(field(value.part()?)?),
            3 => message.more_mut().messages.push(self::message(value.part()?)?),
            4 => message.more_mut().enums.push(enumeration(value.part()?)?),
            5 => message.more_mut().extension_ranges.push(range(value.part()?)?),
            6 => message.more_mut().extensions.push(field(value.part()?)?),
            7 => {
                let options = options(value.part()?, 12)?;
                message.map_entry |= options.map_entry;
                message.message_set |= options.message_set;
                message.shares_json_names |= options.shares_json_names;
                message.features.merge(&options.features);
            }
            8 => message.more_mut().oneofs.push(oneof(value.part()?)?),
            10 => message.more_mut().reserved_names.push(value.string()?),
            _ => {}
        }
        Ok(())
    })?;
    named(part, &message.name)?;
    Ok(message)
}

fn field(part: Part<'_>) -> Result<FieldDescriptor> {
    let mut field = FieldDescriptor::default();
    each_field(part, |number, value| {
        match number {
            1 => field.name = value.string()?.into(),
            2 => field.extendee = value.string()?.into(),
            3 => field.number = value.int32()?,
            4 => field.label = value.int32()?,
            5 => field.type_number = value.int32()?,
            6 => field.type_name = value.string()?.into(),
            8 => {
                let options = options(value.part()?, 21)?;
                field.packed = options.packed.or(field.packed);
                field.features.merge(&options.features);
            }
            9 => field.oneof = Some(value.int32()?),
            10 => field.json_name = value.string()?.into(),
            17 => field.proto3_optional = value.int32()? != 0,
            _ => {}
        }
        Ok(())
    })?;
    named(part, &field.name)?;
    Ok(field)
}

fn oneof(part: Part<'_>) -> Result<OneofDescriptor> {
    let mut oneof = OneofDescriptor::default();
    each_field(part, |number, value| {
        match number {
            1 => oneof.name = value.string()?,
            2 => oneof.features.merge(&options(value.part()?, 1)?.features),
            _ => {}
        }
        Ok(())
    })?;
    named(part, &oneof.name)?;
    Ok(oneof)
}

fn enumeration(part: Part<'_>) -> Result<EnumDescriptor> {
    let mut enumeration = EnumDescriptor::default();
    each_field(part, |number, value| {
        match number {
            1 => enumeration.name = value.string()?,
            2 => enumeration.values.push(enum_value(value.part()?)?),
            3 => {
                let options = options(value.part()?, 7)?;
                enumeration.allow_alias |= options.allow_alias;
                enumeration.features.merge(&options.features);
            }
            _ => {}
        }
        Ok(())
    })?;
    named(part, &enumeration.name)?;
    Ok(enumeration)
}

fn enum_value(part: Part<'_>) -> Result<EnumValueDescriptor> {
    let mut value = EnumValueDescriptor::default();
    each_field(part, |number, found| {
        match number {
            1 => value.name = found.string()?.into(),
            2 => value.number = found.int32()?,
            _ => {}
        }
        Ok(())
    })?;
    named(part, &value.name)?;
    Ok(value)
}

/// Refuses what has no name while it is read: a set of nothing else would take
/// many times its size.
fn named(part: Part<'_>, name: &str) -> Result<()> {
    if !name.is_empty() {
        return Ok(());
    }
    let at = part.reader.position();
    Err(part.reader.error("the schema has something without a name", at..at, ""))
}

fn range(part: Part<'_>) -> Result<(i32, i32)> {
    let (mut start, mut end) = (0, 0);
    each_field(part, |number, value| {
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
    shares_json_names: bool,
    allow_alias: bool,
    packed: Option<bool>,
}

/// Reads options whose features have the number `features`, which tells the
/// kinds of options apart too.
fn options(part: Part<'_>, features: u32) -> Result<Options> {
    const OF_ENUMS: u32 = 7;
    const OF_MESSAGES: u32 = 12;
    const OF_FIELDS: u32 = 21;
    let mut options = Options::default();
    each_field(part, |number, value| {
        match number {
            _ if number == features => options.features.merge(&feature_set(value.part()?)?),
            1 if features == OF_MESSAGES => options.message_set = value.int32()? != 0,
            7 if features == OF_MESSAGES => options.map_entry = value.int32()? != 0,
            11 if features == OF_MESSAGES => options.shares_json_names = value.int32()? != 0,
            2 if features == OF_ENUMS => options.allow_alias = value.int32()? != 0,
            2 if features == OF_FIELDS => options.packed = Some(value.int32()? != 0),
            _ => {}
        }
        Ok(())
    })?;
    Ok(options)
}

fn feature_set(part: Part<'_>) -> Result<FeatureSet> {
    let mut set = FeatureSet::default();
    each_field(part, |number, value| {
        if FeatureSet::has(number) {
            set.set(number, value.int32()?).map_err(|what| value.error(what))?;
        }
        Ok(())
    })?;
    Ok(set)
}

/// The bytes of a message, and how many messages they stand in.
#[derive(Clone, Copy)]
pub(in crate::schema) struct Part<'a> {
    reader: Reader<'a>,
    level: u32,
}

/// The bytes of a message that stands in no other.
pub(in crate::schema) fn whole(bytes: &[u8]) -> Part<'_> {
    Part { reader: Reader::new(bytes, 0), level: 0 }
}

/// A value of a field, not looked at yet.
pub(in crate::schema) struct Value<'a> {
    reader: Reader<'a>,
    wire_type: WireType,
    range: std::ops::Range<usize>,
    /// The level of what it is a field of.
    level: u32,
}

impl<'a> Value<'a> {
    fn expect(&self, wire_type: WireType) -> Result<Reader<'a>> {
        if self.wire_type != wire_type {
            return Err(
                self.error(format!("found wire type {}, expected {wire_type}", self.wire_type))
            );
        }
        Ok(self.reader.part(self.range.clone()))
    }

    #[cold]
    fn error(&self, what: String) -> Error {
        self.reader.error(what, self.range.clone(), "")
    }

    /// The message that it is.
    pub fn part(&self) -> Result<Part<'a>> {
        let reader = self.expect(WireType::Len)?;
        let level = self.level + 1;
        if level > DEPTH_MAX {
            return Err(skip::too_deep(&reader, reader.position()));
        }
        Ok(Part { reader, level })
    }

    /// The bytes of what it is.
    pub fn bytes(&self) -> &'a [u8] {
        self.reader.bytes(self.range.clone())
    }

    /// The string that it is.
    pub fn string(&self) -> Result<String> {
        self.expect(WireType::Len)?;
        String::from_utf8(self.reader.bytes(self.range.clone()).to_vec())
            .map_err(|_| self.error(String::from("a name is not UTF-8")))
    }

    /// The number, bool or enum that it is.
    pub fn int32(&self) -> Result<i32> {
        Ok(self.expect(WireType::Varint)?.varint(Subject::unknown(0))? as i32)
    }

    /// Adds the number or the packed numbers that it is.
    pub fn int32s(&self, values: &mut Vec<i32>) -> Result<()> {
        if self.wire_type != WireType::Len {
            values.push(self.int32()?);
            return Ok(());
        }
        let mut reader = self.expect(WireType::Len)?;
        while !reader.is_at_end() {
            values.push(reader.varint(Subject::unknown(0))? as i32);
        }
        Ok(())
    }
}

/// Hands every field of a message to `take`.
pub(in crate::schema) fn each_field<'a>(
    part: Part<'a>,
    mut take: impl FnMut(u32, Value<'a>) -> Result<()>,
) -> Result<()> {
    let Part { mut reader, level } = part;
    while !reader.is_at_end() {
        let at = reader.position();
        let tag = reader.tag()?;
        let range = skip::value(&mut reader, tag, at, level)?;
        take(tag.number, Value { reader, wire_type: tag.wire_type, range, level })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::writer;

    /// `inner` as the field `number`, which is below 16.
    fn part(number: u8, inner: &[u8]) -> Vec<u8> {
        let mut out = vec![number << 3 | 2];
        out.extend_from_slice(inner);
        writer::insert_length(&mut out, 1);
        out
    }

    /// The same for what has a name.
    fn named(number: u8, inner: &[u8]) -> Vec<u8> {
        part(number, &[&[0x0a, 1, b'a'], inner].concat())
    }

    #[test]
    fn the_hundredth_level_is_read_and_the_next_is_not() {
        let set = |messages: usize, innermost: &[u8]| {
            let nested = (1..messages).fold(innermost.to_vec(), |inner, _| named(3, &inner));
            set(&named(1, &named(4, &nested)), false)
        };
        // The set, the file, and 99 messages in it.
        assert!(set(99, b"").is_ok());
        assert!(set(100, b"").is_err());
        // A field of a message is a level, and so are its options.
        assert!(set(98, &named(2, b"")).is_ok());
        assert!(set(99, &named(2, b"")).is_err());
        assert!(set(97, &named(2, &part(8, b""))).is_ok());
        assert!(set(98, &named(2, &part(8, b""))).is_err());
    }

    #[test]
    fn what_has_no_name_is_refused_at_its_place() {
        let error = set(&named(1, &part(4, b"")), false).err().expect("a message has a name");
        assert_eq!(error.what(), "the schema has something without a name");
        assert_eq!(error.at(), Some(crate::error::At::Byte(7)));
    }
}
