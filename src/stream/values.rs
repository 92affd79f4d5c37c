//! A record a JSON value, with any white space between.
//!
//! This finds where a value ends, without building it. It follows the grammar
//! just closely enough to notice at once when a value goes wrong: then the
//! record ends there, so that one line that is cut short does not swallow the
//! rest of the stream. The codec, which reads the record again, says what is
//! wrong.

use memchr::{memchr, memrchr};

use super::split::Found;
use crate::codec::quick::plain_len;

/// What the grammar allows next inside a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Next {
    Value,
    ValueOrEnd,
    Name,
    NameOrEnd,
    Colon,
    CommaOrEnd,
    /// In a string; what comes after its end.
    String(After),
    /// Behind a backslash in a string.
    Escape(After),
    /// In a number, `true`, `false` or `null`.
    Literal,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum After {
    Name,
    Value,
}

/// What a byte does to a value.
enum Step {
    Goes,
    /// The value ends with this byte.
    Ends,
    /// The value ended before this byte.
    Ended,
    /// No value goes on like this.
    Broken,
}

/// Finds JSON values.
pub struct Values {
    /// The bytes of the value that were looked at.
    looked_at: usize,
    next: Next,
    /// The brackets that are open, true for an object.
    open: Vec<bool>,
    /// Whether the rest of a line belongs to a value that broke on it.
    skipping: bool,
    /// Whether the start of the value is gone.
    headless: bool,
}

impl Default for Values {
    fn default() -> Self {
        let (looked_at, next, open) = (0, Next::Value, Vec::new());
        Values { looked_at, next, open, skipping: false, headless: false }
    }
}

impl Values {
    /// Whether nothing of the next value was looked at, and it may begin here.
    pub fn is_between(&self) -> bool {
        self.looked_at == 0 && !self.skipping && !self.headless
    }

    /// Whether the value that was found last has broken, and the rest of its line
    /// belongs to it.
    pub fn skips_line(&self) -> bool {
        self.skipping
    }

    /// Forgets what was looked at of a value, and gives how much that is; it
    /// goes on behind it.
    pub fn forget(&mut self) -> usize {
        self.headless |= self.looked_at > 0;
        std::mem::take(&mut self.looked_at)
    }

    /// Looks for the value at the start of `bytes`; see [`super::Split::next`].
    pub fn next(&mut self, bytes: &[u8], ended: bool) -> Found {
        let is_first = self.looked_at == 0 && !self.headless;
        if self.skipping || (is_first && bytes.first().is_some_and(|&byte| is_space(byte))) {
            return self.between(bytes, ended);
        }
        while let Some(&byte) = bytes.get(self.looked_at) {
            if let Next::String(_) = self.next {
                let plain = plain_len(&bytes[self.looked_at..]);
                if plain > 0 {
                    self.looked_at += plain;
                    continue;
                }
            }
            let at = self.looked_at;
            match self.step(byte) {
                Step::Goes => self.looked_at += 1,
                Step::Ends => return self.found(at + 1, at + 1, false),
                Step::Ended => return self.found(at, at, false),
                Step::Broken => match character(bytes, at, ended) {
                    Some(end) => return self.broken(bytes, at, end),
                    None => return Found::More,
                },
            }
        }
        match bytes {
            _ if !ended => Found::More,
            [] => Found::End,
            // A word ends where the input does.
            _ => {
                let cut = self.next != Next::Literal || !self.open.is_empty();
                self.found(bytes.len(), bytes.len(), cut)
            }
        }
    }

    /// Passes the rest of a broken line, or white space before a value.
    fn between(&mut self, bytes: &[u8], ended: bool) -> Found {
        let end = match self.skipping {
            true => memchr(b'\n', bytes).map(|newline| newline + 1),
            false => bytes.iter().position(|&byte| !is_space(byte)),
        };
        self.skipping &= end.is_none();
        match end.unwrap_or(bytes.len()) {
            0 if ended => Found::End,
            0 => Found::More,
            consumed => Found::Between { consumed },
        }
    }

    fn found(&mut self, payload: usize, consumed: usize, cut: bool) -> Found {
        *self = Values::default();
        Found::Record { header: 0, payload, consumed, cut }
    }

    /// Ends the record behind the character that broke it, and goes on at the
    /// start of its line, if the record began before it: the next line is the
    /// likeliest place for another value. Else at the next line.
    fn broken(&mut self, bytes: &[u8], at: usize, end: usize) -> Found {
        if let Some(newline) = memrchr(b'\n', &bytes[..at]) {
            return self.found(end, newline + 1, false);
        }
        let found = self.found(end, end, false);
        self.skipping = bytes[at] != b'\n';
        found
    }

