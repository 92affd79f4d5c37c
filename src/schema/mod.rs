//! Where message types come from, and how they are found by name.
//!
//! The slow side of the schema (descriptors with their names and comments)
//! ends here, where [`crate::table`] is made from it: [`proto`] compiles files,
//! [`descriptor`] reads sets, [`features`] says what an edition means,
//! [`files`] looks at how files hang together, [`pool`] flattens them,
//! [`check`] looks for what is wrong, and [`compile`] makes the tables.
//!
//! [`methods`] finds what can be called, and [`index`] hands out descriptors
//! as they came, for reflection.

pub mod builtin;
pub mod check;
pub mod compile;
pub mod descriptor;
pub mod features;
pub mod files;
pub mod index;
pub mod json_names;
pub mod methods;
pub mod pool;
pub mod proto;
pub mod scopes;

use std::collections::BTreeSet;

use crate::error::{Error, Result, names};
use crate::escape::quote;
use crate::table::{MessageId, Root, Tables};
use descriptor::FileDescriptor;
use pool::{Named, Pool};

/// All types of one schema.
pub struct Schema {
    pool: Pool,
    /// The files that were asked for, not those that they import.
    asked: Vec<usize>,
}

/// A serialized `google.protobuf.FileDescriptorSet`.
pub struct Set {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What errors call it, such as `the descriptor set "x.binpb"`.
    pub label: String,
}

impl Schema {
    /// Reads a serialized `google.protobuf.FileDescriptorSet` as it stands,
    /// with comments if they are wanted.
    ///
    /// # Errors
    ///
    /// Bytes that are not such a set, and a set that contradicts itself.
    pub fn from_descriptor_set(bytes: &[u8], comments: bool) -> Result<Self> {
        let mut files = descriptor::read::set(bytes, comments)?;
        files.iter_mut().for_each(|file| file.origin = Some(0));
        let schema = Self::of_files(files, bytes.len())?;
        check::given(&schema.pool)?;
        Ok(schema)
    }

    /// The same of a set that was compiled with the program, which is not
    /// checked: it is read at every start.
    fn built_in(bytes: &[u8], comments: bool) -> Result<Self> {
        Self::of_files(descriptor::read::set(bytes, comments)?, bytes.len())
    }

    fn of_files(files: Vec<FileDescriptor>, size: usize) -> Result<Self> {
        let asked = files::not_imported(&files, |_| true);
        Ok(Schema { pool: Pool::new(files, Vec::new(), size)?, asked })
    }

    /// The well-known types alone.
    ///
    /// # Errors
    ///
    /// None in a program that was built from this tree: a test reads them.
    pub fn well_known() -> Result<Self> {
        Self::of_given(&[], Vec::new(), &[])
    }

    /// Reads several sets as one schema, with the well-known types in place
    /// of any copies of them. The files that `asked` names are those asked
    /// for; of a set given itself, when it names none, those that no other
    /// file imports.
    ///
    /// # Errors
    ///
    /// Bytes that are not such sets; sets that contradict themselves or one
    /// another.
    pub fn from_sets(sets: &[Set], asked: &[String], comments: bool) -> Result<Self, SetError> {
        let mut given = Vec::new();
        for (index, set) in sets.iter().enumerate() {
            let files = descriptor::read::set(&set.bytes, comments)
                .map_err(|error| SetError { error, not_a_set: Some(index) })?;
            let of_set = |file| FileDescriptor { origin: Some(index), ..file };
            given.extend(files.into_iter().map(of_set));
        }
        Self::of_given(sets, given, asked).map_err(|error| SetError { error, not_a_set: None })
    }

    fn of_given(sets: &[Set], given: Vec<FileDescriptor>, asked: &[String]) -> Result<Self> {
        let labels: Vec<String> = sets.iter().map(|set| set.label.clone()).collect();
        let names: BTreeSet<String> = given.iter().map(|file| file.name.clone()).collect();
        let files = files::merge(builtin::well_known()?, given, &labels)?;
        files::check(&files, &labels)?;
        let chosen = match asked {
            [] => files::not_imported(&files, |file| sets.is_empty() || names.contains(&file.name)),
            _ => files::named(&files, asked),
        };
        let size = sets.iter().map(|set| set.bytes.len()).sum();
        let pool = Pool::new(files, labels, size)?;
        check::given(&pool)?;
        Ok(Schema { pool, asked: chosen })
    }

    /// All that its files declare.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Whether a file was asked for itself, and not only because another
    /// imports it.
    pub fn is_asked(&self, file: usize) -> bool {
        self.asked.contains(&file)
    }

