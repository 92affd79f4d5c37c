//! How the files of a schema hang together.

use std::collections::{BTreeMap, BTreeSet};

use super::descriptor::FileDescriptor;
use crate::error::{Error, Result};
use crate::escape::quote;

/// The files of `well_known` and those of `given` that they don't replace,
/// each once: files that two sets share are the same file. `labels` are what
/// the sets are called.
///
/// # Errors
///
/// A file without a name, and two files of one name that declare different
/// things: one of them would be left out without a word.
pub fn merge(
    well_known: Vec<FileDescriptor>,
    given: Vec<FileDescriptor>,
    labels: &[String],
) -> Result<Vec<FileDescriptor>> {
    let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
    let mut files: Vec<FileDescriptor> = Vec::with_capacity(well_known.len() + given.len());
    for file in well_known.into_iter().chain(given) {
        if file.name.is_empty() {
            return Err(in_set(Error::failure("a file of the schema has no name"), &file, labels));
        }
        let Some(&same) = by_name.get(&file.name) else {
            by_name.insert(file.name.clone(), files.len());
            files.push(file);
            continue;
        };
        let first = &files[same];
        if first.origin.is_some() && !first.declares_the_same(&file) {
            return Err(differ(first, &file, labels));
        }
    }
    Ok(files)
}

#[cold]
fn differ(first: &FileDescriptor, second: &FileDescriptor, labels: &[String]) -> Error {
    let what = format!("there are two files {}, and they differ", quote(&first.name));
    let label = |file: &FileDescriptor| labels.get(file.origin?).map(String::as_str);
    let error = Error::failure(what);
    let error = match (label(first), label(second)) {
        (Some(one), Some(other)) if one != other => {
            error.hint(format!("one is of {one}, the other of {other}"))
        }
        (Some(one), _) => error.hint(format!("both are of {one}")),
        (None, _) => error,
    };
    error
        .hint("a schema has each file once: make the sets from the same files, or give one of them")
}

/// Names the set that a file with an error is of.
fn in_set(error: Error, file: &FileDescriptor, labels: &[String]) -> Error {
    match file.origin.and_then(|origin| labels.get(origin)) {
        Some(label) => error.hint(format!("it is in {label}")),
        None => error,
    }
}

/// The indexes of the files with these names.
pub fn named(files: &[FileDescriptor], names: &[String]) -> Vec<usize> {
    let wanted = |(_, file): &(usize, &FileDescriptor)| names.contains(&file.name);
    files.iter().enumerate().filter(wanted).map(|(index, _)| index).collect()
}

/// The indexes of those of the files `of` that no other file imports: in a set
/// that was made with imports those that it was made for. The well-known types
/// count only when there is nothing else.
pub fn not_imported(
    files: &[FileDescriptor],
    of: impl Fn(&FileDescriptor) -> bool + Copy,
) -> Vec<usize> {
    let imported: BTreeSet<&str> =
        files.iter().flat_map(|file| &file.dependencies).map(String::as_str).collect();
    let of_google = |file: &FileDescriptor| is_well_known(&file.package);
    let all_google = files.iter().filter(|file| of(file)).all(of_google);
    let wanted = |(_, file): &(usize, &FileDescriptor)| {
        of(file) && !imported.contains(file.name.as_str()) && (all_google || !of_google(file))
    };
    files.iter().enumerate().filter(wanted).map(|(index, _)| index).collect()
}

/// Whether a name is of the package of the well-known types, or inside it.
pub fn is_well_known(name: &str) -> bool {
    let rest = name.strip_prefix(super::builtin::WELL_KNOWN_PACKAGE);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Checks what files say of each other. That an imported file is missing is no
/// mistake yet: a set may be without it as long as no type of it is used.
///
/// # Errors
///
/// An index of a public import that leads nowhere; files that import each other.
pub fn check(files: &[FileDescriptor], labels: &[String]) -> Result<()> {
    let mut by_name: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, file) in files.iter().enumerate() {
        by_name.insert(&file.name, index);
        for &public in &file.public_dependencies {
            if usize::try_from(public).is_ok_and(|public| public < file.dependencies.len()) {
                continue;
            }
            let what = format!(
                "the file {} passes on import number {public}, and has {}",
                quote(&file.name),
                file.dependencies.len()
            );
            return Err(in_set(Error::failure(what), file, labels));
        }
    }
    // Files are taken away as long as all that they import is gone; what
    // can't be taken away imports itself in the end.
    let imports = |file: &FileDescriptor| -> Vec<usize> {
        file.dependencies.iter().filter_map(|name| by_name.get(name.as_str()).copied()).collect()
    };
    let mut importers: Vec<Vec<usize>> = vec![Vec::new(); files.len()];
    let mut waiting: Vec<usize> = vec![0; files.len()];
    for (index, file) in files.iter().enumerate() {
        for import in imports(file) {
            importers[import].push(index);
            waiting[index] += 1;
        }
    }
    let mut free: Vec<usize> = (0..files.len()).filter(|&index| waiting[index] == 0).collect();
    let mut gone = 0;
    while let Some(index) = free.pop() {
        gone += 1;
        for &importer in &importers[index] {
            waiting[importer] -= 1;
            if waiting[importer] == 0 {
                free.push(importer);
            }
        }
    }
    match waiting.iter().position(|&count| count > 0) {
        Some(index) if gone < files.len() => {
            let what =
                format!("the file {} imports itself, by way of others", quote(&files[index].name));
            Err(in_set(Error::failure(what), &files[index], labels))
        }
        _ => Ok(()),
    }
}
