//! The schema options, and the tables they lead to.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::io::Input;
use crate::error::{Error, Result};
use crate::escape::quote;
use crate::schema::{Compiled, Schema, builtin, files, proto};
use crate::table::Root;
use crate::wire::limits::MESSAGE_LEN_MAX;

/// Where the message type comes from.
#[derive(clap::Args)]
#[command(next_help_heading = "Schema")]
pub struct SchemaOptions {
    /// A .proto file, as a path or a name under -I; may be repeated [environment: HELLO_PROTO]
    #[arg(long, value_name = "FILE", action = clap::ArgAction::Append)]
    proto: Vec<OsString>,
    /// A directory that imports start from; may be repeated [environment: HELLO_INCLUDE]
    #[arg(short = 'I', long = "include", value_name = "DIR", action = clap::ArgAction::Append)]
    include: Vec<OsString>,
    /// A FileDescriptorSet or a buf image, plain or gzipped; may be repeated [environment: HELLO_DESCRIPTOR_SET]
    #[arg(long, value_name = "FILE", action = clap::ArgAction::Append)]
    descriptor_set: Vec<OsString>,
    /// The message type, short where that is unique [environment: HELLO_TYPE]
    #[arg(long = "type", value_name = "NAME")]
    type_name: Option<OsString>,
}

/// The schema and the type that a command line asks for.
pub struct Chosen {
    schema: Schema,
    compiled: Compiled,
}

/// The schema options as they were typed, or as the environment has them.
#[derive(Default)]
struct Asked {
    proto: Vec<PathBuf>,
    include: Vec<PathBuf>,
    descriptor_set: Vec<PathBuf>,
    type_name: Option<OsString>,
    /// Whether the type is the environment's.
    type_of_environment: bool,
}

impl Asked {
    fn from_words(words: &[OsString]) -> Self {
        let paths = |long, short| -> Vec<PathBuf> {
            option_values(words, long, short).into_iter().map(PathBuf::from).collect()
        };
        let mut asked = Asked {
            proto: paths("--proto", None),
            include: paths("--include", Some("-I")),
            descriptor_set: paths("--descriptor-set", None),
            type_name: option_values(words, "--type", None).pop(),
            type_of_environment: false,
        };
        if let Some(include) = variable("HELLO_INCLUDE") {
            asked.include.extend(std::env::split_paths(&include));
        }
        // A schema on the line is the whole schema.
        if asked.proto.is_empty() && asked.descriptor_set.is_empty() {
            asked.proto.extend(variable("HELLO_PROTO").map(PathBuf::from));
            asked.descriptor_set.extend(variable("HELLO_DESCRIPTOR_SET").map(PathBuf::from));
            if asked.type_name.is_none() {
                asked.type_name = variable("HELLO_TYPE");
                asked.type_of_environment = asked.type_name.is_some();
            }
        }
        asked
    }

    /// Whether a schema is named; else it is the built-in one.
    fn schema_given(&self) -> bool {
        !self.proto.is_empty() || !self.descriptor_set.is_empty()
    }
}

/// The full names of the types that `--type` can name after `words`.
///
/// # Errors
///
/// A schema that cannot be read.
pub fn type_names(words: &[OsString]) -> Result<Vec<String>> {
    let asked = Asked::from_words(words);
    let names = |schema: Schema| schema.message_names().map(str::to_owned).collect::<Vec<_>>();
    if asked.schema_given() {
        return Ok(names(read(&asked, false)?));
    }
    let mut all = names(builtin::schema(false)?);
    all.extend(names(Schema::from_sets(&[], &[], false)?));
    Ok(all)
}

/// Whether the schema that `words` ask for can be read without waiting: from
/// files, and not from what somebody has yet to write to.
pub fn is_at_hand(words: &[OsString]) -> bool {
    // What is no regular file is never taken for a `.proto` file.
    let sets = Asked::from_words(words).descriptor_set;
    sets.iter().all(|path| path != Path::new("-") && path.is_file())
}

fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

