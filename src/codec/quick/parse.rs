//! From JSON to the bytes of a message.

use std::ops::Range;

use super::block::BLOCK;
use super::plan::{Act, Many, Op, Plan, Shape, Step};
use super::print::{FIELD, WINDOW};
use super::word::{self, chunk, chunk_mut, put_varint};
use super::{DEPTH_QUICK, GIVEN_UP, NOWHERE, Place, SLACK, Slab, base64, read_number, read_string};
use crate::wire::limits::LARGE_LEN;

/// Room that a message has at first: for each byte of its JSON, and in all.
/// A number of one digit and a comma may take eight bytes.
const ROOM_PER_BYTE: usize = 5;
const ROOM: usize = 512;

/// What is looked at of a field at once: a brace or comma, and a key in words.
const KEY_HEAD: usize = 1 + BLOCK;

impl Plan {
    /// Appends the bytes of the message whose JSON is `record`. When it says
    /// no, nothing is appended, and the plain codec has to decide.
    pub fn parse(&self, window: &[u8], record: Range<usize>, out: &mut Slab) -> bool {
        if record.end + SLACK > window.len() || !self.shapes[self.root].parsed {
            return false;
        }
        out.reserve(ROOM + ROOM_PER_BYTE * record.len());
        let start = out.len();
        let mut parsing = Parsing { plan: self, inp: window, out: out.all() };
        let Place { pos, o } = parsing.root(space(window, record.start), start);
        let whole = o != GIVEN_UP && space(window, pos) >= record.end && pos <= record.end;
        if whole {
            out.fill_to(o);
        }
        whole
    }

    /// Appends the bytes of messages, each after its length, out of JSON
    /// values with white space between: as many as are whole in `window` from
    /// `start` to `end`, until `most` bytes are filled or the plain codec has
    /// to decide. Gives how many these were and where what is left begins.
    pub fn parse_delimited(
        &self,
        window: &[u8],
        Range { start, end }: Range<usize>,
        most: usize,
        out: &mut Slab,
    ) -> (u64, usize) {
        // What is not there yet must not be read as if it were.
        if end + SLACK > window.len() || !self.shapes[self.root].parsed {
            return (0, start);
        }
        let (mut records, mut pos) = (0, start);
        let wanted = most.saturating_sub(out.len());
        let mut room = ROOM + wanted.min(ROOM_PER_BYTE * (end - start));
        while out.len() < most && pos < end {
            out.reserve(room);
            let mut filled = out.len();
            let mut parsing = Parsing { plan: self, inp: window, out: out.all() };
            let before = records;
            while filled < most {
                let at = space(window, pos);
                if at >= end {
                    break;
                }
                let Some(place) = filled.checked_add(1) else { break };
                let behind = parsing.root(at, place);
                // A value that the end cuts off is not whole.
                if behind.o == GIVEN_UP || behind.pos > end {
                    break;
                }
                let o = with_length(parsing.out, filled, behind.o);
                if o == GIVEN_UP {
                    break;
                }
                (filled, pos) = (o, behind.pos);
                records += 1;
            }
            out.fill_to(filled);
            if records == before {
                // Once more with more room, if it may have been that. For a large value
                // it is its own length, which hardly any goes beyond.
                let left = end - pos;
                let (enough, next) = match left < LARGE_LEN {
                    true => (ROOM_PER_BYTE * left, room * 8),
                    false => (left, left),
                };
                if room > enough {
                    break;
                }
                room = next.min(enough) + ROOM;
            }
        }
        (records, pos)
    }
}

/// A record being read.
pub(super) struct Parsing<'p, 'i, 'o> {
    plan: &'p Plan,
    pub inp: &'i [u8],
    pub out: &'o mut [u8],
}

impl<'p> Parsing<'p, '_, '_> {
    /// Reads the object at `pos`, and writes the fields of the message at `o`.
    fn root(&mut self, pos: usize, o: usize) -> Place {
        let shape = &self.plan.shapes[self.plan.root];
        match self.inp.get(pos) {
            Some(b'{') => self.object(shape, pos, o, DEPTH_QUICK),
            _ => NOWHERE,
        }
    }

