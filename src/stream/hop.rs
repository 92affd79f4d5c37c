//! From record to record by the headers alone, for whoever cuts a stream into
//! parts.
//!
//! Where a record begins is known only when the length before it is, so a walk
//! over small ones is a chain of loads of which each waits for the one before it.
//! Several chains take hardly longer than one. So others set out from places
//! further on, without knowing that a record begins there: chains that meet go
//! on together, and they meet soon. Where the first one meets the next, it goes
//! on at the end of that.

use std::array;

use super::framing::{Framing, Header, header};

/// The chains that are followed at a time.
const LANES: usize = 4;

/// The places that are kept of where a chain came by first: lengths are so often
/// hit by chance that chains meet after a few dozen.
const TRAIL: usize = 128;

/// What one step of a chain takes, at most: records with a length of one byte.
const STEP: usize = 0x80;

/// The bytes in which a chain looks for that many.
const SEARCH: usize = 4 << 10;

/// The bytes in which it is worth it.
const WORTH: usize = 16 << 10;

/// How many of `bytes` are whole records of at most `max` bytes;
/// [`framing::next`](super::framing::next) has to say what is wrong with the one
/// behind them, if anything is.
pub fn hop(framing: Framing, bytes: &[u8], max: u64) -> usize {
    let is_small = framing == Framing::Varint && max >= STEP as u64 && bytes.len() >= WORTH;
    let known = if is_small { by_lanes(bytes).unwrap_or(0) } else { 0 };
    known + one_by_one(framing, &bytes[known..], max)
}

fn one_by_one(framing: Framing, bytes: &[u8], max: u64) -> usize {
    let mut at = 0;
    loop {
        let (header, length) = match (framing, &bytes[at..]) {
            // Nearly all of them in most streams.
            (Framing::Varint, [length @ ..0x80, ..]) => (1, u64::from(*length)),
            (Framing::Varint, [low, high @ ..0x80, ..]) => {
                (2, u64::from(*low & 0x7f) | u64::from(*high) << 7)
            }
            (framing, rest) => match header(framing, rest) {
                Header::Whole(header, length) => (header, length),
                _ => return at,
            },
        };
        let there = (bytes.len() - at - header) as u64;
        if length > there || length > max {
            return at;
        }
        at += header + length as usize;
    }
}

/// A chain of records with lengths of one byte each.
struct Lane {
    /// Where it came by, first of all.
    trail: [usize; TRAIL],
    /// How many of those are places.
    len: usize,
    /// Where it is.
    at: usize,
    /// It does not go on from here.
    end: usize,
}

impl Lane {
    /// Sets out from `start`, or from behind the first bytes that are no length.
    fn new(bytes: &[u8], start: usize, end: usize) -> Self {
        let mut lane = Lane { trail: [0; TRAIL], len: 0, at: start, end };
        while lane.len < TRAIL && lane.at < end.min(start + SEARCH) {
            let length = usize::from(bytes[lane.at]);
            if length < STEP {
                lane.trail[lane.len] = lane.at;
                lane.len += 1;
                lane.at += 1 + length;
            } else {
                lane.len = 0;
                lane.at += 1;
            }
        }
        lane
    }

    /// Follows it to its end, or to a length of several bytes.
    fn finish(&mut self, bytes: &[u8]) {
        while self.at < self.end && usize::from(bytes[self.at]) < STEP {
            self.at += 1 + usize::from(bytes[self.at]);
        }
    }

    /// Where a chain that stands at `at` is when this one is where it is now. None if
    /// they do not meet.
    fn join(&self, bytes: &[u8], mut at: usize) -> Option<usize> {
        let mut trail = self.trail[..self.len].iter();
        loop {
            let met = trail.find(|&&place| place >= at)?;
            while at < *met {
                let length = usize::from(bytes[at]);
                if length >= STEP {
                    return None;
                }
                at += 1 + length;
            }
            if at == *met {
                return Some(self.at);
            }
        }
    }
}

/// How many of the first of `bytes` are whole records with lengths of one byte
/// each. It may be fewer than there are. None if not even the first records are
/// like that, which is found before any chain is followed far: of a large record that
/// is still to arrive, everything that has arrived is looked at each time more does.
fn by_lanes(bytes: &[u8]) -> Option<usize> {
    // So the last of a lane is in `bytes`.
    let share = (bytes.len() - STEP) / LANES;
    let first = Lane::new(bytes, 0, share);
    if first.len == 0 || first.trail[0] != 0 {
        return None;
    }
    let mut first = Some(first);
    let mut lanes: [Lane; LANES] = array::from_fn(|lane| {
        first.take().unwrap_or_else(|| Lane::new(bytes, lane * share, (lane + 1) * share))
    });
    together(bytes, &mut lanes);
    let mut at = 0;
    for lane in &mut lanes {
        lane.finish(bytes);
        let Some(joined) = lane.join(bytes, at) else { break };
        at = joined;
        if at < lane.end {
            break;
        }
    }
    Some(at)
}

