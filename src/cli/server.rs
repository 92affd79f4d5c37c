//! `--server`: the schema that a server tells.

use std::ffi::{OsStr, OsString};

use super::call::{options, target};
use super::schema;
use crate::error::{Error, Result};
use crate::escape::{shell_word, visible};
use crate::rpc::client::Client;
use crate::rpc::client::connect::Route;
use crate::rpc::client::metadata::Metadata;
use crate::rpc::client::reflection::{Files, Reflection};
use crate::schema::descriptor::services::{self, Method, Service};
use crate::schema::methods;
use crate::schema::{Schema, Set};

/// What has the message type of this name.
///
/// # Errors
///
/// No name; a server that cannot be reached, or doesn't tell its schema.
pub fn type_of(server: &OsStr, type_name: Option<&str>) -> Result<Set> {
    let Some(name) = type_name else {
        let server = shell_word(server);
        return Err(Error::usage("of the schema of a server a type has to be named")
            .hint("say which with `--type`")
            .hint(format!("`hello describe --server {server}` lists what there is")));
    };
    let client = connect(server)?;
    let reflection = Reflection::new(&client, Metadata::default());
    let mut reflection = reflection.without_headers();
    let mut files = Files::start()?;
    if !reflection.add(name.trim_start_matches('.'), &mut files)? {
        // It may be short: that is seen where all is known.
        for service in reflection.services()? {
            reflection.add(&service, &mut files)?;
        }
    }
    Ok(files.into_set(&reflection))
}

/// Connects for a command that has no options for TLS: its options are kept few,
/// because a field may have the name of one.
fn connect(server: &OsStr) -> Result<Client> {
    let address = target::address_of(server)?;
    let shown = shell_word(address.to_string());
    Client::connect(Route::to(address)).map_err(|error| match error.hints_at("`--ca ") {
        true => error.hint(format!(
            "`hello describe --server https://{shown} --ca FILE --to descriptor-set -o schema.binpb` \
             gets the schema; then say `--descriptor-set schema.binpb`"
        )),
        false => error,
    })
}

/// What every server has that tells its schema, and `hello serve` of its own.
const OF_EVERY_SERVER: [&str; 2] = ["grpc.reflection.", "grpc.health."];

fn is_of_every_server(service: &str) -> bool {
    OF_EVERY_SERVER.iter().any(|prefix| service.starts_with(prefix))
}

/// All services of a server, but for what servers have of their own.
///
/// # Errors
///
/// A server that cannot be reached, or doesn't tell its schema.
pub fn services_of(server: &OsStr) -> Result<Set> {
    let client = connect(server)?;
    let mut reflection = Reflection::new(&client, Metadata::default());
    let mut files = Files::start()?;
    for service in reflection.services()? {
        if !is_of_every_server(&service) {
            reflection.add(&service, &mut files)?;
        }
    }
    Ok(files.into_set(&reflection))
}

/// What a server offers.
pub struct Offered {
    /// All that was needed of the schema.
    pub schema: Schema,
    /// The bytes that it was read from.
    pub sets: Vec<Set>,
    /// The services that it tells of.
    pub services: Vec<Service>,
    /// The names of those it tells nothing of.
    pub untold: Vec<String>,
}

/// What a server offers; with a name, no more than that leads to.
///
/// # Errors
///
/// A server that cannot be reached, or doesn't tell its schema.
pub fn offered(words: &[OsString], server: &OsStr, name: Option<&str>) -> Result<Offered> {
    let route = options::route(words, target::address_of(server)?)?;
    let client = Client::connect(route)?;
    let mut reflection = Reflection::new(&client, options::metadata(words)?);
    let mut files = Files::start()?;
    let names = reflection.services()?;
    let meant = name.map(|name| methods::meant(names.iter().map(String::as_str), name));
    let mut untold = Vec::new();
    let wanted = match (name, meant) {
        (Some(_), Some(meant)) if !meant.is_empty() => {
            meant.into_iter().map(str::to_owned).collect()
        }
        (Some(name), _) if reflection.add(name, &mut files)? => Vec::new(),
        _ => names,
    };
    for service in wanted {
        if !reflection.add(&service, &mut files)? {
            untold.push(service);
        }
    }
    let (schema, sets) = schema::from_server(files.into_set(&reflection), true)?;
    let services = services::of_sets(sets.iter().map(|set| &*set.bytes))?;
    Ok(Offered { schema, services, sets, untold })
}

/// The services of a server with their methods, as text: its own first.
pub fn listed(offered: &Offered) -> String {
    let of_every = |service: &&Service| is_of_every_server(&service.name);
    let (common, own): (Vec<_>, Vec<_>) = offered.services.iter().partition(of_every);
    let mut parts: Vec<String> = own.into_iter().chain(common).map(service).collect();
    for name in &offered.untold {
        parts.push(format!("service {}; // the server does not tell its methods\n", visible(name)));
    }
    parts.join("\n")
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
