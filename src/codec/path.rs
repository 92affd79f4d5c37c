//! Field paths: `phones[2].number`, `labels["env"]`, `[pkg.ext].x`.
//!
//! What errors print of a path is read as well: keys with escapes, and
//! extensions without a dot before them.

use std::str::Chars;

use super::{binary, json, range, select};
use crate::error::{Error, Result, names};
use crate::escape::{self, quote};
use crate::table::{Cardinality, Field, Kind, Message, Root};
use crate::wire::limits::DEPTH_MAX;

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
    /// That of a key of a map, as [`select::shown`] has it.
    Key(String),
}

/// The characters of a path that stand outside of brackets, and where.
pub fn outside(path: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut depth, mut quoted, mut escaped, mut opened) = (0u32, false, false, false);
    path.char_indices().filter(move |&(_, c)| {
        let outside = depth == 0;
        let just_opened = std::mem::replace(&mut opened, false);
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            // Within a key a quote is a letter like any other.
            '"' if quoted || just_opened => quoted = !quoted,
            '[' if !quoted => {
                depth += 1;
                opened = true;
            }
            ']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        outside
    })
}

/// Where the path of a flag ends: `address.city=Paris` at the first `=`
/// outside of brackets and quotes.
pub fn split_assignment(text: &str) -> Option<(&str, &str)> {
    let (at, _) = outside(text).find(|&(_, c)| c == '=')?;
    Some((&text[..at], &text[at + 1..]))
}

/// Resolves a path from the fields of `root` down.
///
/// # Errors
///
/// A path that is malformed, a field that doesn't exist, an index or a key
/// where there is none or that is none, and anything inside of what holds
/// nothing.
pub fn resolve<'t>(root: Root<'t>, path: &str) -> Result<Vec<Step<'t>>> {
    Resolver { root, path, flag: false, steps: Vec::new() }.run()
}

/// The same for the path of a flag, as the hints have to be flags.
///
/// # Errors
///
/// As [`resolve`].
pub fn resolve_flag<'t>(root: Root<'t>, path: &str) -> Result<Vec<Step<'t>>> {
    Resolver { root, path, flag: true, steps: Vec::new() }.run()
}

/// The field whose values a path leads to: where it picks an entry of a map,
/// that of the entry's value.
pub fn leaf<'t>(root: Root<'t>, steps: &[Step<'t>]) -> Option<&'t Field> {
    let step = steps.last()?;
    Some(match step.pick {
        Pick::Key(_) => binary::key_and_value(root.tables.message(step.field.message)).1,
        Pick::All | Pick::Index(_) => step.field,
    })
}

/// The field of this name, as any of the formats has it, or in kebab case.
pub fn find<'t>(message: &'t Message, name: &str) -> Option<(usize, &'t Field)> {
    message
        .by_name(name)
        .or_else(|| message.by_json_key(name))
        .or_else(|| message.by_name(&name.replace('-', "_")))
}

