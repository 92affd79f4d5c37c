//! Entries of maps, found in the bytes of a message.

use super::GIVEN_UP;
use super::plan::Op;
use super::wire::{span, zigzag};
use super::word::{self, varint};

/// An entry of a map, found but not written.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub key: Key<'a>,
    /// Where the bytes of a key stand that is a string.
    pub key_at: usize,
    /// Where the value stands behind its tag.
    pub value: Option<usize>,
    pub end: usize,
}

/// The key of an entry, in the order in which entries are written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key<'a> {
    Signed(i64),
    Unsigned(u64),
    Bool(bool),
    String(&'a [u8]),
}

/// Reads the entry whose length stands at `pos`: its key and its value, each
/// once and in this order, of a map with such keys and values.
#[inline]
pub(super) fn entry<'a>(
    key_op: Op,
    op: Op,
    inp: &'a [u8],
    pos: usize,
    end: usize,
) -> Option<Entry<'a>> {
    let (mut pos, end) = span(inp, pos, end);
    if end == GIVEN_UP {
        return None;
    }
    let (mut key, mut key_at) = (default_key(key_op)?, pos);
    if pos < end && inp[pos] == KEY_NUMBER | wire_type(key_op) {
        (key, pos) = read_key(key_op, inp, pos + 1, end)?;
        if pos > end {
            return None;
        }
        if let Key::String(bytes) = key {
            key_at = pos - bytes.len();
        }
    }
    if pos == end {
        return Some(Entry { key, key_at, value: None, end });
    }
    let is_value = inp[pos] == VALUE_NUMBER | wire_type(op);
    is_value.then_some(Entry { key, key_at, value: Some(pos + 1), end })
}

/// The field numbers of a key and of a value, as their tags have them.
pub(super) const KEY_NUMBER: u8 = 1 << 3;
pub(super) const VALUE_NUMBER: u8 = 2 << 3;

pub(super) fn wire_type(op: Op) -> u8 {
    match op {
        Op::String | Op::Bytes | Op::Message | Op::Timestamp => 2,
        Op::Double | Op::Fixed64 | Op::Sfixed64 => 1,
        Op::Float | Op::Fixed32 | Op::Sfixed32 => 5,
        // No wire type: nothing is like it.
        Op::Other => 7,
        Op::Int32
        | Op::Int64
        | Op::Uint32
        | Op::Uint64
        | Op::Sint32
        | Op::Sint64
        | Op::Bool
        | Op::Enum => 0,
    }
}

pub(super) fn default_key(op: Op) -> Option<Key<'static>> {
    Some(match op {
        Op::String => Key::String(b""),
        Op::Bool => Key::Bool(false),
        Op::Uint32 | Op::Uint64 | Op::Fixed32 | Op::Fixed64 => Key::Unsigned(0),
        Op::Int32 | Op::Int64 | Op::Sint32 | Op::Sint64 | Op::Sfixed32 | Op::Sfixed64 => {
            Key::Signed(0)
        }
        _ => return None,
    })
}

/// Reads a key, and gives what is behind it.
#[inline]
pub(super) fn read_key<'a>(
    op: Op,
    inp: &'a [u8],
    pos: usize,
    end: usize,
) -> Option<(Key<'a>, usize)> {
    Some(match op {
        Op::Fixed64 => (Key::Unsigned(word::load(inp, pos)?), pos + 8),
        Op::Sfixed64 => (Key::Signed(word::load(inp, pos)? as i64), pos + 8),
        Op::Fixed32 => (Key::Unsigned(u64::from(word::load(inp, pos)? as u32)), pos + 4),
        Op::Sfixed32 => (Key::Signed(i64::from(word::load(inp, pos)? as i32)), pos + 4),
        Op::String => {
            let (at, behind) = span(inp, pos, end);
            (Key::String(inp.get(at..behind)?), behind)
        }
        _ => {
            let (value, at) = varint(inp, pos);
            if at == GIVEN_UP {
                return None;
            }
            let key = match op {
                Op::Bool => Key::Bool(value != 0),
                Op::Uint32 => Key::Unsigned(u64::from(value as u32)),
                Op::Uint64 => Key::Unsigned(value),
                Op::Int32 => Key::Signed(i64::from(value as i32)),
                Op::Sint32 => Key::Signed(i64::from(zigzag(u64::from(value as u32)) as i32)),
                Op::Int64 => Key::Signed(value as i64),
                Op::Sint64 => Key::Signed(zigzag(value) as i64),
                _ => return None,
            };
            (key, at)
        }
    })
}
