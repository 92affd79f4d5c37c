//! Numbers and times out of JSON.

use std::str::FromStr;

use super::plan::Op;
use super::word::{self, all, digits_in, put_varint};
use super::{NOWHERE, Place, decimal};

/// Reads a whole number, with or without quotes, that its kind can hold.
#[inline]
pub(super) fn whole(op: Op, inp: &[u8], pos: usize, out: &mut [u8], o: usize) -> Place {
    let quoted = inp.get(pos) == Some(&b'"');
    let pos = pos + usize::from(quoted);
    let negative = inp.get(pos) == Some(&b'-');
    let (value, end) = digits(inp, pos + usize::from(negative));
    let ends = match inp.get(end) {
        Some(b'"') => quoted,
        // A fraction, an exponent or one digit too many is for the plain codec.
        Some(b'.' | b'e' | b'E' | b'0'..=b'9') | None => false,
        Some(_) => !quoted,
    };
    if !ends {
        return NOWHERE;
    }
    let pos = end + usize::from(quoted);
    let signed = if negative { value.wrapping_neg() } else { value } as i64;
    let small = i64::from(signed as i32) == signed;
    let o = match op {
        Op::Uint64 | Op::Fixed64 if negative => return NOWHERE,
        Op::Int64 | Op::Sint64 | Op::Sfixed64 if value > 1 << 63 => return NOWHERE,
        Op::Uint32 | Op::Fixed32 if negative || value > u64::from(u32::MAX) => return NOWHERE,
        Op::Int32 | Op::Sint32 | Op::Sfixed32 if !small || value > 1 << 31 => return NOWHERE,
        Op::Int64 | Op::Sint64 | Op::Sfixed64 if value != 0 && negative != (signed < 0) => {
            return NOWHERE;
        }
        Op::Uint64 | Op::Uint32 => put_varint(value, out, o),
        Op::Int64 | Op::Int32 => put_varint(signed as u64, out, o),
        Op::Sint64 => put_varint((signed << 1 ^ signed >> 63) as u64, out, o),
        Op::Sint32 => {
            let signed = signed as i32;
            put_varint(u64::from((signed << 1 ^ signed >> 31) as u32), out, o)
        }
        Op::Fixed64 => fixed(value.to_le_bytes(), out, o),
        Op::Sfixed64 => fixed(signed.to_le_bytes(), out, o),
        Op::Fixed32 => fixed((value as u32).to_le_bytes(), out, o),
        Op::Sfixed32 => fixed((signed as i32).to_le_bytes(), out, o),
        _ => return NOWHERE,
    };
    Place { pos, o }
}

/// Reads digits, and gives what is behind them: nowhere for none, for a zero
/// before others, and for more than 64 bits.
#[inline(always)]
fn digits(inp: &[u8], pos: usize) -> (u64, usize) {
    let Some(first) = word::load(inp, pos) else { return (0, usize::MAX) };
    let count = digits_in(first);
    let value = eight_digits(first, count);
    if count == 0 || (count > 1 && first as u8 == b'0') {
        return (0, usize::MAX);
    }
    if count < 8 { (value, pos + count) } else { more_digits(inp, pos + 8, value) }
}

#[inline]
fn more_digits(inp: &[u8], pos: usize, value: u64) -> (u64, usize) {
    let Some(second) = word::load(inp, pos) else { return (0, usize::MAX) };
    let count = digits_in(second);
    let mut value = value * POWERS[count] + eight_digits(second, count);
    let mut end = pos + count;
    if count == 8 {
        while let Some(&digit @ b'0'..=b'9') = inp.get(end) {
            let more = value.checked_mul(10);
            let Some(more) = more.and_then(|more| more.checked_add(u64::from(digit - b'0'))) else {
                return (0, usize::MAX);
            };
            value = more;
            end += 1;
        }
    }
    (value, end)
}

const POWERS: [u64; 9] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// The number of the first `count` bytes of a word, which are digits.
#[inline(always)]
fn eight_digits(word: u64, count: usize) -> u64 {
    if count == 0 {
        return 0;
    }
    // Zeros before the digits.
    let digits = (word & all(0x0f)) << (64 - 8 * count);
    let pairs = digits * 10 + (digits >> 8);
    let low = (pairs & 0x0000_00ff_0000_00ff).wrapping_mul(0x000f_4240_0000_0064);
    let high = (pairs >> 16 & 0x0000_00ff_0000_00ff).wrapping_mul(0x0000_2710_0000_0001);
    low.wrapping_add(high) >> 32
}

