//! Numbers and times in blocks of digits.

use super::GIVEN_UP;
use super::word::{self, all};

/// The eight decimal digits of a number below 10^8, the first lowest, none of
/// them written yet: two of four, four of two, eight of one, in one word each.
#[inline(always)]
fn eight_digits(value: u32) -> u64 {
    debug_assert!(value < 100_000_000);
    let (high, low) = (u64::from(value / 10_000), u64::from(value % 10_000));
    let fours = high | low << 32;
    // 5243 / 2^19 is 1 / 100 for up to four digits, 103 / 2^10 is 1 / 10 for two.
    let hundreds = ((fours * 5243) >> 19) & 0x0000_007f_0000_007f;
    of_pairs(hundreds | (fours - 100 * hundreds) << 16)
}

/// The eight digits of four numbers below 100, sixteen bits each.
#[inline(always)]
fn of_pairs(twos: u64) -> u64 {
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | (twos - 10 * tens) << 8
}

/// Writes a number at `o`, without a bound but that of its kind.
#[inline(always)]
pub(super) fn unsigned(value: u64, out: &mut [u8], o: usize) -> usize {
    if value < 100_000_000 {
        return head(value as u32, out, o);
    }
    large(value, out, o)
}

#[inline]
fn large(value: u64, out: &mut [u8], o: usize) -> usize {
    let (rest, last) = (value / 100_000_000, (value % 100_000_000) as u32);
    let o = if rest < 100_000_000 {
        head(rest as u32, out, o)
    } else {
        let o = head((rest / 100_000_000) as u32, out, o);
        tail((rest % 100_000_000) as u32, out, o)
    };
    tail(last, out, o)
}

/// Writes the first digits of a number: no zeros before them.
#[inline(always)]
fn head(value: u32, out: &mut [u8], o: usize) -> usize {
    let digits = eight_digits(value);
    // The last digit stays, so that 0 has one.
    let zeros = (digits | 1 << 56).trailing_zeros() & !7;
    if !word::store(out, o.min(usize::MAX - 8), (digits | all(b'0')) >> zeros) {
        return GIVEN_UP;
    }
    o + 8 - (zeros / 8) as usize
}

#[inline(always)]
fn tail(value: u32, out: &mut [u8], o: usize) -> usize {
    if o == GIVEN_UP || !word::store(out, o, eight_digits(value) | all(b'0')) {
        return GIVEN_UP;
    }
    o + 8
}

/// Writes a number with its sign.
#[inline(always)]
pub(super) fn signed(value: i64, out: &mut [u8], o: usize) -> usize {
    let Some(sign) = out.get_mut(o) else { return GIVEN_UP };
    *sign = b'-';
    unsigned(value.unsigned_abs(), out, o + usize::from(value < 0))
}

/// Writes a double as the plain codec does.
#[inline]
pub(super) fn double(value: f64, out: &mut [u8], o: usize) -> usize {
    if !value.is_finite() {
        return GIVEN_UP;
    }
    let mut buffer = zmij::Buffer::new();
    digits(buffer.format_finite(value).as_bytes(), out, o)
}

/// What is written of a number in a list at once: a comma, and the longest one in quotes,
/// of which the digits are written by eights.
pub(super) const NUMBER: usize = 40;

/// Writes doubles as the plain codec does, each with a comma before it. They are copied
/// when all are there: what has just been written by bytes cannot be read in blocks at once.
#[inline]
pub(super) fn doubles<const N: usize>(values: [f64; N], out: &mut [u8], mut o: usize) -> usize {
    if !values.iter().all(|value| value.is_finite()) {
        return GIVEN_UP;
    }
    let mut buffers = [(); N].map(|()| zmij::Buffer::new());
    let mut texts = [""; N];
    for ((buffer, text), value) in buffers.iter_mut().zip(&mut texts).zip(values) {
        *text = buffer.format_finite(value);
    }
    for text in texts {
        let Some(to) = word::chunk_mut::<NUMBER>(out, o) else { return GIVEN_UP };
        to[0] = b',';
        let len = digits(text.as_bytes(), to, 1);
        if len == GIVEN_UP {
            return GIVEN_UP;
        }
        o += len;
    }
    o
}