    /// Reads an object from its brace on.
    fn object(&mut self, shape: &'p Shape, pos: usize, start: usize, depth: u32) -> Place {
        if depth == 0 || !shape.parsed {
            return NOWHERE;
        }
        let (mut pos, mut o) = (pos, start);
        if self.inp.get(pos + 1) == Some(&b'}') {
            return Place { pos: pos + 2, o };
        }
        let mut expected = 0;
        let mut oneofs = 0;
        loop {
            // Here is the brace, or the comma before a field.
            let (index, at) = self.key(shape, expected, pos);
            let Some(step) = shape.steps.get(index) else { return NOWHERE };
            expected = index + 1;
            if oneofs & step.oneof != 0 {
                return NOWHERE;
            }
            oneofs |= step.oneof;
            let place = Place { pos: at, o };
            Place { pos, o } = match step.act {
                Act::String => match self.short_string(step, place) {
                    NOWHERE => self.tagged(step, place, depth),
                    behind => behind,
                },
                Act::List => self.list(step, place, depth),
                Act::Packed => self.packed(step, place),
                Act::Map => self.map(step, place, depth),
                Act::Long => self.long_key(step, place, depth),
                _ => self.tagged(step, place, depth),
            };
            if o == GIVEN_UP {
                return NOWHERE;
            }
            pos = space(self.inp, pos);
            match self.inp.get(pos) {
                Some(b',') => {}
                Some(b'}') => return Place { pos: pos + 1, o },
                _ => return NOWHERE,
            }
        }
    }

    /// Reads a field whose key is longer than a block.
    #[cold]
    fn long_key(&mut self, step: &'p Step, place: Place, depth: u32) -> Place {
        match step.many {
            Many::Explicit | Many::Implicit => self.tagged(step, place, depth),
            Many::List => self.list(step, place, depth),
            Many::Packed => self.packed(step, place),
            Many::Map => self.map(step, place, depth),
        }
    }

    /// Reads a key and its colon behind the brace or comma at `pos`, and gives the
    /// index of its field and where the value begins. The field is looked for from
    /// `expected` on: one before it would have to be written before it.
    #[inline(always)]
    fn key(&self, shape: &Shape, expected: usize, pos: usize) -> (usize, usize) {
        let Some(head) = chunk::<KEY_HEAD>(self.inp, pos) else { return (GIVEN_UP, GIVEN_UP) };
        let (_, key) = head.split_at(1);
        let (words, _) = key.as_chunks::<8>();
        let word = |at: usize| u64::from_le_bytes(words[at]);
        let steps = shape.steps.get(expected..).unwrap_or_default();
        for (at, step) in steps.iter().enumerate() {
            let differs = |at: usize| (word(at) ^ step.name[at]) & step.masks[at];
            // A key longer than all words has masks that nothing is like.
            if differs(0) == 0 && (step.masks[1] == 0 || differs(1) | differs(2) | differs(3) == 0)
            {
                return (expected + at, space(self.inp, pos + step.key_len));
            }
        }
        self.other_key(shape, expected, space(self.inp, pos + 1))
    }

    /// Reads a key that is not written as we write it: the other name of its
    /// field, or with white space before the colon.
    #[cold]
    fn other_key(&self, shape: &Shape, expected: usize, pos: usize) -> (usize, usize) {
        const NONE: (usize, usize) = (GIVEN_UP, GIVEN_UP);
        let Some(rest) = self.inp.get(pos..).and_then(|rest| rest.strip_prefix(b"\"")) else {
            return NONE;
        };
        let Some(len) = rest.iter().position(|&byte| byte == b'"' || byte == b'\\') else {
            return NONE;
        };
        let colon = space(self.inp, pos + 1 + len + 1);
        if rest[len] != b'"' || self.inp.get(colon) != Some(&b':') {
            return NONE;
        }
        let names = &shape.names;
        let Ok(at) = names.binary_search_by(|(name, _)| (**name).cmp(&rest[..len])) else {
            return NONE;
        };
        match names[at].1 {
            index if index >= expected => (index, space(self.inp, colon + 1)),
            _ => NONE,
        }
    }

