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
    let twos = hundreds | (fours - 100 * hundreds) << 16;
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
const DAY: i64 = 86_400;

/// Writes a Timestamp in quotes, as RFC 3339 has it, in its common form.
pub(super) fn timestamp(seconds: i64, nanos: i64, out: &mut [u8], o: usize) -> usize {
    let Some(block) = out.get_mut(o..).and_then(|rest| rest.first_chunk_mut::<40>()) else {
        return GIVEN_UP;
    };
    if !SECONDS.contains(&seconds) || !(0..1_000_000_000).contains(&nanos) {
        return GIVEN_UP;
    }
    // Positive from here on: in days from the year 0 of March, whose leap days
    // come last in a year, in cycles of 400 years (146,097 days).
    let days = (seconds.div_euclid(DAY) + 719_468) as u32;
    let second = seconds.rem_euclid(DAY) as u32;
    let (cycle, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let year = year + 400 * cycle + u32::from(month >= 10);
    let month = if month < 10 { month + 3 } else { month - 9 };
    let date = eight_digits(year * 10_000 + month * 100 + day) | all(b'0');
    let time = second / 3600 * 10_000 + second / 60 % 60 * 100 + second % 60;
    let time = eight_digits(time) | all(b'0');
    // The digits in three words, with what stands between them.
    let first = u64::from(b'"') | (date & 0xffff_ffff) << 8 | u64::from(b'-') << 40;
    let second = u64::from(b'-') | (date >> 48) << 8 | u64::from(b'T') << 24;
    let third = (time >> 40 & 0xff) | u64::from(b':') << 8 | (time >> 48) << 16;
    let second = second | (time >> 16 & 0xffff) << 32 | u64::from(b':') << 48;
    word::store(block, 0, first | (date >> 32) << 48);
    word::store(block, 8, second | (time >> 32) << 56);
    word::store(block, 16, third | u64::from(b'.') << 32);
    let end = 20 + fraction(nanos as u32, &mut block[21..30]);
    block[end..end + 2].copy_from_slice(b"Z\"");
    o + end + 2
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
        let mut out = [0; 64];
        let mut seconds = *SECONDS.start();
        while seconds <= *SECONDS.end() {
            for nanos in [0, 1, 999_999_999, 120_000_000, 123_456_000, 1000] {
                let end = timestamp(seconds, nanos, &mut out, 2);
                let text = Timestamp { seconds, nanos: nanos as i32 }.to_text();
                let text = text.expect("it is in range");
                assert_eq!(std::str::from_utf8(&out[2..end]), Ok(&*format!("\"{text}\"")));
            }
            // A prime number of seconds, some days: every day of the year comes up.
            seconds += 2_345_677;
        }
        for (seconds, nanos) in [(SECONDS.end() + 1, 0), (SECONDS.start() - 1, 0), (0, -1)] {
            assert_eq!(timestamp(seconds, nanos, &mut out, 2), GIVEN_UP);
        }
    }
}
