//! Descriptors, as `google/protobuf/descriptor.proto` lays them out.
//!
//! These types are our own, so that they keep what prost-types drops (the
//! edition and the features), and hold only what the program uses. [`read`]
//! fills them; nothing here is checked yet, which is [`super::pool`]'s work.

pub mod read;
mod source;

use super::features::FeatureSet;

/// A `FileDescriptorProto`.
#[derive(Default)]
pub struct FileDescriptor {
    /// The path that other files import it by.
    pub name: String,
    /// The package, empty for none.
    pub package: String,
    /// What it imports.
    pub dependencies: Vec<String>,
    /// Indexes into `dependencies` of what it passes on.
    pub public_dependencies: Vec<i32>,
    /// `proto2`, `proto3` or `editions`; empty means `proto2`.
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

/// A `DescriptorProto`.
#[derive(Default)]
pub struct MessageDescriptor {
    /// The simple name.
    pub name: String,
    /// What the `.proto` file says above it.
    pub comment: String,
    /// The fields in the order of the file.
    pub fields: Vec<FieldDescriptor>,
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
    /// Whether it is the entry of a map field.
    pub map_entry: bool,
    /// Whether its extensions are encoded as a MessageSet.
    pub message_set: bool,
    /// The features of its options.
    pub features: FeatureSet,
}

/// A `FieldDescriptorProto`.
#[derive(Default)]
pub struct FieldDescriptor {
    /// The simple name.
    pub name: String,
    /// The name in JSON, empty where the compiler left it out.
    pub json_name: String,
    /// The field number.
    pub number: i32,
    /// 1 optional, 2 required, 3 repeated.
    pub label: i32,
    /// The value of `FieldDescriptorProto.Type`; 0 where the compiler left it
    /// to be found by the type's name.
    pub type_number: i32,
    /// The name of the message or enum, with a leading dot when it is full.
    pub type_name: String,
    /// The message that it extends, for an extension.
    pub extendee: String,
    /// The oneof that it is a member of.
    pub oneof: Option<i32>,
    /// Whether it is `optional` of proto3.
    pub proto3_optional: bool,
    /// `[packed = …]`, where it is given.
    pub packed: Option<bool>,
    /// The features of its options.
    pub features: FeatureSet,
    /// What the `.proto` file says above it.
    pub comment: String,
}

/// A `OneofDescriptorProto`.
#[derive(Default)]
pub struct OneofDescriptor {
    /// The name.
    pub name: String,
    /// The features of its options.
    pub features: FeatureSet,
}

/// An `EnumDescriptorProto`.
#[derive(Default)]
pub struct EnumDescriptor {
    /// The simple name.
    pub name: String,
    /// The values in the order of the file.
    pub values: Vec<EnumValueDescriptor>,
    /// The features of its options.
    pub features: FeatureSet,
}

/// An `EnumValueDescriptorProto`.
#[derive(Default)]
pub struct EnumValueDescriptor {
    /// The name.
    pub name: String,
    /// The number.
    pub number: i32,
}
