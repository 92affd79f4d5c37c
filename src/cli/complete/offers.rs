//! What there is for the place of the cursor.

use std::collections::HashMap;
use std::ffi::OsString;

use clap::{Arg, Command};

use super::super::Spec;
#[cfg(feature = "grpc")]
use super::super::call;
use super::super::describe;
use super::super::schema::{self, Chosen};
use super::fields;
use super::place::{Place, Taker};
use super::shell::Shell;
use crate::escape::visible;
use crate::schema::files;
use crate::table::Root;

/// One thing that can be put in.
pub struct Offer {
    /// What stands behind the part of the word that stays.
    pub value: String,
    /// What there is to say of it, on one line.
    pub help: String,
}

impl Offer {
    /// An offer without any help.
    pub fn bare(value: impl Into<String>) -> Self {
        Offer { value: value.into(), help: String::new() }
    }
}

/// What kind of thing is offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Kind {
    /// The offers themselves.
    #[default]
    Words,
    /// Files, which the shell finds.
    Files,
    /// Directories, which the shell finds.
    Directories,
}

/// What can stand at the cursor.
#[derive(Default)]
pub struct Answer {
    /// What kind of thing it is.
    pub kind: Kind,
    /// The byte of the word from which on it is completed.
    pub from: usize,
    /// The offers, in their order.
    pub offers: Vec<Offer>,
}

impl Answer {
    /// Files, from byte `from` of the word on.
    pub fn files(from: usize) -> Self {
        Answer { kind: Kind::Files, from, offers: Vec::new() }
    }

    /// These words.
    pub fn words(from: usize, offers: Vec<Offer>) -> Self {
        Answer { kind: Kind::Words, from, offers }
    }
}

/// The commands of `root`, or its options.
pub fn commands(root: &Command, current: &str) -> Answer {
    if current.starts_with('-') {
        return Answer::words(0, options(root, current));
    }
    let commands = root.get_subcommands().filter(|command| command.get_name().starts_with(current));
    let offer = |command: &Command| Offer {
        value: command.get_name().to_owned(),
        help: command.get_about().map(ToString::to_string).unwrap_or_default(),
    };
    Answer::words(0, commands.map(offer).collect())
}

/// The options that begin like `current`; the short ones only behind a single
/// dash, where nothing else tells of them.
fn options(command: &Command, current: &str) -> Vec<Offer> {
    let mut offers = Vec::new();
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let short = arg.get_short().filter(|_| current == "-").map(|short| format!("-{short}"));
        let long = arg.get_long().map(|long| format!("--{long}"));
        for value in [long, short].into_iter().flatten() {
            if value.starts_with(current) {
                offers.push(Offer { value, help: help.clone() });
            }
        }
    }
    offers
}

/// A command, and the schema that the words of the line lead to.
pub struct Offering<'w> {
    command: &'w Command,
    words: &'w [OsString],
    takes_fields: bool,
    /// None where the schema cannot be read, or the type is not clear. What
    /// is wrong will be said when the command is run.
    chosen: Option<Chosen>,
}

impl<'w> Offering<'w> {
    /// Reads the schema; its comments for a shell that shows them.
    pub fn new(
        command: &'w Command,
        takes_fields: bool,
        words: &'w [OsString],
        shell: Shell,
    ) -> Self {
        let has_schema = command.get_arguments().any(|arg| arg.get_long() == Some("proto"));
        let spec = Spec::of(words).filter(|spec| has_schema && (spec.is_at_hand)(words));
        let chosen = spec.and_then(|spec| (spec.choose)(words, shell.shows_help()).ok());
        Offering { command, words, takes_fields, chosen }
    }

