//! The tokens of JSON.

use std::borrow::Cow;
use std::ops::Range;

use crate::codec::cursor::Cursor;
use crate::error::{Error, Result};
use crate::wire::limits::DEPTH_MAX;

/// Passes white space.
#[inline]
pub fn space(cursor: &mut Cursor<'_>) {
    cursor.take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
}

/// What kind of value begins at the next byte, as errors name it.
#[cold]
pub fn found(cursor: &Cursor<'_>) -> String {
    let word = &cursor.record[extent(cursor)];
    let kind = match (cursor.peek(), word) {
        (Some(b'"'), _) => "a string",
        (Some(b'{'), _) => "an object",
        (Some(b'['), _) => "an array",
        (_, b"true" | b"false") => "a bool",
        (_, b"null") => "null",
        (Some(b'-' | b'0'..=b'9'), _) => "a number",
        (Some(b'a'..=b'z' | b'A'..=b'Z'), _) => return crate::escape::quote_bytes(word),
        _ => return cursor.found(),
    };
    kind.to_owned()
}

/// The rest of the scalar or the bracket that begins at the next byte: what an
/// error marks.
#[cold]
pub fn extent(cursor: &Cursor<'_>) -> Range<usize> {
    let start = cursor.position;
    let one = start..(start + 1).min(cursor.record.len());
    let mut ahead = *cursor;
    match cursor.peek() {
        Some(b'"') => match string(&mut ahead) {
            Ok(_) => start..ahead.position,
            Err(_) => one,
        },
        Some(b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') => {
            let len = ahead
                .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.' | b'_'))
                .len();
            start..start + len
        }
        _ => one,
    }
}

/// The word that begins at the next byte, if any; nothing is passed.
pub fn word<'a>(cursor: &Cursor<'a>) -> &'a [u8] {
    let mut ahead = *cursor;
    ahead.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Reads a number.
///
/// # Errors
///
/// What is no number in JSON: `01`, `+1`, `.5`, `1.`.
pub fn number<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str> {
    let start = cursor.position;
    let raw = cursor
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.'));
    match std::str::from_utf8(raw) {
        Ok(text) if is_number(text) => Ok(text),
        _ => {
            let what = format!("{} is no number in JSON", crate::escape::quote_bytes(raw));
            Err(cursor.error(what, start..cursor.position))
        }
    }
}

/// Whether `text` is a number as RFC 8259 has it.
pub fn is_number(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let text = text.strip_prefix('-').unwrap_or(text);
    let whole = digits(text);
    if whole == 0 || (whole > 1 && text.starts_with('0')) {
        return false;
    }
    let mut rest = &text[whole..];
    if let Some(fraction) = rest.strip_prefix('.') {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = &fraction[count..];
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let count = digits(exponent);
        return count > 0 && count == exponent.len();
    }
    rest.is_empty()
}

/// Passes a value of any type. The brackets that are open are kept in a list,
/// and count as levels like those of messages: `depth` is how many there are.
///
/// # Errors
///
/// What is not JSON, and brackets nested too deep.
pub fn skip(cursor: &mut Cursor<'_>, depth: u32) -> Result<()> {
    let mut open: Vec<u8> = Vec::new();
    loop {
        space(cursor);
        match cursor.peek() {
            Some(bracket @ (b'{' | b'[')) => {
                if depth + open.len() as u32 >= DEPTH_MAX {
                    let what = format!("brackets are nested more than {DEPTH_MAX} deep");
                    return Err(cursor.error_here(what));
                }
                cursor.position += 1;
                open.push(bracket + 2);
                space(cursor);
                if cursor.peek() == open.last().copied() {
                    cursor.position += 1;
                    open.pop();
                } else {
                    skip_name(cursor, bracket)?;
                    continue;
                }
            }
            Some(b'"') => drop(string(cursor)?),
            Some(b'-' | b'0'..=b'9') => drop(number(cursor)?),
            _ => match word(cursor) {
                word @ (b"true" | b"false" | b"null") => cursor.position += word.len(),
                _ => {
                    let what = format!("expected a JSON value, found {}", found(cursor));
                    return Err(cursor.error(what, extent(cursor)));
                }
            },
        }
        // The value has ended: so do the brackets that it was the last in.
        loop {
            let Some(&closing) = open.last() else { return Ok(()) };
            space(cursor);
            if cursor.eat(closing) {
                open.pop();
                continue;
            }
            if !cursor.eat(b',') {
                let closing = char::from(closing);
                let what = format!("expected `,` or `{closing}`, found {}", cursor.found());
                return Err(cursor.error_here(what));
            }
            space(cursor);
            skip_name(cursor, closing - 2)?;
            break;
        }
    }
}

