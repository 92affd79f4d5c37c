//! Base-128 varints: 7 bits to a byte, the lowest first, the top bit set on
//! every byte but the last.

use super::limits::VARINT_LEN_MAX;

/// Why bytes are not a varint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Malformed {
    /// They end while the top bit still says that more follow.
    CutShort,
    /// The top bit is set on more bytes than the reader allows.
    TooLong,
}

/// Reads the varint at the start of `bytes`: its value and its length.
///
/// What the tenth byte holds beyond 64 bits is dropped, as upb and C++ do.
#[inline]
pub fn read(bytes: &[u8]) -> Result<(u64, usize), Malformed> {
    match bytes.first() {
        Some(&byte) if byte < 0x80 => Ok((u64::from(byte), 1)),
        _ => read_long(bytes, VARINT_LEN_MAX),
    }
}

/// Reads a varint of at most `max` bytes.
#[inline(never)]
pub fn read_long(bytes: &[u8], max: usize) -> Result<(u64, usize), Malformed> {
    let mut value = 0u64;
    for (i, &byte) in bytes.iter().take(max).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte < 0x80 {
            return Ok((value, i + 1));
        }
    }
    Err(if bytes.len() < max { Malformed::CutShort } else { Malformed::TooLong })
}

/// Appends `value` in as few bytes as hold it.
#[inline]
pub fn write(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_reads_back() {
        for bits in 0..64 {
            for value in [1u64 << bits, (1u64 << bits) - 1, u64::MAX >> bits] {
                let mut bytes = Vec::new();
                write(value, &mut bytes);
                assert_eq!(read(&bytes), Ok((value, bytes.len())));
                let cut = &bytes[..bytes.len() - 1];
                assert_eq!(read(cut), Err(Malformed::CutShort));
            }
        }
    }

    #[test]
    fn an_eleventh_byte_is_too_many() {
        assert_eq!(read(&[0x80; 11]), Err(Malformed::TooLong));
        assert_eq!(read(&[0x80; 10]), Err(Malformed::TooLong));
        assert_eq!(read(&[0x80; 9]), Err(Malformed::CutShort));
    }

    #[test]
    fn bits_beyond_the_64th_are_dropped() {
        let bytes = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
        assert_eq!(read(&bytes), Ok((u64::MAX, 10)));
    }
}
