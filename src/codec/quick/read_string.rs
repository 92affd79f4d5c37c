//! Strings out of JSON, read in blocks: copied first, and looked at while they
//! are.

use super::block::{BLOCK, special_to_read};
use super::enums::Names;
use super::plan::Op;
use super::string::character;
use super::word::{self, chunk, chunk_mut, first, put_varint};
use super::{GIVEN_UP, NOWHERE, Place, read_number};

/// Reads the string whose quote is at `pos`, and writes its characters at `o`.
#[inline]
pub(super) fn unquoted(inp: &[u8], pos: usize, out: &mut [u8], o: usize) -> Place {
    if inp.get(pos) != Some(&b'"') {
        return NOWHERE;
    }
    let pos = pos + 1;
    let Some(from) = chunk::<BLOCK>(inp, pos) else { return NOWHERE };
    let Some(to) = chunk_mut::<BLOCK>(out, o) else { return NOWHERE };
    *to = *from;
    match short(from) {
        Some(len) => Place { pos: pos + len + 1, o: o + len },
        None => inside(inp, pos, out, o),
    }
}

/// How long a string is that begins with this block, if it ends in it and has
/// nothing special before.
#[inline(always)]
pub(super) fn short(block: &[u8; BLOCK]) -> Option<usize> {
    let len = (special_to_read(block) | 1 << BLOCK).trailing_zeros() as usize;
    (len < BLOCK && block[len] == b'"').then_some(len)
}

/// Reads up to the quote that ends the string, and past it: a block is copied,
/// and then put right from one special byte to the next.
#[inline(never)]
pub(super) fn inside(inp: &[u8], mut pos: usize, out: &mut [u8], mut o: usize) -> Place {
    'blocks: loop {
        let Some(from) = chunk::<BLOCK>(inp, pos) else { return NOWHERE };
        let Some(to) = chunk_mut::<BLOCK>(out, o) else { return NOWHERE };
        *to = *from;
        let mut specials = special_to_read(from);
        while specials != 0 {
            // The byte at `pos + at` is to be at `o + at`.
            let at = specials.trailing_zeros() as usize;
            let Some(&[byte, escaped]) = chunk(inp, pos + at) else { return NOWHERE };
            let (width, len) = if byte >= 0x80 {
                let width = character(inp, pos + at).1;
                if width == 0 {
                    return NOWHERE;
                }
                (width, width)
            } else if byte == b'"' {
                return Place { pos: pos + at + 1, o: o.wrapping_add(at) };
            } else if byte == b'\\' {
                unescape(escaped, inp, pos + at, out, o.wrapping_add(at))
            } else {
                return NOWHERE;
            };
            if width == 0 {
                return NOWHERE;
            }
            if len == width && at + width <= BLOCK {
                // As it was copied.
                specials &= !(((1 << width) - 1) << at);
                continue;
            }
            let behind = at + width;
            if len == width {
                // The next block begins with it.
                (pos, o) = (pos + at, o.wrapping_add(at));
                continue 'blocks;
            }
            o = o.wrapping_add(len).wrapping_sub(width);
            if behind >= BLOCK {
                (pos, o) = (pos + behind, o.wrapping_add(behind));
                continue 'blocks;
            }
            specials &= !(((1 << width) - 1) << at);
            let Some(rest) = chunk::<BLOCK>(inp, pos + behind) else { return NOWHERE };
            let Some(to) = chunk_mut::<BLOCK>(out, o.wrapping_add(behind)) else { return NOWHERE };
            *to = *rest;
        }
        (pos, o) = (pos + BLOCK, o.wrapping_add(BLOCK));
    }
}

/// Writes what an escape at `pos` stands for at `o`, and gives how long it is and
/// how long what was written; 0 for one that is none.
#[inline(always)]
fn unescape(escaped: u8, inp: &[u8], pos: usize, out: &mut [u8], o: usize) -> (usize, usize) {
    match (UNESCAPED[usize::from(escaped)], out.get_mut(o)) {
        (0, _) if escaped == b'u' => unicode(inp, pos, out, o),
        (0, _) | (_, None) => (0, 0),
        (byte, Some(place)) => {
            *place = byte;
            (2, 1)
        }
    }
}

/// What a letter behind a backslash stands for; 0 for none.
const UNESCAPED: [u8; 256] = {
    let mut unescaped = [0; 256];
    unescaped[b'"' as usize] = b'"';
    unescaped[b'\\' as usize] = b'\\';
    unescaped[b'/' as usize] = b'/';
    unescaped[b'b' as usize] = 0x08;
    unescaped[b'f' as usize] = 0x0c;
    unescaped[b'n' as usize] = b'\n';
    unescaped[b'r' as usize] = b'\r';
    unescaped[b't' as usize] = b'\t';
    unescaped
};

