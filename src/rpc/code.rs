//! The codes that a call ends with, as gRPC numbers and names them.

/// The names, each at its number.
const NAMES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// The code that numbers count as which are none.
pub const UNKNOWN: u8 = 2;
/// The time ran out.
pub const DEADLINE_EXCEEDED: u8 = 4;
/// The server knows of no such thing.
pub const NOT_FOUND: u8 = 5;
/// The server does not let this client.
pub const PERMISSION_DENIED: u8 = 7;
/// The server has no room for it.
pub const RESOURCE_EXHAUSTED: u8 = 8;
/// A number is beyond what there is.
pub const OUT_OF_RANGE: u8 = 11;
/// The server has no such method.
pub const UNIMPLEMENTED: u8 = 12;
/// The server does not know who asks.
pub const UNAUTHENTICATED: u8 = 16;

/// The name of a code; none if the number is not one.
pub fn name(code: u8) -> Option<&'static str> {
    NAMES.get(usize::from(code)).copied()
}
