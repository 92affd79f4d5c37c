//! `hello inspect`: the bytes themselves, each with what it means.

mod records;
mod show;

use std::ffi::OsString;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use super::bytes::{bytes, input, stream_input};
use super::format::{self, Allowed, Format, Offered, Side};
use super::io::{Input, OutputOptions};
use super::schema::{Asked, Chosen, SchemaOptions, is_at_hand};
use super::streaming::RecordOptions;
use super::{Context, Spec, guess, usage};
use crate::codec::Origin;
use crate::codec::hex_text::is_plain;
use crate::error::{Error, Result};
use crate::inspect::{Overrules, view};
use crate::table::Root;
use show::Show;

/// Show every byte of a message with what it means, whole or broken.
///
/// A schema is used only if one is given, by options or the environment; --type HelloRequest asks
/// for the built-in one. Without, each value is shown as what it most likely is, and what else it
/// may be is named. What cannot be read is marked, and reading goes on behind it where it can.
#[derive(Args)]
#[command(after_help = "\
Examples:
  hello inspect 0a05626f626279
  hello inspect --type HelloRequest 0a05626f626279
  hello inspect -i broken.bin --as 1=message --as 1.3=bytes
  hello inspect --stream < names.bin

--to json writes a line for each row: offset, bytes (hex; together they are the input), part
(tag, length, value, element, end, frame, garbage or nothing), level and path (field numbers),
of a tag field, wire, name and message (its type), of text value, of anything else text; info,
notes and errors as the columns have them, and record in a stream. What is empty is left out.

Exit status: 0 done, 1 the bytes are no message or the system failed, 2 the command line is wrong.")]
pub struct Inspect {
    /// The bytes in hex (with --from base64 in base64); several words are joined
    #[arg(value_name = "BYTES")]
    bytes: Vec<OsString>,
    /// The bytes are in this format: hex, binary or base64
    #[arg(long, value_name = "FORMAT", help_heading = "Input", hide_possible_values = true,
        value_parser = Offered(&["hex", "binary", "base64"]))]
    from: Option<String>,
    /// The file to read (- is standard input); its extension may say the format
    #[arg(short, long, value_name = "FILE", help_heading = "Input")]
    input: Option<OsString>,
    /// Write columns of text (default) or json, a line for each row
    #[arg(long, value_name = "FORMAT", help_heading = "Output", hide_possible_values = true,
        value_parser = Offered(&["text", "json"]))]
    to: Option<String>,
    /// Read what is at a path of field numbers as this kind; may be repeated
    #[arg(long = "as", value_name = "PATH=KIND", help_heading = "Output",
        action = clap::ArgAction::Append)]
    overrules: Vec<String>,
    /// Colour the columns: auto (at a terminal, unless NO_COLOR is set), always or never
    #[arg(long, value_name = "WHEN", help_heading = "Output", hide_possible_values = true,
        value_parser = Offered(&["auto", "always", "never"]))]
    color: Option<String>,
    /// Write lines of so many characters, 60 to 1000 (default: as wide as the terminal, else 80)
    #[arg(long, value_name = "COLUMNS", help_heading = "Output")]
    width: Option<String>,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    stream: RecordOptions,
    #[command(flatten)]
    schema: SchemaOptions,
}

pub(super) const SPEC: Spec = Spec {
    name: "inspect",
    about: "Show every byte with what it means",
    options,
    run,
    takes_fields: false,
    choose: Chosen::from_words,
    is_at_hand,
};

const FROM: Allowed = Allowed {
    command: "inspect",
    side: Side::From,
    formats: format::BYTES,
    pipe: "hello encode --from {} … | hello inspect",
    stream: false,
};

const TO: Allowed = Allowed {
    command: "inspect",
    side: Side::To,
    formats: format::FIELDS,
    pipe: "hello decode … | hello encode --from text --to {}",
    stream: false,
};

fn options(command: Command, _: &Context<'_>) -> Result<Command> {
    let command = Inspect::augment_args(command);
    // A broken record is shown as any other, and is counted.
    Ok(command.mut_arg("limit", |limit| limit.help("Stop after so many records")))
}

fn run(matches: &mut ArgMatches, context: &Context<'_>) -> Result<()> {
    let args = Inspect::from_arg_matches_mut(matches).map_err(|error| usage::plain(&error))?;
    let root = match Asked::from_words(context.words).anything_given() {
        true => Some(context.chosen()?.root()),
        false => None,
    };
    let overrules = Overrules::read(args.overrules.iter().map(String::as_str))?;
    let streaming = args.stream.resolve()?;
    let (input, from) =
        input(&FROM, &args.bytes, args.input.as_deref(), args.from.as_deref(), streaming)?;
    context.check_input(&input)?;
    let show = args.show()?;
    match streaming {
        Some(streaming) => {
            let lines = args.from.is_some() && !streaming.named;
            let (input, from) = stream_input(input, from, lines)?;
            records::run(&input, from, streaming, root, &overrules, &show)?;
        }
        None => args.single(&input, from, root, &overrules, &show)?,
    }
    overrules.check()
}

impl Inspect {
    fn show(&self) -> Result<Show<'_>> {
        let to = match (&self.to, self.output.path()) {
            (Some(name), _) => TO.option(name)?,
            (None, Some(file)) => TO.file(file)?.unwrap_or(Format::Text),
            (None, None) => Format::Text,
        };
        Show::new(to, &self.output, self.color.as_deref(), self.width.as_deref())
    }

    fn single(
        &self,
        input: &Input,
        from: Option<Format>,
        root: Option<Root<'_>>,
        overrules: &Overrules,
        show: &Show<'_>,
    ) -> Result<()> {
        let raw = input.read()?;
        let format = match (from, root) {
            (Some(format), _) => format,
            (None, Some(root)) => guess::format(root, &raw)?,
            (None, None) if raw.iter().all(|&byte| is_plain(byte)) => Format::Hex,
            (None, None) => Format::Binary,
        };
        let words = matches!(input, Input::Words(_));
        let asked = guess::Asked { root, format, named: self.from.is_some(), words, see: None };
        let bytes =
            bytes(format, &raw, Origin::START).map_err(|error| asked.explain(&raw, error))?;
        let outcome = show.whole(bytes.len(), |sink| view(root, overrules, &bytes, 0, sink))?;
        match outcome.first {
            None => Ok(()),
            Some(error) => Err(asked.explain(&raw, places(error, outcome.faults))),
        }
    }
}

/// Says how many places cannot be read, if there are several.
fn places(error: Error, faults: u64) -> Error {
    match faults {
        ..=1 => error,
        _ => error.hint(format!("{faults} places are marked in all, this is the first")),
    }
}
