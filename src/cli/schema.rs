//! The schema options, and the tables they lead to.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::io::Input;
use crate::error::{Error, Result};
use crate::escape::{quote, shell_word};
use crate::schema::{Compiled, Schema, Set, builtin, files, proto};
use crate::table::Root;
use crate::wire::limits::{GZIP_FREE, GZIP_RATIO_MAX, MESSAGE_LEN_MAX, READ_LEN};

/// The files that a schema comes from.
#[derive(clap::Args)]
#[command(next_help_heading = "Schema")]
pub struct SchemaFiles {
    /// A .proto file, as a path or a name under -I; may be repeated [environment: HELLO_PROTO]
    #[arg(long, value_name = "FILE", action = clap::ArgAction::Append)]
    proto: Vec<OsString>,
    /// A directory that imports start from; may be repeated [environment: HELLO_INCLUDE]
    #[arg(short = 'I', long = "include", value_name = "DIR", action = clap::ArgAction::Append)]
    include: Vec<OsString>,
    /// A FileDescriptorSet or a buf image, plain or gzipped; may be repeated [environment: HELLO_DESCRIPTOR_SET]
    #[arg(long, value_name = "FILE", action = clap::ArgAction::Append)]
    descriptor_set: Vec<OsString>,
}

/// Where the message type comes from.
#[derive(clap::Args)]
#[command(next_help_heading = "Schema")]
pub struct SchemaOptions {
    #[command(flatten)]
    files: SchemaFiles,
    /// A server whose reflection tells the schema: HOST:PORT, a URL or unix:PATH [environment: HELLO_SERVER]
    #[cfg(feature = "grpc")]
    #[arg(long, value_name = "ADDRESS")]
    server: Option<OsString>,
    /// The message type, short where that is unique [environment: HELLO_TYPE]
    #[arg(long = "type", value_name = "NAME")]
    type_name: Option<OsString>,
}

/// The schema and the type that a command line asks for.
pub struct Chosen {
    schema: Schema,
    compiled: Compiled,
    /// The method whose requests are of the type, for `hello call`.
    #[cfg(feature = "grpc")]
    target: Option<Box<super::call::Target>>,
}

/// A schema with all its types and services, and the sets that it was made
/// from: a server hands these out.
#[cfg(feature = "grpc")]
pub struct Whole {
    /// The schema.
    pub schema: Schema,
    /// The bytes of the sets.
    pub sets: Vec<Vec<u8>>,
}

#[cfg(feature = "grpc")]
impl Whole {
    /// Reads the schema that `words` or the environment ask for, if they do.
    ///
    /// # Errors
    ///
    /// A schema that cannot be read.
    pub fn from_words(words: &[OsString]) -> Result<Option<Self>> {
        let asked = Asked::from_words(words);
        if !asked.schema_given() {
            return Ok(None);
        }
        let (schema, sets) = match &asked.server {
            Some(server) => {
                asked.check()?;
                super::server::services_of(server)
                    .and_then(|set| from_server(set, false))
                    .map_err(|error| asked.say_environment(error, false))?
            }
            None => load(&asked, false)?,
        };
        let sets = sets.into_iter().map(|set| set.bytes).collect();
        Ok(Some(Whole { schema, sets }))
    }

    /// The built-in schema.
    ///
    /// # Errors
    ///
    /// None in a program that was built from this tree.
    pub fn builtin() -> Result<Self> {
        let sets = vec![builtin::DESCRIPTOR_SET.to_vec()];
        Ok(Whole { schema: builtin::schema(false)?, sets })
    }
}

/// The schema options as they were typed, or as the environment has them.
#[derive(Default)]
pub struct Asked {
    proto: Vec<PathBuf>,
    include: Vec<PathBuf>,
    descriptor_set: Vec<PathBuf>,
    /// The server whose reflection is asked.
    server: Option<OsString>,
    type_name: Option<OsString>,
    /// Whether the type is the environment's, or the schema.
    type_of_environment: bool,
    schema_of_environment: bool,
}

