//! The command line: one list of commands, one file for each.
//!
//! `COMMANDS` is the list from which parsing, help and completion come; a
//! new command is a row there and a file beside this one. `complete` answers
//! the shells at TAB. What commands share has a file of its own:
//!
//! - `io`: where bytes come from and go to; standard input and output are
//!   opened there and nowhere else.
//! - `format`: the names of formats, and which one is meant.
//! - `schema`: the schema options, and the table they lead to.
//! - `fields`: the flags made from the fields of a message.
//! - `bytes`: where bytes of messages come from, and out of what they are read.
//! - `pointer`: how `decode` points at `inspect`.
//! - `printer`: what `decode` prints of a message.
//! - `streaming`: the options of streams; `progress`: how far one is.
//! - `warnings`, `usage`, `guess`: what is said about input that is odd,
//!   words that are wrong, and bytes that are something else than asked for.

mod bytes;
#[cfg(feature = "grpc")]
mod call;
mod complete;
mod completions;
mod decode;
mod describe;
mod diff;
mod encode;
mod fields;
mod format;
mod guess;
mod inspect;
pub mod io;
mod pointer;
mod printer;
mod progress;
mod schema;
#[cfg(feature = "grpc")]
mod serve;
#[cfg(feature = "grpc")]
mod server;
mod streaming;
mod usage;
mod warnings;

use std::cell::OnceCell;
use std::ffi::{OsStr, OsString};
use std::mem::ManuallyDrop;

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::error::{Error, Result};
use fields::Given;
use io::Input;
use schema::Chosen;

/// A command: a row of [`COMMANDS`].
struct Spec {
    name: &'static str,
    about: &'static str,
    /// Adds the options.
    options: fn(Command, &Context<'_>) -> Result<Command>,
    run: fn(&mut ArgMatches, &Context<'_>) -> Result<()>,
    /// Whether fields are given to it as flags.
    takes_fields: bool,
    /// The schema and the type that words ask for, with comments or without.
    choose: fn(&[OsString], bool) -> Result<Chosen>,
    /// Whether that can be told without waiting for anybody.
    is_at_hand: fn(&[OsString]) -> bool,
}

impl Spec {
    /// The command that words ask for.
    fn of(words: &[OsString]) -> Option<&'static Spec> {
        words.get(1).and_then(|word| COMMANDS.iter().find(|spec| spec.name == word))
    }
}

/// What was typed, and the schema that it leads to once somebody asks.
struct Context<'w> {
    words: &'w [OsString],
    chosen: OnceCell<Chosen>,
    /// Whether the options of all commands are built: then it is help that is
    /// asked for, which no wrong schema may hide.
    all: bool,
    /// The field flags among the words.
    given: Vec<Given>,
}

impl<'w> Context<'w> {
    fn new(words: &'w [OsString]) -> Self {
        let all = matches!(asked_for(words), Built::All);
        Context { words, chosen: OnceCell::new(), all, given: Vec::new() }
    }

    /// Whether the help of a command is asked for.
    fn asks_for_help(&self) -> bool {
        self.words.iter().any(|word| word == "--help" || word == "-h" || word == "help")
    }

    /// Takes the field flags out of the words, for a command that has them;
    /// gives what is left.
    ///
    /// # Errors
    ///
    /// A schema that cannot be read; a flag that cannot be.
    fn take_fields(&mut self, root: &Command) -> Result<Vec<OsString>> {
        let command = Spec::of(self.words).filter(|spec| spec.takes_fields && !self.all);
        let Some(command) = command.and_then(|spec| root.find_subcommand(spec.name)) else {
            return Ok(self.words.to_vec());
        };
        if self.is_help_without_schema() {
            // Which words are fields is not known; what is asked for is.
            return Ok([&self.words[..2], &[OsString::from("--help")]].concat());
        }
        let (left, given) = fields::take(self.words, command, self.chosen()?.root())?;
        self.given = given;
        Ok(left)
    }

    /// The schema whose fields help shows, if help is asked for. One of the
    /// environment that cannot be read doesn't keep back the rest of it.
    ///
    /// # Errors
    ///
    /// A schema that was typed, and cannot be read.
    fn for_help(&self) -> Result<Option<&Chosen>> {
        if !self.asks_for_help() && !self.all {
            return Ok(None);
        }
        match self.chosen() {
            Err(error) if self.is_help_without_schema() => {
                let names = Chosen::variables(self.words).join(" and ");
                io::say(&format!("the fields are not shown: {} ({names})", error.what()));
                Ok(None)
            }
            chosen => chosen.map(Some),
        }
    }

    /// Whether help is asked for, and a schema only by the environment, which
    /// cannot be read.
    fn is_help_without_schema(&self) -> bool {
        self.words.iter().any(|word| word == "--help" || word == "-h")
            && !Chosen::variables(self.words).is_empty()
            && self.chosen().is_err()
    }

    /// The schema and the message type.
    ///
    /// # Errors
    ///
    /// A schema that cannot be read, or doesn't have the type.
    fn chosen(&self) -> Result<&Chosen> {
        if let Some(chosen) = self.chosen.get() {
            return Ok(chosen);
        }
        let choose =
            Spec::of(self.words).map_or(Chosen::from_words as fn(&_, _) -> _, |it| it.choose);
        let chosen = match choose(self.words, self.asks_for_help() || self.all) {
            Err(_) if self.all => Chosen::builtin()?,
            chosen => chosen?,
        };
        Ok(self.chosen.get_or_init(|| chosen))
    }

