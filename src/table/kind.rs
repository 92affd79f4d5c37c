//! What the values of a field are.

use crate::wire::WireType;

/// What the values of a field are: the types of a `.proto` file.
///
/// Each `match` over it names every kind, so that a new one cannot be
/// forgotten anywhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// 8 bytes, IEEE 754.
    Double,
    /// 4 bytes, IEEE 754.
    Float,
    /// A varint, sign-extended to 64 bits.
    Int64,
    /// A varint.
    Uint64,
    /// A varint, sign-extended to 64 bits.
    Int32,
    /// 8 bytes.
    Fixed64,
    /// 4 bytes.
    Fixed32,
    /// A varint, 0 or not.
    Bool,
    /// Text in UTF-8, whether checked or not.
    String,
    /// A message in a group.
    Group,
    /// A message after its length.
    Message,
    /// Any bytes.
    Bytes,
    /// A varint.
    Uint32,
    /// A varint, sign-extended to 64 bits.
    Enum,
    /// 4 bytes, two's complement.
    Sfixed32,
    /// 8 bytes, two's complement.
    Sfixed64,
    /// A varint, zigzag.
    Sint32,
    /// A varint, zigzag.
    Sint64,
}

impl Kind {
    /// Every kind in the order of `FieldDescriptorProto.Type`, which counts
    /// from 1.
    pub const ALL: [Kind; 18] = [
        Kind::Double,
        Kind::Float,
        Kind::Int64,
        Kind::Uint64,
        Kind::Int32,
        Kind::Fixed64,
        Kind::Fixed32,
        Kind::Bool,
        Kind::String,
        Kind::Group,
        Kind::Message,
        Kind::Bytes,
        Kind::Uint32,
        Kind::Enum,
        Kind::Sfixed32,
        Kind::Sfixed64,
        Kind::Sint32,
        Kind::Sint64,
    ];

    /// The wire type of one value.
    #[inline]
    pub const fn wire_type(self) -> WireType {
        match self {
            Kind::Int64
            | Kind::Uint64
            | Kind::Int32
            | Kind::Bool
            | Kind::Uint32
            | Kind::Enum
            | Kind::Sint32
            | Kind::Sint64 => WireType::Varint,
            Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => WireType::I64,
            Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => WireType::I32,
            Kind::String | Kind::Message | Kind::Bytes => WireType::Len,
            Kind::Group => WireType::StartGroup,
        }
    }

    /// Whether repeated values may be packed.
    #[inline]
    pub const fn packable(self) -> bool {
        matches!(self.wire_type(), WireType::Varint | WireType::I64 | WireType::I32)
    }

    /// Whether the values are messages.
    #[inline]
    pub const fn is_message(self) -> bool {
        matches!(self, Kind::Message | Kind::Group)
    }

    /// The name of the type in a `.proto` file.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Double => "double",
            Kind::Float => "float",
            Kind::Int64 => "int64",
            Kind::Uint64 => "uint64",
            Kind::Int32 => "int32",
            Kind::Fixed64 => "fixed64",
            Kind::Fixed32 => "fixed32",
            Kind::Bool => "bool",
            Kind::String => "string",
            Kind::Group => "group",
            Kind::Message => "message",
            Kind::Bytes => "bytes",
            Kind::Uint32 => "uint32",
            Kind::Enum => "enum",
            Kind::Sfixed32 => "sfixed32",
            Kind::Sfixed64 => "sfixed64",
            Kind::Sint32 => "sint32",
            Kind::Sint64 => "sint64",
        }
    }

    /// A value of the type, in the middle of a sentence: `an int32`.
    pub const fn with_article(self) -> &'static str {
        match self {
            Kind::Double => "a double",
            Kind::Float => "a float",
            Kind::Int64 => "an int64",
            Kind::Uint64 => "a uint64",
            Kind::Int32 => "an int32",
            Kind::Fixed64 => "a fixed64",
            Kind::Fixed32 => "a fixed32",
            Kind::Bool => "a bool",
            Kind::String => "a string",
            Kind::Group => "a group",
            Kind::Message => "a message",
            Kind::Bytes => "bytes",
            Kind::Uint32 => "a uint32",
            Kind::Enum => "an enum",
            Kind::Sfixed32 => "a sfixed32",
            Kind::Sfixed64 => "a sfixed64",
            Kind::Sint32 => "a sint32",
            Kind::Sint64 => "a sint64",
        }
    }
}
