//! What is said of JSON that is wrong, and how to mend it: most mistakes are
//! right in some other notation.

use std::ops::Range;

use super::lex;
use crate::codec::cursor::Cursor;
use crate::codec::faults::ONE_VALUE;
use crate::codec::range;
use crate::error::Error;
use crate::escape::{quote_bytes, visible};
use crate::table::Kind;

/// Characters of a word that a hint writes as it should be.
const WORD_MAX: usize = 40;

const NO_COMMENTS: &str = "JSON has no comments";
const NULL: &str = "write `null`";
const DOUBLE_QUOTES: &str = "strings stand in double quotes";

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
        (Some(b'a'..=b'z' | b'A'..=b'Z'), _) => return quote_bytes(word),
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
        Some(b'"') => match lex::string(&mut ahead) {
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

/// Another kind of value begins here than `what`.
#[cold]
pub fn expected(cursor: &Cursor<'_>, what: &str) -> Error {
    match cursor.peek() {
        // What is missing at the end is missing behind the last word.
        None => cursor.error_here(format!("expected {what}, found {}", found(cursor))),
        _ => cursor.error(format!("expected {what}, found {}", found(cursor)), extent(cursor)),
    }
}

/// No value of JSON begins here.
#[cold]
pub fn no_value(cursor: &Cursor<'_>) -> Error {
    let finite = infinite(&cursor.record[extent(cursor)]).is_none();
    let infinite = (!finite).then(|| String::from("JSON has no such number"));
    let hint = infinite.or_else(|| notation(cursor)).or_else(|| {
        let quoted = in_quotes(cursor)?;
        Some(format!("{DOUBLE_QUOTES}: `{quoted}`"))
    });
    expected(cursor, "a JSON value").maybe_hint(hint)
}

/// How the value that begins here is written in JSON, when what stands here is
/// none, or does not belong to one.
#[cold]
pub fn notation(cursor: &Cursor<'_>) -> Option<String> {
    let word = &cursor.record[extent(cursor)];
    let hint = match cursor.peek() {
        None => "the value is missing; is the input cut short?",
        Some(b'}' | b']' | b',' | b':') => "the value is missing",
        Some(b'\'' | b'`') => match in_single_quotes(cursor) {
            Some(quoted) => return Some(format!("{DOUBLE_QUOTES}: `{quoted}`")),
            None => DOUBLE_QUOTES,
        },
        Some(b'/' | b'#') => NO_COMMENTS,
        Some(b'+' | b'.') => return as_number(cursor).map(|number| format!("write `{number}`")),
        Some(0 | 0xfe | 0xff) => "JSON is UTF-8; convert the input first",
        Some(0xef) if cursor.found().contains("mark") => "leave it out: JSON begins without one",
        _ => match &*word.to_ascii_lowercase() {
            b"true" if word != b"true" => "write `true`",
            b"false" if word != b"false" => "write `false`",
            b"null" | b"none" | b"nil" | b"undefined" if word != b"null" => NULL,
            _ => return None,
        },
    };
    Some(hint.to_owned())
}

/// How to write what stands where a string should.
pub fn as_string(cursor: &Cursor<'_>) -> Option<String> {
    let notation = notation(cursor);
    match in_quotes(cursor) {
        // The word for nothing is hardly meant as a text.
        Some(_) if notation.as_deref() == Some(NULL) => notation,
        Some(quoted) => Some(format!("write `{quoted}`")),
        None => notation.or_else(|| match cursor.peek() {
            Some(b'[') => Some(ONE_VALUE.to_owned()),
            Some(b'a'..=b'z' | b'A'..=b'Z' | 0x80..) => Some(DOUBLE_QUOTES.to_owned()),
            _ => None,
        }),
    }
}

/// How to write what stands where a bool should.
pub fn as_bool(cursor: &Cursor<'_>) -> Option<String> {
    let hint = match &cursor.record[extent(cursor)] {
        b"\"true\"" | b"1" => "write `true`",
        b"\"false\"" | b"0" => "write `false`",
        b"[" => ONE_VALUE,
        _ => return notation(cursor),
    };
    Some(hint.to_owned())
}

/// How to write what stands where a number of this kind should.
pub fn as_kind(cursor: &Cursor<'_>, kind: Kind) -> Option<String> {
    if matches!(kind, Kind::Double | Kind::Float)
        && let Some(word) = infinite(&cursor.record[extent(cursor)])
    {
        return Some(format!("write `{word}`"));
    }
    match cursor.peek() {
        Some(b'[') => Some(ONE_VALUE.to_owned()),
        _ => notation(cursor).or_else(|| takes(kind)),
    }
}

/// How to write what stands where an array should.
pub fn as_array(cursor: &Cursor<'_>) -> String {
    const WRITTEN: &str = "a repeated field is written `[…]`";
    let text = std::str::from_utf8(&cursor.record[extent(cursor)]).unwrap_or_default();
    let scalar = text.starts_with(|c: char| c == '"' || c == '-' || c.is_ascii_digit());
    match notation(cursor) {
        Some(hint) => hint,
        None if scalar && (1..WORD_MAX).contains(&text.len()) => {
            format!("{WRITTEN}: `[{}]`", visible(text))
        }
        None => WRITTEN.to_owned(),
    }
}

/// What a number of this kind may be.
pub fn takes(kind: Kind) -> Option<String> {
    range::takes_in_json(kind).map(|takes| format!("it takes {takes}"))
}

/// JSON's word for what is no number to it.
fn infinite(word: &[u8]) -> Option<&'static str> {
    match &*word.to_ascii_lowercase() {
        b"nan" => Some("\"NaN\""),
        b"inf" | b"+inf" | b"infinity" | b"+infinity" => Some("\"Infinity\""),
        b"-inf" | b"-infinity" => Some("\"-Infinity\""),
        _ => None,
    }
}