    /// Reads a string of less than a block that has nothing special in it, and
    /// writes it behind its tag. Gives up on others.
    #[inline(always)]
    fn short_string(&mut self, step: &'p Step, Place { pos, o }: Place) -> Place {
        let Some(from) = chunk::<FIELD>(self.inp, pos) else { return NOWHERE };
        let Some(to) = chunk_mut::<WINDOW>(self.out, o) else { return NOWHERE };
        let (Some(text), true) = (chunk(from, 1), from[0] == b'"') else { return NOWHERE };
        let Some(len) = read_string::short(text) else { return NOWHERE };
        to[..8].copy_from_slice(&step.tag_word.to_le_bytes());
        let tag_len = step.tag_len & 7;
        to[tag_len] = len as u8;
        to[tag_len + 1..tag_len + 1 + BLOCK].copy_from_slice(text);
        let written = if len < step.least { 0 } else { step.tag_len + 1 + len };
        Place { pos: pos + len + 2, o: o + written }
    }

    /// Reads a value and writes it behind its tag; a default that needs no
    /// presence is not written.
    #[inline(always)]
    fn tagged(&mut self, step: &'p Step, Place { pos, o }: Place, depth: u32) -> Place {
        let behind = tag(step, self.out, o);
        let place = self.value(step, Place { pos, o: behind }, depth);
        if step.many == Many::Implicit && place.o != GIVEN_UP && self.is_default(step, behind) {
            return Place { pos: place.pos, o };
        }
        place
    }

    /// Whether the value that was written at `o` is the default.
    #[inline(always)]
    fn is_default(&self, step: &Step, o: usize) -> bool {
        match step.op {
            Op::Double | Op::Fixed64 | Op::Sfixed64 => word::load(self.out, o) == Some(0),
            Op::Float | Op::Fixed32 | Op::Sfixed32 => {
                self.out.get(o..o + 4).is_some_and(|bytes| bytes == [0; 4])
            }
            // A varint of 0, or a length of 0.
            _ => self.out.get(o) == Some(&0),
        }
    }

    /// Reads a value and writes it without its tag.
    #[inline(always)]
    fn value(&mut self, step: &'p Step, place: Place, depth: u32) -> Place {
        let Place { pos, o } = place;
        if o == GIVEN_UP {
            return NOWHERE;
        }
        match step.op {
            Op::Message => {
                if self.inp.get(pos) != Some(&b'{') {
                    return NOWHERE;
                }
                let shape = &self.plan.shapes[step.target as usize];
                let behind = self.object(shape, pos, o + 1, depth.saturating_sub(1));
                if behind.o == GIVEN_UP {
                    return NOWHERE;
                }
                Place { pos: behind.pos, o: with_length(self.out, o, behind.o) }
            }
            Op::String => {
                let behind = read_string::unquoted(self.inp, pos, self.out, o + 1);
                if behind.o == GIVEN_UP {
                    return NOWHERE;
                }
                Place { pos: behind.pos, o: with_length(self.out, o, behind.o) }
            }
            _ => self.scalar(step, place),
        }
    }

    #[inline(never)]
    pub(super) fn value_apart(&mut self, step: &'p Step, place: Place, depth: u32) -> Place {
        self.value(step, place, depth)
    }

    /// Reads a value that is neither a message nor a string.
    #[inline(always)]
    fn scalar(&mut self, step: &'p Step, Place { pos, o }: Place) -> Place {
        let (inp, out) = (self.inp, &mut *self.out);
        match step.op {
            Op::Double | Op::Float => read_number::floating(step.op, inp, pos, out, o),
            Op::Bool => read_number::bool(inp, pos, out, o),
            Op::Enum => {
                let names = &self.plan.enums[step.target as usize];
                read_string::enum_value(names, inp, pos, out, o)
            }
            Op::Bytes => {
                let behind = base64::read(inp, pos, out, o + 1);
                match behind.o {
                    GIVEN_UP => NOWHERE,
                    end => Place { pos: behind.pos, o: with_length(out, o, end) },
                }
            }
            Op::Timestamp => read_number::timestamp(inp, pos, out, o),
            Op::Message | Op::String | Op::Other => NOWHERE,
            Op::Int32
            | Op::Int64
            | Op::Uint32
            | Op::Uint64
            | Op::Sint32
            | Op::Sint64
            | Op::Fixed32
            | Op::Fixed64
            | Op::Sfixed32
            | Op::Sfixed64 => read_number::whole(step.op, inp, pos, out, o),
        }
    }