/// Passes a name and its colon, if the bracket is one of objects.
fn skip_name(cursor: &mut Cursor<'_>, bracket: u8) -> Result<()> {
    if bracket != b'{' {
        return Ok(());
    }
    if cursor.peek() != Some(b'"') {
        let what = format!("expected a field name, found {}", cursor.found());
        return Err(cursor.error_here(what));
    }
    string(cursor)?;
    space(cursor);
    if !cursor.eat(b':') {
        let what = format!("expected `:` after the field name, found {}", cursor.found());
        return Err(cursor.error_here(what));
    }
    Ok(())
}

/// Reads a string, its opening quote being the next byte.
///
/// # Errors
///
/// One that does not end, a control character, an escape that JSON doesn't
/// have, half a surrogate pair, and bytes that are not UTF-8.
pub fn string<'a>(cursor: &mut Cursor<'a>) -> Result<Cow<'a, str>> {
    let open = cursor.position;
    cursor.position += 1;
    let plain = piece(cursor, open)?;
    if cursor.eat(b'"') {
        return Ok(Cow::Borrowed(plain));
    }
    let mut text = plain.to_owned();
    while !cursor.eat(b'"') {
        text.push(escape(cursor)?);
        text.push_str(piece(cursor, open)?);
    }
    Ok(Cow::Owned(text))
}

/// Reads up to the next quote or backslash.
fn piece<'a>(cursor: &mut Cursor<'a>, open: usize) -> Result<&'a str> {
    let start = cursor.position;
    let raw = cursor.take_while(|byte| byte >= 0x20 && !matches!(byte, b'"' | b'\\'));
    let text = std::str::from_utf8(raw).map_err(|error| {
        let bad = start + error.valid_up_to();
        cursor
            .error("a string is not valid UTF-8", bad..bad + error.error_len().unwrap_or(1))
            .hint("JSON is UTF-8; convert the input first")
    })?;
    match cursor.peek() {
        Some(b'"' | b'\\') => Ok(text),
        None | Some(b'\n') => Err(cursor
            .error("a string does not end", open..cursor.position)
            .hint("its closing `\"` is missing")),
        Some(_) => Err(control(cursor)),
    }
}

#[cold]
fn control(cursor: &Cursor<'_>) -> Error {
    let byte = cursor.peek().unwrap_or_default();
    cursor
        .error_here("a string holds a raw control character")
        .hint(format!("write `\\u{byte:04x}`"))
}

/// Reads an escape, its backslash being the next byte.
fn escape(cursor: &mut Cursor<'_>) -> Result<char> {
    let start = cursor.position;
    cursor.position += 1;
    let letter = cursor.peek();
    cursor.position += 1;
    Ok(match letter {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(cursor, start),
        _ => {
            return Err(cursor
                .error("JSON has no such escape", start..start + 2)
                .hint("a backslash itself is written `\\\\`"));
        }
    })
}

/// Reads the digits of `\u`, and those of the second half of a pair.
fn unicode(cursor: &mut Cursor<'_>, start: usize) -> Result<char> {
    let first = hex4(cursor, start)?;
    let code = match first {
        0xd800..=0xdbff => {
            if !(cursor.eat(b'\\') && cursor.eat(b'u')) {
                return Err(lone(cursor, start));
            }
            match hex4(cursor, start)? {
                second @ 0xdc00..=0xdfff => 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00),
                _ => return Err(lone(cursor, start)),
            }
        }
        _ => first,
    };
    char::from_u32(code).ok_or_else(|| lone(cursor, start))
}

fn hex4(cursor: &mut Cursor<'_>, start: usize) -> Result<u32> {
    let mut value = 0;
    for _ in 0..4 {
        let digit = cursor.peek().and_then(|byte| char::from(byte).to_digit(16));
        let Some(digit) = digit else {
            return Err(cursor.error("`\\u` needs four hex digits", start..cursor.position));
        };
        value = value << 4 | digit;
        cursor.position += 1;
    }
    Ok(value)
}

#[cold]
fn lone(cursor: &Cursor<'_>, start: usize) -> Error {
    cursor
        .error("half of a surrogate pair stands alone", start..start + 6)
        .hint("a character above U+FFFF is two `\\u` escapes, or itself")
}