/// The number or the word that begins here in quotes, if it is the whole value.
fn in_quotes(cursor: &Cursor<'_>) -> Option<String> {
    let range = extent(cursor);
    let text = std::str::from_utf8(&cursor.record[range.clone()]).ok()?;
    let mut ahead = *cursor;
    ahead.position = range.end;
    lex::space(&mut ahead);
    let ends = matches!(ahead.peek(), None | Some(b',' | b'}' | b']'));
    let scalar = text.starts_with(|c: char| c == '-' || c.is_ascii_alphanumeric());
    (scalar && ends && text.len() < WORD_MAX).then(|| format!("\"{text}\""))
}

/// What stands in single quotes here, in double ones.
fn in_single_quotes(cursor: &Cursor<'_>) -> Option<String> {
    let mut ahead = *cursor;
    let quote = ahead.peek()?;
    ahead.position += 1;
    let text = ahead.take_while(|byte| byte != quote && !matches!(byte, b'"' | b'\\' | b'\n'));
    let text = std::str::from_utf8(text).ok()?;
    (ahead.eat(quote) && text.len() < WORD_MAX).then(|| format!("\"{}\"", visible(text)))
}

/// What begins here is no number in JSON.
#[cold]
pub fn no_number(cursor: &Cursor<'_>) -> Error {
    let mut ahead = *cursor;
    let raw = ahead.take_while(lex::is_of_number);
    let what = format!("{} is no number in JSON", quote_bytes(raw));
    let hint = infinite(raw).map(str::to_owned).or_else(|| as_number(cursor));
    cursor
        .error(what, cursor.position..ahead.position)
        .maybe_hint(hint.map(|number| format!("write `{number}`")))
}

/// The number that begins here as JSON writes it: without `+`, zeros before it,
/// `_` in it, with digits on both sides of its point, in decimal.
fn as_number(cursor: &Cursor<'_>) -> Option<String> {
    let raw = cursor.clone().take_while(lex::is_of_number);
    let text = std::str::from_utf8(raw).ok()?.replace('_', "");
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(&text)),
    };
    if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        // A sign of its own would be taken for one here.
        let value = u64::from_str_radix(hex, 16).ok().filter(|_| !hex.starts_with('+'))?;
        return Some(format!("{sign}{value}"));
    }
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (whole, rest) = digits.split_at(end);
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let point = rest.strip_prefix('.').is_some_and(|rest| !rest.starts_with(digit));
    let rest = if point { &rest[1..] } else { rest };
    let number = format!("{sign}{whole}{rest}");
    let has_digits = digits.contains(digit);
    (has_digits && number.len() < WORD_MAX && lex::is_number(&number)).then_some(number)
}