/// Follows all of them as far as all go.
fn together(bytes: &[u8], lanes: &mut [Lane; LANES]) {
    let mut at: [usize; LANES] = array::from_fn(|lane| lanes[lane].at);
    'all: loop {
        let left = |(lane, at): (&Lane, &usize)| lane.end.saturating_sub(*at);
        let steps = lanes.iter().zip(&at).map(left).min().unwrap_or(0) / STEP;
        if steps == 0 {
            break;
        }
        for _ in 0..steps {
            let lengths = at.map(|at| usize::from(bytes[at]));
            if lengths.iter().any(|&length| length >= STEP) {
                break 'all;
            }
            at = array::from_fn(|lane| at[lane] + 1 + lengths[lane]);
        }
    }
    for (lane, at) in lanes.iter_mut().zip(at) {
        lane.at = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look like chance, the same in every run.
    struct Dice(u64);

    impl Dice {
        fn throw(&mut self, sides: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.0 >> 33) as usize % sides
        }
    }

    /// A stream of `len` bytes or a few more, of names like those people have.
    fn names(dice: &mut Dice, len: usize) -> Vec<u8> {
        let mut stream = Vec::new();
        while stream.len() < len {
            let name = 3 + dice.throw(15);
            stream.extend([name as u8 + 2, 0x0a, name as u8]);
            stream.extend((0..name).map(|_| b"aeinorst\xc3\xa9"[dice.throw(10)]));
        }
        stream
    }

    #[test]
    fn lanes_go_nearly_to_the_end() {
        let mut dice = Dice(1);
        for _ in 0..50 {
            let stream = names(&mut dice, 100_000);
            let known = by_lanes(&stream);
            assert!(known > Some(99_000), "{known:?}");
        }
    }

    /// Else a large record would be looked through each time more of it arrives.
    #[test]
    fn no_lane_sets_out_from_what_is_not_small() {
        for fill in [0, b'x', 0xff] {
            let large = [&[0x80, 0x80, 0x80, 0x20][..], &[fill; WORTH]].concat();
            assert_eq!(by_lanes(&large), None, "{fill}");
            assert_eq!(hop(Framing::Varint, &large, 1 << 30), 0, "{fill}");
            let behind_small = [&b"\x01a\x01b"[..], &large].concat();
            assert_eq!(by_lanes(&behind_small), None, "{fill}");
            assert_eq!(hop(Framing::Varint, &behind_small, 1 << 30), 4, "{fill}");
        }
    }

    #[test]
    fn lanes_change_nothing_for_random_bytes() {
        let mut dice = Dice(3);
        for sides in [3, 16, 0x80, 0x81, 0x90, 256] {
            for _ in 0..100 {
                let stream: Vec<u8> = (0..WORTH + 5000).map(|_| dice.throw(sides) as u8).collect();
                let expected = one_by_one(Framing::Varint, &stream, 1 << 30);
                assert_eq!(hop(Framing::Varint, &stream, 1 << 30), expected, "{sides}");
            }
        }
    }

    #[test]
    fn lanes_change_nothing() {
        let mut dice = Dice(7);
        for round in 0..400 {
            let mut stream = names(&mut dice, WORTH + round * 50);
            // Lengths of several bytes, records that end too early, and what comes
            // of it: some streams of them have many, some one.
            for _ in 0..[0, 1, 1, 3, 30][round % 5] {
                let at = dice.throw(stream.len());
                stream[at] = dice.throw(256) as u8;
            }
            stream.truncate(stream.len() - dice.throw(40));
            let expected = one_by_one(Framing::Varint, &stream, 1000);
            assert_eq!(hop(Framing::Varint, &stream, 1000), expected, "round {round}");
        }
    }

    /// Zeros are records of nothing, and bytes that are no length end the walk.
    #[test]
    fn streams_of_one_byte() {
        for (byte, expected) in [(0, 20_000), (1, 20_000), (2, 19_998), (0x7f, 19_968)] {
            assert_eq!(hop(Framing::Varint, &[byte; 20_000], 1000), expected, "{byte}");
        }
        assert_eq!(hop(Framing::Varint, &[0xff; 20_000], 1000), 0);
    }

    /// One that is longer than is taken is not passed.
    #[test]
    fn too_long_is_too_long() {
        let stream = b"\x03abc".repeat(10_000);
        assert_eq!(hop(Framing::Varint, &stream, 2), 0);
        assert_eq!(hop(Framing::Varint, &stream, 3), stream.len());
    }
}
