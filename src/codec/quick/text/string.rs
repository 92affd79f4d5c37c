//! Strings of text, written in blocks: copied first, and looked at while they
//! are.

use crate::codec::quick::block::{BLOCK, special_to_write};
use crate::codec::quick::string::character;
use crate::escape;

/// Room that is asked for before anything is written: a block, or a character
/// of four bytes that are all escaped.
const ROOM: usize = BLOCK;

/// Writes what stands from `pos` to `end`, without quotes, as far as there is
/// room; gives how far both have come. There have to be [`BLOCK`] bytes behind
/// `end`.
#[inline]
pub(super) fn inside(
    inp: &[u8],
    mut pos: usize,
    end: usize,
    out: &mut [u8],
    mut o: usize,
) -> (usize, usize) {
    while pos < end {
        let Some(from) = inp.get(pos..).and_then(|rest| rest.first_chunk::<BLOCK>()) else {
            break;
        };
        let Some(to) = out.get_mut(o..).and_then(|rest| rest.first_chunk_mut::<ROOM>()) else {
            break;
        };
        *to = *from;
        let len = BLOCK.min(end - pos);
        let plain = (special_to_write(from) | 1 << len).trailing_zeros() as usize;
        pos += plain;
        o += plain;
        if plain < len {
            let Some(to) = out.get_mut(o..).and_then(|rest| rest.first_chunk_mut::<ROOM>()) else {
                break;
            };
            let (read, written) = special(inp, pos, end, to);
            pos += read;
            o += written;
        }
    }
    (pos, o)
}

/// Writes the special character at `pos`: how many bytes it has, and how many
/// are written.
#[inline]
fn special(inp: &[u8], pos: usize, end: usize, to: &mut [u8; ROOM]) -> (usize, usize) {
    let byte = inp[pos];
    let letter = match byte {
        b'\n' => b'n',
        b'"' | b'\\' => byte,
        b'\r' => b'r',
        b'\t' => b't',
        _ => return rare(inp, pos, end, to),
    };
    to[0] = b'\\';
    to[1] = letter;
    (1, 2)
}

/// The same for what is not one of a few.
#[inline(never)]
fn rare(inp: &[u8], pos: usize, end: usize, to: &mut [u8; ROOM]) -> (usize, usize) {
    let (c, len) = match inp[pos] {
        byte @ 0..0x80 => (char::from(byte), 1),
        _ => character(inp, pos),
    };
    // A byte that is not UTF-8 stands for itself, and so do those behind it.
    let is_utf8 = len != 0 && pos + len <= end;
    let len = if is_utf8 { len } else { 1 };
    let bytes = &inp[pos..pos + len];
    if is_utf8 && !escape::is_unsafe(c) {
        to[..len].copy_from_slice(bytes);
        return (len, len);
    }
    let (places, _) = to.as_chunks_mut::<4>();
    for (place, byte) in places.iter_mut().zip(bytes) {
        *place = escape::octal(*byte);
    }
    (len, 4 * len)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written, in pieces of so much room.
    fn written(bytes: &[u8], before: usize, room: usize) -> Vec<u8> {
        let mut inp = vec![b'"'; before];
        inp.extend(bytes);
        inp.extend([b'\xbf'; BLOCK]);
        let (mut all, mut pos) = (vec![b'"'], before);
        while pos < before + bytes.len() {
            let mut out = vec![0; room];
            let (read, o) = inside(&inp, pos, before + bytes.len(), &mut out, 0);
            all.extend(&out[..o]);
            pos = read;
        }
        all.push(b'"');
        all
    }

    fn plain(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        escape::text_string(bytes, &mut out);
        out
    }

    #[test]
    fn every_character_is_written_as_the_plain_codec_does() {
        for c in '\0'..=char::MAX {
            let text = format!("abc{c}defghijkl");
            assert_eq!(written(text.as_bytes(), 3, 100), plain(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn every_length_and_place_is_written() {
        for len in 0..100 {
            let text = "x".repeat(len);
            assert_eq!(written(text.as_bytes(), len, 32 + len), plain(text.as_bytes()));
            for at in 0..len {
                for special in ["\"", "\u{7f}", "→", "\u{1}é\\", "\n", "\u{85}"] {
                    let mut text = text.clone();
                    text.replace_range(at..at + 1, special);
                    assert_eq!(written(text.as_bytes(), at, 40), plain(text.as_bytes()));
                }
            }
        }
    }

    #[test]
    fn what_is_not_utf8_is_octal() {
        for a in 0x80..=255u8 {
            for b in [0, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0] {
                for rest in [&[][..], b"\x80", b"\xbf\xbf", b"\x80\x80\x80", b"x"] {
                    let bytes = [&[b'x', a, b], rest].concat();
                    assert_eq!(written(&bytes, 0, 32), plain(&bytes), "{bytes:x?}");
                }
            }
        }
    }
}
