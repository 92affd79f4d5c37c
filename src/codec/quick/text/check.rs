//! Whether the quick path can write a message: looked at before anything is
//! written, so that what is written can go out in pieces.

use super::plan::{Act, Plan, Step};
use crate::codec::quick::plan::{Many, Op};
use crate::codec::quick::wire::{long_span, span, tag};
use crate::codec::quick::word::{self, all, varint};
use crate::codec::quick::{DEPTH_QUICK, GIVEN_UP};
use crate::codec::{Notes, text};
use crate::table::{MessageId, Root};
use crate::wire::limits::MESSAGE_LEN_MAX;
use crate::wire::{Reader, skip};

/// Of how many bytes of a record the plain codec may do one for the messages
/// inside that are not in the common form: they may be in one another, and
/// each is done over.
const PLAIN_SHARE: usize = 8;

/// The bytes that each of these counts for beside its own: one may be empty.
const PLAIN_COST: usize = 16;

/// Looks at the message from `start` to `end`. Gives where the messages inside
/// begin that the plain codec has to write, in order; none if it has to write
/// the whole record.
pub(super) fn check(plan: &Plan<'_>, inp: &[u8], start: usize, end: usize) -> Option<Vec<usize>> {
    if (end - start) as u64 > MESSAGE_LEN_MAX {
        return None;
    }
    let left = (end - start) / PLAIN_SHARE;
    let mut check = Check { plan, inp, plain: Vec::new(), left, lost: false };
    check.message(plan.root, start, end, 0).then_some(check.plain)
}

pub(super) struct Check<'p, 'i> {
    plan: &'p Plan<'p>,
    pub inp: &'i [u8],
    plain: Vec<usize>,
    /// The bytes that the plain codec may still be given.
    left: usize,
    /// Whether it has to do the whole record.
    lost: bool,
}

