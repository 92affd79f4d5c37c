//! From the bytes of a message to JSON.

use std::ops::Range;
use std::slice::Iter;

use super::block::BLOCK;
use super::number::{Minute, NUMBER};
use super::plan::{Act, KEY_BLOCK, Many, Op, Plan, Shape, Step};
use super::print_number::{
    INT32, INT64, SINT32, SINT64, UINT32, UINT64, bool, own_number, timestamp, whole,
};
use super::put::{blocks, braces, enum_value, literal, long};
use super::wire::{next, span, span_of_any};
use super::word::{self, chunk, chunk_mut, varint};
use super::{DEPTH_QUICK, GIVEN_UP, NOWHERE, Place, SLACK, Slab, base64, number, string};
use crate::wire::limits::{PART_OUT_MAX, TAG_LEN_MAX};

/// Room that a record has at first: for each of its bytes, and in all.
const ROOM_PER_BYTE: usize = 4;
const ROOM: usize = 512;

/// What is looked at of a field at once: its tag, and of its value a length of one
/// byte with a block, or a varint.
pub(super) const FIELD: usize = SLACK;
/// The longest message that is tried as nothing but a short string.
const SHORT: usize = TAG_LEN_MAX + 1 + BLOCK;
/// What is written of it at once: a key, and a short string.
pub(super) const WINDOW: usize = 128;
/// What is looked at of a value in a list: more than a varint has.
const VALUE: usize = 16;
/// So many doubles are written together.
const DOUBLES: usize = 4;
/// As many bits as the length of a key of one block takes.
const KEY_MASK: usize = 2 * KEY_BLOCK - 1;

