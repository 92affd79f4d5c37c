//! The replies that a server is given, from JSON to the bytes of messages.

use prost::bytes::Bytes;

use crate::codec::{Origin, json};
use crate::error::{Error, Result, names};
use crate::schema::Compiled;
use crate::schema::descriptor::services::Method;
use crate::stream::split::Found;
use crate::stream::values::Values;

/// What `--reply` says.
pub struct Reply {
    /// The method, as it was written.
    pub method: String,
    /// What it answers: JSON.
    pub json: Vec<u8>,
    /// The file that it is from, as errors show it, if it is from one.
    pub file: Option<String>,
}

/// The messages of a reply: one, or any number for a method that answers with
/// many. None has more than `max` bytes.
///
/// # Errors
///
/// JSON that is not of the type; a number of messages that cannot be; one that
/// is too large.
pub fn read(output: &Compiled, reply: &Reply, method: &Method, max: usize) -> Result<Vec<Bytes>> {
    let parsed = parse(output, reply).map_err(|error| {
        let path = names::shown(&method.path);
        let answers = format!("which answers with {}", names::shown(output.root().name()));
        match &reply.file {
            Some(file) => error.hint(format!("it is in {file}, the reply of {path}, {answers}")),
            None => error.hint(format!("it is in the reply of {path}, {answers}")).as_usage(),
        }
    })?;
    if !method.server_streaming && parsed.len() != 1 {
        let what = format!(
            "{} answers with one message, and its reply has {}",
            names::shown(&method.path),
            if parsed.is_empty() { String::from("none") } else { parsed.len().to_string() },
        );
        return Err(of(reply, what)
            .maybe_hint(parsed.is_empty().then(|| String::from("`{}` is the empty message"))));
    }
    if let Some(large) = parsed.iter().find(|message| message.len() > max) {
        let what = format!(
            "a reply of {} has {} bytes, more than `--max-message-size`",
            names::shown(&method.path),
            large.len()
        );
        return Err(of(reply, what).hint("make that larger, such as `--max-message-size 64M`"));
    }
    Ok(parsed)
}

/// An error of the words, if the reply stands among them.
fn of(reply: &Reply, what: String) -> Error {
    if reply.file.is_some() { Error::failure(what) } else { Error::usage(what) }
}

fn parse(output: &Compiled, reply: &Reply) -> Result<Vec<Bytes>> {
    let mut messages = Vec::new();
    let mut values = Values::default();
    let mut origin = Origin::START;
    let mut rest = &reply.json[..];
    loop {
        let (value, consumed) = match values.next(rest, true) {
            Found::Record { header, payload, consumed, .. } => {
                (Some(&rest[header..header + payload]), consumed)
            }
            Found::Between { consumed } => (None, consumed),
            Found::More | Found::End => return Ok(messages),
        };
        if let Some(value) = value {
            let mut bytes = Vec::new();
            json::parse(output.root(), value, origin, json::ParseOptions::default(), &mut bytes)?;
            messages.push(Bytes::from(bytes));
        }
        origin = origin.after(&rest[..consumed]);
        rest = &rest[consumed..];
    }
}