impl Asked {
    /// Those among `words`.
    pub fn from_words(words: &[OsString]) -> Self {
        let paths = |long, short| -> Vec<PathBuf> {
            option_values(words, long, short).into_iter().map(PathBuf::from).collect()
        };
        let mut asked = Asked {
            proto: paths("--proto", None),
            include: paths("--include", Some("-I")),
            descriptor_set: paths("--descriptor-set", None),
            type_name: option_values(words, "--type", None).pop(),
            server: match cfg!(feature = "grpc") {
                true => option_values(words, "--server", None).pop(),
                false => None,
            },
            ..Asked::default()
        };
        if let Some(include) = variable("HELLO_INCLUDE") {
            asked.include.extend(std::env::split_paths(&include));
        }
        // As in a PATH written with one `:` too many; it names no directory.
        asked.include.retain(|path| !path.as_os_str().is_empty());
        // A schema on the line is the whole schema.
        if !asked.schema_given() {
            asked.proto.extend(variable("HELLO_PROTO").map(PathBuf::from));
            asked.descriptor_set.extend(variable("HELLO_DESCRIPTOR_SET").map(PathBuf::from));
            // A file is at hand; a server may not be.
            if cfg!(feature = "grpc") && !asked.schema_given() {
                asked.server = variable("HELLO_SERVER");
            }
            asked.schema_of_environment = asked.schema_given();
            if asked.type_name.is_none() {
                asked.type_name = variable("HELLO_TYPE");
                asked.type_of_environment = asked.type_name.is_some();
            }
        }
        asked
    }

    /// Adds to an error where the schema comes from, if it was not typed.
    #[cold]
    fn say_environment(&self, error: Error, of_set: bool) -> Error {
        let name = match (&self.server, of_set) {
            (Some(_), _) => "HELLO_SERVER",
            (None, true) => "HELLO_DESCRIPTOR_SET",
            (None, false) => "HELLO_PROTO",
        };
        match self.schema_of_environment {
            true => error.hint(format!("the schema comes from {name} in the environment")),
            false => error,
        }
    }

    /// The same for what is missing in files.
    #[cold]
    #[cfg(feature = "grpc")]
    pub fn say_files(&self, error: Error) -> Error {
        self.say_environment(error, self.proto.is_empty())
    }

    #[cold]
    fn say_type(&self, error: Error) -> Error {
        match self.type_of_environment {
            true => error.hint("the name comes from HELLO_TYPE in the environment"),
            false => error,
        }
    }

    /// The type that is asked for.
    ///
    /// # Errors
    ///
    /// A name that is not UTF-8.
    pub fn type_name(&self) -> Result<Option<&str>> {
        let Some(name) = &self.type_name else { return Ok(None) };
        let no_type =
            || Error::usage(format!("no type is named {}", quote(&name.to_string_lossy())));
        name.to_str().ok_or_else(no_type).map(Some)
    }

    /// Whether a schema is named; else it is the built-in one.
    pub fn schema_given(&self) -> bool {
        !self.proto.is_empty() || !self.descriptor_set.is_empty() || self.server.is_some()
    }

    /// Whether a schema or a type is named.
    pub fn anything_given(&self) -> bool {
        self.schema_given() || self.type_name.is_some()
    }

    /// The same without what names a type or a server, for a command that has
    /// neither option.
    #[cfg(feature = "grpc")]
    pub fn files_only(mut self) -> Self {
        self.schema_of_environment &= self.server.is_none();
        Asked { server: None, type_name: None, type_of_environment: false, ..self }
    }

    /// Refuses a schema that is given twice.
    ///
    /// # Errors
    ///
    /// It comes from files and from a server.
    #[cfg(feature = "grpc")]
    pub fn check(&self) -> Result<()> {
        match self.server.is_some() && !(self.proto.is_empty() && self.descriptor_set.is_empty()) {
            true => Err(Error::usage("the schema comes from files and from `--server`")
                .hint("give it one way only")),
            false => Ok(()),
        }
    }

