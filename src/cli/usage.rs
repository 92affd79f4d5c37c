//! What is said of words that clap cannot read, in the one shape of errors.

use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

#[cfg(feature = "grpc")]
use super::call::target;
use super::fields::help::{SET, is_field};
use super::fields::words::{self, Flag};
use super::io::OutputOptions;
use super::schema::{Chosen, option_values};
use super::{Context, fields};
use crate::codec::path;
use crate::error::{Error, Result, names};
use crate::escape::{self, quote, visible};
use crate::table::{Field, Kind, Root};

/// What people write for a bool.
const YES: [&str; 5] = ["true", "1", "yes", "on", "t"];
const NO: [&str; 5] = ["false", "0", "no", "off", "f"];

/// Prints the help or the version if that is what clap's error stands for.
///
/// # Errors
///
/// Words that cannot be read.
pub fn answer(
    error: &clap::Error,
    words: &[OsString],
    root: &Command,
    context: &Context<'_>,
) -> Result<()> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let text = error.render().to_string();
            // Of an argument that nothing is said of clap writes the indent.
            let is_blank = |line: &&str| line.starts_with(' ') && line.trim().is_empty();
            let lines = text.split_inclusive('\n').filter(|line| !is_blank(line));
            let text: String = lines.collect();
            OutputOptions::stdout().open(false)?.write_whole(text.as_bytes())
        }
        _ => Err(mend(error, words, root, context)),
    }
}

/// What to say of words that led to an error before clap has seen them: if it
/// is the schema that cannot be read, its options may be what is wrong.
#[cold]
pub fn of_unread(root: &Command, context: &Context<'_>, error: Error) -> Error {
    let words = context.words;
    let command = words.get(1).and_then(|word| root.find_subcommand(word));
    let (Some(command), None) = (command, context.chosen.get()) else { return error };
    let usage = Usage { name: Some(command.get_name()), command, root: None, typed: words };
    if let Some(error) = usage.missing_value(words) {
        return error;
    }
    // A word that begins with a dash is no value, so these are the option.
    let has_type = words::option(command, "type").is_some();
    let is_type = |word: &OsString| {
        let named = |word: &str| word == "--type" || word.starts_with("--type=");
        has_type && word.to_str().is_some_and(named)
    };
    let mut types = words.iter().enumerate().filter(|(_, word)| is_type(word));
    let (Some((at, word)), None) = (types.next(), types.next()) else {
        return match words.iter().any(is_type) {
            true => Error::usage("`--type` is given twice").hint("it takes one value"),
            false => error,
        };
    };
    // It may have been meant for a field of that name, of the type that there
    // is without it.
    let len = if word == "--type" { 2 } else { 1 };
    let value = words[at + len - 1].to_string_lossy();
    let value = value.strip_prefix("--type=").unwrap_or(&value);
    let rest = [&words[..at], &words[at + len..]].concat();
    let chosen = Chosen::from_words(&rest, false).ok();
    error.maybe_hint(chosen.and_then(|chosen| fields::shadow_hint(chosen.root(), "type", value)))
}

/// Any error of clap, for the places where none can be.
#[cold]
pub fn plain(error: &clap::Error) -> Error {
    let text = error.render().to_string();
    let first = text.lines().next().unwrap_or_default();
    Error::usage(visible(first.trim_start_matches("error: ")))
}

