//! Every limit on what is read and kept, and where each comes from. (How much
//! of it a message shows is decided where it is shown.)

/// The largest field number: a tag is a `uint32` of which the wire type takes
/// 3 bits.
pub const FIELD_NUMBER_MAX: u32 = (1 << 29) - 1;

/// The largest number of an extension of a MessageSet, whose number is a value.
pub const MESSAGE_SET_NUMBER_MAX: u32 = (1 << 31) - 1;

/// The bytes of the longest varint: 64 bits, 7 to a byte.
pub const VARINT_LEN_MAX: usize = 10;

/// The bytes of the longest tag: 32 bits, 7 to a byte. The official
/// implementations that share upb or the C++ parser stop there as well, so a
/// tag padded to 6 bytes is malformed.
pub const TAG_LEN_MAX: usize = 5;

/// The bytes of the longest length: 31 bits, 7 to a byte. Padded beyond it, a
/// length is malformed, as it is for the official implementations.
pub const LENGTH_LEN_MAX: usize = 5;

/// The largest length of a field and of a whole message, 2 GiB - 1: lengths
/// are `int32` in the official implementations.
pub const MESSAGE_LEN_MAX: u64 = (1 << 31) - 1;

/// The levels of messages, groups and map entries that are accepted one inside
/// another, the outermost message not counted: the default of the official
/// implementations.
pub const DEPTH_MAX: u32 = 100;

/// The levels to which text output tries to read an unknown field as a
/// message; deeper ones are shown as a string. Each level reads its bytes
/// again, so it bounds the time too. `protoc --decode_raw` has the same figure.
pub const UNKNOWN_NEST_MAX: u32 = 10;

/// The lines of warnings in one run, the closing one with the counts included.
pub const WARNING_LINES_MAX: usize = 20;

/// The different warnings that are counted apart in one run: what a hostile
/// input of ever new field numbers can make the program remember.
pub const WARNING_KINDS_MAX: usize = 64;

/// The bytes asked of the input at a time.
pub const READ_LEN: usize = 64 << 10;

/// The bytes of output that a stream gathers before it writes them.
pub const WRITE_LEN: usize = 64 << 10;
