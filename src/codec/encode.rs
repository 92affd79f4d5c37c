//! One value, as the wire has it.

use super::binary::Scalar;
use crate::table::{Field, Kind};
use crate::wire::{varint, writer};

/// Appends a value without its tag; a value of another type than the kind has
/// is written as nothing, and never comes from the readers of this crate.
#[inline]
pub fn value(kind: Kind, value: Scalar<'_>, out: &mut Vec<u8>) {
    match (kind, value) {
        (Kind::Double, Scalar::F64(value)) => out.extend_from_slice(&value.to_le_bytes()),
        (Kind::Float, Scalar::F32(value)) => out.extend_from_slice(&value.to_le_bytes()),
        (Kind::Int64, Scalar::I64(value)) => varint::write(value as u64, out),
        (Kind::Uint64, Scalar::U64(value)) => varint::write(value, out),
        (Kind::Int32, Scalar::I32(value)) | (Kind::Enum, Scalar::Enum(value)) => {
            varint::write(i64::from(value) as u64, out);
        }
        (Kind::Fixed64, Scalar::U64(value)) => out.extend_from_slice(&value.to_le_bytes()),
        (Kind::Fixed32, Scalar::U32(value)) => out.extend_from_slice(&value.to_le_bytes()),
        (Kind::Bool, Scalar::Bool(value)) => out.push(u8::from(value)),
        (Kind::String | Kind::Bytes, Scalar::String(bytes) | Scalar::Bytes(bytes)) => {
            varint::write(bytes.len() as u64, out);
            out.extend_from_slice(bytes);
        }
        (Kind::Uint32, Scalar::U32(value)) => varint::write(u64::from(value), out),
        (Kind::Sfixed32, Scalar::I32(value)) => out.extend_from_slice(&value.to_le_bytes()),
        (Kind::Sfixed64, Scalar::I64(value)) => out.extend_from_slice(&value.to_le_bytes()),
        (Kind::Sint32, Scalar::I32(value)) => {
            varint::write(u64::from((value << 1 ^ value >> 31) as u32), out);
        }
        (Kind::Sint64, Scalar::I64(value)) => varint::write((value << 1 ^ value >> 63) as u64, out),
        (_, value) => debug_assert!(false, "{value:?} is no value of {kind:?}"),
    }
}

/// Appends a field: its tag and one value.
#[inline]
pub fn field(field: &Field, scalar: Scalar<'_>, out: &mut Vec<u8>) {
    writer::tag(field.number, field.kind.wire_type(), out);
    value(field.kind, scalar, out);
}
