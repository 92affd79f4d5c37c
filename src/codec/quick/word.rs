//! Eight bytes at a time.

/// The `N` bytes at `at`; none when that goes beyond the end.
#[inline(always)]
pub(super) fn chunk<const N: usize>(bytes: &[u8], at: usize) -> Option<&[u8; N]> {
    if at > bytes.len() {
        beyond();
        return None;
    }
    bytes[at..].first_chunk()
}

/// The same to be written to.
#[inline(always)]
pub(super) fn chunk_mut<const N: usize>(bytes: &mut [u8], at: usize) -> Option<&mut [u8; N]> {
    if at > bytes.len() {
        beyond();
        return None;
    }
    bytes[at..].first_chunk_mut()
}

/// Does nothing, which the compiler is not to know: else it makes one comparison of both
/// bounds of a chunk, which takes twice the instructions of two.
#[cold]
#[inline(never)]
fn beyond() {
    std::hint::black_box(());
}

/// The eight bytes at `at`, the first lowest; none beyond the end.
#[inline(always)]
pub(super) fn load(bytes: &[u8], at: usize) -> Option<u64> {
    chunk(bytes, at).map(|chunk| u64::from_le_bytes(*chunk))
}

/// Writes eight bytes at `at`, the lowest first; says whether there is room.
#[inline(always)]
pub(super) fn store(bytes: &mut [u8], at: usize, word: u64) -> bool {
    match chunk_mut(bytes, at) {
        Some(chunk) => {
            *chunk = word.to_le_bytes();
            true
        }
        None => false,
    }
}

/// A byte in all eight places.
pub(super) const fn all(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

const HIGH: u64 = all(0x80);

/// The high bit of each byte that is zero, exact up to the first one.
#[inline(always)]
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(all(1)) & !word & HIGH
}

/// The high bit of each byte that a JSON string does not hold as it is, exact up
/// to the first one: controls, quotes, backslashes, and what is beyond ASCII,
/// which has to be looked at.
#[inline(always)]
pub(super) const fn special_to_read(word: u64) -> u64 {
    let controls = word.wrapping_sub(all(0x20)) & !word & HIGH;
    let quotes = zeros(word ^ all(b'"'));
    let backslashes = zeros(word ^ all(b'\\'));
    controls | quotes | backslashes | (word & HIGH)
}

/// The place of the byte whose high bit is the first that is set; 8 for none.
#[inline(always)]
pub(super) const fn first(high_bits: u64) -> usize {
    (high_bits.trailing_zeros() / 8) as usize
}

/// Reads the varint at `at`, and gives what is behind it; a place of
/// [`super::GIVEN_UP`] for one that is malformed.
#[inline(always)]
pub(super) fn varint(bytes: &[u8], at: usize) -> (u64, usize) {
    match bytes.get(at) {
        Some(&byte) if byte < 0x80 => (u64::from(byte), at + 1),
        _ => long_varint(bytes, at),
    }
}

/// The same without a jump for those of one byte.
#[inline]
pub(super) fn long_varint(bytes: &[u8], at: usize) -> (u64, usize) {
    let Some(word) = load(bytes, at) else { return (0, super::GIVEN_UP) };
    let ends = !word & HIGH;
    if ends == 0 {
        return very_long_varint(bytes, at);
    }
    // All bits up to the one that ends it, which is 0 itself.
    let word = word & (ends ^ ends.wrapping_sub(1)) & !HIGH;
    // Seven bits of each byte: by pairs, by fours, by eights.
    let word = (word & 0x007f_007f_007f_007f) | (word & 0x7f00_7f00_7f00_7f00) >> 1;
    let word = (word & 0x0000_3fff_0000_3fff) | (word & 0x3fff_0000_3fff_0000) >> 2;
    let word = (word & 0x0fff_ffff) | (word & 0x0fff_ffff_0000_0000) >> 4;
    (word, at + first(ends) + 1)
}

