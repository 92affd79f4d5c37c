//! Strings out of JSON, read in blocks: copied first, and looked at while they
//! are.

use base64::Engine;

use super::enums::Names;
use super::plan::Op;
use super::string::character;
use super::word::{self, first, put_varint, special_to_read};
use super::{GIVEN_UP, NOWHERE, Place, read_number};

const BLOCK: usize = 32;

/// Reads the string whose quote is at `pos`, and writes its characters at `o`.
#[inline]
pub(super) fn unquoted(inp: &[u8], pos: usize, out: &mut [u8], o: usize) -> Place {
    if inp.get(pos) != Some(&b'"') {
        return NOWHERE;
    }
    let pos = pos + 1;
    let Some(word) = word::load(inp, pos) else { return NOWHERE };
    let plain = first(special_to_read(word));
    if plain < 8 && inp[pos + plain] == b'"' && word::store(out, o, word) {
        // Short and plain, as many are.
        return Place { pos: pos + plain + 1, o: o + plain };
    }
    inside(inp, pos, out, o)
}

/// Reads up to the quote that ends the string, and past it.
#[inline(never)]
fn inside(inp: &[u8], mut pos: usize, out: &mut [u8], mut o: usize) -> Place {
    loop {
        while let Some(from) = inp.get(pos..).and_then(|rest| rest.first_chunk::<BLOCK>()) {
            let Some(to) = out.get_mut(o..).and_then(|rest| rest.first_chunk_mut::<BLOCK>()) else {
                return NOWHERE;
            };
            *to = *from;
            if has_special(from) {
                break;
            }
            pos += BLOCK;
            o += BLOCK;
        }
        loop {
            let Some(word) = word::load(inp, pos) else { return NOWHERE };
            if !word::store(out, o, word) {
                return NOWHERE;
            }
            let plain = first(special_to_read(word));
            pos += plain;
            o += plain;
            if plain == 8 {
                continue;
            }
            if inp[pos] == b'"' {
                return Place { pos: pos + 1, o };
            }
            Place { pos, o } = special(inp, pos, out, o);
            if o == GIVEN_UP {
                return NOWHERE;
            }
            break;
        }
    }
}

/// Whether a byte of the block needs a look. See [`super::string`].
#[inline(always)]
fn has_special(block: &[u8; BLOCK]) -> bool {
    let mut found = 0u8;
    for &byte in block {
        found |= u8::from((byte as i8) < 0x20) | u8::from(byte == b'"') | u8::from(byte == b'\\');
    }
    found != 0
}

/// Reads the special characters from `pos` on, at least one and not a quote.
#[inline]
fn special(inp: &[u8], mut pos: usize, out: &mut [u8], mut o: usize) -> Place {
    loop {
        let Some(&[byte, escaped]) = inp.get(pos..).and_then(|rest| rest.first_chunk::<2>()) else {
            return NOWHERE;
        };
        if byte >= 0x80 {
            let (c, len) = character(inp, pos);
            if len == 0 {
                return NOWHERE;
            }
            o = put(c, out, o);
            pos += len;
        } else if byte == b'\\' {
            Place { pos, o } = match UNESCAPED[usize::from(escaped)] {
                0 if escaped == b'u' => unicode(inp, pos, out, o),
                0 => NOWHERE,
                c => Place { pos: pos + 2, o: put(char::from(c), out, o) },
            };
        } else if byte < 0x20 {
            return NOWHERE;
        } else {
            return Place { pos, o };
        }
        if o == GIVEN_UP {
            return NOWHERE;
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

/// Reads `\uXXXX`, or two of them that are one character.
#[cold]
fn unicode(inp: &[u8], pos: usize, out: &mut [u8], o: usize) -> Place {
    let unit = |at: usize| {
        let digits = inp.get(at..)?.strip_prefix(b"\\u")?.first_chunk::<4>()?;
        digits.iter().try_fold(0, |unit, &digit| Some(unit << 4 | char::from(digit).to_digit(16)?))
    };
    let Some(first) = unit(pos) else { return NOWHERE };
    let (code, len) = match first {
        0xd800..=0xdbff => match unit(pos + 6) {
            Some(second @ 0xdc00..=0xdfff) => {
                (0x10000 + ((first & 0x3ff) << 10 | (second & 0x3ff)), 12)
            }
            _ => return NOWHERE,
        },
        _ => (first, 6),
    };
    match char::from_u32(code) {
        Some(c) => Place { pos: pos + len, o: put(c, out, o) },
        None => NOWHERE,
    }
}

#[inline(always)]
fn put(c: char, out: &mut [u8], o: usize) -> usize {
    match out.get_mut(o..).and_then(|rest| rest.first_chunk_mut::<4>()) {
        Some(place) => o + c.encode_utf8(place).len(),
        None => GIVEN_UP,
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

/// Reads bytes in base64, with their padding.
#[inline]
pub(super) fn base64(inp: &[u8], pos: usize, out: &mut [u8], o: usize) -> Place {
    if inp.get(pos) != Some(&b'"') {
        return NOWHERE;
    }
    let end = plain_end(inp, pos + 1);
    let (Some(text), Some(place)) = (inp.get(pos + 1..end), out.get_mut(o..)) else {
        return NOWHERE;
    };
    match base64::engine::general_purpose::STANDARD.decode_slice(text, place) {
        Ok(len) => Place { pos: end + 1, o: o + len },
        Err(_) => NOWHERE,
    }
}

/// Where the quote stands that ends a string without anything special in it.
#[inline]
fn plain_end(inp: &[u8], mut pos: usize) -> usize {
    loop {
        let Some(word) = word::load(inp, pos) else { return GIVEN_UP };
        let plain = first(special_to_read(word));
        pos += plain;
        if plain < 8 {
            return if inp[pos] == b'"' { pos } else { GIVEN_UP };
        }
    }
}
