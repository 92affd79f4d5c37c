//! `hello decode`: bytes to fields.

use std::ffi::OsString;
use std::io::Write;
use std::ops::Range;
use std::sync::PoisonError;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use super::bytes::{bytes, input, split, stream_input};
use super::format::{self, Allowed, Format, Offered, Side};
use super::io::{Input, OutputOptions, Sampled};
use super::pointer::Pointer;
use super::printer::{JsonOptions, Printer, field_format};
use super::progress::Progress;
use super::schema::{Chosen, SchemaOptions, is_at_hand};
use super::streaming::{StreamOptions, Streaming};
use super::warnings::WarningOptions;
use super::{Context, Spec, guess, usage};
use crate::codec::path;
use crate::codec::quick::{SLACK, Slab, ToJson, ToText};
use crate::codec::{Notes, Origin};
use crate::error::{At, Error, Result};
use crate::stream::{Convert, Framing, Incoming, Record};
use crate::table::Root;
use crate::wire::limits::{QUICK_LEN, WRITE_LEN};

/// Turn bytes into fields.
///
/// The bytes stand on the command line, or come from a file or standard input.
/// Standard input is taken for binary if any byte is neither a hex digit nor
/// white space, else for hex.
#[derive(Args)]
#[command(after_help = "\
Examples:
  hello decode 0a05626f626279
  hello decode --from base64 CgVib2JieQ==
  hello decode -i bobby.binpb --to json
  hello decode --field name 0a05626f626279
  hello decode --stream --to json < names.bin

Exit status: 0 done, 1 the input or the system failed, 2 the command line is wrong.")]
pub struct Decode {
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
    /// Write the fields as text (default) or json; left out with -o, the file's extension decides
    #[arg(long, value_name = "FORMAT", help_heading = "Output", hide_possible_values = true,
        value_parser = Offered(&["text", "json"]))]
    to: Option<String>,
    /// Write only the value of this field, raw
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    field: Option<String>,
    /// Of a broken message write what stands before the fault; the status is 1 all the same
    #[arg(long, help_heading = "Output", num_args = 0, default_missing_value = "true")]
    partial: Option<bool>,
    #[command(flatten)]
    json: JsonOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    stream: StreamOptions,
    #[command(flatten)]
    warnings: WarningOptions,
    #[command(flatten)]
    schema: SchemaOptions,
}

pub(super) const SPEC: Spec = Spec {
    name: "decode",
    about: "Turn bytes into fields",
    options,
    run,
    takes_fields: false,
    choose: Chosen::from_words,
    is_at_hand,
};

const FROM: Allowed = Allowed {
    command: "decode",
    side: Side::From,
    formats: format::BYTES,
    pipe: "hello encode --from {} … | hello decode",
    stream: false,
};

const TO: Allowed = Allowed {
    command: "decode",
    side: Side::To,
    formats: format::FIELDS,
    pipe: "hello decode … --to json | hello encode --from json --to {}",
    stream: false,
};

fn options(command: Command, _: &Context<'_>) -> Result<Command> {
    Ok(Decode::augment_args(command))
}

fn run(matches: &mut ArgMatches, context: &Context<'_>) -> Result<()> {
    let args = Decode::from_arg_matches_mut(matches).map_err(|error| usage::plain(&error))?;
    let root = context.chosen()?.root();
    let streaming = args.stream.resolve()?;
    let printer = args.printer(root, streaming.is_some())?;
    let allowed = Allowed { stream: streaming.is_some(), ..FROM };
    let (input, from) =
        input(&allowed, &args.bytes, args.input.as_deref(), args.from.as_deref(), streaming)?;
    context.check_input(&input)?;
    match streaming {
        Some(streaming) => args.stream(&printer, input, from, streaming, context),
        None => args.single(&printer, &input, from, context),
    }
}

