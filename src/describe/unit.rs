//! What of a schema is printed as `.proto` text: a file whole, or a
//! declaration with what it needs of its file.
//!
//! A declaration is printed once on its own, to see what it refers to; so is
//! each of these of the same file. Then what is wanted is known, and printed.
//! Other files are imported.

use std::collections::{BTreeMap, BTreeSet};

use super::comments::Comments;
use super::message::{ENUMS, EXTENSIONS, MESSAGES};
use super::nodes::{Node, Nodes};
use super::options::OptionTypes;
use super::raw::{self, File};
use super::source::{Dialect, Place, Refs, Source, Wanted, Whole, room};
use super::top::{FILE_ENUMS, FILE_EXTENSIONS, FILE_MESSAGES, FILE_SERVICES};
use crate::error::{Error, Result};
use crate::schema::scopes::ScopeId;
use crate::schema::{Schema, Set, builtin};

/// A declaration, by its index.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Unit {
    /// A message of the pool.
    Message(usize),
    /// An enum of the pool.
    Enum(usize),
    /// An extension of the pool.
    Extension(usize),
    /// A service, by its place in the file of this index.
    Service(usize, usize),
}

/// A schema with the bytes that it was read from.
pub struct Described<'s> {
    /// The schema.
    pub schema: &'s Schema,
    /// The bytes of its files, in the order of those of the pool.
    pub files: Vec<&'s [u8]>,
    whole: Whole<'s>,
}

impl<'s> Described<'s> {
    /// A schema, with the sets that it was read from.
    ///
    /// # Errors
    ///
    /// Sets that are not those of the schema.
    pub fn new(schema: &'s Schema, sets: &'s [Set]) -> Result<Self> {
        let pool = schema.pool();
        let mut seen = BTreeSet::new();
        let mut files = Vec::with_capacity(pool.files.len());
        let sets = sets.iter().map(|set| &*set.bytes);
        // As `schema::files` takes them: of each name the first.
        for set in [builtin::WELL_KNOWN].into_iter().chain(sets) {
            for bytes in raw::files(set)? {
                if seen.insert(File::read(bytes)?.name) {
                    files.push(bytes);
                }
            }
        }
        let mut services = BTreeSet::new();
        for (bytes, entry) in files.iter().zip(&pool.files) {
            let file = File::read(bytes)?;
            if file.name != entry.name {
                return Err(Error::failure("the schema is not that of its files"));
            }
            let Some(scope) = pool.scope_of(file.package) else { continue };
            for bytes in file.services {
                services.insert((scope, raw::Service::read(bytes)?.name.to_owned()));
            }
        }
        let extensions = pool.extensions.iter().enumerate();
        let extensions = extensions.map(|(index, entry)| (entry.name.as_str(), index)).collect();
        let options = OptionTypes::new(schema);
        Ok(Described { schema, files, whole: Whole { pool, options, extensions, services } })
    }

    /// The text of a whole file.
    ///
    /// # Errors
    ///
    /// Descriptors that are broken, or have no text.
    pub fn file(&self, index: usize) -> Result<String> {
        let bytes = self.files[index];
        let file = File::read(bytes)?;
        let comments = Comments::read(&file)?;
        let mut source = self.source(&file, &comments, None, bytes.len());
        source.head(&file)?;
        source.all_imports(&file)?;
        source.file_options(&file, |_| true)?;
        self.declarations(&mut source, &file, None)?;
        Ok(ended(source.out))
    }

