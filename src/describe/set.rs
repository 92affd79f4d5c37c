//! The compiled schema as a `FileDescriptorSet`, for other tools.

use std::collections::BTreeSet;

use super::raw::File;
use super::unit::{Described, by_name};
use crate::error::Result;
use crate::wire::{WireType, writer};

/// Appends the set of the files `wanted` and of all that they import, each
/// after those that it imports, as protoc wants it. The bytes of a file are
/// those that it came as. Gives the names that are imported and not there.
///
/// # Errors
///
/// Descriptors that are broken.
pub fn write<'d>(
    described: &Described<'d>,
    wanted: impl IntoIterator<Item = usize>,
    out: &mut Vec<u8>,
) -> Result<BTreeSet<&'d str>> {
    let by_name = by_name(&described.files)?;
    let (mut done, mut missing) = (BTreeSet::new(), BTreeSet::new());
    // A file is met twice: to have its imports written, and to be written. That
    // none imports itself was seen when the schema was read.
    let mut waiting: Vec<(usize, bool)> = wanted.into_iter().map(|file| (file, false)).collect();
    waiting.reverse();
    while let Some((file, imported)) = waiting.pop() {
        if done.contains(&file) {
            continue;
        }
        let bytes = described.files[file];
        if imported {
            done.insert(file);
            writer::tag(1, WireType::Len, out);
            let start = out.len();
            out.extend_from_slice(bytes);
            writer::insert_length(out, start);
            continue;
        }
        waiting.push((file, true));
        let read = File::read(bytes)?;
        let imports = read.dependencies.iter().chain(&read.option_dependencies).rev();
        for name in imports {
            match by_name.get(name) {
                Some(file) => waiting.push((*file, false)),
                None => drop(missing.insert(*name)),
            }
        }
    }
    Ok(missing)
}
