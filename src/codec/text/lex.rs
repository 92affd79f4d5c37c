//! The tokens of the text format.

use super::mistakes;
use crate::codec::cursor::Cursor;
use crate::error::{Error, Result};
use crate::wire::limits::DEPTH_MAX;

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

/// Reads one string, its quote being the next byte.
pub fn string(cursor: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<()> {
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
                cursor
                    .error("an octal escape is above \\377", start..cursor.position)
                    .hint("it is one byte; a character is written `\\u0100`, or as it is")
            })?);
        }
        Some(b'x' | b'X') => match digits(cursor, 16, 2) {
            (_, 0) => {
                let error = cursor.error("`\\x` needs a hex digit", start..cursor.position);
                return Err(error.hint("it is written like `\\x0a`"));
            }
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

/// Reads the digits of `\u` or `\U`. Half of a surrogate pair is none of the
/// format's characters, and two halves are not one.
fn unicode(cursor: &mut Cursor<'_>, start: usize, len: usize, out: &mut Vec<u8>) -> Result<()> {
    let (code, count) = digits(cursor, 16, len);
    if count < len {
        let (letter, example) = if len == 4 { ('u', "00e9") } else { ('U', "0001f600") };
        return Err(cursor
            .error(format!("`\\{letter}` needs {len} hex digits"), start..cursor.position)
            .hint(format!("it is written like `\\{letter}{example}`")));
    }
    let c = char::from_u32(code).ok_or_else(|| {
        cursor
            .error("the escape is no character of Unicode", start..cursor.position)
            .hint("a character above U+FFFF is `\\U` and 8 hex digits, or itself")
    })?;
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    Ok(())
}

/// Reads what stands between `[` and `]`, white space and comments left out.
///
/// # Errors
///
/// A bracket that does not close.
pub fn bracketed_name(cursor: &mut Cursor<'_>) -> Result<String> {
    let mut name = String::new();
    let mut parted = None;
    loop {
        space(cursor);
        let start = cursor.position;
        let part = cursor.take_while(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'_' | b'.' | b'/' | b'-' | b'%' | b'~')
                || matches!(
                    byte,
                    b'!' | b'$' | b'&' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'='
                )
        });
        let in_word = |byte: Option<&u8>| {
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        };
        if in_word(name.as_bytes().last()) && in_word(part.first()) {
            parted.get_or_insert(start);
        }
        name.push_str(&String::from_utf8_lossy(part));
        if cursor.eat(b']') && !name.is_empty() {
            return match parted {
                // The official parsers read a type's URL in pieces.
                Some(at) if !name.contains('/') => {
                    let error = cursor.error("a name has white space in it", at..at + 1);
                    Err(error.hint("leave it out: the parts of a name stand together"))
                }
                _ => Ok(name),
            };
        }
        if part.is_empty() {
            let what = format!("expected the name of an extension, found {}", cursor.found());
            return Err(cursor
                .error_here(what)
                .hint("write `[package.name]`, or in an Any `[type.googleapis.com/NAME]`"));
        }
    }
}

/// Passes the value of a field that is not read: a scalar, a list or a
/// message. Of what is inside brackets only the brackets and the strings are
/// looked at; `depth` is how many levels there are around.
///
/// # Errors
///
/// No value, brackets that do not pair or are nested too deep.
pub fn skip(cursor: &mut Cursor<'_>, depth: u32) -> Result<()> {
    let mut open: Vec<u8> = Vec::new();
    loop {
        space(cursor);
        match cursor.peek() {
            Some(b'"' | b'\'') => drop(strings(cursor)?),
            Some(bracket @ (b'{' | b'[' | b'<')) => {
                if depth + open.len() as u32 >= DEPTH_MAX {
                    return Err(cursor.brackets_too_deep());
                }
                cursor.position += 1;
                // In ASCII each closes two places behind where it opens.
                open.push(bracket + 2);
                continue;
            }
            Some(byte) if open.last() == Some(&byte) => {
                cursor.position += 1;
                open.pop();
            }
            Some(b':' | b',' | b';' | b'/') if !open.is_empty() => {
                cursor.position += 1;
                continue;
            }
            _ => {
                let start = cursor.position;
                signed_word(cursor);
                if cursor.position == start {
                    let what = format!("expected a value, found {}", cursor.found());
                    let hint = mistakes::notation(cursor).map(str::to_owned);
                    return Err(cursor.error_here(what).maybe_hint(hint));
                }
            }
        }
        if open.is_empty() {
            return Ok(());
        }
    }
}

/// Reads a word: letters, digits, `_`, and what numbers are made of.
pub fn word<'a>(cursor: &mut Cursor<'a>) -> &'a [u8] {
    let rest = &cursor.record[cursor.position..];
    let mut len = 0;
    while let Some(&byte) = rest.get(len) {
        let exponent = len > 0
            && matches!(rest[len - 1], b'e' | b'E')
            && rest[0].is_ascii_digit() | (rest[0] == b'.')
            && !rest.starts_with(b"0x");
        let goes_on = byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'.')
            || (exponent && matches!(byte, b'+' | b'-'));
        if !goes_on {
            break;
        }
        len += 1;
    }
    cursor.position += len;
    &rest[..len]
}

/// Reads a word with a `-` before it, if there is one; white space may stand
/// between.
pub fn signed_word<'a>(cursor: &mut Cursor<'a>) -> (bool, &'a [u8]) {
    let negative = cursor.eat(b'-');
    if negative {
        space(cursor);
    }
    (negative, word(cursor))
}

/// The whole number that a word is: decimal, `0x` hex, or octal after a `0`.
pub fn integer(word: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(word).ok()?;
    let value = if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        u64::from_str_radix(hex, 16).ok().filter(|_| !hex.starts_with('+'))?
    } else if text.len() > 1 && text.starts_with('0') {
        u64::from_str_radix(&text[1..], 8).ok().filter(|_| !text[1..].starts_with('+'))?
    } else if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()?
    } else {
        return None;
    };
    Some(value)
}

/// The number that a word is, for a double: decimal with any exponent and an
/// `f` at its end, or a name of infinity or of what is no number.
pub fn float(word: &[u8]) -> Option<f64> {
    match infinite(word) {
        Some(value) => Some(value),
        None => decimal(word)?.parse().ok(),
    }
}

/// The same for a float, rounded once.
pub fn float32(word: &[u8]) -> Option<f32> {
    decimal(word)?.parse().ok()
}

fn infinite(word: &[u8]) -> Option<f64> {
    match word.to_ascii_lowercase().as_slice() {
        b"inf" | b"infinity" => Some(f64::INFINITY),
        b"nan" => Some(f64::NAN),
        _ => None,
    }
}

/// The digits of a number without its `f`; none for hex and octal, which
/// floats don't have.
fn decimal(word: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(word).ok()?;
    let digits = text.strip_suffix(['f', 'F']).unwrap_or(text);
    let mut bytes = digits.bytes();
    let starts = bytes.next().is_some_and(|byte| byte.is_ascii_digit() || byte == b'.');
    let leading_zero = digits.len() > 1
        && digits.starts_with('0')
        && !matches!(digits.as_bytes()[1], b'.' | b'e' | b'E');
    (starts && !leading_zero).then_some(digits)
}
