//! Where message types come from, and how they are found by name.
//!
//! The slow side of the schema (descriptors with their names and comments)
//! ends here, where [`crate::table`] is made from it: [`proto`] compiles files,
//! [`descriptor`] reads sets, [`features`] says what an edition means,
//! [`files`] looks at how files hang together, [`pool`] flattens and checks
//! names, and [`compile`] makes the tables.

pub mod builtin;
pub mod compile;
pub mod descriptor;
pub mod features;
pub mod files;
pub mod pool;
pub mod proto;

use crate::error::{Error, Result, names};
use crate::escape::quote;
use crate::table::{MessageId, Root, Tables};
use descriptor::MessageDescriptor;
use pool::{Named, Pool};

/// All types of one schema.
pub struct Schema {
    pool: Pool,
    /// The files that were asked for, not those that they import.
    asked: Vec<usize>,
}

impl Schema {
    /// Reads a serialized `google.protobuf.FileDescriptorSet` as it stands,
    /// with comments if they are wanted.
    ///
    /// # Errors
    ///
    /// Bytes that are not such a set, and a set that contradicts itself.
    pub fn from_descriptor_set(bytes: &[u8], comments: bool) -> Result<Self> {
        let files = descriptor::read::set(bytes, comments)?;
        let asked = files::not_imported(&files);
        Ok(Schema { pool: Pool::new(files)?, asked })
    }

    /// Reads several sets as one schema, with the well-known types in place
    /// of any copies of them. The files that `asked` names are those asked
    /// for; of a set given itself, when it names none, those that no other
    /// file imports.
    ///
    /// # Errors
    ///
    /// Bytes that are not such sets, and sets that contradict themselves.
    pub fn from_sets(sets: &[Vec<u8>], asked: &[String], comments: bool) -> Result<Self> {
        let mut given = Vec::new();
        for set in sets {
            given.extend(descriptor::read::set(set, comments)?);
        }
        let files = files::merge(builtin::well_known()?, given);
        files::check(&files)?;
        let mut chosen = files::named(&files, asked);
        if chosen.is_empty() {
            chosen = files::not_imported(&files);
        }
        Ok(Schema { pool: Pool::new(files)?, asked: chosen })
    }

    /// The full names of the messages that can be asked for.
    pub fn message_names(&self) -> impl Iterator<Item = &str> {
        let messages = self.pool.messages.iter().filter(|entry| !entry.descriptor.map_entry);
        messages.map(|entry| entry.name.as_str())
    }

    /// The index of the message that is meant when none is named: the only one
    /// at the top of the files asked for.
    ///
    /// # Errors
    ///
    /// There are several, or none.
    pub fn only_message(&self) -> Result<usize> {
        let messages = self.pool.messages.iter().enumerate();
        let top: Vec<(usize, &str)> = messages
            .filter(|(_, entry)| entry.parent.is_none() && self.asked.contains(&entry.file))
            .map(|(index, entry)| (index, entry.name.as_str()))
            .collect();
        match top[..] {
            [(index, _)] => Ok(index),
            [] => Err(Error::usage("the schema has no messages")),
            _ => {
                let names: Vec<&str> = top.iter().map(|(_, name)| *name).collect();
                Err(Error::usage("the schema has more than one message type")
                    .hint(format!("say which with `--type`: {}", names::list(&names))))
            }
        }
    }

    /// The index of the message of this name, which may be short where it is
    /// the end of one full name only.
    ///
    /// # Errors
    ///
    /// There is none, or more than one: the error lists what there is.
    pub fn message(&self, name: &str) -> Result<usize> {
        let name = name.strip_prefix('.').unwrap_or(name);
        match self.pool.named(name) {
            Some(Named::Message(index)) => return Ok(index),
            Some(Named::Enum(_)) => {
                let what = format!("{} is an enum, not a message type", quote(name));
                return Err(Error::usage(what));
            }
            None => {}
        }
        let end = format!(".{name}");
        let messages = self.pool.messages.iter().enumerate();
        let found: Vec<(usize, &str)> = messages
            .filter(|(_, entry)| !name.is_empty() && entry.name.ends_with(&end))
            .map(|(index, entry)| (index, entry.name.as_str()))
            .collect();
        match found[..] {
            [(index, _)] => Ok(index),
            [] => Err(self.no_message(name)),
            _ => {
                let names: Vec<&str> = found.iter().map(|(_, name)| *name).collect();
                Err(Error::usage(format!("{} is the name of several message types", quote(name)))
                    .hint(format!("say which: {}", names::list(&names))))
            }
        }
    }

    #[cold]
    fn no_message(&self, name: &str) -> Error {
        let full: Vec<&str> = self.message_names().collect();
        let short = full.iter().map(|full| full.rsplit('.').next().unwrap_or(full));
        let hint = match names::nearest(name, full.iter().copied().chain(short)) {
            Some(near) => format!("did you mean `--type {near}`?"),
            None => {
                // The well-known types are in every schema, and hardly meant.
                let own = |name: &&str| !files::is_well_known(name);
                let own: Vec<&str> = full.iter().copied().filter(own).collect();
                let listed = if own.is_empty() { &full } else { &own };
                format!("its types are {}", names::list(listed))
            }
        };
        Error::usage(format!("the schema has no message type {}", quote(name))).hint(hint)
    }

    /// The descriptor of the message of this full name.
    pub fn find_descriptor(&self, name: &str) -> Option<&MessageDescriptor> {
        match self.pool.named(name)? {
            Named::Message(index) => Some(&self.pool.messages[index].descriptor),
            Named::Enum(_) => None,
        }
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
