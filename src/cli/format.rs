//! The names of formats, and which one is meant.

use std::path::Path;

use clap::builder::{PossibleValue, TypedValueParser};

use crate::error::{Error, Result, names};
use crate::escape::quote;

/// How one message is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Hex digits.
    Hex,
    /// The bytes themselves.
    Binary,
    /// Base64.
    Base64,
    /// ProtoJSON.
    Json,
    /// The text format.
    Text,
}

/// Every format: its name, its other names, the extensions of its files.
const FORMATS: [(Format, &str, &[&str], &[&str]); 5] = [
    (Format::Hex, "hex", &[], &["hex"]),
    (Format::Binary, "binary", &["binpb", "bin", "pb"], &["binpb", "bin", "pb"]),
    (Format::Base64, "base64", &["b64"], &["b64"]),
    (Format::Json, "json", &["jsonl"], &["json", "jsonl"]),
    (Format::Text, "text", &["txtpb", "textproto", "pbtxt"], &["txtpb", "textproto", "pbtxt"]),
];

/// The formats of bytes.
pub const BYTES: &[Format] = &[Format::Hex, Format::Binary, Format::Base64];

/// The formats of fields.
pub const FIELDS: &[Format] = &[Format::Json, Format::Text];

/// All of them.
pub const ALL: &[Format] =
    &[Format::Text, Format::Json, Format::Hex, Format::Base64, Format::Binary];

impl Format {
    /// The name of the format.
    pub fn name(self) -> &'static str {
        let row = FORMATS.iter().find(|row| row.0 == self);
        row.map_or("", |row| row.1)
    }

    /// The format that the extension of a file's name says.
    pub fn of_file(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        FORMATS.iter().find(|row| row.3.contains(&extension.as_str())).map(|row| row.0)
    }

    fn named(name: &str) -> Option<Self> {
        FORMATS.iter().find(|row| row.1 == name || row.2.contains(&name)).map(|row| row.0)
    }
}

/// Names that completion offers for a value. Any other text is taken as well:
/// what is wrong with it is said by us, not by clap.
#[derive(Clone)]
pub struct Offered(pub &'static [&'static str]);

impl TypedValueParser for Offered {
    type Value = String;

    fn parse_ref(
        &self,
        _: &clap::Command,
        _: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        Ok(value.to_string_lossy().into_owned())
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(PossibleValue::new)))
    }
}

/// Which side of a command a format is on.
#[derive(Clone, Copy)]
pub enum Side {
    /// `--from`.
    From,
    /// `--to`.
    To,
}

/// What a command can read or write, for the error that names the other way.
#[derive(Clone, Copy)]
pub struct Allowed {
    /// The command.
    pub command: &'static str,
    /// The side.
    pub side: Side,
    /// The formats it has there.
    pub formats: &'static [Format],
    /// The pipe that does what the command doesn't.
    pub pipe: &'static str,
    /// Whether it is a stream that goes through.
    pub stream: bool,
}

impl Allowed {
    /// The format that `--from` or `--to` names.
    ///
    /// # Errors
    ///
    /// One that doesn't exist, or that the command doesn't have on this side.
    pub fn option(&self, name: &str) -> Result<Format> {
        let Some(format) = Format::named(name) else {
            let known: Vec<&str> = self.formats.iter().map(|format| format.name()).collect();
            let prefix = format!("{} ", self.flag());
            let hint = names::hint(name, &known, &prefix, "write");
            let what = format!("`{} {}` is no format", self.flag(), crate::escape::word(name));
            return Err(Error::usage(what).hint(hint));
        };
        self.check(format)
    }

    /// The format that the name of a file says, if it says one.
    ///
    /// # Errors
    ///
    /// One that the command doesn't have on this side.
    pub fn file(&self, path: &Path) -> Result<Option<Format>> {
        match Format::of_file(path) {
            None => Ok(None),
            Some(format) => match self.check(format) {
                Ok(format) => Ok(Some(format)),
                Err(error) => Err(error.hint(format!(
                    "the name {} says {}; `{}` overrules it",
                    quote(&path.to_string_lossy()),
                    format.name(),
                    self.flag()
                ))),
            },
        }
    }

    fn check(&self, format: Format) -> Result<Format> {
        if self.formats.contains(&format) {
            return Ok(format);
        }
        let known: Vec<&str> = self.formats.iter().map(|format| format.name()).collect();
        let verb = match self.side {
            Side::From => "reads",
            Side::To => "writes",
        };
        let what = format!(
            "`hello {}` {verb} {}, not {}",
            self.command,
            names::list(&known),
            format.name()
        );
        Err(Error::usage(what).hint(format!("`{}` does it", self.pipe(format))))
    }

    fn pipe(&self, format: Format) -> String {
        let pipe = self.pipe.replace("{}", format.name());
        if !self.stream {
            return pipe;
        }
        // What goes from one to the other has to be said, since nothing is guessed.
        pipe.replace(" … | hello decode", " --to binary … | hello decode")
            .replace("hello decode", "hello decode --stream")
            .replace("hello encode", "hello encode --stream")
    }

    fn flag(&self) -> &'static str {
        match self.side {
            Side::From => "--from",
            Side::To => "--to",
        }
    }
}
