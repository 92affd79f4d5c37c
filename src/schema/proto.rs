//! `.proto` files, compiled by protox.
//!
//! An import is looked for under the directories given with `-I`, then in the
//! directory of the file asked for and in those above it: the first that has
//! it counts, so that `-I` is seldom needed. The well-known types are built in.

mod explain;
mod load;
mod scan;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use protox::Compiler;
use protox::file::{File, FileResolver, GoogleFileResolver};
use protox::prost_reflect::prost_types::FileDescriptorProto;

use crate::error::{Error, Result, names, reason};
use crate::escape::quote;
use load::{AskedFile, Roots, Trouble};

/// What compiling gives.
pub struct Compiled {
    /// A serialized `FileDescriptorSet`, imports and comments included.
    pub set: Vec<u8>,
    /// The names of the files asked for, as the set has them.
    pub names: Vec<String>,
}

/// Compiles the `.proto` files `files`: each a path, or else a name under a
/// directory of `includes`, or that of a well-known one.
///
/// # Errors
///
/// A file or an import that is not found, with every directory that was
/// looked in; whatever is wrong in a file, with its place.
pub fn compile(files: &[PathBuf], includes: &[PathBuf]) -> Result<Compiled> {
    let well_known = GoogleFileResolver::new();
    let located = files.iter().map(|file| locate(file, includes, &well_known));
    let located = located.collect::<Result<Vec<_>>>()?;
    let mut directories: Vec<PathBuf> = includes.to_vec();
    for path in located.iter().flatten() {
        directories.extend(path.ancestors().skip(1).map(Path::to_path_buf));
    }
    let mut seen = BTreeSet::new();
    directories.retain(|root| seen.insert(root.clone()));
    let mut names = Vec::with_capacity(files.len());
    let mut asked = BTreeMap::new();
    for (path, typed) in located.into_iter().zip(files) {
        let Some(path) = path else {
            names.push(typed.to_string_lossy().into_owned());
            continue;
        };
        let name = name(&path, typed, includes, &directories)?;
        names.push(name.clone());
        asked.entry(name).or_insert(AskedFile { path, typed: typed.clone() });
    }
    let roots = Roots { well_known, directories, asked };
    match link(&names, &roots) {
        Ok(set) => Ok(Compiled { set, names }),
        Err(trouble) => Err(explain::explain(trouble, &roots)),
    }
}

/// Whether bytes that are no descriptor set are a `.proto` file.
pub fn is_source(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(scan::is_source)
}

/// Has protox put the files together, each after those that it imports.
fn link(names: &[String], roots: &Roots) -> Result<Vec<u8>, Trouble> {
    let files = load::all(names, roots)?;
    let order: Vec<String> = files.iter().map(|file| file.name().to_owned()).collect();
    let files = files.into_iter().map(|file| (file.name().to_owned(), file)).collect();
    let mut compiler = Compiler::with_file_resolver(Loaded(RefCell::new(files)));
    compiler.include_imports(true).include_source_info(true);
    for name in &order {
        compiler.open_file(name).map_err(Trouble::Protox)?;
    }
    Ok(compiler.encode_file_descriptor_set())
}

/// The files that were read, each handed on once.
struct Loaded(RefCell<BTreeMap<String, FileDescriptorProto>>);

impl FileResolver for Loaded {
    fn open_file(&self, name: &str) -> std::result::Result<File, protox::Error> {
        match self.0.borrow_mut().remove(name) {
            Some(file) => Ok(File::from_file_descriptor_proto(file)),
            None => Err(protox::Error::file_not_found(name)),
        }
    }
}

/// The path of a file asked for: itself, else under a directory of `includes`;
/// none for a well-known one.
fn locate(
    file: &Path,
    includes: &[PathBuf],
    well_known: &GoogleFileResolver,
) -> Result<Option<PathBuf>> {
    let candidates = std::iter::once(file.to_path_buf())
        .chain(includes.iter().map(|include| include.join(file)));
    for candidate in candidates {
        if candidate.is_dir() {
            let what =
                format!("{} is a directory, not a file", quote(&candidate.to_string_lossy()));
            return Err(Error::failure(what).hint("name a `.proto` file in it"));
        }
        if candidate.is_file() {
            let path = candidate.canonicalize().map_err(|error| unreadable(&candidate, &error))?;
            return Ok(Some(path));
        }
        if candidate.exists() {
            // A `.proto` file is read more than once, and has a place that
            // its imports are looked for from.
            let what = format!("{} is no regular file", quote(&candidate.to_string_lossy()));
            return Err(Error::failure(what)
                .hint("write the `.proto` to a file; `--descriptor-set` reads from a pipe"));
        }
    }
    if file.to_str().is_some_and(|name| well_known.open_file(name).is_ok()) {
        return Ok(None);
    }
    let error = Error::failure(format!("there is no file {}", quote(&file.to_string_lossy())));
    Err(match includes {
        [] => error,
        _ => error.hint(format!("looked here and in {}", directories(includes))),
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    let name = quote(&path.to_string_lossy());
    Error::failure(format!("the file {name} cannot be read: {}", reason(error)))
}

/// The name by which other files would import `path`: under a directory of
/// `includes`; else under the nearest directory above that its own imports are
/// found in, or that its package says; else its bare name.
fn name(path: &Path, typed: &Path, includes: &[PathBuf], roots: &[PathBuf]) -> Result<String> {
    let under = |root: &Path| {
        let relative = path.strip_prefix(root).ok()?;
        Some(relative.to_str()?.replace(std::path::MAIN_SEPARATOR, "/"))
    };
    for include in includes {
        let include = include.canonicalize().unwrap_or_else(|_| include.clone());
        if let Some(name) = under(&include) {
            return Ok(name);
        }
    }
    let head = scan::head(&load::text(path, typed)?);
    let found_somewhere = |import: &&String| roots.iter().any(|root| root.join(import).is_file());
    let imports: Vec<&String> = head.imports.iter().filter(found_somewhere).collect();
    let by_imports = |root: &&Path| {
        !imports.is_empty() && imports.iter().all(|import| root.join(import).is_file())
    };
    let package = head.package.replace('.', "/");
    let by_package = |root: &&Path| {
        !package.is_empty() && path.parent().is_some_and(|parent| parent == root.join(&package))
    };
    let above = || path.ancestors().skip(1);
    let root =
        above().find(by_imports).or_else(|| above().find(by_package)).or_else(|| path.parent());
    root.and_then(under).ok_or_else(|| {
        Error::failure(format!("the name {} is not UTF-8", quote(&path.to_string_lossy())))
    })
}

fn directories(paths: &[PathBuf]) -> String {
    let shown: Vec<_> = paths.iter().map(|path| path.to_string_lossy()).collect();
    let shown: Vec<&str> = shown.iter().map(|path| &**path).collect();
    names::list(&shown)
}
