//! The files of a schema, flattened: every message, enum and extension with
//! its full name and its features, and what the names in fields stand for.

use std::collections::BTreeSet;

use super::descriptor::{EnumDescriptor, FieldDescriptor, FileDescriptor, MessageDescriptor};
use super::features::FeatureSet;
use super::scopes::{ScopeId, Scopes};
use crate::error::{Error, Result};
use crate::escape::{is_unsafe, quote};
use crate::table::Kind;
use crate::wire::limits::{NAMES_FREE, NAMES_RATIO_MAX, PACKAGE_PARTS_MAX};

/// A message with what its place in the files gives it.
pub struct MessageEntry {
    /// The full name.
    pub name: Box<str>,
    /// The descriptor; what stood inside it has entries of its own.
    pub descriptor: MessageDescriptor,
    /// Its features.
    pub features: FeatureSet,
    /// The index of its file.
    pub file: usize,
    /// The index of the message that it stands in.
    pub parent: Option<usize>,
    /// What is inside it.
    pub scope: ScopeId,
}

impl MessageEntry {
    /// Its name where it stands.
    pub fn short_name(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or_default()
    }
}

/// An enum with what its place in the files gives it.
pub struct EnumEntry {
    /// The full name.
    pub name: String,
    /// The descriptor.
    pub descriptor: EnumDescriptor,
    /// Its features.
    pub features: FeatureSet,
    /// The index of its file.
    pub file: usize,
}

/// An extension with what its place in the files gives it.
pub struct ExtensionEntry {
    /// The full name.
    pub name: String,
    /// The descriptor.
    pub descriptor: FieldDescriptor,
    /// The features of the place that it stands in.
    pub features: FeatureSet,
    /// That place: a message or a package.
    pub scope: ScopeId,
    /// The index of its file.
    pub file: usize,
}

/// A file, without what it declares.
pub struct FileEntry {
    /// The path that other files import it by.
    pub name: String,
    /// The set that it comes from; none if it is built in.
    pub origin: Option<usize>,
    /// Whether all that it imports is there.
    pub is_whole: bool,
}

/// What a full name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Named {
    /// An index into the messages.
    Message(usize),
    /// An index into the enums.
    Enum(usize),
}

/// What the type of a field comes to. A group of an edition is a message yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    /// A number, a string, bytes or a bool.
    Scalar(Kind),
    /// A message or a group, and the index of its type.
    Message(Kind, usize),
    /// An enum, by its index.
    Enum(usize),
}

/// All that the files of a schema declare.
#[derive(Default)]
pub struct Pool {
    /// In the order in which they were given.
    pub files: Vec<FileEntry>,
    /// In the order of the files.
    pub messages: Vec<MessageEntry>,
    /// In the order of the files.
    pub enums: Vec<EnumEntry>,
    /// In the order of the files.
    pub extensions: Vec<ExtensionEntry>,
    scopes: Scopes,
    /// What the sets are called.
    labels: Vec<String>,
    /// The bytes that full names may still have.
    names_left: usize,
}

impl Pool {
    /// Flattens `files`, of sets of `size` bytes that are called `labels`.
    ///
    /// # Errors
    ///
    /// A name that is no name or is declared twice, an unknown syntax or
    /// edition, names beyond the limits.
    pub fn new(files: Vec<FileDescriptor>, labels: Vec<String>, size: usize) -> Result<Self> {
        let there: BTreeSet<String> = files.iter().map(|file| file.name.clone()).collect();
        let names_left = size.saturating_mul(NAMES_RATIO_MAX).saturating_add(NAMES_FREE);
        let mut pool = Pool { labels, names_left, ..Pool::default() };
        for (index, mut file) in files.into_iter().enumerate() {
            pool.files.push(FileEntry {
                name: std::mem::take(&mut file.name),
                origin: file.origin,
                is_whole: file.dependencies.iter().all(|name| there.contains(name)),
            });
            pool.add_file(index, file).map_err(|error| pool.in_file(error, index))?;
        }
        Ok(pool)
    }

    /// Says in which file, and of which set, an error is.
    #[cold]
    pub fn in_file(&self, error: Error, file: usize) -> Error {
        let file = &self.files[file];
        let name = quote(&file.name);
        match file.origin.and_then(|origin| self.labels.get(origin)) {
            Some(label) => error.hint(format!("it is in the file {name} of {label}")),
            None => error.hint(format!("it is in the file {name}")),
        }
    }

    /// What a full name, without a leading dot, stands for.
    pub fn named(&self, name: &str) -> Option<Named> {
        self.scopes.named(name)
    }

