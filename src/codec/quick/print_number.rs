//! Numbers, bools and times in the bytes of a message, to JSON.

use super::number::{self, Minute};
use super::plan::{Act, Step};
use super::print::{FIELD, WINDOW};
use super::wire::zigzag;
use super::word::{self, chunk, chunk_mut, long_varint, varint};
use super::{GIVEN_UP, NOWHERE, Place};
use crate::wire::limits::VARINT_LEN_MAX;

/// Writes the varint of a message's own field, if it is a number.
#[inline(always)]
pub(super) fn own_number(
    step: &Step,
    quoted: bool,
    field: &[u8; FIELD],
    at: usize,
    to: &mut [u8; WINDOW],
    key: usize,
) -> Option<Place> {
    let least = step.least;
    Some(match step.act {
        Act::Int32 => whole::<INT32>(quoted, least, field, at, to, key),
        Act::Int64 => whole::<INT64>(quoted, least, field, at, to, key),
        Act::Uint32 => whole::<UINT32>(quoted, least, field, at, to, key),
        Act::Uint64 => whole::<UINT64>(quoted, least, field, at, to, key),
        Act::Sint32 => whole::<SINT32>(quoted, least, field, at, to, key),
        Act::Sint64 => whole::<SINT64>(quoted, least, field, at, to, key),
        Act::String
        | Act::Message
        | Act::Bytes
        | Act::Timestamp
        | Act::Bool
        | Act::Enum
        | Act::Scalar
        | Act::List
        | Act::Packed
        | Act::Map
        | Act::Long => return None,
    })
}

/// The kinds of varint that are numbers.
pub(super) const INT32: u8 = 0;
pub(super) const INT64: u8 = 1;
pub(super) const UINT32: u8 = 2;
pub(super) const UINT64: u8 = 3;
pub(super) const SINT32: u8 = 4;
pub(super) const SINT64: u8 = 5;

/// Writes the number of a varint. Gives up on one that is not there in JSON
/// since it is the default: whose bits are below `least`.
#[inline(always)]
pub(super) fn whole<const KIND: u8>(
    quoted: bool,
    least: usize,
    inp: &[u8],
    pos: usize,
    out: &mut [u8],
    o: usize,
) -> Place {
    let (value, pos) = varint(inp, pos);
    let long = matches!(KIND, INT64 | UINT64 | SINT64);
    let value = if long { value } else { u64::from(value as u32) };
    if value < least as u64 || pos == GIVEN_UP {
        return NOWHERE;
    }
    let value = match KIND {
        INT32 => i64::from(value as i32) as u64,
        SINT32 | SINT64 => zigzag(value),
        _ => value,
    };
    let (quoted, signed) = (long && quoted, !matches!(KIND, UINT32 | UINT64));
    let quote = usize::from(quoted);
    let negative = signed && (value as i64) < 0;
    let value = if negative { value.wrapping_neg() } else { value };
    let Some(before) = chunk_mut::<2>(out, o) else { return NOWHERE };
    // What there is none of is written over.
    before[0] = b'"';
    before[quote] = b'-';
    let o = number::unsigned(value, out, o + quote + usize::from(negative));
    let Some(behind) = out.get_mut(o) else { return NOWHERE };
    *behind = b'"';
    Place { pos, o: o + quote }
}

/// Writes a bool.
#[inline(always)]
pub(super) fn bool(step: &Step, inp: &[u8], pos: usize, out: &mut [u8], o: usize) -> Place {
    let (value, pos) = varint(inp, pos);
    let (word, len) = match value {
        0 => (u64::from_le_bytes(*b"false\0\0\0"), 5),
        _ => (u64::from_le_bytes(*b"true\0\0\0\0"), 4),
    };
    if (value == 0 && step.least > 0) || !word::store(out, o, word) {
        return NOWHERE;
    }
    Place { pos, o: o + len }
}

/// A tag, and a varint.
const TAGGED: usize = 1 + VARINT_LEN_MAX;
/// What is looked at of a Timestamp at once: more than two of those.
const TIME: usize = 32;

/// Writes a Timestamp: its seconds and nanoseconds, each at most once.
#[inline]
pub(super) fn timestamp(
    inp: &[u8],
    pos: usize,
    end: usize,
    minute: &mut Minute,
    out: &mut [u8],
    o: usize,
) -> usize {
    let Some(from) = chunk::<TIME>(inp, pos) else { return GIVEN_UP };
    let (len, mut at) = (end - pos, 0);
    let mut number = |tag: u8| {
        // The second one is no further on, which the compiler is to know.
        let from = chunk::<TAGGED>(from, at & (TIME / 2 - 1))?;
        if at >= len || from[0] != tag {
            return Some(0);
        }
        let (value, behind) = long_varint(from, 1);
        if behind == GIVEN_UP {
            return None;
        }
        at += behind;
        Some(value)
    };
    let (Some(seconds), Some(nanos)) = (number(1 << 3), number(2 << 3)) else { return GIVEN_UP };
    if at != len {
        return GIVEN_UP;
    }
    number::timestamp(seconds as i64, i64::from(nanos as i32), minute, out, o)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::wellknown::Timestamp;
    use crate::wire::varint;

    /// What is written of a message of these fields.
    fn written(fields: &[(u8, i64)]) -> Option<String> {
        let mut inp = vec![0xff];
        for &(tag, value) in fields {
            inp.push(tag);
            varint::write(value as u64, &mut inp);
        }
        let end = inp.len();
        // As a message may go on behind it.
        inp.extend([1 << 3; super::super::SLACK]);
        let mut out = [0; 64];
        let end = timestamp(&inp, 1, end, &mut Minute::default(), &mut out, 0);
        (end != GIVEN_UP).then(|| String::from_utf8_lossy(&out[..end]).into_owned())
    }

    #[test]
    fn times_are_read_whatever_their_numbers_take() {
        const SECONDS: u8 = 1 << 3;
        const NANOS: u8 = 2 << 3;
        for seconds in
            [0, 1, 127, 128, 1 << 28, 1_700_000_000, 200_000_000_000, -1, -62_135_596_800]
        {
            for nanos in [0, 1, 127, 128, 5000, 999_999_999] {
                let text = Timestamp { seconds, nanos: nanos as i32 }.to_text();
                let text = text.map(|text| format!("\"{text}\""));
                assert_eq!(written(&[(SECONDS, seconds), (NANOS, nanos)]), text);
                if nanos == 0 {
                    assert_eq!(written(&[(SECONDS, seconds)]), text);
                }
                if seconds == 0 {
                    assert_eq!(written(&[(NANOS, nanos)]), text);
                }
                // The plain codec knows what these are.
                assert_eq!(written(&[(NANOS, nanos), (SECONDS, seconds)]), None);
                assert_eq!(written(&[(SECONDS, seconds), (SECONDS, seconds)]), None);
                assert_eq!(written(&[(SECONDS, seconds), (NANOS, nanos), (NANOS, 1)]), None);
                assert_eq!(written(&[(SECONDS, seconds), (3 << 3, nanos)]), None);
            }
        }
        assert_eq!(written(&[]).as_deref(), Some("\"1970-01-01T00:00:00Z\""));
    }
}
