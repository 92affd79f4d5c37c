//! The tokens of the text format.

use crate::codec::cursor::Cursor;
use crate::error::{Error, Result};

/// Passes white space and comments.
pub fn space(cursor: &mut Cursor<'_>) {
    loop {
        cursor.take_while(|byte| byte.is_ascii_whitespace() || byte == 0x0b);
        if cursor.peek() != Some(b'#') {
            return;
        }
        cursor.take_while(|byte| byte != b'\n');
    }
}

/// Reads a name: a letter or `_`, then letters, digits and `_`. Empty when the
/// next byte begins none.
pub fn name<'a>(cursor: &mut Cursor<'a>) -> &'a [u8] {
    match cursor.peek() {
        Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => {
            cursor.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        }
        _ => &[],
    }
}

/// Whether a string begins at the next byte.
pub fn at_string(cursor: &Cursor<'_>) -> bool {
    matches!(cursor.peek(), Some(b'"' | b'\''))
}

/// Reads one or more strings, which stand for their concatenation.
///
/// # Errors
///
/// A string that does not end on its line, and an escape that the format
/// doesn't have.
pub fn strings(cursor: &mut Cursor<'_>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while at_string(cursor) {
        string(cursor, &mut bytes)?;
        space(cursor);
    }
    Ok(bytes)
}

fn string(cursor: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<()> {
    let open = cursor.position;
    let quote = cursor.record[open];
    cursor.position += 1;
    loop {
        let plain = cursor.take_while(|byte| byte != quote && !matches!(byte, b'\\' | b'\n'));
        out.extend_from_slice(plain);
        match cursor.peek() {
            Some(b'\\') => escape(cursor, out)?,
            Some(byte) if byte == quote => {
                cursor.position += 1;
                return Ok(());
            }
            _ => {
                return Err(cursor
                    .error("a string does not end", open..cursor.position)
                    .hint(format!("its closing `{}` is missing", char::from(quote))));
            }
        }
    }
}

/// Reads an escape, its backslash being the next byte.
fn escape(cursor: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<()> {
    let start = cursor.position;
    cursor.position += 1;
    let letter = cursor.peek();
    cursor.position += 1;
    match letter {
        Some(b'a') => out.push(0x07),
        Some(b'b') => out.push(0x08),
        Some(b'f') => out.push(0x0c),
        Some(b'n') => out.push(b'\n'),
        Some(b'r') => out.push(b'\r'),
        Some(b't') => out.push(b'\t'),
        Some(b'v') => out.push(0x0b),
        Some(byte @ (b'?' | b'\\' | b'\'' | b'"')) => out.push(byte),
        Some(b'0'..=b'7') => {
            cursor.position -= 1;
            let (value, _) = digits(cursor, 8, 3);
            let byte = u8::try_from(value);
            out.push(byte.map_err(|_| {
                cursor.error("an octal escape is above \\377", start..cursor.position)
            })?);
        }
        Some(b'x' | b'X') => match digits(cursor, 16, 2) {
            (_, 0) => return Err(cursor.error("`\\x` needs a hex digit", start..cursor.position)),
            (value, _) => out.push(value as u8),
        },
        Some(b'u') => unicode(cursor, start, 4, out)?,
        Some(b'U') => unicode(cursor, start, 8, out)?,
        _ => return Err(unknown_escape(cursor, start)),
    }
    Ok(())
}

#[cold]
fn unknown_escape(cursor: &Cursor<'_>, start: usize) -> Error {
    cursor
        .error("the text format has no such escape", start..start + 2)
        .hint("a backslash itself is written `\\\\`")
}

/// Reads at most `max` digits: their value and how many there were.
fn digits(cursor: &mut Cursor<'_>, radix: u32, max: usize) -> (u32, usize) {
    let mut value = 0;
    for count in 0..max {
        match cursor.peek().and_then(|byte| char::from(byte).to_digit(radix)) {
            Some(digit) => value = value * radix + digit,
            None => return (value, count),
        }
        cursor.position += 1;
    }
    (value, max)
}

/// Reads the digits of `\u` or `\U`; two `\u` may be a surrogate pair.
fn unicode(cursor: &mut Cursor<'_>, start: usize, len: usize, out: &mut Vec<u8>) -> Result<()> {
    let (mut code, count) = digits(cursor, 16, len);
    if count < len {
        let what = format!("`\\{}` needs {len} hex digits", if len == 4 { 'u' } else { 'U' });
        return Err(cursor.error(what, start..cursor.position));
    }
    if (0xd800..0xdc00).contains(&code) && cursor.record[cursor.position..].starts_with(b"\\u") {
        cursor.position += 2;
        if let (second @ 0xdc00..0xe000, 4) = digits(cursor, 16, 4) {
            code = 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00);
        }
    }
    let c = char::from_u32(code).ok_or_else(|| {
        cursor.error("the escape is no character of Unicode", start..cursor.position)
    })?;
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    Ok(())
}
