//! What is wrong with a `.proto` file, as we say it: with the path that was
//! typed, the line, and what to do.

use std::path::Path;

use super::directories;
use super::load::{self, Roots, Trouble};
use crate::error::{Error, Excerpt, names};
use crate::escape::{shell_word, visible};
use crate::table::Kind;

/// Says what is wrong.
#[cold]
pub fn explain(trouble: Trouble, roots: &Roots) -> Error {
    match trouble {
        Trouble::Ours(error) => error,
        Trouble::NotFound { name, importer, import } => {
            let what = format!("import '{}' not found", names::shown(&name));
            // The numbers of `FileDescriptorProto.dependency`, and its index.
            let path = [3, import as i32];
            let locations = importer.source_code_info.iter().flat_map(|info| &info.location);
            let span = locations.filter(|it| it.path == path).map(|it| &it.span[..]).next();
            let place = match span {
                Some(&[line, column, ..]) => Some((line as usize + 1, column as usize + 1)),
                _ => None,
            };
            placed(what, importer.name(), place, roots)
                .hint(format!("looked in {}", directories(&roots.directories)))
                .hint("`-I DIR` names the directory that imports start from")
        }
        Trouble::Protox(error) => of_protox(&error, roots),
    }
}

fn of_protox(error: &protox::Error, roots: &Roots) -> Error {
    let mut what = visible(&error.to_string());
    if what.ends_with("found 'edition'") {
        what = String::from("`edition` is not read here, `syntax` is");
    } else if let Some(name) = same_name(&what) {
        what = format!("name '{name}' is defined twice");
    }
    let file = error.file().unwrap_or_default();
    // Its long form is `FILE:LINE:COLUMN: what`, where it knows the place.
    let long = format!("{error:?}");
    let place = long.strip_prefix(file).and_then(|rest| rest.strip_prefix(':')).and_then(|rest| {
        let mut parts = rest.splitn(3, ':');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    });
    let sure = SURE.iter().any(|part| what.contains(part)) && !what.contains("option");
    let meant = what.strip_prefix("name '").and_then(|rest| rest.strip_suffix("' is not defined"));
    let kinds = Kind::ALL.iter().map(|kind| kind.name());
    let meant = meant.and_then(|name| names::nearest(name, kinds));
    let found = placed(what, file, place, roots);
    match meant {
        Some(kind) => found.hint(format!("did you mean `{kind}`?")),
        None if sure => found,
        None => say_protoc(found, &roots.typed(file)),
    }
}

/// The name that two fields share, where protox speaks of their camel case.
fn same_name(what: &str) -> Option<String> {
    let names = what.strip_prefix("camel-case name of field '")?.strip_suffix('\'')?;
    let (one, other) = names.split_once("' conflicts with field '")?;
    (one == other).then(|| one.to_owned())
}

/// Parts of what protox says where protoc would not accept the file either. It
/// accepts options and names that protox does not.
const SURE: [&str; 5] = [
    "is not defined",
    "is defined twice",
    "is already defined in file",
    "is already used",
    "numbers must be between",
];

/// An error in the file of this name, at a line and a column that count from
/// 1, the column in bytes.
fn placed(what: String, name: &str, place: Option<(usize, usize)>, roots: &Roots) -> Error {
    let typed = roots.typed(name);
    let text = roots.path(name).and_then(|path| load::text(&path, &typed).ok());
    match (place, text) {
        (Some((line, column)), Some(text)) if line > 0 && column > 0 => {
            let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
            let mut byte = (start + column - 1).min(text.len());
            while !text.is_char_boundary(byte) {
                byte -= 1;
            }
            at(what, &text, byte, &typed)
        }
        _ if name.is_empty() => Error::failure(what),
        _ => Error::failure(format!("{what}, in {}", names::shown(&typed.to_string_lossy()))),
    }
}

/// An error at a byte of the text of the file `typed`.
#[cold]
pub fn at(what: String, text: &str, byte: usize, typed: &Path) -> Error {
    let before = &text[..byte];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before[start..].chars().count() + 1;
    let file = names::shown(&typed.to_string_lossy());
    Error::failure(format!("{what}, in {file}:{line}:{column}"))
        .showing(Excerpt::of_text(text.as_bytes(), byte..byte))
}

/// Adds the way around what only protoc can read.
#[cold]
pub fn say_protoc(error: Error, typed: &Path) -> Error {
    let file = names::shown(&shell_word(typed));
    error
        .hint("if `protoc` reads the file, it can make a descriptor set of it:")
        .hint(format!("`protoc --include_imports --include_source_info -o x.binpb {file}`, then `--descriptor-set x.binpb`"))
}

/// Adds the option that was meant for a file of bytes.
#[cold]
pub fn say_descriptor_set(error: Error, typed: &Path) -> Error {
    let file = names::shown(&shell_word(typed));
    error.hint(format!("if it is a descriptor set, say `--descriptor-set {file}`"))
}
