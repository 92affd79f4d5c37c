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
    /// How far down the path fields were found, and the wire type of the last.
    reached: Cell<(usize, Option<WireType>)>,
    /// How far down messages were read, whatever is in them.
    entered: Cell<usize>,
}

impl Rule {
    fn new(path: Vec<u32>, kind: Forced, typed: &str) -> Rule {
        let (met, reached, entered) = Default::default();
        Rule { path, kind, typed: typed.to_owned(), met, reached, entered }
    }

    /// Takes note of a value at `path`.
    fn see(&self, path: &[u32], wire_type: WireType) {
        let shared = self.path.iter().zip(path).take_while(|(a, b)| a == b).count();
        if shared == path.len() && shared > self.reached.get().0 {
            self.reached.set((shared, Some(wire_type)));
        }
        self.entered.set(self.entered.get().max(shared.min(path.len() - 1)));
    }
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
                return Err(no_kind(kind));
            };
            if rules.iter().any(|rule| rule.path == path) {
                let what = format!("`--as` is given twice for {}", shown(&path));
                return Err(Error::usage(what).hint("give it once"));
            }
            rules.push(Rule::new(path, kind, typed));
        }
        Ok(Overrules(rules))
    }

    /// What the value at `path` is said to be, behind a tag of this wire type.
    pub fn of(&self, path: &[u32], wire_type: WireType) -> Option<Forced> {
        self.0.iter().for_each(|rule| rule.see(path, wire_type));
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
        let what = format!("`--as {}` meets nothing", word(&rule.typed));
        let (found, wire_type) = rule.reached.get();
        let (there, rest) = rule.path.split_at(found);
        let Some(wire_type) = wire_type else {
            return Err(Error::failure(format!("{what}: there is no field {}", rule.path[0]))
                .hint("a path is the field numbers from the outermost message down"));
        };
        let there = shown(there);
        let Some(next) = rest.first() else {
            return Err(Error::failure(format!("{what}: field {there} is {wire_type}"))
                .hint(kinds_of(wire_type)));
        };
        Err(match wire_type {
            WireType::Len if rule.entered.get() < found => {
                Error::failure(format!("{what}: field {there} was not read as a message"))
                    .hint(format!("add `--as {there}=message`"))
            }
            WireType::Len | WireType::StartGroup => {
                Error::failure(format!("{what}: there is no field {there}.{next}"))
                    .hint("a path is the field numbers from the outermost message down")
            }
            _ => Error::failure(format!("{what}: field {there} is {wire_type}"))
                .hint(format!("there are no fields in it: {}", kinds_of(wire_type))),
        })
    }
}

#[cold]
fn no_kind(typed: &str) -> Error {
    let error = Error::usage(format!("{} is no kind of value", quote(typed)));
    if typed.starts_with("packed-") {
        // All begin alike, so that nothing is nearer than anything else.
        let packed = KINDS.into_iter().filter(|kind| kind.starts_with("packed-"));
        let packed: Vec<&str> = packed.collect();
        return error
            .hint(names::hint("", &packed, "", "write"))
            .hint("or `packed-` and a type of numbers, as `packed-sint32` or `packed-bool`");
    }
    error
        .hint(names::hint(typed, &KINDS, "", "write"))
        .hint("or a type of numbers, as `sint32`, `double` or `packed-bool`")
}

/// What a value of a wire type can be read as.
fn kinds_of(wire_type: WireType) -> String {
    let kinds: Vec<&str> = match wire_type {
        WireType::Len => KINDS.to_vec(),
        WireType::Varint | WireType::I64 | WireType::I32 => {
            numbers(|kind| kind.wire_type() == wire_type).collect()
        }
        WireType::StartGroup | WireType::EndGroup => return String::from("a group is a message"),
    };
    names::hint("", &kinds, "", "write")
}

/// The names of the kinds of numbers that are `wanted`.
fn numbers(wanted: impl Fn(Kind) -> bool) -> impl Iterator<Item = &'static str> {
    let wanted = move |kind: &Kind| *kind != Kind::Enum && kind.packable() && wanted(*kind);
    Kind::ALL.into_iter().filter(wanted).map(Kind::name)
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