    /// The text of a declaration, as a file that has it and what it refers to.
    ///
    /// # Errors
    ///
    /// As [`Described::file`].
    pub fn unit(&self, unit: Unit) -> Result<String> {
        let index = self.file_of(unit);
        let bytes = self.files[index];
        let file = File::read(bytes)?;
        let comments = Comments::read(&file)?;
        let nodes = Nodes::of(&file)?;
        let unit = self.written_as(unit, &nodes);
        let (wanted, mut imports, missing) = self.closure(unit, index, &file, &comments, &nodes)?;
        let mut source = self.source(&file, &comments, Some(&wanted), bytes.len());
        let features = |name: &str| name.starts_with("features.") || name == "optimize_for";
        let mut options = self.source(&file, &comments, None, bytes.len());
        options.file_options(&file, features)?;
        imports.extend(self.files_of(&options.refs).into_iter().filter(|&other| other != index));
        source.head(&file)?;
        let pool = self.schema.pool();
        let mut names: Vec<&str> = imports.iter().map(|&at| pool.files[at].name.as_str()).collect();
        if missing {
            let known = by_name(&self.files)?;
            let lost = file.dependencies.iter().filter(|name| !known.contains_key(**name));
            names.extend(lost.copied());
        }
        if !names.is_empty() {
            source.gap()?;
        }
        for name in names {
            source.line(&format!("import {};", super::options::string(name.as_bytes())))?;
        }
        source.file_options(&file, features)?;
        let first = self.top(unit, &nodes);
        self.declarations(&mut source, &file, Some(first))?;
        Ok(ended(source.out))
    }