    /// Reads an array and writes each value behind a tag.
    #[inline(never)]
    fn list(&mut self, step: &'p Step, place: Place, depth: u32) -> Place {
        let Place { mut pos, mut o } = place;
        if self.inp.get(pos) != Some(&b'[') {
            return NOWHERE;
        }
        pos = space(self.inp, pos + 1);
        if self.inp.get(pos) == Some(&b']') {
            return Place { pos: pos + 1, o };
        }
        loop {
            let behind = tag(step, self.out, o);
            Place { pos, o } = self.value_apart(step, Place { pos, o: behind }, depth);
            if o == GIVEN_UP {
                return NOWHERE;
            }
            pos = space(self.inp, pos);
            match self.inp.get(pos) {
                Some(b',') => pos = space(self.inp, pos + 1),
                Some(b']') => return Place { pos: pos + 1, o },
                _ => return NOWHERE,
            }
        }
    }

    /// Reads an array and writes all values behind one tag.
    #[inline(never)]
    fn packed(&mut self, step: &'p Step, place: Place) -> Place {
        if self.inp.get(place.pos) != Some(&b'[') {
            return NOWHERE;
        }
        let mut pos = space(self.inp, place.pos + 1);
        if self.inp.get(pos) == Some(&b']') {
            return Place { pos: pos + 1, o: place.o };
        }
        let start = tag(step, self.out, place.o);
        if start == GIVEN_UP {
            return NOWHERE;
        }
        let mut o = start + 1;
        loop {
            Place { pos, o } = self.scalar(step, Place { pos, o });
            if o == GIVEN_UP {
                return NOWHERE;
            }
            pos = space(self.inp, pos);
            match self.inp.get(pos) {
                Some(b',') => pos = space(self.inp, pos + 1),
                Some(b']') => return Place { pos: pos + 1, o: with_length(self.out, start, o) },
                _ => return NOWHERE,
            }
        }
    }
}

/// Writes the tag of a field.
#[inline(always)]
pub(super) fn tag(step: &Step, out: &mut [u8], o: usize) -> usize {
    if o != GIVEN_UP && word::store(out, o, step.tag_word) { o + step.tag_len } else { GIVEN_UP }
}

/// Writes the length of what stands from `at + 1` to `end` at `at`, and gives
/// where it ends then: it is moved when its length needs more than a byte.
#[inline(always)]
pub(super) fn with_length(out: &mut [u8], at: usize, end: usize) -> usize {
    let len = end - at - 1;
    match out.get_mut(at) {
        Some(place) if len < 0x80 => {
            *place = len as u8;
            end
        }
        Some(_) => with_long_length(out, at, end),
        None => GIVEN_UP,
    }
}

#[inline(never)]
fn with_long_length(out: &mut [u8], at: usize, end: usize) -> usize {
    let len = end - at - 1;
    let mut length = [0; 16];
    let width = put_varint(len as u64, &mut length, 0);
    // Blocks may have been written behind the end, never beyond the slice.
    if len > i32::MAX as usize || end + width > out.len() {
        return GIVEN_UP;
    }
    out.copy_within(at + 1..end, at + width);
    out[at..at + width].copy_from_slice(&length[..width]);
    at + width + len
}

/// Where white space ends that begins at `pos`.
#[inline(always)]
pub(super) fn space(inp: &[u8], pos: usize) -> usize {
    match inp.get(pos) {
        Some(&byte) if byte > b' ' => pos,
        _ => long_space(inp, pos),
    }
}

#[inline(never)]
fn long_space(inp: &[u8], mut pos: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = inp.get(pos) {
        pos += 1;
    }
    pos
}