impl<'p> Check<'p, '_> {
    /// Looks at a message that stands in `depth` others.
    fn message(&mut self, id: u32, mut pos: usize, end: usize, depth: u32) -> bool {
        if depth > DEPTH_QUICK {
            return false;
        }
        let mut steps = self.plan.shapes[id as usize].iter();
        let mut oneofs = 0;
        while pos < end {
            let (tag, at) = tag(self.inp, pos);
            let step = loop {
                match steps.next() {
                    Some(step) if u64::from(step.tag) == tag => break step,
                    Some(_) => {}
                    None => return self.unknown(id, pos, end, depth),
                }
            };
            if step.oneof != 0 {
                if oneofs & step.oneof != 0 {
                    return false;
                }
                oneofs |= step.oneof;
            }
            pos = match step.act {
                Act::Message => self.inner(step.target, at, end, depth + 1),
                Act::Packed => self.packed(step, at, end),
                Act::List => self.list(step, at, end, depth),
                Act::Map => self.map(step, at, end, depth),
                Act::String | Act::Scalar | Act::Plain => self.value(step, at, end, depth + 1),
            };
            // A place that there is none of is beyond the end too.
            if pos > end {
                return false;
            }
        }
        true
    }

    /// Looks at what is behind all known fields: nothing that is known.
    #[inline(never)]
    fn unknown(&self, id: u32, pos: usize, end: usize, depth: u32) -> bool {
        let message = self.plan.tables.message(MessageId(id));
        let mut reader = Reader::new(&self.inp[..end], 0).part(pos..end);
        while !reader.is_at_end() {
            let at = reader.position();
            let Ok(tag) = reader.tag() else { return false };
            if message.by_number(tag.number, 0).is_some()
                || skip::value(&mut reader, tag, at, depth).is_err()
            {
                return false;
            }
        }
        true
    }

    /// Looks at a value behind its tag, and gives what is behind it. `depth` is
    /// that of a message.
    pub(super) fn value(&mut self, step: &'p Step, pos: usize, end: usize, depth: u32) -> usize {
        let implicit = step.many == Many::Implicit;
        let (behind, is_default) = match step.op {
            Op::Message => return self.inner(step.target, pos, end, depth),
            Op::String | Op::Bytes => {
                let (pos, behind) = span(self.inp, pos, end);
                if behind == GIVEN_UP || (step.op == Op::String && !self.is_utf8(pos, behind)) {
                    return GIVEN_UP;
                }
                (behind, pos == behind)
            }
            Op::Double | Op::Fixed64 | Op::Sfixed64 => {
                (pos + 8, word::load(self.inp, pos).is_none_or(|bits| bits == 0))
            }
            Op::Float | Op::Fixed32 | Op::Sfixed32 => {
                (pos + 4, word::load(self.inp, pos).is_none_or(|bits| bits as u32 == 0))
            }
            Op::Enum => {
                let (value, behind) = varint(self.inp, pos);
                if !self.plan.enums[step.target as usize].has(value as i32) {
                    return GIVEN_UP;
                }
                (behind, value as u32 == 0)
            }
            Op::Other | Op::Timestamp => {
                let (pos, behind) = match step.is_plain() {
                    true => long_span(self.inp, pos, end),
                    false => return GIVEN_UP,
                };
                if behind == GIVEN_UP || !self.by_plain(step.target, pos, behind, depth) {
                    return GIVEN_UP;
                }
                return behind;
            }
            Op::Int32
            | Op::Int64
            | Op::Uint32
            | Op::Uint64
            | Op::Sint32
            | Op::Sint64
            | Op::Bool => {
                let (value, behind) = varint(self.inp, pos);
                // For one of 32 bits the others don't count.
                (behind, value as u32 == 0)
            }
        };
        // One that is not there in text since it is the default.
        if implicit && is_default { GIVEN_UP } else { behind }
    }

    pub(super) fn is_utf8(&self, pos: usize, end: usize) -> bool {
        std::str::from_utf8(&self.inp[pos..end]).is_ok()
    }

    /// Looks at a message behind its tag. One that is not in the common form
    /// is left to the plain codec.
    #[inline]
    fn inner(&mut self, id: u32, pos: usize, end: usize, depth: u32) -> usize {
        let (pos, behind) = span(self.inp, pos, end);
        if behind == GIVEN_UP {
            return GIVEN_UP;
        }
        let before = self.plain.len();
        if self.message(id, pos, behind, depth) {
            return behind;
        }
        self.plain.truncate(before);
        if self.by_plain(id, pos, behind, depth) { behind } else { GIVEN_UP }
    }

    /// Whether the plain codec can write a message inside, without anything to
    /// note: a note, like an error, has a place in the whole record.
    #[cold]
    #[inline(never)]
    fn by_plain(&mut self, id: u32, pos: usize, end: usize, depth: u32) -> bool {
        let cost = end - pos + PLAIN_COST;
        if self.lost || cost > self.left {
            self.lost = true;
            return false;
        }
        self.left -= cost;
        let root = Root { tables: self.plan.tables, id: MessageId(id) };
        let mut notes = Notes::new(false);
        let inner = &self.inp[pos..end];
        let layout = self.plan.layout;
        let printed = text::print_inside(root, inner, depth, layout, &mut Vec::new(), &mut notes);
        self.plain.push(pos);
        self.lost = printed.is_err() || !notes.is_empty();
        !self.lost
    }

    /// Looks at values that stand each behind a tag.
    #[inline(never)]
    fn list(&mut self, step: &'p Step, mut pos: usize, end: usize, depth: u32) -> usize {
        loop {
            pos = self.value(step, pos, end, depth + 1);
            if pos >= end {
                return pos;
            }
            let (tag, at) = tag(self.inp, pos);
            if tag != u64::from(step.tag) {
                return pos;
            }
            pos = at;
        }
    }

    /// Looks at values that stand behind one tag.
    #[inline]
    fn packed(&mut self, step: &'p Step, pos: usize, end: usize) -> usize {
        let (pos, behind) = span(self.inp, pos, end);
        if behind == GIVEN_UP {
            return GIVEN_UP;
        }
        let fits = match step.op {
            Op::Double | Op::Fixed64 | Op::Sfixed64 => (behind - pos).is_multiple_of(8),
            Op::Float | Op::Fixed32 | Op::Sfixed32 => (behind - pos).is_multiple_of(4),
            Op::Enum => self.enums(step, pos, behind),
            _ => varints(self.inp, pos, behind),
        };
        if fits { behind } else { GIVEN_UP }
    }

    fn enums(&self, step: &Step, mut pos: usize, end: usize) -> bool {
        let names = &self.plan.enums[step.target as usize];
        while pos < end {
            let (value, behind) = varint(self.inp, pos);
            if !names.has(value as i32) {
                return false;
            }
            pos = behind;
        }
        pos == end
    }
}

/// Whether there are whole varints from `pos` to `end`.
#[inline]
fn varints(inp: &[u8], mut pos: usize, end: usize) -> bool {
    while pos < end {
        let Some(word) = word::load(inp, pos) else { return false };
        let len = 8.min(end - pos);
        // Varints of a byte each, as most are.
        if (word & all(0x80)) << (64 - 8 * len) == 0 {
            pos += len;
        } else {
            pos = varint(inp, pos).1;
        }
    }
    pos == end
}
