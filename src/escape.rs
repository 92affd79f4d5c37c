//! What may reach a terminal.
//!
//! Everything that shows input to a person (errors, warnings, JSON, text)
//! passes through here. A control character can move the cursor or change
//! the title of a window, and a bidi control can make a line read as what it
//! is not.

use std::ffi::OsStr;
use std::fmt::Write;

/// Characters of quoted input that a message shows before it is cut.
const QUOTE_MAX: usize = 60;

/// Whether `c` must not come out raw: C0 controls, DEL, C1 controls, the bidi
/// controls of Unicode (the property `Bidi_Control`), and its separators of lines and
/// of paragraphs, at which some programs end a line.
pub fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f' | '\x7f'..='\u{9f}'
        | '\u{61c}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `text` with every unsafe character written as an escape (`\n`, `\u001b`).
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        push(&mut out, c);
    }
    out
}

/// `text` in double quotes, made safe and cut to a line's length.
pub fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for (count, c) in text.chars().enumerate() {
        if count == QUOTE_MAX {
            out.push('…');
            break;
        }
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            _ => push(&mut out, c),
        }
    }
    out.push('"');
    out
}

/// `text` as a message shows a word that was typed: made safe, and cut to a
/// line's length.
pub fn word(text: &str) -> String {
    let mut shown: String = text.chars().take(QUOTE_MAX).collect();
    if text.chars().nth(QUOTE_MAX).is_some() {
        shown.push('…');
    }
    visible(&shown)
}

/// A word as a shell reads it: what was typed comes out again. What must not come out
/// raw, or is not UTF-8, is written as bash, zsh and ksh read it.
pub fn shell_word(word: impl AsRef<OsStr>) -> String {
    let word = word.as_ref();
    let plain = |c: char| c.is_alphanumeric() || "_-./:@%+=,".contains(c);
    match word.to_str() {
        Some(text) if !text.is_empty() && text.chars().all(plain) => text.to_owned(),
        Some(text) if !text.chars().any(is_unsafe) => {
            format!("'{}'", text.replace('\'', "'\\''"))
        }
        _ => ansi_c(word.as_encoded_bytes()),
    }
}

/// `bytes` in the quotes of a shell that know escapes.
fn ansi_c(bytes: &[u8]) -> String {
    let mut out = String::from("$'");
    let hex = |out: &mut String, bytes: &[u8]| {
        for byte in bytes {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    };
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\'' | '\\' => out.extend(['\\', c]),
                _ if is_unsafe(c) => hex(&mut out, c.encode_utf8(&mut [0; 4]).as_bytes()),
                _ => out.push(c),
            }
        }
        hex(&mut out, chunk.invalid());
    }
    out.push('\'');
    out
}

/// `bytes` as [`quote`] shows text, each that is not UTF-8 written `\xNN`.
pub fn quote_bytes(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    let mut count = 0;
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            count += 1;
            if count > QUOTE_MAX {
                out.push_str("…\"");
                return out;
            }
            if let '"' | '\\' = c {
                out.push('\\');
            }
            push(&mut out, c);
        }
        for byte in chunk.invalid() {
            count += 1;
            // Writing to a String cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push('"');
    out
}