impl Decode {
    fn printer<'t>(&self, root: Root<'t>, stream: bool) -> Result<Printer<'t>> {
        let mut path = self.field.as_deref().map(|path| path::resolve(root, path)).transpose()?;
        let allowed = Allowed { stream, ..TO };
        let to = match (&self.to, self.output.path()) {
            (Some(name), _) => Some(match &mut path {
                Some(steps) => field_format(allowed, root, steps, name)?,
                None => allowed.option(name)?,
            }),
            (None, Some(file)) if path.is_none() => allowed.file(file)?,
            _ => None,
        };
        self.json.check(to)?;
        Ok(Printer {
            root,
            to,
            path,
            json: self.json.options(),
            pretty: self.json.pretty.is_some(),
            stream,
            escaped: self.output.is_terminal(),
        })
    }

    fn single(
        &self,
        printer: &Printer<'_>,
        input: &Input,
        from: Option<Format>,
        context: &Context<'_>,
    ) -> Result<()> {
        let mut raw = input.read()?;
        let format = match from {
            Some(format) => format,
            None => guess::format(printer.root, &raw)?,
        };
        if format == Format::Binary && raw.len() >= QUICK_LEN {
            let len = raw.len();
            raw.reserve_exact(SLACK);
            raw.resize(len + SLACK, 0);
            if self.quick(printer, &raw, len)? {
                return Ok(());
            }
            raw.truncate(len);
        }
        let mut warnings = self.warnings.start();
        let mut notes = warnings.fresh();
        let mut out = Vec::new();
        let bytes = bytes(format, &raw, Origin::START);
        let printed = bytes.and_then(|bytes| {
            let printed = printer.print(&bytes, 0, &mut out, &mut notes);
            if let (Err(error), Some(_)) = (&printed, self.partial) {
                out.clear();
                printer.partial(&bytes, fault_in(error, 0), &mut out);
                self.output.open(false)?.write_whole(&out)?;
            }
            printed
        });
        printed.map_err(|error| {
            let words = matches!(input, Input::Words(_));
            let (root, named) = (Some(printer.root), self.from.is_some());
            let marks = !error.is_of_sound();
            let see = |other: Option<Format>| {
                Some(self.pointer(context, other, marks && other.is_none()).of(&input.again()))
            };
            guess::Asked { root, format, named, words, see: Some(&see) }.explain(&raw, error)
        })?;
        warnings.tell(notes, None);
        warnings.finish();
        self.output.open(false)?.write_whole(&out)
    }

    /// Writes the message in the first `len` bytes of `window`, if that takes the
    /// quick path. Then there is nothing to warn of.
    fn quick(&self, printer: &Printer<'_>, window: &[u8], len: usize) -> Result<bool> {
        let Some(to_text) = printer.only_text() else { return Ok(false) };
        let Some(checked) = to_text.check(window, 0..len) else { return Ok(false) };
        let mut output = self.output.open(false)?;
        let written = checked.pieces(WRITE_LEN, |piece| output.write_all(piece));
        written.and_then(|()| output.flush()).map_err(|error| output.failed(&error))?;
        output.finish()?;
        Ok(true)
    }

    fn stream(
        &self,
        printer: &Printer<'_>,
        input: Input,
        from: Option<Format>,
        streaming: Streaming,
        context: &Context<'_>,
    ) -> Result<()> {
        let (typed, words) = (input.again(), matches!(input, Input::Words(_)));
        let lines = self.from.is_some() && !streaming.named;
        let (input, from) = stream_input(input, from, lines)?;
        let split = split(from, streaming.framing);
        let mut warnings = self.warnings.start();
        let framing = streaming.framing;
        let (to_json, to_text) = (printer.lines_of_json(), printer.only_text());
        let partial = self.partial.is_some();
        let decoding = Decoding { printer, from, framing, to_json, to_text, partial };
        let size = input.size();
        let Incoming { reader, there } = input.incoming()?;
        let (sampled, sample) = Sampled::new(reader, size);
        let output = self.output.open(false)?;
        let progress = Progress::start(self.warnings.quiet(), size, &self.output);
        let input = Incoming { reader: Box::new(sampled), there };
        let (result, skipped) =
            streaming.run(input, output, split, &decoding, &mut warnings, progress);
        warnings.finish();
        let result = match from {
            Format::Binary => result.map_err(|error| {
                let sample = sample.lock().unwrap_or_else(PoisonError::into_inner);
                let see = |lines: Option<Format>| {
                    let pointer = self.pointer(context, lines, false);
                    match lines {
                        None => Some(pointer.of(&typed)),
                        // What was typed is hex of these lines.
                        Some(_) => (!words).then(|| pointer.of_lines(&typed)),
                    }
                };
                guess::explain_stream(Some(printer.root), &sample, error, Some(&see))
            }),
            _ => result,
        };
        result.map_err(|error| match error.record().or(skipped) {
            Some(record) => {
                let pointer = self.pointer(context, None, !error.is_of_sound());
                error.hint(pointer.of_record(record, &typed, &streaming))
            }
            None => error,
        })
    }

    /// What shows the bytes that cannot be read, in the format that they really
    /// have if that is another.
    fn pointer<'a>(
        &'a self,
        context: &Context<'a>,
        other: Option<Format>,
        marks: bool,
    ) -> Pointer<'a> {
        let from = other.map_or(self.from.as_deref(), |other| Some(other.name()));
        Pointer { words: context.words, from, marks }
    }
}

