//! Maps out of JSON.

use super::entry::{Key, read_key};
use super::parse::{Parsing, space, tag, with_length};
use super::plan::{Op, Step};
use super::wire::span;
use super::{GIVEN_UP, NOWHERE, Place, read_number, read_string};

impl<'p> Parsing<'p, '_, '_> {
    /// Reads an object of entries, each key once. If they don't come in the
    /// order of their keys they are put in order.
    #[inline(never)]
    pub(super) fn map(&mut self, step: &'p Step, place: Place, depth: u32) -> Place {
        let Place { mut pos, mut o } = place;
        if self.inp.get(pos) != Some(&b'{') || step.key_op == Op::Other {
            return NOWHERE;
        }
        pos = space(self.inp, pos + 1);
        if self.inp.get(pos) == Some(&b'}') {
            return Place { pos: pos + 1, o };
        }
        let (mut last, mut ascend) = (GIVEN_UP, true);
        loop {
            let start = o;
            Place { pos, o } = self.entry(step, Place { pos, o }, depth);
            if o == GIVEN_UP {
                return NOWHERE;
            }
            ascend &= last == GIVEN_UP || self.is_above(step, last, start);
            last = start;
            pos = space(self.inp, pos);
            match self.inp.get(pos) {
                Some(b',') => pos = space(self.inp, pos + 1),
                Some(b'}') if ascend => return Place { pos: pos + 1, o },
                Some(b'}') => return Place { pos: pos + 1, o: self.sort(step, place.o, o) },
                _ => return NOWHERE,
            }
        }
    }

    /// Reads an entry, and writes it key first.
    #[inline]
    fn entry(&mut self, step: &'p Step, Place { pos, o }: Place, depth: u32) -> Place {
        let start = tag(step, self.out, o);
        if start == GIVEN_UP || self.inp.get(pos) != Some(&b'"') {
            return NOWHERE;
        }
        // Behind the length of the entry: the tag and the value of the key.
        let Some(place) = self.out.get_mut(start + 1) else { return NOWHERE };
        *place = step.key_tag;
        let key_start = start + 2;
        let key = match step.key_op {
            Op::String => {
                let behind = read_string::unquoted(self.inp, pos, self.out, key_start + 1);
                if behind.o == GIVEN_UP {
                    return NOWHERE;
                }
                Place { pos: behind.pos, o: with_length(self.out, key_start, behind.o) }
            }
            Op::Bool => self.bool_key(pos, key_start),
            // With its quotes, as any number may have.
            op => read_number::whole(op, self.inp, pos, self.out, key_start),
        };
        let colon = space(self.inp, key.pos);
        if key.o == GIVEN_UP || self.inp.get(colon) != Some(&b':') {
            return NOWHERE;
        }
        let Some(place) = self.out.get_mut(key.o) else { return NOWHERE };
        *place = step.value_tag;
        let place = Place { pos: space(self.inp, colon + 1), o: key.o + 1 };
        let behind = self.value_apart(step, place, depth.saturating_sub(1));
        if behind.o == GIVEN_UP {
            return NOWHERE;
        }
        Place { pos: behind.pos, o: with_length(self.out, start, behind.o) }
    }

    #[cold]
    fn bool_key(&mut self, pos: usize, o: usize) -> Place {
        match read_number::bool(self.inp, pos + 1, self.out, o) {
            Place { pos, o } if self.inp.get(pos) == Some(&b'"') => Place { pos: pos + 1, o },
            _ => NOWHERE,
        }
    }

    /// Whether the key of the entry at `second` is above that at `first`.
    fn is_above(&self, step: &Step, first: usize, second: usize) -> bool {
        match (self.written_key(step, first), self.written_key(step, second)) {
            (Some((first, _)), Some((second, _))) => first < second,
            _ => false,
        }
    }

    /// The key of the entry that was written at `at`, and where the entry ends.
    fn written_key(&self, step: &Step, at: usize) -> Option<(Key<'_>, usize)> {
        let (inside, end) = span(self.out, at + step.tag_len, self.out.len());
        let (key, _) = read_key(step.key_op, self.out, inside.checked_add(1)?, end)?;
        Some((key, end))
    }

    /// Puts the entries that were written from `start` to `end` in order.
    /// Gives up when two have one key: that is an error.
    #[inline(never)]
    fn sort(&mut self, step: &Step, start: usize, end: usize) -> usize {
        let (mut entries, mut at) = (Vec::new(), start);
        while at < end {
            let Some((key, behind)) = self.written_key(step, at) else { return GIVEN_UP };
            entries.push((key, at..behind));
            at = behind;
        }
        entries.sort_unstable_by_key(|entry| entry.0);
        if entries.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return GIVEN_UP;
        }
        let sorted: Vec<u8> =
            entries.iter().flat_map(|(_, range)| &self.out[range.clone()]).copied().collect();
        self.out[start..end].copy_from_slice(&sorted);
        end
    }
}
