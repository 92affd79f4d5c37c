//! Where message types come from, and how they are found by name.
//!
//! The slow side of the schema (descriptors with their names and comments)
//! ends here, where [`crate::table`] is made from it: [`descriptor`] reads,
//! [`features`] says what an edition means, [`pool`] flattens and checks, and
//! [`compile`] makes the tables.

pub mod builtin;
pub mod compile;
pub mod descriptor;
pub mod features;
pub mod pool;

use crate::error::{Error, Result, names};
use crate::escape::quote;
use crate::table::{MessageId, Root, Tables};
use descriptor::MessageDescriptor;
use pool::{Named, Pool};

/// All types of one schema.
pub struct Schema {
    pool: Pool,
}

impl Schema {
    /// Reads a serialized `google.protobuf.FileDescriptorSet`.
    ///
    /// # Errors
    ///
    /// Bytes that are not such a set, and a set that contradicts itself.
    pub fn from_descriptor_set(bytes: &[u8]) -> Result<Self> {
        Ok(Schema { pool: Pool::new(descriptor::read::set(bytes)?)? })
    }

    /// The full names of the messages that can be asked for.
    pub fn message_names(&self) -> impl Iterator<Item = &str> {
        let messages = self.pool.messages.iter().filter(|entry| !entry.descriptor.map_entry);
        messages.map(|entry| entry.name.as_str())
    }

    /// The index of the message of this name.
    ///
    /// # Errors
    ///
    /// There is none: the error lists what there is, the likeliest first.
    pub fn message(&self, name: &str) -> Result<usize> {
        let name = name.strip_prefix('.').unwrap_or(name);
        match self.pool.named(name) {
            Some(Named::Message(index)) => Ok(index),
            Some(Named::Enum(_)) => {
                Err(Error::usage(format!("{} is an enum, not a message type", quote(name))))
            }
            None => {
                let known: Vec<&str> = self.message_names().collect();
                Err(Error::usage(format!("the schema has no message type {}", quote(name)))
                    .hint(names::hint(name, &known, "--type ", "write")))
            }
        }
    }

    /// The full name and the descriptor of a message.
    pub fn descriptor(&self, index: usize) -> (&str, &MessageDescriptor) {
        let entry = &self.pool.messages[index];
        (&entry.name, &entry.descriptor)
    }

    /// The tables of a message and of all it leads to.
    ///
    /// # Errors
    ///
    /// A field that cannot be.
    pub fn compile(&self, index: usize) -> Result<Compiled> {
        let (tables, id) = compile::tables(&self.pool, index)?;
        Ok(Compiled { tables, id })
    }
}

/// The tables of a message type.
pub struct Compiled {
    tables: Tables,
    id: MessageId,
}

impl Compiled {
    /// The type, for the codec.
    pub fn root(&self) -> Root<'_> {
        Root { tables: &self.tables, id: self.id }
    }
}
