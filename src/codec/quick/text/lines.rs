//! The fields of a message that was looked at before, as text.

use super::out::{LINE_LEN, Out};
use super::plan::{Act, Plan, Step, end_of};
use super::string;
use crate::codec::binary::{Unknown, Why};
use crate::codec::quick::plan::{KEY_BLOCK, Op};
use crate::codec::quick::put::{self, literal};
use crate::codec::quick::wire::{span, tag};
use crate::codec::quick::{GIVEN_UP, NOWHERE, Place};
use crate::codec::{Notes, text};
use crate::table::{MessageId, Root};
use crate::wire::{Reader, skip};

/// A record being written. Room for a line is made before its key.
pub(super) struct Printing<'p, 'i, 'o> {
    pub plan: &'p Plan<'p>,
    pub inp: &'i [u8],
    /// Where the messages begin that the plain codec writes.
    plain: &'p [usize],
    pub out: Out<'o>,
    /// The spaces for each brace that is open.
    pub indent: usize,
    /// A block of them. The compiler would call a function to fill one.
    blank: [u8; KEY_BLOCK],
    /// What stands behind a field.
    pub end: u8,
}

impl<'p, 'i, 'o> Printing<'p, 'i, 'o> {
    pub fn new(plan: &'p Plan<'p>, inp: &'i [u8], plain: &'p [usize], out: Out<'o>) -> Self {
        let indent = match plan.layout {
            text::Layout::Lines => 2,
            text::Layout::OneLine => 0,
        };
        let (blank, end) = (std::hint::black_box([b' '; KEY_BLOCK]), end_of(plan.layout));
        Printing { plan, inp, plain, out, indent, blank, end }
    }

    /// Writes the fields of a message of which `depth` braces are open, and
    /// gives where they end.
    pub fn message(&mut self, id: u32, mut pos: usize, end: usize, o: usize, depth: u32) -> usize {
        let mut steps = self.plan.shapes[id as usize].iter();
        let mut o = o;
        while pos < end {
            let (tag, at) = tag(self.inp, pos);
            let step = loop {
                match steps.next() {
                    Some(step) if u64::from(step.tag) == tag => break step,
                    Some(_) => {}
                    None => return self.unknown(pos, end, o, depth),
                }
            };
            let place = Place { pos: at, o };
            Place { pos, o } = match step.act {
                Act::Message | Act::Plain => self.inner(step, place, end, depth),
                Act::Packed => self.packed(step, place, end, depth),
                Act::List => self.list(step, place, end, depth),
                Act::Map => self.map(step, place, end, depth),
                Act::String | Act::Scalar => self.scalar(step, place, end, depth),
            };
            // A place that there is none of is beyond the end too.
            if pos > end || o == GIVEN_UP {
                return GIVEN_UP;
            }
        }
        o
    }

    /// Writes a field that is no message.
    #[inline(always)]
    fn scalar(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        let o = self.key(step, place.o, depth);
        self.bare(step, Place { pos: place.pos, o }, end)
    }

    /// Writes a value without its key, and ends the line.
    #[inline(always)]
    pub(super) fn bare(&mut self, step: &'p Step, place: Place, end: usize) -> Place {
        let Place { pos, o } = match step.op {
            Op::String | Op::Bytes => {
                let (pos, behind) = span(self.inp, place.pos, end);
                if behind == GIVEN_UP {
                    return NOWHERE;
                }
                Place { pos: behind, o: self.quoted(pos, behind, place.o) }
            }
            _ => self.number(step, place),
        };
        Place { pos, o: self.end(o) }
    }

    /// Writes a string with its quotes, of which any part may be written out.
    #[inline(always)]
    pub(super) fn quoted(&mut self, mut pos: usize, end: usize, o: usize) -> usize {
        let mut o = literal(b"\"", self.out.bytes(), o);
        loop {
            if o == GIVEN_UP {
                return GIVEN_UP;
            }
            (pos, o) = string::inside(self.inp, pos, end, self.out.bytes(), o);
            o = self.out.room(o);
            if pos >= end {
                return literal(b"\"", self.out.bytes(), o);
            }
        }
    }

    #[inline(always)]
    fn inner(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        let o = self.key(step, place.o, depth);
        self.body(step, Place { pos: place.pos, o }, end, depth)
    }

    /// Writes a message behind its brace, which is closed.
    #[inline(always)]
    pub(super) fn body(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        let (pos, behind) = span(self.inp, place.pos, end);
        if behind == GIVEN_UP || place.o == GIVEN_UP {
            return NOWHERE;
        }
        let id = step.target;
        let o = if self.plain.is_empty() || self.plain.binary_search(&pos).is_err() {
            self.message(id, pos, behind, place.o, depth + 1)
        } else {
            self.by_plain(id, pos, behind, place.o, depth + 1)
        };
        Place { pos: behind, o: self.close(o, depth) }
    }