/// Writes a float as the plain codec does.
#[inline]
pub(super) fn float(value: f32, out: &mut [u8], o: usize) -> usize {
    if !value.is_finite() {
        return GIVEN_UP;
    }
    let mut buffer = zmij::Buffer::new();
    digits(buffer.format_finite(value).as_bytes(), out, o)
}

#[inline(always)]
fn digits(text: &[u8], out: &mut [u8], o: usize) -> usize {
    let text = text.strip_suffix(b".0").unwrap_or(text);
    let Some(place) = out.get_mut(o..).and_then(|rest| rest.get_mut(..text.len())) else {
        return GIVEN_UP;
    };
    // From both ends: a call that copies any length costs more than this.
    match (text.first_chunk::<16>(), text.last_chunk::<8>(), text.first_chunk::<8>()) {
        (Some(first), Some(last), _) if text.len() <= 24 => {
            place[..16].copy_from_slice(first);
            place[text.len() - 8..].copy_from_slice(last);
        }
        (None, Some(last), Some(first)) => {
            place[..8].copy_from_slice(first);
            place[text.len() - 8..].copy_from_slice(last);
        }
        _ => place.copy_from_slice(text),
    }
    o + text.len()
}

/// The seconds of a Timestamp: of the years 1 to 9999.
const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
const DAY: u64 = 86_400;
/// The days from the first of March of the year 0 to 1970.
const DAYS_TO_1970: u64 = 719_468;

/// A minute, and how it is written: most times of a log are of the minute of the one
/// before.
pub(super) struct Minute {
    /// Its first second, since the first of March of the year 0; none is as high as this
    /// at first.
    start: u64,
    /// What is written of it, with the quote before it and the colon behind it.
    words: [u64; 2],
    last: u32,
}

impl Default for Minute {
    fn default() -> Self {
        Minute { start: u64::MAX, words: [0; 2], last: 0 }
    }
}

impl Minute {
    /// That of a second since the first of March of the year 0.
    #[inline(always)]
    fn of(second: u64) -> Self {
        let (days, of_day) = ((second / DAY) as u32, (second % DAY) as u32);
        let (minute, of_minute) = (of_day / 60, of_day % 60);
        let (hour, minute) = (u64::from(minute / 60), u64::from(minute % 60));
        let date = of_pairs(date(days)) | all(b'0');
        let time = of_pairs(hour | minute << 16) | all(b'0');
        let first = u64::from(b'"') | (date & 0xffff_ffff) << 8 | u64::from(b'-') << 40;
        let last = u64::from(b'-') | (date >> 48) << 8 | u64::from(b'T') << 24;
        let last = last | (time & 0xffff) << 32 | u64::from(b':') << 48;
        Minute {
            start: second - u64::from(of_minute),
            words: [first | (date >> 32) << 48, last | (time >> 16) << 56],
            last: (time >> 24 & 0xff) as u32 | u32::from(b':') << 8,
        }
    }
}

/// Writes a Timestamp in quotes, as RFC 3339 has it, in its common form.
#[inline]
pub(super) fn timestamp(
    seconds: i64,
    nanos: i64,
    minute: &mut Minute,
    out: &mut [u8],
    o: usize,
) -> usize {
    let Some(block) = word::chunk_mut::<40>(out, o) else { return GIVEN_UP };
    if !SECONDS.contains(&seconds) || !(0..1_000_000_000).contains(&nanos) {
        return GIVEN_UP;
    }
    // Positive from here on.
    let second = seconds.wrapping_add((DAYS_TO_1970 * DAY) as i64) as u64;
    if second.wrapping_sub(minute.start) >= 60 {
        *minute = Minute::of(second);
    }
    let second = (second - minute.start) as u32;
    let tens = (second * 103) >> 10;
    let digits = tens | (second - 10 * tens) << 8 | 0x3030;
    word::store(block, 0, minute.words[0]);
    word::store(block, 8, minute.words[1]);
    let last = u64::from(minute.last | digits << 16) | u64::from(b'.') << 32;
    word::store(block, 16, last);
    let end = 20 + fraction(nanos as u32, &mut block[21..30]);
    block[end..end + 2].copy_from_slice(b"Z\"");
    o + end + 2
}

