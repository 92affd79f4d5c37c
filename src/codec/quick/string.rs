//! JSON strings, written in blocks: copied first, and looked at while they are.

use super::GIVEN_UP;
use super::block::{self, BLOCK, special_to_write};
use super::word::{self, first, special_to_read};
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

/// What is looked at at once of a string that is not short or has something special in
/// it: two blocks, or one if that is enough.
const WIDE: usize = 2 * BLOCK;
/// What is longer than that often has no special bytes for long.
const LONG: usize = 8 * WIDE;
/// The longest character.
const CHAR: usize = 4;
/// The room of an escape, a power of two.
const MORE: usize = 8;

/// Writes the bytes from `pos` to `end`, in quotes.
#[inline(always)]
pub(super) fn inside(inp: &[u8], pos: usize, end: usize, out: &mut [u8], o: usize) -> usize {
    if end - pos <= BLOCK {
        by_blocks::<BLOCK, { BLOCK + MORE }, false>(inp, pos, end, out, o)
    } else if end - pos <= LONG {
        by_blocks::<WIDE, { WIDE + MORE }, false>(inp, pos, end, out, o)
    } else {
        by_blocks::<WIDE, { WIDE + MORE }, true>(inp, pos, end, out, o)
    }
}

/// Does so by `N` bytes, for which `M` are [`MORE`] more: they are copied, and what is
/// behind those that are nothing special is put right. What that takes comes from a
/// table, and bytes that are nothing special are in it: nobody can foretell how far it is
/// to the next one that is, and so nothing here jumps for it. Of long ones whole blocks of
/// nothing special come in `RUNS`, and these are passed without the table.
#[inline(never)]
fn by_blocks<const N: usize, const M: usize, const RUNS: bool>(
    inp: &[u8],
    mut pos: usize,
    end: usize,
    out: &mut [u8],
    o: usize,
) -> usize {
    let Some(quote) = out.get_mut(o) else { return GIVEN_UP };
    *quote = b'"';
    let mut o = o + 1;
    // A character that goes beyond the end is none.
    while pos <= end {
        let Some(from) = word::chunk::<M>(inp, pos) else { return GIVEN_UP };
        let Some(to) = word::chunk_mut::<M>(out, o) else { return GIVEN_UP };
        let plain = copied::<N, M>(from, to);
        let left = end - pos;
        if plain >= left {
            let Some(quote) = to.get_mut(left) else { return GIVEN_UP };
            *quote = b'"';
            return o + left + 1;
        }
        if RUNS && plain == N {
            (pos, o) = (pos + N, o + N);
            continue;
        }
        let (Some(from), Some(to)) = (from[plain..].first_chunk(), to[plain..].first_chunk_mut())
        else {
            return GIVEN_UP;
        };
        let Some((width, len)) = special(from, to) else { return GIVEN_UP };
        (pos, o) = (pos + plain + width, o + plain + len);
    }
    GIVEN_UP
}

/// Copies what is looked at, and gives how many bytes are nothing special before the first
/// that is.
#[inline(always)]
fn copied<const N: usize, const M: usize>(from: &[u8; M], to: &mut [u8; M]) -> usize {
    let Some(block) = from.first_chunk::<N>().copied() else { return 0 };
    to[..N].copy_from_slice(&block);
    let (blocks, _) = block.as_chunks();
    let bits = blocks.iter().rev().fold(0, |bits, block| bits << BLOCK | special_to_write(block));
    // None in as many as a word has bits is as many.
    (if N < WIDE { bits | 1 << N } else { bits }).trailing_zeros() as usize
}

/// Writes the character that begins with the first byte, or its escape. Gives its width,
/// and how long is what is written; none for what is no character.
#[inline(always)]
fn special(bytes: &[u8; CHAR], to: &mut [u8; MORE]) -> Option<(usize, usize)> {
    let word = u32::from_le_bytes(*bytes);
    let Special { mask, want, some, keep, put, width, len } = SPECIALS[(word & 0xff) as usize];
    if word & mask != want || word & some == 0 {
        return rare(*bytes, to);
    }
    to[..4].copy_from_slice(&(word & keep | put).to_le_bytes());
    Some((width.into(), len.into()))
}

