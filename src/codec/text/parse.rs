//! From the text format to the bytes of a message.

use super::lex;
use crate::codec::cursor::{Cursor, Origin};
use crate::codec::draft::Draft;
use crate::error::{Error, Result, names};
use crate::escape::{quote, quote_bytes};
use crate::table::{Field, Kind, Message};

/// Reads the message in `record` and appends its bytes. `origin` is where the
/// record begins in the input.
///
/// # Errors
///
/// Anything that is not the text of this type, with line and column.
pub fn parse(message: &Message, record: &[u8], origin: Origin, out: &mut Vec<u8>) -> Result<()> {
    let mut cursor = Cursor::new(record, origin);
    let mut draft = Draft::new(message);
    fields(&mut draft, &mut cursor).map_err(|error| error.in_message(message.name()))?;
    draft.finish(out);
    Ok(())
}

fn fields(draft: &mut Draft<'_>, cursor: &mut Cursor<'_>) -> Result<()> {
    lex::space(cursor);
    while cursor.peek().is_some() {
        field(draft, cursor)?;
        lex::space(cursor);
        if cursor.eat(b',') || cursor.eat(b';') {
            lex::space(cursor);
        }
    }
    Ok(())
}

fn field(draft: &mut Draft<'_>, cursor: &mut Cursor<'_>) -> Result<()> {
    let start = cursor.position;
    let name = lex::name(cursor);
    if name.is_empty() {
        return Err(not_a_name(cursor));
    }
    // A name is ASCII, so nothing is lost here.
    let name = String::from_utf8_lossy(name);
    let Some((index, field)) = draft.message().by_name(&name) else {
        return Err(unknown(draft.message(), &name, cursor, start));
    };
    if draft.has(index) {
        return Err(cursor
            .error(format!("the field {} is given twice", quote(&name)), start..cursor.position)
            .in_field(&field.name));
    }
    lex::space(cursor);
    if !cursor.eat(b':') {
        let what = format!("expected `:` after the field name, found {}", cursor.found());
        return Err(cursor.error_here(what).in_field(&field.name));
    }
    lex::space(cursor);
    value(draft, index, field, cursor).map_err(|error| error.in_field(&field.name))
}

fn value(
    draft: &mut Draft<'_>,
    index: usize,
    field: &Field,
    cursor: &mut Cursor<'_>,
) -> Result<()> {
    match field.kind {
        Kind::String => {
            let start = cursor.position;
            if !lex::at_string(cursor) {
                let what = format!("expected a string, found {}", cursor.found());
                return Err(cursor.error_here(what).hint("strings stand in quotes"));
            }
            let text = String::from_utf8(lex::strings(cursor)?).map_err(|error| {
                let bytes = quote_bytes(error.as_bytes());
                cursor
                    .error(format!("the string {bytes} is not valid UTF-8"), start..start + 1)
                    .hint("a `string` holds UTF-8 only; other bytes need a field of type `bytes`")
            })?;
            draft.set_string(index, text);
        }
    }
    Ok(())
}

#[cold]
fn not_a_name(cursor: &Cursor<'_>) -> Error {
    match cursor.peek() {
        Some(b'0'..=b'9') => {
            let mut ahead = *cursor;
            let number = String::from_utf8_lossy(ahead.take_while(|b| b.is_ascii_digit()));
            cursor
                .error(
                    format!("field {number} has no name, so its wire type is not known"),
                    cursor.position..ahead.position,
                )
                .hint("the text format keeps unknown fields to be read, not to be encoded: remove the line")
        }
        Some(b'{') => cursor
            .error_here("expected a field name, found `{`")
            .hint("if this is JSON, say `--from json`"),
        _ => cursor.error_here(format!("expected a field name, found {}", cursor.found())),
    }
}

#[cold]
fn unknown(message: &Message, name: &str, cursor: &Cursor<'_>, start: usize) -> Error {
    let known: Vec<&str> = message.fields().iter().map(|field| &*field.name).collect();
    cursor
        .error(format!("{} has no field {}", message.name(), quote(name)), start..cursor.position)
        .hint(names::field_hint(name, &known, ""))
}