#[inline(always)]
fn fixed<const N: usize>(bytes: [u8; N], out: &mut [u8], o: usize) -> usize {
    match out.get_mut(o..).and_then(|rest| rest.first_chunk_mut()) {
        Some(place) => {
            *place = bytes;
            o + N
        }
        None => super::GIVEN_UP,
    }
}

/// Reads `true` or `false`.
#[inline]
pub(super) fn bool(inp: &[u8], pos: usize, out: &mut [u8], o: usize) -> Place {
    let Some(word) = word::load(inp, pos) else { return NOWHERE };
    let (value, len) = match &word.to_le_bytes() {
        [b't', b'r', b'u', b'e', ..] => (1, 4),
        [b'f', b'a', b'l', b's', b'e', ..] => (0, 5),
        _ => return NOWHERE,
    };
    let Some(place) = out.get_mut(o) else { return NOWHERE };
    *place = value;
    Place { pos: pos + len, o: o + 1 }
}

/// Reads a double or a float, without quotes.
#[inline]
pub(super) fn floating(op: Op, inp: &[u8], pos: usize, out: &mut [u8], o: usize) -> Place {
    let Some(number) = Decimal::read(inp, pos) else { return NOWHERE };
    let o = match op {
        Op::Double => match number.bits(&decimal::DOUBLE) {
            Some(bits) => fixed((bits | u64::from(number.negative) << 63).to_le_bytes(), out, o),
            None => match parsed::<f64>(inp, pos, number.end) {
                Some(value) if value.is_finite() => fixed(value.to_le_bytes(), out, o),
                _ => return NOWHERE,
            },
        },
        _ => match number.bits(&decimal::FLOAT) {
            Some(bits) => {
                fixed((bits as u32 | u32::from(number.negative) << 31).to_le_bytes(), out, o)
            }
            None => match parsed::<f32>(inp, pos, number.end) {
                Some(value) if value.is_finite() => fixed(value.to_le_bytes(), out, o),
                _ => return NOWHERE,
            },
        },
    };
    Place { pos: number.end, o }
}

/// What the standard library reads of a number.
#[cold]
fn parsed<F: FromStr>(inp: &[u8], pos: usize, end: usize) -> Option<F> {
    std::str::from_utf8(&inp[pos..end]).ok()?.parse().ok()
}

/// A JSON number as it is written.
struct Decimal {
    negative: bool,
    /// Its digits, if they are no more than [`DIGITS_MAX`].
    digits: u64,
    /// How many they are, but for zeros at the front where it matters.
    count: usize,
    /// The power of ten of the last one.
    exponent: i32,
    /// What is behind it.
    end: usize,
}

/// So many digits always fit into 64 bits.
const DIGITS_MAX: usize = 19;

impl Decimal {
    #[inline(always)]
    fn read(inp: &[u8], pos: usize) -> Option<Decimal> {
        let negative = inp.get(pos) == Some(&b'-');
        let at = pos + usize::from(negative);
        let (mut digits, mut end) = run(inp, at, 0)?;
        let mut count = end - at;
        if count == 0 || (count > 1 && inp[at] == b'0') {
            return None;
        }
        let mut exponent = 0;
        if inp.get(end) == Some(&b'.') {
            let fraction = end + 1;
            (digits, end) = run(inp, fraction, digits)?;
            let places = end - fraction;
            if places == 0 {
                return None;
            }
            count += places;
            if count > DIGITS_MAX {
                count -= leading_zeros(inp, at, fraction);
            }
            exponent = -i32::try_from(places).ok()?;
        }
        if let Some(b'e' | b'E') = inp.get(end) {
            let sign = inp.get(end + 1);
            let at = end + 1 + usize::from(matches!(sign, Some(b'+' | b'-')));
            let (power, behind) = run(inp, at, 0)?;
            // One of more digits is for the plain codec, as is none at all.
            if !(1..=8).contains(&(behind - at)) {
                return None;
            }
            end = behind;
            let power = power as i32;
            exponent += if sign == Some(&b'-') { -power } else { power };
        }
        Some(Decimal { negative, digits, count, exponent, end })
    }

