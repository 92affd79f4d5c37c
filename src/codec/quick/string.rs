//! JSON strings, written in blocks: copied first, and looked at while they are.

use super::GIVEN_UP;
use super::word::{self, first, special_to_read, special_to_write};
use crate::escape;

/// The length of a block that the compiler turns into vector instructions.
const BLOCK: usize = 32;

/// Writes the `len` bytes at `pos` at `o`, in quotes. Gives up on what is not
/// UTF-8, and when the input has less than a block behind the string.
#[inline(always)]
pub(super) fn quoted(inp: &[u8], pos: usize, len: usize, out: &mut [u8], o: usize) -> usize {
    let Some(quote) = out.get_mut(o) else { return GIVEN_UP };
    *quote = b'"';
    let Some(word) = word::load(inp, pos) else { return GIVEN_UP };
    let plain = first(special_to_write(word));
    let o = match plain >= len || plain == 8 {
        // Short and plain, as many are.
        true if word::store(out, o + 1, word) => {
            if len <= 8 {
                o + 1 + len
            } else {
                inside(inp, pos + 8, pos + len, out, o + 9)
            }
        }
        _ => inside(inp, pos, pos + len, out, o + 1),
    };
    match out.get_mut(o) {
        Some(quote) => {
            *quote = b'"';
            o + 1
        }
        None => GIVEN_UP,
    }
}

/// Writes the bytes from `pos` to `end`.
#[inline(never)]
fn inside(inp: &[u8], mut pos: usize, end: usize, out: &mut [u8], mut o: usize) -> usize {
    loop {
        while pos + BLOCK <= end {
            let Some(from) = inp.get(pos..).and_then(|rest| rest.first_chunk::<BLOCK>()) else {
                return GIVEN_UP;
            };
            let Some(to) = out.get_mut(o..).and_then(|rest| rest.first_chunk_mut::<BLOCK>()) else {
                return GIVEN_UP;
            };
            *to = *from;
            if has_special(from) {
                break;
            }
            pos += BLOCK;
            o += BLOCK;
        }
        // The block with something special, or the last one.
        loop {
            let Some(word) = word::load(inp, pos) else { return GIVEN_UP };
            if !word::store(out, o, word) {
                return GIVEN_UP;
            }
            let plain = first(special_to_write(word));
            if pos + plain >= end {
                return o + (end - pos);
            }
            pos += plain;
            o += plain;
            if plain < 8 {
                (pos, o) = special(inp, pos, end, out, o);
                if o == GIVEN_UP {
                    return GIVEN_UP;
                }
                if pos >= end {
                    return o;
                }
                break;
            }
        }
    }
}

/// How many bytes a JSON string at least holds as they are before the first
/// that has to be looked at.
pub fn plain_len(bytes: &[u8]) -> usize {
    let (words, _) = bytes.as_chunks::<8>();
    let specials = words.iter().map(|word| special_to_read(u64::from_le_bytes(*word)));
    let mut plain = 0;
    for special in specials {
        plain += first(special);
        if special != 0 {
            break;
        }
    }
    plain
}

/// Whether a byte of the block is not written as it is. The compiler makes
/// some thirty instructions of it; `benches/blocks.rs` would notice if not.
#[inline(always)]
fn has_special(block: &[u8; BLOCK]) -> bool {
    let mut found = 0u8;
    for &byte in block {
        // Below 0x20 as a signed number: controls, and what is beyond ASCII.
        found |= u8::from((byte as i8) < 0x20)
            | u8::from(byte == b'"')
            | u8::from(byte == b'\\')
            | u8::from(byte == 0x7f);
    }
    found != 0
}

/// Writes the special characters from `pos` on, at least one.
#[inline]
fn special(inp: &[u8], mut pos: usize, end: usize, out: &mut [u8], mut o: usize) -> (usize, usize) {
    while pos < end {
        let Some(&byte) = inp.get(pos) else { return (pos, GIVEN_UP) };
        if byte >= 0x80 {
            (pos, o) = beyond_ascii(inp, pos, end, out, o);
            if o == GIVEN_UP {
                return (pos, o);
            }
            continue;
        }
        let escape = ESCAPES[usize::from(byte)];
        if escape == 0 {
            return (pos, o);
        }
        let Some(place) = out.get_mut(o..).and_then(|rest| rest.first_chunk_mut::<6>()) else {
            return (pos, GIVEN_UP);
        };
        *place = [b'\\', escape, b'0', b'0', b'0' + (byte >> 4), HEX[usize::from(byte & 15)]];
        o += if escape == b'u' { 6 } else { 2 };
        pos += 1;
    }
    (pos, o)
}

const HEX: [u8; 16] = *b"0123456789abcdef";

