//! From the bytes of a message to JSON.

use std::ops::Range;

use super::plan::{Act, Many, Op, Plan, Shape, Step};
use super::put::{base64, blocks, braces, enum_value, key, literal, long};
use super::wire::{next, span, tag, zigzag};
use super::word::{self, varint};
use super::{DEPTH_QUICK, GIVEN_UP, NOWHERE, Place, SLACK, Slab, number, string};
use crate::wire::limits::LARGE_LEN;

/// Room that a record has at first: for each of its bytes, and in all.
const ROOM_PER_BYTE: usize = 4;
const ROOM: usize = 512;

impl Plan {
    /// Appends the message at `record` as a line of JSON. When it says no,
    /// nothing is appended, and the plain codec has to decide.
    pub fn print(&self, window: &[u8], record: Range<usize>, out: &mut Slab) -> bool {
        if record.end + SLACK > window.len() {
            return false;
        }
        let room = ROOM + ROOM_PER_BYTE * record.len();
        // A second time with more room: it may have been that. For a large record it
        // would be too much.
        let times = if record.len() < LARGE_LEN { 2 } else { 1 };
        [room, 8 * room].into_iter().take(times).any(|room| {
            out.reserve(room);
            let start = out.len();
            let mut printing = Printing { plan: self, inp: window, out: out.all() };
            let end = printing.line(record.start, record.end, start);
            if end != GIVEN_UP {
                out.fill_to(end);
            }
            end != GIVEN_UP
        })
    }

    /// Appends messages that stand each after its length as lines of JSON, as
    /// many as are whole in `window` from `start` to `end`, until `most` bytes are
    /// filled or the plain codec has to decide. Gives how many these were and
    /// where the next one begins.
    pub fn print_delimited(
        &self,
        window: &[u8],
        Range { start, end }: Range<usize>,
        most: usize,
        out: &mut Slab,
    ) -> (u64, usize) {
        let wanted = most.saturating_sub(out.len());
        out.reserve(ROOM + wanted.min(ROOM_PER_BYTE * (end - start)));
        let mut filled = out.len();
        let mut printing = Printing { plan: self, inp: window, out: out.all() };
        let (mut records, mut pos) = (0, start);
        let end = end.min(window.len().saturating_sub(SLACK));
        while filled < most {
            let (at, behind) = span(window, pos, end);
            if behind == GIVEN_UP {
                break;
            }
            let line = printing.line(at, behind, filled);
            if line == GIVEN_UP {
                break;
            }
            (filled, pos) = (line, behind);
            records += 1;
        }
        out.fill_to(filled);
        (records, pos)
    }
}

/// A record being written.
pub(super) struct Printing<'p, 'i, 'o> {
    plan: &'p Plan,
    pub inp: &'i [u8],
    pub out: &'o mut [u8],
}

impl<'p> Printing<'p, '_, '_> {
    /// Writes a message at `start` as a line, and gives where it ends.
    #[inline(always)]
    fn line(&mut self, pos: usize, end: usize, start: usize) -> usize {
        let shape = &self.plan.shapes[self.plan.root];
        let o = self.message(shape, pos, end, start, DEPTH_QUICK);
        literal(b"\n", self.out, o)
    }

    /// Writes a message at `start`, and gives where it ends.
    fn message(
        &mut self,
        shape: &'p Shape,
        mut pos: usize,
        end: usize,
        start: usize,
        depth: u32,
    ) -> usize {
        if depth == 0 {
            return GIVEN_UP;
        }
        // Every field begins with a comma: the first one's is written over by
        // the brace.
        let mut o = start;
        let mut steps = shape.steps.iter();
        let mut oneofs = 0;
        while pos < end {
            let (tag, at) = tag(self.inp, pos);
            let step = loop {
                match steps.next() {
                    Some(step) if u64::from(step.tag) == tag => break step,
                    Some(_) => {}
                    None => return GIVEN_UP,
                }
            };
            if step.oneof != 0 {
                if oneofs & step.oneof != 0 {
                    return GIVEN_UP;
                }
                oneofs |= step.oneof;
            }
            let place = Place { pos: at, o: key(step, self.out, o) };
            if place.o == GIVEN_UP {
                return GIVEN_UP;
            }
            Place { pos, o } = match step.act {
                Act::String => self.string(step, place, end),
                Act::Message => self.inner(step, place, end, depth),
                Act::Bytes => self.bytes(step, place, end),
                Act::Timestamp => self.timestamp(step, place, end),
                Act::Scalar => self.scalar(step, place),
                Act::List => self.list(step, place, end, depth),
                Act::Packed => self.packed(step, place, end),
                Act::Map => self.map(step, place, end, depth),
                Act::Long => self.long_key(step, Place { pos: at, o }, end, depth),
            };
            // A place that there is none of is beyond the end too.
            if pos > end || o == GIVEN_UP {
                return GIVEN_UP;
            }
        }
        braces(*b"{}", self.out, start, o)
    }