impl Chosen {
    /// Reads the schema options among `words`, before clap does: the flags
    /// that clap is to know are made from the type. Comments are read if they
    /// are wanted.
    ///
    /// # Errors
    ///
    /// A schema that cannot be read; a type that it doesn't have, or none
    /// named where it has several.
    pub fn from_words(words: &[OsString], comments: bool) -> Result<Self> {
        let asked = Asked::from_words(words);
        let type_name = match &asked.type_name {
            Some(name) => Some(name.to_str().ok_or_else(|| {
                Error::usage(format!("no type is named {}", quote(&name.to_string_lossy())))
            })?),
            None => None,
        };
        let given = asked.schema_given();
        let schema = match given {
            true => read(&asked, comments)?,
            false if is_well_known(type_name) => Schema::from_sets(&[], &[], comments)?,
            false => builtin::schema(comments)?,
        };
        let index = match type_name {
            Some(name) => schema.message(name),
            None if given => schema.only_message(),
            None => schema.message(builtin::DEFAULT_TYPE),
        };
        let index = index.map_err(|error| match asked.type_of_environment {
            true => error.hint("the name comes from HELLO_TYPE in the environment"),
            false => error,
        })?;
        let compiled = schema.compile(index)?;
        Ok(Chosen { schema, compiled })
    }

    /// The built-in schema and its first type.
    ///
    /// # Errors
    ///
    /// None in a program that was built from this tree.
    pub fn builtin() -> Result<Self> {
        let schema = builtin::schema(true)?;
        let index = schema.message(builtin::DEFAULT_TYPE)?;
        let compiled = schema.compile(index)?;
        Ok(Chosen { schema, compiled })
    }

    /// The schema that the type is of.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The tables of the type.
    pub fn root(&self) -> Root<'_> {
        self.compiled.root()
    }
}

fn is_well_known(type_name: Option<&str>) -> bool {
    type_name.is_some_and(|name| files::is_well_known(name.trim_start_matches('.')))
}

fn read(asked: &Asked, comments: bool) -> Result<Schema> {
    let mut sets = Vec::new();
    let mut names = Vec::new();
    if !asked.proto.is_empty() {
        let compiled = proto::compile(&asked.proto, &asked.include)?;
        sets.push(compiled.set);
        names = compiled.names;
    }
    for path in &asked.descriptor_set {
        sets.push(read_set(path)?);
    }
    Schema::from_sets(&sets, &names, comments).map_err(|error| match &asked.descriptor_set[..] {
        [path, ..] => explain_set(path, &sets, error),
        [] => error,
    })
}

/// Reads a descriptor set, unpacking it if it is gzipped.
fn read_set(path: &Path) -> Result<Vec<u8>> {
    let bytes = Input::named(path.as_os_str()).read()?;
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut unpacked = Vec::new();
    let mut reader = flate2::read::MultiGzDecoder::new(&*bytes).take(MESSAGE_LEN_MAX + 1);
    let name = quote(&path.to_string_lossy());
    reader.read_to_end(&mut unpacked).map_err(|error| {
        Error::failure(format!("the gzip of {name} cannot be unpacked: {error}"))
    })?;
    if unpacked.len() as u64 > MESSAGE_LEN_MAX {
        return Err(Error::failure(format!("{name} unpacks to more than {MESSAGE_LEN_MAX} bytes")));
    }
    Ok(unpacked)
}

/// What to say of a file that is no descriptor set.
fn explain_set(path: &Path, sets: &[Vec<u8>], error: Error) -> Error {
    let name = quote(&path.to_string_lossy());
    let text = sets.last().and_then(|set| std::str::from_utf8(set).ok()).unwrap_or_default();
    let is_source = path.extension().is_some_and(|extension| extension == "proto")
        || text.contains("syntax =")
        || text.contains("message ");
    if is_source {
        return Error::failure(format!("{name} is a `.proto` file, not a descriptor set"))
            .hint(format!("say `--proto {}`", crate::escape::shell_word(&path.to_string_lossy())));
    }
    error.hint(format!("it is the descriptor set {name} that is wrong"))
}

/// The values of an option among `words`, up to `--`.
fn option_values(words: &[OsString], long: &str, short: Option<&str>) -> Vec<OsString> {
    let mut values = Vec::new();
    let mut words = words.iter().skip(1).take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        if word == long || short.is_some_and(|short| word == short) {
            values.extend(words.next().cloned());
        } else if let Some(value) = after_prefix(word, &format!("{long}=")) {
            values.push(value);
        } else if let Some(value) = short.and_then(|short| after_prefix(word, short)) {
            let value = value
                .to_str()
                .and_then(|value| value.strip_prefix('='))
                .map(OsString::from)
                .unwrap_or(value);
            values.push(value);
        }
    }
    values
}

#[cfg(unix)]
fn after_prefix(word: &OsStr, prefix: &str) -> Option<OsString> {
    use std::os::unix::ffi::OsStrExt;
    let rest = word.as_bytes().strip_prefix(prefix.as_bytes())?;
    Some(OsStr::from_bytes(rest).to_owned())
}
