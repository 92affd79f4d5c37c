//! The well-known types that JSON writes in a way of their own.

use super::parse::Parser;
use super::{lex, mistakes};
use crate::codec::binary::Scalar;
use crate::codec::cursor::Cursor;
use crate::codec::wellknown::{Duration, Timestamp, camel_case, snake_case};
use crate::error::Result;
use crate::error::names::shown;
use crate::escape::quote;
use crate::table::Message;

fn string(parser: &mut Parser<'_, '_, '_>, what: &str) -> Result<(String, std::ops::Range<usize>)> {
    let start = parser.cursor.position;
    if parser.cursor.peek() != Some(b'"') {
        let hint = mistakes::notation(&parser.cursor);
        return Err(mistakes::expected(&parser.cursor, what).maybe_hint(hint));
    }
    let text = lex::string(&mut parser.cursor)?.into_owned();
    Ok((text, start..parser.cursor.position))
}

/// Writes the `seconds` and `nanos` of a Timestamp or a Duration.
fn seconds_and_nanos(parser: &mut Parser<'_, '_, '_>, seconds: i64, nanos: i32) {
    let message = parser.builder.message();
    if let (Some((at, _)), Some((other, _))) = (message.by_number(1, 0), message.by_number(2, 1)) {
        parser.builder.scalar(at, Scalar::I64(seconds));
        parser.builder.scalar(other, Scalar::I32(nanos));
    }
}

/// Reads a Timestamp.
pub(super) fn timestamp(parser: &mut Parser<'_, '_, '_>) -> Result<()> {
    let (text, range) = string(parser, "a time such as \"2026-11-22T10:00:00Z\"")?;
    let Some(time) = Timestamp::from_text(&text) else {
        let error = parser.cursor.error(format!("{} is no time", quote(&text)), range);
        // As people and databases write it.
        let guess = text.to_ascii_uppercase().replacen(' ', "T", 1);
        let reads = |text: &String| Timestamp::from_text(text).is_some();
        return Err(error.hint(match [format!("{guess}Z"), guess].into_iter().find(reads) {
            Some(near) => format!("did you mean `{near}`?"),
            None => String::from("write it as `2026-11-22T10:00:00Z`, from the year 1 to 9999"),
        }));
    };
    seconds_and_nanos(parser, time.seconds, time.nanos);
    Ok(())
}

/// Reads a Duration.
pub(super) fn duration(parser: &mut Parser<'_, '_, '_>) -> Result<()> {
    let (text, range) = string(parser, "a duration such as \"3.5s\"")?;
    let Some(duration) = Duration::from_text(&text) else {
        let error = parser.cursor.error(format!("{} is no duration", quote(&text)), range);
        let near = format!("{text}s");
        return Err(match Duration::from_text(&near) {
            Some(_) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint("write it as `3.5s`, of at most 315576000000 s"),
        });
    };
    seconds_and_nanos(parser, duration.seconds, duration.nanos);
    Ok(())
}

/// Reads a FieldMask.
pub(super) fn field_mask(parser: &mut Parser<'_, '_, '_>) -> Result<()> {
    let (text, range) = string(parser, "paths such as \"name,address.city\"")?;
    if text.is_empty() {
        return Ok(());
    }
    for path in text.split(',') {
        let Some(path) = snake_case(path) else {
            let what = format!("{} is no path of a FieldMask in JSON", quote(path));
            return Err(parser.cursor.error(what, range).hint(match camel_case(path) {
                Some(camel) => format!("in JSON paths are in camel case: `{}`", shown(&camel)),
                None => String::from("in JSON paths are in camel case"),
            }));
        };
        parser.builder.scalar(0, Scalar::String(path.as_bytes()));
    }
    Ok(())
}

