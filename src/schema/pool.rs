//! The files of a schema, flattened and checked: every message, enum and
//! extension with its full name and its features.

use std::collections::BTreeMap;

use super::descriptor::{EnumDescriptor, FieldDescriptor, FileDescriptor, MessageDescriptor};
use super::features::FeatureSet;
use crate::error::{Error, Result};
use crate::escape::{is_unsafe, quote};

/// A message with what its place in the files gives it.
pub struct MessageEntry {
    /// The full name.
    pub name: String,
    /// The descriptor; what stood inside it has entries of its own.
    pub descriptor: MessageDescriptor,
    /// Its features.
    pub features: FeatureSet,
    /// The index of its file.
    pub file: usize,
    /// The index of the message that it stands in.
    pub parent: Option<usize>,
}

/// An enum with what its place in the files gives it.
pub struct EnumEntry {
    /// The full name.
    pub name: String,
    /// The descriptor.
    pub descriptor: EnumDescriptor,
    /// Its features.
    pub features: FeatureSet,
}

/// An extension with what its place in the files gives it.
pub struct ExtensionEntry {
    /// The full name.
    pub name: String,
    /// The descriptor.
    pub descriptor: FieldDescriptor,
    /// The features of the place that it stands in.
    pub features: FeatureSet,
    /// The full name of that place.
    pub scope: String,
    /// The index of its file.
    pub file: usize,
}

/// What a full name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Named {
    /// An index into the messages.
    Message(usize),
    /// An index into the enums.
    Enum(usize),
}

/// All that the files of a schema declare.
#[derive(Default)]
pub struct Pool {
    /// In the order of the files.
    pub messages: Vec<MessageEntry>,
    /// In the order of the files.
    pub enums: Vec<EnumEntry>,
    /// In the order of the files.
    pub extensions: Vec<ExtensionEntry>,
    names: BTreeMap<String, Named>,
}

impl Pool {
    /// Flattens `files`.
    ///
    /// # Errors
    ///
    /// A name that is no name or is declared twice, an unknown syntax or edition.
    pub fn new(files: Vec<FileDescriptor>) -> Result<Self> {
        let mut pool = Pool::default();
        for (index, file) in files.into_iter().enumerate() {
            let name = file.name.clone();
            pool.add_file(index, file)
                .map_err(|error| error.hint(format!("it is in the file {}", quote(&name))))?;
        }
        Ok(pool)
    }

    /// What a full name, without a leading dot, stands for.
    pub fn named(&self, name: &str) -> Option<Named> {
        self.names.get(name).copied()
    }

    /// What `name`, written inside `scope`, stands for: with a leading dot it
    /// is full, else the innermost scope that has it counts.
    pub fn resolve(&self, name: &str, scope: &str) -> Option<Named> {
        if let Some(full) = name.strip_prefix('.') {
            return self.named(full);
        }
        let mut scope = scope;
        loop {
            let full = if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") };
            if let Some(named) = self.named(&full) {
                return Some(named);
            }
            if scope.is_empty() {
                return None;
            }
            scope = scope.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
    }

    fn add_file(&mut self, index: usize, file: FileDescriptor) -> Result<()> {
        let features = FeatureSet::of_file(&file.syntax, file.edition)?.with(&file.features);
        let scope = file.package;
        if !scope.is_empty() {
            for part in scope.split('.') {
                check_name(part)?;
            }
        }
        for message in file.messages {
            self.add_message(message, &scope, features, index, None)?;
        }
        for enumeration in file.enums {
            self.add_enum(enumeration, &scope, features)?;
        }
        for extension in file.extensions {
            self.add_extension(extension, &scope, features, index)?;
        }
        Ok(())
    }

    fn add_message(
        &mut self,
        mut descriptor: MessageDescriptor,
        scope: &str,
        outer: FeatureSet,
        file: usize,
        parent: Option<usize>,
    ) -> Result<()> {
        let name = self.declare(&descriptor.name, scope, Named::Message(self.messages.len()))?;
        let features = outer.with(&descriptor.features);
        let index = self.messages.len();
        let messages = std::mem::take(&mut descriptor.messages);
        let enums = std::mem::take(&mut descriptor.enums);
        let extensions = std::mem::take(&mut descriptor.extensions);
        self.messages.push(MessageEntry { name: name.clone(), descriptor, features, file, parent });
        for message in messages {
            self.add_message(message, &name, features, file, Some(index))?;
        }
        for enumeration in enums {
            self.add_enum(enumeration, &name, features)?;
        }
        for extension in extensions {
            self.add_extension(extension, &name, features, file)?;
        }
        Ok(())
    }

    fn add_enum(
        &mut self,
        descriptor: EnumDescriptor,
        scope: &str,
        outer: FeatureSet,
    ) -> Result<()> {
        let name = self.declare(&descriptor.name, scope, Named::Enum(self.enums.len()))?;
        let features = outer.with(&descriptor.features);
        for value in &descriptor.values {
            check_name(&value.name)?;
        }
        self.enums.push(EnumEntry { name, descriptor, features });
        Ok(())
    }

    fn add_extension(
        &mut self,
        descriptor: FieldDescriptor,
        scope: &str,
        features: FeatureSet,
        file: usize,
    ) -> Result<()> {
        check_name(&descriptor.name)?;
        let name = join(scope, &descriptor.name);
        let scope = scope.to_owned();
        self.extensions.push(ExtensionEntry { name, descriptor, features, scope, file });
        Ok(())
    }

    fn declare(&mut self, name: &str, scope: &str, named: Named) -> Result<String> {
        check_name(name)?;
        let full = join(scope, name);
        if self.names.insert(full.clone(), named).is_some() {
            return Err(Error::failure(format!("the schema declares {} twice", quote(&full))));
        }
        Ok(full)
    }
}

fn join(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}

/// Whether `name` can be the name of anything: letters, digits and `_`, as the
/// grammar of `.proto` files has it. What is made from names (flags, JSON
/// keys, paths) relies on it.
///
/// # Errors
///
/// It can't.
pub fn check_name(name: &str) -> Result<()> {
    let letter = |c: char| c == '_' || c.is_ascii_alphanumeric();
    if !name.is_empty()
        && name.chars().all(letter)
        && !name.starts_with(|c: char| c.is_ascii_digit())
    {
        return Ok(());
    }
    let what = match name {
        "" => String::from("the schema has something without a name"),
        _ if name.chars().any(is_unsafe) => {
            format!("the schema has a name with control characters, {}", quote(name))
        }
        _ => format!("{} in the schema is no name", quote(name)),
    };
    Err(Error::failure(what).hint("the descriptor set is broken, or was not made by a compiler"))
}
