//! `hello encode`: fields to bytes.

use std::ffi::OsString;
use std::ops::Range;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use super::format::{self, Allowed, Format, Offered, Side};
use super::io::{Input, OutputOptions};
use super::progress::Progress;
use super::schema::{Chosen, SchemaOptions, is_at_hand};
use super::streaming::{StreamOptions, Streaming};
use super::warnings::Warnings;
use super::{Context, Spec, fields, guess, usage};
use crate::codec::quick::{FromJson, Slab};
use crate::codec::{Notes, Origin, base64_text, json, text};
use crate::error::{Error, Result};
use crate::stream::{Convert, Framing, Record, Split};
use crate::table::Root;

/// Turn fields into bytes.
///
/// The message comes from field flags, from `-d`, or with `--from` from a file
/// or standard input. Without any of them it is the empty message.
#[derive(Args)]
#[command(after_help = "\
Examples:
  hello encode --name bobby
  hello encode --name bobby -o bobby.binpb
  hello encode -d '{\"name\":\"bobby\"}' --to base64
  hello encode --stream --from json --to binary < names.jsonl > names.bin

Exit status: 0 done, 1 the input or the system failed, 2 the command line is wrong.")]
pub struct Encode {
    /// The message as JSON: the text itself, @FILE, or @- for standard input
    #[arg(short, long, value_name = "JSON", help_heading = "Input")]
    data: Option<OsString>,
    /// Read the message in this format: json or text
    #[arg(long, value_name = "FORMAT", help_heading = "Input", hide_possible_values = true,
        value_parser = Offered(&["json", "text"]))]
    from: Option<String>,
    /// The file to read (- is standard input, which is also what --from alone reads)
    #[arg(short, long, value_name = "FILE", help_heading = "Input")]
    input: Option<OsString>,
    /// Write the bytes as hex (default), binary or base64; left out with -o, the file's extension decides
    #[arg(long, value_name = "FORMAT", help_heading = "Output", hide_possible_values = true,
        value_parser = Offered(&["hex", "binary", "base64"]))]
    to: Option<String>,
    /// Pass over fields and enum names in JSON that the schema doesn't have
    #[arg(long, help_heading = "Input", num_args = 0, default_missing_value = "true")]
    ignore_unknown: Option<bool>,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    stream: StreamOptions,
    /// Show no progress
    #[arg(long, short, help_heading = "Streams", num_args = 0, default_missing_value = "true")]
    quiet: Option<bool>,
    #[command(flatten)]
    schema: SchemaOptions,
}

pub(super) const SPEC: Spec = Spec {
    name: "encode",
    about: "Turn fields into bytes",
    options,
    run,
    takes_fields: true,
    choose: Chosen::from_words,
    is_at_hand,
};

const FROM: Allowed = Allowed {
    command: "encode",
    side: Side::From,
    formats: format::FIELDS,
    pipe: "hello decode --from {} --to json … | hello encode --from json",
    stream: false,
};

const TO: Allowed = Allowed {
    command: "encode",
    side: Side::To,
    formats: format::BYTES,
    pipe: "hello encode … | hello decode --to {}",
    stream: false,
};

fn options(command: Command, context: &Context<'_>) -> Result<Command> {
    let command = Encode::augment_args(command);
    // The fields cost as much as all options, and only help shows them.
    Ok(match context.for_help()? {
        Some(chosen) => fields::help::add(command, chosen),
        None => command,
    })
}

fn run(matches: &mut ArgMatches, context: &Context<'_>) -> Result<()> {
    let args = Encode::from_arg_matches_mut(matches).map_err(|error| usage::plain(&error))?;
    let root = context.chosen()?.root();
    let shadowed = |error: Error, option: &str, value: &str| {
        error.maybe_hint(context.shadow_hint(option, value.as_ref()))
    };
    let streaming = args.stream.resolve().map_err(|error| {
        let given = args.stream.values();
        given.fold(error, |error, (option, value)| shadowed(error, option, value))
    })?;
    let to = args.to(streaming);
    let to = to.map_err(|error| shadowed(error, "to", args.to.as_deref().unwrap_or_default()))?;
    let mut bytes = Vec::new();
    let source = args.source(context, root, streaming)?;
    args.check_options(context, &source)?;
    match (source, streaming) {
        (Source::Flags(given), _) => bytes = given,
        (Source::Read(from), Some(streaming)) => {
            return args.stream(root, &from, to, streaming);
        }
        (Source::Read(from), None) => {
            let raw = from.input.read().map_err(|error| error.maybe_hint(from.shadow.clone()))?;
            parse(root, from.format, &raw, Origin::START, args.json(), &mut bytes)
                .map_err(|error| from.explain(root, &raw, error))?;
        }
    }
    let mut out = Vec::new();
    write(to, streaming, &bytes, &mut out)?;
    args.output.open(to == Format::Binary)?.write_whole(&out)
}

