//! `.proto` files, compiled by protox.
//!
//! An import is looked for under the directories given with `-I`, then in the
//! directory of the file asked for and in those above it: the first that has
//! it counts, so that `-I` is seldom needed. The well-known types are built in.

mod scan;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use protox::Compiler;
use protox::file::{File, FileResolver, GoogleFileResolver};

use crate::error::{Error, Result, names};
use crate::escape::{quote, shell_word, visible};

/// What compiling gives.
pub struct Compiled {
    /// A serialized `FileDescriptorSet`, imports and comments included.
    pub set: Vec<u8>,
    /// The names of the files asked for, as the set has them.
    pub names: Vec<String>,
}

/// Compiles the `.proto` files `files`: each a path, or else a name under a
/// directory of `includes`.
///
/// # Errors
///
/// A file or an import that is not found, with every directory that was
/// looked in; whatever protox finds wrong in a file, with its place.
pub fn compile(files: &[PathBuf], includes: &[PathBuf]) -> Result<Compiled> {
    let paths = files.iter().map(|file| locate(file, includes)).collect::<Result<Vec<_>>>()?;
    let mut roots: Vec<PathBuf> = includes.to_vec();
    for path in &paths {
        roots.extend(path.ancestors().skip(1).map(Path::to_path_buf));
    }
    let mut seen = BTreeSet::new();
    roots.retain(|root| seen.insert(root.clone()));
    let mut names = Vec::with_capacity(paths.len());
    for path in &paths {
        names.push(name(path, includes, &roots)?);
    }
    let resolver = Roots {
        well_known: GoogleFileResolver::new(),
        roots: roots.clone(),
        asked: names.iter().cloned().zip(paths).collect(),
    };
    let mut compiler = Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).include_source_info(true);
    for name in &names {
        compiler.open_file(name).map_err(|error| {
            let typed =
                names.iter().zip(files).find(|(name, _)| error.file() == Some(name.as_str()));
            explain(&error, &roots, typed.map(|(_, file)| file.as_path()))
        })?;
    }
    Ok(Compiled { set: compiler.encode_file_descriptor_set(), names })
}

/// Where files are found.
struct Roots {
    well_known: GoogleFileResolver,
    roots: Vec<PathBuf>,
    /// The files asked for, by name: theirs may not be what a root leads to.
    asked: Vec<(String, PathBuf)>,
}

impl FileResolver for Roots {
    fn open_file(&self, name: &str) -> std::result::Result<File, protox::Error> {
        match self.well_known.open_file(name) {
            Err(error) if error.is_file_not_found() => {}
            found => return found,
        }
        if let Some((_, path)) = self.asked.iter().find(|(asked, _)| asked == name) {
            return File::open(name, path);
        }
        match self.roots.iter().map(|root| root.join(name)).find(|path| path.is_file()) {
            Some(path) => File::open(name, &path),
            None => Err(protox::Error::file_not_found(name)),
        }
    }
}

/// The path of a file asked for: itself, else under a directory of `includes`.
fn locate(file: &Path, includes: &[PathBuf]) -> Result<PathBuf> {
    let candidates = std::iter::once(file.to_path_buf())
        .chain(includes.iter().map(|include| include.join(file)));
    for candidate in candidates {
        if candidate.is_dir() {
            let what =
                format!("{} is a directory, not a file", quote(&candidate.to_string_lossy()));
            return Err(Error::failure(what).hint("name a `.proto` file in it"));
        }
        if candidate.is_file() {
            return candidate.canonicalize().map_err(|error| unreadable(&candidate, &error));
        }
    }
    let error = Error::failure(format!("there is no file {}", quote(&file.to_string_lossy())));
    Err(match includes {
        [] => error,
        _ => error.hint(format!("looked here and in {}", directories(includes))),
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    let name = quote(&path.to_string_lossy());
    Error::failure(format!("the file {name} cannot be read: {error}"))
}

/// The name by which other files would import `path`: under a directory of
/// `includes`; else under the nearest directory above that its own imports are
/// found in, or that its package says; else its bare name.
fn name(path: &Path, includes: &[PathBuf], roots: &[PathBuf]) -> Result<String> {
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
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    let head = scan::head(&text);
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
    let shown: Vec<String> = paths.iter().map(|path| visible(&path.to_string_lossy())).collect();
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    names::list(&shown)
}

/// What protox has against a file, as we say it.
#[cold]
fn explain(error: &protox::Error, roots: &[PathBuf], typed: Option<&Path>) -> Error {
    let mut what = visible(&error.to_string());
    if what.ends_with("found 'edition'") {
        what = String::from("`edition` is not read here, `syntax` is");
    }
    // Its long form is `FILE:LINE:COLUMN: what`, where it knows the place.
    let long = visible(&format!("{error:?}"));
    let place = long.split_once(": ").map(|(place, _)| place).filter(|place| {
        place
            .rsplit(':')
            .take(2)
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    });
    let mut found = Error::failure(match place {
        Some(place) => format!("{what}, in {place}"),
        None => match error.file() {
            Some(file) if !what.contains(file) => format!("{what}, in {}", visible(file)),
            _ => what,
        },
    });
    if error.is_file_not_found() {
        found = found.hint(format!("looked in {}", directories(roots)));
        return found.hint("`-I DIR` names the directory that imports start from");
    }
    if error.is_parse() {
        let typed = typed.map(|path| shell_word(&path.to_string_lossy()));
        let file = typed.or(error.file().map(visible)).unwrap_or_else(|| String::from("FILE"));
        found = found
            .hint("if `protoc` reads the file, it can make a descriptor set of it:")
            .hint(format!("`protoc --include_imports --include_source_info -o x.binpb {file}`, then `--descriptor-set x.binpb`"));
    }
    found
}