impl Plan {
    /// Appends the message at `record` as a line of JSON. When it says no,
    /// nothing is appended, and the plain codec has to decide.
    pub fn print(&self, window: &[u8], record: Range<usize>, out: &mut Slab) -> bool {
        if record.end + SLACK > window.len() {
            return false;
        }
        let room = ROOM + ROOM_PER_BYTE * record.len();
        // A second time with more room, if that is not too much: it may have been that.
        let more = (8 * room).min(PART_OUT_MAX);
        [room, more].into_iter().take(if more > room { 2 } else { 1 }).any(|room| {
            out.reserve(room);
            let start = out.len();
            let mut printing =
                Printing { plan: self, inp: window, out: out.all(), minute: Minute::default() };
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
        let mut printing =
            Printing { plan: self, inp: window, out: out.all(), minute: Minute::default() };
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
    /// Of the last time.
    minute: Minute,
}

impl<'p> Printing<'p, '_, '_> {
    /// Writes a message at `start` as a line, and gives where it ends.
    #[inline(always)]
    fn line(&mut self, pos: usize, end: usize, start: usize) -> usize {
        let shape = &self.plan.shapes[self.plan.root];
        if let Some(o) = self.lone_string(shape, pos, end, start) {
            return o;
        }
        let o = self.message(shape, pos, end, start, DEPTH_QUICK);
        literal(b"\n", self.out, o)
    }

    /// Writes a message that is one short string as a line, since there are so many of
    /// them where records are small; says no to others.
    #[inline(always)]
    fn lone_string(
        &mut self,
        shape: &Shape,
        pos: usize,
        end: usize,
        start: usize,
    ) -> Option<usize> {
        if end - pos > SHORT {
            return None;
        }
        let field = chunk::<FIELD>(self.inp, pos)?;
        let to = chunk_mut::<WINDOW>(self.out, start)?;
        let step = next_step(&mut shape.steps.iter(), word::load(field, 0)?, &mut 0)?;
        let (at, key) = (step.tag_len & 7, step.key_len & KEY_MASK);
        let len = usize::from(field[at]);
        if step.act != Act::String || len < step.least || len > BLOCK || pos + at + 1 + len != end {
            return None;
        }
        to[..KEY_BLOCK].copy_from_slice(&step.block);
        to[0] = b'{';
        // What `string::quoted` does, in the windows that are there: 8 % of such a stream.
        if string::short(chunk(field, at + 1)?, len, to, key) {
            to[key + len + 2..][..2].copy_from_slice(b"}\n");
            return Some(start + key + len + 4);
        }
        let o = string::inside(self.inp, pos + at + 1, end, self.out, start + key);
        (o != GIVEN_UP).then(|| literal(b"}\n", self.out, o))
    }

    /// Writes a message at `start`, and gives where it ends.
    fn message(
        &mut self,
        shape: &'p Shape,
        pos: usize,
        end: usize,
        start: usize,
        depth: u32,
    ) -> usize {
        if depth == 0 {
            return GIVEN_UP;
        }
        // What is left of the message, and what may be looked at behind it.
        let (inp, limit) = (self.inp, end.saturating_add(SLACK));
        let Some(mut rest) = inp.get(pos..limit) else { return GIVEN_UP };
        // Every field begins with a comma: the first one's is written over by
        // the brace.
        let mut o = start;
        let mut steps = shape.steps.iter();
        let mut oneofs = 0;
        while rest.len() > SLACK {
            let Some(field) = rest.first_chunk::<FIELD>() else { return GIVEN_UP };
            let Some(to) = chunk_mut::<WINDOW>(self.out, o) else { return GIVEN_UP };
            let Some(tag) = word::load(field, 0) else { return GIVEN_UP };
            let Some(step) = next_step(&mut steps, tag, &mut oneofs) else { return GIVEN_UP };
            to[..KEY_BLOCK].copy_from_slice(&step.block);
            // No longer than this, which the compiler is to know.
            let (at, key) = (step.tag_len & 7, step.key_len & KEY_MASK);
            // Most are a string or a number, within what was looked at.
            if step.act == Act::String {
                let len = usize::from(field[at]);
                if let Some(from) = chunk(field, at + 1)
                    && len <= BLOCK
                    && len >= step.least
                    && string::short(from, len, to, key)
                {
                    let Some(behind) = rest.get(at + 1 + len..) else { return GIVEN_UP };
                    (rest, o) = (behind, o + key + len + 2);
                    continue;
                }
            }
            if let Some(number) = own_number(step, self.plan.quoted, field, at, to, key) {
                let Some(behind) = rest.get(number.pos..) else { return GIVEN_UP };
                if number.o == GIVEN_UP {
                    return GIVEN_UP;
                }
                (rest, o) = (behind, o + number.o);
                continue;
            }
            let place = Place { pos: limit - rest.len() + at, o: o + key };
            let place = self.field(step, place, end, depth);
            let Some(behind) = inp.get(place.pos..limit) else { return GIVEN_UP };
            if place.o == GIVEN_UP {
                return GIVEN_UP;
            }
            (rest, o) = (behind, place.o);
        }
        // A field that went beyond the end took of what is behind it.
        if rest.len() != SLACK {
            return GIVEN_UP;
        }
        braces(*b"{}", self.out, start, o)
    }

    /// Writes the value of a field whose key is written.
    #[inline(never)]
    fn field(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        match step.act {
            Act::String => self.string(step, place, end),
            Act::Message => self.inner(step, place, end, depth),
            Act::Enum => self.enum_value(step, place),
            Act::Bool => bool(step, self.inp, place.pos, self.out, place.o),
            Act::Bytes => self.bytes(step, place, end),
            Act::Timestamp => self.timestamp(place, end),
            Act::Int32
            | Act::Int64
            | Act::Uint32
            | Act::Uint64
            | Act::Sint32
            | Act::Sint64
            | Act::Scalar => self.scalar(step, place),
            Act::List => self.list(step, place, end, depth),
            Act::Packed => self.packed(step, place, end),
            Act::Map => self.map(step, place, end, depth),
            Act::Long => self.long_key(step, place, end, depth),
        }
    }

    /// Writes a field whose key is longer than a block.
    #[cold]
    fn long_key(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        let o = blocks(&step.key, step.key_len, self.out, place.o - (step.key_len & KEY_MASK));
        let place = Place { pos: place.pos, o };
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
            Op::Timestamp => self.timestamp(place, end),
            _ => self.scalar(step, place),
        }
    }

    #[inline(always)]
    fn inner(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        let (pos, behind) = span_of_any(self.inp, place.pos, end);
        if behind == GIVEN_UP {
            return NOWHERE;
        }
        let shape = &self.plan.shapes[step.target as usize];
        let o = self.message(shape, pos, behind, place.o, depth.saturating_sub(1));
        Place { pos: behind, o }
    }

    #[inline(never)]
    fn string(&mut self, step: &'p Step, place: Place, end: usize) -> Place {
        let (pos, behind) = span(self.inp, place.pos, end);
        if behind == GIVEN_UP || behind - pos < step.least {
            return NOWHERE;
        }
        Place { pos: behind, o: string::inside(self.inp, pos, behind, self.out, place.o) }
    }

    #[inline(never)]
    fn bytes(&mut self, step: &'p Step, place: Place, end: usize) -> Place {
        let (pos, behind) = span(self.inp, place.pos, end);
        if behind == GIVEN_UP || behind - pos < step.least {
            return NOWHERE;
        }
        Place { pos: behind, o: base64::write(self.inp, pos, behind, self.out, place.o) }
    }

    #[inline(never)]
    fn timestamp(&mut self, place: Place, end: usize) -> Place {
        let (pos, behind) = span(self.inp, place.pos, end);
        if behind == GIVEN_UP {
            return NOWHERE;
        }
        Place {
            pos: behind,
            o: timestamp(self.inp, pos, behind, &mut self.minute, self.out, place.o),
        }
    }

    /// Writes the name of an enum value, or its number.
    #[inline(always)]
    fn enum_value(&mut self, step: &'p Step, Place { pos, o }: Place) -> Place {
        let (value, pos) = varint(self.inp, pos);
        if (value as u32 as usize) < step.least {
            return NOWHERE;
        }
        let names = &self.plan.enums[step.target as usize];
        Place { pos, o: enum_value(names, value as i32, self.out, o) }
    }

    /// Writes a number, a bool or the name of an enum value. Gives up on one
    /// that is not there in JSON since it is the default.
    #[inline(never)]
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
            Op::Bool => bool(step, inp, pos, out, o),
            Op::Enum => self.enum_value(step, Place { pos, o }),
            Op::Int32 => whole::<INT32>(quoted, step.least, inp, pos, out, o),
            Op::Int64 => whole::<INT64>(quoted, step.least, inp, pos, out, o),
            Op::Uint32 => whole::<UINT32>(quoted, step.least, inp, pos, out, o),
            Op::Uint64 => whole::<UINT64>(quoted, step.least, inp, pos, out, o),
            Op::Sint32 => whole::<SINT32>(quoted, step.least, inp, pos, out, o),
            Op::Sint64 => whole::<SINT64>(quoted, step.least, inp, pos, out, o),
            Op::String | Op::Bytes | Op::Message | Op::Timestamp | Op::Other => NOWHERE,
        }
    }