/// Appends `text` as a JSON string: quoted, with what JSON wants escaped and
/// every unsafe character escaped too.
pub fn json_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text;
    loop {
        // What needs no look: nearly all of nearly every string.
        let plain = rest.bytes().position(|byte| !PLAIN[usize::from(byte)]).unwrap_or(rest.len());
        // Beyond ASCII it is characters that are safe or not, and runs of them.
        let safe = |&(_, c): &(usize, char)| c >= '\u{80}' && !is_unsafe(c);
        let run = rest[plain..].char_indices().take_while(safe).last();
        let end = plain + run.map_or(0, |(at, c)| at + c.len_utf8());
        out.extend_from_slice(&rest.as_bytes()[..end]);
        rest = &rest[end..];
        match rest.chars().next() {
            None => break,
            Some(c) if c < '\u{80}' && PLAIN[c as usize] => {}
            Some(c) => {
                json_escape(c, out);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out.push(b'"');
}

/// The bytes of a JSON string that stand for themselves: ASCII but controls,
/// DEL, quotes and backslashes.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0x20;
    while byte < 0x7f {
        plain[byte] = byte != b'"' as usize && byte != b'\\' as usize;
        byte += 1;
    }
    plain
};

/// The digits of hexadecimal numbers.
pub const HEX: [u8; 16] = *b"0123456789abcdef";

/// An unsafe character as JSON escapes it by its number: every one is in the
/// Basic Multilingual Plane. By hand: `format!` takes ten times as long.
pub fn json_unicode(c: char) -> [u8; 6] {
    let digit = |shift: u32| HEX[(u32::from(c) >> shift & 0xf) as usize];
    [b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]
}

/// What stands behind the backslash where JSON escapes a character by one letter.
pub const fn json_letter(c: char) -> Option<u8> {
    Some(match c {
        '"' => b'"',
        '\\' => b'\\',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\u{8}' => b'b',
        '\u{c}' => b'f',
        _ => return None,
    })
}

fn json_escape(c: char, out: &mut Vec<u8>) {
    match json_letter(c) {
        Some(letter) => out.extend_from_slice(&[b'\\', letter]),
        None => out.extend_from_slice(&json_unicode(c)),
    }
}

/// Appends `bytes` as a string of the text format: quoted, with quotes,
/// backslashes, every unsafe character and every byte that is not UTF-8 as an
/// escape that each official parser reads: a letter, or octal bytes.
pub fn text_string(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = bytes;
    while !rest.is_empty() {
        // What needs no look: nearly all of nearly every string.
        let plain = rest.iter().position(|&byte| !PLAIN[usize::from(byte)]).unwrap_or(rest.len());
        out.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
        // A character beyond ASCII has no plain byte in it: none is cut.
        let others = rest.iter().position(|&byte| PLAIN[usize::from(byte)]).unwrap_or(rest.len());
        text_escapes(&rest[..others], out);
        rest = &rest[others..];
    }
    out.push(b'"');
}

fn text_escapes(bytes: &[u8], out: &mut Vec<u8>) {
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' => out.extend_from_slice(b"\\\""),
                '\\' => out.extend_from_slice(b"\\\\"),
                '\n' => out.extend_from_slice(b"\\n"),
                '\r' => out.extend_from_slice(b"\\r"),
                '\t' => out.extend_from_slice(b"\\t"),
                _ if is_unsafe(c) => octals(c.encode_utf8(&mut [0; 4]).as_bytes(), out),
                _ => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        octals(chunk.invalid(), out);
    }
}

/// A byte as the text format escapes it by its number.
pub fn octal(byte: u8) -> [u8; 4] {
    [b'\\', b'0' + (byte >> 6), b'0' + (byte >> 3 & 7), b'0' + (byte & 7)]
}

fn octals(bytes: &[u8], out: &mut Vec<u8>) {
    for byte in bytes {
        out.extend_from_slice(&octal(*byte));
    }
}

fn push(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ if is_unsafe(c) => {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        }
        _ => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_unsafe_survives_for_all_of_unicode() {
        for c in '\0'..=char::MAX {
            let shown = visible(c.encode_utf8(&mut [0; 4]));
            assert!(!shown.chars().any(is_unsafe), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn quotes_are_cut_and_escaped() {
        assert_eq!(quote("a\"b\n"), r#""a\"b\n""#);
        assert_eq!(quote(&"x".repeat(70)), format!("\"{}…\"", "x".repeat(60)));
        assert_eq!(quote_bytes(b"a\xff\x1b"), r#""a\xff\u001b""#);
    }

    #[test]
    fn the_formats_escape_all_that_is_unsafe_for_all_of_unicode() {
        for c in '\0'..=char::MAX {
            let mut out = Vec::new();
            json_string(c.encode_utf8(&mut [0; 4]), &mut out);
            text_string(c.encode_utf8(&mut [0; 4]).as_bytes(), &mut out);
            let out = String::from_utf8(out).expect("escapes of UTF-8 are UTF-8");
            assert!(!out.chars().any(is_unsafe), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn a_byte_that_is_not_utf8_becomes_octal() {
        let mut out = Vec::new();
        text_string(b"a\xffb\0", &mut out);
        assert_eq!(out, br#""a\377b\000""#);
    }
}
