//! The schema that is known without being told: `proto/hello.proto`, compiled
//! by `build.rs`.

use super::Schema;
use crate::error::Result;

/// The serialized `FileDescriptorSet` of `proto/hello.proto`, with comments.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/hello.binpb"));

/// The type that is meant when none is named.
pub const DEFAULT_TYPE: &str = "HelloRequest";

/// The built-in schema.
///
/// # Errors
///
/// None in a program that was built from this tree: a test reads it.
pub fn schema() -> Result<Schema> {
    Schema::from_descriptor_set(DESCRIPTOR_SET)
}

/// The types that prost generates from the same file, for a Rust program that
/// knows its types when it is compiled.
pub mod types {
    #![allow(missing_docs, reason = "generated; the comments of the .proto file are carried over")]
    include!(concat!(env!("OUT_DIR"), "/_.rs"));
}
