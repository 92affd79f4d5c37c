//! What the word at the cursor is to be.

use clap::{Arg, Command};

use super::super::fields::words::{self, Flag};
use crate::codec::path::{self, Step};
use crate::table::Root;

/// What takes a value.
pub enum Taker<'c, 't> {
    /// An option.
    Option(&'c Arg),
    /// The flag of the field at the end of the path.
    Field(Root<'t>, Vec<Step<'t>>),
    /// `--set`.
    Set,
}

/// What the word at the cursor is to be.
pub enum Place<'c, 't> {
    /// The value of something; it begins at this byte of the word.
    Value(Taker<'c, 't>, usize),
    /// A word of its own, which may be an option or a flag. So many words that
    /// are neither stand before it.
    Word(usize),
    /// The same behind `--`, where nothing is an option.
    Plain(usize),
}

impl<'c, 't> Taker<'c, 't> {
    /// Whether a word that follows is the value.
    fn takes(&self, word: &str) -> bool {
        !words::is_option(word.as_ref())
            || match self {
                Taker::Field(root, steps) => words::is_negative_value(*root, steps, word),
                Taker::Option(_) | Taker::Set => false,
            }
    }

    /// What the word `--NAME` is, if it takes a value, be it behind `=` only.
    fn of_long(name: &str, command: &'c Command, root: Option<Root<'t>>) -> Option<Self> {
        match (Flag::named(name, command, root), root) {
            (Flag::Set, _) => Some(Taker::Set),
            (Flag::Option(option), _) if words::takes_value(option) => Some(Taker::Option(option)),
            (Flag::Field(steps), Some(root)) => Some(Taker::Field(root, steps)),
            (Flag::Option(_) | Flag::Field(_) | Flag::Unknown, _) => None,
        }
    }

    /// The taker that a word names, and where in the word its value begins if
    /// it is there.
    fn named(
        word: &str,
        command: &'c Command,
        root: Option<Root<'t>>,
    ) -> Option<(Self, Option<usize>)> {
        if let Some(flag) = word.strip_prefix("--") {
            return match path::split_assignment(flag) {
                Some((name, _)) => {
                    Some((Self::of_long(name, command, root)?, Some(name.len() + "--=".len())))
                }
                None => {
                    let taker = Self::of_long(flag, command, root)?;
                    let bare = matches!(&taker, Taker::Field(_, steps) if words::is_bool(steps));
                    (!bare).then_some((taker, None))
                }
            };
        }
        let short = word.strip_prefix('-')?.chars().next()?;
        let option = command.get_arguments().find(|arg| arg.get_short() == Some(short))?;
        if !words::takes_value(option) {
            return None;
        }
        let rest = &word[1 + short.len_utf8()..];
        let equals = usize::from(rest.starts_with('='));
        let from = (!rest.is_empty()).then_some(word.len() - rest.len() + equals);
        Some((Taker::Option(option), from))
    }
}

impl<'c, 't> Place<'c, 't> {
    /// Where the cursor is: in the word `current`, behind the words `before`,
    /// which follow the command. They are read as a run of the command would
    /// read them.
    pub fn find(
        before: &[&str],
        current: &str,
        command: &'c Command,
        root: Option<Root<'t>>,
    ) -> Self {
        let mut waiting: Option<Taker<'c, 't>> = None;
        let mut plain = 0;
        let mut dashes = false;
        for word in before {
            if waiting.take().is_some_and(|taker| taker.takes(word)) {
                continue;
            }
            if dashes || !words::is_option(word.as_ref()) {
                plain += 1;
            } else if *word == "--" {
                dashes = true;
            } else if let Some((taker, None)) = Taker::named(word, command, root) {
                waiting = Some(taker);
            }
        }
        match waiting.filter(|taker| taker.takes(current)) {
            Some(taker) => return Place::Value(taker, 0),
            None if dashes => return Place::Plain(plain),
            None => {}
        }
        match Taker::named(current, command, root) {
            Some((taker, Some(from))) => Place::Value(taker, from),
            _ => Place::Word(plain),
        }
    }
}