    /// Writes a field whose key is longer than a block.
    #[cold]
    fn long_key(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        let place = Place { pos: place.pos, o: blocks(&step.key, step.key_len, self.out, place.o) };
        match step.many {
            _ if place.o == GIVEN_UP => NOWHERE,
            Many::Explicit | Many::Implicit => self.value(step, place, end, depth),
            Many::List => self.list(step, place, end, depth),
            Many::Packed => self.packed(step, place, end),
            Many::Map => self.map(step, place, end, depth),
        }
    }

    /// Writes a value that is not one of a message's own fields.
    #[inline(never)]
    pub(super) fn value(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        match step.op {
            _ if place.o == GIVEN_UP => NOWHERE,
            Op::Message => self.inner(step, place, end, depth),
            Op::String => self.string(step, place, end),
            Op::Bytes => self.bytes(step, place, end),
            Op::Timestamp => self.timestamp(step, place, end),
            _ => self.scalar(step, place),
        }
    }

    #[inline(always)]
    fn inner(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        let (pos, behind) = span(self.inp, place.pos, end);
        if behind == GIVEN_UP {
            return NOWHERE;
        }
        let shape = &self.plan.shapes[step.target as usize];
        let o = self.message(shape, pos, behind, place.o, depth.saturating_sub(1));
        Place { pos: behind, o }
    }

    #[inline(always)]
    fn string(&mut self, step: &'p Step, place: Place, end: usize) -> Place {
        let (pos, behind) = span(self.inp, place.pos, end);
        if behind == GIVEN_UP || (pos == behind && step.many == Many::Implicit) {
            return NOWHERE;
        }
        Place { pos: behind, o: string::quoted(self.inp, pos, behind - pos, self.out, place.o) }
    }

    #[inline(always)]
    fn bytes(&mut self, step: &'p Step, place: Place, end: usize) -> Place {
        let (pos, behind) = span(self.inp, place.pos, end);
        if behind == GIVEN_UP || (pos == behind && step.many == Many::Implicit) {
            return NOWHERE;
        }
        Place { pos: behind, o: base64(&self.inp[pos..behind], self.out, place.o) }
    }

    #[inline(always)]
    fn timestamp(&mut self, _: &'p Step, place: Place, end: usize) -> Place {
        let (pos, behind) = span(self.inp, place.pos, end);
        if behind == GIVEN_UP {
            return NOWHERE;
        }
        Place { pos: behind, o: timestamp(self.inp, pos, behind, self.out, place.o) }
    }

    /// Writes a number, a bool or the name of an enum value. Gives up on one
    /// that is not there in JSON since it is the default.
    #[inline(always)]
    fn scalar(&mut self, step: &'p Step, Place { pos, o }: Place) -> Place {
        let quoted = self.plan.quoted;
        let (out, inp) = (&mut *self.out, self.inp);
        match step.op {
            Op::Double | Op::Fixed64 | Op::Sfixed64 => {
                let Some(bits) = word::load(inp, pos) else { return NOWHERE };
                if step.many == Many::Implicit && bits == 0 {
                    return NOWHERE;
                }
                let o = match step.op {
                    Op::Double => number::double(f64::from_bits(bits), out, o),
                    Op::Fixed64 => long(quoted, false, bits, out, o),
                    _ => long(quoted, true, bits, out, o),
                };
                Place { pos: pos + 8, o }
            }
            Op::Float | Op::Fixed32 | Op::Sfixed32 => {
                let Some(bits) = word::load(inp, pos) else { return NOWHERE };
                let bits = bits as u32;
                if step.many == Many::Implicit && bits == 0 {
                    return NOWHERE;
                }
                let o = match step.op {
                    Op::Float => number::float(f32::from_bits(bits), out, o),
                    Op::Fixed32 => number::unsigned(u64::from(bits), out, o),
                    _ => number::signed(i64::from(bits as i32), out, o),
                };
                Place { pos: pos + 4, o }
            }
            _ => {
                let (value, pos) = varint(inp, pos);
                // For one of 32 bits the others don't count.
                if step.many == Many::Implicit && value as u32 == 0 {
                    return NOWHERE;
                }
                let o = match step.op {
                    Op::Int32 => number::signed(i64::from(value as i32), out, o),
                    Op::Uint32 => number::unsigned(u64::from(value as u32), out, o),
                    Op::Sint32 => {
                        let value = zigzag(u64::from(value as u32)) as i32;
                        number::signed(i64::from(value), out, o)
                    }
                    Op::Int64 => long(quoted, true, value, out, o),
                    Op::Uint64 => long(quoted, false, value, out, o),
                    Op::Sint64 => long(quoted, true, zigzag(value), out, o),
                    Op::Bool if value != 0 => literal(b"true", out, o),
                    Op::Bool => literal(b"false", out, o),
                    Op::Enum => {
                        let names = &self.plan.enums[step.target as usize];
                        enum_value(names, value as i32, out, o)
                    }
                    _ => GIVEN_UP,
                };
                Place { pos, o }
            }
        }
    }

