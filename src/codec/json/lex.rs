//! The tokens of JSON.

use std::borrow::Cow;

use super::mistakes;
use crate::codec::cursor::Cursor;
use crate::error::{Error, Result};
use crate::wire::limits::DEPTH_MAX;

/// Passes white space.
#[inline]
pub fn space(cursor: &mut Cursor<'_>) {
    cursor.take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
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
#[inline]
pub fn number<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str> {
    let rest = &cursor.record[cursor.position..];
    let len = number_len(rest);
    let goes_on = rest.get(len).is_some_and(|&byte| is_of_number(byte));
    if len == 0 || goes_on {
        return Err(mistakes::no_number(cursor));
    }
    // A number is ASCII, and so is UTF-8.
    let text = std::str::from_utf8(&rest[..len]).map_err(|_| mistakes::no_number(cursor))?;
    cursor.position += len;
    Ok(text)
}

/// Whether `byte` goes on with a number, be it one in JSON or not.
#[inline]
pub fn is_of_number(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.' | b'_')
}

/// Whether `text` is a number as RFC 8259 has it.
pub fn is_number(text: &str) -> bool {
    !text.is_empty() && number_len(text.as_bytes()) == text.len()
}

/// The bytes of the number that `bytes` begin with; 0 if they begin with none.
#[inline]
fn number_len(bytes: &[u8]) -> usize {
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let start = usize::from(bytes.first() == Some(&b'-'));
    let mut end = digits(start);
    if end == start || (end > start + 1 && bytes[start] == b'0') {
        return 0;
    }
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        if fraction == end + 1 {
            return 0;
        }
        end = fraction;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
        let exponent = digits(end + 1 + sign);
        if exponent == end + 1 + sign {
            return 0;
        }
        end = exponent;
    }
    end
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
                    return Err(cursor.brackets_too_deep());
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
                _ => return Err(mistakes::no_value(cursor)),
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
                return Err(mistakes::no_comma(cursor, closing));
            }
            space(cursor);
            if closing == b']' && cursor.peek() == Some(b']') {
                return Err(mistakes::no_element(cursor));
            }
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
        return Err(mistakes::no_name(cursor));
    }
    string(cursor)?;
    space(cursor);
    if !cursor.eat(b':') {
        return Err(mistakes::no_colon(cursor));
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
        _ => return Err(no_escape(cursor, start)),
    })
}

#[cold]
fn no_escape(cursor: &Cursor<'_>, start: usize) -> Error {
    let hex = cursor.record.get(start + 2..start + 4).and_then(|hex| std::str::from_utf8(hex).ok());
    let hex = hex.filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let hint = match (cursor.record.get(start + 1), hex) {
        (Some(b'x'), Some(hex)) => format!("write `\\u00{hex}`"),
        (Some(b'\''), _) => String::from("write `'`"),
        _ => String::from("a backslash itself is written `\\\\`"),
    };
    cursor.error("JSON has no such escape", start..start + 2).hint(hint)
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
            return Err(cursor
                .error("`\\u` needs four hex digits", start..cursor.position)
                .hint("it is written like `\\u00e9`"));
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
