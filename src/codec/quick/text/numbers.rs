//! Numbers, bools and the names of enum values as text.

use super::lines::Printing;
use super::plan::Step;
use crate::codec::quick::plan::{KEY_BLOCK, Op};
use crate::codec::quick::put::literal;
use crate::codec::quick::wire::{span, zigzag};
use crate::codec::quick::word::{self, varint};
use crate::codec::quick::{GIVEN_UP, NOWHERE, Place, number};

impl<'p> Printing<'p, '_, '_> {
    /// Writes a number, a bool or the name of an enum value.
    #[inline(never)]
    pub(super) fn number(&mut self, step: &Step, Place { pos, o }: Place) -> Place {
        let inp = self.inp;
        match step.op {
            Op::Double | Op::Fixed64 | Op::Sfixed64 => {
                let Some(bits) = word::load(inp, pos) else { return NOWHERE };
                let out = self.out.bytes();
                let o = match step.op {
                    Op::Double => double(f64::from_bits(bits), out, o),
                    Op::Fixed64 => number::unsigned(bits, out, o),
                    _ => number::signed(bits as i64, out, o),
                };
                Place { pos: pos + 8, o }
            }
            Op::Float | Op::Fixed32 | Op::Sfixed32 => {
                let Some(bits) = word::load(inp, pos) else { return NOWHERE };
                let bits = bits as u32;
                let out = self.out.bytes();
                let o = match step.op {
                    Op::Float => float(f32::from_bits(bits), out, o),
                    Op::Fixed32 => number::unsigned(u64::from(bits), out, o),
                    _ => number::signed(i64::from(bits as i32), out, o),
                };
                Place { pos: pos + 4, o }
            }
            Op::Enum => {
                let (value, pos) = varint(inp, pos);
                Place { pos, o: self.enum_value(step, value as i32, o) }
            }
            _ => {
                let (value, pos) = varint(inp, pos);
                Place { pos, o: whole(step.op, value, self.out.bytes(), o) }
            }
        }
    }

    fn enum_value(&mut self, step: &Step, value: i32, o: usize) -> usize {
        match self.plan.enums[step.target as usize].of(value) {
            Some(name) => self.out.copy(&name.bytes[..name.len], o),
            None => number::signed(i64::from(value), self.out.bytes(), o),
        }
    }

    /// Writes values that stand behind one tag, each with its key.
    #[inline(always)]
    pub(super) fn packed(&mut self, step: &Step, place: Place, end: usize, depth: u32) -> Place {
        let (pos, behind) = span(self.inp, place.pos, end);
        if behind == GIVEN_UP {
            return NOWHERE;
        }
        let place = Place { pos, o: place.o };
        match step.op {
            Op::Int32 | Op::Int64 | Op::Uint32 | Op::Uint64 => {
                self.whole_numbers(step, place, behind, depth)
            }
            _ => self.numbers(step, place, behind, depth),
        }
    }

    #[inline(never)]
    fn numbers(&mut self, step: &Step, mut place: Place, behind: usize, depth: u32) -> Place {
        while place.pos < behind {
            place.o = self.key(step, place.o, depth);
            place = self.number(step, place);
            place.o = self.end(place.o);
            if place.o == GIVEN_UP {
                return NOWHERE;
            }
        }
        place
    }

    /// Writes whole numbers, most of them small.
    #[inline(never)]
    fn whole_numbers(&mut self, step: &Step, place: Place, behind: usize, depth: u32) -> Place {
        let spaces = self.indent * depth as usize;
        if spaces > KEY_BLOCK || step.key_len > KEY_BLOCK {
            return self.numbers(step, place, behind, depth);
        }
        let line = Line { op: step.op, spaces, key_len: step.key_len, end: self.end };
        let (halves, _) = step.block.as_chunks::<HALF>();
        let Place { mut pos, mut o } = place;
        while pos < behind {
            o = self.out.room(o);
            if o == GIVEN_UP {
                return NOWHERE;
            }
            let (inp, out) = (self.inp, self.out.bytes());
            Place { pos, o } = match spaces.max(step.key_len) {
                0..=HALF => line.each(&halves[0], inp, Place { pos, o }, behind, out),
                _ => line.each(&step.block, inp, Place { pos, o }, behind, out),
            };
        }
        Place { pos, o }
    }
}