/// The same for what the first byte does not tell.
#[inline(never)]
fn rare(bytes: [u8; CHAR], to: &mut [u8; MORE]) -> Option<(usize, usize)> {
    let (c, width) = match bytes[0] {
        byte @ 0..0x80 => (char::from(byte), 1),
        _ => character(&bytes, 0),
    };
    if width == 0 {
        return None;
    }
    if !escape::is_unsafe(c) {
        to[..CHAR].copy_from_slice(&bytes);
        return Some((width, width));
    }
    let escape = escape::json_unicode(c);
    to[..escape.len()].copy_from_slice(&escape);
    Some((width, escape.len()))
}

/// What a character with a certain first byte takes: all of it when of its bytes, the
/// first one lowest, those in `mask` are `want`, and not all in `some` are 0.
#[derive(Clone, Copy)]
struct Special {
    mask: u32,
    want: u32,
    some: u32,
    /// What is written: these bits of it, and these ones.
    keep: u32,
    put: u32,
    width: u8,
    len: u8,
}

/// By the first byte.
static SPECIALS: [Special; 256] = {
    // Each of these has exceptions, or is none at all.
    let rare = Special { mask: 0, want: 1, some: 0, keep: 0, put: 0, width: 0, len: 0 };
    let mut specials = [rare; 256];
    let mut byte = 0;
    while byte < 0x80 {
        if let Some(letter) = escape::json_letter(byte as u8 as char) {
            let put = u32::from_le_bytes([b'\\', letter, 0, 0]);
            specials[byte] = Special { want: 0, some: u32::MAX, put, width: 1, len: 2, ..rare };
        } else if byte >= 0x20 && byte < 0x7f {
            let keep = u32::MAX;
            specials[byte] = Special { want: 0, some: u32::MAX, keep, width: 1, len: 1, ..rare };
        }
        byte += 1;
    }
    while byte < 0x100 {
        let (width, bytes) = match byte {
            ..0xe0 => (2, 0xffff),
            0xe0..0xf0 => (3, 0xff_ffff),
            _ => (4, 0xffff_ffff),
        };
        // The bits that tell a byte that goes on a character, and what they are.
        let (mask, want) = (0xc0c0_c000 & bytes, 0x8080_8000 & bytes);
        let of_width =
            Special { mask, want, some: u32::MAX, keep: u32::MAX, put: 0, width, len: width };
        specials[byte] = match byte {
            // Behind C2 there are controls up to 9F.
            0xc2 => Special { mask: 0xe000, want: 0xa000, ..of_width },
            // U+061C is behind D8.
            0xd8 => rare,
            0xc3..=0xdf | 0xe1 | 0xe3..=0xec | 0xee..=0xef | 0xf1..=0xf3 => of_width,
            // Shorter ones, surrogates, and those that are too large are none.
            0xe0 => Special { mask: 0xc0e000, want: 0x80a000, ..of_width },
            0xed => Special { mask: 0xc0e000, want: 0x808000, ..of_width },
            0xf0 => Special { some: 0x3000, ..of_width },
            0xf4 => Special { mask: 0xc0c0f000, want: 0x80808000, ..of_width },
            // Up to E2 81 there are unsafe ones.
            0xe2 => Special { some: 0x3e00, ..of_width },
            _ => rare,
        };
        byte += 1;
    }
    specials
};

/// How many bytes a JSON string at least holds as they are before the first
/// that has to be looked at.
pub fn plain_len(bytes: &[u8]) -> usize {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let mut plain = 0;
    for block in blocks {
        let specials = block::special_to_read(block);
        if specials != 0 {
            return plain + specials.trailing_zeros() as usize;
        }
        plain += BLOCK;
    }
    let (words, _) = rest.as_chunks::<8>();
    for word in words {
        let specials = special_to_read(u64::from_le_bytes(*word));
        plain += first(specials);
        if specials != 0 {
            break;
        }
    }
    plain
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

    #[test]
    fn what_is_plain_ends_at_the_first_special_byte() {
        for len in 0..140 {
            let mut bytes = vec![b'x'; len];
            // The bytes behind the last word are not looked at.
            assert_eq!(plain_len(&bytes), len & !7, "{len}");
            for at in 0..len & !7 {
                for special in [b'"', b'\\', b'\n', 0xc3] {
                    bytes[at] = special;
                    bytes[len - 1] = special;
                    assert_eq!(plain_len(&bytes), at, "{special:x} at {at} of {len}");
                }
                bytes[at] = b'x';
            }
        }
    }
}
