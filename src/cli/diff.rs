//! `hello diff`: two messages compared by meaning.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::PathBuf;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use super::format::{self, Allowed, Format, Offered, Side};
use super::io::{Input, OutputOptions};
use super::schema::{Chosen, SchemaOptions, is_at_hand};
use super::{Context, Spec, guess, usage};
use crate::codec::{Notes, Origin, diff, hex_text, json, rewrite, text};
use crate::error::{Error, Kind, Result};
use crate::escape::quote;
use crate::table::Root;

/// Compare two messages by meaning.
///
/// A and B are files, - for standard input (one of them), or the bytes in hex. The order of
/// fields and of map entries, packing, and defaults without presence make no difference; unknown
/// fields are compared by number. Each line is a field path with the value of A and that of B,
/// or says in which of them alone it is. Floats are the same if their bits are.
#[derive(Args)]
#[command(after_help = "\
Examples:
  hello diff 0a05626f626279 0a03616e6e
  hello diff old.binpb new.binpb
  hello encode --name bobby --to binary | hello diff - bobby.json

Exit status: 0 the same, 1 different, 2 anything else.")]
pub struct Diff {
    /// A message: a file, - for standard input, or hex
    #[arg(value_name = "A")]
    a: OsString,
    /// The message to compare it with
    #[arg(value_name = "B")]
    b: OsString,
    /// Both are in this format: hex, binary, base64, json or text; left out, a file's extension decides
    #[arg(long, value_name = "FORMAT", help_heading = "Input", hide_possible_values = true,
        value_parser = Offered(&["hex", "binary", "base64", "json", "text"]))]
    from: Option<String>,
    /// Print nothing: the status says whether they differ
    #[arg(short, long, help_heading = "Output")]
    quiet: bool,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    schema: SchemaOptions,
}

pub(super) const SPEC: Spec = Spec {
    name: "diff",
    about: "Compare two messages by meaning",
    options,
    run,
    takes_fields: false,
    choose: Chosen::from_words,
    is_at_hand,
};

const FROM: Allowed = Allowed {
    command: "diff",
    side: Side::From,
    formats: format::ALL,
    pipe: "hello diff",
    stream: false,
};

fn options(command: Command, _: &Context<'_>) -> Result<Command> {
    Ok(Diff::augment_args(command))
}

/// Whatever goes wrong is trouble, with the status 2: 1 says that they differ.
fn run(matches: &mut ArgMatches, context: &Context<'_>) -> Result<()> {
    compare(matches, context).map_err(|error| match error.kind() {
        Kind::Different => error,
        // The reader has seen that they do.
        Kind::ReaderGone => Error::different(),
        Kind::Usage | Kind::Failure | Kind::Call(_) => error.as_usage(),
    })
}

fn compare(matches: &mut ArgMatches, context: &Context<'_>) -> Result<()> {
    let args = Diff::from_arg_matches_mut(matches).map_err(|error| usage::plain(&error))?;
    let root = context.chosen()?.root();
    if args.a == "-" && args.b == "-" {
        return Err(Error::usage("A and B cannot both be standard input")
            .hint("name a file for one of them"));
    }
    let named = args.from.as_deref().map(|name| FROM.option(name)).transpose()?;
    let read = |typed: &OsString, name| Operand::new(typed, name, named)?.read(root, context);
    let (a, b) = (read(&args.a, "A")?, read(&args.b, "B")?);
    let mut output = args.output.open(false)?;
    let mut differs = false;
    let told = diff::diff(root, &a, &b, &mut |path, a, b| {
        differs = true;
        if args.quiet {
            return Err(Error::different());
        }
        write_line(&mut output, path, a, b).map_err(|error| output.failed(&error))
    });
    match told {
        Err(error) if error.kind() != Kind::Different => return Err(error),
        _ => output.flush().map_err(|error| output.failed(&error))?,
    }
    output.finish()?;
    if differs { Err(Error::different()) } else { Ok(()) }
}

