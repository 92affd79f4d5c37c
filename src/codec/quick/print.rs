//! From the bytes of a message to JSON.

use std::ops::Range;

use base64::Engine;

use super::enums::Names;
use super::plan::{KEY_BLOCK, Many, Op, Plan, Shape, Step};
use super::word::{self, varint};
use super::{DEPTH_QUICK, GIVEN_UP, NOWHERE, Place, SLACK, Slab, number, string};
use crate::wire::limits::{LENGTH_LEN_MAX, TAG_LEN_MAX};

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
        // A second time with more room: it may have been that.
        [room, 8 * room].into_iter().any(|room| {
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
struct Printing<'p, 'i, 'o> {
    plan: &'p Plan,
    inp: &'i [u8],
    out: &'o mut [u8],
}

impl<'p, 'i> Printing<'p, 'i, '_> {
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
            if oneofs & step.oneof != 0 {
                return GIVEN_UP;
            }
            oneofs |= step.oneof;
            let place = Place { pos: at, o: key(step, self.out, o) };
            Place { pos, o } = match step.many {
                Many::Explicit | Many::Implicit => self.value(step, place, end, depth),
                Many::List => self.list(step, place, end, depth),
                Many::Packed => self.packed(step, place, end),
                Many::Map => self.map(step, place, end, depth),
            };
            // A place that there is none of is beyond the end too.
            if pos > end || o == GIVEN_UP {
                return GIVEN_UP;
            }
        }
        braces(*b"{}", self.out, start, o)
    }

    /// Writes a value. It stands in the loop over the fields of a message,
    /// where most values are; [`Printing::value_apart`] is for the others.
    #[inline(always)]
    fn value(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        let Place { pos, o } = place;
        if o == GIVEN_UP {
            return NOWHERE;
        }
        match step.op {
            Op::Message | Op::String | Op::Bytes | Op::Timestamp => {
                let (pos, behind) = span(self.inp, pos, end);
                if behind == GIVEN_UP || (step.many == Many::Implicit && pos == behind) {
                    return NOWHERE;
                }
                let o = match step.op {
                    Op::Message => {
                        let shape = &self.plan.shapes[step.target as usize];
                        self.message(shape, pos, behind, o, depth.saturating_sub(1))
                    }
                    Op::String => string::quoted(self.inp, pos, behind - pos, self.out, o),
                    Op::Timestamp => timestamp(self.inp, pos, behind, self.out, o),
                    _ => bytes(&self.inp[pos..behind], self.out, o),
                };
                Place { pos: behind, o }
            }
            _ => self.scalar(step, place),
        }
    }

    #[inline(never)]
    fn value_apart(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        self.value(step, place, end, depth)
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
            Place { pos, o } = self.value_apart(step, Place { pos, o }, end, depth);
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
        let mut place = Place { pos, o: start };
        while place.pos < behind {
            place.o = literal(b",", self.out, place.o);
            if place.o == GIVEN_UP {
                return NOWHERE;
            }
            place = self.scalar(step, place);
        }
        let Place { pos, o } = place;
        if pos != behind || o == GIVEN_UP || next(step, self.inp, pos, end).is_some() {
            return NOWHERE;
        }
        Place { pos, o: braces(*b"[]", self.out, start, o) }
    }

    /// Writes the entries of a map, whose keys have to ascend; if they don't,
    /// they are put in order.
    #[inline(never)]
    fn map(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        let Place { mut pos, o: start } = place;
        let mut o = start;
        let mut last: Option<Key<'_>> = None;
        loop {
            let Some(entry) = entry(step, self.inp, pos, end) else { return NOWHERE };
            if last.is_some_and(|last| last >= entry.key) {
                return self.sorted_map(step, place, end, depth);
            }
            o = literal(b",", self.out, o);
            o = self.entry(step, &entry, o, depth);
            if o == GIVEN_UP {
                return NOWHERE;
            }
            pos = entry.end;
            last = Some(entry.key);
            match next(step, self.inp, pos, end) {
                Some(at) => pos = at,
                None => return Place { pos, o: braces(*b"{}", self.out, start, o) },
            }
        }
    }

    #[inline(never)]
    fn sorted_map(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        let Place { mut pos, o: start } = place;
        let mut entries = Vec::with_capacity(16);
        loop {
            let Some(entry) = entry(step, self.inp, pos, end) else { return NOWHERE };
            pos = entry.end;
            entries.push(entry);
            match next(step, self.inp, pos, end) {
                Some(at) => pos = at,
                None => break,
            }
        }
        entries.sort_unstable_by_key(|entry| entry.key);
        // Of two with one key the plain codec says which counts.
        if entries.windows(2).any(|pair| pair[0].key == pair[1].key) {
            return NOWHERE;
        }
        let mut o = start;
        for entry in &entries {
            o = literal(b",", self.out, o);
            o = self.entry(step, entry, o, depth);
            if o == GIVEN_UP {
                return NOWHERE;
            }
        }
        Place { pos, o: braces(*b"{}", self.out, start, o) }
    }

    /// Writes an entry of a map.
    #[inline]
    fn entry(&mut self, step: &'p Step, entry: &Entry<'i>, o: usize, depth: u32) -> usize {
        if o == GIVEN_UP {
            return GIVEN_UP;
        }
        let out = &mut *self.out;
        let o = match entry.key {
            Key::String(bytes) => string::quoted(self.inp, entry.key_at, bytes.len(), out, o),
            Key::Bool(true) => literal(b"\"true\"", out, o),
            Key::Bool(false) => literal(b"\"false\"", out, o),
            Key::Signed(value) => long(true, true, value as u64, out, o),
            Key::Unsigned(value) => long(true, false, value, out, o),
        };
        let o = literal(b":", out, o);
        let Some(pos) = entry.value else {
            // Libraries that leave out default keys leave out such values too.
            return match step.op {
                Op::String => literal(b"\"\"", out, o),
                _ => GIVEN_UP,
            };
        };
        // The entry is a level of its own.
        let place = self.value_apart(step, Place { pos, o }, entry.end, depth.saturating_sub(1));
        if place.pos == entry.end { place.o } else { GIVEN_UP }
    }
}