    /// The server whose reflection is asked.
    #[cfg(feature = "grpc")]
    pub fn server(&self) -> Option<&OsStr> {
        self.server.as_deref()
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
    all.extend(names(Schema::well_known()?));
    Ok(all)
}

/// Whether the schema that `words` ask for can be read without waiting: from
/// files, and not from what somebody has yet to write to.
pub fn is_at_hand(words: &[OsString]) -> bool {
    // What is no regular file is never taken for a `.proto` file.
    let asked = Asked::from_words(words);
    let is_file = |path: &PathBuf| path != Path::new("-") && path.is_file();
    asked.server.is_none() && asked.descriptor_set.iter().all(is_file)
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
        let type_name = asked.type_name().map_err(|error| asked.say_type(error))?;
        let given = asked.schema_given();
        let schema = match given {
            true => read(&asked, comments)?,
            false if is_well_known(type_name) => Schema::well_known()?,
            false => builtin::schema(comments)?,
        };
        let index = match type_name {
            Some(name) if given => schema.message(name),
            Some(name) => schema.message(name).map_err(|error| maybe_well_known(error, name)),
            None if given => schema.only_message(),
            None => schema.message(builtin::DEFAULT_TYPE),
        };
        let explain = |error| asked.say_environment(error, asked.proto.is_empty());
        let index = index.map_err(|error| explain(asked.say_type(error)))?;
        let compiled = schema.compile(index).map_err(explain)?;
        Ok(Chosen::new(schema, compiled))
    }

    fn new(schema: Schema, compiled: Compiled) -> Self {
        Chosen {
            schema,
            compiled,
            #[cfg(feature = "grpc")]
            target: None,
        }
    }

    /// The type of the requests of a method.
    #[cfg(feature = "grpc")]
    pub fn of_method(schema: Schema, compiled: Compiled, target: super::call::Target) -> Self {
        Chosen { schema, compiled, target: Some(Box::new(target)) }
    }

    /// The method whose requests are of the type.
    #[cfg(feature = "grpc")]
    pub fn target(&self) -> Option<&super::call::Target> {
        self.target.as_deref()
    }

