//! Writing fields: each appends to a buffer and cannot fail.

use super::tag::{Tag, WireType};
use super::varint;

/// Appends the tag of a field.
pub fn tag(number: u32, wire_type: WireType, out: &mut Vec<u8>) {
    varint::write(u64::from(Tag { number, wire_type }.value()), out);
}

/// Appends a length-delimited field: tag, length, payload.
pub fn len_field(number: u32, payload: &[u8], out: &mut Vec<u8>) {
    tag(number, WireType::Len, out);
    varint::write(payload.len() as u64, out);
    out.extend_from_slice(payload);
}