/// A block that is short enough to be moved by one instruction.
const HALF: usize = KEY_BLOCK / 2;

/// Room for a line with a number: its spaces, its key, and two more blocks.
const NUMBER_ROOM: usize = 4 * KEY_BLOCK;

/// Lines that differ in their numbers.
struct Line {
    op: Op,
    spaces: usize,
    key_len: usize,
    end: u8,
}

impl Line {
    /// Writes a line for each varint up to `behind`, as long as there is room.
    /// Neither spaces nor the key are longer than a block of `N`.
    #[inline(always)]
    fn each<const N: usize>(
        &self,
        key: &[u8; N],
        inp: &[u8],
        Place { mut pos, mut o }: Place,
        behind: usize,
        out: &mut [u8],
    ) -> Place {
        // Known to the compiler, so that it leaves out the checks of bounds.
        let spaces = self.spaces.min(KEY_BLOCK);
        let width = spaces + self.key_len.min(KEY_BLOCK);
        while pos < behind {
            let Some(place) =
                out.get_mut(o..).and_then(|rest| rest.first_chunk_mut::<NUMBER_ROOM>())
            else {
                break;
            };
            // One after the other: both in one block, put together before, would
            // be read before they have arrived there.
            place[..N].copy_from_slice(&[b' '; N]);
            place[spaces..spaces + N].copy_from_slice(key);
            let Some(&byte) = inp.get(pos) else { return NOWHERE };
            if let Some(&digits) = SMALL.get(usize::from(byte)) {
                let len = digits >> 24;
                let line = (digits & 0x00ff_ffff) | u32::from(self.end) << (8 * (len & 3));
                place[width..width + 4].copy_from_slice(&line.to_le_bytes());
                (pos, o) = (pos + 1, o + width + len as usize + 1);
            } else {
                let (value, at) = varint(inp, pos);
                let end = whole(self.op, value, place, width);
                let Some(place) = place.get_mut(end) else { return NOWHERE };
                *place = self.end;
                (pos, o) = (at, o + end + 1);
            }
        }
        Place { pos, o }
    }
}

/// The digits of the numbers of one byte, the first lowest, and in the highest
/// byte how many these are.
const SMALL: [u32; 128] = {
    let mut small = [0; 128];
    let mut value = 0;
    while value < 128 {
        let (mut rest, mut digits, mut len) = (value as u32, 0, 0);
        while rest > 0 || len == 0 {
            digits = (digits << 8) | (b'0' as u32 + rest % 10);
            rest /= 10;
            len += 1;
        }
        small[value] = digits | len << 24;
        value += 1;
    }
    small
};

/// Writes the value of a varint that is a number or a bool.
#[inline]
fn whole(op: Op, value: u64, out: &mut [u8], o: usize) -> usize {
    let signed = match op {
        Op::Int32 => i64::from(value as i32),
        Op::Int64 => value as i64,
        Op::Sint32 => i64::from(zigzag(u64::from(value as u32)) as i32),
        Op::Sint64 => zigzag(value) as i64,
        Op::Uint32 => return number::unsigned(u64::from(value as u32), out, o),
        Op::Uint64 => return number::unsigned(value, out, o),
        Op::Bool if value != 0 => return literal(b"true", out, o),
        Op::Bool => return literal(b"false", out, o),
        _ => return GIVEN_UP,
    };
    number::signed(signed, out, o)
}

fn double(value: f64, out: &mut [u8], o: usize) -> usize {
    match not_finite(value) {
        Some(name) => literal(name, out, o),
        None => number::double(value, out, o),
    }
}

fn float(value: f32, out: &mut [u8], o: usize) -> usize {
    match not_finite(value.into()) {
        Some(name) => literal(name, out, o),
        None => number::float(value, out, o),
    }
}

fn not_finite(value: f64) -> Option<&'static [u8]> {
    match value {
        _ if value.is_nan() => Some(b"nan"),
        f64::INFINITY => Some(b"inf"),
        f64::NEG_INFINITY => Some(b"-inf"),
        _ => None,
    }
}
