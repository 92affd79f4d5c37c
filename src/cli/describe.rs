//! `hello describe`: what a schema holds, or a server offers.

use std::ffi::OsString;
use std::path::Path;

use clap::{ArgMatches, Args, Command, FromArgMatches};

#[cfg(feature = "grpc")]
use super::call::TlsOptions;
use super::format::Offered;
use super::io::{self, OutputOptions};
use super::schema::{self, Asked, Chosen, SchemaFiles};
#[cfg(feature = "grpc")]
use super::server;
use super::{Context, Spec, usage};
use crate::codec::json;
use crate::describe::find::{self, Found};
use crate::describe::{Described, Unit, list, set};
use crate::error::{Error, Result, names};
use crate::escape::{quote, shell_word, word};
use crate::schema::{Schema, Set, builtin};

/// Print what the schema holds, as .proto text.
///
/// Without NAME it lists the files, with their messages, enums, extensions and services (of a
/// server the services with their methods). With NAME it prints the definition, with comments,
/// and what that refers to in its file: protoc compiles it again, as it does a whole file. NAME
/// is a message, an enum, a service, an extension, a part of one (a field, a value, a method), a
/// package to be listed, or a file, to be printed whole. All may be short where that is unique.
#[derive(Args)]
#[command(after_help = "\
Examples:
  hello describe
  hello describe Greeter
  hello describe --proto shop.proto shop.Item
  hello describe HelloRequest --to json
  hello describe --proto shop.proto --to descriptor-set -o shop.binpb

Exit status: 0 done, 1 the schema cannot be read, 2 the command line is wrong.")]
pub struct Describe {
    /// What to print: a type, a service, a part of one, a package or a file
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Write proto (default), json: a message with every field, to be edited, or descriptor-set: the
    /// files, compiled; left out with -o, the file's extension decides
    #[arg(long, value_name = "FORMAT", help_heading = "Output", hide_possible_values = true,
        value_parser = Offered(&["proto", "json", "descriptor-set"]))]
    to: Option<String>,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    schema: SchemaFiles,
    /// A server whose reflection tells the schema: HOST:PORT, a URL or unix:PATH [environment: HELLO_SERVER]
    #[cfg(feature = "grpc")]
    #[arg(long, value_name = "ADDRESS", help_heading = "Schema")]
    server: Option<OsString>,
    /// Send a header to the server; may be repeated
    #[cfg(feature = "grpc")]
    #[arg(short = 'H', long = "header", value_name = "KEY: VALUE", help_heading = "Schema",
        action = clap::ArgAction::Append)]
    header: Vec<String>,
    #[cfg(feature = "grpc")]
    #[command(flatten)]
    tls: TlsOptions,
}

pub(super) const SPEC: Spec = Spec {
    name: "describe",
    about: "Print what the schema holds, as .proto text",
    options,
    run,
    takes_fields: false,
    choose: Chosen::from_words,
    is_at_hand: |_| false,
};

fn options(command: Command, _: &Context<'_>) -> Result<Command> {
    Ok(Describe::augment_args(command))
}

/// The extensions of descriptor sets.
const SETS: [&str; 5] = ["binpb", "bin", "pb", "desc", "protoset"];

/// What is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum To {
    Proto,
    Json,
    Set,
}

/// A schema, and whose it is.
struct Read {
    schema: Schema,
    sets: Vec<Set>,
    whose: &'static str,
    /// The services of a server, as text.
    services: Option<String>,
}

fn run(matches: &mut ArgMatches, context: &Context<'_>) -> Result<()> {
    let args = Describe::from_arg_matches_mut(matches).map_err(|error| usage::plain(&error))?;
    let to = args.to()?;
    if let Some(name) = args.name.as_deref().filter(|name| name.trim_matches('.').is_empty()) {
        return Err(Error::usage(format!("{} is no name", quote(name)))
            .hint("leave NAME out to see what there is"));
    }
    let asked = Asked::from_words(context.words);
    #[cfg(feature = "grpc")]
    args.check_server(&asked)?;
    let read = read(context, &asked, args.name.as_deref())?;
    if to == To::Json {
        return args.output.open(false)?.write_whole(&skeleton(
            &read,
            &asked,
            args.name.as_deref(),
        )?);
    }
    let described = Described::new(&read.schema, &read.sets)?;
    let found = args.name.as_deref().map(|name| find(&described, name, &read)).transpose()?;
    match (to, found) {
        (To::Set, found) => {
            let mut out = Vec::new();
            let missing = set::write(&described, files(&described, found), &mut out)?;
            if !missing.is_empty() {
                let missing: Vec<&str> = missing.into_iter().collect();
                let missing = names::list(&missing);
                io::say(&format!("warning: the set lacks files that are imported: {missing}"));
            }
            args.output
                .open_or(true, "write it to a file with `-o FILE`, or pipe it on")?
                .write_whole(&out)
        }
        (_, found) => {
            let text = match found {
                None => match read.services {
                    Some(services) => services,
                    None => list::list(&described, None)?,
                },
                Some(Found::Package(name)) => list::list(&described, Some(&name))?,
                Some(Found::File(index)) => described.file(index)?,
                Some(Found::Unit(unit)) => described.unit(unit)?,
            };
            args.output.open(false)?.write_whole(text.as_bytes())
        }
    }
}