    /// Writes values that stand each behind a tag.
    #[inline(never)]
    fn list(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        let Place { mut pos, o: start } = place;
        let mut o = start;
        loop {
            o = literal(b",", self.out, o);
            Place { pos, o } = self.value(step, Place { pos, o }, end, depth);
            if pos > end || o == GIVEN_UP {
                return NOWHERE;
            }
            match next(step, self.inp, pos, end) {
                Some(at) => pos = at,
                None => return Place { pos, o: braces(*b"[]", self.out, start, o) },
            }
        }
    }

    /// Writes values that stand behind one tag.
    #[inline(never)]
    fn packed(&mut self, step: &'p Step, place: Place, end: usize) -> Place {
        let start = place.o;
        let (pos, behind) = span(self.inp, place.pos, end);
        // An empty list is not written at all.
        if pos == behind || behind == GIVEN_UP {
            return NOWHERE;
        }
        let place = Place { pos, o: start };
        // A loop of its own for the kinds that come in great numbers.
        let quoted = self.plan.quoted;
        let place = match step.op {
            Op::Double => self.each(place, behind, |inp, pos, out, o| {
                let Some(bits) = word::load(inp, pos) else { return NOWHERE };
                Place { pos: pos + 8, o: number::double(f64::from_bits(bits), out, o) }
            }),
            Op::Uint32 => self.each(place, behind, |inp, pos, out, o| {
                let (value, pos) = varint(inp, pos);
                Place { pos, o: number::unsigned(u64::from(value as u32), out, o) }
            }),
            Op::Int32 => self.each(place, behind, |inp, pos, out, o| {
                let (value, pos) = varint(inp, pos);
                Place { pos, o: number::signed(i64::from(value as i32), out, o) }
            }),
            Op::Uint64 => self.each(place, behind, |inp, pos, out, o| {
                let (value, pos) = varint(inp, pos);
                Place { pos, o: long(quoted, false, value, out, o) }
            }),
            Op::Int64 => self.each(place, behind, |inp, pos, out, o| {
                let (value, pos) = varint(inp, pos);
                Place { pos, o: long(quoted, true, value, out, o) }
            }),
            Op::Sint64 => self.each(place, behind, |inp, pos, out, o| {
                let (value, pos) = varint(inp, pos);
                Place { pos, o: long(quoted, true, zigzag(value), out, o) }
            }),
            _ => self.each_other(step, place, behind),
        };
        let Place { pos, o } = place;
        if pos != behind || o == GIVEN_UP || next(step, self.inp, pos, end).is_some() {
            return NOWHERE;
        }
        Place { pos, o: braces(*b"[]", self.out, start, o) }
    }

    /// Writes values one after another up to `behind`, each with a comma
    /// before it.
    #[inline(always)]
    fn each(
        &mut self,
        Place { mut pos, mut o }: Place,
        behind: usize,
        write: impl Fn(&[u8], usize, &mut [u8], usize) -> Place,
    ) -> Place {
        let (inp, out) = (self.inp, &mut *self.out);
        while pos < behind {
            let Some(comma) = out.get_mut(o) else { return NOWHERE };
            *comma = b',';
            Place { pos, o } = write(inp, pos, out, o + 1);
        }
        Place { pos, o }
    }

    fn each_other(&mut self, step: &'p Step, mut place: Place, behind: usize) -> Place {
        while place.pos < behind {
            place.o = literal(b",", self.out, place.o);
            if place.o == GIVEN_UP {
                return NOWHERE;
            }
            place = self.scalar(step, place);
        }
        place
    }
}

/// Writes a Timestamp: its seconds and nanoseconds, each at most once.
#[inline]
fn timestamp(inp: &[u8], mut pos: usize, end: usize, out: &mut [u8], o: usize) -> usize {
    let (mut seconds, mut nanos) = (0, 0);
    if pos < end && inp[pos] == 1 << 3 {
        (seconds, pos) = varint(inp, pos + 1);
    }
    if pos < end && inp[pos] == 2 << 3 {
        (nanos, pos) = varint(inp, pos + 1);
    }
    if pos != end {
        return GIVEN_UP;
    }
    number::timestamp(seconds as i64, i64::from(nanos as i32), out, o)
}
