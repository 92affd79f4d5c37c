//! A `.proto` file and all that it imports, each read once, those first that
//! others import.
//!
//! protox could follow imports by itself. It does so with calls in calls, and
//! follows public imports over again for each way that leads to them, so that
//! small files end it or keep it busy for ever. Here both are bounded.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use protox::file::{File, FileResolver, GoogleFileResolver};
use protox::prost_reflect::prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
};

use super::{explain, scan};
use crate::error::{Error, Result};
use crate::escape::quote;
use crate::schema::json_names;
use crate::wire::limits::{
    IMPORT_DEPTH_MAX, NAMES_FREE, PACKAGE_PARTS_MAX, PUBLIC_IMPORTS_MAX, SOURCE_NAMES_RATIO_MAX,
    SOURCE_NEST_MAX,
};

/// Where files are found.
pub struct Roots {
    pub well_known: GoogleFileResolver,
    pub directories: Vec<PathBuf>,
    /// The files asked for, by name: theirs may not be what a directory leads
    /// to.
    pub asked: BTreeMap<String, AskedFile>,
}

/// A file asked for.
pub struct AskedFile {
    pub path: PathBuf,
    /// The path as it was typed.
    pub typed: PathBuf,
}

impl Roots {
    /// The path of the file of this name, if it is not built in.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        if let Some(asked) = self.asked.get(name) {
            return Some(asked.path.clone());
        }
        self.directories.iter().map(|root| root.join(name)).find(|path| path.is_file())
    }

    /// The path of the file of this name as a user knows it: what was typed,
    /// else from the directory that the program is run in, if it is below that.
    pub fn typed(&self, name: &str) -> PathBuf {
        if let Some(asked) = self.asked.get(name) {
            return asked.typed.clone();
        }
        let path = self.path(name).unwrap_or_else(|| PathBuf::from(name));
        let here = std::env::current_dir().ok();
        let below = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_path_buf));
        below.unwrap_or(path)
    }
}

/// Why a file cannot be read.
pub enum Trouble {
    /// There is none of the name; who imports it, with the number of the
    /// import.
    NotFound { name: String, importer: Box<FileDescriptorProto>, import: usize },
    /// What protox says, and the name of the file that it says it of.
    Protox(protox::Error),
    /// What we say.
    Ours(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Trouble::Ours(error)
    }
}

/// A file whose imports are being read.
struct Open {
    file: FileDescriptorProto,
    /// How many of them have been.
    imports: usize,
    /// The files in the longest chain of imports below it.
    depth: usize,
}

/// Reads the files `names` and all that they import.
///
/// # Errors
///
/// A file that is not found, is no text, or that protox cannot parse; imports
/// in a circle, or too long a chain of them.
pub fn all(names: &[String], roots: &Roots) -> Result<Vec<FileDescriptorProto>, Trouble> {
    let mut done: BTreeMap<String, usize> = BTreeMap::new();
    let mut files: Vec<FileDescriptorProto> = Vec::new();
    let mut public = Public::default();
    for name in names {
        if done.contains_key(name) {
            continue;
        }
        let file = read(name, roots)?.ok_or_else(|| {
            // It was there a moment ago.
            Error::failure(format!("there is no file {}", quote(name)))
        })?;
        let mut open = vec![Open { file, imports: 0, depth: 0 }];
        while let Some(last) = open.last_mut() {
            let Some(import) = last.file.dependency.get(last.imports).cloned() else {
                let Some(Open { mut file, depth, .. }) = open.pop() else { break };
                done.insert(file.name().to_owned(), depth + 1);
                if let Some(outer) = open.last_mut() {
                    outer.depth = outer.depth.max(depth + 1);
                }
                public.pass_on(&mut file)?;
                part_json_names(&mut file);
                files.push(file);
                continue;
            };
            last.imports += 1;
            if let Some(&depth) = done.get(&import) {
                last.depth = last.depth.max(depth);
            } else if open.iter().any(|open| open.file.name() == import) {
                return Err(circle(&open, &import).into());
            } else {
                let Some(file) = read(&import, roots)? else {
                    return Err(not_found(import, open));
                };
                open.push(Open { file, imports: 0, depth: 0 });
            }
            let below = open.last().map_or(0, |last| last.depth);
            if open.len() + below > IMPORT_DEPTH_MAX {
                return Err(too_long(names).into());
            }
        }
    }
    Ok(files)
}

