//! `hello describe`: what a schema holds, or a server offers.

use std::ffi::OsString;
use std::fmt::Write;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use super::call::{TlsOptions, method};
use super::io::OutputOptions;
use super::schema::{self, Asked, Chosen, SchemaFiles};
use super::server::{self, Offered};
use super::{Context, Spec, usage};
use crate::error::{Error, Result, names};
use crate::escape::{quote, visible};
use crate::schema::builtin;
use crate::schema::descriptor::services::{self, Method, Service};

/// Print what the schema holds, as .proto text.
///
/// Without NAME all services with their methods, and the names of the messages; of a server
/// its services. With NAME one service, or one message with its fields.
#[derive(Args)]
#[command(after_help = "\
Examples:
  hello describe
  hello describe Greeter
  hello describe --proto shop.proto shop.Item
  hello describe --server localhost:8001 grpc.health.v1.Health

Exit status: 0 done, 1 the schema cannot be read, 2 the command line is wrong.")]
pub struct Describe {
    /// A service or a message type, short where that is unique
    #[arg(value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    schema: SchemaFiles,
    /// A server whose reflection tells the schema: HOST:PORT, a URL or unix:PATH [environment: HELLO_SERVER]
    #[arg(long, value_name = "ADDRESS", help_heading = "Schema")]
    server: Option<OsString>,
    /// Send a header to the server; may be repeated
    #[arg(short = 'H', long = "header", value_name = "KEY: VALUE", help_heading = "Schema",
        action = clap::ArgAction::Append)]
    header: Vec<String>,
    #[command(flatten)]
    tls: TlsOptions,
}

pub(super) const SPEC: Spec = Spec {
    name: "describe",
    about: "Print what the schema holds, or a server offers",
    options,
    run,
    takes_fields: false,
    choose: Chosen::from_words,
    is_at_hand: |_| false,
};

fn options(command: Command, _: &Context<'_>) -> Result<Command> {
    Ok(Describe::augment_args(command))
}

fn run(matches: &mut ArgMatches, context: &Context<'_>) -> Result<()> {
    let args = Describe::from_arg_matches_mut(matches).map_err(|error| usage::plain(&error))?;
    let asked = Asked::from_words(context.words);
    asked.check()?;
    let name = args.name.as_deref().map(|name| name.trim_start_matches('.'));
    let (whose, offered) = match asked.server() {
        Some(server) => ("the server", server::offered(context.words, server, name)?),
        None => ("the schema", of_files(&asked)?),
    };
    let text = match name {
        Some(name) => one(&offered, name, whose)?,
        None => all(&offered, asked.server().is_some()),
    };
    args.output.open(false)?.write_whole(text.as_bytes())
}

fn of_files(asked: &Asked) -> Result<Offered> {
    let (schema, services) = if asked.schema_given() {
        let (schema, sets) = schema::load(asked, true)?;
        let services = sets.iter().map(|set| services::of_set(&set.bytes));
        (schema, services.collect::<Result<Vec<_>>>()?.concat())
    } else {
        (builtin::schema(true)?, services::of_set(builtin::DESCRIPTOR_SET)?)
    };
    Ok(Offered { schema, services, untold: Vec::new() })
}

/// All that there is: the services, and of a schema the messages.
fn all(offered: &Offered, of_server: bool) -> String {
    let mut parts: Vec<String> = offered.services.iter().map(service).collect();
    for name in &offered.untold {
        // Writing to a String cannot fail.
        parts.push(format!("service {}; // the server does not tell its methods\n", visible(name)));
    }
    if !of_server {
        let messages = offered.schema.own_message_names();
        let lines: String = messages.fold(String::new(), |mut lines, name| {
            let _ = writeln!(lines, "message {name}");
            lines
        });
        if !lines.is_empty() {
            parts.push(lines);
        }
    }
    parts.join("\n")
}

fn one(offered: &Offered, name: &str, whose: &str) -> Result<String> {
    let names = offered.services.iter().map(|service| service.name.as_str());
    match method::meant(names.clone(), name)[..] {
        [] => {}
        [full] => {
            let found = offered.services.iter().find(|service| service.name == full);
            return Ok(found.map(service).unwrap_or_default());
        }
        ref several => return Err(method::ambiguous(name, "services", several)),
    }
    let messages = offered.schema.own_message_names();
    match method::meant(messages.clone(), name)[..] {
        [full] => offered.schema.declaration(full),
        // An enum, or a well-known type.
        [] => offered.schema.declaration(name).map_err(|_| {
            let all: Vec<&str> = names.chain(messages).collect();
            let short = all.iter().map(|full| full.rsplit('.').next().unwrap_or(full));
            let near = names::nearest(name, all.iter().copied().chain(short));
            let what = format!("{whose} has neither a service nor a message {}", quote(name));
            Error::usage(what).hint(match near {
                Some(near) => format!("did you mean `{}`?", names::shown(near)),
                None => format!("it has {}", names::list(&all)),
            })
        }),
        ref several => Err(method::ambiguous(name, "messages", several)),
    }
}

fn service(service: &Service) -> String {
    let methods: String = service.methods.iter().map(rpc).collect();
    format!("service {} {{\n{methods}}}\n", service.name)
}

fn rpc(method: &Method) -> String {
    let of = |streaming: bool, name: &str| match streaming {
        true => format!("stream {name}"),
        false => name.to_owned(),
    };
    let input = of(method.client_streaming, &method.input);
    let output = of(method.server_streaming, &method.output);
    format!("  rpc {}({input}) returns ({output});\n", method.name)
}