    /// Writes values that stand each behind a tag.
    #[inline(never)]
    fn list(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        let Place { mut pos, mut o } = place;
        loop {
            Place { pos, o } = match step.op {
                Op::Message | Op::Other => self.inner(step, Place { pos, o }, end, depth),
                _ => self.scalar(step, Place { pos, o }, end, depth),
            };
            if pos >= end || o == GIVEN_UP {
                return Place { pos, o };
            }
            let (tag, at) = tag(self.inp, pos);
            if tag != u64::from(step.tag) {
                return Place { pos, o };
            }
            pos = at;
        }
    }

    /// Writes the unknown fields that stand from `pos` to `end`.
    #[inline(never)]
    fn unknown(&mut self, pos: usize, end: usize, mut o: usize, depth: u32) -> usize {
        let mut reader = Reader::new(&self.inp[..end], 0).part(pos..end);
        let mut field = Vec::new();
        while !reader.is_at_end() && o != GIVEN_UP {
            let at = reader.position();
            let Ok(tag) = reader.tag() else { return GIVEN_UP };
            let Ok(range) = skip::value(&mut reader, tag, at, depth) else { return GIVEN_UP };
            let raw = at..reader.position();
            let unknown = Unknown { tag, raw, range, reader, why: Why::NoField };
            field.clear();
            if text::print_unknown(&unknown, self.plan.layout, depth, &mut field).is_err() {
                return GIVEN_UP;
            }
            if self.plan.layout == text::Layout::OneLine {
                field.push(self.end);
            }
            o = self.out.room(o);
            o = self.spaces(o, depth);
            o = self.out.copy(&field, o);
        }
        o
    }

    /// Writes the fields of a message as the plain codec does.
    #[cold]
    #[inline(never)]
    fn by_plain(&mut self, id: u32, pos: usize, end: usize, o: usize, depth: u32) -> usize {
        let root = Root { tables: self.plan.tables, id: MessageId(id) };
        let (layout, mut fields) = (self.plan.layout, Vec::new());
        let mut notes = Notes::new(false);
        let inner = &self.inp[pos..end];
        if text::print_inside(root, inner, depth, layout, &mut fields, &mut notes).is_err() {
            return GIVEN_UP;
        }
        if layout == text::Layout::OneLine && !fields.is_empty() {
            fields.push(self.end);
        }
        self.out.copy(&fields, o)
    }

    /// Makes room for a line and writes the key of a field: what stands before
    /// its value.
    #[inline(always)]
    pub(super) fn key(&mut self, step: &Step, o: usize, depth: u32) -> usize {
        let o = self.out.room(o);
        let o = self.spaces(o, depth);
        if step.key_len > KEY_BLOCK {
            return self.out.copy(&step.key[..step.key_len], o);
        }
        match self.out.bytes().get_mut(o..).and_then(|rest| rest.first_chunk_mut::<KEY_BLOCK>()) {
            Some(place) => {
                *place = step.block;
                o + step.key_len
            }
            None => GIVEN_UP,
        }
    }

    /// Makes room for a line, and writes how it begins.
    #[inline]
    pub(super) fn words(&mut self, words: &[u8], o: usize, depth: u32) -> usize {
        let o = self.out.room(o);
        let o = self.spaces(o, depth);
        literal(words, self.out.bytes(), o)
    }

    /// Writes the spaces before a field.
    #[inline(always)]
    fn spaces(&mut self, o: usize, depth: u32) -> usize {
        let width = self.indent * depth as usize;
        if width > KEY_BLOCK {
            return self.many_spaces(o, width);
        }
        let blank = self.blank;
        match self.out.bytes().get_mut(o..).and_then(|rest| rest.first_chunk_mut::<KEY_BLOCK>()) {
            Some(place) => {
                *place = blank;
                o + width
            }
            None => GIVEN_UP,
        }
    }

    #[cold]
    fn many_spaces(&mut self, o: usize, width: usize) -> usize {
        put::literal(&[b' '; LINE_LEN][..width.min(LINE_LEN)], self.out.bytes(), o)
    }

    /// Ends a field.
    #[inline(always)]
    pub(super) fn end(&mut self, o: usize) -> usize {
        let end = self.end;
        match self.out.bytes().get_mut(o) {
            Some(place) => {
                *place = end;
                o + 1
            }
            None => GIVEN_UP,
        }
    }

    /// Closes a brace on a line of its own.
    #[inline(always)]
    pub(super) fn close(&mut self, o: usize, depth: u32) -> usize {
        let o = self.out.room(o);
        let o = self.spaces(o, depth);
        literal(&[b'}', self.end], self.out.bytes(), o)
    }
}
