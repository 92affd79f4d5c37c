//! `hello call`: a call of gRPC, or many.

mod input;
pub mod options;
mod show;
pub mod target;

use std::ffi::OsString;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use super::format::Offered;
use super::io::OutputOptions;
use super::printer::JsonOptions;
use super::schema::SchemaFiles;
use super::warnings::WarningOptions;
use super::{Context, Spec, fields, usage};
use crate::error::Result;

pub use target::{Target, choose, is_at_hand};

/// Make a call of gRPC, or many.
///
/// ADDRESS is HOST:PORT, a URL or unix:PATH (127.0.0.1:8001 if left out), METHOD is
/// pkg.Service/Method, short where that is unique (Greeter/SayHello if left out). Both stand
/// before the first field flag; http://HOST:PORT/pkg.Service/Method is both. TLS is spoken to
/// https:// and to HOST:PORT on other machines. The schema is asked of the server, unless a
/// file is named or it is the built-in Greeter.
///
/// The request comes from field flags, from `-d`, or with `--from` from a file or standard
/// input; with `--stream` there are many. Without any of them it is the empty message.
#[derive(Args)]
#[command(after_help = "\
Examples:
  hello call --name zzz
  hello call --name zzz --field name
  hello call http://127.0.0.1:8001/Greeter/SayHello -d '{\"name\":\"zzz\"}'
  hello call localhost:8001 shop.Cart/Get --id 7 --to json
  hello call --stream < names.jsonl

Exit status: 0 done, 1 no call was made or it broke off, 2 the command line is wrong,
64 and the code of gRPC where the server answered with one (68: no answer in time).")]
pub struct Call {
    /// The server: HOST:PORT, http://HOST:PORT, https://HOST:PORT or unix:PATH
    #[arg(value_name = "ADDRESS")]
    address: Option<OsString>,
    /// The method: pkg.Service/Method, or the end of that
    #[arg(value_name = "METHOD")]
    method: Option<OsString>,
    /// The request as JSON: the text itself, @FILE, or @- for standard input
    #[arg(short, long, value_name = "JSON", help_heading = "Input")]
    data: Option<OsString>,
    /// Read the request in this format: json, text, binary, hex or base64
    #[arg(long, value_name = "FORMAT", help_heading = "Input", hide_possible_values = true,
        value_parser = Offered(&["json", "text", "binary", "hex", "base64"]))]
    from: Option<String>,
    /// The file to read (- is standard input, which is also what --from alone reads)
    #[arg(short, long, value_name = "FILE", help_heading = "Input")]
    input: Option<OsString>,
    /// Many requests, from standard input unless -i or -d names another: JSON one value after another, binary each
    /// after its length, else one a line. A method with one request is called for each, up to 32 at a time
    #[arg(long, alias = "delimited", help_heading = "Input")]
    stream: bool,
    /// With --stream: go on after a request that fails; the status is that of the first failure
    #[arg(long, help_heading = "Input")]
    keep_going: bool,
    /// Write the answer as text (default) or json; many have a line each, and bytes of --field can be hex or base64
    #[arg(long, value_name = "FORMAT", help_heading = "Output", hide_possible_values = true,
        value_parser = Offered(&["text", "json"]))]
    to: Option<String>,
    /// Write only the value of this field, raw
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    field: Option<String>,
    #[command(flatten)]
    json: JsonOptions,
    /// Show the connection, headers and trailers on standard error
    #[arg(short, long, help_heading = "Output")]
    verbose: bool,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    call: CallOptions,
    #[command(flatten)]
    warnings: WarningOptions,
    #[command(flatten)]
    schema: SchemaFiles,
}

/// How calls are made. Clap knows these for help and for its errors: they are
/// read from the words by `options`, since the schema may need them before.
#[derive(Args)]
#[command(next_help_heading = "Call")]
pub struct CallOptions {
    /// Send a header; a key that ends in -bin has base64. May be repeated
    #[arg(short = 'H', long = "header", value_name = "KEY: VALUE", action = clap::ArgAction::Append)]
    header: Vec<String>,
    /// Wait no longer for a call, and tell the server so: seconds, or 500ms
    #[arg(long, value_name = "TIME")]
    timeout: Option<String>,
    /// Refuse longer messages of the server: bytes, or with K, M or G at the end (default 4M)
    #[arg(long, value_name = "SIZE")]
    max_message_size: Option<String>,
    #[command(flatten)]
    tls: TlsOptions,
}

/// Whom to trust, and what to show; read as those above are.
#[derive(Args)]
#[command(next_help_heading = "TLS")]
pub struct TlsOptions {
    /// Trust the certificates of this PEM file, and not those of the system
    #[arg(long, value_name = "FILE")]
    ca: Option<OsString>,
    /// Show this certificate (PEM), with the key of --key
    #[arg(long, value_name = "FILE")]
    cert: Option<OsString>,
    /// The private key of --cert (PEM)
    #[arg(long, value_name = "FILE")]
    key: Option<OsString>,
    /// Trust whoever answers: not a protection against anybody
    #[arg(long)]
    insecure: bool,
}

impl TlsOptions {
    /// The first of them that is given.
    pub fn given(&self) -> Option<&'static str> {
        let all = [
            (self.ca.is_some(), "--ca"),
            (self.cert.is_some(), "--cert"),
            (self.key.is_some(), "--key"),
            (self.insecure, "--insecure"),
        ];
        all.into_iter().find_map(|(given, option)| given.then_some(option))
    }
}

pub(super) const SPEC: Spec = Spec {
    name: "call",
    about: "Make a call of gRPC, or many",
    options,
    run,
    takes_fields: true,
    choose,
    is_at_hand,
};

fn options(command: Command, context: &Context<'_>) -> Result<Command> {
    let command = Call::augment_args(command);
    Ok(match context.for_help()? {
        Some(chosen) => fields::help::add(command, chosen),
        None => command,
    })
}

fn run(matches: &mut ArgMatches, context: &Context<'_>) -> Result<()> {
    let args = Call::from_arg_matches_mut(matches).map_err(|error| usage::plain(&error))?;
    target::check_words(context, [&args.address, &args.method])?;
    let chosen = context.chosen()?;
    let Some(target) = chosen.target() else { return Ok(()) };
    let printer = args.printer(context, target)?;
    let requests = args.requests(context, chosen, target)?;
    show::run(&args, context.words, chosen, target, &printer, requests)
}
