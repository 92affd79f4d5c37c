//! Maps to text: entries are written in the order of their keys.

use super::check::Check;
use super::lines::Printing;
use super::plan::Step;
use crate::codec::quick::entry::{Entry, Key, entry};
use crate::codec::quick::plan::Op;
use crate::codec::quick::put::literal;
use crate::codec::quick::wire::tag;
use crate::codec::quick::{GIVEN_UP, NOWHERE, Place, number};

/// Entries that are put in order at most: a hostile map has many more of them
/// than bytes that they can be kept in.
const SORTED_MAX: usize = 1 << 14;

/// Hands on the entries of a map as they stand, until one is refused. Gives
/// what is behind them.
#[inline]
fn each<'i>(
    step: &Step,
    inp: &'i [u8],
    mut pos: usize,
    end: usize,
    mut take: impl FnMut(&Entry<'i>) -> bool,
) -> usize {
    loop {
        let Some(entry) = entry(step.key_op, step.op, inp, pos, end) else { return GIVEN_UP };
        if !take(&entry) {
            return GIVEN_UP;
        }
        pos = entry.end;
        if pos >= end {
            return pos;
        }
        let (tag, at) = tag(inp, pos);
        if tag != u64::from(step.tag) {
            return pos;
        }
        pos = at;
    }
}

/// Whether the keys of a map ascend.
fn ascends(step: &Step, inp: &[u8], pos: usize, end: usize) -> bool {
    let mut last = None;
    let behind = each(step, inp, pos, end, |entry| {
        let above = last.is_none_or(|last| last < entry.key);
        last = Some(entry.key);
        above
    });
    behind != GIVEN_UP
}

/// The entries of a map in the order of their keys, unless these are too many.
/// Of two with one key the plain codec says which counts.
fn sorted<'i>(step: &Step, inp: &'i [u8], pos: usize, end: usize) -> Option<Vec<Entry<'i>>> {
    let mut entries = Vec::with_capacity(16);
    let behind = each(step, inp, pos, end, |&entry| {
        entries.push(entry);
        entries.len() <= SORTED_MAX
    });
    entries.sort_unstable_by_key(|entry| entry.key);
    let repeats = entries.windows(2).any(|pair| pair[0].key == pair[1].key);
    (behind != GIVEN_UP && !repeats).then_some(entries)
}

impl<'p> Check<'p, '_> {
    /// Looks at the entries of a map.
    #[inline(never)]
    pub(super) fn map(&mut self, step: &'p Step, pos: usize, end: usize, depth: u32) -> usize {
        let inp = self.inp;
        let behind = each(step, inp, pos, end, |entry| self.entry(step, entry, depth));
        let fits = behind == GIVEN_UP
            || ascends(step, inp, pos, end)
            || sorted(step, inp, pos, end).is_some();
        if fits { behind } else { GIVEN_UP }
    }

    fn entry(&mut self, step: &'p Step, entry: &Entry<'_>, depth: u32) -> bool {
        let key_fits = match entry.key {
            Key::String(key) => self.is_utf8(entry.key_at, entry.key_at + key.len()),
            Key::Signed(_) | Key::Unsigned(_) | Key::Bool(_) => true,
        };
        key_fits
            && match entry.value {
                // The entry is a level of its own.
                Some(pos) => self.value(step, pos, entry.end, depth + 2) == entry.end,
                // Libraries that leave out default keys leave out such values too.
                None => matches!(step.op, Op::String | Op::Bytes),
            }
    }
}

impl<'p> Printing<'p, '_, '_> {
    /// Writes the entries of a map, in order.
    #[inline(never)]
    pub(super) fn map(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        let Place { pos, mut o } = place;
        let inp = self.inp;
        if ascends(step, inp, pos, end) {
            let pos = each(step, inp, pos, end, |entry| {
                o = self.entry(step, entry, o, depth);
                o != GIVEN_UP
            });
            return Place { pos, o };
        }
        let Some(entries) = sorted(step, inp, pos, end) else { return NOWHERE };
        for entry in &entries {
            o = self.entry(step, entry, o, depth);
            if o == GIVEN_UP {
                return NOWHERE;
            }
        }
        Place { pos: each(step, inp, pos, end, |_| true), o }
    }

    fn entry(&mut self, step: &'p Step, entry: &Entry<'_>, o: usize, depth: u32) -> usize {
        let o = self.key(step, o, depth);
        let o = self.words(b"key: ", o, depth + 1);
        let o = match entry.key {
            Key::String(key) => self.quoted(entry.key_at, entry.key_at + key.len(), o),
            Key::Bool(true) => literal(b"true", self.out.bytes(), o),
            Key::Bool(false) => literal(b"false", self.out.bytes(), o),
            Key::Signed(value) => number::signed(value, self.out.bytes(), o),
            Key::Unsigned(value) => number::unsigned(value, self.out.bytes(), o),
        };
        let o = self.end(o);
        let o = self.entry_value(step, entry, o, depth + 1);
        self.close(o, depth)
    }

    fn entry_value(&mut self, step: &'p Step, entry: &Entry<'_>, o: usize, depth: u32) -> usize {
        let name: &[u8] = match step.op {
            Op::Message | Op::Other => b"value {",
            _ => b"value: ",
        };
        let o = self.words(name, o, depth);
        let Some(pos) = entry.value else {
            let o = self.quoted(entry.end, entry.end, o);
            return self.end(o);
        };
        match step.op {
            Op::Message | Op::Other => {
                let o = self.end(o);
                let place = self.body(step, Place { pos, o }, entry.end, depth);
                place.o
            }
            _ => self.bare(step, Place { pos, o }, entry.end).o,
        }
    }
}
