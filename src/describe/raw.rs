//! Descriptors as they came, for whoever writes them out again.
//!
//! [`crate::schema::descriptor`] reads what the program computes with; this
//! reads all there is of one thing at a time, and borrows it. What stands
//! inside is left as bytes until it is its turn, so that a file of millions of
//! small things takes a few words for each.
//!
//! The numbers in each `match` are the field numbers of `descriptor.proto`.

mod value;

use crate::error::Result;
use value::each;

/// The bytes of options, in the pieces that they came in.
pub type Pieces<'a> = Vec<&'a [u8]>;

/// The bytes of the files of a `FileDescriptorSet`.
///
/// # Errors
///
/// Bytes that are no such set.
pub fn files(set: &[u8]) -> Result<Vec<&[u8]>> {
    let mut files = Vec::new();
    each(set, |number, value| {
        if number == 1 {
            files.push(value.bytes()?);
        }
        Ok(())
    })?;
    Ok(files)
}

/// A `FileDescriptorProto`.
#[derive(Default)]
pub struct File<'a> {
    /// The path that other files import it by.
    pub name: &'a str,
    /// The package, empty for none.
    pub package: &'a str,
    /// What it imports.
    pub dependencies: Vec<&'a str>,
    /// Indexes of imports that it passes on.
    pub public: Vec<i32>,
    /// Indexes of imports that are weak.
    pub weak: Vec<i32>,
    /// What it imports for options only.
    pub option_dependencies: Vec<&'a str>,
    /// The messages.
    pub messages: Vec<&'a [u8]>,
    /// The enums.
    pub enums: Vec<&'a [u8]>,
    /// The services.
    pub services: Vec<&'a [u8]>,
    /// The extensions.
    pub extensions: Vec<&'a [u8]>,
    /// The options.
    pub options: Pieces<'a>,
    /// The `SourceCodeInfo`.
    pub source_info: Pieces<'a>,
    /// `proto2`, `proto3`, `editions`, or empty.
    pub syntax: &'a str,
    /// The edition, for the syntax `editions`.
    pub edition: i32,
}

