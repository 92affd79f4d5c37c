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
static PAIRS: [[u8; 2]; 4096] = {
    let mut pairs = [[0; 2]; 4096];
    let mut bits = 0;
    while bits < pairs.len() {
        pairs[bits] = [DIGITS[bits >> 6], DIGITS[bits & 63]];
        bits += 1;
    }
    pairs
};

/// The digits of three bytes.
#[inline(always)]
fn four([a, b, c]: [u8; 3]) -> [u8; 4] {
    let bits = u32::from_be_bytes([0, a, b, c]) as usize;
    let ([a, b], [c, d]) = (PAIRS[bits >> 12], PAIRS[bits & 0xfff]);
    [a, b, c, d]
}

/// Writes bytes in quotes.
#[inline]
pub(super) fn write(bytes: &[u8], out: &mut [u8], o: usize) -> usize {
    let len = bytes.len().div_ceil(3) * 4;
    let Some([before, digits @ .., behind]) =
        out.get_mut(o..).and_then(|out| out.get_mut(..len + 2))
    else {
        return GIVEN_UP;
    };
    (*before, *behind) = (b'"', b'"');
    let (triples, rest) = bytes.as_chunks::<3>();
    let (fours, _) = digits.as_chunks_mut::<4>();
    for (to, triple) in fours.iter_mut().zip(triples) {
        *to = four(*triple);
    }
    if let Some(last) = fours.last_mut() {
        match *rest {
            [a] => {
                let [a, b, ..] = four([a, 0, 0]);
                *last = [a, b, b'=', b'='];
            }
            [a, b] => {
                let [a, b, c, _] = four([a, b, 0]);
                *last = [a, b, c, b'='];
            }
            _ => {}
        }
    }
    o + len + 2
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
        let bytes: Vec<u8> = (0..200u8).map(|at| at.wrapping_mul(151) ^ 0x5a).collect();
        for len in 0..bytes.len() {
            let bytes = &bytes[len / 2..len / 2 + len / 2 + len % 2];
            let expected = format!("\"{}\"", STANDARD.encode(bytes));
            let mut out = vec![0; expected.len() + 3];
            assert_eq!(write(bytes, &mut out, 3), out.len());
            assert_eq!(&out[3..], expected.as_bytes());
            assert_eq!(write(bytes, &mut out[1..], 3), GIVEN_UP);
            assert_eq!(read_back(&expected), Some(bytes.to_vec()));
        }
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