/// The date of so many days after the first of March of the year 0: the first
/// and the last two digits of the year, the month, the day. Years begin with
/// March here, so that leap days come last. After Neri and Schneider, "Euclidean
/// affine functions and their application to calendar algorithms" (2022): each
/// division is a multiplication whose low half is the remainder.
#[inline(always)]
fn date(days: u32) -> u64 {
    // 146,097 days in four centuries, 1461 in four years.
    let quarters = 4 * days + 3;
    let (century, day) = (quarters / 146_097, quarters % 146_097 / 4);
    // 2^32 / 1461, rounded up.
    let years = u64::from(4 * day + 3) * 2_939_745;
    let year = 100 * century + (years >> 32) as u32;
    let day = years as u32 / 2_939_745 / 4;
    // 153 days in five months: 2^16 / 2141 is 30.61.
    let months = 2141 * day + 197_913;
    let (month, day) = (months >> 16, (months & 0xffff) / 2141 + 1);
    // From here on years begin with January, day 306 after the first of March.
    let is_next = month > 12;
    let year = year + u32::from(is_next);
    let month = if is_next { month - 12 } else { month };
    let [high, low, month, day] = [year / 100, year % 100, month, day].map(u64::from);
    high | low << 16 | month << 32 | day << 48
}

/// Writes nanoseconds as three, six or nine digits, and says how long they are
/// with their point: 0 for none.
#[inline]
fn fraction(nanos: u32, place: &mut [u8]) -> usize {
    let high = (eight_digits(nanos / 10) | all(b'0')).to_le_bytes();
    place[..8].copy_from_slice(&high);
    place[8] = b'0' + (nanos % 10) as u8;
    match nanos {
        0 => 0,
        _ if nanos.is_multiple_of(1_000_000) => 4,
        _ if nanos.is_multiple_of(1000) => 7,
        _ => 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::wellknown::Timestamp;

    #[test]
    fn whole_numbers_are_written_as_the_library_does() {
        let mut values: Vec<i64> = (0..=63)
            .flat_map(|bits| {
                let value = (1u64 << bits) as i64;
                [value, value.wrapping_sub(1), value.wrapping_neg()]
            })
            .collect();
        values.extend((0..19).flat_map(|zeros| {
            let value = 10i64.pow(zeros);
            [value, value - 1, 1 - value, -value]
        }));
        for value in values {
            let mut out = [0; 40];
            let end = signed(value, &mut out, 1);
            assert_eq!(std::str::from_utf8(&out[1..end]), Ok(&*value.to_string()));
            let value = value as u64;
            let end = unsigned(value, &mut out, 3);
            assert_eq!(std::str::from_utf8(&out[3..end]), Ok(&*value.to_string()));
        }
        for room in 0..12 {
            assert_eq!(unsigned(u64::MAX, &mut [0; 12][..room], 0), GIVEN_UP);
        }
    }

    #[test]
    fn times_are_written_as_the_plain_codec_does() {
        let (mut out, mut last) = ([0; 64], Minute::default());
        // A prime number of seconds, some days: every day of the year comes up.
        let days = (*SECONDS.start()..=*SECONDS.end()).step_by(2_345_677);
        // The first and the last second of each day about the ends of centuries.
        let bounds = (-730_000..2_940_000i64).filter(|day| day.rem_euclid(36_524) < 40);
        let bounds = bounds.flat_map(|day| [day * 86_400, day * 86_400 + 86_399]);
        let bounds = bounds.filter(|seconds| SECONDS.contains(seconds));
        for seconds in days.chain(bounds).chain([*SECONDS.end()]) {
            for nanos in [0, 1, 999_999_999, 120_000_000, 123_456_000, 1000] {
                let end = timestamp(seconds, nanos, &mut last, &mut out, 2);
                let text = Timestamp { seconds, nanos: nanos as i32 }.to_text();
                let text = text.expect("it is in range");
                assert_eq!(std::str::from_utf8(&out[2..end]), Ok(&*format!("\"{text}\"")));
            }
        }
        for (seconds, nanos) in [(SECONDS.end() + 1, 0), (SECONDS.start() - 1, 0), (0, -1)] {
            assert_eq!(timestamp(seconds, nanos, &mut last, &mut out, 2), GIVEN_UP);
        }
    }
}
