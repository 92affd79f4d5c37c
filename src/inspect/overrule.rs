//! `--as PATH=KIND`: what somebody knows better than a guess.

use std::cell::Cell;

use crate::error::{Error, Result, names};
use crate::escape::{quote, word};
use crate::table::Kind;
use crate::wire::WireType;
use crate::wire::limits::FIELD_NUMBER_MAX;

/// What a value is said to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Forced {
    /// A message.
    Message,
    /// One value.
    One(Kind),
    /// Values one after another.
    Packed(Kind),
}

impl Forced {
    fn named(name: &str) -> Option<Forced> {
        let scalar = |name: &str| {
            let name = match name {
                "varint" => "uint64",
                "zigzag" => "sint64",
                name => name,
            };
            let scalar = |kind: &Kind| !kind.is_message() && *kind != Kind::Enum;
            Kind::ALL.into_iter().filter(scalar).find(|kind| kind.name() == name)
        };
        match name.strip_prefix("packed-") {
            Some(name) => scalar(name).filter(|kind| kind.packable()).map(Forced::Packed),
            None if name == "message" => Some(Forced::Message),
            None => scalar(name).map(Forced::One),
        }
    }

    fn fits(self, wire_type: WireType) -> bool {
        match self {
            Forced::Message | Forced::Packed(_) => wire_type == WireType::Len,
            Forced::One(kind) => kind.wire_type() == wire_type,
        }
    }
}

/// The names that are offered for KIND.
pub const KINDS: [&str; 6] =
    ["message", "string", "bytes", "packed-varint", "packed-fixed32", "packed-fixed64"];

struct Rule {
    path: Vec<u32>,
    kind: Forced,
    typed: String,
    met: Cell<bool>,
}

/// What was said of paths.
#[derive(Default)]
pub struct Overrules(Vec<Rule>);

impl Overrules {
    /// Reads what was typed, `PATH=KIND` each.
    ///
    /// # Errors
    ///
    /// A path that is none; a kind that does not exist; a path given twice.
    pub fn read<'a>(typed: impl Iterator<Item = &'a str>) -> Result<Overrules> {
        let mut rules: Vec<Rule> = Vec::new();
        for typed in typed {
            let Some((path, kind)) = typed.split_once('=') else {
                let what = format!("`--as {}` has no `=`", word(typed));
                return Err(Error::usage(what).hint("write `--as 1.3=message`"));
            };
            let Some(path) = path.split('.').map(number).collect::<Option<Vec<u32>>>() else {
                return Err(Error::usage(format!("{} is no path of field numbers", quote(path)))
                    .hint("write `--as 1.3=message` for field 3 of the message in field 1"));
            };
            let Some(kind) = Forced::named(kind) else {
                let hint = names::hint(kind, &KINDS, "", "write");
                return Err(Error::usage(format!("{} is no kind of value", quote(kind)))
                    .hint(hint)
                    .hint("or a type of numbers, as `sint32`, `double` or `packed-bool`"));
            };
            if rules.iter().any(|rule| rule.path == path) {
                let what = format!("`--as` is given twice for {}", shown(&path));
                return Err(Error::usage(what).hint("give it once"));
            }
            rules.push(Rule { path, kind, typed: typed.to_owned(), met: Cell::new(false) });
        }
        Ok(Overrules(rules))
    }

    /// What the value at `path` is said to be, behind a tag of this wire type.
    pub fn of(&self, path: &[u32], wire_type: WireType) -> Option<Forced> {
        let rule = self.0.iter().find(|rule| rule.path == path && rule.kind.fits(wire_type))?;
        rule.met.set(true);
        Some(rule.kind)
    }

    /// Says what met nothing.
    ///
    /// # Errors
    ///
    /// Something did.
    pub fn check(&self) -> Result<()> {
        let Some(rule) = self.0.iter().find(|rule| !rule.met.get()) else { return Ok(()) };
        let wire_type = match rule.kind {
            Forced::Message | Forced::Packed(_) => WireType::Len,
            Forced::One(kind) => kind.wire_type(),
        };
        let what = format!(
            "`--as {}` meets nothing: there is no field {} of wire type {wire_type}",
            word(&rule.typed),
            shown(&rule.path)
        );
        let around = match &rule.path[..] {
            [] | [_] => None,
            [around @ .., _] => Some(format!(
                "field {0} may have been read as something else: add `--as {0}=message`",
                shown(around)
            )),
        };
        Err(Error::failure(what)
            .hint("a path is the field numbers from the outermost message down")
            .maybe_hint(around))
    }
}

fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && (1..=FIELD_NUMBER_MAX).contains(number))
}

/// A path as it is typed.
fn shown(path: &[u32]) -> String {
    let parts: Vec<String> = path.iter().map(u32::to_string).collect();
    parts.join(".")
}
