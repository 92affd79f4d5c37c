//! Descriptors, as `google/protobuf/descriptor.proto` lays them out.
//!
//! These types are our own, so that they keep what prost-types drops (the
//! edition and the features), and hold only what the program uses. [`read`]
//! fills them; nothing here is checked yet, which is the work of
//! [`super::pool`] and [`super::check`].

pub mod read;
pub mod services;
mod source;

use super::features::FeatureSet;

/// A comment of a `.proto` file. It says nothing of what is declared, so all
/// are equal.
#[derive(Default)]
pub struct Comment(pub Box<str>);

impl PartialEq for Comment {
    fn eq(&self, _: &Comment) -> bool {
        true
    }
}

/// A `FileDescriptorProto`.
#[derive(Default)]
pub struct FileDescriptor {
    /// The set that it comes from, in the order in which they were given; none
    /// if it is built in.
    pub origin: Option<usize>,
    /// The path that other files import it by.
    pub name: String,
    /// The package, empty for none.
    pub package: String,
    /// What it imports.
    pub dependencies: Vec<String>,
    /// Indexes into `dependencies` of what it passes on.
    pub public_dependencies: Vec<i32>,
    /// `proto3` or `editions`; empty means proto2.
    pub syntax: String,
    /// The value of `google.protobuf.Edition`, for the syntax `editions`.
    pub edition: i32,
    /// The features of the file's options.
    pub features: FeatureSet,
    /// The messages that stand in no other.
    pub messages: Vec<MessageDescriptor>,
    /// The enums that stand in no message.
    pub enums: Vec<EnumDescriptor>,
    /// The extensions that stand in no message.
    pub extensions: Vec<FieldDescriptor>,
}

impl FileDescriptor {
    /// Whether `other` declares the same. Imports and comments may differ:
    /// compilers leave them out or not.
    pub fn declares_the_same(&self, other: &FileDescriptor) -> bool {
        self.package == other.package
            && self.syntax == other.syntax
            && self.edition == other.edition
            && self.features == other.features
            && self.messages == other.messages
            && self.enums == other.enums
            && self.extensions == other.extensions
    }
}

/// A `DescriptorProto`. A hostile set has one for every few bytes, so what
/// few messages have stands apart.
#[derive(Default, PartialEq)]
pub struct MessageDescriptor {
    /// The simple name, which [`super::pool`] takes out.
    pub name: Box<str>,
    /// What the `.proto` file says of it.
    pub comment: Comment,
    /// The fields in the order of the file.
    pub fields: Vec<FieldDescriptor>,
    more: Option<Box<More>>,
    /// Whether it is the entry of a map field.
    pub map_entry: bool,
    /// Whether its extensions are encoded as a MessageSet.
    pub message_set: bool,
    /// Whether fields may share a JSON name where the syntax forbids it.
    pub shares_json_names: bool,
    /// The features of its options.
    pub features: FeatureSet,
}

/// What is in a message beside its fields.
#[derive(Default, PartialEq)]
pub struct More {
    /// The messages inside it.
    pub messages: Vec<MessageDescriptor>,
    /// The enums inside it.
    pub enums: Vec<EnumDescriptor>,
    /// The extensions declared inside it, of any message.
    pub extensions: Vec<FieldDescriptor>,
    /// The oneofs, in the order that fields refer to them by.
    pub oneofs: Vec<OneofDescriptor>,
    /// The numbers that extensions may have, each range without its end.
    pub extension_ranges: Vec<(i32, i32)>,
    /// The names that no field may have.
    pub reserved_names: Vec<String>,
}

impl MessageDescriptor {
    /// What it has beside its fields.
    pub fn more(&self) -> &More {
        const NONE: &More = &More {
            messages: Vec::new(),
            enums: Vec::new(),
            extensions: Vec::new(),
            oneofs: Vec::new(),
            extension_ranges: Vec::new(),
            reserved_names: Vec::new(),
        };
        self.more.as_deref().unwrap_or(NONE)
    }

    /// The same to be changed, made if it is not there.
    pub fn more_mut(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// The same to be changed, if it is there.
    pub fn more_if_any(&mut self) -> Option<&mut More> {
        self.more.as_deref_mut()
    }
}

/// A `FieldDescriptorProto`.
#[derive(Default, PartialEq)]
pub struct FieldDescriptor {
    /// The simple name.
    pub name: Box<str>,
    /// The name in JSON, empty where the compiler left it out.
    pub json_name: Box<str>,
    /// The field number.
    pub number: i32,
    /// 1 optional, 2 required, 3 repeated.
    pub label: i32,
    /// The value of `FieldDescriptorProto.Type`; 0 where the compiler left it
    /// to be found by the type's name.
    pub type_number: i32,
    /// The name of the message or enum, with a leading dot when it is full.
    pub type_name: Box<str>,
    /// The message that it extends, for an extension.
    pub extendee: Box<str>,
    /// The oneof that it is a member of.
    pub oneof: Option<i32>,
    /// Whether it is `optional` of proto3.
    pub proto3_optional: bool,
    /// `[packed = …]`, where it is given.
    pub packed: Option<bool>,
    /// The features of its options.
    pub features: FeatureSet,
    /// What the `.proto` file says of it.
    pub comment: Comment,
}

/// A `OneofDescriptorProto`.
#[derive(Default, PartialEq)]
pub struct OneofDescriptor {
    /// The name.
    pub name: String,
    /// The features of its options.
    pub features: FeatureSet,
}

/// An `EnumDescriptorProto`.
#[derive(Default, PartialEq)]
pub struct EnumDescriptor {
    /// The simple name.
    pub name: String,
    /// The values in the order of the file.
    pub values: Vec<EnumValueDescriptor>,
    /// Whether several values may have one number.
    pub allow_alias: bool,
    /// The features of its options.
    pub features: FeatureSet,
}

/// An `EnumValueDescriptorProto`.
#[derive(Default, PartialEq)]
pub struct EnumValueDescriptor {
    /// The name.
    pub name: Box<str>,
    /// The number.
    pub number: i32,
}
