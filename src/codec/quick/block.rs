//! Blocks of text, whose bytes are looked at all at once.

use wide::i8x16;

/// The length of a block.
pub(in crate::codec::quick) const BLOCK: usize = 32;

/// A bit for each byte that a JSON string or one of text does not hold as it is, and
/// for those beyond ASCII, which have to be looked at; the first one lowest.
#[inline(always)]
pub(in crate::codec::quick) fn special_to_write(block: &[u8; BLOCK]) -> u64 {
    // One more than each byte: DEL is below 0x21 then, beside what is below 0x20.
    bits(block, |bytes| (bytes + i8x16::splat(1)).simd_lt(i8x16::splat(0x21)) | quotes(bytes))
}

/// A bit for each byte that is not just part of a JSON string which is read; the first
/// one lowest.
#[inline(always)]
pub(in crate::codec::quick) fn special_to_read(block: &[u8; BLOCK]) -> u64 {
    // Below 0x20 as a signed number: controls, and what is beyond ASCII.
    bits(block, |bytes| bytes.simd_lt(i8x16::splat(0x20)) | quotes(bytes))
}

#[inline(always)]
fn quotes(bytes: i8x16) -> i8x16 {
    bytes.simd_eq(i8x16::splat(b'"' as i8)) | bytes.simd_eq(i8x16::splat(b'\\' as i8))
}

#[inline(always)]
fn bits(block: &[u8; BLOCK], is: impl Fn(i8x16) -> i8x16) -> u64 {
    let (halves, _) = block.as_chunks::<16>();
    let of = |half: [u8; 16]| u64::from(is(i8x16::new(half.map(|byte| byte as i8))).to_bitmask());
    of(halves[0]) | of(halves[1]) << 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_its_bit_at_every_place() {
        for byte in 0..=255u8 {
            for at in 0..BLOCK {
                let mut block = [b'x'; BLOCK];
                block[at] = byte;
                let read = !(0x20..0x80).contains(&byte) || byte == b'"' || byte == b'\\';
                let written = read || byte == 0x7f;
                assert_eq!(special_to_read(&block), u64::from(read) << at, "{byte:x} {at}");
                assert_eq!(special_to_write(&block), u64::from(written) << at, "{byte:x} {at}");
            }
        }
    }
}