fn digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// No name of a field begins here.
#[cold]
pub fn no_name(cursor: &Cursor<'_>) -> Error {
    const QUOTED: &str = "names stand in double quotes";
    let what = format!("expected a field name, found {}", cursor.found());
    let mut ahead = *cursor;
    let word = ahead.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    cursor.error_here(what).hint(match cursor.peek() {
        Some(b'}') => String::from("JSON has no comma after the last field"),
        Some(b',') => String::from("it is one comma too many"),
        Some(b'/' | b'#') => NO_COMMENTS.to_owned(),
        None => missing_at_end('}'),
        Some(b'\'') => match in_single_quotes(cursor) {
            Some(quoted) => format!("{QUOTED}: `{quoted}`"),
            None => QUOTED.to_owned(),
        },
        _ if (1..WORD_MAX).contains(&word.len()) => {
            format!("{QUOTED}: `\"{}\"`", String::from_utf8_lossy(word))
        }
        _ => QUOTED.to_owned(),
    })
}

/// No `:` stands here.
#[cold]
pub fn no_colon(cursor: &Cursor<'_>) -> Error {
    let what = format!("expected `:` after the field name, found {}", cursor.found());
    cursor.error_here(what).hint(match cursor.peek() {
        Some(b'=') => "write `:`",
        _ => "a field is written `\"NAME\": VALUE`",
    })
}

/// Neither a comma nor the end of the brackets stands here.
#[cold]
pub fn no_comma(cursor: &Cursor<'_>, closing: u8) -> Error {
    let closing = char::from(closing);
    let what = format!("expected `,` or `{closing}`, found {}", cursor.found());
    let hint = match cursor.peek() {
        None => missing_at_end(closing),
        Some(b'}' | b']') => format!("a `{closing}` is missing before it"),
        Some(b'{' | b'[' | b'-' | b'0'..=b'9') if closing == '}' => {
            // No name begins like that, so nothing goes on here.
            String::from("a `}` is missing before it")
        }
        Some(b'"' | b'{' | b'[' | b'-' | b'0'..=b'9') => {
            String::from("a comma is missing before it")
        }
        // What follows a string on its heels was most likely part of it.
        Some(b'a'..=b'z' | b'A'..=b'Z') if after_quote(cursor) => {
            String::from("a `\"` inside a string is written `\\\"`")
        }
        Some(b'a'..=b'z' | b'A'..=b'Z') => String::from("a comma is missing before it"),
        Some(b';') => String::from("write `,`"),
        Some(b'/' | b'#') => NO_COMMENTS.to_owned(),
        _ => return cursor.error_here(what),
    };
    cursor.error_here(what).hint(hint)
}

fn after_quote(cursor: &Cursor<'_>) -> bool {
    cursor.record[..cursor.position].ends_with(b"\"")
}

/// A list ends behind a comma.
#[cold]
pub fn no_element(cursor: &Cursor<'_>) -> Error {
    cursor.error_here("expected a value, found `]`").hint("JSON has no comma after the last value")
}

fn missing_at_end(closing: char) -> String {
    format!("a `{closing}` is missing at the end; is the input cut short?")
}

/// More follows the one value of the input. `stream` says whether there can be
/// streams.
#[cold]
pub fn left_over(cursor: &Cursor<'_>, stream: bool) -> Error {
    let next = cursor.peek();
    let error = match next {
        Some(b'{') => cursor.error_here("a second JSON value follows the first"),
        _ => cursor.error_here(format!("found {} after the JSON value", cursor.found())),
    };
    match next {
        Some(b'{') if stream => error.hint("many messages are read with `--stream`"),
        Some(b',') if stream => {
            error.hint("many messages are read with `--stream`, without commas between")
        }
        Some(bracket @ (b'}' | b']')) => {
            error.hint(format!("it is one `{}` too many", char::from(bracket)))
        }
        Some(b'/' | b'#') => error.hint(NO_COMMENTS),
        _ => error,
    }
}