/// Writes what `\uXXXX`, or two of them, stand for. Gives how long they are, and
/// how long the character.
#[cold]
fn unicode(inp: &[u8], pos: usize, out: &mut [u8], o: usize) -> (usize, usize) {
    let unit = |at: usize| {
        let digits = inp.get(at..)?.strip_prefix(b"\\u")?.first_chunk::<4>()?;
        digits.iter().try_fold(0, |unit, &digit| Some(unit << 4 | char::from(digit).to_digit(16)?))
    };
    let Some(first) = unit(pos) else { return (0, 0) };
    let (code, len) = match first {
        0xd800..=0xdbff => match unit(pos + 6) {
            Some(second @ 0xdc00..=0xdfff) => {
                (0x10000 + ((first & 0x3ff) << 10 | (second & 0x3ff)), 12)
            }
            _ => return (0, 0),
        },
        _ => (first, 6),
    };
    match (char::from_u32(code), chunk_mut::<4>(out, o)) {
        (Some(c), Some(place)) => (len, c.encode_utf8(place).len()),
        _ => (0, 0),
    }
}

/// Reads an enum value: its name, or its number.
#[inline]
pub(super) fn enum_value(names: &Names, inp: &[u8], pos: usize, out: &mut [u8], o: usize) -> Place {
    if inp.get(pos) != Some(&b'"') {
        let place = read_number::whole(Op::Int32, inp, pos, out, o);
        // The plain codec looks whether a closed enum has it.
        return if names.closed { NOWHERE } else { place };
    }
    let end = plain_end(inp, pos + 1);
    let Some(name) = inp.get(pos + 1..end) else { return NOWHERE };
    match names.number_of(name) {
        Some(number) => Place { pos: end + 1, o: put_varint(number as i64 as u64, out, o) },
        None => NOWHERE,
    }
}

/// Where the quote stands that ends a string without anything special in it.
#[inline]
fn plain_end(inp: &[u8], mut pos: usize) -> usize {
    loop {
        let Some(word) = word::load(inp, pos) else { return GIVEN_UP };
        let plain = first(word::special_to_read(word));
        pos += plain;
        if plain < 8 {
            return if inp[pos] == b'"' { pos } else { GIVEN_UP };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The characters of a string whose inside is this, if it is read.
    fn read(inside: &[u8], before: usize) -> Option<Vec<u8>> {
        let inp =
            [&b"x".repeat(before), &b"\""[..], inside, &[b'"'; 1 + super::super::SLACK]].concat();
        let mut out = vec![0; inside.len() + 2 * BLOCK + before];
        let place = unquoted(&inp, before, &mut out, before);
        if place.o == GIVEN_UP {
            return None;
        }
        assert_eq!(place.pos, before + 2 + inside.len());
        Some(out[before..place.o].to_vec())
    }

    /// What a string has inside, and the characters that it stands for.
    const SPECIALS: [(&str, &str); 9] = [
        ("\\\"", "\""),
        ("\\\\", "\\"),
        ("\\n", "\n"),
        ("\\u0041", "A"),
        ("\\u20ac", "€"),
        ("\\ud83d\\ude00", "\u{1f600}"),
        ("é", "é"),
        ("→", "→"),
        ("\u{1f600}", "\u{1f600}"),
    ];

    #[test]
    fn every_length_and_place_is_read() {
        for len in 0..80 {
            assert_eq!(read(&b"x".repeat(len), len), Some(b"x".repeat(len)));
            for at in 0..len {
                for (inside, stands_for) in SPECIALS {
                    let (before, behind) = ("x".repeat(at), "y".repeat(len - at));
                    let text = format!("{before}{inside}{behind}");
                    let expected = format!("{before}{stands_for}{behind}");
                    assert_eq!(read(text.as_bytes(), at), Some(expected.into_bytes()), "{text}");
                }
            }
        }
    }

    #[test]
    fn two_special_characters_are_read_wherever_they_are() {
        for at in 0..40 {
            for between in 0..40 {
                for (first, second) in SPECIALS.into_iter().zip(SPECIALS.into_iter().rev()) {
                    let text = |first: &str, second: &str| {
                        format!("{}{first}{}{second}z", "x".repeat(at), "y".repeat(between))
                    };
                    let expected = text(first.1, second.1).into_bytes();
                    assert_eq!(read(text(first.0, second.0).as_bytes(), 0), Some(expected));
                }
            }
        }
    }

    #[test]
    fn what_no_string_has_inside_is_given_up_wherever_it_is() {
        let wrong: [&[u8]; 8] = [
            b"\n",
            b"\x80",
            b"\xc1\x81",
            b"\xe2\x86",
            b"\xed\xa0\x80",
            b"\\x",
            b"\\u12g4",
            b"\\ud83dx",
        ];
        for before in 0..70 {
            for behind in [0, 1, 40] {
                for wrong in wrong {
                    let text = [&b"x".repeat(before), wrong, &b"y".repeat(behind)].concat();
                    assert_eq!(read(&text, 0), None, "{text:x?}");
                }
            }
        }
    }
}