/// What `name` means; of a file that the schema does not have, how it is read.
fn find(described: &Described<'_>, name: &str, read: &Read) -> Result<Found> {
    let path = Path::new(name);
    let as_file = || {
        let option = match path.extension()?.to_str()? {
            "proto" => "--proto",
            extension if SETS.contains(&extension) => "--descriptor-set",
            _ => return None,
        };
        // One of the schema is read already; what it is called there is said.
        let read = read.schema.pool().files.iter().any(|file| path.ends_with(&file.name));
        let file = (path.is_file() && !read).then(|| shell_word(name))?;
        Some(format!("it is the name of a file: say `{option} {file}`"))
    };
    find::find(described, name, read.whose).map_err(|error| error.maybe_hint(as_file()))
}

impl Describe {
    /// Refuses what only a server needs where there is none.
    #[cfg(feature = "grpc")]
    fn check_server(&self, asked: &Asked) -> Result<()> {
        let header = (!self.header.is_empty()).then_some("--header");
        match header.or(self.tls.given()) {
            Some(option) if asked.server().is_none() => {
                Err(Error::usage(format!("`{option}` is for a server"))
                    .hint("say `--server ADDRESS` too"))
            }
            _ => Ok(()),
        }
    }

    fn to(&self) -> Result<To> {
        const ALL: [(&str, To); 3] =
            [("proto", To::Proto), ("json", To::Json), ("descriptor-set", To::Set)];
        if let Some(name) = &self.to {
            let found = ALL.iter().find(|(known, _)| known == name);
            return found.map(|(_, to)| *to).ok_or_else(|| {
                let known = ALL.map(|(known, _)| known);
                let what = format!("`--to {}` is no format of a schema", word(name));
                Error::usage(what).hint(names::hint(name, &known, "--to ", "write"))
            });
        }
        let extension = self.output.path().and_then(|path| path.extension()?.to_str());
        Ok(match extension {
            Some("json") => To::Json,
            Some(extension) if SETS.contains(&extension) => To::Set,
            _ => To::Proto,
        })
    }
}

#[cfg_attr(not(feature = "grpc"), expect(unused_variables, reason = "only a server needs them"))]
fn read(context: &Context<'_>, asked: &Asked, name: Option<&str>) -> Result<Read> {
    #[cfg(feature = "grpc")]
    {
        asked.check()?;
        if let Some(server) = asked.server() {
            let name = name.map(|name| name.trim_start_matches('.'));
            let offered = server::offered(context.words, server, name)?;
            let services = Some(server::listed(&offered));
            let server::Offered { schema, sets, .. } = offered;
            return Ok(Read { schema, sets, whose: "the server", services });
        }
    }
    let (schema, sets) = of_files(asked)?;
    Ok(Read { schema, sets, whose: "the schema", services: None })
}

/// The schema of files, or the built-in one.
fn of_files(asked: &Asked) -> Result<(Schema, Vec<Set>)> {
    if asked.schema_given() {
        return schema::load(asked, false);
    }
    let label = String::from("the built-in schema");
    let sets = vec![Set { bytes: builtin::DESCRIPTOR_SET.to_vec(), label }];
    let schema = Schema::from_sets(&sets, &[], false).map_err(|found| found.error)?;
    Ok((schema, sets))
}

/// The names that NAME can be, of a schema that is at hand.
///
/// # Errors
///
/// A schema that cannot be read.
pub fn names(words: &[OsString]) -> Result<Vec<String>> {
    let (schema, sets) = of_files(&Asked::from_words(words))?;
    find::names(&Described::new(&schema, &sets)?)
}

/// A message with every field.
fn skeleton(read: &Read, asked: &Asked, name: Option<&str>) -> Result<Vec<u8>> {
    let index = match name {
        None => match asked.type_name()? {
            Some(name) => read.schema.message(name)?,
            None if !asked.schema_given() => read.schema.message(builtin::DEFAULT_TYPE)?,
            None => read.schema.only_message().map_err(|error| {
                let what = error.what().to_owned();
                Error::usage(what).hint("name one: `hello describe NAME --to json`")
            })?,
        },
        Some(name) => match read.schema.message(name) {
            Ok(index) => index,
            // What else it may be is said of it.
            Err(_) => {
                let described = Described::new(&read.schema, &read.sets)?;
                match find(&described, name, read)? {
                    Found::Unit(Unit::Message(index)) => index,
                    _ => {
                        return Err(Error::usage(format!("{} is no message", quote(name)))
                            .hint("`--to json` is for the message types of the schema"));
                    }
                }
            }
        },
    };
    let compiled = read.schema.compile(index)?;
    let mut compact = Vec::new();
    json::skeleton(compiled.root(), &mut compact)?;
    let mut out = Vec::with_capacity(compact.len() * 2);
    json::pretty(&compact, &mut out);
    out.push(b'\n');
    Ok(out)
}

/// The files that are written: all, or those that a name leads to.
fn files(described: &Described<'_>, found: Option<Found>) -> Vec<usize> {
    let pool = described.schema.pool();
    let all = 0..pool.files.len();
    match found {
        Some(Found::File(index)) => vec![index],
        Some(Found::Unit(unit)) => vec![described.file_of(unit)],
        Some(Found::Package(name)) => {
            let of = |index: &usize| described.package(*index) == name;
            all.filter(of).collect()
        }
        None => all.filter(|&index| pool.files[index].origin.is_some()).collect(),
    }
}
