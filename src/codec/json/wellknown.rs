//! The well-known types that JSON writes in a way of their own.

use super::lex;
use super::parse::Parser;
use crate::codec::binary::Scalar;
use crate::codec::wellknown::{Duration, Timestamp, snake_case};
use crate::error::Result;
use crate::escape::quote;
use crate::table::Message;

fn string(parser: &mut Parser<'_, '_, '_>, what: &str) -> Result<(String, std::ops::Range<usize>)> {
    let start = parser.cursor.position;
    if parser.cursor.peek() != Some(b'"') {
        let what = format!("expected {what}, found {}", lex::found(&parser.cursor));
        return Err(parser.cursor.error(what, lex::extent(&parser.cursor)));
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
        return Err(parser
            .cursor
            .error(format!("{} is no time", quote(&text)), range)
            .hint("write it as `2026-11-22T10:00:00Z`, from the year 1 to 9999"));
    };
    seconds_and_nanos(parser, time.seconds, time.nanos);
    Ok(())
}

/// Reads a Duration.
pub(super) fn duration(parser: &mut Parser<'_, '_, '_>) -> Result<()> {
    let (text, range) = string(parser, "a duration such as \"3.5s\"")?;
    let Some(duration) = Duration::from_text(&text) else {
        return Err(parser
            .cursor
            .error(format!("{} is no duration", quote(&text)), range)
            .hint("write it as `3.5s`, of at most 315576000000 s"));
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
            return Err(parser
                .cursor
                .error(format!("{} is no path of a FieldMask in JSON", quote(path)), range)
                .hint("in JSON paths are in camel case"));
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
        _ => {
            let what = format!("expected a JSON value, found {}", lex::found(&parser.cursor));
            return Err(parser.cursor.error(what, lex::extent(&parser.cursor)));
        }
    };
    match message.by_name(name) {
        Some((index, field)) => parser.field_value(index, field, depth),
        None => Err(parser.cursor.error_here(format!("{} has no {name}", message.name()))),
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
            return Err(parser.cursor.error("`@type` is given twice", range));
        }
        found = Some(string(parser, "the type of an Any")?);
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
        let error =
            parser.cursor.error(format!("the type {} is not in the schema", quote(&url)), range);
        return Err(
            error.hint("`@type` ends in a `/` and the full name of a message of the schema")
        );
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