    /// What a name, written inside `scope`, stands for.
    pub fn resolve(&self, name: &str, scope: ScopeId) -> Option<Named> {
        self.scopes.resolve(name, scope)
    }

    /// The scope of a package, or of a type, by its full name.
    pub fn scope_of(&self, name: &str) -> Option<ScopeId> {
        match name {
            "" => Some(Scopes::ROOT),
            _ => name.split('.').try_fold(Scopes::ROOT, |scope, part| self.inside(scope, part)),
        }
    }

    /// The scope of `part` inside another.
    pub fn inside(&self, scope: ScopeId, part: &str) -> Option<ScopeId> {
        self.scopes.inside(scope, part)
    }

    /// What a scope is, if it is a type.
    pub fn is(&self, scope: ScopeId) -> Option<Named> {
        self.scopes.is(scope)
    }

    /// What a scope stands in.
    pub fn outer(&self, scope: ScopeId) -> ScopeId {
        self.scopes.outer(scope)
    }

    /// The message that an extension extends.
    ///
    /// # Errors
    ///
    /// There is none of the name.
    pub fn extendee(&self, extension: &ExtensionEntry) -> Result<usize> {
        let extendee = &extension.descriptor.extendee;
        match self.scopes.resolve(extendee, extension.scope) {
            Some(Named::Message(index)) => Ok(index),
            found => {
                let name = quote(&extension.name);
                let error = Error::failure(format!(
                    "the extension {name} extends {}, which is no message of the schema",
                    quote(extendee)
                ));
                Err(self.lacks_import(error, found, extension.file))
            }
        }
    }

    /// Whether the type of a field is of a file that is imported and not there.
    pub fn is_missing(&self, field: &FieldDescriptor, scope: ScopeId, file: usize) -> bool {
        !self.files[file].is_whole
            && !field.type_name.is_empty()
            && self.scopes.resolve(&field.type_name, scope).is_none()
    }

    /// Whether what is extended is of a file that is imported and not there.
    pub fn is_missing_extendee(&self, extension: &ExtensionEntry) -> bool {
        let name = &extension.descriptor.extendee;
        !self.files[extension.file].is_whole && self.scopes.resolve(name, extension.scope).is_none()
    }

    /// What the type of a field comes to that stands in `scope`.
    ///
    /// # Errors
    ///
    /// A type that there is not, or that is something else.
    pub fn type_of(&self, field: &FieldDescriptor, scope: ScopeId, file: usize) -> Result<Type> {
        let declared = usize::try_from(field.type_number).ok().and_then(|n| n.checked_sub(1));
        let declared = declared.and_then(|at| Kind::ALL.get(at)).copied();
        if declared.is_none() && (field.type_number != 0 || field.type_name.is_empty()) {
            let number = field.type_number;
            return Err(Error::failure(format!("the type number {number} does not exist")));
        }
        if field.type_name.is_empty() {
            return match declared {
                Some(kind) if !kind.is_message() && kind != Kind::Enum => Ok(Type::Scalar(kind)),
                _ => Err(Error::failure("it is a message or an enum, and its type has no name")),
            };
        }
        let found = self.scopes.resolve(&field.type_name, scope);
        match (declared, found) {
            (None | Some(Kind::Message), Some(Named::Message(index))) => {
                Ok(Type::Message(Kind::Message, index))
            }
            (Some(Kind::Group), Some(Named::Message(index))) => {
                Ok(Type::Message(Kind::Group, index))
            }
            (None | Some(Kind::Enum), Some(Named::Enum(index))) => Ok(Type::Enum(index)),
            (Some(kind), _) if !kind.is_message() && kind != Kind::Enum => {
                let what = format!("it is {}, and names a type all the same", kind.with_article());
                Err(Error::failure(what))
            }
            (kind, found) => {
                let what = match (kind, found) {
                    (_, None) => "in the schema",
                    (Some(Kind::Enum), _) => "an enum of the schema",
                    _ => "a message of the schema",
                };
                let what = format!("its type {} is not {what}", quote(&field.type_name));
                Err(self.lacks_import(Error::failure(what), found, file))
            }
        }
    }

    /// Adds the way to mend a set that was made without imports.
    #[cold]
    fn lacks_import(&self, error: Error, found: Option<Named>, file: usize) -> Error {
        match found.is_none() && !self.files[file].is_whole {
            true => error.hint("make the descriptor set with `--include_imports`"),
            false => error,
        }
    }

