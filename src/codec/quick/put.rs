//! What is written around values, and those that are no numbers.

use super::enums::Names;
use super::plan::KEY_BLOCK;
use super::word::chunk_mut;
use super::{GIVEN_UP, number};

/// Writes bytes that are padded to whole blocks.
#[inline]
pub(super) fn blocks(padded: &[u8], len: usize, out: &mut [u8], o: usize) -> usize {
    let (from, _) = padded.as_chunks::<KEY_BLOCK>();
    let Some((to, _)) = out.get_mut(o..).map(|rest| rest.as_chunks_mut::<KEY_BLOCK>()) else {
        return GIVEN_UP;
    };
    if to.len() < from.len() {
        return GIVEN_UP;
    }
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
    o + len
}

/// Writes a few bytes.
#[inline(always)]
pub(super) fn literal(bytes: &[u8], out: &mut [u8], o: usize) -> usize {
    match out.get_mut(o..).and_then(|rest| rest.get_mut(..bytes.len())) {
        Some(place) => {
            place.copy_from_slice(bytes);
            o + bytes.len()
        }
        None => GIVEN_UP,
    }
}

/// Puts brackets around what was written from `start` to `o` with a comma
/// before each part.
#[inline(always)]
pub(super) fn braces(brackets: [u8; 2], out: &mut [u8], start: usize, o: usize) -> usize {
    let o = o.max(start + 1);
    let Some(place) = out.get_mut(o) else { return GIVEN_UP };
    *place = brackets[1];
    out[start] = brackets[0];
    o + 1
}

/// Writes a number of 64 bits, in quotes if it is to have them.
#[inline(always)]
pub(super) fn long(quoted: bool, signed: bool, value: u64, out: &mut [u8], o: usize) -> usize {
    let quote = usize::from(quoted);
    let Some(place) = out.get_mut(o) else { return GIVEN_UP };
    *place = b'"';
    let o = match signed {
        true => number::signed(value as i64, out, o + quote),
        false => number::unsigned(value, out, o + quote),
    };
    let Some(place) = out.get_mut(o) else { return GIVEN_UP };
    *place = b'"';
    o + quote
}

#[inline]
pub(super) fn enum_value(names: &Names, value: i32, out: &mut [u8], o: usize) -> usize {
    match names.of(value) {
        Some(name) => match chunk_mut(out, o) {
            Some(to) if name.len <= KEY_BLOCK => {
                *to = name.block;
                o + name.len
            }
            _ => blocks(&name.bytes, name.len, out, o),
        },
        None if names.closed => GIVEN_UP,
        None => number::signed(i64::from(value), out, o),
    }
}
