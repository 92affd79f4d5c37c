//! The field flags among the words of a command line.

use std::ffi::{OsStr, OsString};

use clap::{Arg, Command};

use super::help::SET;
use crate::codec::path::{self, Pick, Step};
use crate::error::{Error, Excerpt, Result};
use crate::escape::{self, quote};
use crate::table::{Cardinality, Kind, Root, WellKnown};

/// A field flag as it was typed.
#[derive(Clone, Debug)]
pub struct Given {
    /// The path of the field.
    pub path: String,
    /// The text of the value; none for a bare bool.
    pub value: Option<String>,
    /// Whether it was given by `--set`.
    pub set: bool,
}

impl Given {
    /// The flag as messages name it.
    pub fn flag(&self) -> String {
        match self.set {
            true => format!("--{SET} {}", escape::word(&self.path)),
            false => format!("--{}", escape::word(&self.path)),
        }
    }

    /// How the flag is written with this value.
    pub fn with(&self, value: &str) -> String {
        spelled(&self.path, value, self.set)
    }
}

/// How `value` is given to the field of `path`, by `--set` or by its flag, as
/// a shell reads it.
pub fn spelled(path: &str, value: &str, set: bool) -> String {
    use escape::shell_word;
    match set {
        true => format!("--{SET} {}", shell_word(format!("{path}={value}"))),
        false => format!("{} {}", shell_word(format!("--{path}")), shell_word(value)),
    }
}

/// Whether an option takes a value.
///
/// The flags of `encode` and `decode` are `Option<bool>` with no value: clap
/// gives one of `bool` a default, and reading that costs each start 2,000
/// instructions. Their action is the one of an option that takes a value.
pub fn takes_value(option: &Arg) -> bool {
    option.get_action().takes_values()
        && option.get_num_args().is_none_or(|count| count.takes_values())
}

/// Takes the field flags out of `words`, which begin with the program and the
/// command: gives what is left for clap, and the flags in their order.
///
/// # Errors
///
/// A flag without a value, a value that is not UTF-8, a path of `--set` that
/// leads nowhere.
pub fn take(
    words: &[OsString],
    command: &Command,
    root: Root<'_>,
) -> Result<(Vec<OsString>, Vec<Given>)> {
    let mut left: Vec<OsString> = words.iter().take(2).cloned().collect();
    let mut given = Vec::new();
    let mut rest = words.iter().skip(2).peekable();
    while let Some(word) = rest.next() {
        if word == "--" {
            left.push(word.clone());
            left.extend(rest.cloned());
            break;
        }
        let lossy = word.to_string_lossy();
        let Some(flag) = lossy.strip_prefix("--") else {
            left.push(word.clone());
            continue;
        };
        let (name, inline) = match path::split_assignment(flag) {
            Some((name, _)) => (name, true),
            None => (flag, false),
        };
        let steps = match Flag::named(name, command, Some(root)) {
            Flag::Set => {
                let pair = match inline {
                    true => after_equals(word, SET.len() + 3),
                    false => next_value(&format!("--{SET}"), &mut rest, "PATH=VALUE", |_| false)?,
                };
                given.push(set(&pair, root)?);
                continue;
            }
            Flag::Option(option) => {
                left.push(word.clone());
                let takes_value = takes_value(option);
                if takes_value && !inline && rest.peek().is_some_and(|next| !is_option(next)) {
                    left.extend(rest.next().cloned());
                }
                continue;
            }
            Flag::Unknown => {
                left.push(word.clone());
                continue;
            }
            Flag::Field(steps) => steps,
        };
        let flag = format!("--{}", escape::word(name));
        let value = match inline {
            true => Some(after_equals(word, name.len() + 3)),
            false if is_bool(&steps) => None,
            false => {
                let placeholder = match steps.last().map(|step| step.field) {
                    Some(field) if field.cardinality == Cardinality::Map => "KEY=VALUE",
                    Some(field) if field.kind == Kind::String => "TEXT",
                    _ => "VALUE",
                };
                let negative = |next: &str| is_negative_value(root, &steps, next);
                Some(next_value(&flag, &mut rest, placeholder, negative)?)
            }
        };
        let value = value.map(|value| utf8(&flag, &value)).transpose().map_err(|error| {
            let names: Vec<&str> = steps.iter().map(|step| &*step.field.name).collect();
            error.inside(root.name(), &names)
        })?;
        given.push(Given { path: name.to_owned(), value, set: false });
    }
    Ok((left, given))
}

/// What the name behind two dashes is of.
pub enum Flag<'c, 't> {
    /// The flag that sets a field by its path.
    Set,
    /// An option of the command.
    Option(&'c Arg),
    /// The field that the name is the path of.
    Field(Vec<Step<'t>>),
    /// Nothing that there is.
    Unknown,
}

impl<'c, 't> Flag<'c, 't> {
    /// What `name` is, for a command with these options, and with the fields
    /// of this type if it has field flags. An option wins over a field.
    pub fn named(name: &str, command: &'c Command, root: Option<Root<'t>>) -> Self {
        if root.is_some() && name == SET {
            return Flag::Set;
        }
        if let Some(option) = option(command, name) {
            return Flag::Option(option);
        }
        root.and_then(|root| field(root, name)).map_or(Flag::Unknown, Flag::Field)
    }
}

/// The option of the command that is named `name`.
pub fn option<'c>(command: &'c Command, name: &str) -> Option<&'c Arg> {
    let named = |arg: &&Arg| {
        arg.get_long() == Some(name)
            || arg.get_all_aliases().is_some_and(|aliases| aliases.contains(&name))
    };
    // The flags that help shows of fields are no options.
    let options = command.get_arguments().filter(|arg| !super::help::is_field(arg));
    options.into_iter().find(named)
}

