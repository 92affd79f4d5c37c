//! Where message types come from, and how they are found by name.
//!
//! The slow side of the schema (descriptors with their names and comments)
//! ends here, where [`crate::table`] is made from it.

pub mod builtin;
pub mod compile;
pub mod descriptor;

use crate::error::{Error, Result, names};
use crate::escape::quote;
use descriptor::{FileDescriptor, MessageDescriptor};

/// The files of one schema.
pub struct Schema {
    files: Vec<FileDescriptor>,
}

impl Schema {
    /// Reads a serialized `google.protobuf.FileDescriptorSet`.
    ///
    /// # Errors
    ///
    /// Bytes that are not such a set.
    pub fn from_descriptor_set(bytes: &[u8]) -> Result<Self> {
        Ok(Schema { files: descriptor::read_set(bytes)? })
    }

    /// The messages that can be asked for by name.
    pub fn messages(&self) -> impl Iterator<Item = &MessageDescriptor> {
        self.files.iter().flat_map(|file| &file.messages)
    }

    /// The message of this name.
    ///
    /// # Errors
    ///
    /// There is none: the error lists what there is, the likeliest first.
    pub fn message(&self, name: &str) -> Result<&MessageDescriptor> {
        let name = name.strip_prefix('.').unwrap_or(name);
        self.messages().find(|message| message.name == name).ok_or_else(|| {
            let known: Vec<&str> = self.messages().map(|m| m.name.as_str()).collect();
            Error::usage(format!("the schema has no message type {}", quote(name)))
                .hint(names::hint(name, &known, "--type ", "it has"))
        })
    }
}
