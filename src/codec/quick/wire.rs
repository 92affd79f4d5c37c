//! Tags and lengths in the bytes of a message.

use super::GIVEN_UP;
use super::plan::Step;
use super::word::{chunk, varint};
use crate::wire::limits::{LENGTH_LEN_MAX, TAG_LEN_MAX};

#[inline(always)]
pub(super) fn zigzag(value: u64) -> u64 {
    value >> 1 ^ (value & 1).wrapping_neg()
}

/// The value of the tag at `pos`, and what is behind it. One that is longer
/// than a tag may be is no tag of a field.
#[inline(always)]
pub(super) fn tag(inp: &[u8], pos: usize) -> (u64, usize) {
    match inp.get(pos) {
        Some(&byte) if byte < 0x80 => (u64::from(byte), pos + 1),
        _ => {
            let (tag, at) = varint(inp, pos);
            if at == GIVEN_UP || at - pos > TAG_LEN_MAX { (0, GIVEN_UP) } else { (tag, at) }
        }
    }
}

/// Where what stands behind the length at `pos` begins and ends; a place of
/// [`GIVEN_UP`] when it is malformed or goes beyond `end`.
#[inline(always)]
pub(super) fn span(inp: &[u8], pos: usize, end: usize) -> (usize, usize) {
    match inp.get(pos) {
        Some(&len) if len < 0x80 => {
            let behind = pos + 1 + usize::from(len);
            if behind <= end { (pos + 1, behind) } else { (GIVEN_UP, GIVEN_UP) }
        }
        _ => long_span(inp, pos, end),
    }
}

/// The same without a jump for lengths of one byte or two, where nobody can foretell
/// which it is: of messages in messages. Where it can be, a jump is cheaper.
#[inline(always)]
pub(super) fn span_of_any(inp: &[u8], pos: usize, end: usize) -> (usize, usize) {
    let Some(&[low, high]) = chunk(inp, pos) else { return (GIVEN_UP, GIVEN_UP) };
    if low & high >= 0x80 {
        return long_span(inp, pos, end);
    }
    let more = usize::from(low >> 7);
    let at = pos + 1 + more;
    let behind = at + usize::from(low & 0x7f) + (usize::from(high) << 7 & more.wrapping_neg());
    if behind <= end { (at, behind) } else { (GIVEN_UP, GIVEN_UP) }
}

#[inline]
pub(super) fn long_span(inp: &[u8], pos: usize, end: usize) -> (usize, usize) {
    let (len, at) = varint(inp, pos);
    // A place that there is none of is beyond the end too.
    if at > end || at - pos > LENGTH_LEN_MAX || len > (end - at) as u64 {
        return (GIVEN_UP, GIVEN_UP);
    }
    (at, at + len as usize)
}

/// What is behind the tag at `pos`, if it is one more of the same field.
#[inline(always)]
pub(super) fn next(step: &Step, inp: &[u8], pos: usize, end: usize) -> Option<usize> {
    if pos >= end {
        return None;
    }
    let (tag, at) = tag(inp, pos);
    (tag == u64::from(step.tag)).then_some(at)
}
