//! Maps to JSON.

use super::entry::{Entry, Key, entry};
use super::plan::{Op, Step};
use super::print::Printing;
use super::put::{braces, literal, long};
use super::wire::next;
use super::{GIVEN_UP, NOWHERE, Place, string};

impl<'p, 'i> Printing<'p, 'i, '_> {
    /// Writes the entries of a map, whose keys have to ascend; if they don't,
    /// they are put in order.
    #[inline(never)]
    pub(super) fn map(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        let Place { mut pos, o: start } = place;
        let mut o = start;
        let mut last: Option<Key<'_>> = None;
        loop {
            let Some(entry) = entry(step.key_op, step.op, self.inp, pos, end) else {
                return NOWHERE;
            };
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
            let Some(entry) = entry(step.key_op, step.op, self.inp, pos, end) else {
                return NOWHERE;
            };
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
        let place = self.value(step, Place { pos, o }, entry.end, depth.saturating_sub(1));
        if place.pos == entry.end { place.o } else { GIVEN_UP }
    }
}
