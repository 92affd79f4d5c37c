//! Tags: the field number and the wire type before every value.

use std::fmt;

/// How a value is laid out, the low 3 bits of a tag. 6 and 7 are not assigned.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub enum WireType {
    /// A base-128 varint.
    Varint = 0,
    /// 8 bytes, little-endian.
    I64 = 1,
    /// A length as a varint, then so many bytes.
    Len = 2,
    /// The start of a group, which ends at the end-group of the same number.
    StartGroup = 3,
    /// The end of a group.
    EndGroup = 4,
    /// 4 bytes, little-endian.
    I32 = 5,
}

impl WireType {
    /// The wire type in the low 3 bits of a tag, if it is assigned.
    #[inline]
    pub fn of(tag: u32) -> Option<Self> {
        Some(match tag & 7 {
            0 => WireType::Varint,
            1 => WireType::I64,
            2 => WireType::Len,
            3 => WireType::StartGroup,
            4 => WireType::EndGroup,
            5 => WireType::I32,
            _ => return None,
        })
    }
}

impl WireType {
    /// Its name, as the encoding guide spells it.
    pub const fn name(self) -> &'static str {
        match self {
            WireType::Varint => "VARINT",
            WireType::I64 => "I64",
            WireType::Len => "LEN",
            WireType::StartGroup => "SGROUP",
            WireType::EndGroup => "EGROUP",
            WireType::I32 => "I32",
        }
    }
}

impl fmt::Display for WireType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A field number, 1 to 2^29 - 1, and a wire type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tag {
    /// The field number.
    pub number: u32,
    /// How the value that follows is laid out.
    pub wire_type: WireType,
}

impl Tag {
    /// The value of the tag's varint.
    pub const fn value(self) -> u32 {
        self.number << 3 | self.wire_type as u32
    }
}
