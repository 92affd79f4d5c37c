//! Bytes as base64: written in the standard alphabet with padding, read in
//! either alphabet of RFC 4648, padded or not, white space skipped.

use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use base64::engine::{DecodePaddingMode, Engine};
use base64::{DecodeError, alphabet};

use super::cursor::{Cursor, Origin};
use crate::error::{Error, Result};

/// The standard alphabet, the padding having been taken off.
const UNPADDED: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);

/// The same, bits that belong to no byte being dropped.
const LAX: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, CONFIG.with_decode_allow_trailing_bits(true));

const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireNone);

/// Appends `bytes` in base64.
pub fn write(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(STANDARD.encode(bytes).as_bytes());
}

/// Reads base64. `origin` is where the text begins in the input.
///
/// # Errors
///
/// A character of neither alphabet, padding that is not at the end or too
/// long, a last group of one character, and bits that belong to no byte.
pub fn read(text: &[u8], origin: Origin) -> Result<Vec<u8>> {
    common(&UNPADDED, text).map_or_else(|| any(&UNPADDED, text, origin, true), Ok)
}

/// Reads base64 as ProtoJSON has it: bits that belong to no byte are dropped,
/// as the official implementations do, and white space is no part of it.
///
/// # Errors
///
/// As [`read`], but for such bits.
pub fn read_lax(text: &[u8], origin: Origin) -> Result<Vec<u8>> {
    common(&LAX, text).map_or_else(|| any(&LAX, text, origin, false), Ok)
}

/// Reads what most base64 is: digits of the standard alphabet in a row, padded or not. Has
/// nothing to say of anything else.
fn common(engine: &GeneralPurpose, text: &[u8]) -> Option<Vec<u8>> {
    let unpadded = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    let is_even = unpadded.len() == text.len() || text.len().is_multiple_of(4);
    is_even.then(|| engine.decode(unpadded).ok()).flatten()
}

/// Reads base64 in any form.
fn any(engine: &GeneralPurpose, text: &[u8], origin: Origin, spaces: bool) -> Result<Vec<u8>> {
    let mut cursor = Cursor::new(text, origin);
    let mut digits = Vec::with_capacity(text.len());
    let mut padding = 0;
    while let Some(byte) = cursor.peek() {
        match byte {
            _ if spaces && (byte.is_ascii_whitespace() || byte == 0x0b) => {}
            b'=' => padding += 1,
            _ if padding > 0 => {
                return Err(cursor.error_here("more follows after the padding of the base64"));
            }
            b'-' => digits.push(b'+'),
            b'_' => digits.push(b'/'),
            b'+' | b'/' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => digits.push(byte),
            _ => return Err(not_base64(&cursor)),
        }
        cursor.position += 1;
    }
    // Padding fills the last group of four, if it is there at all.
    if padding > 0 && (padding > 2 || !(digits.len() + padding).is_multiple_of(4)) {
        return Err(bad_length(&cursor, digits.len(), padding));
    }
    engine.decode(&digits).map_err(|error| match error {
        DecodeError::InvalidLastSymbol { .. } => last_bits(&cursor),
        // Every digit was looked at above, so this is the length.
        DecodeError::InvalidByte(..)
        | DecodeError::InvalidLength(_)
        | DecodeError::InvalidPadding => bad_length(&cursor, digits.len(), padding),
    })
}

#[cold]
fn not_base64(cursor: &Cursor<'_>) -> Error {
    cursor
        .error_here(format!("found {}, which is not a base64 character", cursor.found()))
        .hint("base64 is A-Z, a-z, 0-9, `+` and `/` (or `-` and `_`), with `=` at the end only")
}

/// The last character that is not white space: what both errors mark.
fn last(cursor: &Cursor<'_>) -> usize {
    cursor.record.iter().rposition(|byte| !byte.is_ascii_whitespace()).unwrap_or(0)
}

#[cold]
fn bad_length(cursor: &Cursor<'_>, digits: usize, padding: usize) -> Error {
    let last = last(cursor);
    let what = match (digits, padding) {
        (1, 0) => String::from("1 base64 character is no whole number of bytes"),
        (_, 0) => format!("{digits} base64 characters are no whole number of bytes"),
        (1, _) => {
            format!("1 base64 character and {padding} of padding are no whole number of bytes")
        }
        _ => format!(
            "{digits} base64 characters and {padding} of padding are no whole number of bytes"
        ),
    };
    cursor
        .error(what, last..last + 1)
        .hint("base64 goes in groups of four; the input may be cut short")
}

#[cold]
fn last_bits(cursor: &Cursor<'_>) -> Error {
    let last = cursor.record.iter().rposition(|&byte| byte != b'=' && !byte.is_ascii_whitespace());
    let last = last.unwrap_or(0);
    cursor
        .error("the last base64 character has bits that belong to no byte", last..last + 1)
        .hint("the input may be cut short or changed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_either_alphabet_padded_or_not() {
        for text in ["+/8=", "-_8=", "-_8", "+/8", " + /\n8 =\n"] {
            assert_eq!(read(text.as_bytes(), Origin::START).ok(), Some(vec![0xfb, 0xff]), "{text}");
        }
        for text in ["+/8==", "+", "+/==8", "+/9=", "+/8=8", "====", "+/!"] {
            assert!(read(text.as_bytes(), Origin::START).is_err(), "{text}");
        }
    }

    #[test]
    fn the_common_form_is_read_as_any_is() {
        let mut texts = vec![Vec::new()];
        for len in 0..6 {
            let longest = texts.iter().filter(|text| text.len() == len);
            let longer =
                longest.flat_map(|text| b"A8+_= ".map(|byte| [text, &[byte][..]].concat()));
            texts.extend(longer.collect::<Vec<_>>());
        }
        let mut read = 0;
        for text in texts {
            for (engine, spaces) in [(&UNPADDED, true), (&LAX, false)] {
                if let Some(bytes) = common(engine, &text) {
                    read += 1;
                    let expected = any(engine, &text, Origin::START, spaces);
                    assert_eq!(expected.ok(), Some(bytes), "{text:?}");
                }
            }
        }
        assert!(read > 1000, "{read}");
    }
}
