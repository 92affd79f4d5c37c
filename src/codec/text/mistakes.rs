//! What is said of text that is wrong, and how to mend it: most mistakes are
//! right in some other notation.

use std::ops::Range;

use super::lex;
use crate::codec::cursor::Cursor;
use crate::codec::faults::ONE_VALUE;
use crate::codec::range;
use crate::error::{Error, names};
use crate::escape::quote_bytes;
use crate::table::{Field, Kind, Message};

/// Characters of a word that a hint writes as it should be.
const WORD_MAX: usize = 40;

const NO_NULL: &str = "the text format has no null: leave the field out";
const COMMENTS: &str = "comments begin with `#`";

/// What kind of value begins at the next byte, as errors name it.
#[cold]
pub fn found(cursor: &Cursor<'_>) -> String {
    let word = word(cursor);
    match cursor.peek() {
        Some(b'"' | b'\'') => String::from("a string"),
        Some(b'{' | b'<') => String::from("a message"),
        Some(b'[') => String::from("a list"),
        _ if is_number(word) => String::from("a number"),
        Some(b'a'..=b'z' | b'A'..=b'Z' | b'_') => quote_bytes(word),
        _ => cursor.found(),
    }
}

/// The word that begins at the next byte, with its sign; nothing is passed.
fn word<'a>(cursor: &Cursor<'a>) -> &'a [u8] {
    let mut ahead = *cursor;
    lex::signed_word(&mut ahead);
    &cursor.record[cursor.position..ahead.position]
}

/// Whether a word begins like a number, be it one or not.
pub fn is_number(word: &[u8]) -> bool {
    let digits = word.strip_prefix(b"-").unwrap_or(word);
    digits.trim_ascii().first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.')
}

/// What an error of a value marks: a word, a string, or a bracket.
fn extent(cursor: &Cursor<'_>) -> Range<usize> {
    let start = cursor.position;
    let mut ahead = *cursor;
    match cursor.peek() {
        Some(b'"' | b'\'') if lex::string(&mut ahead, &mut Vec::new()).is_ok() => {
            start..ahead.position
        }
        // At the end of the input there is nothing.
        _ => start..(start + word(cursor).len().max(1)).min(cursor.record.len()),
    }
}

/// Another kind of value begins here than `what`.
#[cold]
pub fn expected(cursor: &Cursor<'_>, what: &str) -> Error {
    let what = format!("expected {what}, found {}", found(cursor));
    match cursor.peek() {
        // What is missing at the end is missing behind the last word.
        None => cursor.error_here(what),
        Some(_) => cursor.error(what, extent(cursor)),
    }
}