    /// Whether the command that is run has an option of this name, so that a
    /// field of the name is set by `--set` only.
    #[cold]
    fn is_option(&self, name: &str) -> bool {
        let Ok(root) = command(self, asked_for(self.words)) else { return false };
        let command = self.words.get(1).and_then(|word| root.find_subcommand(word));
        name == fields::help::SET
            || command.is_some_and(|command| fields::words::option(command, name).is_some())
    }

    /// How to set the field that `option` is named like, if there is one and
    /// the option was typed by its long name.
    fn shadow_hint(&self, option: &str, value: &OsStr) -> Option<String> {
        let hint =
            fields::shadow_hint(self.chosen().ok()?.root(), option, &value.to_string_lossy())?;
        let typed = |word: &OsString| {
            let word = word.to_string_lossy();
            let name = word.strip_prefix("--").unwrap_or_default();
            name.split('=').next() == Some(option)
        };
        self.words.iter().any(typed).then_some(hint)
    }

    /// Refuses to read the message from where the schema came from.
    ///
    /// # Errors
    ///
    /// Both are standard input.
    fn check_input(&self, input: &Input) -> Result<()> {
        let set = "--descriptor-set";
        let is = |pair: &[OsString]| pair[0] == set && pair[1] == "-";
        let given =
            |option: &str| self.words.iter().any(|word| word.to_string_lossy().starts_with(option));
        let by_environment = || {
            std::env::var_os("HELLO_DESCRIPTOR_SET").is_some_and(|name| name == "-")
                && !given(set)
                && !given("--proto")
        };
        let is_stdin = matches!(input, Input::Stdin)
            && (self.words.windows(2).any(is)
                || self.words.iter().any(|word| word == "--descriptor-set=-")
                || by_environment());
        if !is_stdin {
            return Ok(());
        }
        Err(Error::usage("standard input cannot be both the schema and the message")
            .hint("name a file for one of them"))
    }
}

/// Every command, in the order of the help.
static COMMANDS: &[Spec] = &[
    encode::SPEC,
    decode::SPEC,
    inspect::SPEC,
    describe::SPEC,
    diff::SPEC,
    #[cfg(feature = "grpc")]
    call::SPEC,
    #[cfg(feature = "grpc")]
    serve::SPEC,
    completions::SPEC,
];

const EXAMPLES: &str = "\
Examples:
  hello encode --name bobby
  hello decode 0a05626f626279
  hello encode --name bobby --to binary | hello decode --to json

Exit status: 0 done, 1 the input or the system failed, 2 the command line is wrong.";

/// Runs the command that `words`, the program's name first, ask for.
///
/// # Errors
///
/// Whatever went wrong, to be reported with [`io::report`].
pub fn run(words: &[OsString]) -> Result<()> {
    if words.get(1).is_some_and(|word| word == complete::WORD) {
        return complete::run(words);
    }
    // None of these is dropped: the process ends next, and taking them apart
    // piece by piece costs a tenth of a start.
    let mut context = ManuallyDrop::new(Context::new(words));
    let mut command = ManuallyDrop::new(command(&context, asked_for(words))?);
    let left = match context.take_fields(&command) {
        Ok(left) => left,
        Err(error) => return Err(usage::of_unread(&command, &context, error)),
    };
    let mut matches = match command.try_get_matches_from_mut(&left) {
        Ok(matches) => matches,
        Err(error) => return usage::answer(&error, &left, &command, &context),
    };
    let Some((name, matches)) = matches.remove_subcommand() else { return Ok(()) };
    let mut matches = ManuallyDrop::new(matches);
    match COMMANDS.iter().find(|spec| spec.name == name) {
        Some(spec) => (spec.run)(&mut matches, &context),
        None => Ok(()),
    }
}

/// Which commands are to have their options: building one costs more than
/// running it, so only those that the words ask for.
#[derive(Clone, Copy)]
enum Built<'w> {
    One(&'w OsString),
    All,
}

fn asked_for(words: &[OsString]) -> Built<'_> {
    match words.get(1) {
        Some(word) if word != "help" => Built::One(word),
        _ => Built::All,
    }
}

fn command(context: &Context<'_>, built: Built<'_>) -> Result<Command> {
    let mut root = Command::new("hello")
        .about("Protocol Buffers for the shell: fields to bytes, bytes to fields.")
        .version(env!("CARGO_PKG_VERSION"))
        .after_help(EXAMPLES)
        .subcommand_required(true)
        .arg_required_else_help(true);
    for spec in COMMANDS {
        let mut command = Command::new(spec.name).about(spec.about);
        let wanted = match built {
            Built::One(word) => word == spec.name,
            Built::All => true,
        };
        if wanted {
            command = (spec.options)(command, context)?.disable_help_flag(true).arg(
                Arg::new("help")
                    .short('h')
                    .long("help")
                    .action(ArgAction::Help)
                    .help_heading("Other")
                    .help("Print this help"),
            );
        }
        root = root.subcommand(command);
    }
    Ok(root)
}