#[cold]
fn very_long_varint(bytes: &[u8], at: usize) -> (u64, usize) {
    match crate::wire::varint::read(&bytes[at..]) {
        Ok((value, len)) => (value, at + len),
        Err(_) => (0, super::GIVEN_UP),
    }
}

/// How many bytes of a word are decimal digits before the first that is not.
#[inline(always)]
pub(super) const fn digits_in(word: u64) -> usize {
    // A digit has a high half of 3, also with 6 added.
    let high = word & all(0xf0) ^ all(0x30);
    let added = (word & !HIGH).wrapping_add(all(0x06)) & all(0xf0) ^ all(0x30);
    first(high | added)
}

/// Writes a varint at `at` in a block of eight bytes, or of ten.
#[inline(always)]
pub(super) fn put_varint(value: u64, out: &mut [u8], at: usize) -> usize {
    if value < 0x80 {
        return match out.get_mut(at) {
            Some(place) => {
                *place = value as u8;
                at + 1
            }
            None => super::GIVEN_UP,
        };
    }
    put_long_varint(value, out, at)
}

#[inline]
fn put_long_varint(value: u64, out: &mut [u8], at: usize) -> usize {
    let len = (63 - (value | 1).leading_zeros() as usize) / 7 + 1;
    // Seven bits for each byte: by halves, by quarters, by eighths.
    let word = value & 0x00ff_ffff_ffff_ffff;
    let word = (word & 0x0fff_ffff) | (word & 0x00ff_ffff_f000_0000) << 4;
    let word = (word & 0x0000_3fff_0000_3fff) | (word & 0x0fff_c000_0fff_c000) << 2;
    let word = (word & 0x007f_007f_007f_007f) | (word & 0x3f80_3f80_3f80_3f80) << 1;
    if len <= 8 {
        // All bytes but the last say that another follows.
        let word = word | HIGH & !(u64::MAX << (8 * (len - 1)));
        return if store(out, at, word) { at + len } else { super::GIVEN_UP };
    }
    let last = value >> 56;
    let stored = store(out, at, word | HIGH);
    match out.get_mut(at..).and_then(|rest| rest.get_mut(8..10)) {
        Some(rest) if stored => {
            rest[0] = last as u8;
            if len == 10 {
                rest.copy_from_slice(&[last as u8 | 0x80, (last >> 7) as u8]);
            }
            at + len
        }
        _ => super::GIVEN_UP,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_of_every_length_are_read() {
        for bits in 0..64 {
            for value in [1 << bits, (1 << bits) - 1, u64::MAX >> bits] {
                let mut bytes = vec![0xff];
                crate::wire::varint::write(value, &mut bytes);
                let len = bytes.len();
                bytes.extend([0xff; 16]);
                assert_eq!(varint(&bytes, 1), (value, len));
                let mut written = [0xff; 24];
                assert_eq!(put_varint(value, &mut written, 1), len);
                assert_eq!(written[..len], bytes[..len]);
            }
        }
        assert_eq!(varint(&[0xff; 24], 0).1, super::super::GIVEN_UP);
    }

    #[test]
    fn digits_are_counted_up_to_any_other_byte() {
        for byte in 0..=255u8 {
            for place in 0..8 {
                let mut bytes = *b"01234989";
                bytes[place] = byte;
                let expected = if byte.is_ascii_digit() { 8 } else { place };
                assert_eq!(digits_in(u64::from_le_bytes(bytes)), expected, "{byte:x} {place}");
            }
        }
    }

    #[test]
    fn the_first_special_byte_is_found_wherever_it_is() {
        for byte in 0..=255u8 {
            for place in 0..8 {
                let mut bytes = *b"abcdefgh";
                bytes[place] = byte;
                let is_special = !(0x20..0x80).contains(&byte) || byte == b'"' || byte == b'\\';
                let expected = if is_special { place } else { 8 };
                assert_eq!(first(special_to_read(u64::from_le_bytes(bytes))), expected);
            }
        }
    }
}