    /// The type whose fields are flags of the command.
    pub fn flags(&self) -> Option<Root<'_>> {
        self.chosen.as_ref().filter(|_| self.takes_fields).map(Chosen::root)
    }

    /// What can stand at a place, in the word `current`.
    pub fn at(&self, place: &Place<'_, '_>, current: &str) -> Answer {
        match place {
            Place::Value(taker, from) => {
                let text = current.get(*from..).unwrap_or_default();
                match taker {
                    Taker::Option(option) => self.option_value(option, text, *from),
                    Taker::Field(root, steps) => match steps.last() {
                        Some(step) => fields::value(root.tables, step.field, text, *from),
                        None => Answer::default(),
                    },
                    Taker::Set => match &self.chosen {
                        Some(chosen) => fields::pair(chosen, text, *from),
                        None => Answer::default(),
                    },
                }
            }
            Place::Word(plain) if !current.starts_with('-') && self.is_file(*plain) => {
                Answer::files(0)
            }
            Place::Plain(plain) if self.is_file(*plain) => Answer::files(0),
            Place::Word(plain) => {
                let mut offers = self.positional(*plain, current).unwrap_or_default();
                // Options are offered where nothing else is, or to whoever
                // begins one.
                if current.starts_with('-') || current.is_empty() && offers.is_empty() {
                    if let (Some(chosen), true) = (&self.chosen, self.takes_fields) {
                        offers.extend(fields::flags(chosen, self.command, current));
                    }
                    offers.extend(options(self.command, current));
                }
                Answer::words(0, offers)
            }
            Place::Plain(plain) => {
                Answer::words(0, self.positional(*plain, current).unwrap_or_default())
            }
        }
    }

    /// The values of the argument without a name that comes after `plain` others.
    fn positional(&self, plain: usize, current: &str) -> Option<Vec<Offer>> {
        let arg = self.command.get_positionals().nth(plain)?;
        if self.command.get_name() == "describe" {
            return Some(self.described(current));
        }
        match value_name(arg) {
            // METHOD may stand without an ADDRESS before it.
            #[cfg(feature = "grpc")]
            Some("ADDRESS" | "METHOD") => {
                let methods = call::target::methods_at_hand(self.words);
                Some(named(&methods, current, |_| true))
            }
            _ => Some(possible(arg, current)),
        }
    }

    /// Whether the argument after `plain` others names a file.
    fn is_file(&self, plain: usize) -> bool {
        self.command.get_name() == "diff" && plain < 2
    }

    /// What `describe` can print.
    fn described(&self, text: &str) -> Vec<Offer> {
        match schema::is_at_hand(self.words) {
            true => named(&describe::names(self.words).unwrap_or_default(), text, is_own),
            false => Vec::new(),
        }
    }

    fn option_value(&self, option: &Arg, text: &str, from: usize) -> Answer {
        match option.get_long() {
            Some("type") => return Answer::words(from, self.types(text)),
            Some("field") => {
                let paths = self.chosen.as_ref().map(|chosen| fields::paths(chosen, text));
                return Answer::words(from, paths.unwrap_or_default());
            }
            // JSON, unless it is to come from a file.
            Some("data") if text.starts_with('@') => return Answer::files(from + 1),
            _ => {}
        }
        let possible = possible(option, text);
        if !possible.is_empty() {
            return Answer::words(from, possible);
        }
        match value_name(option) {
            #[cfg(feature = "grpc")]
            Some("METHOD=JSON") => reply(self.words, text, from),
            Some("FILE") => Answer::files(from),
            Some("DIR") => Answer { kind: Kind::Directories, ..Answer::files(from) },
            _ => Answer::default(),
        }
    }

    /// The types whose names begin with `text`; if there are none, those whose
    /// short names do.
    fn types(&self, text: &str) -> Vec<Offer> {
        if !schema::is_at_hand(self.words) {
            return Vec::new();
        }
        named(&schema::type_names(self.words).unwrap_or_default(), text, is_own)
    }
}

/// The well-known types are in every schema, and hardly meant.
fn is_own(name: &str) -> bool {
    !files::is_well_known(name)
}

/// The names that begin with `text`; if there are none, the ends of names that
/// do and are nobody else's. Of ends, and where nothing is typed, only the
/// `meant` ones are offered.
fn named(names: &[String], text: &str, meant: impl Fn(&str) -> bool) -> Vec<Offer> {
    let full = names.iter().filter(|name| name.starts_with(text));
    let full = full.filter(|name| !text.is_empty() || meant(name));
    let full: Vec<Offer> = full.map(Offer::bare).collect();
    if !full.is_empty() || text.is_empty() {
        return full;
    }
    let mut ends: HashMap<&str, usize> = HashMap::new();
    for name in names {
        for end in ends_of(name).filter(|end| end.starts_with(text)) {
            *ends.entry(end).or_default() += 1;
        }
    }
    let unique = |name: &String| {
        let end = ends_of(name).find(|end| ends.get(end) == Some(&1));
        end.filter(|_| meant(name)).map(Offer::bare)
    };
    names.iter().filter_map(unique).collect()
}

/// `b.C` and `C` of `a.b.C`; `S/M` and `M` of `a.S/M`.
fn ends_of(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices(['.', '/']).map(|(at, _)| &name[at + 1..])
}

/// What `METHOD=JSON` can go on with, which begins at this byte of the word.
#[cfg(feature = "grpc")]
fn reply(words: &[OsString], text: &str, from: usize) -> Answer {
    if let Some((method, json)) = text.split_once('=') {
        return match json.starts_with('@') {
            true => Answer::files(from + method.len() + "=@".len()),
            false => Answer::default(),
        };
    }
    let mut offers = named(&call::target::methods_at_hand(words), text, |_| true);
    for offer in &mut offers {
        offer.value.push('=');
    }
    Answer::words(from, offers)
}

/// What the help calls a value.
fn value_name(arg: &Arg) -> Option<&str> {
    arg.get_value_names().and_then(|names| names.first()).map(|name| name.as_str())
}

/// The values that clap knows of an argument.
fn possible(arg: &Arg, text: &str) -> Vec<Offer> {
    let values = arg.get_possible_values();
    let values = values.iter().filter(|value| value.get_name().starts_with(text));
    values
        .map(|value| Offer {
            value: value.get_name().to_owned(),
            help: value.get_help().map(|help| visible(&help.to_string())).unwrap_or_default(),
        })
        .collect()
}
