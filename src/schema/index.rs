//! Descriptors by the names in them, for whoever asks a server what it offers.
//!
//! The files are handed out as they came, byte for byte: what this program
//! doesn't know of them (options, features of an edition) is not lost.

use std::collections::{BTreeMap, BTreeSet};

use super::builtin;
use super::descriptor::read::{Part, each_field, whole};
use crate::error::Result;

/// The files of a schema, and what each declares.
#[derive(Default)]
pub struct Index {
    files: Vec<RawFile>,
    by_name: BTreeMap<String, usize>,
    /// Messages, enums, fields, values, services, methods and extensions by
    /// their full names.
    symbols: BTreeMap<String, usize>,
    /// The files of extensions, by the message that each extends and its number.
    extensions: BTreeMap<String, BTreeMap<i32, usize>>,
}

/// A serialized `FileDescriptorProto`.
struct RawFile {
    bytes: Vec<u8>,
    imports: Vec<String>,
}

impl Index {
    /// The well-known types and the files of `sets`. Of files of one name the
    /// first is taken.
    ///
    /// # Errors
    ///
    /// Bytes that are not sets.
    pub fn new<'s>(sets: impl IntoIterator<Item = &'s [u8]>) -> Result<Self> {
        let mut index = Index::default();
        for set in [builtin::WELL_KNOWN].into_iter().chain(sets) {
            each_field(whole(set), |number, value| match number {
                1 => index.add_file(value.part()?, value.bytes()),
                _ => Ok(()),
            })?;
        }
        Ok(index)
    }

    /// The file of this name.
    pub fn file(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The file that declares this name.
    pub fn file_of_symbol(&self, name: &str) -> Option<usize> {
        self.symbols.get(name.strip_prefix('.').unwrap_or(name)).copied()
    }

    /// The file that declares the extension of this message with this number.
    pub fn file_of_extension(&self, message: &str, number: i32) -> Option<usize> {
        self.extensions.get(message)?.get(&number).copied()
    }

    /// The numbers of the extensions of a message, if there is such a message.
    pub fn extension_numbers(&self, message: &str) -> Option<Vec<i32>> {
        match self.extensions.get(message) {
            Some(numbers) => Some(numbers.keys().copied().collect()),
            None => self.symbols.get(message).map(|_| Vec::new()),
        }
    }

    /// The bytes of a file and of all that it imports, but for the imports that
    /// are among those `sent`, to which these are added.
    pub fn with_imports(&self, file: usize, sent: &mut BTreeSet<usize>) -> Vec<Vec<u8>> {
        let mut found = vec![self.files[file].bytes.clone()];
        sent.insert(file);
        let mut waiting = vec![file];
        while let Some(file) = waiting.pop() {
            for import in &self.files[file].imports {
                if let Some(&import) = self.by_name.get(import)
                    && sent.insert(import)
                {
                    found.push(self.files[import].bytes.clone());
                    waiting.push(import);
                }
            }
        }
        found
    }

    fn add_file(&mut self, part: Part<'_>, bytes: &[u8]) -> Result<()> {
        let (mut name, mut package, mut imports) = (String::new(), String::new(), Vec::new());
        each_field(part, |number, value| {
            match number {
                1 => name = value.string()?,
                2 => package = value.string()?,
                3 => imports.push(value.string()?),
                _ => {}
            }
            Ok(())
        })?;
        if self.by_name.contains_key(&name) {
            return Ok(());
        }
        let file = self.files.len();
        self.by_name.insert(name, file);
        self.files.push(RawFile { bytes: bytes.to_vec(), imports });
        each_field(part, |number, value| match number {
            4 => self.add_message(value.part()?, &package, file),
            5 => self.add_named(value.part()?, &package, Some(2), true, file),
            6 => self.add_named(value.part()?, &package, Some(2), false, file),
            7 => self.add_extension(value.part()?, &package, file),
            _ => Ok(()),
        })
    }

    fn add_message(&mut self, part: Part<'_>, outer: &str, file: usize) -> Result<()> {
        let name = join(outer, &name(part)?);
        each_field(part, |number, value| match number {
            // Fields and oneofs.
            2 | 8 => self.add_named(value.part()?, &name, None, false, file),
            3 => self.add_message(value.part()?, &name, file),
            4 => self.add_named(value.part()?, &name, Some(2), true, file),
            6 => self.add_extension(value.part()?, &name, file),
            _ => Ok(()),
        })?;
        self.symbols.entry(name).or_insert(file);
        Ok(())
    }

    /// Adds what has a name, and the names of the parts in its field `parts`.
    /// The values of an enum stand `beside` it.
    fn add_named(
        &mut self,
        part: Part<'_>,
        outer: &str,
        parts: Option<u32>,
        beside: bool,
        file: usize,
    ) -> Result<()> {
        let full = join(outer, &name(part)?);
        each_field(part, |number, value| {
            if Some(number) == parts {
                let scope = if beside { outer } else { &full };
                let inner = join(scope, &name(value.part()?)?);
                self.symbols.entry(inner).or_insert(file);
            }
            Ok(())
        })?;
        self.symbols.entry(full).or_insert(file);
        Ok(())
    }

    fn add_extension(&mut self, part: Part<'_>, outer: &str, file: usize) -> Result<()> {
        let (mut extendee, mut number) = (String::new(), 0);
        each_field(part, |field, value| {
            match field {
                2 => extendee = value.string()?,
                3 => number = value.int32()?,
                _ => {}
            }
            Ok(())
        })?;
        let extendee = extendee.strip_prefix('.').unwrap_or(&extendee).to_owned();
        self.extensions.entry(extendee).or_default().entry(number).or_insert(file);
        self.add_named(part, outer, None, false, file)
    }
}

/// The field 1 of whatever has a name.
fn name(part: Part<'_>) -> Result<String> {
    let mut name = String::new();
    each_field(part, |number, value| {
        if number == 1 {
            name = value.string()?;
        }
        Ok(())
    })?;
    Ok(name)
}

fn join(outer: &str, name: &str) -> String {
    if outer.is_empty() { name.to_owned() } else { format!("{outer}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_lead_to_their_files() {
        let index = Index::new([builtin::DESCRIPTOR_SET]).expect("they are sets");
        let hello = index.file("hello.proto");
        assert!(hello.is_some());
        for symbol in ["Greeter", "Greeter.SayHello", "HelloRequest", ".HelloRequest.name"] {
            assert_eq!(index.file_of_symbol(symbol), hello, "{symbol}");
        }
        let timestamp = index.file("google/protobuf/timestamp.proto");
        assert_eq!(index.file_of_symbol("google.protobuf.Timestamp"), timestamp);
        assert_eq!(
            index.file_of_symbol("google.protobuf.NullValue"),
            index.file_of_symbol("google.protobuf.NULL_VALUE")
        );
        assert_eq!(index.file_of_symbol("Nobody"), None);
        assert_eq!(index.extension_numbers("HelloRequest"), Some(Vec::new()));
        assert_eq!(index.extension_numbers("Nobody"), None);
    }

    #[test]
    fn imports_come_once() {
        let index = Index::new([]).expect("they are sets");
        let mut sent = BTreeSet::new();
        let api = index.file("google/protobuf/api.proto").expect("it is built in");
        let count = index.with_imports(api, &mut sent).len();
        assert!(count > 1);
        // The file itself is sent whenever it is asked for.
        assert_eq!(index.with_imports(api, &mut sent).len(), 1);
    }
}