/// How the records of a stream are decoded.
struct Decoding<'p, 't> {
    printer: &'p Printer<'t>,
    from: Format,
    framing: Framing,
    /// What turns messages into lines of JSON, if that is all there is to do.
    to_json: Option<ToJson<'t>>,
    /// The same for lines of text.
    to_text: Option<ToText<'t>>,
    /// Whether to print what stands before the fault of a broken record.
    partial: bool,
}

impl Convert for Decoding<'_, '_> {
    fn record(
        &self,
        record: Record<'_>,
        scratch: &mut Vec<u8>,
        out: &mut Slab,
        notes: &mut Notes,
    ) -> Result<()> {
        let start = out.len();
        let printed = self.print(record, scratch, out, notes);
        if let (Err(error), true) = (&printed, self.partial) {
            out.truncate(start);
            let mut kept = Vec::new();
            if let Ok(bytes) = bytes(self.from, record.bytes(), record.origin) {
                let base = self.base(&record);
                self.printer.partial(&bytes, fault_in(error, base), &mut kept);
            }
            out.extend(&kept);
        }
        printed
    }

    fn keeps_broken(&self) -> bool {
        self.partial
    }

    fn many(
        &self,
        window: &[u8],
        range: Range<usize>,
        most: usize,
        out: &mut Slab,
    ) -> (u64, usize) {
        match (&self.to_json, &self.to_text) {
            _ if self.from != Format::Binary || self.framing != Framing::Varint => (0, range.start),
            (Some(to_json), _) => to_json.delimited(window, range, most, out),
            (_, Some(to_text)) => to_text.delimited(window, range, most, out),
            (None, None) => (0, range.start),
        }
    }
}

impl Decoding<'_, '_> {
    fn print(
        &self,
        record: Record<'_>,
        scratch: &mut Vec<u8>,
        out: &mut Slab,
        notes: &mut Notes,
    ) -> Result<()> {
        let padded;
        let (window, message) = match self.from {
            Format::Binary => (record.window, record.start..record.end),
            from => {
                let mut bytes = bytes(from, record.bytes(), record.origin)?.into_owned();
                let len = bytes.len();
                bytes.resize(len + SLACK, 0);
                padded = bytes;
                (&padded[..], 0..len)
            }
        };
        let base = self.base(&record);
        match (&self.to_json, &self.to_text) {
            (Some(to_json), _) => to_json.record(window, message, base, scratch, out, notes),
            (_, Some(to_text)) => to_text.record(window, message, base, scratch, out, notes),
            (None, None) => {
                let bytes = &window[message];
                out.print(bytes.len(), scratch, |out| self.printer.print(bytes, base, out, notes))
            }
        }
    }

    /// Where places in a record are counted from.
    fn base(&self, record: &Record<'_>) -> u64 {
        if self.from == Format::Binary { record.offset } else { 0 }
    }
}

/// The byte of a message that begins at `base` that an error is of.
fn fault_in(error: &Error, base: u64) -> Option<usize> {
    let Some(At::Byte(at)) = error.at() else { return None };
    usize::try_from(at.checked_sub(base)?).ok()
}
