//! The flags made from the fields of a message.
//!
//! `--name bobby` sets the field `name`; `--set name=bobby` is exactly that,
//! and never means an option, so it also reaches a field that is named like
//! one.

use std::ffi::{OsStr, OsString};

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::schema::Chosen;
use crate::codec::build::Builder;
use crate::codec::json;
use crate::error::{Error, Excerpt, Result, names};
use crate::escape::quote;
use crate::schema::descriptor::FieldDescriptor;
use crate::table::{Field, Kind, Root};

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
    let (name, descriptor) = chosen.descriptor();
    let heading = format!("{HEADING}{name}");
    let mut shadowed = Vec::new();
    for (order, field) in descriptor.fields.iter().enumerate() {
        if command.get_arguments().any(|arg| arg.get_long() == Some(&field.name)) {
            shadowed.push(field.name.as_str());
            continue;
        }
        let kind = kind_name(field);
        command = command.arg(
            Arg::new(format!("{ID_PREFIX}{}", field.name))
                .long(field.name.clone())
                .value_name(kind)
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

/// The name of a field's type, as the `.proto` file has it.
fn kind_name(field: &FieldDescriptor) -> &'static str {
    let at = usize::try_from(field.type_number).ok().and_then(|number| number.checked_sub(1));
    at.and_then(|at| Kind::ALL.get(at)).map_or("", |kind| kind.name())
}

fn help(field: &FieldDescriptor) -> String {
    // Comments come from a schema, which anybody may have written.
    let lines: Vec<String> =
        field.comment.lines().map(|line| crate::escape::visible(line.trim())).collect();
    lines.join(" ")
}

/// The bytes of the message that the field flags give; none when there are
/// none.
///
/// # Errors
///
/// A field given twice, a value that doesn't fit, a path that leads nowhere.
pub fn bytes(matches: &ArgMatches, root: Root<'_>) -> Result<Option<Vec<u8>>> {
    let mut out = Vec::new();
    let mut builder = Builder::new(root.tables, &mut out);
    builder.begin(root.message());
    let mut given = false;
    for (index, field) in root.message().fields().iter().enumerate() {
        let id = format!("{ID_PREFIX}{}", field.name);
        let Ok(Some(values)) = matches.try_get_many::<OsString>(&id) else { continue };
        for value in values {
            set(&mut builder, root, index, field, value)?;
            given = true;
        }
    }
    for pair in matches.get_many::<OsString>(SET).into_iter().flatten() {
        let (path, value) = split_pair(pair)?;
        let (index, field) = find(root, path)?;
        set(&mut builder, root, index, field, OsStr::new(value))?;
        given = true;
    }
    builder.end();
    Ok(given.then_some(out))
}

/// The field that `path` leads to, as `--field` and `--set` name it.
///
/// # Errors
///
/// A path that leads to no field.
pub fn find<'t>(root: Root<'t>, path: &str) -> Result<(usize, &'t Field)> {
    let message = root.message();
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

fn set<'t>(
    builder: &mut Builder<'t, '_>,
    root: Root<'t>,
    index: usize,
    field: &Field,
    value: &OsStr,
) -> Result<()> {
    let place = |error: Error| error.in_field(&field.name).in_message(root.name());
    if builder.mark(index).is_err() {
        let error = Error::usage(format!("`--{}` is given twice", field.name));
        return Err(place(error).hint("the field holds one value"));
    }
    let Some(text) = value.to_str() else {
        return Err(place(not_utf8(&field.name, value)));
    };
    match json::value_of_text(field.kind, text) {
        Some(value) => builder.scalar(index, value),
        None => {
            let what = format!("{} is no {}", quote(text), field.kind.name());
            return Err(place(Error::usage(what)));
        }
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