/// How the value that begins here is written in text, when what stands here is
/// none, or does not belong to one.
#[cold]
pub fn notation(cursor: &Cursor<'_>) -> Option<&'static str> {
    match cursor.peek() {
        None => Some("the value is missing; is the input cut short?"),
        Some(b'}' | b'>' | b']' | b',' | b';' | b':' | b'=') => Some("the value is missing"),
        Some(b'/') => Some(COMMENTS),
        Some(b'[') => Some(ONE_VALUE),
        _ => is_null(word(cursor)).then_some(NO_NULL),
    }
}

/// Whether a word means in some language that there is nothing.
pub fn is_null(word: &[u8]) -> bool {
    let word = word.to_ascii_lowercase();
    matches!(&*word, b"null" | b"none" | b"nil" | b"undefined")
}

/// How to write what stands where a string, or bytes, should.
pub fn as_string(cursor: &Cursor<'_>, kind: Kind) -> Option<String> {
    let word = word(cursor);
    if is_null(word) {
        return Some(NO_NULL.to_owned());
    }
    if kind == Kind::Bytes && !word.is_empty() {
        return Some(String::from("bytes stand in quotes, such as `\"\\x0a\\x05\"`"));
    }
    let mut ahead = *cursor;
    ahead.position += word.len();
    let line = ahead.take_while(|byte| byte != b'\n').trim_ascii();
    let ends = matches!(line.first(), None | Some(b',' | b';' | b'}' | b'>' | b']' | b'#'));
    match std::str::from_utf8(word) {
        Ok(word) if ends && (1..WORD_MAX).contains(&word.len()) => {
            Some(format!("write `\"{word}\"`"))
        }
        Ok(word) if !word.is_empty() || cursor.peek().is_some_and(|byte| !byte.is_ascii()) => {
            Some(String::from("strings stand in quotes"))
        }
        _ => notation(cursor).map(str::to_owned),
    }
}

/// How to write what stands where a bool should.
pub fn as_bool(cursor: &Cursor<'_>) -> Option<&'static str> {
    let raw = &cursor.record[extent(cursor)];
    let (word, quoted) = match raw {
        [b'"' | b'\'', word @ .., b'"' | b'\''] => (word, true),
        word => (word, false),
    };
    match &*word.to_ascii_lowercase() {
        b"true" if quoted => Some("write `true`, without quotes"),
        b"false" if quoted => Some("write `false`, without quotes"),
        b"true" => Some("write `true`"),
        b"false" => Some("write `false`"),
        _ => notation(cursor),
    }
}

/// What begins here is no number of this kind, though it is a word; or it is
/// something else.
#[cold]
pub fn no_number(cursor: &Cursor<'_>, kind: Kind) -> Error {
    let word = word(cursor);
    let takes = || range::takes(kind).map(|takes| format!("it takes {takes}"));
    if !word.is_empty() {
        let text = String::from_utf8_lossy(word);
        let error = cursor.error(range::none(kind, &text), extent(cursor));
        return match notation(cursor) {
            Some(hint) => error.hint(hint),
            None if has_zero_before(word) => {
                let float = matches!(kind, Kind::Double | Kind::Float);
                let octal = "a number that begins with 0 is octal";
                error.hint(if float { "leave out the 0 before it" } else { octal })
            }
            None => error.maybe_hint(takes()),
        };
    }
    let error = expected(cursor, kind.with_article());
    match (cursor.peek(), notation(cursor)) {
        (Some(b'+'), _) => error.hint("numbers have no `+`"),
        (_, Some(hint)) => error.hint(hint),
        (_, None) => error.maybe_hint(takes()),
    }
}

/// Whether a word of digits begins with a zero, as whole numbers to the base 8
/// do; floats have none of these.
fn has_zero_before(word: &[u8]) -> bool {
    let digits = word.strip_prefix(b"-").unwrap_or(word).trim_ascii();
    digits.len() > 1 && digits[0] == b'0' && digits.iter().all(u8::is_ascii_digit)
}

/// A whole number stands at `place` that the kind doesn't reach.
#[cold]
pub fn beyond(cursor: &Cursor<'_>, kind: Kind, place: Range<usize>) -> Error {
    let text = String::from_utf8_lossy(&cursor.record[place.clone()]);
    let takes = range::takes(kind).map(|takes| format!("it takes {takes}"));
    cursor.error(range::beyond(kind, &text), place).maybe_hint(takes)
}

/// No message begins here; it would be the value of a field of this name.
#[cold]
pub fn no_message(cursor: &Cursor<'_>, name: &str, message: &Message) -> Error {
    let error = expected(cursor, "`{`");
    if let Some(hint) = notation(cursor) {
        return error.hint(hint);
    }
    let name = names::shown(name);
    error.hint(match message.fields().first() {
        Some(first) => {
            let first = names::shown(&first.text_name);
            format!("a message is written `{name} {{ {first}: … }}`")
        }
        None => format!("a message is written `{name} {{ }}`"),
    })
}

/// No `:` stands behind the name of `field`, whose values are no messages.
#[cold]
pub fn no_colon(cursor: &Cursor<'_>, field: &Field) -> Error {
    let what = format!("expected `:` after the field name, found {}", cursor.found());
    cursor.error_here(what).hint(match cursor.peek() {
        Some(b'=') => String::from("write `:`"),
        _ => format!("a field is written `{}: VALUE`", names::shown(&field.text_name)),
    })
}

/// Neither a comma nor the end of the list stands here.
#[cold]
pub fn no_comma(cursor: &Cursor<'_>) -> Error {
    let what = format!("expected `,` or `]`, found {}", cursor.found());
    let hint = match cursor.peek() {
        None => "a `]` is missing at the end; is the input cut short?",
        Some(b'}' | b'>') => "a `]` is missing before it",
        Some(b';') => "write `,`",
        Some(b'/') => COMMENTS,
        _ => "a comma is missing before it",
    };
    cursor.error_here(what).hint(hint)
}

/// A list ends behind a comma.
#[cold]
pub fn no_element(cursor: &Cursor<'_>) -> Error {
    cursor
        .error_here("expected a value, found `]`")
        .hint("the text format has no comma after the last value")
}

/// The input, or another bracket, ends a message that `closing` would.
#[cold]
pub fn not_closed(cursor: &Cursor<'_>, closing: u8) -> Error {
    let closing = char::from(closing);
    let what = format!("expected `{closing}`, found {}", cursor.found());
    cursor.error_here(what).hint(match cursor.peek() {
        None => format!("a `{closing}` is missing at the end; is the input cut short?"),
        Some(_) => format!("a `{closing}` is missing before it"),
    })
}

/// No name of a field begins here.
#[cold]
pub fn no_name(cursor: &Cursor<'_>) -> Error {
    if let Some(b'0'..=b'9') = cursor.peek() {
        let mut ahead = *cursor;
        let number = String::from_utf8_lossy(ahead.take_while(|b| b.is_ascii_digit()));
        let what = format!("field {number} has no name, so its wire type is not known");
        return cursor.error(what, cursor.position..ahead.position).hint(
            "the text format keeps unknown fields to be read, not to be encoded: remove the line",
        );
    }
    let error = cursor.error_here(format!("expected a field name, found {}", cursor.found()));
    match cursor.peek() {
        Some(b'{') => error.hint("if this is JSON, say `--from json`"),
        Some(b'"' | b'\'') => error.hint("names stand without quotes"),
        Some(b'/') => error.hint(COMMENTS),
        Some(b',' | b';') => error.hint("one `,` or `;` is enough between fields"),
        Some(bracket @ (b'}' | b'>' | b']')) => {
            error.hint(format!("it is one `{}` too many", char::from(bracket)))
        }
        Some(b':' | b'=') => error.hint("a field is written `NAME: VALUE`"),
        _ => error,
    }
}