    /// The bits of the float that is meant, without the sign, if that is settled
    /// quickly.
    #[inline(always)]
    fn bits(&self, format: &decimal::Format) -> Option<u64> {
        if self.count > DIGITS_MAX {
            return None;
        }
        format.nearest(self.digits, self.exponent)
    }
}

/// How many digits of a long number say nothing: the zero before its point, and
/// those behind it.
#[cold]
fn leading_zeros(inp: &[u8], at: usize, fraction: usize) -> usize {
    match inp[at] {
        b'0' => 1 + inp[fraction..].iter().take_while(|digit| **digit == b'0').count(),
        _ => 0,
    }
}

/// Reads digits behind others that have this `value`, and gives the value and what
/// is behind. More than fit are lost from the front.
#[inline(always)]
fn run(inp: &[u8], mut pos: usize, mut value: u64) -> Option<(u64, usize)> {
    loop {
        let word = word::load(inp, pos)?;
        let count = digits_in(word);
        value = value.wrapping_mul(POWERS[count]).wrapping_add(eight_digits(word, count));
        pos += count;
        if count < 8 {
            return Some((value, pos));
        }
    }
}

/// Reads a Timestamp in its common form, and writes it with its length.
pub(super) fn timestamp(inp: &[u8], pos: usize, out: &mut [u8], o: usize) -> Place {
    let Some(text) = inp.get(pos..).and_then(|rest| rest.first_chunk::<40>()) else {
        return NOWHERE;
    };
    let [b'"', date @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = text else {
        return NOWHERE;
    };
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2] =
        date
    else {
        return NOWHERE;
    };
    let date = u64::from_le_bytes([y1, y2, y3, y4, m1, m2, d1, d2]);
    let time = u64::from_le_bytes([b'0', b'0', h1, h2, n1, n2, s1, s2]);
    if digits_in(date) != 8 || digits_in(time) != 8 {
        return NOWHERE;
    }
    let (date, time) = (eight_digits(date, 8) as i64, eight_digits(time, 8) as i64);
    let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100);
    let (hour, minute, second) = (time / 10_000, time / 100 % 100, time % 100);
    let Some(days) = days(year, month, day) else { return NOWHERE };
    if hour > 23 || minute > 59 || second > 59 {
        return NOWHERE;
    }
    let Some((nanos, len)) = fraction(&text[20..]) else { return NOWHERE };
    if text[20 + len..22 + len] != *b"Z\"" {
        return NOWHERE;
    }
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second;
    let Some(place) = out.get_mut(o..).and_then(|rest| rest.first_chunk_mut::<40>()) else {
        return NOWHERE;
    };
    let mut end = 1;
    if seconds != 0 {
        place[end] = 1 << 3;
        end = put_varint(seconds as u64, place, end + 1);
    }
    if nanos != 0 {
        place[end] = 2 << 3;
        end = put_varint(nanos, place, end + 1);
    }
    place[0] = (end - 1) as u8;
    Place { pos: pos + 22 + len, o: o + end }
}

/// The days from 1970 to a day of the years 1 to 9999.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    const LENGTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = *LENGTHS.get((month - 1) as usize)? + i64::from(leap && month == 2);
    if year == 0 || day == 0 || day > longest {
        return None;
    }
    // Years of March to February, so that leap days come last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468)
}

/// Reads a point and up to nine digits, and gives the nanoseconds and how long
/// they are: nothing for no point.
fn fraction(text: &[u8]) -> Option<(u64, usize)> {
    if text.first() != Some(&b'.') {
        return Some((0, 0));
    }
    let mut nanos = 0;
    let mut len = 1;
    while let Some(&digit @ b'0'..=b'9') = text.get(len) {
        nanos = nanos * 10 + u64::from(digit - b'0');
        len += 1;
        if len > 10 {
            return None;
        }
    }
    (len > 1).then(|| (nanos * 10u64.pow(10 - len as u32), len))
}
