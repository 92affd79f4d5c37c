//! Field paths: `phones[2].number`, `labels["env"]`, `[pkg.ext].x`.

use crate::error::{Error, Result, names};
use crate::escape::quote;
use crate::table::{Cardinality, Field, Message, Root};

/// A field on the way, and which of its values.
#[derive(Clone)]
pub struct Step<'t> {
    /// The index of the field in its message.
    pub index: usize,
    /// The field.
    pub field: &'t Field,
    /// Which values of it.
    pub pick: Pick,
}

/// Which values of a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pick {
    /// The value, or every value.
    All,
    /// One of a list, counted from 0.
    Index(usize),
    /// That of a key of a map, as text.
    Key(String),
}

/// Where the path of a flag ends: `address.city=Paris` at the first `=`
/// outside of brackets and quotes.
pub fn split_assignment(text: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let mut depth = 0u32;
    for (at, c) in text.char_indices() {
        match c {
            '"' if depth > 0 => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            '=' if depth == 0 => return Some((&text[..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}

/// Resolves a path from the fields of `root` down.
///
/// # Errors
///
/// A path that is malformed, a field that doesn't exist, an index or a key
/// where there is none, and anything inside of what holds nothing.
pub fn resolve<'t>(root: Root<'t>, path: &str) -> Result<Vec<Step<'t>>> {
    let mut message = root.message();
    let mut steps = Vec::new();
    let mut rest = path;
    loop {
        let (name, after) = segment(rest).ok_or_else(|| malformed(path))?;
        let (index, field) = find(message, name).ok_or_else(|| no_field(message, name))?;
        let (pick, after) = match after.strip_prefix('[') {
            Some(inside) => pick(message, field, inside).ok_or_else(|| malformed(path))??,
            None => (Pick::All, after),
        };
        steps.push(Step { index, field, pick });
        rest = match after.strip_prefix('.') {
            None if after.is_empty() => return Ok(steps),
            None => return Err(malformed(path)),
            Some(rest) => rest,
        };
        message = inside(root, message, field)?;
    }
}

/// The type of what is inside of a field's values: for a map of its values.
fn inside<'t>(root: Root<'t>, message: &Message, field: &'t Field) -> Result<&'t Message> {
    let mut held = field;
    if field.cardinality == Cardinality::Map {
        held = crate::codec::binary::key_and_value(root.tables.message(field.message)).1;
    }
    if held.kind.is_message() {
        return Ok(root.tables.message(held.message));
    }
    let what = format!(
        "{}.{} is a {}, nothing is inside it",
        message.name(),
        field.name,
        held.kind.name()
    );
    Err(Error::usage(what).hint(format!("the path ends at `{}`", field.name)))
}

/// A name, or an extension's in brackets, and what follows it.
fn segment(text: &str) -> Option<(&str, &str)> {
    let len = match text.strip_prefix('[') {
        Some(_) => text.find(']')? + 1,
        None => text.find(['.', '[']).unwrap_or(text.len()),
    };
    (len > 0).then(|| text.split_at(len))
}

/// The field of this name, as any of the formats has it, or in kebab case.
pub fn find<'t>(message: &'t Message, name: &str) -> Option<(usize, &'t Field)> {
    message
        .by_name(name)
        .or_else(|| message.by_json_key(name))
        .or_else(|| message.by_name(&name.replace('-', "_")))
}

/// Reads an index or a key up to its `]`; none when it is malformed.
#[allow(clippy::type_complexity, reason = "malformed, wrong and right are three things")]
fn pick<'p>(message: &Message, field: &Field, inside: &'p str) -> Option<Result<(Pick, &'p str)>> {
    let (text, after, quoted) = match inside.strip_prefix('"') {
        Some(key) => {
            let (key, after) = key.split_once('"')?;
            (key, after.strip_prefix(']')?, true)
        }
        None => {
            let (text, after) = inside.split_once(']')?;
            (text, after, false)
        }
    };
    let wrong = |what: &str| {
        let name = format!("{}.{}", message.name(), field.name);
        Some(Err(Error::usage(format!("{name} is {what}"))))
    };
    match field.cardinality {
        Cardinality::Singular(_) if field.kind.is_message() => wrong("no list and no map"),
        Cardinality::Singular(_) => {
            let name = format!("{}.{}", message.name(), field.name);
            let what = format!("{name} is a {}, nothing is inside it", field.kind.name());
            Some(Err(Error::usage(what).hint(format!("the path ends at `{}`", field.name))))
        }
        Cardinality::Repeated { .. } => match text.parse() {
            Ok(index) if !quoted => Some(Ok((Pick::Index(index), after))),
            _ => wrong("a list: its values have numbers, counted from 0"),
        },
        Cardinality::Map => Some(Ok((Pick::Key(text.to_owned()), after))),
    }
}

#[cold]
fn malformed(path: &str) -> Error {
    Error::usage(format!("{} is no field path", quote(path)))
        .hint("paths are written `phones[2].number`, `labels[\"env\"]`, `[pkg.ext]`")
}

#[cold]
fn no_field(message: &Message, name: &str) -> Error {
    let known: Vec<&str> = message.fields().iter().map(|field| &*field.name).collect();
    Error::usage(format!("{} has no field {}", message.name(), quote(name)))
        .hint(names::field_hint(name, &known, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assignment_is_split_outside_of_brackets() {
        assert_eq!(split_assignment("a=b=c"), Some(("a", "b=c")));
        assert_eq!(split_assignment("a[\"x=]y\"].b=c"), Some(("a[\"x=]y\"].b", "c")));
        assert_eq!(split_assignment("a"), None);
    }
}