/// What stands behind the backslash for a byte of ASCII; 0 for one that
/// stands for itself.
const ESCAPES: [u8; 128] = {
    let mut escapes = [0; 128];
    let mut byte = 0;
    while byte < 0x20 {
        escapes[byte] = b'u';
        byte += 1;
    }
    escapes[0x7f] = b'u';
    escapes[b'"' as usize] = b'"';
    escapes[b'\\' as usize] = b'\\';
    escapes[b'\n' as usize] = b'n';
    escapes[b'\r' as usize] = b'r';
    escapes[b'\t' as usize] = b't';
    escapes[0x08] = b'b';
    escapes[0x0c] = b'f';
    escapes
};

/// Writes one character beyond ASCII; gives up on what is not UTF-8.
#[inline]
fn beyond_ascii(inp: &[u8], pos: usize, end: usize, out: &mut [u8], o: usize) -> (usize, usize) {
    let (c, len) = character(inp, pos);
    if len == 0 || pos + len > end {
        return (pos, GIVEN_UP);
    }
    let Some(place) = out.get_mut(o..).and_then(|rest| rest.first_chunk_mut::<6>()) else {
        return (pos, GIVEN_UP);
    };
    if escape::is_unsafe(c) {
        let digit = |shift: u32| HEX[(c as usize >> shift) & 15];
        *place = [b'\\', b'u', digit(12), digit(8), digit(4), digit(0)];
        return (pos + len, o + 6);
    }
    let Some(from) = inp.get(pos..).and_then(|rest| rest.first_chunk::<4>()) else {
        return (pos, GIVEN_UP);
    };
    place[..4].copy_from_slice(from);
    (pos + len, o + len)
}

/// The character at `at`, one beyond ASCII, and its length: 0 for none.
#[inline]
pub(super) fn character(inp: &[u8], at: usize) -> (char, usize) {
    const NONE: (char, usize) = ('\0', 0);
    let Some(&[a, b, c, d]) = inp.get(at..).and_then(|rest| rest.first_chunk::<4>()) else {
        return NONE;
    };
    let follows = |byte: u8| byte & 0xc0 == 0x80;
    let bits = |byte: u8| u32::from(byte & 0x3f);
    let (code, len, least) = match a {
        0xc2..=0xdf if follows(b) => (u32::from(a & 0x1f) << 6 | bits(b), 2, 0x80),
        0xe0..=0xef if follows(b) && follows(c) => {
            (u32::from(a & 0x0f) << 12 | bits(b) << 6 | bits(c), 3, 0x800)
        }
        0xf0..=0xf4 if follows(b) && follows(c) && follows(d) => {
            let code = u32::from(a & 0x07) << 18 | bits(b) << 12 | bits(c) << 6 | bits(d);
            (code, 4, 0x10000)
        }
        _ => return NONE,
    };
    match char::from_u32(code) {
        Some(c) if code >= least => (c, len),
        _ => NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(bytes: &[u8], before: usize) -> Option<Vec<u8>> {
        let mut inp = vec![b'"'; before];
        inp.extend(bytes);
        inp.extend([b'\xff'; super::super::SLACK]);
        let mut out = vec![0; 6 * bytes.len() + 64];
        let end = quoted(&inp, before, bytes.len(), &mut out, before);
        (end != GIVEN_UP).then(|| out[before..end].to_vec())
    }

    fn plain(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        escape::json_string(text, &mut out);
        out
    }

    #[test]
    fn every_character_is_written_as_the_plain_codec_does() {
        for c in '\0'..=char::MAX {
            for (before, behind) in [("", ""), ("abc", "defghijkl"), ("0123456789", "é")] {
                let text = format!("{before}{c}{behind}");
                assert_eq!(written(text.as_bytes(), 3), Some(plain(&text)), "{text:?}");
            }
        }
    }

    #[test]
    fn every_length_and_place_is_written() {
        for len in 0..100 {
            let text = "x".repeat(len);
            assert_eq!(written(text.as_bytes(), len), Some(plain(&text)));
            for at in 0..len {
                for special in ["\"", "\u{7f}", "→", "\u{1}é\\"] {
                    let mut text = text.clone();
                    text.replace_range(at..at + 1, special);
                    assert_eq!(written(text.as_bytes(), at), Some(plain(&text)));
                }
            }
        }
    }

    #[test]
    fn what_is_not_utf8_is_given_up() {
        for a in 0x80..=255u8 {
            for b in [0, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0] {
                for rest in [&[][..], b"\x80", b"\xbf\xbf", b"\x80\x80\x80"] {
                    let bytes = [&[b'x', a, b], rest].concat();
                    let expected = std::str::from_utf8(&bytes).ok().map(plain);
                    assert_eq!(written(&bytes, 0), expected, "{bytes:x?}");
                }
            }
        }
    }
}
