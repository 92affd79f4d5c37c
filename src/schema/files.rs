//! How the files of a schema hang together.

use std::collections::{BTreeMap, BTreeSet};

use super::descriptor::FileDescriptor;
use crate::error::{Error, Result};
use crate::escape::quote;

/// The files of `well_known` and those of `given` that they don't replace,
/// each once: files that two sets share are the same file.
pub fn merge(well_known: Vec<FileDescriptor>, given: Vec<FileDescriptor>) -> Vec<FileDescriptor> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut files = Vec::with_capacity(well_known.len() + given.len());
    for file in well_known.into_iter().chain(given) {
        if names.insert(file.name.clone()) {
            files.push(file);
        }
    }
    files
}

/// The indexes of the files with these names.
pub fn named(files: &[FileDescriptor], names: &[String]) -> Vec<usize> {
    let wanted = |(_, file): &(usize, &FileDescriptor)| names.contains(&file.name);
    files.iter().enumerate().filter(wanted).map(|(index, _)| index).collect()
}

/// The indexes of the files that no other file imports: in a set that was
/// made with imports those that it was made for. The well-known types count
/// only when there is nothing else.
pub fn not_imported(files: &[FileDescriptor]) -> Vec<usize> {
    let imported: BTreeSet<&str> =
        files.iter().flat_map(|file| &file.dependencies).map(String::as_str).collect();
    let of_google = |file: &FileDescriptor| is_well_known(&file.package);
    let all_google = files.iter().all(of_google);
    let wanted = |(_, file): &(usize, &FileDescriptor)| {
        !imported.contains(file.name.as_str()) && (all_google || !of_google(file))
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
pub fn check(files: &[FileDescriptor]) -> Result<()> {
    let mut by_name: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, file) in files.iter().enumerate() {
        by_name.insert(&file.name, index);
        for &public in &file.public_dependencies {
            if usize::try_from(public).is_ok_and(|public| public < file.dependencies.len()) {
                continue;
            }
            return Err(Error::failure(format!(
                "the file {} passes on import number {public}, and has {}",
                quote(&file.name),
                file.dependencies.len()
            )));
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
        Some(index) if gone < files.len() => Err(Error::failure(format!(
            "the file {} imports itself, by way of others",
            quote(&files[index].name)
        ))),
        _ => Ok(()),
    }
}