    fn source<'w>(
        &'w self,
        file: &File<'w>,
        comments: &'w Comments<'w>,
        wanted: Option<&'w Wanted>,
        len: usize,
    ) -> Source<'w, 's> {
        let package_scope = self.schema.pool().scope_of(file.package);
        Source {
            whole: &self.whole,
            dialect: Dialect::of(file),
            comments,
            wanted,
            package: file.package,
            package_scope: package_scope.unwrap_or(crate::schema::scopes::Scopes::ROOT),
            refs: Refs::default(),
            out: String::new(),
            room: room(len),
            depth: 0,
            extend: None,
        }
    }

    /// The package of a file.
    pub fn package(&self, index: usize) -> &'s str {
        File::read(self.files[index]).map(|file| file.package).unwrap_or_default()
    }

    /// The index of the file of a declaration.
    pub fn file_of(&self, unit: Unit) -> usize {
        let pool = self.schema.pool();
        match unit {
            Unit::Message(index) => pool.messages[index].file,
            Unit::Enum(index) => pool.enums[index].file,
            Unit::Extension(index) => pool.extensions[index].file,
            Unit::Service(file, _) => file,
        }
    }

    /// A message that is written with its extension is that extension.
    fn written_as(&self, unit: Unit, nodes: &Nodes<'_>) -> Unit {
        let Unit::Message(at) = unit else { return unit };
        let first = Firsts::of(self.schema, self.file_of(unit));
        let extension = at.checked_sub(first.messages).and_then(|at| nodes.extension_of(at));
        extension.map_or(unit, |extension| Unit::Extension(extension + first.extensions))
    }

    /// What is wanted of a file for a declaration, and which files it imports.
    fn closure(
        &self,
        unit: Unit,
        index: usize,
        file: &File<'_>,
        comments: &Comments<'_>,
        nodes: &Nodes<'_>,
    ) -> Result<(Wanted, BTreeSet<usize>, bool)> {
        let pool = self.schema.pool();
        let first = Firsts::of(self.schema, index);
        let mut wanted = Wanted::default();
        let mut imports = BTreeSet::new();
        let mut missing = false;
        let mut seen = BTreeSet::from([unit]);
        let mut waiting = vec![unit];
        while let Some(unit) = waiting.pop() {
            let node = match unit {
                Unit::Message(at) => nodes.messages.get(at - first.messages),
                Unit::Enum(at) => nodes.enums.get(at - first.enums),
                Unit::Extension(at) => nodes.extensions.get(at - first.extensions),
                Unit::Service(..) => None,
            };
            // Of what stands in something wanted nothing is to be done.
            let mut around = Vec::new();
            let mut parent = node.and_then(|node| node.parent);
            while let Some(at) = parent {
                around.push(at + first.messages);
                parent = nodes.messages[at].parent;
            }
            if around.iter().any(|at| wanted.types.contains(&(false, *at))) {
                continue;
            }
            match unit {
                Unit::Message(at) => drop(wanted.types.insert((false, at))),
                Unit::Enum(at) => drop(wanted.types.insert((true, at))),
                Unit::Extension(at) => drop(wanted.extensions.insert(at)),
                Unit::Service(_, at) => drop(wanted.services.insert(at)),
            }
            let scope = match around.first() {
                Some(&at) => pool.messages[at].scope,
                None => pool.scope_of(file.package).unwrap_or(crate::schema::scopes::Scopes::ROOT),
            };
            wanted.around.extend(around);
            let refs = self.alone(unit, node, scope, file, comments, nodes)?;
            missing |= refs.missing;
            for unit in units(&refs) {
                let unit = match self.file_of(unit) == index {
                    true => self.written_as(unit, nodes),
                    false => unit,
                };
                let of = self.file_of(unit);
                if of != index {
                    imports.insert(of);
                } else if seen.insert(unit) {
                    waiting.push(unit);
                }
            }
        }
        Ok((wanted, imports, missing))
    }

    /// Prints a declaration by itself, to see what it refers to.
    fn alone(
        &self,
        unit: Unit,
        node: Option<&Node<'_>>,
        scope: ScopeId,
        file: &File<'_>,
        comments: &Comments<'_>,
        nodes: &Nodes<'_>,
    ) -> Result<Refs> {
        let mut source = self.source(file, comments, None, usize::MAX);
        let first = Firsts::of(self.schema, self.file_of(unit));
        match (unit, node) {
            (Unit::Message(_), Some(node)) => {
                let path = nodes.path(node, MESSAGES, FILE_MESSAGES);
                source.message(node.bytes, Place { path: &path, scope }, None, true)?;
            }
            (Unit::Enum(_), Some(node)) => {
                let path = nodes.path(node, ENUMS, FILE_ENUMS);
                source.enumeration(node.bytes, Place { path: &path, scope })?;
            }
            (Unit::Extension(at), Some(node)) => {
                let path = nodes.path(node, EXTENSIONS, FILE_EXTENSIONS);
                let group = nodes.group_of(at - first.extensions);
                source.extension(node.bytes, Place { path: &path, scope }, group)?;
            }
            (Unit::Service(_, at), _) => {
                let path = [FILE_SERVICES, at as i32];
                source.service(file.services[at], Place { path: &path, scope })?;
            }
            (_, None) => {}
        }
        Ok(source.refs)
    }

    fn files_of(&self, refs: &Refs) -> BTreeSet<usize> {
        units(refs).map(|unit| self.file_of(unit)).collect()
    }

    /// What a declaration stands in at the top of its file: the field of the
    /// file, and its index.
    fn top(&self, unit: Unit, nodes: &Nodes<'_>) -> (i32, usize) {
        let first = Firsts::of(self.schema, self.file_of(unit));
        let (node, field) = match unit {
            Unit::Message(at) => (&nodes.messages[at - first.messages], FILE_MESSAGES),
            Unit::Enum(at) => (&nodes.enums[at - first.enums], FILE_ENUMS),
            Unit::Extension(at) => (&nodes.extensions[at - first.extensions], FILE_EXTENSIONS),
            Unit::Service(_, at) => return (FILE_SERVICES, at),
        };
        let Some(mut parent) = node.parent else { return (field, node.index) };
        while let Some(outer) = nodes.messages[parent].parent {
            parent = outer;
        }
        (FILE_MESSAGES, nodes.messages[parent].index)
    }
}

/// The indexes in the pool at which those of a file begin.
struct Firsts {
    messages: usize,
    enums: usize,
    extensions: usize,
}

impl Firsts {
    fn of(schema: &Schema, file: usize) -> Self {
        let pool = schema.pool();
        Firsts {
            messages: pool.messages.partition_point(|entry| entry.file < file),
            enums: pool.enums.partition_point(|entry| entry.file < file),
            extensions: pool.extensions.partition_point(|entry| entry.file < file),
        }
    }
}

fn units(refs: &Refs) -> impl Iterator<Item = Unit> {
    let types = refs.types.iter().map(|&(is_enum, index)| match is_enum {
        true => Unit::Enum(index),
        false => Unit::Message(index),
    });
    types.chain(refs.extensions.iter().map(|&index| Unit::Extension(index)))
}

/// A text with one newline at its end.
fn ended(mut text: String) -> String {
    while text.ends_with("\n\n") {
        text.pop();
    }
    text
}

/// The names of all files by their indexes: what is imported by what.
pub fn by_name<'f>(files: &[&'f [u8]]) -> Result<BTreeMap<&'f str, usize>> {
    let names = files.iter().enumerate().map(|(index, bytes)| Ok((File::read(bytes)?.name, index)));
    names.collect()
}
