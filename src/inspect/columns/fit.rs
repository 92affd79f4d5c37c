//! How much goes on a line: the columns that characters take, and where text
//! is broken.

use crate::escape;
use crate::inspect::row::Shown;

/// Appends a character of text as it is written in quotes.
pub fn push_character(c: char, out: &mut String) {
    match c {
        '"' | '\\' => {
            out.push('\\');
            out.push(c);
        }
        c if escape::is_unsafe(c) => {
            out.push_str(&escape::visible(c.encode_utf8(&mut [0; 4])));
        }
        c => out.push(c),
    }
}

/// The bytes of the next line: of text whole characters.
pub fn piece_len(shown: Shown, rest: &[u8], most: usize) -> usize {
    if rest.len() <= most {
        return rest.len();
    }
    let Shown::Text(..) = shown else { return most };
    let start = |at: &usize| rest[*at] & 0xc0 != 0x80;
    // A character has at most 4 bytes, as a line has at least.
    (1..=most).rev().find(start).unwrap_or(most)
}

/// The bytes of `text` that fit into so many columns when they are written out in
/// quotes: one character at least, and no half of an escape.
pub fn fitting(text: &str, room: usize) -> usize {
    // Nearly all there is.
    let plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    let mut used = "\"\"".len();
    if text.len() + used <= room && text.bytes().all(plain) {
        return text.len();
    }
    let mut shown = String::new();
    for (at, c) in text.char_indices() {
        shown.clear();
        push_character(c, &mut shown);
        used += columns(&shown);
        if used > room && at > 0 {
            return at;
        }
    }
    text.len()
}

/// The bytes of `text` that go on a line of `room` columns: whole words, if any
/// are so short.
pub fn line_len(text: &str, room: usize) -> usize {
    let mut used = 0;
    let mut space = None;
    for (at, c) in text.char_indices() {
        used += character_columns(c);
        if used > room && c != ' ' {
            return space.unwrap_or(if at > 0 { at } else { c.len_utf8() });
        }
        if c == ' ' {
            space = Some(at + 1);
        }
    }
    text.len()
}

/// The columns that text takes on a terminal.
pub fn columns(text: &str) -> usize {
    match text.is_ascii() {
        true => text.len(),
        false => text.chars().map(character_columns).sum(),
    }
}

/// The columns of a character, as terminals have them: the wide ones of East
/// Asia and pictures have two, marks above and below others none.
fn character_columns(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f | 0x200b..=0x200d | 0xfe00..=0xfe0f | 0x20d0..=0x20ff => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe4f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_text_holds_whole_characters() {
        let text = "ab\u{20ac}\u{20ac}\u{20ac}".as_bytes();
        assert_eq!(piece_len(Shown::Text(true, true), text, 4), 2);
        assert_eq!(piece_len(Shown::Text(true, true), text, 8), 8);
        assert_eq!(piece_len(Shown::Bytes, text, 4), 4);
    }

    #[test]
    fn a_line_of_text_keeps_to_its_room() {
        assert_eq!(fitting("abcdef", 8), 6);
        assert_eq!(fitting("abcdef", 7), 5);
        assert_eq!(fitting("\u{1}\u{2}\u{3}", 14), 2);
        assert_eq!(fitting("\u{1}\u{2}\u{3}", 13), 1);
        assert_eq!(fitting("\u{1}\u{2}", 0), 1);
        assert_eq!(fitting("\u{4e2d}\u{4e2d}", 5), 3);
    }

    #[test]
    fn words_are_broken_only_where_they_are_longer_than_a_line() {
        assert_eq!(line_len("one two three", 8), 8);
        assert_eq!(line_len("one two", 7), 7);
        assert_eq!(line_len("abcdefgh", 4), 4);
        assert_eq!(line_len("\u{4e2d}\u{4e2d}", 1), 3);
    }
}