/// Where the message comes from.
enum Source {
    Flags(Vec<u8>),
    Read(Reading),
}

/// A message that is read.
struct Reading {
    input: Input,
    format: Format,
    /// Whether `--from` named the format.
    named: bool,
    /// How to set the field that the option is named like, if there is one.
    shadow: Option<String>,
}

impl Reading {
    fn explain(&self, root: Root<'_>, raw: &[u8], error: Error) -> Error {
        if let (Input::Words(data), Ok(name)) = (&self.input, std::str::from_utf8(raw))
            && std::path::Path::new(name).is_file()
        {
            let name = crate::escape::shell_word(&*String::from_utf8_lossy(data));
            return error.hint(format!("to read the file say `-d @{name}`"));
        }
        if let Input::Words(_) = self.input {
            return error.maybe_hint(self.shadow.clone());
        }
        let asked = guess::Asked {
            root: Some(root),
            format: self.format,
            named: self.named,
            words: false,
            see: None,
        };
        asked.explain(raw, error)
    }
}

impl Encode {
    fn json(&self) -> json::ParseOptions {
        json::ParseOptions { ignore_unknown: self.ignore_unknown.is_some(), ..Default::default() }
    }

    /// Refuses what the source of the message leaves without a use.
    fn check_options(&self, context: &Context<'_>, source: &Source) -> Result<()> {
        let format = match source {
            Source::Flags(_) => None,
            Source::Read(from) => {
                context.check_input(&from.input)?;
                Some(from.format)
            }
        };
        match self.ignore_unknown.is_some() && format != Some(Format::Json) {
            true => Err(Error::usage("`--ignore-unknown` is for JSON")
                .hint("say `--from json`, or give the message with `-d`")),
            false => Ok(()),
        }
    }

    fn to(&self, streaming: Option<Streaming>) -> Result<Format> {
        let allowed = Allowed { stream: streaming.is_some(), ..TO };
        let named = match (&self.to, self.output.path()) {
            (Some(name), _) => Some(allowed.option(name)?),
            (None, Some(path)) => allowed.file(path)?,
            (None, None) => None,
        };
        let framed = streaming.filter(|streaming| streaming.named);
        match (named, framed) {
            (Some(format), Some(streaming)) if format != Format::Binary => {
                streaming.refuse_framing(format)?;
                Ok(format)
            }
            (None, Some(_)) => Ok(Format::Binary),
            (format, _) => Ok(format.unwrap_or(Format::Hex)),
        }
    }

    fn source(
        &self,
        context: &Context<'_>,
        root: Root<'_>,
        streaming: Option<Streaming>,
    ) -> Result<Source> {
        let flags = match &context.given[..] {
            [] => None,
            given => Some(fields::bytes(root, given, &|name| context.is_option(name))?),
        };
        let given = [
            flags.as_ref().map(|_| "field flags"),
            self.data.as_ref().map(|_| "`-d`"),
            self.from.as_ref().map(|_| "`--from`"),
            self.input.as_ref().filter(|_| self.from.is_none()).map(|_| "`-i`"),
        ];
        let given: Vec<&str> = given.into_iter().flatten().collect();
        if let [first, second, ..] = given[..] {
            let error = Error::usage(format!("the message comes from {first} and from {second}"))
                .hint("give it one way only");
            return Err(self.shadowed(context, error));
        }
        if let Some(data) = &self.data {
            let input = match super::io::without_at(data) {
                Some(name) => Input::named(&name),
                None => Input::Words(data.as_encoded_bytes().to_vec()),
            };
            let shadow = context.shadow_hint("data", data);
            return Ok(Source::Read(Reading { input, format: Format::Json, named: false, shadow }));
        }
        if self.input.is_some() || self.from.is_some() {
            let read = self.read(context);
            return read.map(Source::Read).map_err(|error| self.shadowed(context, error));
        }
        if flags.is_none() && streaming.is_some() {
            return Err(Error::usage("a stream needs messages, and none are given").hint(
                "say `--from json` or `--from text` to read them, or set fields for a single one",
            ));
        }
        match flags {
            Some(bytes) => Ok(Source::Flags(bytes)),
            None => fields::bytes(root, &[], &|name| context.is_option(name)).map(Source::Flags),
        }
    }