#[cold]
fn not_found(name: String, mut open: Vec<Open>) -> Trouble {
    let importer = open.pop();
    let import = importer.as_ref().map_or(0, |importer| importer.imports - 1);
    let importer = Box::new(importer.map(|importer| importer.file).unwrap_or_default());
    Trouble::NotFound { name, importer, import }
}

#[cold]
fn too_long(names: &[String]) -> Error {
    let name = names.first().map(String::as_str).unwrap_or_default();
    Error::failure(format!(
        "{} imports a chain of more than {IMPORT_DEPTH_MAX} files, one importing the next",
        quote(name)
    ))
}

#[cold]
fn circle(open: &[Open], import: &str) -> Error {
    let names: Vec<&str> = open.iter().map(|open| open.file.name()).collect();
    let from = names.iter().position(|name| *name == import).unwrap_or_default();
    let way: Vec<String> = names[from..].iter().chain([&import]).map(|name| quote(name)).collect();
    let way = crate::error::names::cut(way.join(" imports "), WAY_MAX);
    Error::failure(format!("files import each other in a circle: {way}"))
}

/// Characters of a way from file to file that are shown.
const WAY_MAX: usize = 400;

/// Reads and parses one file, if there is one of the name.
fn read(name: &str, roots: &Roots) -> Result<Option<FileDescriptorProto>, Trouble> {
    if let Ok(file) = roots.well_known.open_file(name) {
        return Ok(Some(file.into()));
    }
    let Some(path) = roots.path(name) else { return Ok(None) };
    let text = text(&path, &roots.typed(name))?;
    if let Some(at) = scan::too_deep(&text, SOURCE_NEST_MAX) {
        let what = format!("brackets are nested more than {SOURCE_NEST_MAX} deep");
        return Err(explain::at(what, &text, at, &roots.typed(name)).into());
    }
    let file = File::from_source(name, &text).map_err(Trouble::Protox)?.into();
    let max = text.len().saturating_mul(SOURCE_NAMES_RATIO_MAX).saturating_add(NAMES_FREE);
    if full_names(&file) > max || file.package().split('.').count() > PACKAGE_PARTS_MAX {
        let typed = roots.typed(name).to_string_lossy().into_owned();
        let what = format!("the names in {} are too long", quote(&typed));
        return Err(Error::failure(what)
            .hint(format!(
                "a package has at most {PACKAGE_PARTS_MAX} parts, and all full names together {max} bytes"
            ))
            .into());
    }
    Ok(Some(file))
}

/// The bytes of the full names that a file declares, nearly: those that stand
/// in a message have its own before theirs.
fn full_names(file: &FileDescriptorProto) -> usize {
    let package = file.package().len();
    let messages = file.message_type.iter().map(|message| of_message(message, package));
    let enums = file.enum_type.iter().map(|it| of_enum(it, package));
    let fields = file.extension.iter().map(|field| package + field.name().len());
    let services = file.service.iter().map(|service| {
        let outer = package + service.name().len();
        service.method.iter().map(|method| outer + method.name().len()).sum::<usize>() + outer
    });
    messages.chain(enums).chain(fields).chain(services).sum()
}

fn of_message(message: &DescriptorProto, outer: usize) -> usize {
    let own = outer + message.name().len() + 1;
    let fields = message.field.iter().chain(&message.extension);
    let fields = fields.map(|field| own + field.name().len());
    let oneofs = message.oneof_decl.iter().map(|oneof| own + oneof.name().len());
    let messages = message.nested_type.iter().map(|message| of_message(message, own));
    let enums = message.enum_type.iter().map(|it| of_enum(it, own));
    own + fields.chain(oneofs).chain(messages).chain(enums).sum::<usize>()
}

