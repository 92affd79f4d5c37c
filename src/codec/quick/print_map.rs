//! Maps to JSON.

use super::block::BLOCK;
use super::entry::{Entry, Key, entry};
use super::plan::{Op, Step};
use super::print::{FIELD, Printing, WINDOW};
use super::put::{braces, literal, long};
use super::wire::next;
use super::word::{chunk, chunk_mut};
use super::{GIVEN_UP, NOWHERE, Place, string};

impl<'p, 'i> Printing<'p, 'i, '_> {
    /// Writes the entries of a map in the order of their keys.
    #[inline(never)]
    pub(super) fn map(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        // Whatever starts over does so above values without any inside: else
        // each level could make those below it twice as dear.
        if step.op == Op::Message {
            return self.sorted_map(step, place, end, depth);
        }
        if step.key_op == Op::String {
            let behind = self.short_keys(step, place, end, depth);
            if behind.o != GIVEN_UP {
                return behind;
            }
        }
        self.any_map(step, place, end, depth)
    }

    /// Writes the entries of a map whose keys are short strings and ascend, and
    /// which have values. Gives up on others.
    #[inline(always)]
    fn short_keys(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
        let Place { mut pos, o: start } = place;
        let (mut o, mut last) = (start, None);
        loop {
            let Some(head) = chunk::<FIELD>(self.inp, pos) else { return NOWHERE };
            let Some(to) = chunk_mut::<WINDOW>(self.out, o) else { return NOWHERE };
            let &[len, tag, key_len, ..] = head;
            let entry_end = pos + 1 + usize::from(len);
            let (key, key_len) = (pos + 3, usize::from(key_len));
            let value = key + key_len;
            if len >= 0x80 || tag != step.key_tag || key_len > BLOCK {
                return NOWHERE;
            }
            if entry_end > end || value >= entry_end || self.inp[value] != step.value_tag {
                return NOWHERE;
            }
            let word = ordered(head, key_len);
            if let Some((last_word, last)) = last
                && last_word >= word
                && (last_word > word || self.inp[last] >= self.inp[key..value])
            {
                return NOWHERE;
            }
            last = Some((word, key..value));
            to[0] = b',';
            let Some(from) = chunk(head, 3) else { return NOWHERE };
            let is_short = string::short(from, key_len, to, 1);
            to[key_len + 3] = b':';
            // Most values are short too.
            if is_short
                && step.op == Op::String
                && let Some(len) = short_value(head, key_len, to)
            {
                (pos, o) = (value + 2 + len, o + key_len + 4 + len + 2);
            } else {
                o = if is_short {
                    o + key_len + 4
                } else {
                    let o = string::inside(self.inp, key, value, self.out, o + 1);
                    literal(b":", self.out, o)
                };
                // The entry is a level of its own.
                let place = Place { pos: value + 1, o };
                Place { pos, o } = self.value(step, place, entry_end, depth.saturating_sub(1));
            }
            if pos != entry_end || o == GIVEN_UP {
                return NOWHERE;
            }
            match next(step, self.inp, pos, end) {
                Some(at) => pos = at,
                None => return Place { pos, o: braces(*b"{}", self.out, start, o) },
            }
        }
    }

    /// Writes the entries of a map, whose keys have to ascend; if they don't,
    /// they are put in order.
    fn any_map(&mut self, step: &'p Step, place: Place, end: usize, depth: u32) -> Place {
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

/// Writes the value behind a key of this length, if it is a string of a block at most with
/// nothing special in it, and gives its length.
#[inline(always)]
fn short_value(head: &[u8; FIELD], key_len: usize, to: &mut [u8; WINDOW]) -> Option<usize> {
    let at = 3 + key_len + 1;
    let len = usize::from(head[at]);
    string::short(chunk(head, at + 1)?, len, to, key_len + 4).then_some(len)
}

/// The first eight bytes of the key in an entry as a number: where it is above
/// another one's, the key is above the other.
#[inline(always)]
fn ordered(entry: &[u8; FIELD], key_len: usize) -> u64 {
    let &[_, _, _, a, b, c, d, e, f, g, h, ..] = entry;
    let word = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
    match key_len {
        0 => 0,
        1..8 => word & u64::MAX << (64 - 8 * key_len),
        _ => word,
    }
}