fn write_line(
    out: &mut impl Write,
    path: &str,
    a: Option<&[u8]>,
    b: Option<&[u8]>,
) -> std::io::Result<()> {
    let line = match (a, b) {
        (Some(a), Some(b)) => [path.as_bytes(), b": ", a, b" -> ", b, b"\n"].concat(),
        (Some(a), None) => [path.as_bytes(), b": only in A: ", a, b"\n"].concat(),
        (None, b) => [path.as_bytes(), b": only in B: ", b.unwrap_or_default(), b"\n"].concat(),
    };
    out.write_all(&line)
}

/// A or B.
struct Operand {
    input: Input,
    /// What errors call it.
    label: String,
    /// The format, if anything says it.
    format: Option<Format>,
    named: bool,
}

impl Operand {
    /// A word that names a file is that file; any other is hex, or what `--from`
    /// says.
    fn new(typed: &OsStr, name: &str, named: Option<Format>) -> Result<Self> {
        let path = PathBuf::from(typed);
        let is_named = named.is_some();
        if typed == "-" {
            let label = format!("{name}, standard input");
            return Ok(Operand { input: Input::Stdin, label, format: named, named: is_named });
        }
        if path.exists() {
            let label = format!("{name}, the file {}", quote(&typed.to_string_lossy()));
            let format = match named {
                Some(format) => Some(format),
                None => FROM.file(&path)?,
            };
            return Ok(Operand { input: Input::File(path), label, format, named: is_named });
        }
        if named == Some(Format::Binary) {
            let what = format!("there is no file {}", quote(&typed.to_string_lossy()));
            return Err(Error::usage(what).hint("bytes on the command line cannot be binary"));
        }
        let format = named.unwrap_or(Format::Hex);
        let bytes = typed.as_encoded_bytes();
        if format == Format::Hex && hex_text::read(bytes, Origin::START).is_err() {
            let typed = typed.to_string_lossy();
            let looks_like_file = typed.contains(['.', '/']);
            let what = match looks_like_file {
                true => format!("there is no file {}", quote(&typed)),
                false => format!("{} is neither a file nor hex", quote(&typed)),
            };
            let error = Error::usage(what);
            return Err(match typed.trim_start().starts_with('{') {
                true => error.hint("if it is JSON, say `--from json`"),
                false => error.hint(format!("{name} is a file, `-` for standard input, or hex")),
            });
        }
        let label = name.to_owned();
        let input = Input::Words(bytes.to_vec());
        Ok(Operand { input, label, format: Some(format), named: is_named })
    }

    /// The message, in the one form that each has.
    fn read(&self, root: Root<'_>, context: &Context<'_>) -> Result<Vec<u8>> {
        context.check_input(&self.input)?;
        let raw = self.input.read()?;
        let format = match self.format {
            Some(format) => format,
            None => guess::format(root, &raw).map_err(|error| self.blame(error))?,
        };
        canonical(root, format, &raw).map_err(|error| {
            let is_json = |raw: &[u8]| {
                let mut unused = Vec::new();
                json::parse(root, raw, Origin::START, Default::default(), &mut unused).is_ok()
            };
            let words = matches!(self.input, Input::Words(_));
            let error = match format {
                Format::Json | Format::Text => error,
                _ if is_json(&raw) => {
                    Error::failure(format!("the input is JSON, not {}", format.name()))
                        .hint("say `--from json`, or name the file `….json`")
                }
                _ => guess::Asked { root: Some(root), format, named: self.named, words, see: None }
                    .explain(&raw, error),
            };
            self.blame(error)
        })
    }

    /// Says which of the two is wrong.
    #[cold]
    fn blame(&self, error: Error) -> Error {
        error.hint(format!("this is of {}", self.label))
    }
}

/// The bytes of a message, out of any format, rewritten.
fn canonical(root: Root<'_>, format: Format, raw: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match format {
        Format::Json => json::parse(root, raw, Origin::START, Default::default(), &mut bytes)?,
        Format::Text => text::parse(root, raw, Origin::START, &mut bytes)?,
        Format::Binary | Format::Hex | Format::Base64 => {
            bytes = super::bytes::bytes(format, raw, Origin::START)?.into_owned();
        }
    }
    let mut out = Vec::with_capacity(bytes.len());
    rewrite::rewrite_noting(root, &bytes, 0, true, &mut out, &mut Notes::new(false))?;
    Ok(out)
}