impl<'a> File<'a> {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// Bytes that are none.
    pub fn read(bytes: &'a [u8]) -> Result<Self> {
        let mut file = File::default();
        each(bytes, |number, value| {
            match number {
                1 => file.name = value.text()?,
                2 => file.package = value.text()?,
                3 => file.dependencies.push(value.text()?),
                4 => file.messages.push(value.bytes()?),
                5 => file.enums.push(value.bytes()?),
                6 => file.services.push(value.bytes()?),
                7 => file.extensions.push(value.bytes()?),
                8 => file.options.push(value.bytes()?),
                9 => file.source_info.push(value.bytes()?),
                10 => value.numbers(&mut file.public)?,
                11 => value.numbers(&mut file.weak)?,
                12 => file.syntax = value.text()?,
                14 => file.edition = value.number()?,
                15 => file.option_dependencies.push(value.text()?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(file)
    }
}

/// A `DescriptorProto`.
#[derive(Default)]
pub struct Message<'a> {
    /// The simple name.
    pub name: &'a str,
    /// The fields.
    pub fields: Vec<&'a [u8]>,
    /// The messages inside it.
    pub messages: Vec<&'a [u8]>,
    /// The enums inside it.
    pub enums: Vec<&'a [u8]>,
    /// The ranges that extensions may have.
    pub extension_ranges: Vec<&'a [u8]>,
    /// The extensions inside it.
    pub extensions: Vec<&'a [u8]>,
    /// The options.
    pub options: Pieces<'a>,
    /// The oneofs.
    pub oneofs: Vec<&'a [u8]>,
    /// The reserved numbers, each range without its end.
    pub reserved: Vec<&'a [u8]>,
    /// The reserved names.
    pub reserved_names: Vec<&'a str>,
    /// 1 for `local`, 2 for `export`.
    pub visibility: i32,
}

impl<'a> Message<'a> {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// Bytes that are none.
    pub fn read(bytes: &'a [u8]) -> Result<Self> {
        let mut message = Message::default();
        each(bytes, |number, value| {
            match number {
                1 => message.name = value.text()?,
                2 => message.fields.push(value.bytes()?),
                3 => message.messages.push(value.bytes()?),
                4 => message.enums.push(value.bytes()?),
                5 => message.extension_ranges.push(value.bytes()?),
                6 => message.extensions.push(value.bytes()?),
                7 => message.options.push(value.bytes()?),
                8 => message.oneofs.push(value.bytes()?),
                9 => message.reserved.push(value.bytes()?),
                10 => message.reserved_names.push(value.text()?),
                11 => message.visibility = value.number()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(message)
    }
}

/// A `FieldDescriptorProto`.
#[derive(Default)]
pub struct Field<'a> {
    /// The simple name.
    pub name: &'a str,
    /// The message that it extends, for an extension.
    pub extendee: &'a str,
    /// The number.
    pub number: i32,
    /// 1 optional, 2 required, 3 repeated.
    pub label: i32,
    /// The value of `FieldDescriptorProto.Type`, or 0.
    pub type_number: i32,
    /// The name of its type.
    pub type_name: &'a str,
    /// The default, as descriptors write it: one of a string may be any bytes.
    pub default: Option<&'a [u8]>,
    /// The options.
    pub options: Pieces<'a>,
    /// The oneof that it is a member of.
    pub oneof: Option<i32>,
    /// The name in JSON, or empty.
    pub json_name: &'a str,
    /// Whether it is `optional` of proto3.
    pub proto3_optional: bool,
}

impl<'a> Field<'a> {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// Bytes that are none.
    pub fn read(bytes: &'a [u8]) -> Result<Self> {
        let mut field = Field::default();
        each(bytes, |number, value| {
            match number {
                1 => field.name = value.text()?,
                2 => field.extendee = value.text()?,
                3 => field.number = value.number()?,
                4 => field.label = value.number()?,
                5 => field.type_number = value.number()?,
                6 => field.type_name = value.text()?,
                7 => field.default = Some(value.bytes()?),
                8 => field.options.push(value.bytes()?),
                9 => field.oneof = Some(value.number()?),
                10 => field.json_name = value.text()?,
                17 => field.proto3_optional = value.flag()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(field)
    }
}

/// An `EnumDescriptorProto`.
#[derive(Default)]
pub struct Enum<'a> {
    /// The simple name.
    pub name: &'a str,
    /// The values.
    pub values: Vec<&'a [u8]>,
    /// The options.
    pub options: Pieces<'a>,
    /// The reserved numbers, each range with its end.
    pub reserved: Vec<&'a [u8]>,
    /// The reserved names.
    pub reserved_names: Vec<&'a str>,
    /// 1 for `local`, 2 for `export`.
    pub visibility: i32,
}

impl<'a> Enum<'a> {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// Bytes that are none.
    pub fn read(bytes: &'a [u8]) -> Result<Self> {
        let mut found = Enum::default();
        each(bytes, |number, value| {
            match number {
                1 => found.name = value.text()?,
                2 => found.values.push(value.bytes()?),
                3 => found.options.push(value.bytes()?),
                4 => found.reserved.push(value.bytes()?),
                5 => found.reserved_names.push(value.text()?),
                6 => found.visibility = value.number()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(found)
    }
}

/// What has a name, a number or none, and options: the value of an enum, a
/// oneof.
#[derive(Default)]
pub struct Named<'a> {
    /// The name.
    pub name: &'a str,
    /// The number.
    pub number: i32,
    /// The options.
    pub options: Pieces<'a>,
}

impl<'a> Named<'a> {
    /// Reads an `EnumValueDescriptorProto`.
    ///
    /// # Errors
    ///
    /// Bytes that are none.
    pub fn value(bytes: &'a [u8]) -> Result<Self> {
        let mut found = Named::default();
        each(bytes, |number, value| {
            match number {
                1 => found.name = value.text()?,
                2 => found.number = value.number()?,
                3 => found.options.push(value.bytes()?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Reads a `OneofDescriptorProto`.
    ///
    /// # Errors
    ///
    /// Bytes that are none.
    pub fn oneof(bytes: &'a [u8]) -> Result<Self> {
        let mut found = Named::default();
        each(bytes, |number, value| {
            match number {
                1 => found.name = value.text()?,
                2 => found.options.push(value.bytes()?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(found)
    }
}

/// A range of numbers.
#[derive(Default)]
pub struct Range<'a> {
    /// The first.
    pub start: i32,
    /// The last, or one more.
    pub end: i32,
    /// The options.
    pub options: Pieces<'a>,
}

impl<'a> Range<'a> {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// Bytes that are none.
    pub fn read(bytes: &'a [u8]) -> Result<Self> {
        let mut range = Range::default();
        each(bytes, |number, value| {
            match number {
                1 => range.start = value.number()?,
                2 => range.end = value.number()?,
                3 => range.options.push(value.bytes()?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(range)
    }
}

/// A `ServiceDescriptorProto`.
#[derive(Default)]
pub struct Service<'a> {
    /// The simple name.
    pub name: &'a str,
    /// The methods.
    pub methods: Vec<&'a [u8]>,
    /// The options.
    pub options: Pieces<'a>,
}

impl<'a> Service<'a> {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// Bytes that are none.
    pub fn read(bytes: &'a [u8]) -> Result<Self> {
        let mut service = Service::default();
        each(bytes, |number, value| {
            match number {
                1 => service.name = value.text()?,
                2 => service.methods.push(value.bytes()?),
                3 => service.options.push(value.bytes()?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(service)
    }
}

/// A `MethodDescriptorProto`.
#[derive(Default)]
pub struct Method<'a> {
    /// The simple name.
    pub name: &'a str,
    /// The type of the requests.
    pub input: &'a str,
    /// The type of the answers.
    pub output: &'a str,
    /// The options.
    pub options: Pieces<'a>,
    /// Whether there may be many requests.
    pub client_streaming: bool,
    /// Whether there may be many answers.
    pub server_streaming: bool,
}

impl<'a> Method<'a> {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// Bytes that are none.
    pub fn read(bytes: &'a [u8]) -> Result<Self> {
        let mut method = Method::default();
        each(bytes, |number, value| {
            match number {
                1 => method.name = value.text()?,
                2 => method.input = value.text()?,
                3 => method.output = value.text()?,
                4 => method.options.push(value.bytes()?),
                5 => method.client_streaming = value.flag()?,
                6 => method.server_streaming = value.flag()?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(method)
    }
}

/// A `SourceCodeInfo.Location`.
#[derive(Default)]
pub struct Location<'a> {
    /// What it is of: field numbers and indexes, from the file down.
    pub path: Vec<i32>,
    /// Line, column, and where it ends.
    pub span: Vec<i32>,
    /// The comment before it.
    pub leading: &'a str,
    /// The comment behind it.
    pub trailing: &'a str,
    /// The comments before that, set apart by empty lines.
    pub detached: Vec<&'a str>,
}

impl<'a> Location<'a> {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// Bytes that are none.
    pub fn read(bytes: &'a [u8]) -> Result<Self> {
        let mut location = Location::default();
        each(bytes, |number, value| {
            match number {
                1 => value.numbers(&mut location.path)?,
                2 => value.numbers(&mut location.span)?,
                3 => location.leading = value.text()?,
                4 => location.trailing = value.text()?,
                6 => location.detached.push(value.text()?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(location)
    }
}

/// The bytes of the locations of a `SourceCodeInfo`.
///
/// # Errors
///
/// Bytes that are none.
pub fn locations(info: &[u8]) -> Result<Vec<&[u8]>> {
    files(info)
}
