//! JSON strings, written in blocks: copied first, and looked at while they are.

use super::block::{BLOCK, special_to_write};
use super::word::{self, first, special_to_read};
use super::{GIVEN_UP, NOWHERE, Place};
use crate::escape;

/// Writes the `len` bytes at `pos` at `o`, in quotes. Gives up on what is not
/// UTF-8, and when the input has less than two blocks behind where the string
/// begins, or less than one behind where it ends.
#[inline(always)]
pub(super) fn quoted(inp: &[u8], pos: usize, len: usize, out: &mut [u8], o: usize) -> usize {
    let (Some(from), Some(to)) = (word::chunk(inp, pos), word::chunk_mut(out, o)) else {
        return GIVEN_UP;
    };
    if short::<SHORT_ROOM>(from, len, to, 0) {
        o + len + 2
    } else {
        inside(inp, pos, pos + len, out, o)
    }
}

/// Room for a short string: its quotes and a block, of which more than is
/// needed so that no length that fits into six bits goes beyond.
pub(super) const SHORT_ROOM: usize = 65;

/// Writes a string of a block at most that has nothing special in it, in
/// quotes, at `o` of a window that has [`SHORT_ROOM`] there. Says no to others,
/// for which something may have been written.
#[inline(always)]
pub(super) fn short<const N: usize>(
    from: &[u8; BLOCK],
    len: usize,
    to: &mut [u8; N],
    o: usize,
) -> bool {
    // Read once, whatever is written.
    let block = *from;
    to[o] = b'"';
    to[o + 1..o + 1 + BLOCK].copy_from_slice(&block);
    let plain = (special_to_write(&block) | 1 << BLOCK).trailing_zeros() as usize;
    if len > plain {
        return false;
    }
    to[o + 1 + (len & (SHORT_ROOM - 2))] = b'"';
    true
}

/// Writes the bytes from `pos` to `end`, in quotes: a block is copied, and then
/// put right from one special byte to the next.
#[inline(never)]
pub(super) fn inside(inp: &[u8], mut pos: usize, end: usize, out: &mut [u8], o: usize) -> usize {
    let Some(quote) = out.get_mut(o) else { return GIVEN_UP };
    *quote = b'"';
    let mut o = o + 1;
    loop {
        let (Some(from), Some(to)) = (word::chunk::<BLOCK>(inp, pos), word::chunk_mut(out, o))
        else {
            return GIVEN_UP;
        };
        let block = *from;
        *to = block;
        let len = BLOCK.min(end - pos);
        let specials = special_to_write(&block) & ((1 << len) - 1);
        let taken = if specials == 0 {
            Place { pos: pos + len, o: o + len }
        } else {
            patched(inp, Place { pos, o }, len, specials, end, out)
        };
        if taken.o == GIVEN_UP {
            return GIVEN_UP;
        }
        Place { pos, o } = taken;
        if pos == end {
            break;
        }
    }
    match out.get_mut(o) {
        Some(quote) => {
            *quote = b'"';
            o + 1
        }
        None => GIVEN_UP,
    }
}

/// Puts a block right that was copied from `pos` to `o` and has `specials`.
/// Behind each that is escaped, what is left is copied once more.
#[inline(always)]
fn patched(
    inp: &[u8],
    Place { pos, o: mut base }: Place,
    len: usize,
    mut specials: u64,
    end: usize,
    out: &mut [u8],
) -> Place {
    // The byte at `pos + at` is to be at `base + at`.
    while specials != 0 {
        let at = specials.trailing_zeros() as usize;
        let Some(&[byte]) = word::chunk(inp, pos + at) else { return NOWHERE };
        let escape = if byte < 0x80 {
            specials &= specials - 1;
            escaped(byte)
        } else {
            let (c, width) = character(inp, pos + at);
            if width == 0 || pos + at + width > end {
                return NOWHERE;
            }
            if at + width > BLOCK {
                // The next block begins with it.
                return Place { pos: pos + at, o: base + at };
            }
            // No byte of it is looked at again.
            specials &= !(((1 << width) - 1) << at);
            if !escape::is_unsafe(c) {
                continue;
            }
            unsafe_character(c, width)
        };
        let Some(to) = word::chunk_mut(out, base + at) else { return NOWHERE };
        *to = escape.bytes;
        let behind = at + escape.width;
        base += escape.len - escape.width;
        let (Some(rest), Some(to)) =
            (word::chunk::<BLOCK>(inp, pos + behind), word::chunk_mut(out, base + behind))
        else {
            return NOWHERE;
        };
        *to = *rest;
    }
    Place { pos: pos + len, o: base + len }
}

/// What is written for a character of `width` bytes: `len` of `bytes`.
struct Escape {
    bytes: [u8; 8],
    len: usize,
    width: usize,
}

/// For a special byte of ASCII.
#[inline(always)]
fn escaped(byte: u8) -> Escape {
    let escape = ESCAPES[usize::from(byte & 0x7f)];
    let bytes =
        [b'\\', escape, b'0', b'0', b'0' + (byte >> 4), escape::HEX[usize::from(byte & 15)], 0, 0];
    Escape { bytes, len: if escape == b'u' { 6 } else { 2 }, width: 1 }
}

/// For one beyond ASCII that must not come out raw.
#[cold]
fn unsafe_character(c: char, width: usize) -> Escape {
    let [a, b, d, e, f, g] = escape::json_unicode(c);
    Escape { bytes: [a, b, d, e, f, g, 0, 0], len: 6, width }
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
        let mut out = vec![0; before + 6 * bytes.len() + 2 * SHORT_ROOM];
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
    fn two_special_characters_are_written_wherever_they_are() {
        for first in 0..40 {
            for second in first + 1..70 {
                for specials in
                    [["\"", "\n"], ["é", "\u{9f}"], ["\u{7f}", "→"], ["\u{202e}", "\u{1f600}"]]
                {
                    let mut text = "x".repeat(70);
                    text.replace_range(second..second + 1, specials[1]);
                    text.replace_range(first..first + 1, specials[0]);
                    assert_eq!(written(text.as_bytes(), 1), Some(plain(&text)));
                }
            }
        }
    }

    #[test]
    fn what_is_not_utf8_is_given_up_wherever_it_is() {
        let wrong: [&[u8]; 6] = [
            b"\x80",
            b"\xc1\x81",
            b"\xe0\x9f\xbf",
            b"\xed\xa0\x80",
            b"\xe2\x86",
            b"\xf4\x90\x80\x80",
        ];
        for before in 0..70 {
            for behind in [0, 1, 40] {
                for wrong in wrong {
                    let bytes = [&b"x".repeat(before), wrong, &b"y".repeat(behind)].concat();
                    assert_eq!(written(&bytes, 0), None, "{bytes:x?}");
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
