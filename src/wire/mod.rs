//! The wire format itself: varints, tags, a reader that knows where it is, a
//! writer, and every limit. It knows no schema.
//!
//! The format is that of the Protocol Buffers encoding guide; where official
//! implementations differ, the rule taken stands beside the code with its
//! reason.

pub mod limits;
pub mod reader;
pub mod skip;
pub mod tag;
pub mod varint;
pub mod writer;

pub use reader::Reader;
pub use tag::{Tag, WireType};