    /// The full names of the messages that can be asked for.
    pub fn message_names(&self) -> impl Iterator<Item = &str> {
        let messages = self.pool.messages.iter().filter(|entry| !entry.descriptor.map_entry);
        messages.map(|entry| &*entry.name)
    }

    /// The full name of the message of this index.
    pub fn message_name(&self, index: usize) -> &str {
        &self.pool.messages[index].name
    }

    /// Whether it has a message of its own, not counting the well-known types
    /// that are part of every schema.
    fn has_messages(&self) -> bool {
        let own =
            |file: usize| self.asked.contains(&file) || self.pool.files[file].origin.is_some();
        self.pool.messages.iter().any(|entry| own(entry.file))
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
            .map(|(index, entry)| (index, &*entry.name))
            .collect();
        match top[..] {
            [(index, _)] => Ok(index),
            [] => Err(self.no_messages()),
            _ => {
                let names: Vec<&str> = top.iter().map(|(_, name)| *name).collect();
                Err(Error::usage("the schema has more than one message type")
                    .hint(format!("say which with `--type`: {}", names::list(&names))))
            }
        }
    }

    #[cold]
    fn no_messages(&self) -> Error {
        let error = Error::usage("the schema has no messages");
        match self.has_messages() {
            true => error.hint("the files that it imports have some: say which with `--type`"),
            false => error,
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
            Some(Named::Message(index)) if self.is_map_entry(index) => {
                return Err(self.is_entry(index));
            }
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
            .map(|(index, entry)| (index, &*entry.name))
            .collect();
        let (entries, found): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|(index, _)| self.is_map_entry(*index));
        match (&found[..], &entries[..]) {
            (&[(index, _)], _) => Ok(index),
            ([], &[(index, _), ..]) => Err(self.is_entry(index)),
            ([], []) => Err(self.no_message(name)),
            _ => {
                let names: Vec<&str> = found.iter().map(|(_, name)| *name).collect();
                Err(Error::usage(format!("{} is the name of several message types", quote(name)))
                    .hint(format!("say which: {}", names::list(&names))))
            }
        }
    }

    fn is_map_entry(&self, index: usize) -> bool {
        self.pool.messages[index].descriptor.map_entry
    }

    #[cold]
    fn is_entry(&self, index: usize) -> Error {
        let entry = &self.pool.messages[index];
        let error = Error::usage(format!("{} is the entry of a map", quote(&entry.name)));
        match entry.parent {
            Some(parent) => {
                let outer = names::shown(&self.pool.messages[parent].name);
                error.hint(format!("the message that has the map is {outer}"))
            }
            None => error,
        }
    }

    #[cold]
    fn no_message(&self, name: &str) -> Error {
        let error = Error::usage(format!("the schema has no message type {}", quote(name)));
        if !self.has_messages() {
            return error.hint("it has no messages at all");
        }
        let full: Vec<&str> = self.message_names().collect();
        let short = full.iter().map(|full| full.rsplit('.').next().unwrap_or(full));
        error.hint(match names::nearest(name, full.iter().copied().chain(short)) {
            Some(near) => format!("did you mean `--type {}`?", names::shown(near)),
            None => {
                // The well-known types are in every schema, and hardly meant.
                let own = |name: &&str| !files::is_well_known(name);
                let own: Vec<&str> = full.iter().copied().filter(own).collect();
                let listed = if own.is_empty() { &full } else { &own };
                let are = if listed.len() == 1 { "its only type is" } else { "its types are" };
                format!("{are} {}", names::list(listed))
            }
        })
    }

    /// What the `.proto` file says of a field of the message of this full
    /// name. An extension is named as tables name it, in brackets.
    pub fn comment(&self, message: &str, field: &str) -> &str {
        let extension = field.strip_prefix('[').and_then(|field| field.strip_suffix(']'));
        let descriptor = match (extension, self.pool.named(message)) {
            (Some(name), _) => {
                let mut extensions = self.pool.extensions.iter();
                extensions.find(|entry| entry.name == name).map(|entry| &entry.descriptor)
            }
            (None, Some(Named::Message(index))) => {
                let mut fields = self.pool.messages[index].descriptor.fields.iter();
                fields.find(|found| *found.name == *field)
            }
            (None, Some(Named::Enum(_)) | None) => None,
        };
        descriptor.map(|found| &*found.comment.0).unwrap_or_default()
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

/// What is wrong with the sets of a schema.
pub struct SetError {
    /// What it is.
    pub error: Error,
    /// The index of the one whose bytes are no set, if that is it.
    pub not_a_set: Option<usize>,
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
