//! Bytes as hex, read as people paste it.
//!
//! Digits pair up across white space. Between bytes there may also be `:`,
//! `-` or `,`, and each run of digits may begin with `0x` or `\x`; `0x5` is
//! the byte 05.

use super::cursor::{Cursor, Origin};
use crate::error::{Error, Result};

/// Reads hex. `origin` is where the text begins in the input.
///
/// # Errors
///
/// A character that is neither a digit nor stands between bytes, and a byte
/// with one digit.
pub fn read(text: &[u8], origin: Origin) -> Result<Vec<u8>> {
    let mut cursor = Cursor::new(text, origin);
    let mut digits = Vec::with_capacity(text.len());
    while let Some(byte) = cursor.peek() {
        let boundary = digits.len() % 2 == 0;
        match byte {
            b'0' | b'\\' if boundary && at_prefix(&cursor) => prefixed(&mut cursor, &mut digits)?,
            _ if byte.is_ascii_hexdigit() => {
                digits.push(byte);
                cursor.position += 1;
            }
            _ if is_space(byte) => cursor.position += 1,
            b':' | b'-' | b',' if boundary => cursor.position += 1,
            b':' | b'-' | b',' => return Err(half_a_byte(&cursor)),
            _ => return Err(not_hex(&cursor)),
        }
    }
    if digits.is_empty()
        && let Some(first) = text.iter().position(|&byte| !is_space(byte))
    {
        cursor.position = first;
        return Err(not_hex(&cursor));
    }
    hex::decode(&digits).map_err(|_| odd(&cursor, digits.len()))
}

/// Whether `byte` is a hex digit or white space: what a whole input must be to
/// be taken for hex unasked.
pub fn is_plain(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || is_space(byte)
}

fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

fn at_prefix(cursor: &Cursor<'_>) -> bool {
    matches!(cursor.record[cursor.position..], [b'0' | b'\\', b'x' | b'X', ..])
}

/// Reads `0x` or `\x` and its digits: one for a byte below 16, else pairs.
fn prefixed(cursor: &mut Cursor<'_>, digits: &mut Vec<u8>) -> Result<()> {
    let start = cursor.position;
    cursor.position += 2;
    let mut run = cursor.take_while(|byte| byte.is_ascii_hexdigit());
    // In `0x050x62` the last zero of `050` belongs to the next prefix.
    if let [bytes @ .., b'0'] = run
        && !bytes.is_empty()
        && bytes.len().is_multiple_of(2)
        && matches!(cursor.peek(), Some(b'x' | b'X'))
    {
        run = bytes;
        cursor.position -= 1;
    }
    match run.len() {
        0 => {
            return Err(cursor.error("a prefix has no hex digits after it", start..cursor.position));
        }
        1 => digits.push(b'0'),
        len if len % 2 == 1 => {
            return Err(cursor
                .error(
                    format!("{len} hex digits are no whole number of bytes"),
                    start..cursor.position,
                )
                .hint("each byte has two; a digit is missing or one too many"));
        }
        _ => {}
    }
    digits.extend_from_slice(run);
    Ok(())
}

#[cold]
fn not_hex(cursor: &Cursor<'_>) -> Error {
    cursor
        .error_here(format!("found {}, which is not a hex digit", cursor.found()))
        .hint("hex is 0-9 and a-f, with white space, `:`, `-` or `,` between bytes")
}

#[cold]
fn half_a_byte(cursor: &Cursor<'_>) -> Error {
    cursor
        .error_here(format!("{} stands in the middle of a byte", cursor.found()))
        .hint("each byte has two hex digits before it")
}

#[cold]
fn odd(cursor: &Cursor<'_>, digits: usize) -> Error {
    let last = cursor.record.iter().rposition(u8::is_ascii_hexdigit).unwrap_or(0);
    let what = match digits {
        1 => String::from("1 hex digit is half a byte"),
        _ => format!("{digits} hex digits are an odd number"),
    };
    cursor.error(what, last..last + 1).hint("each byte has two; a digit is missing or one too many")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_paste() {
        for text in [
            "0a05626f",
            "0A05626F",
            "0a 05 62 6f",
            "0a:05:62:6f",
            "0a-05-62-6f",
            "0a,05,62,6f",
            "0x0a 0x05 0x62 0x6f",
            "0xa, 0x5, 0x62, 0x6f",
            r"\x0a\x05\x62\x6f",
            "0x0a05626f",
            "0 a0\n5\t62 6 f\r\n",
            "0A:05 62,0x6f",
            "0a0x050x620x6f",
        ] {
            assert_eq!(
                read(text.as_bytes(), Origin::START).ok(),
                Some(b"\x0a\x05bo".to_vec()),
                "{text}"
            );
        }
        assert_eq!(read(b" \n", Origin::START).ok(), Some(Vec::new()));
    }

    #[test]
    fn refuses_what_is_no_whole_number_of_bytes() {
        for text in ["0a0", "0", "0x", "0x0a0", "0:a", "0a0-5", "0g", "0a;05", "x0a", "-", " : "] {
            assert!(read(text.as_bytes(), Origin::START).is_err(), "{text}");
        }
    }
}
