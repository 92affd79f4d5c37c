//! The flags, the paths and the values of fields. One level of a path is
//! offered at a time, so a type that leads to itself ends nowhere and needs to.

use clap::Command;

use super::super::fields::{help, words};
use super::super::schema::Chosen;
use super::offers::{Answer, Offer};
use crate::codec::binary;
use crate::codec::path::{self, Pick};
use crate::table::{Cardinality, Field, Kind, Message, Tables, WellKnown};

/// What the text of bytes begins with.
const BYTES: [(&str, &str); 4] = [
    ("hex:", "hex digits"),
    ("base64:", "base64"),
    ("text:", "the text itself"),
    ("file:", "the bytes of a file"),
];

/// Whose paths are offered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    /// Flags, which set a field: not one of many.
    Flags,
    /// `--field`, which leads into lists and maps as well.
    Reading,
}

/// The flags of fields that begin like `current`. An option wins over a field
/// of its name.
pub fn flags(chosen: &Chosen, command: &Command, current: &str) -> Vec<Offer> {
    // A single dash is the start of two.
    let path = current.strip_prefix("--").unwrap_or_default();
    let mut offers = fields(chosen, path, For::Flags);
    let free = |name: &str| name != help::SET && words::option(command, name).is_none();
    offers.retain(|offer| free(&offer.value));
    if help::SET.starts_with(path) {
        offers.push(Offer {
            value: String::from(help::SET),
            help: String::from("Set a field by its path"),
        });
    }
    for offer in &mut offers {
        offer.value.insert_str(0, "--");
    }
    offers
}

/// The paths that begin like `path`.
pub fn paths(chosen: &Chosen, path: &str) -> Vec<Offer> {
    fields(chosen, path, For::Reading)
}

/// What can stand behind `--set`, of which `text` is there, from byte `from`
/// of its word on: a path with its `=`, or the value behind it.
pub fn pair(chosen: &Chosen, text: &str, from: usize) -> Answer {
    let root = chosen.root();
    let Some((path, text)) = path::split_assignment(text) else {
        let mut offers = fields(chosen, text, For::Flags);
        for offer in offers.iter_mut().filter(|offer| !offer.value.ends_with('.')) {
            offer.value.push('=');
        }
        return Answer::words(from, offers);
    };
    match path::resolve(root, path).ok().and_then(|steps| steps.last().map(|step| step.field)) {
        Some(field) => value(root.tables, field, text, from + path.len() + "=".len()),
        None => Answer::default(),
    }
}

/// The fields that a path can go on with, each with the whole path to it.
/// Behind a message that has parts of its own stands `.` as well.
fn fields(chosen: &Chosen, path: &str, whose: For) -> Vec<Offer> {
    let root = chosen.root();
    let (outer, last) = path.split_at(last_name(path));
    let Some(message) = inside(chosen, outer, whose) else { return Vec::new() };
    let mut offers = Vec::new();
    for field in message.fields() {
        let Some(name) = as_typed(field, last) else { continue };
        let value = format!("{outer}{name}");
        let help = help::about(chosen, message, field);
        let inner = held(root.tables, field, whose).filter(|inner| inner.well_known.is_none());
        offers.push(Offer { value: value.clone(), help });
        if let Some(inner) = inner.filter(|inner| !inner.fields().is_empty()) {
            let help = format!("Fields of {}", help::short(inner.name()));
            offers.push(Offer { value: value + ".", help });
        }
    }
    offers
}

/// Where the last name of a path begins, be it an extension's in brackets.
fn last_name(path: &str) -> usize {
    let (mut from, mut depth, mut quoted) = (0, 0u32, false);
    for (at, c) in path.char_indices() {
        match c {
            '"' if depth > 0 => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            '.' if depth == 0 => from = at + 1,
            _ => {}
        }
    }
    from
}

/// The type that `outer`, a path with a `.` at its end, leads into.
fn inside<'c>(chosen: &'c Chosen, outer: &str, whose: For) -> Option<&'c Message> {
    let root = chosen.root();
    let Some(path) = outer.strip_suffix('.') else { return Some(root.message()) };
    let steps = path::resolve(root, path).ok()?;
    if whose == For::Flags {
        let one = |step: &path::Step<'_>| step.field.is_singular() && step.pick == Pick::All;
        if !steps.iter().all(one) {
            return None;
        }
    }
    held(root.tables, steps.last()?.field, whose)
}

/// The type of what is inside of a field's values, if a path leads there.
fn held<'t>(tables: &'t Tables, field: &Field, whose: For) -> Option<&'t Message> {
    if whose == For::Flags && !field.is_singular() {
        return None;
    }
    if field.cardinality == Cardinality::Map {
        let (_, value) = binary::key_and_value(tables.message(field.message));
        return value.kind.is_message().then(|| tables.message(value.message));
    }
    field.kind.is_message().then(|| tables.message(field.message))
}

/// The name of a field in the way that `start` begins to write it: as the
/// `.proto` file has it, with `-`, or as JSON has it.
fn as_typed(field: &Field, start: &str) -> Option<String> {
    if field.name.starts_with(start) {
        return Some(field.name.to_string());
    }
    let dashed = field.name.replace('_', "-");
    if !field.extension && dashed.starts_with(start) {
        return Some(dashed);
    }
    field.json_name.starts_with(start).then(|| field.json_name.to_string())
}

/// The values of a field that begin with `text`, which stands from byte `from`
/// of its word on.
pub fn value(tables: &Tables, field: &Field, text: &str, from: usize) -> Answer {
    if field.cardinality == Cardinality::Map {
        let (key, held) = binary::key_and_value(tables.message(field.message));
        return match path::split_assignment(text) {
            Some((key, text)) => one(tables, held, text, from + key.len() + "=".len()),
            None => {
                let mut keys = one(tables, key, text, from);
                for offer in &mut keys.offers {
                    offer.value.push('=');
                }
                keys
            }
        };
    }
    one(tables, field, text, from)
}

/// The same for one value, a key or a value of a map among them.
fn one(tables: &Tables, field: &Field, text: &str, from: usize) -> Answer {
    let mut offers: Vec<Offer> = match field.kind {
        Kind::Bool => vec![Offer::bare("true"), Offer::bare("false")],
        Kind::Enum => {
            let values = &tables.enumeration(field.enumeration).by_number;
            values.iter().map(|(_, name)| Offer::bare(&**name)).collect()
        }
        Kind::Bytes => {
            if let Some(prefix) = ["file:"].iter().find(|prefix| text.starts_with(**prefix)) {
                return Answer::files(from + prefix.len());
            }
            let offer = |(value, help): &(&str, &str)| Offer {
                value: (*value).to_owned(),
                help: (*help).to_owned(),
            };
            BYTES.iter().map(offer).collect()
        }
        Kind::Message | Kind::Group => {
            let message = tables.message(field.message);
            return match (message.well_known, message.fields().first()) {
                (Some(WellKnown::Wrapper), Some(inner)) => one(tables, inner, text, from),
                _ => Answer::default(),
            };
        }
        Kind::Double
        | Kind::Float
        | Kind::Int64
        | Kind::Uint64
        | Kind::Int32
        | Kind::Fixed64
        | Kind::Fixed32
        | Kind::String
        | Kind::Uint32
        | Kind::Sfixed32
        | Kind::Sfixed64
        | Kind::Sint32
        | Kind::Sint64 => Vec::new(),
    };
    offers.retain(|offer| offer.value.starts_with(text));
    Answer::words(from, offers)
}
