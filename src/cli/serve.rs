//! `hello serve`: a gRPC server.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use super::call::options;
use super::io::{self, Input};
use super::schema::{Asked, Chosen, SchemaOptions, Whole, is_at_hand};
use super::{Context, Spec, usage};
use crate::error::{Error, Kind, Result};
use crate::escape::{quote, word};
use crate::rpc::address;
use crate::rpc::server::{self, GivenServices, Options, Reply, Tls};
use crate::rpc::tls::{self, Identity};
use crate::wire::limits::CALL_MESSAGE_MAX;

/// Serve gRPC: the Greeter, or every service of a schema.
///
/// Each method of a schema answers with the reply given for it. What is served
/// is told by reflection.
#[derive(Args)]
#[command(after_help = "\
Examples:
  hello serve
  hello serve --listen unix:/tmp/hello.sock --log
  hello serve --proto shop.proto --reply 'shop.Cart/Get={\"items\":3}'
  hello serve --proto shop.proto --reply 'List=@items.jsonl'

SIGINT and SIGTERM end it: calls in flight finish, for as long as --drain says.

Exit status: 0 done, 1 the system failed, 2 the command line is wrong.")]
pub struct Serve {
    /// HOST:PORT or unix:PATH; port 0 is any that is free [default: 127.0.0.1:8001]
    #[arg(long, value_name = "ADDRESS", help_heading = "Server")]
    listen: Option<String>,
    /// What a method answers: JSON or @FILE, several values for one that streams; may be repeated
    #[arg(long, value_name = "METHOD=JSON", help_heading = "Server", action = clap::ArgAction::Append)]
    reply: Vec<OsString>,
    /// The largest message, either way; K, M and G are units [default: 4M]
    #[arg(long, value_name = "SIZE", help_heading = "Server")]
    max_message_size: Option<String>,
    /// How long calls in flight may take after a signal [default: 10]
    #[arg(long, value_name = "SECONDS", help_heading = "Server")]
    drain: Option<String>,
    /// Say a line on standard error for each call
    #[arg(long, help_heading = "Server")]
    log: bool,
    /// The certificate of the server, and those up to the root: a PEM file
    #[arg(long, value_name = "FILE", help_heading = "TLS")]
    tls_cert: Option<OsString>,
    /// The private key of the certificate: a PEM file
    #[arg(long, value_name = "FILE", help_heading = "TLS")]
    tls_key: Option<OsString>,
    /// Let only clients in whose certificate one of these has signed: a PEM file
    #[arg(long, value_name = "FILE", help_heading = "TLS")]
    tls_client_ca: Option<OsString>,
    #[command(flatten)]
    schema: SchemaOptions,
}

pub(super) const SPEC: Spec = Spec {
    name: "serve",
    about: "Serve gRPC: the Greeter, or any schema",
    options,
    run,
    takes_fields: false,
    choose: Chosen::from_words,
    is_at_hand,
};

/// The seconds that calls have to end.
const DRAIN_DEFAULT: f64 = 10.0;

fn options(command: Command, _: &Context<'_>) -> Result<Command> {
    // A server has every type of its schema.
    Ok(Serve::augment_args(command).mut_arg("type_name", |arg| arg.hide(true)))
}

fn run(matches: &mut ArgMatches, context: &Context<'_>) -> Result<()> {
    if matches.contains_id("type_name") {
        return Err(Error::usage("`hello serve` serves every type of the schema")
            .hint("leave out `--type`"));
    }
    let args = Serve::from_arg_matches_mut(matches).map_err(|error| usage::plain(&error))?;
    let replies = args.reply.iter().map(reply).collect::<Result<Vec<_>>>()?;
    let whole = match Whole::from_words(context.words)? {
        None if !replies.is_empty() => Some(Whole::builtin()?),
        whole => whole,
    };
    let max = args.max_message_size.as_deref().map_or(Ok(CALL_MESSAGE_MAX), options::size)?;
    let ran = server::run(&Options {
        place: address::listen(args.listen.as_deref().unwrap_or(address::DEFAULT))?,
        tls: args.tls()?,
        max: usize::try_from(max).unwrap_or(usize::MAX),
        drain: args.drain.as_deref().map_or(Ok(Duration::from_secs_f64(DRAIN_DEFAULT)), seconds)?,
        log: args.log,
        say: io::say,
        given: whole.as_ref().map(|Whole { schema, sets }| GivenServices {
            schema,
            sets,
            replies: &replies,
        }),
    });
    ran.map_err(|error| match error.kind() {
        Kind::Usage => Asked::from_words(context.words).say_files(error),
        _ => error,
    })
}

impl Serve {
    fn tls(&self) -> Result<Option<Tls>> {
        let client_ca = self.tls_client_ca.as_deref().map(Path::new);
        let missing = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => {
                let identity = Identity { certificate: certificate.as_ref(), key: key.as_ref() };
                return tls::server(&identity, client_ca).map(Some);
            }
            (None, None) if client_ca.is_none() => return Ok(None),
            (None, None) => "`--tls-client-ca` is for a server with `--tls-cert` and `--tls-key`",
            (Some(_), None) => "`--tls-cert` needs the certificate's key",
            (None, Some(_)) => "`--tls-key` needs the key's certificate",
        };
        Err(Error::usage(missing).hint("say `--tls-cert FILE --tls-key FILE`"))
    }
}

fn reply(given: &OsString) -> Result<Reply> {
    let text = given.to_str().and_then(|text| text.split_once('='));
    let Some((method, json)) = text else {
        let what = format!("`--reply {}` has no `=`", word(&given.to_string_lossy()));
        return Err(
            Error::usage(what).hint("write `--reply METHOD=JSON` or `--reply METHOD=@FILE`")
        );
    };
    let (json, file) = match json.strip_prefix('@') {
        Some(name) => (Input::named(name.as_ref()).read()?, Some(quote(name))),
        None => (json.as_bytes().to_vec(), None),
    };
    Ok(Reply { method: method.to_owned(), json, file })
}

fn seconds(value: &str) -> Result<Duration> {
    let seconds = value.parse().ok().and_then(|value| Duration::try_from_secs_f64(value).ok());
    seconds.ok_or_else(|| {
        let what = format!("`--drain {}` is no number of seconds", word(value));
        Error::usage(what).hint("write a number, such as `--drain 2.5`; 0 waits for no call")
    })
}