    /// The variables of the environment that ask for a schema or a type.
    pub fn variables(words: &[OsString]) -> Vec<&'static str> {
        let asked = Asked::from_words(words);
        let set = asked.schema_of_environment;
        [
            ("HELLO_PROTO", set && !asked.proto.is_empty()),
            ("HELLO_DESCRIPTOR_SET", set && !asked.descriptor_set.is_empty()),
            ("HELLO_SERVER", set && asked.server.is_some()),
            ("HELLO_TYPE", asked.type_of_environment),
        ]
        .into_iter()
        .filter_map(|(name, asks)| asks.then_some(name))
        .collect()
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
        Ok(Chosen::new(schema, compiled))
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

/// `error` is that the built-in schema has no message of this name; it may be
/// meant for a well-known type.
#[cold]
fn maybe_well_known(error: Error, name: &str) -> Error {
    let known = Schema::well_known().and_then(|schema| {
        let index = schema.message(name)?;
        Ok(schema.message_name(index).to_owned())
    });
    match known {
        Ok(full) => Error::usage(format!("the schema has no message type {}", quote(name)))
            .hint(format!("did you mean `--type {full}`?")),
        Err(_) => error,
    }
}

fn read(asked: &Asked, comments: bool) -> Result<Schema> {
    load(asked, comments).map(|(schema, _)| schema)
}

/// Reads the schema that is asked for, and gives what it is made of as well.
///
/// # Errors
///
/// Files that cannot be read, or are no schema; a server that tells none.
pub fn load(asked: &Asked, comments: bool) -> Result<(Schema, Vec<Set>)> {
    #[cfg(feature = "grpc")]
    if let Some(server) = &asked.server {
        asked.check()?;
        let type_name = asked.type_name().map_err(|error| asked.say_type(error))?;
        let set = super::server::type_of(server, type_name);
        let set = set.map_err(|error| asked.say_environment(error, false))?;
        return from_server(set, comments).map_err(|error| asked.say_environment(error, false));
    }
    let mut sets = Vec::new();
    let mut names = Vec::new();
    if !asked.proto.is_empty() {
        let compiled = proto::compile(&asked.proto, &asked.include);
        let compiled = compiled.map_err(|error| asked.say_environment(error, false))?;
        let label =
            String::from(if asked.schema_of_environment { "HELLO_PROTO" } else { "`--proto`" });
        sets.push(Set { bytes: compiled.set, label });
        names = compiled.names;
    }
    let first = sets.len();
    for path in &asked.descriptor_set {
        let bytes = read_set(path).map_err(|error| asked.say_environment(error, true))?;
        let label = format!("the descriptor set {}", quote(&path.to_string_lossy()));
        sets.push(Set { bytes, label });
    }
    let schema = Schema::from_sets(&sets, &names, comments).map_err(|found| {
        let broken = found.not_a_set.and_then(|index| {
            Some((asked.descriptor_set.get(index.checked_sub(first)?)?, &sets[index]))
        });
        let error = match broken {
            Some((path, set)) => explain_set(path, set, found.error),
            None => found.error,
        };
        asked.say_environment(error, !asked.descriptor_set.is_empty())
    })?;
    Ok((schema, sets))
}

/// The schema that a server has told, which is looked at as one of a file is.
///
/// # Errors
///
/// It contradicts itself.
#[cfg(feature = "grpc")]
pub fn from_server(set: Set, comments: bool) -> Result<(Schema, Vec<Set>)> {
    let sets = vec![set];
    let schema = Schema::from_sets(&sets, &[], comments).map_err(|found| {
        match found.error.hints_at(&sets[0].label) {
            true => found.error,
            false => found.error.hint(format!("it is {} that tells it", sets[0].label)),
        }
    })?;
    Ok((schema, sets))
}

/// Reads a descriptor set, unpacking it if it is gzipped.
fn read_set(path: &Path) -> Result<Vec<u8>> {
    let bytes = Input::named(path.as_os_str()).read()?;
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let name = quote(&path.to_string_lossy());
    let size = bytes.len() as u64;
    let max = size.saturating_mul(GZIP_RATIO_MAX).saturating_add(GZIP_FREE).min(MESSAGE_LEN_MAX);
    let unpacked = unpack(&bytes, max).map_err(|error| {
        Error::failure(format!("the gzip of {name} cannot be unpacked: {error}"))
    })?;
    unpacked.ok_or_else(|| {
        Error::failure(format!("{name} unpacks to more than {max} bytes"))
            .hint("if it is a descriptor set all the same, unpack it with `gunzip`")
    })
}

/// What a gzip holds, if that is at most `max` bytes. No more than these is
/// kept, whatever the gzip claims.
fn unpack(bytes: &[u8], max: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut reader = flate2::read::MultiGzDecoder::new(bytes);
    let mut unpacked = Vec::new();
    loop {
        let room = max - unpacked.len() as u64;
        let step = room.min(unpacked.len().max(READ_LEN) as u64);
        unpacked.reserve_exact(step as usize);
        let read = reader.by_ref().take(step).read_to_end(&mut unpacked)?;
        if (read as u64) < step {
            return Ok(Some(unpacked));
        }
        if room == step {
            let more = reader.read(&mut [0])?;
            return Ok((more == 0).then_some(unpacked));
        }
    }
}

/// What to say of a file that is no descriptor set.
#[cold]
fn explain_set(path: &Path, set: &Set, error: Error) -> Error {
    let is_source = path.extension().is_some_and(|extension| extension == "proto");
    if is_source || proto::is_source(&set.bytes) {
        let name = quote(&path.to_string_lossy());
        return Error::failure(format!("{name} is a `.proto` file, not a descriptor set"))
            .hint(format!("say `--proto {}`", shell_word(path)));
    }
    error.hint(format!("it is {} that is wrong", set.label))
}

/// The values of an option among `words`, up to `--`.
pub fn option_values(words: &[OsString], long: &str, short: Option<&str>) -> Vec<OsString> {
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