fn of_enum(it: &EnumDescriptorProto, outer: usize) -> usize {
    let values = it.value.iter().map(|value| outer + value.name().len());
    outer + it.name().len() + values.sum::<usize>()
}

/// The text of a file, without the mark that some editors put before it.
/// `typed` is its path as a user knows it.
///
/// # Errors
///
/// It cannot be read, or is no text.
pub fn text(path: &Path, typed: &Path) -> Result<String> {
    let bytes = std::fs::read(path).map_err(|error| super::unreadable(typed, &error))?;
    let name = quote(&typed.to_string_lossy());
    if is_binary(&bytes) {
        let what = format!("{name} is binary, no `.proto` file");
        return Err(explain::say_descriptor_set(Error::failure(what), typed));
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        let what = format!("{name} is not text in UTF-8");
        explain::say_protoc(Error::failure(what), typed)
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

/// Whether bytes are no text. A descriptor set may be UTF-8 by chance, and a
/// `.proto` file may have a control character in a comment.
fn is_binary(bytes: &[u8]) -> bool {
    let control = |byte: &u8| matches!(byte, 0..=8 | 14..=31);
    let like_a_set = bytes.starts_with(b"\n") || std::str::from_utf8(bytes).is_err();
    like_a_set && bytes.iter().any(control)
}

/// The files that each file passes on to who imports it.
#[derive(Default)]
struct Public {
    of: BTreeMap<String, BTreeSet<String>>,
    count: usize,
}

impl Public {
    /// Has a file import by itself what its imports pass on to it. The files
    /// that it imports have been here before.
    fn pass_on(&mut self, file: &mut FileDescriptorProto) -> Result<()> {
        let public = std::mem::take(&mut file.public_dependency);
        let mut own = BTreeSet::new();
        for index in public {
            let name = usize::try_from(index).ok().and_then(|at| file.dependency.get(at));
            own.extend(name.cloned());
        }
        let passed = |names: &BTreeSet<String>, of: &Self| -> BTreeSet<String> {
            names.iter().filter_map(|name| of.of.get(name)).flatten().cloned().collect()
        };
        let imports: BTreeSet<String> = file.dependency.iter().cloned().collect();
        let seen = passed(&imports, self);
        own.extend(passed(&own, self));
        self.count += seen.len() + own.len();
        if self.count > PUBLIC_IMPORTS_MAX {
            let what = "the files pass on too many others by `import public`";
            return Err(Error::failure(what));
        }
        file.dependency.extend(seen.difference(&imports).cloned());
        if !own.is_empty() {
            self.of.insert(file.name().to_owned(), own);
        }
        Ok(())
    }
}

/// Names the fields of proto2 that share a JSON name, which protoc allows and
/// protox does not, by names that differ: the same that the tables have.
fn part_json_names(file: &mut FileDescriptorProto) {
    if matches!(file.syntax.as_deref(), None | Some("proto2")) {
        file.message_type.iter_mut().for_each(part_json_names_of);
    }
}

fn part_json_names_of(message: &mut DescriptorProto) {
    let mut given: BTreeMap<String, usize> = BTreeMap::new();
    for name in message.field.iter().filter_map(|field| field.json_name.clone()) {
        *given.entry(name).or_default() += 1;
    }
    let name = |field: &FieldDescriptorProto| {
        let json = field.json_name.clone();
        (field.name().to_owned(), json.unwrap_or_else(|| json_names::default(field.name())))
    };
    let names: Vec<(String, String)> = message.field.iter().map(name).collect();
    let names: Vec<(&str, &str)> = names.iter().map(|(own, json)| (&**own, &**json)).collect();
    for index in json_names::sharing(&names) {
        let field = &mut message.field[index];
        // Two that were given the same are refused by protoc too.
        if field.json_name.as_ref().is_none_or(|name| given.get(name) == Some(&1)) {
            field.json_name.clone_from(&field.name);
        }
    }
    message.nested_type.iter_mut().for_each(part_json_names_of);
}
