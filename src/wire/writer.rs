//! Writing fields: each appends to a buffer and cannot fail.

use super::tag::{Tag, WireType};
use super::varint;

/// Appends the tag of a field.
#[inline]
pub fn tag(number: u32, wire_type: WireType, out: &mut Vec<u8>) {
    varint::write(u64::from(Tag { number, wire_type }.value()), out);
}

/// Puts the length of what stands from `start` to the end before it: the
/// payload is written first, since its length is known last.
pub fn insert_length(out: &mut Vec<u8>, start: usize) {
    let length = out.len() - start;
    if length < 0x80 {
        out.push(0);
        out.copy_within(start..start + length, start + 1);
        out[start] = length as u8;
        return;
    }
    let mut header = Vec::with_capacity(5);
    varint::write(length as u64, &mut header);
    out.resize(out.len() + header.len(), 0);
    out.copy_within(start..start + length, start + header.len());
    out[start..start + header.len()].copy_from_slice(&header);
}
