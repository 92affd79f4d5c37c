//! What bytes of which nobody said what they are most likely are.
//!
//! Each look costs at most what it looks at, and what is looked at again at
//! the next level is bounded: a message is told by its own fields alone, past
//! whose values it hops, and how far text goes is remembered.

use crate::escape::is_unsafe;
use crate::wire::WireType;
use crate::wire::limits::{
    DEPTH_MAX, LENGTH_LEN_MAX, MESSAGE_LEN_MAX, TAG_LEN_MAX, VARINT_LEN_MAX,
};
use crate::wire::varint::{self, Malformed};

/// Whether bytes are the fields of a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shape {
    /// They are.
    Whole,
    /// They are, as far as they go: the last field is cut short.
    Cut,
    /// They are, and groups are open at the end: where these start.
    Open(Vec<usize>),
    /// They are not.
    No,
}

/// Whether `bytes` are the fields of a message, their values not looked into.
/// Groups may nest as deep as they may at `level`.
pub fn shape(bytes: &[u8], level: u32) -> Shape {
    scan(bytes, 0, level, Vec::new())
}

/// The groups that are not ended, of those that start in `bytes` with the one
/// whose tag stands at `start`; behind its tag, at `from`, reading goes on.
pub fn unended(bytes: &[u8], number: u32, start: usize, from: usize, level: u32) -> Vec<usize> {
    match scan(bytes, from, level, vec![(number, start)]) {
        Shape::Open(open) => open,
        Shape::Whole | Shape::Cut | Shape::No => Vec::new(),
    }
}

/// Reads fields from `at`, to the end or until the first of the groups that
/// are open already ends.
fn scan(bytes: &[u8], mut at: usize, level: u32, mut open: Vec<(u32, usize)>) -> Shape {
    let until = open.len();
    while at < bytes.len() {
        let start = at;
        let tag = match varint(&bytes[at..], TAG_LEN_MAX) {
            Ok((value, len)) if value <= u64::from(u32::MAX) => {
                at += len;
                value as u32
            }
            Err(Malformed::CutShort) => return Shape::Cut,
            Ok(_) | Err(Malformed::TooLong) => return Shape::No,
        };
        let number = tag >> 3;
        let wire_type = WireType::of(tag).filter(|_| number > 0);
        let len = match wire_type {
            Some(WireType::Varint) => varint(&bytes[at..], VARINT_LEN_MAX).map(|(_, len)| len),
            Some(WireType::I64) => Ok(8),
            Some(WireType::I32) => Ok(4),
            Some(WireType::Len) => match varint(&bytes[at..], LENGTH_LEN_MAX) {
                Ok((length, _)) if length > MESSAGE_LEN_MAX => return Shape::No,
                length => length.map(|(length, len)| len + length as usize),
            },
            Some(WireType::StartGroup) => {
                if level as usize + open.len() >= DEPTH_MAX as usize {
                    return Shape::No;
                }
                open.push((number, start));
                Ok(0)
            }
            Some(WireType::EndGroup) => {
                if open.pop().is_none_or(|(opened, _)| opened != number) {
                    return Shape::No;
                }
                if until > 0 && open.is_empty() {
                    return Shape::Whole;
                }
                Ok(0)
            }
            None => return Shape::No,
        };
        match len {
            Ok(len) if len <= bytes.len() - at => at += len,
            Ok(_) | Err(Malformed::CutShort) => return Shape::Cut,
            Err(Malformed::TooLong) => return Shape::No,
        }
    }
    match open.is_empty() {
        true => Shape::Whole,
        false => Shape::Open(open.into_iter().map(|(_, start)| start).collect()),
    }
}

#[inline]
fn varint(bytes: &[u8], max: usize) -> Result<(u64, usize), Malformed> {
    match bytes.first() {
        Some(&byte) if byte < 0x80 => Ok((u64::from(byte), 1)),
        _ => varint::read_long(bytes, max),
    }
}

/// Looks for text, and remembers where it ends: of a message in a message both
/// may begin with the same long text.
#[derive(Default)]
pub struct Texts {
    /// What begins at the first of these or behind it, and holds the second, is
    /// no text.
    known: Option<(usize, usize)>,
}

impl Texts {
    /// Whether the bytes from `start` to `end` of `record` are text as people
    /// write it: UTF-8 without control characters but tabs and ends of lines.
    pub fn holds(&mut self, record: &[u8], start: usize, end: usize) -> bool {
        if self.known.is_some_and(|(from, bad)| from <= start && start <= bad && bad < end) {
            return false;
        }
        let bytes = &record[start..end];
        let valid = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                // What is looked at next stands in here or behind it: a
                // character that is cut here is not whole there either.
                self.known = Some((start, start + error.valid_up_to()));
                return false;
            }
        };
        let odd = |c: char| is_unsafe(c) && !matches!(c, '\n' | '\r' | '\t');
        match valid.char_indices().find(|&(_, c)| odd(c)) {
            Some((at, _)) => {
                self.known = Some((start, start + at));
                false
            }
            None => !bytes.is_empty(),
        }
    }
}

/// Whether `bytes` are varints one after another, each as short as can be.
pub fn are_varints(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    let mut least = Vec::new();
    while !rest.is_empty() {
        let Ok((value, len)) = varint(rest, VARINT_LEN_MAX) else { return false };
        if len > 1 {
            least.clear();
            varint::write(value, &mut least);
            if least.len() != len {
                return false;
            }
        }
        rest = &rest[len..];
    }
    !bytes.is_empty()
}

/// The bytes that `value` takes as a varint, at least.
pub fn varint_len(value: u64) -> usize {
    let bits = 64 - (value | 1).leading_zeros() as usize;
    bits.div_ceil(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_told_by_its_own_fields() {
        assert_eq!(shape(&[0x08, 0x01, 0x12, 0x01, 0xff], 0), Shape::Whole);
        assert_eq!(shape(&[0x08, 0x01, 0x12, 0x02, 0xff], 0), Shape::Cut);
        assert_eq!(shape(&[0x0b, 0x13], 0), Shape::Open(vec![0, 1]));
        assert_eq!(shape(&[0x0b, 0x14], 0), Shape::No);
        assert_eq!(shape(&[0x0b, 0x0c], 99), Shape::Whole);
        assert_eq!(shape(&[0x0b, 0x0c], 100), Shape::No);
        assert_eq!(shape(&[0x00], 0), Shape::No);
        assert_eq!(shape(&[0x0e], 0), Shape::No);
    }

    #[test]
    fn text_that_ends_badly_is_looked_at_once() {
        let record = b"abcdef\x01gh\xc3";
        let mut texts = Texts::default();
        assert!(!texts.holds(record, 0, 9));
        assert_eq!(texts.known, Some((0, 6)));
        assert!(!texts.holds(record, 3, 8));
        assert!(texts.holds(record, 1, 6));
        assert!(texts.holds(record, 7, 9));
        assert!(!texts.holds(record, 7, 10));
        assert!(!texts.holds(record, 2, 2));
    }

    #[test]
    fn a_varint_is_as_long_as_it_is_written() {
        for bits in 0..64 {
            for value in [1u64 << bits, (1u64 << bits) - 1, u64::MAX >> bits] {
                let mut bytes = Vec::new();
                varint::write(value, &mut bytes);
                assert_eq!(varint_len(value), bytes.len());
                assert!(are_varints(&bytes));
            }
        }
        assert!(!are_varints(&[0x80, 0x00]));
    }
}