/// The field that a flag names, if it names one that a flag can set.
fn field<'t>(root: Root<'t>, name: &str) -> Option<Vec<Step<'t>>> {
    let steps = path::resolve(root, name).ok()?;
    steps.iter().all(|step| step.pick == Pick::All).then_some(steps)
}

/// Whether the flag of the field takes no value but one behind `=`.
pub fn is_bool(steps: &[Step<'_>]) -> bool {
    steps.last().is_some_and(|step| {
        step.field.kind == Kind::Bool && step.field.cardinality != Cardinality::Map
    })
}

/// Whether values of the field may begin with `-`: numbers and durations.
fn takes_negative(root: Root<'_>, steps: &[Step<'_>]) -> bool {
    let Some(step) = steps.last() else { return false };
    match step.field.kind {
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
        | Kind::Sint64
        | Kind::Enum => step.field.cardinality != Cardinality::Map,
        Kind::Message | Kind::Group => {
            let message = root.tables.message(step.field.message);
            let numeric =
                |field: &crate::table::Field| field.kind.packable() && field.kind != Kind::Bool;
            match message.well_known {
                Some(WellKnown::Duration) => true,
                Some(WellKnown::Wrapper) => message.fields().first().is_some_and(numeric),
                _ => false,
            }
        }
        Kind::Bool | Kind::String | Kind::Bytes => false,
    }
}

/// Whether `word` can be the value of the field although it begins with `-`.
pub fn is_negative_value(root: Root<'_>, steps: &[Step<'_>], word: &str) -> bool {
    takes_negative(root, steps) && looks_negative(word)
}

/// `-5`, `-.5`, `-inf`, `-3.5s`.
fn looks_negative(word: &str) -> bool {
    let Some(rest) = word.strip_prefix('-') else { return false };
    rest.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || rest.starts_with("inf")
        || rest.starts_with("Inf")
}

/// Whether a word is an option by its looks, and so no value.
pub fn is_option(word: &OsStr) -> bool {
    word.len() > 1 && word.as_encoded_bytes().starts_with(b"-")
}

fn next_value<'w>(
    flag: &str,
    rest: &mut std::iter::Peekable<impl Iterator<Item = &'w OsString>>,
    placeholder: &str,
    negative: impl Fn(&str) -> bool,
) -> Result<OsString> {
    match rest.peek() {
        Some(next) if !is_option(next) || negative(&next.to_string_lossy()) => {
            Ok(rest.next().cloned().unwrap_or_default())
        }
        Some(next) => {
            let text = next.to_string_lossy();
            let what = format!("`{flag}` needs a value, and {} begins with `-`", quote(&text));
            let value = escape::word(&text);
            Err(Error::usage(what).hint(format!("if it is the value, write `{flag}={value}`")))
        }
        None => {
            let mut hint = format!("write `{flag} {placeholder}`");
            if placeholder == "TEXT" {
                hint += &format!(", or `{flag}=` for the empty one");
            }
            Err(Error::usage(format!("`{flag}` needs a value")).hint(hint))
        }
    }
}

/// What stands behind the first `at` bytes of a word.
#[cfg(unix)]
fn after_equals(word: &OsStr, at: usize) -> OsString {
    use std::os::unix::ffi::OsStrExt;
    // Of a word that is not UTF-8 the part before may be longer than its text.
    OsStr::from_bytes(word.as_bytes().get(at..).unwrap_or_default()).to_owned()
}

fn set(pair: &OsStr, root: Root<'_>) -> Result<Given> {
    let text = utf8(&format!("--{SET}"), pair)?;
    let Some((name, value)) = path::split_assignment(&text) else {
        return Err(Error::usage(format!("`--{SET}` needs PATH=VALUE, found {}", quote(&text)))
            .hint("for example `--set name=bobby`"));
    };
    let steps = path::resolve(root, name)?;
    if steps.iter().any(|step| step.pick != Pick::All) {
        return Err(picks_one(&format!("--{SET} {name}")));
    }
    Ok(Given { path: name.to_owned(), value: Some(value.to_owned()), set: true })
}

/// What to say of a flag whose path picks a value of a list or a map.
#[cold]
pub fn picks_one(flag: &str) -> Error {
    Error::usage(format!("`{}` picks one of many", escape::word(flag)))
        .hint("a flag sets a field; a repeated one is given once for each value")
}

fn utf8(flag: &str, value: &OsStr) -> Result<String> {
    if let Some(text) = value.to_str() {
        return Ok(text.to_owned());
    }
    let bytes = value.as_encoded_bytes();
    let bad = std::str::from_utf8(bytes).err().map_or(0, |error| error.valid_up_to());
    Err(Error::usage(format!("the value of `{flag}` is not valid UTF-8"))
        .at_byte(bad as u64)
        .showing(Excerpt::of_bytes(bytes, bad..bad + 1, "not UTF-8"))
        .hint("is the terminal or the script in another encoding? other bytes need a field of type `bytes`"))
}
