//! Base64, as JSON has bytes: the standard digits, with padding.

use super::word::{chunk, chunk_mut};
use super::{GIVEN_UP, NOWHERE, Place};

const DIGITS: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What stands for no digit in [`VALUES`].
const NONE: u8 = 0xff;

/// The six bits of each digit.
const VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let mut at = 0;
    while at < DIGITS.len() {
        values[DIGITS[at] as usize] = at as u8;
        at += 1;
    }
    values
};

/// The two digits of twelve bits: half as many look-ups as for each digit alone.
static PAIRS: [u16; 4096] = {
    let mut pairs = [0; 4096];
    let mut bits = 0;
    while bits < pairs.len() {
        pairs[bits] = u16::from_le_bytes([DIGITS[bits >> 6], DIGITS[bits & 63]]);
        bits += 1;
    }
    pairs
};

/// Six bytes are eight digits.
const GROUP: usize = 6;

/// Writes the bytes from `pos` to `end` in quotes. There have to be eight bytes behind
/// `end`.
#[inline]
pub(super) fn write(inp: &[u8], mut pos: usize, end: usize, out: &mut [u8], o: usize) -> usize {
    let Some(quote) = out.get_mut(o) else { return GIVEN_UP };
    *quote = b'"';
    let mut o = o + 1;
    loop {
        let Some(bytes) = chunk::<8>(inp, pos) else { return GIVEN_UP };
        let Some(to) = chunk_mut::<9>(out, o) else { return GIVEN_UP };
        let bits = u64::from_be_bytes(*bytes) >> 16;
        let left = end - pos;
        if left > GROUP {
            to[..8].copy_from_slice(&eight(bits).to_le_bytes());
            (pos, o) = (pos + GROUP, o + 8);
            continue;
        }
        let Tail { mask, padding, len } = TAILS[left];
        to[..8].copy_from_slice(&(eight(bits & mask) ^ padding).to_le_bytes());
        to[len] = b'"';
        return o + len + 1;
    }
}

/// What the last bytes take, of which there are as many as a group has or less.
#[derive(Clone, Copy)]
struct Tail {
    /// The bits of the group that they have: what stands behind them counts as 0.
    mask: u64,
    /// What makes padding of digits for none of their bits.
    padding: u64,
    /// How many digits there are, with padding.
    len: usize,
}

/// By how many bytes are left.
static TAILS: [Tail; GROUP + 1] = {
    let mut tails = [Tail { mask: 0, padding: 0, len: 0 }; GROUP + 1];
    let mut left = 1;
    while left <= GROUP {
        let (digits, len) = ((8 * left).div_ceil(6), left.div_ceil(3) * 4);
        let mut at = digits;
        while at < len {
            tails[left].padding |= ((DIGITS[0] ^ b'=') as u64) << (8 * at);
            at += 1;
        }
        tails[left].mask = u64::MAX >> (64 - 8 * left) << (8 * (GROUP - left));
        tails[left].len = len;
        left += 1;
    }
    tails
};

/// The digits of six bytes, the first of either lowest, and highest.
#[inline(always)]
fn eight(bits: u64) -> u64 {
    let pair = |shift: u32| u64::from(PAIRS[(bits >> shift & 0xfff) as usize]);
    pair(36) | pair(24) << 16 | pair(12) << 32 | pair(0) << 48
}

/// Reads the string whose quote is at `pos`, and writes its bytes at `o`. Gives
/// up on all but whole groups of four, with bits of 0 before the padding.
#[inline]
pub(super) fn read(inp: &[u8], pos: usize, out: &mut [u8], mut o: usize) -> Place {
    if inp.get(pos) != Some(&b'"') {
        return NOWHERE;
    }
    let mut pos = pos + 1;
    loop {
        let Some(&digits) = chunk::<4>(inp, pos) else { return NOWHERE };
        let [a, b, c, d] = digits.map(|digit| VALUES[usize::from(digit)]);
        let Some(to) = chunk_mut::<3>(out, o) else { return NOWHERE };
        *to = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
        if a | b | c | d < 64 {
            (pos, o) = (pos + 4, o + 3);
            continue;
        }
        if digits[0] == b'"' {
            return Place { pos: pos + 1, o };
        }
        let len = match digits {
            [_, _, b'=', b'='] if a | b < 64 && b & 15 == 0 => 1,
            [_, _, _, b'='] if a | b | c < 64 && c & 3 == 0 => 2,
            _ => return NOWHERE,
        };
        return match inp.get(pos + 4) {
            Some(b'"') => Place { pos: pos + 5, o: o + len },
            _ => NOWHERE,
        };
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn bytes_of_every_length_are_written_and_read_as_the_library_does() {
        let inp: Vec<u8> = (0..=255u8).map(|at| at.wrapping_mul(151) ^ 0x5a).collect();
        for len in 0..200 {
            let (pos, end) = (len / 5, len / 5 + len);
            let expected = format!("\"{}\"", STANDARD.encode(&inp[pos..end]));
            let mut out = vec![0; expected.len() + 16];
            assert_eq!(write(&inp, pos, end, &mut out, 3), 3 + expected.len());
            assert_eq!(&out[3..][..expected.len()], expected.as_bytes());
            assert_eq!(write(&inp, pos, end, &mut out[..expected.len() + 2], 3), GIVEN_UP);
            assert_eq!(read_back(&expected).as_deref(), Some(&inp[pos..end]));
        }
        assert_eq!(write(&inp, 249, 255, &mut [0; 64], 0), GIVEN_UP);
    }

    #[test]
    fn each_byte_in_each_place_is_read_as_the_library_does() {
        for text in ["AAAA", "QUJD", "QQ==", "QUI=", "QUJDQQ==", "QUJDQUI="] {
            for at in 0..text.len() {
                for byte in (0..=255u8).filter(|&byte| byte != b'"') {
                    let mut text = text.as_bytes().to_vec();
                    text[at] = byte;
                    let expected = STANDARD.decode(&text).ok();
                    let quoted = [b"\"", &text[..], b"\""].concat();
                    assert_eq!(read_bytes(&quoted), expected, "{text:x?}");
                }
            }
            for len in 0..text.len() {
                let text = &text[..len];
                assert_eq!(read_back(&format!("\"{text}\"")), STANDARD.decode(text).ok());
            }
        }
    }

    fn read_back(text: &str) -> Option<Vec<u8>> {
        read_bytes(text.as_bytes())
    }

    fn read_bytes(text: &[u8]) -> Option<Vec<u8>> {
        let inp = [b"xx", text, &[b'A'; 64]].concat();
        let mut out = vec![0; inp.len()];
        let place = read(&inp, 2, &mut out, 5);
        if place.o == GIVEN_UP {
            return None;
        }
        assert_eq!(place.pos, 2 + text.len());
        Some(out[5..place.o].to_vec())
    }
}
