//! `--server`: the schema that a server tells.

use std::ffi::{OsStr, OsString};

use super::call::{method, target};
use super::schema;
use crate::error::{Error, Result};
use crate::rpc::client::Client;
use crate::rpc::client::connect::Route;
use crate::rpc::client::metadata::Metadata;
use crate::rpc::client::reflection::{Files, Reflection};
use crate::schema::descriptor::services::{self, Service};
use crate::schema::{Schema, Set};
use crate::wire::limits::CALL_MESSAGE_MAX;

/// What has the message type of this name.
///
/// # Errors
///
/// No name; a server that cannot be reached, or doesn't tell its schema.
pub fn type_of(server: &OsStr, type_name: Option<&str>) -> Result<Set> {
    let Some(name) = type_name else {
        let server = crate::escape::shell_word(&server.to_string_lossy());
        return Err(Error::usage("of the schema of a server a type has to be named")
            .hint("say which with `--type`")
            .hint(format!("`hello describe --server {server}` lists what there is")));
    };
    let client = Client::connect(Route::to(target::address_of(server)?))?;
    let reflection = Reflection::new(&client, Metadata::default(), CALL_MESSAGE_MAX);
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

/// What a server offers.
pub struct Offered {
    /// All that was needed of the schema.
    pub schema: Schema,
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
    let route = target::route(words, target::address_of(server)?)?;
    let client = Client::connect(route)?;
    let mut reflection = Reflection::new(&client, target::metadata(words)?, CALL_MESSAGE_MAX);
    let mut files = Files::start()?;
    let names = reflection.services()?;
    let meant = name.map(|name| method::meant(names.iter().map(String::as_str), name));
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
    let services =
        sets.iter().map(|set| services::of_set(&set.bytes)).collect::<Result<Vec<_>>>()?;
    Ok(Offered { schema, services: services.concat(), untold })
}
