//! What help shows of the fields of a message: its own, and those one level
//! below.

use clap::{Arg, ArgAction, Command};

use super::super::schema::Chosen;
use crate::codec::binary;
use crate::error::names;
use crate::escape::visible;
use crate::table::{Cardinality, Field, Kind, Message, Tables, WellKnown};

/// What the clap id of a field's flag begins with; no option's does.
const ID_PREFIX: &str = "field:";

/// What stands before the name of the type in the heading over its flags.
const HEADING: &str = "Fields of ";

/// The flag that sets a field by its path.
pub const SET: &str = "set";

/// The option that each command is given once it has its others.
const HELP: &str = "help";

/// Enum values that help shows before it is cut.
const VALUES_MAX: usize = 12;

/// Whether clap knows the argument from here.
pub fn is_field(arg: &Arg) -> bool {
    arg.get_id().as_str().starts_with(ID_PREFIX)
}

/// Puts the flags for the fields of the chosen type before the options.
pub fn add(command: Command, chosen: &Chosen) -> Command {
    let root = chosen.root();
    let heading = format!("{HEADING}{}", visible(root.name()));
    let options: Vec<Arg> = command.get_arguments().cloned().collect();
    let shadowed =
        |name: &str| name == SET || name == HELP || super::words::option(&command, name).is_some();
    let mut flags = Flags { chosen, heading, args: Vec::new(), shadowed: Vec::new() };
    for field in root.message().fields() {
        if shadowed(&field.name) {
            flags.shadowed.push(field.name.to_string());
            continue;
        }
        flags.add(root.message(), field, "");
        if field.is_singular() && field.kind.is_message() {
            let inner = root.tables.message(field.message);
            if inner.well_known.is_none() {
                for below in inner.fields() {
                    flags.add(inner, below, &format!("{}.", field.name));
                }
            }
        }
    }
    let args = flags.finish();
    Command::new(command.get_name().to_owned())
        .about(command.get_about().cloned().unwrap_or_default())
        .long_about(command.get_long_about().cloned().unwrap_or_default())
        .after_help(command.get_after_help().cloned().unwrap_or_default())
        .args(args)
        .args(options)
}

struct Flags<'c> {
    chosen: &'c Chosen,
    heading: String,
    args: Vec<Arg>,
    shadowed: Vec<String>,
}

impl Flags<'_> {
    fn add(&mut self, message: &Message, field: &Field, prefix: &str) {
        let name = format!("{prefix}{}", field.name);
        let tables = self.chosen.root().tables;
        let arg = Arg::new(format!("{ID_PREFIX}{name}"))
            .long(name)
            .help_heading(self.heading.clone())
            .display_order(self.args.len())
            .help(about(self.chosen, message, field));
        let is_bool = field.kind == Kind::Bool && field.cardinality != Cardinality::Map;
        self.args.push(match is_bool {
            true => arg.action(ArgAction::SetTrue),
            false => arg.value_name(value_name(tables, field)).action(ArgAction::Append),
        });
    }

    fn finish(mut self) -> Vec<Arg> {
        let mut help =
            String::from("Set a field by its path: `--set name=bobby` is `--name bobby`");
        if !self.shadowed.is_empty() {
            let shadowed: Vec<&str> = self.shadowed.iter().map(String::as_str).collect();
            help += &format!("; needed for {}, as options are named", names::list(&shadowed));
        }
        let order = self.args.len();
        self.args.push(
            Arg::new(format!("{ID_PREFIX}={SET}"))
                .long(SET)
                .value_name("PATH=VALUE")
                .action(ArgAction::Append)
                .help_heading(self.heading)
                .display_order(order)
                .help(help),
        );
        self.args
    }
}

/// What there is to say of a field: its comment, and the notes.
pub fn about(chosen: &Chosen, message: &Message, field: &Field) -> String {
    let mut about = comment(chosen, message, field);
    for part in notes(chosen.root().tables, field) {
        about = if about.is_empty() { part } else { format!("{about} ({part})") };
    }
    about
}

fn comment(chosen: &Chosen, message: &Message, field: &Field) -> String {
    let comment = chosen.schema().comment(message.name(), &field.name);
    // Comments come from a schema, which anybody may have written.
    let lines: Vec<String> = comment.lines().map(|line| visible(line.trim())).collect();
    lines.join(" ")
}

/// What a flag's value is called.
fn value_name(tables: &Tables, field: &Field) -> String {
    let of = |field: &Field| match field.kind {
        Kind::Enum => short(&tables.enumeration(field.enumeration).name).to_owned(),
        Kind::Message | Kind::Group => {
            let message = tables.message(field.message);
            match message.well_known {
                Some(_) => short(message.name()).to_owned(),
                None => String::from("JSON"),
            }
        }
        Kind::Double
        | Kind::Float
        | Kind::Int64
        | Kind::Uint64
        | Kind::Int32
        | Kind::Fixed64
        | Kind::Fixed32
        | Kind::Bool
        | Kind::String
        | Kind::Bytes
        | Kind::Uint32
        | Kind::Sfixed32
        | Kind::Sfixed64
        | Kind::Sint32
        | Kind::Sint64 => field.kind.name().to_owned(),
    };
    if field.cardinality != Cardinality::Map {
        return visible(&of(field));
    }
    let (key, value) = binary::key_and_value(tables.message(field.message));
    visible(&format!("{}={}", of(key), of(value)))
}

/// The last part of a full name.
pub fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// What there is to say of a field beside its comment.
fn notes(tables: &Tables, field: &Field) -> Vec<String> {
    let mut notes = Vec::new();
    if field.kind == Kind::Enum {
        let values = &tables.enumeration(field.enumeration).by_number;
        let mut shown: Vec<&str> =
            values.iter().take(VALUES_MAX).map(|(_, name)| &**name).collect();
        if values.len() > VALUES_MAX {
            shown.push("…");
        }
        notes.push(shown.join(", "));
    }
    if field.kind == Kind::Bytes {
        notes.push(String::from("hex:…, base64:…, text:… or file:…"));
    }
    if let Kind::Message | Kind::Group = field.kind
        && field.cardinality != Cardinality::Map
        && tables.message(field.message).well_known == Some(WellKnown::Timestamp)
    {
        notes.push(String::from("such as 2026-11-22T10:00:00Z"));
    }
    if !field.is_singular() {
        notes.push(String::from("may be repeated"));
    }
    notes
}