    fn add_file(&mut self, index: usize, file: FileDescriptor) -> Result<()> {
        let features = FeatureSet::of_file(&file.syntax, file.edition)?.with(&file.features);
        let package = Place { name: &file.package, scope: self.package(&file.package)? };
        for message in file.messages {
            self.add_message(message, package, features, index, None)?;
        }
        for enumeration in file.enums {
            self.add_enum(enumeration, package, features, index)?;
        }
        for extension in file.extensions {
            self.add_extension(extension, package, features, index)?;
        }
        Ok(())
    }

    fn package(&mut self, name: &str) -> Result<ScopeId> {
        let mut scope = Scopes::ROOT;
        if name.is_empty() {
            return Ok(scope);
        }
        for (count, part) in name.split('.').enumerate() {
            if count == PACKAGE_PARTS_MAX {
                let what = format!("the package {} has too many parts", quote(name));
                return Err(Error::failure(what)
                    .hint(format!("at most {PACKAGE_PARTS_MAX} are read, as by protoc")));
            }
            check_name(part)?;
            scope = self.scopes.enter(scope, part);
        }
        Ok(scope)
    }

    fn add_message(
        &mut self,
        mut descriptor: MessageDescriptor,
        outer: Place<'_>,
        features: FeatureSet,
        file: usize,
        parent: Option<usize>,
    ) -> Result<()> {
        let index = self.messages.len();
        let name = std::mem::take(&mut descriptor.name);
        let (name, scope) = self.declare(&name, outer, Named::Message(index))?;
        let features = features.with(&descriptor.features);
        let (mut messages, mut enums, mut extensions) = Default::default();
        if let Some(more) = descriptor.more_if_any() {
            messages = std::mem::take(&mut more.messages);
            enums = std::mem::take(&mut more.enums);
            extensions = std::mem::take(&mut more.extensions);
        }
        let entry =
            MessageEntry { name: name.as_str().into(), descriptor, features, file, parent, scope };
        self.messages.push(entry);
        let inside = Place { name: &name, scope };
        for message in messages {
            self.add_message(message, inside, features, file, Some(index))?;
        }
        for enumeration in enums {
            self.add_enum(enumeration, inside, features, file)?;
        }
        for extension in extensions {
            self.add_extension(extension, inside, features, file)?;
        }
        Ok(())
    }

    fn add_enum(
        &mut self,
        descriptor: EnumDescriptor,
        outer: Place<'_>,
        features: FeatureSet,
        file: usize,
    ) -> Result<()> {
        let index = Named::Enum(self.enums.len());
        let (name, _) = self.declare(&descriptor.name, outer, index)?;
        let features = features.with(&descriptor.features);
        self.enums.push(EnumEntry { name, descriptor, features, file });
        Ok(())
    }

    fn add_extension(
        &mut self,
        descriptor: FieldDescriptor,
        outer: Place<'_>,
        features: FeatureSet,
        file: usize,
    ) -> Result<()> {
        check_name(&descriptor.name)?;
        let name = self.join(outer.name, &descriptor.name)?;
        let scope = outer.scope;
        self.extensions.push(ExtensionEntry { name, descriptor, features, scope, file });
        Ok(())
    }

    fn declare(&mut self, name: &str, outer: Place<'_>, named: Named) -> Result<(String, ScopeId)> {
        check_name(name)?;
        let full = self.join(outer.name, name)?;
        let scope = self.scopes.enter(outer.scope, name);
        if !self.scopes.declare(scope, named) {
            return Err(Error::failure(format!("the schema declares {} twice", quote(&full))));
        }
        Ok((full, scope))
    }

    fn join(&mut self, outer: &str, name: &str) -> Result<String> {
        let length = outer.len() + name.len() + 1;
        match self.names_left.checked_sub(length) {
            Some(left) => self.names_left = left,
            None => {
                return Err(Error::failure("the names of the schema are too long").hint(format!(
                    "together they may have {NAMES_RATIO_MAX} bytes for each of the schema"
                )));
            }
        }
        Ok(if outer.is_empty() { name.to_owned() } else { format!("{outer}.{name}") })
    }
}

/// Where something is declared.
#[derive(Clone, Copy)]
struct Place<'p> {
    /// The full name of the message or package.
    name: &'p str,
    scope: ScopeId,
}

/// Whether `name` can be the name of anything: letters, digits and `_`, as the
/// grammar of `.proto` files has it. What is made from names (flags, JSON
/// keys, paths) relies on it.
///
/// # Errors
///
/// It can't.
pub fn check_name(name: &str) -> Result<()> {
    let letter = |byte: u8| byte == b'_' || byte.is_ascii_alphanumeric();
    let first = name.as_bytes().first();
    if first.is_some_and(|first| !first.is_ascii_digit()) && name.bytes().all(letter) {
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
