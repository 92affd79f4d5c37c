//! `google.protobuf.Any` in JSON: its message's own JSON, with `@type` in it.

use super::print::Print;
use crate::codec::binary::{Any, Parts, Stop, Walk};
use crate::error::Error;
use crate::escape::{self, quote};
use crate::table::Message;

/// Writes an Any whose message type is known.
///
/// # Errors
///
/// Its type is not in the schema: JSON has no way to write it.
pub(super) fn print(
    walk: &mut Walk<'_, '_, Print<'_>>,
    message: &Message,
    parts: &Parts<'_>,
    depth: u32,
) -> Result<(), Stop> {
    let any = Any::read(walk, message, parts)?;
    if any.type_url.is_empty() && any.value.is_empty() {
        walk.sink.out.extend_from_slice(b"{}");
        return Ok(());
    }
    let tables = walk.tables;
    let Some(name) = any.type_name() else {
        let what = format!("the type URL {} of an Any names no type", quote(any.type_url));
        return Err(Error::failure(what)
            .hint("it ends in a `/` and the full name of a message; `--to text` shows the Any")
            .of_sound()
            .into());
    };
    let Some(inner) = tables.find(name) else {
        return Err(Error::failure(format!(
            "the type of an Any is not in the schema: {}",
            quote(any.type_url)
        ))
        .hint("a schema that has it, or `--to text`, shows the Any")
        .of_sound()
        .into());
    };
    let inner = tables.message(inner);
    walk.sink.out.extend_from_slice(b"{\"@type\":");
    escape::json_string(any.type_url, walk.sink.out);
    // Whatever is in them, the bytes of `value` are bytes.
    let part = &Parts::One(any.value);
    if inner.well_known.is_some() {
        walk.sink.out.extend_from_slice(b",\"value\":");
        walk.value(inner, None, part, depth + 1).map_err(Stop::of_sound)?;
        walk.sink.out.push(b'}');
        return Ok(());
    }
    // The fields of the message stand beside `@type`, in the same braces: so
    // its own opening brace is taken back.
    let brace = walk.sink.out.len();
    walk.value(inner, None, part, depth + 1).map_err(Stop::of_sound)?;
    match walk.sink.out.get(brace + 1) {
        Some(b'}') => drop(walk.sink.out.remove(brace)),
        _ => walk.sink.out[brace] = b',',
    }
    Ok(())
}