    /// Writes values that stand each behind a tag.
    #[inline(never)]
    fn list(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        let Place { mut pos, o: start } = place;
        let mut o = start;
        loop {
            o = literal(b",", self.out, o);
            Place { pos, o } = match step.op {
                _ if o == GIVEN_UP => return NOWHERE,
                Op::Message => self.inner(step, Place { pos, o }, end, depth),
                _ => self.value(step, Place { pos, o }, end, depth),
            };
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
        let place = match step.op {
            Op::Double => {
                let place = self.doubles::<DOUBLES>(place, behind);
                self.doubles::<1>(place, behind)
            }
            Op::Int32 => self.whole_numbers::<INT32>(place, behind),
            Op::Int64 => self.whole_numbers::<INT64>(place, behind),
            Op::Uint32 => self.whole_numbers::<UINT32>(place, behind),
            Op::Uint64 => self.whole_numbers::<UINT64>(place, behind),
            Op::Sint32 => self.whole_numbers::<SINT32>(place, behind),
            Op::Sint64 => self.whole_numbers::<SINT64>(place, behind),
            _ => self.each_other(step, place, behind),
        };
        let Place { pos, o } = place;
        if pos != behind || o == GIVEN_UP || next(step, self.inp, pos, end).is_some() {
            return NOWHERE;
        }
        Place { pos, o: braces(*b"[]", self.out, start, o) }
    }

    /// Writes varints one after another up to `behind`, each with a comma before it.
    #[inline(always)]
    fn whole_numbers<const KIND: u8>(
        &mut self,
        Place { mut pos, mut o }: Place,
        behind: usize,
    ) -> Place {
        let quoted = self.plan.quoted;
        let (inp, out) = (self.inp, &mut *self.out);
        while pos < behind {
            let Some(from) = chunk::<VALUE>(inp, pos) else { return NOWHERE };
            let Some(to) = chunk_mut::<NUMBER>(out, o) else { return NOWHERE };
            to[0] = b',';
            let taken = whole::<KIND>(quoted, 0, from, 0, to, 1);
            if taken.o == GIVEN_UP {
                return NOWHERE;
            }
            (pos, o) = (pos + taken.pos, o + taken.o);
        }
        Place { pos, o }
    }

    /// Writes as many doubles as there are whole `N` of up to `behind`, each with a comma
    /// before it.
    #[inline(always)]
    fn doubles<const N: usize>(&mut self, Place { mut pos, mut o }: Place, behind: usize) -> Place {
        while pos + 8 * N <= behind && o != GIVEN_UP {
            let words = self.inp.get(pos..).and_then(|rest| rest.as_chunks().0.first_chunk::<N>());
            let Some(words) = words else { return NOWHERE };
            o = number::doubles(words.map(f64::from_le_bytes), self.out, o);
            pos += 8 * N;
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

/// The next field with this tag, unless another of its oneof came before.
#[inline(always)]
fn next_step<'p>(steps: &mut Iter<'p, Step>, tag: u64, oneofs: &mut u64) -> Option<&'p Step> {
    let step = steps.find(|step| (step.tag_word ^ tag) & step.tag_mask == 0)?;
    if step.oneof != 0 {
        if *oneofs & step.oneof != 0 {
            return None;
        }
        *oneofs |= step.oneof;
    }
    Some(step)
}
