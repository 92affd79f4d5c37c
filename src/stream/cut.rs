//! Where what has arrived is cut, so that each part can be converted by itself.

use memchr::memrchr;

use super::hop::hop;
use super::split::{Fault, Found, Resync, Split};

/// Says how much of what has arrived can be handed on.
///
/// A part ends where a record does: at binary messages by their headers, at
/// lines by their newlines. At JSON that is a guess: it takes values to end
/// where lines do, and looks for the ends of values behind the last newline
/// only. Whoever puts the parts together sees where it was wrong. But it never
/// holds back a value that is whole: in the middle of a value nothing but a
/// bracket that was opened before can end it, and no value begins with that.
pub(super) struct Cutter {
    split: Split,
    max_len: u64,
    /// The bytes in which newlines were looked for.
    known: usize,
    /// Where records are not known any more, everything is handed on.
    lost: bool,
    /// What belongs to a record that is not taken.
    passing: u64,
}

impl Cutter {
    /// At the start of a record.
    pub fn new(split: &Split, max_len: u64) -> Self {
        Cutter { split: split.fresh(), max_len, known: 0, lost: false, passing: 0 }
    }

    /// How much of `rest` can be handed on. It begins where the last part has
    /// ended.
    pub fn cut(&mut self, rest: &[u8]) -> usize {
        let mut at = self.passing.min(rest.len() as u64) as usize;
        self.passing -= at as u64;
        if let Split::Framed(framing) = self.split {
            at += hop(framing, &rest[at..], self.max_len);
        } else if let Some(newline) = memrchr(b'\n', &rest[self.known..]) {
            at = self.known + newline + 1;
            self.split = self.split.fresh();
            self.lost = false;
        }
        while !self.lost {
            match self.split.next(&rest[at..], false, 0, self.max_len) {
                Ok(Found::Record { consumed, .. } | Found::Between { consumed }) => at += consumed,
                Ok(Found::More | Found::End) => break,
                Err(Fault { resync: Some(Resync::Bytes(bytes)), .. }) => {
                    let now = bytes.min((rest.len() - at) as u64);
                    self.passing = bytes - now;
                    at += now as usize;
                    if self.passing > 0 {
                        break;
                    }
                }
                Err(_) => self.lost = true,
            }
        }
        // What is too long has to be refused, not gathered.
        let held = (rest.len() - at) as u64;
        self.lost |= self.split.is_text() && held > self.max_len;
        if self.lost {
            at = rest.len();
        }
        self.known = rest.len() - at;
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Framing;

    /// The parts in which `bytes` are handed on that arrive `step` at a time.
    fn parts(split: &Split, bytes: &[u8], step: usize) -> Vec<String> {
        let mut cutter = Cutter::new(split, 100);
        let (mut start, mut parts) = (0, Vec::new());
        for end in (step..bytes.len() + step).step_by(step) {
            let cut = cutter.cut(&bytes[start..end.min(bytes.len())]);
            if cut > 0 {
                parts.push(String::from_utf8_lossy(&bytes[start..start + cut]).into_owned());
                start += cut;
            }
        }
        parts
    }

    #[test]
    fn parts_end_where_records_do() {
        let framed = Split::Framed(Framing::Varint);
        assert_eq!(parts(&framed, b"\x02ab\x01c\x03def", 5), ["\x02ab\x01c", "\x03def"]);
        assert_eq!(parts(&framed, b"\x02ab\x01c\x03de", 1), ["\x02ab", "\x01c"]);
        let lines = Split::Lines(Default::default());
        assert_eq!(parts(&lines, b"a\nb\nc", 5), ["a\nb\n"]);
        assert_eq!(parts(&lines, b"a\nb\nc", 2), ["a\n", "b\n"]);
        let values = Split::Values(Default::default());
        assert_eq!(parts(&values, b"{}\n{}{\"a\":", 20), ["{}\n{}"]);
        assert_eq!(parts(&values, b"{}{}{\"a\":", 1), ["{}", "{}"]);
    }

    /// A value that ends is handed on, though its lines are not values.
    #[test]
    fn the_end_of_a_value_of_many_lines_is_handed_on() {
        let values = Split::Values(Default::default());
        for text in ["{\n\"a\": [\n1, {\"b\": 2}]}", "[\n\n 3]", "{\n\"a\"\n: \"x\" }"] {
            for step in 1..text.len() {
                assert_eq!(parts(&values, text.as_bytes(), step).concat(), text, "{step}");
            }
        }
    }

    #[test]
    fn what_is_too_long_is_handed_on() {
        let framed = Split::Framed(Framing::Varint);
        assert_eq!(parts(&framed, b"\x01a\x65b", 9), ["\x01a\x65b"]);
        let long = [b"\x65", &[b'-'; 101][..], b"\x01a\x01"].concat();
        for step in [1, 50, 120] {
            assert!(parts(&framed, &long, step).concat().ends_with("-\x01a"), "{step}");
        }
        let lines = Split::Lines(Default::default());
        let line = "a".repeat(150);
        assert_eq!(parts(&lines, line.as_bytes(), 80).concat(), line);
    }
}