/// Writes a number of 64 bits, in quotes if it is to have them.
#[inline(always)]
fn long(quoted: bool, signed: bool, value: u64, out: &mut [u8], o: usize) -> usize {
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
fn enum_value(names: &Names, value: i32, out: &mut [u8], o: usize) -> usize {
    match names.of(value) {
        Some(name) => blocks(&name.bytes, name.len, out, o),
        None if names.closed => GIVEN_UP,
        None => number::signed(i64::from(value), out, o),
    }
}

/// An entry of a map, found but not written.
struct Entry<'a> {
    key: Key<'a>,
    /// Where the bytes of a key stand that is a string.
    key_at: usize,
    /// Where the value stands behind its tag.
    value: Option<usize>,
    end: usize,
}

/// The key of an entry, in the order in which entries are written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Signed(i64),
    Unsigned(u64),
    Bool(bool),
    String(&'a [u8]),
}

/// Reads the entry whose length stands at `pos`: its key and its value, each
/// once and in this order.
#[inline]
fn entry<'a>(step: &Step, inp: &'a [u8], pos: usize, end: usize) -> Option<Entry<'a>> {
    let (mut pos, end) = span(inp, pos, end);
    if end == GIVEN_UP {
        return None;
    }
    let (mut key, mut key_at) = (default_key(step.key_op)?, pos);
    if pos < end && inp[pos] == KEY_NUMBER | wire_type(step.key_op) {
        (key, pos) = read_key(step.key_op, inp, pos + 1, end)?;
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
    let is_value = inp[pos] == VALUE_NUMBER | wire_type(step.op);
    is_value.then_some(Entry { key, key_at, value: Some(pos + 1), end })
}

/// The field numbers of a key and of a value, as their tags have them.
const KEY_NUMBER: u8 = 1 << 3;
const VALUE_NUMBER: u8 = 2 << 3;

fn wire_type(op: Op) -> u8 {
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

fn default_key(op: Op) -> Option<Key<'static>> {
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
fn read_key<'a>(op: Op, inp: &'a [u8], pos: usize, end: usize) -> Option<(Key<'a>, usize)> {
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

#[inline(always)]
fn zigzag(value: u64) -> u64 {
    value >> 1 ^ (value & 1).wrapping_neg()
}

/// The value of the tag at `pos`, and what is behind it. One that is longer
/// than a tag may be is no tag of a field.
#[inline(always)]
fn tag(inp: &[u8], pos: usize) -> (u64, usize) {
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
fn span(inp: &[u8], pos: usize, end: usize) -> (usize, usize) {
    let (len, at) = varint(inp, pos);
    // A place that there is none of is beyond the end too.
    if at > end || at - pos > LENGTH_LEN_MAX || len > (end - at) as u64 {
        return (GIVEN_UP, GIVEN_UP);
    }
    (at, at + len as usize)
}

/// What is behind the tag at `pos`, if it is one more of the same field.
#[inline(always)]
fn next(step: &Step, inp: &[u8], pos: usize, end: usize) -> Option<usize> {
    if pos >= end {
        return None;
    }
    let (tag, at) = tag(inp, pos);
    (tag == u64::from(step.tag)).then_some(at)
}

/// Writes the key of a field with its comma.
#[inline(always)]
fn key(step: &Step, out: &mut [u8], o: usize) -> usize {
    if step.key_len > KEY_BLOCK {
        return blocks(&step.key, step.key_len, out, o);
    }
    match out.get_mut(o..).and_then(|rest| rest.first_chunk_mut::<KEY_BLOCK>()) {
        Some(place) => {
            *place = step.block;
            o + step.key_len
        }
        None => GIVEN_UP,
    }
}

/// Writes bytes that are padded to whole blocks.
#[inline]
fn blocks(padded: &[u8], len: usize, out: &mut [u8], o: usize) -> usize {
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
fn literal(bytes: &[u8], out: &mut [u8], o: usize) -> usize {
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
fn braces(brackets: [u8; 2], out: &mut [u8], start: usize, o: usize) -> usize {
    let o = o.max(start + 1);
    let Some(place) = out.get_mut(o) else { return GIVEN_UP };
    *place = brackets[1];
    out[start] = brackets[0];
    o + 1
}

/// Writes bytes as base64.
#[inline]
fn bytes(bytes: &[u8], out: &mut [u8], o: usize) -> usize {
    let o = literal(b"\"", out, o);
    let Some(place) = out.get_mut(o..) else { return GIVEN_UP };
    match base64::engine::general_purpose::STANDARD.encode_slice(bytes, place) {
        Ok(len) => literal(b"\"", out, o + len),
        Err(_) => GIVEN_UP,
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