/// The names of the fields on the way, and what is picked of them: each as a
/// part of the path of an error.
pub fn parts(steps: &[Step<'_>]) -> Vec<String> {
    let mut parts = Vec::new();
    for step in steps {
        parts.push(step.field.name.to_string());
        match &step.pick {
            Pick::All => {}
            Pick::Index(index) => parts.push(format!("[{index}]")),
            Pick::Key(key) => parts.push(format!("[{}]", quote(key))),
        }
    }
    parts
}

/// The way as a path that can be typed.
pub fn typed(steps: &[Step<'_>]) -> String {
    let mut path = String::new();
    for (step, names) in steps.iter().zip(1..) {
        if names > 1 {
            path.push('.');
        }
        path += &parts(std::slice::from_ref(step)).concat();
    }
    path
}

/// A path being resolved.
struct Resolver<'t, 'p> {
    root: Root<'t>,
    path: &'p str,
    /// Whether it is that of a flag.
    flag: bool,
    /// What is resolved.
    steps: Vec<Step<'t>>,
}

impl<'t, 'p> Resolver<'t, 'p> {
    fn run(mut self) -> Result<Vec<Step<'t>>> {
        let mut message = self.root.message();
        let mut rest = self.path;
        loop {
            let (name, after) = segment(rest).ok_or_else(|| self.malformed())?;
            let (index, field) =
                find(message, name).ok_or_else(|| self.no_field(message, name, after))?;
            let (pick, after) = self.pick(message, field, after)?;
            self.steps.push(Step { index, field, pick });
            rest = match after.strip_prefix('.') {
                Some(rest) => rest,
                None if after.is_empty() => return Ok(self.steps),
                None if after.starts_with('[') => after,
                None => return Err(self.malformed()),
            };
            message = self.inside(message, field)?;
            if self.steps.len() > DEPTH_MAX as usize {
                return Err(self.too_deep());
            }
        }
    }

    /// The type of what is inside of a field's values: for a map of its values.
    fn held(&self, field: &Field) -> Option<&'t Message> {
        let tables = self.root.tables;
        let held = match field.cardinality {
            Cardinality::Map => binary::key_and_value(tables.message(field.message)).1,
            Cardinality::Singular(_) | Cardinality::Repeated { .. } => field,
        };
        held.kind.is_message().then(|| tables.message(held.message))
    }

    /// The same for the last step, where the path goes on.
    fn inside(&self, message: &Message, field: &'t Field) -> Result<&'t Message> {
        if let Some(held) = self.held(field) {
            return Ok(held);
        }
        if field.cardinality != Cardinality::Map {
            return Err(self.nothing_inside(message, field, &typed(&self.steps)));
        }
        let name = full_name(message, field);
        let error = Error::usage(format!("{name} is a map, and nothing is inside its values"));
        let picked = self.steps.last().is_some_and(|step| step.pick != Pick::All);
        Err(match picked {
            true => error.hint(format!("the path ends at `{}`", typed(&self.steps))),
            false => error.hint(self.how_to_pick(field)),
        })
    }

    /// How an entry of the map that the path has come to is named.
    fn how_to_pick(&self, field: &Field) -> String {
        let path = typed(&self.steps);
        if self.flag {
            return format!("an entry is given as `--{path} KEY=VALUE`");
        }
        let (key, _) = binary::key_and_value(self.root.tables.message(field.message));
        let key = match key.kind {
            Kind::String => "\"KEY\"",
            Kind::Bool => "true",
            Kind::Int64
            | Kind::Uint64
            | Kind::Int32
            | Kind::Fixed64
            | Kind::Fixed32
            | Kind::Uint32
            | Kind::Sfixed32
            | Kind::Sfixed64
            | Kind::Sint32
            | Kind::Sint64 => "1",
            // The schema has no such keys.
            Kind::Double | Kind::Float | Kind::Bytes | Kind::Enum | Kind::Message | Kind::Group => {
                "KEY"
            }
        };
        format!("a value is picked by its key: `{path}[{key}]`")
    }

    /// Reads an index or a key, if one stands at the start of `text`; gives
    /// what is left.
    fn pick(&self, message: &Message, field: &'t Field, text: &'p str) -> Result<(Pick, &'p str)> {
        let Some(inside) = text.strip_prefix('[') else { return Ok((Pick::All, text)) };
        if field.cardinality == Cardinality::Map {
            let (key, after) = key_text(inside).ok_or_else(|| self.malformed())?;
            return Ok((Pick::Key(self.key(field, key)?), after));
        }
        let (index, after) = inside.split_once(']').ok_or_else(|| self.malformed())?;
        // What stands in the brackets may as well be the next name.
        let is_extension = |inner: &Message| inner.by_name(&format!("[{index}]")).is_some();
        if self.held(field).is_some_and(is_extension) {
            return Ok((Pick::All, text));
        }
        let wrong =
            |what: &str| Err(Error::usage(format!("{} is {what}", full_name(message, field))));
        if !field.is_singular() {
            let digits = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
            return match index.parse().ok().filter(|_| digits) {
                Some(index) => Ok((Pick::Index(index), after)),
                None => wrong("a list: its values have numbers, counted from 0"),
            };
        }
        match field.kind.is_message() {
            true if index.contains('.') => Ok((Pick::All, text)),
            true => wrong("no list and no map"),
            false => {
                let mut path = typed(&self.steps);
                if !path.is_empty() {
                    path.push('.');
                }
                path += &field.name;
                Err(self.nothing_inside(message, field, &path))
            }
        }
    }

    /// A key of the map `field` as it is compared.
    fn key(&self, field: &Field, key: String) -> Result<String> {
        let (key_field, _) = binary::key_and_value(self.root.tables.message(field.message));
        let kind = key_field.kind;
        let read = match kind {
            Kind::String => return Ok(key),
            Kind::Bool => matches!(&*key, "true" | "false").then(|| key.clone()),
            Kind::Double
            | Kind::Float
            | Kind::Int64
            | Kind::Uint64
            | Kind::Int32
            | Kind::Fixed64
            | Kind::Fixed32
            | Kind::Uint32
            | Kind::Sfixed32
            | Kind::Sfixed64
            | Kind::Sint32
            | Kind::Sint64 => json::number(kind, &key).map(select::shown),
            Kind::Bytes | Kind::Enum | Kind::Message | Kind::Group => None,
        };
        read.ok_or_else(|| {
            let error = Error::usage(range::misfit(kind, &key));
            let takes = range::takes(kind).map(|takes| format!("it takes {takes}"));
            self.placed(error.in_field(&field.name)).maybe_hint(takes)
        })
    }

    /// An error of what comes behind the steps.
    #[cold]
    fn placed(&self, error: Error) -> Error {
        let parts = parts(&self.steps);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        error.inside(self.root.name(), &parts)
    }

    /// A path goes on behind a value that is no message: `path` is how far it
    /// may go.
    #[cold]
    fn nothing_inside(&self, message: &Message, field: &Field, path: &str) -> Error {
        let name = full_name(message, field);
        Error::usage(format!("{name} is {}, nothing is inside it", field.kind.with_article()))
            .hint(format!("the path ends at `{path}`"))
    }

    /// No message has what the path leads to, and nobody reads an error that
    /// repeats all of it.
    #[cold]
    fn too_deep(&self) -> Error {
        let dashes = if self.flag { "--" } else { "" };
        let path = escape::word(self.path);
        Error::usage(format!("`{dashes}{path}` goes more than {DEPTH_MAX} messages deep"))
            .hint("the official implementations refuse it too")
    }

    #[cold]
    fn malformed(&self) -> Error {
        Error::usage(format!("{} is no field path", quote(self.path)))
            .hint("paths are written `phones[2].number`, `labels[\"env\"]`, `[pkg.ext]`")
    }

    /// What to say of `name`, which is no field; `after` follows it.
    #[cold]
    fn no_field(&self, message: &Message, name: &str, after: &str) -> Error {
        let known: Vec<&str> = message.fields().iter().map(|field| &*field.name).collect();
        let mut prefix = String::from(if self.flag { "--" } else { "" });
        if !self.steps.is_empty() {
            prefix += &typed(&self.steps);
            prefix.push('.');
        }
        let extension = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        let error = Error::usage(match extension {
            Some(name) => format!("{} has no extension {}", message.name(), quote(name)),
            None => format!("{} has no field {}", message.name(), quote(name)),
        });
        let near = names::nearest(name, known.iter().copied());
        let error = error.hint(match (near, extension) {
            (Some(near), _) => format!("did you mean `{prefix}{near}{}`?", escape::word(after)),
            (None, Some(_)) => String::from("is the file that declares it in the schema?"),
            (None, None) => names::field_hint(name, &known, &prefix),
        });
        let Some(step) = self.steps.last() else { return error };
        let is_map = step.field.cardinality == Cardinality::Map && step.pick == Pick::All;
        self.placed(error).maybe_hint(is_map.then(|| self.how_to_pick(step.field)))
    }
}

/// A field with its type, as errors show the path to it.
fn full_name(message: &Message, field: &Field) -> String {
    let dot = if field.extension { "" } else { "." };
    format!("{}{dot}{}", message.name(), field.name)
}

/// A name, or an extension's in brackets, and what follows it.
fn segment(text: &str) -> Option<(&str, &str)> {
    let len = match text.strip_prefix('[') {
        Some(_) => text.find(']')? + 1,
        None => text.find(['.', '[']).unwrap_or(text.len()),
    };
    (len > 0).then(|| text.split_at(len))
}

/// A key up to its `]`, as it stands or in quotes, and what follows; none when
/// it is malformed.
fn key_text(inside: &str) -> Option<(String, &str)> {
    let Some(quoted) = inside.strip_prefix('"') else {
        let (key, after) = inside.split_once(']')?;
        return Some((key.to_owned(), after));
    };
    let mut key = String::new();
    let mut chars = quoted.chars();
    loop {
        match chars.next()? {
            '"' => return Some((key, chars.as_str().strip_prefix(']')?)),
            '\\' => key.push(escaped(&mut chars)?),
            c => key.push(c),
        }
    }
}

/// What a backslash and the characters behind it stand for in JSON.
fn escaped(chars: &mut Chars<'_>) -> Option<char> {
    Some(match chars.next()? {
        c @ ('"' | '\\' | '/') => c,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => {
            let first = hex4(chars)?;
            if !(0xd800..0xdc00).contains(&first) {
                return char::from_u32(first);
            }
            // The first of two that stand for one character.
            let second = chars.as_str().strip_prefix("\\u")?;
            *chars = second.chars();
            let second = hex4(chars)?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
            return char::from_u32(0x10000 + ((first - 0xd800) << 10) + second);
        }
        _ => return None,
    })
}

fn hex4(chars: &mut Chars<'_>) -> Option<u32> {
    let mut value = 0;
    for _ in 0..4 {
        value = value * 16 + chars.next()?.to_digit(16)?;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assignment_is_split_outside_of_brackets() {
        assert_eq!(split_assignment("a=b=c"), Some(("a", "b=c")));
        assert_eq!(split_assignment("a[\"x=]y\"].b=c"), Some(("a[\"x=]y\"].b", "c")));
        assert_eq!(split_assignment("a[\"x\\\"=]\"]=c"), Some(("a[\"x\\\"=]\"]", "c")));
        assert_eq!(split_assignment("a[x\"y]=c"), Some(("a[x\"y]", "c")));
        assert_eq!(split_assignment("a"), None);
    }

    #[test]
    fn a_key_in_quotes_has_the_escapes_of_json() {
        let key = |text| key_text(text).map(|(key, after)| (key, after.to_owned()));
        let is = |key: &str, after: &str| Some((key.to_owned(), after.to_owned()));
        assert_eq!(key("env].x"), is("env", ".x"));
        assert_eq!(key("a\"b]"), is("a\"b", ""));
        assert_eq!(key(r#""k\u001b\"]\n\\"]"#), is("k\u{1b}\"]\n\\", ""));
        assert_eq!(key(r#""\ud83d\ude00"]"#), is("\u{1f600}", ""));
        for malformed in
            ["", "env", "\"env]", "\"env\"x]", r#""\q"]"#, r#""\ud83d"]"#, r#""\u12"]"#]
        {
            assert_eq!(key(malformed), None, "{malformed}");
        }
    }
}
