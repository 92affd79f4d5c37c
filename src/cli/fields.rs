//! The flags made from the fields of a message.
//!
//! `--name bobby` sets the field `name`; `--set name=bobby` is exactly that,
//! and never means an option, so it also reaches a field that is named like
//! one.

use std::ffi::{OsStr, OsString};

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::schema::Chosen;
use crate::codec::draft::Draft;
use crate::error::{Error, Excerpt, Result, names};
use crate::escape::quote;
use crate::schema::compile;
use crate::schema::descriptor::FieldDescriptor;
use crate::table::{Field, Kind, Message};

/// What the clap id of a field's flag begins with; no option's does.
pub const ID_PREFIX: &str = "field:";

/// What stands before the name of the type in the heading over its flags.
pub const HEADING: &str = "Fields of ";

const SET: &str = "set";

/// Adds the flags for the fields of the chosen type, and `--set`. They come
/// after the options, so that a field named like one of them gets no flag.
///
/// # Errors
///
/// A field of a type that cannot be encoded.
pub fn add(mut command: Command, chosen: &Chosen) -> Result<Command> {
    let descriptor = chosen.descriptor()?;
    let heading = format!("{HEADING}{}", descriptor.name);
    let mut shadowed = Vec::new();
    for (order, field) in descriptor.fields.iter().enumerate() {
        if command.get_arguments().any(|arg| arg.get_long() == Some(&field.name)) {
            shadowed.push(field.name.as_str());
            continue;
        }
        let kind = compile::kind(field)?;
        command = command.arg(
            Arg::new(format!("{ID_PREFIX}{}", field.name))
                .long(field.name.clone())
                .value_name(kind.name())
                .value_parser(clap::value_parser!(OsString))
                .action(ArgAction::Append)
                .help_heading(heading.clone())
                .display_order(order)
                .help(help(field)),
        );
    }
    let mut help = String::from("Set a field by its path: `--set name=bobby` is `--name bobby`");
    if !shadowed.is_empty() {
        help += &format!(" (needed for {}, which are options too)", names::list(&shadowed));
    }
    Ok(command.arg(
        Arg::new(SET)
            .long(SET)
            .value_name("PATH=VALUE")
            .value_parser(clap::value_parser!(OsString))
            .action(ArgAction::Append)
            .help_heading(heading)
            .display_order(descriptor.fields.len())
            .help(help),
    ))
}

/// The same command with the fields before the options, as its help is to
/// show them: clap orders headings by their first argument. It costs a copy of
/// every option, so it is done for the help only.
pub fn first(command: Command) -> Command {
    let mut args: Vec<Arg> = command.get_arguments().cloned().collect();
    let of_fields = |arg: &Arg| arg.get_help_heading().is_some_and(|h| h.starts_with(HEADING));
    args.sort_by_key(|arg| !of_fields(arg));
    Command::new(command.get_name().to_owned())
        .about(command.get_about().cloned().unwrap_or_default())
        .long_about(command.get_long_about().cloned().unwrap_or_default())
        .after_help(command.get_after_help().cloned().unwrap_or_default())
        .args(args)
}

fn help(field: &FieldDescriptor) -> String {
    // Comments come from a schema, which anybody may have written.
    let lines: Vec<String> =
        field.comment.lines().map(|line| crate::escape::visible(line.trim())).collect();
    lines.join(" ")
}

/// The message that the field flags give; none when there are none.
///
/// # Errors
///
/// A field given twice, a value that doesn't fit, a path that leads nowhere.
pub fn draft<'t>(matches: &ArgMatches, message: &'t Message) -> Result<Option<Draft<'t>>> {
    let mut draft = Draft::new(message);
    let mut given = false;
    for (index, field) in message.fields().iter().enumerate() {
        let id = format!("{ID_PREFIX}{}", field.name);
        let Ok(Some(values)) = matches.try_get_many::<OsString>(&id) else { continue };
        for value in values {
            set(&mut draft, index, field, value).map_err(|error| error.as_usage())?;
            given = true;
        }
    }
    for pair in matches.get_many::<OsString>(SET).into_iter().flatten() {
        let (path, value) = split_pair(pair)?;
        let (index, field) = find(message, path)?;
        set(&mut draft, index, field, OsStr::new(value)).map_err(|error| error.as_usage())?;
        given = true;
    }
    Ok(given.then_some(draft))
}

/// The field that `path` leads to, as `--field` and `--set` name it.
///
/// # Errors
///
/// A path that leads to no field.
pub fn find<'t>(message: &'t Message, path: &str) -> Result<(usize, &'t Field)> {
    if let Some(found) = message.by_name(path) {
        return Ok(found);
    }
    let first = path.split(['.', '[']).next().unwrap_or_default();
    if let Some((_, field)) = message.by_name(first) {
        let what =
            format!("{}.{first} is a {}, nothing is inside it", message.name(), field.kind.name());
        return Err(Error::usage(what).hint(format!("the path ends at `{first}`")));
    }
    let known: Vec<&str> = message.fields().iter().map(|field| &*field.name).collect();
    let what = format!("{} has no field {}", message.name(), quote(path));
    Err(Error::usage(what).hint(names::field_hint(path, &known, "")))
}

fn split_pair(pair: &OsStr) -> Result<(&str, &str)> {
    let Some(text) = pair.to_str() else {
        return Err(not_utf8(SET, pair));
    };
    text.split_once('=').ok_or_else(|| {
        Error::usage(format!("`--set` needs PATH=VALUE, found {}", quote(text)))
            .hint("for example `--set name=bobby`")
    })
}

fn set(draft: &mut Draft<'_>, index: usize, field: &Field, value: &OsStr) -> Result<()> {
    if draft.has(index) {
        return Err(Error::usage(format!("`--{}` is given twice", field.name))
            .in_field(&field.name)
            .in_message(draft.message().name())
            .hint("the field holds one value"));
    }
    match field.kind {
        Kind::String => match value.to_str() {
            Some(text) => draft.set_string(index, text.to_owned()),
            None => {
                return Err(not_utf8(&field.name, value)
                    .in_field(&field.name)
                    .in_message(draft.message().name()));
            }
        },
    }
    Ok(())
}

fn not_utf8(flag: &str, value: &OsStr) -> Error {
    let bytes = value.as_encoded_bytes();
    let bad = std::str::from_utf8(bytes).err().map_or(0, |error| error.valid_up_to());
    Error::usage(format!("the value of `--{flag}` is not valid UTF-8"))
        .at_byte(bad as u64)
        .showing(Excerpt::of_bytes(bytes, bad..bad + 1, "not UTF-8"))
        .hint("a `string` holds UTF-8 only; is the terminal or the script in another encoding?")
}
