//! From JSON to the bytes of a message.

use std::ops::Range;

use super::lex;
use crate::codec::cursor::{Cursor, Origin};
use crate::codec::draft::Draft;
use crate::error::{Error, Result, names};
use crate::escape::quote;
use crate::table::{Field, Kind, Message};

/// Reads the one JSON value in `record` and appends the bytes of the message
/// it stands for. `origin` is where the record begins in the input.
///
/// # Errors
///
/// Anything that is not the ProtoJSON of this type, with line and column.
pub fn parse(message: &Message, record: &[u8], origin: Origin, out: &mut Vec<u8>) -> Result<()> {
    let mut cursor = Cursor::new(record, origin);
    let draft = whole(message, &mut cursor).map_err(|error| error.in_message(message.name()))?;
    draft.finish(out);
    Ok(())
}

fn whole<'t>(message: &'t Message, cursor: &mut Cursor<'_>) -> Result<Draft<'t>> {
    lex::space(cursor);
    if cursor.peek().is_none() {
        return Err(cursor
            .error_here("there is no JSON in the input")
            .hint("`{}` is the empty message"));
    }
    let mut draft = Draft::new(message);
    object(&mut draft, cursor)?;
    lex::space(cursor);
    match cursor.peek() {
        None => Ok(draft),
        Some(b'{') => Err(cursor
            .error_here("a second JSON value follows the first")
            .hint("many messages are read with `--stream`")),
        Some(_) => Err(cursor.error_here(format!("found {} after the JSON value", cursor.found()))),
    }
}

/// Reads an object into `draft`.
fn object(draft: &mut Draft<'_>, cursor: &mut Cursor<'_>) -> Result<()> {
    if cursor.peek() != Some(b'{') {
        let what = format!("expected an object, found {}", lex::found(cursor));
        return Err(cursor
            .error(what, lex::extent(cursor))
            .hint(format!("{} is written `{{…}}`", draft.message().name())));
    }
    cursor.position += 1;
    lex::space(cursor);
    if cursor.eat(b'}') {
        return Ok(());
    }
    loop {
        member(draft, cursor)?;
        lex::space(cursor);
        if cursor.eat(b'}') {
            return Ok(());
        }
        if !cursor.eat(b',') {
            return Err(
                cursor.error_here(format!("expected `,` or `}}`, found {}", cursor.found()))
            );
        }
        lex::space(cursor);
        if cursor.peek() == Some(b'}') {
            return Err(cursor
                .error_here("expected a field name, found `}`")
                .hint("JSON has no comma after the last field"));
        }
    }
}

/// Reads a name, a colon and a value.
fn member(draft: &mut Draft<'_>, cursor: &mut Cursor<'_>) -> Result<()> {
    let start = cursor.position;
    if cursor.peek() != Some(b'"') {
        return Err(cursor
            .error_here(format!("expected a field name, found {}", cursor.found()))
            .hint("names stand in double quotes"));
    }
    let key = lex::string(cursor)?;
    let key_range = start..cursor.position;
    lex::space(cursor);
    if !cursor.eat(b':') {
        let what = format!("expected `:` after the field name, found {}", cursor.found());
        return Err(cursor.error_here(what));
    }
    lex::space(cursor);
    let Some((index, field)) = draft.message().by_json_key(&key) else {
        return Err(unknown(draft.message(), &key, cursor, key_range));
    };
    if draft.has(index) {
        return Err(cursor
            .error(format!("the field {} is given twice", quote(&key)), key_range)
            .in_field(&field.name));
    }
    value(draft, index, field, cursor).map_err(|error| error.in_field(&field.name))
}

/// Reads the value of a field. `null` is the default.
fn value(
    draft: &mut Draft<'_>,
    index: usize,
    field: &Field,
    cursor: &mut Cursor<'_>,
) -> Result<()> {
    if cursor.record[cursor.position..].starts_with(b"null") {
        cursor.position += 4;
        draft.set_string(index, String::new());
        return Ok(());
    }
    match field.kind {
        Kind::String => {
            if cursor.peek() != Some(b'"') {
                let what = format!("expected a string, found {}", lex::found(cursor));
                return Err(cursor.error(what, lex::extent(cursor)).maybe_hint(quote_it(cursor)));
            }
            draft.set_string(index, lex::string(cursor)?.into_owned());
        }
    }
    Ok(())
}

/// How a number or a bool would be written as a string.
fn quote_it(cursor: &Cursor<'_>) -> Option<String> {
    let text = std::str::from_utf8(&cursor.record[lex::extent(cursor)]).ok()?;
    let scalar = text.starts_with(|c: char| c == '-' || c.is_ascii_alphanumeric());
    (scalar && text.len() < 40).then(|| format!("write `\"{text}\"`"))
}

#[cold]
fn unknown(message: &Message, key: &str, cursor: &Cursor<'_>, range: Range<usize>) -> Error {
    let known: Vec<&str> = message.fields().iter().map(|field| &*field.json_name).collect();
    cursor
        .error(format!("{} has no field {}", message.name(), quote(key)), range)
        .hint(names::field_hint(key, &known, ""))
}