    fn step(&mut self, byte: u8) -> Step {
        match (self.next, byte) {
            (Next::Escape(after), 0x20..) => self.goes(Next::String(after)),
            (Next::String(after), b'\\') => self.goes(Next::Escape(after)),
            (Next::String(After::Name), b'"') => self.goes(Next::Colon),
            (Next::String(After::Value), b'"') => self.value_ends(),
            (Next::String(_), 0x20..) => Step::Goes,
            (Next::Literal, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.') => {
                Step::Goes
            }
            (Next::Literal, _) => match self.value_ends() {
                Step::Ends => Step::Ended,
                _ => self.step(byte),
            },
            (Next::Value | Next::ValueOrEnd, b'{') => self.opens(true),
            (Next::Value | Next::ValueOrEnd, b'[') => self.opens(false),
            (Next::Value | Next::ValueOrEnd, b'"') => self.goes(Next::String(After::Value)),
            (Next::Value | Next::ValueOrEnd, b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') => {
                self.goes(Next::Literal)
            }
            (Next::Name | Next::NameOrEnd, b'"') => self.goes(Next::String(After::Name)),
            (Next::NameOrEnd, b'}') => self.closes(true),
            (Next::ValueOrEnd, b']') => self.closes(false),
            (Next::CommaOrEnd, b'}') => self.closes(true),
            (Next::CommaOrEnd, b']') => self.closes(false),
            (Next::CommaOrEnd, b',') => {
                let in_object = self.open.last() == Some(&true);
                self.goes(if in_object { Next::Name } else { Next::Value })
            }
            (Next::Colon, b':') => self.goes(Next::Value),
            (Next::String(_) | Next::Escape(_), _) => Step::Broken,
            (_, byte) if is_space(byte) => Step::Goes,
            _ => Step::Broken,
        }
    }

    fn goes(&mut self, next: Next) -> Step {
        self.next = next;
        Step::Goes
    }

    fn opens(&mut self, object: bool) -> Step {
        self.open.push(object);
        self.goes(if object { Next::NameOrEnd } else { Next::ValueOrEnd })
    }

    fn closes(&mut self, object: bool) -> Step {
        match self.open.pop() {
            Some(open) if open == object => self.value_ends(),
            _ => Step::Broken,
        }
    }

    fn value_ends(&mut self) -> Step {
        if self.open.is_empty() { Step::Ends } else { self.goes(Next::CommaOrEnd) }
    }
}

/// Where the character ends that begins at `at`; none if that has not arrived.
fn character(bytes: &[u8], at: usize, ended: bool) -> Option<usize> {
    let len = match bytes[at] {
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0.. => 4,
        _ => 1,
    };
    let more = bytes[at + 1..].iter().take(len - 1);
    let goes_on = more.take_while(|&&byte| (0x80..0xc0).contains(&byte)).count();
    let end = at + 1 + goes_on;
    let whole = goes_on == len - 1 || end < bytes.len() || ended;
    whole.then_some(end)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The records of `text`, given to the splitter `step` bytes at a time.
    fn split(text: &str, step: usize) -> Vec<String> {
        let mut values = Values::default();
        let (mut start, mut there, mut records) = (0, 0, Vec::new());
        loop {
            let bytes = &text.as_bytes()[start..there];
            match values.next(bytes, there == text.len()) {
                Found::Record { header, payload, consumed, .. } => {
                    let record = &bytes[header..header + payload];
                    records.push(String::from_utf8_lossy(record).into_owned());
                    start += consumed;
                }
                Found::Between { consumed } => start += consumed,
                Found::More => there = (there + step).min(text.len()),
                Found::End => return records,
            }
        }
    }

    #[test]
    fn values_are_found_however_they_arrive() {
        let text = " {\"a\":[1,{\"b\":\"}\\\"\"}]}{}\n[]\"x\" 12\ttrue\n{\n}\n";
        for step in 1..text.len() {
            assert_eq!(
                split(text, step),
                ["{\"a\":[1,{\"b\":\"}\\\"\"}]}", "{}", "[]", "\"x\"", "12", "true", "{\n}"]
            );
        }
    }

    #[test]
    fn a_broken_value_costs_its_own_lines_only() {
        assert_eq!(split("{\"a\":\"x\n{}\n", 3), ["{\"a\":\"x\n", "{}"]);
        assert_eq!(split("{\"a\":\"x\"\n{}\n", 3), ["{\"a\":\"x\"\n{", "{}"]);
        assert_eq!(split("}\n{}", 1), ["}", "{}"]);
        assert_eq!(split("{\"a\" 1} {}\n{}", 2), ["{\"a\" 1", "{}"]);
        assert_eq!(split("[}\n", 2), ["[}"]);
        for step in 1..4 {
            assert_eq!(split("{\u{201c}a\u{201d}: 1}\n{}", step), ["{\u{201c}", "{}"]);
            assert_eq!(split("\u{feff}{}\n[]\u{10000}", step), ["\u{feff}", "[]", "\u{10000}"]);
        }
    }
}