#[cold]
fn mend(error: &clap::Error, words: &[OsString], root: &Command, context: &Context<'_>) -> Error {
    let command = Usage::of(words, root, context);
    let takes = command.root.is_some();
    match error.kind() {
        ErrorKind::UnknownArgument | ErrorKind::InvalidValue | ErrorKind::NoEquals => {
            command.missing_value(words).unwrap_or_else(|| match error.kind() {
                ErrorKind::UnknownArgument => {
                    let behind = words.iter().position(|word| word == "--");
                    let behind = behind.map(|at| &words[at + 1..]);
                    command.unknown(detail(error, ContextKind::InvalidArg), behind)
                }
                _ => command.invalid_value(error),
            })
        }
        ErrorKind::InvalidSubcommand => {
            unknown_command(detail(error, ContextKind::InvalidSubcommand), root)
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            Error::usage("no command is given")
                .hint(format!("the commands are {}", commands(root)))
                .hint("`hello --help` shows them with examples")
        }
        ErrorKind::ArgumentConflict => {
            let flag = flag(detail(error, ContextKind::InvalidArg));
            let takes = command.option(flag).is_none_or(words::takes_value);
            Error::usage(format!("`{flag}` is given twice")).hint(if takes {
                "it takes one value"
            } else {
                "once is enough"
            })
        }
        ErrorKind::TooManyValues => {
            let flag = flag(detail(error, ContextKind::InvalidArg));
            let value = detail(error, ContextKind::InvalidValue);
            let name = flag.trim_start_matches('-');
            Error::usage(format!("`{flag}` takes no value"))
                .maybe_hint(context.shadow_hint(name, value.as_ref()).filter(|_| takes))
        }
        ErrorKind::MissingRequiredArgument => {
            let argument = detail(error, ContextKind::InvalidArg);
            Error::usage(format!("{argument} is missing"))
                .maybe_hint(command.values_of(argument))
                .hint(command.see_help())
        }
        _ => plain(error).hint(command.see_help()),
    }
}

/// The command whose words are wrong.
struct Usage<'c> {
    /// Its name; none for `hello` itself.
    name: Option<&'c str>,
    command: &'c Command,
    /// The type whose fields are flags of the command, if it has such flags.
    root: Option<Root<'c>>,
    /// All words, the field flags among them.
    typed: &'c [OsString],
}

impl<'c> Usage<'c> {
    fn of(words: &[OsString], root: &'c Command, context: &'c Context<'_>) -> Self {
        let Some(command) = words.get(1).and_then(|word| root.find_subcommand(word)) else {
            return Usage { name: None, command: root, root: None, typed: context.words };
        };
        let name = command.get_name();
        let takes = super::COMMANDS.iter().any(|spec| spec.takes_fields && spec.name == name);
        // Of a command without field flags nothing is read for it.
        let chosen = takes.then(|| context.chosen().ok()).flatten();
        let root = chosen.map(|chosen| chosen.root());
        Usage { name: Some(name), command, root, typed: context.words }
    }

    fn type_name(&self) -> &str {
        self.root.map_or("", Root::name)
    }