/// Reads a Value: which field it sets is told by its first character.
pub(super) fn value<'t>(
    parser: &mut Parser<'t, '_, '_>,
    message: &'t Message,
    depth: u32,
) -> Result<()> {
    let name = match parser.cursor.peek() {
        Some(b'n') => "null_value",
        Some(b't' | b'f') => "bool_value",
        Some(b'"') => "string_value",
        Some(b'[') => "list_value",
        Some(b'{') => "struct_value",
        Some(b'-' | b'0'..=b'9') => "number_value",
        _ => return Err(mistakes::no_value(&parser.cursor)),
    };
    match message.by_name(name) {
        // A word that begins like one of JSON may be another.
        Some(_) if !is_value(&parser.cursor) => Err(mistakes::no_value(&parser.cursor)),
        Some((index, field)) => parser.field_value(index, field, depth),
        // A schema may have a type of this name and other fields.
        None => parser.object(message, depth),
    }
}

/// Whether what begins here is a value as far as its first token tells.
fn is_value(cursor: &Cursor<'_>) -> bool {
    match cursor.peek() {
        Some(b'n' | b't' | b'f') => matches!(lex::word(cursor), b"null" | b"true" | b"false"),
        _ => true,
    }
}

/// Finds the `@type` of an Any, wherever it stands, passing all its members.
/// There is none only in an object that is empty.
fn type_url(
    parser: &mut Parser<'_, '_, '_>,
    message: &Message,
    depth: u32,
) -> Result<Option<(String, std::ops::Range<usize>)>> {
    let open = parser.cursor;
    parser.open_brace(message.name())?;
    let mut members = 0;
    let mut found = None;
    parser.members(|parser, key, range| {
        members += 1;
        if key != "@type" {
            return lex::skip(&mut parser.cursor, depth);
        }
        if found.is_some() {
            let error = parser.cursor.error("`@type` is given twice", range);
            return Err(error.hint("an Any holds one message"));
        }
        found = Some(string(parser, "a type such as \"type.googleapis.com/NAME\"")?);
        Ok(())
    })?;
    if found.is_none() && members > 0 {
        return Err(open
            .error_here("an Any has no `@type`")
            .hint("it names the message inside: `\"@type\":\"type.googleapis.com/NAME\"`"));
    }
    Ok(found)
}

/// Reads an Any: its `@type` first, then the message.
pub(super) fn any<'t>(
    parser: &mut Parser<'t, '_, '_>,
    message: &'t Message,
    depth: u32,
) -> Result<()> {
    let open = parser.cursor;
    let Some((url, range)) = type_url(parser, message, depth)? else { return Ok(()) };
    let name = url.rsplit_once('/').map(|(_, name)| name);
    let Some(inner) = name.and_then(|name| parser.tables.find(name)) else {
        return Err(parser.cursor.no_type(parser.tables, &url, range));
    };
    let inner = parser.tables.message(inner);
    let (Some((url_index, _)), Some((value_index, _))) =
        (message.by_number(1, 0), message.by_number(2, 1))
    else {
        return Ok(());
    };
    parser.builder.scalar(url_index, Scalar::String(url.as_bytes()));
    let end = parser.cursor;
    parser.cursor = open;
    let bytes = parser.builder.begin_bytes(value_index, inner);
    parser.open_brace(message.name())?;
    let mut has_value = false;
    if inner.well_known.is_none() {
        parser.members(|parser, key, range| match key {
            "@type" => lex::skip(&mut parser.cursor, depth),
            _ => parser.member(inner, key, range, depth + 1),
        })?;
    } else {
        parser.members(|parser, key, range| match key {
            "@type" => lex::skip(&mut parser.cursor, depth),
            "value" if !std::mem::replace(&mut has_value, true) => parser.content(inner, depth + 1),
            "value" => {
                let error = parser.cursor.error("`value` is given twice", range);
                Err(error.hint("an Any holds one message"))
            }
            _ if parser.options.ignore_unknown => lex::skip(&mut parser.cursor, depth),
            _ => {
                let what = format!("the JSON of {} in an Any has no {}", inner.name(), quote(key));
                Err(parser.cursor.error(what, range).hint("it has `@type` and `value`"))
            }
        })?;
        if !has_value {
            return Err(end
                .error_here(format!("the {} in an Any has no `value`", inner.name()))
                .hint("write it as `{\"@type\":…,\"value\":…}`"));
        }
    }
    let missing = parser.builder.end_bytes(value_index, bytes);
    parser.end(inner, missing)
}