    /// The error with how to set the fields that the options of the source are
    /// named like.
    fn shadowed(&self, context: &Context<'_>, error: Error) -> Error {
        let from = self.from.as_ref().map(OsString::from);
        [("data", &self.data), ("from", &from), ("input", &self.input)].into_iter().fold(
            error,
            |error, (option, value)| {
                let value = value.as_ref();
                error.maybe_hint(value.and_then(|value| context.shadow_hint(option, value)))
            },
        )
    }

    fn read(&self, context: &Context<'_>) -> Result<Reading> {
        let input = self.input.as_deref().map_or(Input::Stdin, Input::named);
        let named = self.from.as_deref().map(|name| FROM.option(name)).transpose()?;
        let format = match (named, input.path()) {
            (None, Some(path)) => FROM.file(path)?,
            (named, _) => named,
        };
        match format {
            Some(format) => {
                let shadow = self.input.as_ref();
                let shadow = shadow.and_then(|name| context.shadow_hint("input", name));
                Ok(Reading { input, format, named: named.is_some(), shadow })
            }
            None => Err(Error::usage(
                "`-i` without `--from` needs a file whose extension says the format",
            )
            .hint("say `--from json` or `--from text`")),
        }
    }

    fn stream(
        &self,
        root: Root<'_>,
        from: &Reading,
        to: Format,
        streaming: Streaming,
    ) -> Result<()> {
        let split = match from.format {
            Format::Json => Split::Values(Default::default()),
            Format::Text | Format::Hex | Format::Binary | Format::Base64 => {
                Split::Lines(Default::default())
            }
        };
        let output = self.output.open(to == Format::Binary)?;
        // Messages that stand each after a varint are what the quick path writes.
        let quick = from.format == Format::Json
            && to == Format::Binary
            && streaming.framing == Framing::Varint;
        let options = self.json();
        let from_json = quick.then(|| FromJson::new(root, options));
        let encoding = Encoding { root, from: from.format, to, streaming, options, from_json };
        let input = from.input.incoming()?;
        let mut warnings = Warnings::none();
        let size = from.input.size();
        let progress = Progress::start(self.quiet.is_some(), size, &self.output);
        streaming.run(input, output, split, &encoding, &mut warnings, progress).0
    }
}

/// How the records of a stream are encoded.
struct Encoding<'t> {
    root: Root<'t>,
    from: Format,
    to: Format,
    streaming: Streaming,
    options: json::ParseOptions,
    /// What turns values of JSON into delimited messages, if that is asked for.
    from_json: Option<FromJson<'t>>,
}

impl Convert for Encoding<'_> {
    fn record(
        &self,
        record: Record<'_>,
        scratch: &mut Vec<u8>,
        out: &mut Slab,
        _: &mut Notes,
    ) -> Result<()> {
        let is_array = self.from == Format::Json && record.bytes().starts_with(b"[");
        let explain = |error: Error| match is_array {
            true => {
                error.hint("a stream has its values one after another, without `[`, `,` and `]`")
            }
            false => error,
        };
        if let Some(from_json) = &self.from_json {
            let range = record.start..record.end;
            let result = from_json.record(record.window, range, record.origin, scratch, out);
            return result.map_err(explain);
        }
        parse(self.root, self.from, record.bytes(), record.origin, self.options, scratch)
            .map_err(explain)?;
        let mut framed = Vec::with_capacity(scratch.len());
        write(self.to, Some(self.streaming), scratch, &mut framed)?;
        out.extend(&framed);
        Ok(())
    }

    fn many(
        &self,
        window: &[u8],
        range: Range<usize>,
        most: usize,
        out: &mut Slab,
    ) -> (u64, usize) {
        match &self.from_json {
            Some(from_json) => from_json.values(window, range, most, out),
            None => (0, range.start),
        }
    }
}

fn parse(
    root: Root<'_>,
    from: Format,
    raw: &[u8],
    origin: Origin,
    options: json::ParseOptions,
    out: &mut Vec<u8>,
) -> Result<()> {
    match from {
        Format::Json => json::parse(root, raw, origin, options, out),
        Format::Text => text::parse(root, raw, origin, out),
        Format::Hex | Format::Binary | Format::Base64 => FROM.option(from.name()).map(|_| ()),
    }
}

/// Appends the bytes of one message as the output has them.
fn write(to: Format, streaming: Option<Streaming>, bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
    match (to, streaming) {
        (Format::Binary, None) => out.extend_from_slice(bytes),
        (Format::Binary, Some(streaming)) => return streaming.framing.write(bytes, out),
        (Format::Base64, _) => {
            base64_text::write(bytes, out);
            out.push(b'\n');
        }
        (Format::Hex | Format::Json | Format::Text, _) => {
            out.extend_from_slice(hex::encode(bytes).as_bytes());
            out.push(b'\n');
        }
    }
    Ok(())
}