    /// The option that a word is, by its long name or its short one.
    fn option(&self, word: &str) -> Option<&'c clap::Arg> {
        self.command.get_arguments().find(|arg| {
            arg.get_long().is_some_and(|long| word == format!("--{long}"))
                || arg.get_short().is_some_and(|short| word == format!("-{short}"))
        })
    }

    fn see_help(&self) -> String {
        match self.name {
            Some(name) => format!("`hello {name} --help` shows what there is"),
            None => String::from("`hello --help` shows what there is"),
        }
    }

    /// An option that wants a value and has none, or one that looks like an
    /// option itself. (Field flags are taken out of the words before.)
    fn missing_value(&self, words: &[OsString]) -> Option<Error> {
        let words = words.iter().skip(2).take_while(|word| *word != "--");
        let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
        let mut at = 0;
        while at < words.len() {
            let word = &words[at];
            let option = self.option(word).filter(|option| words::takes_value(option));
            let Some(option) = option else {
                at += 1;
                continue;
            };
            match words.get(at + 1) {
                None => {
                    // What the help calls its value.
                    let name = option.get_value_names().and_then(|names| names.first());
                    let name = name.map_or("VALUE", |name| name.as_str());
                    return Some(
                        Error::usage(format!("`{word}` needs a value"))
                            .hint(format!("write `{word} {name}`")),
                    );
                }
                Some(value) if value.len() > 1 && value.starts_with('-') => {
                    let what =
                        format!("`{word}` needs a value, and {} begins with `-`", quote(value));
                    let value = escape::word(value);
                    let hint = format!("if it is the value, write `{}`", assignment(word, &value));
                    return Some(Error::usage(what).hint(hint));
                }
                Some(_) => at += 2,
            }
        }
        None
    }

    /// A word that clap has no place for; `behind` are those behind `--`, where
    /// nothing is an option.
    fn unknown(&self, word: &str, behind: Option<&[OsString]>) -> Error {
        let Some(name) = self.name else {
            let what = format!("{} is no option of `hello` itself", quote(word));
            return Error::usage(what)
                .hint("options stand after the command")
                .hint(self.see_help());
        };
        if behind.is_some() || !word.starts_with('-') {
            let error =
                Error::usage(format!("`hello {name}` has no use for the word {}", quote(word)));
            let is_flag = |word: &OsString| word.to_string_lossy().starts_with('-');
            let flags = behind.is_some_and(|words| words.iter().any(is_flag));
            let hint = match flags {
                true => Some(String::from("behind `--` nothing is an option: leave it out")),
                false => self.as_field(word),
            };
            return error.maybe_hint(hint).hint(self.see_help());
        }
        let bare = word.trim_start_matches('-');
        let bare = path::split_assignment(bare).map_or(bare, |(name, _)| name);
        if let Some(root) = self.root.filter(|_| bare.contains(['.', '['])) {
            return match path::resolve_flag(root, bare) {
                Err(error) => error,
                // As a flag it would have been taken.
                Ok(_) => words::picks_one(&format!("--{bare}")),
            };
        }
        let options = self.command.get_arguments().filter(|arg| !is_field(arg));
        let longs = options.filter_map(clap::Arg::get_long).chain(self.field_flags());
        let longs: Vec<&str> = longs.collect();
        let near = names::nearest(bare, longs.iter().copied());
        let is_field =
            |flag: &str| !self.is_option(flag) && self.field_flags().any(|field| field == flag);
        match near {
            Some(near) if is_field(near) => {
                Error::usage(format!("{} has no field {}", self.type_name(), quote(bare)))
                    .hint(format!("did you mean `--{near}`?"))
            }
            Some(near) => Error::usage(format!("unknown option `--{}`", escape::word(bare)))
                .hint(format!("did you mean `--{near}`?")),
            None => self.like_nothing(name, word, bare),
        }
    }

    /// A word meant as a field: `bobby`, or `name=bobby`, or the `true` of
    /// `--active true`.
    fn as_field(&self, word: &str) -> Option<String> {
        let root = self.root?;
        let flag_of = |path: &str, field: &Field, value: &str| {
            let set = self.is_option(path);
            match field.kind {
                Kind::Bool if !set => format!("--{path}={value}"),
                _ => words::spelled(path, value, set),
            }
        };
        if let Some(flag) = self.bool_before(word) {
            let value = if NO.contains(&word) { "false" } else { "true" };
            return Some(format!("a bool takes a value behind `=` only: `{flag}={value}`"));
        }
        let (path, field, value) = match path::split_assignment(word) {
            Some((path, value)) => {
                (path, path::resolve(root, path).ok()?.last().map(|step| step.field)?, value)
            }
            None => {
                let fields = root.message().fields();
                let text = |field: &&Field| field.is_singular() && field.kind == Kind::String;
                match fields.iter().find(text) {
                    Some(field) => (&*field.name, field, word),
                    None => fields.first().map(|field| (&*field.name, field, "VALUE"))?,
                }
            }
        };
        Some(format!("fields are given as flags: `{}`", flag_of(path, field, value)))
    }

    /// The flag of a bool before a word that looks like its value.
    fn bool_before(&self, word: &str) -> Option<String> {
        if !YES.contains(&word) && !NO.contains(&word) {
            return None;
        }
        let pair = self.typed.windows(2).find(|pair| pair[1] == word)?;
        let name = pair[0].to_str()?.strip_prefix("--")?;
        match Flag::named(name, self.command, self.root) {
            Flag::Field(steps) if words::is_bool(&steps) => Some(format!("--{name}")),
            _ => None,
        }
    }

    /// Whether the command has an option of this name.
    fn is_option(&self, name: &str) -> bool {
        name == SET || words::option(self.command, name).is_some()
    }

    fn like_nothing(&self, name: &str, word: &str, bare: &str) -> Error {
        #[cfg(feature = "grpc")]
        if let ("call", "server", Some(hint)) = (name, bare, target::by_option(self.typed)) {
            return Error::usage("unknown option `--server`").hint(hint);
        }
        // What is named like an option is set by its path.
        let flags = self.field_flags().map(|field| match self.is_option(field) {
            true => format!("{SET} {field}=VALUE"),
            false => field.to_owned(),
        });
        let flags: Vec<String> = flags.collect();
        let fields: Vec<&str> = flags.iter().map(String::as_str).collect();
        let error = Error::usage(format!("unknown option `{}`", escape::word(word)));
        let error = match fields[..] {
            [] => error,
            _ if !word.starts_with("--") => error,
            _ => {
                let what = format!("{} has no such field", self.type_name());
                error.hint(format!("{what}; {}", names::field_hint(bare, &fields, "--")))
            }
        };
        if name == "describe" && bare == "type" {
            let named = option_values(self.typed, "--type", None).pop();
            let named = named.map_or_else(|| String::from("NAME"), escape::shell_word);
            return error.hint(format!("the name stands by itself: `hello describe {named}`"));
        }
        let elsewhere = name == "decode" && word.starts_with("--");
        error
            .maybe_hint(elsewhere.then(|| String::from("fields are flags of `hello encode`")))
            .hint(self.see_help())
    }

    fn invalid_value(&self, error: &clap::Error) -> Error {
        let argument = flag(detail(error, ContextKind::InvalidArg));
        let value = detail(error, ContextKind::InvalidValue);
        if value.is_empty() {
            return Error::usage(format!("`{argument}` needs a value")).hint(self.see_help());
        }
        let what = format!("{} is not a value of {argument}", quote(value));
        let Some(ContextValue::Strings(valid)) = error.get(ContextKind::ValidValue) else {
            return Error::usage(what).hint(self.see_help());
        };
        let valid: Vec<&str> = valid.iter().map(String::as_str).collect();
        Error::usage(what).hint(names::hint(value, &valid, "", "it takes"))
    }

    /// The values that an argument such as `<SHELL>` takes, if they are few.
    fn values_of(&self, argument: &str) -> Option<String> {
        let arg = self.command.get_arguments().find(|arg| arg.to_string() == argument)?;
        let values = arg.get_possible_values();
        let names: Vec<&str> = values.iter().map(clap::builder::PossibleValue::get_name).collect();
        (!names.is_empty()).then(|| format!("it is one of {}", names::list(&names)))
    }

    fn field_flags(&self) -> impl Iterator<Item = &str> {
        let fields = self.root.map_or(&[][..], |root| root.message().fields());
        fields.iter().map(|field| &*field.name)
    }
}

fn unknown_command(word: &str, root: &Command) -> Error {
    let error = Error::usage(format!("there is no command {}", quote(word)));
    let names: Vec<&str> = root.get_subcommands().map(Command::get_name).collect();
    error.hint(names::hint(word, &names, "hello ", "write"))
}

fn commands(root: &Command) -> String {
    let names: Vec<&str> = root.get_subcommands().map(Command::get_name).collect();
    names::list(&names)
}

/// How a value is given to an option in one word.
fn assignment(option: &str, value: &str) -> String {
    if option.starts_with("--") { format!("{option}={value}") } else { format!("{option}{value}") }
}

fn detail(error: &clap::Error, kind: ContextKind) -> &str {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text,
        Some(ContextValue::Strings(texts)) => texts.first().map_or("", String::as_str),
        _ => "",
    }
}

/// `--to` of clap's `--to <FORMAT>`.
fn flag(argument: &str) -> &str {
    argument.split([' ', '=']).next().unwrap_or_default()
}
