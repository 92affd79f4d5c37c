//! A place in a record of text, whatever its format, for those that read it.

use std::ops::Range;

use memchr::memrchr;

use crate::error::{Error, Excerpt};
use crate::escape;

/// The line and the column of a record's first character in the input, both
/// counted from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The line.
    pub line: u64,
    /// The column, in characters.
    pub column: u64,
}

impl Origin {
    /// The start of the input.
    pub const START: Origin = Origin { line: 1, column: 1 };

    /// The place that is reached after `passed`.
    pub fn after(self, passed: &[u8]) -> Origin {
        match memrchr(b'\n', passed) {
            None => Origin { column: self.column + characters(passed), ..self },
            Some(last) => Origin {
                line: self.line + count(passed, |byte| byte == b'\n'),
                column: 1 + characters(&passed[last + 1..]),
            },
        }
    }
}

/// The characters of UTF-8: bytes that don't continue one.
fn characters(bytes: &[u8]) -> u64 {
    count(bytes, |byte| byte & 0xc0 != 0x80)
}

/// How many bytes are such. Sums of a byte are what the compiler adds up many
/// at a time.
fn count(bytes: &[u8], is_such: impl Fn(u8) -> bool) -> u64 {
    let sum = |chunk: &[u8]| chunk.iter().fold(0u8, |sum, &byte| sum + u8::from(is_such(byte)));
    bytes.chunks(usize::from(u8::MAX)).map(|chunk| u64::from(sum(chunk))).sum()
}

/// A position in a record of JSON or text.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub record: &'a [u8],
    pub position: usize,
    origin: Origin,
}

impl<'a> Cursor<'a> {
    pub fn new(record: &'a [u8], origin: Origin) -> Self {
        Cursor { record, position: 0, origin }
    }

    /// The next byte, if there is one.
    #[inline]
    pub fn peek(&self) -> Option<u8> {
        self.record.get(self.position).copied()
    }

    /// Whether the next byte is `byte`; then it is passed.
    #[inline]
    pub fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.position += usize::from(there);
        there
    }

    /// Passes bytes while `wanted` holds, and gives them.
    #[inline]
    pub fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = &self.record[self.position..];
        let len = rest.iter().position(|&byte| !wanted(byte)).unwrap_or(rest.len());
        self.position += len;
        &rest[..len]
    }

    /// An error at `mark`, with its line.
    #[cold]
    pub fn error(&self, what: impl Into<String>, mark: Range<usize>) -> Error {
        let start = mark.start.min(self.record.len());
        let Origin { line, column } = self.origin.after(&self.record[..start]);
        Error::failure(what)
            .at_line_column(line, column)
            .showing(Excerpt::of_text(self.record, mark))
    }

    /// An error at the next character.
    #[cold]
    pub fn error_here(&self, what: impl Into<String>) -> Error {
        let mut at = self.position;
        if at >= self.record.len() {
            // What is missing at the end is missing behind the last word.
            at = self.record.trim_ascii_end().len();
        }
        self.error(what, at..at + 1)
    }

    /// The next character, as a message shows what was found.
    #[cold]
    pub fn found(&self) -> String {
        let rest = &self.record[self.position..];
        let Some(chunk) = rest[..rest.len().min(8)].utf8_chunks().next() else {
            return String::from("the end of the input");
        };
        match chunk.valid().chars().next() {
            Some('\u{feff}') => String::from("a byte order mark"),
            Some(c) => format!("`{}`", escape::visible(c.encode_utf8(&mut [0; 4]))),
            None => format!("the byte {:02x}", rest[0]),
        }
    }
}
